//! The database goes away, and comes back.

use super::{PASSWORD, address, message, node, wait};
use crate::binary;
use std::thread;
use std::time::{Duration, Instant};
use tollgate_testkit::http::{Client, Reply};
use tollgate_testkit::postgres::Postgres;
use tollgate_testkit::process::{Server, serving};
use tollgate_testkit::proxy::{Cut, Proxy};
use tollgate_testkit::scratch::Scratch;

/// How long an answer may take while nobody listens.
const REFUSED_MAX: Duration = Duration::from_secs(20);
/// How long it may take where the database is there but silent, or the outcome of a commit is looked for.
const SILENT_MAX: Duration = Duration::from_secs(30);

/// The message that ends a transaction: a text ends with a zero.
const COMMIT: &[u8] = b"COMMIT\0";
const GOLD: &str = "/v1/products/prod_gold";
/// Every kind of request that needs the database.
const REQUESTS: [(&str, &str, &str); 5] = [
    ("POST", "/v1/products", "name=Gold"),
    ("GET", GOLD, ""),
    ("GET", "/v1/products", ""),
    ("GET", "/v1/products/search?query=name%3A%27Gold%27", ""),
    ("DELETE", GOLD, ""),
];

/// Sends a request that is answered in time.
fn send(client: &mut Client, (method, path, body): (&str, &str, &str), within: Duration) -> Reply {
    let begin = Instant::now();
    let reply = client.send(method, path, &[], body).unwrap_or_else(|error| panic!("{method} {path}: {error}"));
    assert!(begin.elapsed() < within, "{method} {path} took {:?}: {}", begin.elapsed(), reply.body);
    reply
}

fn is_ready(server: &Server) -> bool {
    server.client().get("/readyz").is_ok_and(|reply| reply.status == 200)
}

/// Until then it may answer what it knows.
fn wait_until_memory_is_too_old(server: &Server) {
    wait("memory is too old", || server.client().get(GOLD).expect("an answer").status == 503);
}

/// Everything is answered with a clear refusal while the process itself is well. Gives what is said.
fn refuses_everything(server: &Server, within: Duration) -> Vec<String> {
    let mut said = vec![];
    thread::scope(|scope| {
        // At once, as they come: who waits for the database must not hold up the others.
        let answers: Vec<_> =
            REQUESTS.iter().map(|request| scope.spawn(|| send(&mut server.client(), *request, within))).collect();
        for answer in answers {
            let reply = answer.join().expect("an answer");
            said.push(message(&reply, 503));
        }
    });
    let ready = send(&mut server.client(), ("GET", "/readyz", ""), within);
    assert_eq!(ready.status, 503, "{}", ready.body);
    let healthy = server.client().get("/healthz").is_ok_and(|reply| reply.status == 200);
    assert!(healthy, "the process itself is not well");
    said.push(ready.body);
    assert!(!said.join("\n").contains(PASSWORD), "{said:?}");
    said
}

#[test]
fn while_the_database_is_away_every_answer_says_so_and_later_all_is_well_again() {
    let Some(mut postgres) = Postgres::start() else { return };
    let (url, scratch) = (postgres.create_database(), Scratch::new());
    let server = node(&address(&postgres, &url, "127.0.0.1", ""), &scratch.file("node"));
    let mut client = server.client();
    client.post("/v1/products", &[("id", "prod_gold"), ("name", "Gold")]).unwrap().ok();
    for stop in [Postgres::stop as fn(&mut Postgres), Postgres::kill] {
        stop(&mut postgres);
        wait_until_memory_is_too_old(&server);
        for said in refuses_everything(&server, REFUSED_MAX) {
            assert!(!said.contains("may have been made"), "{said}");
        }
        postgres.restart();
        wait("the node recovers", || is_ready(&server));
        for request in &REQUESTS[..4] {
            let reply = send(&mut client, *request, REFUSED_MAX);
            assert_eq!(reply.status, 200, "{request:?}: {}", reply.body);
        }
    }
    assert!(!server.errors().is_empty() && !server.errors().contains(PASSWORD), "{}", server.errors());
    assert!(!server.errors().contains("panicked"), "{}", server.errors());
}

#[test]
fn a_database_that_is_silent_is_as_good_as_away() {
    let Some(postgres) = Postgres::shared() else { return };
    let (url, scratch) = (postgres.create_database(), Scratch::new());
    let proxy = Proxy::to(postgres);
    let server = node(&proxy.url(postgres, &url), &scratch.file("node"));
    server.client().post("/v1/products", &[("id", "prod_gold"), ("name", "Gold")]).unwrap().ok();
    proxy.stall(true);
    wait_until_memory_is_too_old(&server);
    refuses_everything(&server, SILENT_MAX);
    proxy.stall(false);
    wait("the node recovers", || is_ready(&server));
    assert_eq!(send(&mut server.client(), REQUESTS[0], REFUSED_MAX).status, 200);
}

#[test]
fn a_commit_whose_outcome_stays_unknown_is_answered_so_and_the_key_tells_later() {
    let Some(postgres) = Postgres::shared() else { return };
    let (url, scratch) = (postgres.create_database(), Scratch::new());
    let proxy = Proxy::to(postgres);
    // One connection each to write and to read, which are open when no others can be made.
    let single = ["--database-writers", "1", "--database-readers", "1"];
    let first = serving(binary(), &proxy.url(postgres, &url), &single);
    let first = Server::start(first, &scratch.file("first")).unwrap();
    let other = node(&url, &scratch.file("other"));
    first.client().post("/v1/products", &[("name", "Silver")]).unwrap().ok();
    proxy.cut_at(COMMIT, Cut::After, u32::MAX);
    proxy.refuse(true);
    let gold = [("id", "prod_gold"), ("name", "Gold")];
    let begin = Instant::now();
    let reply = first.client().post_once("once", "/v1/products", &gold).unwrap();
    assert!(begin.elapsed() < SILENT_MAX, "{:?}", begin.elapsed());
    let said = message(&reply, 503);
    assert!(said.contains("may have been made, or not"), "{said}");
    // The commit had reached the database.
    let again = other.client().post_once("once", "/v1/products", &gold).unwrap();
    assert_eq!(again.ok()["id"], "prod_gold");
    assert_eq!(again.header("idempotent-replayed"), Some("true"), "{again:?}");
    proxy.cut_at(COMMIT, Cut::After, 0);
    proxy.refuse(false);
    let again = || first.client().post_once("once", "/v1/products", &gold).unwrap();
    wait("the node recovers", || again().status == 200);
    assert_eq!(again().header("idempotent-replayed"), Some("true"), "{:?}", again());
    assert_eq!(first.client().get(GOLD).unwrap().ok()["name"], "Gold");
}
