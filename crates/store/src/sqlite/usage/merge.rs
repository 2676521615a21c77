//! Bringing to the file what was put off: the entries of the indexes in their order, then the counters, then the mark.
//!
//! A slice is a transaction that is not synced. What a crash leaves of a merge without its mark does no harm: the events
//! are read back, and the merge is done again over what is there.

use super::counters::Unstored;
use super::tail::{Entry, Run, Subject};
use super::{Limits, State, Usage, read};
use crate::error::StoreError;
use crate::record;
use crate::sqlite::account;
use crate::sqlite::slice;
use rusqlite::{Connection, OptionalExtension, params};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tollgate_domain::environment::Environment;
use tollgate_domain::id::CustomerId;
use tollgate_domain::record::{Noun, Record};
use tollgate_domain::usage::{Counters, UsageEvent};

/// Entries of an index, or counters, that one slice stores: some 1 ms of work.
const SLICE_MAX: usize = 500;
/// Events after which a slice is due while a merge is under way. Each event has two entries and a counter at most, and the
/// merge is to be done before the tail is full again.
pub(in crate::sqlite) const SLICE_EVENTS: usize = SLICE_MAX / 4;

/// A merge on its way.
#[derive(Debug)]
pub(super) struct Merge {
    run: Run,
    /// The last event of the run.
    upto: i64,
    by_subject: Vec<u32>,
    by_key: Vec<u32>,
    /// Whose counters are to be stored, once the indexes are done.
    customers: Option<Vec<(Environment, CustomerId)>>,
    /// How many of the list that it is at are done.
    done: usize,
}

/// What one slice stores.
enum Slice {
    Subjects(Vec<Entry>),
    Keys(Vec<Entry>),
    Counters(Vec<(Environment, CustomerId, Unstored)>),
    /// Everything else is stored; up to this event.
    Mark(i64),
}

impl Merge {
    fn new(run: Run, upto: i64) -> Self {
        let by_subject = run.sorted_by(|entry| Some((entry.subject, entry.created, entry.seq)));
        let by_key = run.sorted_by(|entry| entry.key.map(|key| (entry.subject, key, entry.seq)));
        Self { run, upto, by_subject, by_key, customers: None, done: 0 }
    }

    pub(super) fn run(&self) -> &Run {
        &self.run
    }

    pub(super) fn strike(&mut self, seq: i64) {
        self.run.strike(seq);
    }
}

/// The entries of a slice, and how far it goes.
fn part(run: &Run, numbers: &[u32], done: usize) -> (Vec<Entry>, usize) {
    let upto = numbers.len().min(done + SLICE_MAX);
    (numbers[done..upto].iter().filter_map(|number| run.get(*number).copied()).collect(), upto)
}

impl State {
    /// The next slice, and where the merge stands after it; nothing where there is nothing to merge.
    fn slice(&mut self) -> Option<(Slice, usize)> {
        if self.merge.is_none() && self.run.len() > 0 {
            self.merge = Some(Merge::new(std::mem::take(&mut self.run), self.last));
        }
        let merge = self.merge.as_mut()?;
        let subjects = merge.by_subject.len();
        let indexed = subjects + merge.by_key.len();
        if merge.done < subjects {
            let (entries, done) = part(&merge.run, &merge.by_subject, merge.done);
            return Some((Slice::Subjects(entries), done));
        }
        if merge.done < indexed {
            let (entries, done) = part(&merge.run, &merge.by_key, merge.done - subjects);
            return Some((Slice::Keys(entries), subjects + done));
        }
        let customers = merge.customers.get_or_insert_with(|| self.counters.due(merge.upto));
        let done = merge.done - indexed;
        if done < customers.len() {
            let upto = customers.len().min(done + SLICE_MAX);
            let unstored = customers[done..upto].iter().filter_map(|(environment, customer)| {
                let unstored = self.counters.get(*environment, customer)?;
                // Who was stored meanwhile has nothing of the run any more.
                (unstored.since <= merge.upto).then(|| (*environment, customer.clone(), unstored))
            });
            return Some((Slice::Counters(unstored.collect()), indexed + upto));
        }
        Some((Slice::Mark(merge.upto), merge.done))
    }

