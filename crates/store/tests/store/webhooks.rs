//! The outbox: what is to be sent is written with the event, found again, and taken by one.

use crate::conformance::{on_every_engine, on_postgres};
use crate::world::{Engine, Folder, World, ask, ask_in, new_database, open_url, product, rename, run};
use std::ops::ControlFlow;
use std::sync::Arc;
use tollgate_domain::environment::Environment::{Live, Test};
use tollgate_domain::facts::{Facts, Key};
use tollgate_domain::id::DeliveryId;
use tollgate_domain::list::{CreatedRange, Cursor, Filter, ListQuery};
use tollgate_domain::metadata::MetadataPatch;
use tollgate_domain::patch::Patch;
use tollgate_domain::product::DeleteProduct;
use tollgate_domain::record::{Field, Noun, Record};
use tollgate_domain::refusal::Refusal;
use tollgate_domain::webhook::delivery::RetryEvent;
use tollgate_domain::webhook::dispatch::{LeaseDeliveries, Outcome, SettleDeliveries, Tried};
use tollgate_domain::webhook::endpoint::{
    CreateWebhookEndpoint, DeleteWebhookEndpoint, ENDPOINTS_MAX, REMOVAL_MILLIS, RemoveWebhookEndpoint, RollSecret,
    UpdateWebhookEndpoint,
};
use tollgate_domain::webhook::{Delivery, Endpoints, Schedule, Secret, WebhookEndpoint};
use tollgate_store::{DatabaseUrl, Store, check, transfer};
use tollgate_testkit::postgres::Postgres;

on_every_engine! {
    what_is_to_be_sent_is_written_with_the_event_it_tells_of
    the_environments_send_to_their_own_endpoints
    a_change_of_an_endpoint_counts_from_the_next_event_on
    a_delivery_is_taken_once_and_goes_when_it_arrived
    events_are_listed_by_whether_they_reached_everyone
    an_event_is_sent_once_more_after_it_arrived
    a_deleted_endpoint_goes_with_what_was_to_be_sent_to_it
}

fn endpoint(events: &[&str]) -> CreateWebhookEndpoint {
    CreateWebhookEndpoint {
        url: "http://127.0.0.1:9/hook".into(),
        enabled_events: events.iter().map(|name| (*name).to_owned()).collect(),
        api_version: None,
        connect: false,
        description: Some("where to".into()),
        metadata: MetadataPatch::default(),
        secret: Secret::new("whsec_1".into()),
    }
}

async fn made(store: &Store, events: &[&str]) -> Arc<WebhookEndpoint> {
    ask(store, endpoint(events)).await.unwrap()
}

async fn listed(store: &Store, noun: Noun, filters: &[Filter]) -> Vec<Record> {
    let query =
        ListQuery { noun, filters: filters.to_vec(), created: CreatedRange::default(), cursor: None, limit: 1000 };
    store.list(Test, &query).await.unwrap().items
}

/// Which events are to be sent to an endpoint, by their types, the longest due first.
async fn due(world: &World, to: &WebhookEndpoint) -> Vec<(DeliveryId, String)> {
    let store = &world.store;
    let now = store.clock().now();
    let ids = store.due_of(Test, Field::DeliveryQueue, to.id.as_str(), now, 100).await.unwrap();
    let mut due = Vec::new();
    for id in ids {
        let Some(Record::Delivery(delivery)) = store.get(Test, Noun::Delivery, &id).await.unwrap() else {
            panic!("{id} is due and not there")
        };
        let event = store.get(Test, Noun::Event, delivery.event.as_str()).await.unwrap();
        let Some(Record::Event(event)) = event else { panic!("there is no event of {id}") };
        due.push((delivery.id.clone(), event.name()));
    }
    due
}

async fn names(world: &World, to: &WebhookEndpoint) -> Vec<String> {
    due(world, to).await.into_iter().map(|(_, name)| name).collect()
}

async fn lease(world: &World, to: &WebhookEndpoint) -> Vec<Arc<Delivery>> {
    let ids = due(world, to).await.into_iter().map(|(id, _)| id).collect();
    ask(&world.store, LeaseDeliveries { ids, lease: 1000 }).await.unwrap().taken
}

