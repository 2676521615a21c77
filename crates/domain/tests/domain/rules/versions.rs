//! Versions of products and who has which (1.3, 5.23, 6.1, 7).

use crate::ask::Gives::{self, Nothing, Of, On};
use crate::ask::{define, q};
use crate::world::World;
use tollgate_domain::access::Limit;
use tollgate_domain::definition::DefineAccess;
use tollgate_domain::id::CustomerId;
use tollgate_domain::migration::MigrateCustomers;
use tollgate_domain::product::{CreateProduct, NewProduct};
use tollgate_domain::refusal::{AccessFault, AccessRefusal};

fn next_version(product: &str, gives: &[(&str, Gives)]) -> DefineAccess {
    DefineAccess { new_version: true, ..define(product, gives) }
}

/// `pro` gives 100 credits to `old`, who has version 1; whoever comes later gets 200 with version 2.
fn two_versions() -> World {
    let mut world = World::new();
    world.monthly_credits();
    world.boolean("sso");
    world.product("pro", &[("credits", Of(100))]);
    world.assign("old", &["pro"]);
    world.ok(&next_version("pro", &[("credits", Of(200))]));
    world.assign("new", &["pro"]);
    world
}

fn limits(world: &World) -> (Option<i64>, Option<i64>) {
    let of = |customer| world.see(customer, "credits").limit.map(|limit| limit.to_string().parse().unwrap());
    (of("old"), of("new"))
}

// 1.3: existing customers keep the old definition, only new ones get the new.
#[test]
fn a_new_version_is_for_those_who_come_later() {
    assert_eq!(limits(&two_versions()), (Some(100), Some(200)));
}

// 1.3: in place, effective at once for all customers on it.
#[test]
fn a_change_in_place_is_for_all_who_have_the_newest_version() {
    let mut world = two_versions();
    world.ok(&define("pro", &[("credits", Of(250))]));
    assert_eq!(limits(&world), (Some(100), Some(250)));
}

// 7: `version` mends an older one.
#[test]
fn an_older_version_can_be_mended() {
    let mut world = two_versions();
    world.ok(&DefineAccess { version: Some(1), ..define("pro", &[("credits", Of(50))]) });
    assert_eq!(limits(&world), (Some(50), Some(200)));
    let unknown = DefineAccess { version: Some(3), ..define("pro", &[]) };
    assert_eq!(world.refused(&unknown), AccessRefusal::NoVersion { version: 3, field: None });
}

// 6.1: complete or partial.
#[test]
fn a_definition_changes_what_it_names_and_a_new_version_begins_as_the_newest() {
    let mut world = two_versions();
    world.ok(&define("pro", &[("sso", On)]));
    assert_eq!(limits(&world), (Some(100), Some(200)));
    world.ok(&next_version("pro", &[("sso", Nothing)]));
    world.assign("newest", &["pro"]);
    assert_eq!(world.see("newest", "credits").limit, Some(q(200)));
    assert!(world.see("new", "sso").has_access && !world.see("newest", "sso").has_access);
}

// 5.23: re-sending the same key keeps the old version.
#[test]
fn assigning_again_keeps_the_version_and_coming_back_gets_the_newest() {
    let mut world = two_versions();
    world.assign("old", &["pro"]);
    assert_eq!(limits(&world), (Some(100), Some(200)));
    world.assign("old", &[]);
    world.assign("old", &["pro"]);
    assert_eq!(limits(&world), (Some(200), Some(200)));
}

// 1.2, 7: cannot have several versions.
#[test]
fn the_default_product_has_one_version() {
    let mut world = World::new();
    world.boolean("sso");
    world.default_product("free", &[]);
    world.customer("acme");
    assert_eq!(world.refused(&next_version("free", &[("sso", On)])), AccessRefusal::DefaultHasOneVersion);
    world.ok(&define("free", &[("sso", On)]));
    assert!(world.see("acme", "sso").has_access);
}

// 6.1: existing holders keep what they have, which is nothing as long as nothing is defined.
#[test]
fn the_first_version_of_a_product_that_was_never_defined_grants_nothing_until_it_is_mended() {
    let mut world = World::new();
    world.boolean("sso");
    let new = NewProduct { name: "Team".to_owned(), ..NewProduct::default() };
    let team = world.ok(&CreateProduct { product: new, default_price: None });
    world.customer("acme");
    world.subscribe("acme", &team, 1, "2026-01-01");
    assert_eq!(world.ok(&next_version("team", &[("sso", On)])).1, 2);
    assert!(!world.see("acme", "sso").has_access);
    world.ok(&DefineAccess { version: Some(1), ..define("team", &[("sso", On)]) });
    assert!(world.see("acme", "sso").has_access);
}

#[test]
fn a_definition_with_a_fault_is_refused_whole_and_says_where() {
    let mut world = two_versions();
    let refused = world.refused(&define("pro", &[("credits", Of(1)), ("sso", Of(1))]));
    assert_eq!(refused, AccessRefusal::BadAccess { entry: Some(1), fault: AccessFault::LimitOfBoolean });
    assert_eq!(world.refused(&define("nope", &[])), AccessRefusal::NoProduct { key: "nope".to_owned() });
}

fn migrate(customers: &[&str]) -> MigrateCustomers {
    let customers = customers.iter().map(|id| CustomerId::from(*id)).collect();
    MigrateCustomers { product_key: "pro".to_owned(), from: 1, to: 2, customers, dry_run: false }
}

// 6.1, 7: `before` and `after` only where they differ.
#[test]
fn a_migration_moves_those_who_have_the_version_and_says_what_changes() {
    let mut world = two_versions();
    let (moved, changes) = world.ok(&migrate(&["old", "new", "nobody"]));
    assert_eq!(moved, 1);
    let [change] = &changes[..] else { panic!("{changes:?}") };
    assert_eq!((change.customer.as_str(), change.before.feature.key.as_str()), ("old", "credits"));
    assert_eq!((change.before.limit, change.after.limit), (Limit::Bounded(q(100)), Limit::Bounded(q(200))));
    assert_eq!((change.before.usage, change.after.usage), (None, None));
    assert_eq!(limits(&world), (Some(200), Some(200)));
}

// 6.1: `dryRun: true` changes nothing.
#[test]
fn a_dry_run_says_what_would_move_and_moves_nobody() {
    let mut world = two_versions();
    let before = world.engine.rows().clone();
    let (would_move, changes) = world.ok(&MigrateCustomers { dry_run: true, ..migrate(&["old"]) });
    assert_eq!((would_move, changes.len()), (1, 1));
    assert_eq!(*world.engine.rows(), before);
}

#[test]
fn a_customer_named_twice_moves_once() {
    let mut world = two_versions();
    let (moved, changes) = world.ok(&migrate(&["old", "old"]));
    assert_eq!((moved, changes.len()), (1, 1));
}

#[test]
fn a_migration_is_between_versions_that_exist() {
    let mut world = two_versions();
    let unknown = MigrateCustomers { to: 3, ..migrate(&["old"]) };
    assert_eq!(world.refused(&unknown), AccessRefusal::NoVersion { version: 3, field: Some("toVersion") });
}
