//! The changes that the search index does not have yet, in memory; on disk they are the last events.
//!
//! Invariant: a change is in here before it is answered, and until the index has it. A search copies this first and
//! takes its snapshot of the file after, so that it misses no change between the two.

use crate::error::OpenError;
use prometheus_client::metrics::gauge::Gauge;
use rusqlite::Connection;
use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tollgate_domain::environment::Environment;
use tollgate_domain::event::Event;
use tollgate_domain::record::Noun;
use tollgate_domain::search::searchable;

/// An object that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    /// The place of the event that tells of it.
    pub(super) event: i64,
    pub(super) environment: Environment,
    pub(super) noun: Noun,
    pub(super) id: Arc<str>,
}

/// The changes, in the order of their events.
#[derive(Debug)]
pub(super) struct Tail {
    changes: Mutex<VecDeque<Change>>,
    length: Gauge,
}

impl Tail {
    /// Reads the events after the mark.
    pub(super) fn read(connection: &Connection, length: Gauge) -> Result<Self, OpenError> {
        let mut statement = connection
            .prepare("SELECT seq, live, body FROM event WHERE seq > (SELECT event FROM search_mark) ORDER BY seq")?;
        let mut rows = statement.query([])?;
        let mut changes = VecDeque::new();
        while let Some(row) = rows.next()? {
            let event: Event = serde_json::from_slice(row.get_ref(2)?.as_bytes().map_err(rusqlite::Error::from)?)
                .map_err(|error| OpenError::Failed(format!("an event cannot be read: {error}")))?;
            let noun = event.after.noun();
            if searchable(noun).is_some() {
                let environment = Environment::from_live(row.get(1)?);
                changes.push_back(Change { event: row.get(0)?, environment, noun, id: event.after.id().into() });
            }
        }
        let tail = Self { changes: Mutex::new(VecDeque::new()), length };
        tail.extend(changes);
        Ok(tail)
    }

    fn changes(&self) -> MutexGuard<'_, VecDeque<Change>> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note_length(&self, length: usize) {
        self.length.set(i64::try_from(length).unwrap_or(i64::MAX));
    }

    pub(super) fn len(&self) -> usize {
        self.changes().len()
    }

    /// Adds changes; between commit and answer.
    pub(super) fn extend(&self, new: impl IntoIterator<Item = Change>) {
        let mut changes = self.changes();
        changes.extend(new);
        self.note_length(changes.len());
    }

    /// The first changes, up to a number.
    pub(super) fn first(&self, count: usize) -> Vec<Change> {
        self.changes().iter().take(count).cloned().collect()
    }

    /// Drops the first changes: the index has them.
    pub(super) fn drop_first(&self, count: usize) {
        let mut changes = self.changes();
        changes.drain(..count);
        self.note_length(changes.len());
    }

    /// The objects of a noun that changed, each once.
    pub(super) fn objects(&self, environment: Environment, noun: Noun) -> BTreeSet<Arc<str>> {
        let changes = self.changes();
        let of = changes.iter().filter(|change| change.environment == environment && change.noun == noun);
        of.map(|change| change.id.clone()).collect()
    }
}
