//! Random lives of a subscription, held against the model.

use super::model::{Cancel, Every, Model, TICK, Terms, Until, Ware};
use super::shop::{Shop, cancel, change, new_item, new_price, recurring, update, with_items};
use crate::catalog::{cents, usd};
use proptest::prelude::*;
use std::sync::Arc;
use tollgate_domain::id::SubscriptionId;
use tollgate_domain::patch::Patch;
use tollgate_domain::price::{Charge, Interval, NewPrice, Price};
use tollgate_domain::subscription::{
    AnchorChoice, CancelChoice, Collection, CreateSubscription, ItemChange, MissingPayment, Pause, PauseBehavior,
    Payments, Period, ResumeSubscription, Subscription, SubscriptionPatch, TrialChoice, TrialEnd,
};
use tollgate_domain::time::Timestamp;

/// What can be subscribed to, and for how many cents. The first and the last are billed alike.
const PRICES: [(Interval, u32, Every, i64); 7] = [
    (Interval::Month, 1, Every::Months(1), 500),
    (Interval::Day, 10, Every::Days(10), 1),
    (Interval::Week, 2, Every::Days(14), 0),
    (Interval::Month, 3, Every::Months(3), 500),
    (Interval::Year, 1, Every::Months(12), 500),
    (Interval::Month, 1, Every::Months(1), 0),
    (Interval::Month, 1, Every::Months(1), 500),
];

fn ware(place: usize) -> Ware {
    let (_, _, every, cents) = PRICES[place];
    (place, every, cents > 0)
}

/// One thing that happens. Instants are ticks from the present; below one they are over.
#[derive(Debug, Clone)]
enum Op {
    /// Time passes; what is due happens by itself, or is left to whoever comes next.
    Pass {
        ticks: u32,
        by_itself: bool,
    },
    CancelNow,
    CancelBy(CancelAt),
    KeepOn,
    Pause(Option<i64>),
    Collect,
    ResetAnchor,
    EndTrial,
    TryUntil(i64),
    Quantity {
        nth: usize,
        quantity: u64,
    },
    Add(usize),
    Remove(usize),
    GoOver {
        nth: usize,
        price: usize,
    },
    /// The server is set otherwise.
    Payments(Payments),
    Collection(Collection),
    MissingPayment(MissingPayment),
    Resume {
        anew: bool,
    },
}

#[derive(Debug, Clone, Copy)]
enum CancelAt {
    PeriodEnd,
    Last,
    First,
    At(i64),
}

#[derive(Debug, Clone)]
struct Start {
    /// Ticks after 1 January 2026.
    begins: u32,
    prices: Vec<usize>,
    trial: Option<i64>,
    anchor: Option<i64>,
    cancel: Option<CancelAt>,
    payments: Payments,
    collection: Collection,
    missing_payment: MissingPayment,
    waits: bool,
}

fn ticks_ahead() -> impl Strategy<Value = i64> {
    prop_oneof![8 => 1..160i64, 1 => 1..3000i64, 1 => -4..=0i64]
}

fn cancel_at() -> impl Strategy<Value = CancelAt> {
    prop_oneof![
        Just(CancelAt::PeriodEnd),
        Just(CancelAt::Last),
        Just(CancelAt::First),
        ticks_ahead().prop_map(CancelAt::At)
    ]
}

fn start() -> impl Strategy<Value = Start> {
    let prices = proptest::sample::subsequence((0..PRICES.len()).collect::<Vec<_>>(), 1..4).prop_shuffle();
    let rarely = |strategy: BoxedStrategy<i64>| proptest::option::weighted(0.4, strategy);
    let (trial, anchor) = (rarely(ticks_ahead().boxed()), rarely(ticks_ahead().boxed()));
    let cancel = proptest::option::weighted(0.2, cancel_at());
    let terms = (payments(), collection(), missing_payment(), proptest::bool::weighted(0.7));
    (0..1500u32, prices, trial, anchor, cancel, terms).prop_map(|(begins, prices, trial, anchor, cancel, terms)| {
        let (payments, collection, missing_payment, waits) = terms;
        Start { begins, prices, trial, anchor, cancel, payments, collection, missing_payment, waits }
    })
}

