//! A world to tell histories of access in: an engine, a clock that is moved by hand, and verbs.

use crate::ask::{Gives, assign, at, bonus, consume, custom_product, define, limit, overrule, set, track};
use crate::engine::{Engine, Seat, random, seat};
use std::fmt::Debug;
use std::sync::Arc;
use tollgate_domain::access::{self, AnchorSource, Entry, Explained};
use tollgate_domain::account::Account;
use tollgate_domain::bonus::{Bonus, CreateBonus};
use tollgate_domain::catalog::Catalog;
use tollgate_domain::command::{Command, Stop};
use tollgate_domain::custom_product::{CreateCustomProduct, CustomProduct};
use tollgate_domain::customer::EnsureCustomer;
use tollgate_domain::customer::Subscribed;
use tollgate_domain::facts::Facts;
use tollgate_domain::feature::{CreateFeature, Feature, FeatureKind};
use tollgate_domain::id::{CustomerId, UsageEventId};
use tollgate_domain::overrule::Override;
use tollgate_domain::product::{CreateProduct, NewProduct, Product};
use tollgate_domain::quantity::Quantity;
use tollgate_domain::record::{Noun, Record};
use tollgate_domain::refusal::{AccessRefusal, Refusal};
use tollgate_domain::time::Timestamp;
use tollgate_domain::usage::{self, Consumed, Track, Tracked, UsageEvent, UsageSet};
use tollgate_domain::window::{ResetAnchor, ResetInterval, Window};

/// One thing that was done, so that it can be done again elsewhere.
pub(crate) enum Deed {
    /// A command, at an instant.
    Command { now: Timestamp, seat: Box<dyn Seat>, shown: String },
    /// What a customer has by subscriptions became this.
    Subscribed(CustomerId, Vec<Subscribed>),
}

pub(crate) struct World {
    pub(crate) engine: Engine,
    pub(crate) now: Timestamp,
    seed: u64,
    seeds: Box<dyn FnMut() -> u64>,
    /// Everything done so far, where it is kept.
    pub(crate) diary: Option<Vec<Deed>>,
}

/// What one entry says, and where its window lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) has_access: bool,
    pub(crate) limit: Option<Quantity>,
    pub(crate) is_unlimited: bool,
    pub(crate) usage: Option<SeenUsage>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SeenUsage {
    pub(crate) used: Quantity,
    pub(crate) remaining: Option<Quantity>,
    pub(crate) bonus_remaining: Quantity,
    pub(crate) bonus_used: Quantity,
    pub(crate) has_reached_limit: bool,
    pub(crate) window: Window,
}

impl From<&Entry> for Seen {
    fn from(entry: &Entry) -> Self {
        let usage = entry.usage.map(|usage| SeenUsage {
            used: usage.total.floor_zero(),
            remaining: entry.remaining(),
            bonus_remaining: usage.bonus.remaining,
            bonus_used: usage.bonus.burnt,
            has_reached_limit: entry.has_reached_limit(),
            window: usage.window,
        });
        let limit = entry.limit;
        Self {
            has_access: limit.has_access(),
            limit: limit.number(),
            is_unlimited: limit == access::Limit::Unlimited,
            usage,
        }
    }
}

impl World {
    /// On 1 January 2026 nothing is there.
    pub(crate) fn new() -> Self {
        Self { engine: Engine::default(), now: at("2026-01-01"), seed: 0, seeds: Box::new(random(7)), diary: None }
    }

    /// The same, and whatever happens is kept.
    pub(crate) fn with_diary() -> Self {
        Self { diary: Some(Vec::new()), ..Self::new() }
    }

    /// Moves the clock.
    pub(crate) fn go_to(&mut self, instant: &str) {
        self.now = at(instant);
    }

    pub(crate) fn wait_millis(&mut self, millis: i64) {
        self.now = Timestamp::from_millis(self.now.millis() + millis);
    }

    /// The bits that the last command drew begin with this seed.
    pub(crate) fn run<C: Command + Clone>(&mut self, command: &C) -> Result<C::Reply, Refusal>
    where
        C::Reply: Debug,
    {
        self.seed = (self.seeds)();
        let reply = self.engine.run(command, self.now, self.seed);
        if let Some(diary) = &mut self.diary {
            let seat = seat(command.clone(), self.seed);
            diary.push(Deed::Command { now: self.now, seat, shown: format!("{reply:?}") });
        }
        reply
    }

