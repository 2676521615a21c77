//! Customers, as they are billed.

mod fields;
mod list;
mod payments;
mod render;

use crate::expand::{self, EXPAND, Expand, Expandable};
use crate::fault::Fault;
use crate::form::Params;
use crate::params::{self, Table};
use crate::stripe::metadata::METADATA_CHANGE;
use crate::stripe::subscription;
use fields::{
    ADDRESS, BALANCE, BUSINESS_NAME, CASH_BALANCE, DESCRIPTION, EMAIL, INDIVIDUAL_NAME, INVOICE_PREFIX,
    INVOICE_SETTINGS, NAME, NEXT_INVOICE_SEQUENCE, PHONE, PREFERRED_LOCALES, SHIPPING, TAX, TAX_CHANGE, TAX_EXEMPT,
    TEST_CLOCK,
};
use payments::{
    BANK_ACCOUNT, CARD, DEFAULT_ALIPAY_ACCOUNT, DEFAULT_BANK_ACCOUNT, DEFAULT_CARD, DEFAULT_SOURCE, PAYMENT_METHOD,
    SOURCE, TAX_ID_DATA,
};
use std::sync::Arc;
use tollgate_domain::billing_customer::{CreateBillingCustomer, DeleteBillingCustomer, UpdateBillingCustomer};
use tollgate_domain::id::BillingCustomerId;

pub use list::{LIST, parse_list, parse_search};
pub use render::{render, render_deleted, render_reference};

/// The parameters of a creation, in the order in which they are checked.
pub const CREATE: Table = &[
    ADDRESS,
    BALANCE,
    BUSINESS_NAME,
    CASH_BALANCE,
    DESCRIPTION,
    EMAIL,
    INDIVIDUAL_NAME,
    INVOICE_PREFIX,
    INVOICE_SETTINGS,
    METADATA_CHANGE,
    NAME,
    NEXT_INVOICE_SEQUENCE,
    PAYMENT_METHOD,
    PHONE,
    PREFERRED_LOCALES,
    SHIPPING,
    SOURCE,
    TAX,
    TAX_EXEMPT,
    TAX_ID_DATA,
    TEST_CLOCK,
    EXPAND,
];
/// The parameters of a change, in the order in which they are checked.
pub const UPDATE: Table = &[
    ADDRESS,
    BALANCE,
    BANK_ACCOUNT,
    BUSINESS_NAME,
    CARD,
    CASH_BALANCE,
    DEFAULT_ALIPAY_ACCOUNT,
    DEFAULT_BANK_ACCOUNT,
    DEFAULT_CARD,
    DEFAULT_SOURCE,
    DESCRIPTION,
    EMAIL,
    INDIVIDUAL_NAME,
    INVOICE_PREFIX,
    INVOICE_SETTINGS,
    METADATA_CHANGE,
    NAME,
    NEXT_INVOICE_SEQUENCE,
    PHONE,
    PREFERRED_LOCALES,
    SHIPPING,
    SOURCE,
    TAX_CHANGE,
    TAX_EXEMPT,
    EXPAND,
];
/// The parameters of a retrieval.
pub const RETRIEVE: Table = &[EXPAND];
/// The parameters of a deletion: none.
pub const DELETE: Table = &[];

/// What of a customer can be expanded. The lists, `cash_balance` and `tax` are not in an answer unless they are.
pub(super) static EXPANDABLE: [Expandable; 11] = [
    Expandable::leaf("address"),
    Expandable::leaf("cash_balance"),
    Expandable::leaf("default_source"),
    Expandable::leaf("discount"),
    Expandable {
        name: "invoice_settings",
        within: &[
            Expandable::leaf("custom_fields"),
            Expandable::leaf("default_payment_method"),
            Expandable::leaf("rendering_options"),
        ],
    },
    Expandable::leaf("shipping"),
    Expandable { name: "sources", within: &[Expandable::leaf("data")] },
    Expandable { name: "subscriptions", within: &[Expandable { name: "data", within: &subscription::EXPANDABLE }] },
    Expandable { name: "tax", within: &[Expandable::leaf("location")] },
    Expandable { name: "tax_ids", within: &[Expandable::leaf("data")] },
    Expandable::leaf("test_clock"),
];

/// Reads a new customer. `link_key` is the metadata key that names the customer of the other dialect.
pub fn parse_create(params: &Params, link_key: &Arc<str>) -> Result<(CreateBillingCustomer, Expand), Fault> {
    let params = params::read(CREATE, params)?;
    let expand = expand::of_object(&params, &EXPANDABLE)?;
    let patch = fields::patch(&params)?;
    payments::check_new(&params)?;
    let (test_clock, link_key) = (params.get(&TEST_CLOCK), link_key.clone());
    Ok((CreateBillingCustomer { patch, test_clock, link_key }, expand))
}

/// Reads a change of a customer.
pub fn parse_update(
    params: &Params,
    id: BillingCustomerId,
    link_key: &Arc<str>,
) -> Result<(UpdateBillingCustomer, Expand), Fault> {
    let params = params::read(UPDATE, params)?;
    let expand = expand::of_object(&params, &EXPANDABLE)?;
    let patch = fields::patch(&params)?;
    payments::check_change(&params)?;
    Ok((UpdateBillingCustomer { id, patch, link_key: link_key.clone() }, expand))
}

/// Reads what a retrieval is to expand.
pub fn parse_retrieve(params: &Params) -> Result<Expand, Fault> {
    expand::of_object(&params::read(RETRIEVE, params)?, &EXPANDABLE)
}

/// Reads a deletion.
pub fn parse_delete(params: &Params, id: BillingCustomerId) -> Result<DeleteBillingCustomer, Fault> {
    params::read(DELETE, params)?;
    Ok(DeleteBillingCustomer { id })
}
