//! Mending history: edits and deletions (1.8, 2.4, 5.5, 7).

use crate::ask::Gives::Of;
use crate::ask::{at, keyed, q, track, window};
use crate::world::World;
use tollgate_domain::id::UsageEventId;
use tollgate_domain::metadata::MetadataPatch;
use tollgate_domain::patch::Patch;
use tollgate_domain::refusal::AccessRefusal;
use tollgate_domain::usage::{DELETE_MAX, DeleteUsageEvents, DeleteUsageOf, Period, Track, Tracked, UpdateUsageEvent};
use tollgate_domain::window::{ResetAnchor, ResetInterval};

/// 100 credits a month and 10 tokens for good; on 10 February.
fn world() -> World {
    let mut world = World::new();
    world.monthly_credits();
    world.tracked("tokens", ResetInterval::Never, ResetAnchor::Calendar);
    world.default_product("free", &[("credits", Of(100)), ("tokens", Of(10))]);
    world.go_to("2026-02-10");
    world.customer("acme");
    world
}

fn edit(id: &UsageEventId) -> UpdateUsageEvent {
    UpdateUsageEvent {
        id: id.clone(),
        amount: None,
        occurred: None,
        key: Patch::Keep,
        metadata: MetadataPatch::default(),
    }
}

fn event(world: &mut World, track: &Track) -> UsageEventId {
    match world.ok(track) {
        Tracked::Applied { event, .. } => event,
        other => panic!("{other:?}"),
    }
}

fn delete_of(feature: Option<&str>, period: Period) -> DeleteUsageOf {
    DeleteUsageOf { customer: "acme".into(), feature_key: feature.map(str::to_owned), period }
}

fn used(world: &World) -> i64 {
    world.usage("acme", "credits").used.to_string().parse().unwrap()
}

// 1.8: totals follow.
#[test]
fn an_edited_amount_moves_the_total_and_the_bonus() {
    let mut world = world();
    world.grant_bonus("acme", "credits", 50);
    let id = event(&mut world, &track("acme", "credits", 90));
    world.ok(&UpdateUsageEvent { amount: Some(q(130)), ..edit(&id) });
    assert_eq!(world.used_and_left("acme", "credits"), (q(130), Some(q(0)), q(20)));
    world.ok(&UpdateUsageEvent { amount: Some(q(110)), ..edit(&id) });
    assert_eq!(world.used_and_left("acme", "credits"), (q(110), Some(q(0)), q(40)));
}

#[test]
fn an_event_moved_between_windows_counts_where_it_lies() {
    let mut world = world();
    let id = event(&mut world, &track("acme", "credits", 30));
    world.ok(&UpdateUsageEvent { occurred: Some(at("2026-01-31")), ..edit(&id) });
    assert_eq!(used(&world), 0);
    world.ok(&UpdateUsageEvent { occurred: Some(at("2026-02-01")), amount: Some(q(40)), ..edit(&id) });
    assert_eq!(used(&world), 40);
    // 7: as for track, what counts as now is stored as now.
    let after = world.ok(&UpdateUsageEvent { occurred: Some(at("2026-02-10T00:05")), ..edit(&id) });
    assert_eq!(after.occurred, world.now);
    let bad = AccessRefusal::BadInstant { field: "occurredAt" };
    for instant in ["2026-02-10T00:05:00.001", "1999-12-31"] {
        assert_eq!(world.refused(&UpdateUsageEvent { occurred: Some(at(instant)), ..edit(&id) }), bad);
    }
}

#[test]
fn an_edit_of_a_closed_window_is_found_when_an_anchor_opens_it_again() {
    let mut world = World::new();
    world.tracked("credits", ResetInterval::Month, ResetAnchor::BillingPeriod);
    world.go_to("2026-01-20");
    let id = event(&mut world, &track("acme", "credits", 30));
    world.go_to("2026-02-25");
    world.ok(&UpdateUsageEvent { amount: Some(q(31)), ..edit(&id) });
    assert_eq!(used(&world), 0);
    let started = Patch::Set(at("2026-01-30"));
    world.ok(&tollgate_domain::customer::WriteCustomer { usage_started: started, ..crate::ask::write("acme") });
    world.go_to("2026-01-25");
    assert_eq!(used(&world), 31);
}

