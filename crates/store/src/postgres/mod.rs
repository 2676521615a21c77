//! The engine for many nodes: one PostgreSQL database, which any number of servers read and write at once.
//!
//! A `lane` is a connection that writes: it decides a batch in one `transaction`, whose rows are locked as they are
//! read, so that no other node decides over them meanwhile. `load` and `apply` are its two verbs. `changes` is the
//! record of what was committed: a cut connection's outcome is looked up there, and the `follower` learns from it what
//! other nodes changed. Reads go past the lanes, through `readers`; bodies read lately are in memory for as long as
//! the follower vouches for them. What access rests on, in `access`, is never answered from memory without asking the
//! database first: whether a catalog is still the same, and everything of a customer.
//!
//! Invariants:
//! * A change that was answered is seen by every later read on this node at once, and on other nodes within
//!   [`Options::max_age`]; where it is about access, at once.
//! * Nothing waits for the database without a limit.

mod access;
mod address;
mod apply;
mod changes;
mod check;
mod check_access;
mod derived;
mod due;
mod follower;
mod lane;
mod link;
mod list;
mod load;
mod partitions;
mod prepare;
mod queue;
mod readers;
mod scan;
mod search;
mod session;
mod sought;
mod table;
mod text;
mod tls;
mod transaction;
mod transfer;
mod trouble;
mod usage;
mod value;

pub(crate) use check::check;
pub(crate) use transfer::Side;

use crate::cache::Cache;
use crate::clock::Clock;
use crate::error::{ListError, OpenError, SearchError, StoreError};
use crate::metrics::{Metrics, Outcome};
use crate::nouns;
use crate::options::Options;
use crate::page::{Found, UsagePage, UsageQuery, Within, parse_token};
use crate::random::Random;
use crate::record;
use crate::task::Task;
use crate::url::PostgresUrl;
use access::Catalogs;
use address::Address;
use apply::Object;
use follower::{Follower, Watch};
use lane::Lane;
use link::{Connector, Link};
use load::{Hold, Questions};
use partitions::Partitions;
use queue::{Queue, Refused};
use readers::Readers;
use session::{Call, Purpose};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::task::{JoinHandle, JoinSet};
use tollgate_domain::environment::Environment;
use tollgate_domain::facts::{Fact, Facts, Key, ReadSet};
use tollgate_domain::idempotency::RECEIPT_LIFETIME_MILLIS;
use tollgate_domain::list::{ListQuery, Page};
use tollgate_domain::record::{Field, Noun, Record};
use tollgate_domain::search::Query;
use tollgate_domain::subscription::Payments;
use tollgate_domain::time::Timestamp;
use trouble::Trouble;

/// Most jobs that wait for a lane; one more is answered with [`StoreError::Busy`].
const QUEUE_MAX: usize = 4096;
/// Most receipts dropped in one statement.
const PRUNE_SLICE: i64 = 500;

/// An open database.
pub(crate) struct Postgres {
    shared: Arc<Shared>,
    queue: Arc<Queue>,
    lanes: tokio::sync::Mutex<JoinSet<()>>,
    followers: Vec<JoinHandle<()>>,
}

/// What lanes, readers and the follower have in common.
struct Shared {
    cache: Cache,
    catalogs: Arc<Catalogs>,
    readers: Readers,
    follower: Follower,
    partitions: Partitions,
    metrics: Arc<Metrics>,
    clock: Clock,
    payments: Payments,
    random: Mutex<Random>,
}

