//! Billing customers and the customers that they are (1.11, 5.31; spec/stripe.md 5.1, 9).

use crate::ask::Gives::{self, Of, On};
use crate::ask::{at, bonus, keyed, overrule, q, write};
use crate::engine::random;
use crate::world::World;
use std::collections::BTreeMap;
use std::sync::Arc;
use tollgate_domain::account::Account;
use tollgate_domain::billing_customer::{
    BillingCustomer, BillingCustomerPatch, CreateBillingCustomer, DeleteBillingCustomer, UpdateBillingCustomer,
};
use tollgate_domain::command::{Changes, Command, Cx, Stop, Write};
use tollgate_domain::customer::{
    DeleteCustomer, EnsureCustomer, LinkCustomer, MERGED_EVENTS_MAX, Subscribed, WriteCustomer,
};
use tollgate_domain::event::Action;
use tollgate_domain::facts::{Facts, ReadSet};
use tollgate_domain::id::{CustomerId, TestClockId};
use tollgate_domain::metadata::MetadataPatch;
use tollgate_domain::overrule::CreateOverride;
use tollgate_domain::patch::Patch;
use tollgate_domain::quantity::Quantity;
use tollgate_domain::record::{Noun, Record};
use tollgate_domain::refusal::{AccessRefusal, LinkConflict, Reference, Refusal};
use tollgate_domain::test_clock::{CUSTOMERS_MAX, TestClock};
use tollgate_domain::usage::{self, Track, TrackBatch, Tracked};
use tollgate_domain::window::{ResetAnchor, ResetInterval, Window};

const LINK_KEY: &str = "priceos_customer_id";

fn world() -> World {
    let mut world = World::new();
    world.monthly_credits();
    world.tracked("tokens", ResetInterval::Never, ResetAnchor::Calendar);
    world.tracked("calls", ResetInterval::Day, ResetAnchor::BillingPeriod);
    world.boolean("sso");
    world
}

fn patch(name: &str, link: Option<&str>) -> BillingCustomerPatch {
    let set = link.map(|id| (LINK_KEY.to_owned(), Some(id.to_owned()))).into_iter().collect();
    BillingCustomerPatch {
        name: Patch::Set(name.to_owned()),
        email: Patch::Set(format!("{name}@example.com")),
        metadata: MetadataPatch { clear: false, set },
        ..BillingCustomerPatch::default()
    }
}

fn new(name: &str, link: Option<&str>) -> CreateBillingCustomer {
    CreateBillingCustomer { patch: patch(name, link), test_clock: None, link_key: LINK_KEY.into() }
}

fn change(customer: &BillingCustomer, patch: BillingCustomerPatch) -> UpdateBillingCustomer {
    UpdateBillingCustomer { id: customer.id.clone(), patch, link_key: LINK_KEY.into() }
}

fn link(id: &str, billing: &BillingCustomer) -> LinkCustomer {
    LinkCustomer { id: id.into(), stripe_customer: billing.id.to_string(), force: false }
}

fn forced(id: &str, billing: &BillingCustomer) -> LinkCustomer {
    LinkCustomer { force: true, ..link(id, billing) }
}

/// The account of a billing customer; sees that it is the only one.
fn of(world: &World, billing: &BillingCustomer) -> Arc<Account> {
    let accounts = world.engine.customers().filter_map(|id| world.engine.account(&id));
    let mut own: Vec<_> =
        accounts.filter(|account| account.customer.stripe_customer.as_deref() == Some(billing.id.as_str())).collect();
    assert_eq!(own.len(), 1, "{billing:?}");
    own.remove(0)
}

fn is_own(account: &Account, billing: &BillingCustomer) -> bool {
    account.id().as_str() == billing.id.as_str()
}

#[test]
fn a_billing_customer_is_a_customer_of_its_own_until_somebody_links_it() {
    let mut world = world();
    let billing = world.ok(&new("ann", None));
    let account = of(&world, &billing);
    assert!(is_own(&account, &billing));
    assert_eq!(account.customer.name.as_deref(), Some("ann"));
    assert_eq!(account.customer.email.as_deref(), Some("ann@example.com"));
    let prefix = &billing.invoice_prefix;
    assert!(prefix.len() == 8 && prefix.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit()), "{prefix}");
    assert_eq!(world.engine.events.last().map(|event| event.name()).as_deref(), Some("customer.created"));
}

