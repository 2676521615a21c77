//! Two customers that turn out to be one: everything of the one goes over to the other.
//!
//! Invariant: nothing is lost and nothing counts twice. The events of the two are together those of the one, and so are
//! the bonuses, with what is left and what was burnt of each. Of two things that one customer has only once, the other's
//! own stays.

use super::{Assignment, Customer};
use crate::access::window_of;
use crate::account::Account;
use crate::bonus::{Bonus, last_turn};
use crate::command::{Changes, Cx, Stop, Write};
use crate::facts::{Facts, ReadSet};
use crate::feature::Feature;
use crate::id::{CustomerId, FeatureId};
use crate::overrule::Override;
use crate::quantity::Quantity;
use crate::record::{Field, Record};
use crate::refusal::{AccessRefusal, LinkConflict};
use crate::time::Timestamp;
use crate::usage::{Counter, Counters, UsageEvent, key_name, subject, total};
use crate::window::Window;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most usage events that are moved in one step.
pub const MERGED_EVENTS_MAX: usize = 10_000;

/// Moves everything of `from`, which is gone then, to `into`: that account as it is, but for its customer, which is as it
/// is to be and was `was` before. Gives the account as it is then.
pub(super) fn merge(
    from: &Account,
    was: Option<Arc<Customer>>,
    mut into: Account,
    facts: &Facts,
    changes: &mut Changes,
    cx: &mut Cx<'_>,
) -> Result<Account, Stop> {
    let mut moving = Moving::new(&into, cx.now);
    moving.assignments(from, &mut into);
    moving.overrides(from, &mut into);
    moving.bonuses(from, &mut into);
    moving.usage(from, &mut into, facts)?;
    moving.sweeps.into_iter().for_each(|subject| changes.sweep(subject, Window::ALWAYS));
    changes.writes.extend(moving.gone.into_iter().map(Write::Delete));
    changes.writes.push(Write::Delete(Record::Customer(from.customer.clone())));
    let (before, after) = (was.map(Record::Customer), Record::Customer(into.customer.clone()));
    changes.writes.push(Write::Put { before, after });
    changes.writes.extend(moving.puts.into_iter().map(|(before, after)| Write::Put { before, after }));
    Ok(into)
}

/// What is written of it, so far.
struct Moving {
    into: CustomerId,
    now: Timestamp,
    /// Subjects of which no event is left.
    sweeps: Vec<String>,
    gone: Vec<Record>,
    puts: Vec<(Option<Record>, Record)>,
}

impl Moving {
    fn new(into: &Account, now: Timestamp) -> Self {
        let (into, now) = (into.id().clone(), into.customer.now(now));
        Self { into, now, sweeps: Vec::new(), gone: Vec::new(), puts: Vec::new() }
    }

    fn put(&mut self, before: Option<Record>, after: Record, into: &mut Account) {
        into.put(&after);
        self.puts.push((before, after));
    }

    fn assignments(&mut self, from: &Account, into: &mut Account) {
        for assignment in &from.assignments {
            self.gone.push(Record::Assignment(assignment.clone()));
            if into.assignments.iter().any(|kept| kept.product == assignment.product) {
                continue;
            }
            let id = Assignment::name(&assignment.product, &self.into);
            let moved = Assignment { id, customer: self.into.clone(), ..(**assignment).clone() };
            self.put(None, Record::Assignment(moved.into()), into);
        }
    }

    /// One that has expired gives way to one that counts.
    fn overrides(&mut self, from: &Account, into: &mut Account) {
        for overrule in &from.overrides {
            let kept = into.overrides.iter().find(|kept| kept.feature == overrule.feature).cloned();
            match kept {
                Some(kept) if kept.is_live(self.now) || !overrule.is_live(self.now) => {
                    self.gone.push(Record::Override(overrule.clone()));
                    continue;
                }
                Some(kept) => {
                    into.remove(&Record::Override(kept.clone()));
                    self.gone.push(Record::Override(kept));
                }
                None => {}
            }
            let moved = Override { customer: self.into.clone(), ..(**overrule).clone() };
            self.put(Some(Record::Override(overrule.clone())), Record::Override(moved.into()), into);
        }
    }

