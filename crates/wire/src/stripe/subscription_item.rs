//! Items of subscriptions, by themselves.

use super::metadata::{METADATA, METADATA_CHANGE};
use super::price::inline::PRICE_DATA;
use super::subscription::ITEM_EXPANDABLE;
use super::subscription::items::{self, BILLING_THRESHOLDS, CLEAR_USAGE, PRICE, QUANTITY};
use super::subscription::settings::{
    DISCOUNTS, OFF_SESSION, PAYMENT_BEHAVIOR, PRORATION_BEHAVIOR, PRORATION_DATE, TAX_RATES,
};
use crate::expand::{self, EXPAND, Expand, Expandable};
use crate::fault::Fault;
use crate::form::Params;
use crate::json::Writer;
use crate::list::{self, ENDING_BEFORE, LIMIT, ListRequest, STARTING_AFTER};
use crate::params::{self, Kind, Param, Path, Table, wording};
use tollgate_domain::id::{ID_MAX_CHARACTERS, SubscriptionId, SubscriptionItemId};
use tollgate_domain::list::{CreatedRange, Page};
use tollgate_domain::record::Noun;
use tollgate_domain::subscription::{CreateItem, DeleteItem, Item, Subscription, UpdateItem};

const SUBSCRIPTION: Param =
    Param::new("subscription", Kind::text(ID_MAX_CHARACTERS), "The subscription whose item it is.").required();

/// The parameters of a creation, in the order in which they are checked.
pub const CREATE: Table = &[
    SUBSCRIPTION,
    BILLING_THRESHOLDS,
    DISCOUNTS,
    METADATA,
    PAYMENT_BEHAVIOR,
    PRICE,
    PRICE_DATA,
    PRORATION_BEHAVIOR,
    PRORATION_DATE,
    QUANTITY,
    TAX_RATES,
    EXPAND,
];
/// The parameters of a change, in the order in which they are checked.
pub const UPDATE: Table = &[
    BILLING_THRESHOLDS,
    DISCOUNTS,
    METADATA_CHANGE,
    OFF_SESSION,
    PAYMENT_BEHAVIOR,
    PRICE,
    PRICE_DATA,
    PRORATION_BEHAVIOR,
    PRORATION_DATE,
    QUANTITY,
    TAX_RATES,
    EXPAND,
];
/// The parameters of a deletion.
pub const DELETE: Table = &[CLEAR_USAGE, PAYMENT_BEHAVIOR, PRORATION_BEHAVIOR, PRORATION_DATE];
/// The parameters of a retrieval.
pub const RETRIEVE: Table = &[EXPAND];
/// The parameters of a list.
pub const LIST: Table = &[SUBSCRIPTION, ENDING_BEFORE, EXPAND, LIMIT, STARTING_AFTER];

static LISTED: [Expandable; 1] = [Expandable { name: "data", within: &ITEM_EXPANDABLE }];

/// Reads a new item.
pub fn parse_create(params: &Params) -> Result<(CreateItem, Expand), Fault> {
    let params = params::read(CREATE, params)?;
    let expand = expand::of_object(&params, &ITEM_EXPANDABLE)?;
    let missing = || wording::missing(&Path::Root.key(SUBSCRIPTION.name));
    let subscription: SubscriptionId = params.get(&SUBSCRIPTION).ok_or_else(missing)?;
    Ok((CreateItem { subscription, item: items::new_item(&params, &Path::Root)? }, expand))
}

/// Reads a change of an item.
pub fn parse_update(params: &Params, id: SubscriptionItemId) -> Result<(UpdateItem, Expand), Fault> {
    let params = params::read(UPDATE, params)?;
    let expand = expand::of_object(&params, &ITEM_EXPANDABLE)?;
    Ok((UpdateItem { id, patch: items::patch(&params, &Path::Root)? }, expand))
}

/// Reads a deletion.
pub fn parse_delete(params: &Params, id: SubscriptionItemId) -> Result<DeleteItem, Fault> {
    params::read(DELETE, params)?;
    Ok(DeleteItem { id })
}

/// Reads what a retrieval is to expand.
pub fn parse_retrieve(params: &Params) -> Result<Expand, Fault> {
    expand::of_object(&params::read(RETRIEVE, params)?, &ITEM_EXPANDABLE)
}

/// Reads a list of the items of one subscription.
pub fn parse_list(params: &Params) -> Result<(ListRequest, SubscriptionId), Fault> {
    let params = params::read(LIST, params)?;
    let missing = || wording::missing(&Path::Root.key(SUBSCRIPTION.name));
    let subscription = params.get(&SUBSCRIPTION).ok_or_else(missing)?;
    let created = CreatedRange::default();
    Ok((list::request(&params, Noun::SubscriptionItem, Vec::new(), created, &LISTED)?, subscription))
}

/// The page of a subscription's items that was asked for: oldest first, unlike any other list.
pub fn list<'s>(request: &ListRequest, subscription: &'s Subscription) -> Result<Page<&'s Item>, Fault> {
    list::page(request, subscription.items.iter().collect(), |item| item.id.as_str(), |_| true)
}

/// The item does not exist, or its subscription does not.
pub fn unknown(id: &str) -> Fault {
    Fault::invalid(format!("Invalid subscription_item id: {id}")).with_status(404)
}

/// The address under which the items of a subscription are listed.
pub fn url(subscription: &Subscription) -> String {
    format!("/v1/subscription_items?subscription={}", subscription.id)
}

/// Writes what is left of an item that was deleted.
pub fn render_deleted(writer: &mut Writer, id: &SubscriptionItemId) {
    writer.begin_object();
    writer.field("id", id.as_str());
    writer.field("object", "subscription_item");
    writer.field("deleted", &true);
    writer.end_object();
}