    /// A slice is in the file.
    fn advance(&mut self, slice: &Slice, done: usize) {
        match slice {
            Slice::Subjects(_) | Slice::Keys(_) => {}
            Slice::Counters(stored) => {
                for (environment, customer, _) in stored {
                    self.counters.remove(*environment, customer);
                }
            }
            Slice::Mark(_) => self.merge = None,
        }
        if let Some(merge) = &mut self.merge {
            merge.done = done;
        }
    }
}

impl Usage {
    /// Whether anything is left to merge.
    pub(in crate::sqlite) fn is_behind(&self) -> bool {
        let state = self.state();
        state.merge.is_some() || state.run.len() > 0
    }

    /// Whether a merge is under way, or should be.
    pub(in crate::sqlite) fn is_merging(&self) -> bool {
        let state = self.state();
        state.merge.is_some() || state.run.len() >= self.limits.tail
    }

    /// Whether jobs must wait for the merge, since the tail is full again.
    pub(in crate::sqlite) fn is_full(&self) -> bool {
        let state = self.state();
        state.merge.is_some() && state.run.len() >= self.limits.tail
    }

    /// Merges one slice, in its own transaction. Says whether there is more.
    pub(in crate::sqlite) fn merge(&self, connection: &Connection) -> Result<bool, StoreError> {
        let Some((slice, done)) = self.state().slice() else { return Ok(false) };
        slice::unsynced(connection, || store(connection, &slice))?;
        let mut state = self.state();
        state.advance(&slice, done);
        Ok(state.merge.is_some() || state.run.len() > 0)
    }
}

fn store(connection: &Connection, slice: &Slice) -> Result<(), StoreError> {
    match slice {
        Slice::Subjects(entries) => index_subjects(connection, entries),
        Slice::Keys(entries) => index_keys(connection, entries),
        Slice::Counters(unstored) => unstored
            .iter()
            .try_for_each(|(environment, _, unstored)| store_counters(connection, *environment, &unstored.counters)),
        Slice::Mark(upto) => {
            connection.prepare_cached("UPDATE usage_mark SET event = ?")?.execute([upto])?;
            Ok(())
        }
    }
}

pub(super) fn index_subjects(connection: &Connection, entries: &[Entry]) -> Result<(), StoreError> {
    let sql = "INSERT OR IGNORE INTO usage_by_subject (customer, feature, created, event) VALUES (?, ?, ?, ?)";
    let mut statement = connection.prepare_cached(sql)?;
    for Entry { subject: Subject { customer, feature }, created, seq, .. } in entries {
        statement.execute((customer, feature, created, seq))?;
    }
    Ok(())
}

pub(super) fn index_keys(connection: &Connection, entries: &[Entry]) -> Result<(), StoreError> {
    let sql = "INSERT OR IGNORE INTO usage_by_key (customer, feature, hash, event) VALUES (?, ?, ?, ?)";
    let mut statement = connection.prepare_cached(sql)?;
    for Entry { subject: Subject { customer, feature }, key, seq, .. } in entries {
        if let Some(key) = key {
            statement.execute((customer, feature, key.get(), seq))?;
        }
    }
    Ok(())
}

/// Puts counters in the place of those that are stored.
pub(super) fn store_counters(
    connection: &Connection,
    environment: Environment,
    counters: &Arc<Counters>,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO counters (live, id, created, body) VALUES (?, ?, ?, ?) \
               ON CONFLICT (live, id) DO UPDATE SET body = excluded.body";
    let body = record::encode(&Record::Counters(counters.clone()));
    let (id, created) = (counters.customer.as_str(), counters.created.millis());
    connection.prepare_cached(sql)?.execute(params![environment.is_live(), id, created, body])?;
    Ok(())
}

/// Brings everything to the file that events after the mark tell of, in the transaction that the connection is in; for
/// whoever is not to know of the mark.
pub(in crate::sqlite) fn settle(connection: &Connection, tail: usize) -> Result<(), StoreError> {
    let usage = Usage { limits: Limits::new(tail), state: Mutex::default() };
    let merge = || -> Result<(), StoreError> {
        loop {
            let next = usage.state().slice();
            let Some((slice, done)) = next else { return Ok(()) };
            store(connection, &slice)?;
            usage.state().advance(&slice, done);
        }
    };
    usage.recover(connection, &merge)?;
    merge()
}

