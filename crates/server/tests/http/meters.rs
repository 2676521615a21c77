//! Meters in the Stripe dialect, and the features that they feed.

use crate::client::{Answer, Server, TEST_KEY};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

const METERS: &str = "/v1/billing/meters";
const EVENTS: &str = "/v1/billing/meter_events";
const ADJUSTMENTS: &str = "/v1/billing/meter_event_adjustments";
/// 2027-01-15T00:00:00Z: a full day.
const NOW: i64 = 1_799_971_200;

/// A server at a time that is told by hand, with a meter of `calls` and a customer.
struct World {
    server: Server,
    now: Arc<AtomicI64>,
    meter: String,
    customer: String,
}

impl World {
    async fn new(formula: &str) -> Self {
        let now = Arc::new(AtomicI64::new(NOW));
        let server = Server::at(now.clone()).await;
        let form = format!("display_name=Calls&event_name=calls&default_aggregation[formula]={formula}");
        let meter = good(&server, METERS, &form).await["id"].as_str().unwrap().to_owned();
        let customer = good(&server, "/v1/customers", "metadata[priceos_customer_id]=acme").await;
        let customer = customer["id"].as_str().unwrap().to_owned();
        Self { server, now, meter, customer }
    }

    /// The same with a tracked limit whose key is the name of the meter's events.
    async fn fed(formula: &str) -> Self {
        let world = Self::new(formula).await;
        let feature = json!({"name": "Calls", "featureKey": "calls", "type": "limit", "tracksUsage": true});
        priceos(&world.server, "POST", "/v1/features", &feature).await;
        world
    }

    async fn report(&self, value: &str, more: &str) -> Answer {
        let customer = &self.customer;
        let form = format!("event_name=calls&payload[stripe_customer_id]={customer}&payload[value]={value}&{more}");
        self.server.post(EVENTS, &form).await
    }

    async fn reported(&self, value: &str, more: &str) -> Value {
        let answer = self.report(value, more).await;
        assert_eq!(answer.status, StatusCode::OK, "{more}: {}", answer.text);
        answer.json()
    }

    async fn cancel(&self, identifier: &str) -> Answer {
        let form = format!("type=cancel&event_name=calls&cancel[identifier]={identifier}");
        self.server.post(ADJUSTMENTS, &form).await
    }

    async fn summaries(&self, query: &str) -> Value {
        let path = format!("{METERS}/{}/event_summaries?customer={}&{query}", self.meter, self.customer);
        let answer = self.server.get(&path).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()
    }

    async fn values(&self, query: &str) -> Vec<Value> {
        let page = self.summaries(query).await;
        page["data"].as_array().unwrap().iter().map(|it| it["aggregated_value"].clone()).collect()
    }

    /// What the other dialect says was used.
    async fn used(&self) -> Value {
        let access = priceos(&self.server, "GET", "/v1/feature-access?customerId=acme", &Value::Null).await;
        access["calls"]["usage"]["used"].clone()
    }
}

async fn good(server: &Server, path: &str, form: &str) -> Value {
    let answer = server.post(path, form).await;
    assert_eq!(answer.status, StatusCode::OK, "{path} {form}: {}", answer.text);
    answer.json()
}

/// A request of the PriceOS dialect, which must succeed.
async fn priceos(server: &Server, method: &str, path: &str, body: &Value) -> Value {
    let request = Request::builder().method(method).uri(path).header("x-api-key", TEST_KEY);
    let request = request.header("content-type", "application/json");
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    let answer = server.send(request.body(body).unwrap()).await;
    assert!(answer.status.is_success(), "{method} {path}: {}", answer.text);
    answer.json()
}

fn check(answer: &Answer, message: &str, param: Option<&str>) {
    let error = answer.error();
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text);
    assert_eq!((error["message"].as_str(), error["param"].as_str()), (Some(message), param));
}

