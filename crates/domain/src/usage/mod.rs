//! Usage: events, and the counters that sum them.
//!
//! Invariant: the total of a counter is the sum of the events of its window. Everything that records, edits or deletes
//! events goes through a [`Tab`](tab), which keeps it so and books bonuses.

mod consume;
mod delete;
mod edit;
mod set;
mod tab;
mod track;

pub use consume::{Consume, Consumed, Left};
pub use delete::{DeleteUsageEvents, DeleteUsageOf, Period, period_window};
pub use edit::UpdateUsageEvent;
pub use set::{SetUsage, UsageSet};
pub use track::{Track, TrackBatch, Tracked};

use crate::account::Account;
use crate::command::Stop;
use crate::facts::Facts;
use crate::feature::Feature;
use crate::id::{CustomerId, FeatureId, UsageEventId};
use crate::metadata::Metadata;
use crate::quantity::Quantity;
use crate::time::Timestamp;
use crate::window::Window;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most events of one batch.
pub const BATCH_MAX: usize = 100;
/// Most events deleted by their ids in one request.
pub const DELETE_MAX: usize = 1000;
/// Longest event key, in characters.
pub const EVENT_KEY_MAX_CHARACTERS: usize = 255;
/// How far ahead of the clock an event may lie, in milliseconds, and still count as now: five minutes.
pub const AHEAD_MAX_MILLIS: i64 = 5 * 60 * 1000;
/// The earliest instant at which an event may lie, in milliseconds: 2000-01-01.
pub const OCCURRED_MIN: Timestamp = Timestamp::from_millis(946_684_800_000);

/// So much of a feature, used by a customer at an instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageEvent {
    /// Sorts by when it was recorded.
    pub id: UsageEventId,
    /// Who.
    pub customer: CustomerId,
    /// What.
    pub feature: FeatureId,
    /// How much; below zero for a correction.
    pub amount: Quantity,
    /// When; never later than when it was recorded.
    pub occurred: Timestamp,
    /// When it was recorded.
    pub recorded: Timestamp,
    /// How it came about.
    #[serde(default, skip_serializing_if = "Source::is_usage")]
    pub source: Source,
    /// What the caller calls it: no two events of one customer and feature have the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Pairs of the caller's own.
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    pub metadata: Metadata,
    /// The counter as it was once this event was recorded: an engine that puts off storing counters finds them here.
    pub counter: Counter,
}

/// How an event came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Tracked or consumed.
    #[default]
    Usage,
    /// What setting a total came to.
    UsageSetAdjustment,
}

impl Source {
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::UsageSetAdjustment => "usage_set_adjustment",
        }
    }

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
    fn is_usage(&self) -> bool {
        matches!(self, Self::Usage)
    }
}

/// The usage of one feature by one customer in one window, the one that was open when it was last written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counter {
    /// The window.
    pub window: Window,
    /// The sum of the events in it; may be below zero.
    pub total: Quantity,
    /// No event of this customer and feature lies later.
    pub latest: Timestamp,
    /// How many times it was written: of two states of one counter, the one of the higher number is the later.
    pub revision: u64,
}

/// Every counter of one customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// Whose.
    pub customer: CustomerId,
    /// When the first was made.
    pub created: Timestamp,
    /// By feature.
    pub by_feature: BTreeMap<FeatureId, Counter>,
}

impl Counters {
    /// The counter of a feature.
    pub fn of(&self, feature: &FeatureId) -> Option<&Counter> {
        self.by_feature.get(feature)
    }
}

/// Names the events of one customer and feature.
pub fn subject(feature: &FeatureId, customer: &CustomerId) -> String {
    [feature.as_str(), customer.as_str()].join(" ")
}

/// Names an event by its key: where two such names are equal, customer, feature and key are.
pub fn key_name(feature: &FeatureId, customer: &CustomerId, key: &str) -> String {
    // Made for each event of a batch, more than once: joined, not formatted.
    [feature.as_str(), &customer.as_str().len().to_string(), customer.as_str(), key].join(" ")
}

/// How many events there are, and what they sum to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct Tally {
    pub count: u64,
    pub sum: Quantity,
}

/// The raw total of a window of a feature. Answered by the counter where it can be; by a sum of events where the anchor
/// has moved, or the window is another than the one that was open last.
pub fn total(account: &Account, feature: &Feature, window: Window, facts: &Facts) -> Result<Quantity, Stop> {
    let Some(counter) = account.counter(&feature.id) else { return Ok(Quantity::ZERO) };
    if counter.window == window {
        return Ok(counter.total);
    }
    if window.start.is_some_and(|start| counter.latest < start) {
        return Ok(Quantity::ZERO);
    }
    Ok(facts.usage_tally(&subject(&feature.id, account.id()), window)?.sum)
}
