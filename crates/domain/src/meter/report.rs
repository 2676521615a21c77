//! Reporting usage to a meter.
//!
//! Whether the customer exists and the value is a number is not the caller's to be told (spec/stripe.md 7): such an event
//! is kept, so that its identifier is taken, but counts for nothing.

use super::{AHEAD_MAX_MILLIS, Counted, Formula, Meter, MeterEvent, PAST_MAX_MILLIS};
use crate::command::{Changes, Command, Cx, Stop, Write};
use crate::facts::{Facts, Key, ReadSet};
use crate::id::{self, BillingCustomerId, CustomerId, MeterId, UsageEventId};
use crate::metadata::Metadata;
use crate::quantity::Quantity;
use crate::record::{Field, Record};
use crate::refusal::MeterRefusal;
use crate::time::Timestamp;
use crate::usage::{Track, Tracked};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Reports usage to the active meter of an event name.
#[derive(Debug, Clone)]
pub struct ReportUsage {
    /// The name of the event.
    pub event_name: String,
    /// Whose usage, and how much; where in it, the meter says.
    pub payload: BTreeMap<String, String>,
    /// What the caller calls the event, or nothing for a generated name.
    pub identifier: Option<String>,
    /// When the usage occurred; now, where not given.
    pub occurred: Option<Timestamp>,
}

/// A report that was taken.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in `ReportUsage`")]
pub struct Reported {
    pub event: Arc<MeterEvent>,
    pub event_name: String,
    pub payload: BTreeMap<String, String>,
}

impl Command for ReportUsage {
    type Reply = Reported;

    fn reads(&self) -> ReadSet {
        let identifier = self.identifier.iter().map(|identifier| Key::holder(Field::MeterEventIdentifier, identifier));
        identifier.chain([Key::holder(Field::MeterHeld, &self.event_name), Key::Catalog]).collect()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let meter = facts.holder(Field::MeterHeld, &self.event_name)?.map(MeterId::from);
        let meter = meter.map(|id| facts.meter(&id)).transpose()?.flatten();
        let Some(meter) = meter else {
            return Err(MeterRefusal::NoMeter { event_name: self.event_name.clone() }.into());
        };
        if let Some(identifier) = &self.identifier
            && facts.holder(Field::MeterEventIdentifier, identifier)?.is_some()
        {
            return Err(MeterRefusal::IdentifierTaken { identifier: identifier.clone() }.into());
        }
        let customer = self.customer(&meter, facts, cx.now)?;
        let now = customer.as_ref().map_or(cx.now, |customer| customer.now);
        let occurred = occurred(self.occurred, now)?;
        let identifier = self.identifier.clone().unwrap_or_else(|| id::uuid(cx.now, cx.random));
        let (counted, mut changes) = match customer.zip(self.value(&meter)) {
            Some((customer, value)) => {
                let (usage, changes) = feed(&meter, &customer, value, &identifier, occurred, facts, cx)?;
                (Some(Counted { customer: customer.id, value, usage }), changes)
            }
            None => (None, Changes::default()),
        };
        let event = Arc::new(MeterEvent {
            id: cx.new_id(),
            meter: meter.id.clone(),
            identifier,
            counted,
            created: occurred,
            recorded: cx.now,
        });
        changes.writes.push(Write::Put { before: None, after: Record::MeterEvent(event.clone()) });
        let (event_name, payload) = (self.event_name.clone(), self.payload.clone());
        Ok((Reported { event, event_name, payload }, changes))
    }
}

/// Whose usage it is.
struct Whose {
    id: BillingCustomerId,
    /// The customer of the access side.
    holder: Option<CustomerId>,
    /// What time it is for them.
    now: Timestamp,
}

impl ReportUsage {
    /// The customer that the payload names; nothing where there is none.
    fn customer(&self, meter: &Meter, facts: &Facts, now: Timestamp) -> Result<Option<Whose>, Stop> {
        let Some(id) = self.payload.get(&meter.customer_key) else { return Ok(None) };
        let id = BillingCustomerId::from(id.as_str());
        let Some(customer) = facts.billing_customer(&id)?.filter(|customer| !customer.deleted) else { return Ok(None) };
        let clock = customer.test_clock.as_ref().map(|clock| facts.test_clock(clock)).transpose()?.flatten();
        let holder = facts.holder(Field::CustomerStripe, id.as_str())?.map(CustomerId::from);
        Ok(Some(Whose { id, holder, now: clock.map_or(now, |clock| clock.frozen) }))
    }

    /// How much the payload says; nothing where that is no number. Where events are counted it need not say.
    fn value(&self, meter: &Meter) -> Option<Quantity> {
        match (self.payload.get(&meter.value_key), meter.formula) {
            (Some(value), _) => Quantity::parse(value).ok(),
            (None, Formula::Count) => Some(Quantity::whole(1)),
            (None, _) => None,
        }
    }
}

fn occurred(asked: Option<Timestamp>, now: Timestamp) -> Result<Timestamp, MeterRefusal> {
    let Some(occurred) = asked else { return Ok(now) };
    let ahead = occurred.millis().saturating_sub(now.millis());
    if !(-PAST_MAX_MILLIS..=AHEAD_MAX_MILLIS).contains(&ahead) {
        return Err(MeterRefusal::BadInstant);
    }
    Ok(occurred)
}

/// Records the usage of the feature that has the event's name as its key, where there is one and it is counted.
fn feed(
    meter: &Meter,
    customer: &Whose,
    value: Quantity,
    identifier: &str,
    occurred: Timestamp,
    facts: &Facts,
    cx: &mut Cx<'_>,
) -> Result<(Option<UsageEventId>, Changes), Stop> {
    let amount = match meter.formula {
        Formula::Sum => value,
        Formula::Count => Quantity::whole(1),
        // What is used is not the sum of what is reported.
        Formula::Last => return Ok((None, Changes::default())),
    };
    let feature = facts.catalog()?.feature_by_key(&meter.event_name);
    let is_fed = feature.is_some_and(|feature| feature.tracks_usage && feature.archived.is_none());
    let Some(holder) = customer.holder.clone().filter(|_| is_fed) else { return Ok((None, Changes::default())) };
    let track = Track {
        customer: holder,
        feature_key: meter.event_name.clone(),
        amount,
        key: Some(identifier.to_owned()),
        occurred: Some(occurred),
        metadata: Metadata::new(),
    };
    match track.decide(facts, cx) {
        Ok((Tracked::Applied { event, .. }, changes)) => Ok((Some(event), changes)),
        // The other dialect recorded it under this key before, or it is too much to hold: nothing is added.
        Ok(_) | Err(Stop::Refused(_)) => Ok((None, Changes::default())),
        Err(need) => Err(need),
    }
}
