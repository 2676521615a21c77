//! `POST /v1/coupons`

use super::{AMOUNT_OFF, CURRENCY_OPTIONS, NAME, amounts};
use crate::expand::{self, EXPAND, Expand};
use crate::fault::Fault;
use crate::form::Params;
use crate::params::{self, Kind, Object, Param, Path, Table};
use crate::stripe::metadata::{self, METADATA_CHANGE};
use crate::stripe::undecided;
use tollgate_domain::coupon::{CreateCoupon, Lasts, Off, PRODUCTS_MAX};
use tollgate_domain::id::{CouponId, ID_MAX_CHARACTERS, ProductId};
use tollgate_domain::time::Timestamp;

/// Longest that a coupon can take something off, in months: as long as a period can be.
const MONTHS_MAX: i64 = u32::MAX as i64;

const ID: Param =
    Param::new("id", Kind::Id { max: ID_MAX_CHARACTERS }, "An id of your own; one is drawn where you give none.");
const DURATION: Param = Param::new(
    "duration",
    Kind::Word(&["forever", "once", "repeating"]),
    "For how long a subscription has the discount; `once` unless said.",
);
const CURRENCY: Param = Param::new("currency", Kind::Currency, "The currency of `amount_off`.");
const DURATION_IN_MONTHS: Param = Param::new(
    "duration_in_months",
    Kind::Integer { min: 1, max: MONTHS_MAX },
    "How many months a repeating discount lasts.",
);
const MAX_REDEMPTIONS: Param = Param::new(
    "max_redemptions",
    Kind::Integer { min: 1, max: i64::MAX },
    "How often it can be redeemed before it is no longer valid.",
);
const PERCENT_OFF: Param =
    Param::new("percent_off", Kind::Percent, "How many percent are taken off, from 0.01 to 100.");
const REDEEM_BY: Param = Param::new(
    "redeem_by",
    Kind::Integer { min: i64::MIN, max: i64::MAX },
    "The last second at which it can be redeemed; five years ahead at most.",
);
const APPLIES_TO: Param =
    Param::new("applies_to", Kind::Object(&[PRODUCTS]), "What the coupon is for; everything unless said.");
const PRODUCTS: Param = Param::new(
    "products",
    Kind::Array { max: PRODUCTS_MAX, of: &Kind::text(ID_MAX_CHARACTERS) },
    "The ids of the products that it is for.",
);

/// The parameters, in the order in which they are checked.
pub const CREATE: Table = &[
    ID,
    DURATION,
    AMOUNT_OFF,
    CURRENCY,
    CURRENCY_OPTIONS,
    DURATION_IN_MONTHS,
    MAX_REDEMPTIONS,
    METADATA_CHANGE,
    NAME,
    PERCENT_OFF,
    REDEEM_BY,
    APPLIES_TO,
    EXPAND,
];

/// Reads a new coupon.
pub fn parse_create(params: &Params) -> Result<(CreateCoupon, Expand), Fault> {
    let params = params::read(CREATE, params)?;
    let expand = expand::of_object(&params, &super::EXPANDABLE)?;
    let products = params.object(&APPLIES_TO).and_then(|applies_to| applies_to.get::<Vec<ProductId>>(&PRODUCTS));
    let command = CreateCoupon {
        id: params.get::<&str>(&ID).map(CouponId::from),
        name: params.get(&NAME),
        off: off(&params)?,
        lasts: lasts(&params)?,
        products: products.unwrap_or_default(),
        max_redemptions: params.get::<i64>(&MAX_REDEMPTIONS).map(i64::unsigned_abs),
        redeem_by: params.get(&REDEEM_BY).map(Timestamp::from_seconds),
        metadata: metadata::change(&params),
    };
    Ok((command, expand))
}

fn off(params: &Object<'_>) -> Result<Off, Fault> {
    match (params.get(&PERCENT_OFF), params.get(&AMOUNT_OFF)) {
        (Some(_), Some(_)) => {
            Err(Fault::invalid("Received both percent_off and amount_off parameters. Please pass in only one."))
        }
        (None, None) => Err(Fault::invalid("Must provide percent_off or amount_off.").with_code("parameter_missing")),
        (Some(_), None) if params.has(&CURRENCY_OPTIONS) => Err(undecided::coupon_takes_percent()),
        (Some(percent), None) => Ok(Off::Percent(percent)),
        (None, Some(amount)) => match params.get(&CURRENCY) {
            Some(currency) => Ok(Off::Amount { amount, currency, others: amounts(params) }),
            None => Err(Fault::invalid("You must pass currency when passing amount_off").about(CURRENCY.name)),
        },
    }
}

fn lasts(params: &Object<'_>) -> Result<Lasts, Fault> {
    let months = params.get::<i64>(&DURATION_IN_MONTHS).and_then(|months| u32::try_from(months).ok());
    match (params.get(&DURATION), months) {
        (Some("repeating"), Some(months)) => Ok(Lasts::Months(months)),
        (Some("repeating"), None) => Err(Fault::invalid(
            "The duration_in_months param must be set when creating a coupon with a repeating duration",
        )
        .about(DURATION.name)),
        (_, Some(_)) => Err(undecided::months_without_repeating(&Path::Root.key(DURATION_IN_MONTHS.name))),
        (Some("forever"), None) => Ok(Lasts::Forever),
        (_, None) => Ok(Lasts::Once),
    }
}
