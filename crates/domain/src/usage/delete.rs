//! Mending history: deleting events. However many one request deletes of a customer and feature, they are one step.

use super::tab::Tab;
use super::{Tally, UsageEvent, subject};
use crate::access::window_of;
use crate::account::Account;
use crate::catalog::Catalog;
use crate::command::{Changes, Command, Cx, Stop, Write};
use crate::facts::{Facts, Key, ReadSet};
use crate::feature::Feature;
use crate::id::{CustomerId, FeatureId, UsageEventId};
use crate::quantity::Quantity;
use crate::record::Record;
use crate::refusal::AccessRefusal;
use crate::time::Timestamp;
use crate::window::Window;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Deletes events by their ids; those that are not there are passed over.
#[derive(Debug, Clone)]
pub struct DeleteUsageEvents {
    /// Up to [`DELETE_MAX`](super::DELETE_MAX).
    pub ids: Vec<UsageEventId>,
    /// Refuse, where an event is not there; of a request that names one.
    pub must_exist: bool,
}

impl Command for DeleteUsageEvents {
    /// How many there were.
    type Reply = u64;

    fn reads(&self) -> ReadSet {
        std::iter::once(Key::Catalog).chain(self.ids.iter().map(Key::usage_event)).collect()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let mut found: BTreeMap<&UsageEventId, Arc<UsageEvent>> = BTreeMap::new();
        for id in &self.ids {
            match facts.usage_event(id)? {
                Some(event) => drop(found.insert(id, event)),
                None if self.must_exist => return Err(AccessRefusal::NoEvent { id: id.clone() }.into()),
                None => {}
            }
        }
        let mut subjects: BTreeMap<(CustomerId, FeatureId), Vec<Arc<UsageEvent>>> = BTreeMap::new();
        for event in found.values() {
            let subject = (event.customer.clone(), event.feature.clone());
            subjects.entry(subject).or_default().push(event.clone());
        }
        let (mut tab, mut missing) = (Tab::new(facts, cx)?, ReadSet::default());
        for ((customer, feature), events) in &subjects {
            let feature = facts.catalog()?.feature(feature).expect("features are never deleted");
            missing.gather(delete(events, customer, feature, &mut tab))?;
        }
        missing.known()?;
        let mut changes = tab.finish();
        let count = found.len() as u64;
        changes.writes.extend(found.into_values().map(|event| Write::Delete(Record::UsageEvent(event))));
        Ok((count, changes))
    }
}

/// Takes events of one customer and feature off the total.
fn delete(events: &[Arc<UsageEvent>], customer: &CustomerId, feature: &Feature, tab: &mut Tab<'_>) -> Result<(), Stop> {
    tab.existing(customer)?;
    let account = tab.account(customer)?.expect("it was opened");
    let standing = tab.standing(account, feature)?;
    let open = events.iter().filter(|event| standing.window.contains(event.occurred));
    let sum: Quantity = open.map(|event| event.amount).sum();
    tab.step(customer, feature, standing, Quantity::ZERO.minus(sum), events[0].occurred)?;
    Ok(())
}

/// A window as it is called from the present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// The one that is open.
    Current,
    /// The one before.
    Previous,
    /// Any stretch of time.
    Range(Window),
    /// All of time.
    All,
}

/// The window that a period is for a customer and feature; nothing where there is none.
pub fn period_window(
    period: Period,
    account: &Account,
    feature: &Feature,
    catalog: &Catalog,
    now: Timestamp,
) -> Option<Window> {
    match period {
        Period::Current => Some(window_of(account, feature, catalog, now).0),
        Period::Previous => {
            let start = window_of(account, feature, catalog, now).0.start?;
            let before = Timestamp::from_millis(start.millis().saturating_sub(1));
            Some(window_of(account, feature, catalog, now).1.division(feature).window(before))
        }
        Period::Range(window) => Some(window),
        Period::All => Some(Window::ALWAYS),
    }
}

/// Deletes the events of a customer, of one feature or of all, in a period.
#[derive(Debug, Clone)]
pub struct DeleteUsageOf {
    /// Whose.
    pub customer: CustomerId,
    /// Of what; of everything where not given.
    pub feature_key: Option<String>,
    /// From when.
    pub period: Period,
}

impl Command for DeleteUsageOf {
    /// How many there were.
    type Reply = u64;

    fn reads(&self) -> ReadSet {
        [Key::Catalog, Key::account(&self.customer)].into_iter().collect()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let catalog = facts.catalog()?;
        let mut tab = Tab::new(facts, cx)?;
        tab.existing(&self.customer)?;
        let features: Vec<&Arc<Feature>> = match &self.feature_key {
            Some(key) => {
                vec![catalog.feature_by_key(key).ok_or_else(|| AccessRefusal::NoFeature { key: key.clone() })?]
            }
            None => catalog.features().values().collect(),
        };
        let (mut swept, mut missing) = (Vec::new(), ReadSet::default());
        for feature in features {
            swept.extend(missing.gather(self.sweep(feature, facts, &mut tab, cx.now))?.flatten());
        }
        missing.known()?;
        let (mut count, mut changes) = (0, tab.finish());
        for (subject, window, events) in swept {
            count += events;
            changes.sweep(subject, window);
        }
        Ok((count, changes))
    }
}

impl DeleteUsageOf {
    /// Takes the events of one feature off the total. Says what is swept away and how many events that are; nothing where
    /// there are none.
    fn sweep(
        &self,
        feature: &Feature,
        facts: &Facts,
        tab: &mut Tab<'_>,
        now: Timestamp,
    ) -> Result<Option<(String, Window, u64)>, Stop> {
        let account = tab.account(&self.customer)?.expect("it was opened");
        let Some(latest) = account.counter(&feature.id).map(|counter| counter.latest) else { return Ok(None) };
        let Some(range) = period_window(self.period, account, feature, facts.catalog()?, now) else { return Ok(None) };
        let standing = tab.standing(account, feature)?;
        let subject = subject(&feature.id, &self.customer);
        let all = facts.usage_tally(&subject, range)?;
        let open = match range.intersect(standing.window) {
            Some(both) if both == range => all,
            Some(both) => facts.usage_tally(&subject, both)?,
            None => Tally::default(),
        };
        if all.count == 0 {
            return Ok(None);
        }
        tab.step(&self.customer, feature, standing, Quantity::ZERO.minus(open.sum), latest)?;
        Ok(Some((subject, range, all.count)))
    }
}