#[tokio::test]
async fn a_meter_is_made_read_renamed_and_switched() {
    let server = Server::new().await;
    let form = "display_name=Calls&event_name=calls&default_aggregation[formula]=sum&event_time_window=hour\
                &customer_mapping[type]=by_id&customer_mapping[event_payload_key]=who\
                &value_settings[event_payload_key]=much";
    let meter = good(&server, METERS, form).await;
    let id = meter["id"].as_str().unwrap();
    assert!(id.starts_with("mtr_"), "{id}");
    let expected = json!({
        "id": id, "object": "billing.meter", "created": meter["created"],
        "customer_mapping": {"event_payload_key": "who", "type": "by_id"}, "default_aggregation": {"formula": "sum"},
        "display_name": "Calls", "event_name": "calls", "event_time_window": "hour", "livemode": false,
        "status": "active", "status_transitions": {"deactivated_at": null}, "updated": meter["updated"],
        "value_settings": {"event_payload_key": "much"},
    });
    assert_eq!(meter, expected);
    let path = format!("{METERS}/{id}");
    assert_eq!(server.get(&path).await.json(), expected);
    assert_eq!(good(&server, &path, "display_name=All+calls").await["display_name"], "All calls");
    let off = good(&server, &format!("{path}/deactivate"), "").await;
    assert_eq!(off["status"], "inactive");
    assert!(off["status_transitions"]["deactivated_at"].is_i64(), "{off}");
    assert_eq!(good(&server, &format!("{path}/deactivate"), "").await, off);
    let on = good(&server, &format!("{path}/reactivate"), "").await;
    assert_eq!((&on["status"], &on["status_transitions"]["deactivated_at"]), (&json!("active"), &Value::Null));
    let events = server.get("/v1/events").await.json();
    let types: Vec<&Value> = events["data"].as_array().unwrap().iter().map(|event| &event["type"]).collect();
    let actions = ["reactivated", "deactivated", "updated", "created"].map(|it| json!(format!("billing.meter.{it}")));
    assert_eq!(types, actions.iter().collect::<Vec<_>>());
    assert_eq!(events["data"][2]["data"]["previous_attributes"], json!({"display_name": "Calls"}));
    let nobody = server.post(&format!("{METERS}/mtr_nope/deactivate"), "").await;
    assert_eq!((nobody.status, nobody.message()), (StatusCode::NOT_FOUND, "No such meter: 'mtr_nope'".to_owned()));
}

