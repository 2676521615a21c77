//! Changing a subscription.

use super::create::{CancelChoice, check_ahead, check_collection};
use super::draft::Draft;
use super::item;
use super::pricing::{ItemPatch, NewItem, PriceChoice};
use super::refusal::{Moment, Place, SubscriptionRefusal as No};
use super::{Collection, MissingPayment, Pause, Payments, Period, Status, Subscription, Trial};
use crate::command::{Changes, Command, Cx, Stop};
use crate::event::Action;
use crate::facts::{Facts, Key, ReadSet};
use crate::id::{SubscriptionId, SubscriptionItemId};
use crate::metadata::MetadataPatch;
use crate::patch::Patch;
use crate::record::Noun;
use crate::refusal::Refusal;
use crate::time::Timestamp;
use std::sync::Arc;

/// Changes a subscription.
#[derive(Debug, Clone)]
pub struct UpdateSubscription {
    /// Which one.
    pub id: SubscriptionId,
    /// What of it.
    pub patch: SubscriptionPatch,
}

/// What to change of a subscription.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "as in `Subscription`")]
pub struct SubscriptionPatch {
    /// In order.
    pub items: Vec<ItemChange>,
    pub collection: Option<Collection>,
    pub days_until_due: Option<u32>,
    pub description: Patch<String>,
    pub metadata: MetadataPatch,
    /// Periods begin anew now; what is on trial begins when that ends.
    pub reset_anchor: bool,
    /// [`Patch::Clear`]: it is not canceled after all.
    pub cancel: Patch<CancelChoice>,
    pub comment: Patch<String>,
    pub feedback: Patch<String>,
    pub pause: Patch<Pause>,
    pub trial: Option<TrialEnd>,
    pub missing_payment: Option<MissingPayment>,
    /// Whether anything was asked for that changes nothing here, but that what is over or incomplete does not take either.
    pub touches_more: bool,
}

/// When a trial is to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the variants are what they are called")]
pub enum TrialEnd {
    Now,
    At(Timestamp),
}

/// What to change about one item.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub enum ItemChange {
    Add(NewItem),
    Change { id: SubscriptionItemId, patch: ItemPatch },
    Remove { id: SubscriptionItemId },
}

impl ItemChange {
    pub(super) fn price(&self) -> Option<&PriceChoice> {
        match self {
            Self::Add(new) => Some(&new.price),
            Self::Change { patch, .. } => patch.price.as_ref(),
            Self::Remove { .. } => None,
        }
    }
}

impl SubscriptionPatch {
    /// Whether it asks for more than what every subscription takes.
    fn is_for_open(&self) -> bool {
        let Self { items, collection, days_until_due, description, metadata: _, reset_anchor, cancel, .. } = self;
        let Self { comment: _, feedback: _, pause, trial, missing_payment, touches_more, .. } = self;
        !items.is_empty()
            || collection.is_some()
            || days_until_due.is_some()
            || *description != Patch::Keep
            || *reset_anchor
            || *cancel != Patch::Keep
            || *pause != Patch::Keep
            || trial.is_some()
            || missing_payment.is_some()
            || *touches_more
    }
}

impl Command for UpdateSubscription {
    type Reply = Arc<Subscription>;

    fn reads(&self) -> ReadSet {
        let mut reads = ReadSet::from(Key::Row(Noun::Subscription, self.id.to_string()));
        reads.extend(super::pricing::reads(self.patch.items.iter().filter_map(ItemChange::price)));
        reads
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let Some(mut draft) = Draft::open(&self.id, facts, cx)? else {
            return Err(Refusal::NoSubject { noun: Noun::Subscription, id: self.id.to_string() }.into());
        };
        let (patch, now) = (&self.patch, draft.holder.now);
        if patch.is_for_open() {
            draft.now_is.check_open()?;
        }
        if patch.trial == Some(TrialEnd::Now) {
            tell_of_trial_end(&mut draft, cx);
        }
        let mut after = (*draft.now_is).clone();
        after.metadata = patch.metadata.apply(&after.metadata)?;
        after.cancellation.comment = patch.comment.apply(&after.cancellation.comment);
        after.cancellation.feedback = patch.feedback.apply(&after.cancellation.feedback);
        let mut action = Action::Updated;
        if !after.status.is_final() {
            patch.apply_collection(&mut after)?;
            let places = patch.items.iter().enumerate().map(|(index, change)| (Place::Listed(index), change));
            item::change(&mut after, places, now, facts, draft.changes(), cx)?;
            action = patch.apply_times(&mut after, now, cx.payments)?;
        }
        draft.become_so(after, action, cx);
        // A trial that was moved to within three days is told of at once.
        while draft.step(now, cx) {}
        Ok(draft.close(cx))
    }
}

