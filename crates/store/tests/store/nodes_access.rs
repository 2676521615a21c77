//! Several nodes over one PostgreSQL database that decide about access and usage: nothing is counted twice or lost, no
//! limit is passed, no answer is old, and nobody waits for somebody who waits for him.

use crate::access::{
    account, bonus, catalog, consume, custom_product, edit, events, granted, limit_feature, tally, track,
    write_customer,
};
use crate::linearizable::{Recorder, is_linearizable};
use crate::nodes::{Site, run_threads};
use crate::world::{ask, ask_in, cases, run};
use futures_util::future::join_all;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tollgate_domain::bonus::{Bonus, UpdateBonus};
use tollgate_domain::catalog::Catalog;
use tollgate_domain::customer::{DeleteCustomer, EnsureCustomer, LinkCustomer};
use tollgate_domain::definition::DefineAccess;
use tollgate_domain::environment::Environment::{self, Live, Test};
use tollgate_domain::facts::{Facts, Key};
use tollgate_domain::id::UsageEventId;
use tollgate_domain::metadata::{Metadata, MetadataPatch};
use tollgate_domain::patch::Patch;
use tollgate_domain::quantity::Quantity;
use tollgate_domain::record::{Field, Noun};
use tollgate_domain::usage::{
    Consumed, DeleteUsageEvents, DeleteUsageOf, Period, SetUsage, Tally, Track, TrackBatch, Tracked, UpdateUsageEvent,
    UsageSet, subject,
};
use tollgate_domain::window::{ResetInterval, Window};
use tollgate_store::{Options, Store, StoreError, UsageQuery, check};
use tollgate_testkit::proxy::{Cut, Proxy};

/// How often a race is run: `TOLLGATE_ROUNDS`, or so many times.
fn rounds(default: usize) -> usize {
    std::env::var("TOLLGATE_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(default)
}

/// A feature that is counted, and a default product that grants so much of it.
async fn furnish(node: &Store, limit: i64) {
    ask(node, limit_feature("calls", ResetInterval::Never)).await.unwrap();
    ask(node, custom_product("all", true, vec![granted("calls", limit)])).await.unwrap();
}

async fn calls_of(node: &Store, customer: &str) -> String {
    subject(&catalog(node, Test).await.feature_by_key("calls").unwrap().id, &customer.into())
}

/// The total that the counter says; nothing was ever used where there is none.
async fn used(node: &Store, customer: &str) -> Quantity {
    let (catalog, account) = (catalog(node, Test).await, account(node, Test, customer).await);
    let feature = &catalog.feature_by_key("calls").unwrap().id;
    account.and_then(|account| account.counter(feature).map(|counter| counter.total)).unwrap_or_default()
}

fn define(limit: i64) -> DefineAccess {
    let entries = vec![granted("calls", limit)];
    DefineAccess { product_key: "all".into(), entries, version: None, new_version: false }
}

impl Site {
    /// How often PostgreSQL found that transactions waited for one another in a circle.
    fn deadlocks(&self) -> u64 {
        let sql = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
        self.server.psql(&self.url, sql).parse().unwrap()
    }
}

/// Does something from many clients at once, one of which after the other is at each of the nodes.
async fn at_once<T: Send + 'static>(nodes: &[Arc<Store>], clients: usize, act: impl AsyncClient<T>) -> Vec<T> {
    let clients = (0..clients).map(|number| tokio::spawn(act.begin(nodes[number % nodes.len()].clone(), number)));
    join_all(clients).await.into_iter().map(Result::unwrap).collect()
}

/// What a client does at its node.
trait AsyncClient<T> {
    fn begin(&self, node: Arc<Store>, number: usize) -> std::pin::Pin<Box<dyn Future<Output = T> + Send>>;
}

impl<T, F: Future<Output = T> + Send + 'static, A: Fn(Arc<Store>, usize) -> F> AsyncClient<T> for A {
    fn begin(&self, node: Arc<Store>, number: usize) -> std::pin::Pin<Box<dyn Future<Output = T> + Send>> {
        Box::pin(self(node, number))
    }
}

