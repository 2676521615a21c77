//! The time, as commands are told it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use tollgate_domain::time::Timestamp;

/// Tells the time, and never an earlier one than it told before. Clones tell the same time.
#[derive(Clone)]
pub struct Clock {
    read: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    latest: Arc<AtomicI64>,
}

impl Clock {
    /// The clock of the system; held back while that is set back.
    pub fn system() -> Self {
        Self::reading(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
        })
    }

    /// A clock that is read by calling `read`; for tests that move it by hand.
    pub fn reading(read: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { read: Arc::new(read), latest: Arc::new(AtomicI64::new(i64::MIN)) }
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        let now = (self.read)().millis();
        Timestamp::from_millis(self.latest.fetch_max(now, Ordering::Relaxed).max(now))
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::system()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now().millis())
    }
}
