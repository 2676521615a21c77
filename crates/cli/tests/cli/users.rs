//! People are let in, changed and removed beside a running server.

use crate::{binary, complaint, said};
use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};
use tollgate_testkit::process::{Server, command, run, serve, url};
use tollgate_testkit::scratch::Scratch;

const PASSWORD: &str = "correct horse battery";

/// Runs `tollgate users …`, with a password on its standard input.
fn users(database: &Path, arguments: &[&str], password: &str) -> Output {
    let database = url(database);
    let all: Vec<&str> =
        ["users"].into_iter().chain(arguments.iter().copied()).chain(["--database", &database]).collect();
    let mut command = command(binary(), &all);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary runs");
    let mut input = child.stdin.take().expect("it was piped");
    // One that refuses before it reads may be gone by now.
    let _ = input.write_all(format!("{password}\n").as_bytes());
    drop(input);
    child.wait_with_output().expect("it ends")
}

fn list(database: &Path) -> String {
    said(&run(binary(), &["users", "list", "--database", &url(database)]))
}

#[test]
fn people_are_let_in_changed_and_removed_beside_a_running_server() {
    let scratch = Scratch::new();
    let database = scratch.file("people.db");
    let server = serve(binary(), &database);
    said(&users(&database, &["add", "Ann@Example.com"], PASSWORD));
    said(&users(&database, &["add", "vic@example.com", "--role", "viewer"], PASSWORD));
    let people = list(&database);
    assert!(people.lines().any(|row| row == "admin    ann@example.com"), "{people}");
    assert!(people.lines().any(|row| row == "viewer   vic@example.com"), "{people}");
    said(&users(&database, &["role", "vic@example.com", "admin"], ""));
    said(&users(&database, &["password", "vic@example.com"], "another horse battery"));
    assert!(list(&database).contains("admin    vic@example.com"));
    said(&users(&database, &["remove", "vic@example.com"], ""));
    assert!(!list(&database).contains("vic"));
    let bytes = std::fs::read(&database).unwrap();
    let has = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(!has(PASSWORD), "passwords are stored as hashes only");
    drop(server);
}

#[test]
fn what_is_wrong_with_a_person_is_said() {
    let scratch = Scratch::new();
    let database = scratch.file("wrong.db");
    drop(serve(binary(), &database));
    said(&users(&database, &["add", "ann@example.com"], PASSWORD));
    for (arguments, password, complains) in [
        (&["add", "ann@example.com"][..], PASSWORD, "somebody with that email already"),
        (&["add", "ann"], PASSWORD, "`ann` is no email address"),
        (&["add", "bea@example.com"], "short", "at least 12 characters"),
        (&["password", "nobody@example.com"], PASSWORD, "nobody with the email `nobody@example.com`"),
        (&["remove", "nobody@example.com"], "", "tollgate users list"),
    ] {
        let complaint = complaint(&users(&database, arguments, password));
        assert!(complaint.contains(complains), "{arguments:?}: {complaint}");
    }
}

#[test]
fn the_link_to_the_first_admin_is_shown_for_as_long_as_there_is_nobody() {
    let scratch = Scratch::new();
    let database = scratch.file("first.db");
    let start = || {
        let start = command(binary(), &["serve", "--listen", "127.0.0.1:0", "--database", &url(&database)]);
        Server::start(start, &database).unwrap()
    };
    assert!(start().output().contains("/dashboard/setup?token="));
    assert!(start().output().contains("/dashboard/setup?token="));
    said(&users(&database, &["add", "ann@example.com"], PASSWORD));
    let welcome = start().output();
    assert!(welcome.contains("/dashboard") && !welcome.contains("token="), "{welcome}");
}
