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
    /// A billing customer.
    Customer,
    Subscription,
    Coupon,
    #[serde(rename = "promotion_code")]
    PromotionCode,
    Meter,
    #[serde(rename = "test_clock")]
    TestClock,
    /// What a customer is entitled to.
    #[serde(rename = "entitlement_summary")]
    EntitlementSummary,
}

/// What was done to the object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the variants are what they are called")]
pub enum Action {
    Created,
    Updated,
    Deleted,
    Paused,
    Resumed,
    TrialWillEnd,
    Deactivated,
    Reactivated,
    Advancing,
    Ready,
}

impl Topic {
    /// What types of events about it begin with.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Price => "price",
            Self::Plan => "plan",
            Self::Customer => "customer",
            Self::Subscription => "customer.subscription",
            Self::Coupon => "coupon",
            Self::PromotionCode => "promotion_code",
            Self::Meter => "billing.meter",
            Self::TestClock => "test_helpers.test_clock",
            Self::EntitlementSummary => "entitlements.active_entitlement_summary",
        }
    }
}

impl Action {
    /// What types of events about it end with.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
            Self::Paused => "paused",
            Self::Resumed => "resumed",
            Self::TrialWillEnd => "trial_will_end",
            Self::Deactivated => "deactivated",
            Self::Reactivated => "reactivated",
            Self::Advancing => "advancing",
            Self::Ready => "ready",
        }
    }
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
    pub fn name(&self) -> String {
        format!("{}.{}", self.topic.as_str(), self.action.as_str())
    }
}
