//! Random usage of few customers by few keys, so that they collide: the model and the engines must give equal replies
//! and keep equal accounts and events, with the jobs one by one and with the jobs in batches. A file is opened again on
//! the way.

use crate::access::{
    account, bonus, catalog, consume, custom_product, edit, events, granted, limit_feature, tally, track,
    write_customer,
};
use crate::world::{Engine, Folder, START, World, ask_in, cases, run};
use proptest::prelude::*;
use std::sync::Arc;
use tollgate_domain::command::Command;
use tollgate_domain::customer::{DeleteCustomer, LinkCustomer};
use tollgate_domain::environment::Environment;
use tollgate_domain::id::UsageEventId;
use tollgate_domain::metadata::Metadata;
use tollgate_domain::patch::Patch;
use tollgate_domain::quantity::Quantity;
use tollgate_domain::time::Timestamp;
use tollgate_domain::usage::{
    DeleteUsageEvents, DeleteUsageOf, Period, SetUsage, Track, TrackBatch, UpdateUsageEvent, subject,
};
use tollgate_domain::window::{ResetInterval, Window};
use tollgate_store::{DatabaseUrl, Options, Store, check};

const HOUR: i64 = 60 * 60 * 1000;
const CUSTOMERS: u8 = 4;
const KEYS: u8 = 4;
const FEATURES: [(&str, ResetInterval); 3] =
    [("seats", ResetInterval::Never), ("calls", ResetInterval::Day), ("bytes", ResetInterval::Month)];

/// One event to track: of whom, of what, how much, its key, and how many hours ago.
type One = (u8, u8, i8, Option<u8>, u8);

/// A command that names events by their number among those there are; a key that is [`KEYS`] is taken away.
#[derive(Debug, Clone)]
pub(crate) enum Op {
    Track(One),
    Batch(Vec<One>),
    Consume(u8, u8, i8, Option<u8>),
    Set(u8, u8, u8, Option<u8>),
    Edit {
        event: u8,
        amount: Option<i8>,
        ago: Option<u8>,
        key: Option<u8>,
    },
    Delete(Vec<u8>),
    Sweep {
        customer: u8,
        feature: Option<u8>,
        period: u8,
    },
    Bonus(u8, u8, u8),
    Start(u8, u8),
    DeleteCustomer(u8),
    /// A customer that stands for a billing customer which nobody linked.
    Own(u8),
    /// Whoever stands for that billing customer goes over to another customer.
    Link(u8, u8),
}

fn one() -> impl Strategy<Value = One> {
    (0..CUSTOMERS, 0..3u8, -3..9i8, proptest::option::of(0..4u8), prop_oneof![3 => Just(0u8), 1 => 0..100u8])
}

pub(crate) fn op() -> impl Strategy<Value = (bool, Op)> {
    let key = || proptest::option::of(0..4u8);
    let op = prop_oneof![
        4 => one().prop_map(Op::Track),
        3 => proptest::collection::vec(one(), 1..12).prop_map(Op::Batch),
        2 => (0..CUSTOMERS, 0..3u8, 1..9i8, key()).prop_map(|(of, what, much, key)| Op::Consume(of, what, much, key)),
        1 => (0..CUSTOMERS, 0..3u8, 0..20u8, key()).prop_map(|(of, what, much, key)| Op::Set(of, what, much, key)),
        2 => (0..30u8, proptest::option::of(-3..9i8), proptest::option::of(0..100u8), proptest::option::of(0..=KEYS))
            .prop_map(|(event, amount, ago, key)| Op::Edit { event, amount, ago, key }),
        1 => proptest::collection::vec(0..30u8, 1..5).prop_map(Op::Delete),
        1 => (0..CUSTOMERS, proptest::option::of(0..3u8), 0..4u8)
            .prop_map(|(customer, feature, period)| Op::Sweep { customer, feature, period }),
        1 => (0..CUSTOMERS, 0..3u8, 1..9u8).prop_map(|(of, what, much)| Op::Bonus(of, what, much)),
        1 => (0..CUSTOMERS, 0..100u8).prop_map(|(of, ago)| Op::Start(of, ago)),
        1 => (0..CUSTOMERS).prop_map(Op::DeleteCustomer),
        1 => (0..CUSTOMERS).prop_map(Op::Own),
        2 => (0..CUSTOMERS, 0..CUSTOMERS).prop_map(|(of, into)| Op::Link(of, into)),
    ];
    (proptest::bool::weighted(0.2), op)
}

