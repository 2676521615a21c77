//! Every route, one table. Both dialects share some paths; the header of the key says which one a request speaks.

use crate::app::App;
use crate::gate::auth::API_KEY_HEADER;
use crate::{dashboard, metrics, pages, priceos, stripe};
use axum::Router;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use std::collections::BTreeMap;
use std::sync::Arc;
use tollgate_wire::priceos::operation as priceos_operation;
use tollgate_wire::stripe::openapi;
use tollgate_wire::stripe::operation as stripe_operation;

/// The routes of the operators, and of the dialects as their operations declare them.
pub fn router(app: Arc<App>) -> Router {
    let mut router = Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .route("/openapi.json", get(openapi));
    for (path, endpoints) in endpoints() {
        let endpoints = Arc::new(endpoints);
        let handler = move |State(app): State<Arc<App>>,
                            ids: Result<RawPathParams, RawPathParamsRejection>,
                            request: Request| async move {
            // An id that is not UTF-8 names nothing.
            let ids = ids.ok().map(|ids| ids.iter().map(|(_, id)| id.to_owned()).collect());
            endpoints.answer(app, ids, request).await
        };
        router = router.route(path, any(handler));
    }
    let unknown = |State(app): State<Arc<App>>, request: Request| async move {
        Endpoints::default().answer(app, Some(Vec::new()), request).await
    };
    router.merge(pages::router()).merge(dashboard::router()).fallback(unknown).with_state(app)
}

/// What a path means in each dialect.
#[derive(Debug, Default)]
struct Endpoints {
    stripe: Vec<stripe_operation::Operation>,
    priceos: Vec<priceos::Endpoint>,
}

/// Every path.
fn endpoints() -> BTreeMap<&'static str, Endpoints> {
    let mut endpoints: BTreeMap<&'static str, Endpoints> = BTreeMap::new();
    for operation in stripe_operation::Operation::ALL {
        endpoints.entry(operation.path()).or_default().stripe.push(*operation);
    }
    for operation in priceos_operation::Operation::ALL {
        endpoints.entry(operation.path()).or_default();
    }
    for (path, endpoints) in &mut endpoints {
        endpoints.priceos = priceos::endpoints(path);
    }
    endpoints
}

impl Endpoints {
    async fn answer(&self, app: Arc<App>, ids: Option<Vec<String>>, request: Request) -> Response {
        let is_priceos =
            request.headers().contains_key(API_KEY_HEADER) || (self.stripe.is_empty() && !self.priceos.is_empty());
        if is_priceos {
            return priceos::answer(app, &self.priceos, ids, request).await;
        }
        let operation = self.stripe.iter().find(|operation| is(request.method(), operation.method().as_str())).copied();
        match ids {
            Some(ids) => stripe::answer(app, operation, ids, request).await,
            None => stripe::answer(app, None, Vec::new(), request).await,
        }
    }
}

/// Whether a request has a method; one for the head alone is answered as one for all of it.
pub(crate) fn is(method: &Method, name: &str) -> bool {
    let method = if *method == Method::HEAD { &Method::GET } else { method };
    method.as_str() == name
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
