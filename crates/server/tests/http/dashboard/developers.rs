//! What developers look at, and the public pages: what was typed by others is text wherever it is shown.

use super::client::Browser;
use super::{Office, SCRIPT, shows_script_as_text};
use serde_json::{Value, json};
use tollgate_wire::form::percent_encoded;

async fn shows(browser: &Browser, path: &str) {
    shows_script_as_text(&browser.page(path).await);
}

#[tokio::test]
async fn script_in_keys_and_endpoints_is_text() {
    let ann = Office::new().await.admin().await;
    let made = ann.send("/developers/keys", &[("name", SCRIPT)]).await;
    assert_eq!(made.status, 200);
    shows_script_as_text(&made.text);
    assert!(ann.refused("/developers/keys", &[("name", " ")], "name").await.contains("Write who or what will use it."));
    let long = SCRIPT.repeat(10);
    shows_script_as_text(&ann.refused("/developers/keys", &[("name", &long)], "name").await);

    for (url, events, field) in [(SCRIPT, "*", "url"), ("https://a.example/", SCRIPT, "events")] {
        let typed = [("url", url), ("events", events), ("description", SCRIPT)];
        shows_script_as_text(&ann.refused("/developers/webhooks", &typed, field).await);
    }
    let address = format!("https://a.example/?{}", percent_encoded(SCRIPT));
    let typed = [("url", address.as_str()), ("events", "*"), ("description", SCRIPT)];
    let made = ann.send("/developers/webhooks", &typed).await;
    assert_eq!(made.status, 200);
    shows_script_as_text(&made.text);
    shows(&ann, "/developers/webhooks").await;
}

#[tokio::test]
async fn words_beside_fields_need_no_knowledge_of_the_api() {
    let ann = Office::furnished().await.admin().await;
    for (path, typed, field, told) in [
        ("/developers/webhooks", &[("url", "https://a.example/"), ("events", "")][..], "events", "This is needed."),
        ("/products/gold/prices", &[("amount", "1"), ("currency", "zzz")], "currency", "no currency that Stripe knows"),
        ("/products/gold", &[("name", "")], "name", "This is needed."),
        ("/customers", &[("customerId", "b"), ("usageStartedAt", "soon")], "usageStartedAt", "Write a day and a time"),
        (
            "/customers/acme/overrides",
            &[("featureKey", "seats"), ("choice", "limit"), ("limit", "9,000,000,000,000,000")],
            "limit",
            "at most 1,000,000,000,000,000",
        ),
    ] {
        let page = ann.refused(path, typed, field).await;
        let problem = page.split(&format!("id=\"{field}-problem\">")).nth(1).and_then(|rest| rest.split('<').next());
        assert!(problem.is_some_and(|problem| problem.contains(told) && problem.len() < 120), "{path}: {problem:?}");
    }
    let limit = [("featureKey", "seats"), ("choice", "limit"), ("limit", "12,000")];
    ann.done("/customers/acme/overrides", &limit).await;
    assert!(ann.page("/customers/acme").await.contains("12,000"));
}

#[tokio::test]
async fn script_in_events_and_requests_is_text() {
    let ann = Office::new().await.admin().await;
    let server = &ann.office.server;
    let made = server.post("/v1/products", &format!("name={}", percent_encoded(SCRIPT))).await;
    assert_eq!(made.status, 200);
    let event = server.get("/v1/events?limit=1").await.json()["data"][0]["id"].as_str().unwrap().to_owned();
    shows(&ann, &format!("/developers/events/{event}")).await;
    shows(&ann, &format!("/developers/events?type={}", percent_encoded(SCRIPT))).await;

    let refused = server.post("/v1/products", &format!("nam={}", percent_encoded(SCRIPT))).await;
    assert_eq!(refused.status, 400);
    for kind in ["write", "refused"] {
        let list = ann.page(&format!("/developers/requests?kind={kind}")).await;
        let link = list.split("href=\"").find(|part| part.starts_with("/dashboard/test/developers/requests/")).unwrap();
        let page = ann.page(link.split('"').next().unwrap()).await;
        assert!(!page.contains("<script>alert"), "{page}");
        assert!(page.contains("%3Cscript%3Ealert") || page.contains("&#60;script&#62;alert"), "{page}");
    }
}