fn customer(number: u8) -> String {
    format!("c{number}")
}

fn feature(number: u8) -> &'static str {
    FEATURES[usize::from(number)].0
}

fn key(number: Option<u8>) -> Option<String> {
    number.map(|number| format!("k{number}"))
}

fn ago(now: Timestamp, hours: u8) -> Timestamp {
    Timestamp::from_millis(now.millis() - i64::from(hours) * HOUR)
}

fn tracked((of, what, amount, name, hours): One, now: Timestamp) -> Track {
    let occurred = (hours > 0).then(|| ago(now, hours));
    Track { occurred, ..track(&customer(of), feature(what), amount.into(), key(name).as_deref()) }
}

async fn submit<C: Command>(store: &Store, environment: Environment, command: C) -> String
where
    C::Reply: std::fmt::Debug,
{
    format!("{:?}", ask_in(store, environment, command).await.unwrap())
}

/// Runs one op. `made` are the ids of the events there are.
async fn perform(store: &Store, environment: Environment, op: Op, made: &[UsageEventId]) -> String {
    let now = store.clock().now();
    let nth = |number: u8| match made.len() {
        0 => UsageEventId::from("00000000-0000-7000-8000-000000000000"),
        some => made[usize::from(number) % some].clone(),
    };
    match op {
        Op::Track(one) => submit(store, environment, tracked(one, now)).await,
        Op::Batch(all) => {
            let events = all.into_iter().map(|one| tracked(one, now)).collect();
            submit(store, environment, TrackBatch { events }).await
        }
        Op::Consume(of, what, much, name) => {
            let command = consume(&customer(of), feature(what), much.into(), key(name).as_deref());
            submit(store, environment, command).await
        }
        Op::Set(of, what, used, name) => {
            let (customer, feature_key) = (customer(of).as_str().into(), feature(what).to_owned());
            let used = Quantity::whole(used.into());
            let set = SetUsage { customer, feature_key, used, key: key(name), metadata: Metadata::new() };
            submit(store, environment, set).await
        }
        Op::Edit { event, amount, ago: hours, key: name } => {
            let edit = UpdateUsageEvent {
                amount: amount.map(|amount| Quantity::whole(amount.into())),
                occurred: hours.map(|hours| ago(now, hours)),
                key: match name {
                    None => Patch::Keep,
                    Some(KEYS) => Patch::Clear,
                    name => key(name).map_or(Patch::Keep, Patch::Set),
                },
                ..edit(&nth(event))
            };
            submit(store, environment, edit).await
        }
        Op::Delete(numbers) => {
            let ids = numbers.into_iter().map(nth).collect();
            submit(store, environment, DeleteUsageEvents { ids, must_exist: false }).await
        }
        Op::Sweep { customer: of, feature: what, period } => {
            let period = match period {
                0 => Period::All,
                1 => Period::Current,
                2 => Period::Previous,
                _ => Period::Range(Window::new(ago(now, 60), ago(now, 2))),
            };
            let (customer, feature_key) = (customer(of).as_str().into(), what.map(|what| feature(what).to_owned()));
            submit(store, environment, DeleteUsageOf { customer, feature_key, period }).await
        }
        Op::Bonus(of, what, much) => submit(store, environment, bonus(&customer(of), feature(what), much.into())).await,
        Op::Start(of, hours) => {
            let started = WriteStarted(customer(of), ago(now, hours));
            submit(store, environment, started.command()).await
        }
        Op::Own(of) => submit(store, environment, link(of, of)).await,
        Op::Link(of, into) => submit(store, environment, link(of, into)).await,
        Op::DeleteCustomer(of) => submit(store, environment, DeleteCustomer { id: customer(of).as_str().into() }).await,
    }
}

/// One without a link has the id of its billing customer, and goes over to whoever is linked in its place, whole.
fn link(of: u8, into: u8) -> LinkCustomer {
    LinkCustomer { id: customer(into).as_str().into(), stripe_customer: customer(of), force: true }
}

