//! One server over SQLite, which is killed (SIGKILL) and started again on the same file.

use super::audit::Audit;
use super::ledger::Ledger;
use super::random::Random;
use super::writer::{Writer, Written};
use super::{LIFE_MAX_MS, WRITERS, settings, settle};
use crate::{binary, said};
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::Duration;
use tollgate_testkit::process::{Server, command, run, serve, url};
use tollgate_testkit::scratch::Scratch;

/// Longest life of a server that is killed while it starts.
const START_MAX_MS: u64 = 30;
/// Servers killed while they start, before each that gets to serve.
const START_CRASHES_MAX: u64 = 2;

#[test]
fn a_crash_loses_nothing_doubles_nothing_and_leaves_nothing_half_done() {
    let (crashes, mut random) = settings();
    let scratch = Scratch::new();
    let database = scratch.file("crash.db");
    let (mut ledger, mut audit) = (Ledger::default(), Audit::default());

    let mut server = start(&database, &mut random);
    for crash in 0..crashes {
        let written = write_and_crash(&mut server, crash, &ledger, &mut random);
        drop(server);
        server = start(&database, &mut random);
        settle(&mut server.client(), written, &mut ledger);
        audit.of_what_is_new(&mut server.client(), &ledger);
    }
    Audit::default().of_what_is_new(&mut server.client(), &ledger);
    assert!(crashes == 0 || ledger.writes > 0, "nothing was written");
    drop(server);
    said(&run(binary(), &["doctor", "--database", &url(&database)]));
    println!("{ledger}");
}

/// A server that is ready, after some that did not live to be.
pub(super) fn start(database: &Path, random: &mut Random) -> Server {
    for _ in 0..random.below(START_CRASHES_MAX + 1) {
        let mut start =
            command(binary(), &["serve", "--listen", "127.0.0.1:0", "--log", "off", "--database", &url(database)]);
        let mut child = start.stdout(Stdio::null()).spawn().expect("the binary starts");
        thread::sleep(Duration::from_millis(random.below(START_MAX_MS)));
        child.kill().expect("a child of ours can be killed");
        child.wait().expect("a child can be waited for");
    }
    serve(binary(), database)
}

/// Has everybody write until the server is killed.
fn write_and_crash(server: &mut Server, crash: u64, ledger: &Ledger, random: &mut Random) -> Vec<Written> {
    let writers = Writer::all(&format!("c{crash}"), WRITERS, ledger, random);
    let life = Duration::from_millis(1 + random.below(LIFE_MAX_MS));
    thread::scope(|scope| {
        let write = |writer: Writer| {
            let client = server.client();
            scope.spawn(move || writer.write_until_it_ends(client))
        };
        let writers: Vec<_> = writers.into_iter().map(write).collect();
        thread::sleep(life);
        server.kill();
        writers.into_iter().map(|writer| writer.join().expect("a writer does not panic")).collect()
    })
}
