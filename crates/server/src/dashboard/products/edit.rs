//! What a product is called and shown as: its name, its metadata, and what Stripe's products say besides.

use super::details::{Details, Shapes};
use super::is_stripe;
use crate::dashboard::api::Fault;
use crate::dashboard::form::{Fields, Form};
use crate::dashboard::json::Json;
use crate::dashboard::metadata;
use crate::dashboard::page::{Page, Shown};
use crate::dashboard::stale::{Part, Seen};
use crate::dashboard::visit::{Submission, Visit};
use serde_json::{Map, Value, json};
use tollgate_wire::priceos::operation::Operation;
use tollgate_wire::stripe::operation::Operation as Stripe;

/// The texts of Stripe's products: the field of the page, how it is called, and the parameter.
const TEXTS: [(&str, &str); 2] = [("description", "Description"), ("url", "Web page")];
/// Its lists, one entry a line.
const LISTS: [(&str, &str); 2] = [("marketingFeatures", "Marketing features"), ("images", "Images")];

/// The form as the page shows it.
pub(super) struct Edit {
    pub(super) fields: Fields,
    pub(super) seen: Seen,
}

/// The form of a product as it is.
pub(super) fn of_product(product: &Json, stripe: &Json) -> Edit {
    let form = filled(product, stripe);
    let seen = Seen::of(&parts(&form, is_stripe(product)));
    Edit { fields: Fields::new(form), seen }
}

fn filled(product: &Json, stripe: &Json) -> Form {
    let images: Vec<String> = stripe.list("images").iter().map(Json::as_text).collect();
    let marketing: Vec<String> = stripe.list("marketing_features").iter().map(|it| it.text("name")).collect();
    let mut fields = vec![("name".to_owned(), product.text("name"))];
    fields.extend(TEXTS.map(|(field, _)| (field.to_owned(), stripe.text(field))));
    fields.push(("marketingFeatures".to_owned(), marketing.join("\n")));
    fields.push(("images".to_owned(), images.join("\n")));
    fields.extend(metadata::fields(&product.get("metadata")));
    Form::of(fields)
}

/// What a form says in words, to see whether the product was changed.
fn parts(form: &Form, is_stripe: bool) -> Vec<Part> {
    let mut parts = vec![Part::new("name", "Name", form.text("name")), metadata::part(form)];
    if is_stripe {
        parts.extend(TEXTS.map(|(field, label)| Part::new(field, label, form.text(field))));
        parts.extend(LISTS.map(|(field, label)| Part::new(field, label, lines(form, field).join(", "))));
    }
    parts
}

fn lines<'f>(form: &'f Form, field: &str) -> Vec<&'f str> {
    form.text(field).lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

pub(in crate::dashboard) async fn save(Submission { visit, form }: Submission) -> Shown {
    let details = Details::load(&visit, visit.param("key")).await?;
    let is_stripe = is_stripe(&details.product);
    let now = parts(&filled(&details.product, &details.stripe), is_stripe);
    let seen = Seen::again(&form, &now, &parts(&form, is_stripe));
    let fields = match metadata::object(&form) {
        Err(problem) => Fields::new(form).with(metadata::FIELD, problem),
        Ok(_) if seen.is_stale() => Fields::new(form),
        Ok(metadata) => match send(&visit, &details.product, &form, metadata).await {
            Ok(_) => return Page::to(visit.at(&format!("/products/{}?done=saved", details.product.text("key")))),
            Err(fault) => refused(form, &fault),
        },
    };
    let edit = Some(Edit { fields, seen });
    Page::refused(&details.page(&visit, Shapes { edit, ..Shapes::default() }))
}

async fn send(visit: &Visit, product: &Json, form: &Form, metadata: Map<String, Value>) -> Result<Json, Fault> {
    if is_stripe(product) {
        let params = params(product, form, &metadata);
        return visit.api().stripe(Stripe::ProductUpdate, &[&product.text("stripeProductId")], &params).await;
    }
    let body = json!({"name": form.text("name"), "metadata": metadata});
    visit.api().priceos(Operation::ProductUpdate, &product.text("key"), body).await
}

/// The parameters of Stripe's dialect, in which an empty text takes a value away.
fn params(product: &Json, form: &Form, metadata: &Map<String, Value>) -> Vec<(String, String)> {
    let mut params = vec![("name".to_owned(), form.text("name").to_owned())];
    params.extend(TEXTS.map(|(field, _)| (field.to_owned(), form.text(field).to_owned())));
    for (param, field, name) in [("images", "images", ""), ("marketing_features", "marketingFeatures", "[name]")] {
        let lines = lines(form, field);
        if lines.is_empty() {
            params.push((param.to_owned(), String::new()));
        }
        params.extend(lines.iter().enumerate().map(|(at, line)| (format!("{param}[{at}]{name}"), (*line).to_owned())));
    }
    params.extend(metadata::params(&product.get("metadata"), metadata));
    params
}

/// A form that the API refused; what is wrong with an entry of a list stands beside the list.
fn refused(form: Form, fault: &Fault) -> Fields {
    let param = fault.param.as_deref().unwrap_or_default();
    let fields = [
        ("name", "name"),
        ("description", "description"),
        ("url", "url"),
        ("images", "images"),
        ("marketing_features", "marketingFeatures"),
        ("metadata", "metadata"),
    ];
    let of_list =
        |path: &str| param == path || param.strip_prefix(path).is_some_and(|rest| rest.starts_with(['[', '.']));
    let known: Vec<(&str, &str)> =
        fields.iter().filter(|(path, _)| of_list(path)).map(|(_, field)| (param, *field)).collect();
    Fields::refused(form, fault, &known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_out_of_a_form_is_taken_away() {
        let product = Json(json!({"metadata": {"old": "1", "kept": "2"}}));
        let form = Form::read(b"name=Gold&images=https://a.example%0D%0A%0D%0Ahttps://b.example&metadata-key=kept&metadata-value=+3&metadata-key=&metadata-value=").unwrap();
        let params = params(&product, &form, &metadata::object(&form).unwrap());
        let said: Vec<(&str, &str)> = params.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let expected = [
            ("name", "Gold"),
            ("description", ""),
            ("url", ""),
            ("images[0]", "https://a.example"),
            ("images[1]", "https://b.example"),
            ("marketing_features", ""),
            ("metadata[old]", ""),
            ("metadata[kept]", " 3"),
        ];
        assert_eq!(said, expected);
    }
}
