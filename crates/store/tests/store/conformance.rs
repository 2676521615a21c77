//! The promises, one test each, on every engine.

use crate::jobs::Keyed;
use crate::world::{Engine, World, all_of, ask, ask_in, get_product, product, rename, rows, run};
use std::sync::Arc;
use tollgate_domain::api_key::{CreateApiKey, RevokeApiKey};
use tollgate_domain::command::{Changes, Command, Cx, Stop};
use tollgate_domain::currency::Currency;
use tollgate_domain::environment::Environment::{Live, Test};
use tollgate_domain::facts::{Facts, Key, ReadSet};
use tollgate_domain::id::ProductId;
use tollgate_domain::list::{CreatedRange, Cursor, Filter, ListQuery};
use tollgate_domain::metadata::MetadataPatch;
use tollgate_domain::money::UnitAmount;
use tollgate_domain::patch::Patch;
use tollgate_domain::price::{
    Charge, CreatePrice, Interval, NewPrice, Price, PricePatch, ProductChoice, Recurring, UpdatePrice, UsageType,
};
use tollgate_domain::product::{CreateProduct, DeleteProduct, NewProduct, ProductPatch, UpdateProduct};
use tollgate_domain::record::{Field, Noun, Record, Value};
use tollgate_domain::refusal::Refusal;
use tollgate_domain::subscription::Payments;
use tollgate_domain::time::Timestamp;
use tollgate_store::{ListError, Options, SearchError, Store};
use tollgate_testkit::postgres::Postgres;