fn payments() -> impl Strategy<Value = Payments> {
    proptest::sample::select(Payments::ALL)
}

fn collection() -> impl Strategy<Value = Collection> {
    prop_oneof![4 => Just(Collection::ChargeAutomatically), 1 => Just(Collection::SendInvoice)]
}

fn missing_payment() -> impl Strategy<Value = MissingPayment> {
    prop_oneof![
        1 => Just(MissingPayment::Cancel), 1 => Just(MissingPayment::CreateInvoice), 3 => Just(MissingPayment::Pause),
    ]
}

/// Days until an invoice that is sent is due.
fn days_until_due(collection: Collection) -> Option<u32> {
    (collection == Collection::SendInvoice).then_some(30)
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        8 => (prop_oneof![0..60u32, 0..1500u32], any::<bool>())
            .prop_map(|(ticks, by_itself)| Op::Pass { ticks, by_itself }),
        1 => prop_oneof![9 => Just(Op::KeepOn), 1 => Just(Op::CancelNow)],
        2 => cancel_at().prop_map(Op::CancelBy),
        2 => Just(Op::KeepOn),
        1 => proptest::option::of(ticks_ahead()).prop_map(Op::Pause),
        1 => Just(Op::Collect),
        1 => Just(Op::ResetAnchor),
        1 => Just(Op::EndTrial),
        2 => ticks_ahead().prop_map(Op::TryUntil),
        1 => (0..4usize, 0..5u64).prop_map(|(nth, quantity)| Op::Quantity { nth, quantity }),
        2 => (0..PRICES.len()).prop_map(Op::Add),
        2 => (0..4usize).prop_map(Op::Remove),
        3 => (0..4usize, 0..PRICES.len()).prop_map(|(nth, price)| Op::GoOver { nth, price }),
        2 => payments().prop_map(Op::Payments),
        1 => collection().prop_map(Op::Collection),
        1 => missing_payment().prop_map(Op::MissingPayment),
        2 => any::<bool>().prop_map(|anew| Op::Resume { anew }),
    ]
}

