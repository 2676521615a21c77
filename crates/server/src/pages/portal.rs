//! The page on which a customer sees to subscriptions.

use super::{Answer, Kind, Trouble, rendered, run, session};
use crate::app::App;
use crate::money;
use askama::Template;
use std::sync::Arc;
use tollgate_domain::checkout::{ChangeFromPortal, Page};
use tollgate_domain::environment::Environment;
use tollgate_domain::list::{CreatedRange, Filter, ListQuery, PAGE_MAX};
use tollgate_domain::record::{Field, Noun, Record, Value};
use tollgate_domain::subscription::{Item, Status, Subscription};
use tollgate_domain::time::Timestamp;
use tollgate_store::{ListError, StoreError};
use tollgate_wire::form::{self, Node};

#[derive(Template)]
#[template(path = "pages/portal.html")]
struct PortalPage<'p> {
    subscriptions: Vec<Shown>,
    /// Where the customer came from.
    back: Option<&'p str>,
}

/// A subscription as its customer sees it.
struct Shown {
    id: String,
    items: Vec<ShownItem>,
    /// What comes next, and when.
    state: String,
    /// Whether that is its end.
    ends: bool,
}

struct ShownItem {
    name: String,
    price: String,
}

/// Shows the subscriptions that are not over, newest first; nothing can be done here about what waits for a first payment.
pub(super) async fn show(app: &App, name: &str) -> Result<Answer, Trouble> {
    let (environment, session) = session(app, Kind::Portal, name).await?;
    let Page::Portal { return_url } = &session.page else { return Err(Trouble::NoSession) };
    let mut shown = Vec::new();
    for subscription in subscriptions(app, environment, session.customer.as_str()).await? {
        shown.push(self::shown(app, environment, &subscription).await?);
    }
    let html = rendered(&PortalPage { subscriptions: shown, back: return_url.as_deref() });
    Ok(Answer::Page { html, leads_to: None })
}

/// Cancels a subscription at the end of its period, or takes that back.
pub(super) async fn change(app: &App, name: &str, form: &[u8]) -> Result<Answer, Trouble> {
    let (environment, _) = session(app, Kind::Portal, name).await?;
    let params = form::decode(form).map_err(|_| Trouble::BadForm)?;
    let text = |name: &str| match params.get(name) {
        Some(Node::Text(text)) => Ok(text.as_str()),
        _ => Err(Trouble::BadForm),
    };
    let cancel = match text("do")? {
        "cancel" => true,
        "resume" => false,
        _ => return Err(Trouble::BadForm),
    };
    let command = ChangeFromPortal { name: name.to_owned(), subscription: text("subscription")?.into(), cancel };
    run(app, environment, command).await?;
    Ok(Answer::Redirect(format!("{}{name}", Kind::Portal.path())))
}

async fn subscriptions(app: &App, environment: Environment, customer: &str) -> Result<Vec<Arc<Subscription>>, Trouble> {
    let query = ListQuery {
        noun: Noun::Subscription,
        filters: vec![Filter::Is(Field::SubscriptionCustomer, Value::Text(customer.to_owned()))],
        created: CreatedRange::default(),
        cursor: None,
        limit: PAGE_MAX,
    };
    let page = app.store.list(environment, &query).await.map_err(|error| match error {
        ListError::Store(error) => error,
        ListError::NoSuchCursor => StoreError::Endless,
    })?;
    let subscriptions = page.items.into_iter().filter_map(|record| match record {
        Record::Subscription(subscription) => Some(subscription),
        _ => None,
    });
    let is_open = |status: Status| !status.is_final() && status != Status::Incomplete;
    Ok(subscriptions.filter(|subscription| is_open(subscription.status)).collect())
}

async fn shown(app: &App, environment: Environment, subscription: &Subscription) -> Result<Shown, Trouble> {
    let mut items = Vec::new();
    for item in &subscription.items {
        items.push(shown_item(app, environment, item).await?);
    }
    let state = match (subscription.cancel_at, subscription.status) {
        (Some(at), _) => format!("Ends on {}.", date(at)),
        (None, Status::Trialing) => format!("On trial until {}.", date(next(subscription))),
        (None, Status::Paused) => "Paused.".to_owned(),
        (None, Status::PastDue) => format!("Payment is past due. Renews on {}.", date(next(subscription))),
        (None, _) => format!("Renews on {}.", date(next(subscription))),
    };
    Ok(Shown { id: subscription.id.to_string(), items, state, ends: subscription.cancel_at.is_some() })
}

async fn shown_item(app: &App, environment: Environment, item: &Item) -> Result<ShownItem, Trouble> {
    let product = app.store.get(environment, Noun::Product, item.product.as_str()).await?;
    let price = app.store.get(environment, Noun::Price, item.price.as_str()).await?;
    let name = match &product {
        Some(Record::Product(product)) => product.name.clone(),
        _ => item.product.to_string(),
    };
    let mut price = match &price {
        Some(Record::Price(price)) => money::price(price),
        _ => String::new(),
    };
    if let Some(quantity) = item.quantity.filter(|quantity| *quantity != 1) {
        price = format!("{quantity} × {price}");
    }
    Ok(ShownItem { name, price })
}

/// When the first of its periods ends.
fn next(subscription: &Subscription) -> Timestamp {
    subscription.first_period_end().unwrap_or(subscription.created)
}

/// The day of an instant, in UTC.
fn date(instant: Timestamp) -> String {
    instant.to_rfc3339().chars().take(10).collect()
}
