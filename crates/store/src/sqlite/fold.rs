//! Brings the search index up to date: the first changes of the tail become part of it, a slice at a time.

use super::tail::{Change, Tail};
use crate::error::StoreError;
use crate::table::{self, Table};
use crate::{record, search_terms};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeSet;

/// Changes folded in one transaction.
pub(super) const SLICE_MAX: usize = 256;
/// A tail longer than this is folded even while jobs wait: searches look at each of its objects.
pub(super) const TAIL_MAX: usize = 2048;

/// Folds one slice, in its own transaction. Says how many changes it had.
pub(super) fn fold(connection: &Connection, tail: &Tail) -> Result<usize, StoreError> {
    let changes = tail.first(SLICE_MAX);
    let Some(last) = changes.last() else { return Ok(0) };
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let folded = fold_changes(connection, &changes, last.event).and_then(|()| Ok(connection.execute_batch("COMMIT")?));
    if let Err(error) = folded {
        if !connection.is_autocommit() {
            connection.execute_batch("ROLLBACK")?;
        }
        return Err(error);
    }
    tail.drop_first(changes.len());
    Ok(changes.len())
}

fn fold_changes(connection: &Connection, changes: &[Change], mark: i64) -> Result<(), StoreError> {
    let objects: BTreeSet<_> = changes.iter().map(|change| (change.noun, change.environment, &change.id)).collect();
    for (noun, environment, id) in objects {
        let Some(table) = table::of(noun) else { continue };
        let found: Option<(i64, Vec<u8>)> = connection
            .prepare_cached(&table.row)?
            .query_row(params![environment.is_live(), id], |row| {
                Ok((row.get(0)?, row.get_ref(1)?.as_bytes()?.to_owned()))
            })
            .optional()?;
        if let Some((seq, body)) = found {
            let record = record::decode(noun, &body)?;
            let terms: Vec<String> = search_terms::of(environment, &record).into_iter().collect();
            index(connection, table, seq, &terms.join(" "))?;
        }
    }
    connection.prepare_cached("UPDATE search_mark SET event = ?")?.execute([mark])?;
    Ok(())
}

fn index(connection: &Connection, table: &Table, seq: i64, terms: &str) -> Result<(), StoreError> {
    if let Some(search) = table.search() {
        let sql = format!("INSERT OR REPLACE INTO {search} (rowid, terms) VALUES (?, ?)");
        connection.prepare_cached(&sql)?.execute(params![seq, terms])?;
    }
    Ok(())
}

/// Takes an object that is gone out of the index.
pub(super) fn forget(connection: &Connection, table: &Table, seq: i64) -> Result<(), StoreError> {
    if let Some(search) = table.search() {
        connection.prepare_cached(&format!("DELETE FROM {search} WHERE rowid = ?"))?.execute([seq])?;
    }
    Ok(())
}
