//! Customers.

use super::access::{Found, existing, look};
use super::{ANSWER_BYTES, Asked, consult, run, store_fault, written};
use crate::app::App;
use std::collections::BTreeSet;
use tollgate_domain::access;
use tollgate_domain::customer::DeleteCustomer;
use tollgate_domain::definition::ProductRef;
use tollgate_domain::facts::{Facts, Key, ReadSet};
use tollgate_domain::id::{CustomProductId, CustomerId, ProductId};
use tollgate_domain::list::{CreatedRange, Cursor, Filter, ListQuery, PAGE_MAX};
use tollgate_domain::record::{Field, Noun, Record, Value};
use tollgate_store::ListError;
use tollgate_wire::json::Writer;
use tollgate_wire::priceos::customer::{self, CustomerList, CustomerView, Having, Parts};
use tollgate_wire::priceos::fault::Fault;

/// Pages of objects that are looked through for one page of customers; where they hold too few, the page is short and
/// says where to go on.
const PAGES_MAX: usize = 50;

/// Whom a page is chosen from.
enum Among {
    /// Everyone.
    All,
    /// Those who have a custom product; newest assignment first.
    Assigned(CustomProductId),
    /// Those who have no product, so that the default applies to them.
    Without,
    /// Those who have a product by subscription; newest item first.
    Subscribed(ProductId),
}

pub(super) async fn create(app: &App, asked: &Asked) -> Result<Vec<u8>, Fault> {
    let command = customer::parse_create(&asked.fields)?;
    let id = command.id.clone();
    run(app, asked, command).await?;
    show(app, asked, &id).await
}

pub(super) async fn link(app: &App, asked: &Asked) -> Result<Vec<u8>, Fault> {
    let command = customer::parse_link(&asked.fields)?;
    let id = command.id.clone();
    run(app, asked, command).await?;
    show(app, asked, &id).await
}

pub(super) async fn retrieve(app: &App, asked: &Asked) -> Result<Vec<u8>, Fault> {
    asked.takes_nothing()?;
    show(app, asked, &asked.id.as_str().into()).await
}

pub(super) async fn update(app: &App, asked: &Asked) -> Result<Vec<u8>, Fault> {
    let id = CustomerId::from(asked.id.as_str());
    run(app, asked, customer::parse_update(&asked.fields, id.clone())?).await?;
    show(app, asked, &id).await
}

pub(super) async fn delete(app: &App, asked: &Asked) -> Result<Vec<u8>, Fault> {
    asked.takes_nothing()?;
    let id = run(app, asked, DeleteCustomer { id: asked.id.as_str().into() }).await?;
    Ok(written(ANSWER_BYTES, |writer| customer::render_deleted(writer, &id)))
}

/// Answers with a customer that is there.
async fn show(app: &App, asked: &Asked, id: &CustomerId) -> Result<Vec<u8>, Fault> {
    let mut facts = Facts::default();
    let found = existing(app, asked, id, true, &mut facts).await?;
    let having = having(app, asked, &found, &mut facts).await?;
    Ok(written(8 * ANSWER_BYTES, |writer| render(writer, asked, &found, &having, Parts::ALL)))
}

/// What a customer has by subscriptions.
async fn having(app: &App, asked: &Asked, found: &Found, facts: &mut Facts) -> Result<Vec<Having>, Fault> {
    consult(app, asked.environment, facts, ReadSet::default(), |facts| customer::having(&found.account, facts)).await
}

/// Writes a customer, as far as it was found out.
fn render(writer: &mut Writer, asked: &Asked, found: &Found, having: &[Having], parts: Parts) {
    let view = CustomerView {
        account: &found.account,
        catalog: &found.catalog,
        having,
        environment: asked.environment,
        access: found.entries.as_deref().filter(|_| parts.access),
        bonuses: parts.bonuses,
    };
    customer::render(writer, &view);
}

/// Answers with a page of customers.
pub(super) async fn list(app: &App, asked: &Asked) -> Result<Vec<u8>, Fault> {
    let request = customer::parse_list(&asked.fields)?;
    let (ids, next) = choose(app, asked, &request).await?;
    let mut facts = Facts::default();
    let reads: ReadSet = std::iter::once(Key::Catalog).chain(ids.iter().map(Key::account)).collect();
    app.store.load(asked.environment, &reads, &mut facts).await.map_err(|error| store_fault(&error))?;
    let mut found: Vec<(Found, Vec<Having>)> = Vec::new();
    for id in &ids {
        if let Some(one) = look(app, asked, id, request.parts.access, &mut facts).await? {
            let having = having(app, asked, &one, &mut facts).await?;
            found.push((one, having));
        }
    }
    Ok(written(ANSWER_BYTES * (found.len() + 1), |writer| {
        writer.begin_object();
        writer.array_field("customers");
        for (found, having) in &found {
            render(writer, asked, found, having, request.parts);
        }
        writer.end_array();
        writer.field("nextCursor", &next);
        writer.end_object();
    }))
}