macro_rules! on_every_engine {
    ($($name:ident)*) => {
        mod model {
            $(#[test] fn $name() { super::run(async { super::$name(&super::World::new(super::Engine::Model).await).await }); })*
        }
        mod sqlite {
            $(#[test] fn $name() { super::run(async { super::$name(&super::World::new(super::Engine::Sqlite).await).await }); })*
        }
        mod postgres {
            $(#[test] fn $name() { super::on_postgres(async |world| super::$name(world).await); })*
        }
    };
}
pub(crate) use on_every_engine;

on_every_engine! {
    what_is_put_can_be_got_until_it_is_deleted
    the_environments_are_sealed
    a_refused_command_leaves_no_trace
    lists_are_newest_first_and_page_both_ways
    a_cursor_is_found_whether_or_not_it_passes_the_filters
    filters_hold_alone_and_together
    a_list_may_be_of_created_times
    events_are_listed_by_the_beginning_of_their_type
    a_unique_value_has_one_holder_and_moves
    a_receipt_is_written_in_the_same_step_as_the_change
    old_receipts_are_pruned_and_young_ones_stay
    api_keys_are_found_by_their_hash
    a_command_may_ask_for_rows_named_by_rows
    a_noun_that_is_kept_nowhere_is_empty
    a_page_that_no_search_gave_out_is_refused
    ids_of_every_kind_of_letters_are_kept_apart
}

pub(crate) fn on_postgres(test: impl AsyncFnOnce(&World)) {
    // Where there is none, that was said.
    if Postgres::shared().is_some() {
        run(async { test(&World::new(Engine::Postgres).await).await });
    }
}

pub(crate) fn new_price(lookup_key: Option<&str>) -> NewPrice {
    NewPrice {
        active: None,
        currency: Currency::from_code("usd").unwrap(),
        charge: Charge::PerUnit(UnitAmount::from_minor(500).unwrap()),
        currency_options: std::collections::BTreeMap::new(),
        lookup_key: lookup_key.map(str::to_owned),
        metadata: MetadataPatch::default(),
        nickname: None,
        recurring: None,
        tax_behavior: None,
        transform_quantity: None,
    }
}

pub(crate) fn price_of(product: &str, lookup_key: Option<&str>) -> CreatePrice {
    let product = ProductChoice::Existing(product.into());
    CreatePrice { product, price: new_price(lookup_key), transfer_lookup_key: false }
}

async fn ids(store: &Store, query: &ListQuery) -> (Vec<String>, bool) {
    let page = store.list(Test, query).await.unwrap();
    (page.items.iter().map(|record| record.id().to_owned()).collect(), page.has_more)
}

async fn filtered(store: &Store, noun: Noun, filters: &[Filter]) -> Vec<String> {
    ids(store, &ListQuery { filters: filters.to_vec(), ..all_of(noun) }).await.0
}

async fn what_is_put_can_be_got_until_it_is_deleted(world: &World) {
    let store = &world.store;
    assert_eq!(get_product(store, "a").await, None);
    let made = ask(store, product("a", "Gold")).await.unwrap();
    assert_eq!(get_product(store, "a").await, Some(made));
    world.pass(1000);
    let renamed = ask(store, rename("a", "Silver")).await.unwrap();
    assert_eq!(renamed.name, "Silver");
    assert_eq!(get_product(store, "a").await, Some(renamed));
    ask(store, DeleteProduct { id: "a".into() }).await.unwrap();
    assert_eq!(get_product(store, "a").await, None);
    let told: Vec<_> = store.list(Test, &all_of(Noun::Event)).await.unwrap().items;
    let told: Vec<_> = told.iter().map(|event| event.value(Field::EventType)).collect();
    let types = ["product.deleted", "product.updated", "product.created"];
    assert_eq!(told, types.map(|name| Value::Text(name.to_owned())));
}

async fn the_environments_are_sealed(world: &World) {
    let store = &world.store;
    let made = ask_in(store, Live, product("a", "Gold")).await.unwrap().unwrap();
    assert_eq!(store.get(Live, Noun::Product, "a").await.unwrap(), Some(Record::Product(made)));
    assert_eq!(get_product(store, "a").await, None);
    for noun in [Noun::Product, Noun::Event] {
        assert_eq!(filtered(store, noun, &[]).await, Vec::<String>::new());
    }
    let after = ListQuery { cursor: Some(Cursor::After("a".into())), ..all_of(Noun::Product) };
    assert!(matches!(store.list(Test, &after).await, Err(ListError::NoSuchCursor)));
    ask(store, product("a", "Silver")).await.unwrap();
    ask_in(store, Live, DeleteProduct { id: "a".into() }).await.unwrap().unwrap();
    assert_eq!(get_product(store, "a").await.unwrap().name, "Silver");
}

async fn a_refused_command_leaves_no_trace(world: &World) {
    let store = &world.store;
    ask(store, product("a", "Gold")).await.unwrap();
    let before = rows(store).await;
    world.pass(1000);
    assert_eq!(ask(store, product("a", "Other")).await, Err(Refusal::ProductExists("a".into())));
    // The product would be made; the price with it is refused.
    let mut price = new_price(None);
    price.metadata.set = (0..51).map(|key| (key.to_string(), Some(String::new()))).collect();
    let with_price = CreateProduct { default_price: Some(price), ..product("b", "B") };
    assert_eq!(ask(store, with_price).await, Err(Refusal::TooManyMetadataKeys { count: 51 }));
    assert_eq!(rows(store).await, before);
}

async fn lists_are_newest_first_and_page_both_ways(world: &World) {
    let store = &world.store;
    // Two of each instant: those go by insertion.
    for (index, id) in ["a", "b", "c", "d", "e"].iter().enumerate() {
        ask(store, product(id, "x")).await.unwrap();
        world.pass(if index % 2 == 1 { 1000 } else { 0 });
    }
    let query = |cursor: Option<Cursor>| ListQuery { cursor, limit: 2, ..all_of(Noun::Product) };
    let after = |id: &str| query(Some(Cursor::After(id.into())));
    let before = |id: &str| query(Some(Cursor::Before(id.into())));
    for (query, page, has_more) in [
        (query(None), vec!["e", "d"], true),
        (after("d"), vec!["c", "b"], true),
        (after("b"), vec!["a"], false),
        (after("a"), vec![], false),
        (before("a"), vec!["c", "b"], true),
        (before("c"), vec!["e", "d"], false),
        (before("d"), vec!["e"], false),
        (before("e"), vec![], false),
    ] {
        assert_eq!(ids(store, &query).await, (page.into_iter().map(str::to_owned).collect(), has_more), "{query:?}");
    }
    assert!(matches!(store.list(Test, &after("nobody")).await, Err(ListError::NoSuchCursor)));
}

async fn a_cursor_is_found_whether_or_not_it_passes_the_filters(world: &World) {
    let store = &world.store;
    for id in ["a", "b", "c"] {
        ask(store, product(id, "x")).await.unwrap();
    }
    let patch = ProductPatch { active: Some(false), ..ProductPatch::default() };
    ask(store, UpdateProduct { id: "b".into(), patch }).await.unwrap();
    let filters = vec![Filter::Is(Field::ProductActive, Value::Flag(true))];
    let query = ListQuery { filters, cursor: Some(Cursor::After("b".into())), ..all_of(Noun::Product) };
    assert_eq!(ids(store, &query).await, (vec!["a".to_owned()], false));
}

async fn filters_hold_alone_and_together(world: &World) {
    let store = &world.store;
    for id in ["a", "b"] {
        ask(store, product(id, "x")).await.unwrap();
    }
    let mut made: Vec<Arc<Price>> = Vec::new();
    for (product, lookup_key, interval) in
        [("a", Some("k1"), None), ("a", Some("k2"), Some(Interval::Month)), ("b", None, Some(Interval::Year))]
    {
        let mut price = price_of(product, lookup_key);
        price.price.recurring = interval.map(|interval| Recurring {
            interval,
            interval_count: 1,
            usage_type: UsageType::Licensed,
            meter: None,
            trial_period_days: None,
        });
        made.push(ask(store, price).await.unwrap());
    }
    let text = |text: &str| Value::Text(text.to_owned());
    let of = |product: &str| Filter::Is(Field::PriceProduct, text(product));
    let key_in = |keys: &[&str]| Filter::OneOf(Field::PriceLookupKey, keys.iter().map(|key| text(key)).collect());
    let by_id = |places: &[usize]| Filter::Ids(places.iter().map(|place| made[*place].id.to_string()).collect());
    for (filters, expected) in [
        (vec![], vec![2, 1, 0]),
        (vec![of("a")], vec![1, 0]),
        (vec![of("nobody")], vec![]),
        (vec![key_in(&["k1", "k2", "k3", "k1"])], vec![1, 0]),
        (vec![key_in(&["k2"]), of("b")], vec![]),
        (vec![key_in(&[])], vec![]),
        (vec![Filter::OneOf(Field::PriceProduct, vec![text("b"), text("a")])], vec![2, 1, 0]),
        (vec![Filter::OneOf(Field::PriceLookupKey, vec![Value::Null, text("k1")])], vec![2, 0]),
        (vec![Filter::Is(Field::PriceInterval, Value::Null)], vec![0]),
        (vec![Filter::Is(Field::PriceInterval, text("month")), of("a")], vec![1]),
        (
            vec![Filter::Is(Field::PriceCurrency, text("usd")), Filter::Is(Field::PriceActive, Value::Flag(true))],
            vec![2, 1, 0],
        ),
        (vec![by_id(&[0, 2, 0])], vec![2, 0]),
        (vec![by_id(&[0, 2]), of("a")], vec![0]),
        (vec![Filter::Ids(vec![])], vec![]),
    ] {
        let expected: Vec<String> = expected.iter().map(|place: &usize| made[*place].id.to_string()).collect();
        assert_eq!(filtered(store, Noun::Price, &filters).await, expected, "{filters:?}");
    }
}

async fn a_list_may_be_of_created_times(world: &World) {
    let store = &world.store;
    let mut times = Vec::new();
    for id in ["a", "b", "c"] {
        times.push(ask(store, product(id, "x")).await.unwrap().created);
        world.pass(1000);
    }
    for (from, to, expected) in [
        (None, None, vec!["c", "b", "a"]),
        (Some(times[1]), None, vec!["c", "b"]),
        (None, Some(times[1]), vec!["b", "a"]),
        (Some(times[1]), Some(times[1]), vec!["b"]),
        (Some(Timestamp::from_millis(times[1].millis() + 1)), Some(times[1]), vec![]),
    ] {
        let query = ListQuery { created: CreatedRange { from, to }, ..all_of(Noun::Product) };
        assert_eq!(ids(store, &query).await.0, expected);
        let among = ["a", "b", "c"].map(str::to_owned).to_vec();
        assert_eq!(ids(store, &ListQuery { filters: vec![Filter::Ids(among)], ..query }).await.0, expected);
    }
}

async fn events_are_listed_by_the_beginning_of_their_type(world: &World) {
    let store = &world.store;
    ask(store, product("a", "x")).await.unwrap();
    ask(store, price_of("a", None)).await.unwrap();
    ask(store, rename("a", "y")).await.unwrap();
    for (start, expected) in [
        ("product.", vec!["product.updated", "product.created"]),
        ("p", vec!["product.updated", "price.created", "product.created"]),
        ("", vec!["product.updated", "price.created", "product.created"]),
        ("price.created", vec!["price.created"]),
        ("plan.", vec![]),
        ("q", vec![]),
        ("\u{10ffff}", vec![]),
    ] {
        let filters = vec![Filter::StartsWith(Field::EventType, start.to_owned())];
        for limit in [100, 1] {
            let query = ListQuery { filters: filters.clone(), limit, ..all_of(Noun::Event) };
            let page = store.list(Test, &query).await.unwrap();
            let types: Vec<_> = page.items.iter().map(|event| event.value(Field::EventType)).collect();
            let wanted: Vec<_> = expected.iter().take(limit).map(|name| Value::Text((*name).to_owned())).collect();
            assert_eq!(types, wanted, "{start}");
            assert_eq!(page.has_more, expected.len() > limit, "{start}");
        }
    }
}

async fn a_unique_value_has_one_holder_and_moves(world: &World) {
    let store = &world.store;
    ask(store, product("a", "x")).await.unwrap();
    let first = ask(store, price_of("a", Some("k"))).await.unwrap();
    assert_eq!(ask(store, price_of("a", Some("k"))).await, Err(Refusal::LookupKeyTaken { holder: first.id.clone() }));
    let taking = CreatePrice { transfer_lookup_key: true, ..price_of("a", Some("k")) };
    let second = ask(store, taking).await.unwrap();
    let holders = filtered(store, Noun::Price, &[Filter::Is(Field::PriceLookupKey, Value::Text("k".into()))]).await;
    assert_eq!(holders, [second.id.to_string()]);
    let patch = PricePatch { lookup_key: Patch::Clear, ..PricePatch::default() };
    ask(store, UpdatePrice { id: second.id.clone(), patch, transfer_lookup_key: false }).await.unwrap();
    ask(store, price_of("a", Some("k"))).await.unwrap();
    // Another environment has its own.
    ask_in(store, Live, product("a", "x")).await.unwrap().unwrap();
    ask_in(store, Live, price_of("a", Some("k"))).await.unwrap().unwrap();
}

async fn a_receipt_is_written_in_the_same_step_as_the_change(world: &World) {
    let store = &world.store;
    let first = store.submit(Keyed::new("key", product("a", "Gold"))).await.unwrap();
    let answer = first.answer.unwrap();
    assert!(!first.replayed);
    let again = store.submit(Keyed::new("key", product("a", "Gold"))).await.unwrap();
    assert!(again.replayed);
    assert_eq!(again.answer.unwrap(), answer);
    assert_eq!(rows(store).await.len(), 2, "a product and an event");
    // Past its lifetime the key starts anew, over the old row.
    world.pass(tollgate_domain::idempotency::RECEIPT_LIFETIME_MILLIS + 1);
    let anew = store.submit(Keyed::new("key", product("b", "Gold"))).await.unwrap();
    assert!(!anew.replayed);
    let mut facts = Facts::default();
    store.load(Test, &Key::receipt("key").into(), &mut facts).await.unwrap();
    let receipt = facts.receipt("key").unwrap().unwrap();
    assert_eq!((&receipt.body, receipt.created), (&anew.answer.unwrap(), store.clock().now()));
}

async fn old_receipts_are_pruned_and_young_ones_stay(world: &World) {
    let store = &world.store;
    store.submit(Keyed::new("old", product("a", "x"))).await.unwrap();
    world.pass(1000);
    store.submit(Keyed::new("young", product("b", "x"))).await.unwrap();
    world.pass(tollgate_domain::idempotency::RECEIPT_LIFETIME_MILLIS);
    assert_eq!(store.prune().await.unwrap(), 1);
    assert_eq!(store.prune().await.unwrap(), 0);
    assert!(store.get(Test, Noun::Receipt, "old").await.unwrap().is_none());
    assert!(store.get(Test, Noun::Receipt, "young").await.unwrap().is_some());
}

async fn api_keys_are_found_by_their_hash(world: &World) {
    let store = &world.store;
    let create = CreateApiKey { hash: "h".into(), name: "n".into(), hint: "…".into() };
    let key = ask(store, create.clone()).await.unwrap();
    assert_eq!(ask(store, create).await.unwrap().id, key.id, "one that is there stays");
    for (environment, hash, found) in [(Test, "h", true), (Live, "h", false), (Test, "other", false)] {
        let mut facts = Facts::default();
        store.load(environment, &Key::api_key_hash(hash).into(), &mut facts).await.unwrap();
        // A holder is known together with its row.
        assert_eq!(facts.holder(Field::ApiKeyHash, hash).unwrap().is_some(), found);
        if found && facts.api_key(&key.id).is_err() {
            store.load(environment, &Key::Row(Noun::ApiKey, key.id.to_string()).into(), &mut facts).await.unwrap();
        }
        assert_eq!(facts.api_key_by_hash(hash).unwrap().is_some(), found);
    }
    ask(store, RevokeApiKey { id: key.id.clone() }).await.unwrap();
    let Some(Record::ApiKey(key)) = store.get(Test, Noun::ApiKey, key.id.as_str()).await.unwrap() else { panic!() };
    assert!(key.revoked.is_some());
}

async fn a_command_may_ask_for_rows_named_by_rows(world: &World) {
    let store = &world.store;
    ask(store, product("a", "x")).await.unwrap();
    let price = ask(store, price_of("a", None)).await.unwrap();
    let patch = ProductPatch { default_price: Patch::Set(price.id.clone()), ..ProductPatch::default() };
    ask(store, UpdateProduct { id: "a".into(), patch }).await.unwrap();
    // The price names its product, which says that the price is its default.
    let patch = PricePatch { active: Some(false), ..PricePatch::default() };
    let archive = UpdatePrice { id: price.id.clone(), patch, transfer_lookup_key: false };
    assert_eq!(ask(store, archive).await, Err(Refusal::PriceIsDefault(price.id.clone())));
    assert_eq!(
        ask(store, DeleteProduct { id: "a".into() }).await,
        Err(Refusal::ProductHasPrices(ProductId::from("a")))
    );
}

async fn a_noun_that_is_kept_nowhere_is_empty(world: &World) {
    let store = &world.store;
    assert_eq!(store.get(Test, Noun::TaxCode, "txcd_1").await.unwrap(), None);
    assert_eq!(filtered(store, Noun::TaxCode, &[]).await, Vec::<String>::new());
    let mut facts = Facts::default();
    let reads = ReadSet::from(Key::Row(Noun::TaxCode, "txcd_1".into()));
    store.load(Test, &reads, &mut facts).await.unwrap();
    assert!(facts.knows(&reads.keys()[0]));
}

async fn a_page_that_no_search_gave_out_is_refused(world: &World) {
    for page in ["", "1", "pg_", "pg_0", "pg_-1", "pg_01", "pg_zz", "pg_ffffffffffffffffff"] {
        let query = crate::searches::named("x");
        let found = world.store.search(Test, &query, Some(page), 10, false).await;
        assert!(matches!(found, Err(SearchError::BadPage)), "{page}");
    }
}

async fn ids_of_every_kind_of_letters_are_kept_apart(world: &World) {
    let store = &world.store;
    let long = "x".repeat(5000);
    let all = ["a", "A", "a ", "a\0", "a\0b", "%", "'", "ä", "a\u{308}", "", &long, &long[1..]];
    for id in all {
        let new = NewProduct { id: Some(id.into()), name: format!("name of {id}"), ..NewProduct::default() };
        ask(store, CreateProduct { product: new, default_price: None }).await.unwrap();
    }
    for id in all {
        assert_eq!(get_product(store, id).await.unwrap().name, format!("name of {id}"));
    }
    let listed = filtered(store, Noun::Product, &[Filter::Ids(vec!["a\0".into(), "A".into()])]).await;
    assert_eq!(listed, ["a\0", "A"]);
}

/// Answers what it is told of payments.
struct AskPayments;

impl Command for AskPayments {
    type Reply = Payments;

    fn reads(&self) -> ReadSet {
        ReadSet::default()
    }

    fn decide(&self, _: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        Ok((cx.payments, Changes::default()))
    }
}

#[test]
fn decisions_are_told_of_payments_what_the_store_was_opened_with() {
    run(async {
        for engine in Engine::all() {
            for payments in Payments::ALL {
                let world = World::with(engine, &Options { payments: *payments, ..Options::default() }).await;
                assert_eq!(ask(&world.store, AskPayments).await, Ok(*payments), "{engine:?}");
            }
        }
    });
}
