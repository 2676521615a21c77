//! Usage events inside the writer's transaction.

use super::merge::{index_keys, index_subjects, store_counters};
use super::read::{self, UsageName, Walk};
use super::tail::{Entry, Subject};
use super::{Unstored, Usage, counters};
use crate::error::StoreError;
use crate::record;
use crate::sqlite::apply::{Counted, Transaction, delete, update};
use crate::sqlite::table;
use rusqlite::params;
use std::sync::Arc;
use tollgate_domain::command::{Sweep, Write};
use tollgate_domain::environment::Environment;
use tollgate_domain::id::{CustomerId, FeatureId};
use tollgate_domain::record::{Noun, Record};
use tollgate_domain::usage::{BATCH_MAX, Counters, UsageEvent};

/// Most events of one transaction: that many more than is meant to be there may be in memory.
const TRANSACTION_EVENTS_MAX: usize = crate::sqlite::writer::BATCH_MAX * BATCH_MAX;

/// Where the tail was when a transaction began.
#[derive(Debug, Clone, Copy)]
pub(in crate::sqlite) struct Begun(usize);

/// What a committed transaction leaves to the tail.
#[derive(Debug, Default)]
pub(in crate::sqlite) struct Written {
    /// Events that are gone, or found otherwise from now on.
    struck: Vec<i64>,
    /// Places of features that were looked up.
    features: Vec<(Environment, FeatureId, i64)>,
    /// The first new event.
    first: Option<i64>,
    /// How many there are.
    pub(in crate::sqlite) events: usize,
}

impl Usage {
    pub(in crate::sqlite) fn begin(&self) -> Begun {
        Begun(self.state().run.len())
    }

    /// Forgets the events of a transaction that was rolled back.
    pub(in crate::sqlite) fn roll_back(&self, Begun(length): Begun) {
        self.state().run.truncate(length);
    }

    /// Between commit and answer.
    pub(in crate::sqlite) fn publish(
        &self,
        written: &mut Written,
        counters: impl IntoIterator<Item = (Environment, CustomerId, Option<(i64, Arc<Counters>)>)>,
    ) {
        let mut state = self.state();
        for seq in written.struck.drain(..) {
            if let Some(merge) = &mut state.merge {
                merge.strike(seq);
            }
            state.run.strike(seq);
        }
        for (environment, id, place) in written.features.drain(..) {
            state.features[usize::from(environment.is_live())].insert(id, place);
        }
        let since = written.first.unwrap_or(state.last);
        for (environment, customer, unstored) in counters {
            match unstored {
                Some((place, counters)) => {
                    let unstored = Unstored { customer: place, counters, since };
                    state.counters.put(environment, customer, unstored);
                }
                None => drop(state.counters.remove(environment, &customer)),
            }
        }
    }

    /// Gives out a place for an event, which it is found by from now on. Refuses where the tail cannot be merged and
    /// would grow for ever.
    fn push(&self, subject: Subject, event: &UsageEvent) -> Result<i64, StoreError> {
        let mut state = self.state();
        if state.run.len() >= self.limits.tail.saturating_mul(2).saturating_add(TRANSACTION_EVENTS_MAX) {
            return Err(StoreError::Unavailable("usage events cannot be merged; the log says why".to_owned()));
        }
        state.last += 1;
        let seq = state.last;
        state.run.push(self.entry(subject, seq, event));
        Ok(seq)
    }

    pub(super) fn entry(&self, subject: Subject, seq: i64, event: &UsageEvent) -> Entry {
        let key = event.key.as_deref().map(|key| self.limits.hash(key));
        Entry { subject, created: event.occurred.millis(), seq, key }
    }
}

