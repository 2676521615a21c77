//! Webhook endpoints, what is to be sent to them, and what becomes of it.

use crate::catalog::{create_product, new_product};
use crate::engine::{Engine, seat};
use std::sync::Arc;
use tollgate_domain::command::Command;
use tollgate_domain::id::{DeliveryId, WebhookEndpointId};
use tollgate_domain::metadata::MetadataPatch;
use tollgate_domain::patch::Patch;
use tollgate_domain::product::{CreateProduct, DeleteProduct};
use tollgate_domain::record::{Noun, Record};
use tollgate_domain::refusal::{Reference, Refusal};
use tollgate_domain::time::Timestamp;
use tollgate_domain::webhook::delivery::{FAILED_LIFETIME_MILLIS, RetryEvent};
use tollgate_domain::webhook::dispatch::{LeaseDeliveries, Leased, Outcome, SettleDeliveries, Tried};
use tollgate_domain::webhook::endpoint::{
    CreateWebhookEndpoint, DeleteWebhookEndpoint, ENDPOINTS_MAX, REMOVAL_MILLIS, RemoveWebhookEndpoint, RollSecret,
    UpdateWebhookEndpoint,
};
use tollgate_domain::webhook::{Delivery, DeliveryStatus, Schedule, Secret, Trouble, WebhookEndpoint};

const LEASE: i64 = 1000;
const SCHEDULE: Schedule = Schedule { first: 1000, longest: 4000, whole: 10_000 };

/// The smallest engine, on a clock that is moved by hand.
struct World {
    engine: Engine,
    now: i64,
    seed: u64,
}

impl World {
    fn new() -> Self {
        Self { engine: Engine::default(), now: 1_700_000_000_000, seed: 0 }
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.now)
    }

    fn run<C: Command>(&mut self, command: &C) -> Result<C::Reply, Refusal> {
        self.seed += 1;
        self.engine.run(command, self.now(), self.seed)
    }

    /// Runs commands as one batch, which also writes what is to be sent.
    fn announce(&mut self, products: &[&str]) {
        self.seed += 100;
        let mut seats: Vec<_> =
            products.iter().zip(self.seed..).map(|(id, seed)| seat(create_product(id), seed)).collect();
        self.engine.run_all(&mut seats, self.now());
    }

    fn endpoint(&mut self, events: &[&str]) -> Arc<WebhookEndpoint> {
        self.run(&create(events)).unwrap()
    }

    fn deliveries(&self) -> Vec<Arc<Delivery>> {
        let all = self.engine.of(Noun::Delivery).filter_map(|record| match record {
            Record::Delivery(delivery) => Some(delivery.clone()),
            _ => None,
        });
        all.collect()
    }

    fn lease(&mut self) -> Leased {
        let ids: Vec<DeliveryId> = self.deliveries().iter().map(|delivery| delivery.id.clone()).collect();
        self.run(&LeaseDeliveries { ids, lease: LEASE }).unwrap()
    }

    fn settle(&mut self, delivery: &Arc<Delivery>, outcome: Outcome) -> usize {
        let tried = vec![Tried { delivery: delivery.clone(), outcome }];
        self.run(&SettleDeliveries { tried, schedule: SCHEDULE }).unwrap()
    }

    fn fail(&mut self, delivery: &Arc<Delivery>) -> usize {
        let trouble = Trouble { at: self.now(), said: "no".into(), status: Some(500) };
        self.settle(delivery, Outcome::Failed(trouble))
    }
}

fn create(events: &[&str]) -> CreateWebhookEndpoint {
    CreateWebhookEndpoint {
        url: "https://example.com/hook".into(),
        enabled_events: events.iter().map(|name| (*name).to_owned()).collect(),
        api_version: None,
        connect: false,
        description: None,
        metadata: MetadataPatch::default(),
        secret: Secret::new("whsec_first".into()),
    }
}

fn update(id: &WebhookEndpointId) -> UpdateWebhookEndpoint {
    UpdateWebhookEndpoint {
        id: id.clone(),
        url: None,
        enabled_events: None,
        description: Patch::Keep,
        disabled: None,
        metadata: MetadataPatch::default(),
    }
}