async fn settle(world: &World, delivery: &Arc<Delivery>, outcome: Outcome) {
    let tried = vec![Tried { delivery: delivery.clone(), outcome }];
    ask(&world.store, SettleDeliveries { tried, schedule: Schedule::default() }).await.unwrap();
}

async fn what_is_to_be_sent_is_written_with_the_event_it_tells_of(world: &World) {
    let store = &world.store;
    ask(store, product("before", "Gold")).await.unwrap();
    let all = made(store, &["*"]).await;
    let some = made(store, &["product.deleted"]).await;
    ask(store, product("a", "Gold")).await.unwrap();
    assert_eq!(ask(store, product("a", "Gold")).await.unwrap_err(), Refusal::ProductExists("a".into()));
    ask(store, rename("a", "Silver")).await.unwrap();
    ask(store, DeleteProduct { id: "a".into() }).await.unwrap();
    assert_eq!(names(world, &all).await, ["product.created", "product.updated", "product.deleted"]);
    assert_eq!(names(world, &some).await, ["product.deleted"]);
}

async fn the_environments_send_to_their_own_endpoints(world: &World) {
    let store = &world.store;
    let live = ask_in(store, Live, endpoint(&["*"])).await.unwrap().unwrap();
    ask(store, product("a", "Gold")).await.unwrap();
    assert_eq!(listed(store, Noun::Delivery, &[]).await, Vec::new());
    let mut facts = Facts::default();
    store.load(Test, &Key::Endpoints.into(), &mut facts).await.unwrap();
    assert_eq!(**facts.endpoints().unwrap(), Endpoints::default());
    ask_in(store, Live, product("a", "Gold")).await.unwrap().unwrap();
    let due = store.due_of(Live, Field::DeliveryQueue, live.id.as_str(), store.clock().now(), 10).await.unwrap();
    assert_eq!(due.len(), 1);
}

async fn a_change_of_an_endpoint_counts_from_the_next_event_on(world: &World) {
    let store = &world.store;
    let made = made(store, &["*"]).await;
    let update = |enabled_events, disabled| UpdateWebhookEndpoint {
        id: made.id.clone(),
        url: None,
        enabled_events,
        description: Patch::Clear,
        disabled,
        metadata: MetadataPatch::default(),
    };
    ask(store, update(Some(vec!["price.created".into()]), None)).await.unwrap();
    ask(store, product("a", "Gold")).await.unwrap();
    ask(store, update(Some(vec!["product.created".into()]), Some(true))).await.unwrap();
    ask(store, product("b", "Gold")).await.unwrap();
    assert_eq!(names(world, &made).await, Vec::<String>::new());
    ask(store, update(None, Some(false))).await.unwrap();
    ask(store, product("c", "Gold")).await.unwrap();
    assert_eq!(names(world, &made).await, ["product.created"]);
    let roll = RollSecret { id: made.id.clone(), secret: Secret::new("whsec_2".into()), keep_seconds: 60 };
    ask(store, roll).await.unwrap();
    let mut facts = Facts::default();
    store.load(Test, &Key::Endpoints.into(), &mut facts).await.unwrap();
    let kept = facts.endpoints().unwrap().get(&made.id).unwrap().clone();
    let secrets: Vec<_> = kept.secrets(store.clock().now()).map(Secret::reveal).collect();
    assert_eq!((secrets, &kept.description), (vec!["whsec_2", "whsec_1"], &None));
}

async fn a_delivery_is_taken_once_and_goes_when_it_arrived(world: &World) {
    let store = &world.store;
    let to = made(store, &["*"]).await;
    for id in ["a", "b"] {
        ask(store, product(id, "Gold")).await.unwrap();
    }
    let ids: Vec<_> = due(world, &to).await.into_iter().map(|(id, _)| id).collect();
    let both = || LeaseDeliveries { ids: ids.clone(), lease: 1000 };
    let (one, other) = tokio::join!(ask(store, both()), ask(store, both()));
    assert_eq!(one.unwrap().taken.len() + other.unwrap().taken.len(), 2);
    assert!(due(world, &to).await.is_empty());
    world.pass(1000);
    let taken = lease(world, &to).await;
    settle(world, &taken[0], Outcome::Arrived).await;
    world.pass(1000);
    let left: Vec<_> = due(world, &to).await.into_iter().map(|(id, _)| id).collect();
    assert_eq!(left, [taken[1].id.clone()]);
}

