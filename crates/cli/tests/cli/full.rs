//! A full disk refuses writes with a clear error, serves reads, and takes writes again once there is room.

use crate::binary;
use std::path::Path;
use tollgate_testkit::process::{SECRET_KEY, Server, command, serve, url};
use tollgate_testkit::scratch::Scratch;

/// Writes that are more than a megabyte.
const WRITES_MAX: usize = 200;

#[test]
fn a_full_database_is_said_to_be_full_and_nothing_is_lost() {
    let scratch = Scratch::new();
    let database = scratch.file("full.db");
    let limited = serve_within_a_megabyte(&database);
    let mut client = limited.client();
    let description = "x".repeat(20_000);
    let form = [("name", "Gold Plan"), ("description", description.as_str())];
    let mut made = Vec::new();
    let refused = (0..WRITES_MAX).find_map(|_| {
        let reply = client.post("/v1/products", &form).unwrap();
        if reply.status != 200 {
            return Some(reply);
        }
        made.push(reply.json()["id"].as_str().unwrap().to_owned());
        None
    });
    let refused = refused.expect("a megabyte is full before 200 products of 40 kB");
    assert_eq!(refused.status, 503);
    assert_eq!(refused.json()["error"]["type"], "api_error");
    let message = refused.json()["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("no space left"), "{message}");
    assert!(!made.is_empty());
    for id in &made {
        client.get(&format!("/v1/products/{id}")).unwrap().ok();
    }
    drop(limited);

    let roomy = serve(binary(), &database);
    let mut client = roomy.client();
    for id in &made {
        client.get(&format!("/v1/products/{id}")).unwrap().ok();
    }
    client.post("/v1/products", &form).unwrap().ok();
}

fn serve_within_a_megabyte(database: &Path) -> Server {
    let url = url(database);
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--database", &url, "--max-database-mb", "1"];
    let mut serving = command(binary(), &arguments);
    serving.env("TOLLGATE_SECRET_KEY", SECRET_KEY);
    Server::start(serving, database).unwrap_or_else(|said| panic!("no server: {said}"))
}
