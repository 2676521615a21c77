//! Answers to keys.

use super::Shared;
use super::table::{self, Table};
use super::usage::{self, Usage};
use super::{account, catalog, endpoints};
use crate::error::StoreError;
use crate::page::Within;
use crate::record;
use rusqlite::{Connection, OptionalExtension, params};
use std::sync::Arc;
use tollgate_domain::customer::MERGED_EVENTS_MAX;
use tollgate_domain::environment::Environment;
use tollgate_domain::facts::{Fact, Facts, Key};
use tollgate_domain::id::CustomerId;
use tollgate_domain::record::{Field, Noun};

/// Answers a key outside of any transaction.
pub(super) fn from_outside(
    shared: &Shared,
    environment: Environment,
    key: &Key,
    facts: &mut Facts,
) -> Result<(), StoreError> {
    match key {
        Key::Row(Noun::Counters, id) => {
            facts.learn(key.clone(), Fact::Row(account::counters(shared, environment, id)?));
            Ok(())
        }
        Key::Row(noun, id) => learn_row(*noun, key, facts, |table| shared.body(table, environment, id)),
        Key::Holder(Field::UsageKey, value) => usage::load_holder_outside(shared, environment, value, facts),
        Key::Holder(field, _) | Key::Any(field, _) => {
            shared.read(field.noun(), |connection| inside(&shared.usage, connection, environment, key, facts))
        }
        Key::Elsewhere(noun, _) => {
            shared.read(*noun, |connection| inside(&shared.usage, connection, environment, key, facts))
        }
        Key::Catalog | Key::CatalogHeld => {
            let read = || shared.readers.quick(|connection| catalog::read(connection, environment));
            let catalog = shared.catalogs.get_or_read(environment, read)?;
            facts.learn(key.clone(), Fact::Catalog(catalog));
            Ok(())
        }
        Key::Endpoints => {
            let read = || shared.readers.quick(|connection| endpoints::read(connection, environment));
            let endpoints = shared.endpoints.get_or_read(environment, read)?;
            facts.learn(key.clone(), Fact::Endpoints(endpoints));
            Ok(())
        }
        Key::Account(id) => {
            facts.learn(key.clone(), Fact::Account(account::load(shared, environment, id)?));
            Ok(())
        }
        Key::UsageEvents(subject) => {
            let events = usage::events_outside(shared, environment, subject, MERGED_EVENTS_MAX + 1)?;
            facts.learn(key.clone(), Fact::UsageEvents(events.into()));
            Ok(())
        }
        Key::UsageTally(subject, window) => {
            let tally = usage::tally_outside(shared, environment, subject, *window)?;
            facts.learn(key.clone(), Fact::Tally(tally));
            Ok(())
        }
    }
}

/// Answers a key from the transaction that the connection is in.
pub(super) fn inside(
    usage: &Usage,
    connection: &Connection,
    environment: Environment,
    key: &Key,
    facts: &mut Facts,
) -> Result<(), StoreError> {
    match key {
        Key::Row(noun, id) => learn_row(*noun, key, facts, |table| body(connection, table, environment, id)),
        Key::Holder(Field::UsageKey, value) => {
            let place = |customer: &CustomerId| account::place(connection, environment, customer);
            usage::load_holder(usage, connection, environment, value, facts, place)
        }
        Key::Holder(field, value) => learn_holder(connection, environment, *field, value, facts),
        Key::Any(field, value) => {
            let any = match table::of(field.noun()) {
                Some(table) => connection
                    .prepare_cached(&table.any(*field))?
                    .query_row(params![environment.is_live(), value], |row| row.get(0))?,
                None => false,
            };
            facts.learn(key.clone(), Fact::Any(any));
            Ok(())
        }
        Key::Catalog | Key::CatalogHeld => {
            let catalog = catalog::read(connection, environment)?;
            facts.learn(key.clone(), Fact::Catalog(Arc::new(catalog)));
            Ok(())
        }
        Key::Endpoints => {
            let endpoints = endpoints::read(connection, environment)?;
            facts.learn(key.clone(), Fact::Endpoints(Arc::new(endpoints)));
            Ok(())
        }
        Key::Account(id) => {
            let unstored = usage.unstored(environment, id);
            let held = account::read(connection, environment, id)?.map(|held| held.with(unstored));
            facts.learn(key.clone(), Fact::Account(held.map(|held| held.account)));
            Ok(())
        }
        Key::UsageEvents(subject) => {
            let events = usage::events(usage, connection, environment, subject, MERGED_EVENTS_MAX + 1)?;
            facts.learn(key.clone(), Fact::UsageEvents(events.into()));
            Ok(())
        }
        Key::UsageTally(subject, window) => {
            let tally = usage::tally(usage, connection, environment, subject, *window)?;
            facts.learn(key.clone(), Fact::Tally(tally));
            Ok(())
        }
        Key::Elsewhere(noun, id) => {
            let body = table::of(*noun).map(|table| body(connection, table, environment.other(), id)).transpose()?;
            facts.learn(key.clone(), Fact::Any(body.flatten().is_some()));
            Ok(())
        }
    }
}