// 1.11: the metadata key links automatically.
#[test]
fn metadata_of_a_new_billing_customer_makes_or_takes_the_customer_it_names() {
    let mut world = world();
    let made = world.ok(&new("ann", Some("u1")));
    assert_eq!(of(&world, &made).id().as_str(), "u1");
    world.ok(&WriteCustomer { create: true, name: Patch::Set("old".to_owned()), ..write("u2") });
    world.track("u2", "credits", 3);
    let took = world.ok(&new("bob", Some("u2")));
    let account = of(&world, &took);
    assert_eq!((account.id().as_str(), account.customer.name.as_deref()), ("u2", Some("bob")));
    assert_eq!(world.usage("u2", "credits").used, q(3));
}

#[test]
fn metadata_that_names_a_customer_of_another_billing_customer_links_nothing() {
    let mut world = world();
    let first = world.ok(&new("ann", Some("u1")));
    let second = world.ok(&new("bob", Some("u1")));
    assert_eq!(of(&world, &first).id().as_str(), "u1");
    assert!(is_own(&of(&world, &second), &second));
    // Once it is free, the next change that names it links.
    world.ok(&DeleteBillingCustomer { id: first.id.clone() });
    world.ok(&change(&second, patch("bob", Some("u1"))));
    assert_eq!(of(&world, &second).id().as_str(), "u1");
}

#[test]
fn metadata_that_is_set_later_links_and_moves_a_link_that_came_from_it() {
    let mut world = world();
    let billing = world.ok(&new("ann", None));
    let own = billing.id.to_string();
    world.track(&own, "credits", 2);
    world.ok(&change(&billing, patch("eve", Some("u1"))));
    let account = of(&world, &billing);
    assert_eq!((account.id().as_str(), account.customer.name.as_deref()), ("u1", Some("eve")));
    assert_eq!((world.usage("u1", "credits").used, world.account(&own)), (q(2), None));
    world.ok(&change(&billing, patch("eve", Some("u2"))));
    assert_eq!(of(&world, &billing).id().as_str(), "u2");
    assert_eq!(world.usage("u1", "credits").used, q(2), "what a linked customer used stays with it");
    // A link that was made by hand stays.
    world.ok(&forced("u3", &billing));
    world.ok(&change(&billing, patch("eve", Some("u4"))));
    assert_eq!(of(&world, &billing).id().as_str(), "u3");
    assert_eq!(world.account("u4"), None);
}

// 1.11: renaming works, but the next change in Stripe overwrites it.
#[test]
fn the_next_change_of_a_billing_customer_overwrites_name_and_email() {
    let mut world = world();
    let billing = world.ok(&new("ann", Some("u1")));
    world.ok(&WriteCustomer { name: Patch::Set("nickname".to_owned()), ..write("u1") });
    let phone = BillingCustomerPatch { phone: Patch::Set("1".to_owned()), ..BillingCustomerPatch::default() };
    world.ok(&change(&billing, phone));
    assert_eq!(world.account("u1").unwrap().customer.name.as_deref(), Some("nickname"));
    let cleared = BillingCustomerPatch { email: Patch::Clear, ..BillingCustomerPatch::default() };
    world.ok(&change(&billing, cleared));
    let customer = world.account("u1").unwrap().customer.clone();
    assert_eq!((customer.name.as_deref(), customer.email.as_deref()), (Some("ann"), None));
}

