//! The state at a glance: who has what, who is near a limit, which webhooks fail; in an empty installation, what to do
//! next.

use super::customers::explain;
use super::developers::webhooks::{self, Standing};
use super::frame::{Frame, Section};
use super::json::Json;
use super::page::{Page, Shown, Trouble};
use super::visit::Visit;
use askama::Template;
use serde_json::json;
use std::collections::BTreeSet;
use tollgate_domain::record::Field;
use tollgate_wire::priceos::operation::Operation;

/// Products whose customers are counted.
const PRODUCTS_MAX: usize = 50;
/// Customers that are looked at for one near a limit: those who used something of late, and the newest.
const LOOKED_AT_MAX: usize = 200;
/// Customers near a limit that are shown.
const NEAR_MAX: usize = 10;
/// What part of a limit is near it.
const NEAR: f64 = 0.8;

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    frame: Frame,
    version: &'static str,
    next: Vec<Step>,
    products: Vec<Held>,
    most: u64,
    near: Vec<Near>,
    failing: Vec<Json>,
    endpoints: usize,
    address: String,
}

/// Something to do in an installation that is not set up yet.
struct Step {
    what: &'static str,
    why: &'static str,
    link: String,
    is_done: bool,
}

/// A product and how many customers have it.
struct Held {
    name: String,
    key: String,
    count: u64,
    is_default: bool,
}

/// A customer near a limit.
struct Near {
    customer: String,
    feature: String,
    feature_key: String,
    /// How much is used and left, in words.
    used: String,
    is_reached: bool,
    part: f64,
}

pub(super) async fn show(visit: Visit) -> Shown {
    let api = visit.api();
    let products = api.priceos(Operation::ProductList, "", json!({"omit": "prices"})).await?.items();
    let features = api.priceos(Operation::FeatureList, "", json!({})).await?.items();
    let newest = api.priceos(Operation::CustomerList, "", json!({"limit": "100"})).await?.list("customers");
    let held = held(&visit, &products).await?;
    let near = near(&visit, &features, &newest).await?;
    let endpoints = webhooks::standings(&visit).await?;
    let count = endpoints.len();
    let failing =
        endpoints.into_iter().filter(|(_, standing)| matches!(standing, Standing::Failing | Standing::Retrying));
    Page::of(&HomePage {
        frame: visit.frame(Section::Home, "Home"),
        version: env!("CARGO_PKG_VERSION"),
        next: next(&visit, &products, &features, &newest),
        most: held.iter().map(|held| held.count).max().unwrap_or_default().max(1),
        products: held,
        near,
        failing: failing.map(|(endpoint, _)| endpoint).collect(),
        endpoints: count,
        address: visit.address(),
    })
}

/// What to do next, until all of it is done.
fn next(visit: &Visit, products: &[Json], features: &[Json], customers: &[Json]) -> Vec<Step> {
    let grants = |product: &Json| product.list("featureAccess").iter().any(|entry| entry.flag("hasAccess"));
    let steps = vec![
        Step {
            what: "Create a feature",
            why: "What you sell, as your code asks for it: a switch or a number.",
            link: visit.at("/new-feature"),
            is_done: !features.is_empty(),
        },
        Step {
            what: "Create a product",
            why: "What customers have: by subscription, or because you give it to them.",
            link: visit.at("/new-product"),
            is_done: !products.is_empty(),
        },
        Step {
            what: "Say what the product gives",
            why: "On the product’s page, feature by feature.",
            link: visit.at("/products"),
            is_done: products.iter().any(grants),
        },
        Step {
            what: "Ask for a customer’s access",
            why: "From your code; there are snippets with your own names.",
            link: visit.at("/developers/snippets"),
            is_done: !customers.is_empty(),
        },
    ];
    if steps.iter().all(|step| step.is_done) { Vec::new() } else { steps }
}

/// The products with how many customers have each, the most held first.
async fn held(visit: &Visit, products: &[Json]) -> Result<Vec<Held>, Trouble> {
    let mut held = Vec::new();
    for product in products.iter().take(PRODUCTS_MAX) {
        let (field, id) = match product.text("type").as_str() {
            "custom" => (Field::AssignmentProduct, product.text("id")),
            _ => (Field::ItemProduct, product.text("stripeProductId")),
        };
        let count = visit.app.store.count(visit.environment, field, &id).await.map_err(Trouble::store)?;
        let (name, key) = (product.text("name"), product.text("key"));
        held.push(Held { name, key, count, is_default: product.flag("isDefault") });
    }
    held.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.name.cmp(&other.name)));
    Ok(held)
}

/// Those of the customers looked at who have used most of a limit, the nearest first.
async fn near(visit: &Visit, features: &[Json], newest: &[Json]) -> Result<Vec<Near>, Trouble> {
    if !features.iter().any(|feature| feature.flag("tracksUsage")) {
        return Ok(Vec::new());
    }
    let mut customers: BTreeSet<String> =
        visit.app.dashboard.active.of(visit.environment).into_iter().take(LOOKED_AT_MAX / 2).collect();
    customers.extend(newest.iter().map(|customer| customer.text("customerId")).take(LOOKED_AT_MAX / 2));
    let mut near = Vec::new();
    for customer in customers {
        // Only those that are there: asking for the access of one that is not would make it.
        let Ok(found) = visit.api().priceos(Operation::CustomerRetrieve, &customer, json!({})).await else { continue };
        for (key, entry) in found.get("featureAccess").members() {
            near.extend(nearness(&customer, &key, &entry, features));
        }
    }
    near.sort_by(|one, other| other.part.total_cmp(&one.part));
    near.truncate(NEAR_MAX);
    Ok(near)
}

fn nearness(customer: &str, key: &str, entry: &Json, features: &[Json]) -> Option<Near> {
    let usage = entry.get("usage");
    let (used, limit) = (usage.float("used")?, entry.float("limit")?);
    if entry.flag("isUnlimited") || limit <= 0.0 || used < NEAR * limit {
        return None;
    }
    let named = features.iter().find(|feature| feature.text("featureKey") == key);
    Some(Near {
        customer: customer.to_owned(),
        feature: named.map_or_else(|| key.to_owned(), |feature| feature.text("name")),
        feature_key: key.to_owned(),
        used: explain::used(entry),
        is_reached: usage.flag("hasReachedLimit"),
        part: used / limit,
    })
}
