//! Deliveries: every event arrives, whatever receivers do.

use super::receiver::{Act, Received, Receiver};
use super::signature::{sent_at, signers};
use super::{ENDPOINTS, World, a_while, hasty, live, until};
use crate::client::TEST_KEY;
use axum::http::StatusCode;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tollgate_server::webhooks::{Dispatcher, Settings};

const HOUR: i64 = 60 * 60 * 1000;

fn text<'v>(object: &'v Value, key: &str) -> &'v str {
    object[key].as_str().unwrap_or_else(|| panic!("no {key} in {object}"))
}

#[tokio::test]
async fn an_event_arrives_as_it_is_shown_signed_with_the_secret_of_the_endpoint() {
    let world = World::new().await;
    let receiver = Receiver::new(Act::Answer(200)).await;
    let endpoint = world.endpoint(&receiver.url()).await;
    world.product("gold").await;
    until("it arrives", async || receiver.count() == 1).await;
    let request = receiver.received().remove(0);
    let header = |name: &str| request.headers.get(name).map(String::as_str);
    assert_eq!(request.path, "/hook?from=tollgate");
    assert_eq!(header("content-type"), Some("application/json; charset=utf-8"));
    assert_eq!(header("user-agent"), Some("Stripe/1.0 (+https://stripe.com/docs/webhooks)"));
    assert_eq!(header("host").map(str::to_owned), Some(receiver.address().to_string()));
    let signature = header("stripe-signature").unwrap();
    let secret = text(&endpoint, "secret");
    assert_eq!(signers(signature, request.body.as_bytes(), &[secret, "whsec_other"]), [secret]);
    assert_eq!(sent_at(signature), world.now() / 1000);
    assert!(!request.body.contains(TEST_KEY) && !request.body.contains("whsec_"));
    until("it is noted", async || world.missed(&endpoint, "").await.is_empty()).await;
    let mut shown = world.events("").await.remove(0);
    assert_eq!(shown["pending_webhooks"], 0);
    shown["pending_webhooks"] = json!(1);
    assert_eq!(request.json(), shown);
    assert_eq!(text(&shown["data"]["object"], "id"), "gold");
}

#[tokio::test]
async fn both_secrets_sign_while_one_is_exchanged_for_the_other() {
    let world = World::new().await;
    let receiver = Receiver::new(Act::Answer(204)).await;
    let endpoint = world.endpoint(&receiver.url()).await;
    let roll = format!("{ENDPOINTS}/{}/roll_secret", text(&endpoint, "id"));
    let rolled = world.server.post(&roll, "expires_in=60").await.json();
    let secrets = [text(&rolled, "secret"), text(&endpoint, "secret")];
    for (place, expected) in [&secrets[..], &secrets[..1]].into_iter().enumerate() {
        world.product(&format!("p{place}")).await;
        until("it arrives", async || receiver.count() == place + 1).await;
        let request = receiver.received().remove(place);
        let signed = signers(&request.headers["stripe-signature"], request.body.as_bytes(), &secrets);
        assert_eq!(signed, expected);
        world.pass(60_000);
    }
}

#[tokio::test]
async fn what_fails_is_signed_anew_and_sent_again_after_a_pause() {
    let world = World::new().await;
    let left = Arc::new(AtomicUsize::new(1));
    let counted = left.clone();
    let receiver = Receiver::that(move |_| {
        let fails = counted.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        if fails { Act::Answer(500) } else { Act::Answer(200) }
    })
    .await;
    let good = Receiver::new(Act::Answer(201)).await;
    let (endpoint, other) = (world.endpoint(&receiver.url()).await, world.endpoint(&good.url()).await);
    world.product("gold").await;
    until("it fails", async || world.missed(&endpoint, "").await.iter().any(|it| !it["last_error"].is_null())).await;
    until("it arrives elsewhere", async || world.missed(&other, "").await.is_empty()).await;
    let missed = world.missed(&endpoint, "status=pending").await;
    let (now, event) = (world.now() / 1000, world.events("").await.remove(0));
    assert_eq!(
        missed,
        [json!({
            "id": missed[0]["id"], "object": "webhook_delivery", "attempts": 1, "created": now, "event": event["id"],
            "last_error": {"at": now, "message": "the answer has the status 500", "response_status": 500},
            "livemode": false, "next_attempt": missed[0]["next_attempt"], "status": "pending",
            "webhook_endpoint": endpoint["id"],
        })]
    );
    let next = missed[0]["next_attempt"].as_i64().unwrap();
    assert!((now + 3..=now + 7).contains(&next), "{next}");
    assert_eq!(event["pending_webhooks"], 1);
    let path = format!("/v1/events/{}", text(&event, "id"));
    assert_eq!(world.server.get(&path).await.json(), event);
    assert_eq!(world.events("delivery_success=false").await.len(), 1);
    assert_eq!(world.events("delivery_success=true").await.len(), 0);
    a_while().await;
    assert_eq!(receiver.count(), 1, "not before the pause is over");
    world.pass(7000);
    until("it arrives", async || world.missed(&endpoint, "").await.is_empty()).await;
    let requests = receiver.received();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].event(), requests[1].event());
    let [first, second] = [0, 1].map(|place: usize| sent_at(&requests[place].headers["stripe-signature"]));
    assert_eq!(second - first, 7);
    assert_eq!(world.server.get(&path).await.json()["pending_webhooks"], 0);
    assert_eq!(world.events("delivery_success=true").await.len(), 1);
    assert_eq!(world.events("delivery_success=false").await.len(), 0);
    assert_eq!(good.count(), 1);
}

