//! Consuming: the check and the record in one step, so that what is accepted never passes what is allowed.

use super::Source;
use super::tab::{NewEvent, Standing, Tab};
use crate::access::Limit;
use crate::bonus;
use crate::command::{Changes, Command, Cx, Stop};
use crate::facts::{Facts, Key, ReadSet};
use crate::id::{CustomerId, UsageEventId};
use crate::metadata::Metadata;
use crate::quantity::Quantity;

/// Uses an amount, if it fits whole into what is left. A customer that is not there is made.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in `UsageEvent`")]
pub struct Consume {
    pub customer: CustomerId,
    pub feature_key: String,
    /// Above zero.
    pub amount: Quantity,
    pub key: Option<String>,
    pub metadata: Metadata,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the variants and fields are what they are called; oddities are documented")]
pub enum Consumed {
    Accepted {
        event: UsageEventId,
        left: Left,
    },
    /// An event with its key was recorded before.
    Repeated {
        event: UsageEventId,
        left: Left,
    },
    LimitReached {
        left: Left,
    },
    NoAccess {
        left: Left,
    },
    /// Usage of the feature is not counted here.
    NotTracked,
}

/// How things stand after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// The raw total of the open window.
    pub total: Quantity,
    /// What is allowed.
    pub limit: Limit,
    /// What the bonuses that count have left.
    pub bonus_remaining: Quantity,
}

impl Command for Consume {
    type Reply = Consumed;

    fn reads(&self) -> ReadSet {
        [Key::Catalog, Key::account(&self.customer)].into_iter().collect()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let mut tab = Tab::new(facts, cx)?;
        let feature = tab.feature(&self.feature_key)?;
        if !feature.tracks_usage {
            tab.open(&self.customer, cx.now)?;
            return Ok((Consumed::NotTracked, tab.finish()));
        }
        let key = self.key.as_deref();
        let holder = tab.key_holder(&feature.id, &self.customer, key)?;
        tab.open(&self.customer, cx.now)?;
        let account = tab.account(&self.customer)?.expect("it was opened");
        let (Standing { total, .. }, limit) = (tab.standing(account, feature)?, tab.limit(account, feature));
        let now = account.now(cx.now);
        let bonus_remaining = bonus::totals(&account.bonuses, &feature.id, now).remaining;
        let left = Left { total, limit, bonus_remaining };
        let consumed = match (holder, limit) {
            (Some(event), _) => Consumed::Repeated { event, left },
            (None, Limit::NoAccess) => Consumed::NoAccess { left },
            (None, _) if left.room().is_some_and(|room| self.amount > room) => Consumed::LimitReached { left },
            (None, _) => {
                let (amount, metadata) = (self.amount, &self.metadata);
                let new = NewEvent { feature, amount, occurred: now, source: Source::Usage, key, metadata };
                let (event, total) = tab.record(&self.customer, &new, cx)?;
                let account = tab.account(&self.customer)?.expect("it was opened");
                let bonus_remaining = bonus::totals(&account.bonuses, &feature.id, now).remaining;
                Consumed::Accepted { event, left: Left { total, limit, bonus_remaining } }
            }
        };
        Ok((consumed, tab.finish()))
    }
}

impl Left {
    /// What may still be consumed; nothing where there is no bound.
    pub fn room(&self) -> Option<Quantity> {
        Some(self.limit.remaining(self.total)?.plus(self.bonus_remaining))
    }
}
