//! Brings the search index up to date: the first changes of the tail become part of it, a slice at a time.

use super::slice::unsynced;
use super::table::{self, Table};
use super::tail::{Change, Tail};
use crate::error::StoreError;
use crate::{record, search_terms};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeSet;

/// Changes folded in one transaction.
pub(super) const SLICE_MAX: usize = 256;
/// A tail longer than this is folded even while jobs wait: searches look at each of its objects, some 6 µs for each.
pub(super) const TAIL_MAX: usize = 16_384;

/// Folds one slice, in its own transaction. Says how many changes it had. What a crash takes of the index it takes of
/// the mark too, so that the slice is folded again.
pub(super) fn fold(connection: &Connection, tail: &Tail) -> Result<usize, StoreError> {
    let changes = tail.first(SLICE_MAX);
    let Some(last) = changes.last() else { return Ok(0) };
    unsynced(connection, || fold_changes(connection, &changes, last.event))?;
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
            index(connection, table, seq, &search_terms::text(&search_terms::of_in(environment, &record)))?;
        }
    }
    connection.prepare_cached("UPDATE search_mark SET event = ?")?.execute([mark])?;
    Ok(())
}

/// Puts an object into the index, as these terms.
pub(super) fn index(connection: &Connection, table: &Table, seq: i64, terms: &str) -> Result<(), StoreError> {
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
