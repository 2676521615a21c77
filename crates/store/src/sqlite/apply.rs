//! Writes what was decided, inside the writer's transaction.

use super::table::{self, Table};
use super::tail::Change;
use super::{fold, load};
use crate::cache::Cache;
use crate::drive::Rows;
use crate::error::StoreError;
use crate::{nouns, record};
use rusqlite::types::{ToSql, ToSqlOutput};
use rusqlite::{Connection, OptionalExtension, params};
use std::sync::Arc;
use tollgate_domain::command::{Changes, Write};
use tollgate_domain::environment::Environment;
use tollgate_domain::event::Event;
use tollgate_domain::facts::{Facts, Key};
use tollgate_domain::record::{Field, Noun, Record, Value};
use tollgate_domain::search::searchable;

/// One transaction of the writer: the two verbs, and what must become known once it is committed.
pub(super) struct Transaction<'a> {
    connection: &'a Connection,
    cache: &'a Cache,
    /// Guests write API keys only.
    guest: bool,
    pub(super) published: Published,
}

/// What became of an object.
#[derive(Debug)]
pub(super) struct NewBody {
    pub(super) noun: Noun,
    pub(super) environment: Environment,
    pub(super) id: String,
    /// Nothing where the object is gone.
    pub(super) body: Option<Arc<[u8]>>,
}

/// What a transaction changed.
#[derive(Debug, Default)]
pub(super) struct Published {
    /// Of objects that are kept in memory, in order.
    pub(super) bodies: Vec<NewBody>,
    /// Changes that the search index is to follow, in order.
    pub(super) changes: Vec<Change>,
}

impl<'a> Transaction<'a> {
    pub(super) fn new(connection: &'a Connection, cache: &'a Cache, guest: bool) -> Self {
        Self { connection, cache, guest, published: Published::default() }
    }

    fn write(&mut self, environment: Environment, write: &Write) -> Result<(), StoreError> {
        let (Write::Put { after: record, .. } | Write::Delete(record)) = write;
        if self.guest && record.noun() != Noun::ApiKey {
            return Err(StoreError::Guest);
        }
        let table = table::kept(record.noun())?;
        let body = match write {
            Write::Put { before: None, after } => Some(insert(self.connection, table, environment, after)?.1),
            Write::Put { before: Some(before), after } => {
                Some(update(self.connection, table, environment, before, after)?)
            }
            Write::Delete(record) => {
                delete(self.connection, table, environment, record)?;
                None
            }
        };
        if nouns::is_cached(table.noun) {
            let body = body.map(|body| Arc::from(body.into_bytes()));
            let (noun, id) = (table.noun, record.id().to_owned());
            self.published.bodies.push(NewBody { noun, environment, id, body });
        }
        Ok(())
    }

    fn tell(&mut self, environment: Environment, event: Arc<Event>) -> Result<(), StoreError> {
        let (noun, id) = (event.after.noun(), event.after.id().to_owned());
        let record = Record::Event(event);
        let (seq, _) = insert(self.connection, table::kept(record.noun())?, environment, &record)?;
        if searchable(noun).is_some() {
            self.published.changes.push(Change { event: seq, environment, noun, id: id.into() });
        }
        Ok(())
    }
}

impl Rows for Transaction<'_> {
    fn load(&mut self, environment: Environment, key: &Key, facts: &mut Facts) -> Result<(), StoreError> {
        // Memory holds what is committed. What this transaction changed is known already, so it is never asked here.
        match key {
            Key::Row(noun, id) if nouns::is_cached(*noun) => {
                load::learn_row(*noun, key, facts, |table| match self.cache.get(*noun, environment, id) {
                    Some(body) => Ok(Some(body)),
                    None => load::body(self.connection, table, environment, id),
                })
            }
            _ => load::inside(self.connection, environment, key, facts),
        }
    }

    fn apply(&mut self, environment: Environment, changes: Changes) -> Result<(), StoreError> {
        for write in &changes.writes {
            self.write(environment, write)?;
        }
        changes.events.into_iter().try_for_each(|event| self.tell(environment, event))
    }
}

/// A promoted value as it is in its column.
pub(super) struct Column(pub(super) Value);

impl ToSql for Column {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match &self.0 {
            Value::Null => Ok(ToSqlOutput::Owned(rusqlite::types::Value::Null)),
            Value::Flag(flag) => Ok(i64::from(*flag).into()),
            Value::Text(text) => text.to_sql(),
        }
    }
}

/// Gives the place of the new row, and its body.
fn insert(
    connection: &Connection,
    table: &Table,
    environment: Environment,
    record: &Record,
) -> Result<(i64, String), StoreError> {
    let mut statement = connection.prepare_cached(&table.insert)?;
    statement.raw_bind_parameter(1, environment.is_live())?;
    statement.raw_bind_parameter(2, record.id())?;
    statement.raw_bind_parameter(3, record.created().millis())?;
    let mut place = 4;
    for field in table.noun.fields() {
        statement.raw_bind_parameter(place, Column(record.value(*field)))?;
        place += 1;
    }
    let body = record::encode(record);
    statement.raw_bind_parameter(place, &body)?;
    statement.raw_execute()?;
    Ok((connection.last_insert_rowid(), body))
}

/// Writes the columns that changed, so that the indexes of the others are left alone.
fn update(
    connection: &Connection,
    table: &Table,
    environment: Environment,
    before: &Record,
    after: &Record,
) -> Result<String, StoreError> {
    let created = before.created() != after.created();
    let changed = |field: &Field| before.value(*field) != after.value(*field);
    let fields: Vec<Field> = table.noun.fields().iter().copied().filter(changed).collect();
    let mut statement = connection.prepare_cached(&table.update(created, &fields))?;
    let mut place = 1;
    let mut next = || {
        place += 1;
        place - 1
    };
    if created {
        statement.raw_bind_parameter(next(), after.created().millis())?;
    }
    for field in fields {
        statement.raw_bind_parameter(next(), Column(after.value(field)))?;
    }
    let body = record::encode(after);
    statement.raw_bind_parameter(next(), &body)?;
    statement.raw_bind_parameter(next(), environment.is_live())?;
    statement.raw_bind_parameter(next(), after.id())?;
    match statement.raw_execute()? {
        1 => Ok(body),
        _ => Err(StoreError::Conflict(format!("{:?} {} is gone", table.noun, after.id()))),
    }
}

/// The one change that the search index follows at once: a later object may get the same place.
fn delete(connection: &Connection, table: &Table, environment: Environment, record: &Record) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(&table.delete)?;
    let seq: Option<i64> =
        statement.query_row(params![environment.is_live(), record.id()], |row| row.get(0)).optional()?;
    match seq {
        Some(seq) => fold::forget(connection, table, seq),
        None => Err(StoreError::Conflict(format!("{:?} {} is gone", table.noun, record.id()))),
    }
}
