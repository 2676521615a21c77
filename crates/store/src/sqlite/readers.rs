//! Connections that read: some for work of microseconds, done where it is asked for; some for work without a bound,
//! done on threads that may block.

use super::connect;
use crate::error::{OpenError, StoreError};
use rusqlite::Connection;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Connections for point reads and short lists.
const QUICK_READERS: usize = 4;
/// Connections for searches and long lists; so many run at a time.
const SLOW_READERS: usize = 2;
/// Most searches and long lists that run or wait; one more is answered with [`StoreError::Busy`].
const SLOW_WAITING_MAX: usize = 128;

/// The pools.
#[derive(Debug)]
pub(super) struct Readers {
    quick: Vec<Mutex<Connection>>,
    slow: Vec<Mutex<Connection>>,
    next: AtomicUsize,
    waiting: Arc<Semaphore>,
    running: Arc<Semaphore>,
}

/// What long work holds: a place among those that wait, and the right to wait for one among those that run.
pub(super) struct Places {
    waiting: OwnedSemaphorePermit,
    running: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn open(path: &Path) -> Result<Self, OpenError> {
        let open = |count: usize| -> Result<Vec<_>, OpenError> {
            (0..count).map(|_| connect::reading(path).map(Mutex::new)).collect()
        };
        Ok(Self {
            quick: open(QUICK_READERS)?,
            slow: open(SLOW_READERS)?,
            next: AtomicUsize::new(0),
            waiting: Arc::new(Semaphore::new(SLOW_WAITING_MAX)),
            running: Arc::new(Semaphore::new(SLOW_READERS)),
        })
    }

    /// Reads for microseconds.
    pub(super) fn quick<T>(&self, read: impl FnOnce(&Connection) -> T) -> T {
        self.with(&self.quick, read)
    }

    /// Reads for as long as it takes; on a thread that may block.
    pub(super) fn slow<T>(&self, read: impl FnOnce(&Connection) -> T) -> T {
        self.with(&self.slow, read)
    }

    fn with<T>(&self, pool: &[Mutex<Connection>], read: impl FnOnce(&Connection) -> T) -> T {
        if let Some(free) = pool.iter().find_map(|connection| connection.try_lock().ok()) {
            return read(&free);
        }
        let index = self.next.fetch_add(1, Ordering::Relaxed) % pool.len();
        let connection = pool[index].lock().unwrap_or_else(PoisonError::into_inner);
        read(&connection)
    }

    /// A place for long work, unless too many wait.
    pub(super) fn places(&self) -> Result<Places, StoreError> {
        let waiting = self.waiting.clone().try_acquire_owned().map_err(|_| StoreError::Busy)?;
        Ok(Places { waiting, running: self.running.clone() })
    }
}

/// The file as it is at one instant, for as long as this lives.
pub(super) struct Snapshot<'a>(&'a Connection);

impl<'a> Snapshot<'a> {
    pub(super) fn take(connection: &'a Connection) -> rusqlite::Result<Self> {
        connection.prepare_cached("BEGIN")?.execute([])?;
        Ok(Self(connection))
    }
}

impl Drop for Snapshot<'_> {
    fn drop(&mut self) {
        let ended = self.0.prepare_cached("COMMIT").and_then(|mut commit| commit.execute([]));
        if let Err(error) = ended {
            tracing::warn!(%error, "cannot end a snapshot");
        }
    }
}

/// Runs long work on a thread that may block, when its turn comes.
pub(super) async fn long<T: Send + 'static>(
    places: Places,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, StoreError> {
    let running = places.running.clone().acquire_owned().await.map_err(|_| StoreError::Closed)?;
    let done = tokio::task::spawn_blocking(move || {
        let result = work();
        drop((running, places.waiting));
        result
    });
    done.await.map_err(|error| StoreError::Unavailable(error.to_string()))
}