impl Postgres {
    pub(crate) async fn open(url: &PostgresUrl, options: &Options, metrics: Arc<Metrics>) -> Result<Self, OpenError> {
        if options.max_bytes.is_some() {
            return Err(OpenError::Elsewhere("the size of a PostgreSQL database is limited by PostgreSQL's own means"));
        }
        let connector = Arc::new(Connector::new(Address::parse(url)?));
        let session = connector.maintenance().await?;
        prepare::prepare(&session).await?;
        drop(session);
        let keeps = options.exclusive && !options.max_age.is_zero();
        let shared = Arc::new(Shared {
            cache: Cache::new(if keeps { options.cache_bytes } else { 0 }),
            catalogs: Arc::default(),
            readers: Readers::new(&connector, options.readers),
            follower: Follower::new(options.max_age),
            partitions: Partitions::default(),
            metrics,
            clock: options.clock.clone(),
            payments: options.payments,
            random: Mutex::new(Random::new(options.seed)?),
        });
        let queue = Arc::new(Queue::default());
        let mut lanes = JoinSet::new();
        for _ in 0..options.writers.max(1) {
            let link = Link::new(connector.clone(), Purpose::Write);
            lanes.spawn(Lane::new(shared.clone(), link, queue.clone()).run());
        }
        let mut followers = Vec::new();
        if options.exclusive {
            let [watch, tell] = [(), ()].map(|()| Link::new(connector.clone(), Purpose::Follow));
            followers.push(tokio::spawn(Watch::new(shared.clone(), watch, connector.hint.clone()).run()));
            followers.push(tokio::spawn(follower::tell(shared.clone(), tell)));
        }
        Ok(Self { shared, queue, lanes: tokio::sync::Mutex::new(lanes), followers })
    }

    pub(crate) fn submit(&self, task: Box<dyn Task>) -> Result<(), StoreError> {
        let metrics = &self.shared.metrics;
        metrics.queue.inc();
        self.queue.push(task, QUEUE_MAX).map_err(|refused| {
            metrics.queue.dec();
            match refused {
                Refused::Full => {
                    metrics.jobs.get_or_create(&Outcome::BUSY).inc();
                    StoreError::Busy
                }
                Refused::Closed => StoreError::Closed,
            }
        })
    }

    pub(crate) async fn get(
        &self,
        environment: Environment,
        noun: Noun,
        id: &str,
    ) -> Result<Option<Record>, StoreError> {
        self.shared.body(environment, noun, id).await?.map(|body| record::decode(noun, &body)).transpose()
    }

    pub(crate) async fn load(
        &self,
        environment: Environment,
        reads: &ReadSet,
        facts: &mut Facts,
    ) -> Result<(), StoreError> {
        let mut asked = BTreeSet::new();
        for key in reads.keys() {
            if facts.knows(key) {
                continue;
            }
            let remembered = match key {
                Key::Row(noun, id) => self.shared.remembered(*noun, environment, id).map(|body| (*noun, body)),
                _ => None,
            };
            match remembered {
                Some((noun, body)) => facts.learn(key.clone(), Fact::Row(Some(record::decode(noun, &body)?))),
                None => drop(asked.insert((environment, key.clone()))),
            }
        }
        if asked.is_empty() {
            return Ok(());
        }
        // One that can be kept in memory is worth fetching by itself.
        if let [(_, key @ Key::Row(noun, id))] = &*asked.iter().collect::<Vec<_>>() {
            facts.learn(key.clone(), Fact::Row(self.get(environment, *noun, id).await?));
            return Ok(());
        }
        let mut learned = Vec::new();
        let mut learn = |_, key, fact| learned.push((key, fact));
        let memory = &self.shared.catalogs;
        let mut questions = Questions::new(&asked, Hold::No, memory, &mut learn);
        let found = self.shared.readers.quick(&std::mem::take(&mut questions.calls)).await?;
        questions.learn(found.iter(), Some(memory), &mut learn)?;
        for (key, fact) in learned {
            facts.learn(key, fact);
        }
        Ok(())
    }

    pub(crate) async fn list(&self, environment: Environment, query: &ListQuery) -> Result<Page<Record>, ListError> {
        list::list(&self.shared.readers, environment, query).await
    }

    pub(crate) async fn count(&self, environment: Environment, field: Field, value: &str) -> Result<u64, StoreError> {
        usage::count(&self.shared.readers, environment, field, value).await
    }

