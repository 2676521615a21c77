//! The promises about access and usage, one test each, on every engine.

use crate::conformance::{on_every_engine, on_postgres};
use crate::world::{Engine, START, World, ask, ask_in, product, run};
use std::sync::Arc;
use tollgate_domain::account::Account;
use tollgate_domain::bonus::{CreateBonus, DeleteBonus};
use tollgate_domain::catalog::Catalog;
use tollgate_domain::custom_product::{CreateCustomProduct, UpdateCustomProduct};
use tollgate_domain::customer::{DeleteCustomer, EnsureCustomer, LinkCustomer, WriteCustomer};
use tollgate_domain::definition::{AccessEntry, AskedAccess, DefineAccess};
use tollgate_domain::environment::Environment::{self, Live, Test};
use tollgate_domain::facts::{Facts, Key, ReadSet};
use tollgate_domain::feature::{CreateFeature, Feature, FeatureKind};
use tollgate_domain::id::{CustomerId, UsageEventId};
use tollgate_domain::metadata::{Metadata, MetadataPatch};
use tollgate_domain::overrule::CreateOverride;
use tollgate_domain::patch::Patch;
use tollgate_domain::quantity::Quantity;
use tollgate_domain::record::{Field, Noun, Record};
use tollgate_domain::refusal::{AccessRefusal, Refusal};
use tollgate_domain::time::Timestamp;
use tollgate_domain::usage::{
    Consume, Consumed, DeleteUsageEvents, DeleteUsageOf, Period, SetUsage, Tally, Track, TrackBatch, Tracked,
    UpdateUsageEvent, UsageEvent, UsageSet, subject,
};
use tollgate_domain::window::{ResetAnchor, ResetInterval, Window};
use tollgate_store::{Store, UsageQuery};

const HOUR: i64 = 60 * 60 * 1000;
const DAY: i64 = 24 * HOUR;

on_every_engine! {
    the_catalog_is_seen_at_once_and_by_its_own_environment
    an_account_is_everything_of_a_customer_oldest_first
    usage_is_counted_once_for_each_key
    a_refused_event_of_a_batch_leaves_the_others_alone
    what_is_consumed_never_passes_the_limit
    totals_follow_events_that_are_changed
    totals_follow_events_that_are_deleted
    a_key_is_free_again_once_its_event_is_gone
    events_are_listed_by_when_they_occurred
    a_window_that_moved_is_summed_from_its_events
    a_deleted_customer_leaves_nothing_behind
    usage_of_the_environments_is_kept_apart
    a_batch_sees_what_it_did_itself
    objects_of_a_value_are_counted
    bonuses_are_burnt_and_given_back
    names_of_every_kind_are_kept_apart
}

pub(crate) fn limit_feature(key: &str, interval: ResetInterval) -> CreateFeature {
    CreateFeature {
        key: key.to_owned(),
        name: key.to_owned(),
        description: None,
        kind: FeatureKind::Limit,
        tracks_usage: true,
        interval,
        anchor: ResetAnchor::BillingPeriod,
        metadata: MetadataPatch::default(),
    }
}

pub(crate) fn granted(feature: &str, limit: i64) -> AccessEntry {
    let limit = Some(Quantity::whole(limit));
    let access = AskedAccess { has_access: true, limit, is_unlimited: None };
    AccessEntry { feature_key: feature.to_owned(), access }
}

pub(crate) fn custom_product(key: &str, is_default: bool, access: Vec<AccessEntry>) -> CreateCustomProduct {
    let (name, key) = (key.to_owned(), Some(key.to_owned()));
    CreateCustomProduct { name, key, metadata: MetadataPatch::default(), is_default, access }
}

pub(crate) fn track(customer: &str, feature: &str, amount: i64, key: Option<&str>) -> Track {
    Track {
        customer: customer.into(),
        feature_key: feature.to_owned(),
        amount: Quantity::whole(amount),
        key: key.map(str::to_owned),
        occurred: None,
        metadata: Metadata::new(),
    }
}

pub(crate) fn consume(customer: &str, feature: &str, amount: i64, key: Option<&str>) -> Consume {
    Consume {
        customer: customer.into(),
        feature_key: feature.to_owned(),
        amount: Quantity::whole(amount),
        key: key.map(str::to_owned),
        metadata: Metadata::new(),
    }
}

pub(crate) fn write_customer(customer: &str) -> WriteCustomer {
    WriteCustomer {
        id: customer.into(),
        create: true,
        name: Patch::Keep,
        email: Patch::Keep,
        usage_started: Patch::Keep,
        product_keys: None,
    }
}