struct WriteStarted(String, Timestamp);

impl WriteStarted {
    fn command(&self) -> tollgate_domain::customer::WriteCustomer {
        let mut command = write_customer(&self.0);
        command.usage_started = Patch::Set(self.1);
        command
    }
}

/// Features and a default product for both environments.
async fn furnish(store: &Store) {
    for environment in Environment::ALL {
        for (key, interval) in FEATURES {
            ask_in(store, environment, limit_feature(key, interval)).await.unwrap().unwrap();
        }
        let access = FEATURES.map(|(key, _)| granted(key, 12)).to_vec();
        ask_in(store, environment, custom_product("all", true, access)).await.unwrap().unwrap();
    }
}

/// The ids of the events of both environments, in a fixed order.
async fn ids(store: &Store) -> Vec<UsageEventId> {
    let mut ids = Vec::new();
    for environment in Environment::ALL {
        for subject in subjects(store, environment).await {
            ids.extend(events(store, environment, &subject, Window::ALWAYS).await.iter().map(|event| event.id.clone()));
        }
    }
    ids.sort_unstable();
    ids
}

async fn subjects(store: &Store, environment: Environment) -> Vec<String> {
    let catalog = catalog(store, environment).await;
    let features = FEATURES.map(|(key, _)| catalog.feature_by_key(key).unwrap().id.clone());
    features
        .iter()
        .flat_map(|feature| (0..CUSTOMERS).map(|of| subject(feature, &customer(of).as_str().into())))
        .collect()
}

/// Everything there is of accounts and usage, in words.
async fn everything(store: &Store) -> Vec<String> {
    let mut all = Vec::new();
    let window = Window::new(Timestamp::from_millis(START - 30 * HOUR), Timestamp::from_millis(START + HOUR));
    for environment in Environment::ALL {
        for of in 0..CUSTOMERS {
            all.push(format!("{:?}", account(store, environment, &customer(of)).await));
        }
        for subject in subjects(store, environment).await {
            for window in [Window::ALWAYS, window] {
                let found = events(store, environment, &subject, window).await;
                let tally = tally(store, environment, &subject, window).await;
                assert_eq!(tally.count, found.len() as u64);
                all.push(format!("{tally:?} {found:?}"));
            }
        }
    }
    all
}

/// Counters are the sums of their events.
async fn assert_exact(store: &Store) {
    for environment in Environment::ALL {
        for of in 0..CUSTOMERS {
            let Some(account) = account(store, environment, &customer(of)).await else { continue };
            for (feature, counter) in account.counters.iter().flat_map(|counters| &counters.by_feature) {
                let subject = subject(feature, account.id());
                assert_eq!(counter.total, tally(store, environment, &subject, counter.window).await.sum);
            }
        }
    }
}

pub(crate) fn environment(live: bool) -> Environment {
    if live { Environment::Live } else { Environment::Test }
}

async fn agree_one_by_one(engine: Engine, ops: &[(bool, Op)]) {
    let (model, other) = (World::new(Engine::Model).await, World::new(engine).await);
    furnish(&model.store).await;
    furnish(&other.store).await;
    for (number, (live, op)) in ops.iter().enumerate() {
        let made = ids(&model.store).await;
        let expected = perform(&model.store, environment(*live), op.clone(), &made).await;
        let reply = perform(&other.store, environment(*live), op.clone(), &made).await;
        assert_eq!(reply, expected, "{op:?}");
        let millis = if number % 3 == 0 { 7 * HOUR + 1 } else { 0 };
        model.pass(millis);
        other.pass(millis);
    }
    assert_eq!(everything(&other.store).await, everything(&model.store).await);
    assert_exact(&other.store).await;
    other.store.close().await;
    assert_healthy(&other.url).await;
    let again = crate::world::open_url(&other.url).await;
    assert_eq!(everything(&again).await, everything(&model.store).await);
}

