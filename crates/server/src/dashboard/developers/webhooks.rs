//! Webhook endpoints, and what they miss.

use super::{Part, Tab, tabs};
use crate::dashboard::api::Fault;
use crate::dashboard::form::{Fields, Form};
use crate::dashboard::frame::{Frame, Section};
use crate::dashboard::json::Json;
use crate::dashboard::once::Turn;
use crate::dashboard::page::{Page, Shown, Trouble};
use crate::dashboard::stale::{self, Seen};
use crate::dashboard::visit::{Admin, Submission, Visit};
use crate::dashboard::words;
use askama::Template;
use tollgate_wire::stripe::operation::Operation;

/// Which field of the page a parameter of the API is; a single type of event is told of the field of all.
const FIELDS: [(&str, &str); 4] =
    [("url", "url"), ("enabled_events", "events"), ("description", "description"), ("expires_in", "expires_in")];
/// Endpoints that a page shows: more than the API takes.
const ENDPOINTS_MAX: &str = "100";
/// Deliveries that a page shows.
const DELIVERIES: &str = "50";

#[derive(Template)]
#[template(path = "developers/webhooks.html")]
struct ListPage {
    frame: Frame,
    tabs: Vec<Tab>,
    endpoints: Vec<Endpoint>,
}

/// An endpoint and how it fares.
struct Endpoint {
    endpoint: Json,
    standing: Standing,
}

/// How an endpoint fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::dashboard) enum Standing {
    Disabled,
    /// Something was given up.
    Failing,
    /// Something is tried again.
    Retrying,
    Good,
}

impl Standing {
    fn words(self) -> &'static str {
        match self {
            Self::Disabled => "Disabled",
            Self::Failing => "Failing",
            Self::Retrying => "Retrying",
            Self::Good => "Good",
        }
    }

    fn badge(self) -> &'static str {
        match self {
            Self::Disabled => "",
            Self::Failing => "bad",
            Self::Retrying => "warn",
            Self::Good => "good",
        }
    }
}

#[derive(Template)]
#[template(path = "developers/webhook_new.html")]
struct NewPage {
    frame: Frame,
    tabs: Vec<Tab>,
    fields: Fields,
}

#[derive(Template)]
#[template(path = "developers/webhook.html")]
struct EndpointPage {
    frame: Frame,
    tabs: Vec<Tab>,
    endpoint: Json,
    fields: Fields,
    failed: Vec<Json>,
    pending: Vec<Json>,
    /// The secret, where it was made just now.
    secret: Option<String>,
    seen: Seen,
}

/// Every endpoint and how it fares.
pub(in crate::dashboard) async fn standings(visit: &Visit) -> Result<Vec<(Json, Standing)>, Fault> {
    let params = [("limit", ENDPOINTS_MAX)];
    let mut found = Vec::new();
    for endpoint in visit.api().stripe(Operation::WebhookEndpointList, &[], &params).await?.list("data") {
        let standing = standing(visit, &endpoint).await?;
        found.push((endpoint, standing));
    }
    Ok(found)
}

async fn standing(visit: &Visit, endpoint: &Json) -> Result<Standing, Fault> {
    if endpoint.text("status") == "disabled" {
        return Ok(Standing::Disabled);
    }
    let id = endpoint.text("id");
    if !deliveries(visit, &id, "failed", "1").await?.is_empty() {
        return Ok(Standing::Failing);
    }
    let pending = deliveries(visit, &id, "pending", "10").await?;
    let is_retrying = pending.iter().any(|delivery| delivery.has("last_error"));
    Ok(if is_retrying { Standing::Retrying } else { Standing::Good })
}

async fn deliveries(visit: &Visit, endpoint: &str, status: &str, limit: &str) -> Result<Vec<Json>, Fault> {
    let params = [("status", status), ("limit", limit)];
    Ok(visit.api().stripe(Operation::DeliveryList, &[endpoint], &params).await?.list("data"))
}

pub(super) async fn list(visit: Visit) -> Shown {
    let endpoints = standings(&visit).await?.into_iter().map(|(endpoint, standing)| Endpoint { endpoint, standing });
    let frame = visit.frame(Section::Developers, "Webhooks");
    Page::of(&ListPage { frame, tabs: tabs(&visit, Part::Webhooks), endpoints: endpoints.collect() })
}

pub(super) async fn new(Admin(visit): Admin) -> Shown {
    Page::of(&new_page(&visit, Fields::new(Form::of([("events", "*")]))))
}

fn new_page(visit: &Visit, fields: Fields) -> NewPage {
    NewPage { frame: visit.frame(Section::Developers, "New endpoint"), tabs: tabs(visit, Part::Webhooks), fields }
}

/// Makes an endpoint and shows its secret, this once.
pub(super) async fn create(Submission { visit, form }: Submission) -> Shown {
    let turn = Turn::take(&visit, &form)?;
    match visit.api().stripe(Operation::WebhookEndpointCreate, &[], &params(&form)).await {
        Ok(endpoint) => {
            turn.done();
            let secret = endpoint.text("secret");
            Page::of(&endpoint_page(&visit, endpoint, None, Some(secret)).await?)
        }
        Err(fault) => Page::refused(&new_page(&visit, refused(form, &fault))),
    }
}

/// What a form says, as the API takes it.
fn params(form: &Form) -> Vec<(String, String)> {
    let mut params = vec![
        ("url".to_owned(), form.text("url").to_owned()),
        ("description".to_owned(), form.text("description").to_owned()),
    ];
    let events = events(form).enumerate();
    params.extend(events.map(|(place, event)| (format!("enabled_events[{place}]"), event.to_owned())));
    params
}

