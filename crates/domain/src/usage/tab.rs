//! What several steps of usage come to, kept together until all of them are decided: a counter or a bonus that many
//! of them touch is written once.

use super::{Counter, Counters, Source, UsageEvent, key_name, total};
use crate::access::{Limit, limit_of, window_of};
use crate::account::Account;
use crate::bonus;
use crate::catalog::Catalog;
use crate::command::{Changes, Cx, Stop, Write};
use crate::customer::Customer;
use crate::facts::Facts;
use crate::feature::Feature;
use crate::id::{CustomerId, FeatureId, UsageEventId};
use crate::metadata::Metadata;
use crate::quantity::Quantity;
use crate::record::{Field, Record};
use crate::refusal::AccessRefusal;
use crate::time::Timestamp;
use crate::window::Window;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The steps so far, over facts that know nothing of them.
pub(super) struct Tab<'f> {
    facts: &'f Facts,
    catalog: &'f Catalog,
    now: Timestamp,
    /// In the order in which they were first touched.
    order: Vec<CustomerId>,
    accounts: FxHashMap<CustomerId, Touched>,
    keys: FxHashMap<String, UsageEventId>,
    events: Vec<Arc<UsageEvent>>,
}

struct Touched {
    before: Option<Arc<Account>>,
    after: Account,
}

/// Where a feature of an account stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    /// The window that is open.
    pub(super) window: Window,
    /// The sum of its events.
    pub(super) total: Quantity,
}

/// A new event, as far as it is the caller's.
pub(super) struct NewEvent<'a> {
    pub(super) feature: &'a Feature,
    pub(super) amount: Quantity,
    pub(super) occurred: Timestamp,
    pub(super) source: Source,
    pub(super) key: Option<&'a str>,
    pub(super) metadata: &'a Metadata,
}

impl<'f> Tab<'f> {
    pub(super) fn new(facts: &'f Facts, cx: &Cx<'_>) -> Result<Self, Stop> {
        Ok(Self {
            facts,
            catalog: facts.catalog()?,
            now: cx.now,
            order: Vec::new(),
            accounts: FxHashMap::default(),
            keys: FxHashMap::default(),
            events: Vec::new(),
        })
    }

