//! Several nodes over one PostgreSQL database: what each may answer while others write, and what becomes of writes
//! whose connection is cut.

use crate::conformance::price_of;
use crate::jobs::Keyed;
use crate::world::{START, all_of, ask, ask_in, cases, get_product, metric, open_url, product, rename, run};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};
use tollgate_domain::environment::Environment::Test;
use tollgate_domain::facts::{Facts, Key};
use tollgate_domain::patch::Patch;
use tollgate_domain::price::{CreatePrice, PricePatch, UpdatePrice};
use tollgate_domain::product::{CreateProduct, DeleteProduct, NewProduct};
use tollgate_domain::record::{Field, Noun, Record};
use tollgate_domain::refusal::Refusal;
use tollgate_domain::time::Timestamp;
use tollgate_store::{Clock, DatabaseUrl, Options, Store, StoreError, check};
use tollgate_testkit::postgres::Postgres;
use tollgate_testkit::proxy::{Cut, Proxy};

/// A database, and whoever may come to it.
pub(crate) struct Site {
    pub(crate) server: &'static Postgres,
    pub(crate) url: String,
}

impl Site {
    pub(crate) fn new() -> Option<Self> {
        let server = Postgres::shared()?;
        Some(Self { server, url: server.create_database() })
    }

    pub(crate) async fn node(&self, options: Options) -> Arc<Store> {
        Arc::new(Store::open(&self.url(), &options).await.unwrap())
    }

    pub(crate) async fn nodes<const N: usize>(&self) -> [Arc<Store>; N] {
        let mut nodes = Vec::new();
        for _ in 0..N {
            nodes.push(self.node(Options::default()).await);
        }
        nodes.try_into().unwrap_or_else(|_| unreachable!("so many were made"))
    }

    /// A node whose connections can be cut.
    pub(crate) async fn behind(&self, proxy: &Proxy, options: Options) -> Arc<Store> {
        let url: DatabaseUrl = proxy.url(self.server, &self.url).parse().unwrap();
        Arc::new(Store::open(&url, &options).await.unwrap())
    }

    pub(crate) fn url(&self) -> DatabaseUrl {
        self.url.parse().unwrap()
    }

    pub(crate) async fn assert_healthy(&self) {
        let report = check(&self.url()).await.unwrap();
        assert!(report.is_healthy(), "{report}");
    }
}

/// Many at once, as on a machine with cores to spare.
pub(crate) fn run_threads<F: Future>(test: F) -> F::Output {
    tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap().block_on(test)
}

async fn name_of(store: &Store, id: &str) -> String {
    get_product(store, id).await.unwrap().name.clone()
}

async fn events(store: &Store) -> usize {
    store.list(Test, &all_of(Noun::Event)).await.unwrap().items.len()
}

#[test]
fn a_node_sees_its_own_writes_at_once_and_those_of_others_within_the_age() {
    let Some(site) = Site::new() else { return };
    run_threads(async {
        let max_age = Duration::from_millis(100);
        let [one, other] =
            [site.node(Options { max_age, ..Options::default() }).await, site.node(Options::default()).await];
        ask(&one, product("p", "0")).await.unwrap();
        for round in 1..40 {
            let name = round.to_string();
            // Now it is in memory.
            assert_eq!(name_of(&one, "p").await, (round - 1).to_string());
            ask(&other, rename("p", &name)).await.unwrap();
            let answered = Instant::now();
            assert_eq!(name_of(&other, "p").await, name, "a node reads its own write");
            loop {
                let asked = Instant::now();
                let seen = name_of(&one, "p").await == name;
                if seen {
                    break;
                }
                assert!(asked - answered <= max_age, "an answer was older than is allowed");
            }
        }
    });
}

