//! Random commands over few ids and lookup keys, so that they collide: the model and SQLite must give equal replies
//! and keep equal rows, with the jobs one by one and with the jobs in batches.

use crate::conformance::{new_price, price_of};
use crate::world::{Engine, World, cases, product, rows, run};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use tollgate_domain::batch::CommandJob;
use tollgate_domain::command::Command;
use tollgate_domain::environment::Environment;
use tollgate_domain::id::PriceId;
use tollgate_domain::metadata::MetadataPatch;
use tollgate_domain::patch::Patch;
use tollgate_domain::price::{CreatePrice, Interval, PricePatch, Recurring, UpdatePrice, UsageType};
use tollgate_domain::product::{CreateProduct, DeleteProduct, ProductPatch, UpdateProduct};
use tollgate_store::{DatabaseUrl, Store, check};

/// A command that names prices by their number among those made so far.
#[derive(Debug, Clone)]
pub(crate) enum Op {
    CreateProduct { id: u8, with_price: bool },
    UpdateProduct { id: u8, name: u8, default_price: Option<u8>, url: Option<u8> },
    DeleteProduct { id: u8 },
    CreatePrice { product: u8, lookup_key: Option<u8>, transfer: bool, recurring: bool },
    UpdatePrice { price: u8, active: Option<bool>, lookup_key: Option<u8>, clear: bool, transfer: bool },
}

pub(crate) fn op() -> impl Strategy<Value = (bool, Op)> {
    let lookup_key = || proptest::option::of(0..3u8);
    let op = prop_oneof![
        (0..5u8, any::<bool>()).prop_map(|(id, with_price)| Op::CreateProduct { id, with_price }),
        (0..5u8, 0..3u8, proptest::option::of(0..6u8), lookup_key())
            .prop_map(|(id, name, default_price, url)| Op::UpdateProduct { id, name, default_price, url }),
        (0..5u8).prop_map(|id| Op::DeleteProduct { id }),
        (0..5u8, lookup_key(), any::<bool>(), any::<bool>()).prop_map(|(product, lookup_key, transfer, recurring)| {
            Op::CreatePrice { product, lookup_key, transfer, recurring }
        }),
        (0..6u8, proptest::option::of(any::<bool>()), lookup_key(), any::<bool>(), any::<bool>()).prop_map(
            |(price, active, lookup_key, clear, transfer)| Op::UpdatePrice {
                price,
                active,
                lookup_key,
                clear,
                transfer
            }
        ),
    ];
    (proptest::bool::weighted(0.2), op)
}

fn key(number: u8) -> String {
    format!("k{number}")
}

fn create_product(id: u8, with_price: bool) -> CreateProduct {
    CreateProduct { default_price: with_price.then(|| new_price(None)), ..product(&format!("p{id}"), "new") }
}

fn update_product(id: u8, name: u8, default_price: Option<PriceId>, url: Option<u8>) -> UpdateProduct {
    let patch = ProductPatch {
        name: Some(format!("name {name}")),
        default_price: default_price.map_or(Patch::Keep, Patch::Set),
        url: url.map_or(Patch::Keep, |url| if url == 0 { Patch::Clear } else { Patch::Set(format!("u{url}")) }),
        metadata: MetadataPatch { clear: name == 0, set: BTreeMap::from([(key(name), Some("v".into()))]) },
        ..ProductPatch::default()
    };
    UpdateProduct { id: format!("p{id}").as_str().into(), patch }
}

fn create_price(product: u8, lookup_key: Option<u8>, transfer: bool, recurring: bool) -> CreatePrice {
    let mut command = price_of(&format!("p{product}"), lookup_key.map(key).as_deref());
    command.transfer_lookup_key = transfer;
    command.price.recurring = recurring.then_some(Recurring {
        interval: Interval::Month,
        interval_count: 1,
        usage_type: UsageType::Licensed,
        meter: None,
        trial_period_days: None,
    });
    command
}

fn update_price(id: PriceId, active: Option<bool>, lookup_key: Option<u8>, clear: bool, transfer: bool) -> UpdatePrice {
    let lookup_key = match lookup_key {
        Some(number) => Patch::Set(key(number)),
        None if clear => Patch::Clear,
        None => Patch::Keep,
    };
    let patch = PricePatch { active, lookup_key, ..PricePatch::default() };
    UpdatePrice { id, patch, transfer_lookup_key: transfer }
}

