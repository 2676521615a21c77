//! Finding usage events: in memory first, then in the file, whose snapshot is to be later. What memory names is looked
//! up, since it may be gone, or not there yet.

use super::Usage;
use super::tail::Subject;
use crate::error::StoreError;
use crate::page::{UsagePage, UsageQuery};
use crate::record;
use crate::sqlite::{Shared, account};
use rusqlite::{Connection, OptionalExtension, params};
use rustc_hash::FxHashSet;
use std::sync::Arc;
use tollgate_domain::environment::Environment;
use tollgate_domain::facts::{Fact, Facts, Key};
use tollgate_domain::id::{CustomerId, FeatureId};
use tollgate_domain::record::{Field, Noun, Record};
use tollgate_domain::time::Timestamp;
use tollgate_domain::usage::{self, Tally, UsageEvent};
use tollgate_domain::window::Window;

/// What a value of [`Field::UsageSubject`] or [`Field::UsageKey`] says.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::sqlite) struct UsageName<'t> {
    feature: FeatureId,
    customer: CustomerId,
    key: Option<&'t str>,
}

impl<'t> UsageName<'t> {
    /// As [`usage::subject`] makes it.
    pub(in crate::sqlite) fn of_subject(text: &'t str) -> Option<Self> {
        let (feature, customer) = text.split_once(' ')?;
        Some(Self { feature: feature.into(), customer: customer.into(), key: None })
    }

    /// As [`usage::key_name`] makes it.
    pub(in crate::sqlite) fn of_key(text: &'t str) -> Option<Self> {
        let (feature, rest) = text.split_once(' ')?;
        let (length, rest) = rest.split_once(' ')?;
        let length = length.parse().ok()?;
        let (customer, key) = (rest.get(..length)?, rest.get(length..)?.strip_prefix(' ')?);
        let name = Self { feature: feature.into(), customer: customer.into(), key: Some(key) };
        (usage::key_name(&name.feature, &name.customer, key) == text).then_some(name)
    }

    /// Whose events it names; nothing where there can be none.
    pub(in crate::sqlite) fn subject(
        &self,
        usage: &Usage,
        connection: &Connection,
        environment: Environment,
    ) -> Result<Option<Subject>, StoreError> {
        let Some(feature) = usage.feature(connection, environment, &self.feature)? else { return Ok(None) };
        let customer = account::place(connection, environment, &self.customer)?;
        Ok(customer.map(|customer| Subject { customer, feature }))
    }
}

/// The place of a row, by its id.
pub(in crate::sqlite) fn place(
    connection: &Connection,
    table: &str,
    environment: Environment,
    id: &str,
) -> Result<Option<i64>, StoreError> {
    let sql = match table {
        "feature" => "SELECT seq FROM feature WHERE live = ? AND id = ?",
        _ => "SELECT seq FROM customer WHERE live = ? AND id = ?",
    };
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row(params![environment.is_live(), id], |row| row.get(0)).optional()?)
}

/// The first and the last millisecond of a window.
pub(super) fn bounds(window: Window) -> (i64, i64) {
    let start = window.start.map_or(i64::MIN, Timestamp::millis);
    (start, window.end.map_or(i64::MAX, |end| end.millis().saturating_sub(1)))
}

/// The event with this place.
pub(super) fn event(connection: &Connection, seq: i64) -> Result<Option<Arc<UsageEvent>>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT body FROM usage_event WHERE seq = ?")?;
    let mut rows = statement.query([seq])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    match record::decode(Noun::UsageEvent, row.get_ref(0)?.as_bytes().map_err(rusqlite::Error::from)?)? {
        Record::UsageEvent(event) => Ok(Some(event)),
        _ => Ok(None),
    }
}

/// The events of a subject in a window, last first, by when they occurred and by their places.
pub(super) struct Walk {
    /// Those in memory that are there; of those that are merged too, only this mention counts.
    unmerged: Vec<(i64, i64)>,
    known: FxHashSet<i64>,
    subject: Subject,
    start: i64,
    last: i64,
}

impl Walk {
    /// `unmerged` are those in memory, from before the snapshot that the connection is in.
    pub(super) fn new(
        connection: &Connection,
        subject: Subject,
        (start, last): (i64, i64),
        mut unmerged: Vec<(i64, i64)>,
    ) -> Result<Self, StoreError> {
        let mut statement = connection.prepare_cached("SELECT created FROM usage_event WHERE seq = ?")?;
        let mut is_there = |created: i64, seq: i64| -> rusqlite::Result<bool> {
            Ok(statement.query_row([seq], |row| row.get(0)).optional()? == Some(created))
        };
        let mut failed = Ok(());
        unmerged.retain(|(created, seq)| match is_there(*created, *seq) {
            Ok(is_there) => is_there,
            Err(error) => {
                failed = Err(error);
                false
            }
        });
        failed?;
        unmerged.sort_unstable_by(|a, b| b.cmp(a));
        let known = unmerged.iter().map(|(_, seq)| *seq).collect();
        Ok(Self { unmerged, known, subject, start, last })
    }