#[test]
fn an_event_has_a_delivery_to_each_endpoint_that_wants_it_and_a_later_endpoint_none() {
    let mut world = World::new();
    world.announce(&["before"]);
    assert!(world.deliveries().is_empty());
    let all = world.endpoint(&["*"]);
    let some = world.endpoint(&["product.deleted", "product.created"]);
    world.endpoint(&["product.updated"]);
    world.run(&CreateWebhookEndpoint { connect: true, ..create(&["*"]) }).unwrap();
    let off = world.endpoint(&["*"]);
    world.run(&UpdateWebhookEndpoint { disabled: Some(true), ..update(&off.id) }).unwrap();
    world.announce(&["a", "b"]);
    let mut to: Vec<_> = world.deliveries().iter().map(|delivery| delivery.endpoint.clone()).collect();
    to.sort();
    let mut expected = vec![all.id.clone(), all.id.clone(), some.id.clone(), some.id.clone()];
    expected.sort();
    assert_eq!(to, expected);
    let told: Vec<_> = world.engine.events.iter().rev().take(2).map(|event| event.id.clone()).collect();
    for delivery in world.deliveries() {
        assert!(told.contains(&delivery.event));
        assert_eq!((delivery.status, delivery.due, delivery.tries), (DeliveryStatus::Pending, world.now(), 0));
    }
}

#[test]
fn an_endpoint_made_in_a_batch_gets_what_is_announced_after_it_in_the_same_batch() {
    let mut world = World::new();
    let mut seats = [seat(create_product("before"), 1), seat(create(&["*"]), 2), seat(create_product("after"), 3)];
    world.engine.run_all(&mut seats, world.now());
    let [delivery] = &world.deliveries()[..] else { panic!("one") };
    let after = world.engine.events.iter().find(|event| event.after.id() == "after").unwrap();
    assert_eq!(delivery.event, after.id);
}

#[test]
fn a_refused_command_and_one_that_announces_nothing_have_nothing_sent() {
    let mut world = World::new();
    world.endpoint(&["*"]);
    world.announce(&["a"]);
    world.announce(&["a"]);
    assert_eq!(world.deliveries().len(), 1);
    let mut seats = [seat(DeleteProduct { id: "nope".into() }, 1), seat(update(&"we_nope".into()), 2)];
    world.engine.run_all(&mut seats, world.now());
    assert_eq!(world.deliveries().len(), 1);
}

#[test]
fn there_are_so_many_endpoints_and_one_makes_room_by_going() {
    let mut world = World::new();
    let ids: Vec<_> = (0..ENDPOINTS_MAX).map(|_| world.endpoint(&["*"]).id.clone()).collect();
    assert_eq!(world.run(&create(&["*"])).unwrap_err(), Refusal::TooManyWebhookEndpoints);
    world.run(&DeleteWebhookEndpoint { id: ids[3].clone() }).unwrap();
    world.endpoint(&["*"]);
    assert_eq!(world.run(&create(&["*"])).unwrap_err(), Refusal::TooManyWebhookEndpoints);
}

#[test]
fn what_is_done_to_an_endpoint_that_is_not_there_is_refused() {
    let mut world = World::new();
    let id = world.endpoint(&["*"]).id.clone();
    world.run(&DeleteWebhookEndpoint { id: id.clone() }).unwrap();
    for id in [id, "we_nope".into()] {
        let missing = Refusal::NoSubject { noun: Noun::WebhookEndpoint, id: id.to_string() };
        let roll = RollSecret { id: id.clone(), secret: Secret::new("whsec_second".into()), keep_seconds: 0 };
        assert_eq!(world.run(&update(&id)).unwrap_err(), missing);
        assert_eq!(world.run(&roll).unwrap_err(), missing);
        assert_eq!(world.run(&DeleteWebhookEndpoint { id }).unwrap_err(), missing);
    }
}

