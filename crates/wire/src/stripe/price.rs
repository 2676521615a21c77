//! Prices.

pub(super) mod create;
mod currency_options;
mod custom_unit_amount;
pub(super) mod default_price_data;
pub(super) mod fields;
pub(super) mod inline;
mod list;
pub(super) mod product_data;
pub(super) mod recurring;
mod render;
pub(super) mod tiers;
pub(super) mod unit_amount;
mod update;

use super::product;
use crate::expand::{self, EXPAND, Expand, Expandable};
use crate::fault::Fault;
use crate::form::Params;
use crate::params::{self, Table};

pub use create::{CREATE, parse_create};
pub use list::{LIST, parse_list, parse_search};
pub use render::render;
pub(super) use render::{Tiers, Transform, billing_scheme, render_reference, tiers_mode, unit_amounts};
pub use update::{UPDATE, parse_update};

/// The parameters of a retrieval.
pub const RETRIEVE: Table = &[EXPAND];

/// What of a price can be expanded. `currency_options` and `tiers` are not in an answer unless they are.
pub(super) static EXPANDABLE: [Expandable; 6] = [
    Expandable {
        name: "currency_options",
        within: &[Expandable::leaf("custom_unit_amount"), Expandable::leaf("tiers")],
    },
    Expandable::leaf("custom_unit_amount"),
    Expandable { name: "product", within: &product::EXPANDABLE },
    Expandable::leaf("recurring"),
    Expandable::leaf("tiers"),
    Expandable::leaf("transform_quantity"),
];

/// Reads what a retrieval is to expand.
pub fn parse_retrieve(params: &Params) -> Result<Expand, Fault> {
    expand::of_object(&params::read(RETRIEVE, params)?, &EXPANDABLE)
}