async fn submit<C: Command>(store: &Store, environment: Environment, command: C) -> String
where
    C::Reply: std::fmt::Debug,
{
    let ask = store.submit(CommandJob::new(environment, command)).await.unwrap();
    format!("{:?}", ask.reply.unwrap())
}

/// Runs one op. `made` are the ids of the prices made so far.
pub(crate) async fn perform(store: &Store, environment: Environment, op: Op, made: &[PriceId]) -> String {
    let nth = |number: u8| made.get(usize::from(number)).cloned().unwrap_or_else(|| PriceId::from("price_none"));
    match op {
        Op::CreateProduct { id, with_price } => submit(store, environment, create_product(id, with_price)).await,
        Op::UpdateProduct { id, name, default_price, url } => {
            submit(store, environment, update_product(id, name, default_price.map(nth), url)).await
        }
        Op::DeleteProduct { id } => {
            submit(store, environment, DeleteProduct { id: format!("p{id}").as_str().into() }).await
        }
        Op::CreatePrice { product, lookup_key, transfer, recurring } => {
            submit(store, environment, create_price(product, lookup_key, transfer, recurring)).await
        }
        Op::UpdatePrice { price, active, lookup_key, clear, transfer } => {
            submit(store, environment, update_price(nth(price), active, lookup_key, clear, transfer)).await
        }
    }
}

/// The ids of the prices of both environments, oldest first.
pub(crate) async fn prices(store: &Store) -> Vec<PriceId> {
    let mut ids = Vec::new();
    for environment in Environment::ALL {
        let page = store.list(environment, &crate::world::all_of(tollgate_domain::record::Noun::Price)).await.unwrap();
        ids.extend(page.items.iter().map(|record| PriceId::from(record.id())));
    }
    ids.sort_unstable();
    ids
}

pub(crate) fn environment(live: bool) -> Environment {
    if live { Environment::Live } else { Environment::Test }
}

async fn assert_healthy(url: &DatabaseUrl) {
    let report = check(url).await.unwrap();
    assert!(report.is_healthy(), "{report}");
}

async fn agree_one_by_one(engine: Engine, ops: &[(bool, Op)]) {
    let (model, other) = (World::new(Engine::Model).await, World::new(engine).await);
    for (number, (live, op)) in ops.iter().enumerate() {
        let made = prices(&model.store).await;
        let expected = perform(&model.store, environment(*live), op.clone(), &made).await;
        let reply = perform(&other.store, environment(*live), op.clone(), &made).await;
        assert_eq!(reply, expected, "{op:?}");
        let millis = i64::from(number % 3 == 0);
        model.pass(millis);
        other.pass(millis);
    }
    assert_eq!(rows(&other.store).await, rows(&model.store).await);
    other.store.close().await;
    assert_healthy(&other.url).await;
}

async fn agree_in_batches(engine: Engine, ops: &[(bool, Op)]) {
    let (model, other) = (World::new(Engine::Model).await, World::new(engine).await);
    let (mut expected, mut known) = (Vec::new(), Vec::new());
    for (live, op) in ops {
        known.push(prices(&model.store).await);
        expected.push(perform(&model.store, environment(*live), op.clone(), &known[known.len() - 1]).await);
    }
    // Tasks of a runtime on one thread begin in the order they are made, so the queue has that order too.
    let World { store, url, folder, .. } = other;
    let store = Arc::new(store);
    let perform = |((live, op), made): (&(bool, Op), Vec<PriceId>)| {
        let (store, live, op) = (store.clone(), *live, op.clone());
        tokio::spawn(async move { perform(&store, environment(live), op, &made).await })
    };
    let answers: Vec<_> = ops.iter().zip(known).map(perform).collect();
    for (answer, expected) in answers.into_iter().zip(expected) {
        assert_eq!(answer.await.unwrap(), expected);
    }
    assert_eq!(rows(&store).await, rows(&model.store).await);
    store.close().await;
    // What was answered is there for whoever opens the database next.
    let again = crate::world::open_url(&url).await;
    assert_eq!(rows(&again).await, rows(&model.store).await);
    drop(folder);
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn one_by_one_the_engines_agree(ops in proptest::collection::vec(op(), 1..60)) {
        run(async {
            for engine in Engine::all().skip(1) {
                agree_one_by_one(engine, &ops).await;
            }
        });
    }

    #[test]
    fn in_batches_the_engines_agree(ops in proptest::collection::vec(op(), 1..120)) {
        run(async {
            for engine in Engine::all().skip(1) {
                agree_in_batches(engine, &ops).await;
            }
        });
    }
}
