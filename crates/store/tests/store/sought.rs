//! Parts of texts that are sought in lists of customers: whatever the index makes of them, every page is that of the model,
//! which looks at every text.

use crate::world::{Engine, Folder, START, World, all_of, ask_in, cases, open_url, run};
use proptest::prelude::*;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use tollgate_domain::command::{Changes, Command, Cx, Stop, Write};
use tollgate_domain::customer::Customer;
use tollgate_domain::environment::Environment::{self, Live, Test as Testing};
use tollgate_domain::facts::{Facts, Key, ReadSet};
use tollgate_domain::list::{CreatedRange, Cursor, Filter, ListQuery};
use tollgate_domain::record::{Field, Noun, Record};
use tollgate_domain::time::Timestamp;
use tollgate_store::{DatabaseUrl, Store, check, transfer};
use tollgate_testkit::postgres::Postgres;

/// Texts that share parts, differ in case, grow and shrink when their case is changed, or mean something to an engine.
const WORDS: [&str; 18] = [
    "ada",
    "adada",
    "da",
    "a",
    "LOVELACE",
    "love_lace",
    "love%lace",
    "o'neil",
    "say \"so\"",
    "back\\slash",
    "Straße",
    "İstanbul",
    "ΟΔΟΣ",
    "金色夜叉",
    "\u{0}nul\u{1}",
    "\u{ffff}\u{fffd}x",
    "🦀🦀🦀",
    "* OR (a NOT b)",
];

fn text() -> impl Strategy<Value = String> {
    proptest::collection::vec(0..WORDS.len(), 0..4)
        .prop_map(|words| words.iter().map(|word| WORDS[*word]).collect::<Vec<_>>().join(" "))
}

/// Parts of such texts in lower case, as a request has them: mostly of one to four characters.
fn part() -> impl Strategy<Value = String> {
    let length = prop_oneof![4 => 1..5usize, 1 => 5..20usize];
    let part = (text(), 0..9usize, length)
        .prop_map(|(text, skip, take)| text.chars().skip(skip).take(take).collect::<String>());
    prop_oneof![6 => part, 1 => "[a-e%_\\\\'\"\n]{1,3}"].prop_map(|part| part.to_lowercase())
}

/// A change of one of a few customers.
#[derive(Debug, Clone)]
enum Change {
    /// Made at so many milliseconds after the start, mostly in order; or changed.
    Put {
        live: bool,
        id: u8,
        name: Option<String>,
        email: Option<String>,
        stripe: bool,
        frozen: bool,
        at: i64,
    },
    Delete {
        live: bool,
        id: u8,
    },
}

fn change() -> impl Strategy<Value = Change> {
    let put = (
        proptest::bool::weighted(0.2),
        0..30u8,
        proptest::option::of(text()),
        proptest::option::of(text()),
        any::<bool>(),
        proptest::bool::weighted(0.1),
        prop_oneof![4 => Just(0i64), 1 => -5..5i64],
    );
    prop_oneof![
        5 => put.prop_map(|(live, id, name, email, stripe, frozen, at)| {
            Change::Put { live, id, name, email, stripe, frozen, at }
        }),
        1 => (proptest::bool::weighted(0.2), 0..30u8).prop_map(|(live, id)| Change::Delete { live, id }),
    ]
}

struct Perform(Change);

impl Perform {
    fn id(&self) -> String {
        let (Change::Put { id, .. } | Change::Delete { id, .. }) = self.0;
        format!("{}{id}", WORDS[usize::from(id) % WORDS.len()])
    }
}

impl Command for Perform {
    type Reply = ();

