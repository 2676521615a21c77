//! A store to test, on its own clock and in its own folder, and short words for what tests do with it.

use prometheus_client::registry::Registry;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use tollgate_domain::batch::CommandJob;
use tollgate_domain::command::Command;
use tollgate_domain::environment::Environment;
use tollgate_domain::id::ProductId;
use tollgate_domain::list::{CreatedRange, ListQuery};
use tollgate_domain::product::{CreateProduct, NewProduct, Product, ProductPatch, UpdateProduct};
use tollgate_domain::record::{Noun, Record};
use tollgate_domain::refusal::Refusal;
use tollgate_domain::time::Timestamp;
use tollgate_store::{Clock, DatabaseUrl, Options, Store, StoreError};
use tollgate_testkit::postgres::Postgres;

/// 2026-01-01T00:00:00Z.
pub(crate) const START: i64 = 1_767_225_600_000;

/// An engine to test.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Engine {
    Model,
    Sqlite,
    Postgres,
}

impl Engine {
    /// Those that can be tested here; PostgreSQL says so itself where it is missing.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let postgres = Postgres::shared().map(|_| Self::Postgres);
        [Self::Model, Self::Sqlite].into_iter().chain(postgres)
    }
}

/// A store and what surrounds it.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) hands: Arc<AtomicI64>,
    pub(crate) folder: Folder,
    pub(crate) url: DatabaseUrl,
}

/// A folder that goes with the test.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("tollgate-store-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.join("tollgate.db")
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl World {
    pub(crate) async fn new(engine: Engine) -> Self {
        Self::with(engine, &Options::default()).await
    }

    pub(crate) async fn with(engine: Engine, options: &Options) -> Self {
        let hands = Arc::new(AtomicI64::new(START));
        let read = hands.clone();
        let clock = Clock::reading(move || Timestamp::from_millis(read.load(Ordering::SeqCst)));
        // One connection writes, so that jobs are decided in the order they came in.
        let options = Options { clock, seed: Some(7), writers: 1, ..options.clone() };
        let folder = Folder::new();
        let url = match engine {
            Engine::Model => DatabaseUrl::Model,
            Engine::Sqlite => DatabaseUrl::Sqlite(folder.file()),
            Engine::Postgres => new_database(),
        };
        Self { store: Store::open(&url, &options).await.unwrap(), hands, folder, url }
    }

    pub(crate) fn pass(&self, millis: i64) {
        self.hands.fetch_add(millis, Ordering::SeqCst);
    }
}

/// A new database on the server that the tests share.
pub(crate) fn new_database() -> DatabaseUrl {
    Postgres::shared().expect("asked before").create_database().parse().unwrap()
}

pub(crate) async fn open(path: &Path) -> Store {
    open_url(&DatabaseUrl::Sqlite(path.to_owned())).await
}

pub(crate) async fn open_url(url: &DatabaseUrl) -> Store {
    Store::open(url, &Options::default()).await.unwrap()
}

/// Runs a command in an environment.
pub(crate) async fn ask_in<C: Command>(
    store: &Store,
    environment: Environment,
    command: C,
) -> Result<Result<C::Reply, Refusal>, StoreError> {
    let ask = store.submit(CommandJob::new(environment, command)).await?;
    Ok(ask.reply.expect("a job comes back decided"))
}

/// Runs a command among the tests' objects; the store must not fail.
pub(crate) async fn ask<C: Command>(store: &Store, command: C) -> Result<C::Reply, Refusal> {
    ask_in(store, Environment::Test, command).await.unwrap()
}

pub(crate) fn product(id: &str, name: &str) -> CreateProduct {
    let product = NewProduct { id: Some(id.into()), name: name.into(), ..NewProduct::default() };
    CreateProduct { product, default_price: None }
}

pub(crate) fn rename(id: &str, name: &str) -> UpdateProduct {
    let patch = ProductPatch { name: Some(name.into()), ..ProductPatch::default() };
    UpdateProduct { id: ProductId::from(id), patch }
}

pub(crate) async fn get_product(store: &Store, id: &str) -> Option<Arc<Product>> {
    match store.get(Environment::Test, Noun::Product, id).await.unwrap() {
        Some(Record::Product(product)) => Some(product),
        Some(_) => panic!("another noun"),
        None => None,
    }
}

pub(crate) fn all_of(noun: Noun) -> ListQuery {
    ListQuery { noun, filters: Vec::new(), created: CreatedRange::default(), cursor: None, limit: 100_000 }
}

/// Everything there is, newest first, noun by noun.
pub(crate) async fn rows(store: &Store) -> Vec<Record> {
    let mut rows = Vec::new();
    for environment in Environment::ALL {
        for noun in [Noun::Product, Noun::Price, Noun::Event, Noun::ApiKey] {
            rows.extend(store.list(environment, &all_of(noun)).await.unwrap().items);
        }
    }
    rows
}

pub(crate) fn metric(store: &Store, name: &str) -> f64 {
    let mut registry = Registry::default();
    store.register_metrics(&mut registry);
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
    let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("no {name} in {text}"));
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

/// Waits until the search index has every change.
pub(crate) async fn indexed(store: &Store) {
    while metric(store, "store_search_tail") > 0.0 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

pub(crate) fn run<F: Future>(test: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test)
}

/// Random cases to try: `TOLLGATE_TEST_CASES`, or so many.
pub(crate) fn cases(default: u32) -> proptest::test_runner::Config {
    let cases = std::env::var("TOLLGATE_TEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(default);
    proptest::test_runner::Config { cases, failure_persistence: None, ..proptest::test_runner::Config::default() }
}