pub(crate) fn edit(id: &UsageEventId) -> UpdateUsageEvent {
    UpdateUsageEvent {
        id: id.clone(),
        amount: None,
        occurred: None,
        key: Patch::Keep,
        metadata: MetadataPatch::default(),
    }
}

pub(crate) fn bonus(customer: &str, feature: &str, amount: i64) -> CreateBonus {
    CreateBonus {
        customer: customer.into(),
        feature_key: feature.to_owned(),
        amount: Quantity::whole(amount),
        expires: None,
        reason: None,
        metadata: MetadataPatch::default(),
    }
}

pub(crate) async fn catalog(store: &Store, environment: Environment) -> Arc<Catalog> {
    let mut facts = Facts::default();
    store.load(environment, &Key::Catalog.into(), &mut facts).await.unwrap();
    facts.catalog().unwrap().clone()
}

pub(crate) async fn account(store: &Store, environment: Environment, customer: &str) -> Option<Arc<Account>> {
    let (mut facts, id) = (Facts::default(), CustomerId::from(customer));
    store.load(environment, &Key::account(&id).into(), &mut facts).await.unwrap();
    facts.account(&id).unwrap().cloned()
}

pub(crate) async fn tally(store: &Store, environment: Environment, subject: &str, window: Window) -> Tally {
    let (mut facts, key) = (Facts::default(), Key::UsageTally(subject.to_owned(), window));
    store.load(environment, &key.into(), &mut facts).await.unwrap();
    facts.usage_tally(subject, window).unwrap()
}

/// The events of a customer and feature, those that occurred last first.
pub(crate) async fn events(
    store: &Store,
    environment: Environment,
    subject: &str,
    window: Window,
) -> Vec<Arc<UsageEvent>> {
    let query = UsageQuery { subject: subject.to_owned(), window, offset: 0, limit: 100_000 };
    let page = store.usage_events(environment, &query).await.unwrap();
    assert_eq!(page.total, page.events.len() as u64);
    page.events
}

async fn feature(store: &Store, key: &str, interval: ResetInterval) -> Arc<Feature> {
    ask(store, limit_feature(key, interval)).await.unwrap()
}

fn of(feature: &Feature, customer: &str) -> String {
    subject(&feature.id, &customer.into())
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(START + millis)
}

fn applied(tracked: Tracked) -> (UsageEventId, Quantity) {
    match tracked {
        Tracked::Applied { event, total } => (event, total),
        other => panic!("{other:?}"),
    }
}

fn total(account: &Account, feature: &Feature) -> Quantity {
    account.counter(&feature.id).map_or(Quantity::ZERO, |counter| counter.total)
}

async fn the_catalog_is_seen_at_once_and_by_its_own_environment(world: &World) {
    let store = &world.store;
    assert_eq!(*catalog(store, Test).await, Catalog::default());
    let seats = feature(store, "seats", ResetInterval::Month).await;
    assert_eq!(catalog(store, Test).await.feature_by_key("seats"), Some(&seats));
    assert_eq!(*catalog(store, Live).await, Catalog::default());
    let gold = ask(store, custom_product("gold", true, vec![granted("seats", 5)])).await.unwrap();
    let silver = ask(store, custom_product("silver", true, vec![])).await.unwrap();
    let seen = catalog(store, Test).await;
    assert_eq!(seen.default_product(), Some(&silver));
    assert!(!seen.custom_product(&gold.id).unwrap().is_default, "it stepped down");
    let define = |new_version| DefineAccess {
        product_key: "gold".into(),
        entries: vec![granted("seats", 7)],
        version: None,
        new_version,
    };
    ask(store, define(true)).await.unwrap();
    let refused = ask(store, DefineAccess { entries: vec![granted("nothing", 1)], ..define(false) }).await;
    assert!(refused.is_err());
    let stripe = ask(store, product("p", "Stripe")).await.unwrap();
    ask(store, DefineAccess { product_key: stripe.key.clone(), ..define(false) }).await.unwrap();
    let archive = UpdateCustomProduct {
        key: "gold".into(),
        name: Some("Gold".into()),
        metadata: MetadataPatch::default(),
        is_default: None,
        is_archived: Some(true),
    };
    let archived = ask(store, archive).await.unwrap();
    let seen = catalog(store, Test).await;
    assert_eq!(seen.custom_product(&gold.id), Some(&archived));
    // The same catalog that a new look at every row comes to.
    let mut made = Catalog::default();
    for noun in tollgate_domain::catalog::NOUNS {
        for record in store.list(Test, &crate::world::all_of(noun)).await.unwrap().items.iter().rev() {
            made.put(record);
        }
    }
    assert_eq!(*seen, made);
}

