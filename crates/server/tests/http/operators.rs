use crate::client::Server;
use axum::http::StatusCode;

#[tokio::test]
async fn health_readiness_and_metrics_need_no_key() {
    let server = Server::new().await;
    server.post("/v1/products", "name=Gold").await;
    server.post("/v1/products", "").await;
    for path in ["/healthz", "/readyz"] {
        assert_eq!(server.get(path).await.status, StatusCode::OK);
    }
    let metrics = server.get("/metrics").await;
    for line in [
        "tollgate_http_requests_total{route=\"/v1/products\",method=\"POST\",status=\"200\"} 1",
        "tollgate_http_requests_total{route=\"/v1/products\",method=\"POST\",status=\"400\"} 1",
        "tollgate_store_queue_length",
        "tollgate_store_batch_jobs_count",
        "tollgate_store_commit_seconds_count",
        "tollgate_http_request_duration_seconds_count{route=\"/v1/products\",method=\"POST\"} 2",
    ] {
        assert!(metrics.text.contains(line), "{line} is missing in\n{}", metrics.text);
    }
}

#[tokio::test]
async fn the_description_names_every_operation_and_its_parameters() {
    let server = Server::new().await;
    let document = server.get("/openapi.json").await.json();
    let create = &document["paths"]["/v1/products"]["post"];
    let schema = &create["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"];
    assert_eq!(schema["required"], serde_json::json!(["name"]));
    assert!(schema["properties"]["default_price_data"]["properties"]["currency_options"].is_object(), "{schema}");
}