#[tokio::test]
async fn what_fails_for_three_days_is_given_up_and_can_be_sent_again_by_hand() {
    let world = World::new().await;
    let left = Arc::new(AtomicUsize::new(usize::MAX));
    let counted = left.clone();
    let receiver =
        Receiver::that(move |_| Act::Answer(if counted.load(Ordering::SeqCst) > 0 { 503 } else { 200 })).await;
    let endpoint = world.endpoint(&receiver.url()).await;
    world.product("gold").await;
    let begun = world.now();
    let mut tries = 0;
    while world.missed(&endpoint, "status=failed").await.is_empty() {
        tries += 1;
        until("it is tried", async || {
            let missed = world.missed(&endpoint, "").await;
            receiver.count() == tries && missed[0]["last_error"]["at"] == world.now() / 1000
        })
        .await;
        if let Some(next) = world.missed(&endpoint, "").await[0]["next_attempt"].as_i64() {
            world.pass((next + 1) * 1000 - world.now());
        }
    }
    assert!((18..40).contains(&tries), "{tries}");
    assert!((72 * HOUR..73 * HOUR).contains(&(world.now() - begun)));
    let failed = world.missed(&endpoint, "").await;
    assert_eq!((failed[0]["attempts"].as_u64(), &failed[0]["next_attempt"]), (Some(tries as u64), &Value::Null));
    world.pass(24 * HOUR);
    a_while().await;
    assert_eq!(receiver.count(), tries);
    left.store(0, Ordering::SeqCst);
    let event = world.events("").await.remove(0);
    assert_eq!(event["pending_webhooks"], 1);
    let retry = format!("/v1/events/{}/retry", text(&event, "id"));
    let form = format!("webhook_endpoint={}", text(&endpoint, "id"));
    assert_eq!(world.server.post(&retry, &form).await.json(), event);
    until("it arrives", async || world.missed(&endpoint, "").await.is_empty()).await;
    assert_eq!(world.events("").await[0]["pending_webhooks"], 0);
    // One that arrived is sent once more, too.
    assert_eq!(world.server.post(&retry, &form).await.json()["pending_webhooks"], 1);
    until("it arrives again", async || receiver.count() == tries + 2).await;
}

#[tokio::test]
async fn only_an_event_and_an_endpoint_that_are_there_can_be_sent_again() {
    let world = World::new().await;
    let endpoint = world.endpoint("http://127.0.0.1:9/").await;
    world.product("gold").await;
    let retry = format!("/v1/events/{}/retry", text(&world.events("").await[0], "id"));
    for (path, form, status, param, message) in [
        ("/v1/events/evt_nope/retry", "", 404, "id", "No such event: 'evt_nope'"),
        (&retry, "", 400, "webhook_endpoint", "Missing required param: webhook_endpoint."),
        (&retry, "webhook_endpoint=we_nope", 400, "webhook_endpoint", "No such webhook endpoint: 'we_nope'"),
    ] {
        let answer = world.server.post(path, form).await;
        assert_eq!((answer.status.as_u16(), answer.message()), (status, message.to_owned()));
        assert_eq!(answer.error()["param"], param);
    }
    world.server.post(&format!("{ENDPOINTS}/{}", text(&endpoint, "id")), "disabled=true").await;
    let refused = world.server.post(&retry, &format!("webhook_endpoint={}", text(&endpoint, "id"))).await;
    assert_eq!((refused.status, &refused.error()["param"]), (StatusCode::BAD_REQUEST, &json!("webhook_endpoint")));
}

