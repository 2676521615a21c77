//! What whoever sends deliveries tells of it: that it takes some, and how their tries went.

use super::delivery::{Delivery, DeliveryStatus, FAILED_LIFETIME_MILLIS, Trouble};
use super::schedule::Schedule;
use crate::command::{Changes, Command, Cx, Stop, Write};
use crate::facts::{Facts, Key, ReadSet};
use crate::id::DeliveryId;
use crate::record::{Noun, Record};
use crate::time::Timestamp;
use rustc_hash::FxHashSet;
use std::sync::Arc;

/// What is said of a delivery to an endpoint that is disabled.
const DISABLED: &str = "the endpoint is disabled";

/// Takes deliveries that are due, to try them. Nobody else takes them until the lease is over.
///
/// What is not to be tried is dealt with on the way: what was to go to a deleted endpoint is dropped, what was to go to a
/// disabled one is given up, and what was given up long ago is forgotten.
#[derive(Debug, Clone)]
pub struct LeaseDeliveries {
    /// Which.
    pub ids: Vec<DeliveryId>,
    /// How long, in milliseconds.
    pub lease: i64,
}

/// What came of a lease.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Leased {
    /// Those that are to be tried.
    pub taken: Vec<Arc<Delivery>>,
    /// How many were given up, because their endpoint is disabled.
    pub given_up: usize,
}

impl Command for LeaseDeliveries {
    type Reply = Leased;

    fn reads(&self) -> ReadSet {
        let mut reads = rows(self.ids.iter());
        reads.push(Key::Endpoints);
        reads
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let (mut leased, mut changes) = (Leased::default(), Changes::default());
        let endpoints = facts.endpoints()?;
        for id in &self.ids {
            let Some(before) = facts.delivery(id)? else { continue };
            let Some(endpoint) = endpoints.get(&before.endpoint) else {
                changes.writes.push(Write::Delete(Record::Delivery(before)));
                continue;
            };
            if cx.now < before.due {
                continue;
            }
            let after = match before.status {
                DeliveryStatus::Failed => {
                    changes.writes.push(Write::Delete(Record::Delivery(before)));
                    continue;
                }
                DeliveryStatus::Pending if endpoint.disabled => {
                    leased.given_up += 1;
                    let trouble = Trouble { at: cx.now, said: DISABLED.to_owned(), status: None };
                    Arc::new(given_up(&before, trouble, cx.now))
                }
                DeliveryStatus::Pending => {
                    let due = Timestamp::from_millis(cx.now.millis().saturating_add(self.lease));
                    let after = Arc::new(Delivery { due, tries: before.tries + 1, ..(*before).clone() });
                    leased.taken.push(after.clone());
                    after
                }
            };
            changes.writes.push(put(before, after));
        }
        Ok((leased, changes))
    }
}

/// How a try went.
#[derive(Debug, Clone)]
pub struct Tried {
    /// The delivery as it was taken.
    pub delivery: Arc<Delivery>,
    /// Whether it arrived.
    pub outcome: Outcome,
}

/// What came of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It arrived.
    Arrived,
    /// It did not, or nobody knows.
    Failed(Trouble),
    /// There is nothing to be sent: the event is gone.
    Pointless,
}

/// Notes how tries went.
#[derive(Debug, Clone)]
pub struct SettleDeliveries {
    /// Of a delivery that is there more than once, the first counts.
    pub tried: Vec<Tried>,
    /// When what failed is tried again.
    pub schedule: Schedule,
}

impl Command for SettleDeliveries {
    /// How many were given up.
    type Reply = usize;

    fn reads(&self) -> ReadSet {
        rows(self.tried.iter().map(|tried| &tried.delivery.id))
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let (mut count, mut changes) = (0, Changes::default());
        let mut seen = FxHashSet::default();
        for Tried { delivery, outcome } in &self.tried {
            if !seen.insert(&delivery.id) {
                continue;
            }
            let Some(before) = facts.delivery(&delivery.id)? else { continue };
            // It was to be sent once more in the meantime.
            if before.since != delivery.since {
                continue;
            }
            match outcome {
                Outcome::Arrived | Outcome::Pointless => changes.writes.push(Write::Delete(Record::Delivery(before))),
                // Whoever took it since then tells how that goes.
                Outcome::Failed(_) if before.due != delivery.due => {}
                Outcome::Failed(trouble) => {
                    let next = self.schedule.next(before.tries, before.since, cx.now, cx.random);
                    let after = if let Some(due) = next {
                        Delivery { due, trouble: Some(trouble.clone()), ..(*before).clone() }
                    } else {
                        count += 1;
                        given_up(&before, trouble.clone(), cx.now)
                    };
                    changes.writes.push(put(before, Arc::new(after)));
                }
            }
        }
        Ok((count, changes))
    }
}

fn rows<'d>(ids: impl Iterator<Item = &'d DeliveryId>) -> ReadSet {
    ids.map(|id| Key::Row(Noun::Delivery, id.to_string())).collect()
}

fn given_up(delivery: &Delivery, trouble: Trouble, now: Timestamp) -> Delivery {
    let due = Timestamp::from_millis(now.millis().saturating_add(FAILED_LIFETIME_MILLIS));
    Delivery { status: DeliveryStatus::Failed, due, trouble: Some(trouble), ..delivery.clone() }
}

fn put(before: Arc<Delivery>, after: Arc<Delivery>) -> Write {
    Write::Put { before: Some(Record::Delivery(before)), after: Record::Delivery(after) }
}
