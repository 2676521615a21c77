//! The list of customers, and new ones.

use super::{id_of, path, when};
use crate::dashboard::form::Fields;
use crate::dashboard::frame::{Frame, Section};
use crate::dashboard::json::Json;
use crate::dashboard::page::{Page, Shown, Trouble};
use crate::dashboard::visit::{Admin, Submission, Visit};
use crate::dashboard::words;
use askama::Template;
use serde_json::json;
use tollgate_wire::form::percent_encoded;
use tollgate_wire::priceos::operation::Operation;

/// Customers of a page.
const PAGE: usize = 50;
/// Which field of the page a field of the API is.
const FIELDS: [(&str, &str); 4] =
    [("customerId", "customerId"), ("name", "name"), ("email", "email"), ("usageStartedAt", "usageStartedAt")];

#[derive(Template)]
#[template(path = "customers/list.html")]
struct ListPage {
    frame: Frame,
    fields: Fields,
    products: Vec<Json>,
    customers: Vec<Json>,
    /// Where the next page is.
    next: Option<String>,
    /// Where the first page is, from any later one.
    first: Option<String>,
    is_filtered: bool,
}

#[derive(Template)]
#[template(path = "customers/new.html")]
struct NewPage {
    frame: Frame,
    fields: Fields,
    products: Vec<Json>,
}

pub(in crate::dashboard) async fn show(visit: Visit) -> Shown {
    let mut query = json!({"limit": PAGE.to_string()});
    for (field, name) in [("search", "search"), ("productKey", "product"), ("cursor", "cursor")] {
        if let Some(value) = visit.query.given(name) {
            query[field] = value.into();
        }
    }
    let (products, page) =
        (visit.api().products(false).await?, visit.api().priceos(Operation::CustomerList, "", query).await);
    let (page, fields) = match page {
        Ok(page) => (page, Fields::new(visit.query.clone())),
        Err(fault) if fault.status == 404 && visit.query.given("product").is_none() => return Err(fault.into()),
        Err(fault) => (
            Json::default(),
            Fields::refused(visit.query.clone(), &fault, &[("search", "search"), ("productKey", "product")]),
        ),
    };
    let is_refused = fields.is_refused();
    let shown = ListPage {
        frame: visit.frame(Section::Customers, "Customers"),
        fields,
        products,
        customers: page.list("customers"),
        next: page.has("nextCursor").then(|| address(&visit, Some(&page.text("nextCursor")))),
        first: visit.query.given("cursor").map(|_| address(&visit, None)),
        is_filtered: visit.query.given("search").is_some() || visit.query.given("product").is_some(),
    };
    if is_refused { Page::refused(&shown) } else { Page::of(&shown) }
}

/// The list with the same search, from another place on.
fn address(visit: &Visit, cursor: Option<&str>) -> String {
    let named =
        [("search", visit.query.given("search")), ("product", visit.query.given("product")), ("cursor", cursor)];
    let pairs = named.iter().filter_map(|(name, value)| Some(format!("{name}={}", percent_encoded((*value)?))));
    let query = pairs.collect::<Vec<_>>().join("&");
    visit.at(&if query.is_empty() { "/customers".to_owned() } else { format!("/customers?{query}") })
}

/// The products that may be assigned.
pub(super) async fn assignable(visit: &Visit) -> Result<Vec<Json>, Trouble> {
    let mut products = visit.api().products(false).await?;
    products.retain(|product| {
        product.text("type") == "custom" && !product.flag("isDefault") && !product.flag("isArchived")
    });
    Ok(products)
}

pub(in crate::dashboard) async fn new(Admin(visit): Admin) -> Shown {
    let (frame, products) = (visit.frame(Section::Customers, "New customer"), assignable(&visit).await?);
    Page::of(&NewPage { frame, fields: Fields::default(), products })
}

pub(in crate::dashboard) async fn create(Submission { visit, form }: Submission) -> Shown {
    let id = form.text("customerId");
    // The API changes a customer that is there; this form is for new ones.
    let is_there = visit.api().priceos(Operation::CustomerRetrieve, id, json!({})).await.is_ok();
    let mut body = json!({
        "customerId": id,
        "name": form.given("name"),
        "email": form.given("email"),
        "customProductKeys": form.texts("product"),
    });
    if form.given("usageStartedAt").is_some() {
        body["usageStartedAt"] = when::value(&form, "usageStartedAt");
    }
    let id = id.to_owned();
    let fields = if is_there {
        Fields::new(form).with("customerId", "There is a customer with this id already.")
    } else {
        match visit.api().priceos(Operation::CustomerCreate, "", body).await {
            Ok(_) => return Page::to(visit.at(&format!("{}?done=created", path(&id)))),
            Err(fault) => Fields::refused(form, &fault, &FIELDS),
        }
    };
    let (frame, products) = (visit.frame(Section::Customers, "New customer"), assignable(&visit).await?);
    Page::refused(&NewPage { frame, fields, products })
}

/// The names of the products of a customer.
fn held(customer: &Json) -> String {
    let names = customer.list("products").iter().map(|product| words::apart(&product.text("name"))).collect::<Vec<_>>();
    names.join(", ")
}

/// How many a page shows, in words.
fn shown(customers: &[Json], has_more: bool) -> String {
    let count = words::counted(customers.len(), "customer");
    if has_more { format!("{count}, and there are more.") } else { format!("{count}.") }
}
