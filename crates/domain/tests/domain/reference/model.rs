//! The rules once more, slow and obvious: every total is summed from every event, every window is walked to, and bonuses are a
//! journal of what was booked. Shares no code with `access`, `usage`, `bonus` and `window`; what it takes and gives are plain
//! values of theirs, so that answers can be compared.

mod bonus;
mod product;
mod usage;

pub(super) use usage::Period;

use super::calendar;
use std::collections::BTreeMap;
use tollgate_domain::access::Limit;
use tollgate_domain::definition::AskedAccess;
use tollgate_domain::feature::FeatureKind;
use tollgate_domain::id::{BonusId, OverrideId, UsageEventId};
use tollgate_domain::quantity::Quantity;
use tollgate_domain::refusal::{AccessFault, AccessRefusal as No};
use tollgate_domain::usage::Left;
use tollgate_domain::window::{ResetAnchor, ResetInterval};

/// Thousandths of a quantity: no history here uses smaller parts.
pub(super) type Milli = i64;

pub(super) fn quantity(milli: Milli) -> Quantity {
    Quantity::parse(&format!("{milli}e-3")).expect("amounts of histories are small")
}

pub(super) fn milli(quantity: Quantity) -> Milli {
    let text = quantity.to_string();
    let (whole, places) = text.split_once('.').unwrap_or((&text, ""));
    let digits = format!("{whole}{places:0<3}");
    digits.parse().expect("amounts of histories have three places")
}

#[derive(Debug, Clone, Default)]
pub(super) struct Model {
    pub(super) now: i64,
    pub(super) features: BTreeMap<String, Feature>,
    pub(super) products: BTreeMap<String, Product>,
    pub(super) customers: BTreeMap<String, Customer>,
}

#[derive(Debug, Clone)]
pub(super) struct Feature {
    pub(super) kind: FeatureKind,
    pub(super) is_tracked: bool,
    pub(super) interval: ResetInterval,
    pub(super) anchor: ResetAnchor,
    pub(super) is_archived: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    On,
    Of(Milli),
    Unlimited,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Product {
    pub(super) is_stripe: bool,
    pub(super) is_default: bool,
    pub(super) is_archived: bool,
    /// The first is version 1.
    pub(super) versions: Vec<BTreeMap<String, Access>>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Customer {
    pub(super) created: i64,
    pub(super) usage_started: Option<i64>,
    pub(super) stripe: Option<String>,
    /// Keys and versions.
    pub(super) assigned: Vec<(String, u32)>,
    pub(super) subscribed: Vec<Item>,
    /// By feature.
    pub(super) overrides: BTreeMap<String, Override>,
    /// Oldest first.
    pub(super) bonuses: Vec<Bonus>,
    /// What was burnt and not given back, oldest first.
    pub(super) journal: Vec<Burnt>,
    pub(super) events: Vec<Event>,
}

#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) subscription: String,
    pub(super) product: String,
    pub(super) version: u32,
    pub(super) quantity: i64,
    pub(super) started: i64,
}

#[derive(Debug, Clone)]
pub(super) struct Override {
    pub(super) id: OverrideId,
    pub(super) access: Option<Access>,
    pub(super) expires: Option<i64>,
}

#[derive(Debug, Clone)]
pub(super) struct Bonus {
    pub(super) id: BonusId,
    pub(super) feature: String,
    pub(super) amount: Milli,
    pub(super) expires: Option<i64>,
}

#[derive(Debug, Clone)]
pub(super) struct Burnt {
    bonus: BonusId,
    feature: String,
    /// The start of the window.
    window: Option<i64>,
    amount: Milli,
}

#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) id: UsageEventId,
    pub(super) feature: String,
    pub(super) amount: Milli,
    pub(super) occurred: i64,
    pub(super) key: Option<String>,
}

/// What an entry is to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) limit: Limit,
    pub(super) usage: Option<Usage>,
    pub(super) remaining: Option<Milli>,
    pub(super) has_reached_limit: bool,
}

/// What an entry is to say of usage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Usage {
    /// Raw.
    pub(super) total: Milli,
    pub(super) bonus_remaining: Milli,
    pub(super) bonus_used: Milli,
    pub(super) window: Option<(i64, i64)>,
}

fn is_live(expires: Option<i64>, now: i64) -> bool {
    expires.is_none_or(|expires| now < expires)
}

fn access_of(feature: &Feature, asked: &AskedAccess) -> Result<Option<Access>, AccessFault> {
    if feature.kind == FeatureKind::Boolean {
        if asked.limit.is_some() {
            return Err(AccessFault::LimitOfBoolean);
        }
        if asked.is_unlimited == Some(true) {
            return Err(AccessFault::UnlimitedBoolean);
        }
        return Ok(asked.has_access.then_some(Access::On));
    }
    match (asked.has_access, asked.is_unlimited, asked.limit) {
        (false, _, _) => Ok(None),
        (true, Some(true), _) => Ok(Some(Access::Unlimited)),
        (true, _, Some(limit)) => Ok(Some(Access::Of(milli(limit)))),
        (true, _, None) => Err(AccessFault::NoLimit),
    }
}

impl Product {
    fn newest(&self) -> u32 {
        u32::try_from(self.versions.len()).expect("few versions")
    }

    fn access(&self, version: u32, feature: &str) -> Option<Access> {
        self.versions.get(version as usize - 1)?.get(feature).copied()
    }
}

impl Customer {
    fn burnt(&self, bonus: &BonusId) -> Milli {
        self.journal.iter().filter(|burnt| burnt.bonus == *bonus).map(|burnt| burnt.amount).sum()
    }

