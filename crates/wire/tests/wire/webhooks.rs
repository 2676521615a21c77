//! Webhook endpoints and deliveries as they are asked for and shown.

use crate::answer::{json, text};
use crate::request::params;
use serde_json::{Value, json};
use tollgate_domain::event::{Action, Topic};
use tollgate_domain::metadata::Metadata;
use tollgate_domain::time::Timestamp;
use tollgate_domain::webhook::endpoint::OlderSecret;
use tollgate_domain::webhook::{Delivery, DeliveryStatus, Secret, Trouble, WebhookEndpoint};
use tollgate_wire::fault::Fault;
use tollgate_wire::stripe::webhook_endpoint::{Transport, parse_create, parse_roll, render, render_with_secret};
use tollgate_wire::stripe::{delivery, webhook_endpoint};

fn secret() -> Secret {
    Secret::new("whsec_first".into())
}

fn create(form: &str, transport: Transport) -> Result<Vec<String>, Fault> {
    let parsed = parse_create(&params(form), transport, secret(), |version| version == "2024-04-10");
    parsed.map(|(command, _)| command.enabled_events)
}

fn endpoint() -> WebhookEndpoint {
    WebhookEndpoint {
        id: "we_1".into(),
        url: "https://example.com/".into(),
        enabled_events: vec!["*".into()],
        api_version: None,
        connect: false,
        description: None,
        metadata: Metadata::new(),
        disabled: false,
        deleted: None,
        secret: secret(),
        older_secret: Some(OlderSecret { secret: Secret::new("whsec_older".into()), until: Timestamp::default() }),
        created: Timestamp::from_seconds(5),
    }
}

/// What the domain announces, in all its topics; an endpoint can ask for each.
#[test]
fn every_event_that_is_announced_can_be_asked_for() {
    use Action::{
        Advancing, Created, Deactivated, Deleted, Paused, Reactivated, Ready, Resumed, TrialWillEnd, Updated,
    };
    for (topic, actions) in [
        (Topic::Product, &[Created, Updated, Deleted][..]),
        (Topic::Price, &[Created, Updated]),
        (Topic::Plan, &[Created, Updated, Deleted]),
        (Topic::Customer, &[Created, Updated, Deleted]),
        (Topic::Subscription, &[Created, Updated, Deleted, Paused, Resumed, TrialWillEnd]),
        (Topic::Coupon, &[Created, Updated, Deleted]),
        (Topic::PromotionCode, &[Created, Updated]),
        (Topic::Meter, &[Created, Updated, Deactivated, Reactivated]),
        (Topic::TestClock, &[Created, Deleted, Advancing, Ready]),
        (Topic::EntitlementSummary, &[Updated]),
    ] {
        for action in actions {
            let name = format!("{}.{}", topic.as_str(), action.as_str());
            let form = format!("url=https://example.com&enabled_events[0]={name}");
            assert_eq!(create(&form, Transport::Encrypted), Ok(vec![name]));
        }
    }
}

#[test]
fn an_address_is_a_url_and_encrypted_where_it_must_be() {
    for (url, any, encrypted) in [
        ("https://example.com", true, true),
        ("HTTPS://example.com", true, true),
        ("http://example.com", true, false),
        ("httpsx://example.com", false, false),
        ("/hook", false, false),
    ] {
        let form = format!("url={url}&enabled_events[]=*");
        assert_eq!(create(&form, Transport::Any).is_ok(), any, "{url}");
        assert_eq!(create(&form, Transport::Encrypted).is_ok(), encrypted, "{url}");
    }
}

#[test]
fn an_older_secret_signs_for_a_day_unless_the_request_says_otherwise() {
    let seconds = |form: &str| parse_roll(&params(form), "we_1".into(), secret()).map(|(roll, _)| roll.keep_seconds);
    assert_eq!((seconds(""), seconds("expires_in=0"), seconds("expires_in=604800")), (Ok(86_400), Ok(0), Ok(604_800)));
    assert_eq!(seconds("expires_in=604801").unwrap_err().param.as_deref(), Some("expires_in"));
}

#[test]
fn a_secret_is_shown_where_it_is_meant_to_be_and_an_older_one_nowhere() {
    let shown = |with_secret: bool| {
        json(&text(|writer, view| {
            if with_secret {
                render_with_secret(writer, &endpoint(), view);
            } else {
                render(writer, &endpoint(), view);
            }
            Ok(())
        }))
    };
    let mut expected = json!({
        "id": "we_1", "object": "webhook_endpoint", "api_version": null, "application": null, "created": 5,
        "description": null, "enabled_events": ["*"], "livemode": false, "metadata": {}, "status": "enabled",
        "url": "https://example.com/",
    });
    assert_eq!(shown(false), expected);
    expected["secret"] = json!("whsec_first");
    assert_eq!(shown(true), expected);
    let deleted = json(&text(|writer, _| {
        webhook_endpoint::render_deleted(writer, &"we_1".into());
        Ok(())
    }));
    assert_eq!(deleted, json!({"id": "we_1", "object": "webhook_endpoint", "deleted": true}));
}

#[test]
fn a_delivery_that_was_given_up_has_no_next_attempt() {
    let new = Delivery::new(&"evt_1".into(), &"we_1".into(), Timestamp::from_seconds(9));
    let trouble = Trouble { at: Timestamp::from_seconds(10), said: "no".into(), status: None };
    let failed = Delivery { status: DeliveryStatus::Failed, trouble: Some(trouble), tries: 3, ..new.clone() };
    let shown = |delivery: &Delivery| {
        json(&text(|writer, view| {
            delivery::render(writer, delivery, view);
            Ok(())
        }))
    };
    assert_eq!((&shown(&new)["next_attempt"], &shown(&new)["last_error"]), (&json!(9), &Value::Null));
    assert_eq!(
        shown(&failed),
        json!({
            "id": "evt_1.we_1", "object": "webhook_delivery", "attempts": 3, "created": 9, "event": "evt_1",
            "last_error": {"at": 10, "message": "no", "response_status": null}, "livemode": false,
            "next_attempt": null, "status": "failed", "webhook_endpoint": "we_1",
        })
    );
}