// 5.5: an edit that collides with another event's key: 409; null clears.
#[test]
fn an_edited_key_is_free_or_its_own() {
    let mut world = world();
    let first = event(&mut world, &keyed("acme", "credits", 1, "a"));
    let second = event(&mut world, &keyed("acme", "credits", 1, "b"));
    let rename = |id, key: &str| UpdateUsageEvent { key: Patch::Set(key.to_owned()), ..edit(id) };
    assert_eq!(world.refused(&rename(&second, "a")), AccessRefusal::EventKeyTaken);
    world.ok(&rename(&first, "a"));
    world.ok(&UpdateUsageEvent { key: Patch::Clear, ..edit(&first) });
    world.ok(&rename(&second, "a"));
    assert!(matches!(world.ok(&keyed("acme", "credits", 1, "b")), Tracked::Applied { .. }));
    assert!(matches!(world.ok(&keyed("acme", "credits", 1, "a")), Tracked::Repeated { event, .. } if event == second));
}

#[test]
fn an_edit_keeps_what_it_does_not_name() {
    let mut world = world();
    let metadata = [("job".to_owned(), "77".to_owned())].into();
    let id = event(&mut world, &Track { metadata, ..keyed("acme", "credits", 2, "a") });
    let before = world.event(&id).unwrap();
    world.wait_millis(1000);
    assert_eq!(world.ok(&edit(&id)), before);
    let missing = UsageEventId::from("00000000-0000-7000-8000-000000000000");
    assert_eq!(world.refused(&edit(&missing)), AccessRefusal::NoEvent { id: missing.clone() });
    let later = UpdateUsageEvent { occurred: Some(at("2027-01-01")), ..edit(&missing) };
    assert_eq!(world.refused(&later), AccessRefusal::BadInstant { field: "occurredAt" }, "fields before existence");
}

// 7: unknown and repeated ones are not counted; 5.5: a deleted event's key may be reused.
#[test]
fn events_are_deleted_by_their_ids_and_their_keys_are_free_again() {
    let mut world = world();
    let first = event(&mut world, &keyed("acme", "credits", 30, "a"));
    let second = event(&mut world, &track("acme", "credits", 5));
    let unknown = UsageEventId::from("00000000-0000-7000-8000-000000000000");
    let ids = vec![first.clone(), unknown, first.clone()];
    assert_eq!(world.ok(&DeleteUsageEvents { ids, must_exist: false }), 1);
    assert_eq!(used(&world), 5);
    assert!(matches!(world.ok(&keyed("acme", "credits", 1, "a")), Tracked::Applied { .. }));
    let both = DeleteUsageEvents { ids: vec![second, first.clone()], must_exist: true };
    assert_eq!(world.refused(&both), AccessRefusal::NoEvent { id: first });
}

#[test]
fn as_many_events_of_as_many_customers_as_may_be_deleted_at_once_are() {
    let mut world = world();
    let mut ids = Vec::new();
    for number in 0..DELETE_MAX / 4 {
        let name = format!("customer {number}");
        for feature in ["credits", "credits", "tokens", "tokens"] {
            ids.push(event(&mut world, &track(&name, feature, 1)));
        }
    }
    // The counters are of windows that are closed by now, so that sums have to be asked for.
    world.go_to("2026-03-10");
    assert_eq!(world.ok(&DeleteUsageEvents { ids, must_exist: true }), DELETE_MAX as u64);
    assert_eq!(world.usage("customer 0", "tokens").used, q(0));
}

