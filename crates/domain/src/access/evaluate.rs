//! The answer: one entry for each live feature.

use super::{Holding, Limit, holdings, limit_from, window_of};
use crate::account::Account;
use crate::bonus::{self, BonusTotals};
use crate::catalog::Catalog;
use crate::command::Stop;
use crate::definition::Definition;
use crate::facts::{Facts, ReadSet};
use crate::feature::Feature;
use crate::quantity::Quantity;
use crate::time::Timestamp;
use crate::usage;
use crate::window::Window;
use std::sync::Arc;

/// What a customer may use of one feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Of what.
    pub feature: Arc<Feature>,
    /// How much.
    pub limit: Limit,
    /// How much of it is used; only where usage is counted here.
    pub usage: Option<Usage>,
}

/// How much is used, and what is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// The sum of the events of the open window; may be below zero.
    pub total: Quantity,
    /// Of the bonuses that count.
    pub bonus: BonusTotals,
    /// The window that is open.
    pub window: Window,
}

impl Entry {
    /// What is left of the limit, bonuses apart; nothing without bound or where usage is not counted here.
    pub fn remaining(&self) -> Option<Quantity> {
        self.limit.remaining(self.usage?.total)
    }

    /// Whether nothing is left, of the limit or of bonuses.
    pub fn has_reached_limit(&self) -> bool {
        let left = self.usage.and_then(|usage| Some(self.remaining()?.plus(usage.bonus.remaining)));
        left.is_some_and(|left| !left.is_positive())
    }
}

/// Every live feature in the order of the keys. Asks for sums of events only where an anchor has moved.
pub fn evaluate(account: &Account, catalog: &Catalog, facts: &Facts, now: Timestamp) -> Result<Vec<Entry>, Stop> {
    let now = account.now(now);
    let holdings = holdings(account, catalog);
    let (mut entries, mut missing) = (Vec::new(), ReadSet::default());
    for feature in catalog.live_features() {
        entries.extend(missing.gather(entry(&holdings, account, feature, catalog, facts, now))?);
    }
    missing.known()?;
    Ok(entries)
}

/// While time stays within this, the entries of an account stay what they are, as long as nothing is written: no window
/// ends, and no override and no bonus expires. `entries` are those of that instant.
pub fn stays(account: &Account, entries: &[Entry], now: Timestamp) -> Window {
    let (now, mut stays) = (account.now(now), Window::ALWAYS);
    for window in entries.iter().filter_map(|entry| Some(entry.usage?.window)) {
        stays = stays.intersect(window).expect("now lies in both");
    }
    let overrides = account.overrides.iter().filter_map(|overrule| overrule.expires);
    let bonuses = account.bonuses.iter().filter_map(|bonus| bonus.expires);
    for expires in overrides.chain(bonuses) {
        let side = if now < expires {
            Window { start: None, end: Some(expires) }
        } else {
            Window { start: Some(expires), end: None }
        };
        stays = stays.intersect(side).expect("now lies in both");
    }
    stays
}

fn entry(
    holdings: &[Holding<'_>],
    account: &Account,
    feature: &Arc<Feature>,
    catalog: &Catalog,
    facts: &Facts,
    now: Timestamp,
) -> Result<Entry, Stop> {
    let usage = if feature.tracks_usage {
        let (window, _) = window_of(account, feature, catalog, now);
        let total = usage::total(account, feature, window, facts)?;
        Some(Usage { total, bonus: bonus::totals(&account.bonuses, &feature.id, now), window })
    } else {
        None
    };
    Ok(Entry { feature: feature.clone(), limit: limit_from(holdings, account, feature, now), usage })
}

/// What a definition by itself grants of a feature, usage apart.
pub fn static_entry(feature: &Arc<Feature>, definition: Option<&Definition>) -> Entry {
    let grant = definition.and_then(|definition| definition.grant(&feature.id));
    Entry { feature: feature.clone(), limit: grant.into(), usage: None }
}
