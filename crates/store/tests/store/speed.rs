//! How fast usage is on SQLite, for whoever works on it:
//! `cargo test --release -p tollgate-store --test store -- speed:: --ignored --nocapture --test-threads 1`.
//! `TOLLGATE_SPEED_SECONDS` says how long each is measured, `TOLLGATE_SPEED_FOLDER` where the file is.

use crate::access::{account, consume, custom_product, granted, limit_feature, track, write_customer};
use crate::world::{all_of, ask, open};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tollgate_domain::batch::CommandJob;
use tollgate_domain::command::Command;
use tollgate_domain::customer::WriteCustomer;
use tollgate_domain::environment::Environment::Test;
use tollgate_domain::list::{Cursor, Filter, ListQuery};
use tollgate_domain::patch::Patch;
use tollgate_domain::record::{Field, Noun};
use tollgate_domain::usage::{Track, TrackBatch};
use tollgate_domain::window::ResetInterval;
use tollgate_store::{DatabaseUrl, Store};

const CUSTOMERS: u64 = 10_000;
const FEATURES: [&str; 5] = ["calls", "seats", "bytes", "tokens", "jobs"];

fn seconds() -> Duration {
    let given = std::env::var("TOLLGATE_SPEED_SECONDS").ok().and_then(|text| text.parse().ok());
    Duration::from_secs(given.unwrap_or(5))
}

fn folder() -> PathBuf {
    let root = std::env::var_os("TOLLGATE_SPEED_FOLDER").map_or_else(std::env::temp_dir, PathBuf::from);
    let path = root.join(format!("tollgate-speed-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    path
}

fn random(state: &AtomicU64) -> u64 {
    let mut bits = state.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

fn one(state: &AtomicU64) -> Track {
    let bits = random(state);
    let customer = format!("cus_{:014}", bits % CUSTOMERS);
    let feature = FEATURES[usize::try_from(bits >> 32).unwrap() % FEATURES.len()];
    track(&customer, feature, 1, Some(&format!("{:016x}{:016x}", random(state), random(state))))
}

async fn furnished(path: &std::path::Path) -> Store {
    let store = open(&path.join("tollgate.db")).await;
    for key in FEATURES {
        ask(&store, limit_feature(key, ResetInterval::Month)).await.unwrap();
    }
    let access = FEATURES.map(|key| granted(key, 1_000_000_000)).to_vec();
    ask(&store, custom_product("all", true, access)).await.unwrap();
    store
}

/// Keeps so many commands in flight; says how many of them were done in a second, and the median and the 99th percentile
/// of what one took, in milliseconds.
async fn measure<C: Command>(store: &Arc<Store>, flights: usize, make: fn(&AtomicU64) -> C) -> (f64, f64, f64) {
    static STATE: AtomicU64 = AtomicU64::new(1);
    let (begun, end) = (Instant::now(), Instant::now() + seconds());
    let flights: Vec<_> = (0..flights)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut times = Vec::new();
                while Instant::now() < end {
                    let command = make(&STATE);
                    let begun = Instant::now();
                    store.submit(CommandJob::new(Test, command)).await.unwrap();
                    times.push(begun.elapsed().as_secs_f64() * 1000.0);
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for flight in flights {
        times.extend(flight.await.unwrap());
    }
    times.sort_unstable_by(f64::total_cmp);
    #[allow(clippy::cast_precision_loss, reason = "a few millions")]
    let rate = times.len() as f64 / begun.elapsed().as_secs_f64();
    (rate, times[times.len() / 2], times[times.len() * 99 / 100])
}

fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks: f64 = fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap();
    ticks / 100.0
}

#[test]
#[ignore = "measures"]
fn usage() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let path = folder();
        let store = Arc::new(furnished(&path).await);
        for round in 0..3 {
            let (before, begun) = (cpu(), Instant::now());
            let (rate, p50, p99) =
                measure(&store, 16, |state| TrackBatch { events: (0..100).map(|_| one(state)).collect() }).await;
            let cpu = (cpu() - before) / begun.elapsed().as_secs_f64() / rate / 100.0 * 1e6;
            let events = rate * 100.0;
            println!("{round}: batches of 100, 16 in flight: {events:.0} events/s, {cpu:.2} µs CPU each, p50 {p50:.2} p99 {p99:.2} ms");
        }
        for flights in [1, 16, 64] {
            let (before, begun) = (cpu(), Instant::now());
            let (rate, p50, p99) = measure(&store, flights, |state| {
                let Track { customer, feature_key, key, .. } = one(state);
                consume(customer.as_str(), &feature_key, 1, key.as_deref())
            })
            .await;
            let cpu = (cpu() - before) / begun.elapsed().as_secs_f64() / rate * 1e6;
            println!("consume, {flights} in flight: {rate:.0}/s, {cpu:.2} µs CPU each, p50 {p50:.3} p99 {p99:.3} ms");
        }
        let begun = Instant::now();
        for number in 0..1_000_000u64 {
            let customer = format!("cus_{:014}", number * 7919 % 5000);
            assert!(account(&store, Test, &customer).await.is_some());
        }
        println!("an account: {:.0} ns", begun.elapsed().as_secs_f64() * 1000.0);
        let begun = Instant::now();
        store.close().await;
        println!("closed in {:.0} ms", begun.elapsed().as_secs_f64() * 1000.0);
        let size = |name: &str| std::fs::metadata(path.join(name)).map_or(0, |file| file.len()) / 1_000_000;
        println!("{} MB, log {} MB", size("tollgate.db"), size("tollgate.db-wal"));
        let begun = Instant::now();
        let again = open(&path.join("tollgate.db")).await;
        println!("opened in {:.1} ms", begun.elapsed().as_secs_f64() * 1000.0);
        drop(again);
        std::fs::remove_dir_all(&path).unwrap();
    });
}

