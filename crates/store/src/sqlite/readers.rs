//! Connections that read: some for work of microseconds, done where it is asked for; some for work without a bound,
//! done on threads that may block.
//!
//! Every read sees the file as it is at one instant. Taking such a snapshot costs as much as a point read, so a quick
//! reader keeps its own until something is committed.
//!
//! Invariant: a read sees every commit that was told by [`Readers::committed`] before it began. What other processes
//! write, nobody tells of: that is read [anew](Readers::anew).

use super::connect;
use crate::error::{OpenError, StoreError};
use rusqlite::Connection;
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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
    quick: Vec<Mutex<Reader>>,
    slow: Vec<Mutex<Reader>>,
    next: AtomicUsize,
    /// How many times something was committed.
    commits: AtomicU64,
    waiting: Arc<Semaphore>,
    running: Arc<Semaphore>,
}

/// A connection, and the snapshot it is in.
#[derive(Debug)]
struct Reader {
    connection: Connection,
    /// How many commits its snapshot has in it at least, where it has one.
    snapshot: Option<u64>,
}

impl Reader {
    /// Makes sure of a snapshot that has this many commits in it.
    fn catch_up(&mut self, commits: u64) -> rusqlite::Result<()> {
        if self.snapshot == Some(commits) {
            return Ok(());
        }
        self.let_go()?;
        self.connection.prepare_cached("BEGIN")?.execute([])?;
        self.snapshot = Some(commits);
        Ok(())
    }

    fn let_go(&mut self) -> rusqlite::Result<()> {
        if self.snapshot.take().is_some() {
            self.connection.prepare_cached("COMMIT")?.execute([])?;
        }
        Ok(())
    }
}

/// What long work holds: a place among those that wait, and the right to wait for one among those that run.
pub(super) struct Places {
    waiting: OwnedSemaphorePermit,
    running: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn open(path: &Path) -> Result<Self, OpenError> {
        let open = |count: usize| -> Result<Vec<_>, OpenError> {
            let reader = |connection| Mutex::new(Reader { connection, snapshot: None });
            (0..count).map(|_| connect::reading(path).map(reader)).collect()
        };
        Ok(Self {
            quick: open(QUICK_READERS)?,
            slow: open(SLOW_READERS)?,
            next: AtomicUsize::new(0),
            commits: AtomicU64::new(0),
            waiting: Arc::new(Semaphore::new(SLOW_WAITING_MAX)),
            running: Arc::new(Semaphore::new(SLOW_READERS)),
        })
    }

    /// Reads for microseconds.
    pub(super) fn quick<T, E: From<rusqlite::Error>>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut reader = self.free(&self.quick);
        reader.catch_up(self.commits.load(Ordering::Acquire))?;
        read(&reader.connection)
    }

    /// Reads for microseconds what other processes may have written meanwhile.
    pub(super) fn anew<T, E: From<rusqlite::Error>>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        self.once(&self.quick, read)
    }

    /// Reads for as long as it takes; on a thread that may block.
    pub(super) fn slow<T, E: From<rusqlite::Error>>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        self.once(&self.slow, read)
    }

    /// Reads from a snapshot that is taken for this and let go after.
    fn once<T, E: From<rusqlite::Error>>(
        &self,
        pool: &[Mutex<Reader>],
        read: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut reader = self.free(pool);
        reader.let_go()?;
        reader.catch_up(self.commits.load(Ordering::Acquire))?;
        let outcome = read(&reader.connection);
        reader.let_go()?;
        outcome
    }

    fn free<'p>(&self, pool: &'p [Mutex<Reader>]) -> MutexGuard<'p, Reader> {
        if let Some(free) = pool.iter().find_map(|reader| reader.try_lock().ok()) {
            return free;
        }
        let index = self.next.fetch_add(1, Ordering::Relaxed) % pool.len();
        pool[index].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// To be told after each commit, before anybody hears of it. Snapshots that nobody reads from are let go, so that
    /// they do not keep the log from being moved to its place.
    pub(super) fn committed(&self) {
        self.commits.fetch_add(1, Ordering::Release);
        for reader in &self.quick {
            let Ok(mut reader) = reader.try_lock() else { continue };
            if let Err(error) = reader.let_go() {
                tracing::warn!(%error, "cannot end a snapshot");
            }
        }
    }

    /// A place for long work, unless too many wait.
    pub(super) fn places(&self) -> Result<Places, StoreError> {
        let waiting = self.waiting.clone().try_acquire_owned().map_err(|_| StoreError::Busy)?;
        Ok(Places { waiting, running: self.running.clone() })
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