/// Notes the object that `body` finds.
pub(super) fn learn_row(
    noun: Noun,
    key: &Key,
    facts: &mut Facts,
    body: impl FnOnce(&Table) -> Result<Option<Arc<[u8]>>, StoreError>,
) -> Result<(), StoreError> {
    let body = table::of(noun).map(body).transpose()?.flatten();
    let record = body.map(|body| record::decode(noun, &body)).transpose()?;
    facts.learn(key.clone(), Fact::Row(record));
    Ok(())
}

/// Whoever asks for a holder asks for the object next, so both are noted.
fn learn_holder(
    connection: &Connection,
    environment: Environment,
    field: Field,
    value: &str,
    facts: &mut Facts,
) -> Result<(), StoreError> {
    let Some(table) = table::of(field.noun()) else { return Ok(()) };
    let found: Option<(String, Vec<u8>)> = connection
        .prepare_cached(&table.holder(field))?
        .query_row(params![environment.is_live(), value], |row| {
            Ok((row.get(0)?, row.get_ref(1)?.as_bytes()?.to_owned()))
        })
        .optional()?;
    if let Some((id, body)) = &found {
        let row = Key::Row(table.noun, id.clone());
        if !facts.knows(&row) {
            facts.learn(row, Fact::Row(Some(record::decode(table.noun, body)?)));
        }
    }
    facts.learn(Key::holder(field, value), Fact::Holder(found.map(|(id, _)| id)));
    Ok(())
}

/// The body of an object.
pub(super) fn body(
    connection: &Connection,
    table: &Table,
    environment: Environment,
    id: &str,
) -> Result<Option<Arc<[u8]>>, StoreError> {
    let mut statement = connection.prepare_cached(&table.body)?;
    let body = statement
        .query_row(params![environment.is_live(), id], |row| Ok(Arc::from(row.get_ref(0)?.as_bytes()?)))
        .optional()?;
    Ok(body)
}

/// How many objects have a value in a field.
pub(super) fn count(
    connection: &Connection,
    environment: Environment,
    field: Field,
    value: &str,
) -> Result<u64, StoreError> {
    let table = table::kept(field.noun())?;
    let sql = format!("SELECT count(*) FROM {} WHERE live = ? AND {} = ?", table.name, field.name());
    let mut statement = connection.prepare_cached(&sql)?;
    let count: i64 = statement.query_row(params![environment.is_live(), value], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

/// The ids of objects whose time has come, the longest due first.
pub(super) fn due(
    connection: &Connection,
    environment: Environment,
    field: Field,
    within: &Within,
    limit: usize,
) -> Result<Vec<String>, StoreError> {
    let (table, column) = (table::kept(field.noun())?, field.name());
    let sql = format!(
        "SELECT id FROM {} WHERE live = ? AND {column} BETWEEN ? AND ? ORDER BY {column}, created, seq LIMIT ?",
        table.name
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let ids =
        statement.query_map(params![environment.is_live(), within.first, within.last, limit], |row| row.get(0))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}
