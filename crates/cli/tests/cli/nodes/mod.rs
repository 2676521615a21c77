//! Nodes: servers that share one PostgreSQL database.

mod address;
mod away;
mod together;

use crate::binary;
use std::path::Path;
use std::time::{Duration, Instant};
use tollgate_testkit::http::Reply;
use tollgate_testkit::postgres::Postgres;
use tollgate_testkit::process::{Server, serving};

/// How long to wait for what comes by itself.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(20);
/// A user whose password is written nowhere else, so that it is found where it should not be.
const USER: &str = "node";
const PASSWORD: &str = "hush-7f3a91c2-nobody-writes-this";

/// A node over the database of a URL, which is ready. It writes its log to a file of this name.
fn node(url: &str, beside: &Path) -> Server {
    start(url, beside).unwrap_or_else(|said| panic!("no node: {said}"))
}

fn start(url: &str, beside: &Path) -> Result<Server, String> {
    Server::start(serving(binary(), url, &["--log", "trace"]), beside)
}

/// The address over TCP of a database for [`USER`], who is made where there is none.
fn address(postgres: &Postgres, url: &str, host: &str, parameters: &str) -> String {
    // Others may make it at the same time.
    let make = format!(
        "DO $$ BEGIN CREATE ROLE {USER} LOGIN SUPERUSER PASSWORD '{PASSWORD}'; \
         EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    );
    postgres.psql(url, &make);
    let (address, tcp) = (postgres.address(), postgres.tcp_url(url));
    let name = tcp.rsplit('/').next().expect("a name");
    format!("postgres://{USER}:{PASSWORD}@{host}:{}/{name}{parameters}", address.port())
}

/// Looks again and again until it is as it should be.
fn wait(what: &str, mut look: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !look() {
        assert!(begin.elapsed() < PATIENCE, "{what}: it does not come");
        std::thread::sleep(PAUSE);
    }
}

/// The message of an answer that is an error of this status, whole and of the kind that SDKs know.
fn message(reply: &Reply, status: u16) -> String {
    assert_eq!(reply.status, status, "{}", reply.body);
    assert_eq!(reply.header("content-type"), Some("application/json"), "{reply:?}");
    assert!(reply.header("request-id").is_some(), "{reply:?}");
    let error = &reply.json()["error"];
    assert_eq!(error["type"], "api_error", "{error}");
    error["message"].as_str().expect("a message").to_owned()
}
