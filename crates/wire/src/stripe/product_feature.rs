//! Product features: what the newest version of a product grants, feature by feature.
//!
//! They are parts of a definition of access, not objects that are kept. What the other dialect says of that version is
//! seen here at once; how much of a limit it grants, this dialect has no word for.

use super::view::View;
use super::{feature, refusal};
use crate::expand::{self, EXPAND, Expand, Expandable};
use crate::fault::Fault;
use crate::form::{self, Params};
use crate::json::Writer;
use crate::list::{self, ENDING_BEFORE, LIMIT, ListRequest, STARTING_AFTER};
use crate::params::{self, Kind, Param, Table};
use std::sync::Arc;
use tollgate_domain::catalog::Catalog;
use tollgate_domain::definition::{AttachFeature, DetachFeature, Granted, ProductRef};
use tollgate_domain::feature::Feature;
use tollgate_domain::id::{FeatureId, ID_MAX_CHARACTERS, ProductFeatureId, ProductId};
use tollgate_domain::list::{CreatedRange, Page};
use tollgate_domain::record::Noun;

const ENTITLEMENT_FEATURE: Param = Param::new(
    "entitlement_feature",
    Kind::text(ID_MAX_CHARACTERS),
    "The id of the feature that the product is to grant; a limit is granted without bound.",
);

/// The parameters of a creation.
pub const CREATE: Table = &[ENTITLEMENT_FEATURE.required(), EXPAND];
/// The parameters of a retrieval.
pub const RETRIEVE: Table = &[EXPAND];
/// The parameters of a list.
pub const LIST: Table = &[ENDING_BEFORE, EXPAND, LIMIT, STARTING_AFTER];
/// The parameters of a deletion: none.
pub const DELETE: Table = &[];

/// What can be expanded: only what is there anyway.
static EXPANDABLE: [Expandable; 1] = [Expandable::leaf("entitlement_feature")];
static LISTED: [Expandable; 1] = [Expandable { name: "data", within: &EXPANDABLE }];

/// A product feature, with the feature that it is about.
pub type ProductFeature = (Granted, Arc<Feature>);

/// Reads what a product is to grant.
pub fn parse_create(params: &Params, product: ProductId) -> Result<(AttachFeature, Expand), Fault> {
    let params = params::read(CREATE, params)?;
    let expand = expand::of_object(&params, &EXPANDABLE)?;
    let feature = FeatureId::from(params.get::<&str>(&ENTITLEMENT_FEATURE).unwrap_or_default());
    Ok((AttachFeature { product, feature }, expand))
}

/// Reads what a retrieval is to expand.
pub fn parse_retrieve(params: &Params) -> Result<Expand, Fault> {
    expand::of_object(&params::read(RETRIEVE, params)?, &EXPANDABLE)
}

/// Reads a list of a product's features.
pub fn parse_list(params: &Params) -> Result<ListRequest, Fault> {
    let params = params::read(LIST, params)?;
    list::request(&params, Noun::ProductFeature, Vec::new(), CreatedRange::default(), &LISTED)
}

/// Reads a deletion.
pub fn parse_delete(params: &Params, product: ProductId, attachment: ProductFeatureId) -> Result<DetachFeature, Fault> {
    params::read(DELETE, params)?;
    Ok(DetachFeature { product, attachment })
}

/// What of a product has this id.
pub fn retrieve(product: &ProductId, id: &ProductFeatureId, catalog: &Catalog) -> Result<ProductFeature, Fault> {
    let found = of(product, catalog).find(|(granted, _)| granted.id == *id);
    found.ok_or_else(|| refusal::no_such(Noun::ProductFeature, id.as_str()).about("id").with_status(404))
}

/// The page of a product's features that was asked for, newest first.
pub fn list(request: &ListRequest, product: &ProductId, catalog: &Catalog) -> Result<Page<ProductFeature>, Fault> {
    let mut all: Vec<_> = of(product, catalog).collect();
    // They do not say when they were made, but their ids sort by it.
    all.sort_unstable_by(|(one, _), (other, _)| other.id.cmp(&one.id));
    list::page(request, all, |(granted, _)| granted.id.as_str(), |_| true)
}

/// The address of the list of a product's features.
pub fn list_url(product: &ProductId) -> String {
    let mut url = "/v1/products/".to_owned();
    form::percent_encode(product.as_str(), &mut url);
    url + "/features"
}

fn of(product: &ProductId, catalog: &Catalog) -> impl Iterator<Item = ProductFeature> {
    let product = ProductRef::Stripe(product.clone());
    let newest = catalog.definition(&product, catalog.newest_version(&product));
    let grants = newest.into_iter().flat_map(|definition| &definition.grants);
    grants.filter_map(|(feature, granted)| Some((granted.clone(), catalog.feature(feature)?.clone())))
}

/// Writes a product feature; its feature is always whole.
pub fn render(writer: &mut Writer, (granted, feature): &ProductFeature, view: &View<'_>) {
    writer.begin_object();
    writer.field("id", granted.id.as_str());
    writer.field("object", "product_feature");
    writer.key("entitlement_feature");
    feature::render(writer, feature, view);
    writer.field("livemode", &view.environment.is_live());
    writer.end_object();
}

/// Writes what is left of a deleted product feature.
pub fn render_deleted(writer: &mut Writer, id: &ProductFeatureId) {
    writer.begin_object();
    writer.field("id", id.as_str());
    writer.field("object", "product_feature");
    writer.field("deleted", &true);
    writer.end_object();
}
