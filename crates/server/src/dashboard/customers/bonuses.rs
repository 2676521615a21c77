//! Bonuses of a customer.

use super::{Subject, features, pairs, when};
use crate::dashboard::access::number;
use crate::dashboard::form::{Fields, Form};
use crate::dashboard::frame::{Frame, Section};
use crate::dashboard::json::Json;
use crate::dashboard::page::{Page, Shown, Trouble};
use crate::dashboard::visit::{Submission, Visit};
use askama::Template;
use serde_json::{Value, json};
use tollgate_wire::priceos::operation::Operation;

/// Which field of the page a field of the API is.
const FIELDS: [(&str, &str); 5] = [
    ("featureKey", "featureKey"),
    ("amount", "amount"),
    ("reason", "reason"),
    ("expiresAt", "expiresAt"),
    ("metadata", "metadata"),
];

#[derive(Template)]
#[template(path = "customers/bonus.html")]
struct BonusPage {
    frame: Frame,
    subject: Subject,
    fields: Fields,
    /// Features to choose from.
    features: Vec<Json>,
    rows: Vec<(String, String)>,
    /// The bonus that is updated.
    edited: Option<Json>,
}

pub(in crate::dashboard) async fn new(visit: Visit) -> Shown {
    let subject = Subject::of(&visit).await?;
    let form = Form::of([("featureKey", visit.query.text("featureKey"))]);
    Page::of(&page(&visit, subject, Fields::new(form.clone()), &form, None).await?)
}

pub(in crate::dashboard) async fn grant(Submission { visit, form }: Submission) -> Shown {
    let subject = Subject::of(&visit).await?;
    let mut body = asked(&form);
    body["customerId"] = subject.id.as_str().into();
    body["featureKey"] = form.text("featureKey").into();
    match visit.api().priceos(Operation::BonusCreate, "", body).await {
        Ok(_) => Page::to(visit.at(&subject.at("?done=granted"))),
        Err(fault) => {
            let fields = Fields::refused(form.clone(), &fault, &FIELDS);
            Page::refused(&page(&visit, subject, fields, &form, None).await?)
        }
    }
}

pub(in crate::dashboard) async fn show(visit: Visit) -> Shown {
    let (subject, edited) = found(&visit).await?;
    let mut shown = vec![
        ("amount".to_owned(), edited.text("amount")),
        ("reason".to_owned(), edited.text("reason")),
        ("expiresAt".to_owned(), edited.integer("expiresAt").map(when::field).unwrap_or_default()),
    ];
    shown.extend(pairs::fields(&edited.get("metadata")));
    let form = Form::of(shown);
    Page::of(&page(&visit, subject, Fields::new(form.clone()), &form, Some(edited)).await?)
}

pub(in crate::dashboard) async fn save(Submission { visit, form }: Submission) -> Shown {
    let (subject, edited) = found(&visit).await?;
    match visit.api().priceos(Operation::BonusUpdate, &edited.text("bonusId"), asked(&form)).await {
        Ok(_) => Page::to(visit.at(&subject.at("?done=saved"))),
        Err(mut fault) => {
            if fault.status == 409 {
                fault.param = Some("amount".to_owned());
            }
            let fields = Fields::refused(form.clone(), &fault, &FIELDS);
            Page::refused(&page(&visit, subject, fields, &form, Some(edited)).await?)
        }
    }
}

pub(in crate::dashboard) async fn delete(Submission { visit, .. }: Submission) -> Shown {
    let (subject, edited) = found(&visit).await?;
    visit.api().priceos(Operation::BonusDelete, &edited.text("bonusId"), json!({})).await?;
    Page::to(visit.at(&subject.at("?done=deleted")))
}

/// Has a bonus expire at this moment; for one that is used in part, which cannot be deleted.
pub(in crate::dashboard) async fn expire(Submission { visit, .. }: Submission) -> Shown {
    let (subject, edited) = found(&visit).await?;
    let now = json!({"expiresAt": visit.app.store.clock().now().millis()});
    visit.api().priceos(Operation::BonusUpdate, &edited.text("bonusId"), now).await?;
    Page::to(visit.at(&subject.at("?done=ended")))
}

/// The customer and the bonus that the path names.
async fn found(visit: &Visit) -> Result<(Subject, Json), Trouble> {
    let subject = Subject::of(visit).await?;
    let id = visit.param("bonus");
    let found = subject.customer.list("bonuses").into_iter().find(|one| one.text("bonusId") == id);
    let found = found.ok_or(Trouble::NotFound)?;
    Ok((subject, found))
}

/// What a form says, as the API takes it.
fn asked(form: &Form) -> Value {
    let mut body = json!({
        "reason": form.given("reason"),
        "expiresAt": when::value(form, "expiresAt"),
        "metadata": pairs::object(form),
    });
    if let Some(amount) = form.given("amount") {
        body["amount"] = number(amount);
    }
    body
}

async fn page(
    visit: &Visit,
    subject: Subject,
    fields: Fields,
    form: &Form,
    edited: Option<Json>,
) -> Result<BonusPage, Trouble> {
    let mut features = features(visit).await?;
    features.retain(|feature| feature.flag("tracksUsage") && !feature.flag("isArchived"));
    if let Some(edited) = &edited {
        features.retain(|feature| feature.text("featureKey") == edited.text("featureKey"));
    }
    let words = if edited.is_some() { "Update bonus" } else { "Grant bonus" };
    let frame = visit.frame(Section::Customers, words);
    Ok(BonusPage { frame, subject, fields, features, rows: pairs::rows(form), edited })
}