    /// Calls for each: when it occurred, and its place.
    pub(super) fn each(
        self,
        connection: &Connection,
        mut call: impl FnMut(i64, i64) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let sql = "SELECT created, event FROM usage_by_subject \
                   WHERE customer = ? AND feature = ? AND created BETWEEN ? AND ? ORDER BY created DESC, event DESC";
        let mut statement = connection.prepare_cached(sql)?;
        let Subject { customer, feature } = self.subject;
        let mut rows = statement.query((customer, feature, self.start, self.last))?;
        let mut unmerged = self.unmerged.into_iter().peekable();
        while let Some(row) = rows.next()? {
            let (created, seq): (i64, i64) = (row.get(0)?, row.get(1)?);
            if self.known.contains(&seq) {
                continue;
            }
            while let Some((created, seq)) = unmerged.next_if(|before| *before > (created, seq)) {
                call(created, seq)?;
            }
            call(created, seq)?;
        }
        unmerged.try_for_each(|(created, seq)| call(created, seq))
    }
}

/// One page of usage events. Blocks.
pub(in crate::sqlite) fn page(
    shared: &Shared,
    environment: Environment,
    query: &UsageQuery,
) -> Result<UsagePage, StoreError> {
    let Some(name) = UsageName::of_subject(&query.subject) else { return Ok(UsagePage::default()) };
    let subject = shared.readers.quick(|connection| name.subject(&shared.usage, connection, environment))?;
    let Some(subject) = subject else { return Ok(UsagePage::default()) };
    let (start, last) = bounds(query.window);
    let unmerged = shared.usage.unmerged(subject, start, last);
    shared.readers.slow(|connection| {
        let mut page = UsagePage::default();
        let mut shown = Vec::new();
        let mut number = 0usize;
        Walk::new(connection, subject, (start, last), unmerged)?.each(connection, |_, seq| {
            if number >= query.offset && shown.len() < query.limit {
                shown.push(seq);
            }
            number += 1;
            Ok(())
        })?;
        page.total = number as u64;
        for seq in shown {
            page.events.extend(event(connection, seq)?);
        }
        Ok(page)
    })
}

/// The sum of a subject's events in a window, from a snapshot that is later than `unmerged`.
fn sum(
    connection: &Connection,
    subject: Subject,
    window: Window,
    unmerged: Vec<(i64, i64)>,
) -> Result<Tally, StoreError> {
    let mut tally = Tally::default();
    Walk::new(connection, subject, bounds(window), unmerged)?.each(connection, |_, seq| {
        if let Some(event) = event(connection, seq)? {
            tally = Tally { count: tally.count + 1, sum: tally.sum.plus(event.amount) };
        }
        Ok(())
    })?;
    Ok(tally)
}

/// Answers [`Key::UsageTally`] from the transaction that the connection is in; no other writes meanwhile.
pub(in crate::sqlite) fn tally(
    usage: &Usage,
    connection: &Connection,
    environment: Environment,
    subject: &str,
    window: Window,
) -> Result<Tally, StoreError> {
    let Some(name) = UsageName::of_subject(subject) else { return Ok(Tally::default()) };
    let Some(subject) = name.subject(usage, connection, environment)? else { return Ok(Tally::default()) };
    let (start, last) = bounds(window);
    sum(connection, subject, window, usage.unmerged(subject, start, last))
}

/// The same outside of any transaction.
pub(in crate::sqlite) fn tally_outside(
    shared: &Shared,
    environment: Environment,
    subject: &str,
    window: Window,
) -> Result<Tally, StoreError> {
    let Some(name) = UsageName::of_subject(subject) else { return Ok(Tally::default()) };
    let subject = shared.readers.quick(|connection| name.subject(&shared.usage, connection, environment))?;
    let Some(subject) = subject else { return Ok(Tally::default()) };
    let (start, last) = bounds(window);
    let unmerged = shared.usage.unmerged(subject, start, last);
    shared.readers.quick(|connection| sum(connection, subject, window, unmerged))
}

/// The first events of a subject by their places, from a snapshot that is later than `unmerged`.
fn first(
    connection: &Connection,
    subject: Subject,
    most: usize,
    unmerged: Vec<(i64, i64)>,
) -> Result<Vec<Arc<UsageEvent>>, StoreError> {
    let mut seqs = Vec::new();
    Walk::new(connection, subject, bounds(Window::ALWAYS), unmerged)?.each(connection, |_, seq| {
        seqs.push(seq);
        Ok(())
    })?;
    seqs.sort_unstable();
    seqs.truncate(most);
    seqs.into_iter().filter_map(|seq| event(connection, seq).transpose()).collect()
}

/// Answers [`Key::UsageEvents`] from the transaction that the connection is in; no other writes meanwhile.
pub(in crate::sqlite) fn events(
    usage: &Usage,
    connection: &Connection,
    environment: Environment,
    subject: &str,
    most: usize,
) -> Result<Vec<Arc<UsageEvent>>, StoreError> {
    let Some(name) = UsageName::of_subject(subject) else { return Ok(Vec::new()) };
    let Some(subject) = name.subject(usage, connection, environment)? else { return Ok(Vec::new()) };
    let (start, last) = bounds(Window::ALWAYS);
    first(connection, subject, most, usage.unmerged(subject, start, last))
}

