//! `POST /v1/products`

use super::fields::{
    self, ACTIVE, DESCRIPTION, ID, IMAGES, MARKETING_FEATURES, NAME, PACKAGE_DIMENSIONS, SHIPPABLE,
    STATEMENT_DESCRIPTOR, TAX_CODE, TAX_DETAILS, Taxes, UNIT_LABEL, URL,
};
use crate::expand::{self, EXPAND, Expand};
use crate::fault::Fault;
use crate::form::Params;
use crate::params::{self, Kind, Object, Param, Path, Table};
use crate::stripe::metadata::METADATA;
use crate::stripe::price::default_price_data::{self, DEFAULT_PRICE_DATA};
use tollgate_domain::product::{CreateProduct, NewProduct, ProductKind};

const TYPE: Param =
    Param::new("type", Kind::Word(&["good", "service"]), "Legacy; kept and shown. `service` where it is left out.");

/// The parameters, in the order in which Stripe checks them.
pub const CREATE: Table = &[
    NAME.required(),
    DESCRIPTION,
    METADATA,
    ACTIVE,
    IMAGES,
    SHIPPABLE,
    URL,
    PACKAGE_DIMENSIONS,
    STATEMENT_DESCRIPTOR,
    UNIT_LABEL,
    MARKETING_FEATURES,
    DEFAULT_PRICE_DATA,
    ID,
    TAX_CODE,
    TAX_DETAILS,
    TYPE,
    EXPAND,
];

/// Reads a new product, with its price where it is to have one.
pub fn parse_create(params: &Params) -> Result<(CreateProduct, Expand), Fault> {
    let params = params::read(CREATE, params)?;
    let expand = expand::of_object(&params, &super::EXPANDABLE)?;
    let product = new_product(&params)?;
    let default_price = match params.object(&DEFAULT_PRICE_DATA) {
        Some(price) => Some(default_price_data::parse(price, &Path::Root.key(DEFAULT_PRICE_DATA.name))?),
        None => None,
    };
    fields::check_page(&params)?;
    Ok((CreateProduct { product, default_price }, expand))
}

fn new_product(params: &Object<'_>) -> Result<NewProduct, Fault> {
    let Taxes { tax_code, performance_location } = Taxes::read(params, &Path::Root)?;
    Ok(NewProduct {
        id: params.get(&ID),
        name: params.get(&NAME).unwrap_or_default(),
        active: params.get(&ACTIVE),
        description: params.get(&DESCRIPTION),
        images: params.get(&IMAGES).unwrap_or_default(),
        marketing_features: fields::marketing_features(params).unwrap_or_default(),
        metadata: params.get(&METADATA).unwrap_or_default(),
        package_dimensions: fields::package_dimensions(params),
        shippable: params.get(&SHIPPABLE),
        statement_descriptor: params.get(&STATEMENT_DESCRIPTOR),
        tax_code: tax_code.apply(&None),
        performance_location: performance_location.apply(&None),
        unit_label: params.get(&UNIT_LABEL),
        url: params.get(&URL),
        kind: match params.get::<&str>(&TYPE) {
            Some("good") => ProductKind::Good,
            _ => ProductKind::Service,
        },
    })
}
