use crate::client::{Server, request};
use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use futures_util::stream;
use std::convert::Infallible;

async fn nothing_was_made(server: &Server) -> bool {
    server.get("/v1/products").await.json()["data"].as_array().is_some_and(Vec::is_empty)
}

#[tokio::test]
async fn a_body_that_is_no_form_is_refused_by_its_media_type() {
    let server = Server::new().await;
    for media_type in ["application/json", "multipart/form-data; boundary=x", "text/plain"] {
        let post = request("POST", "/v1/products").header("content-type", media_type);
        let answer = server.send(post.body(Body::from("{\"name\":\"Gold\"}")).unwrap()).await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        assert!(answer.message().contains(media_type.split(';').next().unwrap()), "{}", answer.text);
    }
    assert!(nothing_was_made(&server).await);
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let server = Server::new().await;
    let answer = server.post("/v1/products", &format!("name={}", "x".repeat(1024 * 1024))).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(nothing_was_made(&server).await);
}

#[tokio::test]
async fn forms_that_cannot_be_read_are_refused() {
    let server = Server::new().await;
    let many = (0..1001).map(|n| format!("metadata[k{n}]=v")).collect::<Vec<_>>().join("&");
    for form in ["name=%FF", "name=%zz", "a[b][c][d][e][f][g][h][i]=1", &many] {
        let answer = server.post("/v1/products", form).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{form}");
        assert_eq!(answer.error()["type"], "invalid_request_error");
    }
    assert!(nothing_was_made(&server).await);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_is_given_up() {
    let server = Server::new().await;
    let never = Body::from_stream(stream::pending::<Result<Bytes, Infallible>>());
    let answer = server.send(request("POST", "/v1/products").body(never).unwrap()).await;
    assert_eq!(answer.status, StatusCode::REQUEST_TIMEOUT);
}

#[tokio::test]
async fn a_body_that_breaks_off_changes_nothing() {
    let server = Server::new().await;
    let pieces = stream::iter([Ok(Bytes::from_static(b"name=Gold")), Err(std::io::Error::other("cut off"))]);
    let answer = server.send(request("POST", "/v1/products").body(Body::from_stream(pieces)).unwrap()).await;
    assert_eq!(answer.status, StatusCode::REQUEST_TIMEOUT);
    assert!(nothing_was_made(&server).await);
}