/// A million customers, written past the store: the newer half at one address in four hundred, the older at one.
const CROWD: &str = "INSERT INTO customer (seq, live, id, created, stripe_customer, search, body) SELECT n, 0, id, created, stripe, \
     id || char(10) || lower(name) || char(10) || email || char(10) || stripe, \
     json_object('id', id, 'name', name, 'email', email, 'stripe_customer', stripe, 'created', created) FROM ( \
     SELECT n, printf('acct_%07d', n) AS id, 1700000000000 + n * 50 AS created, \
     'Ada ' || CASE n % 3 WHEN 0 THEN 'Lovelace' WHEN 1 THEN 'Byron' ELSE 'Ångström' END AS name, \
     CASE WHEN n <= 500000 THEN printf('user%d@oldcorp.example.com', n) \
     ELSE printf('user%d@dom%d.example.org', n, n % 400) END AS email, \
     printf('cus_%08x%06x', (n * 2654435761) & 4294967295, (n * 40503) & 16777215) AS stripe FROM ( \
     WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 1000000) SELECT n FROM number))";

/// `TOLLGATE_SPEED_FOLDER` keeps the file; `TOLLGATE_SPEED_URL` is another database to measure, with the same customers.
#[test]
#[ignore = "measures"]
fn customers() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let path = std::env::var_os("TOLLGATE_SPEED_FOLDER").map(PathBuf::from).expect("a folder").join("crowd.db");
        if !path.exists() {
            open(&path).await.close().await;
            let connection = rusqlite::Connection::open(&path).unwrap();
            connection.execute_batch(CROWD).unwrap();
            println!("filled");
        }
        let url = std::env::var("TOLLGATE_SPEED_URL").map_or(DatabaseUrl::Sqlite(path), |text| text.parse().unwrap());
        let begun = Instant::now();
        let store = Arc::new(crate::world::open_url(&url).await);
        println!("opened in {:.0} ms", begun.elapsed().as_secs_f64() * 1000.0);
        for part in [
            "",
            "a",
            "ada",
            "example.org",
            "example",
            "dom399.",
            "oldcorp",
            "user777777@",
            "user00000",
            "777",
            "ångström",
            "acct_0000001",
            "acct_1000000",
            "nobody",
            "no such customer",
            "user1234567x",
            "org\ncus_zz",
            "com\ncus_ffff",
            "%_%",
        ] {
            let filters = if part.is_empty() {
                Vec::new()
            } else {
                vec![Filter::Contains(Field::CustomerSearch, part.to_owned())]
            };
            let mut query = ListQuery { filters, limit: 50, ..all_of(Noun::Customer) };
            let mut times = Vec::new();
            let mut found = String::new();
            for _ in 0..4 {
                let begun = Instant::now();
                let page = store.list(Test, &query).await.unwrap();
                times.push(begun.elapsed().as_secs_f64() * 1000.0);
                found = format!("{} {:?}", page.items.len(), page.items.last().map(|record| record.id().to_owned()));
            }
            let first = store.list(Test, &query).await.unwrap();
            let mut next = 0.0;
            if let Some(last) = first.items.last().filter(|_| first.has_more) {
                query.cursor = Some(Cursor::After(last.id().to_owned()));
                let begun = Instant::now();
                store.list(Test, &query).await.unwrap();
                next = begun.elapsed().as_secs_f64() * 1000.0;
            }
            println!("{part:?}: first {:.2} ms, then {:.2} ms, next page {next:.2} ms: {found}", times[0], times[3]);
        }
        for flights in [1, 16, 64] {
            let (before, begun) = (cpu(), Instant::now());
            let (rate, p50, p99) = measure(&store, flights, |state| {
                let bits = random(state);
                WriteCustomer {
                    name: Patch::Set(format!("Ada {:x}", bits >> 40)),
                    email: Patch::Set(format!("someone{:x}@new.example.net", bits & 0xffff_ffff)),
                    ..write_customer(&format!("new_{:016x}{:x}", bits, Instant::now().elapsed().as_nanos()))
                }
            })
            .await;
            let cpu = (cpu() - before) / begun.elapsed().as_secs_f64() / rate * 1e6;
            println!("made, {flights} in flight: {rate:.0}/s, {cpu:.1} µs CPU each, p50 {p50:.3} p99 {p99:.3} ms");
        }
        let begun = Instant::now();
        store.close().await;
        println!("closed in {:.0} ms", begun.elapsed().as_secs_f64() * 1000.0);
    });
}
