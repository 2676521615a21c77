//! The PriceOS dialect: from a request to its answer.

mod access;
mod bonuses;
mod checkout;
mod customers;
mod endpoints;
mod features;
mod overrides;
mod products;
mod standing;
mod usage;

pub(crate) use standing::Standing;

use crate::answer::respond_json;
use crate::app::App;
use crate::gate::auth::{self, Refused};
use crate::gate::body::{self, BODY_MAX_BYTES, BodyFault};
use crate::request_log::{Seen, beginning};
use crate::{gate, routes};
use axum::body::Body;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Response, Uri};
use bytes::Bytes;
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;
use tollgate_domain::command::{Command, Stop};
use tollgate_domain::environment::Environment;
use tollgate_domain::facts::{Facts, ReadSet};
use tollgate_domain::id::RequestId;
use tollgate_domain::time::Timestamp;
use tollgate_store::StoreError;
use tollgate_wire::json::Writer;
use tollgate_wire::priceos::fault::{Code, Fault};
use tollgate_wire::priceos::fields::{self, Map, Origin};
use tollgate_wire::priceos::operation::Operation;
use tollgate_wire::priceos::refusal;

/// Bytes of an ordinary answer, about.
const ANSWER_BYTES: usize = 512;
/// The label of requests that match no route.
const UNKNOWN_ROUTE: &str = "unknown";

/// An operation at a path. Where the path says outright what stands for an id in the path of the operation, that is
/// its id: `/v1/customers/link` also names the customer `link`, for the methods that linking does not have.
#[derive(Debug, Clone)]
pub(crate) struct Endpoint {
    operation: Operation,
    id: Option<&'static str>,
}

/// The operations at a path.
pub(crate) fn endpoints(path: &'static str) -> Vec<Endpoint> {
    let own = Operation::ALL.iter().filter(|operation| operation.path() == path);
    let mut endpoints: Vec<Endpoint> = own.map(|operation| Endpoint { operation: *operation, id: None }).collect();
    for operation in Operation::ALL {
        if let Some(id) = stands_for(path, operation.path()) {
            endpoints.push(Endpoint { operation: *operation, id: Some(id) });
        }
    }
    endpoints
}

