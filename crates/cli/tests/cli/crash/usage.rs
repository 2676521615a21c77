//! Usage over crashes: what was acknowledged is counted, once; what was not acknowledged is counted when it is sent
//! again under its key, once; and what was consumed never passes the limit and the bonus.
//!
//! Writers track, consume and send batches for the same few customers until something dies. After each crash everything
//! that got no answer is sent again, and some of what got one; then for every customer and feature the counter is the
//! sum of the events that are there, those are the ones that were written, and no key is there twice.

use super::nodes::{self, Site};
use super::random::Random;
use super::{LIFE_MAX_MS, WRITERS, server, settings};
use crate::{binary, said};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;
use tollgate_testkit::http::{Client, Reply};
use tollgate_testkit::process::{run, url};
use tollgate_testkit::scratch::Scratch;

const CUSTOMERS: u64 = 4;
/// Counted without a limit.
const TRACKED: &str = "requests";
/// Consumed against [`LIMIT`] and a bonus of [`BONUS`].
const CONSUMED: &str = "credits";
const LIMIT: u64 = 300;
const BONUS: u64 = 100;
/// Most events of one batch.
const BATCH_MAX: u64 = 20;
/// How many times a writer of several nodes turns to the next before it gives a request up.
const TRIES: usize = 20;

