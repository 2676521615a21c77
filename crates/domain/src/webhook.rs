//! Webhook endpoints, and the deliveries of events to them.
//!
//! Invariant: the deliveries of an event are written in the same step as the event.

use crate::id::{DeliveryId, EventId, WebhookEndpointId};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Where events are sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called; oddities are documented")]
pub struct WebhookEndpoint {
    pub id: WebhookEndpointId,
    pub url: String,
    pub created: Timestamp,
}

/// That an event is to be sent to an endpoint, as long as that did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called; oddities are documented")]
pub struct Delivery {
    pub id: DeliveryId,
    pub event: EventId,
    pub endpoint: WebhookEndpointId,
    /// When it is tried next; nothing once it was given up.
    pub due: Option<Timestamp>,
    pub created: Timestamp,
}
