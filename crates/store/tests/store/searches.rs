//! Searches: whatever the index makes of a query, the answer is that of the model, which looks at every object.

use crate::world::{Engine, World, ask, ask_in, cases, indexed, product, run};
use proptest::prelude::*;
use std::collections::BTreeMap;
use tollgate_domain::environment::Environment::{Live, Test as Testing};
use tollgate_domain::metadata::MetadataPatch;
use tollgate_domain::patch::Patch;
use tollgate_domain::product::{CreateProduct, DeleteProduct, NewProduct, ProductPatch, UpdateProduct};
use tollgate_domain::record::Noun;
use tollgate_domain::search::{Clause, Join, Query, SearchField, Test};
use tollgate_store::check;

/// Products whose name has this word.
pub(crate) fn named(word: &str) -> Query {
    let clause = Clause { negated: false, field: SearchField::Named("name"), test: Test::Is(word.to_owned()) };
    Query { noun: Noun::Product, join: Join::And, clauses: vec![clause] }
}

/// Words that share parts, differ in case, or grow and shrink when their case is changed.
const WORDS: [&str; 12] =
    ["gold", "Golden", "OLD", "go", "plan-b", "Straße", "STRASSE", "İstanbul", "ΟΔΟΣ", "x", "金色", "\u{0}nul"];

fn text() -> impl Strategy<Value = String> {
    proptest::collection::vec(0..WORDS.len(), 0..4)
        .prop_map(|words| words.iter().map(|word| WORDS[*word]).collect::<Vec<_>>().join(" "))
}

fn test() -> impl Strategy<Value = Test> {
    let part =
        (text(), 0..6usize, 0..9usize).prop_map(|(text, skip, take)| text.chars().skip(skip).take(take).collect());
    prop_oneof![
        4 => text().prop_map(Test::Is),
        4 => part.prop_map(Test::Contains),
        1 => Just(Test::Is("true".to_owned())),
        1 => Just(Test::Absent),
    ]
}

fn clause() -> impl Strategy<Value = Clause> {
    let field = prop_oneof![
        4 => Just(SearchField::Named("name")),
        2 => Just(SearchField::Named("description")),
        1 => Just(SearchField::Named("active")),
        1 => Just(SearchField::Named("shippable")),
        2 => (0..2usize).prop_map(|key| SearchField::Metadata(WORDS[key].to_owned())),
    ];
    (proptest::bool::weighted(0.2), field, test()).prop_map(|(negated, field, test)| Clause { negated, field, test })
}

pub(crate) fn query() -> impl Strategy<Value = Query> {
    (any::<bool>(), proptest::collection::vec(clause(), 1..4)).prop_map(|(and, clauses)| {
        let join = if and { Join::And } else { Join::Or };
        Query { noun: Noun::Product, join, clauses }
    })
}

#[derive(Debug, Clone)]
pub(crate) enum Change {
    Make { live: bool, id: u8, name: String, description: Option<String>, metadata: Option<(usize, String)> },
    Rename { id: u8, name: String, active: bool },
    Delete { id: u8 },
}

pub(crate) fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        5 => (
            proptest::bool::weighted(0.2), 0..20u8, text(), proptest::option::of(text()),
            proptest::option::of((0..2usize, text()))
        ).prop_map(|(live, id, name, description, metadata)| Change::Make { live, id, name, description, metadata }),
        2 => (0..20u8, text(), any::<bool>()).prop_map(|(id, name, active)| Change::Rename { id, name, active }),
        1 => (0..20u8).prop_map(|id| Change::Delete { id }),
    ]
}

pub(crate) async fn make(world: &World, change: Change) {
    let store = &world.store;
    let id = |id: u8| format!("p{id}");
    // Refusals, of ids that are taken or gone, are as good as changes here.
    match change {
        Change::Make { live, id: number, name, description, metadata } => {
            let set = metadata.map(|(key, value)| (WORDS[key].to_owned(), Some(value)));
            let metadata = MetadataPatch { clear: false, set: set.into_iter().collect::<BTreeMap<_, _>>() };
            let id = Some(id(number).as_str().into());
            let shippable = (number % 3 > 0).then_some(number % 3 > 1);
            let product = NewProduct { id, name, description, metadata, shippable, ..NewProduct::default() };
            let environment = if live { Live } else { Testing };
            let _ = ask_in(store, environment, CreateProduct { product, default_price: None }).await.unwrap();
        }
        Change::Rename { id: number, name, active } => {
            let description = if active { Patch::Keep } else { Patch::Clear };
            let patch = ProductPatch { name: Some(name), active: Some(active), description, ..ProductPatch::default() };
            let _ = ask(store, UpdateProduct { id: id(number).as_str().into(), patch }).await;
        }
        Change::Delete { id: number } => {
            let _ = ask(store, DeleteProduct { id: id(number).as_str().into() }).await;
        }
    }
}

