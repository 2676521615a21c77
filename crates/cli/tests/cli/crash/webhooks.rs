//! Every event of a write that stands arrives, whatever was on its way when the server died. Over SQLite one server is
//! killed and started again; over PostgreSQL one of two nodes is killed while the other goes on, and then that.

use super::receiver::Receiver;
use super::{LIFE_MAX_MS, settings};
use crate::{binary, said};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};
use tollgate_testkit::http::Client;
use tollgate_testkit::postgres::Postgres;
use tollgate_testkit::process::{Server, run, serving, url};
use tollgate_testkit::scratch::Scratch;

/// Clients that write at the same time.
const WRITERS: u64 = 3;
/// What is on its way when a server dies is sent again after its lease, which is twice this and a second.
const SETTINGS: [&str; 4] = ["--webhook-timeout-ms", "500", "--webhook-retry-ms", "50"];
/// How long everything may take to arrive at last.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn every_event_arrives_though_the_server_is_killed_while_it_sends() {
    let scratch = Scratch::new();
    let database = url(&scratch.file("webhooks.db"));
    deliver_and_crash(&database, 1, &scratch);
    said(&run(binary(), &["doctor", "--database", &database]));
}

#[test]
fn every_event_arrives_though_nodes_are_killed_while_they_send() {
    let Some(postgres) = Postgres::start() else { return };
    let (database, scratch) = (postgres.create_database(), Scratch::new());
    deliver_and_crash(&database, 2, &scratch);
    said(&run(binary(), &["doctor", "--database", &database]));
}

fn deliver_and_crash(database: &str, count: usize, scratch: &Scratch) {
    let (crashes, mut random) = settings();
    let receiver = Receiver::new();
    let start = |number: usize| start(database, &scratch.file(&format!("node{number}")));
    let mut nodes: Vec<Server> = (0..count).map(start).collect();
    let endpoint = [("url", &*receiver.url()), ("enabled_events[0]", "*")];
    nodes[0].client().post("/v1/webhook_endpoints", &endpoint).expect("an answer").ok();
    for crash in 0..crashes {
        let life = Duration::from_millis(50 + random.below(LIFE_MAX_MS));
        thread::scope(|scope| {
            for writer in 0..WRITERS {
                let client = nodes[usize::try_from(writer).expect("a few") % count].client();
                scope.spawn(move || write_until_it_ends(client, &format!("c{crash}w{writer}")));
            }
            for node in &mut nodes {
                thread::sleep(life);
                node.kill();
            }
        });
        nodes = (0..count).map(start).collect();
    }
    let begun = Instant::now();
    let told = events(&mut nodes[0].client());
    assert!(crashes == 0 || told.len() > 10, "{}", told.len());
    loop {
        let taken = receiver.taken();
        let missing: Vec<_> = told.iter().filter(|id| !taken.contains_key(*id)).collect();
        if missing.is_empty() {
            // Whoever looks at the ids of events has seen each once, and no other.
            assert_eq!(taken.keys().cloned().collect::<BTreeSet<_>>(), told);
            let more: u64 = taken.values().map(|times| times - 1).sum();
            println!("{} events, {more} deliveries more, {:?} after the last start", told.len(), begun.elapsed());
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{} of {} events do not come: {missing:?}", missing.len(), told.len());
        thread::sleep(Duration::from_millis(20));
    }
}

fn start(database: &str, beside: &Path) -> Server {
    Server::start(serving(binary(), database, &SETTINGS), beside).unwrap_or_else(|said| panic!("no server: {said}"))
}

fn write_until_it_ends(mut client: Client, name: &str) {
    for number in 0.. {
        let id = format!("prod_{name}n{number}");
        if client.post("/v1/products", &[("id", &id), ("name", name)]).is_err() {
            return;
        }
    }
}

/// The ids of all events.
fn events(client: &mut Client) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    let mut after = String::new();
    loop {
        let page: Value = client.get(&format!("/v1/events?limit=100{after}")).expect("an answer").ok();
        let events = page["data"].as_array().expect("a list");
        ids.extend(events.iter().map(|event| event["id"].as_str().expect("an id").to_owned()));
        if page["has_more"] == false {
            return ids;
        }
        after = format!("&starting_after={}", events.last().expect("there are more")["id"].as_str().expect("an id"));
    }
}