    /// Runs a command that is to go through.
    pub(crate) fn ok<C: Command + Clone>(&mut self, command: &C) -> C::Reply
    where
        C::Reply: Debug,
    {
        self.run(command).unwrap()
    }

    /// Runs a command that is to be refused, and sees that it changed nothing.
    pub(crate) fn refused<C: Command + Clone>(&mut self, command: &C) -> AccessRefusal
    where
        C::Reply: Debug,
    {
        let before = self.engine.rows().clone();
        let refusal = self.run(command).expect_err("it is refused");
        assert_eq!(*self.engine.rows(), before, "a refusal changes nothing");
        match refusal {
            Refusal::Access(refusal) => refusal,
            other => panic!("{other:?}"),
        }
    }

    // What is sold.

    /// A limit whose usage is counted here.
    pub(crate) fn tracked(&mut self, key: &str, interval: ResetInterval, anchor: ResetAnchor) -> Arc<Feature> {
        self.ok(&CreateFeature { tracks_usage: true, interval, anchor, ..limit(key) })
    }

    /// `credits`, which start from zero at the beginning of each month.
    pub(crate) fn monthly_credits(&mut self) {
        self.tracked("credits", ResetInterval::Month, ResetAnchor::Calendar);
    }

    /// A limit that the integrator counts by itself.
    pub(crate) fn untracked(&mut self, key: &str) {
        self.ok(&limit(key));
    }

    pub(crate) fn boolean(&mut self, key: &str) {
        self.ok(&CreateFeature { kind: FeatureKind::Boolean, ..limit(key) });
    }

    /// A custom product whose key is its name.
    pub(crate) fn product(&mut self, key: &str, gives: &[(&str, Gives)]) -> Arc<CustomProduct> {
        self.ok(&custom_product(key, gives))
    }

    pub(crate) fn default_product(&mut self, key: &str, gives: &[(&str, Gives)]) -> Arc<CustomProduct> {
        self.ok(&CreateCustomProduct { is_default: true, ..custom_product(key, gives) })
    }

    /// A Stripe product; its key is made from its name.
    pub(crate) fn stripe_product(&mut self, name: &str, gives: &[(&str, Gives)]) -> Arc<Product> {
        let new = NewProduct { name: name.to_owned(), ..NewProduct::default() };
        let product = self.ok(&CreateProduct { product: new, default_price: None });
        self.ok(&define(&product.key, gives));
        product
    }

    // Who has it.

    pub(crate) fn customer(&mut self, id: &str) {
        self.ok(&EnsureCustomer { id: id.into() });
    }

    /// Assigns these custom products and no others; makes the customer where it is not there.
    pub(crate) fn assign(&mut self, customer: &str, keys: &[&str]) {
        self.ok(&assign(customer, keys));
    }

    /// The customer has a Stripe product at version 1 by one more subscription item.
    pub(crate) fn subscribe(&mut self, customer: &str, product: &Product, quantity: u64, started: &str) {
        let id = CustomerId::from(customer);
        let mut subscribed = self.engine.account(&id).expect("the customer is there").customer.subscribed.clone();
        subscribed.push(Subscribed {
            subscription: format!("sub_{}", subscribed.len() + 1).into(),
            product: product.id.clone(),
            version: 1,
            quantity,
            started: at(started),
            anchor: at(started),
        });
        self.set_subscribed(&id, subscribed);
    }

    pub(crate) fn unsubscribe(&mut self, customer: &str) {
        self.set_subscribed(&customer.into(), Vec::new());
    }

    pub(crate) fn set_subscribed(&mut self, id: &CustomerId, subscribed: Vec<Subscribed>) {
        self.engine.subscribe(id, subscribed.clone());
        if let Some(diary) = &mut self.diary {
            diary.push(Deed::Subscribed(id.clone(), subscribed));
        }
    }

    pub(crate) fn override_access(&mut self, customer: &str, feature: &str, gives: Gives) -> Arc<Override> {
        self.ok(&overrule(customer, feature, gives)).0
    }

    pub(crate) fn grant_bonus(&mut self, customer: &str, feature: &str, amount: i64) -> Arc<Bonus> {
        self.ok(&bonus(customer, feature, amount)).0
    }

    pub(crate) fn grant_bonus_until(&mut self, customer: &str, feature: &str, amount: i64, end: &str) -> Arc<Bonus> {
        self.ok(&CreateBonus { expires: Some(at(end)), ..bonus(customer, feature, amount) }).0
    }

