//! What a billing customer is entitled to: the Stripe dialect's view of the access that its subscriptions give.
//!
//! Invariant: whoever changes what a customer has by subscriptions tells, in the same step, what it is entitled to since,
//! where that is something else.

use crate::catalog::Catalog;
use crate::command::{Changes, Cx};
use crate::customer::Subscribed;
use crate::definition::ProductRef;
use crate::event::Action;
use crate::id::{BillingCustomerId, FeatureId};
use crate::record::Record;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

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

/// Every live feature that a product of a subscription grants, in the order of their ids.
pub fn entitled(subscribed: &[Subscribed], catalog: &Catalog) -> Vec<EntitledFeature> {
    let mut features: BTreeMap<FeatureId, String> = BTreeMap::new();
    for kept in subscribed {
        let Some(definition) = catalog.definition(&ProductRef::Stripe(kept.product.clone()), kept.version) else {
            continue;
        };
        let granted = definition.grants.keys().filter_map(|id| catalog.feature(id));
        let live = granted.filter(|feature| feature.archived.is_none());
        features.extend(live.map(|feature| (feature.id.clone(), feature.key.clone())));
    }
    features.into_iter().map(|(feature, key)| EntitledFeature { feature, key }).collect()
}

/// Tells what a customer is entitled to since what it has by subscriptions changed, where that is something else.
pub fn announce(
    customer: &BillingCustomerId,
    (before, after): (&[Subscribed], &[Subscribed]),
    catalog: &Catalog,
    changes: &mut Changes,
    cx: &mut Cx<'_>,
) {
    let (before, after) = (entitled(before, catalog), entitled(after, catalog));
    if before == after {
        return;
    }
    let summary = |features| {
        let summary = EntitlementSummary { customer: customer.clone(), features, created: cx.now };
        Record::EntitlementSummary(Arc::new(summary))
    };
    let (before, after) = (summary(before), summary(after));
    changes.announce(Action::Updated, Some(&before), &after, cx);
}
