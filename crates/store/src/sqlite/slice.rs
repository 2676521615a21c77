//! Work that is put off and done a slice at a time, between one batch of jobs and the next.

use crate::error::StoreError;
use rusqlite::Connection;

/// Does something in a transaction of its own, which is not synced: for what a crash may take, since it takes what says
/// that it was done too.
pub(super) fn unsynced<T>(
    connection: &Connection,
    work: impl FnOnce() -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    connection.pragma_update(None, "synchronous", "normal")?;
    let done = transact(connection, work);
    // Without it what is acknowledged would not be on disk: better to end the process.
    connection.pragma_update(None, "synchronous", "full").expect("a setting of the connection alone");
    done
}

fn transact<T>(connection: &Connection, work: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    let done = work().and_then(|value| {
        connection.prepare_cached("COMMIT")?.execute([])?;
        Ok(value)
    });
    if done.is_err() && !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK")?;
    }
    done
}
