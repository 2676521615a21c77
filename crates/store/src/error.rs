//! What can go wrong with the memory. None of it is the caller's doing: that is a
//! [`Refusal`](tollgate_domain::refusal::Refusal), and never comes from here.

use std::path::PathBuf;

/// Why the store could not do what it was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The queue of the writing thread, or of the searches, is full; or others were at the same rows for too long.
    #[error("too many requests are waiting for the database")]
    Busy,
    /// The disk, or the size the database is allowed, is full. Reading goes on.
    #[error("the database has no space left")]
    Full,
    /// The store is closing.
    #[error("the database is closed")]
    Closed,
    /// Something between us and the data failed; the same may succeed later.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// The connection to the database was lost while a change was being committed, and the database did not come back
    /// in time to be asked: the change may be there, or not.
    #[error("the database went away while a change was being committed; it may have been made, or not")]
    Unresolved,
    /// What was read is not what was written.
    #[error("the database is damaged: {0}")]
    Corrupt(String),
    /// The change contradicts a row it did not ask about: a new id or unique value that is there already, or an
    /// update of a row that is gone.
    #[error("the change contradicts the database: {0}")]
    Conflict(String),
    /// The job asked for more rows at every round: a defect in its command.
    #[error("a command kept asking for more rows")]
    Endless,
    /// A store that was opened as a guest changes API keys and users only: the server would not see more than that.
    #[error("only the server that has the database open may change this")]
    Guest,
}

impl StoreError {
    /// Whether the same request may go through when it comes again, with nobody having done anything.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Busy | Self::Unavailable(_) | Self::Conflict(_) => true,
            Self::Full | Self::Closed | Self::Unresolved | Self::Corrupt(_) | Self::Endless | Self::Guest => false,
        }
    }
}

/// Why a page of a list could not be given.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// There is no object with the id of the cursor.
    #[error("the cursor names an object that does not exist")]
    NoSuchCursor,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a page of a search could not be given.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The page is not one that a search gave out.
    #[error("there is no such page")]
    BadPage,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address cannot be used as it is; said without repeating what is secret in it.
    #[error("the address of the database: {0}")]
    Address(String),
    /// The server is not one that Tollgate can keep its data in.
    #[error("{0}")]
    Unsuitable(String),
    /// This engine does not do that; the text says what does.
    #[error("{0}")]
    Elsewhere(&'static str),
    /// The folder the file would be in does not exist.
    #[error("the folder of {} does not exist", .0.display())]
    NoFolder(PathBuf),
    /// The path is a folder.
    #[error("{} is a folder, not a database file", .0.display())]
    IsFolder(PathBuf),
    /// There is no file, and none is to be made.
    #[error("{} does not exist", .0.display())]
    NoFile(PathBuf),
    /// The file is there already, and is not to be overwritten.
    #[error("{} exists already", .0.display())]
    FileExists(PathBuf),
    /// The file cannot be read or written.
    #[error("no permission to read and write {}", .0.display())]
    NoPermission(PathBuf),
    /// The file is something else.
    #[error("{} is not a Tollgate database", .0.display())]
    NotOurs(PathBuf),
    /// Another server has the file open.
    #[error("another Tollgate server is using {}", .0.display())]
    InUse(PathBuf),
    /// The file is of a later version than this program.
    #[error("this database was written by a newer Tollgate (schema {found}; this version knows up to {known})")]
    Newer {
        /// The version of the file.
        found: u32,
        /// The newest version this program knows.
        known: u32,
    },
    /// A migration that the file went through is not the one this program knows by that number.
    #[error("migration {0} of this database is not the one that this version of Tollgate knows")]
    OtherMigration(u32),
    /// A step that the schema lacks may be applied by a server only.
    #[error("this database is of an older Tollgate (schema {found} instead of {known}); start this version on it once")]
    Older {
        /// The version of the database.
        found: u32,
        /// The version that is needed.
        known: u32,
    },
    /// Rows were moved here, and not all of them yet.
    #[error(
        "this database is the unfinished part of a move from {from}; run the same `tollgate migrate-data` again, which \
         finishes it"
    )]
    Unfinished {
        /// The address of the other database, without secrets.
        from: String,
    },
    /// Others are using the database, which must hold still.
    #[error("others are using the database ({0}); stop every server and command on it first")]
    Occupied(String),
    /// The size that the database is allowed is less than it has.
    #[error("the database cannot be limited to {0} bytes: it is larger already")]
    LimitTooSmall(u64),
    /// Anything else.
    #[error("cannot open the database: {0}")]
    Failed(String),
}
