//! A file as one side of a move.

use super::table::{self, Table};
use super::{apply::Column, connect, fold, parts, prepare, sought, usage};
use crate::error::{OpenError, StoreError};
use crate::options::USAGE_TAIL_DEFAULT;
use crate::transfer::{Chunk, Chunks, Mark, Reached, Row, Which};
use crate::{migrate, record, search_terms};
use rusqlite::types::ValueRef;
use rusqlite::{CachedStatement, Connection, params};
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tollgate_domain::environment::Environment;
use tollgate_domain::record::{Field, FieldType, Noun, Value};

/// Pages kept by the connection, in KiB: rows come in the order of their places, but indexes are all over the file.
const CACHE_KIB: i64 = 256 * 1024;

/// An open file which nobody else serves.
#[derive(Clone)]
pub(crate) struct Side(Arc<Mutex<Held>>);

struct Held {
    connection: Connection,
    /// Keeps servers out.
    _lock: File,
}

impl Side {
    /// A file to read from. Holds the lock of whoever writes, so that keys cannot be made beside either.
    pub(crate) fn source(path: &Path) -> Result<Self, OpenError> {
        let connection = connect::reading(path)?;
        let lock = connect::lock(path)?;
        migrate::must_be_latest(prepare::version(&connection, path)?)?;
        prepare::refuse_unfinished(&connection)?;
        connection.pragma_update(None, "query_only", false)?;
        // What a server that was killed had put off is to be among the rows.
        let transaction = connection.unchecked_transaction()?;
        usage::settle(&transaction, USAGE_TAIL_DEFAULT)?;
        transaction.commit()?;
        connection.execute_batch("BEGIN IMMEDIATE")?;
        Ok(Self::new(connection, lock))
    }

    /// A file to write to.
    pub(crate) fn target(path: &Path) -> Result<Self, OpenError> {
        let lock = connect::lock(path)?;
        let connection = connect::writing(path, None)?;
        prepare::migrate(&connection, path)?;
        connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
        Ok(Self::new(connection, lock))
    }

    fn new(connection: Connection, lock: File) -> Self {
        Self(Arc::new(Mutex::new(Held { connection, _lock: lock })))
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something on a thread that may block.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let side = self.clone();
        let done = tokio::task::spawn_blocking(move || work(&side)).await;
        done.unwrap_or_else(|error| Err(StoreError::Unavailable(error.to_string())))
    }

    /// Blocks.
    pub(crate) fn read(&self, noun: Noun, which: Which, to: &Chunks) -> Result<(), StoreError> {
        let after = match which {
            Which::All => i64::MIN,
            Which::After(seq) => seq,
        };
        let (held, table) = (self.held(), table::kept(noun)?);
        let mut statement = held.connection.prepare(&select_sql(table))?;
        let mut rows = statement.query([after])?;
        let mut chunk = Chunk::default();
        while let Some(row) = rows.next()? {
            chunk.push(read_row(table, row)?);
            // Where it cannot be sent, nobody wants the rest.
            if chunk.is_full() && to.blocking_send(Ok(std::mem::take(&mut chunk))).is_err() {
                return Ok(());
            }
        }
        if !chunk.rows.is_empty() {
            let _ = to.blocking_send(Ok(chunk));
        }
        Ok(())
    }

    /// Writes rows, and their terms to the search index.
    pub(crate) fn write(&self, noun: Noun, chunk: &Chunk) -> Result<(), StoreError> {
        let (held, table) = (self.held(), table::kept(noun)?);
        // Undone when it is dropped before the commit.
        let transaction = held.connection.unchecked_transaction()?;
        let mut insert = transaction.prepare_cached(&insert_sql(table))?;
        for row in &chunk.rows {
            write_row(&mut insert, table, row)?;
            index(&transaction, table, row)?;
        }
        drop(insert);
        Ok(transaction.commit()?)
    }

    pub(crate) fn reached(&self, noun: Noun) -> Result<Reached, StoreError> {
        let sql = format!("SELECT (SELECT count(*) FROM {0}), (SELECT max(seq) FROM {0})", table::kept(noun)?.name);
        let reached = self
            .held()
            .connection
            .query_row(&sql, [], |row| Ok(Reached { rows: row.get::<_, i64>(0)?.unsigned_abs(), last: row.get(1)? }))?;
        Ok(reached)
    }

    pub(crate) fn mark(&self) -> Result<Option<Mark>, StoreError> {
        Ok(prepare::mark(&self.held().connection)?)
    }

    /// Indexes that nothing needs until the end are dropped: making one of all rows takes a fraction of the time that
    /// adding to it row by row does. The mark keeps what makes them again.
    pub(crate) fn begin(&self, mark: &Mark) -> Result<(), StoreError> {
        let held = self.held();
        let transaction = held.connection.unchecked_transaction()?;
        let (drops, makes) = indexes(&transaction)?;
        transaction.execute_batch(
            "CREATE TABLE unfinished_move (source TEXT NOT NULL, fingerprint TEXT NOT NULL, indexes TEXT NOT NULL) STRICT",
        )?;
        transaction
            .execute("INSERT INTO unfinished_move VALUES (?, ?, ?)", params![mark.from, mark.fingerprint, makes])?;
        transaction.execute_batch(&drops)?;
        Ok(transaction.commit()?)
    }

