//! Idempotency keys whose first request is still being answered.
//!
//! The receipts in the store tell of requests that are over; this tells of those that are not, so that the second
//! of two equal requests hears 409 at once instead of waiting.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use tollgate_domain::environment::Environment;

type Key = (Environment, String);

/// The keys in use.
#[derive(Clone, Default)]
pub(crate) struct InFlight(Arc<Mutex<HashSet<Key>>>);

/// Holds a key until it is dropped.
pub(crate) struct Held {
    key: Key,
    keys: InFlight,
}

impl InFlight {
    /// Holds a key, or nothing where another request does.
    pub(crate) fn hold(&self, environment: Environment, key: &str) -> Option<Held> {
        let key = (environment, key.to_owned());
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.insert(key.clone()).then(|| Held { key, keys: self.clone() })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.keys.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_held_once_in_each_environment_until_it_is_let_go() {
        let keys = InFlight::default();
        let held = keys.hold(Environment::Test, "k");
        assert!(held.is_some());
        assert!(keys.hold(Environment::Test, "k").is_none());
        assert!(keys.hold(Environment::Live, "k").is_some());
        drop(held);
        assert!(keys.hold(Environment::Test, "k").is_some());
    }
}
