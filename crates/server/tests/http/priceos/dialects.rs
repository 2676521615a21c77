//! Which dialect a request speaks.

use crate::client::{Server, TEST_KEY, request};
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

async fn with(server: &Server, method: &str, path: &str, headers: &[(&str, &str)]) -> (u16, Value) {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = server.send(request.body(Body::empty()).unwrap()).await;
    (answer.status.as_u16(), answer.json())
}

#[tokio::test]
async fn the_header_of_the_key_picks_the_dialect_of_a_shared_path() {
    let server = Server::furnished().await;
    let bearer = format!("Bearer {TEST_KEY}");
    let (status, list) = with(&server, "GET", "/v1/products", &[("authorization", &bearer)]).await;
    assert_eq!((status, &list["object"]), (200, &json!("list")));
    for headers in [vec![("x-api-key", TEST_KEY)], vec![("x-api-key", TEST_KEY), ("authorization", &bearer)]] {
        let (status, list) = with(&server, "GET", "/v1/products", &headers).await;
        assert_eq!(status, 200);
        let names: Vec<&Value> = list.as_array().unwrap().iter().map(|product| &product["key"]).collect();
        assert_eq!(names, [&json!("free"), &json!("gold"), &json!("pro")]);
    }
    // Without any key a shared path is Stripe's.
    let (status, error) = with(&server, "GET", "/v1/products", &[]).await;
    assert_eq!((status, &error["error"]["type"]), (401, &json!("invalid_request_error")));
}

#[tokio::test]
async fn a_path_of_this_dialect_alone_takes_any_header_and_answers_with_its_own_401() {
    let server = Server::furnished().await;
    for name in ["x-api-key", "authorization"] {
        let value = if name == "x-api-key" { TEST_KEY.to_owned() } else { format!("Bearer {TEST_KEY}") };
        let (status, features) = with(&server, "GET", "/v1/features", &[(name, &value)]).await;
        assert_eq!((status, features.as_array().map(Vec::len)), (200, Some(4)));
    }
    for headers in [vec![], vec![("x-api-key", "sk_test_wrong0123456789")], vec![("x-api-key", "")]] {
        let (status, error) = with(&server, "GET", "/v1/features", &headers).await;
        assert_eq!((status, &error["code"]), (401, &json!("unauthorized")));
        assert!(!error.to_string().contains("wrong"), "a key is never repeated: {error}");
    }
}

#[tokio::test]
async fn unknown_paths_and_methods_are_told_in_the_dialect_of_the_request() {
    let server = Server::furnished().await;
    for (method, path, status, code) in [
        ("GET", "/v1/nothing", 404, "not_found"),
        ("GET", "/v1/products/search", 404, "product_not_found"),
        ("DELETE", "/v1/features", 405, "method_not_allowed"),
        ("GET", "/v1/usage", 405, "method_not_allowed"),
    ] {
        let (found, error) = with(&server, method, path, &[("x-api-key", TEST_KEY)]).await;
        assert_eq!((found, &error["code"]), (status, &json!(code)), "{method} {path}");
    }
    let answer = server.send(request("GET", "/v1/nothing").body(Body::empty()).unwrap()).await;
    assert_eq!((answer.status.as_u16(), answer.error()["type"].as_str()), (404, Some("invalid_request_error")));
}

#[tokio::test]
async fn a_customer_may_be_called_like_a_part_of_a_path() {
    let server = Server::furnished().await;
    server.good("POST", "/v1/customers", json!({"customerId": "link"})).await;
    assert_eq!(server.good("GET", "/v1/customers/link", Value::Null).await["customerId"], "link");
    server.good("POST", "/v1/customers", json!({"customerId": "a/b c?"})).await;
    assert_eq!(server.good("GET", "/v1/customers/a%2Fb%20c%3F", Value::Null).await["customerId"], "a/b c?");
}

#[tokio::test]
async fn test_and_live_are_sealed_from_each_other() {
    let server = Server::furnished().await;
    let (status, features) = with(&server, "GET", "/v1/features", &[("x-api-key", crate::client::LIVE_KEY)]).await;
    assert_eq!((status, features), (200, json!([])));
}
