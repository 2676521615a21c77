//! Moves: there and back nothing is lost or changed, whatever happens on the way, and nothing is moved where it should
//! not be.

use crate::access::{
    account, bonus, catalog, consume, custom_product, events, granted, limit_feature, tally, track, write_customer,
};
use crate::commands::{environment, op, perform, prices};
use crate::jobs::Keyed;
use crate::searches::{change, compare, make, query};
use crate::world::{Engine, Folder, World, all_of, ask, ask_in, cases, open_url, product, rows, run};
use proptest::prelude::*;
use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering::SeqCst;
use tollgate_domain::api_key::CreateApiKey;
use tollgate_domain::customer::WriteCustomer;
use tollgate_domain::definition::AskedAccess;
use tollgate_domain::environment::Environment::{self, Live};
use tollgate_domain::list::{Cursor, ListQuery};
use tollgate_domain::overrule::CreateOverride;
use tollgate_domain::quantity::Quantity;
use tollgate_domain::record::Noun;
use tollgate_domain::time::Timestamp;
use tollgate_domain::usage::{Consumed, Track, TrackBatch, Tracked, subject};
use tollgate_domain::window::{ResetInterval, Window};
use tollgate_store::{
    Clock, DatabaseUrl, OpenError, Options, Progress, Step, Store, Tally, TransferError, check, transfer,
};
use tollgate_testkit::postgres::Postgres;

/// Rows of a table that takes more than one chunk.
const CROWD: u32 = 4_500;

async fn moved(from: &DatabaseUrl, to: &DatabaseUrl) -> Result<Vec<Tally>, TransferError> {
    transfer(from, to, &mut |_| ControlFlow::Continue(())).await
}

/// Moves until something has come to pass.
async fn moved_until(
    from: &DatabaseUrl,
    to: &DatabaseUrl,
    stop: impl Fn(Progress) -> bool + Send + Sync,
) -> TransferError {
    let watch = &mut |progress| if stop(progress) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    transfer(from, to, watch).await.expect_err("it was stopped")
}

/// The address of a database that nobody has made yet.
struct Target {
    url: DatabaseUrl,
    /// With what is secret in it.
    text: String,
}

impl Target {
    /// One of each engine that can be tested here.
    fn all(folder: &Folder) -> Vec<Self> {
        let file = format!("sqlite://{}", folder.path().join("target.db").display());
        let texts = [Some(file), Postgres::shared().map(Postgres::create_database)];
        texts.into_iter().flatten().map(|text| Self { url: text.parse().unwrap(), text }).collect()
    }

    fn execute(&self, sql: &str) {
        match (&self.url, Postgres::shared()) {
            (DatabaseUrl::Postgres(_), Some(postgres)) => drop(postgres.psql(&self.text, sql)),
            (url, _) => execute(url, sql),
        }
    }
}

/// Everything in a file but its search index, every byte of it.
fn dump(path: &Path) -> String {
    let connection = rusqlite::Connection::open(path).unwrap();
    let mut text = String::new();
    for table in ["product", "price", "event", "receipt", "api_key"] {
        let mut statement = connection.prepare(&format!("SELECT * FROM {table} ORDER BY seq")).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let values: Vec<_> = (0..columns).map(|place| row.get_ref(place).unwrap()).collect();
            writeln!(text, "{table} {values:?}").unwrap();
        }
    }
    text
}

