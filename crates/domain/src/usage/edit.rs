//! Mending history: changing an event that was recorded.

use super::UsageEvent;
use super::tab::Tab;
use crate::command::{Changes, Command, Cx, Stop, Write};
use crate::facts::{Facts, Key, ReadSet};
use crate::id::UsageEventId;
use crate::metadata::{Metadata, MetadataPatch};
use crate::patch::Patch;
use crate::quantity::Quantity;
use crate::record::Record;
use crate::refusal::AccessRefusal;
use crate::time::Timestamp;
use std::sync::Arc;

/// Changes an event; totals follow.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in `UsageEvent`")]
pub struct UpdateUsageEvent {
    pub id: UsageEventId,
    pub amount: Option<Quantity>,
    pub occurred: Option<Timestamp>,
    pub key: Patch<String>,
    pub metadata: MetadataPatch,
}

impl Command for UpdateUsageEvent {
    type Reply = Arc<UsageEvent>;

    fn reads(&self) -> ReadSet {
        [Key::Catalog, Key::usage_event(&self.id)].into_iter().collect()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let mut tab = Tab::new(facts, cx)?;
        let before = facts.usage_event(&self.id)?;
        let customer = before.as_ref().map(|before| &before.customer);
        let moved = self.occurred.map(|occurred| tab.occurred(customer, Some(occurred))).transpose()?;
        let before = before.ok_or_else(|| AccessRefusal::NoEvent { id: self.id.clone() })?;
        let feature = facts.catalog()?.feature(&before.feature).expect("features are never deleted");
        let occurred = moved.unwrap_or(before.occurred);
        let key = self.key.apply(&before.key);
        if key != before.key && tab.key_holder(&before.feature, &before.customer, key.as_deref())?.is_some() {
            return Err(AccessRefusal::EventKeyTaken.into());
        }
        let after = Arc::new(UsageEvent {
            amount: self.amount.unwrap_or(before.amount),
            occurred,
            key,
            metadata: self.metadata.apply(&before.metadata as &Metadata)?,
            ..(*before).clone()
        });
        tab.existing(&before.customer)?;
        let account = tab.account(&before.customer)?.expect("it was opened");
        let standing = tab.standing(account, feature)?;
        let counts = |event: &UsageEvent| {
            if standing.window.contains(event.occurred) { event.amount } else { Quantity::ZERO }
        };
        let step = counts(&after).minus(counts(&before));
        tab.step(&before.customer, feature, standing, step, after.occurred)?;
        let mut changes = tab.finish();
        let event = Record::UsageEvent(after.clone());
        changes.writes.push(Write::Put { before: Some(Record::UsageEvent(before)), after: event });
        Ok((after, changes))
    }
}
