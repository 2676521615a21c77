//! Subscriptions.
//!
//! There are no invoices: parameters that say how an invoice is made and paid are taken and checked, and have no effect
//! ([`settings`]), but for `payment_behavior` on creation. Whether what is charged counts as paid is a setting of the server.

mod create;
mod fields;
pub(super) mod items;
mod list;
mod refusal;
mod render;
pub(super) mod settings;
mod update;

use super::price;
use crate::expand::{self, EXPAND, Expand, Expandable};
use crate::fault::Fault;
use crate::form::Params;
use crate::params::{self, Table};
use fields::{COMMENT, FEEDBACK};
use tollgate_domain::id::SubscriptionId;
use tollgate_domain::subscription::{CancelSubscription, ResumeSubscription};

pub use create::{CREATE, parse_create};
pub use list::{LIST, Sieve, SubscriptionList, parse_list, parse_search};
pub(super) use refusal::refused;
pub use render::{render, render_item, render_item_at};
pub use update::{UPDATE, parse_update};

/// The parameters of a retrieval.
pub const RETRIEVE: Table = &[EXPAND];
/// The parameters of a cancellation.
pub const CANCEL: Table = &[fields::CANCELLATION_DETAILS, settings::INVOICE_NOW, settings::PRORATE, EXPAND];
/// The parameters of a resumption.
pub const RESUME: Table = &[fields::RESUME_ANCHOR, settings::PRORATION_BEHAVIOR, settings::PRORATION_DATE, EXPAND];

/// What of an item can be expanded.
pub(super) static ITEM_EXPANDABLE: [Expandable; 5] = [
    Expandable::leaf("billing_thresholds"),
    Expandable::leaf("discounts"),
    Expandable::leaf("plan"),
    Expandable { name: "price", within: &price::EXPANDABLE },
    Expandable::leaf("tax_rates"),
];

/// What of a subscription can be expanded. What there is none of is accepted and stays null.
pub(super) static EXPANDABLE: [Expandable; 27] = [
    Expandable::leaf("application"),
    Expandable::leaf("automatic_tax"),
    Expandable::leaf("billing_cycle_anchor_config"),
    Expandable::leaf("billing_mode"),
    Expandable::leaf("billing_schedules"),
    Expandable::leaf("billing_thresholds"),
    Expandable::leaf("cancellation_details"),
    Expandable { name: "customer", within: &super::billing_customer::EXPANDABLE },
    Expandable::leaf("default_payment_method"),
    Expandable::leaf("default_source"),
    Expandable::leaf("default_tax_rates"),
    Expandable::leaf("discounts"),
    Expandable::leaf("invoice_settings"),
    Expandable { name: "items", within: &[Expandable { name: "data", within: &ITEM_EXPANDABLE }] },
    Expandable::leaf("latest_invoice"),
    Expandable::leaf("managed_payments"),
    Expandable::leaf("on_behalf_of"),
    Expandable::leaf("pause_collection"),
    Expandable::leaf("payment_settings"),
    Expandable::leaf("pending_invoice_item_interval"),
    Expandable::leaf("pending_setup_intent"),
    Expandable::leaf("pending_update"),
    Expandable::leaf("presentment_details"),
    Expandable::leaf("schedule"),
    Expandable::leaf("test_clock"),
    Expandable::leaf("transfer_data"),
    Expandable::leaf("trial_settings"),
];

/// Reads what a retrieval is to expand.
pub fn parse_retrieve(params: &Params) -> Result<Expand, Fault> {
    expand::of_object(&params::read(RETRIEVE, params)?, &EXPANDABLE)
}

/// Reads a cancellation.
pub fn parse_cancel(params: &Params, id: SubscriptionId) -> Result<(CancelSubscription, Expand), Fault> {
    let params = params::read(CANCEL, params)?;
    let expand = expand::of_object(&params, &EXPANDABLE)?;
    let details = params.object(&fields::CANCELLATION_DETAILS);
    let comment = details.map(|details| details.patch(&COMMENT)).unwrap_or_default();
    let feedback = details.map(|details| details.patch(&FEEDBACK)).unwrap_or_default();
    Ok((CancelSubscription { id, comment, feedback }, expand))
}

/// Reads a resumption.
pub fn parse_resume(params: &Params, id: SubscriptionId) -> Result<(ResumeSubscription, Expand), Fault> {
    let params = params::read(RESUME, params)?;
    let expand = expand::of_object(&params, &EXPANDABLE)?;
    let reset_anchor = params.get::<&str>(&fields::RESUME_ANCHOR) != Some("unchanged");
    Ok((ResumeSubscription { id, reset_anchor }, expand))
}