    /// What was burnt of those that come keeps its order, after all that was burnt of those that are here.
    fn bonuses(&mut self, from: &Account, into: &mut Account) {
        let mut turns: BTreeMap<&FeatureId, u64> = BTreeMap::new();
        for bonus in &from.bonuses {
            let here = *turns.entry(&bonus.feature).or_insert_with(|| last_turn(&into.bonuses, &bonus.feature));
            let mut moved = Bonus { customer: self.into.clone(), ..(**bonus).clone() };
            moved.burns.iter_mut().for_each(|burn| burn.turn += here);
            self.put(Some(Record::Bonus(bonus.clone())), Record::Bonus(moved.into()), into);
        }
    }

    fn usage(&mut self, from: &Account, into: &mut Account, facts: &Facts) -> Result<(), Stop> {
        let Some(counters) = &from.counters else { return Ok(()) };
        let (mut all, mut missing) = (Vec::new(), ReadSet::default());
        for (feature, counter) in &counters.by_feature {
            let events = missing.gather(facts.usage_events(&subject(feature, from.id())))?;
            all.extend(events.map(|events| (feature, counter, events)));
        }
        missing.known()?;
        if all.iter().map(|(_, _, events)| events.len()).sum::<usize>() > MERGED_EVENTS_MAX {
            return Err(AccessRefusal::Linked(LinkConflict::TooMuchUsage).into());
        }
        let (mut steps, mut missing) = (Vec::new(), ReadSet::default());
        for (feature, counter, events) in all {
            let feature = facts.catalog()?.feature(feature).expect("features are never deleted");
            let merged = missing.gather(self.counter(*counter, events, into, feature, facts))?;
            let keys = missing.gather(self.free_keys(events, into, feature, facts))?;
            steps.extend(merged.zip(keys).map(|(merged, keys)| (&feature.id, merged, events, keys)));
        }
        missing.known()?;
        let was = into.counters.take();
        let mut counted = match &was {
            Some(counters) => (**counters).clone(),
            None => Counters { customer: self.into.clone(), ..(**counters).clone() },
        };
        if was.is_none() {
            counted.by_feature.clear();
        }
        counted.by_feature.extend(steps.iter().map(|(feature, merged, ..)| (FeatureId::clone(feature), *merged)));
        self.gone.push(Record::Counters(counters.clone()));
        self.put(was.map(Record::Counters), Record::Counters(counted.into()), into);
        for (feature, counter, events, keys) in steps {
            self.sweeps.push(subject(feature, from.id()));
            for (event, is_free) in events.iter().zip(keys) {
                let key = event.key.clone().filter(|_| is_free);
                let moved = UsageEvent { customer: self.into.clone(), key, counter, ..(**event).clone() };
                self.puts.push((None, Record::UsageEvent(moved.into())));
            }
        }
        Ok(())
    }

    /// The count of a feature with the events that come: what the window that is open for both together then holds.
    fn counter(
        &self,
        coming: Counter,
        events: &[Arc<UsageEvent>],
        into: &Account,
        feature: &Feature,
        facts: &Facts,
    ) -> Result<Counter, Stop> {
        let (window, _) = window_of(into, feature, facts.catalog()?, self.now);
        let here = total(into, feature, window, facts)?;
        let open = events.iter().filter(|event| window.contains(event.occurred));
        let add: Quantity = open.map(|event| event.amount).sum();
        let before = into.counter(&feature.id);
        Ok(Counter {
            window,
            total: here.checked_add(add).ok_or(AccessRefusal::TotalTooLarge)?,
            latest: before.map_or(coming.latest, |before| before.latest.max(coming.latest)),
            revision: before.map_or(0, |before| before.revision).max(coming.revision) + 1,
        })
    }

    /// For each event whether its key is its own among those that are here; else it goes without.
    fn free_keys(
        &self,
        events: &[Arc<UsageEvent>],
        into: &Account,
        feature: &Feature,
        facts: &Facts,
    ) -> Result<Vec<bool>, Stop> {
        let (mut free, mut missing) = (Vec::with_capacity(events.len()), ReadSet::default());
        for event in events {
            let holder = match &event.key {
                Some(key) if into.counter(&feature.id).is_some() => {
                    missing.gather(facts.holder(Field::UsageKey, &key_name(&feature.id, &self.into, key)))?.flatten()
                }
                _ => None,
            };
            free.push(holder.is_none());
        }
        missing.known()?;
        Ok(free)
    }
}
