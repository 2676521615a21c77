//! The versions of a product side by side.

use super::is_stripe;
use crate::dashboard::form::{Fields, Form};
use crate::dashboard::frame::{Frame, Section};
use crate::dashboard::json::Json;
use crate::dashboard::page::{Page, Shown, Trouble};
use crate::dashboard::visit::Visit;
use crate::dashboard::words;
use askama::Template;
use serde_json::json;
use tollgate_wire::priceos::operation::Operation;

/// Most versions that stand side by side; of older ones those that somebody has.
const SHOWN_MAX: usize = 12;

/// A version at the head of its column.
struct Column {
    version: String,
    created: String,
    customers: String,
    is_newest: bool,
}

/// A feature and what each version grants of it.
struct Row {
    name: String,
    access: Vec<String>,
}

#[derive(Template)]
#[template(path = "products/versions.html")]
pub(super) struct VersionsPage {
    frame: Frame,
    /// Where the product is.
    path: String,
    product: Json,
    is_stripe: bool,
    columns: Vec<Column>,
    rows: Vec<Row>,
    fields: Fields,
}

pub(in crate::dashboard) async fn show(visit: Visit) -> Shown {
    Page::of(&page(&visit, visit.param("key"), None).await?)
}

/// The page of a product's versions, with the form of a migration as it was typed.
pub(super) async fn page(visit: &Visit, key: &str, fields: Option<Fields>) -> Result<VersionsPage, Trouble> {
    let product = visit.api().priceos(Operation::ProductRetrieve, key, json!({})).await?;
    let versions = super::versions_of(visit.api(), key).await?;
    let is_held = |version: &Json| version.integer("customerCount") != Some(0);
    let shown = versions.iter().enumerate().filter(|(at, version)| *at < SHOWN_MAX || is_held(version));
    let shown: Vec<&Json> = shown.map(|(_, version)| version).collect();
    let columns = shown.iter().enumerate().map(|(at, version)| Column {
        version: version.text("version"),
        created: version.integer("createdAt").map(words::day).unwrap_or_default(),
        customers: super::holders_in_words(&[(*version).clone()]),
        is_newest: at == 0,
    });
    // Where nobody chose yet, everyone of the version before is to get the newest.
    let proposed = || {
        let number = |at: usize| shown.get(at).map(|version| version.text("version")).unwrap_or_default();
        Fields::new(Form::of([("from", number(1)), ("to", number(0))]))
    };
    Ok(VersionsPage {
        frame: visit.frame(Section::Products, format!("Versions of {}", product.text("name"))),
        path: visit.at(&format!("/products/{}", product.text("key"))),
        is_stripe: is_stripe(&product),
        columns: columns.collect(),
        rows: rows(&shown),
        fields: fields.unwrap_or_else(proposed),
        product,
    })
}

/// Every version names the same features in the same order: those that are live.
fn rows(versions: &[&Json]) -> Vec<Row> {
    let grants: Vec<Vec<Json>> = versions.iter().map(|version| version.list("featureAccess")).collect();
    let features = grants.first().cloned().unwrap_or_default();
    let row = |(at, feature): (usize, &Json)| Row {
        name: feature.text("name"),
        access: grants.iter().map(|entries| entries.get(at).map(words::access).unwrap_or_default()).collect(),
    };
    features.iter().enumerate().map(row).collect()
}
