//! Product features in the Stripe dialect.

use crate::client::{Answer, Server};
use axum::http::StatusCode;
use serde_json::json;

const GOLD: &str = "/v1/products/gold/features";

/// A server with the products `gold` and `silver` and the feature `sso`, whose id is given.
async fn with_feature() -> (Server, String) {
    let server = Server::new().await;
    for product in ["gold", "silver"] {
        server.post("/v1/products", &format!("id={product}&name={product}")).await;
    }
    let feature = server.post("/v1/entitlements/features", "lookup_key=sso&name=SSO").await.json();
    (server, feature["id"].as_str().unwrap().to_owned())
}

async fn attach(server: &Server, path: &str, feature: &str) -> Answer {
    server.post(path, &format!("entitlement_feature={feature}")).await
}

fn check_missing(answer: &Answer, message: &str, param: &str, status: StatusCode) {
    assert_eq!((answer.status, answer.message().as_str()), (status, message));
    assert_eq!((&answer.error()["code"], &answer.error()["param"]), (&json!("resource_missing"), &json!(param)));
}

#[tokio::test]
async fn a_feature_is_attached_read_listed_and_detached() {
    let (server, feature) = with_feature().await;
    let attached = attach(&server, GOLD, &feature).await.json();
    let id = attached["id"].as_str().unwrap();
    assert!(id.starts_with("prodft_"), "{id}");
    let whole = server.get(&format!("/v1/entitlements/features/{feature}")).await.json();
    assert_eq!(
        attached,
        json!({"id": id, "object": "product_feature", "entitlement_feature": whole, "livemode": false})
    );
    let path = format!("{GOLD}/{id}");
    assert_eq!(server.get(&path).await.json(), attached);
    assert_eq!(server.get(&format!("{path}?expand[]=entitlement_feature")).await.json(), attached);
    let list = json!({"object": "list", "data": [attached], "has_more": false, "url": GOLD});
    assert_eq!(server.get(GOLD).await.json(), list);
    assert_eq!(server.get("/v1/products/silver/features").await.json()["data"], json!([]));
    let deleted = server.delete(&path).await.json();
    assert_eq!(deleted, json!({"id": id, "object": "product_feature", "deleted": true}));
    assert_eq!(server.get(GOLD).await.json()["data"], json!([]));
    for answer in [server.get(&path).await, server.delete(&path).await] {
        check_missing(&answer, &format!("No such product feature: '{id}'"), "id", StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn what_cannot_be_attached_is_refused() {
    let (server, feature) = with_feature().await;
    let unknown = attach(&server, GOLD, "feat_nope").await;
    check_missing(&unknown, "No such feature: 'feat_nope'", "entitlement_feature", StatusCode::BAD_REQUEST);
    assert_eq!(attach(&server, GOLD, &feature).await.status, StatusCode::OK);
    let twice = attach(&server, GOLD, &feature).await;
    assert_eq!((twice.status, &twice.error()["param"]), (StatusCode::BAD_REQUEST, &json!("entitlement_feature")));
    server.post(&format!("/v1/entitlements/features/{feature}"), "active=false").await;
    let archived = attach(&server, "/v1/products/silver/features", &feature).await;
    assert_eq!((archived.status, &archived.error()["param"]), (StatusCode::BAD_REQUEST, &json!("entitlement_feature")));
    // Where it was attached before, it still is.
    let list = server.get(GOLD).await.json();
    assert_eq!(list["data"][0]["entitlement_feature"]["active"], false);
}

#[tokio::test]
async fn a_product_that_is_not_there_comes_first() {
    let (server, feature) = with_feature().await;
    let nobody = "/v1/products/nobody/features";
    for answer in [
        attach(&server, nobody, &feature).await,
        server.post(nobody, "").await,
        server.get(nobody).await,
        server.get(&format!("{nobody}?starting_after=prodft_1&nope=1")).await,
        server.get(&format!("{nobody}/prodft_1")).await,
        server.delete(&format!("{nobody}/prodft_1")).await,
        server.delete(&format!("{nobody}/prodft_1?nope=1")).await,
    ] {
        check_missing(&answer, "No such product: 'nobody'", "id", StatusCode::NOT_FOUND);
    }
    let odd = server.get(&format!("{nobody}?expand[]=nope")).await;
    assert_eq!(odd.status, StatusCode::BAD_REQUEST, "expand is looked at before anything is looked up");
}

#[tokio::test]
async fn an_attachment_is_found_through_its_own_product_only() {
    let (server, feature) = with_feature().await;
    let id = attach(&server, GOLD, &feature).await.json()["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/products/silver/features/{id}");
    for answer in [server.get(&path).await, server.delete(&path).await] {
        check_missing(&answer, &format!("No such product feature: '{id}'"), "id", StatusCode::NOT_FOUND);
    }
    assert_eq!(server.get(GOLD).await.json()["data"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_deleted_product_takes_its_attachments_along() {
    let (server, feature) = with_feature().await;
    attach(&server, GOLD, &feature).await;
    assert_eq!(server.delete("/v1/products/gold").await.status, StatusCode::OK);
    assert_eq!(server.get(GOLD).await.status, StatusCode::NOT_FOUND);
    server.post("/v1/products", "id=gold&name=Gold").await;
    assert_eq!(server.get(GOLD).await.json()["data"], json!([]));
    assert_eq!(attach(&server, GOLD, &feature).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_repeated_attachment_is_made_once() {
    let (server, feature) = with_feature().await;
    let form = format!("entitlement_feature={feature}");
    let first = server.post_once("k", GOLD, &form).await;
    let again = server.post_once("k", GOLD, &form).await;
    assert_eq!((again.text.as_str(), again.header("idempotent-replayed")), (first.text.as_str(), Some("true")));
    let elsewhere = server.post_once("k", "/v1/products/silver/features", &form).await;
    assert_eq!(elsewhere.error()["type"], "idempotency_error");
    assert_eq!(server.get(GOLD).await.json()["data"].as_array().map(Vec::len), Some(1));
}
