//! Products, custom and default (1.2, 6.1, 7).

use crate::ask::Gives::{Of, On};
use crate::ask::{assign, custom_product, define, q};
use crate::world::World;
use tollgate_domain::access::HoldingSource;
use tollgate_domain::custom_product::{CreateCustomProduct, UpdateCustomProduct};
use tollgate_domain::metadata::MetadataPatch;
use tollgate_domain::product::{CreateProduct, DeleteProduct, NewProduct};
use tollgate_domain::refusal::{AccessFault, AccessRefusal, DefaultConflict, Taken};

fn named(name: &str) -> CreateCustomProduct {
    CreateCustomProduct { name: name.to_owned(), key: None, ..custom_product("", &[]) }
}

fn update(key: &str) -> UpdateCustomProduct {
    UpdateCustomProduct {
        key: key.to_owned(),
        name: None,
        metadata: MetadataPatch::default(),
        is_default: None,
        is_archived: None,
    }
}

fn make_default(key: &str) -> UpdateCustomProduct {
    UpdateCustomProduct { is_default: Some(true), ..update(key) }
}

fn archive(key: &str) -> UpdateCustomProduct {
    UpdateCustomProduct { is_archived: Some(true), ..update(key) }
}

fn stripe(name: &str) -> CreateProduct {
    CreateProduct { product: NewProduct { name: name.to_owned(), ..NewProduct::default() }, default_price: None }
}

fn holds_default(world: &World, customer: &str) -> bool {
    world.explained(customer, "sso", |explained| {
        explained.holdings.iter().any(|holding| matches!(holding.source, HoldingSource::Default))
    })
}

// 7: keys of custom products made without `key`.
#[test]
fn a_key_made_from_a_name_begins_with_custom_and_counts_up_where_it_is_taken() {
    let mut world = World::new();
    let keys = ["Early Bird!", "early bird", "Early  bird"].map(|name| world.ok(&named(name)).key.clone());
    assert_eq!(keys, ["custom_early_bird", "custom_early_bird_2", "custom_early_bird_3"]);
}

// 7: an explicit key stays as it is.
#[test]
fn a_chosen_key_stays_as_it_is_and_is_taken_once_among_all_products() {
    let mut world = World::new();
    assert_eq!(world.product("Pro.1", &[]).key, "Pro.1");
    assert_eq!(world.refused(&custom_product("Pro.1", &[])), AccessRefusal::KeyTaken(Taken::Product));
    assert_eq!(world.ok(&stripe("Team")).key, "team");
    assert_eq!(world.refused(&custom_product("team", &[])), AccessRefusal::KeyTaken(Taken::Product));
}

#[test]
fn a_stripe_product_gets_its_key_from_its_name_around_those_that_are_taken() {
    let mut world = World::new();
    world.product("team", &[]);
    assert_eq!(world.ok(&stripe("Team")).key, "team_2");
    assert_eq!(world.ok(&stripe("team")).key, "team_3");
    assert_eq!(world.ok(&stripe("???")).key, "product");
}

#[test]
fn however_many_stripe_products_have_a_name_each_gets_a_key_of_its_own() {
    let mut world = World::new();
    let mut keys: Vec<String> = (0..100).map(|_| world.ok(&stripe("Team")).key.clone()).collect();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 100);
}

#[test]
fn a_custom_name_finds_its_key_behind_stripe_products_that_were_named_so() {
    let mut world = World::new();
    for _ in 0..4 {
        world.ok(&stripe("Custom plan"));
    }
    assert_eq!(world.ok(&named("Plan")).key, "custom_plan_5");
}

// 6.1: `featureAccess` on create.
#[test]
fn a_product_is_made_with_what_it_grants_at_version_1_or_not_at_all() {
    let mut world = World::new();
    world.monthly_credits();
    world.boolean("sso");
    world.product("pro", &[("credits", Of(100)), ("sso", On)]);
    world.assign("acme", &["pro"]);
    assert_eq!(world.see("acme", "credits").limit, Some(q(100)));
    assert!(world.see("acme", "sso").has_access);
    for (feature, gives, fault) in [
        ("nothing", On, AccessFault::NoFeature),
        ("credits", On, AccessFault::NoLimit),
        ("sso", Of(5), AccessFault::LimitOfBoolean),
        ("sso", crate::ask::Gives::Unlimited, AccessFault::UnlimitedBoolean),
    ] {
        let refused = world.refused(&custom_product("max", &[("sso", On), (feature, gives)]));
        assert_eq!(refused, AccessRefusal::BadAccess { entry: Some(1), fault });
    }
}

// 1.2: the default applies automatically to every customer with no product, and is not merged.
#[test]
fn the_default_product_applies_only_to_customers_without_any_other() {
    let mut world = World::new();
    world.boolean("sso");
    world.default_product("free", &[("sso", On)]);
    world.product("pro", &[]);
    let team = world.stripe_product("Team", &[]);
    world.customer("acme");
    assert!(world.see("acme", "sso").has_access && holds_default(&world, "acme"));
    world.assign("acme", &["pro"]);
    assert!(!world.see("acme", "sso").has_access && !holds_default(&world, "acme"));
    world.assign("acme", &[]);
    assert!(world.see("acme", "sso").has_access);
    world.subscribe("acme", &team, 1, "2026-01-01");
    assert!(!world.see("acme", "sso").has_access && !holds_default(&world, "acme"));
    world.unsubscribe("acme");
    assert!(world.see("acme", "sso").has_access);
}