// 2.4: by filter, with a period.
#[test]
fn usage_of_a_period_is_deleted_and_the_rest_stays() {
    let filled = || {
        let mut world = world();
        for (amount, day) in [(1, "2025-12-31"), (2, "2026-01-01"), (4, "2026-01-31"), (8, "2026-02-01")] {
            world.track_at("acme", "credits", amount, day);
        }
        world.track("acme", "tokens", 16);
        world
    };
    for (period, count, left) in [
        (Period::Current, 1, 7),
        (Period::Previous, 2, 9),
        (Period::All, 4, 0),
        (Period::Range(window("2025-12-31", "2026-01-31")), 2, 12),
        (Period::Range(window("2026-01-31", "2026-02-01T00:00:00.001")), 2, 3),
        (Period::Range(window("2024-01-01", "2025-01-01")), 0, 15),
    ] {
        let mut world = filled();
        assert_eq!(world.ok(&delete_of(Some("credits"), period)), count, "{period:?}");
        let sum: tollgate_domain::quantity::Quantity =
            world.events("acme", "credits").iter().map(|event| event.amount).sum();
        assert_eq!(sum, q(left), "{period:?}");
        assert_eq!(world.usage("acme", "tokens").used, q(16));
        let open = world.events("acme", "credits").iter().any(|event| event.occurred >= at("2026-02-01"));
        assert_eq!(used(&world), if open { 8 } else { 0 }, "{period:?}");
    }
}

// 7: for `never`: current is everything, previous nothing.
#[test]
fn of_what_never_resets_the_current_period_is_everything_and_the_previous_nothing() {
    let mut world = world();
    world.track_at("acme", "tokens", 1, "2001-01-01");
    assert_eq!(world.ok(&delete_of(Some("tokens"), Period::Previous)), 0);
    assert_eq!(world.ok(&delete_of(Some("tokens"), Period::Current)), 1);
}

// 2.4: without a feature, of all.
#[test]
fn usage_of_all_features_is_deleted_each_by_its_own_windows() {
    let mut world = world();
    for feature in ["credits", "tokens"] {
        world.track_at("acme", feature, 1, "2026-01-20");
        world.track("acme", feature, 2);
    }
    assert_eq!(world.ok(&delete_of(None, Period::Current)), 3);
    assert_eq!(world.events("acme", "credits").len(), 1);
    assert!(world.events("acme", "tokens").is_empty());
}

#[test]
fn usage_of_many_features_is_deleted_in_one_step() {
    let mut world = world();
    for number in 0..60 {
        let key = format!("f{number}");
        world.tracked(&key, ResetInterval::Day, ResetAnchor::BillingPeriod);
        world.track("acme", &key, 1);
    }
    world.go_to("2026-02-11T12:00");
    let range = Period::Range(window("2026-02-09", "2026-02-12"));
    assert_eq!(world.ok(&delete_of(None, range)), 60);
}

// 7: unknown customer in filter mode: 404.
#[test]
fn usage_is_deleted_of_a_customer_and_a_feature_that_are_there() {
    let mut world = world();
    let nobody = DeleteUsageOf { customer: "nobody".into(), ..delete_of(None, Period::All) };
    assert_eq!(world.refused(&nobody), AccessRefusal::NoCustomer { id: "nobody".into() });
    let refused = world.refused(&delete_of(Some("nope"), Period::All));
    assert_eq!(refused, AccessRefusal::NoFeature { key: "nope".to_owned() });
}

#[test]
fn a_key_that_was_swept_away_is_free_again() {
    let mut world = world();
    world.ok(&keyed("acme", "credits", 1, "a"));
    world.ok(&delete_of(None, Period::All));
    assert!(matches!(world.ok(&keyed("acme", "credits", 1, "a")), Tracked::Applied { .. }));
}

#[test]
fn a_sweep_of_the_open_window_gives_bonuses_back_as_one_write() {
    let mut world = world();
    world.grant_bonus("acme", "credits", 50);
    for amount in [110, 20, -15] {
        world.track("acme", "credits", amount);
    }
    world.ok(&delete_of(Some("credits"), Period::Current));
    assert_eq!(world.used_and_left("acme", "credits"), (q(0), Some(q(100)), q(50)));
}
