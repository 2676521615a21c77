//! Overrides (1.6.3, 1.10, 5.15, 6.2, 7).

use crate::ask::Gives::{self, Nothing, Of, On, Unlimited};
use crate::ask::{at, overrule, q};
use crate::world::World;
use tollgate_domain::overrule::{CreateOverride, DeleteOverride, Override, UpdateOverride};
use tollgate_domain::patch::Patch;
use tollgate_domain::refusal::{AccessFault, AccessRefusal};

/// `acme` and `other` have 100 credits.
fn world() -> World {
    let mut world = World::new();
    world.monthly_credits();
    world.boolean("sso");
    world.product("pro", &[("credits", Of(100))]);
    world.assign("acme", &["pro"]);
    world.assign("other", &["pro"]);
    world
}

fn until(end: &str, gives: Gives) -> CreateOverride {
    CreateOverride { expires: Some(at(end)), ..overrule("acme", "credits", gives) }
}

fn update(overrule: &Override) -> UpdateOverride {
    UpdateOverride {
        id: overrule.id.clone(),
        has_access: None,
        limit: None,
        is_unlimited: None,
        reason: Patch::Keep,
        expires: Patch::Keep,
    }
}

fn credits(world: &World) -> (bool, Option<i64>) {
    let credits = world.see("acme", "credits");
    (credits.has_access, credits.limit.map(|limit| limit.to_string().parse().unwrap()))
}

// 1.6.3: it replaces the merged value rather than adding to it; 1.10: that customer only.
#[test]
fn an_override_replaces_what_products_grant_to_one_customer() {
    let mut world = world();
    for (gives, seen) in [
        (Of(20), (true, Some(20))),
        (Of(500), (true, Some(500))),
        (Nothing, (false, Some(0))),
        (Unlimited, (true, None)),
    ] {
        world.override_access("acme", "credits", gives);
        assert_eq!(credits(&world), seen);
        assert_eq!(world.see("other", "credits").limit, Some(q(100)));
    }
}

#[test]
fn an_override_grants_and_denies_what_is_on_or_off() {
    let mut world = world();
    world.override_access("acme", "sso", On);
    assert!(world.see("acme", "sso").has_access && !world.see("other", "sso").has_access);
    world.override_access("acme", "sso", Nothing);
    assert!(!world.see("acme", "sso").has_access);
}

// 1.10: lasts until expiry or removal.
#[test]
fn an_override_counts_until_the_instant_it_expires() {
    let mut world = world();
    world.ok(&until("2026-01-10", Of(5)));
    world.go_to("2026-01-09T23:59:59.999");
    assert_eq!(credits(&world), (true, Some(5)));
    world.go_to("2026-01-10");
    assert_eq!(credits(&world), (true, Some(100)));
}

#[test]
fn what_an_override_replaced_comes_back_when_it_is_removed() {
    let mut world = world();
    let overruled = world.override_access("acme", "credits", Of(5));
    world.ok(&DeleteOverride { id: overruled.id.clone() });
    assert_eq!(credits(&world), (true, Some(100)));
    let gone = AccessRefusal::NoOverride { id: overruled.id.clone() };
    assert_eq!(world.refused(&DeleteOverride { id: overruled.id.clone() }), gone);
}

// 6.2, 7: a second POST replaces it and keeps the id.
#[test]
fn a_second_override_of_a_feature_takes_the_place_of_the_first_under_its_id() {
    let mut world = world();
    let first = world.ok(&until("2026-01-02", Of(5))).0;
    world.go_to("2026-02-01");
    let second = world.override_access("acme", "credits", Of(6));
    assert_eq!((&second.id, second.created, second.expires), (&first.id, first.created, None));
    assert_eq!(world.account("acme").unwrap().overrides.len(), 1);
    assert_ne!(world.override_access("other", "credits", Of(6)).id, first.id);
}

// 7: a PUT revives an expired one by a later `expiresAt`.
#[test]
fn a_later_end_revives_an_expired_override() {
    let mut world = world();
    let first = world.ok(&until("2026-01-02", Of(5))).0;
    world.go_to("2026-02-01");
    world.ok(&UpdateOverride { expires: Patch::Set(at("2026-03-01")), ..update(&first) });
    assert_eq!(credits(&world), (true, Some(5)));
    world.ok(&UpdateOverride { expires: Patch::Clear, ..update(&first) });
    world.go_to("2030-01-01");
    assert_eq!(credits(&world), (true, Some(5)));
}

#[test]
fn an_update_changes_the_access_it_names_and_keeps_the_rest() {
    let mut world = world();
    let first = world.override_access("acme", "credits", Of(5));
    world.ok(&UpdateOverride { is_unlimited: Some(true), ..update(&first) });
    assert_eq!(credits(&world), (true, None));
    world.ok(&UpdateOverride { reason: Patch::Set("deal".to_owned()), ..update(&first) });
    assert_eq!(credits(&world), (true, None));
    world.ok(&UpdateOverride { limit: Some(q(7)), ..update(&first) });
    assert_eq!(credits(&world), (true, Some(7)));
    world.ok(&UpdateOverride { has_access: Some(false), ..update(&first) });
    assert_eq!(credits(&world), (false, Some(0)));
    let no_limit = AccessRefusal::BadAccess { entry: None, fault: AccessFault::NoLimit };
    assert_eq!(world.refused(&UpdateOverride { has_access: Some(true), ..update(&first) }), no_limit);
}

// 7: with `true` on a limit feature, a limit or unlimited too.
#[test]
fn an_override_fits_its_feature() {
    let mut world = world();
    for (feature, gives, fault) in [
        ("credits", On, AccessFault::NoLimit),
        ("sso", Of(1), AccessFault::LimitOfBoolean),
        ("sso", Unlimited, AccessFault::UnlimitedBoolean),
    ] {
        let refused = world.refused(&overrule("acme", feature, gives));
        assert_eq!(refused, AccessRefusal::BadAccess { entry: None, fault });
    }
    assert_eq!(world.refused(&overrule("nobody", "sso", On)), AccessRefusal::NoCustomer { id: "nobody".into() });
    assert_eq!(world.refused(&overrule("acme", "nope", On)), AccessRefusal::NoFeature { key: "nope".to_owned() });
}

// 5.15: quantity never multiplies overrides.
#[test]
fn a_quantity_does_not_multiply_an_override() {
    let mut world = world();
    let team = world.stripe_product("Team", &[("credits", Of(10))]);
    world.subscribe("acme", &team, 5, "2026-01-01");
    world.override_access("acme", "credits", Of(7));
    assert_eq!(credits(&world), (true, Some(7)));
}
