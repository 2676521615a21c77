//! Bonuses (1.9, 5.18 to 5.21, 7).

use crate::ask::Gives::{self, Of, Unlimited};
use crate::ask::{at, bonus, q, track, write};
use crate::world::World;
use tollgate_domain::bonus::{Bonus, DeleteBonus, UpdateBonus};
use tollgate_domain::customer::WriteCustomer;
use tollgate_domain::metadata::MetadataPatch;
use tollgate_domain::overrule::DeleteOverride;
use tollgate_domain::patch::Patch;
use tollgate_domain::quantity::Quantity;
use tollgate_domain::refusal::AccessRefusal;
use tollgate_domain::usage::{DeleteUsageEvents, Track};
use tollgate_domain::window::{ResetAnchor, ResetInterval};

/// `acme` has 100 credits a month.
fn world() -> World {
    let mut world = World::new();
    world.monthly_credits();
    world.untracked("seats");
    world.boolean("sso");
    world.product("pro", &[("credits", Of(100))]);
    world.assign("acme", &["pro"]);
    world
}

fn update(bonus: &Bonus) -> UpdateBonus {
    UpdateBonus {
        id: bonus.id.clone(),
        amount: None,
        expires: Patch::Keep,
        reason: Patch::Keep,
        metadata: MetadataPatch::default(),
    }
}

fn remaining(world: &World) -> Quantity {
    world.usage("acme", "credits").bonus_remaining
}

// 1.9, the worked example.
#[test]
fn what_was_burnt_of_a_bonus_stays_burnt_in_the_next_window() {
    let mut world = world();
    world.grant_bonus("acme", "credits", 50);
    world.track("acme", "credits", 50);
    assert_eq!(remaining(&world), q(50), "month 1 uses 50");
    world.go_to("2026-02-01");
    world.track("acme", "credits", 120);
    let usage = world.usage("acme", "credits");
    assert_eq!((usage.used, usage.bonus_remaining, usage.bonus_used), (q(120), q(30), q(20)), "month 2 uses 120");
    assert!(!usage.has_reached_limit);
    world.go_to("2026-03-01");
    assert_eq!(world.used_and_left("acme", "credits"), (q(0), Some(q(100)), q(30)), "month 3 starts at 0");
    assert_eq!(world.see("acme", "credits").limit, Some(q(100)));
}

// 1.9: only for limit features whose usage is tracked here.
#[test]
fn a_bonus_is_granted_of_what_is_tracked_to_a_customer_that_is_there() {
    let mut world = world();
    for feature in ["seats", "sso"] {
        assert_eq!(world.refused(&bonus("acme", feature, 1)), AccessRefusal::NotTracked);
    }
    assert_eq!(world.refused(&bonus("nobody", "credits", 1)), AccessRefusal::NoCustomer { id: "nobody".into() });
    assert_eq!(world.refused(&bonus("acme", "nope", 1)), AccessRefusal::NoFeature { key: "nope".to_owned() });
}

// 2.8: `counterRemaining` is the total left for that customer + feature.
#[test]
fn a_reply_says_what_all_bonuses_of_the_feature_have_left() {
    let mut world = world();
    world.grant_bonus("acme", "credits", 10);
    world.grant_bonus_until("acme", "credits", 5, "2025-01-01");
    let (second, _, counter) = world.ok(&bonus("acme", "credits", 7));
    assert_eq!((second.remaining(), counter), (q(7), q(17)), "an end that is past already is accepted");
    assert_eq!(world.ok(&DeleteBonus { id: second.id.clone() }), q(10));
}

// 7: exactly what lies above the limit is burnt, by the step that crosses it.
#[test]
fn only_what_lies_above_the_limit_is_burnt() {
    let mut world = world();
    world.grant_bonus("acme", "credits", 50);
    for (amount, left) in [(100, 50), (1, 49), (9, 40), (-5, 45), (-20, 50), (35, 30)] {
        world.track("acme", "credits", amount);
        assert_eq!(remaining(&world), q(left), "after {amount}");
    }
}

