//! The requests of late, for the people who look at them in the dashboard. Kept by this process alone, in memory.
//!
//! Requests that read outnumber those that change something or were refused, so each kind has a ring of its own, and of
//! those that read at a rate that nobody could look at only some are kept.

use crate::app::App;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, Uri, header};
use bytes::Bytes;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tollgate_domain::environment::Environment;
use tollgate_domain::id::RequestId;
use tollgate_domain::time::Timestamp;

/// Requests of each kind that are kept, of each environment.
const KEPT: usize = 200;
/// Milliseconds after one that reads in which no other is noted.
const READ_PAUSE_MILLIS: i64 = 5;
/// Most bytes of a body that are kept.
pub(crate) const BODY_KEPT_BYTES: usize = 4096;

/// A request that was answered.
#[derive(Debug, Clone)]
pub(crate) struct Logged {
    pub(crate) id: RequestId,
    /// When its answer left.
    pub(crate) at: Timestamp,
    pub(crate) took: Duration,
    pub(crate) dialect: &'static str,
    pub(crate) method: Method,
    /// Its path and query.
    pub(crate) uri: Uri,
    agent: Option<HeaderValue>,
    pub(crate) status: u16,
    /// The first [`BODY_KEPT_BYTES`] of its body, and of that of its answer.
    pub(crate) asked: Bytes,
    pub(crate) answered: Bytes,
}

/// What of a request is known by the time it is answered: of one that is not let in, nothing.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) environment: Option<Environment>,
    /// The [`beginning`] of its body.
    pub(crate) body: Bytes,
}

impl Seen {
    /// Notes the request of somebody who was let in. Strangers do not get to fill the log.
    #[allow(clippy::too_many_arguments, reason = "each is a different fact of one request")]
    pub(crate) fn log(
        self,
        app: &App,
        dialect: &'static str,
        parts: &Parts,
        id: &RequestId,
        status: u16,
        started: Instant,
        answer: &[u8],
    ) {
        let Some(environment) = self.environment else { return };
        let (at, kind) = (app.store.clock().now(), Kind::of(status, &parts.method));
        if kind == Kind::Read && !app.requests.takes_read(environment, at) {
            return;
        }
        let logged = Logged {
            id: id.clone(),
            at,
            took: started.elapsed(),
            dialect,
            method: parts.method.clone(),
            uri: parts.uri.clone(),
            agent: parts.headers.get(header::USER_AGENT).cloned(),
            status,
            asked: self.body,
            answered: beginning(answer),
        };
        app.requests.put(environment, kind, logged);
    }
}

impl Logged {
    /// What it calls itself.
    pub(crate) fn agent(&self) -> &str {
        self.agent.as_ref().and_then(|agent| agent.to_str().ok()).unwrap_or_default()
    }
}

/// The beginning of a body, without the buffer that it came in.
pub(crate) fn beginning(body: &[u8]) -> Bytes {
    Bytes::copy_from_slice(&body[..body.len().min(BODY_KEPT_BYTES)])
}

/// Which requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// They were refused, or failed.
    Refused,
    /// They may have changed something.
    Write,
    Read,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Refused, Self::Write, Self::Read];

    fn of(status: u16, method: &Method) -> Self {
        match status {
            400.. => Self::Refused,
            _ if method.is_safe() => Self::Read,
            _ => Self::Write,
        }
    }
}

/// The requests of late.
pub(crate) struct RequestLog {
    rings: [[Ring; 3]; 2],
    /// When one that reads was noted last, in milliseconds, of each environment.
    last_read: [AtomicI64; 2],
}

struct Ring {
    next: AtomicUsize,
    slots: Vec<Mutex<Option<Arc<Logged>>>>,
}

impl Default for RequestLog {
    fn default() -> Self {
        Self {
            rings: std::array::from_fn(|_| std::array::from_fn(|_| Ring::new())),
            last_read: std::array::from_fn(|_| AtomicI64::new(0)),
        }
    }
}