#[tokio::test]
async fn one_active_meter_has_an_event_name() {
    let world = World::new("sum").await;
    let form = "display_name=More&event_name=calls&default_aggregation[formula]=count";
    let message = "An active meter already exists for event name 'calls'. To create a new meter with the same event \
                   name, first deactivate the currently active meter.";
    check(&world.server.post(METERS, form).await, message, None);
    let path = format!("{METERS}/{}", world.meter);
    good(&world.server, &format!("{path}/deactivate"), "").await;
    check(&world.report("1", "").await, "No active meter found for event name 'calls'.", Some("event_name"));
    let next = good(&world.server, METERS, form).await;
    check(&world.server.post(&format!("{path}/reactivate"), "").await, message, None);
    let ids = async |query: &str| {
        let page = world.server.get(&format!("{METERS}?{query}")).await.json();
        page["data"].as_array().unwrap().iter().map(|it| it["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids("").await, [next["id"].clone(), json!(world.meter)]);
    assert_eq!(ids("status=active").await, [next["id"].clone()]);
    assert_eq!(ids("status=inactive").await, [json!(world.meter)]);
}

#[tokio::test]
async fn what_makes_no_meter_is_refused_by_name() {
    let server = Server::new().await;
    for (form, message, param) in [
        ("", "Missing required param: display_name.", "display_name"),
        ("display_name=a", "Missing required param: event_name.", "event_name"),
        ("display_name=a&event_name=b", "Missing required param: default_aggregation.", "default_aggregation"),
        (
            "display_name=a&event_name=b&default_aggregation[formula]=max",
            "Invalid default_aggregation[formula]: must be one of count, last, or sum",
            "default_aggregation[formula]",
        ),
        (
            "display_name=a&event_name=b&default_aggregation[formula]=sum&value_settings[nope]=1",
            "Received unknown parameter: value_settings[nope]",
            "value_settings[nope]",
        ),
        (
            "display_name=a&event_name=b&default_aggregation[formula]=sum&customer_mapping[type]=by_id",
            "Missing required param: customer_mapping[event_payload_key].",
            "customer_mapping[event_payload_key]",
        ),
    ] {
        check(&server.post(METERS, form).await, message, Some(param));
    }
    let same = "display_name=a&event_name=b&default_aggregation[formula]=sum&value_settings[event_payload_key]=stripe_customer_id";
    assert_eq!(server.post(METERS, same).await.error()["param"], "value_settings[event_payload_key]");
    assert_eq!(server.get(METERS).await.json()["data"], json!([]));
}

#[tokio::test]
async fn an_event_is_taken_and_counted_and_its_identifier_is_its_own() {
    let world = World::new("sum").await;
    let event = world.reported("2.5", &format!("identifier=a&timestamp={}", NOW - 60)).await;
    let expected = json!({
        "object": "billing.meter_event", "created": NOW, "event_name": "calls", "identifier": "a", "livemode": false,
        "payload": {"stripe_customer_id": world.customer, "value": "2.5"}, "timestamp": NOW - 60,
    });
    assert_eq!(event, expected);
    let made = world.reported("1", "").await;
    assert!(made["identifier"].as_str().is_some_and(|it| it.len() > 8), "{made}");
    assert_eq!(made["timestamp"], NOW);
    check(&world.report("5", "identifier=a").await, "An event already exists with identifier a.", Some("identifier"));
    let all = format!("start_time={}&end_time={}", NOW - 3600, NOW + 3600);
    assert_eq!(world.values(&all).await, [json!(3.5)]);
}

#[tokio::test]
async fn a_report_of_nobody_or_of_no_number_is_taken_and_counts_for_nothing() {
    let world = World::fed("sum").await;
    let report = async |payload: &str| {
        let answer = world.server.post(EVENTS, &format!("event_name=calls&{payload}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{payload}: {}", answer.text);
    };
    report("payload[stripe_customer_id]=cus_nope&payload[value]=1&identifier=n").await;
    report("payload[value]=1").await;
    report("payload[other]=1").await;
    for value in ["many", "", "1e99", "0.0000000001"] {
        report(&format!("payload[stripe_customer_id]={}&payload[value]={value}", world.customer)).await;
    }
    let all = format!("start_time={}&end_time={}", NOW - 3600, NOW + 3600);
    assert_eq!(world.values(&all).await, [json!(0)]);
    assert_eq!(world.used().await, 0);
    check(&world.report("1", "identifier=n").await, "An event already exists with identifier n.", Some("identifier"));
    assert_eq!(world.cancel("n").await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_is_no_report_is_refused_by_name() {
    let world = World::new("sum").await;
    let base = "event_name=calls&payload[stripe_customer_id]=cus_1";
    for (form, message, param) in [
        ("", "Missing required param: event_name.", "event_name"),
        ("event_name=calls", "Missing required param: payload.", "payload"),
        ("event_name=calls&payload=x", "Invalid object", "payload"),
        ("event_name=nope&payload[a]=1", "No active meter found for event name 'nope'.", "event_name"),
        ("event_name=calls&payload[a][b]=1", "Invalid string", "payload[a]"),
        ("event_name=calls&payload[a]=1&timestamp=soon", "Invalid integer: soon", "timestamp"),
    ] {
        check(&world.server.post(EVENTS, form).await, message, Some(param));
    }
    let days = 24 * 3600;
    for (timestamp, fits) in
        [(NOW - 35 * days, true), (NOW - 35 * days - 1, false), (NOW + 300, true), (NOW + 301, false)]
    {
        let answer = world.server.post(EVENTS, &format!("{base}&timestamp={timestamp}")).await;
        assert_eq!(answer.status == StatusCode::OK, fits, "{timestamp}: {}", answer.text);
    }
    let long = "x".repeat(101);
    for param in ["identifier", "event_name"] {
        let answer = world.server.post(EVENTS, &format!("{base}&{param}={long}")).await;
        assert_eq!((answer.status, &answer.error()["param"]), (StatusCode::BAD_REQUEST, &json!(param)));
    }
}

#[tokio::test]
async fn formulas_say_what_events_come_to() {
    for (formula, expected) in [("sum", json!(3.25)), ("count", json!(3)), ("last", json!(-4))] {
        let world = World::new(formula).await;
        for (value, ago) in [("2.25", 300), ("-4", 60), ("5", 120)] {
            world.reported(value, &format!("timestamp={}", NOW - ago)).await;
        }
        let all = format!("start_time={}&end_time={NOW}", NOW - 3600);
        assert_eq!(world.values(&all).await, [expected], "{formula}");
        let end = format!("start_time={}&end_time={}", NOW - 120, NOW - 60);
        assert_eq!(world.values(&end).await, [if formula == "count" { json!(1) } else { json!(5) }], "{formula}");
    }
}

#[tokio::test]
async fn of_events_of_one_second_the_last_is_the_one_that_came_last() {
    let world = World::new("last").await;
    for value in ["1", "2", "3"] {
        world.reported(value, &format!("timestamp={}", NOW - 60)).await;
    }
    assert_eq!(world.values(&format!("start_time={}&end_time={NOW}", NOW - 60)).await, [json!(3)]);
}

#[tokio::test]
async fn summaries_are_by_the_window_newest_first_page_by_page() {
    let world = World::new("sum").await;
    for (value, ago) in [("1", 3600), ("2", 3601), ("4", 7200), ("8", 4 * 3600)] {
        world.reported(value, &format!("timestamp={}", NOW - ago)).await;
    }
    let hours = format!("start_time={}&end_time={NOW}&value_grouping_window=hour", NOW - 5 * 3600);
    assert_eq!(world.values(&hours).await, [json!(1), json!(6), json!(0), json!(8), json!(0)]);
    let first = world.summaries(&format!("{hours}&limit=2")).await;
    let summary = &first["data"][1];
    let id = summary["id"].as_str().unwrap();
    let expected = json!({
        "id": id, "object": "billing.meter_event_summary", "aggregated_value": 6, "end_time": NOW - 3600,
        "livemode": false, "meter": world.meter, "start_time": NOW - 7200,
    });
    assert_eq!(*summary, expected);
    let url = format!("{METERS}/{}/event_summaries", world.meter);
    assert_eq!((&first["has_more"], &first["url"]), (&json!(true), &json!(url)));
    assert_eq!(world.values(&format!("{hours}&starting_after={id}")).await, [json!(0), json!(8), json!(0)]);
    let before = world.summaries(&format!("{hours}&ending_before={id}")).await;
    assert_eq!((&before["data"][0]["aggregated_value"], &before["has_more"]), (&json!(1), &json!(false)));
    let days = format!("start_time={}&end_time={}&value_grouping_window=day", NOW - 86400, NOW + 86400);
    assert_eq!(world.values(&days).await, [json!(0), json!(15)]);
    let odd = world.server.get(&format!("{url}?customer={}&{hours}&starting_after=mtrusg_x", world.customer)).await;
    check(&odd, "No such meter event summary: 'mtrusg_x'", Some("starting_after"));
}

#[tokio::test]
async fn a_long_stretch_with_many_events_is_summed_whole() {
    let world = World::new("sum").await;
    for number in 0..1100 {
        world.reported("0.1", &format!("timestamp={}", NOW - 60 * (number % 7) - 60)).await;
    }
    let all = format!("start_time={}&end_time={NOW}", NOW - 3600);
    assert_eq!(world.values(&all).await, [json!(110)]);
}

#[tokio::test]
async fn times_must_be_aligned_and_the_customer_must_be_there() {
    let world = World::new("sum").await;
    let url = format!("{METERS}/{}/event_summaries", world.meter);
    let customer = &world.customer;
    for (query, param) in [
        ("start_time=0&end_time=60".to_owned(), "customer"),
        (format!("customer={customer}&start_time=0"), "end_time"),
        (format!("customer={customer}&start_time=1&end_time=60"), "start_time"),
        (format!("customer={customer}&start_time=0&end_time=90"), "end_time"),
        (format!("customer={customer}&start_time=60&end_time=3600&value_grouping_window=hour"), "start_time"),
        (format!("customer={customer}&start_time=0&end_time=3600&value_grouping_window=day"), "end_time"),
        (format!("customer={customer}&start_time=60&end_time=60"), "end_time"),
        (format!("customer={customer}&start_time=0&end_time=60&value_grouping_window=month"), "value_grouping_window"),
        ("customer=cus_nope&start_time=0&end_time=60".to_owned(), "customer"),
    ] {
        let answer = world.server.get(&format!("{url}?{query}")).await;
        assert_eq!((answer.status, &answer.error()["param"]), (StatusCode::BAD_REQUEST, &json!(param)), "{query}");
    }
    let nobody = world.server.get(&format!("{METERS}/mtr_nope/event_summaries")).await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_meter_feeds_the_tracked_limit_of_its_name() {
    let world = World::fed("sum").await;
    world.reported("2.5", "identifier=a").await;
    world.reported("4", &format!("identifier=b&timestamp={}", NOW - 600)).await;
    assert_eq!(world.used().await, 6.5);
    let list = json!({"customerId": "acme", "featureKey": "calls"});
    let events = priceos(&world.server, "POST", "/v1/usage/events", &list).await;
    let events = events["usageEvents"].as_array().unwrap().iter();
    let mut kept: Vec<_> = events.map(|it| [&it["eventKey"], &it["amount"], &it["occurredAt"]]).collect();
    kept.sort_by_key(|it| it[0].as_str());
    let expected = [[json!("a"), json!(2.5), json!(NOW * 1000)], [json!("b"), json!(4), json!((NOW - 600) * 1000)]];
    assert_eq!(kept, expected.each_ref().map(<[Value; 3]>::each_ref));
    // Both dialects count an event once.
    let again = json!({"customerId": "acme", "featureKey": "calls", "amount": 2.5, "eventKey": "a"});
    priceos(&world.server, "POST", "/v1/usage", &again).await;
    assert_eq!(world.used().await, 6.5);
    let cancelled = world.cancel("a").await.json();
    let expected = json!({
        "object": "billing.meter_event_adjustment", "cancel": {"identifier": "a"}, "event_name": "calls",
        "livemode": false, "status": "complete", "type": "cancel",
    });
    assert_eq!(cancelled, expected);
    assert_eq!(world.used().await, 4);
    assert_eq!(world.cancel("a").await.json(), expected);
    assert_eq!(world.used().await, 4);
    let all = format!("start_time={}&end_time={}", NOW - 3600, NOW + 3600);
    assert_eq!(world.values(&all).await, [json!(4)]);
    check(&world.report("1", "identifier=a").await, "An event already exists with identifier a.", Some("identifier"));
}

#[tokio::test]
async fn a_meter_that_counts_feeds_one_for_each_event_and_one_of_the_last_value_nothing() {
    for (formula, used) in [("count", 2), ("last", 0)] {
        let world = World::fed(formula).await;
        for value in ["7", "8"] {
            world.reported(value, "").await;
        }
        assert_eq!(world.used().await, used, "{formula}");
    }
}

#[tokio::test]
async fn a_customer_that_nobody_linked_uses_the_feature_too() {
    let world = World::fed("sum").await;
    let other = good(&world.server, "/v1/customers", "name=Other").await["id"].as_str().unwrap().to_owned();
    let form = format!("event_name=calls&payload[stripe_customer_id]={other}&payload[value]=3");
    good(&world.server, EVENTS, &form).await;
    let path = format!("/v1/feature-access?customerId={other}");
    assert_eq!(priceos(&world.server, "GET", &path, &Value::Null).await["calls"]["usage"]["used"], 3);
    assert_eq!(world.used().await, 0);
}

#[tokio::test]
async fn an_event_can_be_taken_back_for_a_day() {
    let world = World::fed("sum").await;
    world.reported("5", "identifier=a").await;
    world.reported("6", "identifier=b").await;
    world.now.store(NOW + 86400, Ordering::Relaxed);
    assert_eq!(world.cancel("a").await.status, StatusCode::OK);
    world.now.store(NOW + 86401, Ordering::Relaxed);
    let late = world.cancel("b").await;
    assert_eq!((late.status, &late.error()["param"]), (StatusCode::BAD_REQUEST, &json!("cancel[identifier]")));
    assert_eq!(world.used().await, 6);
    for (form, param) in [
        ("event_name=calls&type=cancel", "cancel[identifier]"),
        ("event_name=calls&type=cancel&cancel[identifier]=nope", "cancel[identifier]"),
        ("event_name=other&type=cancel&cancel[identifier]=b", "cancel[identifier]"),
        ("event_name=calls&type=undo&cancel[identifier]=b", "type"),
        ("type=cancel&cancel[identifier]=b", "event_name"),
    ] {
        let answer = world.server.post(ADJUSTMENTS, form).await;
        assert_eq!((answer.status, &answer.error()["param"]), (StatusCode::BAD_REQUEST, &json!(param)), "{form}");
    }
}

#[tokio::test]
async fn a_repeated_report_counts_once() {
    let world = World::fed("sum").await;
    let form = format!("event_name=calls&payload[stripe_customer_id]={}&payload[value]=3", world.customer);
    let first = world.server.post_once("k", EVENTS, &form).await;
    let again = world.server.post_once("k", EVENTS, &form).await;
    assert_eq!((again.text.as_str(), again.header("idempotent-replayed")), (first.text.as_str(), Some("true")));
    assert_eq!(world.used().await, 3);
}
