//! `POST /v1/products/{id}`

use super::fields::{
    self, ACTIVE, DESCRIPTION, IMAGES, MARKETING_FEATURES, NAME, PACKAGE_DIMENSIONS, SHIPPABLE, STATEMENT_DESCRIPTOR,
    TAX_CODE, TAX_DETAILS_CHANGE, Taxes, UNIT_LABEL, URL,
};
use crate::expand::{self, EXPAND, Expand};
use crate::fault::Fault;
use crate::form::Params;
use crate::params::{self, Kind, Object, Param, Path, Table};
use crate::stripe::metadata::{self, METADATA_CHANGE};
use tollgate_domain::id::{ID_MAX_CHARACTERS, ProductId};
use tollgate_domain::patch::Patch;
use tollgate_domain::product::{ProductPatch, UpdateProduct};

const DEFAULT_PRICE: Param =
    Param::new("default_price", Kind::text(ID_MAX_CHARACTERS), "The id of an active price of this product.")
        .clearable();

/// The parameters, in the order in which they are checked.
pub const UPDATE: Table = &[
    NAME,
    DESCRIPTION.clearable(),
    METADATA_CHANGE,
    ACTIVE,
    IMAGES.clearable(),
    SHIPPABLE,
    URL.clearable(),
    PACKAGE_DIMENSIONS.clearable(),
    STATEMENT_DESCRIPTOR.clearable(),
    UNIT_LABEL.clearable(),
    MARKETING_FEATURES.clearable(),
    DEFAULT_PRICE,
    TAX_CODE.clearable(),
    TAX_DETAILS_CHANGE,
    EXPAND,
];

/// Reads a change of a product.
pub fn parse_update(params: &Params, id: ProductId) -> Result<(UpdateProduct, Expand), Fault> {
    let params = params::read(UPDATE, params)?;
    let expand = expand::of_object(&params, &super::EXPANDABLE)?;
    let patch = patch(&params)?;
    fields::check_page(&params)?;
    Ok((UpdateProduct { id, patch }, expand))
}

fn patch(params: &Object<'_>) -> Result<ProductPatch, Fault> {
    let Taxes { tax_code, performance_location } = Taxes::read(params, &Path::Root)?;
    Ok(ProductPatch {
        name: params.get(&NAME),
        active: params.get(&ACTIVE),
        default_price: params.patch(&DEFAULT_PRICE),
        description: params.patch(&DESCRIPTION),
        images: list(params, &IMAGES, params.get(&IMAGES)),
        marketing_features: list(params, &MARKETING_FEATURES, fields::marketing_features(params)),
        metadata: metadata::change(params),
        package_dimensions: match fields::package_dimensions(params) {
            Some(size) => Patch::Set(size),
            None if params.is_unset(&PACKAGE_DIMENSIONS) => Patch::Clear,
            None => Patch::Keep,
        },
        shippable: params.get(&SHIPPABLE),
        statement_descriptor: params.patch(&STATEMENT_DESCRIPTOR),
        tax_code,
        performance_location,
        unit_label: params.patch(&UNIT_LABEL),
        url: params.patch(&URL),
    })
}

/// The new list: the one sent, or an empty one where it is unset.
fn list(params: &Object<'_>, param: &Param, sent: Option<Vec<String>>) -> Option<Vec<String>> {
    if params.is_unset(param) { Some(Vec::new()) } else { sent }
}
