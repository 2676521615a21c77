//! The catalog of each environment, in memory as a whole.
//!
//! Invariant: once a change is answered, no catalog older than it is in here. A reader that misses notes how many
//! changes there were, reads the file, and leaves what it found only where there were no more since.

use super::table;
use crate::error::StoreError;
use crate::record;
use rusqlite::Connection;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use tollgate_domain::catalog::{Catalog, NOUNS};
use tollgate_domain::environment::Environment;

/// The catalogs, where they are kept.
#[derive(Debug)]
pub(super) struct Catalogs {
    keeps: bool,
    slots: [RwLock<Slot>; 2],
}

#[derive(Debug, Default)]
struct Slot {
    catalog: Option<Arc<Catalog>>,
    changes: u64,
}

impl Catalogs {
    pub(super) fn new(keeps: bool) -> Self {
        Self { keeps, slots: Default::default() }
    }

    fn slot(&self, environment: Environment) -> RwLockReadGuard<'_, Slot> {
        self.slots[usize::from(environment.is_live())].read().unwrap_or_else(PoisonError::into_inner)
    }

    fn slot_mut(&self, environment: Environment) -> RwLockWriteGuard<'_, Slot> {
        self.slots[usize::from(environment.is_live())].write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The catalog as the last commit left it, or as `read` finds it.
    pub(super) fn get_or_read(
        &self,
        environment: Environment,
        read: impl FnOnce() -> Result<Catalog, StoreError>,
    ) -> Result<Arc<Catalog>, StoreError> {
        let changes = {
            let slot = self.slot(environment);
            if let Some(catalog) = &slot.catalog {
                return Ok(catalog.clone());
            }
            slot.changes
        };
        let catalog = Arc::new(read()?);
        if self.keeps {
            let mut slot = self.slot_mut(environment);
            if slot.changes == changes {
                slot.catalog = Some(catalog.clone());
            }
        }
        Ok(catalog)
    }

    /// Called between commit and answer; without a catalog, whoever asks next reads it.
    pub(super) fn put(&self, environment: Environment, catalog: Option<Arc<Catalog>>) {
        let mut slot = self.slot_mut(environment);
        slot.changes += 1;
        slot.catalog = catalog.filter(|_| self.keeps);
    }
}

/// The catalog as the file has it.
pub(super) fn read(connection: &Connection, environment: Environment) -> Result<Catalog, StoreError> {
    let mut catalog = Catalog::default();
    for noun in NOUNS {
        let sql = format!("SELECT body FROM {} WHERE live = ?", table::kept(noun)?.name);
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query([environment.is_live()])?;
        while let Some(row) = rows.next()? {
            let body = row.get_ref(0)?.as_bytes().map_err(rusqlite::Error::from)?;
            catalog.put(&record::decode(noun, body)?);
        }
    }
    Ok(catalog)
}