async fn agree_in_batches(engine: Engine, ops: &[(bool, Op)]) {
    let (model, other) = (World::new(Engine::Model).await, World::new(engine).await);
    furnish(&model.store).await;
    furnish(&other.store).await;
    let World { store, folder, url, .. } = other;
    let store = Arc::new(store);
    // A task may be polled before or after another one of its batch, never out of order: the queue has theirs.
    for chunk in ops.chunks(9) {
        let made = ids(&model.store).await;
        let mut expected = Vec::new();
        for (live, op) in chunk {
            expected.push(perform(&model.store, environment(*live), op.clone(), &made).await);
        }
        let answers: Vec<_> = chunk
            .iter()
            .map(|(live, op)| {
                let (store, live, op, made) = (store.clone(), *live, op.clone(), made.clone());
                tokio::spawn(async move { perform(&store, environment(live), op, &made).await })
            })
            .collect();
        for (answer, expected) in answers.into_iter().zip(expected) {
            assert_eq!(answer.await.unwrap(), expected);
        }
    }
    assert_eq!(everything(&store).await, everything(&model.store).await);
    assert_exact(&store).await;
    store.close().await;
    assert_healthy(&url).await;
    drop(folder);
}

/// SQLite with so short a tail that it is merged all the time. After some ops the files are copied as they are, and the
/// copy goes on by itself.
async fn agree_through_crashes(tail: usize, ops: &[(bool, Op)]) {
    let options = Options { usage_tail: tail, ..Options::default() };
    let (model, other) = (World::new(Engine::Model).await, World::with(Engine::Sqlite, &options).await);
    furnish(&model.store).await;
    furnish(&other.store).await;
    for (number, (live, op)) in ops.iter().enumerate() {
        let made = ids(&model.store).await;
        let expected = perform(&model.store, environment(*live), op.clone(), &made).await;
        let reply = perform(&other.store, environment(*live), op.clone(), &made).await;
        assert_eq!(reply, expected, "{op:?}");
        if number % 4 == 3 {
            survive(&other, &options, &everything(&model.store).await, &ops[number / 2..]).await;
        }
        let millis = if number % 3 == 0 { 7 * HOUR + 1 } else { 0 };
        model.pass(millis);
        other.pass(millis);
    }
    assert_eq!(everything(&other.store).await, everything(&model.store).await);
    other.store.close().await;
    assert_healthy(&other.url).await;
}

/// What was answered is in a copy of the files, which goes on as if nothing had happened.
async fn survive(world: &World, options: &Options, expected: &[String], ops: &[(bool, Op)]) {
    let folder = Folder::new();
    let file = |folder: &Folder, end: &str| folder.path().join(format!("tollgate.db{end}"));
    for end in ["", "-wal"] {
        std::fs::copy(file(&world.folder, end), file(&folder, end)).unwrap();
    }
    let url = DatabaseUrl::Sqlite(folder.file());
    assert_healthy(&url).await;
    let options = Options { clock: world.store.clock().clone(), ..options.clone() };
    let copy = Store::open(&url, &options).await.unwrap();
    assert_eq!(everything(&copy).await, expected);
    for (live, op) in ops.iter().take(6) {
        let made = ids(&copy).await;
        perform(&copy, environment(*live), op.clone(), &made).await;
    }
    assert_exact(&copy).await;
    let after = everything(&copy).await;
    drop(copy);
    assert_healthy(&url).await;
    let again = Store::open(&url, &options).await.unwrap();
    assert_eq!(everything(&again).await, after);
}

async fn assert_healthy(url: &DatabaseUrl) {
    let report = check(url).await.unwrap();
    assert!(report.is_healthy(), "{report}");
}

proptest! {
    #![proptest_config(cases(16))]

    #[test]
    fn what_is_put_off_survives_a_crash_at_any_point(
        tail in prop_oneof![Just(1usize), Just(3), Just(10), Just(100_000)],
        ops in proptest::collection::vec(op(), 1..40),
    ) {
        run(agree_through_crashes(tail, &ops));
    }

    #[test]
    fn one_by_one_the_engines_agree_about_usage(ops in proptest::collection::vec(op(), 1..60)) {
        run(async {
            for engine in Engine::all().skip(1) {
                agree_one_by_one(engine, &ops).await;
            }
        });
    }

    #[test]
    fn in_batches_the_engines_agree_about_usage(ops in proptest::collection::vec(op(), 1..120)) {
        run(async {
            for engine in Engine::all().skip(1) {
                agree_in_batches(engine, &ops).await;
            }
        });
    }
}
