//! The one type the rest of the program sees.

use crate::clock::Clock;
use crate::error::{ListError, OpenError, SearchError, StoreError};
use crate::metrics::Metrics;
use crate::model::Model;
use crate::options::Options;
use crate::page::{Found, UsagePage, UsageQuery, Within};
use crate::postgres::Postgres;
use crate::report::Report;
use crate::sqlite::Sqlite;
use crate::task::Seat;
use crate::url::DatabaseUrl;
use prometheus_client::registry::Registry;
use std::path::Path;
use std::sync::Arc;
use tollgate_domain::batch::Job;
use tollgate_domain::command::Given;
use tollgate_domain::environment::Environment;
use tollgate_domain::facts::{Facts, ReadSet};
use tollgate_domain::list::{ListQuery, Page};
use tollgate_domain::record::{Field, Noun, Record};
use tollgate_domain::search::Query;
use tollgate_domain::subscription::Payments;
use tollgate_domain::time::Timestamp;

/// An open database. Dropping it finishes what was accepted, as [`Store::close`] does; of a PostgreSQL database, for as
/// long as the runtime lives.
#[derive(Debug)]
pub struct Store {
    engine: Engine,
    clock: Clock,
    payments: Payments,
    metrics: Arc<Metrics>,
}

/// Work of the engine that waits is put in a box, so that reads of the others, which do not, stay small.
#[derive(Debug)]
enum Engine {
    Sqlite(Arc<Sqlite>),
    Postgres(Postgres),
    Model(Model),
}

impl Store {
    /// Opens a database, making or migrating it where needed. A file blocks for as long as that takes; a PostgreSQL
    /// database is used from the runtime this is called in.
    pub async fn open(url: &DatabaseUrl, options: &Options) -> Result<Self, OpenError> {
        let metrics = Arc::new(Metrics::default());
        let engine = match url {
            DatabaseUrl::Sqlite(path) => Engine::Sqlite(Arc::new(Sqlite::open(path, options, metrics.clone())?)),
            DatabaseUrl::Postgres(url) => Engine::Postgres(Postgres::open(url, options, metrics.clone()).await?),
            DatabaseUrl::Model => Engine::Model(Model::new(options)?),
        };
        Ok(Self { engine, clock: options.clock.clone(), payments: options.payments, metrics })
    }

