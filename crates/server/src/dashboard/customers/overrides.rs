//! Overrides of a customer.

use super::{Subject, features, when};
use crate::dashboard::access::number;
use crate::dashboard::form::{Fields, Form};
use crate::dashboard::frame::{Frame, Section};
use crate::dashboard::json::Json;
use crate::dashboard::page::{Page, Shown, Trouble};
use crate::dashboard::stale::{Part, Seen};
use crate::dashboard::visit::{Admin, Submission, Visit};
use crate::dashboard::words;
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
    /// Those of the customer.
    overrides: Vec<Json>,
    /// The override that is edited.
    edited: Option<Json>,
    seen: Seen,
}

pub(in crate::dashboard) async fn new(Admin(visit): Admin) -> Shown {
    let all = All::of(&visit).await?;
    let key = visit.query.text("featureKey").to_owned();
    let fields = Fields::new(Form::of([("featureKey", key.as_str()), ("choice", "limit"), ("on", "on")]));
    let seen = Seen::of(&all.parts());
    Page::of(&all.page(&visit, fields, None, seen))
}

pub(in crate::dashboard) async fn create(Submission { visit, form }: Submission) -> Shown {
    let all = All::of(&visit).await?;
    let feature = all.features.iter().find(|feature| feature.text("featureKey") == form.text("featureKey"));
    let mut body = asked(&form, feature.is_some_and(|feature| feature.text("type") == "boolean"));
    // It takes the place of one that is there: not of one that came meanwhile, unknowingly.
    let yours = feature.map(|feature| whole(feature, Some(&Json(body.clone()))));
    let seen = Seen::again(&form, &all.parts(), yours.as_slice());
    if seen.is_stale() {
        return Page::refused(&all.page(&visit, Fields::new(form), None, seen));
    }
    if when::is_past(&form, "expiresAt", visit.app.store.clock().now()) {
        return Page::refused(&all.page(&visit, Fields::new(form).with("expiresAt", when::PAST), None, seen));
    }
    body["customerId"] = all.subject.id.as_str().into();
    body["featureKey"] = form.text("featureKey").into();
    match visit.api().priceos(Operation::OverrideCreate, "", body).await {
        Ok(_) => Page::to(visit.at(&all.subject.at("?done=created"))),
        Err(fault) => Page::refused(&all.page(&visit, Fields::refused(form, &fault, &FIELDS), None, seen)),
    }
}

pub(in crate::dashboard) async fn show(Admin(visit): Admin) -> Shown {
    let all = All::of(&visit).await?;
    let edited = all.named(&visit)?;
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
    let seen = Seen::of(&parts(&edited));
    Page::of(&all.page(&visit, Fields::new(Form::of(shown)), Some(edited), seen))
}

pub(in crate::dashboard) async fn save(Submission { visit, form }: Submission) -> Shown {
    let all = All::of(&visit).await?;
    let edited = all.named(&visit)?;
    let body = asked(&form, edited.get("isUnlimited").0.is_null());
    let seen = Seen::again(&form, &parts(&edited), &parts(&Json(body.clone())));
    if seen.is_stale() {
        return Page::refused(&all.page(&visit, Fields::new(form), Some(edited), seen));
    }
    match visit.api().priceos(Operation::OverrideUpdate, &edited.text("overrideId"), body).await {
        Ok(_) => Page::to(visit.at(&all.subject.at("?done=saved"))),
        Err(fault) => Page::refused(&all.page(&visit, Fields::refused(form, &fault, &FIELDS), Some(edited), seen)),
    }
}

pub(in crate::dashboard) async fn end(Submission { visit, .. }: Submission) -> Shown {
    let all = All::of(&visit).await?;
    let edited = all.named(&visit)?;
    visit.api().priceos(Operation::OverrideDelete, &edited.text("overrideId"), json!({})).await?;
    Page::to(visit.at(&all.subject.at("?done=ended")))
}

/// A customer, its overrides, and the features there are.
struct All {
    subject: Subject,
    overrides: Vec<Json>,
    features: Vec<Json>,
}

impl All {
    async fn of(visit: &Visit) -> Result<Self, Trouble> {
        let subject = Subject::of(visit).await?;
        let all = visit.api().priceos(Operation::OverrideList, "", json!({"customerId": subject.id})).await?;
        let mut features = features(visit).await?;
        features.retain(|feature| !feature.flag("isArchived"));
        Ok(Self { subject, overrides: all.list("overrides"), features })
    }

    /// The override that the path names.
    fn named(&self, visit: &Visit) -> Result<Json, Trouble> {
        let id = visit.param("override");
        self.overrides.iter().find(|one| one.text("overrideId") == id).cloned().ok_or(Trouble::NotFound)
    }

    /// What is there of each feature, to see whether one was made.
    fn parts(&self) -> Vec<Part> {
        self.features.iter().map(|feature| whole(feature, one_of(&self.overrides, feature))).collect()
    }

    fn page(self, visit: &Visit, fields: Fields, edited: Option<Json>, seen: Seen) -> OverridePage {
        let Self { subject, overrides, mut features } = self;
        let words = if edited.is_some() { "Edit override" } else { "Create override" };
        if let Some(edited) = &edited {
            features.retain(|feature| feature.text("featureKey") == edited.text("featureKey"));
        }
        OverridePage {
            frame: visit.frame(Section::Customers, words),
            subject,
            fields,
            features,
            overrides,
            edited,
            seen,
        }
    }
}

/// The override of a feature.
fn one_of<'o>(overrides: &'o [Json], feature: &Json) -> Option<&'o Json> {
    overrides.iter().find(|one| one.text("featureKey") == feature.text("featureKey"))
}

/// What an override says, to see whether it was changed.
fn parts(one: &Json) -> Vec<Part> {
    let expires = one.integer("expiresAt").map(when::field).unwrap_or_default();
    vec![
        Part::new("access", "Access", words::access(one)),
        Part::new("reason", "Reason", one.text("reason")),
        Part::new("expiresAt", "Expires", expires),
    ]
}

/// The same in one part, of a feature.
fn whole(feature: &Json, one: Option<&Json>) -> Part {
    let said = one.map(parts).unwrap_or_default().into_iter().map(|part| part.value);
    let said: Vec<String> = said.filter(|value| !value.is_empty()).collect();
    Part::new(feature.text("featureKey"), feature.text("name"), said.join(", "))
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
