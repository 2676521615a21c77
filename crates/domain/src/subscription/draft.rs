//! A subscription in the hands of a command.

use super::Subscription;
use super::holder::Holder;
use crate::command::{Changes, Cx, Stop};
use crate::event::Action;
use crate::facts::Facts;
use crate::id::SubscriptionId;
use crate::record::Record;
use crate::time::Timestamp;
use std::sync::Arc;

/// Steps of time that another command makes good before it does its own. Who is further behind is left to
/// [`AdvanceSubscription`](super::AdvanceSubscription).
const STEPS_MAX: usize = 1000;

/// A subscription while a command changes it. It is written once, however much is told of it.
pub(super) struct Draft {
    before: Option<Arc<Subscription>>,
    /// As it was told of last.
    pub(super) now_is: Arc<Subscription>,
    pub(super) holder: Holder,
    changes: Changes,
}

impl Draft {
    /// One that is there, with everything that time has brought it so far; nothing where there is none.
    pub(super) fn open(id: &SubscriptionId, facts: &Facts, cx: &mut Cx<'_>) -> Result<Option<Self>, Stop> {
        let Some(mut draft) = Self::read(id, facts, cx)? else { return Ok(None) };
        for _ in 0..STEPS_MAX {
            if !draft.step(draft.holder.now, cx) {
                break;
            }
        }
        Ok(Some(draft))
    }

    /// One that is there, as it is on file.
    pub(super) fn read(id: &SubscriptionId, facts: &Facts, cx: &Cx<'_>) -> Result<Option<Self>, Stop> {
        let Some(before) = facts.subscription(id)? else { return Ok(None) };
        let Some(holder) = Holder::read(&before.customer, facts, cx)? else { return Ok(None) };
        Ok(Some(Self { now_is: before.clone(), before: Some(before), holder, changes: Changes::default() }))
    }

    /// A new one.
    pub(super) fn new(subscription: Subscription, holder: Holder, mut changes: Changes, cx: &mut Cx<'_>) -> Self {
        let now_is = Arc::new(subscription);
        changes.announce(Action::Created, None, &Record::Subscription(now_is.clone()), cx);
        Self { before: None, now_is, holder, changes }
    }

    /// Makes the next step of time, where it is due; says whether it was.
    pub(super) fn step(&mut self, now: Timestamp, cx: &mut Cx<'_>) -> bool {
        let Some((after, action)) = self.now_is.step(now, cx.payments) else { return false };
        self.become_so(after, action, cx);
        true
    }

    /// It is so from now on, and that is told. An update that changes nothing is not.
    pub(super) fn become_so(&mut self, after: Subscription, action: Action, cx: &mut Cx<'_>) {
        let before = std::mem::replace(&mut self.now_is, Arc::new(after));
        if action == Action::Updated && before == self.now_is {
            return;
        }
        announce(action, before, &self.now_is, &mut self.changes, cx);
    }

    /// Where rows go that are made beside it.
    pub(super) fn changes(&mut self) -> &mut Changes {
        &mut self.changes
    }

    /// The subscription, and everything to write.
    pub(super) fn close(mut self, cx: &mut Cx<'_>) -> (Arc<Subscription>, Changes) {
        self.holder.write(self.before.as_ref(), &self.now_is, &mut self.changes);
        self.holder.close(&mut self.changes, cx);
        (self.now_is, self.changes)
    }
}

/// Tells of a change. An update shows what was before.
pub(super) fn announce(
    action: Action,
    before: Arc<Subscription>,
    after: &Arc<Subscription>,
    changes: &mut Changes,
    cx: &mut Cx<'_>,
) {
    let before = (action == Action::Updated).then_some(Record::Subscription(before));
    changes.announce(action, before.as_ref(), &Record::Subscription(after.clone()), cx);
}