async fn an_account_is_everything_of_a_customer_oldest_first(world: &World) {
    let store = &world.store;
    let seats = feature(store, "seats", ResetInterval::Month).await;
    feature(store, "calls", ResetInterval::Day).await;
    for key in ["gold", "silver"] {
        ask(store, custom_product(key, false, vec![granted("seats", 5)])).await.unwrap();
    }
    assert_eq!(account(store, Test, "a").await, None);
    ask(store, EnsureCustomer { id: "a".into() }).await.unwrap();
    assert_eq!(account(store, Test, "a").await.unwrap().id().as_str(), "a");
    world.pass(1000);
    let product_keys = Some(vec!["silver".to_owned(), "gold".to_owned()]);
    ask(store, WriteCustomer { name: Patch::Set("A".into()), product_keys, ..write_customer("a") }).await.unwrap();
    let first = ask(store, bonus("a", "seats", 3)).await.unwrap().0;
    world.pass(1000);
    let second = ask(store, bonus("a", "calls", 3)).await.unwrap().0;
    let access = AskedAccess { has_access: false, limit: None, is_unlimited: None };
    let denied = CreateOverride {
        customer: "a".into(),
        feature_key: "calls".into(),
        access,
        reason: Some("because".into()),
        expires: None,
    };
    let overrule = ask(store, denied).await.unwrap().0;
    applied(ask(store, track("a", "seats", 4, None)).await.unwrap());
    let found = account(store, Test, "a").await.unwrap();
    assert_eq!(found.customer.name.as_deref(), Some("A"));
    assert_eq!(found.bonuses, [first, second.clone()]);
    assert_eq!(found.overrides, [overrule]);
    assert_eq!(total(&found, &seats), Quantity::whole(4));
    let names: Vec<_> = found.assignments.iter().map(|kept| kept.product.clone()).collect();
    let keyed = catalog(store, Test).await;
    let expected = ["silver", "gold"].map(|key| keyed.custom_product_by_key(key).unwrap().id.clone());
    assert_eq!(names, expected);
    ask(store, DeleteBonus { id: second.id.clone() }).await.unwrap();
    ask(store, WriteCustomer { product_keys: Some(vec!["gold".into()]), ..write_customer("a") }).await.unwrap();
    let found = account(store, Test, "a").await.unwrap();
    assert_eq!((found.bonuses.len(), found.assignments.len()), (1, 1));
    let link = |id: &str, force| LinkCustomer { id: id.into(), stripe_customer: "cus_1".into(), force };
    ask(store, link("a", false)).await.unwrap();
    ask(store, link("b", true)).await.unwrap();
    assert_eq!(account(store, Test, "a").await.unwrap().customer.stripe_customer, None, "it was taken");
    assert_eq!(account(store, Test, "b").await.unwrap().customer.stripe_customer.as_deref(), Some("cus_1"));
}

async fn usage_is_counted_once_for_each_key(world: &World) {
    let store = &world.store;
    let seats = feature(store, "seats", ResetInterval::Month).await;
    feature(store, "calls", ResetInterval::Month).await;
    let (first, sum) = applied(ask(store, track("a", "seats", 4, Some("k"))).await.unwrap());
    assert_eq!(sum, Quantity::whole(4));
    world.pass(HOUR);
    let again = ask(store, track("a", "seats", 9, Some("k"))).await.unwrap();
    assert_eq!(again, Tracked::Repeated { event: first.clone(), total: Quantity::whole(4) });
    // The key is of one customer and one feature.
    applied(ask(store, track("b", "seats", 1, Some("k"))).await.unwrap());
    applied(ask(store, track("a", "calls", 1, Some("k"))).await.unwrap());
    applied(ask(store, track("a", "seats", 2, None)).await.unwrap());
    applied(ask(store, track("a", "seats", -1, None)).await.unwrap());
    let consumed = ask(store, consume("a", "seats", 1, Some("k"))).await.unwrap();
    assert!(matches!(consumed, Consumed::Repeated { event, .. } if event == first));
    let set = SetUsage {
        customer: "a".into(),
        feature_key: "seats".into(),
        used: Quantity::whole(7),
        key: Some("k".into()),
        metadata: Metadata::new(),
    };
    let repeated = ask(store, set.clone()).await.unwrap();
    assert_eq!(repeated, UsageSet::Repeated { event: first.clone(), total: Quantity::whole(5) });
    let adjusted = ask(store, SetUsage { key: Some("s".into()), ..set }).await.unwrap();
    assert!(matches!(adjusted, UsageSet::Adjusted { adjustment, .. } if adjustment == Quantity::whole(2)));
    let found = account(store, Test, "a").await.unwrap();
    assert_eq!(total(&found, &seats), Quantity::whole(7));
    assert_eq!(found.counter(&seats.id).unwrap().revision, 4);
    let sum = tally(store, Test, &of(&seats, "a"), Window::ALWAYS).await;
    assert_eq!(sum, Tally { count: 4, sum: Quantity::whole(7) });
    let Some(Record::UsageEvent(kept)) = store.get(Test, Noun::UsageEvent, first.as_str()).await.unwrap() else {
        panic!("it is gone")
    };
    assert_eq!((kept.amount, kept.counter.revision), (Quantity::whole(4), 1));
}

