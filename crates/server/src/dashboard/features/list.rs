//! The list of features, and new ones.

use crate::dashboard::form::{Fields, Form};
use crate::dashboard::frame::{Frame, Section};
use crate::dashboard::json::Json;
use crate::dashboard::page::{Page, Shown};
use crate::dashboard::visit::{Admin, Submission, Visit};
use askama::Template;
use serde_json::json;
use tollgate_wire::priceos::operation::Operation;

/// Words of the API, how the page calls them, and what they mean.
type Choices = [(&'static str, &'static str, &'static str)];

const TYPES: &Choices = &[
    ("boolean", "Boolean", "On or off, such as priority support."),
    ("limit", "Limit", "A number, such as seats or credits."),
];
const INTERVALS: &Choices = &[("never", "Never", ""), ("month", "Monthly", "")];
const MORE_INTERVALS: &Choices = &[("day", "Daily", ""), ("week", "Weekly", ""), ("year", "Yearly", "")];
const ANCHORS: &Choices = &[
    ("billing_period", "Billing period start", "Of each customer by itself."),
    ("calendar", "Start of month", "Of all customers together, in UTC; or of the day, the week, the year."),
];

/// Which field of the page a field of the API is.
const FIELDS: [(&str, &str); 7] = [
    ("name", "name"),
    ("featureKey", "featureKey"),
    ("type", "type"),
    ("description", "description"),
    ("tracksUsage", "tracksUsage"),
    ("usageResetInterval", "usageResetInterval"),
    ("usageResetAnchor", "usageResetAnchor"),
];

#[derive(Template)]
#[template(path = "features/list.html")]
struct ListPage {
    frame: Frame,
    features: Vec<Json>,
}

#[derive(Template)]
#[template(path = "features/new.html")]
struct NewPage {
    frame: Frame,
    fields: Fields,
    /// The key of the product whose page asked for the feature.
    product: String,
}

pub(in crate::dashboard) async fn list(visit: Visit) -> Shown {
    let features = visit.api().priceos(Operation::FeatureList, "", json!({})).await?.items();
    Page::of(&ListPage { frame: visit.frame(Section::Features, "Features"), features })
}

pub(in crate::dashboard) async fn new(Admin(visit): Admin) -> Shown {
    let fields = Fields::new(Form::of([
        ("type", "boolean"),
        ("usageResetInterval", "month"),
        ("usageResetAnchor", "billing_period"),
    ]));
    let product = visit.query.text("product").to_owned();
    Page::of(&NewPage { frame: visit.frame(Section::Features, "New feature"), fields, product })
}

pub(in crate::dashboard) async fn create(Submission { visit, form }: Submission) -> Shown {
    let mut feature = json!({
        "name": form.text("name"),
        "featureKey": form.text("featureKey"),
        "type": form.text("type"),
        "description": form.given("description"),
    });
    if form.text("type") == "limit" && form.is_ticked("tracksUsage") {
        feature["tracksUsage"] = true.into();
        feature["usageResetInterval"] = form.text("usageResetInterval").into();
        feature["usageResetAnchor"] = form.text("usageResetAnchor").into();
    }
    let product = form.text("product").to_owned();
    match visit.api().priceos(Operation::FeatureCreate, "", feature).await {
        // On its own page each product's access follows, which a product's page has too.
        Ok(made) if product.is_empty() => {
            Page::to(visit.at(&format!("/features/{}?done=created", made.text("featureKey"))))
        }
        Ok(_) => {
            let product = tollgate_wire::form::percent_encoded(&product);
            Page::to(visit.at(&format!("/products/{product}?done=created")))
        }
        Err(fault) => {
            let fields = Fields::refused(form, &fault, &FIELDS);
            Page::refused(&NewPage { frame: visit.frame(Section::Features, "New feature"), fields, product })
        }
    }
}

/// What kind of feature it is, in words.
pub(super) fn kind(feature: &Json) -> &'static str {
    if feature.text("type") == "boolean" { "Boolean" } else { "Limit" }
}

/// Whether and how its usage is counted, in words.
pub(super) fn tracking(feature: &Json) -> String {
    if !feature.flag("tracksUsage") {
        return String::new();
    }
    let interval = feature.text("usageResetInterval");
    if interval == "never" {
        return "Tracked, never reset".to_owned();
    }
    let anchor = if feature.text("usageResetAnchor") == "calendar" { "calendar" } else { "billing period" };
    format!("Tracked, reset every {interval} by {anchor}")
}