async fn events_are_listed_by_whether_they_reached_everyone(world: &World) {
    let store = &world.store;
    ask(store, product("unsent", "Gold")).await.unwrap();
    let to = made(store, &["*"]).await;
    for id in ["a", "b", "c"] {
        world.pass(1);
        ask(store, product(id, "Gold")).await.unwrap();
    }
    for delivery in lease(world, &to).await.into_iter().take(2) {
        settle(world, &delivery, Outcome::Arrived).await;
    }
    let of = async |filters: &[Filter]| {
        let events = listed(store, Noun::Event, filters).await;
        let told = events.iter().map(|record| match record {
            Record::Event(event) => event.after.id().to_owned(),
            other => panic!("{other:?}"),
        });
        told.collect::<Vec<_>>()
    };
    assert_eq!(of(&[Filter::Delivered(true)]).await, ["b", "a", "unsent"]);
    assert_eq!(of(&[Filter::Delivered(false)]).await, ["c"]);
    let types = Filter::StartsWith(Field::EventType, "product.".into());
    assert_eq!(of(&[types.clone(), Filter::Delivered(false)]).await, ["c"]);
    let named = Filter::OneOf(Field::EventType, ["product.created", "x"].map(value).into());
    assert_eq!(of(&[named, Filter::Delivered(true)]).await, ["b", "a", "unsent"]);
    let newest = listed(store, Noun::Event, &[]).await[0].id().to_owned();
    let query = ListQuery {
        noun: Noun::Event,
        filters: vec![types, Filter::Delivered(true)],
        created: CreatedRange::default(),
        cursor: Some(Cursor::After(newest)),
        limit: 1,
    };
    let page = store.list(Test, &query).await.unwrap();
    assert_eq!((page.items.len(), page.has_more), (1, true));
}

fn value(text: &str) -> tollgate_domain::record::Value {
    tollgate_domain::record::Value::Text(text.to_owned())
}

async fn an_event_is_sent_once_more_after_it_arrived(world: &World) {
    let store = &world.store;
    let to = made(store, &["*"]).await;
    ask(store, product("a", "Gold")).await.unwrap();
    let taken = lease(world, &to).await;
    settle(world, &taken[0], Outcome::Arrived).await;
    let retry = RetryEvent { event: taken[0].event.clone(), endpoint: to.id.clone() };
    assert_eq!(ask(store, retry).await.unwrap().pending, 1);
    assert_eq!(names(world, &to).await, ["product.created"]);
    let filters = [Filter::Is(Field::DeliveryEndpoint, value(to.id.as_str()))];
    assert_eq!(listed(store, Noun::Delivery, &filters).await.len(), 1);
    let failed = [filters[0].clone(), Filter::Is(Field::DeliveryStatus, value("failed"))];
    assert_eq!(listed(store, Noun::Delivery, &failed).await.len(), 0);
}

async fn a_deleted_endpoint_goes_with_what_was_to_be_sent_to_it(world: &World) {
    let store = &world.store;
    let to = made(store, &["*"]).await;
    ask(store, product("a", "Gold")).await.unwrap();
    ask(store, DeleteWebhookEndpoint { id: to.id.clone() }).await.unwrap();
    ask(store, product("b", "Gold")).await.unwrap();
    assert_eq!(names(world, &to).await.len(), 1, "nothing of what came after");
    world.pass(REMOVAL_MILLIS);
    assert!(!ask(store, RemoveWebhookEndpoint { id: to.id.clone() }).await.unwrap());
    assert!(lease(world, &to).await.is_empty());
    assert!(ask(store, RemoveWebhookEndpoint { id: to.id.clone() }).await.unwrap());
    assert_eq!(listed(store, Noun::WebhookEndpoint, &[]).await, Vec::new());
    assert_eq!(listed(store, Noun::Delivery, &[]).await, Vec::new());
}

