//! One usage event, to mend or to take away.

use super::{Subject, feature_of, feature_path, pairs, when};
use crate::dashboard::access::number;
use crate::dashboard::form::{Fields, Form};
use crate::dashboard::frame::{Frame, Section};
use crate::dashboard::json::Json;
use crate::dashboard::page::{Page, Shown, Trouble};
use crate::dashboard::visit::{Submission, Visit};
use askama::Template;
use serde_json::json;
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
    rows: Vec<(String, String)>,
}

pub(in crate::dashboard) async fn show(visit: Visit) -> Shown {
    let found = Found::of(&visit).await?;
    let mut shown = vec![
        ("amount".to_owned(), found.event.text("amount")),
        ("eventKey".to_owned(), found.event.text("eventKey")),
        ("occurredAt".to_owned(), found.event.integer("occurredAt").map(when::field).unwrap_or_default()),
    ];
    shown.extend(pairs::fields(&found.event.get("metadata")));
    let form = Form::of(shown);
    Page::of(&found.page(&visit, Fields::new(form.clone()), &form))
}

pub(in crate::dashboard) async fn save(Submission { visit, form }: Submission) -> Shown {
    let found = Found::of(&visit).await?;
    let mut body = json!({"eventKey": form.given("eventKey"), "metadata": pairs::object(&form)});
    if let Some(amount) = form.given("amount") {
        body["amount"] = number(amount);
    }
    if form.given("occurredAt").is_some() {
        body["occurredAt"] = when::value(&form, "occurredAt");
    }
    match visit.api().priceos(Operation::UsageEventUpdate, &found.event.text("id"), body).await {
        Ok(_) => Page::to(found.done(&visit, "saved")),
        Err(fault) => {
            let fields = Fields::refused(form.clone(), &fault, &FIELDS);
            Page::refused(&found.page(&visit, fields, &form))
        }
    }
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

    fn page(self, visit: &Visit, fields: Fields, form: &Form) -> EventPage {
        EventPage {
            frame: visit.frame(Section::Customers, "Edit usage event"),
            here: self.here(visit),
            subject: self.subject,
            feature: self.feature,
            event: self.event,
            fields,
            rows: pairs::rows(form),
        }
    }
}
