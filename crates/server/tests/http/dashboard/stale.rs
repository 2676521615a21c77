//! Pages that were opened before somebody else's change: nothing is saved over it before one has seen it.

use super::client::{Browser, Office, input};
use serde_json::{Value, json};

/// Opens a page, has somebody else `change` what it is about, and sends its form: that is refused with these `words`,
/// and saves nothing; sent once more it is saved. `now` is what the API says.
async fn told(
    browser: &Browser,
    page: &str,
    fields: &[(&str, &str)],
    change: impl AsyncFnOnce(),
    now: impl AsyncFn() -> Value,
    words: &[&str],
) {
    let opened = seen(&browser.page(page).await, page);
    change().await;
    let before = now().await;
    let refused = browser.refusal(page, &[fields, &[("seen", &opened)]].concat()).await;
    assert!(refused.contains("changed while you had the page open"), "{page}: {refused}");
    for text in words.iter().chain(fields.iter().map(|(_, typed)| typed)) {
        assert!(refused.contains(text), "{page}: {text} is not in {refused}");
    }
    assert_eq!(now().await, before, "{page}");
    browser.done(page, &[fields, &[("seen", &seen(&refused, page))]].concat()).await;
    assert_ne!(now().await, before, "{page}");
}

/// What the form that is sent to this address was filled with.
fn seen(page: &str, form: &str) -> String {
    let start = page.find(&format!("action=\"/dashboard/test{form}\"")).unwrap_or_else(|| panic!("{form}: {page}"));
    input(&page[start..], "seen").unwrap()
}

/// A customer that has a product, another one to give, and a feature whose usage is tracked.
async fn furnished() -> Browser {
    let office = Office::furnished().await;
    let credits = json!({"featureKey": "credits", "name": "Credits", "type": "limit", "tracksUsage": true,
                         "usageResetInterval": "month", "usageResetAnchor": "billing_period"});
    office.api("POST", "/v1/features", credits).await;
    office.api("POST", "/v1/products", json!({"name": "Extra", "key": "extra"})).await;
    office.admin().await
}

async fn put(browser: &Browser, path: &str, body: Value) {
    browser.office.api("PUT", path, body).await;
}

async fn get(browser: &Browser, path: &str) -> Value {
    browser.office.api("GET", path, Value::Null).await
}

#[tokio::test]
async fn of_overrides() {
    let browser = furnished().await;
    let list = "/v1/overrides?customerId=acme";
    // One that came while the page for a new one was open: that would take its place.
    let theirs = json!({"customerId": "acme", "featureKey": "seats", "hasAccess": true, "limit": 7, "reason": "first"});
    told(
        &browser,
        "/customers/acme/overrides",
        &[("featureKey", "seats"), ("choice", "limit"), ("limit", "9"), ("reason", "mine")],
        async || drop(browser.office.api("POST", "/v1/overrides", theirs).await),
        async || get(&browser, list).await,
        &["<td>nothing</td><td>7, first</td><td>9, mine</td>"],
    )
    .await;
    let all = get(&browser, list).await;
    assert_eq!(all["overrides"].as_array().unwrap().len(), 1);
    let id = all["overrides"][0]["overrideId"].as_str().unwrap();
    assert!(browser.page("/customers/acme/overrides").await.contains("Seats (takes the place of the one there is)"));
    let theirs = json!({"hasAccess": true, "isUnlimited": true, "expiresAt": 4_000_000_000_000_i64});
    told(
        &browser,
        &format!("/customers/acme/overrides/{id}"),
        &[("choice", "limit"), ("limit", "11"), ("reason", "mine"), ("expiresAt", "2100-01-01T00:00")],
        async || put(&browser, &format!("/v1/overrides/{id}"), theirs).await,
        async || get(&browser, list).await,
        &["<td>9</td><td>Unlimited</td><td>11</td>", "<td>nothing</td><td>2096-10-02T07:06:40</td>"],
    )
    .await;
}

#[tokio::test]
async fn of_bonuses() {
    let browser = furnished().await;
    let granted = json!({"customerId": "acme", "featureKey": "credits", "amount": 5, "metadata": {"a": "1"}});
    let id = browser.office.api("POST", "/v1/bonuses", granted).await["bonusId"].as_str().unwrap().to_owned();
    let theirs = json!({"amount": 6, "metadata": {"a": "2"}});
    told(
        &browser,
        &format!("/customers/acme/bonuses/{id}"),
        &[("amount", "8"), ("reason", "mine"), ("metadata-key", "a"), ("metadata-value", "3")],
        async || put(&browser, &format!("/v1/bonuses/{id}"), theirs).await,
        async || get(&browser, "/v1/bonuses?customerId=acme").await,
        &["<td>5</td><td>6</td><td>8</td>", "<td>a: 1</td><td>a: 2</td><td>a: 3</td>"],
    )
    .await;
}

#[tokio::test]
async fn of_usage_events() {
    let browser = furnished().await;
    let tracked = json!({"customerId": "acme", "featureKey": "credits", "amount": 5, "eventKey": "first"});
    let id = browser.office.api("POST", "/v1/usage", tracked).await["eventId"].as_str().unwrap().to_owned();
    let event = format!("/v1/usage/events/{id}");
    told(
        &browser,
        &format!("/customers/acme/features/credits/events/{id}"),
        &[("amount", "8"), ("eventKey", "mine")],
        async || put(&browser, &event, json!({"amount": 6, "eventKey": "theirs"})).await,
        async || get(&browser, &event).await,
        &["<td>5</td><td>6</td><td>8</td>", "<td>first</td><td>theirs</td><td>mine</td>"],
    )
    .await;
}

#[tokio::test]
async fn of_assigned_products() {
    let browser = furnished().await;
    let (page, acme) = ("/customers/acme/products", "/v1/customers/acme");
    told(
        &browser,
        page,
        &[("product", "pro")],
        async || put(&browser, acme, json!({"customProductKeys": ["pro", "extra"]})).await,
        async || get(&browser, acme).await,
        &["<td>not assigned</td><td>assigned</td><td>not assigned</td>"],
    )
    .await;
    // A product that was made meanwhile could not be ticked: it is not taken away.
    let opened = seen(&browser.page(page).await, page);
    browser.office.api("POST", "/v1/products", json!({"name": "Newer", "key": "newer"})).await;
    put(&browser, acme, json!({"customProductKeys": ["pro", "newer"]})).await;
    browser.done(page, &[("product", "extra"), ("product", "pro"), ("seen", &opened)]).await;
    let now = get(&browser, acme).await;
    let mut keys: Vec<&str> =
        now["products"].as_array().unwrap().iter().map(|product| product["key"].as_str().unwrap()).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["extra", "newer", "pro"]);
}

#[tokio::test]
async fn of_webhook_endpoints() {
    let browser = furnished().await;
    let server = &browser.office.server;
    let made = server.post("/v1/webhook_endpoints", "url=https://a.example/&enabled_events[]=*").await.json();
    let path = format!("/v1/webhook_endpoints/{}", made["id"].as_str().unwrap());
    told(
        &browser,
        &format!("/developers/webhooks/{}", made["id"].as_str().unwrap()),
        &[("url", "https://mine.example/"), ("events", "product.created, product.updated"), ("description", "")],
        async || drop(server.post(&path, "url=https://theirs.example/").await),
        async || server.get(&path).await.json(),
        &["<td>https://a.example/</td><td>https://theirs.example/</td><td>https://mine.example/</td>"],
    )
    .await;
    let now = server.get(&path).await.json();
    assert_eq!(now["enabled_events"], json!(["product.created", "product.updated"]));
}
