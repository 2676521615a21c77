//! Who a customer is: its name and email, the metadata and the link of its customer of Stripe, and taking it away.

use super::{Subject, details, pairs, path, when};
use crate::dashboard::form::{Fields, Form};
use crate::dashboard::frame::{Frame, Section};
use crate::dashboard::json::Json;
use crate::dashboard::page::{Page, Shown, Trouble};
use crate::dashboard::stale::{self, Difference, Part};
use crate::dashboard::visit::{Submission, Visit};
use askama::Template;
use serde_json::{Map, Value, json};
use tollgate_wire::priceos::operation::Operation as PriceOs;
use tollgate_wire::stripe::operation::Operation as Stripe;

#[derive(Template)]
#[template(path = "customers/edit.html")]
struct EditPage {
    frame: Frame,
    subject: Subject,
    fields: Fields,
    seen: String,
    differences: Vec<Difference>,
}

#[derive(Template)]
#[template(path = "customers/metadata.html")]
struct MetadataPage {
    frame: Frame,
    subject: Subject,
    fields: Fields,
    rows: Vec<(String, String)>,
    link_key: String,
    seen: String,
    differences: Vec<Difference>,
}

#[derive(Template)]
#[template(path = "customers/link.html")]
struct LinkPage {
    frame: Frame,
    subject: Subject,
    fields: Fields,
    /// Whether somebody else is linked, so that the link has to be taken.
    is_taken: bool,
}

#[derive(Template)]
#[template(path = "customers/delete.html")]
struct DeletePage {
    frame: Frame,
    subject: Subject,
    fields: Fields,
}

/// What the form is filled with.
fn typed(subject: &Subject) -> Form {
    let started = subject.customer.integer("usageStartedAt").map(when::field).unwrap_or_default();
    let (name, email) = (subject.customer.text("name"), subject.customer.text("email"));
    Form::of([("name", name), ("email", email), ("usageStartedAt", started)])
}

/// What a form says, to see whether the customer was changed.
fn parts(form: &Form) -> Vec<Part> {
    let named = [("name", "Name"), ("email", "Email"), ("usageStartedAt", "Usage starts at")];
    named.map(|(field, label)| Part::new(field, label, form.text(field))).into()
}

fn edit_page(visit: &Visit, subject: Subject, fields: Fields, differences: Vec<Difference>) -> EditPage {
    let frame = visit.frame(Section::Customers, format!("Edit {}", subject.title()));
    EditPage { frame, fields, seen: stale::seen(&parts(&typed(&subject))), subject, differences }
}

pub(in crate::dashboard) async fn show(visit: Visit) -> Shown {
    let subject = Subject::of(&visit).await?;
    let fields = Fields::new(typed(&subject));
    Page::of(&edit_page(&visit, subject, fields, Vec::new()))
}

pub(in crate::dashboard) async fn save(Submission { visit, form }: Submission) -> Shown {
    let subject = Subject::of(&visit).await?;
    let differences = stale::differences(&form, &parts(&typed(&subject)), &parts(&form));
    if !differences.is_empty() {
        return Page::refused(&edit_page(&visit, subject, Fields::new(form), differences));
    }
    let mut body = json!({"name": form.text("name"), "email": form.text("email")});
    // What was never set stays so: then windows begin when the customer was made, whenever a link says that was.
    let started = subject.customer.integer("usageStartedAt").map(when::field);
    if started.as_deref() != Some(form.text("usageStartedAt")) {
        body["usageStartedAt"] = when::value(&form, "usageStartedAt");
    }
    match visit.api().priceos(PriceOs::CustomerUpdate, &subject.id, body).await {
        Ok(_) => Page::to(visit.at(&subject.at("?done=saved"))),
        Err(fault) => {
            let named = [("name", "name"), ("email", "email"), ("usageStartedAt", "usageStartedAt")];
            let fields = Fields::refused(form, &fault, &named);
            Page::refused(&edit_page(&visit, subject, fields, Vec::new()))
        }
    }
}

pub(in crate::dashboard) async fn show_metadata(visit: Visit) -> Shown {
    let subject = Subject::of(&visit).await?;
    let billing = details::billing(&visit, &subject).await?.ok_or(Trouble::NotFound)?;
    let form = Form::of(pairs::fields(&billing.get("metadata")));
    Page::of(&metadata_page(&visit, subject, &billing, &form, Metadata::default()))
}

/// What a form of metadata came to.
#[derive(Default)]
struct Metadata {
    fields: Fields,
    differences: Vec<Difference>,
}

/// Metadata as it is on file, to see whether it was changed.
fn metadata(billing: &Json) -> Vec<Part> {
    let said = Form::of(pairs::fields(&billing.get("metadata")));
    vec![metadata_part(&pairs::object(&said))]
}

fn metadata_part(pairs: &Map<String, Value>) -> Part {
    let mut said: Vec<String> =
        pairs.iter().map(|(key, value)| format!("{key}: {}", value.as_str().unwrap_or_default())).collect();
    said.sort();
    Part::new("metadata", "Metadata", said.join(", "))
}