#[test]
fn a_deleted_billing_customer_takes_its_own_customer_along_and_leaves_a_linked_one() {
    let mut world = world();
    let (own, linked) = (world.ok(&new("ann", None)), world.ok(&new("bob", Some("u1"))));
    for id in [own.id.as_str(), "u1"] {
        world.track(id, "credits", 2);
    }
    for billing in [&own, &linked] {
        world.ok(&DeleteBillingCustomer { id: billing.id.clone() });
        let event = world.engine.events.last().unwrap();
        assert_eq!((event.action, &event.after), (Action::Deleted, &Record::BillingCustomer(billing.clone())));
        let Some(Record::BillingCustomer(stub)) = world.engine.row(Noun::BillingCustomer, billing.id.as_str()) else {
            panic!("nothing is left of it")
        };
        let blank = BillingCustomer::new(billing.id.clone(), billing.created);
        assert_eq!(**stub, BillingCustomer { deleted: true, ..blank });
    }
    assert_eq!((world.account(own.id.as_str()), world.events(own.id.as_str(), "credits").len()), (None, 0));
    let left = world.account("u1").unwrap();
    assert_eq!((&left.customer.stripe_customer, world.usage("u1", "credits").used), (&None, q(2)));
    world.ok(&DeleteCustomer { id: "u1".into() });
}

#[test]
fn what_was_deleted_is_neither_deleted_again_nor_changed() {
    let mut world = world();
    let billing = world.ok(&new("ann", None));
    world.ok(&DeleteBillingCustomer { id: billing.id.clone() });
    let (noun, id) = (Noun::BillingCustomer, billing.id.to_string());
    let again = world.run(&DeleteBillingCustomer { id: billing.id.clone() });
    assert_eq!(again, Err(Refusal::NoSubject { noun, id: id.clone() }));
    let changed = world.run(&change(&billing, patch("eve", None)));
    assert_eq!(changed, Err(Refusal::NoReference { reference: Reference::DeletedCustomer, id }));
    let nobody = BillingCustomer::new("cus_no".into(), world.now);
    let changed = world.run(&change(&nobody, patch("eve", None)));
    assert_eq!(changed, Err(Refusal::NoSubject { noun, id: "cus_no".to_owned() }));
}

/// Puts a clock on file.
#[derive(Debug, Clone)]
struct PutClock(Arc<TestClock>);

impl Command for PutClock {
    type Reply = ();

    fn reads(&self) -> ReadSet {
        ReadSet::default()
    }

    fn decide(&self, _: &Facts, _: &mut Cx<'_>) -> Result<((), Changes), Stop> {
        let mut changes = Changes::default();
        changes.writes.push(Write::Put { before: None, after: Record::TestClock(self.0.clone()) });
        Ok(((), changes))
    }
}

// spec/stripe.md 9
#[test]
fn a_clock_tells_the_time_of_up_to_three_customers() {
    let mut world = world();
    let id = TestClockId::from("clock_1");
    let frozen = at("2030-06-01");
    let (name, created) = (None, world.now);
    let clock = TestClock { id: id.clone(), name, frozen, advancing_to: None, customers: Vec::new(), created };
    world.ok(&PutClock(clock.into()));
    let bound = |link| CreateBillingCustomer { test_clock: Some(id.clone()), ..new("ann", link) };
    let first = world.ok(&bound(Some("u1")));
    assert_eq!(first.created, frozen);
    let customer = of(&world, &first).customer.clone();
    assert_eq!((customer.created, customer.frozen), (frozen, Some(frozen)));
    for _ in 1..CUSTOMERS_MAX {
        world.ok(&bound(None));
    }
    assert_eq!(world.run(&bound(None)), Err(Refusal::TestClockFull));
    world.ok(&DeleteBillingCustomer { id: first.id.clone() });
    assert_eq!(world.account("u1").unwrap().customer.frozen, None);
    world.ok(&bound(None));
    let missing = CreateBillingCustomer { test_clock: Some("clock_2".into()), ..new("ann", None) };
    let refusal = Refusal::NoReference { reference: Reference::TestClock, id: "clock_2".to_owned() };
    assert_eq!(world.run(&missing), Err(refusal));
}

fn subscribed(product: &str, started: &str) -> Subscribed {
    let (started, anchor) = (at(started), at(started));
    Subscribed { subscription: "sub_1".into(), product: product.into(), version: 1, quantity: 2, started, anchor }
}

