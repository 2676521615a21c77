//! Products.

mod create;
mod fields;
mod list;
mod render;
mod update;

use super::price;
use crate::expand::{self, EXPAND, Expand, Expandable};
use crate::fault::Fault;
use crate::form::Params;
use crate::params::{self, Table};
use tollgate_domain::id::ProductId;
use tollgate_domain::product::DeleteProduct;

pub use create::{CREATE, parse_create};
pub(super) use fields::{ID, NAME, STATEMENT_DESCRIPTOR, TAX_CODE, TAX_DETAILS, Taxes, UNIT_LABEL};
pub use list::{LIST, parse_list, parse_search};
pub(super) use render::render_reference;
pub use render::{render, render_deleted};
pub use update::{UPDATE, parse_update};

/// The parameters of a retrieval.
pub const RETRIEVE: Table = &[EXPAND];
/// The parameters of a deletion: none.
pub const DELETE: Table = &[];

/// What of a product can be expanded.
pub(super) static EXPANDABLE: [Expandable; 4] = [
    Expandable { name: "default_price", within: &price::EXPANDABLE },
    Expandable::leaf("marketing_features"),
    Expandable::leaf("package_dimensions"),
    Expandable::leaf("tax_code"),
];

/// Reads what a retrieval is to expand.
pub fn parse_retrieve(params: &Params) -> Result<Expand, Fault> {
    expand::of_object(&params::read(RETRIEVE, params)?, &EXPANDABLE)
}

/// Reads a deletion.
pub fn parse_delete(params: &Params, id: ProductId) -> Result<DeleteProduct, Fault> {
    params::read(DELETE, params)?;
    Ok(DeleteProduct { id })
}
