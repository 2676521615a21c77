use crate::client::{LIVE_KEY, Server, TEST_KEY, request};
use axum::body::Body;
use axum::http::{Request, StatusCode};

#[tokio::test]
async fn a_request_without_a_good_key_is_not_let_in_and_its_key_is_masked() {
    let server = Server::new().await;
    for (header, message) in [
        (None, "You did not provide an API key."),
        (Some("Bearer "), "You did not provide an API key."),
        (Some("Bearer sk_test_wrong_wrong_here"), "Invalid API Key provided: sk_test_************here"),
        (Some("Bearer nonsense"), "Invalid API Key provided: "),
        (Some("Basic c2tfdGVzdF93cm9uZ193cm9uZ19oZXJlOg=="), "Invalid API Key provided: sk_test_************here"),
    ] {
        let mut request = Request::get("/v1/products");
        if let Some(header) = header {
            request = request.header("authorization", header);
        }
        let answer = server.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{header:?}");
        assert!(answer.message().starts_with(message), "{header:?}: {}", answer.text);
        assert_eq!(answer.error()["type"], "invalid_request_error");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer realm=\"Stripe\""));
    }
}

#[tokio::test]
async fn a_key_is_taken_as_bearer_and_as_the_user_name_of_basic() {
    let server = Server::new().await;
    for header in [format!("Bearer {TEST_KEY}"), "Basic c2tfdGVzdF8wMTIzNDU2Nzg5YWJjZGVmOg==".to_owned()] {
        let request = Request::get("/v1/products").header("authorization", header);
        assert_eq!(server.send(request.body(Body::empty()).unwrap()).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn what_one_key_made_the_key_of_the_other_environment_cannot_see() {
    let server = Server::new().await;
    server.post("/v1/products", "id=gold&name=Gold").await;
    let live = |path: &str| {
        Request::get(path).header("authorization", format!("Bearer {LIVE_KEY}")).body(Body::empty()).unwrap()
    };
    assert_eq!(server.get("/v1/products/gold").await.json()["livemode"], false);
    assert_eq!(server.send(live("/v1/products/gold")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(server.send(live("/v1/products")).await.json()["data"].as_array().map(Vec::len), Some(0));
}

#[tokio::test]
async fn the_key_comes_before_the_address_and_the_address_before_all_else() {
    let server = Server::new().await;
    let stranger = Request::get("/v1/nowhere").body(Body::empty()).unwrap();
    assert_eq!(server.send(stranger).await.status, StatusCode::UNAUTHORIZED);
    for (method, path) in
        [("GET", "/v1/nowhere"), ("DELETE", "/v1/prices/price_1"), ("PATCH", "/v1/products/x"), ("GET", "/")]
    {
        let odd = request(method, path).header("stripe-version", "nonsense");
        let answer = server.send(odd.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        let url = format!("Unrecognized request URL ({method}: {path}).");
        assert!(answer.message().starts_with(&url), "{}", answer.text);
        assert!(answer.error().get("code").is_none());
    }
}

#[tokio::test]
async fn the_version_is_checked_before_the_parameters_and_echoed() {
    let server = Server::new().await;
    let get = |version: &str| {
        request("GET", "/v1/products?nope=1").header("stripe-version", version).body(Body::empty()).unwrap()
    };
    let malformed = server.send(get("not-a-real-version")).await;
    assert_eq!(malformed.message(), "Invalid Stripe API version: not-a-real-version");
    let later = server.send(get("2099-01-01.future")).await;
    assert_eq!(later.message(), "Received unknown parameter: nope");
    assert_eq!(later.header("stripe-version"), Some("2099-01-01.future"));
    assert_eq!(server.get("/v1/products").await.header("stripe-version"), Some("2026-08-26.dahlia"));
}

#[tokio::test]
async fn every_answer_has_an_id_of_its_own() {
    let server = Server::new().await;
    let (first, second) = (server.get("/v1/products").await, server.get("/v1/nowhere").await);
    let ids = [&first, &second].map(|answer| answer.header("request-id").unwrap().to_owned());
    assert_ne!(ids[0], ids[1]);
    assert!(ids.iter().all(|id| id.len() == "req_".len() + 14 && id.starts_with("req_")), "{ids:?}");
}

#[tokio::test]
async fn ids_in_the_path_come_percent_encoded() {
    let server = Server::new().await;
    server.post("/v1/products", "id=a%20b%3Fc&name=Odd").await;
    assert_eq!(server.get("/v1/products/a%20b%3Fc").await.json()["name"], "Odd");
}