// 5.31: what the API made stays, what Stripe knows comes, nothing is lost.
#[test]
fn a_link_merges_what_both_have() {
    let mut world = world();
    for (key, limit) in [("pro", 100), ("lite", 10)] {
        world.product(key, &[("credits", Of(limit))]);
    }
    let team = world.stripe_product("Team", &[("credits", Of(50)), ("calls", Of(5))]);
    let billing = world.ok(&new("ann", None));
    let own = billing.id.to_string();
    world.set_subscribed(&own.as_str().into(), vec![subscribed(team.id.as_str(), "2025-12-05")]);
    world.assign("u1", &["pro"]);
    world.ok(&WriteCustomer {
        usage_started: Patch::Set(at("2025-03-03")),
        name: Patch::Set("nickname".to_owned()),
        ..write("u1")
    });
    world.assign(&own, &["pro", "lite"]);
    world.override_access("u1", "sso", On);
    world.override_access(&own, "sso", Gives::Nothing);
    world.override_access(&own, "tokens", Of(7));
    let (kept, came) = (world.grant_bonus("u1", "credits", 5), world.grant_bonus(&own, "credits", 6));
    world.track("u1", "credits", 3);
    world.track(&own, "credits", 4);
    world.track_at(&own, "credits", 9, "2025-11-11");
    world.track(&own, "tokens", 2);
    let linked = world.ok(&link("u1", &billing));
    let account = of(&world, &billing);
    assert_eq!(*linked, *account);
    assert_eq!(world.account(&own), None);
    let customer = &account.customer;
    assert_eq!((customer.id.as_str(), customer.name.as_deref()), ("u1", Some("ann")));
    assert_eq!(customer.usage_started, Some(at("2025-03-03")));
    assert_eq!(customer.subscribed, [subscribed(team.id.as_str(), "2025-12-05")]);
    assert_eq!(world.explained("u1", "credits", |explained| explained.holdings.len()), 3);
    assert!(world.see("u1", "sso").has_access, "the API's own override wins");
    assert_eq!(world.see("u1", "tokens").limit, Some(q(7)));
    assert_eq!(world.usage("u1", "credits").used, q(7));
    assert_eq!(world.usage("u1", "tokens").used, q(2));
    let ids: Vec<_> = account.bonuses.iter().map(|bonus| bonus.id.clone()).collect();
    assert_eq!(ids, [kept.id.clone(), came.id.clone()]);
    assert_eq!(world.usage("u1", "credits").bonus_remaining, q(11));
    // Counts go on from there.
    assert_eq!(world.track("u1", "credits", 1), q(8));
    check_counters(&world);
}

#[test]
fn an_override_that_has_expired_gives_way_to_one_that_counts() {
    let mut world = world();
    let billing = world.ok(&new("ann", None));
    let own = billing.id.to_string();
    world.customer("u1");
    world.ok(&CreateOverride { expires: Some(at("2025-01-01")), ..overrule("u1", "sso", Gives::Nothing) });
    world.override_access(&own, "sso", On);
    world.ok(&link("u1", &billing));
    assert!(world.see("u1", "sso").has_access);
    assert_eq!(world.engine.of(Noun::Override).count(), 1);
}

// 5.5: the key of an event is unique for a customer and feature.
#[test]
fn events_keep_their_keys_but_for_those_that_are_taken() {
    let mut world = world();
    let billing = world.ok(&new("ann", None));
    let own = billing.id.to_string();
    world.ok(&keyed("u1", "credits", 1, "a"));
    for key in ["a", "b"] {
        world.ok(&keyed(&own, "credits", 10, key));
    }
    world.ok(&link("u1", &billing));
    assert_eq!(world.usage("u1", "credits").used, q(21));
    for key in ["a", "b"] {
        assert!(matches!(world.ok(&keyed("u1", "credits", 5, key)), Tracked::Repeated { .. }), "{key}");
    }
    assert!(matches!(world.ok(&keyed(&own, "credits", 5, "b")), Tracked::Applied { .. }), "the old name is free");
}

#[test]
fn burns_of_both_are_given_back_last_burnt_first() {
    let mut world = world();
    world.product("pro", &[("credits", Of(10))]);
    let billing = world.ok(&new("ann", None));
    let own = billing.id.to_string();
    for id in ["u1", own.as_str()] {
        world.assign(id, &["pro"]);
        world.grant_bonus(id, "credits", 5);
        world.wait_millis(1);
        world.track(id, "credits", 14);
    }
    world.ok(&link("u1", &billing));
    assert_eq!(world.left_of_bonuses("u1"), [q(1), q(1)]);
    world.track("u1", "credits", -6);
    assert_eq!(world.left_of_bonuses("u1"), [q(3), q(5)]);
}

