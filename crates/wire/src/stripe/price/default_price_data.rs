//! The price that is created with its product.

use super::currency_options::{self, CURRENCY_OPTIONS, TiersHere};
use super::custom_unit_amount::CUSTOM_UNIT_AMOUNT;
use super::fields::{self, CURRENCY, TAX_BEHAVIOR};
use super::recurring::{self, RECURRING_BRIEF};
use super::unit_amount::{self, UNIT_AMOUNT, UNIT_AMOUNT_DECIMAL};
use crate::fault::Fault;
use crate::params::{Kind, Object, Param, Path, wording};
use crate::stripe::metadata::{self, METADATA};
use crate::stripe::undecided;
use tollgate_domain::price::{Charge, NewPrice, OptionAmount};

/// Of a new product.
pub(in crate::stripe) const DEFAULT_PRICE_DATA: Param = Param::new(
    "default_price_data",
    Kind::Object(&[
        CURRENCY.required(),
        CURRENCY_OPTIONS,
        CUSTOM_UNIT_AMOUNT,
        METADATA,
        RECURRING_BRIEF,
        TAX_BEHAVIOR,
        UNIT_AMOUNT,
        UNIT_AMOUNT_DECIMAL,
    ]),
    "A price to create with the product, as its default price.",
);

/// Reads the price. `path` is its own.
pub(in crate::stripe) fn parse(params: &Object<'_>, path: &Path<'_>) -> Result<NewPrice, Fault> {
    let Some(currency) = params.get(&CURRENCY) else { return Err(wording::missing(&path.key(CURRENCY.name))) };
    let amount = unit_amount::parse(params, path)?.ok_or_else(unit_amount::missing)?;
    let recurring = recurring::parse_brief(params, path)?;
    let charge = charge(amount, recurring.is_some(), path)?;
    Ok(NewPrice {
        active: None,
        currency,
        charge,
        currency_options: currency_options::parse(params, TiersHere::Refused, path)?,
        lookup_key: None,
        metadata: metadata::of_new(params, path)?,
        nickname: None,
        recurring,
        tax_behavior: fields::tax_behavior(params),
        transform_quantity: None,
    })
}

/// What an untiered price charges.
pub(super) fn charge(amount: OptionAmount, recurs: bool, path: &Path<'_>) -> Result<Charge, Fault> {
    match amount {
        OptionAmount::PerUnit(amount) => Ok(Charge::PerUnit(amount)),
        OptionAmount::Custom(_) if recurs => Err(undecided::custom_amount_recurs(&path.key(CUSTOM_UNIT_AMOUNT.name))),
        OptionAmount::Custom(custom) => Ok(Charge::Custom(custom)),
        OptionAmount::Tiers(_) => Err(unit_amount::missing()),
    }
}
