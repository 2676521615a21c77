//! Promotion codes.

mod create;
mod list;
mod render;
mod restrictions;
mod update;

use super::{billing_customer, coupon};
use crate::expand::{self, EXPAND, Expand, Expandable};
use crate::fault::Fault;
use crate::form::Params;
use crate::params::{self, Table};

pub use create::{CREATE, parse_create};
pub use list::{LIST, PromotionCodeList, parse_list};
pub use render::render;
pub(super) use render::render_snapshot;
pub use update::{UPDATE, parse_update};

/// The parameters of a retrieval.
pub const RETRIEVE: Table = &[EXPAND];

/// What of a promotion code can be expanded. The restrictions in other currencies are not in an answer unless they are.
pub(super) static EXPANDABLE: [Expandable; 3] = [
    Expandable { name: "customer", within: &billing_customer::EXPANDABLE },
    Expandable { name: "promotion", within: &[Expandable { name: "coupon", within: &coupon::EXPANDABLE }] },
    Expandable { name: "restrictions", within: &[Expandable::leaf("currency_options")] },
];
static LISTED: [Expandable; 1] = [Expandable { name: "data", within: &EXPANDABLE }];

/// Reads what a retrieval is to expand.
pub fn parse_retrieve(params: &Params) -> Result<Expand, Fault> {
    expand::of_object(&params::read(RETRIEVE, params)?, &EXPANDABLE)
}
