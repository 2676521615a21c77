//! Customers (1.11, 2.5, 5.3, 5.31, 7).

use crate::ask::Gives::{Of, On};
use crate::ask::{at, bonus, q, write};
use crate::world::World;
use tollgate_domain::customer::{DeleteCustomer, EnsureCustomer, LinkCustomer, WriteCustomer};
use tollgate_domain::patch::Patch;
use tollgate_domain::record::Noun;
use tollgate_domain::refusal::{AccessRefusal, LinkConflict};
use tollgate_domain::window::{ResetAnchor, ResetInterval};

fn world() -> World {
    let mut world = World::new();
    world.monthly_credits();
    world.boolean("sso");
    world
}

fn link(id: &str, stripe: &str) -> LinkCustomer {
    LinkCustomer { id: id.into(), stripe_customer: stripe.to_owned(), force: false }
}

// 1.6: asking for access creates the customer; the answer is the default product's.
#[test]
fn asking_makes_a_customer_that_has_what_the_default_grants() {
    let mut world = world();
    world.default_product("free", &[("sso", On)]);
    let made = world.ok(&EnsureCustomer { id: "acme".into() });
    assert_eq!(made.customer.created, world.now);
    assert!(world.see("acme", "sso").has_access);
    world.wait_millis(1);
    assert_eq!(world.ok(&EnsureCustomer { id: "acme".into() }), made, "once");
}

// 5.3, 7: create on an existing customer is an upsert.
#[test]
fn creating_a_customer_that_is_there_changes_what_is_given() {
    let mut world = world();
    let name = |name: &str| Patch::Set(name.to_owned());
    let create = WriteCustomer { create: true, name: name("A"), email: name("a@example.com"), ..write("acme") };
    let made = world.ok(&create);
    world.wait_millis(1);
    let again = world.ok(&WriteCustomer { create: true, name: name("B"), ..write("acme") });
    assert_eq!(again.customer.created, made.customer.created);
    assert_eq!(again.customer.name.as_deref(), Some("B"));
    assert_eq!(again.customer.email.as_deref(), Some("a@example.com"));
    let cleared = world.ok(&WriteCustomer { email: Patch::Clear, ..write("acme") });
    assert_eq!(cleared.customer.email, None);
}

#[test]
fn updating_a_customer_that_is_not_there_is_refused() {
    let mut world = world();
    assert_eq!(world.refused(&write("nobody")), AccessRefusal::NoCustomer { id: "nobody".into() });
}

// 7: deleting a customer deletes its usage, bonuses, overrides.
#[test]
fn a_deleted_customer_takes_everything_along_and_begins_anew() {
    let mut world = world();
    world.tracked("tokens", ResetInterval::Never, ResetAnchor::Calendar);
    world.product("pro", &[("credits", Of(100))]);
    world.assign("acme", &["pro"]);
    world.grant_bonus("acme", "credits", 5);
    world.override_access("acme", "sso", On);
    world.track("acme", "credits", 3);
    world.track_at("acme", "tokens", 3, "2020-01-01");
    world.track("other", "credits", 4);
    world.ok(&DeleteCustomer { id: "acme".into() });
    for noun in [Noun::Assignment, Noun::Bonus, Noun::Override] {
        assert_eq!(world.engine.of(noun).count(), 0, "{noun:?}");
    }
    assert!(world.events("acme", "credits").is_empty() && world.events("acme", "tokens").is_empty());
    assert_eq!(world.events("other", "credits").len(), 1);
    assert_eq!(world.track("acme", "credits", 1), q(1));
    assert_eq!(world.refused(&DeleteCustomer { id: "no".into() }), AccessRefusal::NoCustomer { id: "no".into() });
}

// 1.11: one that exists in Stripe must be deleted in Stripe.
#[test]
fn a_customer_of_stripe_is_not_deleted_here() {
    let mut world = world();
    world.ok(&link("acme", "cus_1"));
    assert_eq!(world.refused(&DeleteCustomer { id: "acme".into() }), AccessRefusal::StripeCustomer);
}

// 1.11, 5.31: idempotent, may precede creation; a conflict is refused unless forced.
#[test]
fn a_link_is_one_to_one_and_moves_only_by_force() {
    let mut world = world();
    let made = world.ok(&link("acme", "cus_1"));
    assert_eq!(world.ok(&link("acme", "cus_1")), made);
    let conflict = AccessRefusal::Linked(LinkConflict::Customer);
    assert_eq!(world.refused(&link("acme", "cus_2")), conflict);
    world.customer("other");
    let conflict = AccessRefusal::Linked(LinkConflict::StripeCustomer);
    assert_eq!(world.refused(&link("other", "cus_1")), conflict);
    world.ok(&LinkCustomer { force: true, ..link("other", "cus_1") });
    assert_eq!(world.account("acme").unwrap().customer.stripe_customer, None);
    world.ok(&LinkCustomer { force: true, ..link("other", "cus_2") });
    world.ok(&link("acme", "cus_1"));
}

#[test]
fn a_link_keeps_what_the_customer_has() {
    let mut world = world();
    world.product("pro", &[("credits", Of(100))]);
    world.assign("acme", &["pro"]);
    world.ok(&WriteCustomer { usage_started: Patch::Set(at("2025-05-05")), ..write("acme") });
    world.ok(&bonus("acme", "credits", 5));
    world.track("acme", "credits", 3);
    let before = world.see("acme", "credits");
    let linked = world.ok(&link("acme", "cus_1"));
    assert_eq!(linked.customer.usage_started, Some(at("2025-05-05")));
    assert_eq!(world.see("acme", "credits"), before);
}
