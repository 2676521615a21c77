//! Features in the Stripe dialect.

use crate::client::{LIVE_KEY, Server};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

const FEATURES: &str = "/v1/entitlements/features";

async fn create(server: &Server, key: &str) -> String {
    let made = server.post(FEATURES, &format!("lookup_key={key}&name={key}")).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.text);
    made.json()["id"].as_str().unwrap().to_owned()
}

async fn listed(server: &Server, query: &str) -> Vec<String> {
    let page = server.get(&format!("{FEATURES}?{query}")).await.json();
    page["data"].as_array().unwrap().iter().map(|it| it["lookup_key"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_feature_is_made_read_changed_archived_and_taken_back() {
    let server = Server::new().await;
    let made = server.post(FEATURES, "lookup_key=sso&name=Single+sign-on&metadata[a]=1&metadata[b]=2").await.json();
    let id = made["id"].as_str().unwrap();
    assert!(id.starts_with("feat_"), "{id}");
    let expected = json!({
        "id": id, "object": "entitlements.feature", "active": true, "livemode": false, "lookup_key": "sso",
        "metadata": {"a": "1", "b": "2"}, "name": "Single sign-on",
    });
    assert_eq!(made, expected);
    let path = format!("{FEATURES}/{id}");
    assert_eq!(server.get(&path).await.json(), expected);
    let changed = server.post(&path, "name=SSO&metadata[a]=&metadata[c]=3").await.json();
    assert_eq!((&changed["name"], &changed["metadata"]), (&json!("SSO"), &json!({"b": "2", "c": "3"})));
    assert_eq!(server.post(&path, "active=false").await.json()["active"], false);
    assert_eq!(server.get(&path).await.json()["active"], false);
    assert_eq!(listed(&server, "").await, [""; 0]);
    assert_eq!(listed(&server, "archived=true").await, ["sso"]);
    assert_eq!(server.post(&path, "active=true&metadata=").await.json()["metadata"], json!({}));
    assert_eq!(listed(&server, "").await, ["sso"]);
}

#[tokio::test]
async fn a_lookup_key_is_taken_for_good() {
    let server = Server::new().await;
    let id = create(&server, "sso").await;
    for archived in [false, true] {
        if archived {
            server.post(&format!("{FEATURES}/{id}"), "active=false").await;
        }
        let again = server.post(FEATURES, "lookup_key=sso&name=Other").await;
        assert_eq!(again.status, StatusCode::BAD_REQUEST);
        assert_eq!(again.error()["code"], "resource_already_exists");
        assert_eq!(again.error()["param"], "lookup_key");
        assert!(again.message().contains(&id), "{}", again.text);
    }
}

#[tokio::test]
async fn a_list_is_newest_first_page_by_page() {
    let server = Server::new().await;
    let mut ids = Vec::new();
    for number in 0..12 {
        ids.insert(0, create(&server, &format!("f{number}")).await);
    }
    let page = |query: &'static str| {
        let server = server.clone();
        async move { server.get(&format!("{FEATURES}?{query}")).await.json() }
    };
    let first = page("").await;
    assert_eq!((&first["has_more"], &first["url"]), (&json!(true), &json!(FEATURES)));
    assert_eq!(first["data"].as_array().map(Vec::len), Some(10));
    let all = page("limit=100").await;
    let mut walked: Vec<Value> = first["data"].as_array().unwrap().clone();
    let last = walked.last().unwrap()["id"].as_str().unwrap().to_owned();
    let rest = server.get(&format!("{FEATURES}?starting_after={last}")).await.json();
    walked.extend(rest["data"].as_array().unwrap().clone());
    assert_eq!(rest["has_more"], false);
    assert_eq!(Value::Array(walked), all["data"]);
    let mut listed: Vec<&str> = all["data"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap()).collect();
    // Those of one millisecond are in the order of their ids, which is any.
    listed.sort_unstable();
    ids.sort_unstable();
    assert_eq!(listed, ids);
    let missing = server.get(&format!("{FEATURES}?starting_after=feat_nope")).await;
    assert_eq!(missing.status, StatusCode::BAD_REQUEST);
    assert_eq!(missing.message(), "No such feature: 'feat_nope'");
}

#[tokio::test]
async fn a_feature_that_is_not_there_comes_before_the_faults_of_the_form() {
    let server = Server::new().await;
    for answer in [
        server.get(&format!("{FEATURES}/feat_nope")).await,
        server.post(&format!("{FEATURES}/feat_nope"), "name=&nope=1").await,
        server.post(&format!("{FEATURES}/feat_nope"), "name=SSO").await,
    ] {
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert_eq!(answer.message(), "No such feature: 'feat_nope'");
        assert_eq!(answer.error()["param"], "id");
        assert_eq!(answer.error()["code"], "resource_missing");
    }
    let id = create(&server, "sso").await;
    assert_eq!(server.post(&format!("{FEATURES}/{id}"), "nope=1").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(server.delete(&format!("{FEATURES}/{id}")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_environments_have_features_of_their_own() {
    let server = Server::new().await;
    let id = create(&server, "sso").await;
    let live = |method: &str, path: &str, form: &str| {
        let request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {LIVE_KEY}"));
        server.send(request.body(Body::from(form.to_owned())).unwrap())
    };
    let elsewhere = live("GET", &format!("{FEATURES}/{id}"), "").await;
    assert_eq!(elsewhere.status, StatusCode::NOT_FOUND);
    assert!(elsewhere.message().contains("a similar object exists in test mode"), "{}", elsewhere.text);
    assert_eq!(live("GET", FEATURES, "").await.json()["data"], json!([]));
    let own = live("POST", FEATURES, "lookup_key=sso&name=SSO").await.json();
    assert_eq!(own["livemode"], true);
    assert_ne!(own["id"], id);
}

#[tokio::test]
async fn a_repeated_creation_makes_one_feature_and_a_repeated_refusal_is_the_same() {
    let server = Server::new().await;
    let first = server.post_once("k", FEATURES, "lookup_key=sso&name=SSO").await;
    let again = server.post_once("k", FEATURES, "lookup_key=sso&name=SSO").await;
    assert_eq!((again.text.as_str(), again.header("idempotent-replayed")), (first.text.as_str(), Some("true")));
    let refused = server.post_once("r", FEATURES, "lookup_key=sso&name=SSO").await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert_eq!(server.post_once("r", FEATURES, "lookup_key=sso&name=SSO").await.text, refused.text);
    assert_eq!(listed(&server, "").await, ["sso"]);
}
