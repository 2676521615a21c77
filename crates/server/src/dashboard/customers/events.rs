//! One usage event, to mend or to take away.

use super::{Subject, feature_of, feature_path, when};
use crate::dashboard::access::number;
use crate::dashboard::form::{Fields, Form};
use crate::dashboard::frame::{Frame, Section};
use crate::dashboard::json::Json;
use crate::dashboard::metadata;
use crate::dashboard::page::{Page, Shown, Trouble};
use crate::dashboard::stale::{Part, Seen};
use crate::dashboard::visit::{Admin, Submission, Visit};
use askama::Template;
use serde_json::{Value, json};
use tollgate_domain::id::CustomerId;
use tollgate_domain::record::{Noun, Record};
use tollgate_wire::priceos::operation::Operation;

/// Which field of the page a field of the API is.
const FIELDS: [(&str, &str); 4] =
    [("amount", "amount"), ("occurredAt", "occurredAt"), ("eventKey", "eventKey"), ("metadata", "metadata")];

#[derive(Template)]
#[template(path = "customers/event.html")]
struct EventPage {
    frame: Frame,
    subject: Subject,
    feature: Json,
    event: Json,
    here: String,
    fields: Fields,
    seen: Seen,
}

pub(in crate::dashboard) async fn show(Admin(visit): Admin) -> Shown {
    let found = Found::of(&visit).await?;
    let form = filled(&found.event);
    let seen = Seen::of(&parts(&form));
    Page::of(&found.page(&visit, Fields::new(form), seen))
}

pub(in crate::dashboard) async fn save(Submission { visit, form }: Submission) -> Shown {
    let found = Found::of(&visit).await?;
    let seen = Seen::again(&form, &parts(&filled(&found.event)), &parts(&form));
    let fields = match asked(&form) {
        Err(problem) => Fields::new(form).with(metadata::FIELD, problem),
        Ok(_) if seen.is_stale() => Fields::new(form),
        Ok(body) => match visit.api().priceos(Operation::UsageEventUpdate, &found.event.text("id"), body).await {
            Ok(_) => return Page::to(found.done(&visit, "saved")),
            Err(fault) => Fields::refused(form, &fault, &FIELDS),
        },
    };
    Page::refused(&found.page(&visit, fields, seen))
}

/// What the form of an event is filled with.
fn filled(event: &Json) -> Form {
    let occurred = event.integer("occurredAt").map(when::field).unwrap_or_default();
    let fields = [("amount", event.text("amount")), ("occurredAt", occurred), ("eventKey", event.text("eventKey"))];
    let fields = fields.map(|(name, value)| (name.to_owned(), value)).into_iter();
    Form::of(fields.chain(metadata::fields(&event.get("metadata"))))
}

/// What a form says, to see whether the event was changed.
fn parts(form: &Form) -> Vec<Part> {
    let named = [("amount", "Amount"), ("occurredAt", "Occurred"), ("eventKey", "Event key")];
    let texts = named.map(|(field, label)| Part::new(field, label, form.text(field))).into_iter();
    texts.chain([metadata::part(form)]).collect()
}

/// What a form says, as the API takes it, or what is wrong with its metadata.
fn asked(form: &Form) -> Result<Value, String> {
    let mut body = json!({"eventKey": form.given("eventKey"), "metadata": metadata::object(form)?});
    if let Some(amount) = form.given("amount") {
        body["amount"] = number(amount);
    }
    if form.given("occurredAt").is_some() {
        body["occurredAt"] = when::value(form, "occurredAt");
    }
    Ok(body)
}

pub(in crate::dashboard) async fn delete(Submission { visit, .. }: Submission) -> Shown {
    let found = Found::of(&visit).await?;
    visit.api().priceos(Operation::UsageEventDelete, &found.event.text("id"), json!({})).await?;
    Page::to(found.done(&visit, "deleted"))
}

/// What the path names.
struct Found {
    subject: Subject,
    feature: Json,
    event: Json,
}

impl Found {
    async fn of(visit: &Visit) -> Result<Self, Trouble> {
        let (subject, feature) = (Subject::of(visit).await?, feature_of(visit).await?);
        let id = visit.param("event").to_ascii_lowercase();
        let event = visit.api().priceos(Operation::UsageEventRetrieve, &id, json!({})).await?;
        // The API does not say whose event it is.
        let kept = visit.app.store.get(visit.environment, Noun::UsageEvent, &id).await.map_err(Trouble::store)?;
        match kept {
            Some(Record::UsageEvent(kept))
                if kept.customer == CustomerId::from(subject.id.as_str())
                    && kept.feature.as_str() == feature.text("id") =>
            {
                Ok(Self { subject, feature, event })
            }
            _ => Err(Trouble::NotFound),
        }
    }

    fn here(&self, visit: &Visit) -> String {
        visit.at(&feature_path(&self.subject, &self.feature.text("featureKey")))
    }

    fn done(&self, visit: &Visit, word: &str) -> String {
        format!("{}?done={word}", self.here(visit))
    }

    fn page(self, visit: &Visit, fields: Fields, seen: Seen) -> EventPage {
        EventPage {
            frame: visit.frame(Section::Customers, "Edit usage event"),
            here: self.here(visit),
            subject: self.subject,
            feature: self.feature,
            event: self.event,
            fields,
            seen,
        }
    }
}
