//! The list of products, and new ones.

use super::prices;
use crate::dashboard::api::Fault;
use crate::dashboard::form::{Fields, Form};
use crate::dashboard::frame::{Frame, Section};
use crate::dashboard::json::Json;
use crate::dashboard::page::{Page, Shown, Trouble};
use crate::dashboard::visit::{Admin, Submission, Visit};
use askama::Template;
use serde_json::json;
use tollgate_wire::priceos::operation::Operation;
use tollgate_wire::stripe::operation::Operation as Stripe;

/// Most products that one page lists; a search finds the others.
const LISTED_MAX: usize = 100;

/// The kinds of products, how the page calls them, and what they are for.
const KINDS: &[(&str, &str, &str)] = &[
    (
        "custom",
        "Custom",
        "Given by your code, or to everyone without a product: freemium, lifetime deals, your own staff.",
    ),
    ("stripe", "Stripe", "Sold: it has prices, and customers have it by subscribing."),
];
const FIELDS: [(&str, &str); 3] = [("name", "name"), ("key", "key"), ("isDefault", "isDefault")];

/// A product as the list shows it.
struct Row {
    product: Json,
    prices: String,
    customers: String,
}

#[derive(Template)]
#[template(path = "products/list.html")]
struct ListPage {
    frame: Frame,
    rows: Vec<Row>,
    search: String,
    archived: bool,
    /// How many more there are than are listed.
    more: usize,
}

#[derive(Template)]
#[template(path = "products/new.html")]
struct NewPage {
    frame: Frame,
    fields: Fields,
    default_name: Option<String>,
}

pub(in crate::dashboard) async fn list(visit: Visit) -> Shown {
    let archived = visit.query.text("archived") == "on";
    let search = visit.query.text("search").to_owned();
    let wanted = search.to_lowercase();
    let query = json!({"archived": archived.to_string(), "omit": "featureAccess"});
    let products = visit.api().priceos(Operation::ProductList, "", query).await?.items();
    let is_wanted =
        |product: &Json| ["name", "key"].iter().any(|field| product.text(field).to_lowercase().contains(&wanted));
    let mut found: Vec<Json> = products.into_iter().filter(is_wanted).collect();
    let more = found.len().saturating_sub(LISTED_MAX);
    found.truncate(LISTED_MAX);
    let mut rows = Vec::new();
    for product in found {
        let customers = if product.flag("isDefault") {
            "Everyone without a product".to_owned()
        } else {
            super::holders_in_words(&super::versions_of(visit.api(), &product.text("key")).await?)
        };
        rows.push(Row { prices: prices::in_short(&product.list("prices")), product, customers });
    }
    Page::of(&ListPage { frame: visit.frame(Section::Products, "Products"), rows, search, archived, more })
}

/// The name of the product that is the default now.
pub(super) async fn default_name(visit: &Visit) -> Result<Option<String>, Trouble> {
    let products = visit.api().products(false).await?;
    Ok(products.iter().find(|product| product.flag("isDefault")).map(|product| product.text("name")))
}

pub(in crate::dashboard) async fn new(Admin(visit): Admin) -> Shown {
    new_page(&visit, Fields::new(Form::of([("kind", "custom")]))).await.and_then(|page| Page::of(&page))
}

async fn new_page(visit: &Visit, fields: Fields) -> Result<NewPage, Trouble> {
    let default_name = default_name(visit).await?;
    Ok(NewPage { frame: visit.frame(Section::Products, "New product"), fields, default_name })
}

pub(in crate::dashboard) async fn create(Submission { visit, form }: Submission) -> Shown {
    let made = if form.text("kind") == "stripe" { sold(&visit, &form).await } else { given(&visit, &form).await };
    match made {
        Ok(key) => Page::to(visit.at(&format!("/products/{key}?done=created"))),
        Err(fault) => {
            let fields = Fields::refused(form, &fault, &FIELDS);
            new_page(&visit, fields).await.and_then(|page| Page::refused(&page))
        }
    }
}

/// Makes a custom product; its key.
async fn given(visit: &Visit, form: &Form) -> Result<String, Fault> {
    let mut product = json!({"name": form.text("name"), "isDefault": form.is_ticked("isDefault")});
    if let Some(key) = form.given("key") {
        product["key"] = key.into();
    }
    Ok(visit.api().priceos(Operation::ProductCreate, "", product).await?.text("key"))
}

/// Makes a product of Stripe; its key.
async fn sold(visit: &Visit, form: &Form) -> Result<String, Fault> {
    let made = visit.api().stripe(Stripe::ProductCreate, &[], &[("name", form.text("name"))]).await?;
    key_of(visit, &made.text("id")).await
}

/// The key of the product that Stripe's dialect calls so.
async fn key_of(visit: &Visit, id: &str) -> Result<String, Fault> {
    let products = visit.api().products(false).await?;
    let made = products.iter().find(|product| product.text("stripeProductId") == id);
    Ok(made.map(|product| product.text("key")).unwrap_or_default())
}