/// The end of a trial that is cut short is told of before it ends.
fn tell_of_trial_end(draft: &mut Draft, cx: &mut Cx<'_>) {
    let mut told = (*draft.now_is).clone();
    if let (Status::Trialing, Some(trial)) = (told.status, &mut told.trial)
        && !trial.announced
    {
        trial.announced = true;
        draft.become_so(told, Action::TrialWillEnd, cx);
    }
}

impl SubscriptionPatch {
    fn apply_collection(&self, after: &mut Subscription) -> Result<(), Stop> {
        after.description = self.description.apply(&after.description);
        after.missing_payment = self.missing_payment.unwrap_or(after.missing_payment);
        let collection = self.collection.unwrap_or(after.collection);
        // Days belong to the collection they were given for.
        let kept = after.days_until_due.filter(|_| collection == Collection::SendInvoice);
        let days_until_due = self.days_until_due.or(kept);
        check_collection(collection, days_until_due)?;
        (after.collection, after.days_until_due) = (collection, days_until_due);
        Ok(())
    }

    /// Gives what is told of the change.
    fn apply_times(&self, after: &mut Subscription, now: Timestamp, payments: Payments) -> Result<Action, Stop> {
        let action = match self.trial {
            Some(trial) => after.end_trial(trial, now, payments)?,
            None => Action::Updated,
        };
        if after.status.is_final() {
            // Nothing is planned any more.
            return Ok(action);
        }
        if self.reset_anchor && after.status != Status::Trialing {
            after.anchor_at(now);
        }
        match self.cancel {
            Patch::Keep => {}
            Patch::Clear => after.keep_on(),
            Patch::Set(choice) => after.cancel_by(choice, now)?,
        }
        after.follow_periods(now);
        if let Patch::Set(Pause { resumes: Some(resumes), .. }) = self.pause {
            check_ahead(Moment::Resumes, resumes, now)?;
        }
        after.pause = self.pause.apply(&after.pause);
        Ok(action)
    }
}

impl Subscription {
    /// Refuses changes of what is over, or waits for its first payment.
    pub(super) fn check_open(&self) -> Result<(), Stop> {
        match self.status {
            Status::Incomplete => Err(No::Incomplete.into()),
            status if status.is_final() => Err(No::Canceled.into()),
            _ => Ok(()),
        }
    }

    /// What is to be canceled at the end of its period follows where that moves.
    pub(super) fn follow_periods(&mut self, now: Timestamp) {
        if self.cancel_at_period_end {
            self.cancel_at = self.last_period_end(now);
        }
    }

    /// It is not canceled after all.
    fn keep_on(&mut self) {
        self.cancel_at = None;
        self.cancel_at_period_end = false;
        self.canceled = None;
        self.cancellation.requested = false;
    }

    /// Gives what is told of it.
    fn end_trial(&mut self, end: TrialEnd, now: Timestamp, payments: Payments) -> Result<Action, Stop> {
        let trialing = match self.status {
            Status::Trialing => true,
            Status::Active => false,
            _ => return Err(No::NoTrialFromHere.into()),
        };
        match end {
            TrialEnd::Now if trialing => {
                self.trial = self.trial.map(|trial| Trial { end: now, ..trial });
                self.anchor = now;
                self.anchor_config = None;
                for item in &mut self.items {
                    item.period.end = now;
                }
                return Ok(self.renew(now, payments));
            }
            TrialEnd::Now => {}
            TrialEnd::At(end) => {
                check_ahead(Moment::TrialEnd, end, now)?;
                let kept = self.trial.filter(|_| trialing);
                let announced = kept.is_some_and(|trial| trial.announced && trial.end == end);
                self.trial = Some(Trial { start: kept.map_or(now, |trial| trial.start), end, announced });
                self.status = Status::Trialing;
                self.anchor = end;
                self.anchor_config = None;
                for item in &mut self.items {
                    let start = if trialing { item.period.start } else { now };
                    item.period = Period { start, end };
                }
            }
        }
        Ok(Action::Updated)
    }
}
