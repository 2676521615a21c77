//! Setting the total of the open window: an event that makes up the difference.

use super::Source;
use super::tab::{NewEvent, Tab};
use crate::command::{Changes, Command, Cx, Stop};
use crate::facts::{Facts, Key, ReadSet};
use crate::id::{CustomerId, UsageEventId};
use crate::metadata::Metadata;
use crate::quantity::Quantity;
use crate::refusal::AccessRefusal;

/// Brings the total of the open window to an amount.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in `UsageEvent`")]
pub struct SetUsage {
    pub customer: CustomerId,
    pub feature_key: String,
    /// The total that is wanted; zero or more.
    pub used: Quantity,
    pub key: Option<String>,
    pub metadata: Metadata,
}

/// What became of it. Totals are raw, of the open window.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the variants and fields are what they are called; oddities are documented")]
pub enum UsageSet {
    /// An event made up the difference.
    Adjusted { event: UsageEventId, total: Quantity, adjustment: Quantity },
    /// It was so already; nothing was recorded.
    Unchanged { total: Quantity },
    /// An event with its key was recorded before.
    Repeated { event: UsageEventId, total: Quantity },
    /// Usage of the feature is not counted here.
    NotTracked,
}

impl Command for SetUsage {
    type Reply = UsageSet;

    fn reads(&self) -> ReadSet {
        [Key::Catalog, Key::account(&self.customer)].into_iter().collect()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let mut tab = Tab::new(facts, cx)?;
        tab.existing(&self.customer)?;
        let feature = tab.feature(&self.feature_key)?;
        if !feature.tracks_usage {
            return Ok((UsageSet::NotTracked, Changes::default()));
        }
        let account = tab.account(&self.customer)?.expect("it was opened");
        let total = tab.standing(account, feature)?.total;
        let key = self.key.as_deref();
        if let Some(event) = tab.key_holder(&feature.id, &self.customer, key)? {
            return Ok((UsageSet::Repeated { event, total }, Changes::default()));
        }
        let adjustment = self.used.checked_sub(total).ok_or(AccessRefusal::TotalTooLarge)?;
        if adjustment == Quantity::ZERO {
            return Ok((UsageSet::Unchanged { total }, Changes::default()));
        }
        let (source, metadata) = (Source::UsageSetAdjustment, &self.metadata);
        let occurred = account.now(cx.now);
        let new = NewEvent { feature, amount: adjustment, occurred, source, key, metadata };
        let (event, total) = tab.record(&self.customer, &new, cx)?;
        Ok((UsageSet::Adjusted { event, total, adjustment }, tab.finish()))
    }
}
