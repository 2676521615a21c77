//! Many events in one request (1.8, 7).

use crate::ask::Gives::Of;
use crate::ask::{at, keyed, q, track};
use crate::world::World;
use tollgate_domain::refusal::{AccessRefusal, Refusal};
use tollgate_domain::usage::{BATCH_MAX, Track, TrackBatch, Tracked};

fn world() -> World {
    let mut world = World::new();
    world.monthly_credits();
    world.default_product("free", &[("credits", Of(100))]);
    world.go_to("2026-02-10");
    world
}

// 1.8: one result each, in request order, independent success or failure.
#[test]
fn an_entry_that_is_refused_leaves_the_others_alone() {
    let mut world = world();
    let replies = world.ok(&TrackBatch {
        events: vec![
            track("acme", "credits", 5),
            track("acme", "nope", 1),
            Track { occurred: Some(at("2027-01-01")), ..track("new", "credits", 1) },
            track("acme", "credits", 6),
        ],
    });
    let totals: Vec<_> = replies
        .iter()
        .map(|reply| match reply {
            Ok(Tracked::Applied { total, .. }) => Ok(*total),
            Ok(other) => panic!("{other:?}"),
            Err(refusal) => Err(refusal.clone()),
        })
        .collect();
    let refused = |refusal: AccessRefusal| Err(Refusal::from(refusal));
    let no_feature = AccessRefusal::NoFeature { key: "nope".to_owned() };
    let bad_instant = AccessRefusal::BadInstant { field: "occurredAt" };
    assert_eq!(totals, [Ok(q(5)), refused(no_feature), refused(bad_instant), Ok(q(11))]);
    assert!(world.account("new").is_none(), "not created by an entry that failed");
}

#[test]
fn a_key_repeated_within_a_batch_is_recorded_once() {
    let mut world = world();
    let replies =
        world.ok(&TrackBatch { events: vec![keyed("acme", "credits", 5, "a"), keyed("acme", "credits", 5, "a")] });
    let [Ok(Tracked::Applied { event: first, .. }), Ok(Tracked::Repeated { event: again, total })] = &replies[..]
    else {
        panic!("{replies:?}")
    };
    assert_eq!((first, *total), (again, q(5)));
    assert_eq!(world.events("acme", "credits").len(), 1);
}

#[test]
fn a_batch_burns_bonuses_as_its_events_would_one_by_one() {
    let mut world = world();
    world.customer("acme");
    world.grant_bonus("acme", "credits", 50);
    world.ok(&TrackBatch { events: [90, 40, -20].map(|amount| track("acme", "credits", amount)).into() });
    assert_eq!(world.used_and_left("acme", "credits"), (q(110), Some(q(0)), q(40)));
}

#[test]
fn a_full_batch_of_as_many_new_customers_goes_through_in_one_step() {
    let mut world = world();
    let name = |number: usize| format!("customer {number}");
    let events = (0..BATCH_MAX).map(|number| keyed(&name(number), "credits", 1, "a")).collect();
    let batch = TrackBatch { events };
    assert!(world.ok(&batch).iter().all(|reply| matches!(reply, Ok(Tracked::Applied { .. }))));
    assert!(world.ok(&batch).iter().all(|reply| matches!(reply, Ok(Tracked::Repeated { .. }))));
}

#[test]
fn a_customer_made_in_a_batch_started_with_the_entry_that_made_it() {
    let mut world = world();
    let at_time = |instant: &str| Track { occurred: Some(at(instant)), ..track("acme", "credits", 1) };
    world.ok(&TrackBatch { events: vec![at_time("2026-02-05"), at_time("2026-02-01")] });
    assert_eq!(world.account("acme").unwrap().customer.usage_started, Some(at("2026-02-05")));
}