#[test]
fn memory_is_not_used_while_other_nodes_cannot_be_followed() {
    let Some(site) = Site::new() else { return };
    run_threads(async {
        let proxy = Proxy::to(site.server);
        let max_age = Duration::from_millis(50);
        let cut_off = site.behind(&proxy, Options { max_age, ..Options::default() }).await;
        let other = site.node(Options::default()).await;
        ask(&other, product("p", "old")).await.unwrap();
        while name_of(&cut_off, "p").await != "old" {}
        proxy.refuse(true);
        proxy.cut_all();
        ask(&other, rename("p", "new")).await.unwrap();
        let answered = Instant::now();
        while answered.elapsed() <= max_age {
            tokio::task::yield_now().await;
        }
        for _ in 0..50 {
            let found = cut_off.get(Test, Noun::Product, "p").await;
            assert!(matches!(found, Err(StoreError::Unavailable(_))), "{found:?}");
        }
        proxy.refuse(false);
        // It comes back by itself.
        let begun = Instant::now();
        while cut_off.get(Test, Noun::Product, "p").await.is_err() {
            assert!(begun.elapsed() < Duration::from_secs(30), "it does not come back");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(name_of(&cut_off, "p").await, "new");
    });
}

#[test]
fn an_idempotency_key_used_on_many_nodes_at_once_is_executed_once() {
    let Some(site) = Site::new() else { return };
    run_threads(async {
        let nodes = site.nodes::<3>().await;
        for round in 0..30 {
            let key = format!("key {round}");
            let asked: Vec<_> = nodes
                .iter()
                .map(|node| {
                    let (node, job) = (node.clone(), Keyed::new(&key, product("", &key)));
                    tokio::spawn(async move { node.submit(job).await.unwrap() })
                })
                .collect();
            let mut answers = Vec::new();
            let mut executed = 0;
            for job in asked {
                let job = job.await.unwrap();
                executed += usize::from(!job.replayed);
                answers.push(job.answer);
            }
            assert_eq!(executed, 1, "{key}");
            assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
        }
    });
}

/// Takes a lookup key for a price of its own, wherever it was.
async fn take_lookup_key(node: &Store, product: &str, lookup_key: &str) -> String {
    let create = CreatePrice { transfer_lookup_key: true, ..price_of(product, Some(lookup_key)) };
    ask(node, create).await.unwrap().id.to_string()
}

#[test]
fn many_nodes_at_the_same_rows_lose_nothing_and_keep_values_unique() {
    let Some(site) = Site::new() else { return };
    let rounds = cases(25).cases;
    run_threads(async {
        let nodes = site.nodes::<3>().await;
        for number in 0..3 {
            ask(&nodes[0], product(&format!("p{number}"), "x")).await.unwrap();
        }
        let workers: Vec<_> = (0..12)
            .map(|worker| {
                let node = nodes[worker % 3].clone();
                tokio::spawn(async move {
                    let mut made = BTreeSet::new();
                    for round in 0..rounds {
                        let (product, key) =
                            (format!("p{}", worker % 3), format!("k{}", (round as usize + worker) % 4));
                        let price = take_lookup_key(&node, &product, &key).await;
                        let (id, patch) =
                            (price.as_str().into(), PricePatch { active: Some(false), ..PricePatch::default() });
                        ask(&node, UpdatePrice { id, patch, transfer_lookup_key: false }).await.unwrap();
                        made.insert(price);
                        ask(&node, rename(&product, &format!("{worker} {round}"))).await.unwrap();
                    }
                    made
                })
            })
            .collect();
        let mut made = BTreeSet::new();
        for worker in workers {
            made.append(&mut worker.await.unwrap());
        }
        let prices = nodes[1].list(Test, &all_of(Noun::Price)).await.unwrap().items;
        let there: BTreeSet<String> = prices.iter().map(|price| price.id().to_owned()).collect();
        assert_eq!(there, made);
        for key in ["k0", "k1", "k2", "k3"] {
            let holders = prices.iter().filter(|price| match price {
                Record::Price(price) => price.lookup_key.as_deref() == Some(key),
                _ => false,
            });
            assert_eq!(holders.count(), 1, "{key}");
        }
        site.assert_healthy().await;
    });
}

#[test]
fn a_product_is_not_deleted_while_another_node_makes_a_price_of_it() {
    let Some(site) = Site::new() else { return };
    let rounds = cases(40).cases;
    run_threads(async {
        let [one, other] = site.nodes::<2>().await;
        for round in 0..rounds {
            let id = format!("p{round}");
            ask(&one, product(&id, "x")).await.unwrap();
            let delete = DeleteProduct { id: id.as_str().into() };
            let (deleted, made) = tokio::join!(
                tokio::spawn({
                    let one = one.clone();
                    async move { ask(&one, delete).await }
                }),
                tokio::spawn({
                    let (other, id) = (other.clone(), id.clone());
                    async move { ask(&other, price_of(&id, None)).await }
                }),
            );
            let (deleted, made) = (deleted.unwrap(), made.unwrap());
            assert!(deleted.is_ok() != made.is_ok(), "{deleted:?} and {made:?}");
        }
        site.assert_healthy().await;
    });
}

#[test]
fn a_default_price_and_its_deactivation_do_not_deadlock_for_long() {
    let Some(site) = Site::new() else { return };
    run_threads(async {
        let [one, other] = site.nodes::<2>().await;
        ask(&one, product("p", "x")).await.unwrap();
        let price = ask(&one, price_of("p", None)).await.unwrap();
        // One locks the product and then the price, the other the price and then the product.
        let choose = tokio::spawn({
            let (one, price) = (one.clone(), price.id.clone());
            async move {
                for _ in 0..40 {
                    let mut update = rename("p", "x");
                    update.patch.default_price = Patch::Set(price.clone());
                    // Refused while the price is not active.
                    let _ = ask(&one, update).await;
                }
            }
        });
        for round in 0..40 {
            let patch = PricePatch { active: Some(round % 2 == 1), ..PricePatch::default() };
            let update = UpdatePrice { id: price.id.clone(), patch, transfer_lookup_key: false };
            match ask(&other, update).await {
                Ok(_) | Err(Refusal::PriceIsDefault(_)) => {}
                Err(refusal) => panic!("{refusal:?}"),
            }
        }
        choose.await.unwrap();
        site.assert_healthy().await;
    });
}

#[test]
fn a_commit_whose_connection_is_cut_is_looked_up() {
    let Some(site) = Site::new() else { return };
    run_threads(async {
        let proxy = Proxy::to(site.server);
        let node = site.behind(&proxy, Options::default()).await;
        ask(&node, product("p", "0")).await.unwrap();
        let mut expected = events(&node).await;
        for round in 1..20 {
            let when = if round % 2 == 0 { Cut::Before } else { Cut::After };
            proxy.cut_at(b"COMMIT", when, 1);
            let name = round.to_string();
            // Had it been decided twice, the second time would have changed nothing and told of nothing; had it been
            // given up, it would have failed.
            ask_in(&node, Test, rename("p", &name)).await.unwrap().unwrap();
            assert_eq!(name_of(&node, "p").await, name);
            expected += 1;
            assert_eq!(events(&node).await, expected, "{when:?}");
            // A new product: deciding it again would find its id taken.
            proxy.cut_at(b"COMMIT", when, 1);
            ask_in(&node, Test, product(&name, "x")).await.unwrap().unwrap();
            expected += 1;
            // What reads nothing is one statement, and has no such end: its event gives it away.
            proxy.cut_at(b"product.created", when, 1);
            let product = NewProduct { name: name.clone(), ..NewProduct::default() };
            ask_in(&node, Test, CreateProduct { product, default_price: None }).await.unwrap().unwrap();
            expected += 1;
            assert_eq!(events(&node).await, expected, "{when:?}");
        }
        site.assert_healthy().await;
    });
}

#[test]
fn connections_cut_at_any_moment_lose_and_double_nothing() {
    let Some(site) = Site::new() else { return };
    let cuts = cases(15).cases;
    run_threads(async {
        let proxy = Arc::new(Proxy::to(site.server));
        let cut_off = site.behind(&proxy, Options::default()).await;
        let steady = site.node(Options::default()).await;
        let done = Arc::new(AtomicBool::new(false));
        let workers: Vec<_> = (0..8)
            .map(|worker| {
                let (node, done) = (if worker % 4 == 0 { &steady } else { &cut_off }.clone(), done.clone());
                tokio::spawn(async move {
                    let (mut made, mut failed) = (Vec::new(), Vec::new());
                    for number in 0.. {
                        if done.load(Ordering::SeqCst) {
                            break;
                        }
                        let id = format!("w{worker}n{number}");
                        match ask_in(&node, Test, product(&id, "x")).await {
                            Ok(Ok(_)) => made.push(id),
                            Ok(Err(refusal)) => panic!("{id}: {refusal:?}"),
                            Err(StoreError::Unavailable(_)) => failed.push(id),
                            Err(error) => panic!("{id}: {error}"),
                        }
                    }
                    (made, failed)
                })
            })
            .collect();
        for cut in 0..cuts {
            // Some cuts come while the outcome of what the last one hit is being looked up.
            tokio::time::sleep(Duration::from_millis([1, 3, 30, 5, 2, 20][cut as usize % 6])).await;
            proxy.cut_all();
        }
        done.store(true, Ordering::SeqCst);
        let mut expected = 0;
        for worker in workers {
            let (made, failed) = worker.await.unwrap();
            for id in &made {
                assert!(get_product(&steady, id).await.is_some(), "{id} was answered and is not there");
            }
            for id in &failed {
                assert!(get_product(&steady, id).await.is_none(), "{id} was not done, it was said, and is there");
            }
            expected += made.len();
        }
        assert_eq!(steady.list(Test, &all_of(Noun::Product)).await.unwrap().items.len(), expected);
        assert_eq!(events(&steady).await, expected);
        site.assert_healthy().await;
    });
}

#[test]
fn many_nodes_may_start_at_once_on_an_empty_database() {
    let Some(site) = Site::new() else { return };
    run_threads(async {
        let url = site.url();
        let opened: Vec<_> = (0..10)
            .map(|_| {
                let url = url.clone();
                tokio::spawn(async move { open_url(&url).await })
            })
            .collect();
        for (number, store) in opened.into_iter().enumerate() {
            let store = store.await.unwrap();
            ask(&store, product(&number.to_string(), "x")).await.unwrap();
        }
        site.assert_healthy().await;
    });
}

#[test]
fn a_search_among_many_rows_named_at_once_finds_each() {
    let Some(site) = Site::new() else { return };
    run(async {
        let [node] = site.nodes::<1>().await;
        let ids: Vec<String> = (0..120).map(|number| format!("p{number}")).collect();
        for id in &ids {
            ask(&node, product(id, id)).await.unwrap();
        }
        let reads =
            ids.iter().map(|id| Key::Row(Noun::Product, id.clone())).chain([Key::any(Field::PriceProduct, "p1")]);
        let mut facts = Facts::default();
        node.load(Test, &reads.collect(), &mut facts).await.unwrap();
        for id in &ids {
            assert_eq!(facts.product(&id.as_str().into()).unwrap().unwrap().name, *id);
        }
    });
}

/// Waits for something that comes by itself.
pub(crate) async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < Duration::from_secs(30), "it does not come");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[test]
fn a_node_that_missed_changes_answers_nothing_from_before() {
    let Some(site) = Site::new() else { return };
    run_threads(async {
        let [node] = site.nodes::<1>().await;
        ask(&node, product("p", "old")).await.unwrap();
        until(async || metric(&node, "store_cache_hits_total") > 0.0 || name_of(&node, "p").await != "old").await;
        // Entries 1 to 4 of the lane were dropped before they were read, and with them what they said of the product.
        let sql = "UPDATE product SET body = replace(body, '\"old\"', '\"new\"'); INSERT INTO lane (id) VALUES (999); \
             INSERT INTO change_set (lane, version, void, keys) VALUES (999, 5, false, '{}');";
        site.server.psql(&site.url, sql);
        until(async || name_of(&node, "p").await == "new").await;
    });
}