/// The last step of a path, where it stands for the placeholder that ends another path that is the same up to there.
fn stands_for(path: &'static str, other: &str) -> Option<&'static str> {
    let (start, last) = path.rsplit_once('/')?;
    let (other_start, placeholder) = other.rsplit_once('/')?;
    (start == other_start && placeholder.starts_with('{') && !last.starts_with('{')).then_some(last)
}

/// A request that passed the gate.
struct Asked {
    operation: Operation,
    environment: Environment,
    /// The instant that reads are answered for.
    now: Timestamp,
    /// What the path names.
    id: String,
    /// Its query, or its body.
    fields: Map,
    /// What it says of where this server is.
    headers: HeaderMap,
    uri: Uri,
}

impl Asked {
    /// Refuses any field.
    fn takes_nothing(&self) -> Result<(), Fault> {
        fields::read(&[], &self.fields, Origin::Query).map(drop)
    }

    /// What the path names, where that is a UUID: they are kept in lower case.
    fn uuid(&self) -> String {
        self.id.to_ascii_lowercase()
    }
}

/// Answers any request of this dialect.
pub(crate) async fn answer(
    app: Arc<App>,
    endpoints: &[Endpoint],
    ids: Option<Vec<String>>,
    request: Request,
) -> Response<Body> {
    let started = Instant::now();
    let (parts, body) = request.into_parts();
    let id = gate::request_id();
    let has_method = |endpoint: &&Endpoint| {
        endpoint.operation.methods().iter().any(|method| routes::is(&parts.method, method.as_str()))
    };
    let endpoint = endpoints.iter().find(has_method);
    let mut seen = Seen::default();
    let passing = pass(&app, endpoint, endpoints.is_empty(), ids, &parts, body, &mut seen);
    let (status, body) = match AssertUnwindSafe(passing).catch_unwind().await {
        Ok(Ok(body)) => (200, body),
        Ok(Err(fault)) => (fault.code.status(), Bytes::from(fault.body(&id))),
        // What panicked has been told on standard error; no other request is concerned.
        Err(_) => {
            let fault = internal();
            (fault.code.status(), fault.body(&id).into())
        }
    };
    note(&app, endpoint.map(|endpoint| endpoint.operation), &parts, &id, status, started);
    seen.log(&app, "PriceOS", &parts, &id, status, started, &body);
    respond_json(status, body, &id)
}

fn note(app: &App, operation: Option<Operation>, parts: &Parts, id: &RequestId, status: u16, started: Instant) {
    let took = started.elapsed();
    let (method, route) = match operation {
        Some(operation) => {
            let methods = operation.methods();
            let method = methods.iter().find(|method| routes::is(&parts.method, method.as_str()));
            (method.map_or("any", |method| method.as_str()), operation.path())
        }
        None => ("any", UNKNOWN_ROUTE),
    };
    app.note(method, route, id, status, took);
}

/// The gate, then the endpoint.
async fn pass(
    app: &App,
    endpoint: Option<&Endpoint>,
    unknown: bool,
    ids: Option<Vec<String>>,
    parts: &Parts,
    body: Body,
    seen: &mut Seen,
) -> Result<Bytes, Fault> {
    let key = auth::presented_api_key(&parts.headers);
    let environment = app.keys.authenticate(&app.store, key).await.map_err(not_let_in)?;
    seen.environment = Some(environment);
    let path = parts.uri.path();
    let Some(endpoint) = endpoint else {
        return Err(if unknown {
            Fault::new(Code::NotFound, format!("There is nothing at {path}."))
        } else {
            Fault::new(Code::MethodNotAllowed, format!("{path} does not take {}.", parts.method))
        });
    };
    let ids = ids.ok_or_else(|| Fault::new(Code::NotFound, "The path is not UTF-8."))?;
    let id = endpoint.id.map(str::to_owned).or_else(|| ids.into_iter().next()).unwrap_or_default();
    let operation = endpoint.operation;
    let fields = read_fields(operation, parts, body, seen).await?;
    let (headers, uri) = (parts.headers.clone(), parts.uri.clone());
    let asked = Asked { operation, environment, now: app.store.clock().now(), id, fields, headers, uri };
    endpoints::answer(app, asked).await
}

/// Does what a request would, for somebody within the server who may.
pub(crate) async fn ask(
    app: &App,
    environment: Environment,
    operation: Operation,
    id: &str,
    fields: Map,
) -> Result<Bytes, Fault> {
    let (headers, uri, now) = (HeaderMap::new(), Uri::default(), app.store.clock().now());
    let asked = Asked { operation, environment, now, id: id.to_owned(), fields, headers, uri };
    endpoints::answer(app, asked).await
}

fn not_let_in(refused: Refused) -> Fault {
    let message = match refused {
        Refused::NoKey => "Send your secret key in the `x-api-key` header.",
        Refused::Unknown(_) => "The key in the `x-api-key` header is not known.",
        Refused::Revoked(_) => "The key in the `x-api-key` header was revoked.",
        Refused::Store(error) => return store_fault(&error),
    };
    Fault::new(Code::Unauthorized, message)
}

/// The fields of the query, where the method has them there, or of the body.
async fn read_fields(operation: Operation, parts: &Parts, body: Body, seen: &mut Seen) -> Result<Map, Fault> {
    let query = fields::query(parts.uri.query().unwrap_or_default())?;
    if operation.methods().iter().any(|method| method.has_query()) {
        return Ok(query);
    }
    // Nothing is taken from the query of a request that has a body.
    fields::read(&[], &query, Origin::Query)?;
    if let Some(media_type) = body::media_type(&parts.headers)
        && media_type != "application/json"
        && !media_type.ends_with("+json")
    {
        let message = format!("The body must be application/json, not {media_type}.");
        return Err(Fault::new(Code::UnsupportedMediaType, message));
    }
    let body = body::read(body).await.map_err(|fault| match fault {
        BodyFault::TooLarge => {
            Fault::new(Code::PayloadTooLarge, format!("The body is larger than {BODY_MAX_BYTES} bytes."))
        }
        BodyFault::TooSlow | BodyFault::CutOff => Fault::new(Code::InvalidJson, "The body did not arrive whole."),
    })?;
    seen.body = beginning(&body);
    fields::body(&body)
}

/// Runs a command.
async fn run<C: Command>(app: &App, asked: &Asked, command: C) -> Result<C::Reply, Fault> {
    let reply = app.run(asked.environment, command).await.map_err(|error| store_fault(&error))?;
    reply.map_err(|refusal| refusal::fault(&refusal))
}

/// Finds something out with what is known; what is missing is loaded, and it is tried anew.
async fn consult<T>(
    app: &App,
    environment: Environment,
    facts: &mut Facts,
    reads: impl Into<ReadSet>,
    find: impl Fn(&Facts) -> Result<T, Stop>,
) -> Result<T, Fault> {
    let mut reads: ReadSet = reads.into();
    loop {
        app.store.load(environment, &reads, facts).await.map_err(|error| store_fault(&error))?;
        match find(facts) {
            Ok(found) => return Ok(found),
            Err(Stop::Need(more)) => reads = more,
            Err(Stop::Refused(refusal)) => return Err(refusal::fault(&refusal)),
        }
    }
}

/// The bytes of an answer.
fn written(bytes: usize, write: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut writer = Writer::compact(bytes);
    write(&mut writer);
    writer.into_bytes()
}

fn internal() -> Fault {
    Fault::new(Code::Internal, "Something went wrong on the server's side.")
}

/// What the store's failures look like from outside. The details are for the log.
fn store_fault(failure: &StoreError) -> Fault {
    tracing::error!(error = %failure, "the store failed");
    let unavailable = |message| Fault::new(Code::Unavailable, message);
    match failure {
        StoreError::Busy => unavailable("The server has too much to do; nothing was done. Try again shortly."),
        StoreError::Full => unavailable("The database is full; nothing was done."),
        StoreError::Unresolved => {
            unavailable("The database was lost during the change, which may have been made, or not.")
        }
        StoreError::Closed | StoreError::Unavailable(_) | StoreError::Conflict(_) => {
            unavailable("The database cannot be reached; nothing was done. Try again shortly.")
        }
        StoreError::Corrupt(_) | StoreError::Endless | StoreError::Guest => internal(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_in_a_path_is_also_an_id_for_other_methods() {
        let operations: Vec<_> = endpoints("/v1/customers/link").iter().map(|at| (at.operation, at.id)).collect();
        assert_eq!(operations[0], (Operation::CustomerLink, None));
        assert!(operations.contains(&(Operation::CustomerRetrieve, Some("link"))));
        assert!(endpoints("/v1/products/search").iter().any(|at| at.id == Some("search")));
        assert!(endpoints("/v1/nothing/at/all").is_empty());
    }
}
