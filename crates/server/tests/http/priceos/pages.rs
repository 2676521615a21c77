//! Checkout and portal: pages that this server serves itself.

use crate::client::{Answer, LIVE_KEY, Server};
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

/// A server with a product of Stripe that grants something, and its price.
async fn shop() -> (Server, String, String) {
    let server = Server::furnished().await;
    let product = server.post("/v1/products", "name=Team+%3Cb%3E&description=For+%22teams%22").await.json();
    let product = product["id"].as_str().unwrap().to_owned();
    let form = format!("product={product}&currency=eur&unit_amount=4500&recurring[interval]=month");
    let price = server.post("/v1/prices", &form).await.json()["id"].as_str().unwrap().to_owned();
    server.post(&format!("/v1/products/{product}"), &format!("default_price={price}")).await;
    let access = json!({"featureAccess": [{"featureKey": "credits", "hasAccess": true, "limit": 20}]});
    server.good("PUT", "/v1/products/team_b/feature-access", access).await;
    (server, product, price)
}

async fn open(server: &Server, customer: &str, body: Value) -> String {
    let opened = server.good("POST", &format!("/v1/customers/{customer}/checkout"), body).await;
    path_of(&opened)
}

fn path_of(opened: &Value) -> String {
    let url = opened["url"].as_str().unwrap();
    url.strip_prefix("http://localhost").unwrap_or_else(|| panic!("{url}")).to_owned()
}

/// What a browser asks for: without any key.
async fn browse(server: &Server, method: &str, path: &str, form: &str) -> Answer {
    let request = Request::builder().method(method).uri(path);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    server.send(request.body(Body::from(form.to_owned())).unwrap()).await
}

async fn products(server: &Server, customer: &str) -> Value {
    server.good("GET", &format!("/v1/customers/{customer}"), Value::Null).await
}

#[tokio::test]
async fn a_customer_subscribes_on_the_page_once() {
    let (server, ..) = shop().await;
    let body = json!({
        "productKey": "team_b", "successUrl": "https://shop.example/done?s={CHECKOUT_SESSION_ID}",
        "cancelUrl": "https://shop.example/back", "customerInfo": {"name": "Mina", "email": "mina@example.org"},
        "metadata": {"a": "1"}, "checkoutParams": {"allow_promotion_codes": true},
    });
    let path = open(&server, "mina", body).await;
    assert!(path.starts_with("/checkout/cs_test_"), "{path}");
    let customer = products(&server, "mina").await;
    assert_eq!((&customer["name"], &customer["email"]), (&json!("Mina"), &json!("mina@example.org")));
    assert!(customer["stripeCustomerId"].as_str().unwrap().starts_with("cus_"));
    let page = browse(&server, "GET", &path, "").await;
    assert_eq!(page.status, 200);
    for part in ["Team &#60;b&#62;", "For &#34;teams&#34;", "45.00 EUR every month", "https://shop.example/back"] {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
    assert!(!page.text.contains("Team <b>"), "{}", page.text);
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("form-action 'self' https://shop.example"));
    assert_eq!((page.header("referrer-policy"), page.header("cache-control")), (Some("no-referrer"), Some("no-store")));
    let mut subscriptions = Vec::new();
    for _ in 0..2 {
        let confirmed = browse(&server, "POST", &path, "").await;
        let name = path.strip_prefix("/checkout/").unwrap();
        let to = format!("https://shop.example/done?s={name}");
        assert_eq!((confirmed.status.as_u16(), confirmed.header("location")), (303, Some(to.as_str())));
        subscriptions.push(server.get("/v1/subscriptions").await.json()["data"].as_array().unwrap().len());
    }
    assert_eq!(subscriptions, [1, 1], "confirming again does nothing");
    let customer = products(&server, "mina").await;
    assert_eq!(customer["featureAccess"]["credits"]["limit"], 20);
    assert!(browse(&server, "GET", &path, "").await.text.contains("You are subscribed"));
}

