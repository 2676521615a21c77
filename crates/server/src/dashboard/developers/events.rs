//! The event log.

use super::{Part, Tab, tabs};
use crate::dashboard::api::Fault;
use crate::dashboard::form::Fields;
use crate::dashboard::frame::{Frame, Section};
use crate::dashboard::json::Json;
use crate::dashboard::page::{Page, Shown, Trouble};
use crate::dashboard::visit::{Submission, Visit};
use crate::dashboard::words;
use askama::Template;
use tollgate_wire::stripe::operation::Operation;

/// Events on a page.
const PAGE: &str = "50";

#[derive(Template)]
#[template(path = "developers/events.html")]
struct EventsPage {
    frame: Frame,
    tabs: Vec<Tab>,
    fields: Fields,
    events: Vec<Json>,
    /// The address of the page after this one.
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "developers/event.html")]
struct EventPage {
    frame: Frame,
    tabs: Vec<Tab>,
    event: Json,
    body: String,
    endpoints: Vec<Json>,
}

pub(super) async fn list(visit: Visit) -> Shown {
    let mut params = vec![("limit", PAGE.to_owned())];
    for (field, param) in [("type", "type"), ("after", "starting_after")] {
        if let Some(text) = visit.query.given(field) {
            params.push((param, text.to_owned()));
        }
    }
    let fields = Fields::new(visit.query.clone());
    let (page, fields) = match visit.api().stripe(Operation::EventList, &[], &params).await {
        Ok(page) => (page, fields),
        Err(Fault { status: 400, message, .. }) => (Json::default(), fields.with("type", message)),
        Err(fault) => return Err(fault.into()),
    };
    let events = page.list("data");
    let last = events.last().filter(|_| page.flag("has_more"));
    let next = last.map(|last| {
        let kind = tollgate_wire::form::percent_encoded(visit.query.text("type"));
        visit.at(&format!("/developers/events?type={kind}&after={}", last.text("id")))
    });
    let frame = visit.frame(Section::Developers, "Events");
    Page::of(&EventsPage { frame, tabs: tabs(&visit, Part::Events), fields, events, next })
}

pub(super) async fn show(visit: Visit) -> Shown {
    let none: [(&str, &str); 0] = [];
    let event = visit.api().stripe(Operation::EventRetrieve, &[visit.param("id")], &none).await?;
    let endpoints = visit.api().stripe(Operation::WebhookEndpointList, &[], &[("limit", "100")]).await?.list("data");
    let body = serde_json::to_string_pretty(&event.0).map_err(|_| Trouble::Broken)?;
    let frame = visit.frame(Section::Developers, event.text("type"));
    Page::of(&EventPage { frame, tabs: tabs(&visit, Part::Events), event, body, endpoints })
}

/// Sends an event to an endpoint once more, and leads back to where that was asked for.
pub(super) async fn resend(Submission { visit, form }: Submission) -> Shown {
    let (id, endpoint) = (visit.param("id").to_owned(), form.text("endpoint").to_owned());
    visit.api().stripe(Operation::EventRetry, &[&id], &[("webhook_endpoint", &endpoint)]).await?;
    if form.is_ticked("from_endpoint") {
        return Page::to(visit.at(&format!("/developers/webhooks/{endpoint}?done=sent")));
    }
    Page::to(visit.at(&format!("/developers/events/{id}?done=sent")))
}

/// When an event happened.
fn moment(event: &Json) -> String {
    event.integer("created").map_or_else(String::new, |seconds| words::moment(seconds.saturating_mul(1000)))
}

/// What an event is about.
fn subject(event: &Json) -> String {
    let object = event.get("data").get("object");
    let id = object.text("id");
    if id.is_empty() { object.text("customer") } else { id }
}