// 7: earliest expiry first, never-expiring last, then oldest.
#[test]
fn the_bonus_that_expires_first_is_burnt_first_and_among_equals_the_oldest() {
    let mut world = world();
    world.grant_bonus("acme", "credits", 10);
    world.grant_bonus_until("acme", "credits", 10, "2026-03-01");
    world.grant_bonus_until("acme", "credits", 10, "2026-02-01");
    world.grant_bonus_until("acme", "credits", 10, "2026-02-01");
    world.grant_bonus("acme", "credits", 10);
    world.track("acme", "credits", 100);
    for left in [[10, 10, 5, 10, 10], [10, 10, 0, 10, 10], [10, 10, 0, 5, 10], [10, 10, 0, 0, 10], [10, 5, 0, 0, 10]] {
        world.track("acme", "credits", 5);
        assert_eq!(world.left_of_bonuses("acme"), left.map(q));
    }
    world.track("acme", "credits", 20);
    assert_eq!(world.left_of_bonuses("acme"), [0, 0, 0, 0, 5].map(q));
    world.track("acme", "credits", 1000);
    assert_eq!(world.left_of_bonuses("acme"), [0, 0, 0, 0, 0].map(q), "as far as they reach");
}

// 7: last burnt first.
#[test]
fn corrections_give_back_what_was_burnt_last_first() {
    let mut world = world();
    world.grant_bonus_until("acme", "credits", 10, "2026-02-01");
    world.grant_bonus("acme", "credits", 10);
    world.track("acme", "credits", 115);
    for (amount, left) in [(-3, [0, 8]), (-4, [2, 10]), (3, [0, 9]), (-100, [10, 10])] {
        world.track("acme", "credits", amount);
        assert_eq!(world.left_of_bonuses("acme"), left.map(q), "after {amount}");
    }
}

// 7: last burnt first, also where one bonus was burnt before and after another in one step.
#[test]
fn a_bonus_burnt_before_and_after_another_is_given_back_in_that_order() {
    let mut world = world();
    world.grant_bonus("acme", "credits", 7);
    world.track("acme", "credits", 104);
    world.grant_bonus_until("acme", "credits", 10, "2026-02-01");
    world.track("acme", "credits", 13);
    assert_eq!(world.left_of_bonuses("acme"), [0, 0].map(q));
    for (amount, left) in [(-2, [2, 0]), (-2, [3, 1]), (-9, [3, 10]), (-1, [4, 10])] {
        world.track("acme", "credits", amount);
        assert_eq!(world.left_of_bonuses("acme"), left.map(q), "after {amount}");
    }
}

// 7: never more than this window burnt.
#[test]
fn a_correction_gives_back_only_what_its_window_burnt() {
    let mut world = world();
    world.grant_bonus("acme", "credits", 50);
    world.track("acme", "credits", 130);
    world.go_to("2026-02-01");
    world.track("acme", "credits", 105);
    assert_eq!(remaining(&world), q(15));
    world.track("acme", "credits", -105);
    assert_eq!(remaining(&world), q(20));
}

// 7: nothing is given back of overage that no bonus covered.
#[test]
fn what_no_bonus_covered_is_not_given_back_to_one_granted_later() {
    let mut world = world();
    world.track("acme", "credits", 150);
    world.grant_bonus("acme", "credits", 10);
    world.track("acme", "credits", -20);
    assert_eq!(remaining(&world), q(10));
}

// 7: a grant of 10 shows 10 left, whatever the overage.
#[test]
fn a_grant_books_nothing() {
    let mut world = world();
    world.track("acme", "credits", 150);
    world.grant_bonus("acme", "credits", 10);
    let usage = world.usage("acme", "credits");
    assert_eq!((usage.bonus_remaining, usage.bonus_used, usage.has_reached_limit), (q(10), q(0), false));
    world.track("acme", "credits", 4);
    assert_eq!(remaining(&world), q(6));
}

// 7: nothing else books: not a change of plan, override or limit.
#[test]
fn a_change_of_what_is_allowed_books_nothing() {
    let mut world = world();
    world.grant_bonus("acme", "credits", 50);
    world.track("acme", "credits", 90);
    let denied = world.override_access("acme", "credits", Gives::Nothing);
    assert_eq!(remaining(&world), q(50));
    world.override_access("acme", "credits", Of(10));
    assert_eq!(remaining(&world), q(50));
    world.ok(&DeleteOverride { id: denied.id.clone() });
    world.assign("acme", &[]);
    world.assign("acme", &["pro"]);
    assert_eq!(remaining(&world), q(50));
    world.ok(&crate::ask::define("pro", &[("credits", Of(10))]));
    assert_eq!(remaining(&world), q(50));
    world.track("acme", "credits", 5);
    assert_eq!(remaining(&world), q(45), "under the limit of that moment");
}

