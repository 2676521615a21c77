//! Windows and what they begin with (1.7, 5.9 to 5.12, 5.14, 7).

use crate::ask::Gives::Of;
use crate::ask::{at, q, window, write};
use crate::world::World;
use tollgate_domain::access::AnchorSource;
use tollgate_domain::customer::WriteCustomer;
use tollgate_domain::patch::Patch;
use tollgate_domain::window::{ResetAnchor, ResetInterval, Window};

use ResetAnchor::{BillingPeriod, Calendar};
use ResetInterval::{Day, Month, Never, Week, Year};

/// `credits` with these resets; `acme` was made at noon of 31 January 2026 and has them by a custom product.
fn world(interval: ResetInterval, anchor: ResetAnchor) -> World {
    let mut world = World::new();
    world.tracked("credits", interval, anchor);
    world.product("pro", &[("credits", Of(100))]);
    world.go_to("2026-01-31T12:00");
    world.assign("acme", &["pro"]);
    world
}

fn start_usage(world: &mut World, instant: &str) {
    world.ok(&WriteCustomer { usage_started: Patch::Set(at(instant)), ..write("acme") });
}

// 1.7: never reset; 7: null start and end.
#[test]
fn what_never_resets_has_one_window() {
    let mut world = world(Never, BillingPeriod);
    world.track_at("acme", "credits", 3, "2001-01-01");
    world.track("acme", "credits", 4);
    world.go_to("2035-01-01");
    assert_eq!(world.usage("acme", "credits").used, q(7));
    assert_eq!(world.window("acme", "credits"), Window::ALWAYS);
    assert_eq!(world.anchor("acme", "credits"), AnchorSource::Never);
}

// 5.9: UTC, weeks start on Monday, years on 1 January.
#[test]
fn the_calendar_divides_time_for_all_customers_together() {
    for (interval, start, end) in [
        (Day, "2026-01-31", "2026-02-01"),
        (Week, "2026-01-26", "2026-02-02"),
        (Month, "2026-01-01", "2026-02-01"),
        (Year, "2026-01-01", "2027-01-01"),
    ] {
        let mut world = world(interval, Calendar);
        start_usage(&mut world, "2026-01-13T07:00");
        assert_eq!(world.window("acme", "credits"), window(start, end), "{interval:?}");
        assert_eq!(world.anchor("acme", "credits"), AnchorSource::Calendar);
    }
}

// 1.7: the anchor plus whole intervals.
#[test]
fn a_billing_period_begins_at_whole_intervals_from_the_anchor() {
    for (interval, start, end) in [
        (Day, "2026-01-31T07:00", "2026-02-01T07:00"),
        (Week, "2026-01-27T07:00", "2026-02-03T07:00"),
        (Month, "2026-01-13T07:00", "2026-02-13T07:00"),
        (Year, "2026-01-13T07:00", "2027-01-13T07:00"),
    ] {
        let mut world = world(interval, BillingPeriod);
        start_usage(&mut world, "2026-01-13T07:00");
        assert_eq!(world.window("acme", "credits"), window(start, end), "{interval:?}");
    }
}

// 5.10: from the original anchor with clamping, never by stepping from a clamped date.
#[test]
fn months_from_the_31st_end_early_and_come_back() {
    let mut world = world(Month, BillingPeriod);
    for (now, start, end) in [
        ("2026-02-28T11:59", "2026-01-31T12:00", "2026-02-28T12:00"),
        ("2026-02-28T12:00", "2026-02-28T12:00", "2026-03-31T12:00"),
        ("2026-03-31T11:59", "2026-02-28T12:00", "2026-03-31T12:00"),
        ("2026-05-01T00:00", "2026-04-30T12:00", "2026-05-31T12:00"),
        ("2028-02-29T12:00", "2028-02-29T12:00", "2028-03-31T12:00"),
    ] {
        world.go_to(now);
        assert_eq!(world.window("acme", "credits"), window(start, end), "{now}");
    }
}

