//! From products to an entry (1.5, 1.6, 5.15, 5.16).

use crate::ask::Gives::{Nothing, Of, On, Unlimited};
use crate::ask::q;
use crate::world::World;
use tollgate_domain::access::HoldingSource;
use tollgate_domain::definition::Grant;

fn world() -> World {
    let mut world = World::new();
    world.monthly_credits();
    world.boolean("sso");
    world
}

// 1.5: the default for every pair is no access.
#[test]
fn what_no_product_grants_is_not_accessible() {
    let mut world = world();
    world.customer("acme");
    assert!(!world.see("acme", "sso").has_access);
    let credits = world.see("acme", "credits");
    assert_eq!((credits.has_access, credits.limit, credits.is_unlimited), (false, Some(q(0)), false));
    let usage = credits.usage.unwrap();
    assert_eq!((usage.remaining, usage.has_reached_limit), (Some(q(0)), true));
}

// 1.6.2: true if any grants it; sum of limits.
#[test]
fn products_add_up() {
    let mut world = world();
    world.product("a", &[("credits", Of(100))]);
    world.product("b", &[("credits", Of(20)), ("sso", On)]);
    world.product("c", &[("sso", Nothing)]);
    world.assign("acme", &["a", "b", "c"]);
    assert_eq!(world.see("acme", "credits").limit, Some(q(120)));
    assert!(world.see("acme", "sso").has_access);
}

// 1.2, 1.6.2: each Stripe product's limit first multiplied by the item quantity.
#[test]
fn the_quantity_of_an_item_multiplies_its_limits_and_those_of_no_other_product() {
    let mut world = world();
    let team = world.stripe_product("Team", &[("credits", Of(10)), ("sso", On)]);
    let other = world.stripe_product("Other", &[("credits", Of(1))]);
    world.product("extra", &[("credits", Of(1000))]);
    world.assign("acme", &["extra"]);
    world.subscribe("acme", &team, 3, "2026-01-01");
    world.subscribe("acme", &other, 2, "2026-01-01");
    assert_eq!(world.see("acme", "credits").limit, Some(q(1032)));
    world.subscribe("acme", &team, 4, "2026-01-01");
    assert_eq!(world.see("acme", "credits").limit, Some(q(1072)));
}

#[test]
fn a_quantity_of_zero_still_grants_access() {
    let mut world = world();
    let team = world.stripe_product("Team", &[("credits", Of(10)), ("sso", On)]);
    world.customer("acme");
    world.subscribe("acme", &team, 0, "2026-01-01");
    assert_eq!(world.see("acme", "credits").limit, Some(q(0)));
    assert!(world.see("acme", "credits").has_access && world.see("acme", "sso").has_access);
}

// 1.6.2, 5.15: unlimited wins.
#[test]
fn one_unlimited_product_makes_all_unlimited() {
    let mut world = world();
    world.product("a", &[("credits", Of(100))]);
    world.product("b", &[("credits", Unlimited)]);
    world.assign("acme", &["a", "b"]);
    world.track("acme", "credits", 1_000_000);
    let credits = world.see("acme", "credits");
    assert_eq!((credits.limit, credits.is_unlimited), (None, true));
    let usage = credits.usage.unwrap();
    assert_eq!((usage.used, usage.remaining, usage.has_reached_limit), (q(1_000_000), None, false));
}

// 1.6: `hasAccess` stays true when usage is exhausted; at the cap counts as reached.
#[test]
fn access_stays_when_usage_is_exhausted() {
    let mut world = world();
    world.product("a", &[("credits", Of(100))]);
    world.assign("acme", &["a"]);
    for (amount, reached) in [(99, false), (1, true), (1, true)] {
        world.track("acme", "credits", amount);
        let credits = world.see("acme", "credits");
        assert!(credits.has_access);
        assert_eq!(credits.usage.unwrap().has_reached_limit, reached);
    }
}

// 1.5: a custom limit is a number; also zero.
#[test]
fn a_limit_of_zero_is_access_of_which_nothing_is_left() {
    let mut world = world();
    world.product("a", &[("credits", Of(0))]);
    world.assign("acme", &["a"]);
    let credits = world.see("acme", "credits");
    assert!(credits.has_access && credits.usage.unwrap().has_reached_limit);
}

// 1.4: without tracking the entry has no usage.
#[test]
fn what_is_not_tracked_has_a_limit_and_no_usage() {
    let mut world = world();
    world.untracked("seats");
    world.product("a", &[("seats", Of(5))]);
    world.assign("acme", &["a"]);
    let seats = world.see("acme", "seats");
    assert_eq!((seats.limit, seats.usage), (Some(q(5)), None));
    assert_eq!(world.see("acme", "sso").usage, None);
}

// 1.6.4, 5.16: bonuses influence exactly one other field, and a bonus alone does not give access.
#[test]
fn a_bonus_is_no_part_of_limit_and_remaining_and_gives_no_access() {
    let mut world = world();
    world.customer("acme");
    world.grant_bonus("acme", "credits", 50);
    let credits = world.see("acme", "credits");
    assert_eq!((credits.has_access, credits.limit), (false, Some(q(0))));
    let usage = credits.usage.unwrap();
    assert_eq!((usage.remaining, usage.bonus_remaining), (Some(q(0)), q(50)));
    assert!(!usage.has_reached_limit, "it follows the formula");
}

// 7: negative totals show as nothing used.
#[test]
fn a_total_below_zero_shows_as_nothing_used_and_nothing_more_left() {
    let mut world = world();
    world.product("a", &[("credits", Of(100))]);
    world.assign("acme", &["a"]);
    assert_eq!(world.track("acme", "credits", -30), q(-30));
    assert_eq!(world.used_and_left("acme", "credits"), (q(0), Some(q(100)), q(0)));
    assert_eq!(world.track("acme", "credits", 40), q(10));
    assert_eq!(world.used_and_left("acme", "credits"), (q(10), Some(q(90)), q(0)));
}

// 7: every active product has its row, also one that grants nothing; quantity 1 for custom.
#[test]
fn an_explanation_names_every_product_that_counts() {
    let mut world = world();
    world.product("a", &[("credits", Of(100))]);
    world.product("b", &[]);
    let team = world.stripe_product("Team", &[("credits", Of(10))]);
    world.assign("acme", &["a", "b"]);
    world.subscribe("acme", &team, 3, "2026-01-01");
    let rows = world.explained("acme", "credits", |explained| {
        let row = |holding: &tollgate_domain::access::HoldingExplained<'_>| {
            (matches!(holding.source, HoldingSource::Subscription { .. }), holding.quantity, holding.grant)
        };
        explained.holdings.iter().map(row).collect::<Vec<_>>()
    });
    let of = |number| Some(Grant::Limit(q(number)));
    assert_eq!(rows, [(true, 3, of(10)), (false, 1, of(100)), (false, 1, None)]);
}

// 7: expired bonuses are left out; the override that counts is there.
#[test]
fn an_explanation_leaves_out_what_has_expired() {
    let mut world = world();
    world.customer("acme");
    world.grant_bonus_until("acme", "credits", 5, "2026-01-02");
    world.grant_bonus("acme", "credits", 6);
    world.override_access("acme", "credits", Of(1));
    world.go_to("2026-01-02");
    let (bonuses, overrule) = world.explained("acme", "credits", |explained| {
        let amounts: Vec<_> = explained.bonuses.iter().map(|bonus| bonus.amount).collect();
        (amounts, explained.overrule.map(|overrule| overrule.grant))
    });
    assert_eq!((bonuses, overrule), (vec![q(6)], Some(Some(Grant::Limit(q(1))))));
}
