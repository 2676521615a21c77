//! Items of subscriptions, by themselves.

use super::{Asked, read, store_fault, write};
use crate::answer::Answer;
use crate::app::App;
use std::sync::Arc;
use tollgate_domain::id::SubscriptionItemId;
use tollgate_domain::record::{Noun, Record};
use tollgate_domain::subscription::Subscription;
use tollgate_wire::expand::Expand;
use tollgate_wire::fault::Fault;
use tollgate_wire::list;
use tollgate_wire::stripe::{subscription, subscription_item};

const SHOW: write::Render<(Arc<Subscription>, SubscriptionItemId)> =
    |writer, (shown, id), view| subscription::render_item_at(writer, shown, id, view);

pub(super) async fn create(app: &App, asked: Asked) -> Result<Answer, Fault> {
    let (command, expand) = subscription_item::parse_create(&asked.params)?;
    write::run(app, asked, command, expand, SHOW).await
}

pub(super) async fn update(app: &App, asked: Asked, id: &str) -> Result<Answer, Fault> {
    let parsed = subscription_item::parse_update(&asked.params, id.into());
    let (command, expand) = unknown_first(app, &asked, id, parsed).await?;
    write::run(app, asked, command, expand, SHOW).await
}

pub(super) async fn delete(app: &App, asked: Asked, id: &str) -> Result<Answer, Fault> {
    let command = unknown_first(app, &asked, id, subscription_item::parse_delete(&asked.params, id.into())).await?;
    let show: write::Render<_> = |writer, id, _| {
        subscription_item::render_deleted(writer, id);
        Ok(())
    };
    write::run(app, asked, command, Expand::default(), show).await
}

pub(super) async fn retrieve(app: &App, asked: &Asked, id: &str) -> Result<Answer, Fault> {
    let parsed = subscription_item::parse_retrieve(&asked.params);
    let expand = unknown_first(app, asked, id, parsed).await?;
    let shown = (existing(app, asked, id).await?, id.into());
    read::render(app, asked, &expand, |writer, view| SHOW(writer, &shown, view)).await
}

pub(super) async fn list(app: &App, asked: &Asked) -> Result<Answer, Fault> {
    let (request, id) = subscription_item::parse_list(&asked.params)?;
    let record = read::referred(app, asked, Noun::Subscription, id.as_str(), "subscription").await?;
    let Record::Subscription(shown) = record else { return Err(subscription_item::unknown(id.as_str())) };
    let page = subscription_item::list(&request, &shown)?;
    let url = subscription_item::url(&shown);
    read::render(app, asked, &request.expand, |writer, view| {
        list::render(writer, &url, &page, view, |writer, item, view| {
            subscription::render_item(writer, &shown, item, view)
        })
    })
    .await
}

/// The subscription that has an item.
async fn existing(app: &App, asked: &Asked, id: &str) -> Result<Arc<Subscription>, Fault> {
    let fault = |error| store_fault(&error);
    let row = app.store.get(asked.environment, Noun::SubscriptionItem, id).await.map_err(fault)?;
    let Some(Record::SubscriptionItem(item)) = row else { return Err(subscription_item::unknown(id)) };
    let row = app.store.get(asked.environment, Noun::Subscription, item.subscription.as_str()).await.map_err(fault)?;
    match row {
        Some(Record::Subscription(subscription)) if subscription.item(&item.id).is_some() => Ok(subscription),
        _ => Err(subscription_item::unknown(id)),
    }
}

/// A missing item comes before the faults of the parameters.
async fn unknown_first<T>(app: &App, asked: &Asked, id: &str, parsed: Result<T, Fault>) -> Result<T, Fault> {
    match parsed {
        Err(fault) if !fault.before_lookup => existing(app, asked, id).await.and(Err(fault)),
        parsed => parsed,
    }
}
