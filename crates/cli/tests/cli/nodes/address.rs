//! How a node finds its database, and why it may not.

use super::{PASSWORD, USER, address, node};
use crate::{binary, complaint};
use std::net::TcpListener;
use tollgate_testkit::postgres::Postgres;
use tollgate_testkit::process::{Server, command, run};
use tollgate_testkit::scratch::Scratch;

/// What a node says that cannot start; it keeps the password to itself.
fn refusal(url: &str) -> String {
    let said = complaint(&run(binary(), &["serve", "--listen", "127.0.0.1:0", "--log", "trace", "--database", url]));
    assert!(!said.contains(PASSWORD), "{said}");
    said
}

#[test]
fn nodes_with_different_ideas_of_trust_serve_one_database() {
    let Some(postgres) = Postgres::shared() else { return };
    let Some(root) = postgres.certificate() else { return };
    let (url, scratch) = (postgres.create_database(), Scratch::new());
    let full = format!("?sslmode=verify-full&sslrootcert={}", root.display());
    let addresses = [
        url.clone(),
        address(postgres, &url, "127.0.0.1", "?sslmode=require"),
        address(postgres, &url, "127.0.0.1", &full),
        address(postgres, &url, "localhost", &full),
    ];
    let nodes: Vec<_> = addresses.iter().zip(0..).map(|(url, n)| node(url, &scratch.file(&format!("n{n}")))).collect();
    for writer in &nodes {
        let product = writer.client().post("/v1/products", &[("name", "Gold")]).unwrap().ok();
        let path = format!("/v1/products/{}", product["id"].as_str().unwrap());
        for reader in &nodes {
            assert_eq!(reader.client().get(&path).unwrap().ok(), product);
        }
    }
    let encrypted = format!(
        "SELECT bool_and(ssl), count(*) > 0 FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = '{USER}' AND datname = current_database()"
    );
    assert_eq!(postgres.psql(&url, &encrypted), "t|t");
    for node in &nodes {
        assert!(!node.output().contains(PASSWORD) && !node.errors().contains(PASSWORD), "{}", node.errors());
    }
}

#[test]
fn a_wrong_password_is_refused() {
    let Some(postgres) = Postgres::shared() else { return };
    let url = postgres.create_database();
    let right = address(postgres, &url, "127.0.0.1", "");
    let said = refusal(&right.replace(PASSWORD, &format!("not-{PASSWORD}")));
    assert!(said.contains("password authentication failed"), "{said}");
}

#[test]
fn an_unknown_database_is_named() {
    let Some(postgres) = Postgres::shared() else { return };
    let url = postgres.create_database();
    let said = refusal(&format!("{}_unknown", address(postgres, &url, "127.0.0.1", "")));
    assert!(said.contains("_unknown") && said.contains("does not exist"), "{said}");
}

#[test]
fn where_nothing_listens_the_refusal_says_so() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let said = refusal(&format!("postgres://{USER}:{PASSWORD}@{free}/tollgate"));
    assert!(said.contains("onnection refused"), "{said}");
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_refused_where_the_host_must_be_known() {
    let Some(postgres) = Postgres::shared() else { return };
    if postgres.certificate().is_none() {
        return;
    }
    let url = postgres.create_database();
    let said = refusal(&address(postgres, &url, "127.0.0.1", "?sslmode=verify-full"));
    assert!(said.contains("certificate"), "{said}");
}

#[test]
fn a_root_certificate_that_is_not_there_is_named() {
    let scratch = Scratch::new();
    let root = scratch.file("missing.pem");
    let url = format!("postgres://{USER}:{PASSWORD}@127.0.0.1/x?sslmode=verify-full&sslrootcert={}", root.display());
    let said = refusal(&url);
    assert!(said.contains("sslrootcert"), "{said}");
}

#[test]
fn an_address_that_is_not_understood_is_not_repeated() {
    for (wrong, named) in
        [("?sslmode=maybe", "sslmode"), ("?nonsense=1", "nonsense"), ("?connect_timeout=x", "connect_timeout")]
    {
        let said = refusal(&format!("postgres://{USER}:{PASSWORD}@127.0.0.1/x{wrong}"));
        assert!(said.contains(named), "{said}");
    }
}

#[test]
fn the_password_may_come_from_the_environment() {
    let Some(postgres) = Postgres::shared() else { return };
    let (url, scratch) = (postgres.create_database(), Scratch::new());
    let mut serve = command(binary(), &["serve", "--listen", "127.0.0.1:0"]);
    serve.env("TOLLGATE_DATABASE", address(postgres, &url, "127.0.0.1", ""));
    let server = Server::start(serve, &scratch.file("environment")).unwrap();
    assert!(!server.output().contains(PASSWORD), "{}", server.output());
}
