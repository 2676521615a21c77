//! `tollgate migrate-data`: from a file to PostgreSQL and back, also when it is killed on the way.

use crate::{binary, complaint, said};
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use tollgate_testkit::postgres::Postgres;
use tollgate_testkit::process::{SECRET_KEY, Server, command, run, serve, url};
use tollgate_testkit::scratch::Scratch;

const PRODUCTS: usize = 200;
/// How long a move may take to begin.
const PATIENCE: Duration = Duration::from_secs(60);

/// A file with products, and the answer to a list of them.
fn filled(database: &Path) -> String {
    let mut server = serve(binary(), database);
    let mut client = server.client();
    for number in 0..PRODUCTS {
        let form = [
            ("name", &*format!("Plan {number}")),
            ("default_price_data[currency]", "usd"),
            ("default_price_data[unit_amount]", "1"),
        ];
        client.post("/v1/products", &form).expect("the server answers").ok();
    }
    let list = listed(&server);
    server.ask_to_stop();
    server.wait();
    list
}

fn listed(server: &Server) -> String {
    let list = server.client().get("/v1/products?limit=100").expect("the server answers").ok().to_string();
    let found = server
        .client()
        .get("/v1/products/search?query=name%3A%27Plan%207%27")
        .expect("the server answers")
        .ok()
        .to_string();
    list + &found
}

fn migrate(from: &str, to: &str) -> Output {
    run(binary(), &["migrate-data", "--from", from, "--to", to])
}

fn serve_url(url: &str, beside: &Path) -> Result<Server, String> {
    let mut serve: Command = command(binary(), &["serve", "--listen", "127.0.0.1:0", "--database", url]);
    serve.env("TOLLGATE_SECRET_KEY", SECRET_KEY);
    Server::start(serve, beside)
}

#[test]
fn a_catalog_moves_to_postgres_and_back() {
    let Some(postgres) = Postgres::shared() else { return };
    let scratch = Scratch::new();
    let (database, back) = (scratch.file("a.db"), scratch.file("b.db"));
    let (list, there) = (filled(&database), postgres.create_database());
    let table = said(&migrate(&url(&database), &there));
    assert!(table.contains(&format!("product {PRODUCTS:>15} ")) && table.contains("hold the same"), "{table}");
    let mut server = serve_url(&there, &scratch.file("there")).unwrap();
    assert_eq!(listed(&server), list);
    let refused = complaint(&migrate(&there, &url(&back)));
    assert!(refused.contains("stop every server"), "{refused}");
    server.ask_to_stop();
    server.wait();
    assert_eq!(said(&migrate(&there, &url(&back))).lines().count(), table.lines().count());
    assert_eq!(listed(&serve(binary(), &back)), list);
    said(&run(binary(), &["doctor", "--database", &there]));
    said(&run(binary(), &["doctor", "--database", &url(&back)]));
}

#[test]
fn a_move_that_is_killed_goes_on_when_it_is_run_again() {
    let scratch = Scratch::new();
    let database = scratch.file("a.db");
    let list = filled(&database);
    for (number, to) in targets(&scratch).iter().enumerate() {
        // Killed later and later, until one comes to its end before.
        for delay in 0.. {
            let arguments = ["migrate-data", "--from", &*url(&database), "--to", to];
            let mut move_data = command(binary(), &arguments);
            let mut child = move_data.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the binary starts");
            let begun = Instant::now();
            while begun.elapsed() < Duration::from_millis(delay * 7) && child.try_wait().unwrap().is_none() {
                std::thread::sleep(Duration::from_millis(1));
            }
            if child.try_wait().unwrap().is_some_and(|status| status.success()) {
                break;
            }
            child.kill().unwrap();
            child.wait().unwrap();
            assert!(Duration::from_millis(delay * 7) < PATIENCE, "it never comes to its end");
        }
        let server = serve_url(to, &scratch.file(&format!("there-{number}"))).unwrap();
        assert_eq!(listed(&server), list);
    }
}

/// New databases, of each engine that can be tested here.
fn targets(scratch: &Scratch) -> Vec<String> {
    let postgres = Postgres::shared().map(Postgres::create_database);
    [url(&scratch.file("target.db"))].into_iter().chain(postgres).collect()
}

#[test]
fn what_cannot_be_moved_is_said_in_a_sentence() {
    let scratch = Scratch::new();
    let (database, target) = (scratch.file("a.db"), scratch.file("b.db"));
    let server = serve(binary(), &database);
    for (from, to, expected) in [
        (&*url(&database), &*url(&target), "another Tollgate server is using"),
        (&*url(&target), &*url(&database), "b.db does not exist"),
        (&*url(&target), &*url(&target), "both addresses are of the same database"),
        ("postgre://u:secret@h/d", &*url(&target), "--from: not the address of a database"),
        (&*url(&database), "model:", "another Tollgate server is using"),
    ] {
        let refused = complaint(&migrate(from, to));
        assert!(refused.contains(expected) && !refused.contains("secret"), "{refused}");
    }
    drop(server);
    assert!(!fs::exists(&target).unwrap());
}
