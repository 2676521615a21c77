//! How fast usage is on SQLite, for whoever works on it:
//! `cargo test --release -p tollgate-store --test store -- speed:: --ignored --nocapture --test-threads 1`.
//! `TOLLGATE_SPEED_SECONDS` says how long each is measured, `TOLLGATE_SPEED_FOLDER` where the file is.

use crate::access::{account, consume, custom_product, granted, limit_feature, track};
use crate::world::{ask, open};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tollgate_domain::batch::CommandJob;
use tollgate_domain::command::Command;
use tollgate_domain::environment::Environment::Test;
use tollgate_domain::usage::{Track, TrackBatch};
use tollgate_domain::window::ResetInterval;
use tollgate_store::Store;

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
