//! Brings the schema of a database up to date, or says why the database is not ours to touch.

use super::session::Session;
use super::sought;
use super::trouble::Trouble;
use crate::error::OpenError;
use crate::migrate::{self, LATEST, POSTGRES};
use crate::transfer::Mark;

/// Keeps nodes that start at once from migrating at once. An arbitrary number, the same in every version.
const LOCK: i64 = 0x746f_6c6c_6d69_6772;
/// The oldest server that everything here runs on, as `server_version_num` counts.
const SERVER_MIN: i32 = 130_000;

/// Makes a database ready to be used.
pub(super) async fn prepare(session: &Session) -> Result<(), OpenError> {
    migrate(session).await?;
    refuse_unfinished(session).await
}

/// Refuses the unfinished part of a move.
pub(super) async fn refuse_unfinished(session: &Session) -> Result<(), OpenError> {
    match mark(session).await? {
        Some(Mark { from, .. }) => Err(OpenError::Unfinished { from }),
        None => Ok(()),
    }
}

/// What marks the database as the unfinished part of a move: a table which is there for as long as the move takes.
pub(super) async fn mark(session: &Session) -> Result<Option<Mark>, Trouble> {
    if !has_table(session, "unfinished_move").await? {
        return Ok(None);
    }
    let rows = session.query("SELECT source, fingerprint FROM unfinished_move", &[]).await?;
    Ok(Some(Mark { from: rows[0].try_get(0)?, fingerprint: rows[0].try_get(1)? }))
}

async fn has_table(session: &Session, name: &str) -> Result<bool, Trouble> {
    let there = session.query("SELECT to_regclass($1::text) IS NOT NULL", &[&name]).await?;
    Ok(there[0].try_get(0)?)
}

/// Applies the steps that the database lacks, all of them or none. Whoever comes second waits for the first.
pub(super) async fn migrate(session: &Session) -> Result<(), OpenError> {
    check_server(session).await?;
    if version(session).await? == LATEST {
        return Ok(());
    }
    let applied = apply(session).await;
    if applied.is_err() {
        session.roll_back().await;
    }
    applied
}

async fn apply(session: &Session) -> Result<(), OpenError> {
    session.batch(&format!("BEGIN; SELECT pg_advisory_xact_lock({LOCK})")).await?;
    let create = "CREATE TABLE IF NOT EXISTS migration (version integer PRIMARY KEY, checksum text NOT NULL)";
    session.batch(create).await?;
    // Asked again under the lock: another node may have done it meanwhile.
    let from = version(session).await?;
    for migration in POSTGRES.iter().filter(|migration| migration.version > from) {
        session.batch(migration.sql).await?;
        let number = i32::try_from(migration.version).unwrap_or(i32::MAX);
        let sql = "INSERT INTO migration (version, checksum) VALUES ($1, $2)";
        session.query(sql, &[&number, &migration.checksum()]).await?;
    }
    sought::make(session).await?;
    Ok(session.batch("COMMIT").await?)
}

/// The version of the schema, 0 for a new database. Refuses one of a later version.
pub(super) async fn version(session: &Session) -> Result<u32, OpenError> {
    if !has_table(session, "migration").await? {
        return Ok(0);
    }
    let rows = session.query("SELECT version, checksum FROM migration ORDER BY version", &[]).await?;
    let applied: Result<Vec<(u32, String)>, tokio_postgres::Error> = rows
        .iter()
        .map(|row| Ok((u32::try_from(row.try_get::<_, i32>(0)?).unwrap_or(u32::MAX), row.try_get(1)?)))
        .collect();
    migrate::version(POSTGRES, applied.map_err(Trouble::from)?)
}

async fn check_server(session: &Session) -> Result<(), OpenError> {
    let sql = "SELECT current_setting('server_version_num')::integer, current_setting('server_encoding')";
    let rows = session.query(sql, &[]).await?;
    let (version, encoding): (i32, String) =
        (rows[0].try_get(0).map_err(Trouble::from)?, rows[0].try_get(1).map_err(Trouble::from)?);
    if version < SERVER_MIN {
        return Err(OpenError::Unsuitable(format!(
            "PostgreSQL 13 or later is needed, and this is {}",
            version / 10_000
        )));
    }
    if encoding != "UTF8" {
        return Err(OpenError::Unsuitable(format!(
            "the database must be made with ENCODING 'UTF8', and has {encoding}"
        )));
    }
    Ok(())
}