/// The types of events that a form names.
fn events(form: &Form) -> impl Iterator<Item = &str> {
    form.text("events").split([',', ' ', '\n', '\r', '\t']).filter(|event| !event.is_empty())
}

/// What the form of an endpoint is filled with.
fn filled(endpoint: &Json) -> Form {
    let events: Vec<String> = endpoint.list("enabled_events").iter().map(Json::as_text).collect();
    let (url, description) = (endpoint.text("url"), endpoint.text("description"));
    Form::of([("url", url), ("description", description), ("events", events.join("\n"))])
}

/// What a form says, to see whether the endpoint was changed.
fn parts(form: &Form) -> Vec<stale::Part> {
    let said = [
        ("url", "Address", form.text("url").to_owned()),
        ("events", "Events", events(form).collect::<Vec<_>>().join(", ")),
        ("description", "Description", form.text("description").to_owned()),
    ];
    said.map(|(field, label, value)| stale::Part::new(field, label, value)).into()
}

fn refused(form: Form, fault: &Fault) -> Fields {
    let mut fault = fault.clone();
    let place = fault.param.as_deref().and_then(|param| param.strip_prefix("enabled_events[")?.strip_suffix(']'));
    if let Some(place) = place.and_then(|place| place.parse::<usize>().ok()) {
        // The API lists the two hundred there are.
        let unknown = params(&form).into_iter().find(|(name, _)| *name == format!("enabled_events[{place}]"));
        let unknown = unknown.map(|(_, event)| event).unwrap_or_default();
        fault.message = format!("{unknown} is no event. They are such as product.updated, or * for every one.");
        fault.param = Some("enabled_events".to_owned());
    }
    Fields::refused(form, &fault, &FIELDS)
}

pub(super) async fn show(visit: Visit) -> Shown {
    let endpoint = existing(&visit).await?;
    Page::of(&endpoint_page(&visit, endpoint, None, None).await?)
}

async fn existing(visit: &Visit) -> Result<Json, Fault> {
    let none: [(&str, &str); 0] = [];
    visit.api().stripe(Operation::WebhookEndpointRetrieve, &[visit.param("id")], &none).await
}

async fn endpoint_page(
    visit: &Visit,
    endpoint: Json,
    typed: Option<(Fields, Seen)>,
    secret: Option<String>,
) -> Result<EndpointPage, Trouble> {
    let id = endpoint.text("id");
    let (fields, seen) = typed.unwrap_or_else(|| {
        let form = filled(&endpoint);
        let seen = Seen::of(&parts(&form));
        (Fields::new(form), seen)
    });
    let (failed, pending) =
        (deliveries(visit, &id, "failed", DELIVERIES).await?, deliveries(visit, &id, "pending", DELIVERIES).await?);
    let frame = visit.frame(Section::Developers, endpoint.text("url"));
    Ok(EndpointPage { frame, tabs: tabs(visit, Part::Webhooks), endpoint, fields, failed, pending, secret, seen })
}

pub(super) async fn update(Submission { visit, form }: Submission) -> Shown {
    let endpoint = existing(&visit).await?;
    let id = endpoint.text("id");
    let seen = Seen::again(&form, &parts(&filled(&endpoint)), &parts(&form));
    let fields = if seen.is_stale() {
        Fields::new(form)
    } else {
        match visit.api().stripe(Operation::WebhookEndpointUpdate, &[&id], &params(&form)).await {
            Ok(_) => return Page::to(visit.at(&format!("/developers/webhooks/{id}?done=saved"))),
            Err(fault) => refused(form, &fault),
        }
    };
    Page::refused(&endpoint_page(&visit, endpoint, Some((fields, seen)), None).await?)
}

/// Switches an endpoint on or off.
pub(super) async fn switch(Submission { visit, form }: Submission) -> Shown {
    let id = visit.param("id");
    let disabled = if form.text("disabled") == "true" { "true" } else { "false" };
    visit.api().stripe(Operation::WebhookEndpointUpdate, &[id], &[("disabled", disabled)]).await?;
    Page::to(visit.at(&format!("/developers/webhooks/{id}?done=saved")))
}

/// Gives an endpoint another secret and shows it, this once; the older one signs too for a day.
pub(super) async fn roll(Submission { visit, form }: Submission) -> Shown {
    let turn = Turn::take(&visit, &form)?;
    let none: [(&str, &str); 0] = [];
    let endpoint = visit.api().stripe(Operation::WebhookEndpointRollSecret, &[visit.param("id")], &none).await?;
    turn.done();
    let secret = endpoint.text("secret");
    Page::of(&endpoint_page(&visit, endpoint, None, Some(secret)).await?)
}

pub(super) async fn delete(Submission { visit, .. }: Submission) -> Shown {
    let none: [(&str, &str); 0] = [];
    visit.api().stripe(Operation::WebhookEndpointDelete, &[visit.param("id")], &none).await?;
    Page::to(visit.at("/developers/webhooks?done=deleted"))
}

/// The moment of a field that has seconds.
fn moment(delivery: &Json, field: &str) -> String {
    delivery.integer(field).map_or_else(String::new, |seconds| words::moment(seconds.saturating_mul(1000)))
}

/// What went wrong with a delivery last.
fn trouble(delivery: &Json) -> String {
    delivery.get("last_error").text("message")
}

/// Deliveries under their headings: with what is said where there are none.
fn groups<'d>(failed: &'d [Json], pending: &'d [Json]) -> [(&'static str, &'static str, &'d [Json]); 2] {
    [("Given up", "Nothing was given up.", failed), ("Waiting", "Nothing waits.", pending)]
}
