//! What is held in memory as a whole for each environment: the catalog, webhook endpoints.
//!
//! Invariant: once a change is answered, nothing older than it is in here. A reader that misses notes how many
//! changes there were, reads the file, and leaves what it found only where there were no more since.

use crate::error::StoreError;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use tollgate_domain::environment::Environment;

/// The whole of each environment, where it is kept.
#[derive(Debug)]
pub(super) struct Wholes<T> {
    keeps: bool,
    slots: [RwLock<Slot<T>>; 2],
}

#[derive(Debug)]
struct Slot<T> {
    whole: Option<Arc<T>>,
    changes: u64,
}

impl<T> Wholes<T> {
    pub(super) fn new(keeps: bool) -> Self {
        Self { keeps, slots: [(); 2].map(|()| RwLock::new(Slot { whole: None, changes: 0 })) }
    }

    fn slot(&self, environment: Environment) -> RwLockReadGuard<'_, Slot<T>> {
        self.slots[usize::from(environment.is_live())].read().unwrap_or_else(PoisonError::into_inner)
    }

    fn slot_mut(&self, environment: Environment) -> RwLockWriteGuard<'_, Slot<T>> {
        self.slots[usize::from(environment.is_live())].write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The whole as the last commit left it, or as `read` finds it.
    pub(super) fn get_or_read(
        &self,
        environment: Environment,
        read: impl FnOnce() -> Result<T, StoreError>,
    ) -> Result<Arc<T>, StoreError> {
        let changes = {
            let slot = self.slot(environment);
            if let Some(whole) = &slot.whole {
                return Ok(whole.clone());
            }
            slot.changes
        };
        let whole = Arc::new(read()?);
        if self.keeps {
            let mut slot = self.slot_mut(environment);
            if slot.changes == changes {
                slot.whole = Some(whole.clone());
            }
        }
        Ok(whole)
    }

    /// Called between commit and answer; without the whole, whoever asks next reads it.
    pub(super) fn put(&self, environment: Environment, whole: Option<Arc<T>>) {
        let mut slot = self.slot_mut(environment);
        slot.changes += 1;
        slot.whole = whole.filter(|_| self.keeps);
    }
}
