//! From deliveries to signed requests, and what their answers mean.

use super::client::Failure;
use super::post::Post;
use super::settle::Settled;
use super::signature;
use super::windows::Place;
use bytes::Bytes;
use futures_util::FutureExt;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, USER_AGENT};
use hyper::{Method, Request};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;
use tollgate_domain::command::Stop;
use tollgate_domain::environment::Environment;
use tollgate_domain::event::Event;
use tollgate_domain::facts::{Fact, Facts, Key, ReadSet};
use tollgate_domain::record::{Noun, Record};
use tollgate_domain::webhook::dispatch::{Outcome, Tried};
use tollgate_domain::webhook::{Delivery, Trouble, WebhookEndpoint, delivery};
use tollgate_store::StoreError;
use tollgate_wire::expand::NOTHING;
use tollgate_wire::json::Writer;
use tollgate_wire::stripe::event;
use tollgate_wire::stripe::view::View;

/// What the requests say of who sends them (spec/stripe.md 8).
const AGENT: &str = "Stripe/1.0 (+https://stripe.com/docs/webhooks)";
/// What is said where sending panicked.
const DEFECT: &str = "the event cannot be sent, for a defect of the server";
const MEDIA_TYPE: &str = "application/json; charset=utf-8";

/// Deliveries to one endpoint that were leased together.
pub(super) struct Batch {
    pub(super) post: Arc<Post>,
    pub(super) environment: Environment,
    pub(super) place: Place,
    pub(super) taken: Vec<Arc<Delivery>>,
}

/// Sends each of them; what cannot be sent now is noted as failed.
pub(super) async fn batch(batch: Batch) {
    let Batch { post, environment, place, taken } = batch;
    let known = known(&post, environment, &taken).await;
    for delivery in taken {
        let (post, place) = (post.clone(), place.clone());
        let parcel = match &known {
            Ok(facts) => Ok(parcel(&delivery, facts)),
            Err(error) => Err(trouble(&post, format!("the event cannot be read: {error}"), None)),
        };
        tokio::spawn(async move {
            let outcome = match parcel {
                Ok(Some(parcel)) => {
                    // What panicked has been told on standard error; no other delivery is concerned.
                    let attempt = AssertUnwindSafe(attempt(&post, environment, parcel)).catch_unwind().await;
                    attempt.unwrap_or_else(|_| Outcome::Failed(trouble(&post, DEFECT.to_owned(), None)))
                }
                Ok(None) => Outcome::Pointless,
                Err(trouble) => Outcome::Failed(trouble),
            };
            let tried = Tried { delivery, outcome };
            // Nobody listens any more where the server is at its end; the lease ends by itself.
            let _ = post.outcomes.send(Settled { environment, place, tried });
        });
    }
}

/// What is sent.
struct Parcel {
    event: Arc<Event>,
    endpoint: Arc<WebhookEndpoint>,
    /// How many endpoints the event is still to reach.
    pending: u32,
}

/// Everything that has to be known to send deliveries, in two rounds: the events and endpoints, then what else is to be sent
/// of those events.
async fn known(post: &Post, environment: Environment, taken: &[Arc<Delivery>]) -> Result<Facts, StoreError> {
    let mut facts = Facts::default();
    for delivery in taken {
        let key = Key::Row(Noun::Delivery, delivery.id.to_string());
        facts.learn(key, Fact::Row(Some(Record::Delivery(delivery.clone()))));
    }
    let events = taken.iter().map(|delivery| Key::Row(Noun::Event, delivery.event.to_string()));
    let reads: ReadSet = events.chain([Key::Endpoints]).collect();
    post.app.store.load(environment, &reads, &mut facts).await?;
    let mut others = ReadSet::default();
    for delivery in taken {
        if let Err(Stop::Need(reads)) = delivery::pending(&delivery.event, &facts) {
            others.extend(reads);
        }
    }
    post.app.store.load(environment, &others, &mut facts).await?;
    Ok(facts)
}

/// Nothing where there is nothing left to send.
fn parcel(delivery: &Delivery, facts: &Facts) -> Option<Parcel> {
    let known = "it was loaded before";
    let event = facts.event(&delivery.event).expect(known);
    let endpoint = facts.endpoints().expect(known).get(&delivery.endpoint).cloned();
    let pending = delivery::pending(&delivery.event, facts).expect(known);
    event.zip(endpoint).map(|(event, endpoint)| Parcel { event, endpoint, pending })
}

async fn attempt(post: &Post, environment: Environment, parcel: Parcel) -> Outcome {
    let request = match request(post, environment, &parcel).await {
        Ok(request) => request,
        Err(said) => return Outcome::Failed(trouble(post, said, None)),
    };
    let begun = Instant::now();
    let answer = post.client(environment).send(request).await;
    post.app.metrics.webhooks.tried(begun.elapsed());
    match answer {
        Ok(200..=299) => Outcome::Arrived,
        Ok(status) => Outcome::Failed(trouble(post, format!("the answer has the status {status}"), Some(status))),
        Err(Failure::TimedOut) => {
            let seconds = post.app.webhooks.timeout.as_secs_f64();
            Outcome::Failed(trouble(post, format!("no answer within {seconds} seconds"), None))
        }
        Err(Failure::Said(said)) => Outcome::Failed(trouble(post, said, None)),
    }
}

fn trouble(post: &Post, said: String, status: Option<u16>) -> Trouble {
    Trouble { at: post.app.store.clock().now(), said, status }
}

async fn request(post: &Post, environment: Environment, parcel: &Parcel) -> Result<Request<Full<Bytes>>, String> {
    let body = body(post, environment, parcel).await.map_err(|error| format!("the event cannot be read: {error}"))?;
    let now = post.app.store.clock().now();
    Request::builder()
        .method(Method::POST)
        .uri(&parcel.endpoint.url)
        .header(CONTENT_TYPE, MEDIA_TYPE)
        .header(USER_AGENT, AGENT)
        .header("stripe-signature", signature::header(&body, parcel.endpoint.secrets(now), now))
        .body(Full::new(Bytes::from(body)))
        .map_err(|error| format!("the URL cannot be used: {error}"))
}

/// The event as it is shown.
async fn body(post: &Post, environment: Environment, parcel: &Parcel) -> Result<Vec<u8>, StoreError> {
    let (store, mut facts) = (&post.app.store, Facts::default());
    loop {
        let mut writer = Writer::new();
        let view = View { environment, now: store.clock().now(), expand: &NOTHING, facts: &facts };
        match event::render_pending(&mut writer, &parcel.event, parcel.pending, &view) {
            Ok(()) => return Ok(writer.into_bytes()),
            Err(Stop::Need(reads)) => store.load(environment, &reads, &mut facts).await?,
            Err(Stop::Refused(refusal)) => unreachable!("rendering refuses nothing, but got {refusal:?}"),
        }
    }
}