#[test]
fn what_two_nodes_accept_together_is_the_limit() {
    for _ in 0..rounds(2) {
        let Some(site) = Site::new() else { return };
        run_threads(async {
            let nodes = site.nodes::<2>().await;
            furnish(&nodes[0], 1000).await;
            let accepted = at_once(&nodes, 64, async |node: Arc<Store>, _| {
                let mut accepted = 0;
                loop {
                    match ask(&node, consume("c", "calls", 1, None)).await.unwrap() {
                        Consumed::Accepted { .. } => accepted += 1,
                        Consumed::LimitReached { left } => {
                            assert_eq!(left.total, Quantity::whole(1000));
                            return accepted;
                        }
                        other => panic!("{other:?}"),
                    }
                }
            })
            .await;
            assert_eq!(accepted.into_iter().sum::<u32>(), 1000);
            let sum = tally(&nodes[1], Test, &calls_of(&nodes[1], "c").await, Window::ALWAYS).await;
            assert_eq!(sum, Tally { count: 1000, sum: Quantity::whole(1000) });
            assert_eq!(site.deadlocks(), 0);
            site.assert_healthy().await;
        });
    }
}

#[test]
fn usage_that_races_with_a_link_is_neither_lost_nor_doubled() {
    for round in 0..rounds(2) {
        let Some(site) = Site::new() else { return };
        run_threads(async {
            let nodes = site.nodes::<2>().await;
            furnish(&nodes[0], 1_000_000).await;
            // A customer that stands for a billing customer goes over to whoever is linked in its place.
            let link = |id: &str| LinkCustomer { id: id.into(), stripe_customer: "own".to_owned(), force: false };
            ask(&nodes[0], link("own")).await.unwrap();
            let applied = at_once(&nodes, 8, |node: Arc<Store>, number| async move {
                let mut applied = 0;
                for turn in 0..30 {
                    if number == 0 && turn == 10 + round {
                        ask(&node, link("named")).await.unwrap();
                        continue;
                    }
                    let customer = if number % 4 == 3 { "named" } else { "own" };
                    let key = format!("{number} {turn}");
                    match ask(&node, track(customer, "calls", 1, Some(&key))).await.unwrap() {
                        Tracked::Applied { .. } => applied += 1,
                        other => panic!("{other:?}"),
                    }
                }
                applied
            })
            .await;
            let mut all = Tally::default();
            for customer in ["own", "named"] {
                let sum = tally(&nodes[1], Test, &calls_of(&nodes[1], customer).await, Window::ALWAYS).await;
                assert_eq!(used(&nodes[1], customer).await, sum.sum, "{customer}");
                all = Tally { count: all.count + sum.count, sum: all.sum.plus(sum.sum) };
            }
            assert_eq!(all.count, applied.into_iter().sum::<u64>());
            assert_eq!(all.sum, Quantity::whole(8 * 30 - 1));
            let named = account(&nodes[1], Test, "named").await.unwrap();
            assert_eq!(named.customer.stripe_customer.as_deref(), Some("own"));
            site.assert_healthy().await;
        });
    }
}

#[test]
fn an_event_that_is_sent_to_both_nodes_at_once_counts_once() {
    let Some(site) = Site::new() else { return };
    run_threads(async {
        let nodes = site.nodes::<2>().await;
        furnish(&nodes[0], 1_000_000).await;
        for round in 0..10 * rounds(2) {
            let key = format!("k{round}");
            // Every other time of a customer that nobody has seen before.
            let customer = if round % 2 == 0 { "c".to_owned() } else { format!("c{round}") };
            let before = used(&nodes[0], &customer).await;
            let replies = at_once(&nodes, 6, |node: Arc<Store>, number| {
                let (customer, key) = (customer.clone(), key.clone());
                async move {
                    if number < 3 {
                        match ask(&node, track(&customer, "calls", 2, Some(&key))).await.unwrap() {
                            Tracked::Applied { event, .. } => (event, true),
                            Tracked::Repeated { event, .. } => (event, false),
                            Tracked::NotTracked => panic!("it is"),
                        }
                    } else {
                        match ask(&node, consume(&customer, "calls", 2, Some(&key))).await.unwrap() {
                            Consumed::Accepted { event, .. } => (event, true),
                            Consumed::Repeated { event, .. } => (event, false),
                            other => panic!("{other:?}"),
                        }
                    }
                }
            })
            .await;
            assert_eq!(replies.iter().filter(|(_, applied)| *applied).count(), 1);
            assert!(replies.iter().all(|(event, _)| *event == replies[0].0));
            assert_eq!(used(&nodes[1], &customer).await, before.plus(Quantity::whole(2)));
        }
        assert_eq!(site.deadlocks(), 0);
        site.assert_healthy().await;
    });
}

