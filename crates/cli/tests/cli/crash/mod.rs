//! A crash loses nothing, doubles nothing, and leaves nothing half-done.
//!
//! Some clients write to the real server over HTTP: products with a first price, under ids of their own or the
//! server's; new names for them; prices that take a lookup key from whatever price has it. At a random moment the
//! server is killed (SIGKILL) and started again on the same file. Every client knows what was acknowledged to it, and
//! the one write that was not. Then:
//!
//! * a write without an answer is sent again under its idempotency key, and is thereby done once, whether or not it
//!   had been done before; one without a key is looked for, and counts as done exactly if all of it is there;
//! * an acknowledged write that is sent again gets its first answer again;
//! * the products, prices and events that are there are those of the writes, no more, no fewer, and each lookup key
//!   is where the last transfer took it.
//!
//! At the end everything is read once more from the start, and `tollgate doctor` finds nothing wrong.
//!
//! `TOLLGATE_CRASHES` says how often to kill (5 unless it is set), `TOLLGATE_CRASH_SEED` repeats the choices of a run:
//! what is written, and when to kill. The machine's own timing is not repeated by it.

mod audit;
mod deed;
mod ledger;
mod random;
mod writer;

use crate::{binary, said};
use audit::Audit;
use deed::Write;
use ledger::Ledger;
use random::Random;
use std::path::Path;
use std::time::Duration;
use tollgate_testkit::http::Reply;
use tollgate_testkit::process::{Server, command, run, serve, url};
use tollgate_testkit::scratch::Scratch;
use writer::{Written, write_until_it_ends};

const CRASHES_DEFAULT: u64 = 5;
/// Clients that write at the same time.
const WRITERS: u64 = 6;
/// Longest time from the first write to the end.
const LIFE_MAX_MS: u64 = 200;
/// Longest life of a server that is killed while it starts.
const START_MAX_MS: u64 = 30;
/// Servers killed while they start, before each that gets to serve.
const START_CRASHES_MAX: u64 = 2;

#[test]
fn a_crash_loses_nothing_doubles_nothing_and_leaves_nothing_half_done() {
    let crashes = setting("TOLLGATE_CRASHES").unwrap_or(CRASHES_DEFAULT);
    let seed = setting("TOLLGATE_CRASH_SEED").unwrap_or_else(random::seed);
    println!("{crashes} crashes; TOLLGATE_CRASH_SEED={seed}");
    let mut random = Random::new(seed);
    let scratch = Scratch::new();
    let database = scratch.file("crash.db");
    let (mut ledger, mut audit) = (Ledger::default(), Audit::default());

    let mut server = start(&database, &mut random);
    for crash in 0..crashes {
        let written = write_and_crash(&mut server, crash, &ledger, &mut random);
        drop(server);
        server = start(&database, &mut random);
        settle(&server, written, &mut ledger);
        audit.of_what_is_new(&mut server.client(), &ledger);
    }
    Audit::default().of_what_is_new(&mut server.client(), &ledger);
    assert!(crashes == 0 || ledger.writes > 0, "nothing was written");
    drop(server);
    said(&run(binary(), &["doctor", "--database", &url(&database)]));
    println!("{} writes, {} of them without an answer", ledger.writes, ledger.unanswered);
}

fn setting(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|error| panic!("{name}: {error}")))
}

/// A server that is ready, after some that did not live to be.
fn start(database: &Path, random: &mut Random) -> Server {
    for _ in 0..random.below(START_CRASHES_MAX + 1) {
        let mut start =
            command(binary(), &["serve", "--listen", "127.0.0.1:0", "--log", "off", "--database", &url(database)]);
        let mut child = start.stdout(std::process::Stdio::null()).spawn().expect("the binary starts");
        std::thread::sleep(Duration::from_millis(random.below(START_MAX_MS)));
        child.kill().expect("a child of ours can be killed");
        child.wait().expect("a child can be waited for");
    }
    serve(binary(), database)
}

/// Has everybody write until the server is killed.
fn write_and_crash(server: &mut Server, crash: u64, ledger: &Ledger, random: &mut Random) -> Vec<Written> {
    let life = Duration::from_millis(1 + random.below(LIFE_MAX_MS));
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let name = format!("c{crash}w{writer}");
                let products = ledger.products_of(writer, WRITERS);
                let (client, random) = (server.client(), random.fork());
                scope.spawn(move || write_until_it_ends(&name, client, products, random))
            })
            .collect();
        std::thread::sleep(life);
        server.kill();
        writers.into_iter().map(|writer| writer.join().expect("a writer does not panic")).collect()
    })
}

/// Enters in the ledger what was acknowledged, and finds out about the rest.
fn settle(server: &Server, written: Vec<Written>, ledger: &mut Ledger) {
    let mut client = server.client();
    for Written { acknowledged, unanswered } in written {
        for (write, reply) in &acknowledged {
            ledger.enter(&write.deed, reply);
        }
        if let Some((write, reply)) = acknowledged.iter().rfind(|(write, _)| write.key.is_some()) {
            let again = write.send(&mut client).expect("an answer");
            assert_eq!((again.status, &again.body), (200, &reply.body), "another answer to {write:?}");
            assert_eq!(again.header("idempotent-replayed"), Some("true"), "{again:?}");
        }
        if let Some(write) = unanswered {
            ledger.unanswered += 1;
            if let Some(reply) = outcome(&write, &mut client) {
                ledger.enter(&write.deed, &reply);
            }
        }
    }
}

/// The answer to a write that got none: by sending it again where that is safe, else by looking.
fn outcome(write: &Write, client: &mut tollgate_testkit::http::Client) -> Option<Reply> {
    if write.key.is_some() {
        let reply = write.send(client).expect("an answer");
        reply.ok();
        return Some(reply);
    }
    let reply = client.get(&write.deed.subject_path()).expect("an answer");
    write.deed.is_done(&reply).then_some(reply)
}
