//! Products of both kinds: those of Stripe, and custom ones.

mod details;
mod edit;
mod list;
mod migrate;
mod prices;
mod versions;

pub(super) use details::{archive, duplicate, filled, save_access, set_default, show};
pub(super) use edit::save as edit;
pub(super) use list::{create, list, new};
pub(super) use migrate::{confirm as migrate, preview as preview_migration};
pub(super) use prices::{change as change_price, create as create_price};
pub(super) use versions::show as versions;

use super::api::{Api, Fault};
use super::json::Json;
use super::words;
use serde_json::json;
use tollgate_wire::priceos::operation::Operation;

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
