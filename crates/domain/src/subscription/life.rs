//! The life of a subscription: what time does to it, and when.
//!
//! Invariant: [`Subscription::due`] says when time changes it next, and [`Subscription::step`] makes exactly that change,
//! as of that instant. So whoever makes the steps that are due, one after the other, leaves the same however late and
//! however often that is done, while the server is [set](Payments) the same.

use super::{INCOMPLETE_MILLIS, MissingPayment, Payments, Status, Subscription};
use crate::event::Action;
use crate::time::Timestamp;
use crate::window::DAY_MILLIS;

/// How long before its end a trial is told of, in milliseconds.
pub(super) const TRIAL_NOTICE_MILLIS: i64 = 3 * DAY_MILLIS;

/// What time does to a subscription. Of what is due at the same instant, the first is done first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    /// The end of the trial is told of.
    Notice,
    /// It is canceled, or has waited too long for its first payment.
    End,
    /// The trial ends, and periods that ended are followed by the next.
    Renew,
    /// Money is collected again.
    Collect,
}

impl Subscription {
    /// When time changes it next; nothing once it is over.
    pub fn due(&self) -> Option<Timestamp> {
        self.next_turn().map(|(instant, _)| instant)
    }

    /// What is due next, once that is due at `now`: the subscription after it, and what is told of it.
    pub(super) fn step(&self, now: Timestamp, payments: Payments) -> Option<(Self, Action)> {
        let (instant, turn) = self.next_turn().filter(|(instant, _)| *instant <= now)?;
        let mut after = self.clone();
        let action = match turn {
            Turn::Notice => {
                after.trial = after.trial.map(|trial| super::Trial { announced: true, ..trial });
                Action::TrialWillEnd
            }
            Turn::End => after.end(instant),
            Turn::Renew => after.renew(instant, payments),
            Turn::Collect => {
                after.pause = None;
                Action::Updated
            }
        };
        Some((after, action))
    }

    fn next_turn(&self) -> Option<(Timestamp, Turn)> {
        if self.status.is_final() {
            return None;
        }
        let trial = self.trial.filter(|_| self.status == Status::Trialing);
        let notice = trial.filter(|trial| !trial.announced).map(|trial| trial.notice());
        let is_incomplete = self.status == Status::Incomplete;
        let expiry = is_incomplete.then(|| Timestamp::from_millis(self.created.millis() + INCOMPLETE_MILLIS));
        // What is paused is billed for nothing until it resumes, and what is incomplete until it was paid for.
        let renewal = self.first_period_end().filter(|_| self.status != Status::Paused && !is_incomplete);
        let turns = [
            (notice, Turn::Notice),
            (self.cancel_at, Turn::End),
            (expiry, Turn::End),
            (renewal, Turn::Renew),
            (self.pause.and_then(|pause| pause.resumes), Turn::Collect),
        ];
        turns.into_iter().filter_map(|(instant, turn)| Some((instant?, turn))).min()
    }

    /// It is over as of an instant; gives what is told of that. What it was canceled for, and when that was asked for,
    /// stays. What never began is not canceled: it expires.
    pub(super) fn end(&mut self, instant: Timestamp) -> Action {
        let (status, action) = match self.status {
            Status::Incomplete => (Status::IncompleteExpired, Action::Updated),
            _ => (Status::Canceled, Action::Deleted),
        };
        self.status = status;
        self.ended = Some(instant);
        self.canceled.get_or_insert(instant);
        self.pause = None;
        action
    }

    /// Every period that ends at an instant is followed by the next; a trial that ends then is over. Gives what is told of
    /// that.
    pub(super) fn renew(&mut self, instant: Timestamp, payments: Payments) -> Action {
        let is_unpaid = self.renews_unpaid(payments);
        let charged = if is_unpaid { Status::PastDue } else { Status::Active };
        if self.status == Status::Trialing && self.trial.is_some_and(|trial| trial.end <= instant) {
            match (is_unpaid, self.missing_payment) {
                (true, MissingPayment::Cancel) => return self.end(instant),
                (true, MissingPayment::Pause) => {
                    self.status = Status::Paused;
                    return Action::Paused;
                }
                (true, MissingPayment::CreateInvoice) | (false, _) => self.status = charged,
            }
        } else if self.status != Status::Trialing && self.pause.is_none() {
            self.status = charged;
        }
        let anchor = self.anchor;
        for item in self.items.iter_mut().filter(|item| item.period.end <= instant) {
            item.period = item.cadence.period(instant, anchor);
        }
        Action::Updated
    }

    /// Periods begin anew at an instant.
    pub(super) fn anchor_at(&mut self, instant: Timestamp) {
        self.anchor = instant;
        self.anchor_config = None;
        for item in &mut self.items {
            item.period = item.cadence.period(instant, instant);
        }
    }
}

impl super::Trial {
    /// When its end is told of: three days ahead, or at once where it is shorter.
    pub(super) fn notice(&self) -> Timestamp {
        let ahead = Timestamp::from_millis(self.end.millis().saturating_sub(TRIAL_NOTICE_MILLIS));
        ahead.max(self.start)
    }
}
