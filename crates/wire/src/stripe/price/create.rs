//! `POST /v1/prices`

use super::currency_options::{self, CURRENCY_OPTIONS, TiersHere};
use super::custom_unit_amount::CUSTOM_UNIT_AMOUNT;
use super::default_price_data;
use super::fields::{self, ACTIVE, CURRENCY, LOOKUP_KEY, NICKNAME, TAX_BEHAVIOR, TRANSFER_LOOKUP_KEY};
use super::product_data::{self, PRODUCT_DATA};
use super::recurring::{self, INTERVAL, RECURRING};
use super::tiers::{self, TIERS};
use super::unit_amount::{self, UNIT_AMOUNT, UNIT_AMOUNT_DECIMAL};
use crate::expand::{self, EXPAND, Expand};
use crate::fault::Fault;
use crate::form::Params;
use crate::params::{self, Kind, Object, Param, Path, Table, wording};
use crate::stripe::metadata::METADATA;
use crate::stripe::undecided;
use tollgate_domain::id::ID_MAX_CHARACTERS;
use tollgate_domain::price::{Charge, CreatePrice, NewPrice, ProductChoice, Round, TiersMode, TransformQuantity};

const PRODUCT: Param =
    Param::new("product", Kind::text(ID_MAX_CHARACTERS), "The id of the product that is sold at this price.");
pub(in crate::stripe) const BILLING_SCHEME: Param = Param::new(
    "billing_scheme",
    Kind::Word(&["per_unit", "tiered"]),
    "Whether all units cost the same, or it depends on the tier; `per_unit` unless said.",
);
pub(in crate::stripe) const TIERS_MODE: Param = Param::new(
    "tiers_mode",
    Kind::Word(&["graduated", "volume"]),
    "Whether each unit costs what its own tier says, or all cost what the tier says that the quantity reaches.",
);
const TRANSFORM_QUANTITY: Param =
    Param::new("transform_quantity", Kind::Object(&[DIVIDE_BY, ROUND]), "Divides the quantity before it is charged.");
pub(in crate::stripe) const DIVIDE_BY: Param =
    Param::new("divide_by", Kind::Integer { min: 1, max: i64::MAX }, "What to divide by.").required();
pub(in crate::stripe) const ROUND: Param =
    Param::new("round", Kind::Word(&["down", "up"]), "Which way to round.").required();

/// The parameters, in the order in which they are checked.
pub const CREATE: Table = &[
    CURRENCY.required(),
    PRODUCT,
    PRODUCT_DATA,
    ACTIVE,
    BILLING_SCHEME,
    UNIT_AMOUNT,
    UNIT_AMOUNT_DECIMAL,
    CUSTOM_UNIT_AMOUNT,
    CURRENCY_OPTIONS,
    LOOKUP_KEY,
    TRANSFER_LOOKUP_KEY,
    NICKNAME,
    RECURRING,
    TAX_BEHAVIOR,
    TIERS,
    TIERS_MODE,
    TRANSFORM_QUANTITY,
    METADATA,
    EXPAND,
];

/// Reads a new price, with its product where that is new too.
pub fn parse_create(params: &Params) -> Result<(CreatePrice, Expand), Fault> {
    let params = params::read(CREATE, params)?;
    let expand = expand::of_object(&params, &super::EXPANDABLE)?;
    let product = product(&params)?;
    let price = new_price(&params)?;
    let transfer_lookup_key = params.get(&TRANSFER_LOOKUP_KEY).unwrap_or(false);
    Ok((CreatePrice { product, price, transfer_lookup_key }, expand))
}

fn product(params: &Object<'_>) -> Result<ProductChoice, Fault> {
    match (params.get(&PRODUCT), params.object(&PRODUCT_DATA)) {
        (Some(_), Some(_)) => {
            Err(wording::exclusive(&[PRODUCT.name, PRODUCT_DATA.name], &Path::Root.key(PRODUCT.name)))
        }
        (Some(id), None) => Ok(ProductChoice::Existing(id)),
        (None, Some(data)) => {
            let product = product_data::parse(data, &Path::Root.key(PRODUCT_DATA.name))?;
            Ok(ProductChoice::New(Box::new(product)))
        }
        (None, None) => {
            Err(Fault::invalid("You must specify either `product` or `product_data` when creating a price."))
        }
    }
}

fn new_price(params: &Object<'_>) -> Result<NewPrice, Fault> {
    let Some(currency) = params.get(&CURRENCY) else { return Err(wording::missing(&Path::Root.key(CURRENCY.name))) };
    Ok(NewPrice {
        active: params.get(&ACTIVE),
        currency,
        charge: charge(params)?,
        currency_options: currency_options::parse(params, TiersHere::Allowed, &Path::Root)?,
        lookup_key: params.get(&LOOKUP_KEY),
        metadata: params.get(&METADATA).unwrap_or_default(),
        nickname: params.get(&NICKNAME),
        recurring: recurring::parse(params, &Path::Root)?,
        tax_behavior: fields::tax_behavior(params),
        transform_quantity: transform_quantity(params),
    })
}

fn charge(params: &Object<'_>) -> Result<Charge, Fault> {
    if params.get(&BILLING_SCHEME) == Some("tiered") {
        return tiered(params);
    }
    if let Some(param) = [TIERS, TIERS_MODE].into_iter().find(|param| params.has(param)) {
        return Err(undecided::only_with_tiered(param.name, &Path::Root.key(param.name)));
    }
    let amount = unit_amount::parse(params, &Path::Root)?.ok_or_else(unit_amount::missing)?;
    default_price_data::charge(amount, params.has(&RECURRING), &Path::Root)
}

fn tiered(params: &Object<'_>) -> Result<Charge, Fault> {
    if !params.has(&RECURRING) {
        // Stripe names the parameter by its name in plans.
        let message = "Prices with `type=one_time` are not supported with tiered billing.";
        return Err(Fault::invalid(message).about(INTERVAL.name));
    }
    let beside = [UNIT_AMOUNT, UNIT_AMOUNT_DECIMAL, CUSTOM_UNIT_AMOUNT, TRANSFORM_QUANTITY];
    if let Some(param) = beside.into_iter().find(|param| params.has(param)) {
        return Err(undecided::not_with_tiered(param.name, &Path::Root.key(param.name)));
    }
    tiers_of(params)
}

/// The tiers and how they count, both of which must be there.
pub(in crate::stripe) fn tiers_of(params: &Object<'_>) -> Result<Charge, Fault> {
    let missing = |param: Param| wording::missing(&Path::Root.key(param.name));
    let tiers = tiers::parse(params, &Path::Root)?.ok_or_else(|| missing(TIERS))?;
    let mode = params.word(&TIERS_MODE, TiersMode::ALL, TiersMode::as_str).ok_or_else(|| missing(TIERS_MODE))?;
    Ok(Charge::Tiered { mode, tiers })
}

fn transform_quantity(params: &Object<'_>) -> Option<TransformQuantity> {
    transform(params.object(&TRANSFORM_QUANTITY)?)
}

/// What divides the quantity.
pub(in crate::stripe) fn transform(transform: &Object<'_>) -> Option<TransformQuantity> {
    let divide_by: i64 = transform.get(&DIVIDE_BY)?;
    let round = transform.word(&ROUND, Round::ALL, Round::as_str)?;
    Some(TransformQuantity { divide_by: divide_by.unsigned_abs(), round })
}
