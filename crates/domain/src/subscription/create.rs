//! Making a subscription.

use super::draft::Draft;
use super::holder::Holder;
use super::pricing::{self, NewItem, Priced};
use super::refusal::{Moment, Place, SubscriptionRefusal as No};
use super::{
    AnchorConfig, BillingMode, CLOCK_SUBSCRIPTIONS_MAX, Cancellation, Collection, MissingPayment, Period,
    SUBSCRIPTIONS_MAX, Status, Subscription, Trial, YEARS_AHEAD_MAX,
};
use crate::command::{Changes, Command, Cx, Stop};
use crate::currency::Currency;
use crate::facts::{Facts, Key, ReadSet};
use crate::id::BillingCustomerId;
use crate::metadata::{Metadata, MetadataPatch};
use crate::price::Interval;
use crate::record::{Field, Noun};
use crate::time::Timestamp;
use crate::window::DAY_MILLIS;
use std::sync::Arc;

/// Makes a subscription.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in `Subscription`")]
pub struct CreateSubscription {
    pub customer: BillingCustomerId,
    /// At least one.
    pub items: Vec<NewItem>,
    /// That of the first price where not given.
    pub currency: Option<Currency>,
    pub collection: Collection,
    pub days_until_due: Option<u32>,
    pub description: Option<String>,
    pub metadata: MetadataPatch,
    /// The end of the trial, or now, where not given.
    pub anchor: Option<AnchorChoice>,
    /// When it began, where that was before now.
    pub started: Option<Timestamp>,
    pub mode: BillingMode,
    pub cancel: Option<CancelChoice>,
    pub trial: Option<TrialChoice>,
    pub missing_payment: MissingPayment,
    /// Whether it waits for a first payment that nobody makes, instead of being refused.
    pub default_incomplete: bool,
}

/// Where billing periods are to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnchorChoice {
    /// At whole intervals from an instant to come.
    At(Timestamp),
    /// At a day of the month.
    Config(AnchorConfig),
}

/// When it is to be canceled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelChoice {
    /// When the last of its periods ends, wherever that moves.
    AtPeriodEnd,
    /// When the last of its periods ends, as they are now.
    LastPeriodEnd,
    /// When the first of its periods ends.
    FirstPeriodEnd,
    /// At an instant to come.
    At(Timestamp),
}

/// How long it costs nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrialChoice {
    /// Until an instant to come.
    Until(Timestamp),
    /// So many days; zero is no trial.
    Days(u32),
    /// As long as the longest of its prices says.
    OfPrice,
}

impl Command for CreateSubscription {
    type Reply = Arc<Subscription>;

    fn reads(&self) -> ReadSet {
        let mut reads = ReadSet::from(Key::Catalog);
        reads.push(Key::Row(Noun::BillingCustomer, self.customer.to_string()));
        reads.push(Key::holder(Field::CustomerStripe, self.customer.as_str()));
        // Its account, where nobody linked it to another.
        reads.push(Key::account(&self.customer.as_str().into()));
        reads.extend(pricing::reads(self.items.iter().map(|item| &item.price)));
        reads
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        check_collection(self.collection, self.days_until_due)?;
        let holder = Holder::read(&self.customer, facts, cx)?;
        let holder = holder.ok_or_else(|| No::NoCustomer { id: self.customer.to_string() })?;
        let max = if holder.customer.test_clock.is_some() { CLOCK_SUBSCRIPTIONS_MAX } else { SUBSCRIPTIONS_MAX };
        if holder.subscriptions().len() >= max {
            return Err(No::TooManySubscriptions { max }.into());
        }
        let mut changes = Changes::default();
        let priced = self.priced(facts, &mut changes, cx)?;
        let now = holder.now;
        let trial = self.trial(&priced, now)?;
        let anchor = self.anchor(&priced, trial, now)?;
        let started = match self.started {
            Some(started) if started > now => return Err(No::Ahead { moment: Moment::Backdate }.into()),
            started => started.unwrap_or(now),
        };
        let currency = self.currency.or_else(|| priced.first().map(|first| first.price.currency));
        let currency = currency.expect("at least one item");
        let mut items = Vec::with_capacity(self.items.len());
        for (index, (new, priced)) in self.items.iter().zip(&priced).enumerate() {
            let end = trial.map_or_else(|| priced.cadence.end_after(now, anchor), |trial| trial.end);
            items.push(new.build(priced, currency, Place::Listed(index), Period { start: now, end }, facts, cx)?);
        }
        pricing::check_together(&items, self.mode)?;
        let mut subscription = Subscription {
            id: cx.new_id(),
            customer: self.customer.clone(),
            status: if trial.is_some() { Status::Trialing } else { Status::Active },
            items,
            currency,
            collection: self.collection,
            days_until_due: self.days_until_due,
            description: self.description.clone(),
            metadata: self.metadata.apply(&Metadata::new())?,
            anchor,
            anchor_config: match self.anchor {
                Some(AnchorChoice::Config(config)) => Some(config),
                _ => None,
            },
            mode: self.mode,
            cancel_at: None,
            cancel_at_period_end: false,
            canceled: None,
            cancellation: Cancellation::default(),
            ended: None,
            trial,
            missing_payment: self.missing_payment,
            pause: None,
            test_clock: holder.customer.test_clock.clone(),
            started,
            created: now,
        };
        if let Some(cancel) = self.cancel {
            subscription.cancel_by(cancel, now)?;
        }
        if subscription.starts_unpaid(cx.payments) {
            if !self.default_incomplete {
                return Err(No::NoPaymentMethod.into());
            }
            subscription.status = Status::Incomplete;
        }
        let mut draft = Draft::new(subscription, holder, changes, cx);
        // A trial of three days or less is told of at once.
        while draft.step(now, cx) {}
        Ok(draft.close(cx))
    }
}