#[test]
fn a_link_moves_back_what_a_billing_customer_has_when_its_customer_is_taken() {
    let mut world = world();
    let team = world.stripe_product("Team", &[("sso", On)]);
    let (ann, bob) = (world.ok(&new("ann", Some("u1"))), world.ok(&new("bob", Some("u2"))));
    world.set_subscribed(&"u1".into(), vec![subscribed(team.id.as_str(), "2026-01-01")]);
    assert_eq!(world.refused(&link("u2", &ann)), AccessRefusal::Linked(LinkConflict::Customer));
    world.ok(&forced("u2", &ann));
    assert!(world.see("u2", "sso").has_access && !world.see("u1", "sso").has_access);
    assert_eq!(world.account("u1").unwrap().customer.stripe_customer, None);
    assert!(is_own(&of(&world, &bob), &bob));
    // Nobody takes the customer that a billing customer has for itself.
    let own = forced(bob.id.as_str(), &ann);
    assert_eq!(world.refused(&own), AccessRefusal::Linked(LinkConflict::Customer));
    world.ok(&link("u1", &bob));
    assert_eq!((of(&world, &ann).id().as_str(), of(&world, &bob).id().as_str()), ("u2", "u1"));
}

#[test]
fn a_link_is_refused_where_more_events_would_move_than_one_step_moves() {
    let mut world = world();
    let billing = world.ok(&new("ann", None));
    let own = billing.id.to_string();
    let one = Track { ..crate::ask::track(&own, "credits", 1) };
    for _ in 0..MERGED_EVENTS_MAX / 100 {
        world.ok(&TrackBatch { events: vec![one.clone(); 100] });
    }
    world.ok(&link("u1", &billing));
    assert_eq!(world.usage("u1", "credits").used, Quantity::whole(10_000));
    let billing = world.ok(&new("bob", None));
    let one = Track { customer: billing.id.as_str().into(), ..one };
    for _ in 0..=MERGED_EVENTS_MAX / 100 {
        world.ok(&TrackBatch { events: vec![one.clone(); 100] });
    }
    assert_eq!(world.refused(&link("u2", &billing)), AccessRefusal::Linked(LinkConflict::TooMuchUsage));
    // Metadata that asks for as much is kept, and links nothing.
    world.ok(&change(&billing, patch("bob", Some("u2"))));
    assert!(is_own(&of(&world, &billing), &billing));
}

/// Every counter is the sum of the events of its window.
fn check_counters(world: &World) {
    for record in world.engine.of(Noun::Counters) {
        let Record::Counters(counters) = record else { continue };
        for (feature, counter) in &counters.by_feature {
            let events = world.engine.usage(&usage::subject(feature, &counters.customer), Window::ALWAYS);
            let open = events.iter().filter(|event| counter.window.contains(event.occurred));
            assert_eq!(counter.total, open.map(|event| event.amount).sum(), "{counters:?}");
            assert!(events.iter().all(|event| event.occurred <= counter.latest), "{counters:?}");
        }
    }
}

/// All that may not be lost, of all customers together: the sum of events and their number, what bonuses amount to, have
/// left and burnt, by feature.
fn conserved(world: &World) -> BTreeMap<String, [Quantity; 5]> {
    let mut sums: BTreeMap<String, [Quantity; 5]> = BTreeMap::new();
    let mut add = |feature: &str, numbers: [(usize, Quantity); 2]| {
        let sums = sums.entry(feature.to_owned()).or_default();
        for (place, number) in numbers {
            sums[place] = sums[place].plus(number);
        }
    };
    for record in world.engine.of(Noun::UsageEvent) {
        if let Record::UsageEvent(event) = record {
            add(event.feature.as_str(), [(0, event.amount), (1, q(1))]);
        }
    }
    for record in world.engine.of(Noun::Bonus) {
        if let Record::Bonus(bonus) = record {
            assert_eq!(bonus.amount, bonus.remaining().plus(bonus.burnt()));
            add(bonus.feature.as_str(), [(2, bonus.amount), (3, bonus.remaining())]);
            add(bonus.feature.as_str(), [(4, bonus.burnt()), (4, Quantity::ZERO)]);
        }
    }
    sums
}

