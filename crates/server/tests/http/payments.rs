//! A server that is told that nobody has a payment method.

use crate::subscriptions::{DAY, JANUARY, SUBSCRIPTIONS, Shop, text};
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use tollgate_domain::subscription::Payments;

const NO_PAYMENT_METHOD: &str = "This customer has no attached payment source or default payment method. Please consider adding a default payment \
     method. For more information, visit \
     https://stripe.com/docs/billing/subscriptions/payment-methods-setting#payment-method-priority.";

impl Shop {
    /// Nobody pays, and the product grants single sign-on.
    async fn unpaid() -> Self {
        let shop = Self::where_payments_are(Payments::Missing).await;
        let feature = json!({"featureKey": "sso", "name": "SSO", "type": "boolean"});
        shop.server.good("POST", "/v1/features", feature).await;
        let access = json!({"featureAccess": [{"featureKey": "sso", "hasAccess": true}]});
        shop.server.good("PUT", &format!("/v1/products/{}/feature-access", shop.key().await), access).await;
        shop
    }

    /// The key of the product in the other dialect.
    async fn key(&self) -> String {
        text(&self.of_priceos("/v1/products").await[0]["key"])
    }

    /// What the customer may use, as the other dialect says it.
    async fn has_access(&self) -> bool {
        let access = self.of_priceos(&format!("/v1/feature-access?customerId={}", self.customer)).await;
        access["sso"]["hasAccess"].as_bool().unwrap_or_else(|| panic!("{access}"))
    }

    /// Days pass, and the subscription is told of them.
    async fn wait(&self, made: &Value, days: i64) -> Value {
        self.seconds.fetch_add(days * DAY, Ordering::Relaxed);
        self.update(made, "").await
    }

    async fn browse(&self, method: &str, path: &str) -> (u16, String) {
        let request = Request::builder().method(method).uri(path);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = self.server.send(request.body(Body::empty()).unwrap()).await;
        (answer.status.as_u16(), answer.text)
    }
}

fn path(made: &Value) -> String {
    format!("{SUBSCRIPTIONS}/{}", text(&made["id"]))
}

#[tokio::test]
async fn whoever_cannot_pay_is_refused_in_stripes_words() {
    let shop = Shop::unpaid().await;
    let form = format!("customer={}&items[0][price]={}", shop.customer, shop.monthly);
    for behavior in ["", "&payment_behavior=allow_incomplete", "&payment_behavior=error_if_incomplete"] {
        let answer = shop.server.post(SUBSCRIPTIONS, &format!("{form}{behavior}")).await;
        assert_eq!(answer.status, 400);
        let doc_url = "https://stripe.com/docs/error-codes/resource-missing";
        let error = json!({
            "code": "resource_missing", "doc_url": doc_url, "message": NO_PAYMENT_METHOD,
            "type": "invalid_request_error",
        });
        assert_eq!(answer.json(), json!({ "error": error }));
    }
    assert_eq!(shop.ids(&format!("{SUBSCRIPTIONS}?status=all")).await, [""; 0]);
    assert!(!shop.has_access().await);
}

