//! The prices of a product of Stripe.

use super::details::{Details, Shapes};
use crate::dashboard::form::{Fields, Form};
use crate::dashboard::json::Json;
use crate::dashboard::once::Turn;
use crate::dashboard::page::{Page, Shown};
use crate::dashboard::visit::Submission;
use crate::money;
use tollgate_wire::stripe::operation::Operation as Stripe;

/// How often a price is charged: the word of the API, and the page's.
pub(super) const INTERVALS: [(&str, &str); 5] =
    [("", "Once"), ("month", "Every month"), ("year", "Every year"), ("week", "Every week"), ("day", "Every day")];

/// Which field of the page a parameter of the API is.
const FIELDS: [(&str, &str); 8] = [
    ("currency", "currency"),
    ("unit_amount", "amount"),
    ("unit_amount_decimal", "amount"),
    ("nickname", "nickname"),
    ("lookup_key", "lookupKey"),
    ("recurring[interval]", "interval"),
    ("recurring[interval_count]", "intervalCount"),
    ("recurring[trial_period_days]", "trialDays"),
];

/// What a new price is proposed to be: in the currency of the others.
pub(super) fn proposed(prices: &[Json]) -> Fields {
    let currency = prices.first().map_or_else(|| "usd".to_owned(), |price| price.text("currency"));
    let [currency, interval, count] =
        [("currency", currency.to_uppercase()), ("interval", "month".to_owned()), ("intervalCount", "1".to_owned())];
    Fields::new(Form::of([currency, interval, count]))
}

/// The prices that can be paid, in short: the default one, and how many others.
pub(super) fn in_short(prices: &[Json]) -> String {
    let active: Vec<&Json> = prices.iter().filter(|price| price.flag("isActive")).collect();
    let first = active.iter().find(|price| price.flag("isDefault")).or(active.first());
    let Some(first) = first else { return String::new() };
    let told = told(
        first.has("unitAmount").then(|| first.text("unitAmount")),
        &first.text("currency"),
        &first.text("recurringInterval"),
        first.integer("recurringIntervalCount"),
    );
    match active.len() {
        1 => told,
        count => format!("{told}, and {} more", count - 1),
    }
}

/// A price of the Stripe dialect in words.
pub(super) fn in_words(price: &Json) -> String {
    let recurring = price.get("recurring");
    let amount = [price.text("unit_amount"), price.text("unit_amount_decimal")].into_iter().find(|it| !it.is_empty());
    told(amount, &price.text("currency"), &recurring.text("interval"), recurring.integer("interval_count"))
}

fn told(amount: Option<String>, currency: &str, interval: &str, count: Option<i64>) -> String {
    let amount = amount.map_or_else(
        || format!("An amount that depends, in {}", currency.to_uppercase()),
        |amount| money::amount(&amount, currency),
    );
    match interval {
        "" => amount,
        interval => format!("{amount} {}", money::every(interval, count.unwrap_or(1))),
    }
}

/// The parameters of a new price, as a form has them.
fn params(form: &Form, product: &str) -> Vec<(&'static str, String)> {
    let currency = form.text("currency").to_lowercase();
    let mut params = vec![("currency", currency.clone()), ("product", product.to_owned())];
    params.push(match money::minor(form.text("amount"), &currency) {
        Some(minor) if minor.contains('.') => ("unit_amount_decimal", minor),
        Some(minor) => ("unit_amount", minor),
        // The API has the words for what is no amount.
        None => ("unit_amount", form.text("amount").to_owned()),
    });
    for (param, field) in [("lookup_key", "lookupKey"), ("nickname", "nickname"), ("recurring[interval]", "interval")] {
        params.extend(form.given(field).map(|typed| (param, typed.to_owned())));
    }
    if form.given("interval").is_some() {
        params.extend(form.given("intervalCount").map(|typed| ("recurring[interval_count]", typed.to_owned())));
    }
    params.extend(form.given("trialDays").map(|typed| ("recurring[trial_period_days]", typed.to_owned())));
    params
}

pub(in crate::dashboard) async fn create(Submission { visit, form }: Submission) -> Shown {
    let details = Details::load(&visit, visit.param("key")).await?;
    let product = details.product.text("stripeProductId");
    let turn = Turn::take(&visit, &form)?;
    let mut fields = Fields::default();
    if money::minor(form.text("amount"), &form.text("currency").to_lowercase()).is_none() {
        fields = Fields::new(form.clone()).with("amount", "Write an amount, such as 45 or 45.00.");
    } else if let Err(fault) = visit.api().stripe(Stripe::PriceCreate, &[], &params(&form, &product)).await {
        fields = Fields::refused(form, &fault, &FIELDS);
    }
    if fields.is_refused() {
        let shapes = Shapes { price: Some(fields), ..Shapes::default() };
        return Page::refused(&details.page(&visit, shapes));
    }
    turn.done();
    Page::to(visit.at(&format!("/products/{}?done=created#prices", details.product.text("key"))))
}

/// Activates or deactivates a price, or makes it the one that buyers get unless they say.
pub(in crate::dashboard) async fn change(Submission { visit, form }: Submission) -> Shown {
    let details = Details::load(&visit, visit.param("key")).await?;
    let price = visit.param("price");
    let product = details.product.text("stripeProductId");
    let api = visit.api();
    let done = match form.text("do") {
        "default" => api.stripe(Stripe::ProductUpdate, &[&product], &[("default_price", price)]).await,
        "activate" => api.stripe(Stripe::PriceUpdate, &[price], &[("active", "true")]).await,
        _ => api.stripe(Stripe::PriceUpdate, &[price], &[("active", "false")]).await,
    };
    match done {
        Ok(_) => Page::to(visit.at(&format!("/products/{}?done=saved#prices", details.product.text("key")))),
        Err(fault) => {
            let shapes = Shapes { prices_problem: Some(fault.message), ..Shapes::default() };
            Page::refused(&details.page(&visit, shapes))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn prices_are_told_in_words() {
        let monthly = json!({"unitAmount": 4500, "currency": "eur", "recurringInterval": "month",
            "recurringIntervalCount": 3, "isActive": true, "isDefault": true});
        let once = json!({"unitAmount": null, "currency": "usd", "recurringInterval": null, "isActive": true});
        let gone = json!({"unitAmount": 1, "currency": "usd", "isActive": false});
        let list = |prices: &[serde_json::Value]| in_short(&prices.iter().cloned().map(Json).collect::<Vec<_>>());
        assert_eq!(list(&[once.clone(), monthly.clone(), gone.clone()]), "45.00 EUR every 3 months, and 1 more");
        assert_eq!((list(&[gone]), list(&[once])), (String::new(), "An amount that depends, in USD".to_owned()));
        let fraction =
            Json(json!({"unit_amount": null, "unit_amount_decimal": "0.5", "currency": "usd", "recurring": null}));
        assert_eq!(in_words(&fraction), "0.005 USD");
    }
}