#[test]
fn no_merge_loses_or_doubles_anything() {
    for seed in 0..60 {
        let mut draw = random(seed);
        let mut world = world();
        world.default_product("free", &[("credits", Of(20)), ("calls", Of(3))]);
        world.product("pro", &[("credits", Of(15)), ("tokens", Of(9))]);
        let billing = world.ok(&new("ann", None));
        let people = [billing.id.to_string(), "u1".to_owned()];
        let mut pick = |below: u64| usize::try_from(draw() % below).unwrap();
        for _ in 0..40 {
            let who = &people[pick(2)];
            let feature = ["credits", "tokens", "calls"][pick(3)];
            let amount = i64::try_from(pick(9)).unwrap() - 2;
            match pick(8) {
                0 => drop(world.ok(&EnsureCustomer { id: who.as_str().into() })),
                1 => world.assign(who, if pick(2) == 0 { &["pro"] } else { &[] }),
                2 => {
                    world.customer(who);
                    world.ok(&bonus(who, feature, amount.max(1)));
                }
                3 => world.wait_millis(i64::try_from(pick(40)).unwrap() * 3_600_000),
                4 => drop(world.ok(&keyed(who, feature, amount, ["a", "b", "c"][pick(3)]))),
                5 => {
                    let ago = i64::try_from(pick(500)).unwrap() * 3_600_000;
                    let occurred = tollgate_domain::time::Timestamp::from_millis(world.now.millis() - ago);
                    world.ok(&Track { occurred: Some(occurred), ..crate::ask::track(who, feature, amount) });
                }
                _ => drop(world.track(who, feature, amount)),
            }
        }
        let before = conserved(&world);
        world.ok(&link("u1", &billing));
        assert_eq!(conserved(&world), before, "seed {seed}");
        assert!(world.engine.of(Noun::UsageEvent).all(|record| record_customer(record) == "u1".into()));
        check_counters(&world);
        for feature in ["credits", "tokens", "calls"] {
            let total = world.usage("u1", feature).used;
            let window = world.window("u1", feature);
            let events = world.events("u1", feature).into_iter().filter(|event| window.contains(event.occurred));
            let sum: Quantity = events.map(|event| event.amount).sum();
            assert_eq!(total, sum.floor_zero(), "seed {seed} {feature}");
        }
        world.track("u1", "credits", 5);
        check_counters(&world);
    }
}

fn record_customer(record: &Record) -> CustomerId {
    match record {
        Record::UsageEvent(event) => event.customer.clone(),
        other => panic!("{other:?}"),
    }
}

// What a later command of the same batch sees is what there is.
#[test]
fn a_batch_sees_what_a_merge_in_it_left() {
    use crate::engine::seat;
    let mut world = world();
    let billing = world.ok(&new("ann", None));
    let own = billing.id.to_string();
    world.grant_bonus(&own, "credits", 5);
    world.track(&own, "credits", 3);
    let mut seats = vec![
        seat(crate::ask::track("u1", "credits", 1), 1),
        seat(link("u1", &billing), 2),
        seat(crate::ask::track("u1", "credits", 1), 3),
        seat(crate::ask::track(&own, "credits", 1), 4),
        seat(bonus("u1", "credits", 7), 5),
    ];
    let facts = world.engine.run_all(&mut seats, world.now);
    for id in ["u1", own.as_str()] {
        let id = CustomerId::from(id);
        assert_eq!(facts.account(&id).unwrap().cloned(), world.engine.account(&id));
    }
    assert_eq!(world.usage("u1", "credits").used, q(5));
    assert_eq!(world.usage(&own, "credits").used, q(1));
    assert_eq!(world.usage("u1", "credits").bonus_remaining, q(12));
    assert_eq!(Window::ALWAYS, world.window("u1", "tokens"));
}
