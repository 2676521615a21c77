//! Meters and their events: usage as the Stripe dialect reports it.
//!
//! Invariants: no two active meters of an environment have the same event name; no two meter events have the same
//! identifier; a meter event that counts is also a usage event, where its meter feeds a feature.

mod adjust;
mod report;

use crate::command::{Changes, Command, Cx, Stop, Write};
use crate::event::Action;
use crate::facts::{Facts, Key, ReadSet};
use crate::id::{BillingCustomerId, MeterEventId, MeterId, UsageEventId};
use crate::quantity::Quantity;
use crate::record::{Field, Noun, Record};
use crate::refusal::{MeterRefusal, Refusal};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub use adjust::CancelMeterEvent;
pub use report::{ReportUsage, Reported};

/// Longest name for people, in characters.
pub const DISPLAY_NAME_MAX_CHARACTERS: usize = 250;
/// Longest name of a meter's events, key in their payload, text there, and identifier, in characters.
pub const WORD_MAX_CHARACTERS: usize = 100;
/// How long ago what an event reports may have occurred, in milliseconds: 35 days.
pub const PAST_MAX_MILLIS: i64 = 35 * 24 * 60 * 60 * 1000;
/// How far ahead it may lie, in milliseconds: five minutes.
pub const AHEAD_MAX_MILLIS: i64 = 5 * 60 * 1000;
/// How long after it was reported an event can be cancelled, in milliseconds: 24 hours.
pub const CANCEL_MAX_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// A meter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called; oddities are documented")]
pub struct Meter {
    pub id: MeterId,
    pub event_name: String,
    pub display_name: String,
    pub formula: Formula,
    /// Where in the payload of its events the id of the customer is.
    pub customer_key: String,
    /// Where in the payload of its events the value is.
    pub value_key: String,
    /// The stretches of time that its events were summed up by before they were reported; kept and shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<MeterWindow>,
    /// Since when it takes no events; nothing while it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deactivated: Option<Timestamp>,
    /// When the last write got through, also one that changed nothing.
    pub updated: Timestamp,
    pub created: Timestamp,
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[allow(missing_docs, reason = "the variants are what they are called")]
        pub enum $name { $($variant,)* }

        impl $name {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its word.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }
    )*};
}

words! {
    /// What the events of a stretch of time come to: how many there are, the value of the latest, or the sum of all.
    Formula { Count = "count", Last = "last", Sum = "sum", }
    /// A stretch of time.
    MeterWindow { Day = "day", Hour = "hour", }
}

impl MeterWindow {
    /// Its length.
    pub const fn seconds(self) -> i64 {
        match self {
            Self::Hour => 60 * 60,
            Self::Day => 24 * 60 * 60,
        }
    }
}

/// One report to a meter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called; oddities are documented")]
pub struct MeterEvent {
    pub id: MeterEventId,
    pub meter: MeterId,
    /// What the caller calls it; no two events of an environment have the same.
    pub identifier: String,
    /// What it counts for; nothing where it named no customer or no number, or was cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<Counted>,
    /// When the usage occurred.
    pub created: Timestamp,
    /// When it was reported.
    pub recorded: Timestamp,
}

/// What a meter event counts for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called; oddities are documented")]
pub struct Counted {
    pub customer: BillingCustomerId,
    pub value: Quantity,
    /// The usage that was recorded with it, where the meter feeds a feature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<UsageEventId>,
}

impl MeterEvent {
    /// The meter together with the customer.
    pub fn subject(meter: &MeterId, customer: &BillingCustomerId) -> String {
        format!("{meter} {customer}")
    }
}

/// What the events of a stretch of time come to so far. They are told of from the latest to the earliest.
#[derive(Debug, Clone, Copy, Default)]
pub struct Aggregate {
    count: i64,
    sum: Quantity,
    last: Quantity,
}

