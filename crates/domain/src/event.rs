//! Events: what happened to an object, told by the object before and after.
//!
//! Invariant: an event is written in the same step as the change it tells of, and never changed afterwards.

use crate::id::{EventId, RequestId};
use crate::record::Record;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Sorts by time.
    pub id: EventId,
    /// When it happened.
    pub created: Timestamp,
    /// What it tells of.
    pub topic: Topic,
    /// What was done.
    pub action: Action,
    /// The object before; only of an update.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Record>,
    /// The object after; of a deletion, the object as it ended.
    pub after: Record,
    /// The request that caused it; nothing where time did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
}

/// What kind of object an event speaks of. A recurring price is also told of as a plan, for old clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the variants are what they are called")]
pub enum Topic {
    Product,
    Price,
    Plan,
}

/// What was done to the object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the variants are what they are called")]
pub enum Action {
    Created,
    Updated,
    Deleted,
}

/// The request behind a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// Its id.
    pub request: RequestId,
    /// The idempotency key it carried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
}

impl Event {
    /// Its type, such as `product.created`.
    pub fn name(&self) -> &'static str {
        match (self.topic, self.action) {
            (Topic::Product, Action::Created) => "product.created",
            (Topic::Product, Action::Updated) => "product.updated",
            (Topic::Product, Action::Deleted) => "product.deleted",
            (Topic::Price, Action::Created) => "price.created",
            (Topic::Price, Action::Updated) => "price.updated",
            (Topic::Price, Action::Deleted) => "price.deleted",
            (Topic::Plan, Action::Created) => "plan.created",
            (Topic::Plan, Action::Updated) => "plan.updated",
            (Topic::Plan, Action::Deleted) => "plan.deleted",
        }
    }
}
