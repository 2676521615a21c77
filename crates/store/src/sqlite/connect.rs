//! Opening the file: what may go wrong, and how every connection is set.

use super::prepare;
use crate::error::OpenError;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a connection waits for another process that writes (`tollgate keys` beside a server).
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Pages kept by the writing connection, in KiB.
const WRITER_CACHE_KIB: i64 = 16 * 1024;
/// Pages kept by each reading connection, in KiB.
const READER_CACHE_KIB: i64 = 4 * 1024;
/// Pages of 4 KiB in the write-ahead log before they are moved to their places: more make a batch cheaper (a page
/// written again and again is moved once), and a start after a crash slower.
const CHECKPOINT_PAGES: i64 = 10_000;
/// How long the log is by then, with the head of the file and of each page.
pub(super) const LOG_ROOM_BYTES: u64 = 32 + CHECKPOINT_PAGES.unsigned_abs() * (24 + 4096);
/// The log is cut back to this many bytes when it has grown beyond them.
const LOG_BYTES_MAX: i64 = 64 * 1024 * 1024;
/// Statements each connection keeps compiled.
const STATEMENTS_MAX: usize = 128;

/// Takes the file for this process; others are refused until the handle is dropped. The lock is on a file beside it,
/// since SQLite's own locks do not last and closing the file elsewhere in the process would undo ours.
pub(super) fn lock(path: &Path) -> Result<File, OpenError> {
    check_path(path)?;
    let mut beside = path.as_os_str().to_owned();
    beside.push(".lock");
    let beside = PathBuf::from(beside);
    let file =
        OpenOptions::new().write(true).create(true).truncate(false).open(&beside).map_err(|error| {
            match error.kind() {
                ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => OpenError::NoPermission(beside),
                _ => OpenError::Failed(error.to_string()),
            }
        })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(path.to_owned())),
        Err(TryLockError::Error(error)) => Err(OpenError::Failed(error.to_string())),
    }
}

fn check_path(path: &Path) -> Result<(), OpenError> {
    if path.is_dir() {
        return Err(OpenError::IsFolder(path.to_owned()));
    }
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => Err(OpenError::NoFolder(path.to_owned())),
        _ => Ok(()),
    }
}

/// The connection that writes; makes the file where there is none.
pub(super) fn writing(path: &Path, max_bytes: Option<u64>) -> Result<Connection, OpenError> {
    check_path(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let connection = open(path, flags, WRITER_CACHE_KIB)?;
    if connection.is_readonly("main")? {
        return Err(OpenError::NoPermission(path.to_owned()));
    }
    if !prepare::is_empty(&connection)? {
        prepare::version(&connection, path)?;
    }
    connection.pragma_update(None, "journal_mode", "wal").map_err(|error| refusal(&error, path))?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    connection.pragma_update(None, "journal_size_limit", LOG_BYTES_MAX)?;
    if let Some(max_bytes) = max_bytes {
        limit(&connection, max_bytes)?;
    }
    Ok(connection)
}

fn limit(connection: &Connection, max_bytes: u64) -> Result<(), OpenError> {
    let page_size: i64 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
    let wanted = i64::try_from(max_bytes).unwrap_or(i64::MAX) / page_size;
    let set: i64 = connection.pragma_update_and_check(None, "max_page_count", wanted, |row| row.get(0))?;
    if set == wanted { Ok(()) } else { Err(OpenError::LimitTooSmall(max_bytes)) }
}

/// A connection to a file that exists, which cannot write.
pub(super) fn reading(path: &Path) -> Result<Connection, OpenError> {
    check_path(path)?;
    if !path.exists() {
        return Err(OpenError::NoFile(path.to_owned()));
    }
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE, READER_CACHE_KIB)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

fn open(path: &Path, flags: OpenFlags, cache_kib: i64) -> Result<Connection, OpenError> {
    // A connection is only ever used by one thread at a time.
    let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|error| refusal(&error, path))?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    // The first look at the file, which is where SQLite sees what it is.
    connection.pragma_query_value(None, "schema_version", |_| Ok(())).map_err(|error| refusal(&error, path))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    connection.pragma_update(None, "cache_size", -cache_kib)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    // Else some statements are compiled anew whenever the values bound to them change.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(connection)
}

/// Why SQLite would not have the file.
fn refusal(error: &rusqlite::Error, path: &Path) -> OpenError {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => OpenError::NotOurs(path.to_owned()),
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
            OpenError::NoPermission(path.to_owned())
        }
        _ => OpenError::Failed(error.to_string()),
    }
}