async fn a_refused_event_of_a_batch_leaves_the_others_alone(world: &World) {
    let store = &world.store;
    let seats = feature(store, "seats", ResetInterval::Never).await;
    let boolean = CreateFeature { kind: FeatureKind::Boolean, ..limit_feature("on", ResetInterval::Never) };
    ask(store, boolean).await.unwrap();
    let events = vec![
        track("a", "seats", 1, Some("k")),
        track("a", "nothing", 1, None),
        track("a", "seats", 1, Some("k")),
        track("a", "on", 1, None),
        Track { occurred: Some(at(DAY)), ..track("a", "seats", 1, None) },
        track("b", "seats", 1, None),
        track("a", "seats", 1, None),
    ];
    let outcomes = ask(store, TrackBatch { events: events.clone() }).await.unwrap();
    let (first, one) = applied(outcomes[0].clone().unwrap());
    let expected = [
        Ok(Tracked::Applied { event: first.clone(), total: one }),
        Err(Refusal::Access(AccessRefusal::NoFeature { key: "nothing".into() })),
        Ok(Tracked::Repeated { event: first, total: one }),
        Ok(Tracked::NotTracked),
        Err(Refusal::Access(AccessRefusal::BadInstant { field: "occurredAt" })),
    ];
    assert_eq!(outcomes[..5], expected);
    assert_eq!(applied(outcomes[6].clone().unwrap()).1, Quantity::whole(2));
    for (customer, used) in [("a", 2), ("b", 1)] {
        assert_eq!(total(&account(store, Test, customer).await.unwrap(), &seats), Quantity::whole(used));
    }
    // Again: what had a key counts once.
    ask(store, TrackBatch { events }).await.unwrap();
    assert_eq!(total(&account(store, Test, "a").await.unwrap(), &seats), Quantity::whole(3));
}

async fn what_is_consumed_never_passes_the_limit(world: &World) {
    let store = &world.store;
    let seats = feature(store, "seats", ResetInterval::Month).await;
    ask(store, custom_product("all", true, vec![granted("seats", 50)])).await.unwrap();
    ask(store, EnsureCustomer { id: "a".into() }).await.unwrap();
    ask(store, bonus("a", "seats", 4)).await.unwrap();
    let asked = futures_util::future::join_all((0..40).map(|_| ask(store, consume("a", "seats", 3, None)))).await;
    let accepted = asked.iter().filter(|consumed| matches!(consumed, Ok(Consumed::Accepted { .. }))).count();
    assert_eq!(accepted, 18, "of 50 and a bonus of 4");
    let found = account(store, Test, "a").await.unwrap();
    assert_eq!(total(&found, &seats), Quantity::whole(54));
    assert_eq!(found.bonuses[0].remaining(), Quantity::ZERO);
    let sum = tally(store, Test, &of(&seats, "a"), Window::ALWAYS).await;
    assert_eq!(sum, Tally { count: 18, sum: Quantity::whole(54) });
    let consumed = ask(store, consume("a", "seats", 1, None)).await.unwrap();
    assert!(matches!(consumed, Consumed::LimitReached { .. }));
}

