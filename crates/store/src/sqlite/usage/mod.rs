//! Usage: many small events, each of which must be found by its customer and feature, and by its key, and moves a counter.
//!
//! An index by such values has its next entry anywhere, so that keeping it up costs ten times what it costs to append the
//! event; and a counter is written with every event. Both are put off. The newest events are indexed in memory
//! ([`tail`]), and counters that they moved are there too ([`counters`]); a [merge](merge) brings both to the file from time
//! to time, in the order of the file, a slice between one batch of jobs and the next.
//!
//! Invariants:
//! * Up to the event of `usage_mark`, the indexes and the rows of counters in the file have everything. What comes
//!   after can be read back from the events after it, which carry the states of their counters. A counter that is changed
//!   otherwise is stored with the change.
//! * No event gets a place at or below the mark, or one that another event had while this process runs.
//! * Changed events are in the indexes of the file at once.

mod check;
mod counters;
mod merge;
mod read;
mod tail;
#[cfg(test)]
mod tests;
mod write;

pub(super) use check::check;
pub(super) use counters::Unstored;
pub(super) use merge::{SLICE_EVENTS, settle};
pub(super) use read::{events, events_outside, load_holder, load_holder_outside, page, place, tally, tally_outside};
pub(super) use write::Written;

use crate::error::StoreError;
use crate::search_terms::fnv1a;
use counters::Counting;
use merge::Merge;
use rusqlite::Connection;
use rustc_hash::FxHashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tail::{KeyHash, Run, Subject};
use tollgate_domain::environment::Environment;
use tollgate_domain::id::{CustomerId, FeatureId};

/// What is put off, in memory.
#[derive(Debug)]
pub(super) struct Usage {
    limits: Limits,
    state: Mutex<State>,
}

/// How much may be put off.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Events after which a merge begins; when there are twice as many, jobs wait for it.
    pub(super) tail: usize,
    /// The bits of a key that its hash keeps; fewer in tests.
    pub(super) key_bits: u64,
}

#[derive(Debug, Default)]
struct State {
    /// What is being merged, and the events that came since.
    merge: Option<Merge>,
    run: Run,
    counters: Counting,
    /// The last place that was given out.
    last: i64,
    /// Places of the rows of features, which are never deleted.
    features: [FxHashMap<FeatureId, i64>; 2],
}

impl Limits {
    pub(super) fn new(tail: usize) -> Self {
        Self { tail: tail.max(1), key_bits: u64::MAX }
    }

    /// A hash that stays the same for good: it is in the file.
    fn hash(self, key: &str) -> KeyHash {
        let hash = (fnv1a(key.as_bytes()) & self.key_bits).cast_signed();
        KeyHash::new(hash).unwrap_or(KeyHash::MIN)
    }
}

impl Usage {
    /// Reads back what was put off and never stored.
    pub(super) fn open(connection: &Connection, limits: Limits) -> Result<Self, StoreError> {
        let usage = Self { limits, state: Mutex::default() };
        usage.recover(connection, &|| {
            while usage.merge(connection)? {}
            Ok(())
        })?;
        Ok(usage)
    }

    /// Knows nothing, and is told nothing: for a guest.
    pub(super) fn none() -> Self {
        Self { limits: Limits::new(1), state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The counters of a customer, where they are not stored.
    pub(super) fn unstored(&self, environment: Environment, customer: &CustomerId) -> Option<Unstored> {
        self.state().counters.get(environment, customer)
    }

    /// The events of a subject that occurred from `start` to `last`, as far as they are not merged.
    fn unmerged(&self, subject: Subject, start: i64, last: i64) -> Vec<(i64, i64)> {
        let state = self.state();
        let entries = state.runs().flat_map(|run| run.of(subject));
        let here = entries.filter(|entry| (start..=last).contains(&entry.created));
        here.map(|entry| (entry.created, entry.seq)).collect()
    }

    /// The same of those that have a key with this hash.
    fn unmerged_of_key(&self, subject: Subject, key: KeyHash) -> Vec<i64> {
        let state = self.state();
        let entries = state.runs().flat_map(|run| run.of_key(subject, key));
        entries.map(|entry| entry.seq).collect()
    }

    /// The place of a feature's row.
    fn feature(
        &self,
        connection: &Connection,
        environment: Environment,
        id: &FeatureId,
    ) -> Result<Option<i64>, StoreError> {
        let known = usize::from(environment.is_live());
        if let Some(place) = self.state().features[known].get(id) {
            return Ok(Some(*place));
        }
        read::place(connection, "feature", environment, id.as_str())
    }
}

impl State {
    fn runs(&self) -> impl Iterator<Item = &Run> {
        self.merge.iter().map(Merge::run).chain([&self.run])
    }
}
