//! A history in two worlds at once: the domain over the smallest engine, and the reference model. After every step both are
//! asked everything.

mod bonus;
mod customer;
mod product;
mod usage;

use super::model::{self, Feature, Model, milli};
use super::op::{CUSTOMERS, Dice, FEATURES, Op, PRODUCTS, STRIPE, When};
use crate::ask::{custom_product, limit};
use crate::world::World;
use std::fmt::Debug;
use tollgate_domain::access::{self, Limit};
use tollgate_domain::command::Command;
use tollgate_domain::custom_product::CreateCustomProduct;
use tollgate_domain::feature::{CreateFeature, FeatureKind};
use tollgate_domain::id::{BonusId, OverrideId, ProductId, UsageEventId};
use tollgate_domain::patch::Patch;
use tollgate_domain::quantity::Quantity;
use tollgate_domain::refusal::{AccessRefusal, Refusal};
use tollgate_domain::time::Timestamp;
use tollgate_domain::usage::subject;
use tollgate_domain::window::{ResetAnchor, ResetInterval, Window};

/// What went apart.
pub(super) type Difference = String;

pub(super) struct History {
    pub(super) world: World,
    model: Model,
    stripe: Vec<ProductId>,
    items: usize,
    events: Vec<UsageEventId>,
    bonuses: Vec<BonusId>,
    overrides: Vec<OverrideId>,
}

fn same<T: PartialEq + Debug>(what: &str, got: &T, wanted: &T) -> Result<(), Difference> {
    if got == wanted { Ok(()) } else { Err(format!("{what}\n     got {got:?}\n  wanted {wanted:?}")) }
}

fn refusal<T>(reply: Result<T, Refusal>) -> Result<T, AccessRefusal> {
    reply.map_err(|refusal| match refusal {
        Refusal::Access(refusal) => refusal,
        other => panic!("{other:?}"),
    })
}

/// One that was there once, or one that never was.
fn pick<I: Clone + From<String>>(ids: &[I], nth: usize) -> I {
    match ids {
        [] => format!("00000000-0000-7000-8000-{nth:012}").into(),
        // The younger half, most often.
        _ if !nth.is_multiple_of(3) => ids[ids.len() - 1 - (nth / 3) % ids.len().div_ceil(2)].clone(),
        _ => ids[nth % ids.len()].clone(),
    }
}

fn key(feature: usize) -> String {
    FEATURES.get(feature).map_or_else(|| "nothing".to_owned(), |key| (*key).to_owned())
}

impl History {
    /// In a new world, features, products and what they grant, drawn from a seed.
    pub(super) fn new(mut world: World, seed: u64) -> Self {
        let (mut dice, mut model) = (Dice::new(seed), Model::default());
        for feature in FEATURES {
            let kind = if feature == "flag" { FeatureKind::Boolean } else { FeatureKind::Limit };
            let is_tracked = feature.starts_with('t');
            let (interval, anchor) = (dice.of(&ResetInterval::ALL), dice.of(&ResetAnchor::ALL));
            let (interval, anchor) =
                if is_tracked { (interval, anchor) } else { (ResetInterval::Never, ResetAnchor::Calendar) };
            world.ok(&CreateFeature { kind, tracks_usage: is_tracked, interval, anchor, ..limit(feature) });
            model
                .features
                .insert(feature.to_owned(), Feature { kind, is_tracked, interval, anchor, is_archived: false });
        }
        let mut stripe = Vec::new();
        for (place, product) in PRODUCTS.iter().enumerate() {
            let is_stripe = STRIPE.contains(&place);
            let is_default = place == 0 && dice.percent(70);
            if is_stripe {
                stripe.push(world.stripe_product(product, &[]).id.clone());
            } else {
                world.ok(&CreateCustomProduct { is_default, ..custom_product(product, &[]) });
            }
            let product_of_model =
                model::Product { is_stripe, is_default, versions: vec![[].into()], ..model::Product::default() };
            model.products.insert((*product).to_owned(), product_of_model);
        }
        let mut history =
            Self { world, model, stripe, items: 0, events: Vec::new(), bonuses: Vec::new(), overrides: Vec::new() };
        for product in 0..PRODUCTS.len() {
            let entries = dice.entries();
            // What does not fit its feature is refused by both.
            history.step(&Op::Define { product, entries, version: None, new_version: false }).unwrap();
        }
        history
    }

    /// Takes a step in both worlds; says where they go apart.
    pub(super) fn step(&mut self, op: &Op) -> Result<(), Difference> {
        self.model.now = self.world.now.millis();
        self.take(op)?;
        self.model.now = self.world.now.millis();
        self.compare()?;
        self.check_conservation()
    }

    fn run<C: Command + Clone>(&mut self, command: &C) -> Result<C::Reply, AccessRefusal>
    where
        C::Reply: Debug,
    {
        refusal(self.world.run(command))
    }

    fn instant(&self, when: When, customer: usize, feature: usize) -> Timestamp {
        let now = self.world.now.millis();
        Timestamp::from_millis(match when {
            When::After(span) => now + span,
            When::At(instant) => instant,
            When::BesideStart(beside) => {
                let customer = self.model.customers.get(CUSTOMERS[customer]);
                let feature = FEATURES.get(feature).filter(|feature| feature.starts_with('t'));
                let window = customer.zip(feature).and_then(|(customer, key)| self.model.window(customer, key));
                window.map_or(now, |(start, _)| start) + beside
            }
        })
    }

