//! What a product is called and shown as: its name, its metadata, and what Stripe's products say besides.

use super::details::{Details, Shapes};
use super::is_stripe;
use crate::dashboard::api::Fault;
use crate::dashboard::form::{Fields, Form};
use crate::dashboard::json::Json;
use crate::dashboard::page::{Page, Shown};
use crate::dashboard::stale::{self, Difference, Part};
use crate::dashboard::visit::{Submission, Visit};
use serde_json::{Map, Value, json};
use tollgate_wire::priceos::operation::Operation;
use tollgate_wire::stripe::operation::Operation as Stripe;

/// Empty rows for more metadata.
const SPARE_ROWS: usize = 2;
/// The texts of Stripe's products: the field of the page, how it is called, and the parameter.
const TEXTS: [(&str, &str); 2] = [("description", "Description"), ("url", "Web page")];
/// Its lists, one entry a line.
const LISTS: [(&str, &str); 2] = [("marketingFeatures", "Marketing features"), ("images", "Images")];

/// The form as the page shows it.
pub(super) struct Edit {
    pub(super) fields: Fields,
    pub(super) metadata: Vec<(String, String)>,
    pub(super) seen: String,
    pub(super) differences: Vec<Difference>,
}

/// The form of a product as it is.
pub(super) fn of_product(product: &Json, stripe: &Json) -> Edit {
    let fields = Fields::new(Form::of(fields(product, stripe)));
    let seen = stale::seen(&parts(product, stripe));
    Edit { fields, metadata: spared(metadata(product)), seen, differences: Vec::new() }
}

/// The same as it was typed.
fn of_form(details: &Details, form: &Form, fields: Fields, differences: Vec<Difference>) -> Edit {
    let seen = stale::seen(&parts(&details.product, &details.stripe));
    Edit { fields, metadata: spared(rows(form)), seen, differences }
}

fn spared(mut metadata: Vec<(String, String)>) -> Vec<(String, String)> {
    metadata.extend(std::iter::repeat_n((String::new(), String::new()), SPARE_ROWS));
    metadata
}

fn metadata(product: &Json) -> Vec<(String, String)> {
    product.get("metadata").members().into_iter().map(|(key, value)| (key, value.as_text())).collect()
}

fn fields(product: &Json, stripe: &Json) -> Vec<(&'static str, String)> {
    let images: Vec<String> = stripe.list("images").iter().map(Json::as_text).collect();
    let marketing: Vec<String> = stripe.list("marketing_features").iter().map(|it| it.text("name")).collect();
    let [description, url] = TEXTS.map(|(field, _)| (field, stripe.text(field)));
    let lists = [("marketingFeatures", marketing.join("\n")), ("images", images.join("\n"))];
    let mut fields = vec![("name", product.text("name")), description, url];
    fields.extend(lists);
    fields
}

/// What a product says, to see whether it was changed.
fn parts(product: &Json, stripe: &Json) -> Vec<Part> {
    told(&Form::of(fields(product, stripe)), &metadata(product), is_stripe(product))
}

/// What a form says in words.
fn told(form: &Form, metadata: &[(String, String)], is_stripe: bool) -> Vec<Part> {
    let mut metadata: Vec<String> = metadata.iter().map(|(key, value)| format!("{key}: {value}")).collect();
    metadata.sort();
    let mut parts =
        vec![Part::new("name", "Name", form.text("name")), Part::new("metadata", "Metadata", metadata.join(", "))];
    if is_stripe {
        parts.extend(TEXTS.map(|(field, label)| Part::new(field, label, form.text(field))));
        parts.extend(LISTS.map(|(field, label)| Part::new(field, label, lines(form, field).join(", "))));
    }
    parts
}

/// The rows of metadata that a form says, without those left empty.
fn rows(form: &Form) -> Vec<(String, String)> {
    let of =
        |name: &'static str| form.iter().filter(move |(known, _)| *known == name).map(|(_, value)| value.to_owned());
    let rows = of("metadataKey").map(|key| key.trim().to_owned()).zip(of("metadataValue"));
    rows.filter(|(key, value)| !key.is_empty() || !value.is_empty()).collect()
}

