//! The catalog as the file has it.

use super::table;
use crate::error::StoreError;
use crate::record;
use rusqlite::Connection;
use tollgate_domain::catalog::{Catalog, NOUNS};
use tollgate_domain::environment::Environment;
use tollgate_domain::record::{Noun, Record};

/// Reads it.
pub(super) fn read(connection: &Connection, environment: Environment) -> Result<Catalog, StoreError> {
    let mut catalog = Catalog::default();
    for noun in NOUNS {
        each(connection, environment, noun, |record| catalog.put(record))?;
    }
    Ok(catalog)
}

/// Hands over every object of a noun of which there are few.
pub(super) fn each(
    connection: &Connection,
    environment: Environment,
    noun: Noun,
    mut take: impl FnMut(&Record),
) -> Result<(), StoreError> {
    let sql = format!("SELECT body FROM {} WHERE live = ?", table::kept(noun)?.name);
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([environment.is_live()])?;
    while let Some(row) = rows.next()? {
        let body = row.get_ref(0)?.as_bytes().map_err(rusqlite::Error::from)?;
        take(&record::decode(noun, body)?);
    }
    Ok(())
}
