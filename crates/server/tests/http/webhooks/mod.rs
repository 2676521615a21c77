//! Webhooks: endpoints over the router, and deliveries to receivers on this machine that do all that receivers do.

mod deliveries;
mod endpoints;
mod receiver;
mod signature;

use crate::client::{Answer, LIVE_KEY, Server, request};
use axum::body::Body;
use axum::http::StatusCode;
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};
use tollgate_domain::time::Timestamp;
use tollgate_domain::webhook::Schedule;
use tollgate_server::app::{App, AppOptions};
use tollgate_server::webhooks::{Dispatcher, Settings};
use tollgate_store::{Clock, Options};

const ENDPOINTS: &str = "/v1/webhook_endpoints";
/// 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600_000;

/// A server that sends, on a clock that is moved by hand.
struct World {
    server: Server,
    app: Arc<App>,
    hands: Arc<AtomicI64>,
    dispatchers: Vec<Dispatcher>,
}

impl World {
    async fn new() -> Self {
        Self::with(Settings { timeout: Duration::from_millis(400), ..Settings::default() }).await
    }

    async fn with(webhooks: Settings) -> Self {
        let hands = Arc::new(AtomicI64::new(START));
        let read = hands.clone();
        let clock = Clock::reading(move || Timestamp::from_millis(read.load(Ordering::SeqCst)));
        let options = Options { clock, ..Options::default() };
        let (server, app) = Server::with(&options, AppOptions { webhooks, ..AppOptions::default() }).await;
        let dispatchers = vec![Dispatcher::start(app.clone())];
        Self { server, app, hands, dispatchers }
    }

    fn pass(&self, millis: i64) {
        self.hands.fetch_add(millis, Ordering::SeqCst);
    }

    fn now(&self) -> i64 {
        self.hands.load(Ordering::SeqCst)
    }

    /// An endpoint for every event.
    async fn endpoint(&self, url: &str) -> Value {
        made(&self.server, url).await
    }

    async fn product(&self, id: &str) {
        let answer = self.server.post("/v1/products", &format!("id={id}&name=Gold")).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    }

    /// What an endpoint did not receive yet.
    async fn missed(&self, endpoint: &Value, query: &str) -> Vec<Value> {
        let path = format!("{ENDPOINTS}/{}/deliveries?{query}", endpoint["id"].as_str().unwrap());
        self.server.get(&path).await.json()["data"].as_array().unwrap().clone()
    }

    async fn events(&self, query: &str) -> Vec<Value> {
        self.server.get(&format!("/v1/events?{query}")).await.json()["data"].as_array().unwrap().clone()
    }
}

async fn made(server: &Server, url: &str) -> Value {
    let answer = server.post(ENDPOINTS, &format!("url={url}&enabled_events[0]=*")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer.json()
}

async fn live(server: &Server, method: &str, path: &str, form: &str) -> Answer {
    let mut request = request(method, path).body(Body::from(form.to_owned())).unwrap();
    request.headers_mut().insert("authorization", format!("Bearer {LIVE_KEY}").parse().unwrap());
    server.send(request).await
}

/// Waits until something is so; no test waits for less than a slow machine takes.
async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < Duration::from_secs(60), "{what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Gives what should not happen the time to happen.
async fn a_while() {
    tokio::time::sleep(Duration::from_millis(250)).await;
}

/// Settings under which what fails is tried again at once, for as long as a test takes.
fn hasty(timeout: u64) -> Settings {
    let schedule = Schedule { first: 1, longest: 1, whole: i64::MAX / 4 };
    Settings { timeout: Duration::from_millis(timeout), schedule, ..Settings::default() }
}
