//! What the doctor makes sure of: counters are the sums of their events, bonuses were not burnt beyond their amounts, and
//! every event is in the indexes as it is.

use super::read::{Walk, event, place};
use super::tail::{Entry, Subject};
use super::{Limits, Usage};
use crate::error::StoreError;
use crate::options::USAGE_TAIL_DEFAULT;
use crate::record;
use crate::report::Report;
use crate::sqlite::{account, parts};
use rusqlite::{Connection, OptionalExtension};
use rustc_hash::FxHashMap;
use std::sync::Mutex;
use tollgate_domain::account::Account;
use tollgate_domain::environment::Environment;
use tollgate_domain::id::{CustomerId, FeatureId};
use tollgate_domain::quantity::Quantity;
use tollgate_domain::record::{Noun, Record};
use tollgate_domain::time::Timestamp;
use tollgate_domain::usage::{Counter, UsageEvent};

/// Checks usage in the snapshot that the connection is in.
pub(in crate::sqlite) fn check(connection: &Connection, report: &mut Report) -> Result<(), StoreError> {
    let usage = Usage { limits: Limits::new(USAGE_TAIL_DEFAULT), state: Mutex::default() };
    // Nothing is merged: the tail is read back as a whole.
    if let Err(error) = usage.recover(connection, &|| Ok(())) {
        report.add("usage", error.to_string());
        return Ok(());
    }
    let mut found = Found::default();
    check_accounts(&usage, connection, report, &mut found)?;
    check_events(&usage, connection, report, &mut found)?;
    for (table, wanted) in [("usage_by_subject", found.by_subject), ("usage_by_key", found.by_key)] {
        let entries: i64 = connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?;
        if entries != wanted {
            report.add("usage index", format!("{table} has {entries} entries, {wanted} of them of events"));
        }
    }
    if found.counted != found.events {
        report.add("usage", format!("counters are of {} events of {}", found.counted, found.events));
    }
    Ok(())
}

/// What was come across.
#[derive(Default)]
struct Found {
    /// Events of customers and features that have a counter.
    counted: u64,
    events: u64,
    /// Entries of the indexes that are as they should be.
    by_subject: i64,
    by_key: i64,
}

fn check_accounts(
    usage: &Usage,
    connection: &Connection,
    report: &mut Report,
    found: &mut Found,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare("SELECT live, id FROM customer ORDER BY seq")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (environment, id) = (Environment::from_live(row.get(0)?), CustomerId::from(row.get::<_, String>(1)?));
        // What cannot be read is a finding of its own.
        let Ok(Some(held)) = account::gather(connection, environment, &id) else { continue };
        parts::check(connection, environment, &held, report)?;
        let held = held.with(usage.unstored(environment, &id));
        check_bonuses(&held.account, report);
        for (feature, counter) in held.account.counters.iter().flat_map(|counters| &counters.by_feature) {
            let Some(place) = place(connection, "feature", environment, feature.as_str())? else {
                report.add("usage", format!("{id} has a counter of {feature}, which does not exist"));
                continue;
            };
            let subject = Subject { customer: held.place, feature: place };
            found.counted += check_counter(usage, connection, subject, (&id, feature, counter), report)?;
        }
    }
    Ok(())
}

fn check_bonuses(account: &Account, report: &mut Report) {
    for bonus in account.bonuses.iter().filter(|bonus| bonus.remaining().is_negative()) {
        report.add("bonus", format!("{}: {} were burnt of {}", bonus.id, bonus.burnt(), bonus.amount));
    }
}

/// Says how many events the subject of the counter has.
fn check_counter(
    usage: &Usage,
    connection: &Connection,
    subject: Subject,
    (customer, feature, counter): (&CustomerId, &FeatureId, &Counter),
    report: &mut Report,
) -> Result<u64, StoreError> {
    let (mut count, mut sum, mut latest) = (0, Quantity::ZERO, Timestamp::from_millis(i64::MIN));
    let all = (i64::MIN, i64::MAX);
    let unmerged = usage.unmerged(subject, all.0, all.1);
    Walk::new(connection, subject, all, unmerged)?.each(connection, |created, seq| {
        let occurred = Timestamp::from_millis(created);
        (count, latest) = (count + 1, latest.max(occurred));
        if counter.window.contains(occurred)
            && let Some(event) = event(connection, seq)?
        {
            sum = sum.plus(event.amount);
        }
        Ok(())
    })?;
    if sum != counter.total {
        report.add("usage", format!("{customer} {feature}: {} are counted, the events sum to {sum}", counter.total));
    }
    if latest > counter.latest {
        report.add("usage", format!("{customer} {feature}: an event lies later than the counter says"));
    }
    Ok(count)
}

fn check_events(
    usage: &Usage,
    connection: &Connection,
    report: &mut Report,
    found: &mut Found,
) -> Result<(), StoreError> {
    let mark: i64 = connection.query_row("SELECT event FROM usage_mark", [], |row| row.get(0))?;
    let mut features = FxHashMap::default();
    let mut statement = connection.prepare("SELECT seq, live, body FROM usage_event ORDER BY seq")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        found.events += 1;
        let (seq, environment) = (row.get(0)?, Environment::from_live(row.get(1)?));
        let body = row.get_ref(2)?.as_bytes().map_err(rusqlite::Error::from)?;
        let Ok(Record::UsageEvent(event)) = record::decode(Noun::UsageEvent, body) else { continue };
        let Some(subject) = subject(connection, environment, &event, &mut features)? else {
            report.add("usage", format!("event {} is of nobody, or of nothing", event.id));
            continue;
        };
        let entry = usage.entry(subject, seq, &event);
        let (by_subject, by_key) = (has_subject(connection, &entry)?, has_key(connection, &entry)?);
        found.by_subject += i64::from(by_subject);
        found.by_key += i64::from(by_key);
        if seq <= mark && !(by_subject && (by_key || entry.key.is_none())) {
            report.add("usage index", format!("event {} is not in it as it is", event.id));
        }
    }
    Ok(())
}

fn subject(
    connection: &Connection,
    environment: Environment,
    event: &UsageEvent,
    features: &mut FxHashMap<(Environment, FeatureId), Option<i64>>,
) -> Result<Option<Subject>, StoreError> {
    let key = (environment, event.feature.clone());
    let feature = match features.get(&key) {
        Some(feature) => *feature,
        None => place(connection, "feature", environment, event.feature.as_str())?,
    };
    features.insert(key, feature);
    let customer = account::place(connection, environment, &event.customer)?;
    Ok(customer.zip(feature).map(|(customer, feature)| Subject { customer, feature }))
}

fn has_subject(connection: &Connection, entry: &Entry) -> Result<bool, StoreError> {
    let Entry { subject: Subject { customer, feature }, created, seq, .. } = entry;
    let sql = "SELECT 1 FROM usage_by_subject WHERE customer = ? AND feature = ? AND created = ? AND event = ?";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row((customer, feature, created, seq), |_| Ok(())).optional()?.is_some())
}

fn has_key(connection: &Connection, entry: &Entry) -> Result<bool, StoreError> {
    let Entry { subject: Subject { customer, feature }, key: Some(key), seq, .. } = entry else { return Ok(false) };
    let sql = "SELECT 1 FROM usage_by_key WHERE customer = ? AND feature = ? AND hash = ? AND event = ?";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row((customer, feature, key.get(), seq), |_| Ok(())).optional()?.is_some())
}