fn metadata_page(visit: &Visit, subject: Subject, billing: &Json, form: &Form, came: Metadata) -> MetadataPage {
    MetadataPage {
        frame: visit.frame(Section::Customers, format!("Metadata of {}", subject.title())),
        subject,
        rows: pairs::rows(form),
        fields: came.fields,
        link_key: visit.app.link_key.to_string(),
        seen: stale::seen(&metadata(billing)),
        differences: came.differences,
    }
}

pub(in crate::dashboard) async fn save_metadata(Submission { visit, form }: Submission) -> Shown {
    let subject = Subject::of(&visit).await?;
    let billing = details::billing(&visit, &subject).await?.ok_or(Trouble::NotFound)?;
    let wanted = pairs::object(&form);
    let differences = stale::differences(&form, &metadata(&billing), &[metadata_part(&wanted)]);
    if !differences.is_empty() {
        let came = Metadata { differences, ..Metadata::default() };
        return Page::refused(&metadata_page(&visit, subject, &billing, &form, came));
    }
    let mut params = Vec::new();
    for (key, _) in billing.get("metadata").members() {
        if !wanted.contains_key(&key) {
            params.push((format!("metadata[{key}]"), String::new()));
        }
    }
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    params.extend(wanted.iter().map(|(key, value)| (format!("metadata[{key}]"), text(value))));
    let id = billing.text("id");
    match visit.api().stripe(Stripe::CustomerUpdate, &[&id], &params).await {
        // Metadata may link it to another customer: its page is then that one's.
        Ok(_) => Page::to(visit.at(&holder_of(&visit, &subject, &id).await)),
        Err(mut fault) => {
            if fault.param.as_deref().is_some_and(|param| param.starts_with("metadata")) {
                fault.param = Some("metadata".to_owned());
            }
            let fields = Fields::refused(form.clone(), &fault, &[("metadata", "metadata")]);
            let came = Metadata { fields, ..Metadata::default() };
            Page::refused(&metadata_page(&visit, subject, &billing, &form, came))
        }
    }
}

/// The page of a customer that may have been linked anew.
async fn holder_of(visit: &Visit, subject: &Subject, stripe: &str) -> String {
    let now = visit.api().priceos(PriceOs::CustomerRetrieve, &subject.id, json!({})).await;
    if now.is_ok_and(|now| now.text("stripeCustomerId") == stripe) {
        return subject.at("?done=saved");
    }
    "/customers?done=saved".to_owned()
}

pub(in crate::dashboard) async fn show_link(visit: Visit) -> Shown {
    let subject = Subject::of(&visit).await?;
    let stripe = subject.customer.text("stripeCustomerId");
    let fields = Fields::new(Form::of([("stripeCustomerId", stripe)]));
    let frame = visit.frame(Section::Customers, format!("Link {}", subject.title()));
    Page::of(&LinkPage { frame, subject, fields, is_taken: false })
}

pub(in crate::dashboard) async fn link(Submission { visit, form }: Submission) -> Shown {
    let subject = Subject::of(&visit).await?;
    let is_own = subject.customer.has("customerId");
    let (own, stripe) = if is_own {
        (subject.id.clone(), form.text("stripeCustomerId").to_owned())
    } else {
        (form.text("customerId").to_owned(), subject.id.clone())
    };
    let mut body = json!({"customerId": own, "stripeCustomerId": stripe});
    if form.is_ticked("force") {
        body["force"] = true.into();
    }
    match visit.api().priceos(PriceOs::CustomerLink, "", body).await {
        Ok(_) => Page::to(visit.at(&format!("{}?done=linked", path(&own)))),
        Err(fault) => {
            let field = if is_own { "stripeCustomerId" } else { "customerId" };
            let named = [("customerId", field), ("stripeCustomerId", field)];
            let (fields, is_taken) = (Fields::refused(form, &fault, &named), fault.status == 409);
            let frame = visit.frame(Section::Customers, format!("Link {}", subject.title()));
            Page::refused(&LinkPage { frame, subject, fields, is_taken })
        }
    }
}

pub(in crate::dashboard) async fn show_delete(visit: Visit) -> Shown {
    let subject = Subject::of(&visit).await?;
    let frame = visit.frame(Section::Customers, format!("Delete {}", subject.title()));
    Page::of(&DeletePage { frame, subject, fields: Fields::default() })
}

pub(in crate::dashboard) async fn delete(Submission { visit, form }: Submission) -> Shown {
    let subject = Subject::of(&visit).await?;
    match visit.api().priceos(PriceOs::CustomerDelete, &subject.id, json!({})).await {
        Ok(_) => Page::to(visit.at("/customers?done=deleted")),
        Err(fault) => {
            let frame = visit.frame(Section::Customers, format!("Delete {}", subject.title()));
            Page::refused(&DeletePage { frame, subject, fields: Fields::refused(form, &fault, &[]) })
        }
    }
}