async fn totals_follow_events_that_are_changed(world: &World) {
    let store = &world.store;
    let seats = feature(store, "seats", ResetInterval::Day).await;
    let (first, _) = applied(ask(store, track("a", "seats", 4, Some("x"))).await.unwrap());
    let (second, _) = applied(ask(store, track("a", "seats", 2, Some("y"))).await.unwrap());
    world.pass(2 * HOUR);
    let changed = UpdateUsageEvent { amount: Some(Quantity::whole(10)), ..edit(&first) };
    let changed = ask(store, changed).await.unwrap();
    assert_eq!(total(&account(store, Test, "a").await.unwrap(), &seats), Quantity::whole(12));
    // Both ways into another window and back.
    let moved = UpdateUsageEvent { occurred: Some(at(-5 * DAY)), ..edit(&first) };
    ask(store, moved).await.unwrap();
    assert_eq!(total(&account(store, Test, "a").await.unwrap(), &seats), Quantity::whole(2));
    let ids = |found: Vec<Arc<UsageEvent>>| found.iter().map(|event| event.id.clone()).collect::<Vec<_>>();
    let here = of(&seats, "a");
    assert_eq!(ids(events(store, Test, &here, Window::ALWAYS).await), [second.clone(), first.clone()]);
    let early = Window { start: None, end: Some(at(-DAY)) };
    assert_eq!(ids(events(store, Test, &here, early).await), std::slice::from_ref(&first));
    let back = UpdateUsageEvent { occurred: Some(changed.occurred), ..edit(&first) };
    ask(store, back).await.unwrap();
    assert_eq!(total(&account(store, Test, "a").await.unwrap(), &seats), Quantity::whole(12));
    assert_eq!(ids(events(store, Test, &here, early).await), []);
    // Keys are free once nobody has them, and not before.
    let taken = UpdateUsageEvent { key: Patch::Set("y".into()), ..edit(&first) };
    assert_eq!(ask(store, taken.clone()).await.unwrap_err(), Refusal::Access(AccessRefusal::EventKeyTaken));
    ask(store, UpdateUsageEvent { key: Patch::Clear, ..edit(&second) }).await.unwrap();
    ask(store, taken).await.unwrap();
    let again = ask(store, track("a", "seats", 1, Some("y"))).await.unwrap();
    assert_eq!(again, Tracked::Repeated { event: first, total: Quantity::whole(12) });
    applied(ask(store, track("a", "seats", 1, Some("x"))).await.unwrap());
}

async fn totals_follow_events_that_are_deleted(world: &World) {
    let store = &world.store;
    let seats = feature(store, "seats", ResetInterval::Day).await;
    let calls = feature(store, "calls", ResetInterval::Never).await;
    let mut ids = Vec::new();
    for amount in 1..=5 {
        ids.push(applied(ask(store, track("a", "seats", amount, None)).await.unwrap()).0);
        applied(ask(store, track("a", "calls", amount, None)).await.unwrap());
        world.pass(1000);
    }
    let some = vec![ids[1].clone(), ids[3].clone(), UsageEventId::from("00000000-0000-7000-8000-000000000000")];
    assert_eq!(ask(store, DeleteUsageEvents { ids: some.clone(), must_exist: false }).await, Ok(2));
    assert_eq!(ask(store, DeleteUsageEvents { ids: some.clone(), must_exist: false }).await, Ok(0));
    let missing = ask(store, DeleteUsageEvents { ids: some[..1].to_vec(), must_exist: true }).await;
    assert!(matches!(missing, Err(Refusal::Access(AccessRefusal::NoEvent { .. }))));
    assert_eq!(total(&account(store, Test, "a").await.unwrap(), &seats), Quantity::whole(9));
    let sweep = |feature: Option<&str>, period| DeleteUsageOf {
        customer: "a".into(),
        feature_key: feature.map(str::to_owned),
        period,
    };
    let range = Period::Range(Window::new(at(2000), at(4000)));
    assert_eq!(ask(store, sweep(Some("seats"), range)).await, Ok(1));
    assert_eq!(total(&account(store, Test, "a").await.unwrap(), &seats), Quantity::whole(6));
    assert_eq!(events(store, Test, &of(&seats, "a"), Window::ALWAYS).await.len(), 2);
    assert_eq!(ask(store, sweep(None, Period::All)).await, Ok(7));
    for feature in [&seats, &calls] {
        assert_eq!(total(&account(store, Test, "a").await.unwrap(), feature), Quantity::ZERO);
        assert_eq!(tally(store, Test, &of(feature, "a"), Window::ALWAYS).await, Tally::default());
    }
    let sum = applied(ask(store, track("a", "seats", 3, None)).await.unwrap()).1;
    assert_eq!(sum, Quantity::whole(3));
}

