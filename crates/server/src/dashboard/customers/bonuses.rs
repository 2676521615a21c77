//! Bonuses of a customer.

use super::{Subject, features, when};
use crate::dashboard::access::number;
use crate::dashboard::form::{Fields, Form};
use crate::dashboard::frame::{Frame, Section};
use crate::dashboard::json::Json;
use crate::dashboard::metadata;
use crate::dashboard::once::Turn;
use crate::dashboard::page::{Page, Shown, Trouble};
use crate::dashboard::stale::{Part, Seen};
use crate::dashboard::visit::{Admin, Submission, Visit};
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
    /// The bonus that is updated.
    edited: Option<Json>,
    seen: Seen,
}

pub(in crate::dashboard) async fn new(Admin(visit): Admin) -> Shown {
    let subject = Subject::of(&visit).await?;
    let fields = Fields::new(Form::of([("featureKey", visit.query.text("featureKey"))]));
    Page::of(&page(&visit, subject, fields, None, Seen::default()).await?)
}

pub(in crate::dashboard) async fn grant(Submission { visit, form }: Submission) -> Shown {
    let subject = Subject::of(&visit).await?;
    let fields = match asked(&form) {
        Err(problem) => Fields::new(form).with(metadata::FIELD, problem),
        Ok(_) if when::is_past(&form, "expiresAt", visit.app.store.clock().now()) => {
            Fields::new(form).with("expiresAt", when::PAST)
        }
        Ok(mut body) => {
            body["customerId"] = subject.id.as_str().into();
            body["featureKey"] = form.text("featureKey").into();
            let turn = Turn::take(&visit, &form)?;
            match visit.api().priceos(Operation::BonusCreate, "", body).await {
                Ok(_) => {
                    turn.done();
                    return Page::to(visit.at(&subject.at("?done=granted")));
                }
                Err(fault) => Fields::refused(form, &fault, &FIELDS),
            }
        }
    };
    Page::refused(&page(&visit, subject, fields, None, Seen::default()).await?)
}

pub(in crate::dashboard) async fn show(Admin(visit): Admin) -> Shown {
    let (subject, edited) = found(&visit).await?;
    let form = filled(&edited);
    let seen = Seen::of(&parts(&form));
    Page::of(&page(&visit, subject, Fields::new(form), Some(edited), seen).await?)
}

pub(in crate::dashboard) async fn save(Submission { visit, form }: Submission) -> Shown {
    let (subject, edited) = found(&visit).await?;
    let seen = Seen::again(&form, &parts(&filled(&edited)), &parts(&form));
    let fields = match asked(&form) {
        Err(problem) => Fields::new(form).with(metadata::FIELD, problem),
        Ok(_) if seen.is_stale() => Fields::new(form),
        Ok(body) => match visit.api().priceos(Operation::BonusUpdate, &edited.text("bonusId"), body).await {
            Ok(_) => return Page::to(visit.at(&subject.at("?done=saved"))),
            Err(mut fault) => {
                if fault.status == 409 {
                    fault.param = Some("amount".to_owned());
                }
                Fields::refused(form, &fault, &FIELDS)
            }
        },
    };
    Page::refused(&page(&visit, subject, fields, Some(edited), seen).await?)
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

/// What the form of a bonus is filled with.
fn filled(edited: &Json) -> Form {
    let expires = edited.integer("expiresAt").map(when::field).unwrap_or_default();
    let fields = [("amount", edited.text("amount")), ("reason", edited.text("reason")), ("expiresAt", expires)];
    let fields = fields.map(|(name, value)| (name.to_owned(), value)).into_iter();
    Form::of(fields.chain(metadata::fields(&edited.get("metadata"))))
}

/// What a form says, to see whether the bonus was changed.
fn parts(form: &Form) -> Vec<Part> {
    let named = [("amount", "Amount"), ("reason", "Reason"), ("expiresAt", "Expires")];
    let texts = named.map(|(field, label)| Part::new(field, label, form.text(field))).into_iter();
    texts.chain([metadata::part(form)]).collect()
}

/// What a form says, as the API takes it, or what is wrong with its metadata.
fn asked(form: &Form) -> Result<Value, String> {
    let mut body = json!({
        "reason": form.given("reason"),
        "expiresAt": when::value(form, "expiresAt"),
        "metadata": metadata::object(form)?,
    });
    if let Some(amount) = form.given("amount") {
        body["amount"] = number(amount);
    }
    Ok(body)
}

async fn page(
    visit: &Visit,
    subject: Subject,
    fields: Fields,
    edited: Option<Json>,
    seen: Seen,
) -> Result<BonusPage, Trouble> {
    let mut features = features(visit).await?;
    features.retain(|feature| feature.flag("tracksUsage") && !feature.flag("isArchived"));
    if let Some(edited) = &edited {
        features.retain(|feature| feature.text("featureKey") == edited.text("featureKey"));
    }
    let words = if edited.is_some() { "Update bonus" } else { "Grant bonus" };
    let frame = visit.frame(Section::Customers, words);
    Ok(BonusPage { frame, subject, fields, features, edited, seen })
}
