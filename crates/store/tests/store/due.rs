//! What is due is found, the longest due first, on every engine.

use crate::conformance::{on_every_engine, on_postgres};
use crate::world::{Engine, START, World, ask, ask_in, run};
use serde_json::json;
use std::sync::Arc;
use tollgate_domain::command::{Changes, Command, Cx, Stop};
use tollgate_domain::environment::Environment::{Live, Test};
use tollgate_domain::facts::{Facts, ReadSet};
use tollgate_domain::id::{DeliveryId, TestClockId};
use tollgate_domain::record::{Field, Record};
use tollgate_domain::test_clock::TestClock;
use tollgate_domain::time::Timestamp;
use tollgate_domain::webhook::Delivery;

on_every_engine! {
    what_is_due_is_found_the_longest_due_first
    what_is_due_of_one_queue_is_found_beside_others
}

fn after(millis: i64) -> Timestamp {
    Timestamp::from_millis(START + millis)
}

/// Puts a clock that is due so many milliseconds after the start, or in a month.
struct PutClock(&'static str, Option<i64>);

impl Command for PutClock {
    type Reply = ();

    fn reads(&self) -> ReadSet {
        ReadSet::default()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<((), Changes), Stop> {
        let id = TestClockId::from(self.0);
        let before = facts.test_clock(&id)?.map(Record::TestClock);
        let body = json!({
            "id": id, "frozen": 0, "advancing_to": self.1.map(after), "created": self.1.map_or(cx.now, after),
        });
        let clock: TestClock = serde_json::from_value(body).unwrap();
        let mut changes = Changes::default();
        changes.put(before, Record::TestClock(Arc::new(clock)), cx);
        Ok(((), changes))
    }
}

/// Puts a delivery of an event to an endpoint, due so many milliseconds after the start.
struct PutDelivery(&'static str, &'static str, i64);

impl Command for PutDelivery {
    type Reply = ();

    fn reads(&self) -> ReadSet {
        ReadSet::default()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<((), Changes), Stop> {
        let new = Delivery::new(&self.0.into(), &self.1.into(), cx.now);
        let before = facts.delivery(&DeliveryId::clone(&new.id))?.map(Record::Delivery);
        let mut changes = Changes::default();
        changes.put(before, Record::Delivery(Arc::new(Delivery { due: after(self.2), ..new })), cx);
        Ok(((), changes))
    }
}

async fn what_is_due_is_found_the_longest_due_first(world: &World) {
    let store = &world.store;
    for (id, due) in [("late", Some(900)), ("b", Some(30)), ("a", Some(30)), ("never", None), ("first", Some(2))] {
        ask(store, PutClock(id, due)).await.unwrap();
    }
    ask_in(store, Live, PutClock("live", Some(1))).await.unwrap().unwrap();
    let due = async |until, limit| store.due(Test, Field::TestClockDue, after(until), limit).await.unwrap();
    assert_eq!(due(1, 10).await, Vec::<String>::new());
    assert_eq!(due(2, 10).await, ["first"]);
    // Those of the same instant come in the order in which they were put.
    assert_eq!(due(30, 10).await, ["first", "b", "a"]);
    assert_eq!(due(30, 2).await, ["first", "b"]);
    assert_eq!(due(1000, 10).await, ["first", "b", "a", "late"]);
    ask(store, PutClock("first", Some(950))).await.unwrap();
    ask(store, PutClock("b", None)).await.unwrap();
    assert_eq!(due(1000, 10).await, ["a", "late", "first"]);
    assert_eq!(store.due(Live, Field::TestClockDue, after(1000), 10).await.unwrap(), ["live"]);
}

async fn what_is_due_of_one_queue_is_found_beside_others(world: &World) {
    let store = &world.store;
    for put in [PutDelivery("e1", "b", 20), PutDelivery("e1", "bb", 1), PutDelivery("e2", "b", 10)] {
        ask(store, put).await.unwrap();
    }
    ask(store, PutDelivery("e1", "a", 5)).await.unwrap();
    let due = async |queue, until| store.due_of(Test, Field::DeliveryQueue, queue, after(until), 10).await.unwrap();
    assert_eq!(due("b", 9).await, Vec::<String>::new());
    assert_eq!(due("b", 10).await, ["e2.b"]);
    assert_eq!(due("b", 1000).await, ["e2.b", "e1.b"]);
    assert_eq!(due("bb", 1000).await, ["e1.bb"]);
    assert_eq!(due("c", 1000).await, Vec::<String>::new());
}
