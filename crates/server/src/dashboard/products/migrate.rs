//! Moving everyone of one version of a product to another, after a look at what changes for whom.

use super::versions;
use crate::dashboard::api::Fault;
use crate::dashboard::form::{Fields, Form};
use crate::dashboard::frame::{Frame, Section};
use crate::dashboard::json::Json;
use crate::dashboard::page::{Page, Shown};
use crate::dashboard::review::{self, Change};
use crate::dashboard::visit::{Submission, Visit};
use crate::dashboard::words;
use askama::Template;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tollgate_wire::priceos::operation::Operation;

/// Most customers whose changes are listed.
const LISTED_MAX: usize = 50;
const FIELDS: [(&str, &str); 2] = [("fromVersion", "from"), ("toVersion", "to")];

/// What changes for a customer.
struct Moved {
    customer: String,
    changes: Vec<Change>,
}

#[derive(Template)]
#[template(path = "products/migrate.html")]
struct PreviewPage {
    frame: Frame,
    product: Json,
    from: String,
    to: String,
    /// How many would move, in words, and whether there are any.
    count: String,
    is_empty: bool,
    moved: Vec<Moved>,
    /// How many customers' changes are not listed.
    more: usize,
}

/// What a form asks of the API; what is no number stays a text, which the API refuses.
fn asked(form: &Form, is_dry: bool) -> Value {
    let number = |name: &str| crate::dashboard::access::number(form.text(name));
    json!({"fromVersion": number("from"), "toVersion": number("to"), "dryRun": is_dry})
}

async fn refused(visit: &Visit, form: Form, fault: Fault) -> Shown {
    // A version that is not there is a choice to make again, unlike a product that is not.
    if fault.status == 404 && fault.param.is_none() {
        return Err(fault.into());
    }
    let fields = Fields::refused(form, &fault, &FIELDS);
    Page::refused(&versions::page(visit, visit.param("key"), Some(fields)).await?)
}

pub(in crate::dashboard) async fn preview(visit: Visit) -> Shown {
    let form = visit.query.clone();
    let answer = match visit.api().priceos(Operation::ProductMigrate, visit.param("key"), asked(&form, true)).await {
        Ok(answer) => answer,
        Err(fault) => return refused(&visit, form, fault).await,
    };
    let product = visit.api().priceos(Operation::ProductRetrieve, visit.param("key"), json!({})).await?;
    let count = answer.integer("migratedCount").and_then(|count| usize::try_from(count).ok()).unwrap_or_default();
    let mut moved = by_customer(&answer.list("changes"), &product.list("featureAccess"));
    let more = moved.len().saturating_sub(LISTED_MAX);
    moved.truncate(LISTED_MAX);
    Page::of(&PreviewPage {
        frame: visit.frame(Section::Products, format!("Move customers of {}", product.text("name"))),
        product,
        from: form.text("from").to_owned(),
        to: form.text("to").to_owned(),
        count: words::counted(count, "customer"),
        is_empty: count == 0,
        moved,
        more,
    })
}

/// Changes of access, by customer.
fn by_customer(changes: &[Json], features: &[Json]) -> Vec<Moved> {
    let name = |key: &str| {
        let feature = features.iter().find(|feature| feature.text("featureKey") == key);
        feature.map_or_else(|| key.to_owned(), |feature| feature.text("name"))
    };
    let mut of: BTreeMap<String, Vec<Change>> = BTreeMap::new();
    for change in changes {
        let told = review::change(&name(&change.text("featureKey")), &change.get("before"), &change.get("after"));
        of.entry(change.text("customerId")).or_default().extend(told);
    }
    of.into_iter().map(|(customer, changes)| Moved { customer, changes }).collect()
}

pub(in crate::dashboard) async fn confirm(Submission { visit, form }: Submission) -> Shown {
    let key = visit.param("key");
    match visit.api().priceos(Operation::ProductMigrate, key, asked(&form, false)).await {
        Ok(_) => {
            let key = tollgate_wire::form::percent_encoded(key);
            Page::to(visit.at(&format!("/products/{key}/versions?done=moved")))
        }
        Err(fault) => refused(&visit, form, fault).await,
    }
}

impl PreviewPage {
    fn versions_path(&self) -> String {
        self.frame.at(&format!("/products/{}/versions", self.product.text("key")))
    }
}
