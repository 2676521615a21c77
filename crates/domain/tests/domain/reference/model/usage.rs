//! Usage (spec 1.8, 1.9, 7).

use super::super::calendar;
use super::{Bonus, Burnt, Customer, Event, Milli, Model, is_live, milli, number, quantity, remaining};
use std::collections::{BTreeMap, BTreeSet};
use tollgate_domain::access::Limit;
use tollgate_domain::id::UsageEventId;
use tollgate_domain::refusal::AccessRefusal as No;
use tollgate_domain::time::Timestamp;
use tollgate_domain::usage::{Consume, Consumed, SetUsage, Track, Tracked, UpdateUsageEvent, UsageSet};

impl Model {
    pub(in crate::reference) fn ensure(&mut self, customer: &str) {
        self.open(customer, self.now);
    }

    fn open(&mut self, customer: &str, started: i64) {
        let now = self.now;
        self.customers.entry(customer.to_owned()).or_insert_with(|| Customer {
            created: now,
            usage_started: (started < now).then_some(started),
            ..Customer::default()
        });
    }

    fn occurred(&self, asked: Option<Timestamp>) -> Result<i64, No> {
        let asked = asked.map_or(self.now, Timestamp::millis);
        // 1 January 2000 is day 10957.
        if asked < 10957 * calendar::DAY || asked > self.now + 300_000 {
            return Err(No::BadInstant { field: "occurredAt" });
        }
        Ok(asked.min(self.now))
    }

    fn holder(&self, customer: &str, feature: &str, key: Option<&str>) -> Option<UsageEventId> {
        let events = &self.customers.get(customer)?.events;
        let is_it = |event: &&Event| event.feature == feature && event.key.is_some() && event.key.as_deref() == key;
        events.iter().find(is_it).map(|event| event.id.clone())
    }

    /// One write: changes the events, and books what that did to the open window.
    fn write<T>(&mut self, customer: &str, feature: &str, change: impl FnOnce(&mut Customer) -> T) -> T {
        let before = &self.customers[customer];
        let (limit, window) = (self.limit(before, feature), self.window(before, feature));
        let from = self.total(before, feature);
        let done = change(self.customers.get_mut(customer).expect("it is open"));
        let to = self.total(&self.customers[customer], feature);
        if let Some(cap) = number(limit) {
            let step = (to - cap).max(0) - (from - cap).max(0);
            if step > 0 && limit != Limit::NoAccess {
                self.burn(customer, feature, window.map(|(start, _)| start), step);
            } else if step < 0 {
                self.give_back(customer, feature, window.map(|(start, _)| start), -step);
            }
        }
        done
    }

    fn burn(&mut self, customer: &str, feature: &str, window: Option<i64>, mut due: Milli) {
        let now = self.now;
        let customer = self.customers.get_mut(customer).expect("it is open");
        let mut live: Vec<Bonus> = customer.bonuses.clone();
        live.retain(|bonus| bonus.feature == feature && is_live(bonus.expires, now));
        live.sort_by_key(|bonus| bonus.expires.unwrap_or(i64::MAX));
        for bonus in live {
            let amount = due.min(bonus.amount - customer.burnt(&bonus.id));
            due -= amount;
            customer.journal.push(Burnt { bonus: bonus.id, feature: feature.to_owned(), window, amount });
        }
    }

    fn give_back(&mut self, customer: &str, feature: &str, window: Option<i64>, mut due: Milli) {
        let customer = self.customers.get_mut(customer).expect("it is open");
        for burnt in customer.journal.iter_mut().rev() {
            if burnt.feature == feature && burnt.window == window {
                let amount = due.min(burnt.amount);
                burnt.amount -= amount;
                due -= amount;
            }
        }
        customer.journal.retain(|burnt| burnt.amount > 0);
    }

    fn record(&mut self, customer: &str, event: Event) -> UsageEventId {
        let (id, feature) = (event.id.clone(), event.feature.clone());
        self.write(customer, &feature, |customer| customer.events.push(event));
        id
    }

    /// `id` is the one that the event gets, if it is recorded.
    pub(in crate::reference) fn track(&mut self, track: &Track, id: Option<UsageEventId>) -> Result<Tracked, No> {
        let (customer, feature) = (track.customer.as_str(), track.feature_key.as_str());
        let occurred = self.occurred(track.occurred)?;
        let is_tracked = self.writable(feature)?.is_tracked;
        self.open(customer, occurred);
        if !is_tracked {
            return Ok(Tracked::NotTracked);
        }
        if let Some(event) = self.holder(customer, feature, track.key.as_deref()) {
            return Ok(Tracked::Repeated { event, total: self.stands(customer, feature).total });
        }
        let event = Event {
            id: id.unwrap_or_else(|| "recorded".into()),
            feature: feature.to_owned(),
            amount: milli(track.amount),
            occurred,
            key: track.key.clone(),
        };
        let event = self.record(customer, event);
        Ok(Tracked::Applied { event, total: self.stands(customer, feature).total })
    }

    pub(in crate::reference) fn set(&mut self, set: &SetUsage, id: Option<UsageEventId>) -> Result<UsageSet, No> {
        let (customer, feature) = (set.customer.as_str(), set.feature_key.as_str());
        self.existing(customer)?;
        if !self.writable(feature)?.is_tracked {
            return Ok(UsageSet::NotTracked);
        }
        let total = self.stands(customer, feature).total;
        if let Some(event) = self.holder(customer, feature, set.key.as_deref()) {
            return Ok(UsageSet::Repeated { event, total });
        }
        let adjustment = milli(set.used) - milli(total);
        if adjustment == 0 {
            return Ok(UsageSet::Unchanged { total });
        }
        let event = Event {
            id: id.unwrap_or_else(|| "recorded".into()),
            feature: feature.to_owned(),
            amount: adjustment,
            occurred: self.now,
            key: set.key.clone(),
        };
        let event = self.record(customer, event);
        Ok(UsageSet::Adjusted { event, total: set.used, adjustment: quantity(adjustment) })
    }

