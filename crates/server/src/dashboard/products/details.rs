//! A product: what it grants, what it is called, what it costs.

use super::edit::{self, Edit};
use super::{is_stripe, list, prices};
use crate::dashboard::access;
use crate::dashboard::form::{Fields, Form};
use crate::dashboard::frame::{Frame, Section};
use crate::dashboard::json::Json;
use crate::dashboard::page::{Page, Shown, Trouble};
use crate::dashboard::review::{self, Outcome, Place};
use crate::dashboard::stale::{self, Difference, Seen};
use crate::dashboard::visit::{Admin, Submission, Visit};
use askama::Template;
use serde_json::json;
use tollgate_wire::priceos::operation::Operation;
use tollgate_wire::stripe::operation::Operation as Stripe;

/// Most prices that are listed of a product.
const PRICES_MAX: &str = "100";

/// What the API says of a product.
pub(super) struct Details {
    pub(super) product: Json,
    /// The same in the Stripe dialect, of a product of Stripe.
    pub(super) stripe: Json,
    pub(super) prices: Vec<Json>,
    pub(super) versions: Vec<Json>,
    default_name: Option<String>,
}

/// What the forms of the page show, where it is other than what the product says.
#[derive(Default)]
pub(super) struct Shapes {
    pub(super) access: Option<(Fields, Vec<Difference>)>,
    pub(super) edit: Option<Edit>,
    pub(super) price: Option<Fields>,
    pub(super) prices_problem: Option<String>,
    pub(super) default_problem: Option<String>,
    pub(super) archive_problem: Option<String>,
    /// Whether the access form says something that is not saved.
    pub(super) is_unsaved: bool,
}

#[derive(Template)]
#[template(path = "products/details.html")]
pub(super) struct DetailsPage {
    frame: Frame,
    /// Where it is.
    path: String,
    product: Json,
    stripe: Json,
    is_stripe: bool,
    prices: Vec<Json>,
    customers: String,
    default_name: Option<String>,
    access: Fields,
    access_seen: Seen,
    is_unsaved: bool,
    edit: Edit,
    price: Fields,
    prices_problem: Option<String>,
    default_problem: Option<String>,
    archive_problem: Option<String>,
}

#[derive(Template)]
#[template(path = "products/duplicate.html")]
struct DuplicatePage {
    frame: Frame,
    product: Json,
    others: Vec<Json>,
}

impl Details {
    pub(super) async fn load(visit: &Visit, key: &str) -> Result<Self, Trouble> {
        let api = visit.api();
        let product = api.priceos(Operation::ProductRetrieve, key, json!({})).await?;
        let versions = super::versions_of(api, key).await?;
        let (mut stripe, mut prices, mut default_name) = (Json::default(), Vec::new(), None);
        if is_stripe(&product) {
            let id = product.text("stripeProductId");
            stripe = api.stripe(Stripe::ProductRetrieve, &[&id], &[] as &[(&str, &str)]).await?;
            let of_product = [("product", id.as_str()), ("limit", PRICES_MAX)];
            prices = api.stripe(Stripe::PriceList, &[], &of_product).await?.list("data");
        } else {
            default_name = list::default_name(visit).await?;
        }
        Ok(Self { product, stripe, prices, versions, default_name })
    }

    /// The page of all this.
    pub(super) fn page(self, visit: &Visit, shapes: Shapes) -> DetailsPage {
        let entries = self.product.list("featureAccess");
        let (access, differences) = shapes.access.unwrap_or_else(|| (Fields::new(filled(&entries, None)), Vec::new()));
        DetailsPage {
            frame: visit.frame(Section::Products, self.product.text("name")),
            path: visit.at(&format!("/products/{}", self.product.text("key"))),
            is_stripe: is_stripe(&self.product),
            customers: super::holders_in_words(&self.versions),
            default_name: self.default_name,
            access,
            access_seen: Seen { differences, ..Seen::of(&review::parts(&entries)) },
            is_unsaved: shapes.is_unsaved,
            edit: shapes.edit.unwrap_or_else(|| edit::of_product(&self.product, &self.stripe)),
            price: shapes.price.unwrap_or_else(|| prices::proposed(&self.prices)),
            prices_problem: shapes.prices_problem,
            default_problem: shapes.default_problem,
            archive_problem: shapes.archive_problem,
            product: self.product,
            stripe: self.stripe,
            prices: self.prices,
        }
    }
}

