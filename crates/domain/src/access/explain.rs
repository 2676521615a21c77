//! Why: everything that an entry rests on. From it alone a reader can compute the entry.

use super::{AnchorSource, HoldingSource, holdings, live_override, window_of};
use crate::account::Account;
use crate::bonus::Bonus;
use crate::catalog::Catalog;
use crate::definition::{Grant, ProductRef};
use crate::feature::Feature;
use crate::overrule::Override;
use crate::time::Timestamp;
use crate::window::{ResetInterval, Window};
use std::sync::Arc;

/// What one entry rests on.
#[derive(Debug, Clone)]
pub struct Explained<'a> {
    /// Every product that counts, also one that grants nothing.
    pub holdings: Vec<HoldingExplained<'a>>,
    /// The override that counts.
    pub overrule: Option<&'a Arc<Override>>,
    /// The bonuses that count.
    pub bonuses: Vec<&'a Arc<Bonus>>,
    /// The window that is open; nothing where usage is not counted here.
    pub window: Option<WindowExplained>,
}

/// A product that counts, and what it grants of the feature.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in `Holding`")]
pub struct HoldingExplained<'a> {
    pub product: ProductRef,
    pub version: u32,
    pub quantity: u64,
    pub source: HoldingSource<'a>,
    pub grant: Option<Grant>,
}

/// A window, and why it begins where it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct WindowExplained {
    pub window: Window,
    pub interval: ResetInterval,
    /// An instant at which a window begins; nothing for windows of the calendar.
    pub anchor: Option<Timestamp>,
    pub source: AnchorSource,
}

/// Explains the entry of a feature.
pub fn explain<'a>(account: &'a Account, feature: &Feature, catalog: &'a Catalog, now: Timestamp) -> Explained<'a> {
    let holdings = holdings(account, catalog);
    let window = feature.tracks_usage.then(|| {
        let (window, anchoring) = window_of(account, feature, catalog, now);
        let division = anchoring.division(feature);
        let anchor = division.anchor.filter(|_| division.interval != ResetInterval::Never);
        WindowExplained { window, interval: division.interval, anchor, source: anchoring.source }
    });
    let rows = holdings.into_iter().map(|holding| HoldingExplained {
        grant: holding.grant(feature),
        product: holding.product,
        version: holding.version,
        quantity: holding.quantity,
        source: holding.source,
    });
    let now = account.now(now);
    let bonuses = account.bonuses.iter().filter(|bonus| bonus.feature == feature.id && bonus.is_live(now));
    Explained {
        holdings: rows.collect(),
        overrule: live_override(account, feature, now),
        bonuses: bonuses.collect(),
        window,
    }
}