    pub(in crate::reference) fn consume(
        &mut self,
        consume: &Consume,
        id: Option<UsageEventId>,
    ) -> Result<Consumed, No> {
        let (customer, feature) = (consume.customer.as_str(), consume.feature_key.as_str());
        let is_tracked = self.writable(feature)?.is_tracked;
        self.open(customer, self.now);
        if !is_tracked {
            return Ok(Consumed::NotTracked);
        }
        let left = self.stands(customer, feature);
        if let Some(event) = self.holder(customer, feature, consume.key.as_deref()) {
            return Ok(Consumed::Repeated { event, left });
        }
        if left.limit == Limit::NoAccess {
            return Ok(Consumed::NoAccess { left });
        }
        if let Some(remaining) = remaining(left.limit, milli(left.total))
            && milli(consume.amount) > remaining + milli(left.bonus_remaining)
        {
            return Ok(Consumed::LimitReached { left });
        }
        let event = Event {
            id: id.unwrap_or_else(|| "recorded".into()),
            feature: feature.to_owned(),
            amount: milli(consume.amount),
            occurred: self.now,
            key: consume.key.clone(),
        };
        let event = self.record(customer, event);
        Ok(Consumed::Accepted { event, left: self.stands(customer, feature) })
    }

    fn find_event(&self, id: &UsageEventId) -> Option<(String, Event)> {
        let mut all = self.customers.iter().flat_map(|(customer, of)| of.events.iter().map(move |e| (customer, e)));
        all.find(|(_, event)| event.id == *id).map(|(customer, event)| (customer.clone(), event.clone()))
    }

    pub(in crate::reference) fn edit(&mut self, edit: &UpdateUsageEvent) -> Result<Event, No> {
        let occurred = edit.occurred.map(|occurred| self.occurred(Some(occurred))).transpose()?;
        let Some((customer, event)) = self.find_event(&edit.id) else {
            return Err(No::NoEvent { id: edit.id.clone() });
        };
        let key = edit.key.apply(&event.key);
        if self.holder(&customer, &event.feature, key.as_deref()).is_some_and(|holder| holder != event.id) {
            return Err(No::EventKeyTaken);
        }
        let after = Event {
            amount: edit.amount.map_or(event.amount, milli),
            occurred: occurred.unwrap_or(event.occurred),
            key,
            ..event
        };
        self.write(&customer, &after.feature, |customer| {
            let place = customer.events.iter().position(|event| event.id == after.id).expect("it was found");
            customer.events[place] = after.clone();
        });
        Ok(after)
    }

    /// Deletes the events that a test picks, as one write for each customer and feature; says how many.
    fn delete_where(&mut self, pick: impl Fn(&str, &Event) -> bool) -> u64 {
        let mut count = 0;
        let customers: Vec<String> = self.customers.keys().cloned().collect();
        for customer in customers {
            let features: BTreeSet<String> =
                self.customers[&customer].events.iter().map(|event| event.feature.clone()).collect();
            for feature in features {
                count += self.write(&customer, &feature, |of| {
                    let before = of.events.len();
                    of.events.retain(|event| event.feature != feature || !pick(&customer, event));
                    (before - of.events.len()) as u64
                });
            }
        }
        count
    }

    pub(in crate::reference) fn delete(&mut self, ids: &[UsageEventId], must_exist: bool) -> Result<u64, No> {
        let missing = ids.iter().find(|id| self.find_event(id).is_none());
        if let (Some(id), true) = (missing, must_exist) {
            return Err(No::NoEvent { id: id.clone() });
        }
        Ok(self.delete_where(|_, event| ids.contains(&event.id)))
    }

    /// `stretch` says the stretch of time for a feature; nothing where there is none.
    pub(in crate::reference) fn sweep(
        &mut self,
        customer: &str,
        feature: Option<&str>,
        period: &Period,
    ) -> Result<u64, No> {
        let of = self.existing(customer)?;
        if let Some(key) = feature
            && !self.features.contains_key(key)
        {
            return Err(No::NoFeature { key: key.to_owned() });
        }
        let keys = self.features.keys().filter(|key| feature.is_none_or(|feature| feature == *key));
        let mut stretches: BTreeMap<String, (i64, i64)> = BTreeMap::new();
        for key in keys {
            let always = (i64::MIN, i64::MAX);
            let stretch = match period {
                Period::All => Some(always),
                Period::Range(start, end) => Some((*start, *end)),
                Period::Current => Some(self.window(of, key).unwrap_or(always)),
                Period::Previous => self.window(of, key).and_then(|(start, _)| self.window_at(of, key, start - 1)),
            };
            stretches.extend(stretch.map(|stretch| (key.clone(), stretch)));
        }
        Ok(self.delete_where(|of, event| {
            let stretch = stretches.get(&event.feature);
            of == customer && stretch.is_some_and(|(start, end)| *start <= event.occurred && event.occurred < *end)
        }))
    }
}

/// As `usage::Period`.
#[derive(Debug, Clone)]
pub(in crate::reference) enum Period {
    Current,
    Previous,
    Range(i64, i64),
    All,
}