// 7: without access nothing burns, unlimited burns nothing.
#[test]
fn without_access_and_without_bound_nothing_burns() {
    for gives in [Gives::Nothing, Unlimited] {
        let mut world = world();
        world.grant_bonus("acme", "credits", 50);
        world.override_access("acme", "credits", gives);
        world.track("acme", "credits", 500);
        assert_eq!(remaining(&world), q(50));
    }
}

// 7, last corners: a correction without access gives back as if the limit were 0.
#[test]
fn a_correction_without_access_gives_back_as_if_the_limit_were_zero() {
    let mut world = world();
    world.grant_bonus("acme", "credits", 50);
    world.track("acme", "credits", 130);
    world.override_access("acme", "credits", Gives::Nothing);
    world.track("acme", "credits", -10);
    assert_eq!(remaining(&world), q(30));
    world.override_access("acme", "credits", Unlimited);
    world.track("acme", "credits", -10);
    assert_eq!(remaining(&world), q(30), "without bound nothing is above it");
}

// 7: writes into a closed window change that window's total only.
#[test]
fn events_of_a_closed_window_book_nothing() {
    let mut world = world();
    world.grant_bonus("acme", "credits", 50);
    world.track("acme", "credits", 120);
    world.go_to("2026-02-10");
    let late = world.track_at("acme", "credits", 500, "2026-01-20");
    assert_eq!(remaining(&world), q(30));
    world.ok(&DeleteUsageEvents { ids: vec![late], must_exist: true });
    let all: Vec<_> = world.events("acme", "credits").iter().map(|event| event.id.clone()).collect();
    world.ok(&DeleteUsageEvents { ids: all, must_exist: true });
    assert_eq!(remaining(&world), q(30), "settled for good");
}

// 7, last corners: one request that deletes several events is one write.
#[test]
fn deleting_many_events_books_their_net_effect() {
    let mut world = world();
    world.grant_bonus("acme", "credits", 50);
    for amount in [120, -60, 55] {
        world.track("acme", "credits", amount);
    }
    assert_eq!(remaining(&world), q(35));
    let ids = world.events("acme", "credits").into_iter().filter(|event| event.amount != q(120));
    let ids = ids.map(|event| event.id.clone()).collect();
    assert_eq!(world.ok(&DeleteUsageEvents { ids, must_exist: true }), 2);
    assert_eq!(remaining(&world), q(30), "from 115 to 120 is 5 more above the limit");
}

// 7: expired when `now >= expiresAt`; 5.20: the number is kept, the totals leave it out.
#[test]
fn an_expired_bonus_keeps_its_number_and_counts_no_more() {
    let mut world = world();
    world.grant_bonus_until("acme", "credits", 50, "2026-01-20");
    world.track("acme", "credits", 120);
    world.go_to("2026-01-19T23:59:59.999");
    let usage = world.usage("acme", "credits");
    assert_eq!((usage.bonus_remaining, usage.bonus_used), (q(30), q(20)));
    world.go_to("2026-01-20");
    let usage = world.usage("acme", "credits");
    assert_eq!((usage.bonus_remaining, usage.bonus_used, usage.has_reached_limit), (q(0), q(0), true));
    world.track("acme", "credits", 10);
    assert_eq!(world.left_of_bonuses("acme"), [q(30)], "it is not burnt any more");
}

// 7: given back to the bonuses it came from.
#[test]
fn a_correction_gives_back_also_to_a_bonus_that_has_expired() {
    let mut world = world();
    world.grant_bonus_until("acme", "credits", 50, "2026-01-20");
    world.track("acme", "credits", 120);
    world.go_to("2026-01-20");
    world.grant_bonus("acme", "credits", 10);
    world.track("acme", "credits", -15);
    assert_eq!(world.left_of_bonuses("acme"), [45, 10].map(q));
}