#[test]
fn customers_that_two_nodes_make_at_once_are_made_once_whatever_the_order() {
    let Some(site) = Site::new() else { return };
    run_threads(async {
        let nodes = site.nodes::<2>().await;
        furnish(&nodes[0], 1_000_000).await;
        for round in 0..5 * rounds(2) {
            let names: Vec<String> = (0..100).map(|number| format!("r{round}c{number}")).collect();
            let outcomes = at_once(&nodes, 4, |node: Arc<Store>, number| {
                let mut events: Vec<Track> = names
                    .iter()
                    .map(|name| track(name, "calls", 1, Some(name).filter(|_| number > 1).map(|_| "k")))
                    .collect();
                if number % 2 == 1 {
                    events.reverse();
                }
                async move { ask(&node, TrackBatch { events }).await.unwrap() }
            })
            .await;
            assert!(outcomes.iter().flatten().all(Result::is_ok));
            for name in [&names[0], &names[99]] {
                assert_eq!(used(&nodes[1], name).await, Quantity::whole(3), "two by themselves, and one with a key");
            }
            let name = format!("alone {round}");
            let made = at_once(&nodes, 4, |node: Arc<Store>, _| {
                let id = name.as_str().into();
                async move { ask(&node, EnsureCustomer { id }).await.unwrap().customer.created }
            })
            .await;
            assert!(made.iter().all(|created| *created == made[0]));
        }
        assert_eq!(site.deadlocks(), 0);
        site.assert_healthy().await;
    });
}

#[test]
fn what_one_node_defines_decides_the_next_answer_of_the_other() {
    let Some(site) = Site::new() else { return };
    run_threads(async {
        let [one, other] = site.nodes::<2>().await;
        furnish(&one, 0).await;
        let mut total = 0;
        for round in 0..20 * i64::try_from(rounds(2)).unwrap() {
            let (definer, asker) = if round % 2 == 0 { (&one, &other) } else { (&other, &one) };
            ask(definer, define(total + 1)).await.unwrap();
            let seen = catalog(asker, Test).await;
            let all = seen.default_product().unwrap();
            let definition =
                seen.versions(&tollgate_domain::definition::ProductRef::Custom(all.id.clone())).next_back();
            let feature = &seen.feature_by_key("calls").unwrap().id;
            let granted = tollgate_domain::definition::Grant::Limit(Quantity::whole(total + 1));
            assert_eq!(definition.unwrap().grant(feature), Some(granted));
            let consumed = ask(asker, consume("c", "calls", 1, None)).await.unwrap();
            assert!(matches!(consumed, Consumed::Accepted { .. }), "{consumed:?}");
            total += 1;
            ask(definer, define(total)).await.unwrap();
            let consumed = ask(asker, consume("c", "calls", 1, None)).await.unwrap();
            assert!(matches!(consumed, Consumed::LimitReached { .. }), "{consumed:?}");
        }
        assert_eq!(*catalog(&other, Live).await, Catalog::default());
    });
}

#[test]
fn a_version_that_was_rolled_back_is_given_to_another_catalog() {
    let Some(site) = Site::new() else { return };
    run_threads(async {
        let [node, other] = site.nodes::<2>().await;
        furnish(&node, 1).await;
        let before = catalog(&node, Test).await;
        // Raised by somebody who then gave up: the next change gets the same number.
        let url = site.url.clone();
        let server = site.server;
        server.psql(&url, "BEGIN; UPDATE access_catalog_test SET version = version + 1; ROLLBACK");
        assert_eq!(catalog(&node, Test).await, before);
        ask(&other, define(7)).await.unwrap();
        let after = catalog(&node, Test).await;
        assert_ne!(after, before);
        assert_eq!(after, catalog(&other, Test).await);
    });
}

