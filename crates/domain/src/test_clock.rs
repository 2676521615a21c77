//! Test clocks: time that stands still until it is moved, for the customers made with one.
//!
//! A clock that is told to advance makes its way in steps, each a command of its own: it moves to the instant at which
//! something of its customers is due, then that happens, and so on until it is where it was told to be. So everything
//! happens in order and at its time, and a server that stops on the way goes on where it was.
//!
//! Invariants: a clock only ever goes forward, and while it advances nothing else moves it; what time it is for the
//! customers of the access side ([`Customer::frozen`]) is what time the clock says.

use crate::billing_customer;
use crate::command::{Changes, Command, Cx, Stop, Write};
use crate::customer::Customer;
use crate::event::Action;
use crate::facts::{Facts, Key, ReadSet};
use crate::id::{BillingCustomerId, CustomerId, SubscriptionId, TestClockId};
use crate::price::Interval;
use crate::record::{Field, Noun, Record};
use crate::refusal::Refusal;
use crate::subscription::{self, Cadence, Subscription};
use crate::time::Timestamp;
use crate::window::DAY_MILLIS;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Most customers of one clock.
pub const CUSTOMERS_MAX: usize = 3;
/// Longest name, in characters.
pub const NAME_MAX_CHARACTERS: usize = 300;
/// How long a clock is kept, in milliseconds.
pub const LIFETIME_MILLIS: i64 = 30 * DAY_MILLIS;
/// How far a clock may be advanced at once that nothing is subscribed under.
const UNBOUND: Cadence = Cadence { interval: Interval::Year, count: 2 };

/// A test clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called; oddities are documented")]
pub struct TestClock {
    pub id: TestClockId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What time it is.
    pub frozen: Timestamp,
    /// Where it is on its way to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advancing_to: Option<Timestamp>,
    /// Those whose time it tells; up to [`CUSTOMERS_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub customers: Vec<BillingCustomerId>,
    /// By the time of day.
    pub created: Timestamp,
}

impl TestClock {
    /// When it is deleted by itself, by the time of day.
    pub fn deletes_after(&self) -> Timestamp {
        Timestamp::from_millis(self.created.millis().saturating_add(LIFETIME_MILLIS))
    }

    /// When time changes it next, by the time of day: at once, while it advances.
    pub fn due(&self) -> Timestamp {
        if self.advancing_to.is_some() { self.created } else { self.deletes_after() }
    }
}

/// Makes a test clock.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in `TestClock`")]
pub struct CreateTestClock {
    pub name: Option<String>,
    pub frozen: Timestamp,
}

impl Command for CreateTestClock {
    type Reply = Arc<TestClock>;

    fn reads(&self) -> ReadSet {
        ReadSet::default()
    }

    fn decide(&self, _: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let clock = Arc::new(TestClock {
            id: cx.new_id(),
            name: self.name.clone(),
            frozen: self.frozen,
            advancing_to: None,
            customers: Vec::new(),
            created: cx.now,
        });
        let mut changes = Changes::default();
        changes.put(None, Record::TestClock(clock.clone()), cx);
        Ok((clock, changes))
    }
}

/// Sends a test clock on its way to an instant.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct AdvanceTestClock {
    pub id: TestClockId,
    pub to: Timestamp,
}

impl Command for AdvanceTestClock {
    type Reply = Arc<TestClock>;

    fn reads(&self) -> ReadSet {
        key(&self.id).into()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let before = existing(&self.id, facts)?;
        if before.advancing_to.is_some() {
            return Err(Refusal::TestClock(TestClockRefusal::Advancing).into());
        }
        if self.to <= before.frozen {
            return Err(Refusal::TestClock(TestClockRefusal::NotAhead).into());
        }
        let bound = subscriptions(&before, facts)?;
        let bound = bound.iter().map(|subscription| farthest(subscription, before.frozen)).min();
        if self.to > bound.unwrap_or_else(|| UNBOUND.after(before.frozen)) {
            return Err(Refusal::TestClock(TestClockRefusal::TooFar { subscribed: bound.is_some() }).into());
        }
        let after = Arc::new(TestClock { advancing_to: Some(self.to), ..(*before).clone() });
        let mut changes = Changes::default();
        tell(&mut changes, before, &after, Some(Action::Advancing), cx);
        Ok((after, changes))
    }
}

/// Why a clock cannot be advanced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestClockRefusal {
    /// It is on its way.
    Advancing,
    /// It is that late already, or later.
    NotAhead,
    /// That is more than two intervals of the shortest subscription ahead; or where there is none, two years.
    TooFar {
        /// Whether there is one.
        subscribed: bool,
    },
}

/// The farthest instant to which a subscription lets its clock be advanced: two intervals ahead.
fn farthest(subscription: &Subscription, frozen: Timestamp) -> Timestamp {
    let twice = |cadence: Cadence| Cadence { count: cadence.count.saturating_mul(2), ..cadence };
    subscription.items.iter().map(|item| twice(item.cadence).after(frozen)).min().unwrap_or(frozen)
}

/// Makes the next step of a clock that advances; deletes one that is past its time.
#[derive(Debug, Clone)]
pub struct StepTestClock {
    /// Which one.
    pub id: TestClockId,
}

