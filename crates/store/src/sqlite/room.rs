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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::connect;

    fn count(connection: &Connection) -> i64 {
        connection.query_row("SELECT count(*) FROM t", [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn what_was_written_before_and_after_room_was_made_is_there_after_a_crash() {
        let folder = tempdir();
        let (file, crashed) = (folder.join("a.db"), folder.join("b.db"));
        let log = |file: &Path| PathBuf::from(format!("{}-wal", file.display()));
        let connection = Connection::open(&file).unwrap();
        connection.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (x); INSERT INTO t VALUES (1)").unwrap();
        let mut room = Room::new(&file, false);
        while room.is_short() {
            room.make(&connection);
        }
        assert!(std::fs::metadata(log(&file)).unwrap().len() >= connect::LOG_ROOM_BYTES);
        connection.execute_batch("INSERT INTO t VALUES (2)").unwrap();
        assert_eq!((count(&connection), count(&Connection::open(&file).unwrap())), (2, 2));
        // The files as a crash leaves them: nothing was moved out of the log.
        std::fs::copy(&file, &crashed).unwrap();
        std::fs::copy(log(&file), log(&crashed)).unwrap();
        let recovered = Connection::open(&crashed).unwrap();
        assert_eq!(count(&recovered), 2);
        let sound: String = recovered.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(sound, "ok");
        drop((connection, recovered));
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_guest_makes_none_and_a_log_that_is_not_there_is_done_without() {
        let nowhere = Path::new("/nowhere/at/all.db");
        assert!(!Room::new(nowhere, true).is_short());
        let mut room = Room::new(nowhere, false);
        assert!(room.is_short());
        room.make(&Connection::open_in_memory().unwrap());
        assert!(!room.is_short());
    }

    fn tempdir() -> PathBuf {
        let folder = std::env::temp_dir().join(format!("tollgate-room-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }
}
