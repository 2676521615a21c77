//! A feature of a customer: its access and why, its usage over the last windows, and the events of that.

use super::chart::{self, Chart};
use super::{Subject, explain, feature_of, feature_path, when, windows};
use crate::dashboard::form::{Fields, Form};
use crate::dashboard::frame::{Frame, Section};
use crate::dashboard::json::Json;
use crate::dashboard::page::{Page, Shown};
use crate::dashboard::visit::Visit;
use crate::dashboard::words;
use askama::Template;
use serde_json::{Value, json};
use tollgate_domain::quantity::Quantity;
use tollgate_wire::form::percent_encoded;
use tollgate_wire::priceos::operation::Operation;

/// Events of a page.
const PAGE: u64 = 50;
/// Which events a page shows.
const PERIODS: &[(&str, &str)] =
    &[("", "All"), ("current", "This window"), ("previous", "The window before"), ("range", "From … to …")];
/// Which field of the page a field of the API is.
const FIELDS: [(&str, &str); 4] =
    [("customRange", "from"), ("customRange.start", "from"), ("customRange.end", "to"), ("period", "period")];

#[derive(Template)]
#[template(path = "customers/feature.html")]
struct FeaturePage {
    frame: Frame,
    subject: Subject,
    feature: Json,
    /// Where this page is.
    here: String,
    entry: Json,
    why: Vec<String>,
    chart: Option<Chart>,
    fields: Fields,
    events: Vec<Json>,
    total: String,
    earlier: Option<String>,
    later: Option<String>,
}

pub(in crate::dashboard) async fn show(visit: Visit) -> Shown {
    let subject = Subject::of(&visit).await?;
    let feature = feature_of(&visit).await?;
    let key = feature.text("featureKey");
    let entry = subject.access(&visit).await?.get(&key);
    let limit = entry.has("limit").then(|| Quantity::parse(&entry.text("limit")).ok()).flatten();
    let chart = if entry.has("usage") {
        let windows = windows::last(&visit, &subject, &feature, &entry).await?;
        Some(Chart::new(&windows, limit.filter(|_| entry.flag("hasAccess"))))
    } else {
        None
    };
    let (events, fields) = events(&visit, &subject, &key).await;
    let (offset, total) = (offset(&visit.query), events.integer("total").unwrap_or_default().unsigned_abs());
    let here = visit.at(&feature_path(&subject, &key));
    let page = FeaturePage {
        frame: visit.frame(Section::Customers, format!("{} of {}", feature.text("name"), subject.title())),
        why: explain::sentences(&entry, |product| words::apart(&subject.product_name(product))),
        later: (offset > 0).then(|| address(&here, &visit.query, offset.saturating_sub(PAGE))),
        earlier: events.flag("hasMore").then(|| address(&here, &visit.query, offset.saturating_add(PAGE))),
        total: words::counted(usize::try_from(total).unwrap_or(usize::MAX), "event"),
        events: events.list("usageEvents"),
        subject,
        feature,
        here,
        entry,
        chart,
        fields,
    };
    if page.fields.is_refused() { Page::refused(&page) } else { Page::of(&page) }
}

fn offset(query: &Form) -> u64 {
    query.text("offset").parse().unwrap_or_default()
}

/// The same list from another place on.
fn address(here: &str, query: &Form, offset: u64) -> String {
    let mut address = format!("{here}?offset={offset}");
    for name in ["period", "from", "to"] {
        if let Some(value) = query.given(name) {
            address = format!("{address}&{name}={}", percent_encoded(value));
        }
    }
    address + "#events"
}

/// The events that the query asks for.
async fn events(visit: &Visit, subject: &Subject, key: &str) -> (Json, Fields) {
    let query = &visit.query;
    let mut body = json!({"customerId": subject.id, "featureKey": key, "offset": offset(query), "limit": PAGE});
    match query.text("period") {
        "" => {}
        "range" => body["customRange"] = range(query),
        period => body["period"] = period.into(),
    }
    match visit.api().priceos(Operation::UsageEventList, "", body).await {
        Ok(events) => (events, Fields::new(query.clone())),
        Err(fault) => (Json::default(), Fields::refused(query.clone(), &fault, &FIELDS)),
    }
}

fn range(query: &Form) -> Value {
    let mut range = json!({});
    for (field, name) in [("start", "from"), ("end", "to")] {
        let instant = when::value(query, name);
        if !instant.is_null() {
            range[field] = instant;
        }
    }
    range
}

/// How an event came about, in words.
fn source(event: &Json) -> &'static str {
    if event.text("source") == "usage_set_adjustment" { "Set" } else { "Recorded" }
}

/// When an event occurred, in words.
fn occurred(event: &Json) -> String {
    event.integer("occurredAt").map_or_else(String::new, words::moment)
}

/// Metadata in one line.
fn pairs_in_words(event: &Json) -> String {
    let pairs = event.get("metadata").members();
    pairs.iter().map(|(key, value)| format!("{key} = {}", value.as_text())).collect::<Vec<_>>().join(", ")
}