#[test]
fn an_older_secret_signs_until_its_time_is_over_and_never_a_third() {
    let mut world = World::new();
    let id = world.endpoint(&["*"]).id.clone();
    let roll = |world: &mut World, secret: &str, keep_seconds| {
        world.run(&RollSecret { id: id.clone(), secret: Secret::new(secret.into()), keep_seconds }).unwrap()
    };
    let signs = |endpoint: &WebhookEndpoint, now: i64| {
        let secrets = endpoint.secrets(Timestamp::from_millis(now)).map(|secret| secret.reveal().to_owned());
        secrets.collect::<Vec<_>>()
    };
    let now = world.now;
    let rolled = roll(&mut world, "whsec_second", 60);
    assert_eq!(signs(&rolled, now + 59_999), ["whsec_second", "whsec_first"]);
    assert_eq!(signs(&rolled, now + 60_000), ["whsec_second"]);
    let rolled = roll(&mut world, "whsec_third", 60);
    assert_eq!(signs(&rolled, now), ["whsec_third", "whsec_second"]);
    let rolled = roll(&mut world, "whsec_fourth", 0);
    assert_eq!(signs(&rolled, now), ["whsec_fourth"]);
    assert!(!format!("{rolled:?}").contains("whsec_"), "a log would tell it");
}

#[test]
fn a_delivery_is_leased_once_until_the_lease_is_over() {
    let mut world = World::new();
    world.endpoint(&["*"]);
    world.announce(&["a", "b"]);
    let taken = world.lease().taken;
    assert_eq!(taken.len(), 2);
    assert!(taken.iter().all(|delivery| delivery.tries == 1));
    world.now += LEASE - 1;
    assert_eq!(world.lease(), Leased::default());
    world.now += 1;
    assert_eq!(world.lease().taken.len(), 2, "whoever had them is gone");
}

#[test]
fn what_arrived_is_gone_and_what_failed_is_tried_again_after_growing_pauses_until_it_is_given_up() {
    let mut world = World::new();
    world.endpoint(&["*"]);
    world.announce(&["a", "b"]);
    let taken = world.lease().taken;
    world.settle(&taken[0], Outcome::Arrived);
    let begun = world.now;
    let mut delivery = taken[1].clone();
    let mut pauses = Vec::new();
    while world.fail(&delivery) == 0 {
        let [left] = &world.deliveries()[..] else { panic!("one") };
        assert_eq!(left.trouble.as_ref().map(|trouble| trouble.status), Some(Some(500)));
        pauses.push(left.due.millis() - world.now);
        world.now = left.due.millis() - 1;
        assert!(world.lease().taken.is_empty());
        world.now += 1;
        delivery = world.lease().taken.remove(0);
    }
    assert!((750..=1250).contains(&pauses[0]) && (1500..=2500).contains(&pauses[1]), "{pauses:?}");
    assert_eq!(world.now - begun, SCHEDULE.whole, "the last try is at the end");
    let [failed] = &world.deliveries()[..] else { panic!("one") };
    assert_eq!((failed.status, failed.tries as usize), (DeliveryStatus::Failed, pauses.len() + 1));
    world.now += FAILED_LIFETIME_MILLIS - 1;
    assert_eq!((world.lease(), world.deliveries().len()), (Leased::default(), 1));
    world.now += 1;
    assert_eq!((world.lease(), world.deliveries().len()), (Leased::default(), 0), "it is forgotten");
}

#[test]
fn whoever_comes_late_with_a_failure_does_not_disturb_the_next_try_and_with_a_success_ends_it() {
    let mut world = World::new();
    world.endpoint(&["*"]);
    world.announce(&["a"]);
    let first = world.lease().taken.remove(0);
    world.now += LEASE;
    let second = world.lease().taken.remove(0);
    world.fail(&first);
    assert_eq!(world.deliveries(), std::slice::from_ref(&second));
    world.settle(&first, Outcome::Arrived);
    assert!(world.deliveries().is_empty());
    assert_eq!(world.fail(&second), 0);
    assert!(world.deliveries().is_empty());
    world.announce(&["b"]);
    let delivery = world.lease().taken.remove(0);
    let tried = Tried { delivery, outcome: Outcome::Arrived };
    let twice = SettleDeliveries { tried: vec![tried.clone(), tried], schedule: SCHEDULE };
    assert_eq!(world.run(&twice), Ok(0));
}