impl CreateSubscription {
    /// The prices of its items, each of which may stand beside those before it.
    fn priced(&self, facts: &Facts, changes: &mut Changes, cx: &mut Cx<'_>) -> Result<Vec<Priced>, Stop> {
        pricing::load(self.items.iter().map(|item| &item.price), facts)?;
        let mut all: Vec<Priced> = Vec::with_capacity(self.items.len());
        for (index, item) in self.items.iter().enumerate() {
            let place = Place::Listed(index);
            let priced = item.price.resolve(place, facts, changes, cx)?;
            if all.iter().any(|other| other.price.id == priced.price.id) {
                return Err(No::SamePriceTwice { price: priced.price.id.clone() }.into());
            }
            let price = priced.price.currency;
            match (self.currency, all.first()) {
                (Some(expected), _) if !priced.charges_in(expected) => {
                    return Err(No::OtherCurrency { place, price, expected }.into());
                }
                (None, Some(first)) if first.price.currency != price => {
                    return Err(No::MixedCurrencies { place, price, others: first.price.currency }.into());
                }
                _ => all.push(priced),
            }
        }
        Ok(all)
    }

    fn trial(&self, priced: &[Priced], now: Timestamp) -> Result<Option<Trial>, Stop> {
        let days_from_now = |days: u32| Timestamp::from_millis(now.millis() + i64::from(days) * DAY_MILLIS);
        let (end, moment) = match self.trial {
            None | Some(TrialChoice::Days(0)) => return Ok(None),
            Some(TrialChoice::Until(end)) => (end, Moment::TrialEnd),
            Some(TrialChoice::Days(days)) => (days_from_now(days), Moment::TrialDays),
            Some(TrialChoice::OfPrice) => {
                let days = priced.iter().filter_map(|priced| priced.price.recurring.as_ref()?.trial_period_days).max();
                match days {
                    None | Some(0) => return Ok(None),
                    Some(days) => (days_from_now(days), Moment::TrialDays),
                }
            }
        };
        check_ahead(moment, end, now)?;
        Ok(Some(Trial { start: now, end, announced: false }))
    }

    fn anchor(&self, priced: &[Priced], trial: Option<Trial>, now: Timestamp) -> Result<Timestamp, Stop> {
        let begins = trial.map_or(now, |trial| trial.end);
        match self.anchor {
            None => Ok(begins),
            Some(AnchorChoice::Config(config)) => Ok(config.anchor(now)),
            Some(AnchorChoice::At(anchor)) => {
                check_ahead(Moment::Anchor, anchor, now)?;
                let natural = priced.iter().map(|priced| priced.cadence.after(begins)).max().unwrap_or(begins);
                if anchor > natural { Err(No::AnchorTooFar { natural }.into()) } else { Ok(anchor) }
            }
        }
    }
}

/// Refuses days until invoices are due where none are sent, and invoices that nobody knows when to pay.
pub(super) fn check_collection(collection: Collection, days_until_due: Option<u32>) -> Result<(), Stop> {
    match (collection, days_until_due) {
        (Collection::SendInvoice, None) => Err(No::NoDaysUntilDue.into()),
        (Collection::ChargeAutomatically, Some(_)) => Err(No::DaysUntilDueOfCharge.into()),
        _ => Ok(()),
    }
}

/// Refuses what is over already, and what is too far ahead.
pub(super) fn check_ahead(moment: Moment, given: Timestamp, now: Timestamp) -> Result<(), Stop> {
    if given <= now {
        return Err(No::Past { moment, given }.into());
    }
    let years = super::Cadence { interval: Interval::Year, count: YEARS_AHEAD_MAX };
    if given > years.after(now) { Err(No::TooFar { moment }.into()) } else { Ok(()) }
}

impl Subscription {
    /// It is to be canceled; that was asked for now, if not before.
    pub(super) fn cancel_by(&mut self, choice: CancelChoice, now: Timestamp) -> Result<(), Stop> {
        self.cancel_at_period_end = choice == CancelChoice::AtPeriodEnd;
        self.cancel_at = match choice {
            CancelChoice::AtPeriodEnd | CancelChoice::LastPeriodEnd => self.last_period_end(now),
            CancelChoice::FirstPeriodEnd => self.first_period_end().map(|end| end.max(now)),
            CancelChoice::At(instant) => {
                check_ahead(Moment::CancelAt, instant, now)?;
                Some(instant)
            }
        };
        self.canceled.get_or_insert(now);
        self.cancellation.requested = true;
        Ok(())
    }
}
