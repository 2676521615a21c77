//! Every route, one table.

use crate::app::App;
use crate::{metrics, stripe};
use axum::Router;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, Request, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{MethodFilter, get, on};
use std::sync::Arc;
use tollgate_wire::stripe::openapi;
use tollgate_wire::stripe::operation::{Method, Operation};

/// The routes of the operators, and of the Stripe dialect as its operations declare them.
pub fn router(app: Arc<App>) -> Router {
    let mut router = Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .route("/openapi.json", get(openapi));
    for operation in Operation::ALL.iter().copied() {
        let handler = move |State(app): State<Arc<App>>,
                            ids: Result<RawPathParams, RawPathParamsRejection>,
                            request: Request| async move {
            // An id that is not UTF-8 names nothing.
            let Ok(ids) = ids else { return stripe::answer(app, None, Vec::new(), request).await };
            let ids = ids.iter().map(|(_, id)| id.to_owned()).collect();
            stripe::answer(app, Some(operation), ids, request).await
        };
        router = router.route(operation.path(), on(filter(operation.method()), handler));
    }
    let unknown = |State(app): State<Arc<App>>, request: Request| stripe::answer(app, None, Vec::new(), request);
    router.fallback(unknown).method_not_allowed_fallback(unknown).with_state(app)
}

fn filter(method: Method) -> MethodFilter {
    match method {
        Method::Get => MethodFilter::GET,
        Method::Post => MethodFilter::POST,
        Method::Delete => MethodFilter::DELETE,
    }
}

/// Ready once the store answers.
async fn ready(State(app): State<Arc<App>>) -> impl IntoResponse {
    match app.ready().await {
        Ok(()) => (StatusCode::OK, "ready\n".to_owned()),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")),
    }
}

async fn metrics(State(app): State<Arc<App>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, metrics::CONTENT_TYPE)], app.metrics.text())
}

async fn openapi() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], openapi::document())
}
