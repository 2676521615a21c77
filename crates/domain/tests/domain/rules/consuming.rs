//! Check and record in one step (6.4, 7).

use crate::ask::Gives::{Nothing, Of, Unlimited};
use crate::ask::{at, consume, decimal, keyed, q};
use crate::world::World;
use tollgate_domain::access::Limit;
use tollgate_domain::refusal::AccessRefusal;
use tollgate_domain::usage::{Consume, Consumed, Left, Tracked};

/// 100 credits a month for everybody.
fn world() -> World {
    let mut world = World::new();
    world.monthly_credits();
    world.untracked("seats");
    world.boolean("sso");
    world.default_product("free", &[("credits", Of(100))]);
    world
}

fn left(total: i64, bonus: i64) -> Left {
    Left { total: q(total), limit: Limit::Bounded(q(100)), bonus_remaining: q(bonus) }
}

fn with_key(amount: i64, key: &str) -> Consume {
    Consume { key: Some(key.to_owned()), ..consume("acme", "credits", amount) }
}

// 6.4: recorded only when it fits whole.
#[test]
fn an_amount_is_accepted_when_it_fits_whole_and_not_a_part_of_it_otherwise() {
    let mut world = world();
    assert!(world.consume("acme", "credits", 60));
    let refused = world.ok(&consume("acme", "credits", 41));
    assert_eq!(refused, Consumed::LimitReached { left: left(60, 0) });
    assert!(world.consume("acme", "credits", 40));
    let least = Consume { amount: decimal("0.000000001"), ..consume("acme", "credits", 0) };
    assert_eq!(world.ok(&least), Consumed::LimitReached { left: left(100, 0) });
    assert_eq!(world.events("acme", "credits").len(), 2, "a refusal records nothing");
}

// 7: room = remaining + bonusRemaining.
#[test]
fn bonuses_make_room() {
    let mut world = world();
    world.customer("acme");
    world.grant_bonus("acme", "credits", 50);
    assert!(!world.consume("acme", "credits", 151));
    let Consumed::Accepted { left: after, .. } = world.ok(&consume("acme", "credits", 120)) else { panic!() };
    assert_eq!(after, left(120, 30));
    assert!(!world.consume("acme", "credits", 31));
    assert!(world.consume("acme", "credits", 30));
    assert!(!world.consume("acme", "credits", 1));
}

// 7: only unexpired bonuses.
#[test]
fn a_bonus_makes_room_until_it_expires() {
    let mut world = world();
    world.customer("acme");
    world.grant_bonus_until("acme", "credits", 50, "2026-01-20");
    world.track("acme", "credits", 100);
    world.go_to("2026-01-20");
    assert!(!world.consume("acme", "credits", 1));
}

// 7: a grant of 10 shows 10 left, whatever the overage.
#[test]
fn a_bonus_makes_room_whatever_went_past_the_limit_before() {
    let mut world = world();
    world.track("acme", "credits", 500);
    world.grant_bonus("acme", "credits", 10);
    assert!(!world.consume("acme", "credits", 11));
    assert!(world.consume("acme", "credits", 10));
    assert_eq!(world.usage("acme", "credits").bonus_remaining, q(0));
}

// 7: `remaining` follows from `used`, which is never below zero.
#[test]
fn a_total_below_zero_makes_no_more_room_than_the_limit() {
    let mut world = world();
    world.track("acme", "credits", -30);
    assert!(!world.consume("acme", "credits", 101));
    assert!(world.consume("acme", "credits", 100));
}

#[test]
fn without_bound_everything_fits_and_without_access_nothing() {
    let mut world = world();
    world.customer("acme");
    world.grant_bonus("acme", "credits", 50);
    world.override_access("acme", "credits", Unlimited);
    assert!(world.consume("acme", "credits", 1_000_000));
    assert_eq!(world.usage("acme", "credits").bonus_remaining, q(50), "unlimited burns nothing");
    world.override_access("acme", "credits", Nothing);
    assert!(matches!(world.ok(&consume("acme", "credits", 1)), Consumed::NoAccess { .. }));
}

// 7: a customer that does not exist is made, as by track.
#[test]
fn consuming_makes_the_customer_allowed_or_not() {
    let mut world = world();
    for (customer, feature, amount) in [("a", "credits", 1), ("b", "credits", 101), ("c", "seats", 1), ("d", "sso", 1)]
    {
        world.ok(&consume(customer, feature, amount));
        assert!(world.account(customer).is_some());
    }
    assert_eq!(world.ok(&consume("c", "seats", 1)), Consumed::NotTracked);
    assert_eq!(world.refused(&consume("e", "nope", 1)), AccessRefusal::NoFeature { key: "nope".to_owned() });
}

// 7: a repeat of a recorded one, by consume, track or set.
#[test]
fn a_repeated_key_answers_its_event_and_the_rest_as_of_now() {
    let mut world = world();
    let Consumed::Accepted { event, .. } = world.ok(&with_key(10, "job")) else { panic!() };
    world.track("acme", "credits", 90);
    assert_eq!(world.ok(&with_key(10, "job")), Consumed::Repeated { event, left: left(100, 0) });
    let Tracked::Applied { event, .. } = world.ok(&keyed("acme", "credits", 5, "tracked")) else { panic!() };
    assert_eq!(world.ok(&with_key(10, "tracked")), Consumed::Repeated { event, left: left(105, 0) });
}

// 7: a repeat is answered so, also where there is no access any more.
#[test]
fn a_repeated_key_is_found_before_access_is_looked_at() {
    let mut world = world();
    world.ok(&with_key(10, "job"));
    world.override_access("acme", "credits", Nothing);
    assert!(matches!(world.ok(&with_key(10, "job")), Consumed::Repeated { .. }));
}

// 7: a denial leaves its key free.
#[test]
fn a_denied_key_can_be_used_again() {
    let mut world = world();
    world.track("acme", "credits", 95);
    assert_eq!(world.ok(&with_key(10, "job")), Consumed::LimitReached { left: left(95, 0) });
    world.track("acme", "credits", -50);
    assert!(matches!(world.ok(&with_key(10, "job")), Consumed::Accepted { .. }));
}

// 6.4: the accepted amounts never sum to more than limit plus bonus.
#[test]
fn what_is_accepted_sums_to_the_limit_and_the_bonus_and_starts_again_in_the_next_window() {
    let mut world = world();
    world.customer("acme");
    world.grant_bonus("acme", "credits", 25);
    let accepted = (0..100).filter(|_| world.consume("acme", "credits", 7)).count();
    assert_eq!(accepted, 17, "119 of 125");
    world.now = at("2026-02-01");
    let accepted = (0..100).filter(|_| world.consume("acme", "credits", 7)).count();
    assert_eq!(accepted, 15, "105 of 100 and the 6 that are left of the bonus");
}
