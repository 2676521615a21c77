//! Keys are made and revoked beside a running server, and their secrets are nowhere.

use crate::{binary, complaint, said};
use std::path::Path;
use std::time::{Duration, Instant};
use tollgate_testkit::http::Client;
use tollgate_testkit::process::{SECRET_KEY, Server, command, run, serve, url};
use tollgate_testkit::scratch::Scratch;

/// How soon a running server knows of a change.
const SOON: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(20);

fn create(database: &Path, environment: &str) -> String {
    let arguments =
        ["keys", "create", "--environment", environment, "--name", "made for a test", "--database", &url(database)];
    said(&run(binary(), &arguments)).trim().to_owned()
}

fn list(database: &Path) -> String {
    said(&run(binary(), &["keys", "list", "--database", &url(database)]))
}

/// Asks until the answer has the status, and tells whether it came soon enough.
fn comes_to(client: &mut Client, status: u16) -> bool {
    let begin = Instant::now();
    while begin.elapsed() < SOON {
        if client.get("/v1/products").expect("an answer").status == status {
            return true;
        }
        std::thread::sleep(PAUSE);
    }
    false
}

#[test]
fn a_running_server_learns_of_keys_made_and_revoked() {
    let scratch = Scratch::new();
    let database = scratch.file("keys.db");
    let server = serve(binary(), &database);
    let secret = create(&database, "test");
    assert!(secret.starts_with("sk_test_"), "{secret}");
    let mut client = Client::new(server.address(), &secret);
    assert!(comes_to(&mut client, 200));

    let keys = list(&database);
    assert!(!keys.contains(&secret), "{keys}");
    let row = keys.lines().find(|row| row.contains("made for a test")).expect("a row for the key");
    let id = row.split_whitespace().next().unwrap();
    said(&run(binary(), &["keys", "revoke", id, "--database", &url(&database)]));
    assert!(comes_to(&mut client, 401));
    let keys = list(&database);
    assert!(keys.lines().any(|row| row.contains(id) && row.contains("revoked")), "{keys}");
    assert_eq!(server.client().get("/v1/products").unwrap().status, 200);
}

#[test]
fn a_live_key_opens_what_test_keys_do_not_see() {
    let scratch = Scratch::new();
    let database = scratch.file("live.db");
    let server = serve(binary(), &database);
    let secret = create(&database, "live");
    assert!(secret.starts_with("sk_live_"), "{secret}");
    let mut live = Client::new(server.address(), &secret);
    assert!(comes_to(&mut live, 200));
    let product = live.post("/v1/products", &[("name", "Gold Plan")]).unwrap().ok();
    assert_eq!(product["livemode"], true);
    let path = format!("/v1/products/{}", product["id"].as_str().unwrap());
    assert_eq!(server.client().get(&path).unwrap().status, 404);
}

#[test]
fn an_unknown_key_cannot_be_revoked() {
    let scratch = Scratch::new();
    let database = scratch.file("unknown.db");
    drop(serve(binary(), &database));
    let said = complaint(&run(binary(), &["keys", "revoke", "key_nope", "--database", &url(&database)]));
    assert!(said.contains("key_nope"), "{said}");
}

#[test]
fn no_secret_is_in_the_log_or_in_the_file() {
    const WRONG: &str = "sk_test_wrongWrongWrongWrongWrong";
    let scratch = Scratch::new();
    let database = scratch.file("secret.db");
    let mut start =
        command(binary(), &["serve", "--listen", "127.0.0.1:0", "--log", "trace", "--database", &url(&database)]);
    start.env("TOLLGATE_SECRET_KEY", SECRET_KEY);
    let server = Server::start(start, &database).unwrap();
    let made = create(&database, "test");
    assert!(comes_to(&mut Client::new(server.address(), &made), 200));
    assert_eq!(Client::new(server.address(), WRONG).get("/v1/products").unwrap().status, 401);
    let basic = "c2tfdGVzdF90b2xsZ2F0ZVRlc3RraXRLbm93bktleTAwMDAxOg==";
    let mut nobody = Client::new(server.address(), "");
    let headers = [("authorization", &*format!("Basic {basic}"))];
    nobody.send("POST", "/v1/products", &headers, "name=Gold").unwrap();
    server.client().post_once("once", "/v1/products", &[("name", "Gold")]).unwrap().ok();

    let mut kept = server.errors().into_bytes();
    assert!(!kept.is_empty(), "the log says nothing at all");
    for entry in std::fs::read_dir(scratch.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.to_string_lossy().contains("secret.db") {
            kept.extend(std::fs::read(path).unwrap());
        }
    }
    for secret in [SECRET_KEY, &made, WRONG, basic] {
        let found = kept.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "{secret} is kept");
    }
}