async fn a_key_is_free_again_once_its_event_is_gone(world: &World) {
    let store = &world.store;
    feature(store, "seats", ResetInterval::Day).await;
    let mut last = None;
    for round in 0..6 {
        let (id, sum) = applied(ask(store, track("a", "seats", 5, Some("k"))).await.unwrap());
        assert_eq!(sum, Quantity::whole(5));
        assert_ne!(last.replace(id.clone()), Some(id.clone()));
        if round % 2 == 0 {
            ask(store, DeleteUsageEvents { ids: vec![id], must_exist: true }).await.unwrap();
        } else {
            let sweep = DeleteUsageOf { customer: "a".into(), feature_key: None, period: Period::All };
            ask(store, sweep).await.unwrap();
        }
    }
}

async fn events_are_listed_by_when_they_occurred(world: &World) {
    let store = &world.store;
    let seats = feature(store, "seats", ResetInterval::Month).await;
    // Out of order, two of one instant: those go by when they were recorded.
    let places = [3, 1, 4, 1, 5, 9, 2, 6];
    let tracks = places.map(|place| Track { occurred: Some(at(-place * HOUR)), ..track("a", "seats", place, None) });
    let outcomes = ask(store, TrackBatch { events: tracks.to_vec() }).await.unwrap();
    let ids: Vec<_> = outcomes.into_iter().map(|tracked| applied(tracked.unwrap()).0).collect();
    applied(ask(store, track("b", "seats", 100, None)).await.unwrap());
    let here = of(&seats, "a");
    let amounts = |found: &[Arc<UsageEvent>]| found.iter().map(|event| event.amount).collect::<Vec<_>>();
    let expected = [1, 1, 2, 3, 4, 5, 6, 9].map(Quantity::whole);
    let all = events(store, Test, &here, Window::ALWAYS).await;
    assert_eq!(amounts(&all), expected);
    assert_eq!((&all[0].id, &all[1].id), (&ids[3], &ids[1]));
    for offset in 0..10 {
        for limit in 0..10 {
            let query = UsageQuery { subject: here.clone(), window: Window::ALWAYS, offset, limit };
            let page = store.usage_events(Test, &query).await.unwrap();
            assert_eq!(page.total, 8);
            let expected: Vec<_> = all.iter().skip(offset).take(limit).cloned().collect();
            assert_eq!(page.events, expected, "{offset} {limit}");
        }
    }
    let window = Window::new(at(-5 * HOUR), at(-2 * HOUR));
    assert_eq!(amounts(&events(store, Test, &here, window).await), expected[3..6]);
    assert_eq!(tally(store, Test, &here, window).await, Tally { count: 3, sum: Quantity::whole(12) });
    let query = UsageQuery { subject: here, window, offset: 1, limit: 1 };
    let page = store.usage_events(Test, &query).await.unwrap();
    assert_eq!((page.total, amounts(&page.events)), (3, vec![Quantity::whole(4)]));
    for nobody in [of(&seats, "nobody"), "feat_none a".to_owned(), "x".to_owned(), String::new()] {
        let query = UsageQuery { subject: nobody, window: Window::ALWAYS, offset: 0, limit: 10 };
        assert_eq!(store.usage_events(Test, &query).await.unwrap(), tollgate_store::UsagePage::default());
    }
}

async fn a_window_that_moved_is_summed_from_its_events(world: &World) {
    let store = &world.store;
    let seats = feature(store, "seats", ResetInterval::Month).await;
    ask(store, EnsureCustomer { id: "a".into() }).await.unwrap();
    world.pass(20 * DAY);
    for day in [1, 5, 12, 18] {
        let occurred = Some(at(day * DAY));
        applied(ask(store, Track { occurred, ..track("a", "seats", day, None) }).await.unwrap());
    }
    assert_eq!(total(&account(store, Test, "a").await.unwrap(), &seats), Quantity::whole(36));
    let started = WriteCustomer { usage_started: Patch::Set(at(10 * DAY)), ..write_customer("a") };
    ask(store, started).await.unwrap();
    // The next step finds the sum of the window as it is now.
    let sum = applied(ask(store, track("a", "seats", 1, None)).await.unwrap()).1;
    assert_eq!(sum, Quantity::whole(31));
}