    /// The feature with this key, where usage of it may be written.
    pub(super) fn feature(&self, key: &str) -> Result<&'f Arc<Feature>, Stop> {
        self.facts.writable_feature(key)
    }

    /// The customer as it is after the steps so far; nothing where it is not there.
    pub(super) fn account(&self, id: &CustomerId) -> Result<Option<&Account>, Stop> {
        match self.accounts.get(id) {
            Some(touched) => Ok(Some(&touched.after)),
            None => Ok(self.facts.account(id)?.map(|account| &**account)),
        }
    }

    /// Makes sure that the customer is there; a new one starts to use things at `started`, where that is earlier.
    pub(super) fn open(&mut self, id: &CustomerId, started: Timestamp) -> Result<(), Stop> {
        if self.accounts.contains_key(id) {
            return Ok(());
        }
        let before = self.facts.account(id)?.cloned();
        let after = if let Some(account) = &before {
            (**account).clone()
        } else {
            let mut customer = Customer::new(id.clone(), self.now);
            customer.usage_started = (started < self.now).then_some(started);
            Account::new(Arc::new(customer))
        };
        self.order.push(id.clone());
        self.accounts.insert(id.clone(), Touched { before, after });
        Ok(())
    }

    /// The customer, which is there.
    pub(super) fn existing(&mut self, id: &CustomerId) -> Result<(), Stop> {
        if self.account(id)?.is_none() {
            return Err(AccessRefusal::NoCustomer { id: id.clone() }.into());
        }
        self.open(id, self.now)
    }

    /// Where a feature of an account stands now.
    pub(super) fn standing(&self, account: &Account, feature: &Feature) -> Result<Standing, Stop> {
        let (window, _) = window_of(account, feature, self.catalog, self.now);
        Ok(Standing { window, total: total(account, feature, window, self.facts)? })
    }

    /// What an account is allowed of a feature now.
    pub(super) fn limit(&self, account: &Account, feature: &Feature) -> Limit {
        limit_of(account, feature, self.catalog, self.now)
    }

    /// What time it is for a customer; for one that is not there, the time of day.
    pub(super) fn now(&self, id: &CustomerId) -> Result<Timestamp, Stop> {
        Ok(self.account(id)?.map_or(self.now, |account| account.now(self.now)))
    }

    /// The event that has this key, after the steps so far.
    pub(super) fn key_holder(
        &self,
        feature: &FeatureId,
        customer: &CustomerId,
        key: Option<&str>,
    ) -> Result<Option<UsageEventId>, Stop> {
        let Some(key) = key else { return Ok(None) };
        let name = key_name(feature, customer, key);
        if let Some(id) = self.keys.get(&name) {
            return Ok(Some(id.clone()));
        }
        // Of a customer that has never used the feature there is no event to look for.
        match self.facts.account(customer)? {
            Some(account) if account.counter(feature).is_some() => {
                Ok(self.facts.holder(Field::UsageKey, &name)?.map(UsageEventId::from))
            }
            _ => Ok(None),
        }
    }

    /// When an event lies that a caller says occurred then: ahead of the clock counts as now, within a limit.
    pub(super) fn occurred(&self, customer: Option<&CustomerId>, asked: Option<Timestamp>) -> Result<Timestamp, Stop> {
        let now = customer.map_or(Ok(self.now), |customer| self.now(customer))?;
        let Some(occurred) = asked else { return Ok(now) };
        if occurred < super::OCCURRED_MIN || occurred.millis() > now.millis() + super::AHEAD_MAX_MILLIS {
            return Err(AccessRefusal::BadInstant { field: "occurredAt" }.into());
        }
        Ok(occurred.min(now))
    }

    /// Records an event of a customer that is open; says what the total of the open window is then.
    pub(super) fn record(
        &mut self,
        customer: &CustomerId,
        new: &NewEvent<'_>,
        cx: &mut Cx<'_>,
    ) -> Result<(UsageEventId, Quantity), Stop> {
        let account = &self.accounts[customer].after;
        let (standing, recorded) = (self.standing(account, new.feature)?, account.now(self.now));
        let counts = standing.window.contains(new.occurred);
        let step = if counts { new.amount } else { Quantity::ZERO };
        let counter = self.step(customer, new.feature, standing, step, new.occurred)?;
        let event = Arc::new(UsageEvent {
            id: UsageEventId::generate(self.now, cx.random),
            customer: customer.clone(),
            feature: new.feature.id.clone(),
            amount: new.amount,
            occurred: new.occurred,
            recorded,
            source: new.source,
            key: new.key.map(str::to_owned),
            metadata: new.metadata.clone(),
            counter,
        });
        if let Some(key) = new.key {
            self.keys.insert(key_name(&new.feature.id, customer, key), event.id.clone());
        }
        let id = event.id.clone();
        self.events.push(event);
        Ok((id, counter.total))
    }

    /// Moves the total of the open window by a step, and books it.
    pub(super) fn step(
        &mut self,
        customer: &CustomerId,
        feature: &Feature,
        standing: Standing,
        step: Quantity,
        latest: Timestamp,
    ) -> Result<Counter, Stop> {
        let Standing { window, total } = standing;
        let after = total.checked_add(step).ok_or(AccessRefusal::TotalTooLarge)?;
        let (now, catalog) = (self.now, self.catalog);
        let account = &mut self.touched(customer).after;
        if account.bonuses.iter().any(|bonus| bonus.feature == feature.id) {
            let step = limit_of(account, feature, catalog, now).overage_step(total, after);
            let now = account.now(now);
            bonus::book(&mut account.bonuses, &feature.id, window, step, now);
        }
        let counters = account.counters.get_or_insert_with(|| {
            Arc::new(Counters { customer: customer.clone(), created: now, by_feature: BTreeMap::new() })
        });
        let counters = Arc::make_mut(counters);
        let before = counters.of(&feature.id).copied();
        let counter = Counter {
            window,
            total: after,
            latest: before.map_or(latest, |counter| counter.latest.max(latest)),
            revision: before.map_or(1, |counter| counter.revision + 1),
        };
        counters.by_feature.insert(feature.id.clone(), counter);
        Ok(counter)
    }

    fn touched(&mut self, customer: &CustomerId) -> &mut Touched {
        self.accounts.get_mut(customer).expect("it was opened before")
    }

    /// Everything that the steps came to.
    pub(super) fn finish(self) -> Changes {
        let mut changes = Changes::default();
        let mut accounts = self.accounts;
        for id in &self.order {
            let Touched { before, after } = accounts.remove(id).expect("it is in the order once");
            if before.is_none() {
                changes.writes.push(Write::Put { before: None, after: Record::Customer(after.customer.clone()) });
            }
            let was = before.as_ref().and_then(|account| account.counters.clone());
            // Whatever changes them makes others of them.
            if let Some(counters) = after.counters
                && was.as_ref().is_none_or(|was| !Arc::ptr_eq(was, &counters))
            {
                changes
                    .writes
                    .push(Write::Put { before: was.map(Record::Counters), after: Record::Counters(counters) });
            }
            let bonuses = before.iter().flat_map(|account| &account.bonuses).zip(after.bonuses);
            for (before, after) in bonuses.filter(|(before, after)| !Arc::ptr_eq(before, after)) {
                changes
                    .writes
                    .push(Write::Put { before: Some(Record::Bonus(before.clone())), after: Record::Bonus(after) });
            }
        }
        let events = self.events.into_iter();
        changes.writes.extend(events.map(|event| Write::Put { before: None, after: Record::UsageEvent(event) }));
        changes
    }
}
