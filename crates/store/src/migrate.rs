//! The schema, step by step. A step that was ever released is never edited: its checksum is in every database.

use crate::error::OpenError;
use crate::search_terms::fnv1a;

/// One step of the schema.
#[derive(Debug)]
pub(crate) struct Migration {
    /// 1 and up, without gaps.
    pub(crate) version: u32,
    pub(crate) sql: &'static str,
}

/// The steps for SQLite.
pub(crate) const SQLITE: &[Migration] = &[
    Migration { version: 1, sql: include_str!("../migrations/sqlite_0001_catalog.sql") },
    Migration { version: 2, sql: include_str!("../migrations/sqlite_0002_access.sql") },
    Migration { version: 3, sql: include_str!("../migrations/sqlite_0003_mirror.sql") },
    Migration { version: 4, sql: include_str!("../migrations/sqlite_0004_dashboard.sql") },
];

/// The steps for PostgreSQL: the same numbers, so that a version says what a database holds, whichever engine keeps it.
pub(crate) const POSTGRES: &[Migration] = &[
    Migration { version: 1, sql: include_str!("../migrations/postgres_0001_catalog.sql") },
    Migration { version: 2, sql: include_str!("../migrations/postgres_0002_access.sql") },
    Migration { version: 3, sql: include_str!("../migrations/postgres_0003_mirror.sql") },
    Migration { version: 4, sql: include_str!("../migrations/postgres_0004_dashboard.sql") },
];

/// Where the schema stands after all steps.
pub(crate) const LATEST: u32 = 4;

impl Migration {
    /// What is kept of it in the databases it was applied to.
    pub(crate) fn checksum(&self) -> String {
        format!("{:016x}", fnv1a(self.sql.as_bytes()))
    }
}

/// The version of a database that went through these steps, in order; each with its checksum. Refuses those of
/// another program.
pub(crate) fn version(known: &[Migration], applied: impl IntoIterator<Item = (u32, String)>) -> Result<u32, OpenError> {
    applied.into_iter().try_fold(0, |_, (version, checksum)| {
        match known.iter().find(|migration| migration.version == version) {
            None => Err(OpenError::Newer { found: version, known: LATEST }),
            Some(known) if known.checksum() != checksum => Err(OpenError::OtherMigration(version)),
            Some(_) => Ok(version),
        }
    })
}

/// Refuses a database that a server would migrate first.
pub(crate) fn must_be_latest(version: u32) -> Result<(), OpenError> {
    if version == LATEST { Ok(()) } else { Err(OpenError::Older { found: version, known: LATEST }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_numbered_without_gaps() {
        for steps in [SQLITE, POSTGRES] {
            assert!(steps.iter().map(|migration| migration.version).eq(1..=LATEST));
        }
    }
}