    pub(crate) async fn due(
        &self,
        environment: Environment,
        field: Field,
        within: &Within,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        due::due(&self.shared.readers, environment, field, within, limit).await
    }

    pub(crate) async fn usage_events(
        &self,
        environment: Environment,
        query: &UsageQuery,
    ) -> Result<UsagePage, StoreError> {
        usage::page(&self.shared.readers, environment, query).await
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
        search::search(&self.shared.readers, environment, query, below, limit, count).await
    }

    pub(crate) async fn prune(&self, now: Timestamp) -> Result<u64, StoreError> {
        let before = now.millis().saturating_sub(RECEIPT_LIFETIME_MILLIS);
        let sql = "WITH old AS (DELETE FROM receipt WHERE (live, id) IN (SELECT live, id FROM receipt \
             WHERE created < $1 ORDER BY created LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING 1) SELECT count(*) FROM old";
        let mut pruned = 0;
        loop {
            let call = Call::new(sql, vec![Box::new(before), Box::new(PRUNE_SLICE)]);
            let rows = self.shared.readers.quick(&[call]).await?;
            match rows[0][0].try_get::<_, i64>(0).map_err(Trouble::from)? {
                0 => return Ok(pruned),
                slice => pruned += slice.unsigned_abs(),
            }
        }
    }

    /// Finishes what was accepted.
    pub(crate) async fn close(&self) {
        self.queue.close();
        while self.lanes.lock().await.join_next().await.is_some() {}
        self.followers.iter().for_each(JoinHandle::abort);
    }
}

impl Drop for Postgres {
    /// Lanes finish what was accepted for as long as the runtime lives.
    fn drop(&mut self) {
        self.followers.iter().for_each(JoinHandle::abort);
        self.queue.close();
        self.lanes.get_mut().detach_all();
    }
}

impl std::fmt::Debug for Postgres {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Postgres")
    }
}

impl Shared {
    /// 64 random bits.
    fn random(&self) -> u64 {
        self.random.lock().unwrap_or_else(PoisonError::into_inner).next()
    }

    /// A body from memory, where that may be used.
    fn remembered(&self, noun: Noun, environment: Environment, id: &str) -> Option<Arc<[u8]>> {
        if !nouns::is_cached(noun) || !self.follower.is_fresh() {
            return None;
        }
        let body = self.cache.get(noun, environment, id)?;
        self.metrics.cache_hits.inc();
        Some(body)
    }

    /// The body of an object, from memory or from the database.
    async fn body(&self, environment: Environment, noun: Noun, id: &str) -> Result<Option<Arc<[u8]>>, StoreError> {
        if !nouns::is_cached(noun) || !self.follower.is_fresh() {
            return self.fetch(environment, noun, id).await;
        }
        let fetch = self.fetch(environment, noun, id);
        self.cache.get_or_fetch(&self.metrics, noun, environment, id, fetch).await
    }

    async fn fetch(&self, environment: Environment, noun: Noun, id: &str) -> Result<Option<Arc<[u8]>>, StoreError> {
        let Some(table) = table::of(noun) else { return Ok(None) };
        let params: Vec<session::Param> =
            vec![Box::new(environment.is_live()), Box::new(text::encode(id).into_owned())];
        let found = self.readers.quick(&[Call::new(&*table.body, params)]).await?;
        let body = found[0].first().map(|row| row.try_get::<_, &str>(0)).transpose().map_err(Trouble::from)?;
        Ok(body.map(|body| Arc::from(body.as_bytes())))
    }

    /// Lets readers see what was committed, before anybody is answered; and has other nodes told.
    fn publish(&self, outdated: &BTreeSet<Object>) {
        for (noun, environment, id) in outdated {
            self.cache.put(*noun, *environment, id, None);
        }
        if !outdated.is_empty() {
            self.follower.tell();
        }
    }
}
