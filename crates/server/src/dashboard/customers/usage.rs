//! Recording usage by hand, and setting what is used.

use super::{Subject, feature_of, feature_path, when};
use crate::dashboard::access::number;
use crate::dashboard::form::{Fields, Form};
use crate::dashboard::frame::{Frame, Section};
use crate::dashboard::json::Json;
use crate::dashboard::metadata;
use crate::dashboard::once::Turn;
use crate::dashboard::page::{Page, Shown};
use crate::dashboard::visit::{Admin, Submission, Visit};
use askama::Template;
use serde_json::{Value, json};
use tollgate_wire::priceos::operation::Operation;

/// What may be done.
const ACTIONS: &[(&str, &str, &str)] = &[
    ("record", "Record an amount", "Adds an event; below zero takes back."),
    ("set", "Set what is used", "Adds the event that makes this window's total so much."),
];
/// Which field of the page a field of the API is.
const FIELDS: [(&str, &str); 6] = [
    ("amount", "amount"),
    ("used", "amount"),
    ("occurredAt", "occurredAt"),
    ("eventKey", "eventKey"),
    ("metadata", "metadata"),
    ("featureKey", "amount"),
];

#[derive(Template)]
#[template(path = "customers/usage.html")]
struct UsagePage {
    frame: Frame,
    subject: Subject,
    feature: Json,
    here: String,
    fields: Fields,
}

pub(in crate::dashboard) async fn show(Admin(visit): Admin) -> Shown {
    let (subject, feature) = (Subject::of(&visit).await?, feature_of(&visit).await?);
    let fields = Fields::new(Form::of([("action", "record"), ("amount", "1")]));
    Page::of(&page(&visit, subject, feature, fields))
}

pub(in crate::dashboard) async fn record(Submission { visit, form }: Submission) -> Shown {
    let (subject, feature) = (Subject::of(&visit).await?, feature_of(&visit).await?);
    let is_set = form.text("action") == "set";
    let turn = Turn::take(&visit, &form)?;
    let operation = if is_set { Operation::UsageSet } else { Operation::UsageTrack };
    let answer = match asked(&form, &subject, &feature, is_set) {
        Err(problem) => {
            let fields = Fields::new(form).with(metadata::FIELD, problem);
            return Page::refused(&page(&visit, subject, feature, fields));
        }
        Ok(body) => visit.api().priceos(operation, "", body).await,
    };
    let fields = match answer {
        Ok(answer) if answer.flag("applied") => {
            turn.done();
            return Page::to(
                visit.at(&format!("{}?done=recorded", feature_path(&subject, &feature.text("featureKey")))),
            );
        }
        Ok(answer) if answer.text("reason") == "duplicate_event_key" => {
            Fields::new(form).with("eventKey", "An event with this key is recorded already; nothing was added.")
        }
        Ok(_) => Fields::new(form).with_fault("Usage of this feature is not tracked here."),
        Err(fault) => Fields::refused(form, &fault, &FIELDS),
    };
    Page::refused(&page(&visit, subject, feature, fields))
}

/// What a form says, as the API takes it, or what is wrong with its metadata.
fn asked(form: &Form, subject: &Subject, feature: &Json, is_set: bool) -> Result<Value, String> {
    let mut body = json!({
        "customerId": subject.id,
        "featureKey": feature.text("featureKey"),
        "metadata": metadata::object(form)?,
    });
    if let Some(key) = form.given("eventKey") {
        body["eventKey"] = key.into();
    }
    if let Some(amount) = form.given("amount") {
        body[if is_set { "used" } else { "amount" }] = number(amount);
    }
    if !is_set && form.given("occurredAt").is_some() {
        body["occurredAt"] = when::value(form, "occurredAt");
    }
    Ok(body)
}

fn page(visit: &Visit, subject: Subject, feature: Json, fields: Fields) -> UsagePage {
    UsagePage {
        frame: visit.frame(Section::Customers, "Record usage"),
        here: visit.at(&feature_path(&subject, &feature.text("featureKey"))),
        subject,
        feature,
        fields,
    }
}