#[tokio::test]
async fn what_is_incomplete_gives_nothing_takes_metadata_and_expires() {
    let shop = Shop::unpaid().await;
    let made = shop.subscribe("payment_behavior=default_incomplete").await;
    assert_eq!((&made["status"], shop.has_access().await), (&json!("incomplete"), false));
    assert_eq!(shop.ids(&format!("{SUBSCRIPTIONS}?status=incomplete")).await, [text(&made["id"])]);
    assert_eq!(shop.update(&made, "metadata[a]=1").await["metadata"]["a"], "1");
    let words = "You cannot update a subscription in `incomplete` status, but for its metadata.".to_owned();
    let (null, id) = (Value::Null, json!("id"));
    for form in ["cancel_at_period_end=true", "trial_end=now", "items[0][price]=price_x", "description=x"] {
        let refused = shop.refused("POST", &path(&made), form).await;
        assert_eq!(refused, (400, null.clone(), id.clone(), words.clone()), "{form}");
    }
    let item = format!("subscription={}&price={}", text(&made["id"]), shop.monthly);
    let refused = shop.refused("POST", "/v1/subscription_items", &item).await;
    assert_eq!(refused, (400, null, json!("subscription"), words));
    let over = shop.wait(&made, 1).await;
    let end = JANUARY + DAY - 3600;
    assert_eq!((&over["status"], &over["ended_at"]), (&json!("incomplete_expired"), &json!(end)));
    let told = shop.get("/v1/events?type=customer.subscription.updated&limit=1").await;
    assert_eq!(told["data"][0]["data"]["previous_attributes"]["status"], "incomplete");
    assert_eq!(shop.refused("DELETE", &path(&made), "").await.0, 404);
    let canceled = shop.subscribe("payment_behavior=default_incomplete").await;
    let canceled = shop.server.delete(&path(&canceled)).await.json();
    assert_eq!((&canceled["status"], &canceled["canceled_at"]), (&json!("incomplete_expired"), &json!(JANUARY + DAY)));
    assert_eq!(shop.ids(&format!("{SUBSCRIPTIONS}?status=ended")).await.len(), 2);
}

#[tokio::test]
async fn a_trial_that_nobody_pays_after_leads_to_past_due_which_gives_what_it_gave() {
    let shop = Shop::unpaid().await;
    let made = shop.subscribe("trial_period_days=5").await;
    assert_eq!((&made["status"], shop.has_access().await), (&json!("trialing"), true));
    let late = shop.wait(&made, 5).await;
    assert_eq!((&late["status"], shop.has_access().await), (&json!("past_due"), true));
    let product = shop.of_priceos(&format!("/v1/customers/{}", shop.customer)).await["products"][0].clone();
    assert_eq!(product["status"], "past_due");
    let gone = shop.server.delete(&path(&made)).await.json();
    assert_eq!((&gone["status"], shop.has_access().await), (&json!("canceled"), false));
}

#[tokio::test]
async fn what_is_paused_gives_nothing_and_does_not_resume() {
    let shop = Shop::unpaid().await;
    let pause = "trial_period_days=5&trial_settings[end_behavior][missing_payment_method]=pause";
    let made = shop.subscribe(pause).await;
    let paused = shop.wait(&made, 5).await;
    assert_eq!((&paused["status"], shop.has_access().await), (&json!("paused"), false));
    let refused = shop.refused("POST", &format!("{}/resume", path(&made)), "").await;
    assert_eq!(refused, (400, json!("resource_missing"), Value::Null, NO_PAYMENT_METHOD.to_owned()));
    let whole = format!("/v1/customers/{}?expand[]=subscriptions", shop.customer);
    assert_eq!(shop.get(&whole).await["subscriptions"]["data"][0]["status"], "paused");
}

#[tokio::test]
async fn pages_say_that_nobody_can_pay_there() {
    let shop = Shop::unpaid().await;
    let link = json!({"stripeCustomerId": shop.customer, "customerId": "mina"});
    shop.server.good("POST", "/v1/customers/link", link).await;
    let page = |opened: &Value| text(&opened["url"]).replace("http://localhost", "");
    let sold = json!({"productKey": shop.key().await, "stripePriceId": shop.monthly});
    let checkout = page(&shop.server.good("POST", "/v1/customers/mina/checkout", sold).await);
    let (status, words) = shop.browse("POST", &checkout).await;
    assert_eq!(status, 409);
    assert!(words.contains("no payment method on file"), "{words}");
    let waiting = shop.subscribe("payment_behavior=default_incomplete").await;
    let late = shop.subscribe("trial_period_days=5").await;
    shop.wait(&late, 5).await;
    let portal = page(&shop.server.good("POST", "/v1/customers/mina/customer-portal", json!({})).await);
    let (_, words) = shop.browse("GET", &portal).await;
    assert!(
        words.contains("Payment is past due. Renews on 2026-03-05.") && words.contains(&text(&late["id"])),
        "{words}"
    );
    assert!(!words.contains(&text(&waiting["id"])), "{words}");
}
