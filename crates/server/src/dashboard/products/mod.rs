//! Products of both kinds: those of Stripe, and custom ones.

mod details;
mod edit;
mod list;
mod migrate;
mod prices;
mod versions;

pub(super) use details::filled;

use super::api::{Api, Fault};
use super::json::Json;
use super::words;
use crate::app::App;
use axum::Router;
use axum::routing::{get, post};
use serde_json::json;
use std::sync::Arc;
use tollgate_wire::priceos::operation::Operation;

/// The pages about products.
pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/products", get(list::list).post(list::create))
        .route("/new-product", get(list::new))
        .route("/products/{key}", get(details::show).post(edit::save))
        .route("/products/{key}/access", post(details::save_access))
        .route("/products/{key}/archive", post(details::archive))
        .route("/products/{key}/default", post(details::set_default))
        .route("/products/{key}/duplicate", get(details::duplicate))
        .route("/products/{key}/migrate", get(migrate::preview).post(migrate::confirm))
        .route("/products/{key}/prices", post(prices::create))
        .route("/products/{key}/prices/{price}", post(prices::change))
        .route("/products/{key}/versions", get(versions::show))
}

/// Whether a product is one of Stripe's.
fn is_stripe(product: &Json) -> bool {
    product.text("type") == "stripe"
}

/// The versions of a product, newest first.
async fn versions_of(api: Api<'_>, key: &str) -> Result<Vec<Json>, Fault> {
    Ok(api.priceos(Operation::ProductVersions, key, json!({})).await?.items())
}

/// How many customers have any of these versions.
fn holders(versions: &[Json]) -> usize {
    let counts = versions.iter().filter_map(|version| version.integer("customerCount"));
    counts.filter_map(|count| usize::try_from(count).ok()).sum()
}

/// The same in words.
fn holders_in_words(versions: &[Json]) -> String {
    words::counted(holders(versions), "customer")
}
