//! Setting a total (1.8, 5.7, 7).

use crate::ask::Gives::Of;
use crate::ask::{keyed, q, set};
use crate::world::World;
use tollgate_domain::refusal::AccessRefusal;
use tollgate_domain::usage::{SetUsage, Source, Tracked, UsageSet};

fn world() -> World {
    let mut world = World::new();
    world.monthly_credits();
    world.untracked("seats");
    world.default_product("free", &[("credits", Of(100))]);
    world.go_to("2026-02-10");
    world.customer("acme");
    world
}

fn with_key(used: i64, key: &str) -> SetUsage {
    SetUsage { key: Some(key.to_owned()), ..set("acme", "credits", used) }
}

// 1.8: an adjustment event equal to the difference.
#[test]
fn setting_records_the_difference_as_an_adjustment() {
    let mut world = world();
    world.track("acme", "credits", 13);
    for (wanted, difference) in [(30, 17), (5, -25), (0, -5)] {
        let UsageSet::Adjusted { event, total, adjustment } = world.set("acme", "credits", wanted) else { panic!() };
        assert_eq!((total, adjustment), (q(wanted), q(difference)));
        let event = world.event(&event).unwrap();
        assert_eq!((event.amount, event.source), (q(difference), Source::UsageSetAdjustment));
    }
}

// 7: set reaches the wanted total from the raw one.
#[test]
fn setting_starts_from_the_raw_total_also_below_zero() {
    let mut world = world();
    world.track("acme", "credits", -20);
    let UsageSet::Adjusted { adjustment, .. } = world.set("acme", "credits", 10) else { panic!() };
    assert_eq!(adjustment, q(30));
    assert_eq!(world.usage("acme", "credits").used, q(10));
}

// 1.8: for the current window.
#[test]
fn setting_is_about_the_open_window() {
    let mut world = world();
    world.track_at("acme", "credits", 50, "2026-01-31");
    let UsageSet::Adjusted { adjustment, .. } = world.set("acme", "credits", 10) else { panic!() };
    assert_eq!(adjustment, q(10));
}

// 5.7, 7: stores nothing and leaves its key free.
#[test]
fn setting_what_is_so_already_stores_nothing_and_leaves_its_key_free() {
    let mut world = world();
    world.track("acme", "credits", 10);
    assert_eq!(world.ok(&with_key(10, "job")), UsageSet::Unchanged { total: q(10) });
    assert_eq!(world.events("acme", "credits").len(), 1);
    assert!(matches!(world.ok(&with_key(12, "job")), UsageSet::Adjusted { .. }));
}

// 5.7: with a repeated key.
#[test]
fn setting_with_a_repeated_key_changes_nothing() {
    let mut world = world();
    let Tracked::Applied { event, .. } = world.ok(&keyed("acme", "credits", 10, "job")) else { panic!() };
    assert_eq!(world.ok(&with_key(50, "job")), UsageSet::Repeated { event, total: q(10) });
    assert_eq!(world.ok(&with_key(10, "other")), UsageSet::Unchanged { total: q(10) });
}

// 5.22: usage-set 404; 7: untracked.
#[test]
fn setting_makes_no_customer_and_counts_nothing_that_is_not_tracked() {
    let mut world = world();
    assert_eq!(world.refused(&set("nobody", "credits", 1)), AccessRefusal::NoCustomer { id: "nobody".into() });
    assert_eq!(world.refused(&set("acme", "nope", 1)), AccessRefusal::NoFeature { key: "nope".to_owned() });
    assert_eq!(world.set("acme", "seats", 1), UsageSet::NotTracked);
}

// 7: set lower gives back, set higher burns.
#[test]
fn setting_burns_bonuses_and_gives_them_back() {
    let mut world = world();
    world.grant_bonus("acme", "credits", 50);
    world.set("acme", "credits", 130);
    assert_eq!(world.usage("acme", "credits").bonus_remaining, q(20));
    world.set("acme", "credits", 110);
    assert_eq!(world.usage("acme", "credits").bonus_remaining, q(40));
    world.set("acme", "credits", 10);
    assert_eq!(world.usage("acme", "credits").bonus_remaining, q(50));
}
