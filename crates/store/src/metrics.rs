//! What the store counts and times.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

/// The store's metrics; cheap to count in, readable once registered.
#[derive(Debug)]
pub(crate) struct Metrics {
    /// Jobs that wait for the writing thread.
    pub(crate) queue: Gauge,
    /// Jobs of one transaction.
    pub(crate) batch: Histogram,
    /// Seconds that a commit, with its sync, takes.
    pub(crate) commit: Histogram,
    pub(crate) jobs: Family<Outcome, Counter>,
    pub(crate) cache_hits: Counter,
    pub(crate) cache_misses: Counter,
    /// Changed objects that the search index does not have yet.
    pub(crate) search_tail: Gauge,
    /// Transactions that were tried again because others were at the same rows, or a connection was lost.
    pub(crate) retries: Counter,
}

/// What became of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Outcome {
    /// `committed`, `busy`, `full` or `failed`. A refusal of the domain is committed, with nothing to write.
    outcome: &'static str,
}

impl Outcome {
    pub(crate) const COMMITTED: Self = Self { outcome: "committed" };
    pub(crate) const BUSY: Self = Self { outcome: "busy" };
    pub(crate) const FULL: Self = Self { outcome: "full" };
    pub(crate) const FAILED: Self = Self { outcome: "failed" };
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            queue: Gauge::default(),
            batch: Histogram::new(exponential_buckets(1.0, 2.0, 11)),
            commit: Histogram::new(exponential_buckets(0.000_05, 2.0, 16)),
            jobs: Family::default(),
            cache_hits: Counter::default(),
            cache_misses: Counter::default(),
            search_tail: Gauge::default(),
            retries: Counter::default(),
        }
    }
}

impl Metrics {
    pub(crate) fn register(&self, registry: &mut Registry) {
        let store = registry.sub_registry_with_prefix("store");
        store.register("queue_length", "Jobs that wait to be written", self.queue.clone());
        store.register("batch_jobs", "Jobs of one transaction", self.batch.clone());
        store.register("commit_seconds", "Time of a commit with its sync", self.commit.clone());
        store.register("jobs", "Jobs by what became of them", self.jobs.clone());
        store.register("cache_hits", "Objects found in memory", self.cache_hits.clone());
        store.register("cache_misses", "Objects looked for in the database", self.cache_misses.clone());
        store.register("search_tail", "Changed objects not yet in the search index", self.search_tail.clone());
        store.register("retries", "Transactions that were tried again", self.retries.clone());
    }
}
