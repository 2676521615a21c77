//! Products of both kinds.

use super::{Asked, consult, run, store_fault, written};
use crate::app::App;
use std::collections::BTreeSet;
use std::sync::Arc;
use tollgate_domain::catalog::Catalog;
use tollgate_domain::customer::Assignment;
use tollgate_domain::definition::{Definition, ProductRef};
use tollgate_domain::facts::{Facts, Key};
use tollgate_domain::id::{CustomerId, ProductId};
use tollgate_domain::list::{CreatedRange, Cursor, Filter, ListQuery, PAGE_MAX};
use tollgate_domain::migration::{MigrateCustomers, STEP_MAX};
use tollgate_domain::price::Price;
use tollgate_domain::product::Product;
use tollgate_domain::record::{Field, Noun, Record, Value};
use tollgate_domain::refusal::Refusal;
use tollgate_domain::subscription::SubscriptionItem;
use tollgate_store::ListError;
use tollgate_wire::priceos::fault::{Code, Fault};
use tollgate_wire::priceos::product::{self, Parts, ProductList, ProductView};
use tollgate_wire::priceos::refusal;

/// Most products of Stripe that are listed; the dialect has no pages.
const LIST_MAX: usize = 10_000;
/// Most prices that are shown of one product.
const PRICES_MAX: usize = 1000;
/// Bytes that one product of an answer takes, about.
const PRODUCT_BYTES: usize = 1024;

/// A product of Stripe with its prices.
struct Stripe {
    product: Arc<Product>,
    prices: Vec<Arc<Price>>,
}

/// The product that a key names.
async fn named(app: &App, asked: &Asked, key: &str) -> Result<(Arc<Catalog>, ProductRef), Fault> {
    let find = |facts: &Facts| {
        let catalog = facts.catalog()?;
        Ok((catalog.clone(), catalog.product_ref(key, facts)?))
    };
    consult(app, asked.environment, &mut Facts::default(), Key::Catalog, find).await
}

pub(super) async fn create(app: &App, asked: &Asked) -> Result<Vec<u8>, Fault> {
    let kept = run(app, asked, product::parse_create(&asked.fields)?).await?;
    one(app, asked, &kept.key, None).await
}

pub(super) async fn retrieve(app: &App, asked: &Asked) -> Result<Vec<u8>, Fault> {
    asked.takes_nothing()?;
    one(app, asked, &asked.id, None).await
}

pub(super) async fn update(app: &App, asked: &Asked) -> Result<Vec<u8>, Fault> {
    run(app, asked, product::parse_update(&asked.fields, &asked.id)?).await?;
    one(app, asked, &asked.id, None).await
}

pub(super) async fn define(app: &App, asked: &Asked) -> Result<Vec<u8>, Fault> {
    let (_, version) = run(app, asked, product::parse_define(&asked.fields, &asked.id)?).await?;
    one(app, asked, &asked.id, Some(version)).await
}

/// Answers with a product at a version, or at its newest.
async fn one(app: &App, asked: &Asked, key: &str, version: Option<u32>) -> Result<Vec<u8>, Fault> {
    let (catalog, reference) = named(app, asked, key).await?;
    match &reference {
        ProductRef::Custom(id) => {
            let kept = catalog.custom_product(id).ok_or_else(super::internal)?;
            Ok(show(&ProductView::Custom(kept), &catalog, version))
        }
        ProductRef::Stripe(id) => {
            let Stripe { product, prices } = stripe(app, asked, id).await?;
            Ok(show(&ProductView::Stripe { product: &product, prices: &prices }, &catalog, version))
        }
    }
}

fn show(view: &ProductView<'_>, catalog: &Catalog, version: Option<u32>) -> Vec<u8> {
    written(PRODUCT_BYTES, |writer| product::render(writer, view, catalog, version, Parts::ALL))
}

async fn stripe(app: &App, asked: &Asked, id: &ProductId) -> Result<Stripe, Fault> {
    let found = app.store.get(asked.environment, Noun::Product, id.as_str()).await;
    match found.map_err(|error| store_fault(&error))? {
        Some(Record::Product(product)) => {
            let prices = prices(app, asked, id).await?;
            Ok(Stripe { product, prices })
        }
        _ => Err(refusal::fault(&Refusal::NoSubject { noun: Noun::Product, id: id.to_string() })),
    }
}

async fn prices(app: &App, asked: &Asked, id: &ProductId) -> Result<Vec<Arc<Price>>, Fault> {
    let of_product = Filter::Is(Field::PriceProduct, Value::Text(id.to_string()));
    let records = all(app, asked, Noun::Price, vec![of_product], PRICES_MAX).await?;
    Ok(records
        .into_iter()
        .filter_map(|record| if let Record::Price(price) = record { Some(price) } else { None })
        .collect())
}