fn instant(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

impl CancelAt {
    fn asked(self, now: i64) -> (Cancel, CancelChoice) {
        match self {
            Self::PeriodEnd => (Cancel::PeriodEnd, CancelChoice::AtPeriodEnd),
            Self::Last => (Cancel::Last, CancelChoice::LastPeriodEnd),
            Self::First => (Cancel::First, CancelChoice::FirstPeriodEnd),
            Self::At(ticks) => (Cancel::At(now + ticks * TICK), CancelChoice::At(instant(now + ticks * TICK))),
        }
    }
}

struct History {
    shop: Shop,
    prices: Vec<Arc<Price>>,
    id: SubscriptionId,
    model: Model,
}

impl History {
    /// Nothing where a subscription cannot begin so, of which both are of one mind.
    fn begin(start: &Start) -> Option<Self> {
        let mut shop = Shop::new();
        shop.world.wait_millis(i64::from(start.begins) * TICK);
        let (basic, pro) = (shop.basic.clone(), shop.pro.clone());
        let prices = PRICES.iter().enumerate().map(|(place, (interval, count, _, minor))| {
            let product = if place % 2 == 0 { &basic } else { &pro };
            let charge = Charge::PerUnit(cents(*minor));
            shop.make_price(product, NewPrice { charge, recurring: recurring(*interval, *count), ..new_price(usd()) })
        });
        let prices: Vec<_> = prices.collect();
        shop.world.engine.payments = start.payments;
        let now = shop.world.now.millis();
        let later = |ticks: i64| now + ticks * TICK;
        let (trial, anchor) = (start.trial.map(later), start.anchor.map(later));
        let cancel = start.cancel.map(|cancel| cancel.asked(now));
        let wanted: Vec<_> = start.prices.iter().map(|place| &*prices[*place]).collect();
        let command = CreateSubscription {
            trial: trial.map(|end| TrialChoice::Until(instant(end))),
            anchor: anchor.map(|anchor| AnchorChoice::At(instant(anchor))),
            cancel: cancel.map(|(_, choice)| choice),
            collection: start.collection,
            days_until_due: days_until_due(start.collection),
            missing_payment: start.missing_payment,
            default_incomplete: start.waits,
            ..shop.to(&wanted)
        };
        let wares: Vec<_> = start.prices.iter().map(|place| ware(*place)).collect();
        let terms = Terms {
            pays: start.payments == Payments::Assumed,
            sends: start.collection == Collection::SendInvoice,
            at_trial_end: start.missing_payment.as_str(),
            waits: start.waits,
        };
        let Some(model) = Model::new(now, terms, &wares, trial, anchor, cancel.map(|(cancel, _)| cancel)) else {
            shop.refused(&command);
            return None;
        };
        let id = shop.ok(&command).id.clone();
        let history = Self { shop, prices, id, model };
        history.compare();
        Some(history)
    }

    fn run(&mut self, op: &Op) {
        if let Op::Pass { ticks, by_itself } = op {
            self.model.pass(*ticks);
            if *by_itself {
                self.shop.pass_to(instant(self.model.now));
                self.compare();
            } else {
                self.shop.world.now = instant(self.model.now);
            }
            return;
        }
        if let Op::Payments(payments) = op {
            self.set(*payments);
            return;
        }
        let is_ok = self.change(op);
        if is_ok {
            self.compare();
        }
    }

    /// The server is started anew, and set so. What is due by then was made as it was set before.
    fn set(&mut self, payments: Payments) {
        self.shop.pass_to(instant(self.model.now));
        self.shop.world.engine.payments = payments;
        self.model.terms.pays = payments == Payments::Assumed;
    }

    /// Does it on both sides; says whether it went through.
    fn change(&mut self, op: &Op) -> bool {
        let (now, plain) = (self.model.now, SubscriptionPatch::default());
        let later = |ticks: i64| now + ticks * TICK;
        let (expected, patch) = match op {
            Op::Pass { .. } | Op::Payments(_) => unreachable!("it is no change of a subscription"),
            Op::CancelNow => {
                let expected = self.model.cancel_now();
                let command = cancel(&self.id);
                return self.agree(expected, |shop| shop.world.run(&command).map(drop).map_err(drop));
            }
            Op::CancelBy(at) => {
                let (cancel, choice) = at.asked(now);
                (self.model.cancel_by(cancel), SubscriptionPatch { cancel: Patch::Set(choice), ..plain })
            }
            Op::KeepOn => (self.model.keep_on(), SubscriptionPatch { cancel: Patch::Clear, ..plain }),
            Op::Pause(until) => {
                let until = until.map(later);
                let pause = Pause { behavior: PauseBehavior::Void, resumes: until.map(instant) };
                (self.model.pause(until), SubscriptionPatch { pause: Patch::Set(pause), ..plain })
            }
            Op::Collect => (self.model.collect(), SubscriptionPatch { pause: Patch::Clear, ..plain }),
            Op::ResetAnchor => (self.model.reset_anchor(), SubscriptionPatch { reset_anchor: true, ..plain }),
            Op::EndTrial => (self.model.end_trial(), SubscriptionPatch { trial: Some(TrialEnd::Now), ..plain }),
            Op::TryUntil(ticks) => {
                let end = later(*ticks);
                let patch = SubscriptionPatch { trial: Some(TrialEnd::At(instant(end))), ..plain };
                (self.model.try_until(end), patch)
            }
            Op::Quantity { nth, quantity } => {
                let patch = with_items(vec![change(&self.item(*nth), None, Some(*quantity))]);
                (self.model.set_quantity(*nth, *quantity), patch)
            }
            Op::Add(price) => {
                let patch = with_items(vec![ItemChange::Add(new_item(&self.prices[*price].id))]);
                (self.model.add(ware(*price)), patch)
            }
            Op::Remove(nth) => {
                let patch = with_items(vec![ItemChange::Remove { id: self.item(*nth).id }]);
                (self.model.remove(*nth), patch)
            }
            Op::GoOver { nth, price } => {
                let patch = with_items(vec![change(&self.item(*nth), Some(&self.prices[*price]), None)]);
                (self.model.go_over(*nth, ware(*price)), patch)
            }
            Op::Collection(collection) => {
                let terms = Terms { sends: *collection == Collection::SendInvoice, ..self.model.terms };
                let (collection, days_until_due) = (Some(*collection), days_until_due(*collection));
                (self.model.agree_to(terms), SubscriptionPatch { collection, days_until_due, ..plain })
            }
            Op::MissingPayment(missing_payment) => {
                let terms = Terms { at_trial_end: missing_payment.as_str(), ..self.model.terms };
                let missing_payment = Some(*missing_payment);
                (self.model.agree_to(terms), SubscriptionPatch { missing_payment, ..plain })
            }
            Op::Resume { anew } => {
                let expected = self.model.resume(*anew);
                let command = ResumeSubscription { id: self.id.clone(), reset_anchor: *anew };
                return self.agree(expected, |shop| shop.world.run(&command).map(drop).map_err(drop));
            }
        };
        let command = update(&self.id, patch);
        self.agree(expected, |shop| shop.world.run(&command).map(drop).map_err(drop))
    }

    fn item(&self, nth: usize) -> tollgate_domain::subscription::Item {
        let items = &self.shop.see(&self.id).items;
        items[nth % items.len()].clone()
    }

    fn agree(&mut self, expected: Result<(), ()>, run: impl FnOnce(&mut Shop) -> Result<(), ()>) -> bool {
        assert_eq!(run(&mut self.shop), expected, "the model is of another mind: {:?}", self.model);
        expected.is_ok()
    }

    fn compare(&self) {
        self.shop.check();
        let shown = self.shop.see(&self.id);
        let model = &self.model;
        let Subscription { status, items, anchor, cancel_at, cancel_at_period_end, canceled, ended, .. } = &*shown;
        assert_eq!(status.as_str(), model.status);
        let millis = |at: &Option<Timestamp>| at.map(Timestamp::millis);
        assert_eq!(anchor.millis(), model.anchor);
        assert_eq!((millis(cancel_at), *cancel_at_period_end), (model.cancel_at, model.at_period_end));
        assert_eq!((millis(canceled), millis(ended)), (model.canceled, model.ended));
        assert_eq!(shown.trial.map(|trial| (trial.start.millis(), trial.end.millis())), model.trial);
        assert_eq!(shown.pause.map(|pause| Until(millis(&pause.resumes))), model.paused);
        let seen = items.iter().map(|item| (item.price.clone(), item.quantity, item.period));
        let expected = model.items.iter().map(|item| {
            let period = Period { start: instant(item.start), end: instant(item.end) };
            (self.prices[item.price].id.clone(), Some(item.quantity), period)
        });
        assert_eq!(seen.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
        let told = self.shop.world.engine.events.iter().map(|event| event.name());
        let told: Vec<_> = told.filter(|name| name.starts_with("customer.subscription.")).collect();
        let expected = model.told.iter().map(|name| format!("customer.subscription.{name}"));
        assert_eq!(told, expected.collect::<Vec<_>>());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]
    #[test]
    fn the_life_of_a_subscription_is_as_the_model_has_it(
        start in start(),
        ops in proptest::collection::vec(op(), 0..24),
    ) {
        if let Some(mut history) = History::begin(&start) {
            for op in &ops {
                history.run(op);
            }
            history.run(&Op::Pass { ticks: 1, by_itself: true });
        }
    }
}
