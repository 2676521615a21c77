//! The schema, step by step. A step that was ever released is never edited: its checksum is in every file.

use crate::search_terms::fnv1a;

/// One step of the schema.
#[derive(Debug)]
pub(crate) struct Migration {
    /// 1 and up, without gaps.
    pub(crate) version: u32,
    pub(crate) sql: &'static str,
}

/// The steps for SQLite.
pub(crate) const SQLITE: &[Migration] =
    &[Migration { version: 1, sql: include_str!("../migrations/sqlite_0001_catalog.sql") }];

/// Where the schema stands after all steps.
pub(crate) const LATEST: u32 = 1;

impl Migration {
    /// What is kept of it in the files it was applied to.
    pub(crate) fn checksum(&self) -> String {
        format!("{:016x}", fnv1a(self.sql.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_numbered_without_gaps() {
        assert!(SQLITE.iter().map(|migration| migration.version).eq(1..=LATEST));
    }
}
