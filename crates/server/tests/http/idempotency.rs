use crate::client::Server;
use axum::http::StatusCode;

#[tokio::test]
async fn a_repeated_request_gets_the_first_answer_and_changes_nothing() {
    let server = Server::new().await;
    let first = server.post_once("k", "/v1/products", "name=Gold").await;
    assert_eq!(first.header("original-request"), first.header("request-id"));
    assert_eq!(first.header("idempotency-key"), Some("k"));
    assert_eq!(first.header("idempotent-replayed"), None);
    let again = server.post_once("k", "/v1/products", "name=Gold").await;
    assert_eq!(again.text, first.text);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.header("original-request"), first.header("request-id"));
    assert_ne!(again.header("request-id"), first.header("request-id"));
    assert_eq!(server.get("/v1/products").await.json()["data"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn the_order_and_the_encoding_of_parameters_do_not_matter() {
    let server = Server::new().await;
    let first = server.post_once("k", "/v1/products", "name=Gold&metadata[a]=1").await;
    let again = server.post_once("k", "/v1/products", "metadata%5Ba%5D=1&name=Gol%64").await;
    assert_eq!(again.text, first.text);
}

#[tokio::test]
async fn a_key_is_good_for_one_request_only() {
    let server = Server::new().await;
    server.post_once("k", "/v1/products", "id=gold&name=Gold").await;
    for (path, form, message) in [
        (
            "/v1/products",
            "id=gold&name=Silver",
            "Keys for idempotent requests can only be used with the same parameters",
        ),
        ("/v1/products/gold", "name=Gold", "Keys for idempotent requests can only be used for the same endpoint"),
    ] {
        let answer = server.post_once("k", path, form).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(answer.error()["type"], "idempotency_error");
        assert!(answer.error().get("code").is_none());
        assert!(answer.message().starts_with(message), "{}", answer.text);
    }
}

#[tokio::test]
async fn a_refusal_is_repeated_but_a_request_that_was_never_executed_is_not() {
    let server = Server::new().await;
    let refused = server.post_once("a", "/v1/products/gold", "name=Gold").await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    server.post("/v1/products", "id=gold&name=Gold").await;
    assert_eq!(server.post_once("a", "/v1/products/gold", "name=Gold").await.text, refused.text);

    assert_eq!(server.post_once("b", "/v1/products", "active=maybe&name=x").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(server.post_once("b", "/v1/products", "active=true&name=x").await.status, StatusCode::OK);
}

#[tokio::test]
async fn of_two_requests_at_once_one_executes_and_no_third_thing_happens() {
    let server = Server::new().await;
    let form = "name=Gold";
    let (one, two) =
        tokio::join!(server.post_once("k", "/v1/products", form), server.post_once("k", "/v1/products", form),);
    for answer in [&one, &two] {
        match answer.status {
            StatusCode::OK => {}
            StatusCode::CONFLICT => {
                assert_eq!(answer.error()["code"], "idempotency_key_in_use");
                assert_eq!(answer.error()["type"], "idempotency_error");
            }
            other => panic!("{other}: {}", answer.text),
        }
    }
    assert!(one.status == StatusCode::OK || two.status == StatusCode::OK);
    assert_eq!(server.get("/v1/products").await.json()["data"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_key_longer_than_255_characters_is_refused() {
    let server = Server::new().await;
    assert_eq!(server.post_once(&"k".repeat(255), "/v1/products", "name=a").await.status, StatusCode::OK);
    assert_eq!(server.post_once(&"k".repeat(256), "/v1/products", "name=a").await.status, StatusCode::BAD_REQUEST);
}