/// Two nodes over one database, where PostgreSQL is there.
async fn two_nodes() -> Option<[Store; 2]> {
    Postgres::shared()?;
    let url = new_database();
    Some([open_url(&url).await, open_url(&url).await])
}

#[test]
fn a_node_sends_to_the_endpoint_that_another_one_just_made() {
    run(async {
        let Some([one, other]) = two_nodes().await else { return };
        // The other has decided before, when there was none.
        ask(&other, product("before", "Gold")).await.unwrap();
        for number in 0..ENDPOINTS_MAX {
            made(&one, &["*"]).await;
            ask(&other, product(&format!("p{number}"), "Gold")).await.unwrap();
            let told = listed(&other, Noun::Event, &[]).await[0].id().to_owned();
            let sent = listed(&other, Noun::Delivery, &[Filter::Is(Field::DeliveryEvent, value(&told))]).await;
            assert_eq!(sent.len(), number + 1);
        }
    });
}

#[test]
fn nodes_that_make_endpoints_at_once_make_no_more_than_there_may_be() {
    run(async {
        let Some(nodes) = two_nodes().await else { return };
        let asked = (0..2 * ENDPOINTS_MAX).map(|number| ask(&nodes[number % 2], endpoint(&["*"])));
        let made = futures_util::future::join_all(asked).await.into_iter().flatten().count();
        assert_eq!(made, ENDPOINTS_MAX);
        assert_eq!(listed(&nodes[0], Noun::WebhookEndpoint, &[]).await.len(), ENDPOINTS_MAX);
    });
}

#[test]
fn nodes_that_take_what_is_due_at_once_take_each_delivery_once() {
    run(async {
        let Some(nodes) = two_nodes().await else { return };
        let to = made(&nodes[0], &["*"]).await;
        for number in 0..40 {
            ask(&nodes[0], product(&format!("p{number}"), "Gold")).await.unwrap();
        }
        let now = nodes[0].clock().now();
        let due = nodes[0].due_of(Test, Field::DeliveryQueue, to.id.as_str(), now, 100).await.unwrap();
        let ids: Vec<_> = due.into_iter().map(DeliveryId::from).collect();
        let leases = (0..8).map(|number| {
            // Each in an order of its own.
            let mut ids = ids.clone();
            ids.rotate_left(number * 5);
            ask(&nodes[number % 2], LeaseDeliveries { ids, lease: 60_000 })
        });
        let taken = futures_util::future::join_all(leases).await;
        let mut taken: Vec<_> = taken.into_iter().flat_map(|leased| leased.unwrap().taken).collect();
        taken.sort_by(|one, other| one.id.cmp(&other.id));
        taken.dedup_by(|one, other| one.id == other.id);
        assert_eq!(taken.len(), 40);
    });
}

#[test]
fn endpoints_and_deliveries_move_house() {
    run(async {
        let world = World::new(Engine::Sqlite).await;
        let to = made(&world.store, &["*"]).await;
        ask(&world.store, product("a", "Gold")).await.unwrap();
        let (endpoints, deliveries) =
            (listed(&world.store, Noun::WebhookEndpoint, &[]).await, listed(&world.store, Noun::Delivery, &[]).await);
        let queue = due(&world, &to).await;
        world.store.close().await;
        let folder = Folder::new();
        let mut urls: Vec<DatabaseUrl> = vec![DatabaseUrl::Sqlite(folder.file())];
        urls.extend(Postgres::shared().map(|_| new_database()));
        for url in urls {
            transfer(&world.url, &url, &mut |_| ControlFlow::Continue(())).await.unwrap();
            let report = check(&url).await.unwrap();
            assert!(report.is_healthy(), "{report}");
            let store = open_url(&url).await;
            assert_eq!(listed(&store, Noun::WebhookEndpoint, &[]).await, endpoints);
            assert_eq!(listed(&store, Noun::Delivery, &[]).await, deliveries);
            let found =
                store.due_of(Test, Field::DeliveryQueue, to.id.as_str(), world.store.clock().now(), 10).await.unwrap();
            assert_eq!(found, queue.iter().map(|(id, _)| id.to_string()).collect::<Vec<_>>());
            store.close().await;
        }
    });
}