#[tokio::test]
async fn a_customer_that_is_there_keeps_what_it_has_and_is_linked() {
    let (server, ..) = shop().await;
    let path = open(&server, "acme", json!({"productKey": "team_b"})).await;
    let customer = products(&server, "acme").await;
    let billing = customer["stripeCustomerId"].as_str().unwrap().to_owned();
    assert_eq!(customer["products"][0]["key"], "pro");
    let confirmed = browse(&server, "POST", &path, "").await;
    assert_eq!(confirmed.header("location"), Some(path.as_str()), "there is nowhere else to go");
    open(&server, "acme", json!({"productKey": "team_b", "customerInfo": {"name": "New"}})).await;
    let customer = products(&server, "acme").await;
    assert_eq!((&customer["stripeCustomerId"], &customer["name"]), (&json!(billing), &json!("New")));
    assert_eq!(server.get(&format!("/v1/customers/{billing}")).await.json()["name"], "New");
    assert_eq!(customer["featureAccess"]["credits"]["limit"], 120);
    assert_eq!(customer["featureAccess"]["credits"]["usage"]["used"], 3);
}

#[tokio::test]
async fn a_checkout_that_cannot_be_is_refused_and_makes_nobody() {
    let (server, product, _) = shop().await;
    let other = server.post("/v1/products", "name=Other").await.json()["id"].as_str().unwrap().to_owned();
    let price = |form: String| {
        let server = server.clone();
        async move { server.post("/v1/prices", &form).await.json()["id"].as_str().unwrap().to_owned() }
    };
    let of_other = price(format!("product={other}&currency=eur&unit_amount=1&recurring[interval]=month")).await;
    let once = price(format!("product={product}&currency=eur&unit_amount=1")).await;
    let archived = price(format!("product={product}&currency=eur&unit_amount=1&recurring[interval]=day")).await;
    server.post(&format!("/v1/prices/{archived}"), "active=false").await;
    for (body, status, code, param) in [
        (json!({}), 400, "missing_parameter", "productKey"),
        (json!({"productKey": "nope"}), 404, "product_not_found", "productKey"),
        (json!({"productKey": "pro"}), 400, "invalid_parameter", "productKey"),
        (json!({"productKey": "other"}), 400, "missing_parameter", "stripePriceId"),
        (json!({"productKey": "team_b", "stripePriceId": "price_no"}), 400, "invalid_parameter", "stripePriceId"),
        (json!({"productKey": "team_b", "stripePriceId": of_other}), 400, "invalid_parameter", "stripePriceId"),
        (json!({"productKey": "team_b", "stripePriceId": once}), 400, "invalid_parameter", "stripePriceId"),
        (json!({"productKey": "team_b", "stripePriceId": archived}), 400, "invalid_parameter", "stripePriceId"),
        (json!({"productKey": "team_b", "successUrl": "javascript:alert(1)"}), 400, "invalid_parameter", "successUrl"),
        (json!({"productKey": "team_b", "cancelUrl": "/back"}), 400, "invalid_parameter", "cancelUrl"),
        (json!({"productKey": "team_b", "nope": 1}), 400, "unknown_parameter", "nope"),
        (json!({"productKey": "team_b", "customerInfo": {"nope": 1}}), 400, "unknown_parameter", "customerInfo.nope"),
        (json!({"productKey": "team_b", "checkoutParams": 1}), 400, "invalid_parameter", "checkoutParams"),
    ] {
        let refused = server.call("POST", "/v1/customers/nobody/checkout", &body).await;
        let fault = refused.json();
        assert_eq!((refused.status.as_u16(), &fault["code"]), (status, &json!(code)), "{body}: {fault}");
        assert_eq!(fault["param"], param, "{body}: {fault}");
    }
    assert_eq!(server.call("GET", "/v1/customers/nobody", &Value::Null).await.status, 404);
}