// 7: moving the anchor starts a new window; moved back, it finds its bookings again.
#[test]
fn a_window_is_known_by_its_start() {
    let mut world = World::new();
    world.tracked("credits", ResetInterval::Month, ResetAnchor::BillingPeriod);
    world.product("pro", &[("credits", Of(100))]);
    world.assign("acme", &["pro"]);
    world.go_to("2026-01-20");
    world.grant_bonus("acme", "credits", 50);
    world.track("acme", "credits", 120);
    let start = |instant: &str| WriteCustomer { usage_started: Patch::Set(at(instant)), ..write("acme") };
    world.ok(&start("2026-01-15"));
    world.track("acme", "credits", -10);
    assert_eq!(remaining(&world), q(30), "this window burnt nothing");
    world.ok(&start("2026-01-01"));
    world.track("acme", "credits", -4);
    assert_eq!(remaining(&world), q(34));
}

// 5.20: not below what is consumed.
#[test]
fn an_amount_is_changed_down_to_what_was_burnt() {
    let mut world = world();
    let granted = world.grant_bonus("acme", "credits", 50);
    world.track("acme", "credits", 120);
    let too_little = UpdateBonus { amount: Some(q(19)), ..update(&granted) };
    assert_eq!(world.refused(&too_little), AccessRefusal::BonusConsumed { burnt: q(20) });
    let (after, _, counter) = world.ok(&UpdateBonus { amount: Some(q(20)), ..update(&granted) });
    assert_eq!((after.remaining(), counter), (q(0), q(0)));
    world.ok(&UpdateBonus { amount: Some(q(25)), ..update(&granted) });
    assert_eq!(remaining(&world), q(5));
}

// 2.8: null clears `expiresAt`.
#[test]
fn the_end_of_a_bonus_is_moved_and_cleared() {
    let mut world = world();
    let granted = world.grant_bonus_until("acme", "credits", 50, "2026-01-02");
    world.go_to("2026-01-10");
    assert_eq!(remaining(&world), q(0));
    let (_, _, counter) = world.ok(&UpdateBonus { expires: Patch::Set(at("2026-02-01")), ..update(&granted) });
    assert_eq!(counter, q(50));
    world.ok(&UpdateBonus { expires: Patch::Clear, ..update(&granted) });
    world.go_to("2030-01-01");
    assert_eq!(remaining(&world), q(50));
}

// 1.9, 5.21: delete removes a grant that has not been consumed.
#[test]
fn a_bonus_is_deleted_while_nothing_of_it_is_burnt() {
    let mut world = world();
    let granted = world.grant_bonus("acme", "credits", 50);
    world.track("acme", "credits", 101);
    let consumed = AccessRefusal::BonusConsumed { burnt: q(1) };
    assert_eq!(world.refused(&DeleteBonus { id: granted.id.clone() }), consumed);
    world.track("acme", "credits", -1);
    world.ok(&DeleteBonus { id: granted.id.clone() });
    let gone = AccessRefusal::NoBonus { id: granted.id.clone() };
    assert_eq!(world.refused(&DeleteBonus { id: granted.id.clone() }), gone);
}

// 1.9: for one customer + one feature.
#[test]
fn a_bonus_is_one_customers_and_one_features_own() {
    let mut world = world();
    world.tracked("tokens", ResetInterval::Never, ResetAnchor::Calendar);
    world.assign("other", &["pro"]);
    world.grant_bonus("acme", "credits", 50);
    world.track("other", "credits", 120);
    world.override_access("acme", "tokens", Of(0));
    world.track("acme", "tokens", 20);
    assert_eq!(remaining(&world), q(50));
    assert_eq!(world.usage("acme", "tokens").bonus_remaining, q(0));
}

#[test]
fn usage_of_one_instant_in_another_order_burns_the_same_sum() {
    let burnt = |amounts: &[i64]| {
        let mut world = world();
        world.grant_bonus_until("acme", "credits", 10, "2026-02-01");
        world.grant_bonus("acme", "credits", 50);
        for amount in amounts {
            world.ok(&Track { occurred: Some(world.now), ..track("acme", "credits", *amount) });
        }
        world.left_of_bonuses("acme")
    };
    assert_eq!(burnt(&[90, 30, 5, 10]), burnt(&[10, 5, 30, 90]));
}
