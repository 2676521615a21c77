//! The custom products of a customer: those that are ticked are all it has.

use super::{Subject, list};
use crate::dashboard::form::{Fields, Form};
use crate::dashboard::frame::{Frame, Section};
use crate::dashboard::json::Json;
use crate::dashboard::page::{Page, Shown};
use crate::dashboard::visit::{Submission, Visit};
use askama::Template;
use serde_json::json;
use tollgate_wire::priceos::operation::Operation;

#[derive(Template)]
#[template(path = "customers/products.html")]
struct ProductsPage {
    frame: Frame,
    subject: Subject,
    fields: Fields,
    products: Vec<Json>,
    /// Names of products by subscription, which are not assigned.
    subscribed: Vec<String>,
}

pub(in crate::dashboard) async fn show(visit: Visit) -> Shown {
    let subject = Subject::of(&visit).await?;
    let keys = assigned(&subject).into_iter().map(|product| ("product", product.text("key")));
    let fields = Fields::new(Form::of(keys.collect::<Vec<_>>()));
    Page::of(&page(&visit, subject, fields).await?)
}

pub(in crate::dashboard) async fn save(Submission { visit, form }: Submission) -> Shown {
    let subject = Subject::of(&visit).await?;
    let keys = json!({"customProductKeys": form.texts("product")});
    match visit.api().priceos(Operation::CustomerUpdate, &subject.id, keys).await {
        Ok(_) => Page::to(visit.at(&subject.at("?done=saved"))),
        Err(mut fault) => {
            // Any of them is at fault by its place among them.
            if fault.param.as_deref().is_some_and(|param| param.starts_with("customProductKeys")) {
                fault.param = Some("customProductKeys".to_owned());
            }
            let fields = Fields::refused(form, &fault, &[("customProductKeys", "product")]);
            Page::refused(&page(&visit, subject, fields).await?)
        }
    }
}

/// The custom products that a customer was assigned.
fn assigned(subject: &Subject) -> Vec<Json> {
    let mut products = subject.customer.list("products");
    products.retain(|product| product.text("type") == "custom" && !product.flag("isDefault"));
    products
}

async fn page(visit: &Visit, subject: Subject, fields: Fields) -> Result<ProductsPage, super::Trouble> {
    let mut products = list::assignable(visit).await?;
    // Archived ones stay with those who have them, until they are taken away.
    for held in assigned(&subject) {
        if products.iter().all(|product| product.text("key") != held.text("key")) {
            products.push(held);
        }
    }
    let subscribed = subject.customer.list("products");
    let subscribed = subscribed.iter().filter(|product| product.text("type") == "stripe");
    Ok(ProductsPage {
        frame: visit.frame(Section::Customers, format!("Products of {}", subject.title())),
        subscribed: subscribed.map(|product| product.text("name")).collect(),
        subject,
        fields,
        products,
    })
}