// 1.7: `usageStartedAt` defaults to the customer's creation time.
#[test]
fn without_subscriptions_windows_begin_where_usage_started_or_else_with_the_customer() {
    let mut world = world(Month, BillingPeriod);
    assert_eq!(world.anchor("acme", "credits"), AnchorSource::CustomerCreated);
    assert_eq!(world.window("acme", "credits").start, Some(at("2026-01-31T12:00")));
    start_usage(&mut world, "2025-06-05");
    assert_eq!(world.anchor("acme", "credits"), AnchorSource::UsageStartedAt);
    assert_eq!(world.window("acme", "credits"), window("2026-01-05", "2026-02-05"));
}

// 5.12: the earliest-started item whose product grants the feature; Stripe wins over custom.
#[test]
fn windows_begin_with_the_earliest_subscription_that_grants_the_feature() {
    let mut world = world(Month, BillingPeriod);
    start_usage(&mut world, "2025-06-05");
    let nothing = world.stripe_product("Nothing", &[]);
    let team = world.stripe_product("Team", &[("credits", Of(1))]);
    world.subscribe("acme", &nothing, 1, "2020-01-02");
    assert_eq!(world.anchor("acme", "credits"), AnchorSource::UsageStartedAt);
    world.subscribe("acme", &team, 1, "2025-03-20");
    assert_eq!(world.window("acme", "credits"), window("2026-01-20", "2026-02-20"));
    world.subscribe("acme", &team, 1, "2025-02-10");
    assert_eq!(world.window("acme", "credits"), window("2026-01-10", "2026-02-10"));
    assert_eq!(world.anchor("acme", "credits"), AnchorSource::Subscription);
    world.unsubscribe("acme");
    assert_eq!(world.window("acme", "credits"), window("2026-01-05", "2026-02-05"));
}

// 5.12: also a limit of nothing is a grant; an override is none.
#[test]
fn a_subscription_anchors_by_what_its_product_grants_whatever_an_override_says() {
    let mut world = world(Month, BillingPeriod);
    let team = world.stripe_product("Team", &[("credits", Of(0))]);
    world.subscribe("acme", &team, 1, "2025-03-20");
    world.override_access("acme", "credits", crate::ask::Gives::Nothing);
    assert_eq!(world.anchor("acme", "credits"), AnchorSource::Subscription);
}

// 5.11: the anchor is stepped by the feature's interval.
#[test]
fn the_interval_is_the_features_own_whatever_the_subscription_bills() {
    let mut world = world(Day, BillingPeriod);
    let team = world.stripe_product("Team", &[("credits", Of(1))]);
    world.subscribe("acme", &team, 1, "2025-03-20T15:00");
    assert_eq!(world.window("acme", "credits"), window("2026-01-30T15:00", "2026-01-31T15:00"));
}

#[test]
fn usage_starts_from_zero_in_each_window_and_the_first_instant_is_the_new_ones() {
    let mut world = world(Month, Calendar);
    world.track("acme", "credits", 60);
    world.go_to("2026-01-31T23:59:59.999");
    assert_eq!(world.track("acme", "credits", 1), q(61));
    world.go_to("2026-02-01");
    assert_eq!(world.usage("acme", "credits").used, q(0));
    assert_eq!(world.track("acme", "credits", 2), q(2));
}

// 5.14: used is kept when only the limit moves; usage is re-read when the anchor moves.
#[test]
fn a_moved_anchor_reads_usage_anew_and_back_again() {
    let mut world = world(Month, BillingPeriod);
    start_usage(&mut world, "2026-01-01");
    world.track_at("acme", "credits", 5, "2026-01-10");
    world.track_at("acme", "credits", 7, "2026-01-20");
    assert_eq!(world.usage("acme", "credits").used, q(12));
    start_usage(&mut world, "2026-01-15");
    assert_eq!(world.usage("acme", "credits").used, q(7));
    assert_eq!(world.track("acme", "credits", 1), q(8));
    start_usage(&mut world, "2026-01-01");
    assert_eq!(world.usage("acme", "credits").used, q(13));
}

#[test]
fn many_features_read_anew_at_once_ask_for_their_sums_together() {
    let mut world = World::new();
    let keys: Vec<String> = (0..40).map(|number| format!("f{number:02}")).collect();
    for key in &keys {
        world.tracked(key, Month, BillingPeriod);
        world.track("acme", key, 1);
    }
    world.ok(&WriteCustomer { usage_started: Patch::Set(at("2025-12-15")), ..write("acme") });
    assert!(world.entries("acme").iter().all(|entry| entry.usage.unwrap().total == q(1)));
}
