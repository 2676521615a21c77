//! The page on which a customer subscribes.

use super::{Answer, Kind, Trouble, rendered, run, session};
use crate::app::App;
use crate::money;
use askama::Template;
use tollgate_domain::checkout::{Checkout, ConfirmCheckout, Page};
use tollgate_domain::environment::Environment;
use tollgate_domain::record::{Noun, Record};
use tollgate_wire::priceos::checkout::SESSION_PLACEHOLDER;

#[derive(Template)]
#[template(path = "pages/checkout.html")]
struct CheckoutPage<'p> {
    name: &'p str,
    description: Option<&'p str>,
    price: String,
    /// Days that cost nothing, where there are any.
    trial: Option<u32>,
    is_test: bool,
    /// Where to go without subscribing.
    cancel: Option<String>,
}

#[derive(Template)]
#[template(path = "pages/subscribed.html")]
struct SubscribedPage {
    /// Where to go on.
    next: Option<String>,
}

/// Shows what is sold, for how much, and asks.
pub(super) async fn show(app: &App, name: &str) -> Result<Answer, Trouble> {
    let (environment, session) = session(app, Kind::Checkout, name).await?;
    let Page::Checkout(checkout) = &session.page else { return Err(Trouble::NoSession) };
    if checkout.subscription.is_some() {
        return Ok(done(name, checkout));
    }
    let product = app.store.get(environment, Noun::Product, checkout.product.as_str()).await?;
    let price = app.store.get(environment, Noun::Price, checkout.price.as_str()).await?;
    let (Some(Record::Product(product)), Some(Record::Price(price))) = (product, price) else {
        return Err(Trouble::NoSession);
    };
    let trial = checkout.trial_days.or_else(|| price.recurring.as_ref()?.trial_period_days);
    let html = rendered(&CheckoutPage {
        name: &product.name,
        description: product.description.as_deref(),
        price: money::price(&price),
        trial: trial.filter(|days| *days > 0),
        is_test: environment == Environment::Test,
        cancel: checkout.cancel_url.as_deref().map(|url| place(url, name)),
    });
    Ok(Answer::Page { html, leads_to: checkout.success_url.clone() })
}

/// Subscribes, and leads back.
pub(super) async fn confirm(app: &App, name: &str) -> Result<Answer, Trouble> {
    let (environment, _) = session(app, Kind::Checkout, name).await?;
    let checkout = run(app, environment, ConfirmCheckout { name: name.to_owned() }).await?;
    match &checkout.success_url {
        Some(url) => Ok(Answer::Redirect(place(url, name))),
        None => Ok(Answer::Redirect(format!("{}{name}", Kind::Checkout.path()))),
    }
}

fn done(name: &str, checkout: &Checkout) -> Answer {
    let next = checkout.success_url.as_deref().map(|url| place(url, name));
    let html = rendered(&SubscribedPage { next });
    Answer::Page { html, leads_to: None }
}

/// An address with the session in the place where it is asked for.
fn place(url: &str, name: &str) -> String {
    url.replace(SESSION_PLACEHOLDER, name)
}