    fn reads(&self) -> ReadSet {
        Key::account(&self.id().as_str().into()).into()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<((), Changes), Stop> {
        let account = facts.account(&self.id().as_str().into())?;
        let mut changes = Changes::default();
        match (&self.0, account) {
            (Change::Delete { .. }, Some(account)) => changes.writes.extend(account.records().map(Write::Delete)),
            (Change::Delete { .. }, None) => {}
            (Change::Put { name, email, stripe, frozen, at, .. }, before) => {
                let new = Customer::new(self.id().as_str().into(), Timestamp::from_millis(cx.now.millis() + at));
                let before = before.map(|account| account.customer.clone());
                let after = Customer {
                    name: name.clone(),
                    email: email.clone(),
                    stripe_customer: stripe.then(|| format!("cus_{}", self.id())),
                    frozen: frozen.then_some(Timestamp::from_millis(START)),
                    ..before.as_deref().cloned().unwrap_or(new)
                };
                changes.put(before.map(Record::Customer), Record::Customer(Arc::new(after)), cx);
            }
        }
        Ok(((), changes))
    }
}

async fn perform(world: &World, change: &Change) {
    let (Change::Put { live, .. } | Change::Delete { live, .. }) = change;
    ask_in(&world.store, if *live { Live } else { Testing }, Perform(change.clone())).await.unwrap().unwrap();
    world.pass(1);
}

fn seeking(part: &str, limit: usize) -> ListQuery {
    ListQuery {
        filters: vec![Filter::Contains(Field::CustomerSearch, part.to_owned())],
        limit,
        ..all_of(Noun::Customer)
    }
}

fn ids(items: &[Record]) -> Vec<&str> {
    items.iter().map(Record::id).collect()
}

/// Every page there and back, after every customer and before it, and the pages of the model.
async fn compare(store: &Store, model: &Store, query: &ListQuery) {
    for environment in Environment::ALL {
        let mut query = query.clone();
        loop {
            let (page, expected) =
                (store.list(environment, &query).await.unwrap(), model.list(environment, &query).await.unwrap());
            assert_eq!((ids(&page.items), page.has_more), (ids(&expected.items), expected.has_more), "{query:?}");
            assert_eq!(page.items, expected.items);
            match page.items.last() {
                Some(last) if page.has_more => query.cursor = Some(Cursor::After(last.id().to_owned())),
                _ => break,
            }
        }
        for customer in model.list(environment, &all_of(Noun::Customer)).await.unwrap().items.iter().step_by(3) {
            for cursor in [Cursor::After(customer.id().to_owned()), Cursor::Before(customer.id().to_owned())] {
                let query = ListQuery { cursor: Some(cursor), ..query.clone() };
                let (page, expected) =
                    (store.list(environment, &query).await.unwrap(), model.list(environment, &query).await.unwrap());
                assert_eq!((ids(&page.items), page.has_more), (ids(&expected.items), expected.has_more), "{query:?}");
            }
        }
    }
}

async fn compare_all(store: &Store, model: &Store, parts: &[(String, usize)]) {
    for (part, limit) in parts {
        compare(store, model, &seeking(part, *limit)).await;
    }
    // Beside other filters, and of a range of time.
    let mut query = seeking(&parts[0].0, 3);
    query.created =
        CreatedRange { from: Some(Timestamp::from_millis(START + 5)), to: Some(Timestamp::from_millis(START + 20)) };
    compare(store, model, &query).await;
}

fn execute(path: &Path, sql: &str) {
    rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

async fn assert_healthy(url: &DatabaseUrl) {
    let report = check(url).await.unwrap();
    assert!(report.is_healthy(), "{report}");
}

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn a_part_is_found_in_the_texts_that_have_it_and_pages_are_in_list_order(
        early in proptest::collection::vec(change(), 0..60),
        late in proptest::collection::vec(change(), 0..30),
        parts in proptest::collection::vec((part(), 1..6usize), 1..16),
    ) {
        run(async {
            for engine in Engine::all().skip(1) {
                let (other, model) = (World::new(engine).await, World::new(Engine::Model).await);
                for changes in [&early, &late] {
                    for change in changes {
                        perform(&other, change).await;
                        perform(&model, change).await;
                    }
                    compare_all(&other.store, &model.store, &parts).await;
                }
                assert_healthy(&other.url).await;
                let World { store, url, folder, .. } = other;
                store.close().await;
                drop(store);
                // Moved.
                let targets = [Some(format!("sqlite://{}", folder.path().join("target.db").display()))];
                let postgres = Postgres::shared().map(Postgres::create_database);
                for target in targets.into_iter().chain([postgres]).flatten() {
                    let target: DatabaseUrl = target.parse().unwrap();
                    transfer(&url, &target, &mut |_| ControlFlow::Continue(())).await.unwrap();
                    assert_healthy(&target).await;
                    compare_all(&open_url(&target).await, &model.store, &parts).await;
                }
                // Migrated from the version before the index.
                let DatabaseUrl::Sqlite(file) = &url else { continue };
                execute(file, BEFORE);
                let store = open_url(&url).await;
                assert_healthy(&url).await;
                compare_all(&store, &model.store, &parts).await;
            }
        });
    }
}

/// Takes a file back to the version that had no index.
const BEFORE: &str = "DROP TABLE customer_by_search; DROP INDEX customer_by_late; ALTER TABLE customer DROP COLUMN late; \
     DROP TABLE dashboard_user; DELETE FROM migration WHERE version = 4";

fn put(id: u8, name: &str) -> Change {
    Change::Put { live: false, id, name: Some(name.into()), email: None, stripe: false, frozen: false, at: 0 }
}

#[test]
fn the_doctor_sees_an_index_that_disagrees() {
    run(async {
        let world = World::new(Engine::Sqlite).await;
        for id in 0..5 {
            perform(&world, &put(id, "Ada Lovelace")).await;
        }
        world.store.close().await;
        assert_healthy(&world.url).await;
        let folder = Folder::new();
        for harm in [
            "DELETE FROM customer_by_search WHERE rowid = 2",
            "INSERT OR REPLACE INTO customer_by_search (rowid, search) VALUES (2, 'ada byron')",
            "INSERT INTO customer_by_search (rowid, search) VALUES (77, 'ada lovelace')",
            "UPDATE customer SET created = created - 1000, body = json_set(body, '$.created', created - 1000) WHERE seq = 3",
        ] {
            std::fs::copy(world.folder.file(), folder.file()).unwrap();
            execute(&folder.file(), harm);
            let report = check(&DatabaseUrl::Sqlite(folder.file())).await.unwrap();
            assert_eq!(
                report.findings.iter().map(|finding| finding.check).collect::<Vec<_>>(),
                ["search index"],
                "{harm}: {report}"
            );
        }
    });
}

#[test]
fn only_a_change_of_the_text_touches_the_index() {
    run(async {
        let world = World::new(Engine::Sqlite).await;
        perform(&world, &put(1, "Ada Lovelace")).await;
        let written = || {
            let connection = rusqlite::Connection::open(world.folder.file()).unwrap();
            let sql = "SELECT group_concat(hex(block)) FROM (SELECT block FROM customer_by_search_data ORDER BY id)";
            connection.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap()
        };
        let before = written();
        let frozen = Change::Put {
            live: false,
            id: 1,
            name: Some("Ada Lovelace".into()),
            email: None,
            stripe: false,
            frozen: true,
            at: 0,
        };
        perform(&world, &frozen).await;
        assert_eq!(written(), before);
        perform(&world, &put(1, "Ada Byron")).await;
        assert_ne!(written(), before);
    });
}

async fn found(store: &Store, part: &str) -> Vec<String> {
    let page = store.list(Testing, &seeking(part, 50)).await.unwrap();
    page.items.iter().map(|record| record.id().to_owned()).collect()
}

#[test]
fn without_its_extension_postgres_looks_at_every_text() {
    let Some(postgres) = Postgres::shared() else { return };
    run(async {
        let (url, model) = (postgres.create_database(), World::new(Engine::Model).await);
        let world = World { store: open_url(&url.parse().unwrap()).await, ..World::new(Engine::Model).await };
        for id in 0..9 {
            perform(&world, &put(id, WORDS[usize::from(id)])).await;
            perform(&model, &put(id, WORDS[usize::from(id)])).await;
        }
        let parts: Vec<_> = WORDS.iter().map(|word| (word.to_lowercase(), 2)).collect();
        let indexed = "SELECT count(*) FROM pg_index WHERE indexrelid = to_regclass('customer_by_search')";
        assert_eq!(postgres.psql(&url, indexed).trim(), "1");
        for (part, _) in &parts {
            assert_eq!(found(&world.store, part).await, found(&model.store, part).await, "{part}");
        }
        postgres.psql(&url, "DROP EXTENSION pg_trgm CASCADE");
        for (part, _) in &parts {
            assert_eq!(found(&world.store, part).await, found(&model.store, part).await, "{part}");
        }
    });
}
