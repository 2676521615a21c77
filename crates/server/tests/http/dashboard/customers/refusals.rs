//! What is refused stands beside its field, and who may change nothing changes nothing.

use super::{SCRIPT, SHOWN, furnished, with_customer};
use axum::http::StatusCode;
use serde_json::{Value, json};

#[tokio::test]
async fn refusals_stand_beside_their_fields_and_what_was_typed_stays() {
    let browser = with_customer().await;
    let long = "x".repeat(600);
    for (path, typed, field, kept) in [
        ("/customers", &[("customerId", ""), ("name", "Kept")][..], "customerId", "Kept"),
        ("/customers", &[("customerId", "acme"), ("name", "Kept")], "customerId", "Kept"),
        ("/customers", &[("customerId", "b"), ("name", &long)], "name", "b"),
        ("/customers", &[("customerId", "b"), ("usageStartedAt", "soon")], "usageStartedAt", "soon"),
        ("/customers/acme/edit", &[("name", "Kept"), ("email", &long)], "email", "Kept"),
        ("/customers/acme/products", &[("product", "free")], "product", "pro"),
        ("/customers/acme/products", &[("product", "nothing")], "product", "pro"),
        ("/customers/acme/link", &[("stripeCustomerId", "")], "stripeCustomerId", ""),
        ("/customers/acme/overrides", &[("featureKey", "none"), ("reason", "Kept")], "featureKey", "Kept"),
        ("/customers/acme/overrides", &[("featureKey", "credits"), ("choice", "limit"), ("limit", "")], "limit", ""),
        (
            "/customers/acme/overrides",
            &[("featureKey", "credits"), ("choice", "limit"), ("limit", "many")],
            "limit",
            "many",
        ),
        ("/customers/acme/bonuses", &[("featureKey", "credits"), ("amount", "-1")], "amount", "-1"),
        ("/customers/acme/bonuses", &[("featureKey", "sso"), ("amount", "1")], "featureKey", "1"),
        (
            "/customers/acme/bonuses",
            &[("featureKey", "credits"), ("amount", "1"), ("expiresAt", "x")],
            "expiresAt",
            "x",
        ),
        ("/customers/acme/features/credits/usage", &[("action", "record"), ("amount", "x")], "amount", "x"),
        ("/customers/acme/features/credits/usage", &[("action", "set"), ("amount", "-3")], "amount", "-3"),
        (
            "/customers/acme/features/credits/usage",
            &[("action", "record"), ("amount", "1"), ("occurredAt", "1990-01-01T00:00")],
            "occurredAt",
            "1990-01-01T00:00",
        ),
    ] {
        let page = browser.refusal(path, typed).await;
        assert!(page.contains(&format!("id=\"{field}-problem\"")), "{path} {typed:?}:\n{page}");
        assert!(page.contains(&format!("value=\"{kept}\"")), "{path} {typed:?}:\n{page}");
    }
    assert_eq!(browser.office.api("GET", "/v1/bonuses?customerId=acme", Value::Null).await["bonuses"], json!([]));
    let range =
        browser.get("/customers/acme/features/credits?period=range&from=2026-02-01T00:00&to=2026-01-01T00:00").await;
    assert_eq!(range.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(range.text.contains("id=\"from-problem\""));
}

#[tokio::test]
async fn a_link_that_another_has_is_explained_and_may_be_taken() {
    let browser = with_customer().await;
    browser.office.api("POST", "/v1/customers", json!({"customerId": "other"})).await;
    assert_eq!(browser.led("/customers/other/link", &[("stripeCustomerId", "cus_1")]).await, "/customers/other");
    assert!(browser.refusal("/customers/other/delete", &[]).await.contains("Stripe"));
    let page = browser.refusal("/customers/acme/link", &[("stripeCustomerId", "cus_1")]).await;
    assert!(page.contains("id=\"stripeCustomerId-problem\"") && page.contains("Take the link"));
    browser.led("/customers/acme/link", &[("stripeCustomerId", "cus_1"), ("force", "on")]).await;
    assert_eq!(browser.office.api("GET", "/v1/customers/acme", Value::Null).await["stripeCustomerId"], "cus_1");
}

#[tokio::test]
async fn a_customer_of_stripe_alone_gets_an_id_and_metadata() {
    let browser = furnished().await;
    let made = browser.office.server.post("/v1/customers", "name=Mina&metadata[a]=1&metadata[b]=2").await.json();
    let id = made["id"].as_str().unwrap();
    let page = browser.get(&format!("/customers/{id}")).await.text;
    assert!(page.contains("Only in Stripe") && page.contains("<dt>a</dt><dd>1</dd>"));
    let typed = [("metadata-key", "a"), ("metadata-value", "3"), ("metadata-key", "c"), ("metadata-value", SCRIPT)];
    browser.led(&format!("/customers/{id}/metadata"), &typed).await;
    let billing = browser.office.server.get(&format!("/v1/customers/{id}")).await.json();
    assert_eq!(billing["metadata"], json!({"a": "3", "c": SCRIPT}));
    assert_eq!(browser.led(&format!("/customers/{id}/link"), &[("customerId", "mina/1")]).await, "/customers/mina%2F1");
    let page = browser.get("/customers/mina%2F1").await.text;
    assert!(page.contains(SHOWN) && page.contains(id) && !page.contains("<script>alert"));
}

#[tokio::test]
async fn script_in_any_text_is_shown_as_text() {
    let browser = furnished().await;
    let to = browser.led("/customers", &[("customerId", SCRIPT), ("name", SCRIPT), ("email", SCRIPT)]).await;
    browser.led(&format!("{to}/overrides"), &[("featureKey", "sso"), ("on", "on"), ("reason", SCRIPT)]).await;
    browser.led(&format!("{to}/bonuses"), &[("featureKey", "credits"), ("amount", "1"), ("reason", SCRIPT)]).await;
    let event = [
        ("action", "record"),
        ("amount", "1"),
        ("eventKey", SCRIPT),
        ("metadata-key", SCRIPT),
        ("metadata-value", SCRIPT),
    ];
    browser.led(&format!("{to}/features/credits/usage"), &event).await;
    let search = format!("/customers?search={}", super::encoded(SCRIPT));
    for path in
        ["/customers", &search, &to, &format!("{to}/edit"), &format!("{to}/features/credits"), &format!("{to}/delete")]
    {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text.contains(SHOWN) && !page.text.contains("<script>alert"), "{path}:\n{}", page.text);
    }
    let uploaded = browser
        .parts("/customers/upload", &[("form_token", &browser.token), ("text", "<script>alert(1)</script>,b")])
        .await;
    let preview = browser.get(uploaded.header("location").unwrap().strip_prefix("/dashboard/test").unwrap()).await.text;
    assert!(preview.contains(SHOWN) && !preview.contains("<script>alert"));
}

