//! Canceling at once.

use super::Subscription;
use super::draft::{Draft, announce};
use super::holder::Holder;
use super::refusal::SubscriptionRefusal as No;
use crate::command::{Changes, Command, Cx, Stop};
use crate::event::Action;
use crate::facts::{Facts, Key, ReadSet};
use crate::id::{BillingCustomerId, SubscriptionId};
use crate::patch::Patch;
use crate::record::Noun;
use crate::refusal::Refusal;
use std::sync::Arc;

/// Cancels a subscription now.
#[derive(Debug, Clone)]
pub struct CancelSubscription {
    /// Which one.
    pub id: SubscriptionId,
    /// What was said about it.
    pub comment: Patch<String>,
    /// One of a fixed set of words.
    pub feedback: Patch<String>,
}

impl Command for CancelSubscription {
    type Reply = Arc<Subscription>;

    fn reads(&self) -> ReadSet {
        Key::Row(Noun::Subscription, self.id.to_string()).into()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let Some(mut draft) = Draft::open(&self.id, facts, cx)? else {
            return Err(Refusal::NoSubject { noun: Noun::Subscription, id: self.id.to_string() }.into());
        };
        let mut after = (*draft.now_is).clone();
        if after.status.is_final() {
            // Nothing of a refused command is kept; time makes the same steps again by itself.
            return Err(No::Over { id: self.id.clone() }.into());
        }
        let action = after.cancel_now(draft.holder.now);
        after.cancellation.comment = self.comment.apply(&after.cancellation.comment);
        after.cancellation.feedback = self.feedback.apply(&after.cancellation.feedback);
        draft.become_so(after, action, cx);
        Ok(draft.close(cx))
    }
}

impl Subscription {
    /// It is canceled on request; what was planned before is void. Gives what is told of that.
    fn cancel_now(&mut self, now: crate::time::Timestamp) -> Action {
        self.cancel_at = None;
        self.cancel_at_period_end = false;
        self.canceled = Some(now);
        self.cancellation.requested = true;
        self.end(now)
    }
}

/// Cancels every subscription of a billing customer that is about to be deleted, as a part of another command. The caller
/// rewrites or deletes the customer of the access side, who has nothing by subscriptions any more.
pub fn end_all(id: &BillingCustomerId, facts: &Facts, changes: &mut Changes, cx: &mut Cx<'_>) -> Result<(), Stop> {
    let Some(mut holder) = Holder::read(id, facts, cx)? else { return Ok(()) };
    let ids: Vec<SubscriptionId> = holder.subscriptions().into_iter().cloned().collect();
    let (mut reads, mut live) = (ReadSet::default(), Vec::with_capacity(ids.len()));
    for id in &ids {
        live.extend(reads.gather(facts.subscription(id))?.flatten());
    }
    reads.known()?;
    for before in live.into_iter().filter(|subscription| !subscription.status.is_final()) {
        let mut after = (*before).clone();
        let action = after.cancel_now(holder.now);
        let after = Arc::new(after);
        announce(action, before.clone(), &after, changes, cx);
        holder.write(Some(&before), &after, changes);
    }
    holder.tell(changes, cx);
    Ok(())
}
