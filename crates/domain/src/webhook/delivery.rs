//! Deliveries: that an event is to be sent to an endpoint.

use super::endpoint;
use crate::command::{Changes, Command, Cx, Stop, Write};
use crate::event::Event;
use crate::facts::{Facts, Key, ReadSet};
use crate::id::{DeliveryId, EventId, WebhookEndpointId};
use crate::record::{Noun, Record};
use crate::refusal::{Reference, Refusal};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How long a delivery that was given up can be looked at, in milliseconds: thirty days, as its event.
pub const FAILED_LIFETIME_MILLIS: i64 = 30 * 24 * 60 * 60 * 1000;

/// That an event is to be sent to an endpoint, as long as that did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called; oddities are documented")]
pub struct Delivery {
    /// Made of the two below: an event has one delivery to each endpoint.
    pub id: DeliveryId,
    pub event: EventId,
    pub endpoint: WebhookEndpointId,
    pub status: DeliveryStatus,
    /// When it is tried next; while it is tried, when it is tried again should nobody tell how that went. Of one that was
    /// given up, when it is forgotten.
    pub due: Timestamp,
    /// From when on the time counts after which it is given up.
    pub since: Timestamp,
    /// How often it was tried since then.
    #[serde(default)]
    pub tries: u32,
    /// What went wrong last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<Trouble>,
    pub created: Timestamp,
}

/// Whether a delivery is still tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryStatus {
    /// It is.
    Pending,
    /// It was given up.
    Failed,
}

impl DeliveryStatus {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Pending, Self::Failed];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Failed => "failed",
        }
    }
}

/// What went wrong with a try.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called; oddities are documented")]
pub struct Trouble {
    pub at: Timestamp,
    /// For people.
    pub said: String,
    /// The HTTP status of the answer, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
}

impl Delivery {
    /// The id of the delivery of an event to an endpoint.
    pub fn id_of(event: &EventId, endpoint: &WebhookEndpointId) -> DeliveryId {
        DeliveryId::from(format!("{event}.{endpoint}"))
    }

    /// A delivery that is due at once.
    pub fn new(event: &EventId, endpoint: &WebhookEndpointId, now: Timestamp) -> Self {
        Self {
            id: Self::id_of(event, endpoint),
            event: event.clone(),
            endpoint: endpoint.clone(),
            status: DeliveryStatus::Pending,
            due: now,
            since: now,
            tries: 0,
            trouble: None,
            created: now,
        }
    }
}

/// Adds to the changes of a decision what is to be sent of its events. Nothing more is read where it announces none.
pub fn send(changes: &mut Changes, facts: &Facts, now: Timestamp) -> Result<(), Stop> {
    if changes.events.is_empty() {
        return Ok(());
    }
    let endpoints = facts.endpoints()?;
    if endpoints.is_empty() {
        return Ok(());
    }
    for event in &changes.events {
        for endpoint in endpoints.of(&event.name()) {
            let delivery = Record::Delivery(Arc::new(Delivery::new(&event.id, &endpoint.id, now)));
            changes.writes.push(Write::Put { before: None, after: delivery });
        }
    }
    Ok(())
}

/// How many endpoints an event did not reach yet. Endpoints that are gone do not count.
pub fn pending(event: &EventId, facts: &Facts) -> Result<u32, Stop> {
    let (mut count, mut missing) = (0, ReadSet::default());
    for endpoint in facts.endpoints()?.seen() {
        let found = missing.gather(facts.delivery(&Delivery::id_of(event, &endpoint.id)))?;
        count += u32::from(found.flatten().is_some());
    }
    missing.known()?;
    Ok(count)
}

/// Sends an event to an endpoint once more, whether or not it reached it before.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct RetryEvent {
    pub event: EventId,
    pub endpoint: WebhookEndpointId,
}

/// An event, and how many endpoints it is still to reach.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct Resent {
    pub event: Arc<Event>,
    pub pending: u32,
}

impl Command for RetryEvent {
    type Reply = Resent;

    fn reads(&self) -> ReadSet {
        [
            Key::Row(Noun::Event, self.event.to_string()),
            Key::Row(Noun::WebhookEndpoint, self.endpoint.to_string()),
            Key::Row(Noun::Delivery, Delivery::id_of(&self.event, &self.endpoint).to_string()),
            Key::Endpoints,
        ]
        .into_iter()
        .collect()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let missing = Refusal::NoSubject { noun: Noun::Event, id: self.event.to_string() };
        let event = facts.event(&self.event)?.ok_or(missing)?;
        let endpoint = endpoint::existing(facts, &self.endpoint).map_err(|stop| match stop {
            Stop::Refused(_) => {
                Refusal::NoReference { reference: Reference::WebhookEndpoint, id: self.endpoint.to_string() }.into()
            }
            need @ Stop::Need(_) => need,
        })?;
        if endpoint.disabled {
            return Err(Refusal::WebhookEndpointDisabled(endpoint.id.clone()).into());
        }
        let before = facts.delivery(&Delivery::id_of(&self.event, &self.endpoint))?;
        let pending = pending(&self.event, facts)? + u32::from(before.is_none());
        let mut after = Delivery::new(&self.event, &self.endpoint, cx.now);
        if let Some(before) = &before {
            after = Delivery { created: before.created, trouble: before.trouble.clone(), ..after };
        }
        let mut changes = Changes::default();
        let after = Record::Delivery(Arc::new(after));
        changes.writes.push(Write::Put { before: before.map(Record::Delivery), after });
        Ok((Resent { event, pending }, changes))
    }
}
