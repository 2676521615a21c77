//! The one question: what may this customer use now, how much is left, and why.
//!
//! The order is documented: the products that count, their grants merged, the override, and bonuses beside that.

mod evaluate;
mod explain;
mod holding;

pub use evaluate::{Entry, Usage, evaluate, static_entry, stays};
pub use explain::{Explained, HoldingExplained, WindowExplained, explain};
pub use holding::{AnchorSource, Anchoring, Holding, HoldingSource, holdings};

use crate::account::Account;
use crate::catalog::Catalog;
use crate::definition::Grant;
use crate::feature::{Feature, FeatureKind};
use crate::overrule::Override;
use crate::quantity::Quantity;
use crate::time::Timestamp;
use crate::window::Window;
use std::sync::Arc;

/// What a customer is allowed of a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Nothing.
    NoAccess,
    /// So much; zero or more. Of a boolean feature it says nothing.
    Bounded(Quantity),
    /// As much as is wanted.
    Unlimited,
}

impl Limit {
    /// Whether there is access at all, used up or not.
    pub fn has_access(self) -> bool {
        self != Self::NoAccess
    }

    /// The number; zero without access, nothing without bound.
    pub fn number(self) -> Option<Quantity> {
        match self {
            Self::NoAccess => Some(Quantity::ZERO),
            Self::Bounded(limit) => Some(limit),
            Self::Unlimited => None,
        }
    }

    /// What is left of it at a raw total, bonuses apart; nothing without bound.
    pub fn remaining(self, total: Quantity) -> Option<Quantity> {
        Some(self.number()?.minus(total.floor_zero()).floor_zero())
    }

    /// How much further above the limit a window is after its total went from one amount to another. Without access
    /// nothing goes above, but a correction comes back as if the limit were zero.
    pub(crate) fn overage_step(self, from: Quantity, to: Quantity) -> Quantity {
        let Some(limit) = self.number() else { return Quantity::ZERO };
        let above = |total: Quantity| total.minus(limit).floor_zero();
        let step = above(to).minus(above(from));
        if self == Self::NoAccess && step.is_positive() { Quantity::ZERO } else { step }
    }
}

impl From<Option<Grant>> for Limit {
    fn from(grant: Option<Grant>) -> Self {
        match grant {
            None => Self::NoAccess,
            Some(Grant::On) => Self::Bounded(Quantity::ZERO),
            Some(Grant::Limit(limit)) => Self::Bounded(limit),
            Some(Grant::Unlimited) => Self::Unlimited,
        }
    }
}

/// The override that counts for a feature.
pub fn live_override<'a>(account: &'a Account, feature: &Feature, now: Timestamp) -> Option<&'a Arc<Override>> {
    let now = account.now(now);
    account.overrides.iter().find(|overrule| overrule.feature == feature.id && overrule.is_live(now))
}

/// What a customer is allowed of a feature.
pub fn limit_of(account: &Account, feature: &Feature, catalog: &Catalog, now: Timestamp) -> Limit {
    limit_from(&holdings(account, catalog), account, feature, now)
}

fn limit_from(holdings: &[Holding<'_>], account: &Account, feature: &Feature, now: Timestamp) -> Limit {
    match live_override(account, feature, now) {
        Some(overrule) => overrule.grant.into(),
        None => merge(holdings, feature),
    }
}

/// On if any product says so; the sum of limits, each times its quantity; without bound if any is.
fn merge(holdings: &[Holding<'_>], feature: &Feature) -> Limit {
    let mut merged = Limit::NoAccess;
    for holding in holdings {
        let add = match (holding.grant(feature), feature.kind) {
            (None, _) => continue,
            (Some(Grant::Unlimited), FeatureKind::Limit) => return Limit::Unlimited,
            (Some(Grant::Limit(limit)), FeatureKind::Limit) => limit.times(holding.quantity),
            (Some(_), _) => Quantity::ZERO,
        };
        let so_far = merged.number().unwrap_or_default();
        merged = Limit::Bounded(so_far.plus(add));
    }
    merged
}

/// The window that is open for a customer and a feature, and why it begins where it does.
pub fn window_of(account: &Account, feature: &Feature, catalog: &Catalog, now: Timestamp) -> (Window, Anchoring) {
    let anchoring = holding::anchoring(account, feature, catalog);
    (anchoring.division(feature).window(account.now(now)), anchoring)
}