#[test]
fn whoever_changes_the_catalog_gets_his_turn_among_many_who_decide_over_it() {
    let Some(site) = Site::new() else { return };
    run_threads(async {
        let nodes = site.nodes::<3>().await;
        furnish(&nodes[0], 1_000_000).await;
        let done = Arc::new(AtomicBool::new(false));
        let busy: Vec<_> = (0..24)
            .map(|number| {
                let (node, done) = (nodes[number % 3].clone(), done.clone());
                tokio::spawn(async move {
                    while !done.load(Ordering::SeqCst) {
                        ask(&node, consume(&format!("c{number}"), "calls", 1, None)).await.unwrap();
                    }
                })
            })
            .collect();
        for round in 0..10 * i64::try_from(rounds(2)).unwrap() {
            ask_in(&nodes[0], Test, define(1_000_000 + round)).await.unwrap().unwrap();
        }
        done.store(true, Ordering::SeqCst);
        join_all(busy).await.into_iter().for_each(Result::unwrap);
        assert_eq!(site.deadlocks(), 0);
        site.assert_healthy().await;
    });
}

fn raise(bonus: &Bonus, amount: i64) -> UpdateBonus {
    UpdateBonus {
        id: bonus.id.clone(),
        amount: Some(Quantity::whole(amount)),
        expires: Patch::Keep,
        reason: Patch::Keep,
        metadata: MetadataPatch::default(),
    }
}

#[test]
fn changing_a_bonus_while_it_is_used_neither_deadlocks_nor_loses_any_of_it() {
    let Some(site) = Site::new() else { return };
    run_threads(async {
        let [one, other] = site.nodes::<2>().await;
        furnish(&one, 5).await;
        ask(&one, EnsureCustomer { id: "c".into() }).await.unwrap();
        let (granted, ..) = ask(&one, bonus("c", "calls", 10)).await.unwrap();
        let count = 30 * i64::try_from(rounds(2)).unwrap();
        let raising = tokio::spawn({
            let (one, granted) = (one.clone(), granted.clone());
            async move {
                for amount in 1..=count {
                    ask(&one, raise(&granted, 10 + amount)).await.unwrap();
                }
            }
        });
        let mut accepted = 0;
        while !raising.is_finished() || accepted < 15 + count {
            match ask(&other, consume("c", "calls", 1, None)).await.unwrap() {
                Consumed::Accepted { .. } => accepted += 1,
                Consumed::LimitReached { .. } => assert!(accepted < 15 + count || raising.is_finished()),
                other => panic!("{other:?}"),
            }
        }
        raising.await.unwrap();
        let consumed = ask(&other, consume("c", "calls", 1, None)).await.unwrap();
        assert!(matches!(consumed, Consumed::LimitReached { .. }), "{consumed:?}");
        let after = account(&one, Test, "c").await.unwrap();
        assert_eq!(
            (after.bonuses[0].burnt(), after.bonuses[0].remaining()),
            (Quantity::whole(10 + count), Quantity::ZERO)
        );
        assert_eq!(used(&one, "c").await, Quantity::whole(accepted));
        assert_eq!(site.deadlocks(), 0);
        site.assert_healthy().await;
    });
}

#[test]
fn events_that_are_changed_swept_and_added_at_once_stay_the_sum_of_the_counter() {
    let Some(site) = Site::new() else { return };
    run_threads(async {
        let nodes = site.nodes::<2>().await;
        furnish(&nodes[0], 1_000_000).await;
        let (site, count) = (Arc::new(site), rounds(2));
        at_once(&nodes, 12, |node: Arc<Store>, number| async move {
            for round in 0..12 * count {
                let customer = format!("c{}", round % 2);
                let subject = calls_of(&node, &customer).await;
                let known: Vec<UsageEventId> =
                    events(&node, Test, &subject, Window::ALWAYS).await.iter().map(|event| event.id.clone()).collect();
                match number % 6 {
                    0 => drop(
                        ask(
                            &node,
                            DeleteUsageOf {
                                customer: customer.as_str().into(),
                                feature_key: None,
                                period: Period::All,
                            },
                        )
                        .await,
                    ),
                    1 => drop(
                        ask(&node, DeleteUsageEvents { ids: known.into_iter().take(5).collect(), must_exist: false })
                            .await
                            .unwrap(),
                    ),
                    2 => drop(ask(&node, DeleteCustomer { id: customer.as_str().into() }).await),
                    3 | 4 if !known.is_empty() => {
                        let amount = Some(Quantity::whole(i64::try_from(round).unwrap()));
                        // It may be gone by now.
                        drop(ask(&node, UpdateUsageEvent { amount, ..edit(&known[round % known.len()]) }).await);
                    }
                    _ => {
                        let events = (0..4).map(|place| track(&format!("c{}", place % 2), "calls", 1, None)).collect();
                        ask(&node, TrackBatch { events }).await.unwrap();
                    }
                }
            }
        })
        .await;
        // Whoever changes an event has its row first and its customer after it, and gives up waiting for him before
        // PostgreSQL looks for circles; on a machine that stands still for a moment it may find one, which is no harm.
        site.assert_healthy().await;
    });
}