/// The form of these entries; where one was typed, with what that says of those it knows.
pub(in crate::dashboard) fn filled(entries: &[Json], typed: Option<&Form>) -> Form {
    let mut fields: Vec<(String, String)> = Vec::new();
    for entry in entries {
        let key = entry.text("featureKey");
        match typed.filter(|form| stale::knows(form, &key)) {
            None => fields.extend(access::fields(entry)),
            Some(form) => {
                for name in [access::choice_field(&key), access::limit_field(&key)] {
                    fields.extend(form.raw(&name).map(|value| (name.clone(), value.to_owned())));
                }
            }
        }
    }
    Form::of(fields)
}

pub(in crate::dashboard) async fn show(visit: Visit) -> Shown {
    let details = Details::load(&visit, visit.param("key")).await?;
    let mut shapes = Shapes::default();
    if let Some(from) = visit.query.given("from") {
        let from = visit.api().priceos(Operation::ProductRetrieve, from, json!({})).await?;
        let fields = Fields::new(filled(&from.list("featureAccess"), None));
        shapes = Shapes { access: Some((fields, Vec::new())), is_unsaved: true, ..shapes };
    }
    Page::of(&details.page(&visit, shapes))
}

/// From which product to copy.
pub(in crate::dashboard) async fn duplicate(Admin(visit): Admin) -> Shown {
    let api = visit.api();
    let product = api.priceos(Operation::ProductRetrieve, visit.param("key"), json!({})).await?;
    let mut others = api.products(true).await?;
    others.retain(|other| other.text("key") != product.text("key"));
    Page::of(&DuplicatePage { frame: visit.frame(Section::Products, "Duplicate feature access"), product, others })
}

pub(in crate::dashboard) async fn save_access(Submission { visit, form }: Submission) -> Shown {
    let details = Details::load(&visit, visit.param("key")).await?;
    let entries = details.product.list("featureAccess");
    let page = visit.at(&format!("/products/{}", details.product.text("key")));
    let place = Place {
        section: Section::Products,
        action: format!("{page}/access"),
        back: (page.clone(), details.product.text("name")),
    };
    let kept = filled(&entries, Some(&form));
    match review::save(&visit, &details.product, &entries, form, place).await? {
        Outcome::Saved => Page::to(format!("{page}?done=saved")),
        Outcome::Look(page) => Ok(page),
        Outcome::Again(fields, differences) => {
            let is_refused = fields.is_refused() || !differences.is_empty();
            let access = Some((fields.showing(kept), differences));
            let page = details.page(&visit, Shapes { access, is_unsaved: true, ..Shapes::default() });
            if is_refused { Page::refused(&page) } else { Page::of(&page) }
        }
    }
}

/// Makes a custom product the default, or not.
pub(in crate::dashboard) async fn set_default(Submission { visit, form }: Submission) -> Shown {
    let key = visit.param("key");
    let body = json!({"isDefault": form.text("isDefault") == "on"});
    match visit.api().priceos(Operation::ProductUpdate, key, body).await {
        Ok(product) => Page::to(visit.at(&format!("/products/{}?done=saved#default", product.text("key")))),
        Err(fault) => {
            let details = Details::load(&visit, key).await?;
            let shapes = Shapes { default_problem: Some(fault.message), ..Shapes::default() };
            Page::refused(&details.page(&visit, shapes))
        }
    }
}

/// Archives or restores a product.
pub(in crate::dashboard) async fn archive(Submission { visit, form }: Submission) -> Shown {
    let details = Details::load(&visit, visit.param("key")).await?;
    let archived = form.text("archived") == "yes";
    let api = visit.api();
    let done = if is_stripe(&details.product) {
        let id = details.product.text("stripeProductId");
        api.stripe(Stripe::ProductUpdate, &[&id], &[("active", if archived { "false" } else { "true" })]).await
    } else {
        let body = json!({"isArchived": archived});
        api.priceos(Operation::ProductUpdate, &details.product.text("key"), body).await
    };
    match done {
        Ok(_) => {
            let done = if archived { "archived" } else { "restored" };
            Page::to(visit.at(&format!("/products/{}?done={done}", details.product.text("key"))))
        }
        Err(fault) => {
            let shapes = Shapes { archive_problem: Some(fault.message), ..Shapes::default() };
            Page::refused(&details.page(&visit, shapes))
        }
    }
}

/// Whether an address is one of the web, so that it can be a link.
fn is_web(address: &str) -> bool {
    let address = address.to_ascii_lowercase();
    address.starts_with("https://") || address.starts_with("http://")
}
