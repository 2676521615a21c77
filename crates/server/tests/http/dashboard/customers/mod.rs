//! Customers in the dashboard: what its pages show, what they change, and what the API then says.

mod refusals;
mod upload;

use super::client::{Browser, Office};
use axum::http::StatusCode;

use serde_json::{Value, json};
use tollgate_wire::form::percent_encoded as encoded;

/// What a page must show where it was typed.
const SCRIPT: &str = "<script>alert(1)</script>\"'&";
const SHOWN: &str = "&#60;script&#62;alert(1)&#60;/script&#62;";

/// An admin of a server with a feature of each kind, two custom products and the default one.
async fn furnished() -> Browser {
    let browser = Office::new().await.admin().await;
    for feature in [
        json!({"featureKey": "sso", "name": "SSO", "type": "boolean"}),
        json!({"featureKey": "credits", "name": "Credits", "type": "limit", "tracksUsage": true,
               "usageResetInterval": "month", "usageResetAnchor": "billing_period"}),
    ] {
        browser.office.api("POST", "/v1/features", feature).await;
    }
    let credits = |limit: u32| json!([{"featureKey": "credits", "hasAccess": true, "limit": limit}]);
    for product in [
        json!({"name": "Pro", "key": "pro", "featureAccess": credits(100)}),
        json!({"name": "Extra", "key": "extra", "featureAccess": credits(5)}),
        json!({"name": "Free", "key": "free", "isDefault": true}),
    ] {
        browser.office.api("POST", "/v1/products", product).await;
    }
    browser
}

/// The same with a customer that has a product.
async fn with_customer() -> Browser {
    let browser = furnished().await;
    let customer = json!({"customerId": "acme", "name": "Acme", "customProductKeys": ["pro"]});
    browser.office.api("POST", "/v1/customers", customer).await;
    browser
}

async fn access(browser: &Browser) -> Value {
    browser.office.api("GET", "/v1/feature-access?customerId=acme", Value::Null).await["credits"].clone()
}

