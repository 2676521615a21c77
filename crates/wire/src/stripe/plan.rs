//! Plans: recurring prices in the shape that old clients know. Events tell of them beside the price.

mod create;
mod list;
mod render;
mod update;

use super::product;
use crate::expand::{self, EXPAND, Expand, Expandable};
use crate::fault::Fault;
use crate::form::Params;
use crate::params::{self, Table};
use tollgate_domain::id::PriceId;
use tollgate_domain::plan::DeletePlan;

pub use create::{CREATE, parse_create};
pub use list::{LIST, parse_list};
pub use render::{render, render_deleted, render_expanded};
pub use update::{UPDATE, parse_update};

/// The parameters of a retrieval.
pub const RETRIEVE: Table = &[EXPAND];
/// The parameters of a deletion: none.
pub const DELETE: Table = &[];

/// What of a plan can be expanded. Its tiers are not in an answer unless they are.
pub(super) static EXPANDABLE: [Expandable; 3] = [
    Expandable { name: "product", within: &product::EXPANDABLE },
    Expandable::leaf("tiers"),
    Expandable::leaf("transform_usage"),
];

/// Reads what a retrieval is to expand.
pub fn parse_retrieve(params: &Params) -> Result<Expand, Fault> {
    expand::of_object(&params::read(RETRIEVE, params)?, &EXPANDABLE)
}

/// Reads a deletion.
pub fn parse_delete(params: &Params, id: PriceId) -> Result<DeletePlan, Fault> {
    params::read(DELETE, params)?;
    Ok(DeletePlan { id })
}
