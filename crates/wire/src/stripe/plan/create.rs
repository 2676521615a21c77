//! `POST /v1/plans`

use crate::expand::{self, EXPAND, Expand};
use crate::fault::Fault;
use crate::form::Params;
use crate::params::{self, Kind, Object, Param, Path, Table, Value, wording};
use crate::stripe::metadata::{self, METADATA_CHANGE};
use crate::stripe::price::create::{BILLING_SCHEME, DIVIDE_BY, ROUND, TIERS_MODE, tiers_of, transform};
use crate::stripe::price::fields::{ACTIVE, CURRENCY, NICKNAME};
use crate::stripe::price::product_data;
use crate::stripe::price::recurring::{self, INTERVAL, INTERVAL_COUNT, METER, TRIAL_PERIOD_DAYS, USAGE_TYPE};
use crate::stripe::price::tiers::TIERS;
use crate::stripe::price::unit_amount;
use crate::stripe::undecided;
use std::collections::BTreeMap;
use tollgate_domain::id::{ID_MAX_CHARACTERS, PriceId};
use tollgate_domain::plan::CreatePlan;
use tollgate_domain::price::{Charge, NewPrice, ProductChoice};

const ID: Param = Param::new(
    "id",
    Kind::Id { max: ID_MAX_CHARACTERS },
    "An id of your own, which the price has too; no other price has it.",
);
const PRODUCT: Param = Param::new(
    "product",
    Kind::IdOrObject(product_data::TABLE),
    "The id of the product that is sold, or a product to create with the plan.",
);
const AMOUNT: Param =
    Param::new("amount", Kind::Amount, "The amount of one unit in minor units of the currency; 0 is free.");
const AMOUNT_DECIMAL: Param =
    Param::new("amount_decimal", Kind::DecimalAmount, "The same with up to 12 decimal places.");
const TRANSFORM_USAGE: Param =
    Param::new("transform_usage", Kind::Object(&[DIVIDE_BY, ROUND]), "Divides the quantity before it is charged.");

/// The parameters, in the order in which they are checked.
pub const CREATE: Table = &[
    CURRENCY.required(),
    INTERVAL.required(),
    PRODUCT.required(),
    ACTIVE,
    AMOUNT,
    AMOUNT_DECIMAL,
    BILLING_SCHEME,
    ID,
    INTERVAL_COUNT,
    METADATA_CHANGE,
    METER,
    NICKNAME,
    TIERS,
    TIERS_MODE,
    TRANSFORM_USAGE,
    TRIAL_PERIOD_DAYS,
    USAGE_TYPE,
    EXPAND,
];

/// Reads a new plan, with its product where that is new too.
pub fn parse_create(params: &Params) -> Result<(CreatePlan, Expand), Fault> {
    let params = params::read(CREATE, params)?;
    let expand = expand::of_object(&params, &super::EXPANDABLE)?;
    let Some(currency) = params.get(&CURRENCY) else { return Err(wording::missing(&Path::Root.key(CURRENCY.name))) };
    let price = NewPrice {
        active: params.get(&ACTIVE),
        currency,
        charge: charge(&params)?,
        currency_options: BTreeMap::new(),
        lookup_key: None,
        metadata: metadata::change(&params),
        nickname: params.get(&NICKNAME),
        recurring: recurring::parse_fields(&params, &Path::Root)?,
        tax_behavior: None,
        transform_quantity: params.object(&TRANSFORM_USAGE).and_then(transform),
    };
    let id = params.get::<PriceId>(&ID);
    Ok((CreatePlan { id, product: product(&params)?, price }, expand))
}

fn product(params: &Object<'_>) -> Result<ProductChoice, Fault> {
    let path = Path::Root.key(PRODUCT.name);
    match params.value(&PRODUCT) {
        Some(Value::Object(data)) => Ok(ProductChoice::New(Box::new(product_data::parse(data, &path)?))),
        _ => params.get(&PRODUCT).map(ProductChoice::Existing).ok_or_else(|| wording::missing(&path)),
    }
}

fn charge(params: &Object<'_>) -> Result<Charge, Fault> {
    if params.get(&BILLING_SCHEME) == Some("tiered") {
        let beside = [AMOUNT, AMOUNT_DECIMAL, TRANSFORM_USAGE];
        return match beside.into_iter().find(|param| params.has(param)) {
            Some(param) => Err(undecided::not_with_tiered(param.name, &Path::Root.key(param.name))),
            None => tiers_of(params),
        };
    }
    if let Some(param) = [TIERS, TIERS_MODE].into_iter().find(|param| params.has(param)) {
        return Err(undecided::only_with_tiered(param.name, &Path::Root.key(param.name)));
    }
    let amount = unit_amount::one_of(params, &AMOUNT, &AMOUNT_DECIMAL, &Path::Root)?;
    let missing = || Fault::invalid("Plans require an `amount` parameter to be set.");
    amount.map(Charge::PerUnit).ok_or_else(missing)
}