#[tokio::test]
async fn a_form_that_comes_twice_is_done_once() {
    let office = Office::furnished().await;
    let ann = office.admin().await;
    let once = |page: &str| super::input(page, "once").unwrap();
    let number = once(&ann.page("/developers").await);
    let typed = [("name", "ci"), ("once", number.as_str())];
    assert_eq!(ann.send("/developers/keys", &typed).await.status, 200);
    let again = ann.send("/developers/keys", &typed).await;
    assert!(again.status == 409 && again.text.contains("That was done already"), "{}", again.text);
    assert_eq!(ann.page("/developers").await.matches(">ci</td>").count(), 1);

    let credits = json!({"featureKey": "credits", "name": "Credits", "type": "limit", "tracksUsage": true,
                         "usageResetInterval": "month", "usageResetAnchor": "billing_period"});
    office.api("POST", "/v1/features", credits).await;
    let number = once(&ann.page("/customers/acme/bonuses").await);
    let typed = |amount| [("featureKey", "credits"), ("amount", amount), ("once", number.as_str())];
    // One that was refused was not done.
    ann.refused("/customers/acme/bonuses", &typed("-1"), "amount").await;
    ann.done("/customers/acme/bonuses", &typed("5")).await;
    assert_eq!(ann.send("/customers/acme/bonuses", &typed("5")).await.status, 409);
    let bonuses = office.api("GET", "/v1/bonuses?customerId=acme", Value::Null).await;
    assert_eq!(bonuses["bonuses"].as_array().unwrap().len(), 1);
    let over = [("featureKey", "credits"), ("amount", "5"), ("expiresAt", "2020-01-01T00:00")];
    assert!(ann.refused("/customers/acme/bonuses", &over, "expiresAt").await.contains("This is over already"));
}

#[tokio::test]
async fn whatever_a_customer_is_called_a_snippet_can_be_pasted() {
    let office = Office::furnished().await;
    office.api("POST", "/v1/customers", json!({"customerId": "x';touch y;'"})).await;
    let page = office.admin().await.page("/developers/snippets").await;
    assert!(page.contains("&#39;customerId=x&#39;\\&#39;&#39;;touch y;&#39;\\&#39;&#39;&#39;"), "{page}");
}

#[tokio::test]
async fn secrets_in_requests_are_masked_wherever_they_stand() {
    let office = Office::new().await;
    let vic = office.viewer().await;
    for path in ["/v1/customers/sk_test_HIDDEN1", "/v1/customers/search?query=sk%5Ftest%5FHIDDEN2"] {
        office.server.get(path).await;
    }
    office.server.post("/v1/products", "name=sk%5Flive%5FHIDDEN3&url=https://me:HIDDEN4@a.example").await;
    let list = vic.page("/developers/requests?kind=refused").await;
    let links: Vec<&str> = list
        .split("href=\"")
        .filter(|part| part.starts_with("/dashboard/test/developers/requests/"))
        .map(|part| part.split('"').next().unwrap())
        .collect();
    assert_eq!(links.len(), 3, "{list}");
    for page in [list.clone(), vic.page(links[0]).await, vic.page(links[1]).await, vic.page(links[2]).await] {
        assert!(!page.contains("HIDDEN") && page.contains('…'), "{page}");
    }
}

#[tokio::test]
async fn script_on_pages_for_anybody_is_text() {
    let office = Office::new().await;
    let ann = office.admin().await;
    let stranger = ann.signed_out();
    let typed = [("email", SCRIPT), ("password", SCRIPT), ("back", SCRIPT)];
    let refused = stranger.post("/dashboard/sign-in", &[], &typed).await;
    assert_eq!(refused.status, 422);
    shows_script_as_text(&refused.text);
    let said = percent_encoded(SCRIPT);
    let sold = format!(
        "name={said}&description={said}&marketing_features[0][name]={said}\
         &default_price_data[currency]=eur&default_price_data[unit_amount]=1900&default_price_data[recurring][interval]=month"
    );
    assert_eq!(office.server.post("/v1/products", &sold).await.status, 200);
    let table = office.server.get("/pricing-table?environment=test").await;
    assert_eq!(table.status, 200);
    shows_script_as_text(&table.text);
    shows(&ann, "/pricing-table").await;
    shows(&ann, "").await;
    for param in ["accent", "theme", "interval", "currency", "environment"] {
        let table = office.server.get(&format!("/pricing-table?{param}={said}")).await;
        assert!(!table.text.contains("<script>alert"), "{param}: {}", table.text);
    }
}
