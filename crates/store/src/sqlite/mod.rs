//! The embedded engine: one SQLite file, one thread that writes to it, a few connections that read.
//!
//! `writer` takes jobs from a bounded queue and runs them in batches; `load` and `apply` are its two verbs. Reads go
//! past it, through `readers`: they see every change that was answered. Bodies, accounts and the catalog are kept in
//! memory. The search index is brought up to date by the writer when it has nothing better to do (`fold`); what it lacks
//! is in `tail`. The same goes for the indexes of usage events and for counters (`usage`).

mod account;
mod apply;
mod backup;
mod catalog;
mod check;
mod connect;
mod endpoints;
mod fold;
mod list;
mod load;
mod parts;
mod prepare;
mod readers;
mod room;
mod search;
mod slice;
mod sought;
mod table;
mod tail;
mod transfer;
mod usage;
mod whole;
mod writer;

pub(crate) use backup::backup;
pub(crate) use check::check;
pub(crate) use transfer::Side;

use crate::cache::Cache;
use crate::error::{ListError, OpenError, SearchError, StoreError};
use crate::metrics::{Metrics, Outcome};
use crate::options::Options;
use crate::page::{Found, UsagePage, UsageQuery, Within, parse_token};
use crate::task::Task;
use crate::{nouns, record};
use account::Held;
use readers::Readers;
use room::Room;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use tail::Tail;
use tokio::sync::oneshot;
use tollgate_domain::catalog::Catalog;
use tollgate_domain::environment::Environment;
use tollgate_domain::facts::{Facts, ReadSet};
use tollgate_domain::idempotency::RECEIPT_LIFETIME_MILLIS;
use tollgate_domain::list::{ListQuery, Page};
use tollgate_domain::record::{Field, Noun, Record};
use tollgate_domain::search::Query;
use tollgate_domain::time::Timestamp;
use tollgate_domain::webhook::Endpoints;
use tollgate_domain::window::Window;
use usage::{Limits, Usage};
use whole::Wholes;
use writer::{Message, Writer};

/// Most jobs that wait for the writing thread; one more is answered with [`StoreError::Busy`].
pub(crate) const QUEUE_MAX: usize = 4096;

/// An open file.
#[derive(Debug)]
pub(crate) struct Sqlite {
    path: PathBuf,
    queue: SyncSender<Message>,
    thread: Mutex<Option<JoinHandle<()>>>,
    shared: Arc<Shared>,
}

/// What the writing thread and the readers have in common.
#[derive(Debug)]
pub(crate) struct Shared {
    cache: Cache,
    accounts: Cache<Held>,
    catalogs: Wholes<Catalog>,
    endpoints: Wholes<Endpoints>,
    usage: Usage,
    readers: Readers,
    tail: Tail,
    metrics: Arc<Metrics>,
}

impl Sqlite {
    pub(crate) fn open(path: &Path, options: &Options, metrics: Arc<Metrics>) -> Result<Self, OpenError> {
        Self::open_within(path, options, Limits::new(options.usage_tail), metrics)
    }

