//! Meters and their events: usage as the Stripe dialect reports it.
//!
//! Invariant: no two active meters of an environment have the same event name.

use crate::id::{BillingCustomerId, MeterEventId, MeterId};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A meter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called; oddities are documented")]
pub struct Meter {
    pub id: MeterId,
    pub event_name: String,
    /// Since when it takes no events; nothing while it does.
    pub deactivated: Option<Timestamp>,
    pub created: Timestamp,
}

/// One report to a meter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called; oddities are documented")]
pub struct MeterEvent {
    pub id: MeterEventId,
    pub meter: MeterId,
    pub customer: BillingCustomerId,
    /// No two events of an environment have the same.
    pub identifier: String,
    /// When the usage occurred.
    pub created: Timestamp,
}

impl MeterEvent {
    /// The meter together with the customer.
    pub fn subject(meter: &MeterId, customer: &BillingCustomerId) -> String {
        format!("{meter} {customer}")
    }
}
