//! The contract between the domain and the store.

use crate::environment::Environment;
use crate::event::{Action, Cause, Event, Topic};
use crate::facts::{Facts, ReadSet};
use crate::id::{self, Id};
use crate::record::Record;
use crate::refusal::Refusal;
use crate::subscription::Payments;
use crate::time::Timestamp;
use crate::window::Window;
use std::sync::Arc;

/// Something that may change the catalog.
pub trait Command: Send + 'static {
    /// What the caller learns when it went through.
    type Reply: Send + 'static;

    /// Rows worth loading (and holding) before the first try. A guess is enough.
    fn reads(&self) -> ReadSet;

    /// Pure: same facts, same context, same answer. Reads as refusals in order, then the change.
    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop>;
}

/// Both early ends of a decision, so that `?` serves for each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// The answer is no.
    Refused(Refusal),
    /// A row named by a row just read: the engine loads it and calls again.
    Need(ReadSet),
}

impl<R: Into<Refusal>> From<R> for Stop {
    fn from(refusal: R) -> Self {
        Self::Refused(refusal.into())
    }
}

/// What every decision of a batch is given alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Given {
    /// The instant of the decision.
    pub now: Timestamp,
    /// Whether customers have a payment method.
    pub payments: Payments,
}

/// What a decision may know besides its facts.
pub struct Cx<'a> {
    /// The data set it works on.
    pub environment: Environment,
    /// The instant of the decision.
    pub now: Timestamp,
    /// Whether customers have a payment method.
    pub payments: Payments,
    /// The request behind it; nothing where time is.
    pub cause: Option<&'a Cause>,
    /// 64 random bits at each call.
    pub random: &'a mut dyn FnMut() -> u64,
}

impl Cx<'_> {
    /// A new id.
    pub fn new_id<I: Id>(&mut self) -> I {
        id::generate(I::PREFIX, I::LENGTH, self.now, self.random).into()
    }
}

/// What a decision changes. Applied whole or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// Rows, in order; no row twice.
    pub writes: Vec<Write>,
    /// Stretches of usage that are swept away, before any row is written.
    pub sweeps: Vec<Sweep>,
    /// What is told of it, in order.
    pub events: Vec<Arc<Event>>,
}

/// Every usage event of a subject that occurred in a window is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sweep {
    /// The customer and feature, as [`usage::subject`](crate::usage::subject) names them.
    pub subject: String,
    /// When the events occurred.
    pub window: Window,
}

/// One row changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// The row is now `after`; it did not exist where there is no `before`.
    Put {
        /// The row so far.
        before: Option<Record>,
        /// The row from now on.
        after: Record,
    },
    /// The row is gone.
    Delete(Record),
}

impl Changes {
    /// Sweeps usage events away.
    pub fn sweep(&mut self, subject: String, window: Window) {
        self.sweeps.push(Sweep { subject, window });
    }

    /// Writes a row and tells of it. An update that changes nothing but its time is written without an event.
    pub fn put(&mut self, before: Option<Record>, after: Record, cx: &mut Cx<'_>) {
        match &before {
            None => self.announce(Action::Created, None, &after, cx),
            Some(before) if !same_but_for_time(before, &after) => {
                self.announce(Action::Updated, Some(before), &after, cx);
            }
            Some(_) => {}
        }
        self.writes.push(Write::Put { before, after });
    }

    /// Tells of a change; of a recurring price also as a plan.
    pub fn announce(&mut self, action: Action, before: Option<&Record>, after: &Record, cx: &mut Cx<'_>) {
        let topics: &[Topic] = match after {
            Record::Product(_) => &[Topic::Product],
            Record::Price(price) if price.recurring.is_some() => &[Topic::Price, Topic::Plan],
            Record::Price(_) => &[Topic::Price],
            Record::BillingCustomer(_) => &[Topic::Customer],
            Record::Subscription(_) => &[Topic::Subscription],
            Record::Coupon(_) => &[Topic::Coupon],
            Record::PromotionCode(_) => &[Topic::PromotionCode],
            Record::Meter(_) => &[Topic::Meter],
            Record::TestClock(_) => &[Topic::TestClock],
            Record::EntitlementSummary(_) => &[Topic::EntitlementSummary],
            Record::Event(_)
            | Record::SubscriptionItem(_)
            | Record::MeterEvent(_)
            | Record::WebhookEndpoint(_)
            | Record::Delivery(_)
            | Record::User(_)
            | Record::Receipt(_)
            | Record::ApiKey(_)
            | Record::Feature(_)
            | Record::CustomProduct(_)
            | Record::Definition(_)
            | Record::Customer(_)
            | Record::Assignment(_)
            | Record::Override(_)
            | Record::Bonus(_)
            | Record::Counters(_)
            | Record::UsageEvent(_) => &[],
        };
        for topic in topics {
            self.events.push(Arc::new(Event {
                id: cx.new_id(),
                created: cx.now,
                topic: *topic,
                action,
                before: before.cloned(),
                after: after.clone(),
                cause: cx.cause.cloned(),
            }));
        }
    }
}

fn same_but_for_time(before: &Record, after: &Record) -> bool {
    match (before, after) {
        (Record::Product(before), Record::Product(after)) => {
            let mut before = (**before).clone();
            before.updated = after.updated;
            before == **after
        }
        (Record::Meter(before), Record::Meter(after)) => {
            let mut before = (**before).clone();
            before.updated = after.updated;
            before == **after
        }
        _ => before == after,
    }
}
