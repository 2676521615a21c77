//! What goes back to a client, before it is HTTP.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use bytes::Bytes;
use tollgate_domain::id::RequestId;
use tollgate_wire::stripe::API_VERSION;

/// An answer of a dialect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    /// The request that was answered so first, where this repeats an answer.
    pub(crate) first_request: Option<RequestId>,
}

impl Answer {
    /// An answer given for the first time.
    pub(crate) fn new(status: u16, body: Vec<u8>) -> Self {
        Self { status, body, first_request: None }
    }
}

/// What of a request its answer repeats.
#[derive(Debug, Clone, Default)]
pub(crate) struct Echo {
    pub(crate) version: Option<HeaderValue>,
    pub(crate) idempotency_key: Option<HeaderValue>,
}

/// JSON as HTTP, with the id of the request.
pub(crate) fn respond_json(status: u16, body: impl Into<Bytes>, request: &RequestId) -> Response<Body> {
    let mut response = Response::new(Body::from(body.into()));
    *response.status_mut() = StatusCode::from_u16(status).expect("answers have real statuses");
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-store"));
    headers.insert("request-id", id_value(request));
    response
}

/// The answer as HTTP, with the headers that Stripe's SDKs read.
pub(crate) fn respond(answer: Answer, request: &RequestId, echo: Echo) -> Response<Body> {
    let mut response = respond_json(answer.status, answer.body, request);
    let headers = response.headers_mut();
    headers.insert("stripe-version", echo.version.unwrap_or(HeaderValue::from_static(API_VERSION)));
    if let Some(key) = echo.idempotency_key {
        headers.insert("idempotency-key", key);
        headers.insert("original-request", id_value(answer.first_request.as_ref().unwrap_or(request)));
    }
    if answer.first_request.is_some() {
        headers.insert("idempotent-replayed", HeaderValue::from_static("true"));
    }
    if answer.status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"Stripe\""));
    }
    response
}

fn id_value(request: &RequestId) -> HeaderValue {
    HeaderValue::from_str(request.as_str()).expect("request ids are letters and digits")
}
