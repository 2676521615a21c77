//! Totals that cannot be held (2.1 of the design: counts are exact, or refused).

use crate::ask::{at, consume, q, set, track};
use crate::engine::random;
use crate::world::World;
use std::collections::BTreeMap;
use std::sync::Arc;
use tollgate_domain::account::Account;
use tollgate_domain::batch;
use tollgate_domain::command::{Command, Cx, Stop};
use tollgate_domain::environment::Environment;
use tollgate_domain::facts::{Fact, Facts, Key};
use tollgate_domain::id::CustomerId;
use tollgate_domain::quantity::Quantity;
use tollgate_domain::refusal::{AccessRefusal, Refusal};
use tollgate_domain::subscription::Payments;
use tollgate_domain::usage::{Counter, Counters, TrackBatch};
use tollgate_domain::window::Window;

/// Facts in which `acme` has used so much of `credits`, which never reset, that hardly more can be held.
fn brimful() -> Facts {
    let mut world = World::new();
    let never = tollgate_domain::window::ResetInterval::Never;
    let feature = world.tracked("credits", never, tollgate_domain::window::ResetAnchor::Calendar);
    world.customer("acme");
    world.override_access("acme", "credits", crate::ask::Gives::Unlimited);
    let customer = CustomerId::from("acme");
    let mut account = Account::clone(&world.account("acme").unwrap());
    let largest: Quantity = serde_json::from_str(&format!("\"{}\"", i128::MAX / 1_000_000_000)).unwrap();
    let counter = Counter { window: Window::ALWAYS, total: largest, latest: at("2026-01-01"), revision: 1 };
    let by_feature = BTreeMap::from([(feature.id.clone(), counter)]);
    account.counters = Some(Arc::new(Counters { customer: customer.clone(), created: world.now, by_feature }));
    let mut facts = Facts::default();
    facts.learn(Key::Catalog, Fact::Catalog(world.engine.catalog().clone()));
    facts.learn(Key::account(&customer), Fact::Account(Some(Arc::new(account))));
    facts
}

fn context(random: &mut dyn FnMut() -> u64) -> Cx<'_> {
    let (environment, payments) = (Environment::Test, Payments::Assumed);
    Cx { environment, now: at("2026-01-01"), payments, cause: None, random }
}

fn decide<C: Command>(command: &C, facts: &Facts) -> Result<C::Reply, Stop> {
    let mut random = random(1);
    let mut cx = context(&mut random);
    command.decide(facts, &mut cx).map(|(reply, _)| reply)
}

fn too_large() -> Refusal {
    AccessRefusal::TotalTooLarge.into()
}

#[test]
fn a_total_that_cannot_be_held_is_refused_and_not_wrapped_round() {
    let facts = brimful();
    assert_eq!(decide(&track("acme", "credits", 1), &facts), Err(Stop::Refused(too_large())));
    assert_eq!(decide(&consume("acme", "credits", 1), &facts), Err(Stop::Refused(too_large())));
    assert!(decide(&track("acme", "credits", -1), &facts).is_ok());
    assert!(decide(&set("acme", "credits", 5), &facts).is_ok());
}

#[test]
fn an_entry_of_a_batch_that_cannot_be_held_fails_alone() {
    let facts = brimful();
    let batch = TrackBatch { events: [-2, 3, 1].map(|amount| track("acme", "credits", amount)).into() };
    let mut random = random(1);
    let mut cx = context(&mut random);
    let (reply, changes) = batch::decide(&batch, &facts, &mut cx).unwrap();
    let reply = reply.unwrap();
    assert!(reply[0].is_ok() && reply[2].is_ok());
    assert_eq!(reply[1], Err(too_large()));
    assert_eq!(changes.writes.len(), 3, "the counters and two events");
}

#[test]
fn sums_stop_at_what_can_be_held() {
    let largest = q(i64::MAX).times(u64::MAX).times(u64::MAX);
    assert_eq!(largest.plus(q(1)), largest);
    assert_eq!(largest.checked_add(q(1)), None);
    assert_eq!(q(0).minus(largest).minus(q(10)).checked_sub(q(1)), None);
}