impl Usage {
    /// Reads back the events after the mark; of more than the tail holds, the first are merged at once.
    pub(super) fn recover(
        &self,
        connection: &Connection,
        merge: &dyn Fn() -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mark: i64 = connection.query_row("SELECT event FROM usage_mark", [], |row| row.get(0))?;
        self.state().last = mark;
        let mut places = FxHashMap::default();
        while self.read_back(connection, &mut places)? {
            merge()?;
        }
        Ok(())
    }

    /// Reads back as many events as the tail holds; says whether there may be more.
    fn read_back(&self, connection: &Connection, places: &mut Places) -> Result<bool, StoreError> {
        let sql = "SELECT seq, live, body FROM usage_event WHERE seq > ? ORDER BY seq LIMIT ?";
        let mut statement = connection.prepare_cached(sql)?;
        let limit = i64::try_from(self.limits.tail).unwrap_or(i64::MAX);
        let mut state = self.state();
        let mut rows = statement.query((state.last, limit))?;
        let mut read = 0;
        while let Some(row) = rows.next()? {
            let (seq, environment) = (row.get(0)?, Environment::from_live(row.get(1)?));
            let body = row.get_ref(2)?.as_bytes().map_err(rusqlite::Error::from)?;
            let Record::UsageEvent(event) = record::decode(Noun::UsageEvent, body)? else { continue };
            state.take_back(connection, self.limits, places, environment, seq, &event)?;
            state.last = seq;
            read += 1;
        }
        Ok(read == self.limits.tail)
    }
}

/// Places of customers' rows that were looked up.
type Places = FxHashMap<(Environment, CustomerId), i64>;

impl State {
    fn take_back(
        &mut self,
        connection: &Connection,
        limits: Limits,
        places: &mut Places,
        environment: Environment,
        seq: i64,
        event: &UsageEvent,
    ) -> Result<(), StoreError> {
        let key = (environment, event.customer.clone());
        let customer = match places.get(&key) {
            Some(place) => Some(*place),
            None => account::place(connection, environment, &event.customer)?,
        };
        let features = &mut self.features[usize::from(environment.is_live())];
        let feature = match features.get(&event.feature) {
            Some(place) => Some(*place),
            None => read::place(connection, "feature", environment, event.feature.as_str())?,
        };
        let (Some(customer), Some(feature)) = (customer, feature) else {
            return Err(StoreError::Corrupt(format!("usage event {} is of nobody, or of nothing", event.id)));
        };
        places.insert(key, customer);
        features.insert(event.feature.clone(), feature);
        self.run.push(Entry {
            subject: Subject { customer, feature },
            created: event.occurred.millis(),
            seq,
            key: event.key.as_deref().map(|key| limits.hash(key)),
        });
        self.count_again(connection, environment, customer, seq, event)
    }

    /// Takes the counter that an event carries, where it is later than the one that is known.
    fn count_again(
        &mut self,
        connection: &Connection,
        environment: Environment,
        customer: i64,
        since: i64,
        event: &UsageEvent,
    ) -> Result<(), StoreError> {
        let unstored = self.counters.remove(environment, &event.customer);
        let is_unstored = unstored.is_some();
        let (known, since) = match unstored {
            Some(Unstored { counters, since, .. }) => (Some(counters), since),
            None => (stored_counters(connection, environment, &event.customer)?, since),
        };
        let mut counters = known.unwrap_or_else(|| {
            let (customer, created) = (event.customer.clone(), event.recorded);
            Arc::new(Counters { customer, created, by_feature: BTreeMap::new() })
        });
        let is_known = counters.of(&event.feature).is_some_and(|known| known.revision >= event.counter.revision);
        if !is_known {
            Arc::make_mut(&mut counters).by_feature.insert(event.feature.clone(), event.counter);
        }
        if is_unstored || !is_known {
            self.counters.put(environment, event.customer.clone(), Unstored { customer, counters, since });
        }
        Ok(())
    }
}

fn stored_counters(
    connection: &Connection,
    environment: Environment,
    customer: &CustomerId,
) -> Result<Option<Arc<Counters>>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT body FROM counters WHERE live = ? AND id = ?")?;
    let body: Option<String> =
        statement.query_row(params![environment.is_live(), customer.as_str()], |row| row.get(0)).optional()?;
    match body.map(|body| record::decode(Noun::Counters, body.as_bytes())).transpose()? {
        Some(Record::Counters(counters)) => Ok(Some(counters)),
        _ => Ok(None),
    }
}
