//! A router over a model in memory, and requests to it.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tollgate_domain::subscription::Payments;
use tollgate_domain::time::Timestamp;
use tollgate_server::app::{App, AppOptions};
use tollgate_server::keys::SecretKey;
use tollgate_server::routes;
use tollgate_store::{Clock, DatabaseUrl, Options, Store};
use tower::ServiceExt;

pub(crate) const TEST_KEY: &str = "sk_test_0123456789abcdef";
pub(crate) const LIVE_KEY: &str = "sk_live_0123456789abcdef";

/// A server without connections.
#[derive(Clone)]
pub(crate) struct Server(Router);

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn error(&self) -> Value {
        self.json()["error"].clone()
    }

    pub(crate) fn message(&self) -> String {
        self.error()["message"].as_str().expect("errors have a message").to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

impl Server {
    /// With one key for each environment.
    pub(crate) async fn new() -> Self {
        Self::over(&Options::default()).await
    }

    /// The same at a time that is told by hand, in seconds.
    pub(crate) async fn at(seconds: Arc<AtomicI64>) -> Self {
        Self::where_payments_are(Payments::Assumed, seconds).await
    }

    /// The same, set so.
    pub(crate) async fn where_payments_are(payments: Payments, seconds: Arc<AtomicI64>) -> Self {
        let clock = Clock::reading(move || Timestamp::from_seconds(seconds.load(Ordering::Relaxed)));
        Self::over(&Options { clock, payments, ..Options::default() }).await
    }

    async fn over(options: &Options) -> Self {
        Self::with(options, AppOptions::default()).await.0
    }

    /// One that is set so, and the app behind it.
    pub(crate) async fn with(options: &Options, set: AppOptions) -> (Self, Arc<App>) {
        let app = App::new(Store::open(&DatabaseUrl::Model, options).await.unwrap(), set);
        for key in [TEST_KEY, LIVE_KEY] {
            let Ok(key) = SecretKey::parse(key) else { panic!("the keys above are keys") };
            app.create_key(&key, "tests").await.unwrap();
        }
        (Self(routes::router(app.clone())), app)
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response: Response<Body> = self.0.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer { status: parts.status, headers: parts.headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    /// A request with the test key.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(request("GET", path).body(Body::empty()).unwrap()).await
    }

    /// A deletion with the test key.
    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(request("DELETE", path).body(Body::empty()).unwrap()).await
    }

    /// A form with the test key.
    pub(crate) async fn post(&self, path: &str, form: &str) -> Answer {
        self.send(request("POST", path).body(Body::from(form.to_owned())).unwrap()).await
    }

    /// A form with the test key and an idempotency key.
    pub(crate) async fn post_once(&self, key: &str, path: &str, form: &str) -> Answer {
        let request = request("POST", path).header("idempotency-key", key);
        self.send(request.body(Body::from(form.to_owned())).unwrap()).await
    }
}

/// A request with the test key.
pub(crate) fn request(method: &str, path: &str) -> axum::http::request::Builder {
    Request::builder().method(method).uri(path).header("authorization", format!("Bearer {TEST_KEY}"))
}
