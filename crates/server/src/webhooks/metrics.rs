//! What operators watch of webhooks.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use std::time::Duration;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    outcome: &'static str,
}

/// The metrics of deliveries.
pub(crate) struct Metrics {
    deliveries: Family<Labels, Counter>,
    durations: Histogram,
}

impl Metrics {
    pub(crate) fn new(registry: &mut Registry) -> Self {
        let deliveries = Family::default();
        // From a quarter of a millisecond, doubling, to 16 s.
        let durations = Histogram::new(exponential_buckets(0.000_25, 2.0, 17));
        registry.register("webhook_deliveries", "Tries of webhooks, by how they went", deliveries.clone());
        registry.register("webhook_duration_seconds", "Time that a webhook took to be answered", durations.clone());
        Self { deliveries, durations }
    }

    fn add(&self, outcome: &'static str, count: usize) {
        if count > 0 {
            self.deliveries.get_or_create(&Labels { outcome }).inc_by(count as u64);
        }
    }

    /// Notes one that was answered with success.
    pub(super) fn arrived(&self) {
        self.add("arrived", 1);
    }

    /// Notes one that was not.
    pub(super) fn failed(&self) {
        self.add("failed", 1);
    }

    /// Notes some that are not tried again.
    pub(super) fn given_up(&self, count: usize) {
        self.add("given_up", count);
    }

    /// Notes how long a try took.
    pub(super) fn tried(&self, took: Duration) {
        self.durations.observe(took.as_secs_f64());
    }
}