async fn a_deleted_customer_leaves_nothing_behind(world: &World) {
    let store = &world.store;
    let seats = feature(store, "seats", ResetInterval::Never).await;
    for round in 0..3 {
        for key in ["x", "y"] {
            applied(ask(store, track("a", "seats", 2, Some(key))).await.unwrap());
            applied(ask(store, track("b", "seats", 2, Some(&format!("{key}{round}")))).await.unwrap());
        }
        ask(store, bonus("a", "seats", 2)).await.unwrap();
        let found = account(store, Test, "a").await.unwrap();
        assert_eq!((total(&found, &seats), found.bonuses.len()), (Quantity::whole(4), 1));
        ask(store, DeleteCustomer { id: "a".into() }).await.unwrap();
        assert_eq!(account(store, Test, "a").await, None);
        assert_eq!(events(store, Test, &of(&seats, "a"), Window::ALWAYS).await, []);
        let nobody = ask(store, DeleteCustomer { id: "a".into() }).await.unwrap_err();
        assert!(matches!(nobody, Refusal::Access(AccessRefusal::NoCustomer { .. })));
    }
    assert_eq!(total(&account(store, Test, "b").await.unwrap(), &seats), Quantity::whole(12));
    ask(store, EnsureCustomer { id: "a".into() }).await.unwrap();
    let anew = account(store, Test, "a").await.unwrap();
    assert!(anew.counters.is_none() && anew.bonuses.is_empty());
}

async fn usage_of_the_environments_is_kept_apart(world: &World) {
    let store = &world.store;
    let mut features = Vec::new();
    for environment in Environment::ALL {
        let made = ask_in(store, environment, limit_feature("seats", ResetInterval::Never)).await.unwrap();
        features.push(made.unwrap());
    }
    for (environment, amount) in [(Test, 1), (Live, 10), (Test, 1), (Live, 10)] {
        let key = format!("k{amount}");
        let tracked = ask_in(store, environment, track("a", "seats", amount, Some(&key))).await.unwrap().unwrap();
        ask_in(store, environment, track("a", "seats", amount, None)).await.unwrap().unwrap();
        drop(tracked);
    }
    for ((environment, feature), amount) in Environment::ALL.into_iter().zip(&features).zip([3, 30]) {
        let found = account(store, environment, "a").await.unwrap();
        assert_eq!(total(&found, feature), Quantity::whole(amount));
        let sum = tally(store, environment, &of(feature, "a"), Window::ALWAYS).await;
        assert_eq!(sum, Tally { count: 3, sum: Quantity::whole(amount) });
        let other = tally(store, environment.other(), &of(feature, "a"), Window::ALWAYS).await;
        assert_eq!(other, Tally::default());
    }
    ask_in(store, Live, DeleteCustomer { id: "a".into() }).await.unwrap().unwrap();
    assert!(account(store, Live, "a").await.is_none() && account(store, Test, "a").await.is_some());
}

/// Jobs that arrive together are decided over the same facts, some of which are not on disk yet.
async fn a_batch_sees_what_it_did_itself(world: &World) {
    let store = &world.store;
    let seats = feature(store, "seats", ResetInterval::Day).await;
    let sweep = || DeleteUsageOf { customer: "a".into(), feature_key: None, period: Period::All };
    for round in 0..4 {
        let key = |number: usize| format!("{round} {number}");
        let keys = [key(0), key(1), key(0), key(2)];
        let early = |key: &str| Track { occurred: Some(at(-9 * DAY)), ..track("a", "seats", 7, Some(key)) };
        let (first, second, third, swept, again, early, moved, gone, last) = tokio::join!(
            ask(store, track("a", "seats", 1, Some(&keys[0]))),
            ask(store, track("a", "seats", 2, Some(&keys[1]))),
            ask(store, track("a", "seats", 3, Some(&keys[2]))),
            ask(store, sweep()),
            ask(store, track("a", "seats", 4, Some(&keys[0]))),
            ask(store, early(&keys[3])),
            ask(store, WriteCustomer { usage_started: Patch::Set(at(-round * HOUR)), ..write_customer("a") }),
            ask(store, DeleteCustomer { id: "a".into() }),
            ask(store, track("a", "seats", 5, Some(&keys[0]))),
        );
        let (id, _) = applied(first.unwrap());
        assert_eq!(applied(second.unwrap()).1, Quantity::whole(3));
        assert_eq!(third.unwrap(), Tracked::Repeated { event: id, total: Quantity::whole(3) });
        assert_eq!(swept, Ok(2));
        assert_eq!(applied(again.unwrap()).1, Quantity::whole(4));
        assert_eq!(applied(early.unwrap()).1, Quantity::whole(4));
        assert!(moved.is_ok() && gone.is_ok());
        assert_eq!(applied(last.unwrap()).1, Quantity::whole(5));
        let sum = tally(store, Test, &of(&seats, "a"), Window::ALWAYS).await;
        assert_eq!(sum, Tally { count: 1, sum: Quantity::whole(5) });
        ask(store, DeleteCustomer { id: "a".into() }).await.unwrap();
    }
}

