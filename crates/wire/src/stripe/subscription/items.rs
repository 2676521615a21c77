//! The items that a request asks for, of a subscription or alone.

use super::settings::{DISCOUNTS, TAX_RATES};
use crate::fault::Fault;
use crate::params::{Kind, Object, Param, Path, Table, wording};
use crate::stripe::metadata::{self, METADATA, METADATA_CHANGE};
use crate::stripe::price::{inline, inline::PRICE_DATA};
use crate::stripe::undecided;
use tollgate_domain::id::ID_MAX_CHARACTERS;
use tollgate_domain::subscription::{InlinePrice, ItemChange, ItemPatch, NewItem, PriceChoice};

const USAGE_GTE: Param =
    Param::new("usage_gte", Kind::Integer { min: i64::MIN, max: i64::MAX }, "Taken, without effect.").required();
pub(in crate::stripe) const BILLING_THRESHOLDS: Param =
    Param::new("billing_thresholds", Kind::Object(&[USAGE_GTE]), "Taken, without effect.").clearable();
pub(in crate::stripe) const PRICE: Param =
    Param::new("price", Kind::text(ID_MAX_CHARACTERS), "The price; recurring and active.");
/// Largest quantity that is told apart.
const QUANTITY_MAX: i64 = 999_999_999_999;
pub(in crate::stripe) const QUANTITY: Param = Param::new(
    "quantity",
    Kind::Integer { min: 0, max: QUANTITY_MAX },
    "How many; 1 unless said. Not where the price is metered.",
);
const ID: Param = Param::new("id", Kind::text(ID_MAX_CHARACTERS), "The item to change; without it, one is added.");
const DELETED: Param = Param::new("deleted", Kind::Boolean, "Whether the item is taken out.");
pub(in crate::stripe) const CLEAR_USAGE: Param = Param::new("clear_usage", Kind::Boolean, "Taken, without effect.");

/// The parameters of an item of a new subscription.
pub(super) const ITEM: Table = &[BILLING_THRESHOLDS, DISCOUNTS, METADATA, PRICE, PRICE_DATA, QUANTITY, TAX_RATES];
/// The parameters of an item in a change of a subscription.
pub(super) const ITEM_CHANGE: Table =
    &[BILLING_THRESHOLDS, CLEAR_USAGE, DELETED, DISCOUNTS, ID, METADATA_CHANGE, PRICE, PRICE_DATA, QUANTITY, TAX_RATES];

/// Reads a new item. `path` is its own.
pub(in crate::stripe) fn new_item(item: &Object<'_>, path: &Path<'_>) -> Result<NewItem, Fault> {
    super::settings::check_item(item, path)?;
    let price = price(item, path)?.ok_or_else(|| undecided::item_without_price(path))?;
    let quantity = quantity(item);
    Ok(NewItem { price, quantity, metadata: metadata::of_new(item, path)? })
}

/// Reads a change of an item. `path` is its own.
pub(in crate::stripe) fn patch(item: &Object<'_>, path: &Path<'_>) -> Result<ItemPatch, Fault> {
    super::settings::check_item(item, path)?;
    Ok(ItemPatch { price: price(item, path)?, quantity: quantity(item), metadata: metadata::change(item) })
}

/// Reads what to do about one item of a subscription. `path` is its own.
pub(super) fn change(item: &Object<'_>, path: &Path<'_>) -> Result<ItemChange, Fault> {
    let is_deleted = item.get(&DELETED) == Some(true);
    match item.get::<&str>(&ID) {
        Some(id) if is_deleted => Ok(ItemChange::Remove { id: id.into() }),
        Some(id) => Ok(ItemChange::Change { id: id.into(), patch: patch(item, path)? }),
        None if is_deleted => Err(wording::missing(&path.key(ID.name))),
        None => new_item(item, path).map(ItemChange::Add),
    }
}

fn quantity(item: &Object<'_>) -> Option<u64> {
    item.get::<i64>(&QUANTITY).map(i64::unsigned_abs)
}

fn price(item: &Object<'_>, path: &Path<'_>) -> Result<Option<PriceChoice>, Fault> {
    match (item.get::<&str>(&PRICE), item.object(&PRICE_DATA)) {
        (Some(_), Some(_)) => Err(wording::exclusive(&[PRICE.name, PRICE_DATA.name], &path.key(PRICE.name))),
        (Some(id), None) => Ok(Some(PriceChoice::Existing(id.into()))),
        (None, Some(data)) => {
            let (product, price) = inline::parse(data, &path.key(PRICE_DATA.name))?;
            Ok(Some(PriceChoice::Inline(Box::new(InlinePrice { product, price }))))
        }
        (None, None) => Ok(None),
    }
}
