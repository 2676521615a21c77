//! A feature, and the access of every product to it side by side.

use super::list::{kind, tracking};
use crate::dashboard::form::{Fields, Form};
use crate::dashboard::frame::{Frame, Section};
use crate::dashboard::json::Json;
use crate::dashboard::page::{Page, Shown, Trouble};
use crate::dashboard::products::filled;
use crate::dashboard::review::{self, Outcome, Place};
use crate::dashboard::stale::{Difference, Part, Seen};
use crate::dashboard::visit::{Submission, Visit};
use askama::Template;
use serde_json::json;
use tollgate_wire::priceos::operation::Operation;

/// A product and what it grants of the feature.
struct Row {
    product: Json,
    /// The access entry; its name is the product's, which tells the rows apart.
    entry: Json,
    fields: Fields,
    seen: Seen,
}

/// What the forms of the page show, where it is other than what the feature says.
#[derive(Default)]
struct Shapes {
    edit: Option<(Fields, Seen)>,
    archive: Option<Fields>,
    /// The row of the product with this key.
    row: Option<(String, Fields, Vec<Difference>)>,
}

#[derive(Template)]
#[template(path = "features/details.html")]
struct DetailsPage {
    frame: Frame,
    /// Where it is.
    path: String,
    feature: Json,
    edit: Fields,
    seen: Seen,
    archive: Fields,
    rows: Vec<Row>,
}

async fn feature(visit: &Visit) -> Result<Json, Trouble> {
    let features = visit.api().priceos(Operation::FeatureList, "", json!({})).await?.items();
    let named = |feature: &Json| feature.text("featureKey") == visit.param("key");
    features.into_iter().find(named).ok_or(Trouble::NotFound)
}

fn parts(feature: &Json) -> Vec<Part> {
    [("name", "Name"), ("description", "Description")]
        .map(|(key, label)| Part::new(key, label, feature.text(key)))
        .into()
}

/// What a product grants of a feature; nothing where that is archived.
fn entry_of(product: &Json, key: &str) -> Option<Json> {
    let mut entries = product.list("featureAccess").into_iter();
    entries.find(|entry| entry.text("featureKey") == key)
}

async fn page(visit: &Visit, feature: Json, mut shapes: Shapes) -> Result<DetailsPage, Trouble> {
    let key = feature.text("featureKey");
    let products = visit.api().priceos(Operation::ProductList, "", json!({"omit": "prices"})).await?.items();
    let mut rows = Vec::new();
    for product in products {
        let Some(mut entry) = entry_of(&product, &key) else { continue };
        let shape = shapes.row.take_if(|(of, ..)| *of == product.text("key"));
        let (fields, differences) = match shape {
            Some((_, fields, differences)) => (fields, differences),
            None => (Fields::new(filled(std::slice::from_ref(&entry), None)), Vec::new()),
        };
        let seen = Seen { differences, ..Seen::of(&review::parts(std::slice::from_ref(&entry))) };
        entry.0["name"] = product.text("name").into();
        rows.push(Row { product, entry, fields, seen });
    }
    let (edit, seen) = shapes.edit.unwrap_or_else(|| {
        let fields = ["name", "description"].map(|field| (field, feature.text(field)));
        (Fields::new(Form::of(fields)), Seen::of(&parts(&feature)))
    });
    Ok(DetailsPage {
        frame: visit.frame(Section::Features, feature.text("name")),
        path: visit.at(&format!("/features/{key}")),
        feature,
        edit,
        seen,
        archive: shapes.archive.unwrap_or_default(),
        rows,
    })
}

pub(in crate::dashboard) async fn show(visit: Visit) -> Shown {
    let feature = feature(&visit).await?;
    Page::of(&page(&visit, feature, Shapes::default()).await?)
}

pub(in crate::dashboard) async fn edit(Submission { visit, form }: Submission) -> Shown {
    let feature = feature(&visit).await?;
    let key = feature.text("featureKey");
    let yours = Json(json!({"name": form.text("name"), "description": form.text("description")}));
    let seen = Seen::again(&form, &parts(&feature), &parts(&yours));
    let mut fields = Fields::new(form.clone());
    if !seen.is_stale() {
        match visit.api().priceos(Operation::FeatureUpdate, &key, yours.0).await {
            Ok(_) => return Page::to(visit.at(&format!("/features/{key}?done=saved"))),
            Err(fault) => fields = Fields::refused(form, &fault, &[("name", "name"), ("description", "description")]),
        }
    }
    let shapes = Shapes { edit: Some((fields, seen)), ..Shapes::default() };
    Page::refused(&page(&visit, feature, shapes).await?)
}

/// Archives a feature with a reason, or restores it.
pub(in crate::dashboard) async fn archive(Submission { visit, form }: Submission) -> Shown {
    let feature = feature(&visit).await?;
    let key = feature.text("featureKey");
    let archived = form.text("archived") == "yes";
    let mut body = json!({"isArchived": archived});
    if archived {
        body["archivedReason"] = form.given("reason").into();
    }
    match visit.api().priceos(Operation::FeatureUpdate, &key, body).await {
        Ok(_) => {
            let done = if archived { "archived" } else { "restored" };
            Page::to(visit.at(&format!("/features/{key}?done={done}")))
        }
        Err(fault) => {
            let archive = Some(Fields::refused(form, &fault, &[("archivedReason", "reason")]));
            Page::refused(&page(&visit, feature, Shapes { archive, ..Shapes::default() }).await?)
        }
    }
}

/// Saves what one product grants of the feature.
pub(in crate::dashboard) async fn save_access(Submission { visit, form }: Submission) -> Shown {
    let feature = feature(&visit).await?;
    let key = feature.text("featureKey");
    let product = visit.api().priceos(Operation::ProductRetrieve, visit.param("product"), json!({})).await?;
    let Some(entry) = entry_of(&product, &key) else {
        return Page::refused(&page(&visit, feature, Shapes::default()).await?);
    };
    let address = visit.at(&format!("/features/{key}"));
    let place = Place {
        section: Section::Features,
        action: format!("{address}/access/{}", product.text("key")),
        back: (address.clone(), feature.text("name")),
    };
    match review::save(&visit, &product, std::slice::from_ref(&entry), form, place).await? {
        Outcome::Saved => Page::to(format!("{address}?done=saved#access")),
        Outcome::Look(page) => Ok(page),
        Outcome::Again(fields, differences) => {
            let is_refused = fields.is_refused() || !differences.is_empty();
            let row = Some((product.text("key"), fields, differences));
            let page = page(&visit, feature, Shapes { row, ..Shapes::default() }).await?;
            if is_refused { Page::refused(&page) } else { Page::of(&page) }
        }
    }
}
