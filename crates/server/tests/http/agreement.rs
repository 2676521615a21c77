//! Both dialects speak of the same features, and of the same grants.

use crate::client::{Server, TEST_KEY};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

const FEATURES: &str = "/v1/entitlements/features";

/// A request of the PriceOS dialect, which must succeed.
async fn priceos(server: &Server, method: &str, path: &str, body: &Value) -> Value {
    let request = Request::builder().method(method).uri(path).header("x-api-key", TEST_KEY);
    let request = request.header("content-type", "application/json");
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    let answer = server.send(request.body(body).unwrap()).await;
    assert!(answer.status.is_success(), "{method} {path}: {}", answer.text);
    answer.json()
}

/// What the Stripe dialect says that the product `gold` grants: attachments by the keys of their features.
async fn attached(server: &Server) -> Vec<(String, String)> {
    let list = server.get("/v1/products/gold/features").await.json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let pair = |it: &Value| (text(&it["entitlement_feature"]["lookup_key"]), text(&it["id"]));
    let mut pairs: Vec<_> = list["data"].as_array().unwrap().iter().map(pair).collect();
    pairs.sort();
    pairs
}

/// What the PriceOS dialect says that the product grants: the entry of one feature.
async fn entry(server: &Server, key: &str) -> Value {
    let product = priceos(server, "GET", "/v1/products/gold_plan", &Value::Null).await;
    let entries = product["featureAccess"].as_array().unwrap();
    entries.iter().find(|entry| entry["featureKey"] == key).unwrap().clone()
}

/// The product `gold`, with the key `gold_plan`; the boolean `sso` of the Stripe dialect and the limit `seats` of the
/// other one. With the ids of both features.
async fn two_features() -> (Server, String, String) {
    let server = Server::new().await;
    server.post("/v1/products", "id=gold&name=Gold+Plan").await;
    let sso = server.post(FEATURES, "lookup_key=sso&name=SSO").await.json();
    let seats = json!({"name": "Seats", "featureKey": "seats", "type": "limit", "tracksUsage": true});
    let seats = priceos(&server, "POST", "/v1/features", &seats).await;
    let id = |feature: &Value| feature["id"].as_str().unwrap().to_owned();
    (server, id(&sso), id(&seats))
}

#[tokio::test]
async fn what_one_dialect_makes_the_other_shows_and_a_key_is_taken_in_both() {
    let (server, sso, seats) = two_features().await;
    let shown = server.get(&format!("{FEATURES}/{seats}")).await.json();
    assert_eq!((&shown["lookup_key"], &shown["name"]), (&json!("seats"), &json!("Seats")));
    assert_eq!(server.get(&format!("{FEATURES}?lookup_key=seats")).await.json()["data"], json!([shown]));
    let listed = priceos(&server, "GET", "/v1/features", &Value::Null).await;
    let listed: Vec<_> =
        listed.as_array().unwrap().iter().map(|it| (&it["featureKey"], &it["type"], &it["id"])).collect();
    assert!(listed.contains(&(&json!("sso"), &json!("boolean"), &json!(sso))), "{listed:?}");
    assert_eq!(server.post(FEATURES, "lookup_key=seats&name=Others").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_feature_is_archived_in_both_dialects_at_once() {
    let (server, sso, seats) = two_features().await;
    server.post(&format!("{FEATURES}/{sso}"), "active=false").await;
    priceos(&server, "PUT", "/v1/features/seats", &json!({"isArchived": true, "archivedReason": "old"})).await;
    assert_eq!(server.get(&format!("{FEATURES}/{seats}")).await.json()["active"], false);
    let listed = priceos(&server, "GET", "/v1/features", &Value::Null).await;
    assert!(listed.as_array().unwrap().iter().all(|feature| feature["isArchived"] == true), "{listed}");
    // What this dialect has no word for stays as the other one said it.
    server.post(&format!("{FEATURES}/{seats}"), "name=Places&metadata[a]=1").await;
    let listed = priceos(&server, "GET", "/v1/features", &Value::Null).await;
    let seats_listed = listed.as_array().unwrap().iter().find(|feature| feature["featureKey"] == "seats").unwrap();
    assert_eq!((&seats_listed["name"], &seats_listed["archivedReason"]), (&json!("Places"), &json!("old")));
    server.post(&format!("{FEATURES}/{seats}"), "active=true").await;
    let listed = priceos(&server, "GET", "/v1/features", &Value::Null).await;
    let seats_listed = listed.as_array().unwrap().iter().find(|feature| feature["featureKey"] == "seats").unwrap();
    assert_eq!((&seats_listed["isArchived"], &seats_listed["archivedReason"]), (&json!(false), &Value::Null));
}

#[tokio::test]
async fn an_attachment_is_a_grant_and_a_grant_an_attachment() {
    let (server, sso, seats) = two_features().await;
    for feature in [&sso, &seats] {
        let attached = server.post("/v1/products/gold/features", &format!("entitlement_feature={feature}")).await;
        assert_eq!(attached.status, StatusCode::OK, "{}", attached.text);
    }
    assert_eq!(entry(&server, "sso").await["hasAccess"], true);
    assert_eq!(entry(&server, "seats").await["isUnlimited"], true);
    let before = attached(&server).await;

    // A number for the limit: the same attachment.
    let define = |access: Value, new_version: bool| json!({"featureAccess": [access], "newVersion": new_version});
    let five = json!({"featureKey": "seats", "hasAccess": true, "limit": 5});
    priceos(&server, "PUT", "/v1/products/gold_plan/feature-access", &define(five, false)).await;
    assert_eq!(attached(&server).await, before);

    // Withdrawn by a new version, then by a deletion.
    let none = json!({"featureKey": "sso", "hasAccess": false});
    priceos(&server, "PUT", "/v1/products/gold_plan/feature-access", &define(none, true)).await;
    assert_eq!(attached(&server).await, before[..1]);
    assert_eq!(before[0].0, "seats");
    server.delete(&format!("/v1/products/gold/features/{}", before[0].1)).await;
    assert_eq!(entry(&server, "seats").await["hasAccess"], false);
    let versions = priceos(&server, "GET", "/v1/products/gold_plan/versions", &Value::Null).await;
    let granted = |version: &Value, key: &str| {
        let entries = version["featureAccess"].as_array().unwrap();
        entries.iter().find(|entry| entry["featureKey"] == key).unwrap()["hasAccess"].clone()
    };
    assert_eq!((&versions[0]["version"], granted(&versions[0], "seats")), (&json!(2), json!(false)));
    assert_eq!((&versions[1]["version"], granted(&versions[1], "seats")), (&json!(1), json!(true)));
}
