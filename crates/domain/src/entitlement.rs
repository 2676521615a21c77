//! What a billing customer is entitled to by its subscriptions: the Stripe dialect's view of access.

use crate::id::{BillingCustomerId, FeatureId};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The features that a customer has by subscriptions that count, as an event tells of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called; oddities are documented")]
pub struct EntitlementSummary {
    pub customer: BillingCustomerId,
    /// In the order of their ids.
    pub features: Vec<EntitledFeature>,
    pub created: Timestamp,
}

/// A feature that a customer is entitled to, as it was called then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called; oddities are documented")]
pub struct EntitledFeature {
    pub feature: FeatureId,
    pub key: String,
}
