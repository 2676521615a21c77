//! Customers: who they are, what they may use and why, and what was done about it by hand.

mod bonuses;
mod chart;
mod details;
mod edit;
mod events;
pub(super) mod explain;
mod feature;
mod list;
mod overrides;
mod products;
mod upload;
mod usage;
mod when;
mod windows;

pub(super) use upload::Uploads;

use super::json::Json;
use super::page::Trouble;
use super::visit::Visit;
use crate::app::App;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use serde_json::json;
use std::sync::Arc;
use tollgate_wire::form::percent_encoded;
use tollgate_wire::priceos::operation::Operation;

/// Steps of a path that are pages of ours; a customer may still have such an id.
const OWN_PAGES: [&str; 2] = ["new", "upload"];

/// Every page about customers, one table.
pub(super) fn router() -> Router<Arc<App>> {
    let receive = post(upload::receive).layer(DefaultBodyLimit::max(upload::SEND_MAX_BYTES));
    let customer = Router::new()
        .route("/", get(details::show))
        .route("/edit", get(edit::show).post(edit::save))
        .route("/metadata", get(edit::show_metadata).post(edit::save_metadata))
        .route("/link", get(edit::show_link).post(edit::link))
        .route("/delete", get(edit::show_delete).post(edit::delete))
        .route("/products", get(products::show).post(products::save))
        .route("/overrides", get(overrides::new).post(overrides::create))
        .route("/overrides/{override}", get(overrides::show).post(overrides::save))
        .route("/overrides/{override}/end", post(overrides::end))
        .route("/bonuses", get(bonuses::new).post(bonuses::grant))
        .route("/bonuses/{bonus}", get(bonuses::show).post(bonuses::save))
        .route("/bonuses/{bonus}/delete", post(bonuses::delete))
        .route("/bonuses/{bonus}/expire", post(bonuses::expire))
        .route("/features/{feature}", get(feature::show))
        .route("/features/{feature}/usage", get(usage::show).post(usage::record))
        .route("/features/{feature}/events/{event}", get(events::show).post(events::save))
        .route("/features/{feature}/events/{event}/delete", post(events::delete));
    Router::new()
        .route("/customers", get(list::show).post(list::create))
        .route("/customers/new", get(list::new))
        .route("/customers/upload", get(upload::show).merge(receive))
        .route("/customers/upload/{upload}", get(upload::follow))
        .route("/customers/upload/{upload}/start", post(upload::start))
        .route("/customers/upload/{upload}/stop", post(upload::stop))
        .route("/customers/upload/{upload}/failures.csv", get(upload::failures))
        .nest("/customers/{id}", customer)
}

/// The page of a customer, under that of its environment. Any character may be in an id.
fn path(id: &str) -> String {
    let encoded = percent_encoded(id);
    if OWN_PAGES.contains(&id) {
        // The same id written in another way, so that it is not taken for the page.
        let first = id.as_bytes().first().copied().unwrap_or_default();
        return format!("/customers/%{first:02X}{}", encoded.get(1..).unwrap_or_default());
    }
    format!("/customers/{encoded}")
}

/// The id that a customer's pages have: its own, or that of the customer of Stripe that nobody linked.
fn id_of(customer: &Json) -> String {
    let own = customer.text("customerId");
    if own.is_empty() { customer.text("stripeCustomerId") } else { own }
}

/// What a customer is called.
fn title(customer: &Json) -> String {
    let name = customer.text("name");
    if name.is_empty() { id_of(customer) } else { name }
}

/// A customer that a page is about.
#[derive(Debug, Clone)]
struct Subject {
    id: String,
    /// As the API shows it.
    customer: Json,
}

impl Subject {
    /// The one that the path names.
    async fn of(visit: &Visit) -> Result<Self, Trouble> {
        let id = visit.param("id").to_owned();
        let customer = visit.api().priceos(Operation::CustomerRetrieve, &id, json!({})).await?;
        Ok(Self { id, customer })
    }

    fn title(&self) -> String {
        title(&self.customer)
    }

    /// A page under its own.
    fn at(&self, rest: &str) -> String {
        format!("{}{rest}", path(&self.id))
    }

    /// What it may use: by the keys of features, with explanations.
    async fn access(&self, visit: &Visit) -> Result<Json, Trouble> {
        Ok(visit.api().priceos(Operation::Access, "", json!({"customerId": self.id, "explain": true})).await?)
    }

    /// The name of a product that it has.
    fn product_name(&self, key: &str) -> String {
        let products = self.customer.list("products");
        products
            .iter()
            .find(|product| product.text("key") == key)
            .map_or(key.to_owned(), |product| product.text("name"))
    }
}

/// Every feature, archived ones too.
async fn features(visit: &Visit) -> Result<Vec<Json>, Trouble> {
    Ok(visit.api().priceos(Operation::FeatureList, "", json!({})).await?.items())
}

/// The feature that the path names.
async fn feature_of(visit: &Visit) -> Result<Json, Trouble> {
    let key = visit.param("feature");
    features(visit).await?.into_iter().find(|feature| feature.text("featureKey") == key).ok_or(Trouble::NotFound)
}

/// What a feature of a customer is on.
fn feature_path(subject: &Subject, key: &str) -> String {
    subject.at(&format!("/features/{}", percent_encoded(key)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_id_has_a_page_and_none_is_taken_for_a_page_of_ours() {
        for (id, expected) in [
            ("acct-1", "/customers/acct-1"),
            ("a/b c?d#e%", "/customers/a%2Fb%20c%3Fd%23e%25"),
            ("new", "/customers/%6Eew"),
            ("upload", "/customers/%75pload"),
            ("newer", "/customers/newer"),
            ("Zoë", "/customers/Zo%C3%AB"),
        ] {
            assert_eq!(path(id), expected);
        }
    }
}
