//! Customers as they are billed: what the Stripe dialect calls a customer.
//!
//! Invariant: every billing customer that is not deleted is exactly one customer of the access side, which holds its id
//! as [`stripe_customer`](crate::customer::Customer::stripe_customer). One that nobody linked has the id of the billing
//! customer itself.

use crate::id::{BillingCustomerId, TestClockId};
use crate::metadata::Metadata;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A customer as it is billed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called; oddities are documented")]
pub struct BillingCustomer {
    pub id: BillingCustomerId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    pub metadata: Metadata,
    /// Whose time holds for it and for everything of it, in the place of the time of day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_clock: Option<TestClockId>,
    pub created: Timestamp,
}