fn lines<'f>(form: &'f Form, field: &str) -> Vec<&'f str> {
    form.text(field).lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

/// What is wrong with rows of metadata that no object of the API can say.
fn problem(rows: &[(String, String)]) -> Option<String> {
    if rows.iter().any(|(key, _)| key.is_empty()) {
        return Some("Every value needs a key.".to_owned());
    }
    let twice = rows.iter().enumerate().find(|(at, (key, _))| rows[..*at].iter().any(|(other, _)| other == key));
    twice.map(|(_, (key, _))| format!("The key {key} is there twice."))
}

pub(in crate::dashboard) async fn save(Submission { visit, form }: Submission) -> Shown {
    let details = Details::load(&visit, visit.param("key")).await?;
    let rows = rows(&form);
    let yours = told(&form, &rows, is_stripe(&details.product));
    let differences = stale::differences(&form, &parts(&details.product, &details.stripe), &yours);
    let mut fields = Fields::new(form.clone());
    if let Some(problem) = problem(&rows) {
        fields = fields.with("metadata", problem);
    } else if differences.is_empty() {
        match send(&visit, &details.product, &form, rows).await {
            Ok(_) => return Page::to(visit.at(&format!("/products/{}?done=saved", details.product.text("key")))),
            Err(fault) => fields = refused(form.clone(), &fault),
        }
    }
    let edit = Some(of_form(&details, &form, fields, differences));
    Page::refused(&details.page(&visit, Shapes { edit, ..Shapes::default() }))
}

async fn send(visit: &Visit, product: &Json, form: &Form, rows: Vec<(String, String)>) -> Result<Json, Fault> {
    if is_stripe(product) {
        let params = params(product, form, rows);
        return visit.api().stripe(Stripe::ProductUpdate, &[&product.text("stripeProductId")], &params).await;
    }
    let metadata: Map<String, Value> = rows.into_iter().map(|(key, value)| (key, value.into())).collect();
    let body = json!({"name": form.text("name"), "metadata": metadata});
    visit.api().priceos(Operation::ProductUpdate, &product.text("key"), body).await
}

/// The parameters of Stripe's dialect, in which an empty text takes a value away.
fn params(product: &Json, form: &Form, rows: Vec<(String, String)>) -> Vec<(String, String)> {
    let mut params = vec![("name".to_owned(), form.text("name").to_owned())];
    params.extend(TEXTS.map(|(field, _)| (field.to_owned(), form.text(field).to_owned())));
    for (param, field, name) in [("images", "images", ""), ("marketing_features", "marketingFeatures", "[name]")] {
        let lines = lines(form, field);
        if lines.is_empty() {
            params.push((param.to_owned(), String::new()));
        }
        params.extend(lines.iter().enumerate().map(|(at, line)| (format!("{param}[{at}]{name}"), (*line).to_owned())));
    }
    let gone = metadata(product).into_iter().filter(|(key, _)| rows.iter().all(|(kept, _)| kept != key));
    params.extend(gone.map(|(key, _)| (format!("metadata[{key}]"), String::new())));
    params.extend(rows.into_iter().map(|(key, value)| (format!("metadata[{key}]"), value)));
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
        let form = Form::read(b"name=Gold&images=https://a.example%0D%0A%0D%0Ahttps://b.example&metadataKey=kept&metadataValue=+3&metadataKey=&metadataValue=").unwrap();
        let rows = rows(&form);
        assert_eq!(rows, [("kept".to_owned(), " 3".to_owned())]);
        let params = params(&product, &form, rows);
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

    #[test]
    fn metadata_that_cannot_be_said_is_refused() {
        let row = |key: &str| (key.to_owned(), "x".to_owned());
        assert_eq!(problem(&[row("a"), row("b")]), None);
        assert_eq!(problem(&[row("a"), row("")]).as_deref(), Some("Every value needs a key."));
        assert_eq!(problem(&[row("a"), row("a")]).as_deref(), Some("The key a is there twice."));
    }
}
