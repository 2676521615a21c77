//! The Stripe dialect: from a request to its answer.

mod account;
mod billing_customer;
mod coupon;
mod endpoints;
mod entitlement;
mod event;
mod feature;
mod meter;
mod meter_event;
mod plan;
mod product_feature;
mod promotion_code;
mod read;
mod refuse;
mod subscription;
mod subscription_item;
mod test_clock;
mod webhook_endpoint;
mod write;

use crate::answer::{Answer, Echo, respond};
use crate::app::App;
use crate::gate::auth::{self, Refused};
use crate::gate::body::{self, BODY_MAX_BYTES, BodyFault};
use crate::gate::{self, version};
use crate::request_log::{Seen, beginning};
use axum::body::Body;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Response};
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;
use tollgate_domain::environment::Environment;
use tollgate_domain::id::RequestId;
use tollgate_domain::idempotency::{Claim, KEY_MAX_CHARACTERS};
use tollgate_store::StoreError;
use tollgate_wire::fault::Fault;
use tollgate_wire::form::{self, Params};
use tollgate_wire::stripe::error;
use tollgate_wire::stripe::operation::Operation;

/// The label of requests that match no route.
const UNKNOWN_ROUTE: &str = "unknown";

/// A request that passed the gate.
struct Asked {
    operation: Operation,
    request: RequestId,
    environment: Environment,
    params: Params,
    /// Its idempotency key, where it has one that counts.
    claim: Option<Claim>,
}

/// Answers any request: of an operation, or of none where no route matches.
pub(crate) async fn answer(
    app: Arc<App>,
    operation: Option<Operation>,
    ids: Vec<String>,
    request: Request,
) -> Response<Body> {
    let started = Instant::now();
    let (parts, body) = request.into_parts();
    let id = gate::request_id();
    let echo = Echo {
        version: parts.headers.get("stripe-version").cloned(),
        idempotency_key: parts.headers.get("idempotency-key").cloned(),
    };
    let mut seen = Seen::default();
    let passing = pass(&app, operation, ids, &parts, body, &id, &mut seen);
    let answer = match AssertUnwindSafe(passing).catch_unwind().await {
        Ok(Ok(answer)) => answer,
        Ok(Err(fault)) => fault_answer(&fault),
        // What panicked has been told on standard error; no other request is concerned.
        Err(_) => fault_answer(&error::internal()),
    };
    note(&app, operation, &id, answer.status, started);
    seen.log(&app, "Stripe", &parts, &id, answer.status, started, &answer.body);
    respond(answer, &id, echo)
}

fn note(app: &App, operation: Option<Operation>, id: &RequestId, status: u16, started: Instant) {
    let (method, route) = match operation {
        Some(operation) => (operation.method().as_str(), operation.path()),
        None => ("any", UNKNOWN_ROUTE),
    };
    app.note(method, route, id, status, started.elapsed());
}

/// The gate, then the endpoint.
async fn pass(
    app: &App,
    operation: Option<Operation>,
    ids: Vec<String>,
    parts: &Parts,
    body: Body,
    id: &RequestId,
    seen: &mut Seen,
) -> Result<Answer, Fault> {
    let environment =
        app.keys.authenticate(&app.store, auth::presented_key(&parts.headers)).await.map_err(not_let_in)?;
    seen.environment = Some(environment);
    let Some(operation) = operation else {
        return Err(error::unknown_url(parts.method.as_str(), parts.uri.path()));
    };
    check_version(parts.headers.get("stripe-version"))?;
    check_account(&parts.headers)?;
    let params = read_params(parts, body, seen).await?;
    let claim = claim(parts, &params)?;
    let asked = Asked { operation, request: id.clone(), environment, params, claim };
    endpoints::answer(app, asked, &ids).await
}

/// Does what a request would, for somebody within the server who may.
pub(crate) async fn ask(
    app: &App,
    environment: Environment,
    operation: Operation,
    ids: &[&str],
    params: Params,
) -> Result<Answer, Fault> {
    let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
    let asked = Asked { operation, request: gate::request_id(), environment, params, claim: None };
    endpoints::answer(app, asked, &ids).await
}

fn not_let_in(refused: Refused) -> Fault {
    match refused {
        Refused::NoKey => error::no_api_key(),
        Refused::Unknown(key) => error::invalid_api_key(&key),
        Refused::Revoked(key) => error::expired_api_key(&key),
        Refused::Store(error) => store_fault(&error),
    }
}

fn check_version(version: Option<&HeaderValue>) -> Result<(), Fault> {
    let Some(version) = version else { return Ok(()) };
    let text = String::from_utf8_lossy(version.as_bytes());
    if version::is_well_formed(&text) { Ok(()) } else { Err(error::invalid_version(&text)) }
}

/// There are no connected accounts to act for (spec/stripe.md 2.10).
fn check_account(headers: &HeaderMap) -> Result<(), Fault> {
    let Some(account) = headers.get("stripe-account") else { return Ok(()) };
    let key = auth::presented_key(headers).unwrap_or_default();
    Err(error::account_invalid(&key, &String::from_utf8_lossy(account.as_bytes())))
}

/// The parameters of the query and of the body; Stripe reads a body of a GET too.
async fn read_params(parts: &Parts, body: Body, seen: &mut Seen) -> Result<Params, Fault> {
    let mut params = match parts.uri.query() {
        Some(query) => form::decode(query.as_bytes())?,
        None => Params::default(),
    };
    let body = body::read(body).await.map_err(|fault| match fault {
        BodyFault::TooLarge => error::payload_too_large(BODY_MAX_BYTES),
        BodyFault::TooSlow | BodyFault::CutOff => error::timeout(),
    })?;
    if !body.is_empty() {
        seen.body = beginning(&body);
        check_media_type(&parts.headers)?;
        form::decode_into(&mut params, &body)?;
    }
    Ok(params)
}

fn check_media_type(headers: &HeaderMap) -> Result<(), Fault> {
    match body::media_type(headers) {
        Some(other) if other != "application/x-www-form-urlencoded" => Err(error::unsupported_media_type(&other)),
        _ => Ok(()),
    }
}

/// Keys count on POST only (spec/stripe.md 2.8).
fn claim(parts: &Parts, params: &Params) -> Result<Option<Claim>, Fault> {
    if parts.method != Method::POST {
        return Ok(None);
    }
    let Some(key) = parts.headers.get("idempotency-key") else { return Ok(None) };
    let key = String::from_utf8_lossy(key.as_bytes()).into_owned();
    if key.chars().count() > KEY_MAX_CHARACTERS {
        return Err(error::idempotency_key_too_long());
    }
    Ok(Some(Claim { key, endpoint: parts.uri.path().to_owned(), fingerprint: params.fingerprint() }))
}

fn fault_answer(fault: &Fault) -> Answer {
    Answer::new(fault.status, error::body(fault))
}

/// What the store's failures look like from outside. The details are for the log.
fn store_fault(failure: &StoreError) -> Fault {
    tracing::error!(error = %failure, "the store failed");
    match failure {
        StoreError::Busy => error::lock_timeout(),
        StoreError::Full => error::no_space(),
        StoreError::Unresolved => error::unresolved(),
        StoreError::Closed | StoreError::Unavailable(_) | StoreError::Conflict(_) => error::unavailable(),
        StoreError::Corrupt(_) | StoreError::Endless | StoreError::Guest => error::internal(),
    }
}