#[tokio::test]
async fn an_endpoint_that_hangs_does_not_keep_the_others_waiting() {
    let world = World::with(Settings { timeout: Duration::from_secs(3600), ..Settings::default() }).await;
    let (hangs, good) = (Receiver::new(Act::Hang).await, Receiver::new(Act::Answer(200)).await);
    world.endpoint(&hangs.url()).await;
    let endpoint = world.endpoint(&good.url()).await;
    for number in 0..300 {
        world.product(&format!("p{number}")).await;
    }
    until("all arrive", async || world.missed(&endpoint, "").await.is_empty()).await;
    assert_eq!(good.count(), 300);
    assert!(hangs.count() <= 8, "{} at a time", hangs.count());
}

#[tokio::test]
async fn an_answer_that_does_not_come_or_does_not_end_is_not_waited_for() {
    let world = World::new().await;
    for (act, said, status) in [
        (Act::Hang, "no answer within 0.4 seconds", Value::Null),
        (Act::Trickle, "no answer within 0.4 seconds", Value::Null),
        (Act::Drop, "connection closed before message completed", Value::Null),
        (Act::Answer(404), "the answer has the status 404", json!(404)),
    ] {
        let receiver = Receiver::new(act.clone()).await;
        let endpoint = world.endpoint(&receiver.url()).await;
        world.product(&format!("p{}", receiver.address().port())).await;
        let error = async || world.missed(&endpoint, "").await.first().map(|missed| missed["last_error"].clone());
        until("it fails", async || error().await.is_some_and(|error| !error.is_null())).await;
        let error = error().await.unwrap();
        assert_eq!((text(&error, "message"), &error["response_status"]), (said, &status), "{act:?}");
        world.server.delete(&format!("{ENDPOINTS}/{}", text(&endpoint, "id"))).await;
    }
    let nobody = world.endpoint("http://127.0.0.1:9/").await;
    world.product("gold").await;
    let refused = async || world.missed(&nobody, "").await[0]["last_error"]["message"].as_str().map(str::to_owned);
    until("nobody listens", async || refused().await.is_some_and(|said| said.contains("refused"))).await;
}

#[tokio::test]
async fn a_long_answer_counts_by_its_status_and_the_connection_of_a_short_one_is_used_again() {
    let world = World::new().await;
    let long = Receiver::new(Act::Long(2_000_000)).await;
    let short = Receiver::new(Act::Answer(200)).await;
    let endpoints = [world.endpoint(&long.url()).await, world.endpoint(&short.url()).await];
    for number in 0..5 {
        world.product(&format!("p{number}")).await;
        for endpoint in &endpoints {
            until("it arrives", async || world.missed(endpoint, "").await.is_empty()).await;
        }
    }
    let connections = |receiver: &Receiver| {
        receiver.received().iter().map(|received| received.connection).collect::<BTreeSet<_>>().len()
    };
    assert_eq!((long.count(), connections(&long)), (5, 5));
    assert_eq!((short.count(), connections(&short)), (5, 1));
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let world = World::new().await;
    let target = Receiver::new(Act::Answer(200)).await;
    let receiver = Receiver::new(Act::Redirect(target.url())).await;
    let endpoint = world.endpoint(&receiver.url()).await;
    world.product("gold").await;
    let status = async || world.missed(&endpoint, "").await[0]["last_error"]["response_status"].clone();
    until("it fails", async || status().await == json!(302)).await;
    assert_eq!(target.count(), 0);
}

