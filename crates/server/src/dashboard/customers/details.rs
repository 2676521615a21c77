//! A customer: who it is, what it has and why.

use super::{Subject, explain, feature_path, features};
use crate::dashboard::frame::{Frame, Section};
use crate::dashboard::json::Json;
use crate::dashboard::page::{Page, Shown, Trouble};
use crate::dashboard::visit::Visit;
use crate::dashboard::words;
use askama::Template;
use serde_json::json;
use tollgate_wire::priceos::operation::Operation as PriceOs;
use tollgate_wire::stripe::operation::Operation as Stripe;

#[derive(Template)]
#[template(path = "customers/details.html")]
struct DetailsPage {
    frame: Frame,
    subject: Subject,
    /// The metadata of the customer of Stripe; nothing where there is none such here.
    metadata: Option<Json>,
    rows: Vec<Row>,
    overrides: Vec<Json>,
    bonuses: Vec<Json>,
    /// Names of features by their keys.
    names: Vec<(String, String)>,
    /// Subscriptions by the keys of products.
    subscriptions: Vec<(String, String)>,
    now: i64,
}

/// A feature, and what the customer has of it.
struct Row {
    link: String,
    name: String,
    entry: Json,
    why: Vec<String>,
}

pub(in crate::dashboard) async fn show(visit: Visit) -> Shown {
    let subject = Subject::of(&visit).await?;
    let (access, features) = (subject.access(&visit).await?, features(&visit).await?);
    let whose = json!({"customerId": subject.id});
    let overrides = visit.api().priceos(PriceOs::OverrideList, "", whose).await?.list("overrides");
    let names: Vec<_> = features.iter().map(|one| (one.text("featureKey"), one.text("name"))).collect();
    let rows = access.members().into_iter().map(|(key, entry)| Row {
        link: visit.at(&feature_path(&subject, &key)),
        name: name_of(&key, &names),
        why: explain::sentences(&entry, |product| words::apart(&subject.product_name(product))),
        entry,
    });
    let rows: Vec<Row> = rows.collect();
    Page::of(&DetailsPage {
        frame: visit.frame(Section::Customers, subject.title()),
        metadata: billing(&visit, &subject).await?.map(|billing| billing.get("metadata")),
        overrides,
        bonuses: subject.customer.list("bonuses"),
        names,
        subscriptions: subscriptions(&access),
        now: visit.app.store.clock().now().millis(),
        rows,
        subject,
    })
}

/// The customer of Stripe, where it is linked to one that is here.
pub(super) async fn billing(visit: &Visit, subject: &Subject) -> Result<Option<Json>, Trouble> {
    let id = subject.customer.text("stripeCustomerId");
    if id.is_empty() {
        return Ok(None);
    }
    let nothing: [(&str, &str); 0] = [];
    match visit.api().stripe(Stripe::CustomerRetrieve, &[&id], &nothing).await {
        Ok(billing) if billing.flag("deleted") => Ok(None),
        Ok(billing) => Ok(Some(billing)),
        // One may be linked before it is there.
        Err(fault) if fault.status == 404 => Ok(None),
        Err(fault) => Err(fault.into()),
    }
}

/// The product and the subscription of each row of an explanation: those of any feature are those of all.
fn subscriptions(access: &Json) -> Vec<(String, String)> {
    let entries = access.members();
    let products = entries.first().map(|(_, entry)| entry.get("explanation").list("products")).unwrap_or_default();
    let subscribed = products.iter().filter(|row| row.has("subscriptionId"));
    let mut all: Vec<_> = subscribed.map(|row| (row.text("productKey"), row.text("subscriptionId"))).collect();
    all.dedup();
    all
}

fn name_of(key: &str, names: &[(String, String)]) -> String {
    names.iter().find(|(known, _)| known == key).map_or_else(|| key.to_owned(), |(_, name)| name.clone())
}

/// Why a customer has a product, in words.
fn held(product: &Json, subscriptions: &[(String, String)]) -> String {
    if product.text("type") == "stripe" {
        let key = product.text("key");
        let ids = subscriptions.iter().filter(|(product, _)| *product == key).map(|(_, id)| id.as_str());
        return format!("Subscription {}", ids.collect::<Vec<_>>().join(", ")).trim_end().to_owned();
    }
    if product.flag("isDefault") {
        "The default, as there is no other product".to_owned()
    } else {
        "Assigned".to_owned()
    }
}

/// The period of a subscription that is open, in words.
fn period(product: &Json) -> String {
    match (product.integer("currentPeriodStart"), product.integer("currentPeriodEnd")) {
        (Some(start), Some(end)) => format!("{} to {}", words::day(start), words::day(end)),
        _ => String::new(),
    }
}

/// How many times a product is held by its subscription.
fn quantity(product: &Json) -> String {
    let prices = product.list("prices");
    let quantities = prices.iter().map(|price| words::grouped(&price.text("quantity")));
    quantities.collect::<Vec<_>>().join(" + ")
}

/// How the word for a status looks.
fn status_class(product: &Json) -> &'static str {
    match product.text("status").as_str() {
        "active" | "trialing" => "good",
        _ => "warn",
    }
}

/// The moment in a field; nothing where there is none.
fn moment(object: &Json, name: &str) -> String {
    object.integer(name).map_or_else(String::new, words::moment)
}

/// When something expires, in words.
fn expiry(object: &Json, now: i64) -> String {
    match object.integer("expiresAt") {
        None => "Never".to_owned(),
        Some(at) if at <= now => format!("Expired {}", words::moment(at)),
        Some(at) => words::moment(at),
    }
}
