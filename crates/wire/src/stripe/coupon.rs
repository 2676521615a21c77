//! Coupons.

mod create;
mod render;
mod update;

use crate::expand::{self, EXPAND, Expand, Expandable};
use crate::fault::Fault;
use crate::form::Params;
use crate::list::{self, CREATED, ENDING_BEFORE, LIMIT, ListRequest, STARTING_AFTER};
use crate::params::{self, Empty, Kind, Object, Param, Table};
use std::collections::BTreeMap;
use tollgate_domain::coupon::{DeleteCoupon, NAME_MAX_CHARACTERS};
use tollgate_domain::currency::Currency;
use tollgate_domain::id::CouponId;
use tollgate_domain::record::Noun;

pub use create::{CREATE, parse_create};
pub use render::{render, render_deleted};
pub(super) use render::{render_ended, render_reference};
pub use update::{UPDATE, parse_update};

const NAME: Param =
    Param::new("name", Kind::trimmed(NAME_MAX_CHARACTERS), "What customers read of it; the id where there is no name.");
const AMOUNT_OFF: Param = Param::new(
    "amount_off",
    Kind::Integer { min: 1, max: i64::MAX },
    "What is taken off, in minor units of the currency.",
);
const CURRENCY_OPTIONS: Param = Param::new(
    "currency_options",
    Kind::Currencies { of: &[AMOUNT_OFF.required()], empty: Empty::Refused },
    "What is taken off in other currencies, by their lower-case codes; only with `amount_off`.",
);

/// The parameters of a retrieval.
pub const RETRIEVE: Table = &[EXPAND];
/// The parameters of a list.
pub const LIST: Table = &[CREATED, ENDING_BEFORE, EXPAND, LIMIT, STARTING_AFTER];
/// The parameters of a deletion: none.
pub const DELETE: Table = &[];

/// What of a coupon can be expanded. Neither is in an answer unless it is.
pub(super) static EXPANDABLE: [Expandable; 2] = [Expandable::leaf("applies_to"), Expandable::leaf("currency_options")];
static LISTED: [Expandable; 1] = [Expandable { name: "data", within: &EXPANDABLE }];

/// Reads what a retrieval is to expand.
pub fn parse_retrieve(params: &Params) -> Result<Expand, Fault> {
    expand::of_object(&params::read(RETRIEVE, params)?, &EXPANDABLE)
}

/// Reads a list of coupons.
pub fn parse_list(params: &Params) -> Result<ListRequest, Fault> {
    let params = params::read(LIST, params)?;
    let created = params.get(&CREATED).unwrap_or_default();
    list::request(&params, Noun::Coupon, Vec::new(), created, &LISTED)
}

/// Reads a deletion.
pub fn parse_delete(params: &Params, id: CouponId) -> Result<DeleteCoupon, Fault> {
    params::read(DELETE, params)?;
    Ok(DeleteCoupon { id })
}

/// The amounts in other currencies.
fn amounts(params: &Object<'_>) -> BTreeMap<Currency, i64> {
    let options = params.currencies(&CURRENCY_OPTIONS).unwrap_or_default().iter();
    options.filter_map(|(currency, option)| Some((*currency, option.as_ref()?.get(&AMOUNT_OFF)?))).collect()
}