#[test]
fn a_customer_of_stripe_that_many_are_linked_to_at_once_is_one_of_them() {
    let Some(site) = Site::new() else { return };
    run_threads(async {
        let nodes = site.nodes::<2>().await;
        for round in 0..5 * rounds(2) {
            at_once(&nodes, 6, |node: Arc<Store>, number| async move {
                let id = format!("r{round}c{}", number % 3).as_str().into();
                let stripe_customer = format!("cus_{round}_{}", number % 2);
                ask(&node, LinkCustomer { id, stripe_customer, force: true }).await.unwrap();
            })
            .await;
            for place in 0..2 {
                let key = Key::holder(Field::CustomerStripe, &format!("cus_{round}_{place}"));
                let mut facts = Facts::default();
                nodes[1].load(Test, &key.into(), &mut facts).await.unwrap();
                let holder =
                    facts.holder(Field::CustomerStripe, &format!("cus_{round}_{place}")).unwrap().map(str::to_owned);
                if let Some(holder) = holder {
                    let linked = account(&nodes[0], Test, &holder).await.unwrap().customer.stripe_customer.clone();
                    assert_eq!(linked, Some(format!("cus_{round}_{place}")));
                }
            }
        }
        site.assert_healthy().await;
    });
}

/// What a client of the histories does with the one counter.
#[derive(Debug, Clone, Copy)]
enum Op {
    Consume(i64),
    Track(i64),
    Set(i64),
    Read,
}

/// Whether it changed something, and the total after it.
type Told = (bool, i64);

const LIMIT: i64 = 40;

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature of a model")]
fn counter(total: &i64, op: &Op) -> (i64, Told) {
    let after = match op {
        Op::Consume(amount) if total + amount <= LIMIT.max(*total) => total + amount,
        Op::Consume(_) | Op::Read => *total,
        Op::Track(amount) => total + amount,
        Op::Set(used) => *used,
    };
    let changed = match op {
        Op::Consume(_) => after != *total,
        Op::Track(_) => true,
        Op::Set(used) => used != total,
        Op::Read => false,
    };
    (after, (changed, after))
}

fn whole(quantity: Quantity) -> i64 {
    quantity.to_string().parse().unwrap()
}

/// What a node says; nothing where it could not say whether it was done.
async fn tell(node: &Store, op: Op) -> Option<Told> {
    let told = match op {
        Op::Consume(amount) => {
            ask_in(node, Test, consume("c", "calls", amount, None)).await.map(|consumed| match consumed.unwrap() {
                Consumed::Accepted { left, .. } => (true, whole(left.total)),
                Consumed::LimitReached { left } => (false, whole(left.total)),
                other => panic!("{other:?}"),
            })
        }
        Op::Track(amount) => {
            ask_in(node, Test, track("c", "calls", amount, None)).await.map(|tracked| match tracked.unwrap() {
                Tracked::Applied { total, .. } => (true, whole(total)),
                other => panic!("{other:?}"),
            })
        }
        Op::Set(used) => {
            let (feature_key, used) = ("calls".to_owned(), Quantity::whole(used));
            let set = SetUsage { customer: "c".into(), feature_key, used, key: None, metadata: Metadata::new() };
            ask_in(node, Test, set).await.map(|set| match set.unwrap() {
                UsageSet::Adjusted { total, .. } => (true, whole(total)),
                UsageSet::Unchanged { total } => (false, whole(total)),
                other => panic!("{other:?}"),
            })
        }
        Op::Read => return Some((false, whole(used(node, "c").await))),
    };
    match told {
        Ok(told) => Some(told),
        Err(StoreError::Unresolved) => None,
        Err(error) => panic!("{error}"),
    }
}

/// A client that draws what it does from its own number.
fn draw(number: usize, round: usize) -> Op {
    let drawn = (number * 7919 + round * 104_729) % 11;
    let amount = i64::try_from(drawn % 3).unwrap() + 1;
    match drawn {
        0..=3 => Op::Consume(amount),
        4..=6 => Op::Track(amount - 2),
        7 => Op::Set(amount * 9),
        _ => Op::Read,
    }
}