impl RequestLog {
    /// Whether one that reads is noted at this instant: one in [`READ_PAUSE_MILLIS`].
    fn takes_read(&self, environment: Environment, at: Timestamp) -> bool {
        let last = &self.last_read[usize::from(environment.is_live())];
        let noted = last.load(Ordering::Relaxed);
        // A clock that was set back starts anew.
        if (0..READ_PAUSE_MILLIS).contains(&(at.millis() - noted)) {
            return false;
        }
        last.store(at.millis(), Ordering::Relaxed);
        true
    }

    /// Notes a request; the oldest of its kind is forgotten.
    pub(crate) fn put(&self, environment: Environment, kind: Kind, logged: Logged) {
        self.ring(environment, kind).put(logged);
    }

    /// Those of a kind, newest first.
    pub(crate) fn of(&self, environment: Environment, kind: Kind) -> Vec<Arc<Logged>> {
        let mut found = self.ring(environment, kind).all();
        found.sort_by_key(|logged| std::cmp::Reverse(logged.at));
        found
    }

    /// The one with an id.
    pub(crate) fn find(&self, environment: Environment, id: &str) -> Option<Arc<Logged>> {
        let mut all = Kind::ALL.into_iter().flat_map(|kind| self.ring(environment, kind).all());
        all.find(|logged| logged.id.as_str() == id)
    }

    fn ring(&self, environment: Environment, kind: Kind) -> &Ring {
        &self.rings[usize::from(environment.is_live())][kind as usize]
    }
}

impl Ring {
    fn new() -> Self {
        Self { next: AtomicUsize::new(0), slots: (0..KEPT).map(|_| Mutex::new(None)).collect() }
    }

    fn put(&self, logged: Logged) {
        let place = self.next.fetch_add(1, Ordering::Relaxed) % self.slots.len();
        let old = self.slots[place].lock().unwrap_or_else(PoisonError::into_inner).replace(Arc::new(logged));
        // Freed outside the lock.
        drop(old);
    }

    fn all(&self) -> Vec<Arc<Logged>> {
        let held = |slot: &Mutex<Option<Arc<Logged>>>| slot.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.slots.iter().filter_map(held).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logged(id: usize, method: Method, status: u16) -> Logged {
        Logged {
            id: format!("req_{id}").as_str().into(),
            at: Timestamp::from_millis(i64::try_from(id).unwrap()),
            took: Duration::ZERO,
            dialect: "Stripe",
            method,
            uri: Uri::default(),
            agent: None,
            status,
            asked: beginning(&[b'x'; 2 * BODY_KEPT_BYTES]),
            answered: Bytes::new(),
        }
    }

    #[test]
    fn what_is_seldom_is_not_pushed_out_by_what_is_frequent() {
        let log = RequestLog::default();
        log.put(Environment::Test, Kind::Write, logged(0, Method::POST, 200));
        log.put(Environment::Test, Kind::Refused, logged(1, Method::GET, 404));
        for id in 2..2 + 3 * KEPT {
            log.put(Environment::Test, Kind::Read, logged(id, Method::GET, 200));
        }
        let ids = |kind| -> Vec<String> {
            log.of(Environment::Test, kind).iter().map(|logged| logged.id.to_string()).collect()
        };
        assert_eq!((ids(Kind::Write), ids(Kind::Refused)), (vec!["req_0".to_owned()], vec!["req_1".to_owned()]));
        let reads = ids(Kind::Read);
        assert_eq!((reads.len(), reads[0].as_str()), (KEPT, format!("req_{}", 1 + 3 * KEPT).as_str()));
        assert_eq!(log.find(Environment::Test, "req_0").unwrap().asked.len(), BODY_KEPT_BYTES);
        assert!(log.find(Environment::Live, "req_0").is_none());
    }

    #[test]
    fn of_many_reads_at_once_one_is_noted() {
        let log = RequestLog::default();
        let at = |millis: i64| Timestamp::from_millis(1_000_000 + millis);
        for (millis, is_taken) in [(0, true), (1, false), (4, false), (5, true), (9, false), (-3, true)] {
            assert_eq!(log.takes_read(Environment::Test, at(millis)), is_taken, "{millis}");
        }
        assert!(log.takes_read(Environment::Live, at(0)));
        assert_eq!(Kind::of(200, &Method::HEAD), Kind::Read);
        assert_eq!((Kind::of(200, &Method::DELETE), Kind::of(404, &Method::GET)), (Kind::Write, Kind::Refused));
    }
}