    fn open_within(path: &Path, options: &Options, limits: Limits, metrics: Arc<Metrics>) -> Result<Self, OpenError> {
        let lock = if options.exclusive { Some(connect::lock(path)?) } else { None };
        let connection = connect::writing(path, options.max_bytes)?;
        prepare::prepare(&connection, path)?;
        // A guest does not see what the server writes in between, so it keeps nothing.
        let cache_bytes = if options.exclusive { options.cache_bytes } else { 0 };
        let usage = if options.exclusive { Usage::open(&connection, limits)? } else { Usage::none() };
        let shared = Arc::new(Shared {
            cache: Cache::new(cache_bytes - cache_bytes / 2),
            accounts: Cache::new(cache_bytes / 2),
            catalogs: Wholes::new(options.exclusive),
            endpoints: Wholes::new(options.exclusive),
            usage,
            readers: Readers::open(path)?,
            tail: Tail::read(&connection, metrics.search_tail.clone())?,
            metrics,
        });
        let (queue, messages) = sync_channel(QUEUE_MAX);
        let room = Room::new(path, !options.exclusive);
        let writer = Writer::new(connection, lock, room, shared.clone(), options)?;
        let thread = std::thread::Builder::new()
            .name("tollgate-writer".to_owned())
            .spawn(move || writer.run(&messages))
            .map_err(|error| OpenError::Failed(error.to_string()))?;
        Ok(Self { path: path.to_owned(), queue, thread: Mutex::new(Some(thread)), shared })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn submit(&self, task: Box<dyn Task>) -> Result<(), StoreError> {
        self.shared.metrics.queue.inc();
        self.queue.try_send(Message::Task(task)).map_err(|error| {
            self.shared.metrics.queue.dec();
            match error {
                TrySendError::Full(_) => {
                    self.shared.metrics.jobs.get_or_create(&Outcome::BUSY).inc();
                    StoreError::Busy
                }
                TrySendError::Disconnected(_) => StoreError::Closed,
            }
        })
    }

    pub(crate) fn get(&self, environment: Environment, noun: Noun, id: &str) -> Result<Option<Record>, StoreError> {
        if noun == Noun::Counters {
            return account::counters(&self.shared, environment, id);
        }
        let Some(table) = table::of(noun) else { return Ok(None) };
        let body = self.shared.body(table, environment, id)?;
        body.map(|body| record::decode(noun, &body)).transpose()
    }

    pub(crate) fn load(&self, environment: Environment, reads: &ReadSet, facts: &mut Facts) -> Result<(), StoreError> {
        for key in reads.keys() {
            if !facts.knows(key) {
                load::from_outside(&self.shared, environment, key, facts)?;
            }
        }
        Ok(())
    }

    pub(crate) async fn list(&self, environment: Environment, query: &ListQuery) -> Result<Page<Record>, ListError> {
        if list::is_short(query) {
            return self.shared.read(query.noun, |connection| list::list(connection, environment, query));
        }
        let (shared, query) = (self.shared.clone(), query.clone());
        let places = self.shared.readers.places()?;
        readers::long(places, move || shared.readers.slow(|connection| list::list(connection, environment, &query)))
            .await?
    }

    pub(crate) fn count(&self, environment: Environment, field: Field, value: &str) -> Result<u64, StoreError> {
        if field == Field::UsageSubject {
            let tally = usage::tally_outside(&self.shared, environment, value, Window::ALWAYS)?;
            return Ok(tally.count);
        }
        self.shared.read(field.noun(), |connection| load::count(connection, environment, field, value))
    }

    pub(crate) fn due(
        &self,
        environment: Environment,
        field: Field,
        within: &Within,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        self.shared.read(field.noun(), |connection| load::due(connection, environment, field, within, limit))
    }

    pub(crate) async fn usage_events(
        &self,
        environment: Environment,
        query: &UsageQuery,
    ) -> Result<UsagePage, StoreError> {
        let (shared, query) = (self.shared.clone(), query.clone());
        let places = self.shared.readers.places()?;
        readers::long(places, move || usage::page(&shared, environment, &query)).await?
    }

    pub(crate) async fn search(
        &self,
        environment: Environment,
        query: &Query,
        page: Option<&str>,
        limit: usize,
        count: bool,
    ) -> Result<Found, SearchError> {
        let below = page.map(|page| parse_token(page).ok_or(SearchError::BadPage)).transpose()?;
        let (shared, query) = (self.shared.clone(), query.clone());
        let places = self.shared.readers.places()?;
        let found = readers::long(places, move || search::search(&shared, environment, &query, below, limit, count));
        Ok(found.await??)
    }

    pub(crate) async fn prune(&self, now: Timestamp) -> Result<u64, StoreError> {
        let before = Timestamp::from_millis(now.millis().saturating_sub(RECEIPT_LIFETIME_MILLIS));
        let mut pruned = 0;
        loop {
            let (back, answer) = oneshot::channel();
            self.queue.try_send(Message::Prune { before, back }).map_err(|error| match error {
                TrySendError::Full(_) => StoreError::Busy,
                TrySendError::Disconnected(_) => StoreError::Closed,
            })?;
            match answer.await.unwrap_or(Err(StoreError::Closed))? {
                0 => return Ok(pruned),
                slice => pruned += slice,
            }
        }
    }

    /// Finishes what was accepted. Blocks.
    pub(crate) fn close(&self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // Where it fails, the thread is at its end already.
            let _ = self.queue.send(Message::Close);
            // A panic of the thread ends the process, so that there is none to be told of here.
            let _ = thread.join();
        }
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        self.close();
    }
}

impl Shared {
    /// Reads rows of one noun for microseconds.
    fn read<T, E: From<rusqlite::Error>>(
        &self,
        noun: Noun,
        read: impl FnOnce(&rusqlite::Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        if nouns::is_shared(noun) { self.readers.anew(read) } else { self.readers.quick(read) }
    }

    /// The body of an object, from memory or from the file.
    fn body(&self, table: &table::Table, environment: Environment, id: &str) -> Result<Option<Arc<[u8]>>, StoreError> {
        let read = || self.read(table.noun, |connection| load::body(connection, table, environment, id));
        if !nouns::is_cached(table.noun) {
            return read();
        }
        self.cache.get_or_read(&self.metrics, table.noun, environment, id, read)
    }
}

/// What an error of SQLite means to us.
fn fault(error: &rusqlite::Error) -> StoreError {
    use rusqlite::ErrorCode as Code;
    match error.sqlite_error_code() {
        Some(Code::DiskFull) => StoreError::Full,
        Some(Code::DatabaseCorrupt | Code::NotADatabase) => StoreError::Corrupt(error.to_string()),
        Some(Code::ConstraintViolation) => StoreError::Conflict(error.to_string()),
        _ => StoreError::Unavailable(error.to_string()),
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        fault(&error)
    }
}

impl From<rusqlite::Error> for ListError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(fault(&error))
    }
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<StoreError> for OpenError {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.to_string())
    }
}