impl Aggregate {
    /// Adds an event that is no later than those before.
    pub fn add(&mut self, value: Quantity) {
        if self.count == 0 {
            self.last = value;
        }
        self.count += 1;
        self.sum = self.sum.plus(value);
    }

    /// What they come to; zero where there are none.
    pub fn value(&self, formula: Formula) -> Quantity {
        match formula {
            Formula::Count => Quantity::whole(self.count),
            Formula::Last => self.last,
            Formula::Sum => self.sum,
        }
    }
}

/// Makes a meter.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in `Meter`")]
pub struct CreateMeter {
    pub event_name: String,
    pub display_name: String,
    pub formula: Formula,
    pub customer_key: String,
    pub value_key: String,
    pub window: Option<MeterWindow>,
}

impl Command for CreateMeter {
    type Reply = Arc<Meter>;

    fn reads(&self) -> ReadSet {
        Key::holder(Field::MeterHeld, &self.event_name).into()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        check_free(&self.event_name, facts)?;
        let meter = Arc::new(Meter {
            id: cx.new_id(),
            event_name: self.event_name.clone(),
            display_name: self.display_name.clone(),
            formula: self.formula,
            customer_key: self.customer_key.clone(),
            value_key: self.value_key.clone(),
            window: self.window,
            deactivated: None,
            updated: cx.now,
            created: cx.now,
        });
        let mut changes = Changes::default();
        changes.put(None, Record::Meter(meter.clone()), cx);
        Ok((meter, changes))
    }
}

fn check_free(event_name: &str, facts: &Facts) -> Result<(), Stop> {
    match facts.holder(Field::MeterHeld, event_name)? {
        Some(_) => Err(MeterRefusal::NameTaken { event_name: event_name.to_owned() }.into()),
        None => Ok(()),
    }
}

/// The row of a meter.
pub fn row(id: &MeterId) -> Key {
    Key::Row(Noun::Meter, id.to_string())
}

fn existing(facts: &Facts, id: &MeterId) -> Result<Arc<Meter>, Stop> {
    Ok(facts.meter(id)?.ok_or_else(|| Refusal::NoSubject { noun: Noun::Meter, id: id.to_string() })?)
}

/// Changes what people call a meter.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in `Meter`")]
pub struct UpdateMeter {
    pub id: MeterId,
    pub display_name: Option<String>,
}

impl Command for UpdateMeter {
    type Reply = Arc<Meter>;

    fn reads(&self) -> ReadSet {
        row(&self.id).into()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let before = existing(facts, &self.id)?;
        let display_name = self.display_name.clone().unwrap_or_else(|| before.display_name.clone());
        let after = Arc::new(Meter { display_name, updated: cx.now, ..(*before).clone() });
        let mut changes = Changes::default();
        changes.put(Some(Record::Meter(before)), Record::Meter(after.clone()), cx);
        Ok((after, changes))
    }
}

/// Makes a meter take events, or no longer. One that is so already stays as it is.
#[derive(Debug, Clone)]
pub struct SwitchMeter {
    /// Which one.
    pub id: MeterId,
    /// Whether it is to take events.
    pub active: bool,
}

impl Command for SwitchMeter {
    type Reply = Arc<Meter>;

    fn reads(&self) -> ReadSet {
        row(&self.id).into()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let before = existing(facts, &self.id)?;
        let mut changes = Changes::default();
        if before.deactivated.is_none() == self.active {
            return Ok((before, changes));
        }
        let action = if self.active { Action::Reactivated } else { Action::Deactivated };
        if self.active {
            check_free(&before.event_name, facts)?;
        }
        let deactivated = (!self.active).then_some(cx.now);
        let after = Arc::new(Meter { deactivated, updated: cx.now, ..(*before).clone() });
        changes.announce(action, None, &Record::Meter(after.clone()), cx);
        changes.writes.push(Write::Put { before: Some(Record::Meter(before)), after: Record::Meter(after.clone()) });
        Ok((after, changes))
    }
}