#[tokio::test]
async fn nothing_is_changed_without_the_token_or_by_a_viewer() {
    let browser = with_customer().await;
    let viewer = browser.office.viewer().await;
    let granted = json!({"customerId": "acme", "featureKey": "credits", "amount": 5});
    let bonus = browser.office.api("POST", "/v1/bonuses", granted).await["bonusId"].as_str().unwrap().to_owned();
    let stated = json!({"customerId": "acme", "featureKey": "credits", "hasAccess": false});
    let overrule = browser.office.api("POST", "/v1/overrides", stated).await["overrideId"].as_str().unwrap().to_owned();
    let tracked = json!({"customerId": "acme", "featureKey": "credits"});
    let event = browser.office.api("POST", "/v1/usage", tracked).await["eventId"].as_str().unwrap().to_owned();
    let before = browser.office.api("GET", "/v1/customers/acme", Value::Null).await;
    let mut paths: Vec<String> = ["", "/acme/edit", "/acme/metadata", "/acme/link", "/acme/delete", "/acme/products"]
        .into_iter()
        .chain([
            "/acme/overrides",
            "/acme/bonuses",
            "/acme/features/credits/usage",
            "/upload/x/start",
            "/upload/x/stop",
        ])
        .map(|path| format!("/customers{path}"))
        .collect();
    paths.extend([String::new(), "/end".to_owned()].map(|rest| format!("/customers/acme/overrides/{overrule}{rest}")));
    paths.extend(["", "/delete", "/expire"].map(|rest| format!("/customers/acme/bonuses/{bonus}{rest}")));
    paths.extend(["", "/delete"].map(|rest| format!("/customers/acme/features/credits/events/{event}{rest}")));
    for path in &paths {
        for form in [&[][..], &[("form_token", viewer.token.as_str())], &[("form_token", "")]] {
            assert_eq!(browser.post(path, &[], form).await.status, StatusCode::FORBIDDEN, "{path} {form:?}");
        }
        assert_eq!(viewer.send(path, &[("customerId", "x")]).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    for (somebody, token) in [(&browser, ""), (&browser, viewer.token.as_str()), (&viewer, viewer.token.as_str())] {
        let sent = somebody.parts("/customers/upload", &[("form_token", token), ("text", "a,b")]).await;
        assert_eq!(sent.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(browser.parts("/customers/upload", &[("text", "a,b")]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(browser.office.api("GET", "/v1/customers/acme", Value::Null).await, before);
    for path in ["/customers", "/customers/acme", "/customers/acme/features/credits"] {
        let page = viewer.get(path).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(!page.text.contains("class=\"primary\"") && !page.text.contains("button primary"), "{path}");
    } // Pages of use to nobody but who changes something.
    let pages = paths
        .iter()
        .filter(|path| !["/end", "/delete", "/expire", "/start", "/stop"].iter().any(|end| path.ends_with(end)));
    let others = ["/customers/new", "/customers/upload", "/customers/acme/delete"].map(str::to_owned);
    for path in pages.filter(|path| *path != "/customers").chain(&others) {
        assert_eq!(viewer.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
        // There is no metadata without a customer of Stripe.
        let expected = if path.ends_with("/metadata") { StatusCode::NOT_FOUND } else { StatusCode::OK };
        assert_eq!(browser.get(path).await.status, expected, "{path}");
    }
}
