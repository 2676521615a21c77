//! The products that count for a customer: by subscription, by assignment, or else the default.

use crate::account::Account;
use crate::catalog::Catalog;
use crate::customer::Subscribed;
use crate::definition::{Definition, Grant, ProductRef};
use crate::feature::Feature;
use crate::time::Timestamp;
use crate::window::{Division, ResetAnchor, ResetInterval};
use std::sync::Arc;

/// A product that counts for a customer.
#[derive(Debug, Clone)]
pub struct Holding<'a> {
    /// Which.
    pub product: ProductRef,
    /// At which version.
    pub version: u32,
    /// How many times its limits; 1 but for subscriptions.
    pub quantity: u64,
    /// Why it counts.
    pub source: HoldingSource<'a>,
    /// What it grants; nothing where that was never defined.
    pub definition: Option<&'a Arc<Definition>>,
}

/// Why a product counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldingSource<'a> {
    /// By an active subscription.
    Subscription {
        /// Its id.
        id: &'a str,
        /// When it began.
        started: Timestamp,
    },
    /// By assignment.
    Assigned,
    /// For want of any other.
    Default,
}

impl Holding<'_> {
    /// What it grants of a feature.
    pub fn grant(&self, feature: &Feature) -> Option<Grant> {
        self.definition?.grant(&feature.id)
    }
}

/// The products that count, subscriptions first. The default counts only where there is no other.
pub fn holdings<'a>(account: &'a Account, catalog: &'a Catalog) -> Vec<Holding<'a>> {
    let mut holdings = Vec::with_capacity(account.customer.subscribed.len() + account.assignments.len() + 1);
    for subscribed in &account.customer.subscribed {
        let product = ProductRef::Stripe(subscribed.product.clone());
        holdings.push(Holding {
            definition: catalog.definition(&product, subscribed.version),
            product,
            version: subscribed.version,
            quantity: subscribed.quantity,
            source: HoldingSource::Subscription { id: subscribed.subscription.as_str(), started: subscribed.started },
        });
    }
    for assignment in &account.assignments {
        let product = ProductRef::Custom(assignment.product.clone());
        holdings.push(Holding {
            definition: catalog.definition(&product, assignment.version),
            product,
            version: assignment.version,
            quantity: 1,
            source: HoldingSource::Assigned,
        });
    }
    if holdings.is_empty()
        && let Some(default) = catalog.default_product()
    {
        let product = ProductRef::Custom(default.id.clone());
        let version = catalog.newest_version(&product);
        let definition = catalog.definition(&product, version);
        holdings.push(Holding { product, version, quantity: 1, source: HoldingSource::Default, definition });
    }
    holdings
}

/// Where the windows of a customer and feature begin, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct Anchoring {
    pub anchor: Timestamp,
    pub source: AnchorSource,
}

/// Why windows begin where they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the variants are what they are called")]
pub enum AnchorSource {
    Subscription,
    UsageStartedAt,
    CustomerCreated,
    Calendar,
    /// There is one window only.
    Never,
}

impl Anchoring {
    /// How time is divided for a feature.
    pub fn division(self, feature: &Feature) -> Division {
        feature.division(self.anchor)
    }
}

/// A feature resets with the earliest subscription that grants it; else where the customer began to use things.
pub(super) fn anchoring(account: &Account, feature: &Feature, catalog: &Catalog) -> Anchoring {
    let customer = &account.customer;
    if feature.interval == ResetInterval::Never {
        return Anchoring { anchor: customer.created, source: AnchorSource::Never };
    }
    if feature.anchor == ResetAnchor::Calendar {
        return Anchoring { anchor: customer.created, source: AnchorSource::Calendar };
    }
    let grants = |subscribed: &&Subscribed| {
        let product = ProductRef::Stripe(subscribed.product.clone());
        catalog.definition(&product, subscribed.version).is_some_and(|kept| kept.grant(&feature.id).is_some())
    };
    let subscriptions = customer.subscribed.iter().filter(grants);
    let earliest = subscriptions.min_by_key(|subscribed| (subscribed.started, subscribed.subscription.as_str()));
    match (earliest, customer.usage_started) {
        (Some(earliest), _) => Anchoring { anchor: earliest.anchor, source: AnchorSource::Subscription },
        (None, Some(anchor)) => Anchoring { anchor, source: AnchorSource::UsageStartedAt },
        (None, None) => Anchoring { anchor: customer.created, source: AnchorSource::CustomerCreated },
    }
}