/// The same outside of any transaction.
pub(in crate::sqlite) fn events_outside(
    shared: &Shared,
    environment: Environment,
    subject: &str,
    most: usize,
) -> Result<Vec<Arc<UsageEvent>>, StoreError> {
    let Some(name) = UsageName::of_subject(subject) else { return Ok(Vec::new()) };
    let subject = shared.readers.quick(|connection| name.subject(&shared.usage, connection, environment))?;
    let Some(subject) = subject else { return Ok(Vec::new()) };
    let (start, last) = bounds(Window::ALWAYS);
    let unmerged = shared.usage.unmerged(subject, start, last);
    shared.readers.quick(|connection| first(connection, subject, most, unmerged))
}

/// Answers [`Key::Holder`] of [`Field::UsageKey`] from the transaction that the connection is in, which may know the
/// place of the customer.
pub(in crate::sqlite) fn load_holder(
    usage: &Usage,
    connection: &Connection,
    environment: Environment,
    value: &str,
    facts: &mut Facts,
    place: impl FnOnce(&CustomerId) -> Result<Option<i64>, StoreError>,
) -> Result<(), StoreError> {
    let mut found = None;
    if let Some(name) = UsageName::of_key(value)
        && let Some(feature) = usage.feature(connection, environment, &name.feature)?
        && let Some(customer) = place(&name.customer)?
    {
        let subject = Subject { customer, feature };
        found = holder(usage, connection, subject, name.key.unwrap_or_default(), None)?;
    }
    learn(found, value, facts);
    Ok(())
}

/// The same outside of any transaction.
pub(in crate::sqlite) fn load_holder_outside(
    shared: &Shared,
    environment: Environment,
    value: &str,
    facts: &mut Facts,
) -> Result<(), StoreError> {
    let mut found = None;
    if let Some(name) = UsageName::of_key(value)
        && let Some(subject) =
            shared.readers.quick(|connection| name.subject(&shared.usage, connection, environment))?
    {
        let key = name.key.unwrap_or_default();
        let unmerged = shared.usage.unmerged_of_key(subject, shared.usage.limits.hash(key));
        found = shared.readers.quick(|connection| holder(&shared.usage, connection, subject, key, Some(unmerged)))?;
    }
    learn(found, value, facts);
    Ok(())
}

/// Whoever asks for a holder asks for the event next, so both are noted.
fn learn(holder: Option<Arc<UsageEvent>>, value: &str, facts: &mut Facts) {
    let id = holder.as_ref().map(|event| event.id.to_string());
    if let Some(event) = holder {
        let row = Key::usage_event(&event.id);
        if !facts.knows(&row) {
            facts.learn(row, Fact::Row(Some(Record::UsageEvent(event))));
        }
    }
    facts.learn(Key::holder(Field::UsageKey, value), Fact::Holder(id));
}

/// The event of a subject that has this key. Of those whose hashes are equal, each is looked at.
fn holder(
    usage: &Usage,
    connection: &Connection,
    subject: Subject,
    key: &str,
    unmerged: Option<Vec<i64>>,
) -> Result<Option<Arc<UsageEvent>>, StoreError> {
    let hash = usage.limits.hash(key);
    for seq in unmerged.unwrap_or_else(|| usage.unmerged_of_key(subject, hash)) {
        if let Some(event) = with_key(connection, seq, key)? {
            return Ok(Some(event));
        }
    }
    let sql = "SELECT event FROM usage_by_key WHERE customer = ? AND feature = ? AND hash = ?";
    let mut statement = connection.prepare_cached(sql)?;
    let mut merged = statement.query((subject.customer, subject.feature, hash.get()))?;
    while let Some(row) = merged.next()? {
        if let Some(event) = with_key(connection, row.get(0)?, key)? {
            return Ok(Some(event));
        }
    }
    Ok(None)
}

fn with_key(connection: &Connection, seq: i64, key: &str) -> Result<Option<Arc<UsageEvent>>, StoreError> {
    Ok(event(connection, seq)?.filter(|event| event.key.as_deref() == Some(key)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_made() {
        let (feature, customer) = (FeatureId::from("feat_1"), CustomerId::from("a 1 b "));
        let subject = usage::subject(&feature, &customer);
        let name = UsageName { feature: feature.clone(), customer: customer.clone(), key: None };
        assert_eq!(UsageName::of_subject(&subject), Some(name));
        for key in ["", " ", "k", "ä 1"] {
            let text = usage::key_name(&feature, &customer, key);
            let name = UsageName { feature: feature.clone(), customer: customer.clone(), key: Some(key) };
            assert_eq!(UsageName::of_key(&text), Some(name));
        }
        for text in ["", "x", "f 1", "f 2 a", "f 1 ä k", "f 1 ak", "f 01 a k", "f -1 a k"] {
            assert_eq!(UsageName::of_key(text), None, "{text}");
        }
    }
}