    /// What bonuses that count have left, and what was burnt of them.
    fn bonus_totals(&self, feature: &str, now: i64) -> (Milli, Milli) {
        let live = self.bonuses.iter().filter(|bonus| bonus.feature == feature && is_live(bonus.expires, now));
        live.fold((0, 0), |(left, burnt), bonus| {
            let of_it = self.burnt(&bonus.id);
            (left + bonus.amount - of_it, burnt + of_it)
        })
    }
}

/// Reading (spec 1.6, 1.7).
impl Model {
    /// Every product that counts: what it grants, how many times, and the item where it is subscribed.
    fn active<'m>(&'m self, customer: &'m Customer, feature: &str) -> Vec<(Option<Access>, i64, Option<&'m Item>)> {
        let mut active = Vec::new();
        for item in &customer.subscribed {
            let product = &self.products[&item.product];
            active.push((product.access(item.version, feature), item.quantity, Some(item)));
        }
        for (key, version) in &customer.assigned {
            active.push((self.products[key].access(*version, feature), 1, None));
        }
        if active.is_empty() {
            let defaults = self.products.values().filter(|product| product.is_default);
            active.extend(defaults.map(|product| (product.access(product.newest(), feature), 1, None)));
        }
        active
    }

    fn limit(&self, customer: &Customer, feature: &str) -> Limit {
        if let Some(overrule) = customer.overrides.get(feature)
            && is_live(overrule.expires, self.now)
        {
            return limit_of(overrule.access);
        }
        let (mut sum, mut any) = (0, false);
        for (access, quantity, _) in self.active(customer, feature) {
            match access {
                None => continue,
                Some(Access::Unlimited) => return Limit::Unlimited,
                Some(Access::Of(limit)) => sum += limit * quantity,
                Some(Access::On) => {}
            }
            any = true;
        }
        if any { Limit::Bounded(quantity(sum)) } else { Limit::NoAccess }
    }

    fn window_at(&self, customer: &Customer, key: &str, instant: i64) -> Option<(i64, i64)> {
        let feature = &self.features[key];
        let granting = self.active(customer, key).into_iter().filter(|(access, _, _)| access.is_some());
        let mut items: Vec<&Item> = granting.filter_map(|(_, _, item)| item).collect();
        items.sort_by_key(|item| (item.started, item.subscription.clone()));
        let own = match items.first() {
            Some(item) => item.started,
            None => customer.usage_started.unwrap_or(customer.created),
        };
        calendar::window(feature.interval, feature.anchor, own, instant)
    }

    pub(super) fn window(&self, customer: &Customer, key: &str) -> Option<(i64, i64)> {
        self.window_at(customer, key, self.now)
    }

    /// The sum of the events of the open window.
    fn total(&self, customer: &Customer, key: &str) -> Milli {
        let window = self.window(customer, key);
        let counts = |event: &&Event| event.feature == key && within(event.occurred, window);
        customer.events.iter().filter(counts).map(|event| event.amount).sum()
    }

    /// Every entry of a customer.
    pub(super) fn evaluate(&self, customer: &str) -> BTreeMap<String, Entry> {
        let customer = &self.customers[customer];
        let live = self.features.iter().filter(|(_, feature)| !feature.is_archived);
        live.map(|(key, feature)| {
            let limit = self.limit(customer, key);
            let usage = feature.is_tracked.then(|| {
                let (bonus_remaining, bonus_used) = customer.bonus_totals(key, self.now);
                let (total, window) = (self.total(customer, key), self.window(customer, key));
                Usage { total, bonus_remaining, bonus_used, window }
            });
            let remaining = usage.and_then(|usage| remaining(limit, usage.total));
            let left = usage.and_then(|usage| Some(remaining? + usage.bonus_remaining));
            let reached = left.is_some_and(|left| left <= 0);
            (key.clone(), Entry { limit, usage, remaining, has_reached_limit: reached })
        })
        .collect()
    }

    fn writable(&self, key: &str) -> Result<&Feature, No> {
        let feature = self.features.get(key).ok_or_else(|| No::NoFeature { key: key.to_owned() })?;
        if feature.is_archived { Err(No::FeatureArchived) } else { Ok(feature) }
    }

    fn existing(&self, customer: &str) -> Result<&Customer, No> {
        self.customers.get(customer).ok_or_else(|| No::NoCustomer { id: customer.into() })
    }

    fn stands(&self, customer: &str, feature: &str) -> Left {
        let customer = &self.customers[customer];
        let (left, _) = customer.bonus_totals(feature, self.now);
        let total = quantity(self.total(customer, feature));
        Left { total, limit: self.limit(customer, feature), bonus_remaining: quantity(left) }
    }
}

fn limit_of(access: Option<Access>) -> Limit {
    match access {
        None => Limit::NoAccess,
        Some(Access::On) => Limit::Bounded(Quantity::ZERO),
        Some(Access::Of(limit)) => Limit::Bounded(quantity(limit)),
        Some(Access::Unlimited) => Limit::Unlimited,
    }
}

fn within(instant: i64, window: Option<(i64, i64)>) -> bool {
    window.is_none_or(|(start, end)| start <= instant && instant < end)
}

/// The number of a limit; nothing without bound.
fn number(limit: Limit) -> Option<Milli> {
    match limit {
        Limit::NoAccess => Some(0),
        Limit::Bounded(limit) => Some(milli(limit)),
        Limit::Unlimited => None,
    }
}

fn remaining(limit: Limit, total: Milli) -> Option<Milli> {
    Some((number(limit)? - total.max(0)).max(0))
}