/// Every page of a search, and the pages of the model.
pub(crate) async fn compare(other: &World, model: &World, query: &Query, limit: usize) {
    for environment in [Testing, Live] {
        let (mut page, mut model_page) = (None::<String>, None::<String>);
        loop {
            let found = other.store.search(environment, query, page.as_deref(), limit, true).await.unwrap();
            let expected = model.store.search(environment, query, model_page.as_deref(), limit, true).await.unwrap();
            assert_eq!(found.items, expected.items, "{query:?}");
            assert_eq!(found.total, expected.total, "{query:?}");
            assert_eq!(found.next_page.is_some(), expected.next_page.is_some(), "{query:?}");
            let uncounted = other.store.search(environment, query, page.as_deref(), limit, false).await.unwrap();
            assert_eq!((uncounted.items, &uncounted.next_page), (found.items, &found.next_page), "{query:?}");
            (page, model_page) = (found.next_page, expected.next_page);
            if page.is_none() {
                break;
            }
        }
    }
}

proptest! {
    #![proptest_config(cases(16))]

    #[test]
    fn the_index_and_the_tail_together_find_what_looking_at_everything_finds(
        early in proptest::collection::vec(change(), 0..40),
        late in proptest::collection::vec(change(), 0..15),
        queries in proptest::collection::vec((query(), 1..5usize), 1..12),
    ) {
        run(async {
            for engine in Engine::all().skip(1) {
                let (other, model) = (World::new(engine).await, World::new(Engine::Model).await);
                for change in &early {
                    make(&other, change.clone()).await;
                    make(&model, change.clone()).await;
                }
                indexed(&other.store).await;
                for (query, limit) in &queries {
                    compare(&other, &model, query, *limit).await;
                }
                for change in &late {
                    make(&other, change.clone()).await;
                    make(&model, change.clone()).await;
                }
                for (query, limit) in &queries {
                    compare(&other, &model, query, *limit).await;
                }
                let report = check(&other.url).await.unwrap();
                assert!(report.is_healthy(), "{report}");
            }
        });
    }
}

#[test]
fn a_change_is_found_at_once_however_many_there_are() {
    run(async {
        let world = World::new(Engine::Sqlite).await;
        for number in 0..700 {
            ask(&world.store, product(&format!("p{number}"), &format!("number{number}"))).await.unwrap();
            let found = world.store.search(Testing, &named(&format!("number{number}")), None, 10, false).await.unwrap();
            assert_eq!(found.items.len(), 1, "{number}");
        }
        indexed(&world.store).await;
        for number in 0..700 {
            let found = world.store.search(Testing, &named(&format!("number{number}")), None, 10, false).await.unwrap();
            assert_eq!(found.items.len(), 1, "{number}");
        }
    });
}

#[test]
fn the_index_goes_on_where_it_was_after_a_restart() {
    run(async {
        let world = World::new(Engine::Sqlite).await;
        for number in 0..20 {
            ask(&world.store, product(&format!("p{number}"), &format!("number{number}"))).await.unwrap();
        }
        let World { store, folder, .. } = world;
        drop(store);
        let store = crate::world::open(&folder.file()).await;
        let found = store.search(Testing, &named("number7"), None, 10, false).await.unwrap();
        assert_eq!(found.items.len(), 1);
        indexed(&store).await;
        let found = store.search(Testing, &named("number7"), None, 10, false).await.unwrap();
        assert_eq!(found.items.len(), 1);
    });
}

#[test]
fn a_product_in_the_place_of_a_deleted_one_is_found_under_its_own_name_only() {
    run(async {
        let world = World::new(Engine::Sqlite).await;
        ask(&world.store, product("old", "first")).await.unwrap();
        indexed(&world.store).await;
        ask(&world.store, DeleteProduct { id: "old".into() }).await.unwrap();
        ask(&world.store, product("new", "second")).await.unwrap();
        for (word, count) in [("first", 0), ("second", 1)] {
            for _ in 0..2 {
                let found = world.store.search(Testing, &named(word), None, 10, true).await.unwrap();
                assert_eq!((found.items.len(), found.total), (count, Some(count as u64)), "{word}");
                indexed(&world.store).await;
            }
        }
    });
}
