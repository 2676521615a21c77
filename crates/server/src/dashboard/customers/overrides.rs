//! Overrides of a customer.

use super::{Subject, features, when};
use crate::dashboard::access::number;
use crate::dashboard::form::{Fields, Form};
use crate::dashboard::frame::{Frame, Section};
use crate::dashboard::json::Json;
use crate::dashboard::page::{Page, Shown, Trouble};
use crate::dashboard::visit::{Submission, Visit};
use askama::Template;
use serde_json::{Value, json};
use tollgate_wire::priceos::operation::Operation;

/// Words of what an override gives of a limit.
const CHOICES: &[(&str, &str, &str)] =
    &[("none", "No access", ""), ("limit", "Custom limit", ""), ("unlimited", "Unlimited", "")];
/// Which field of the page a field of the API is.
const FIELDS: [(&str, &str); 6] = [
    ("featureKey", "featureKey"),
    ("hasAccess", "choice"),
    ("limit", "limit"),
    ("isUnlimited", "choice"),
    ("reason", "reason"),
    ("expiresAt", "expiresAt"),
];

#[derive(Template)]
#[template(path = "customers/override.html")]
struct OverridePage {
    frame: Frame,
    subject: Subject,
    fields: Fields,
    /// Features to choose from.
    features: Vec<Json>,
    /// The override that is edited.
    edited: Option<Json>,
}

pub(in crate::dashboard) async fn new(visit: Visit) -> Shown {
    let subject = Subject::of(&visit).await?;
    let key = visit.query.text("featureKey").to_owned();
    let fields = Fields::new(Form::of([("featureKey", key.as_str()), ("choice", "limit"), ("on", "on")]));
    Page::of(&page(&visit, subject, fields, None).await?)
}

pub(in crate::dashboard) async fn create(Submission { visit, form }: Submission) -> Shown {
    let subject = Subject::of(&visit).await?;
    let all = features(&visit).await?;
    let feature = all.iter().find(|feature| feature.text("featureKey") == form.text("featureKey"));
    let mut body = asked(&form, feature.is_some_and(|feature| feature.text("type") == "boolean"));
    body["customerId"] = subject.id.as_str().into();
    body["featureKey"] = form.text("featureKey").into();
    match visit.api().priceos(Operation::OverrideCreate, "", body).await {
        Ok(_) => Page::to(visit.at(&subject.at("?done=created"))),
        Err(fault) => {
            let fields = Fields::refused(form, &fault, &FIELDS);
            Page::refused(&page(&visit, subject, fields, None).await?)
        }
    }
}

pub(in crate::dashboard) async fn show(visit: Visit) -> Shown {
    let (subject, edited) = found(&visit).await?;
    let choice = if !edited.flag("hasAccess") {
        "none"
    } else if edited.flag("isUnlimited") {
        "unlimited"
    } else {
        "limit"
    };
    let mut shown = vec![
        ("choice", choice.to_owned()),
        ("limit", if choice == "limit" { edited.text("limit") } else { String::new() }),
        ("reason", edited.text("reason")),
        ("expiresAt", edited.integer("expiresAt").map(when::field).unwrap_or_default()),
    ];
    if edited.flag("hasAccess") {
        shown.push(("on", "on".to_owned()));
    }
    Page::of(&page(&visit, subject, Fields::new(Form::of(shown)), Some(edited)).await?)
}

pub(in crate::dashboard) async fn save(Submission { visit, form }: Submission) -> Shown {
    let (subject, edited) = found(&visit).await?;
    let body = asked(&form, edited.get("isUnlimited").0.is_null());
    match visit.api().priceos(Operation::OverrideUpdate, &edited.text("overrideId"), body).await {
        Ok(_) => Page::to(visit.at(&subject.at("?done=saved"))),
        Err(fault) => {
            let fields = Fields::refused(form, &fault, &FIELDS);
            Page::refused(&page(&visit, subject, fields, Some(edited)).await?)
        }
    }
}

pub(in crate::dashboard) async fn end(Submission { visit, .. }: Submission) -> Shown {
    let (subject, edited) = found(&visit).await?;
    visit.api().priceos(Operation::OverrideDelete, &edited.text("overrideId"), json!({})).await?;
    Page::to(visit.at(&subject.at("?done=ended")))
}

/// The customer and the override that the path names.
async fn found(visit: &Visit) -> Result<(Subject, Json), Trouble> {
    let subject = Subject::of(visit).await?;
    let all = visit.api().priceos(Operation::OverrideList, "", json!({"customerId": subject.id})).await?;
    let id = visit.param("override");
    let found = all.list("overrides").into_iter().find(|one| one.text("overrideId") == id);
    Ok((subject, found.ok_or(Trouble::NotFound)?))
}

/// What a form says, as the API takes it.
fn asked(form: &Form, is_boolean: bool) -> Value {
    let mut body = match (is_boolean, form.text("choice")) {
        (true, _) => json!({"hasAccess": form.is_ticked("on")}),
        (false, "unlimited") => json!({"hasAccess": true, "isUnlimited": true}),
        (false, "limit") => {
            json!({"hasAccess": true, "isUnlimited": false, "limit": form.given("limit").map(number)})
        }
        (false, _) => json!({"hasAccess": false}),
    };
    body["reason"] = form.given("reason").into();
    body["expiresAt"] = when::value(form, "expiresAt");
    body
}

async fn page(visit: &Visit, subject: Subject, fields: Fields, edited: Option<Json>) -> Result<OverridePage, Trouble> {
    let mut features = features(visit).await?;
    let is_edited =
        |feature: &Json| edited.as_ref().is_none_or(|edited| edited.text("featureKey") == feature.text("featureKey"));
    features.retain(|feature| !feature.flag("isArchived") && is_edited(feature));
    let words = if edited.is_some() { "Edit override" } else { "Create override" };
    Ok(OverridePage { frame: visit.frame(Section::Customers, words), subject, fields, features, edited })
}