/// A request, and the events it brings: customer, feature, key, amount.
#[derive(Debug, Clone)]
struct Ask {
    path: &'static str,
    body: Value,
    events: Vec<(String, &'static str, String, u64)>,
}

/// Everything that was done: amounts by customer and feature, by key.
#[derive(Default)]
struct Done(BTreeMap<(String, &'static str), BTreeMap<String, u64>>);

/// What became of one writer's requests.
#[derive(Default)]
struct Asked {
    answered: Vec<(Ask, Value)>,
    unanswered: Vec<Ask>,
}

struct Writer {
    name: String,
    number: u64,
    random: Random,
}

#[test]
fn usage_is_counted_once_whatever_dies() {
    let (crashes, mut random) = settings();
    let scratch = Scratch::new();
    let database = scratch.file("usage.db");
    let mut done = Done::default();
    let mut server = server::start(&database, &mut random);
    furnish(&mut server.client());
    for crash in 0..crashes {
        let life = Duration::from_millis(1 + random.below(LIFE_MAX_MS));
        let asked = thread::scope(|scope| {
            let writers: Vec<_> = Writer::all(&format!("c{crash}"), &mut random)
                .map(|writer| {
                    let client = server.client();
                    scope.spawn(move || writer.write(&mut [client], &AtomicBool::new(false), 1))
                })
                .collect();
            thread::sleep(life);
            server.kill();
            writers.into_iter().map(|writer| writer.join().expect("a writer does not panic")).collect::<Vec<_>>()
        });
        drop(server);
        server = server::start(&database, &mut random);
        done.settle(&mut server.client(), asked);
        done.audit(&mut server.client());
    }
    assert!(crashes == 0 || !done.0.is_empty(), "nothing was written");
    drop(server);
    said(&run(binary(), &["doctor", "--database", &url(&database)]));
    println!("{}", done.count());
}

#[test]
fn usage_is_counted_once_over_nodes_whatever_dies() {
    let Some(mut site) = Site::new() else { return };
    let (crashes, mut random) = settings();
    let mut done = Done::default();
    furnish(&mut site.clients()[0]);
    for round in 0..crashes * nodes::FAULTS {
        let fault = nodes::Fault::of_round(round, &mut random);
        let stop = &AtomicBool::new(false);
        let asked = thread::scope(|scope| {
            let writers: Vec<_> = Writer::all(&format!("r{round}"), &mut random)
                .map(|writer| {
                    let mut clients = site.clients();
                    scope.spawn(move || writer.write(&mut clients, stop, TRIES))
                })
                .collect();
            nodes::pause(LIFE_MAX_MS, &mut random);
            site.bring(&fault, &mut random);
            nodes::pause(LIFE_MAX_MS, &mut random);
            stop.store(true, Ordering::Relaxed);
            writers.into_iter().map(|writer| writer.join().expect("a writer does not panic")).collect::<Vec<_>>()
        });
        site.mend(&fault);
        let mut clients = site.clients();
        done.settle(&mut clients[0], asked);
        for client in &mut clients {
            done.audit(client);
        }
    }
    assert!(crashes == 0 || !done.0.is_empty(), "nothing was written");
    said(&run(binary(), &["doctor", "--database", &site.url]));
    println!("{}", done.count());
}

/// The features, a product that grants them, and customers who have it and a bonus.
fn furnish(client: &mut Client) {
    let mut good = |path: &str, body: Value| client.call("POST", path, &body).expect("an answer").ok();
    for key in [TRACKED, CONSUMED] {
        good("/v1/features", json!({"featureKey": key, "name": key, "type": "limit", "tracksUsage": true}));
    }
    let access = json!([
        {"featureKey": TRACKED, "hasAccess": true, "isUnlimited": true},
        {"featureKey": CONSUMED, "hasAccess": true, "limit": LIMIT},
    ]);
    good("/v1/products", json!({"name": "Pro", "key": "pro", "featureAccess": access}));
    for number in 0..CUSTOMERS {
        let id = format!("customer{number}");
        good("/v1/customers", json!({"customerId": id, "customProductKeys": ["pro"]}));
        good("/v1/bonuses", json!({"customerId": id, "featureKey": CONSUMED, "amount": BONUS}));
    }
}

impl Writer {
    fn all(round: &str, random: &mut Random) -> impl Iterator<Item = Self> {
        let writers =
            (0..WRITERS).map(|number| Self { name: format!("{round}w{number}"), number: 0, random: random.fork() });
        writers.collect::<Vec<_>>().into_iter()
    }

    /// Writes until it is told to stop, or no server answers.
    fn write(mut self, clients: &mut [Client], stop: &AtomicBool, tries: usize) -> Asked {
        let mut asked = Asked::default();
        while !stop.load(Ordering::Relaxed) {
            let ask = self.next();
            let turn = usize::try_from(self.number).expect("a few");
            let answer = (0..tries).find_map(|try_| {
                let client = &mut clients[(turn + try_) % clients.len()];
                ask.send(client).ok().filter(|reply| reply.status != 503)
            });
            if let Some(reply) = answer {
                asked.answered.push((ask, reply.ok()));
                continue;
            }
            asked.unanswered.push(ask);
            if tries == 1 {
                return asked;
            }
        }
        asked
    }

    fn next(&mut self) -> Ask {
        let count = if self.random.below(4) == 0 { 1 + self.random.below(BATCH_MAX) } else { 1 };
        let consumes = count == 1 && self.random.below(2) == 0;
        let feature = if consumes { CONSUMED } else { TRACKED };
        let events: Vec<_> = (0..count)
            .map(|_| {
                self.number += 1;
                let customer = format!("customer{}", self.random.below(CUSTOMERS));
                (customer, feature, format!("{}-{}", self.name, self.number), 1 + self.random.below(3))
            })
            .collect();
        let body = |(customer, feature, key, amount): &(String, &str, String, u64)| json!({"customerId": customer, "featureKey": feature, "eventKey": key, "amount": amount});
        let (path, body) = match &events[..] {
            [event] if consumes => ("/v1/usage/consume", body(event)),
            [event] => ("/v1/usage", body(event)),
            many => ("/v1/usage/batch", json!({"events": many.iter().map(body).collect::<Vec<_>>()})),
        };
        Ask { path, body, events }
    }
}

impl Ask {
    fn send(&self, client: &mut Client) -> std::io::Result<Reply> {
        client.call("POST", self.path, &self.body)
    }
}

impl Done {
    /// Enters what was acknowledged, and has the rest done; what was acknowledged is not done again.
    fn settle(&mut self, client: &mut Client, asked: Vec<Asked>) {
        for Asked { answered, unanswered } in asked {
            for (ask, answer) in &answered {
                self.enter(ask, answer);
            }
            if let Some((ask, _)) = answered.last() {
                let again = ask.send(client).expect("an answer").ok();
                assert!(!applied(&again), "done twice: {ask:?}: {again}");
            }
            for ask in unanswered {
                let answer = ask.send(client).expect("an answer").ok();
                self.enter(&ask, &answer);
            }
        }
    }

    /// A refused consumption brings nothing; all else is done now, if it was not before.
    fn enter(&mut self, ask: &Ask, answer: &Value) {
        assert_ne!(answer["hasErrors"], true, "{ask:?}: {answer}");
        if answer["allowed"] == false {
            assert_eq!(answer["reason"], "limit_reached", "{ask:?}: {answer}");
            return;
        }
        for (customer, feature, key, amount) in &ask.events {
            self.0.entry((customer.clone(), *feature)).or_default().insert(key.clone(), *amount);
        }
    }

    /// The counters are the sums of the events, and the events are those that were written.
    fn audit(&self, client: &mut Client) {
        for ((customer, feature), events) in &self.0 {
            let sum: u64 = events.values().sum();
            let access = client.call("GET", &format!("/v1/feature-access?customerId={customer}"), &Value::Null);
            let usage = access.expect("an answer").ok()[feature]["usage"].clone();
            assert_eq!(usage["used"], sum, "{customer} {feature}: {usage}");
            if *feature == CONSUMED {
                assert!(sum <= LIMIT + BONUS, "{customer} consumed {sum}");
                let burnt = sum.saturating_sub(LIMIT);
                assert_eq!((&usage["bonusUsed"], &usage["bonusRemaining"]), (&json!(burnt), &json!(BONUS - burnt)));
            }
            assert_eq!(keys(client, customer, feature), events.keys().cloned().collect(), "{customer} {feature}");
        }
    }

    fn count(&self) -> String {
        format!("{} events", self.0.values().map(BTreeMap::len).sum::<usize>())
    }
}

/// The keys of the events that are there.
fn keys(client: &mut Client, customer: &str, feature: &str) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    loop {
        let body = json!({"customerId": customer, "featureKey": feature, "offset": keys.len(), "limit": 1000});
        let page = client.call("POST", "/v1/usage/events", &body).expect("an answer").ok();
        for event in page["usageEvents"].as_array().expect("a list") {
            let key = event["eventKey"].as_str().expect("every event has a key").to_owned();
            assert!(keys.insert(key), "there twice: {event}");
        }
        if page["hasMore"] == false {
            return keys;
        }
    }
}

/// Whether a request, or anything of a batch, was applied.
fn applied(answer: &Value) -> bool {
    match answer["results"].as_array() {
        Some(results) => results.iter().any(|entry| entry["result"]["applied"] == true),
        None => answer["applied"] == true && answer["allowed"] != false,
    }
}