#[tokio::test]
async fn a_customer_is_made_found_changed_and_deleted() {
    let browser = furnished().await;
    let typed = [
        ("customerId", "acme"),
        ("name", "Acme Inc"),
        ("email", "pay@acme.test"),
        ("product", "pro"),
        ("usageStartedAt", "2026-01-31T10:00"),
    ];
    assert_eq!(browser.led("/customers", &typed).await, "/customers/acme");
    let made = browser.office.api("GET", "/v1/customers/acme", Value::Null).await;
    assert_eq!((&made["name"], &made["usageStartedAt"]), (&json!("Acme Inc"), &json!(1_769_853_600_000_i64)));
    assert_eq!(made["products"][0]["key"], "pro");

    for query in ["search=ACME", "search=pay%40", "product=pro", "product=pro&search=inc"] {
        let list = browser.get(&format!("/customers?{query}")).await.text;
        assert!(list.contains("/dashboard/test/customers/acme\""), "{query}");
    }
    for query in ["search=nobody", "product=extra", "product=free"] {
        assert!(!browser.get(&format!("/customers?{query}")).await.text.contains("customers/acme\""), "{query}");
    }
    let edited = [("name", "Acme Ltd"), ("email", ""), ("usageStartedAt", "2026-01-31T10:00")];
    assert_eq!(browser.led("/customers/acme/edit", &edited).await, "/customers/acme");
    assert_eq!(browser.led("/customers/acme/products", &[("product", "extra")]).await, "/customers/acme");
    let changed = browser.office.api("GET", "/v1/customers/acme", Value::Null).await;
    assert_eq!((&changed["name"], &changed["email"]), (&json!("Acme Ltd"), &Value::Null));
    assert_eq!(changed["products"][0]["key"], "extra");
    assert_eq!(browser.led("/customers/acme/delete", &[]).await, "/customers");
    assert_eq!(browser.get("/customers/acme").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_list_goes_on_from_page_to_page() {
    let browser = Office::new().await.admin().await;
    for number in 0..51 {
        browser.office.api("POST", "/v1/customers", json!({"customerId": format!("c{number:02}")})).await;
    }
    let first = browser.get("/customers").await.text;
    assert!(first.contains("50 customers, and there are more") && !first.contains("customers/c00\""));
    let next = first.split("href=\"").find(|part| part.contains("cursor=")).unwrap().split('"').next().unwrap();
    let second = browser.get(next.strip_prefix("/dashboard/test").unwrap()).await.text;
    assert!(second.contains("customers/c00\"") && second.contains("1 customer.") && second.contains("First page"));
}

#[tokio::test]
async fn the_details_say_why_there_is_access() {
    let browser = with_customer().await;
    browser.office.api("PUT", "/v1/customers/acme", json!({"customProductKeys": ["pro", "extra"]})).await;
    let promise =
        json!({"customerId": "acme", "featureKey": "credits", "hasAccess": true, "limit": 300, "reason": "promised"});
    browser.office.api("POST", "/v1/overrides", promise).await;
    browser
        .office
        .api("POST", "/v1/bonuses", json!({"customerId": "acme", "featureKey": "credits", "amount": 50}))
        .await;
    browser.office.api("POST", "/v1/usage", json!({"customerId": "acme", "featureKey": "credits", "amount": 12})).await;
    for path in ["/customers/acme", "/customers/acme/features/credits"] {
        let page = browser.get(path).await.text;
        for words in [
            "Pro (assigned, version 1) gives 100.",
            "Extra (assigned, version 1) gives 5.",
            "Together 105.",
            "Raised to 300 by an override: promised.",
            "Bonus: 50 of 50 left.",
            "Window: this month, from when the customer was made; resets",
            "12 of 300 used, 288 left, and 50 of bonuses",
            "<meter min=\"0\" max=\"300\" value=\"12\"",
        ] {
            assert!(page.contains(words), "{words} is missing in {path}:\n{page}");
        }
    }
    let chart = browser.get("/customers/acme/features/credits").await.text;
    assert_eq!(chart.matches("<rect class=\"bar\"").count(), 12);
    assert!(chart.contains("Limit 300") && chart.contains("<table id=\"usage-table\">"));
}

#[tokio::test]
async fn usage_is_recorded_set_mended_and_taken_away() {
    let browser = with_customer().await;
    let usage = "/customers/acme/features/credits/usage";
    let typed = [
        ("action", "record"),
        ("amount", "7"),
        ("eventKey", "job-1"),
        ("metadata-key", "job"),
        ("metadata-value", "1"),
    ];
    assert_eq!(browser.led(usage, &typed).await, "/customers/acme/features/credits");
    let repeated = browser.refusal(usage, &typed).await;
    assert!(repeated.contains("is recorded already") && repeated.contains("value=\"job-1\""));
    browser.led(usage, &[("action", "set"), ("amount", "20")]).await;
    assert_eq!(access(&browser).await["usage"]["used"], 20);

    let asked = json!({"customerId": "acme", "featureKey": "credits"});
    let events = browser.office.api("POST", "/v1/usage/events", asked.clone()).await;
    let first = events["usageEvents"].as_array().unwrap().iter().find(|event| event["eventKey"] == "job-1").unwrap();
    let event = format!("/customers/acme/features/credits/events/{}", first["id"].as_str().unwrap());
    let page = browser.get(&event).await.text;
    assert!(page.contains("value=\"7\"") && page.contains("value=\"job-1\"") && page.contains("value=\"job\""));
    browser.led(&event, &[("amount", "2"), ("occurredAt", "")]).await;
    assert_eq!(access(&browser).await["usage"]["used"], 15);
    browser.led(&format!("{event}/delete"), &[]).await;
    assert_eq!(access(&browser).await["usage"]["used"], 13);
    assert_eq!(browser.get(&event).await.status, StatusCode::NOT_FOUND);

    for (query, count) in [
        ("", 1),
        ("?period=current", 1),
        ("?period=previous", 0),
        ("?period=range&from=2000-01-01T00:00&to=2001-01-01T00:00", 0),
    ] {
        let page = browser.get(&format!("/customers/acme/features/credits{query}")).await.text;
        assert_eq!(page.matches("Edit<span").count(), count, "{query}");
    }
}

#[tokio::test]
async fn overrides_and_bonuses_are_made_changed_and_ended() {
    let browser = with_customer().await;
    let typed = [
        ("featureKey", "credits"),
        ("choice", "limit"),
        ("limit", "7.5"),
        ("reason", "trial"),
        ("expiresAt", "2100-01-01T00:00"),
    ];
    assert_eq!(browser.led("/customers/acme/overrides", &typed).await, "/customers/acme");
    assert_eq!(access(&browser).await["limit"], 7.5);
    browser.led("/customers/acme/overrides", &[("featureKey", "sso"), ("on", "on"), ("choice", "none")]).await;
    let all = browser.office.api("GET", "/v1/overrides?customerId=acme", Value::Null).await;
    let of =
        |key: &str| all["overrides"].as_array().unwrap().iter().find(|one| one["featureKey"] == key).cloned().unwrap();
    assert_eq!((&of("sso")["hasAccess"], &of("credits")["reason"]), (&json!(true), &json!("trial")));
    let one = format!("/customers/acme/overrides/{}", of("credits")["overrideId"].as_str().unwrap());
    let page = browser.get(&one).await.text;
    assert!(
        page.contains("value=\"7.5\"")
            && page.contains("value=\"2100-01-01T00:00\"")
            && page.contains("value=\"trial\"")
    );
    browser.led(&one, &[("choice", "unlimited")]).await;
    assert_eq!(access(&browser).await["isUnlimited"], true);
    browser.led(&format!("{one}/end"), &[]).await;
    assert_eq!(access(&browser).await["limit"], 100);

    browser.led("/customers/acme/bonuses", &[("featureKey", "credits"), ("amount", "50"), ("reason", "sorry")]).await;
    browser
        .office
        .api("POST", "/v1/usage", json!({"customerId": "acme", "featureKey": "credits", "amount": 110}))
        .await;
    let bonuses = browser.office.api("GET", "/v1/bonuses?customerId=acme", Value::Null).await;
    let bonus = format!("/customers/acme/bonuses/{}", bonuses["bonuses"][0]["bonusId"].as_str().unwrap());
    assert!(browser.get("/customers/acme").await.text.contains("Part of it is used"));
    assert_eq!(browser.send(&format!("{bonus}/delete"), &[]).await.status, StatusCode::CONFLICT);
    assert!(browser.refusal(&bonus, &[("amount", "5")]).await.contains("id=\"amount-problem\""));
    browser.led(&bonus, &[("amount", "60"), ("reason", "very sorry")]).await;
    assert_eq!(access(&browser).await["usage"]["bonusRemaining"], 50);
    browser.led(&format!("{bonus}/expire"), &[]).await;
    assert_eq!(access(&browser).await["usage"]["bonusRemaining"], 0);
    browser.led("/customers/acme/bonuses", &[("featureKey", "credits"), ("amount", "1")]).await;
    let bonuses = browser.office.api("GET", "/v1/bonuses?customerId=acme", Value::Null).await;
    let whole = bonuses["bonuses"].as_array().unwrap().iter().find(|one| one["amount"] == 1).unwrap();
    browser.led(&format!("/customers/acme/bonuses/{}/delete", whole["bonusId"].as_str().unwrap()), &[]).await;
}

#[tokio::test]
async fn ids_may_hold_any_character() {
    let browser = furnished().await;
    for id in ["new", "upload", "a/b", "a b?c#d", "100%", "ünï → ☃", "a'\"><b>", "x/features/credits"] {
        let to = browser.led("/customers", &[("customerId", id)]).await;
        let page = browser.get(&to).await;
        assert_eq!(page.status, StatusCode::OK, "{id}: {to}");
        assert!(page.text.contains(&format!("href=\"/dashboard/test{to}/features/credits\"")), "{id}: {to}");
        let back = browser.led(&format!("{to}/features/credits/usage"), &[("action", "record"), ("amount", "3")]).await;
        assert_eq!(back, format!("{to}/features/credits"));
        let kept =
            browser.office.api("GET", &format!("/v1/feature-access?customerId={}", encoded(id)), Value::Null).await;
        assert_eq!(kept["credits"]["usage"]["used"], 3, "{id}");
        assert!(browser.get("/customers").await.text.contains(&format!("href=\"/dashboard/test{to}\"")), "{id}");
    }
}
