//! Room in the write-ahead log, written ahead of its use. To sync what makes a file longer, the file system has to write
//! down its length and where its blocks are, too: some 130 µs for each commit, until the log has become as long as it
//! gets and is begun anew. So zeros are written behind its end while there is nothing better to do. A reader of the log
//! stops at what is no frame of it.

use super::connect::LOG_ROOM_BYTES;
use crate::error::StoreError;
use rusqlite::Connection;
use std::fs::OpenOptions;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// So much is written at a time: some milliseconds.
const SLICE_BYTES: usize = 1024 * 1024;

/// The log of the file, as far as it is written ahead.
pub(super) struct Room {
    log: PathBuf,
    is_made: bool,
}

impl Room {
    /// That of the log of a file. A guest makes none.
    pub(super) fn new(path: &Path, is_guest: bool) -> Self {
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        Self { log: log.into(), is_made: is_guest }
    }

    /// Whether more is to be made.
    pub(super) fn is_short(&self) -> bool {
        !self.is_made
    }

    /// Makes a slice of it. Where that goes wrong, such as on a full disk, the log goes without.
    pub(super) fn make(&mut self, connection: &Connection) {
        match self.write_slice(connection) {
            Ok(is_made) => self.is_made = is_made,
            Err(error) => {
                tracing::debug!(%error, "cannot make room in the log");
                self.is_made = true;
            }
        }
    }

    /// Nobody else may write to the log meanwhile, other processes among them. Says whether there is enough.
    fn write_slice(&self, connection: &Connection) -> Result<bool, StoreError> {
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        let written = write_behind(&self.log);
        connection.prepare_cached("ROLLBACK")?.execute([])?;
        written.map_err(|error| StoreError::Unavailable(error.to_string()))
    }
}

/// Writes zeros behind the end of a file.
fn write_behind(log: &Path) -> std::io::Result<bool> {
    let mut log = OpenOptions::new().write(true).open(log)?;
    let length = log.seek(SeekFrom::End(0))?;
    if length >= LOG_ROOM_BYTES {
        return Ok(true);
    }
    log.write_all(&vec![0; SLICE_BYTES])?;
    log.sync_data()?;
    Ok(false)
}