/// Every object that passes some filters, newest first, up to a number of them.
async fn all(app: &App, asked: &Asked, noun: Noun, filters: Vec<Filter>, max: usize) -> Result<Vec<Record>, Fault> {
    let mut query = ListQuery { noun, filters, created: CreatedRange::default(), cursor: None, limit: PAGE_MAX };
    let mut records = Vec::new();
    loop {
        let page = app.store.list(asked.environment, &query).await;
        let page = page.map_err(|error| match error {
            // The object where the page begins went in between.
            ListError::NoSuchCursor => Fault::new(Code::Unavailable, "The list changed; try again."),
            ListError::Store(error) => store_fault(&error),
        })?;
        records.extend(page.items);
        match records.last() {
            Some(last) if page.has_more && records.len() < max => {
                query.cursor = Some(Cursor::After(last.id().to_owned()));
            }
            _ => return Ok(records),
        }
    }
}

/// Answers with all products, by name.
pub(super) async fn list(app: &App, asked: &Asked) -> Result<Vec<u8>, Fault> {
    let ProductList { archived, parts } = product::parse_list(&asked.fields)?;
    let find = |facts: &Facts| facts.catalog().cloned();
    let catalog = consult(app, asked.environment, &mut Facts::default(), Key::Catalog, find).await?;
    let filters = if archived { Vec::new() } else { vec![Filter::Is(Field::ProductActive, Value::Flag(true))] };
    let mut stripes = Vec::new();
    for record in all(app, asked, Noun::Product, filters, LIST_MAX).await? {
        if let Record::Product(product) = record {
            let prices = if parts.prices { prices(app, asked, &product.id).await? } else { Vec::new() };
            stripes.push(Stripe { product, prices });
        }
    }
    let custom = catalog.custom_products().values().filter(|kept| archived || !kept.is_archived);
    let mut views: Vec<ProductView<'_>> = custom.map(|kept| ProductView::Custom(kept)).collect();
    views.extend(stripes.iter().map(|Stripe { product, prices }| ProductView::Stripe { product, prices }));
    views.sort_by(|one, other| one.name().cmp(other.name()));
    Ok(written(views.len() * PRODUCT_BYTES, |writer| {
        writer.begin_array();
        for view in &views {
            product::render(writer, view, &catalog, None, parts);
        }
        writer.end_array();
    }))
}

/// Answers with the versions of a product, newest first.
pub(super) async fn versions(app: &App, asked: &Asked) -> Result<Vec<u8>, Fault> {
    asked.takes_nothing()?;
    let (catalog, reference) = named(app, asked, &asked.id).await?;
    let mut versions: Vec<(u32, Option<&Definition>, u64)> = Vec::new();
    for definition in catalog.versions(&reference).rev() {
        versions.push((definition.version, Some(definition), count(app, asked, &reference, definition.version).await?));
    }
    if versions.is_empty() {
        versions.push((1, None, count(app, asked, &reference, 1).await?));
    }
    Ok(written(versions.len() * PRODUCT_BYTES, |writer| product::render_versions(writer, &versions, &catalog)))
}

/// How many customers have a version of a product; of one that comes by subscription, how many items give it.
async fn count(app: &App, asked: &Asked, product: &ProductRef, version: u32) -> Result<u64, Fault> {
    let (_, field, name) = holding(product, version);
    app.store.count(asked.environment, field, &name).await.map_err(|error| store_fault(&error))
}

/// Where it is on file who has a version of a product.
fn holding(product: &ProductRef, version: u32) -> (Noun, Field, String) {
    match product {
        ProductRef::Custom(id) => (Noun::Assignment, Field::AssignmentVersion, Assignment::version_name(id, version)),
        ProductRef::Stripe(id) => {
            (Noun::SubscriptionItem, Field::ItemVersion, SubscriptionItem::version_name(id, version))
        }
    }
}

/// Moves customers to another version, some at a time.
pub(super) async fn migrate(app: &App, asked: &Asked) -> Result<Vec<u8>, Fault> {
    let request = product::parse_migrate(&asked.fields)?;
    let (_, reference) = named(app, asked, &asked.id).await?;
    let customers = match request.customers {
        Some(customers) => customers,
        None => holders(app, asked, &reference, request.from).await?,
    };
    let (mut moved, mut changes) = (0, Vec::new());
    // One step at least, which refuses versions that are not there.
    let mut steps: Vec<&[CustomerId]> = customers.chunks(STEP_MAX).collect();
    if steps.is_empty() {
        steps.push(&[]);
    }
    for step in steps {
        let command = MigrateCustomers {
            product_key: asked.id.clone(),
            from: request.from,
            to: request.to,
            customers: step.to_vec(),
            dry_run: request.dry_run,
        };
        let (count, of_step) = run(app, asked, command).await?;
        moved += count;
        changes.extend(of_step);
    }
    Ok(written(PRODUCT_BYTES, |writer| product::render_migrated(writer, moved, &changes)))
}

/// Everyone who has a version of a product, each once.
async fn holders(app: &App, asked: &Asked, product: &ProductRef, version: u32) -> Result<Vec<CustomerId>, Fault> {
    let (noun, field, name) = holding(product, version);
    let records = all(app, asked, noun, vec![Filter::Is(field, Value::Text(name))], usize::MAX).await?;
    let holder = |record| match record {
        Record::Assignment(kept) => Some(kept.customer.clone()),
        Record::SubscriptionItem(item) => item.holder.clone(),
        _ => None,
    };
    let mut named = BTreeSet::new();
    Ok(records.into_iter().filter_map(holder).filter(|customer| named.insert(customer.clone())).collect())
}
