//! A server that is told to stop finishes what it accepted, and nothing else.

use crate::binary;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tollgate_testkit::process::{SECRET_KEY, serve};
use tollgate_testkit::scratch::Scratch;

/// Long enough for a server to read what was sent to it, or to see a signal.
const A_WHILE: Duration = Duration::from_millis(300);

#[test]
fn a_request_that_was_begun_is_answered_after_the_signal() {
    let scratch = Scratch::new();
    let mut server = serve(binary(), &scratch.file("begun.db"));
    let mut stream = TcpStream::connect(server.address()).unwrap();
    let body = "name=Gold%20Plan";
    let head = format!(
        "POST /v1/products HTTP/1.1\r\nhost: t\r\nauthorization: Bearer {SECRET_KEY}\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{}", &body[..5]).as_bytes()).unwrap();
    std::thread::sleep(A_WHILE);
    server.ask_to_stop();
    std::thread::sleep(A_WHILE);
    assert!(TcpStream::connect(server.address()).is_err(), "still taking connections");
    stream.write_all(&body.as_bytes()[5..]).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.ends_with('}') || answer.ends_with("}\n"), "{answer}");
    assert!(server.wait().success());
}

#[test]
fn idle_connections_do_not_hold_up_the_end() {
    let scratch = Scratch::new();
    let mut server = serve(binary(), &scratch.file("idle.db"));
    let mut client = server.client();
    client.get("/v1/products").unwrap().ok();
    let begin = Instant::now();
    server.ask_to_stop();
    assert!(server.wait().success());
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
}

#[test]
fn what_was_acknowledged_up_to_the_end_is_there_afterwards() {
    let scratch = Scratch::new();
    let database = scratch.file("busy.db");
    let mut server = serve(binary(), &database);
    let acknowledged = AtomicU32::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut client = server.client();
                while let Ok(reply) = client.post("/v1/products", &[("name", "Gold Plan")]) {
                    reply.ok();
                    acknowledged.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        std::thread::sleep(A_WHILE);
        server.ask_to_stop();
    });
    assert!(server.wait().success());
    let server = serve(binary(), &database);
    let query = "/v1/products/search?query=active:'true'&expand[]=total_count&limit=1";
    let found = server.client().get(query).unwrap().ok();
    let acknowledged = acknowledged.into_inner();
    assert!(acknowledged > 0);
    // Nothing was carried out whose answer was not sent, either.
    let count = found["total_count"].as_u64().expect("a count");
    assert_eq!(count, u64::from(acknowledged));
}
