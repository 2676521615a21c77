//! The page on which a customer subscribes.

use super::html::Html;
use super::{Answer, Kind, Trouble, run, session};
use crate::app::App;
use crate::money;
use tollgate_domain::checkout::{Checkout, ConfirmCheckout, Page};
use tollgate_domain::environment::Environment;
use tollgate_domain::record::{Noun, Record};
use tollgate_wire::priceos::checkout::SESSION_PLACEHOLDER;

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
    let trial = trial.filter(|days| *days > 0).map(|days| format!("The first {days} days cost nothing."));
    let html = Html::default()
        .raw("<h1>Subscribe to ")
        .text(&product.name)
        .raw("</h1><section>")
        .and_of(product.description.as_deref(), |html, text| html.raw("<p>").text(text).raw("</p>"))
        .raw("<p class=\"price\">")
        .text(&money::price(&price))
        .raw("</p>")
        .and_of(trial, |html, text| html.raw("<p>").text(&text).raw("</p>"))
        .raw("<form method=\"post\"><button>Subscribe</button></form></section>")
        .raw("<p class=\"note\">No payment is taken on this page.")
        .raw(if environment == Environment::Test { " This is a test.</p>" } else { "</p>" })
        .and_of(checkout.cancel_url.as_deref(), |html, url| html.link(&place(url, name), "Back without subscribing"));
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
    let html = Html::default()
        .raw("<h1>You are subscribed</h1><p>There is nothing left to do on this page.</p>")
        .and_of(checkout.success_url.as_deref(), |html, url| html.link(&place(url, name), "Go on"));
    Answer::Page { html, leads_to: None }
}

/// An address with the session in the place where it is asked for.
fn place(url: &str, name: &str) -> String {
    url.replace(SESSION_PLACEHOLDER, name)
}