#[test]
fn what_is_due_to_a_disabled_endpoint_is_given_up_and_to_a_deleted_one_dropped() {
    let mut world = World::new();
    let (off, gone) = (world.endpoint(&["*"]), world.endpoint(&["*"]));
    world.announce(&["a"]);
    world.run(&UpdateWebhookEndpoint { disabled: Some(true), ..update(&off.id) }).unwrap();
    world.run(&DeleteWebhookEndpoint { id: gone.id.clone() }).unwrap();
    let leased = world.lease();
    assert_eq!((leased.taken.len(), leased.given_up), (0, 1));
    let [failed] = &world.deliveries()[..] else { panic!("one") };
    assert_eq!((&failed.endpoint, failed.status), (&off.id, DeliveryStatus::Failed));
}

#[test]
fn a_deleted_endpoint_is_removed_once_nothing_is_left_to_be_sent_to_it_and_nobody_can_be_at_it() {
    let mut world = World::new();
    let id = world.endpoint(&["*"]).id.clone();
    world.announce(&["a"]);
    let remove = RemoveWebhookEndpoint { id: id.clone() };
    assert!(!world.run(&remove).unwrap());
    world.run(&DeleteWebhookEndpoint { id }).unwrap();
    world.now += REMOVAL_MILLIS;
    assert!(!world.run(&remove).unwrap(), "there is a delivery");
    world.lease();
    world.now -= 1;
    assert!(!world.run(&remove).unwrap(), "it was deleted a moment ago");
    world.now += 1;
    assert!(world.run(&remove).unwrap() && world.engine.of(Noun::WebhookEndpoint).next().is_none());
    assert!(world.run(&remove).unwrap());
}

#[test]
fn an_event_is_sent_once_more_whatever_became_of_it() {
    let mut world = World::new();
    let (one, other) = (world.endpoint(&["*"]), world.endpoint(&["*"]));
    world.announce(&["a"]);
    let event = world.engine.events.last().unwrap().id.clone();
    let taken = world.lease().taken;
    let delivered = taken.iter().find(|delivery| delivery.endpoint == one.id).unwrap();
    world.settle(delivered, Outcome::Arrived);
    let retry = |endpoint: &WebhookEndpointId| RetryEvent { event: event.clone(), endpoint: endpoint.clone() };
    assert_eq!(world.run(&retry(&one.id)).unwrap().pending, 2);
    // One that is on its way is sent once more all the same, and that it arrives does not end that.
    let on_its_way = taken.iter().find(|delivery| delivery.endpoint == other.id).unwrap();
    world.now += 1;
    assert_eq!(world.run(&retry(&other.id)).unwrap().pending, 2);
    world.settle(on_its_way, Outcome::Arrived);
    assert_eq!(world.lease().taken.len(), 2);
    let missing = Refusal::NoReference { reference: Reference::WebhookEndpoint, id: "we_nope".into() };
    assert_eq!(world.run(&retry(&"we_nope".into())).unwrap_err(), missing);
    let missing = Refusal::NoSubject { noun: Noun::Event, id: "evt_nope".into() };
    assert_eq!(world.run(&RetryEvent { event: "evt_nope".into(), endpoint: one.id.clone() }).unwrap_err(), missing);
    world.run(&UpdateWebhookEndpoint { disabled: Some(true), ..update(&one.id) }).unwrap();
    assert_eq!(world.run(&retry(&one.id)).unwrap_err(), Refusal::WebhookEndpointDisabled(one.id.clone()));
}

#[test]
fn what_is_told_together_is_sent_together() {
    let mut world = World::new();
    world.endpoint(&["*"]);
    let command = CreateProduct { product: new_product("gold"), default_price: Some(crate::catalog::new_price()) };
    world.engine.run_all(&mut [seat(command, 5)], world.now());
    assert_eq!(world.deliveries().len(), world.engine.events.len());
    assert!(world.deliveries().len() >= 2);
}