    fn patched(&self, when: &Patch<When>) -> Patch<Timestamp> {
        match when {
            Patch::Keep => Patch::Keep,
            Patch::Clear => Patch::Clear,
            Patch::Set(when) => Patch::Set(self.instant(*when, 0, 0)),
        }
    }

    fn later(&self, when: Option<When>) -> Option<Timestamp> {
        when.map(|when| self.instant(when, 0, 0))
    }

    fn take(&mut self, op: &Op) -> Result<(), Difference> {
        match op {
            Op::Wait(millis) => {
                self.world.wait_millis(*millis);
                Ok(())
            }
            Op::WaitForEnd { customer, feature, beside } => {
                let customer = self.model.customers.get(CUSTOMERS[*customer]);
                let window = customer.and_then(|customer| self.model.window(customer, FEATURES[*feature]));
                if let Some((start, end)) = window
                    && end - start < 40 * super::calendar::DAY
                {
                    self.world.now = Timestamp::from_millis(end + beside);
                }
                Ok(())
            }
            Op::Track(_)
            | Op::Batch(_)
            | Op::Consume(_)
            | Op::Set(_)
            | Op::Edit { .. }
            | Op::Delete { .. }
            | Op::Sweep { .. } => self.take_usage(op),
            Op::Grant { .. } | Op::Regrant { .. } | Op::Revoke { .. } => self.take_bonus(op),
            Op::Override { .. } | Op::Amend { .. } | Op::Lift { .. } => self.take_override(op),
            Op::Write { .. }
            | Op::Ensure { .. }
            | Op::Forget { .. }
            | Op::Link { .. }
            | Op::Subscribe { .. }
            | Op::Unsubscribe { .. } => self.take_customer(op),
            Op::Archive { .. }
            | Op::Define { .. }
            | Op::Product { .. }
            | Op::Attach { .. }
            | Op::Detach { .. }
            | Op::Migrate { .. } => self.take_catalog(op),
        }
    }

    /// Every entry of every customer.
    fn compare(&self) -> Result<(), Difference> {
        let got: Vec<String> = self.world.engine.customers().map(|id| id.to_string()).collect();
        let wanted: Vec<String> = self.model.customers.keys().cloned().collect();
        same("the customers", &got, &wanted)?;
        for customer in wanted {
            let entries = self.world.entries(&customer);
            let got: Vec<_> = entries
                .iter()
                .map(|entry| {
                    let usage = entry.usage.map(|usage| {
                        let window = usage.window.start.zip(usage.window.end);
                        let window = window.map(|(start, end)| (start.millis(), end.millis()));
                        model::Usage {
                            total: milli(usage.total),
                            bonus_remaining: milli(usage.bonus.remaining),
                            bonus_used: milli(usage.bonus.burnt),
                            window,
                        }
                    });
                    let of_model = model::Entry {
                        limit: entry.limit,
                        usage,
                        remaining: entry.remaining().map(milli),
                        has_reached_limit: entry.has_reached_limit(),
                    };
                    (entry.feature.key.clone(), of_model)
                })
                .collect();
            let wanted: Vec<_> = self.model.evaluate(&customer).into_iter().collect();
            for (got, wanted) in got.iter().zip(&wanted) {
                same(&format!("the entry of {customer}"), got, wanted)?;
            }
            same("the number of entries", &got.len(), &wanted.len())?;
        }
        Ok(())
    }

    /// What holds whatever the rules are.
    fn check_conservation(&self) -> Result<(), Difference> {
        for id in self.world.engine.customers() {
            let account = self.world.account(id.as_str()).unwrap();
            for bonus in &account.bonuses {
                let burnt: Quantity = bonus.burns.iter().map(|burn| burn.amount).sum();
                same("the amount of a bonus", &bonus.remaining().plus(burnt), &bonus.amount)?;
                if bonus.remaining().is_negative() || bonus.burns.iter().any(|burn| !burn.amount.is_positive()) {
                    return Err(format!("a bonus with impossible burns: {bonus:?}"));
                }
            }
            for counter in account.counters.iter().flat_map(|counters| &counters.by_feature) {
                let (feature, counter) = counter;
                let events = self.world.engine.usage(&subject(feature, &id), Window::ALWAYS);
                let counts = events.iter().filter(|event| counter.window.contains(event.occurred));
                let sum: Quantity = counts.map(|event| event.amount).sum();
                same("the total of a counter", &counter.total, &sum)?;
                if events.iter().any(|event| event.occurred > counter.latest) {
                    return Err("an event lies later than the latest".to_owned());
                }
            }
            let entries = self.world.entries(id.as_str());
            if entries.iter().any(|entry| entry.limit == Limit::Unlimited && entry.has_reached_limit()) {
                return Err("what has no limit is reached".to_owned());
            }
            // As long as an answer is said to stay, it does: at both ends, where it is likeliest not to.
            let stays = access::stays(&account, &entries, self.world.now);
            let last = stays.end.map(|end| Timestamp::from_millis(end.millis() - 1));
            for instant in stays.start.into_iter().chain(last) {
                same("the entries at an end of their time", &self.world.entries_at(id.as_str(), instant), &entries)?;
            }
        }
        Ok(())
    }
}