#[tokio::test]
async fn private_addresses_are_not_connected_to_whatever_the_url_calls_them() {
    let world = World::new().await;
    let receiver = Receiver::new(Act::Answer(200)).await;
    let port = receiver.address().port();
    let said = async |endpoint: &Value, mode: &str| {
        let path = format!("{ENDPOINTS}/{}/deliveries", text(endpoint, "id"));
        let list = match mode {
            "live" => live(&world.server, "GET", &path, "").await.json(),
            _ => world.server.get(&path).await.json(),
        };
        list["data"][0]["last_error"]["message"].as_str().map(str::to_owned)
    };
    for url in ["http://10.1.2.3/", "http://[fd00::1]/", "http://169.254.169.254/latest", "http://[::ffff:10.0.0.1]/"] {
        let endpoint = world.endpoint(url).await;
        world.product(&format!("p{}", text(&endpoint, "id"))).await;
        until(url, async || said(&endpoint, "test").await.is_some_and(|said| said.ends_with("is private"))).await;
        world.server.delete(&format!("{ENDPOINTS}/{}", text(&endpoint, "id"))).await;
    }
    // In live, this machine is private, too: by its address, by its name, and as a number that is an address.
    for host in ["127.0.0.1", "localhost", "2130706433", "[::1]"] {
        let form = format!("url=https://{host}:{port}/&enabled_events[]=*");
        let endpoint = live(&world.server, "POST", ENDPOINTS, &form).await.json();
        live(&world.server, "POST", "/v1/products", &format!("id={}&name=Gold", text(&endpoint, "id"))).await;
        until(host, async || said(&endpoint, "live").await.is_some_and(|said| said.ends_with("is private"))).await;
    }
    assert_eq!(receiver.count(), 0);
}

#[tokio::test]
async fn private_addresses_are_connected_to_where_that_is_allowed() {
    let world = World::with(Settings { private_addresses: true, ..Settings::default() }).await;
    let receiver = Receiver::new(Act::Answer(200)).await;
    let form = format!("url={}&enabled_events[]=*", receiver.url());
    assert_eq!(live(&world.server, "POST", ENDPOINTS, &form).await.status, StatusCode::OK);
    live(&world.server, "POST", "/v1/products", "id=gold&name=Gold").await;
    until("it arrives", async || receiver.count() == 1).await;
    assert_eq!(receiver.received()[0].json()["livemode"], true);
}

#[tokio::test]
async fn a_disabled_endpoint_gets_nothing_and_a_deleted_one_is_forgotten_with_what_it_missed() {
    let world = World::new().await;
    let receiver = Receiver::new(Act::Answer(500)).await;
    let endpoint = world.endpoint(&receiver.url()).await;
    let path = format!("{ENDPOINTS}/{}", text(&endpoint, "id"));
    world.product("gold").await;
    until("it fails", async || world.missed(&endpoint, "").await.iter().any(|it| !it["last_error"].is_null())).await;
    world.server.post(&path, "disabled=true").await;
    world.product("silver").await;
    world.pass(10_000);
    until("it is given up", async || world.missed(&endpoint, "status=failed").await.len() == 1).await;
    assert_eq!(world.missed(&endpoint, "").await.len(), 1, "nothing of what came later");
    assert_eq!(receiver.count(), 1);
    world.server.delete(&path).await;
    assert!(world.events("").await.iter().all(|event| event["pending_webhooks"] == 0));
    until("what it missed is forgotten", async || world.events("delivery_success=false").await.is_empty()).await;
}

#[tokio::test]
async fn what_an_endpoint_missed_is_listed_newest_first_page_by_page() {
    let world = World::new().await;
    let endpoint = world.endpoint("http://127.0.0.1:9/").await;
    for number in 0..12 {
        world.pass(1000);
        world.product(&format!("p{number}")).await;
    }
    let path = format!("{ENDPOINTS}/{}/deliveries", text(&endpoint, "id"));
    let first = world.server.get(&path).await.json();
    assert_eq!((first["data"].as_array().unwrap().len(), &first["has_more"]), (10, &json!(true)));
    assert_eq!(text(&first, "url"), path);
    let last = text(&first["data"][9], "id").to_owned();
    let rest = world.server.get(&format!("{path}?starting_after={last}")).await.json();
    let created: Vec<_> = [&first, &rest]
        .into_iter()
        .flat_map(|page| page["data"].as_array().unwrap())
        .map(|missed| missed["created"].as_i64().unwrap())
        .collect();
    assert_eq!(created.len(), 12);
    assert!(created.is_sorted_by(|newer, older| newer > older), "{created:?}");
    let bad = world.server.get(&format!("{path}?status=done")).await;
    assert_eq!(bad.message(), "Invalid status: must be one of pending or failed");
}

/// How often each event was taken.
type Taken = Arc<Mutex<BTreeMap<String, usize>>>;