async fn assert_linearizable(nodes: &[Arc<Store>]) {
    let recorder = Arc::new(Recorder::default());
    at_once(nodes, 8, |node: Arc<Store>, number| {
        let recorder = recorder.clone();
        async move {
            for round in 0..40 {
                let op = draw(number, round);
                recorder.record(op, tell(&node, op)).await;
            }
        }
    })
    .await;
    let calls = recorder.calls();
    assert_eq!(calls.len(), 8 * 40);
    let told = format!("{calls:?}");
    assert!(is_linearizable(calls, &0, counter), "{told}");
}

#[test]
fn what_clients_of_two_nodes_see_of_a_counter_has_one_order() {
    for _ in 0..rounds(3) {
        let Some(site) = Site::new() else { return };
        run_threads(async {
            let nodes = site.nodes::<2>().await;
            furnish(&nodes[0], LIMIT).await;
            ask(&nodes[0], EnsureCustomer { id: "c".into() }).await.unwrap();
            assert_linearizable(&nodes).await;
            site.assert_healthy().await;
        });
    }
}

#[test]
fn commits_of_usage_whose_connection_is_cut_are_looked_up() {
    let Some(site) = Site::new() else { return };
    run_threads(async {
        let proxy = Proxy::to(site.server);
        let node = site.behind(&proxy, Options::default()).await;
        furnish(&node, 1_000_000).await;
        for round in 1..20 * i64::try_from(rounds(2)).unwrap() {
            let when = if round % 2 == 0 { Cut::Before } else { Cut::After };
            proxy.cut_at(b"COMMIT", when, 1);
            let consumed = ask_in(&node, Test, consume("c", "calls", 1, None)).await.unwrap().unwrap();
            let Consumed::Accepted { left, .. } = consumed else { panic!("{consumed:?}") };
            assert_eq!(left.total, Quantity::whole(round));
            assert_eq!(used(&node, "c").await, Quantity::whole(round), "{when:?}");
        }
        site.assert_healthy().await;
    });
}

#[test]
fn connections_cut_at_any_moment_lose_and_double_no_usage() {
    let Some(site) = Site::new() else { return };
    let cuts = cases(15).cases;
    run_threads(async {
        let proxy = Arc::new(Proxy::to(site.server));
        let [steady] = site.nodes::<1>().await;
        let nodes = [site.behind(&proxy, Options::default()).await, steady.clone()];
        furnish(&steady, 1_000_000).await;
        let done = Arc::new(AtomicBool::new(false));
        let clients = tokio::spawn({
            let (nodes, done) = (nodes.clone(), done.clone());
            async move {
                at_once(&nodes, 8, |node: Arc<Store>, number| {
                    let done = done.clone();
                    async move {
                        let mut accepted = 0;
                        while !done.load(Ordering::SeqCst) {
                            match ask_in(&node, Test, consume(&format!("c{}", number / 4), "calls", 1, None)).await {
                                Ok(Ok(Consumed::Accepted { .. })) => accepted += 1,
                                Err(StoreError::Unavailable(_)) => {}
                                other => panic!("{other:?}"),
                            }
                        }
                        accepted
                    }
                })
                .await
            }
        });
        for cut in 0..cuts {
            tokio::time::sleep(Duration::from_millis([1, 3, 30, 5, 2, 20][cut as usize % 6])).await;
            proxy.cut_all();
        }
        done.store(true, Ordering::SeqCst);
        let accepted = clients.await.unwrap();
        for (place, clients) in accepted.chunks(4).enumerate() {
            let expected = Quantity::whole(clients.iter().sum());
            assert_eq!(used(&steady, &format!("c{place}")).await, expected);
        }
        site.assert_healthy().await;
    });
}

