//! How often somebody may try to sign in.

use quick_cache::sync::Cache;
use std::time::{Duration, Instant};

/// Emails that are remembered; the least used are forgotten.
const REMEMBERED_MAX: usize = 10_000;
/// Tries that may fail before one has to wait.
const FREE_TRIES: u32 = 5;
/// The first wait, doubled with every further failure, and the longest.
const FIRST_WAIT: Duration = Duration::from_secs(2);
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// The tries of each email, whoever makes them: an attacker can try from many places. Kept by this server alone.
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
    /// How long an email has to wait for its next try, where it has to.
    pub(super) fn wait(&self, email: &str, now: Instant) -> Option<Duration> {
        let tries = self.0.get(email)?;
        tries.not_before.checked_duration_since(now).filter(|wait| !wait.is_zero())
    }

    /// Counts a try, before it is made: many at once are no way round.
    pub(super) fn count(&self, email: &str, now: Instant) {
        let failed = self.0.get(email).map_or(1, |tries| tries.failed.saturating_add(1));
        let wait = match failed.checked_sub(FREE_TRIES) {
            None => Duration::ZERO,
            Some(doublings) => FIRST_WAIT.saturating_mul(1 << doublings.min(16)).min(LONGEST_WAIT),
        };
        self.0.insert(email.to_owned(), Tries { failed, not_before: now + wait });
    }

    /// Forgets the tries of somebody who signed in.
    pub(super) fn forget(&self, email: &str) {
        self.0.remove(email);
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
        assert_eq!(throttle.wait("other@b.c", start), None);
        assert_eq!(throttle.wait("a@b.c", start + LONGEST_WAIT), None);
        throttle.forget("a@b.c");
        assert_eq!(throttle.wait("a@b.c", start), None);
    }
}