/// The customers of a page, and where the next one begins.
async fn choose(app: &App, asked: &Asked, request: &CustomerList) -> Result<(Vec<CustomerId>, Option<String>), Fault> {
    let among = among(app, asked, request).await?;
    let (noun, mut filters) = match &among {
        Among::All | Among::Without => (Noun::Customer, Vec::new()),
        Among::Assigned(id) => {
            (Noun::Assignment, vec![Filter::Is(Field::AssignmentProduct, Value::Text(id.to_string()))])
        }
        Among::Subscribed(id) => {
            (Noun::SubscriptionItem, vec![Filter::Is(Field::ItemProduct, Value::Text(id.to_string()))])
        }
    };
    if let (Some(search), Noun::Customer) = (&request.search, noun) {
        filters.push(Filter::Contains(Field::CustomerSearch, search.clone()));
    }
    let is_checked = match among {
        Among::All => false,
        Among::Assigned(_) => request.search.is_some(),
        Among::Subscribed(_) | Among::Without => true,
    };
    let limit = if is_checked { PAGE_MAX } else { request.limit };
    let mut query = ListQuery {
        noun,
        filters,
        created: CreatedRange::default(),
        cursor: request.cursor.clone().map(Cursor::After),
        limit,
    };
    let mut chosen = Vec::new();
    for _ in 0..PAGES_MAX {
        let page = app.store.list(asked.environment, &query).await.map_err(|error| match error {
            ListError::NoSuchCursor => customer::bad_cursor(),
            ListError::Store(error) => store_fault(&error),
        })?;
        let count = page.items.len();
        for (index, record) in page.items.iter().enumerate() {
            let Some(id) = customer_of(record) else { continue };
            if !is_checked || passes(app, asked, &among, request, &id, record).await? {
                chosen.push(id);
            }
            if chosen.len() == request.limit {
                let more = page.has_more || index + 1 < count;
                return Ok((chosen, more.then(|| record.id().to_owned())));
            }
        }
        match page.items.last() {
            Some(last) if page.has_more => query.cursor = Some(Cursor::After(last.id().to_owned())),
            _ => return Ok((chosen, None)),
        }
    }
    let next = query.cursor.map(|cursor| match cursor {
        Cursor::After(id) | Cursor::Before(id) => id,
    });
    Ok((chosen, next))
}

async fn among(app: &App, asked: &Asked, request: &CustomerList) -> Result<Among, Fault> {
    let Some(key) = &request.product_key else { return Ok(Among::All) };
    let find = |facts: &Facts| {
        let catalog = facts.catalog()?;
        let product = catalog.product_ref(key, facts)?;
        let is_default = catalog.is_default(&product);
        Ok(match product {
            ProductRef::Stripe(id) => Among::Subscribed(id),
            ProductRef::Custom(_) if is_default => Among::Without,
            ProductRef::Custom(id) => Among::Assigned(id),
        })
    };
    consult(app, asked.environment, &mut Facts::default(), Key::Catalog, find).await
}

fn customer_of(record: &Record) -> Option<CustomerId> {
    match record {
        Record::Customer(customer) => Some(customer.id.clone()),
        Record::Assignment(assignment) => Some(assignment.customer.clone()),
        Record::SubscriptionItem(item) => item.holder.clone(),
        _ => None,
    }
}

/// Whether a customer passes what the store does not filter by.
async fn passes(
    app: &App,
    asked: &Asked,
    among: &Among,
    request: &CustomerList,
    id: &CustomerId,
    record: &Record,
) -> Result<bool, Fault> {
    let Some(found) = look(app, asked, id, false, &mut Facts::default()).await? else { return Ok(false) };
    let is_without = access::holdings(&found.account, &found.catalog)
        .iter()
        .all(|holding| holding.source == access::HoldingSource::Default);
    let is_sought = request.search.as_ref().is_none_or(|part| found.account.customer.search_text().contains(part));
    match among {
        Among::All | Among::Assigned(_) => Ok(is_sought),
        Among::Without => Ok(is_sought && is_without),
        Among::Subscribed(product) => Ok(is_sought && is_newest(app, asked, &found, product, record).await?),
    }
}

/// Whether an item is the newest by which a customer has a product: one that has it by several is shown once.
async fn is_newest(app: &App, asked: &Asked, found: &Found, product: &ProductId, item: &Record) -> Result<bool, Fault> {
    let subscribed = found.account.customer.subscribed.iter().filter(|subscribed| subscribed.product == *product);
    if subscribed.clone().count() < 2 {
        return Ok(true);
    }
    let subscriptions: BTreeSet<_> = subscribed.map(|subscribed| &subscribed.subscription).collect();
    let items = |facts: &Facts| {
        let (mut missing, mut items) = (ReadSet::default(), Vec::new());
        for id in &subscriptions {
            let subscription = missing.gather(facts.subscription(id))?.flatten();
            let of = subscription.iter().flat_map(|subscription| &subscription.items);
            items.extend(of.filter(|item| item.product == *product).map(|item| item.id.to_string()));
        }
        missing.known()?;
        Ok(items)
    };
    let items = consult(app, asked.environment, &mut Facts::default(), ReadSet::default(), items).await?;
    let query = ListQuery {
        noun: Noun::SubscriptionItem,
        filters: vec![Filter::Ids(items)],
        created: CreatedRange::default(),
        cursor: None,
        limit: 1,
    };
    let page = app.store.list(asked.environment, &query).await.map_err(|error| match error {
        ListError::NoSuchCursor => customer::bad_cursor(),
        ListError::Store(error) => store_fault(&error),
    })?;
    Ok(page.items.first().is_none_or(|newest| newest.id() == item.id()))
}
