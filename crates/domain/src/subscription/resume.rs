//! Resuming what is paused.

use super::draft::Draft;
use super::refusal::SubscriptionRefusal as No;
use super::{Status, Subscription};
use crate::command::{Changes, Command, Cx, Stop};
use crate::event::Action;
use crate::facts::{Facts, Key, ReadSet};
use crate::id::SubscriptionId;
use crate::record::Noun;
use crate::refusal::Refusal;
use std::sync::Arc;

/// Makes a paused subscription active again.
#[derive(Debug, Clone)]
pub struct ResumeSubscription {
    /// Which one.
    pub id: SubscriptionId,
    /// Whether its periods begin anew now, or lie as they would if it had never been paused.
    pub reset_anchor: bool,
}

impl Command for ResumeSubscription {
    type Reply = Arc<Subscription>;

    fn reads(&self) -> ReadSet {
        Key::Row(Noun::Subscription, self.id.to_string()).into()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let Some(mut draft) = Draft::open(&self.id, facts, cx)? else {
            return Err(Refusal::NoSubject { noun: Noun::Subscription, id: self.id.to_string() }.into());
        };
        if draft.now_is.status != Status::Paused {
            return Err(No::NotPaused.into());
        }
        if draft.now_is.renews_unpaid(cx.payments) {
            return Err(No::NoPaymentMethod.into());
        }
        let now = draft.holder.now;
        let mut after = (*draft.now_is).clone();
        after.status = Status::Active;
        if self.reset_anchor {
            after.anchor_at(now);
        } else {
            let anchor = after.anchor;
            for item in &mut after.items {
                item.period = item.cadence.period(now, anchor);
            }
        }
        after.follow_periods(now);
        draft.become_so(after.clone(), Action::Updated, cx);
        draft.become_so(after, Action::Resumed, cx);
        Ok(draft.close(cx))
    }
}