    // What is used.

    /// Records usage; says what the raw total of the open window is then.
    pub(crate) fn track(&mut self, customer: &str, feature: &str, amount: i64) -> Quantity {
        match self.ok(&track(customer, feature, amount)) {
            Tracked::Applied { total, .. } => total,
            other => panic!("{other:?}"),
        }
    }

    /// Records usage at an instant; says under which id.
    pub(crate) fn track_at(&mut self, customer: &str, feature: &str, amount: i64, when: &str) -> UsageEventId {
        match self.ok(&Track { occurred: Some(at(when)), ..track(customer, feature, amount) }) {
            Tracked::Applied { event, .. } => event,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn set(&mut self, customer: &str, feature: &str, used: i64) -> UsageSet {
        self.ok(&set(customer, feature, used))
    }

    /// Whether an amount was allowed.
    pub(crate) fn consume(&mut self, customer: &str, feature: &str, amount: i64) -> bool {
        matches!(self.ok(&consume(customer, feature, amount)), Consumed::Accepted { .. })
    }

    // What is seen.

    pub(crate) fn account(&self, customer: &str) -> Option<Arc<Account>> {
        self.engine.account(&customer.into())
    }

    pub(crate) fn catalog(&self) -> &Catalog {
        self.engine.catalog()
    }

    /// Every entry of a customer.
    pub(crate) fn entries(&self, customer: &str) -> Vec<Entry> {
        self.entries_at(customer, self.now)
    }

    /// Every entry of a customer at some instant, with what is on file now.
    pub(crate) fn entries_at(&self, customer: &str, now: Timestamp) -> Vec<Entry> {
        let account = self.account(customer).expect("the customer is there");
        let mut facts = Facts::default();
        loop {
            match access::evaluate(&account, self.catalog(), &facts, now) {
                Ok(entries) => return entries,
                Err(Stop::Need(reads)) => self.engine.load(&reads, &mut facts),
                Err(Stop::Refused(refusal)) => panic!("{refusal:?}"),
            }
        }
    }

    /// The entry of one feature.
    pub(crate) fn see(&self, customer: &str, feature: &str) -> Seen {
        let entries = self.entries(customer);
        Seen::from(entries.iter().find(|entry| entry.feature.key == feature).expect("there is an entry for it"))
    }

    pub(crate) fn usage(&self, customer: &str, feature: &str) -> SeenUsage {
        self.see(customer, feature).usage.expect("usage is counted here")
    }

    /// What is used, and what is left of the limit and of bonuses.
    pub(crate) fn used_and_left(&self, customer: &str, feature: &str) -> (Quantity, Option<Quantity>, Quantity) {
        let usage = self.usage(customer, feature);
        (usage.used, usage.remaining, usage.bonus_remaining)
    }

    pub(crate) fn window(&self, customer: &str, feature: &str) -> Window {
        self.usage(customer, feature).window
    }

    /// Why the window of a feature begins where it does.
    pub(crate) fn anchor(&self, customer: &str, feature: &str) -> AnchorSource {
        self.explained(customer, feature, |explained| explained.window.expect("usage is counted here").source)
    }

    pub(crate) fn explained<T>(&self, customer: &str, feature: &str, look: impl Fn(Explained<'_>) -> T) -> T {
        let account = self.account(customer).expect("the customer is there");
        let feature = self.catalog().feature_by_key(feature).expect("the feature is there");
        look(access::explain(&account, feature, self.catalog(), self.now))
    }

    /// What bonuses have left, in the order in which they were granted, expired or not.
    pub(crate) fn left_of_bonuses(&self, customer: &str) -> Vec<Quantity> {
        let account = self.account(customer).expect("the customer is there");
        account.bonuses.iter().map(|bonus| bonus.remaining()).collect()
    }

    /// Every event of a customer and feature, in no order.
    pub(crate) fn events(&self, customer: &str, feature: &str) -> Vec<Arc<UsageEvent>> {
        let feature = self.catalog().feature_by_key(feature).expect("the feature is there");
        self.engine.usage(&usage::subject(&feature.id, &customer.into()), Window::ALWAYS)
    }

    pub(crate) fn event(&self, id: &UsageEventId) -> Option<Arc<UsageEvent>> {
        match self.engine.row(Noun::UsageEvent, id.as_str()) {
            Some(Record::UsageEvent(event)) => Some(event.clone()),
            _ => None,
        }
    }
}
