//! The price that is created with an item of a subscription. It can be used for nothing else, so that it is not active.

use super::default_price_data;
use super::fields::{self, CURRENCY, TAX_BEHAVIOR};
use super::recurring::{self, RECURRING_BRIEF};
use super::unit_amount::{self, UNIT_AMOUNT, UNIT_AMOUNT_DECIMAL};
use crate::fault::Fault;
use crate::params::{Kind, Object, Param, Path, wording};
use std::collections::BTreeMap;
use tollgate_domain::id::{ID_MAX_CHARACTERS, ProductId};
use tollgate_domain::metadata::MetadataPatch;
use tollgate_domain::price::{NewPrice, OptionAmount};

const PRODUCT: Param = Param::new("product", Kind::text(ID_MAX_CHARACTERS), "The product; it exists.");
/// Of an item.
pub(in crate::stripe) const PRICE_DATA: Param = Param::new(
    "price_data",
    Kind::Object(&[
        CURRENCY.required(),
        PRODUCT.required(),
        RECURRING_BRIEF.required(),
        TAX_BEHAVIOR,
        UNIT_AMOUNT,
        UNIT_AMOUNT_DECIMAL,
    ]),
    "A price to create for this item alone.",
);

/// Reads the price and its product. `path` is its own.
pub(in crate::stripe) fn parse(params: &Object<'_>, path: &Path<'_>) -> Result<(ProductId, NewPrice), Fault> {
    let missing = |param: Param| wording::missing(&path.key(param.name));
    let currency = params.get(&CURRENCY).ok_or_else(|| missing(CURRENCY))?;
    let product = params.get(&PRODUCT).ok_or_else(|| missing(PRODUCT))?;
    let recurring = recurring::parse_brief(params, path)?.ok_or_else(|| missing(RECURRING_BRIEF))?;
    let amount = unit_amount::one_of(params, &UNIT_AMOUNT, &UNIT_AMOUNT_DECIMAL, path)?;
    let amount = amount.ok_or_else(unit_amount::missing)?;
    let price = NewPrice {
        active: Some(false),
        currency,
        charge: default_price_data::charge(OptionAmount::PerUnit(amount), true, path)?,
        currency_options: BTreeMap::new(),
        lookup_key: None,
        metadata: MetadataPatch::default(),
        nickname: None,
        recurring: Some(recurring),
        tax_behavior: fields::tax_behavior(params),
        transform_quantity: None,
    };
    Ok((product, price))
}