#[test]
fn a_node_whose_lanes_were_retired_takes_new_ones() {
    let Some(site) = Site::new() else { return };
    run_threads(async {
        let [node, other] = site.nodes::<2>().await;
        ask(&node, product("p", "old")).await.unwrap();
        until(async || name_of(&other, "p").await == "old").await;
        site.server.psql(&site.url, "UPDATE lane SET retired = true");
        ask_in(&node, Test, rename("p", "new")).await.unwrap().unwrap();
        until(async || name_of(&other, "p").await == "new").await;
        let retired = "SELECT count(*) FROM change_set JOIN lane ON lane.id = lane WHERE retired AND version > 1";
        assert_eq!(site.server.psql(&site.url, retired), "0", "nothing was written under a retired lane");
    });
}

#[test]
fn commands_that_come_together_share_transactions() {
    let Some(site) = Site::new() else { return };
    run(async {
        let node = site.node(Options { writers: 1, ..Options::default() }).await;
        let asked: Vec<_> = (0..64)
            .map(|number| {
                let node = node.clone();
                tokio::spawn(async move { ask(&node, product(&format!("p{number}"), "x")).await.unwrap() })
            })
            .collect();
        for answer in asked {
            answer.await.unwrap();
        }
        let transactions = site.server.psql(&site.url, "SELECT count(*) FROM change_set");
        // On this one thread all of them are in the queue before the lane first looks.
        assert!(transactions.parse::<u32>().unwrap() <= 2, "{transactions}");
    });
}

