//! Subscriptions.

use super::refuse::missing_first;
use super::{Asked, read, write};
use crate::answer::Answer;
use crate::app::App;
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use tollgate_domain::id::PriceId;
use tollgate_domain::list::{CreatedRange, Cursor, Filter, ListQuery, PAGE_MAX, Page};
use tollgate_domain::record::{Field, Noun, Record, Value};
use tollgate_domain::subscription::Subscription;
use tollgate_wire::fault::Fault;
use tollgate_wire::list;
use tollgate_wire::list::ListRequest;
use tollgate_wire::stripe::subscription::{self, Sieve, SubscriptionList};

/// Most subscriptions to a price that are looked up one by one. Of a price that more subscribe to, some are soon found among
/// all.
const RARE_MAX: usize = 1000;

const SHOW: write::Render<Arc<Subscription>> = |writer, shown, view| subscription::render(writer, shown, view);

pub(super) async fn create(app: &App, asked: Asked) -> Result<Answer, Fault> {
    let (command, expand) = subscription::parse_create(&asked.params)?;
    write::run(app, asked, command, expand, SHOW).await
}

pub(super) async fn update(app: &App, asked: Asked, id: &str) -> Result<Answer, Fault> {
    let parsed = subscription::parse_update(&asked.params, id.into());
    let (command, expand) = missing_first(app, &asked, Noun::Subscription, id, parsed).await?;
    write::run(app, asked, command, expand, SHOW).await
}

pub(super) async fn cancel(app: &App, asked: Asked, id: &str) -> Result<Answer, Fault> {
    let parsed = subscription::parse_cancel(&asked.params, id.into());
    let (command, expand) = missing_first(app, &asked, Noun::Subscription, id, parsed).await?;
    write::run(app, asked, command, expand, SHOW).await
}

pub(super) async fn resume(app: &App, asked: Asked, id: &str) -> Result<Answer, Fault> {
    let parsed = subscription::parse_resume(&asked.params, id.into());
    let (command, expand) = missing_first(app, &asked, Noun::Subscription, id, parsed).await?;
    write::run(app, asked, command, expand, SHOW).await
}

pub(super) async fn retrieve(app: &App, asked: &Asked, id: &str) -> Result<Answer, Fault> {
    read::retrieve(app, asked, Noun::Subscription, id, subscription::parse_retrieve(&asked.params)).await
}

pub(super) async fn list(app: &App, asked: &Asked) -> Result<Answer, Fault> {
    let SubscriptionList { mut request, sieve, customer, price } = subscription::parse_list(&asked.params)?;
    if let Some(id) = &customer {
        read::referred(app, asked, Noun::BillingCustomer, id.as_str(), "customer").await?;
    }
    if let Some(id) = &price {
        read::referred(app, asked, Noun::Price, id.as_str(), "price").await?;
    }
    let page = if sieve.is_open() || request.second_cursor.is_some() {
        read::page(app, asked, &request).await?
    } else {
        if let Some(price) = &price
            && let Some(ids) = rare(app, asked, price).await?
        {
            request.query.filters.push(Filter::Ids(ids));
        }
        sift(app, asked, &request, &sieve).await?
    };
    let url = asked.operation.path();
    read::render(app, asked, &request.expand, |writer, view| list::render(writer, url, &page, view, read::object)).await
}

/// The subscriptions that have an item of a price, where there are few.
async fn rare(app: &App, asked: &Asked, price: &PriceId) -> Result<Option<Vec<String>>, Fault> {
    let mut query = ListQuery {
        noun: Noun::SubscriptionItem,
        filters: vec![Filter::Is(Field::ItemPrice, Value::Text(price.to_string()))],
        created: CreatedRange::default(),
        cursor: None,
        limit: PAGE_MAX,
    };
    let mut ids = BTreeSet::new();
    loop {
        let page = app.store.list(asked.environment, &query).await;
        let page = page.map_err(|error| read::list_fault(&error, &query))?;
        ids.extend(page.items.iter().filter_map(|record| match record {
            Record::SubscriptionItem(item) => Some(item.subscription.to_string()),
            _ => None,
        }));
        if ids.len() > RARE_MAX {
            return Ok(None);
        }
        match page.items.last().filter(|_| page.has_more) {
            Some(last) => query.cursor = Some(Cursor::After(last.id().to_owned())),
            None => return Ok(Some(ids.into_iter().collect())),
        }
    }
}

/// The page of those that pass a sieve, found by walking from the cursor.
async fn sift(app: &App, asked: &Asked, request: &ListRequest, sieve: &Sieve) -> Result<Page<Record>, Fault> {
    let limit = request.query.limit;
    let mut query = ListQuery { limit: PAGE_MAX, ..request.query.clone() };
    let is_backwards = matches!(query.cursor, Some(Cursor::Before(_)));
    let mut kept: VecDeque<Record> = VecDeque::new();
    loop {
        let page = app.store.list(asked.environment, &query).await;
        let page = page.map_err(|error| read::list_fault(&error, &query))?;
        let edge = if is_backwards { page.items.first() } else { page.items.last() };
        let edge = edge.filter(|_| page.has_more).map(|record| record.id().to_owned());
        let passes = |record: &Record| matches!(record, Record::Subscription(one) if sieve.passes(one));
        if is_backwards {
            page.items.into_iter().rev().filter(passes).for_each(|record| kept.push_front(record));
        } else {
            kept.extend(page.items.into_iter().filter(passes));
        }
        let Some(edge) = edge.filter(|_| kept.len() <= limit) else { break };
        query.cursor = Some(if is_backwards { Cursor::Before(edge) } else { Cursor::After(edge) });
    }
    let has_more = kept.len() > limit;
    let excess = kept.len().saturating_sub(limit);
    if is_backwards {
        kept.drain(..excess);
    } else {
        kept.truncate(limit);
    }
    Ok(Page { items: kept.into(), has_more })
}
