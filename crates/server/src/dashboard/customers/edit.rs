//! Who a customer is: its name and email, the metadata and the link of its customer of Stripe, and taking it away.

use super::{Subject, details, path, when};
use crate::dashboard::form::{Fields, Form};
use crate::dashboard::frame::{Frame, Section};
use crate::dashboard::json::Json;
use crate::dashboard::metadata;
use crate::dashboard::page::{Page, Shown, Trouble};
use crate::dashboard::stale::{Part, Seen};
use crate::dashboard::visit::{Admin, Submission, Visit};
use askama::Template;
use serde_json::json;
use tollgate_wire::priceos::operation::Operation as PriceOs;
use tollgate_wire::stripe::operation::Operation as Stripe;

#[derive(Template)]
#[template(path = "customers/edit.html")]
struct EditPage {
    frame: Frame,
    subject: Subject,
    fields: Fields,
    seen: Seen,
}

#[derive(Template)]
#[template(path = "customers/metadata.html")]
struct MetadataPage {
    frame: Frame,
    subject: Subject,
    fields: Fields,
    link_key: String,
    seen: Seen,
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

fn edit_page(visit: &Visit, subject: Subject, fields: Fields, seen: Seen) -> EditPage {
    let frame = visit.frame(Section::Customers, format!("Edit {}", subject.title()));
    EditPage { frame, subject, fields, seen }
}

pub(in crate::dashboard) async fn show(Admin(visit): Admin) -> Shown {
    let subject = Subject::of(&visit).await?;
    let (fields, seen) = (Fields::new(typed(&subject)), Seen::of(&parts(&typed(&subject))));
    Page::of(&edit_page(&visit, subject, fields, seen))
}

pub(in crate::dashboard) async fn save(Submission { visit, form }: Submission) -> Shown {
    let subject = Subject::of(&visit).await?;
    let seen = Seen::again(&form, &parts(&typed(&subject)), &parts(&form));
    if seen.is_stale() {
        return Page::refused(&edit_page(&visit, subject, Fields::new(form), seen));
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
            Page::refused(&edit_page(&visit, subject, fields, seen))
        }
    }
}

pub(in crate::dashboard) async fn show_metadata(Admin(visit): Admin) -> Shown {
    let subject = Subject::of(&visit).await?;
    let billing = details::billing(&visit, &subject).await?.ok_or(Trouble::NotFound)?;
    let form = metadata_of(&billing);
    let seen = Seen::of(&[metadata::part(&form)]);
    Page::of(&metadata_page(&visit, subject, Fields::new(form), seen))
}

/// What the form of metadata is filled with.
fn metadata_of(billing: &Json) -> Form {
    Form::of(metadata::fields(&billing.get("metadata")))
}

fn metadata_page(visit: &Visit, subject: Subject, fields: Fields, seen: Seen) -> MetadataPage {
    let frame = visit.frame(Section::Customers, format!("Metadata of {}", subject.title()));
    MetadataPage { frame, subject, fields, link_key: visit.app.link_key.to_string(), seen }
}

pub(in crate::dashboard) async fn save_metadata(Submission { visit, form }: Submission) -> Shown {
    let subject = Subject::of(&visit).await?;
    let billing = details::billing(&visit, &subject).await?.ok_or(Trouble::NotFound)?;
    let seen = Seen::again(&form, &[metadata::part(&metadata_of(&billing))], &[metadata::part(&form)]);
    let id = billing.text("id");
    let fields = match metadata::object(&form) {
        Err(problem) => Fields::new(form).with(metadata::FIELD, problem),
        Ok(_) if seen.is_stale() => Fields::new(form),
        Ok(wanted) => {
            let params = metadata::params(&billing.get("metadata"), &wanted);
            match visit.api().stripe(Stripe::CustomerUpdate, &[&id], &params).await {
                // Metadata may link it to another customer: its page is then that one's.
                Ok(_) => return Page::to(visit.at(&holder_of(&visit, &subject, &id).await)),
                Err(mut fault) => {
                    if fault.param.as_deref().is_some_and(|param| param.starts_with("metadata")) {
                        fault.param = Some(metadata::FIELD.to_owned());
                    }
                    Fields::refused(form, &fault, &[(metadata::FIELD, metadata::FIELD)])
                }
            }
        }
    };
    Page::refused(&metadata_page(&visit, subject, fields, seen))
}

/// The page of a customer that may have been linked anew.
async fn holder_of(visit: &Visit, subject: &Subject, stripe: &str) -> String {
    let now = visit.api().priceos(PriceOs::CustomerRetrieve, &subject.id, json!({})).await;
    if now.is_ok_and(|now| now.text("stripeCustomerId") == stripe) {
        return subject.at("?done=saved");
    }
    "/customers?done=saved".to_owned()
}

pub(in crate::dashboard) async fn show_link(Admin(visit): Admin) -> Shown {
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

pub(in crate::dashboard) async fn show_delete(Admin(visit): Admin) -> Shown {
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