// 6.1: setting `isDefault` on one takes it from the other in the same step.
#[test]
fn there_is_one_default_product_and_the_newest_to_be_made_it_is_it() {
    let mut world = World::new();
    world.boolean("sso");
    world.default_product("free", &[]);
    world.product("trial", &[("sso", On)]);
    world.customer("acme");
    world.ok(&make_default("trial"));
    assert!(world.see("acme", "sso").has_access);
    world.default_product("third", &[]);
    assert!(!world.see("acme", "sso").has_access);
    let defaults = world.catalog().custom_products().values().filter(|product| product.is_default).count();
    assert_eq!(defaults, 1);
    world.ok(&UpdateCustomProduct { is_default: Some(false), ..update("third") });
    assert!(world.catalog().default_product().is_none() && !holds_default(&world, "acme"));
}

// 1.2, 5.23: not assignable by hand.
#[test]
fn default_and_stripe_products_are_not_assignable_and_unknown_keys_are_named() {
    let mut world = World::new();
    world.default_product("free", &[]);
    world.product("pro", &[]);
    world.stripe_product("Team", &[]);
    world.assign("acme", &["pro"]);
    for key in ["free", "team"] {
        let refused = world.refused(&assign("acme", &["pro", key]));
        assert_eq!(refused, AccessRefusal::NotAssignable { index: 1, key: key.to_owned() });
    }
    let unknown = AccessRefusal::UnknownProductKey { index: 0, key: "nope".to_owned() };
    assert_eq!(world.refused(&assign("acme", &["nope", "pro"])), unknown);
    assert_eq!(world.refused(&assign("new", &["nope"])), unknown);
    assert!(world.account("new").is_none());
}

// 1.2, 6.1: the default cannot be assigned or have several versions, so what is or has cannot become it.
#[test]
fn a_product_that_is_assigned_or_has_versions_or_is_archived_cannot_become_the_default() {
    let mut world = World::new();
    world.boolean("sso");
    for key in ["assigned", "versioned", "archived", "fine"] {
        world.product(key, &[]);
    }
    world.assign("acme", &["assigned"]);
    world.ok(&tollgate_domain::definition::DefineAccess { new_version: true, ..define("versioned", &[("sso", On)]) });
    world.ok(&archive("archived"));
    for (key, reason) in [
        ("assigned", DefaultConflict::IsAssigned),
        ("versioned", DefaultConflict::HasVersions),
        ("archived", DefaultConflict::Archived),
    ] {
        assert_eq!(world.refused(&make_default(key)), AccessRefusal::DefaultProduct(reason));
    }
    world.ok(&make_default("fine"));
    world.assign("acme", &[]);
    world.ok(&make_default("assigned"));
}

// 7: the default product cannot be archived.
#[test]
fn the_default_product_cannot_be_archived_unless_it_steps_down() {
    let mut world = World::new();
    world.default_product("free", &[]);
    let conflict = AccessRefusal::DefaultProduct(DefaultConflict::Archived);
    assert_eq!(world.refused(&archive("free")), conflict);
    world.ok(&UpdateCustomProduct { is_default: Some(false), ..archive("free") });
}

// 7: archived products are kept by their holders, not newly assignable.
#[test]
fn an_archived_product_is_kept_by_its_holders_and_assigned_to_nobody_else() {
    let mut world = World::new();
    world.boolean("sso");
    world.product("old", &[("sso", On)]);
    world.product("new", &[]);
    world.assign("acme", &["old"]);
    world.ok(&archive("old"));
    assert!(world.see("acme", "sso").has_access);
    world.assign("acme", &["old", "new"]);
    assert!(world.see("acme", "sso").has_access);
    let refused = AccessRefusal::NotAssignable { index: 0, key: "old".to_owned() };
    assert_eq!(world.refused(&assign("other", &["old"])), refused);
    world.assign("acme", &["new"]);
    assert_eq!(world.refused(&assign("acme", &["old"])), refused);
}

// 6.1: name and archive of a Stripe product follow Stripe.
#[test]
fn a_stripe_product_is_not_edited_as_a_custom_one() {
    let mut world = World::new();
    world.stripe_product("Team", &[]);
    let rename = UpdateCustomProduct { name: Some("Crew".to_owned()), ..update("team") };
    assert_eq!(world.refused(&rename), AccessRefusal::StripeManaged);
    assert_eq!(world.refused(&archive("nope")), AccessRefusal::NoProduct { key: "nope".to_owned() });
}

// 1.2: set semantics.
#[test]
fn the_keys_of_an_update_are_the_whole_assignment() {
    let mut world = World::new();
    for key in ["a", "b", "c"] {
        world.product(key, &[]);
    }
    let held = |world: &World| {
        let account = world.account("acme").unwrap();
        let key = |id| world.catalog().custom_product(id).unwrap().key.clone();
        account.assignments.iter().map(|assignment| key(&assignment.product)).collect::<Vec<_>>()
    };
    world.assign("acme", &["a", "b", "a"]);
    assert_eq!(held(&world), ["a", "b"]);
    world.assign("acme", &["c", "b"]);
    assert_eq!(held(&world), ["b", "c"]);
    world.ok(&crate::ask::write("acme"));
    assert_eq!(held(&world), ["b", "c"], "what is not named stays");
    world.assign("acme", &[]);
    assert!(held(&world).is_empty());
}

#[test]
fn what_a_stripe_product_granted_is_gone_with_it() {
    let mut world = World::new();
    world.boolean("sso");
    let team = world.stripe_product("Team", &[("sso", On)]);
    world.ok(&DeleteProduct { id: team.id.clone() });
    world.ok(&CreateProduct {
        product: NewProduct { id: Some(team.id.clone()), name: "Team".to_owned(), ..NewProduct::default() },
        default_price: None,
    });
    world.customer("acme");
    world.subscribe("acme", &team, 1, "2026-01-01");
    assert!(!world.see("acme", "sso").has_access);
}
