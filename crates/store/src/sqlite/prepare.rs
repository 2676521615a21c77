//! Brings the schema of a file up to date, or says why the file is not ours to touch.

use crate::error::OpenError;
use crate::migrate::{self, LATEST, Migration, SQLITE};
use crate::transfer::Mark;
use rusqlite::{Connection, OptionalExtension, params};
use std::path::Path;

/// Marks a file as ours: `TOLL`.
const APPLICATION_ID: i32 = 0x544f_4c4c;

/// Makes a file ready to be used.
pub(super) fn prepare(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    refuse_unfinished(connection)?;
    migrate(connection, path)
}

/// Refuses the unfinished part of a move.
pub(super) fn refuse_unfinished(connection: &Connection) -> Result<(), OpenError> {
    match mark(connection)? {
        Some(Mark { from, .. }) => Err(OpenError::Unfinished { from }),
        None => Ok(()),
    }
}

/// What marks the file as the unfinished part of a move: a table which is there for as long as the move takes.
pub(super) fn mark(connection: &Connection) -> rusqlite::Result<Option<Mark>> {
    if !has_table(connection, "unfinished_move")? {
        return Ok(None);
    }
    let read = |row: &rusqlite::Row<'_>| Ok(Mark { from: row.get(0)?, fingerprint: row.get(1)? });
    connection.query_row("SELECT source, fingerprint FROM unfinished_move", [], read).map(Some)
}

/// Applies the steps that the file lacks, all of them or none.
pub(super) fn migrate(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    if is_empty(connection)? {
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
    if version(connection, path)? == LATEST {
        return Ok(());
    }
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let applied = apply(connection, path);
    connection.execute_batch(if applied.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    applied
}

fn apply(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    connection.execute_batch(
        "CREATE TABLE IF NOT EXISTS migration (version INTEGER PRIMARY KEY, checksum TEXT NOT NULL) STRICT",
    )?;
    // Asked again under the lock: another process may have done it meanwhile.
    let from = version(connection, path)?;
    for Migration { version, sql } in SQLITE.iter().filter(|migration| migration.version > from) {
        connection.execute_batch(sql)?;
        let checksum = Migration { version: *version, sql }.checksum();
        connection.execute("INSERT INTO migration (version, checksum) VALUES (?, ?)", params![version, checksum])?;
    }
    Ok(())
}

/// The version of the schema, 0 for a new file. Refuses files that are not ours, or of a later version.
pub(super) fn version(connection: &Connection, path: &Path) -> Result<u32, OpenError> {
    let application: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    if application != APPLICATION_ID {
        return Err(OpenError::NotOurs(path.to_owned()));
    }
    if !has_table(connection, "migration")? {
        return Ok(0);
    }
    let mut statement = connection.prepare("SELECT version, checksum FROM migration ORDER BY version")?;
    let steps = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    migrate::version(SQLITE, steps.collect::<Result<Vec<_>, _>>()?)
}

/// Whether nobody has made anything of the file yet.
pub(super) fn is_empty(connection: &Connection) -> Result<bool, OpenError> {
    let any = connection.query_row("SELECT 1 FROM sqlite_schema LIMIT 1", [], |_| Ok(())).optional()?;
    let application: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    Ok(any.is_none() && application == 0)
}

fn has_table(connection: &Connection, name: &str) -> rusqlite::Result<bool> {
    let found = connection.query_row("SELECT 1 FROM sqlite_schema WHERE name = ?", [name], |_| Ok(())).optional()?;
    Ok(found.is_some())
}