    /// Makes the indexes, those of usage events too. That of searches has every object as it is, so that no event is left to follow.
    pub(crate) fn finish(&self) -> Result<(), StoreError> {
        let held = self.held();
        let transaction = held.connection.unchecked_transaction()?;
        let makes: String = transaction.query_row("SELECT indexes FROM unfinished_move", [], |row| row.get(0))?;
        transaction.execute_batch(&makes)?;
        usage::settle(&transaction, USAGE_TAIL_DEFAULT)?;
        transaction.execute_batch(parts::FILL)?;
        transaction.execute_batch(sought::FILL)?;
        transaction.execute_batch(
            "UPDATE search_mark SET event = (SELECT coalesce(max(seq), 0) FROM event); DROP TABLE unfinished_move",
        )?;
        transaction.commit()?;
        // Whoever opens the file next has less to do.
        Ok(held.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
    }
}

/// What drops every index of rows, and what makes them.
fn indexes(connection: &Connection) -> rusqlite::Result<(String, String)> {
    let sql = "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL";
    let mut statement = connection.prepare(sql)?;
    let indexes = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (names, makes): (Vec<String>, Vec<String>) = indexes.collect::<rusqlite::Result<Vec<_>>>()?.into_iter().unzip();
    let drops: Vec<String> = names.iter().map(|name| format!("DROP INDEX {name};\n")).collect();
    Ok((drops.concat(), makes.join(";\n")))
}

/// `seq, live, id, created, fields…, body`.
fn columns(table: &Table) -> Vec<&'static str> {
    let fields = table.fields.iter().map(|field| field.name());
    ["seq", "live", "id", "created"].into_iter().chain(fields).chain(["body"]).collect()
}

fn select_sql(table: &Table) -> String {
    format!("SELECT {} FROM {} WHERE seq > ? ORDER BY seq", columns(table).join(", "), table.name)
}

fn insert_sql(table: &Table) -> String {
    let columns = columns(table);
    let places = vec!["?"; columns.len()].join(", ");
    format!("INSERT INTO {} ({}) VALUES ({places})", table.name, columns.join(", "))
}

fn read_row(table: &Table, row: &rusqlite::Row<'_>) -> Result<Row, StoreError> {
    let id: String = row.get(2)?;
    let fields = table.fields;
    let values = fields.iter().enumerate().map(|(place, field)| {
        value(*field, row.get_ref(place + 4)?).ok_or_else(|| {
            let (table, field) = (table.name, field.name());
            StoreError::Corrupt(format!("{field} of {table} {id} is of another type; `tollgate doctor` tells more"))
        })
    });
    let mut fields = values.collect::<Result<Vec<_>, _>>()?;
    let environment = Environment::from_live(row.get(1)?);
    let (created, body): (i64, String) = (row.get(3)?, row.get(fields.len() + 4)?);
    if fields.len() < table.noun.fields().len() {
        let record = record::decode(table.noun, body.as_bytes())?;
        fields = table.noun.fields().iter().map(|field| record.value(*field)).collect();
    }
    Ok(Row { seq: row.get(0)?, environment, id, created, fields, body })
}

/// A promoted value of its column; none where it has another type.
fn value(field: Field, column: ValueRef<'_>) -> Option<Value> {
    match (field.field_type(), column) {
        (_, ValueRef::Null) => Some(Value::Null),
        (FieldType::Flag, ValueRef::Integer(flag @ (0 | 1))) => Some(Value::Flag(flag == 1)),
        (FieldType::Text, ValueRef::Text(text)) => Some(Value::Text(String::from_utf8(text.to_vec()).ok()?)),
        _ => None,
    }
}

fn write_row(statement: &mut CachedStatement<'_>, table: &Table, row: &Row) -> Result<(), StoreError> {
    statement.raw_bind_parameter(1, row.seq)?;
    statement.raw_bind_parameter(2, row.environment.is_live())?;
    statement.raw_bind_parameter(3, &row.id)?;
    statement.raw_bind_parameter(4, row.created)?;
    let fields = row.fields.iter().take(table.fields.len());
    for (place, field) in fields.enumerate() {
        statement.raw_bind_parameter(place + 5, Column(field.clone()))?;
    }
    statement.raw_bind_parameter(table.fields.len() + 5, &row.body)?;
    statement.raw_execute()?;
    Ok(())
}

fn index(connection: &Connection, table: &Table, row: &Row) -> Result<(), StoreError> {
    if table.search().is_none() {
        return Ok(());
    }
    let record = record::decode(table.noun, row.body.as_bytes())?;
    let terms = search_terms::of_in(row.environment, &record);
    fold::index(connection, table, row.seq, &search_terms::text(&terms))
}