async fn objects_of_a_value_are_counted(world: &World) {
    let store = &world.store;
    let gold = ask(store, custom_product("gold", false, vec![])).await.unwrap();
    for customer in ["a", "b", "c"] {
        ask(store, WriteCustomer { product_keys: Some(vec!["gold".into()]), ..write_customer(customer) })
            .await
            .unwrap();
    }
    let count =
        |environment, id: String| async move { store.count(environment, Field::AssignmentProduct, &id).await.unwrap() };
    assert_eq!(count(Test, gold.id.to_string()).await, 3);
    assert_eq!(count(Live, gold.id.to_string()).await, 0);
    assert_eq!(count(Test, "nothing".to_owned()).await, 0);
    ask(store, WriteCustomer { product_keys: Some(vec![]), ..write_customer("b") }).await.unwrap();
    assert_eq!(count(Test, gold.id.to_string()).await, 2);
    let seats = feature(store, "seats", ResetInterval::Never).await;
    for customer in ["a", "a", "b"] {
        applied(ask(store, track(customer, "seats", 1, None)).await.unwrap());
    }
    assert_eq!(store.count(Test, Field::UsageSubject, &of(&seats, "a")).await.unwrap(), 2);
}

async fn bonuses_are_burnt_and_given_back(world: &World) {
    let store = &world.store;
    let seats = feature(store, "seats", ResetInterval::Month).await;
    ask(store, custom_product("all", true, vec![granted("seats", 10)])).await.unwrap();
    ask(store, EnsureCustomer { id: "a".into() }).await.unwrap();
    ask(store, bonus("a", "seats", 5)).await.unwrap();
    applied(ask(store, track("a", "seats", 8, None)).await.unwrap());
    let (over, _) = applied(ask(store, track("a", "seats", 6, None)).await.unwrap());
    let left = |found: Option<Arc<Account>>| found.unwrap().bonuses[0].remaining();
    assert_eq!(left(account(store, Test, "a").await), Quantity::whole(1));
    ask(store, DeleteUsageEvents { ids: vec![over], must_exist: true }).await.unwrap();
    assert_eq!(left(account(store, Test, "a").await), Quantity::whole(5));
    let found = account(store, Test, "a").await.unwrap();
    assert_eq!(total(&found, &seats), Quantity::whole(8));
    let Some(Record::Bonus(kept)) = store.get(Test, Noun::Bonus, found.bonuses[0].id.as_str()).await.unwrap() else {
        panic!("it is gone")
    };
    assert_eq!(kept, found.bonuses[0]);
}

async fn names_of_every_kind_are_kept_apart(world: &World) {
    let store = &world.store;
    let seats = feature(store, "seats", ResetInterval::Never).await;
    let long = "x".repeat(250);
    let names = ["a", "A", "a ", "a b", "1 a", "%", "'", "ä", "a\u{308}", &long, &long[1..]];
    for (index, customer) in names.iter().enumerate() {
        for key in names {
            let amount = i64::try_from(index).unwrap();
            applied(ask(store, track(customer, "seats", amount, Some(key))).await.unwrap());
        }
    }
    for (index, customer) in names.iter().enumerate() {
        let sum = Quantity::whole(i64::try_from(index * names.len()).unwrap());
        let found = account(store, Test, customer).await.unwrap();
        assert_eq!(total(&found, &seats), sum);
        let count = names.len() as u64;
        assert_eq!(tally(store, Test, &of(&seats, customer), Window::ALWAYS).await, Tally { count, sum });
        for key in names {
            let again = ask(store, track(customer, "seats", 1, Some(key))).await.unwrap();
            assert!(matches!(again, Tracked::Repeated { total, .. } if total == sum), "{customer} {key}");
        }
    }
    let mut facts = Facts::default();
    store.load(Test, &ReadSet::from(Key::holder(Field::UsageKey, "no such name")), &mut facts).await.unwrap();
    assert_eq!(facts.holder(Field::UsageKey, "no such name").unwrap(), None);
}