#[test]
fn a_page_of_very_many_events_has_their_exact_number() {
    let Some(site) = Site::new() else { return };
    run(async {
        let [node] = site.nodes::<1>().await;
        furnish(&node, 1).await;
        ask(&node, track("c", "calls", 1, None)).await.unwrap();
        let sql = "INSERT INTO usage_event (live, id, created, subject, amount, body) \
             SELECT live, id || n, created - n, subject, amount, body FROM usage_event, generate_series(1, 12000) AS n";
        site.server.psql(&site.url, sql);
        let subject = calls_of(&node, "c").await;
        for (offset, length) in [(0, 5), (11_999, 2), (12_001, 0)] {
            let query = UsageQuery { subject: subject.clone(), window: Window::ALWAYS, offset, limit: 5 };
            let page = node.usage_events(Test, &query).await.unwrap();
            assert_eq!((page.total, page.events.len()), (12_001, length), "from {offset}");
        }
        let sum = tally(&node, Test, &subject, Window::ALWAYS).await;
        assert_eq!(sum, Tally { count: 12_001, sum: Quantity::whole(12_001) });
        assert_eq!(node.count(Test, Field::UsageSubject, &subject).await.unwrap(), 12_001);
    });
}

#[test]
fn the_doctor_finds_usage_that_does_not_add_up() {
    let Some(site) = Site::new() else { return };
    run(async {
        let [node] = site.nodes::<1>().await;
        furnish(&node, 1).await;
        for customer in ["a", "b", "c", "d"] {
            ask(&node, track(customer, "calls", 2, None)).await.unwrap();
        }
        ask(&node, bonus("a", "calls", 7)).await.unwrap();
        ask(&node, custom_product("other", false, Vec::new())).await.unwrap();
        site.assert_healthy().await;
        let server = site.server;
        for (sql, check, what) in [
            ("UPDATE usage_event SET amount = 3 WHERE subject LIKE '% a'", "columns", "amount differ from the body"),
            (
                "UPDATE counters SET body = replace(body, '\"2\"', '\"3\"') WHERE id = 'b'",
                "counters",
                "b has used 2 of",
            ),
            ("DELETE FROM counters WHERE id = 'c'", "counters", "there is no counter of it"),
            ("DELETE FROM customer WHERE id = 'd'", "customer", "d does not exist"),
            (
                "UPDATE bonus SET body = replace(body, '\"amount\":\"7\"', '\"amount\":\"7\",\"burns\":[{\"turn\":1,\"amount\":\"8\"}]')",
                "bonus",
                "has burnt 8 of 7",
            ),
            (
                "UPDATE custom_product SET body = replace(body, '\"is_default\":false', '\"is_default\":true')",
                "default product",
                "are it",
            ),
            (
                "UPDATE custom_product SET body = replace(body, '\"key\":\"other\"', '\"key\":\"all\"')",
                "keys",
                "have all",
            ),
        ] {
            server.psql(&site.url, sql);
            let report = check_of(&site).await;
            assert!(report.iter().any(|(of, found)| *of == check && found.contains(what)), "{what} in {report:?}");
        }
    });
}

async fn check_of(site: &Site) -> Vec<(&'static str, String)> {
    check(&site.url()).await.unwrap().findings.into_iter().map(|finding| (finding.check, finding.what)).collect()
}

#[test]
fn environments_do_not_wait_for_one_another() {
    let Some(site) = Site::new() else { return };
    run_threads(async {
        let [node] = site.nodes::<1>().await;
        furnish(&node, 10).await;
        let (server, url) = (site.server, site.url.clone());
        let holder = std::thread::spawn(move || {
            server.try_psql(&url, "BEGIN; LOCK TABLE access_catalog_live IN EXCLUSIVE MODE; SELECT pg_sleep(60)")
        });
        let held =
            "SELECT count(*) FROM pg_locks WHERE relation = 'access_catalog_live'::regclass AND mode = 'ExclusiveLock'";
        crate::nodes::until(async || site.server.psql(&site.url, held) == "1").await;
        let consumed = ask(&node, consume("c", "calls", 1, None)).await.unwrap();
        assert!(matches!(consumed, Consumed::Accepted { .. }));
        // What is only read waits for nobody.
        assert_eq!(*catalog(&node, Live).await, Catalog::default());
        assert!(!holder.is_finished());
        let end = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE relation = 'access_catalog_live'::regclass \
             AND mode = 'ExclusiveLock'";
        site.server.psql(&site.url, end);
        assert!(holder.join().unwrap().is_err());
        let ensured = ask_in(&node, Environment::Live, write_customer("c")).await.unwrap();
        assert!(ensured.is_ok());
        assert_eq!(node.get(Test, Noun::Customer, "c").await.unwrap().unwrap().id(), "c");
    });
}
