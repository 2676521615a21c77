//! The product that is created with its price.

use crate::fault::Fault;
use crate::params::{Kind, Object, Param, Path, Table};
use crate::stripe::metadata::{self, METADATA};
use crate::stripe::product::{ID, NAME, STATEMENT_DESCRIPTOR, TAX_CODE, TAX_DETAILS, Taxes, UNIT_LABEL};
use tollgate_domain::product::NewProduct;

const ACTIVE: Param = Param::new("active", Kind::Boolean, "Whether the product can be bought; true unless said.");

/// What can be said of it.
pub(in crate::stripe) const TABLE: Table =
    &[NAME.required(), ACTIVE, ID, METADATA, STATEMENT_DESCRIPTOR, TAX_CODE, TAX_DETAILS, UNIT_LABEL];
/// Of a new price.
pub(super) const PRODUCT_DATA: Param =
    Param::new("product_data", Kind::Object(TABLE), "A product to create with the price.");

/// Reads the product. `path` is its own.
pub(in crate::stripe) fn parse(params: &Object<'_>, path: &Path<'_>) -> Result<NewProduct, Fault> {
    let Taxes { tax_code, performance_location } = Taxes::read(params, path)?;
    Ok(NewProduct {
        id: params.get(&ID),
        name: params.get(&NAME).unwrap_or_default(),
        active: params.get(&ACTIVE),
        metadata: metadata::of_new(params, path)?,
        statement_descriptor: params.get(&STATEMENT_DESCRIPTOR),
        tax_code: tax_code.apply(&None),
        performance_location: performance_location.apply(&None),
        unit_label: params.get(&UNIT_LABEL),
        ..NewProduct::default()
    })
}