#[test]
fn whoever_waits_for_a_row_in_vain_is_answered_and_has_changed_nothing() {
    let Some(site) = Site::new() else { return };
    run_threads(async {
        let [node] = site.nodes::<1>().await;
        ask(&node, product("p", "old")).await.unwrap();
        let url = site.url.clone();
        let hold = "BEGIN; SELECT FROM product FOR UPDATE; SELECT pg_sleep(60);";
        let server = site.server;
        let holder = std::thread::spawn(move || server.try_psql(&url, hold));
        let holding = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep(60)%' \
             AND pid <> pg_backend_pid()";
        until(async || site.server.psql(&site.url, holding) == "1").await;
        let refused = ask_in(&node, Test, rename("p", "new")).await;
        assert!(matches!(refused, Err(StoreError::Busy)), "{refused:?}");
        assert!(!holder.is_finished(), "it was not waited for without a limit");
        assert_eq!(name_of(&node, "p").await, "old");
        site.server.psql(&site.url, &holding.replace("count(*)", "pg_terminate_backend(pid)"));
        assert!(holder.join().unwrap().is_err(), "it was ended");
        ask(&node, rename("p", "new")).await.unwrap();
        assert_eq!(name_of(&node, "p").await, "new");
    });
}

#[test]
fn every_month_has_its_partition_of_events() {
    let Some(site) = Site::new() else { return };
    run(async {
        let hands = Arc::new(AtomicI64::new(START));
        let read = hands.clone();
        let clock = Clock::reading(move || Timestamp::from_millis(read.load(Ordering::SeqCst)));
        let node = site.node(Options { clock, ..Options::default() }).await;
        for month in 0..4 {
            ask(&node, product(&format!("p{month}"), "x")).await.unwrap();
            hands.fetch_add(31 * 24 * 60 * 60 * 1000, Ordering::SeqCst);
        }
        assert_eq!(events(&node).await, 4);
        let partitions = "SELECT tableoid::regclass FROM event ORDER BY created";
        let expected = ["event_202601", "event_202602", "event_202603", "event_202604"];
        assert_eq!(site.server.psql(&site.url, partitions).lines().collect::<Vec<_>>(), expected);
        site.assert_healthy().await;
    });
}

#[test]
fn a_database_that_cannot_keep_every_letter_is_refused() {
    let Some(site) = Site::new() else { return };
    run(async {
        let sql = "CREATE DATABASE ascii_only ENCODING 'SQL_ASCII' TEMPLATE template0";
        site.server.psql(&site.url, sql);
        let (before, after) = site.url.split_once("@/").unwrap();
        let (_, parameters) = after.split_once('?').unwrap();
        let url = format!("{before}@/ascii_only?{parameters}").parse().unwrap();
        let refused = Store::open(&url, &Options::default()).await.unwrap_err();
        assert!(refused.to_string().contains("ENCODING 'UTF8'"), "{refused}");
    });
}
