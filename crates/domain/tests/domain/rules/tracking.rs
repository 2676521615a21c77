//! Recording usage (1.8, 5.5, 5.6, 7).

use crate::ask::Gives::{Of, Unlimited};
use crate::ask::{at, decimal, keyed, q, track};
use crate::world::World;
use tollgate_domain::id::UsageEventId;
use tollgate_domain::quantity::{MAGNITUDE_MAX, Quantity};
use tollgate_domain::refusal::AccessRefusal;
use tollgate_domain::usage::{Source, Track, Tracked};

/// `credits`, 100 a month by the default product; on 10 February.
fn world() -> World {
    let mut world = World::new();
    world.monthly_credits();
    world.boolean("sso");
    world.untracked("seats");
    world.default_product("free", &[("credits", Of(100))]);
    world.go_to("2026-02-10");
    world
}

fn applied(tracked: &Tracked) -> (UsageEventId, Quantity) {
    match tracked {
        Tracked::Applied { event, total } => (event.clone(), *total),
        other => panic!("{other:?}"),
    }
}

// 1.8: an unknown `customerId` is created.
#[test]
fn tracking_makes_the_customer() {
    let mut world = world();
    assert_eq!(world.track("acme", "credits", 5), q(5));
    let customer = world.account("acme").unwrap().customer.clone();
    assert_eq!((customer.created, customer.usage_started), (world.now, None));
}

// 7: a customer made by a track with an earlier `occurredAt` gets that instant as `usageStartedAt`.
#[test]
fn a_customer_made_by_an_earlier_event_started_then() {
    let mut world = world();
    world.track_at("acme", "credits", 5, "2026-02-03");
    assert_eq!(world.account("acme").unwrap().customer.usage_started, Some(at("2026-02-03")));
    world.track_at("acme", "credits", 5, "2026-02-01");
    assert_eq!(world.account("acme").unwrap().customer.usage_started, Some(at("2026-02-03")));
    world.ok(&Track { occurred: Some(at("2026-02-02")), ..track("other", "seats", 1) });
    assert_eq!(world.account("other").unwrap().customer.usage_started, Some(at("2026-02-02")));
}

// 7: not created on a 4xx.
#[test]
fn a_refused_event_makes_no_customer() {
    let mut world = world();
    assert_eq!(world.refused(&track("acme", "nope", 1)), AccessRefusal::NoFeature { key: "nope".to_owned() });
    assert!(world.account("acme").is_none());
}

// 1.8: tracking does not enforce the limit.
#[test]
fn tracking_goes_past_the_limit() {
    let mut world = world();
    assert_eq!(world.track("acme", "credits", 120), q(120));
    assert_eq!(world.used_and_left("acme", "credits"), (q(120), Some(q(0)), q(0)));
}

// 1.8, 7: fractional and negative; exact in, exact out; zero is accepted.
#[test]
fn amounts_are_exact_decimals_of_either_sign() {
    let mut world = world();
    let mut total = q(0);
    for (amount, sum) in [("0.1", "0.1"), ("0.2", "0.3"), ("-0.000000001", "0.299999999"), ("0", "0.299999999")] {
        let track = Track { amount: decimal(amount), ..track("acme", "credits", 0) };
        total = applied(&world.ok(&track)).1;
        assert_eq!(total, decimal(sum));
    }
    assert_eq!(world.usage("acme", "credits").remaining, Some(q(100).minus(total)));
    assert_eq!(world.events("acme", "credits").len(), 4);
}

// 5.4: 200 with `applied: false`.
#[test]
fn what_is_not_tracked_records_nothing_but_makes_the_customer() {
    let mut world = world();
    for (customer, feature) in [("acme", "seats"), ("other", "sso")] {
        assert_eq!(world.ok(&track(customer, feature, 1)), Tracked::NotTracked);
        assert!(world.account(customer).is_some() && world.events(customer, feature).is_empty());
    }
}

