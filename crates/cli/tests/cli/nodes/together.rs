//! Many nodes start at once on an empty database.

use crate::binary;
use std::thread;
use tollgate_testkit::http::Client;
use tollgate_testkit::postgres::Postgres;
use tollgate_testkit::process::{Server, serving};
use tollgate_testkit::scratch::Scratch;

const NODES: usize = 10;

#[test]
fn ten_nodes_that_start_at_once_make_one_schema_and_let_in_each_others_keys() {
    let Some(postgres) = Postgres::shared() else { return };
    let (url, scratch) = (postgres.create_database(), Scratch::new());
    let key = |number| format!("sk_test_keyOfTheNodeNumber{number}");
    let start = |number| {
        // A pool of ten times the usual size would be more than a small database has.
        let mut serve = serving(binary(), &url, &["--database-readers", "1", "--database-writers", "1"]);
        serve.env("TOLLGATE_SECRET_KEY", key(number));
        Server::start(serve, &scratch.file(&format!("node{number}"))).unwrap_or_else(|said| panic!("no node: {said}"))
    };
    let nodes: Vec<_> = thread::scope(|scope| {
        let start = &start;
        let starts: Vec<_> = (0..NODES).map(|number| scope.spawn(move || start(number))).collect();
        starts.into_iter().map(|start| start.join().expect("a node starts")).collect()
    });
    for node in &nodes {
        for number in 0..NODES {
            assert_eq!(Client::new(node.address(), &key(number)).get("/v1/products").unwrap().status, 200);
        }
    }
    assert_eq!(postgres.psql(&url, "SELECT count(*) = count(DISTINCT version) FROM migration"), "t");
    assert_eq!(postgres.psql(&url, "SELECT count(*) FROM api_key"), NODES.to_string());
}
