//! Events as they are shown.

use crate::answer::{json, text};
use crate::sample::{gold_plan, gold_price};
use serde_json::{Value, json};
use std::sync::Arc;
use tollgate_domain::event::{Action, Cause, Event, Topic};
use tollgate_domain::price::Price;
use tollgate_domain::product::Product;
use tollgate_domain::record::Record;
use tollgate_domain::time::Timestamp;
use tollgate_wire::stripe::event;

fn shown(topic: Topic, action: Action, before: Option<Record>, after: Record, cause: Option<Cause>) -> Value {
    let created = Timestamp::from_seconds(1_700_000_000);
    let event = Event { id: "evt_1".into(), created, topic, action, before, after, cause };
    json(&text(|writer, view| event::render(writer, &event, view)))
}

fn product(product: Product) -> Record {
    Record::Product(Arc::new(product))
}

fn price(price: Price) -> Record {
    Record::Price(Arc::new(price))
}

#[test]
fn a_creation_shows_the_object_and_the_request() {
    let cause = Cause { request: "req_1".into(), idempotency_key: Some("k".into()) };
    let shown = shown(Topic::Product, Action::Created, None, product(gold_plan()), Some(cause));
    assert_eq!(shown["data"]["object"]["name"], "Gold Plan");
    assert!(shown["data"].get("previous_attributes").is_none());
    let mut rest = shown;
    rest.as_object_mut().unwrap().remove("data");
    assert_eq!(
        rest,
        json!({
            "id": "evt_1", "object": "event", "api_version": "2026-08-26.dahlia", "created": 1_700_000_000,
            "livemode": false, "pending_webhooks": 0, "request": {"id": "req_1", "idempotency_key": "k"},
            "type": "product.created",
        })
    );
}

#[test]
fn what_time_caused_has_no_request() {
    let shown = shown(Topic::Price, Action::Created, None, price(gold_price()), None);
    assert_eq!(shown["request"], json!({"id": null, "idempotency_key": null}));
}

#[test]
fn an_update_shows_the_old_values_of_what_changed() {
    let before = Product {
        description: None,
        metadata: [("kept".to_owned(), "1".to_owned()), ("old".to_owned(), "2".to_owned())].into(),
        ..gold_plan()
    };
    let after = Product {
        description: Some("d".into()),
        metadata: [("kept".to_owned(), "1".to_owned()), ("new".to_owned(), "3".to_owned())].into(),
        updated: Timestamp::from_seconds(1_700_000_000),
        ..gold_plan()
    };
    let shown = shown(Topic::Product, Action::Updated, Some(product(before)), product(after), None);
    assert_eq!(
        shown["data"]["previous_attributes"],
        json!({"description": null, "metadata": {"new": null, "old": "2"}})
    );
}

#[test]
fn a_recurring_price_is_told_of_as_a_plan_too() {
    let after = Price { nickname: Some("n".into()), ..gold_price() };
    let shown = shown(Topic::Plan, Action::Updated, Some(price(gold_price())), price(after), None);
    assert_eq!((&shown["type"], &shown["data"]["object"]["object"]), (&json!("plan.updated"), &json!("plan")));
    assert_eq!(shown["data"]["previous_attributes"], json!({"nickname": null}));
}
