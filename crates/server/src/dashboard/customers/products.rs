//! The custom products of a customer: those that are ticked are all it has.

use super::{Subject, list};
use crate::dashboard::form::{Fields, Form};
use crate::dashboard::frame::{Frame, Section};
use crate::dashboard::json::Json;
use crate::dashboard::page::{Page, Shown, Trouble};
use crate::dashboard::stale::{self, Part, Seen};
use crate::dashboard::visit::{Admin, Submission, Visit};
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
    seen: Seen,
}

pub(in crate::dashboard) async fn show(Admin(visit): Admin) -> Shown {
    let subject = Subject::of(&visit).await?;
    let products = offered(&visit, &subject).await?;
    let keys = assigned(&subject).into_iter().map(|product| ("product", product.text("key")));
    let form = Form::of(keys.collect::<Vec<_>>());
    let seen = Seen::of(&parts(&products, &form));
    Page::of(&page(&visit, subject, products, Fields::new(form), seen))
}

pub(in crate::dashboard) async fn save(Submission { visit, form }: Submission) -> Shown {
    let subject = Subject::of(&visit).await?;
    let products = offered(&visit, &subject).await?;
    let held: Vec<String> = assigned(&subject).iter().map(|product| product.text("key")).collect();
    let now = Form::of(held.iter().map(|key| ("product", key.as_str())));
    let seen = Seen::again(&form, &parts(&products, &now), &parts(&products, &form));
    if seen.is_stale() {
        return Page::refused(&page(&visit, subject, products, Fields::new(form), seen));
    }
    // What was not there to be ticked is not taken away.
    let kept = held.iter().map(String::as_str).filter(|key| !stale::knows(&form, key));
    let keys: Vec<&str> = form.texts("product").into_iter().chain(kept).collect();
    match visit.api().priceos(Operation::CustomerUpdate, &subject.id, json!({"customProductKeys": keys})).await {
        Ok(_) => Page::to(visit.at(&subject.at("?done=saved"))),
        Err(mut fault) => {
            // Any of them is at fault by its place among them.
            if fault.param.as_deref().is_some_and(|param| param.starts_with("customProductKeys")) {
                fault.param = Some("customProductKeys".to_owned());
            }
            let fields = Fields::refused(form, &fault, &[("customProductKeys", "product")]);
            Page::refused(&page(&visit, subject, products, fields, seen))
        }
    }
}

/// What a form says of these products, to see whether others were assigned.
fn parts(products: &[Json], form: &Form) -> Vec<Part> {
    let assigned = form.texts("product");
    let said = |key: &str| if assigned.contains(&key) { "assigned" } else { "not assigned" };
    products.iter().map(|one| Part::new(one.text("key"), one.text("name"), said(&one.text("key")))).collect()
}

/// The custom products that a customer was assigned.
fn assigned(subject: &Subject) -> Vec<Json> {
    let mut products = subject.customer.list("products");
    products.retain(|product| product.text("type") == "custom" && !product.flag("isDefault"));
    products
}

/// The products that can be ticked: those that can be assigned, and archived ones with those who have them.
async fn offered(visit: &Visit, subject: &Subject) -> Result<Vec<Json>, Trouble> {
    let mut products = list::assignable(visit).await?;
    for held in assigned(subject) {
        if products.iter().all(|product| product.text("key") != held.text("key")) {
            products.push(held);
        }
    }
    Ok(products)
}

fn page(visit: &Visit, subject: Subject, products: Vec<Json>, fields: Fields, seen: Seen) -> ProductsPage {
    let subscribed = subject.customer.list("products");
    let subscribed = subscribed.iter().filter(|product| product.text("type") == "stripe");
    ProductsPage {
        frame: visit.frame(Section::Customers, format!("Products of {}", subject.title())),
        subscribed: subscribed.map(|product| product.text("name")).collect(),
        subject,
        fields,
        products,
        seen,
    }
}