impl Command for StepTestClock {
    /// Whether there is more to do.
    type Reply = bool;

    fn reads(&self) -> ReadSet {
        key(&self.id).into()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let Some(clock) = facts.test_clock(&self.id)? else { return Ok((false, Changes::default())) };
        let Some(to) = clock.advancing_to else {
            let is_old = clock.deletes_after() <= cx.now;
            let changes = if is_old { delete(clock, facts, cx)? } else { Changes::default() };
            return Ok((false, changes));
        };
        let due = subscriptions(&clock, facts)?.into_iter().filter_map(|kept| Some((kept.due()?, kept.id.clone())));
        match due.min().filter(|(due, _)| *due <= to) {
            Some((due, id)) if due <= clock.frozen => {
                let step = subscription::AdvanceSubscription { id, until: Some(clock.frozen) };
                let (_, changes) = step.decide(facts, cx)?;
                Ok((true, changes))
            }
            Some((due, _)) => Ok((true, moved(clock, due, false, facts, cx)?)),
            None => Ok((false, moved(clock, to, true, facts, cx)?)),
        }
    }
}

/// The clock, and the time of its customers, as of an instant.
fn moved(
    before: Arc<TestClock>,
    instant: Timestamp,
    arrived: bool,
    facts: &Facts,
    cx: &mut Cx<'_>,
) -> Result<Changes, Stop> {
    let (mut changes, mut reads) = (Changes::default(), ReadSet::default());
    for id in &before.customers {
        let Some(Some(customer)) = reads.gather(holder(id, facts))? else { continue };
        let after = Customer { frozen: Some(instant), ..(*customer).clone() };
        let (was, after) = (Record::Customer(customer), Record::Customer(Arc::new(after)));
        changes.writes.push(Write::Put { before: Some(was), after });
    }
    reads.known()?;
    let advancing_to = before.advancing_to.filter(|_| !arrived);
    let after = Arc::new(TestClock { frozen: instant, advancing_to, ..(*before).clone() });
    tell(&mut changes, before, &after, arrived.then_some(Action::Ready), cx);
    Ok(changes)
}

/// The row of a billing customer on the access side.
fn holder(id: &BillingCustomerId, facts: &Facts) -> Result<Option<Arc<Customer>>, Stop> {
    let Some(holder) = facts.holder(Field::CustomerStripe, id.as_str())?.map(CustomerId::from) else { return Ok(None) };
    Ok(facts.account(&holder)?.map(|account| account.customer.clone()))
}

/// Deletes a test clock, and its customers with it.
#[derive(Debug, Clone)]
pub struct DeleteTestClock {
    /// Which one.
    pub id: TestClockId,
}

impl Command for DeleteTestClock {
    type Reply = TestClockId;

    fn reads(&self) -> ReadSet {
        [Key::Catalog, key(&self.id)].into_iter().collect()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let clock = existing(&self.id, facts)?;
        Ok((self.id.clone(), delete(clock, facts, cx)?))
    }
}

fn delete(clock: Arc<TestClock>, facts: &Facts, cx: &mut Cx<'_>) -> Result<Changes, Stop> {
    let (mut changes, mut reads) = (Changes::default(), ReadSet::default());
    for id in &clock.customers {
        if let Some(Some(customer)) = reads.gather(facts.billing_customer(id))? {
            reads.gather(billing_customer::remove(customer, facts, &mut changes, cx))?;
        }
    }
    reads.known()?;
    let record = Record::TestClock(clock);
    changes.announce(Action::Deleted, None, &record, cx);
    changes.writes.push(Write::Delete(record));
    Ok(changes)
}

/// Every subscription under a clock that is not over.
fn subscriptions(clock: &TestClock, facts: &Facts) -> Result<Vec<Arc<Subscription>>, Stop> {
    let mut reads = ReadSet::default();
    let mut ids: BTreeSet<SubscriptionId> = BTreeSet::new();
    for id in &clock.customers {
        let customer = reads.gather(holder(id, facts))?.flatten();
        ids.extend(customer.iter().flat_map(|customer| customer.subscriptions()).cloned());
    }
    let mut found = Vec::with_capacity(ids.len());
    for id in &ids {
        found.extend(reads.gather(facts.subscription(id))?.flatten());
    }
    reads.known()?;
    Ok(found)
}

fn tell(
    changes: &mut Changes,
    before: Arc<TestClock>,
    after: &Arc<TestClock>,
    action: Option<Action>,
    cx: &mut Cx<'_>,
) {
    let record = Record::TestClock(after.clone());
    if let Some(action) = action {
        changes.announce(action, None, &record, cx);
    }
    changes.writes.push(Write::Put { before: Some(Record::TestClock(before)), after: record });
}

fn existing(id: &TestClockId, facts: &Facts) -> Result<Arc<TestClock>, Stop> {
    facts.test_clock(id)?.ok_or_else(|| Refusal::NoSubject { noun: Noun::TestClock, id: id.to_string() }.into())
}

fn key(id: &TestClockId) -> Key {
    Key::Row(Noun::TestClock, id.to_string())
}
