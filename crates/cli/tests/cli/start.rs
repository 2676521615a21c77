//! How a server starts, and why it may not.

use crate::{binary, complaint};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use tollgate_testkit::process::{Server, command, run, serve, url};
use tollgate_testkit::scratch::Scratch;

/// What a server says that cannot start on a database.
fn refusal(database: &Path) -> String {
    complaint(&run(binary(), &["serve", "--listen", "127.0.0.1:0", "--database", &url(database)]))
}

#[test]
fn the_welcome_names_the_address_the_data_and_a_key_and_its_curl_line_works() {
    let scratch = Scratch::new();
    let database = scratch.file("first.db");
    let start = command(binary(), &["serve", "--listen", "127.0.0.1:0", "--database", &url(&database)]);
    let server = Server::start(start, &database).unwrap();
    let welcome = server.output();
    assert!(welcome.contains(&format!("http://{}", server.address())), "{welcome}");
    assert!(welcome.contains("first.db"), "{welcome}");
    assert!(welcome.contains("sk_test_"), "{welcome}");
    let curl = welcome.lines().find(|line| line.trim_start().starts_with("curl ")).expect("a curl line");
    // The line itself, where curl is; without curl there is nobody to paste it.
    if let Ok(output) = Command::new("sh").args(["-c", curl]).output()
        && output.status.code() != Some(127)
    {
        let answer = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(answer.contains("\"object\": \"product\"") || answer.contains("\"object\":\"product\""), "{answer}");
    }
}

#[test]
fn the_first_key_is_shown_only_once() {
    let scratch = Scratch::new();
    let database = scratch.file("once.db");
    let start = || {
        let start = command(binary(), &["serve", "--listen", "127.0.0.1:0", "--database", &url(&database)]);
        Server::start(start, &database).unwrap()
    };
    assert!(start().output().contains("sk_test_"));
    assert!(!start().output().contains("sk_test_"));
}

#[test]
fn an_address_in_use_is_named() {
    let scratch = Scratch::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let database = url(&scratch.file("t.db"));
    let said = complaint(&run(binary(), &["serve", "--listen", &address, "--database", &database]));
    assert!(said.contains(&address) && said.contains("in use"), "{said}");
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let scratch = Scratch::new();
    let file = scratch.file("letter.txt");
    let letter = "Dear Sir or Madam, ".repeat(1_000);
    std::fs::write(&file, &letter).unwrap();
    let said = refusal(&file);
    assert!(said.contains("letter.txt") && said.contains("not a Tollgate database"), "{said}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), letter);
}

#[test]
fn a_database_of_a_newer_version_is_refused() {
    let scratch = Scratch::new();
    let file = scratch.file("newer.db");
    let mut server = serve(binary(), &file);
    server.ask_to_stop();
    server.wait();
    raise_version(&file);
    let said = refusal(&file);
    assert!(said.contains("newer Tollgate"), "{said}");
}

#[test]
fn a_directory_is_refused() {
    let scratch = Scratch::new();
    let said = refusal(scratch.path());
    assert!(said.contains("not a database file"), "{said}");
}

#[test]
fn a_missing_directory_is_named() {
    let scratch = Scratch::new();
    let said = refusal(&scratch.file("nowhere").join("t.db"));
    assert!(said.contains("nowhere") && said.contains("does not exist"), "{said}");
}

#[test]
fn an_address_of_a_database_that_is_none_is_refused() {
    let said = complaint(&run(binary(), &["serve", "--listen", "127.0.0.1:0", "--database", "tollgate.db"]));
    assert!(said.contains("sqlite://PATH"), "{said}");
}

#[test]
fn two_servers_do_not_share_a_file() {
    let scratch = Scratch::new();
    let file = scratch.file("shared.db");
    let first = serve(binary(), &file);
    let said = refusal(&file);
    assert!(said.contains("another Tollgate server is using") && said.contains("shared.db"), "{said}");
    assert_eq!(first.client().get("/v1/products").unwrap().status, 200);
}

/// Makes a database claim a schema of far in the future: raises the number of the last row of its table of migrations.
fn raise_version(file: &Path) {
    /// The length of the row, its number, the size of its header, the version kept as that number, and a text of 16.
    const ROW: [Option<u8>; 5] = [Some(19), None, Some(3), Some(0), Some(45)];
    let mut bytes = std::fs::read(file).expect("the file can be read");
    let row = (0..bytes.len() - 21).filter(|&at| {
        ROW.iter().zip(&bytes[at..]).all(|(wanted, found)| wanted.is_none_or(|wanted| wanted == *found))
            && bytes[at + 5..at + 21].iter().all(u8::is_ascii_hexdigit)
    });
    let last = row.max_by_key(|&at| bytes[at + 1]).expect("a row of a migration");
    bytes[last + 1] = 127;
    std::fs::write(file, bytes).expect("the file can be written");
}