impl Transaction<'_> {
    /// Writes new events one after the other.
    pub(in crate::sqlite) fn put_events<'e>(
        &mut self,
        environment: Environment,
        events: impl Iterator<Item = &'e Arc<UsageEvent>>,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO usage_event (seq, live, id, created, body) VALUES (?, ?, ?, ?, ?)";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut body = Vec::new();
        for event in events {
            let subject = self.subject(environment, &event.customer, &event.feature)?;
            let seq = self.shared.usage.push(subject, event)?;
            statement.raw_bind_parameter(1, seq)?;
            statement.raw_bind_parameter(2, environment.is_live())?;
            statement.raw_bind_parameter(3, event.id.as_str())?;
            statement.raw_bind_parameter(4, event.occurred.millis())?;
            statement.raw_bind_parameter(5, record::encode_usage(event, &mut body))?;
            statement.raw_execute()?;
            self.written.first.get_or_insert(seq);
            self.written.events += 1;
        }
        Ok(())
    }

    /// Changes an event. Its new entries enter the indexes of the file at once.
    pub(in crate::sqlite) fn change_event(
        &mut self,
        environment: Environment,
        before: &Arc<UsageEvent>,
        after: &Arc<UsageEvent>,
    ) -> Result<(), StoreError> {
        let records = [before, after].map(|event| Record::UsageEvent(event.clone()));
        update(self.connection, table::kept(Noun::UsageEvent)?, environment, &records[0], &records[1])?;
        if (before.occurred, &before.key) == (after.occurred, &after.key) {
            return Ok(());
        }
        let seq = self.connection.query_row(
            "SELECT seq FROM usage_event WHERE live = ? AND id = ?",
            params![environment.is_live(), after.id.as_str()],
            |row| row.get(0),
        )?;
        let subject = self.subject(environment, &after.customer, &after.feature)?;
        self.unindex(subject, seq, before)?;
        let entry = [self.shared.usage.entry(subject, seq, after)];
        index_subjects(self.connection, &entry)?;
        index_keys(self.connection, &entry)
    }

    pub(in crate::sqlite) fn delete_event(
        &mut self,
        environment: Environment,
        event: &Arc<UsageEvent>,
    ) -> Result<(), StoreError> {
        let subject = self.subject(environment, &event.customer, &event.feature)?;
        let record = Record::UsageEvent(event.clone());
        let seq = delete(self.connection, table::kept(Noun::UsageEvent)?, environment, &record)?;
        self.unindex(subject, seq, event)
    }

    /// Deletes every event of a subject in a window.
    pub(in crate::sqlite) fn sweep(&mut self, environment: Environment, sweep: &Sweep) -> Result<(), StoreError> {
        let (usage, connection) = (&self.shared.usage, self.connection);
        let Some(name) = UsageName::of_subject(&sweep.subject) else { return Ok(()) };
        let Some(subject) = name.subject(usage, connection, environment)? else { return Ok(()) };
        let (start, last) = read::bounds(sweep.window);
        let mut seqs = Vec::new();
        let unmerged = usage.unmerged(subject, start, last);
        Walk::new(connection, subject, (start, last), unmerged)?.each(connection, |_, seq| {
            seqs.push(seq);
            Ok(())
        })?;
        for seq in seqs {
            if let Some(event) = read::event(connection, seq)? {
                connection.prepare_cached("DELETE FROM usage_event WHERE seq = ?")?.execute([seq])?;
                self.unindex(subject, seq, &event)?;
            }
        }
        Ok(())
    }

    /// Takes an event out of the indexes, merged or not.
    fn unindex(&mut self, subject: Subject, seq: i64, event: &UsageEvent) -> Result<(), StoreError> {
        let Entry { subject: Subject { customer, feature }, created, key, .. } =
            self.shared.usage.entry(subject, seq, event);
        let sql = "DELETE FROM usage_by_subject WHERE customer = ? AND feature = ? AND created = ? AND event = ?";
        self.connection.prepare_cached(sql)?.execute((customer, feature, created, seq))?;
        if let Some(key) = key {
            let sql = "DELETE FROM usage_by_key WHERE customer = ? AND feature = ? AND hash = ? AND event = ?";
            self.connection.prepare_cached(sql)?.execute((customer, feature, key.get(), seq))?;
        }
        self.written.struck.push(seq);
        Ok(())
    }

    fn subject(
        &mut self,
        environment: Environment,
        customer: &CustomerId,
        feature: &FeatureId,
    ) -> Result<Subject, StoreError> {
        let gone = |what: &str| StoreError::Conflict(format!("{what} of a usage event is gone"));
        let customer = self.place(environment, customer)?.ok_or_else(|| gone("the customer"))?;
        let known = usize::from(environment.is_live());
        if let Some(feature) = self.shared.usage.state().features[known].get(feature) {
            return Ok(Subject { customer, feature: *feature });
        }
        let place = read::place(self.connection, "feature", environment, feature.as_str())?;
        let place = place.ok_or_else(|| gone("the feature"))?;
        self.written.features.push((environment, feature.clone(), place));
        Ok(Subject { customer, feature: place })
    }

    /// Writes the counters of a step, or leaves them to the events of the same step.
    pub(in crate::sqlite) fn count(&mut self, environment: Environment, writes: &[Write]) -> Result<(), StoreError> {
        let put_off = counters::put_off(writes);
        for write in writes {
            let Write::Put { after: Record::Counters(after), .. } = write else { continue };
            let place = self.place(environment, &after.customer)?;
            let counted = if place.is_some() && put_off.contains(&after.customer) {
                Counted::Later(after.clone())
            } else {
                store_counters(self.connection, environment, after)?;
                Counted::Now
            };
            let touched = self.touch(environment, &after.customer);
            (touched.place, touched.counted) = (place, counted);
        }
        Ok(())
    }
}