/// Fails, hangs, answers 500, drops connections, redirects; in the end it takes what comes.
fn moody(seed: usize, taken: &Taken) -> impl FnMut(&Received) -> Act + use<> {
    let (mut tries, taken) = (BTreeMap::<String, usize>::new(), taken.clone());
    let mut next = seed;
    move |received| {
        let count = tries.entry(received.event()).or_default();
        *count += 1;
        next = next.wrapping_mul(25_214_903_917).wrapping_add(11);
        match (*count, (next >> 16) % 8) {
            (1..=3, 0) => Act::Answer(500),
            (1..=3, 1) => Act::Drop,
            (1..=2, 2) => Act::Hang,
            (1..=3, 3) => Act::Redirect("http://127.0.0.1:9/".into()),
            (1..=3, 4) => Act::Answer(429),
            _ => {
                *taken.lock().unwrap().entry(received.event()).or_default() += 1;
                Act::Answer(200)
            }
        }
    }
}

#[tokio::test]
async fn every_event_arrives_at_a_receiver_of_every_mood_that_restarts_in_between() {
    let world = World::with(hasty(150)).await;
    let taken = Taken::default();
    let mut receiver = Receiver::that(moody(7, &taken)).await;
    let (address, endpoint) = (receiver.address(), world.endpoint(&receiver.url()).await);
    let begun = Instant::now();
    for round in 0..4 {
        for number in 0..40 {
            world.product(&format!("p{round}-{number}")).await;
        }
        until("some arrive", async || receiver.count() > 20).await;
        drop(receiver);
        a_while().await;
        receiver = Receiver::at(address, moody(round, &taken)).await;
    }
    until("all arrive", async || {
        world.pass(10_000);
        tokio::time::sleep(Duration::from_millis(50)).await;
        world.missed(&endpoint, "").await.is_empty()
    })
    .await;
    let taken = taken.lock().unwrap().clone();
    assert!(world.events("limit=100").await.iter().all(|event| taken.contains_key(text(event, "id"))));
    assert_eq!(taken.len(), 160, "a receiver that looks at the id of the event sees each once");
    assert!(begun.elapsed() < Duration::from_secs(60));
}

#[tokio::test]
async fn of_several_nodes_one_sends() {
    let mut world = World::new().await;
    for _ in 0..3 {
        world.dispatchers.push(Dispatcher::start(world.app.clone()));
    }
    let receiver = Receiver::new(Act::Answer(200)).await;
    let endpoint = world.endpoint(&receiver.url()).await;
    for number in 0..100 {
        world.product(&format!("p{number}")).await;
    }
    until("all arrive", async || world.missed(&endpoint, "").await.is_empty()).await;
    a_while().await;
    assert_eq!(receiver.count(), 100);
}

#[tokio::test]
async fn a_server_that_ends_notes_what_is_on_its_way_and_a_later_one_sends_the_rest() {
    let mut world = World::with(Settings { timeout: Duration::from_secs(10), ..Settings::default() }).await;
    let receiver = Receiver::new(Act::Answer(200)).await;
    let endpoint = world.endpoint(&receiver.url()).await;
    for number in 0..50 {
        world.product(&format!("p{number}")).await;
    }
    for dispatcher in world.dispatchers.drain(..) {
        dispatcher.stop().await;
    }
    assert_eq!(world.missed(&endpoint, "limit=100").await.len(), 50 - receiver.count());
    world.product("last").await;
    world.dispatchers.push(Dispatcher::start(world.app.clone()));
    until("all arrive", async || world.missed(&endpoint, "").await.is_empty()).await;
    assert_eq!(receiver.count(), 51);
}

#[tokio::test]
async fn operators_see_how_deliveries_went() {
    let world = World::new().await;
    let (good, bad) = (Receiver::new(Act::Answer(200)).await, Receiver::new(Act::Answer(500)).await);
    let endpoints = [world.endpoint(&good.url()).await, world.endpoint(&bad.url()).await];
    world.product("gold").await;
    until("both were tried", async || {
        let missed = world.missed(&endpoints[1], "").await;
        world.missed(&endpoints[0], "").await.is_empty() && !missed[0]["last_error"].is_null()
    })
    .await;
    let metrics = world.server.get("/metrics").await.text;
    for line in [
        "tollgate_webhook_deliveries_total{outcome=\"arrived\"} 1",
        "tollgate_webhook_deliveries_total{outcome=\"failed\"} 1",
        "tollgate_webhook_duration_seconds_count 2",
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
}