#[tokio::test]
async fn the_live_environment_says_why_it_has_no_pages() {
    let (server, ..) = shop().await;
    for page in ["checkout", "customer-portal"] {
        let request =
            Request::builder().method("POST").uri(format!("/v1/customers/x/{page}")).header("x-api-key", LIVE_KEY);
        let body = if page == "checkout" { r#"{"productKey": "team_b"}"# } else { "{}" };
        let refused = server.send(request.body(Body::from(body)).unwrap()).await;
        assert_eq!((refused.status.as_u16(), &refused.json()["code"]), (501, &json!("not_implemented")));
        assert!(refused.json()["error"].as_str().unwrap().contains("pages-in-live"));
    }
}

#[tokio::test]
async fn a_page_that_is_not_there_is_told_from_nothing_else() {
    let (server, ..) = shop().await;
    server.post_once("cs_test_0123456789abcdef0123456789abcdef", "/v1/products", "name=Kept").await;
    for path in [
        "/checkout/cs_test_0123456789abcdef0123456789abcdef",
        "/checkout/cs_live_0123456789abcdef0123456789abcdef",
        "/checkout/x",
        "/portal/bps_test_0123456789abcdef0123456789abcdef",
    ] {
        for method in ["GET", "POST"] {
            let missing = browse(&server, method, path, "do=cancel&subscription=sub_1").await;
            assert_eq!(missing.status, 404, "{method} {path}");
            assert!(missing.text.contains("not there"), "{}", missing.text);
        }
    }
}

#[tokio::test]
async fn the_portal_cancels_and_takes_that_back() {
    let (server, ..) = shop().await;
    let path = open(&server, "mina", json!({"productKey": "team_b"})).await;
    browse(&server, "POST", &path, "").await;
    let opened = server
        .good("POST", "/v1/customers/mina/customer-portal", json!({"returnUrl": "https://shop.example/me"}))
        .await;
    let portal = path_of(&opened);
    let subscription = server.get("/v1/subscriptions").await.json()["data"][0]["id"].as_str().unwrap().to_owned();
    let page = browse(&server, "GET", &portal, "").await.text;
    for part in ["Team &#60;b&#62;", "Renews on", "https://shop.example/me", subscription.as_str()] {
        assert!(page.contains(part), "{part}: {page}");
    }
    for (what, is_canceled, words) in [("cancel", true, "Ends on"), ("resume", false, "Renews on")] {
        let changed = browse(&server, "POST", &portal, &format!("do={what}&subscription={subscription}")).await;
        assert_eq!((changed.status.as_u16(), changed.header("location")), (303, Some(portal.as_str())));
        let shown = server.get(&format!("/v1/subscriptions/{subscription}")).await.json();
        assert_eq!(shown["cancel_at_period_end"], is_canceled);
        assert!(browse(&server, "GET", &portal, "").await.text.contains(words));
    }
    for form in ["", "do=cancel", "do=delete&subscription=sub_1", "do[]=cancel&subscription=x"] {
        assert_eq!(browse(&server, "POST", &portal, form).await.status, 400, "{form}");
    }
    // Somebody else's subscription is none of this page's.
    let other = open(&server, "other", json!({"productKey": "team_b"})).await;
    browse(&server, "POST", &other, "").await;
    let theirs = server.get("/v1/subscriptions").await.json()["data"][0]["id"].as_str().unwrap().to_owned();
    let refused = browse(&server, "POST", &portal, &format!("do=cancel&subscription={theirs}")).await;
    assert_eq!(refused.status, 404);
    assert_eq!(server.get(&format!("/v1/subscriptions/{theirs}")).await.json()["cancel_at_period_end"], false);
    // A checkout is no portal.
    let wrong = portal.replace("/portal/bps_", "/checkout/cs_");
    assert_eq!(browse(&server, "POST", &wrong, "").await.status, 404);
}

#[tokio::test]
async fn a_page_holds_for_a_day() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};
    let seconds = Arc::new(AtomicI64::new(1_800_000_000));
    let server = Server::at(seconds.clone()).await;
    let opened = server.good("POST", "/v1/customers/mina/customer-portal", json!({})).await;
    let portal = path_of(&opened);
    assert_eq!(browse(&server, "GET", &portal, "").await.status, 200);
    seconds.fetch_add(24 * 60 * 60 + 1, Ordering::Relaxed);
    assert_eq!(browse(&server, "GET", &portal, "").await.status, 404);
}
