//! What an error of PostgreSQL means to us.

use crate::error::{ListError, OpenError, SearchError, StoreError};
use tokio_postgres::error::SqlState;

/// Why a statement, or a transaction, did not go through.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    /// The connection is lost, or as good as: nobody knows whether what was sent last was done.
    #[error("no connection: {0}")]
    Gone(String),
    /// Others were at the same rows; it may go through when it is tried again.
    #[error("others were at the same rows: {0}")]
    Contended(String),
    /// A new id or unique value is there already: somebody else was faster, or the command did not look.
    #[error("it is there already: {0}")]
    Taken(String),
    /// The lane was forgotten by the database, so that nothing may be written under it.
    #[error("the database has forgotten this node")]
    NoLane,
    /// It makes no sense to try again.
    #[error(transparent)]
    Failed(#[from] StoreError),
}

impl From<tokio_postgres::Error> for Trouble {
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(answer) = error.as_db_error() else {
            return Self::Gone(with_cause(&error));
        };
        let said = || format!("{} ({})", answer.message(), answer.code().code());
        let code = answer.code();
        if *code == SqlState::T_R_SERIALIZATION_FAILURE
            || *code == SqlState::T_R_DEADLOCK_DETECTED
            || *code == SqlState::LOCK_NOT_AVAILABLE
        {
            return Self::Contended(said());
        }
        if *code == SqlState::UNIQUE_VIOLATION {
            return Self::Taken(said());
        }
        // Raised by the entry of a lane that is retired; nothing else leaves out what must be there.
        if *code == SqlState::NOT_NULL_VIOLATION {
            return Self::NoLane;
        }
        // Raised by statements that count what they changed.
        if *code == SqlState::DIVISION_BY_ZERO {
            return Self::Failed(StoreError::Conflict("a row that was to be changed is gone".to_owned()));
        }
        // 53100, disk full; the rest of the class is a want of memory or connections.
        if *code == SqlState::DISK_FULL {
            return Self::Failed(StoreError::Full);
        }
        match &code.code()[..2] {
            // Told to go (57P01 to 57P05, but not 57014, a statement that took too long), or no connection at all.
            "57" if *code != SqlState::QUERY_CANCELED => Self::Gone(said()),
            "08" => Self::Gone(said()),
            // A standby that does not write, as after a change of the primary: connect anew, elsewhere perhaps.
            "25" if *code == SqlState::READ_ONLY_SQL_TRANSACTION => Self::Gone(said()),
            "25" if *code == SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT => Self::Gone(said()),
            "XX" if *code != SqlState::INTERNAL_ERROR => Self::Failed(StoreError::Corrupt(said())),
            _ => Self::Failed(StoreError::Unavailable(said())),
        }
    }
}

impl From<Trouble> for StoreError {
    /// For whoever does not try again.
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Failed(error) => error,
            Trouble::Taken(said) => Self::Conflict(said),
            Trouble::Contended(_) => Self::Busy,
            other => Self::Unavailable(other.to_string()),
        }
    }
}

impl From<Trouble> for ListError {
    fn from(trouble: Trouble) -> Self {
        Self::Store(trouble.into())
    }
}

impl From<Trouble> for SearchError {
    fn from(trouble: Trouble) -> Self {
        Self::Store(trouble.into())
    }
}

impl From<Trouble> for OpenError {
    fn from(trouble: Trouble) -> Self {
        Self::Failed(StoreError::from(trouble).to_string())
    }
}

/// The error with what is behind it: the outermost says only that the connection failed.
pub(super) fn with_cause(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