    /// Decides a job and writes what it changes. The job comes back decided, after commit and sync.
    ///
    /// It may be decided more than once before that; only its last decision counts. Dropping the future does not
    /// call the job back.
    pub async fn submit<J: Job + 'static>(&self, job: J) -> Result<J, StoreError> {
        let (task, answer) = Seat::take(job);
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.submit(task)?,
            Engine::Postgres(postgres) => postgres.submit(task)?,
            Engine::Model(model) => {
                model.submit(task, Given { now: self.clock.now(), payments: self.payments });
            }
        }
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    /// The object with this id.
    pub async fn get(&self, environment: Environment, noun: Noun, id: &str) -> Result<Option<Record>, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.get(environment, noun, id),
            Engine::Postgres(postgres) => Box::pin(postgres.get(environment, noun, id)).await,
            Engine::Model(model) => Ok(model.get(environment, noun, id)),
        }
    }

    /// Answers the keys that `facts` does not know yet, for readers that follow names from row to row.
    pub async fn load(&self, environment: Environment, reads: &ReadSet, facts: &mut Facts) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.load(environment, reads, facts),
            Engine::Postgres(postgres) => Box::pin(postgres.load(environment, reads, facts)).await,
            Engine::Model(model) => model.load(environment, reads, facts),
        }
    }

    /// One page of objects, newest first. The cursor may name any object of the noun, whether or not it passes the
    /// filters.
    pub async fn list(&self, environment: Environment, query: &ListQuery) -> Result<Page<Record>, ListError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.list(environment, query).await,
            Engine::Postgres(postgres) => Box::pin(postgres.list(environment, query)).await,
            Engine::Model(model) => model.list(environment, query),
        }
    }

    /// One page of the objects that match, newest first, of at most `limit`: the page given out before as
    /// [`Found::next_page`], or the first. With `count`, also how many match. Sees every change that was answered.
    pub async fn search(
        &self,
        environment: Environment,
        query: &Query,
        page: Option<&str>,
        limit: usize,
        count: bool,
    ) -> Result<Found, SearchError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.search(environment, query, page, limit, count).await,
            Engine::Postgres(postgres) => Box::pin(postgres.search(environment, query, page, limit, count)).await,
            Engine::Model(model) => model.search(environment, query, page, limit, count),
        }
    }

    /// How many objects have a value in an [indexed](tollgate_domain::record::Lookup::Index) field.
    pub async fn count(&self, environment: Environment, field: Field, value: &str) -> Result<u64, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.count(environment, field, value),
            Engine::Postgres(postgres) => Box::pin(postgres.count(environment, field, value)).await,
            Engine::Model(model) => Ok(model.count(environment, field, value)),
        }
    }

    /// The ids of at most `limit` objects whose time in a field of [dues](tollgate_domain::record::Value::due) has come, the
    /// longest due first.
    pub async fn due(
        &self,
        environment: Environment,
        field: Field,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        self.due_within(environment, field, &Within::due(None, until), limit).await
    }

    /// The same of one queue, in a field of [queues](tollgate_domain::record::Value::due_of).
    pub async fn due_of(
        &self,
        environment: Environment,
        field: Field,
        queue: &str,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        self.due_within(environment, field, &Within::due(Some(queue), until), limit).await
    }

    async fn due_within(
        &self,
        environment: Environment,
        field: Field,
        within: &Within,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.due(environment, field, within, limit),
            Engine::Postgres(postgres) => Box::pin(postgres.due(environment, field, within, limit)).await,
            Engine::Model(model) => Ok(model.due(environment, field, within, limit)),
        }
    }

    /// The usage events of a customer and feature.
    pub async fn usage_events(&self, environment: Environment, query: &UsageQuery) -> Result<UsagePage, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.usage_events(environment, query).await,
            Engine::Postgres(postgres) => Box::pin(postgres.usage_events(environment, query)).await,
            Engine::Model(model) => Ok(model.usage_events(environment, query)),
        }
    }

    /// Drops the receipts of idempotency keys that are past their lifetime, in slices between which writes go on.
    /// Says how many.
    pub async fn prune(&self) -> Result<u64, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.prune(self.clock.now()).await,
            Engine::Postgres(postgres) => postgres.prune(self.clock.now()).await,
            Engine::Model(model) => Ok(model.prune(self.clock.now())),
        }
    }

    /// Writes a copy of the database, as it is at one instant, to a file that does not exist yet. Writes go on
    /// meanwhile.
    pub async fn backup(&self, to: &Path) -> Result<(), OpenError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => {
                let (from, to) = (sqlite.path().to_owned(), to.to_owned());
                let copied = tokio::task::spawn_blocking(move || crate::sqlite::backup(&from, &to)).await;
                copied.unwrap_or_else(|error| Err(OpenError::Failed(error.to_string())))
            }
            Engine::Postgres(_) => Err(OpenError::Elsewhere(NO_BACKUP)),
            Engine::Model(_) => Err(OpenError::Elsewhere(IN_MEMORY)),
        }
    }

    /// Lists the store's metrics in a registry.
    pub fn register_metrics(&self, registry: &mut Registry) {
        self.metrics.register(registry);
    }

    /// The clock that commands are decided by.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Finishes what was accepted and lets go of the database. What comes later is answered with
    /// [`StoreError::Closed`]. Closing it again does nothing.
    pub async fn close(&self) {
        match &self.engine {
            Engine::Sqlite(sqlite) => {
                let sqlite = sqlite.clone();
                // It fails only where the runtime is going down, which drops the store.
                let _ = tokio::task::spawn_blocking(move || sqlite.close()).await;
            }
            Engine::Postgres(postgres) => postgres.close().await,
            Engine::Model(_) => {}
        }
    }
}

const IN_MEMORY: &str = "the model is kept in memory only";
const NO_BACKUP: &str = "a PostgreSQL database is backed up by PostgreSQL's own programs, such as pg_dump";

/// Writes a copy of a database file that another process may be serving, as it is at one instant, to a file that does
/// not exist yet. Blocks.
pub fn backup(from: &DatabaseUrl, to: &Path) -> Result<(), OpenError> {
    match from {
        DatabaseUrl::Sqlite(path) => crate::sqlite::backup(path, to),
        DatabaseUrl::Postgres(_) => Err(OpenError::Elsewhere(NO_BACKUP)),
        DatabaseUrl::Model => Err(OpenError::Elsewhere(IN_MEMORY)),
    }
}

/// Looks at every row of a database, which others may be serving, and says what is wrong. A file blocks.
pub async fn check(url: &DatabaseUrl) -> Result<Report, OpenError> {
    match url {
        DatabaseUrl::Sqlite(path) => crate::sqlite::check(path),
        DatabaseUrl::Postgres(url) => crate::postgres::check(url).await,
        DatabaseUrl::Model => Err(OpenError::Elsewhere(IN_MEMORY)),
    }
}
