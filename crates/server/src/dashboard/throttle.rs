//! How often somebody may try a password.

use crate::keys;
use quick_cache::sync::Cache;
use std::time::{Duration, Instant};

/// Names that are remembered; the least used are forgotten.
const REMEMBERED_MAX: usize = 10_000;
/// Tries that may fail before one has to wait.
const FREE_TRIES: u32 = 5;
/// The first wait, doubled with every further failure, and the longest.
const FIRST_WAIT: Duration = Duration::from_secs(2);
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// The tries at each name (an email, or a person's id), whoever makes them: an attacker can try from many places. Kept by
/// this server alone, and by hashes: whatever a name is, it takes as much room as any other.
pub(crate) struct Throttle(Cache<String, Tries>);

#[derive(Clone, Copy)]
struct Tries {
    failed: u32,
    not_before: Instant,
}

impl Default for Throttle {
    fn default() -> Self {
        Self(Cache::new(REMEMBERED_MAX))
    }
}

impl Throttle {
    /// How long a name has to wait for its next try, where it has to.
    pub(super) fn wait(&self, name: &str, now: Instant) -> Option<Duration> {
        let tries = self.0.get(&keys::hash(name))?;
        tries.not_before.checked_duration_since(now).filter(|wait| !wait.is_zero())
    }

    /// Counts a try, before it is made: many at once are no way round.
    pub(super) fn count(&self, name: &str, now: Instant) {
        let name = keys::hash(name);
        let failed = self.0.get(&name).map_or(1, |tries| tries.failed.saturating_add(1));
        let wait = match failed.checked_sub(FREE_TRIES) {
            None => Duration::ZERO,
            Some(doublings) => FIRST_WAIT.saturating_mul(1 << doublings.min(16)).min(LONGEST_WAIT),
        };
        self.0.insert(name, Tries { failed, not_before: now + wait });
    }

    /// Takes back a try that was counted and not made.
    pub(super) fn take_back(&self, name: &str, now: Instant) {
        let name = keys::hash(name);
        if let Some(tries) = self.0.get(&name) {
            self.0.insert(name, Tries { failed: tries.failed.saturating_sub(1), not_before: now });
        }
    }

    /// Forgets the tries of somebody who knew the password.
    pub(super) fn forget(&self, name: &str) {
        self.0.remove(&keys::hash(name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_fails_again_and_again_waits_longer_and_longer() {
        let (throttle, start) = (Throttle::default(), Instant::now());
        for _ in 1..FREE_TRIES {
            throttle.count("a@b.c", start);
            assert_eq!(throttle.wait("a@b.c", start), None);
        }
        for seconds in [2, 4, 8, 16, 32, 60, 60] {
            throttle.count("a@b.c", start);
            assert_eq!(throttle.wait("a@b.c", start), Some(Duration::from_secs(seconds)));
        }
        throttle.take_back("a@b.c", start);
        assert_eq!(throttle.wait("a@b.c", start), None);
        throttle.count("a@b.c", start);
        assert_eq!(throttle.wait("a@b.c", start), Some(LONGEST_WAIT));
        assert_eq!(throttle.wait("other@b.c", start), None);
        assert_eq!(throttle.wait("a@b.c", start + LONGEST_WAIT), None);
        throttle.forget("a@b.c");
        assert_eq!(throttle.wait("a@b.c", start), None);
    }
}