// 5.5: a repeated key is not applied a second time.
#[test]
fn a_repeated_key_answers_the_first_event_and_the_total_as_it_is_now() {
    let mut world = world();
    let (first, _) = applied(&world.ok(&keyed("acme", "credits", 5, "job")));
    world.track("acme", "credits", 2);
    let again = world.ok(&keyed("acme", "credits", 99, "job"));
    assert_eq!(again, Tracked::Repeated { event: first.clone(), total: q(7) });
    world.go_to("2026-04-01");
    let later = world.ok(&keyed("acme", "credits", 99, "job"));
    assert_eq!(later, Tracked::Repeated { event: first, total: q(0) });
}

// 5.5: environment + customer + feature + key.
#[test]
fn a_key_is_one_customers_and_one_features_own() {
    let mut world = world();
    world.tracked(
        "tokens",
        tollgate_domain::window::ResetInterval::Never,
        tollgate_domain::window::ResetAnchor::Calendar,
    );
    for (customer, feature) in [("acme", "credits"), ("acme", "tokens"), ("other", "credits"), ("acme b", "credits")] {
        applied(&world.ok(&keyed(customer, feature, 1, "job")));
    }
    // Names that would be one if they were only put side by side.
    applied(&world.ok(&keyed("acme", "credits", 1, "b job")));
}

#[test]
fn a_repeated_key_of_a_late_event_is_found_whatever_it_says() {
    let mut world = world();
    applied(&world.ok(&Track { occurred: Some(at("2025-01-01")), ..keyed("acme", "credits", 1, "job") }));
    assert!(matches!(world.ok(&keyed("acme", "credits", 1, "job")), Tracked::Repeated { .. }));
}

// 5.6: assigned to the window containing it; `used` in the reply is the current window's.
#[test]
fn a_late_event_counts_in_its_own_window() {
    let mut world = world();
    world.track("acme", "credits", 5);
    let late = Track { occurred: Some(at("2026-01-31T23:59:59.999")), ..track("acme", "credits", 50) };
    assert_eq!(applied(&world.ok(&late)).1, q(5));
    let in_time = Track { occurred: Some(at("2026-02-01")), ..track("acme", "credits", 3) };
    assert_eq!(applied(&world.ok(&in_time)).1, q(8));
}

// 7: up to 5 minutes ahead counts as now, and is stored as now; further ahead, or before 2000, is refused.
#[test]
fn an_event_lies_at_most_five_minutes_ahead_and_is_stored_as_now() {
    let mut world = world();
    let event = world.track_at("acme", "credits", 1, "2026-02-10T00:05");
    assert_eq!(world.event(&event).unwrap().occurred, world.now);
    world.track_at("acme", "credits", 1, "2000-01-01");
    let refusal = AccessRefusal::BadInstant { field: "occurredAt" };
    for instant in ["2026-02-10T00:05:00.001", "1999-12-31T23:59:59.999"] {
        for feature in ["credits", "seats", "nope"] {
            let track = Track { occurred: Some(at(instant)), ..track("acme", feature, 1) };
            assert_eq!(world.refused(&track), refusal, "{instant} {feature}");
        }
    }
}

#[test]
fn an_event_keeps_what_it_was_given() {
    let mut world = world();
    let metadata = [("job".to_owned(), "77".to_owned())].into();
    let (id, _) = applied(&world.ok(&Track { metadata, ..keyed("acme", "credits", 2, "job-77") }));
    let event = world.event(&id).unwrap();
    assert_eq!((event.amount, event.source, event.key.as_deref()), (q(2), Source::Usage, Some("job-77")));
    assert_eq!((event.occurred, event.recorded), (world.now, world.now));
    assert_eq!(event.metadata["job"], "77");
}

#[test]
fn an_account_of_a_thousand_largest_amounts_is_still_exact() {
    let mut world = world();
    world.override_access_of_new("acme");
    for _ in 0..1000 {
        world.track("acme", "credits", MAGNITUDE_MAX);
    }
    assert_eq!(world.usage("acme", "credits").used, q(MAGNITUDE_MAX).times(1000));
}

impl World {
    fn override_access_of_new(&mut self, customer: &str) {
        self.customer(customer);
        self.override_access(customer, "credits", Unlimited);
    }
}