fn execute(url: &DatabaseUrl, sql: &str) {
    let DatabaseUrl::Sqlite(path) = url else { panic!("a file") };
    rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

/// A file with something of every noun, and many products.
async fn crowded() -> World {
    let world = World::new(Engine::Sqlite).await;
    ask(&world.store, product("first", "Gold")).await.unwrap();
    world.store.submit(Keyed::new("key", product("keyed", "Silver"))).await.unwrap();
    ask_in(&world.store, Live, api_key()).await.unwrap().unwrap();
    world.store.close().await;
    execute(
        &world.url,
        &format!(
            "INSERT INTO product (live, id, created, active, key, body) WITH RECURSIVE number (n) AS \
             (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < {CROWD}) \
             SELECT 0, 'p' || n, created + n, active, 'key_' || n, \
             json_set(body, '$.id', 'p' || n, '$.created', created + n, '$.key', 'key_' || n) \
             FROM number, product WHERE id = 'first'"
        ),
    );
    world
}

fn api_key() -> CreateApiKey {
    CreateApiKey { name: "\u{1}\u{0}".into(), hash: "hash".into(), hint: "…abcd".into() }
}

async fn assert_equal(one: &World, other: &World) {
    assert_eq!(rows(&one.store).await, rows(&other.store).await);
    for environment in Environment::ALL {
        for noun in [Noun::Product, Noun::Price, Noun::Event] {
            let all = one.store.list(environment, &all_of(noun)).await.unwrap().items;
            let Some(middle) = all.get(all.len() / 2) else { continue };
            let query = ListQuery { cursor: Some(Cursor::After(middle.id().into())), limit: 3, ..all_of(noun) };
            let (page, same) = (one.store.list(environment, &query).await, other.store.list(environment, &query).await);
            assert_eq!(page.unwrap().items, same.unwrap().items);
        }
    }
}

/// A world with the clock of another, over a database that is there.
async fn world_at(url: &DatabaseUrl, origin: &World) -> World {
    let store = store_at(url, &origin.hands).await;
    World { store, hands: origin.hands.clone(), folder: Folder::new(), url: url.clone() }
}

async fn store_at(url: &DatabaseUrl, hands: &Arc<AtomicI64>) -> Store {
    let read = hands.clone();
    let clock = Clock::reading(move || Timestamp::from_millis(read.load(SeqCst)));
    Store::open(url, &Options { clock, ..Options::default() }).await.unwrap()
}

async fn assert_healthy(url: &DatabaseUrl) {
    let report = check(url).await.unwrap();
    assert!(report.is_healthy(), "{report}");
}

proptest! {
    #![proptest_config(cases(6))]

    #[test]
    fn there_and_back_again_nothing_has_changed(
        ops in proptest::collection::vec(op(), 1..60),
        changes in proptest::collection::vec(change(), 0..30),
        queries in proptest::collection::vec((query(), 1..5usize), 1..6),
    ) {
        run(async {
            let (origin, back) = (World::new(Engine::Sqlite).await, Folder::new());
            for (live, op) in ops {
                let made = prices(&origin.store).await;
                perform(&origin.store, environment(live), op, &made).await;
                origin.pass(1);
            }
            // Events of another month have another partition.
            origin.pass(1000 * 60 * 60 * 24 * 100);
            // A receipt, and ids that PostgreSQL cannot keep as they are.
            let keyed = origin.store.submit(Keyed::new("\u{0}key\u{1}", product("\u{1}\u{0}", "x"))).await.unwrap();
            ask_in(&origin.store, Live, api_key()).await.unwrap().unwrap();
            for change in changes {
                make(&origin, change).await;
            }
            origin.store.close().await;
            for target in Target::all(&origin.folder) {
            let url = target.url.clone();
                let there = moved(&origin.url, &url).await.unwrap();
                assert_healthy(&url).await;
                let url_back = DatabaseUrl::Sqlite(back.file());
                assert_eq!(moved(&url, &url_back).await.unwrap(), there);
                assert_healthy(&url_back).await;
                assert_eq!(dump(&back.file()), dump(&origin.folder.file()));
                std::fs::remove_file(back.file()).unwrap();
                let (one, other) = (world_at(&origin.url, &origin).await, world_at(&url, &origin).await);
                assert_equal(&one, &other).await;
                for (query, limit) in &queries {
                    compare(&other, &one, query, *limit).await;
                }
                let again = Keyed::new("\u{0}key\u{1}", product("\u{1}\u{0}", "x"));
                let again = other.store.submit(again).await.unwrap();
                assert_eq!((again.replayed, &again.answer), (true, &keyed.answer));
                ask(&other.store, product("after the move", "x")).await.unwrap();
                one.store.close().await;
            }
        });
    }
}

#[test]
fn a_move_that_was_stopped_anywhere_goes_on_from_there() {
    run(async {
        let origin = crowded().await;
        for target in Target::all(&origin.folder) {
            let url = target.url.clone();
            let copied = |progress: Progress| progress.step == Step::Copying && progress.rows < u64::from(CROWD);
            let stopped = moved_until(&origin.url, &url, copied).await;
            assert!(matches!(stopped, TransferError::Stopped), "{stopped}");
            let refused = Store::open(&url, &Options::default()).await.unwrap_err();
            assert!(matches!(&refused, OpenError::Unfinished { from } if *from == origin.url.to_string()), "{refused}");
            assert!(check(&url).await.unwrap().findings.iter().any(|finding| finding.check == "move"));
            let stopped = moved_until(&origin.url, &url, |progress| progress.step == Step::Verifying).await;
            assert!(matches!(stopped, TransferError::Stopped), "{stopped}");
            let mut copied_again = false;
            let watch = &mut |progress: Progress| {
                copied_again |= progress.step == Step::Copying;
                ControlFlow::Continue(())
            };
            let tallies = transfer(&origin.url, &url, watch).await.unwrap();
            assert_eq!(moved(&origin.url, &url).await.unwrap(), tallies, "moved already, which is said again");
            assert!(!copied_again && tallies[0].rows == u64::from(CROWD) + 2, "{tallies:?}");
            assert_healthy(&url).await;
            assert_equal(&world_at(&origin.url, &origin).await, &world_at(&url, &origin).await).await;
        }
    });
}

#[test]
fn what_differs_in_the_end_is_found_and_the_target_stays_unfinished() {
    run(async {
        let origin = crowded().await;
        for target in Target::all(&origin.folder) {
            let url = target.url.clone();
            moved_until(&origin.url, &url, |progress| progress.step == Step::Verifying).await;
            target.execute("UPDATE product SET body = replace(body, 'Gold', 'Told') WHERE id = 'p77'");
            let differs = moved(&origin.url, &url).await.unwrap_err();
            assert!(differs.to_string().starts_with("table product differs: 4502 rows"), "{differs}");
            let refused = Store::open(&url, &Options::default()).await.unwrap_err();
            assert!(matches!(refused, OpenError::Unfinished { .. }), "{refused}");
        }
    });
}

#[test]
fn a_move_does_not_go_on_after_the_source_was_changed() {
    run(async {
        let origin = crowded().await;
        for (number, Target { url, .. }) in Target::all(&origin.folder).into_iter().enumerate() {
            moved_until(&origin.url, &url, |progress| progress.step == Step::Verifying).await;
            let store = open_url(&origin.url).await;
            ask(&store, crate::world::rename("first", &format!("changed {number}"))).await.unwrap();
            store.close().await;
            let refused = moved(&origin.url, &url).await.unwrap_err();
            assert!(matches!(refused, TransferError::OtherMove { .. }), "{refused}");
        }
    });
}

#[test]
fn a_target_that_holds_something_is_refused_and_left_alone() {
    run(async {
        let origin = crowded().await;
        for target in Target::all(&origin.folder) {
            let url = target.url.clone();
            let store = open_url(&url).await;
            ask(&store, product("mine", "Mine")).await.unwrap();
            store.close().await;
            let refused = moved(&origin.url, &url).await.unwrap_err();
            assert!(matches!(refused, TransferError::NotEmpty), "{refused}");
            assert_eq!(rows(&open_url(&url).await).await.len(), 2);
        }
    });
}

#[test]
fn a_database_that_is_served_is_not_moved() {
    run(async {
        let folder = Folder::new();
        for Target { url, .. } in Target::all(&folder) {
            let store = open_url(&url).await;
            ask(&store, product("a", "Gold")).await.unwrap();
            let elsewhere = DatabaseUrl::Sqlite(folder.path().join("elsewhere.db"));
            for (from, to) in [(&url, &elsewhere), (&elsewhere, &url)] {
                if *from == elsewhere {
                    open_url(&elsewhere).await.close().await;
                }
                let refused = moved(from, to).await.unwrap_err();
                let (TransferError::Source(why) | TransferError::Target(why)) = refused else { panic!("{refused}") };
                assert!(matches!(why, OpenError::InUse(_) | OpenError::Occupied(_)), "{why}");
            }
            assert!(ask(&store, product("b", "Gold")).await.is_ok());
            store.close().await;
            std::fs::remove_file(folder.path().join("elsewhere.db")).unwrap();
        }
    });
}

#[test]
fn what_cannot_be_moved_is_said_and_nothing_is_made() {
    run(async {
        let origin = crowded().await;
        let target = DatabaseUrl::Sqlite(origin.folder.path().join("target.db"));
        let missing = DatabaseUrl::Sqlite(origin.folder.path().join("missing.db"));
        let roundabout = DatabaseUrl::Sqlite(origin.folder.path().join("./tollgate.db"));
        for (from, to, expected) in [
            (&origin.url, &origin.url, "both addresses are of the same database"),
            (&origin.url, &roundabout, "both addresses are of the same database"),
            (&missing, &target, "missing.db does not exist"),
            (&DatabaseUrl::Model, &target, "in memory only"),
        ] {
            let refused = moved(from, to).await.unwrap_err().to_string();
            assert!(refused.contains(expected), "{refused}");
        }
        for (version, expected) in [("0", "older Tollgate"), ("99", "newer Tollgate")] {
            let step = if version == "0" { "DELETE FROM migration" } else { "INSERT INTO migration VALUES (99, 'x')" };
            execute(&origin.url, step);
            let refused = moved(&origin.url, &target).await.unwrap_err().to_string();
            assert!(refused.contains(expected), "{refused}");
        }
        let made: Vec<_> =
            std::fs::read_dir(origin.folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
        assert!(made.iter().all(|name| name.to_string_lossy().starts_with("tollgate.db")), "{made:?}");
    });
}

/// Something of everything that access rests on, with keys, fractions, corrections and odd names.
async fn use_up(store: &Store) {
    for environment in Environment::ALL {
        for key in ["calls", "bytes"] {
            ask_in(store, environment, limit_feature(key, ResetInterval::Month)).await.unwrap().unwrap();
        }
        ask_in(store, environment, custom_product("all", true, vec![granted("calls", 3)])).await.unwrap().unwrap();
        ask_in(store, environment, custom_product("gold", false, vec![granted("calls", 9)])).await.unwrap().unwrap();
        for customer in ODD {
            let product_keys = Some(vec!["gold".to_owned()]);
            let assigned = WriteCustomer { product_keys, ..write_customer(customer) };
            ask_in(store, environment, assigned).await.unwrap().unwrap();
            ask_in(store, environment, bonus(customer, "calls", 4)).await.unwrap().unwrap();
            let access = AskedAccess { has_access: true, limit: Some(Quantity::whole(7)), is_unlimited: None };
            let (customer_id, feature_key) = (customer.into(), "calls".to_owned());
            let overrule =
                CreateOverride { customer: customer_id, feature_key, access, reason: Some("\0".into()), expires: None };
            ask_in(store, environment, overrule).await.unwrap().unwrap();
            let part = Track { amount: Quantity::parse("0.000000001").unwrap(), ..track(customer, "bytes", 0, None) };
            let events = vec![part, track(customer, "bytes", -5, Some("k\0")), track(customer, "calls", 9, None)];
            let tracked = ask_in(store, environment, TrackBatch { events }).await.unwrap().unwrap();
            assert!(tracked.iter().all(Result::is_ok), "{tracked:?}");
        }
    }
}

const ODD: [&str; 4] = ["a", "A b", "\0", "ä\u{1}"];

/// Everything that can be seen of what access rests on.
async fn access_of(store: &Store) -> Vec<String> {
    let mut all = Vec::new();
    for environment in Environment::ALL {
        let catalog = catalog(store, environment).await;
        all.push(format!("{:?} {:?}", catalog.features(), catalog.custom_products()));
        for customer in ODD {
            all.push(format!("{:?}", account(store, environment, customer).await.unwrap()));
            for feature in catalog.features().values() {
                let subject = subject(&feature.id, &customer.into());
                let tally = tally(store, environment, &subject, Window::ALWAYS).await;
                all.push(format!("{tally:?} {:?}", events(store, environment, &subject, Window::ALWAYS).await));
            }
        }
    }
    all
}

#[test]
fn usage_bonuses_and_overrides_move_both_ways_and_go_on() {
    run(async {
        for engine in Engine::all().skip(1) {
            let (World { store, hands, folder, url: origin }, back) = (World::new(engine).await, Folder::new());
            use_up(&store).await;
            let before = access_of(&store).await;
            store.close().await;
            // Its connections that read go with it.
            drop(store);
            for Target { url, .. } in Target::all(&folder) {
                let there = moved(&origin, &url).await.unwrap();
                assert_healthy(&url).await;
                let url_back = DatabaseUrl::Sqlite(back.file());
                assert_eq!(moved(&url, &url_back).await.unwrap(), there);
                assert_healthy(&url_back).await;
                std::fs::remove_file(back.file()).unwrap();
                let other = store_at(&url, &hands).await;
                assert_eq!(access_of(&other).await, before);
                let again = ask(&other, track("\0", "bytes", 7, Some("k\0"))).await.unwrap();
                assert!(matches!(again, Tracked::Repeated { .. }), "{again:?}");
                let consumed: Vec<_> = [
                    ask(&other, consume("a", "calls", 2, None)).await.unwrap(),
                    ask(&other, consume("a", "calls", 1, None)).await.unwrap(),
                ]
                .into();
                assert!(
                    matches!(consumed[..], [Consumed::Accepted { .. }, Consumed::LimitReached { .. }]),
                    "{consumed:?}"
                );
                other.close().await;
                drop(other);
                assert_healthy(&url).await;
            }
        }
    });
}
