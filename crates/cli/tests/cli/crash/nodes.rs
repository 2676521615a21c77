//! Two nodes over one PostgreSQL database, with a proxy before each. A node is killed and started again; the database
//! is; every connection is cut; or one is at a certain message.
//!
//! Clients write through both nodes, and turn to the other where one has no answer. So, besides what holds over SQLite:
//!
//! * every request is answered within the time that the client waits ([`TIMEOUT`](tollgate_testkit::http));
//! * what was refused was not done, unless the answer says that this is not known;
//! * both nodes recover by themselves, and then see the same.

use super::audit::Audit;
use super::failover::Failover;
use super::ledger::Ledger;
use super::random::Random;
use super::writer::{Writer, Written};
use super::{LIFE_MAX_MS, WRITERS, settings, settle};
use crate::{binary, said};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use tollgate_testkit::http::Client;
use tollgate_testkit::postgres::Postgres;
use tollgate_testkit::process::{Server, run, serving};
use tollgate_testkit::proxy::{Cut, Proxy};
use tollgate_testkit::scratch::Scratch;

const NODES: usize = 2;
/// Faults for each crash that is asked for: they are quick, and there are several kinds.
pub(super) const FAULTS: u64 = 2;
/// How old an answer from memory may be. Waited for after each fault, and so shorter than people have it.
const MAX_AGE_MS: u64 = 100;
/// Longest time that the database is away.
const AWAY_MAX_MS: u64 = 300;
/// Messages at which one is cut, the one that matters most twice as often. A begin has the word of a commit in it; a
/// text ends with a zero.
const NEEDLES: [&str; 4] = ["BEGIN", "INSERT INTO event", "COMMIT\0", "COMMIT\0"];
/// Most connections that are cut at the same message.
const CUTS_MAX: u64 = 8;
/// How long a node may take to recover, or a connection to end.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(5);

/// What is done to whom.
#[derive(Debug)]
pub(super) enum Fault {
    Node(usize),
    Database,
    Connections,
    Message { node: usize, needle: &'static str, when: Cut, count: u32 },
}

/// Everything that may die.
pub(super) struct Site {
    nodes: Vec<Node>,
    postgres: Postgres,
    /// Straight to the database.
    pub(super) url: String,
    scratch: Scratch,
}

pub(super) struct Node {
    name: String,
    server: Server,
    proxy: Proxy,
}

#[test]
fn faults_of_nodes_and_their_database_lose_nothing_double_nothing_and_leave_nothing_half_done() {
    let Some(mut site) = Site::new() else { return };
    let (crashes, mut random) = settings();
    let (mut ledger, mut audit) = (Ledger::default(), Audit::default());
    for round in 0..crashes * FAULTS {
        let fault = Fault::of_round(round, &mut random);
        println!("{round}: {fault:?}");
        let written = site.write_through(&fault, round, &ledger, &mut random);
        site.mend(&fault);
        until_all_see_the_same();
        settle(&mut site.client(&mut random), written, &mut ledger);
        until_all_see_the_same();
        audit.of_what_is_new(&mut site.client(&mut random), &ledger);
    }
    for node in &site.nodes {
        Audit::default().of_what_is_new(&mut node.server.client(), &ledger);
    }
    assert!(crashes == 0 || ledger.writes > 0, "nothing was written");
    said(&run(binary(), &["doctor", "--database", &site.url]));
    println!("{ledger}");
}

impl Fault {
    /// Each kind in its turn.
    pub(super) fn of_round(round: u64, random: &mut Random) -> Self {
        let (node, needle) = (*random.one_of(&[0, 1]), *random.one_of(&NEEDLES));
        match round % 4 {
            0 => Self::Node(node),
            1 => Self::Database,
            2 => Self::Connections,
            _ => Self::Message {
                node,
                needle,
                when: *random.one_of(&[Cut::Before, Cut::After]),
                count: u32::try_from(1 + random.below(CUTS_MAX)).expect("a few"),
            },
        }
    }
}

impl Site {
    pub(super) fn new() -> Option<Self> {
        let postgres = Postgres::start()?;
        let (url, scratch) = (postgres.create_database(), Scratch::new());
        let node = |number| {
            let (name, proxy) = (format!("node{number}"), Proxy::to(&postgres));
            let server = start(&name, &address(&proxy, &postgres, &url, &name), &scratch);
            Node { name, server, proxy }
        };
        Some(Self { nodes: (0..NODES).map(node).collect(), url, scratch, postgres })
    }

    /// Of each of the nodes.
    pub(super) fn clients(&self) -> Vec<Client> {
        self.nodes.iter().map(|node| node.server.client()).collect()
    }

    /// Of one of the nodes.
    fn client(&self, random: &mut Random) -> Client {
        random.one_of(&self.nodes).server.client()
    }

    /// Has everybody write before, during and after a fault.
    fn write_through(&mut self, fault: &Fault, round: u64, ledger: &Ledger, random: &mut Random) -> Vec<Written> {
        let stop = &AtomicBool::new(false);
        let writers = Writer::all(&format!("r{round}"), WRITERS, ledger, random);
        thread::scope(|scope| {
            let write = |(first, writer)| {
                let clients = self.nodes.iter().map(|node| node.server.client()).collect();
                scope.spawn(move || Failover::new(clients, first % NODES).write_until(stop, writer))
            };
            let writers: Vec<_> = writers.into_iter().enumerate().map(write).collect();
            pause(LIFE_MAX_MS, random);
            self.bring(fault, random);
            pause(LIFE_MAX_MS, random);
            stop.store(true, Ordering::Relaxed);
            writers.into_iter().map(|writer| writer.join().expect("a writer does not panic")).collect()
        })
    }

    pub(super) fn bring(&mut self, fault: &Fault, random: &mut Random) {
        match fault {
            Fault::Node(node) => self.nodes[*node].server.kill(),
            Fault::Database => {
                self.postgres.kill();
                pause(AWAY_MAX_MS, random);
                self.postgres.restart();
            }
            Fault::Connections => self.nodes.iter().for_each(|node| node.proxy.cut_all()),
            Fault::Message { node, needle, when, count } => {
                self.nodes[*node].proxy.cut_at(needle.as_bytes(), *when, *count);
            }
        }
    }

    /// Takes the fault back, as far as that does not happen by itself.
    pub(super) fn mend(&mut self, fault: &Fault) {
        match fault {
            Fault::Node(number) => self.restart(*number),
            Fault::Message { node, needle, when, .. } => self.nodes[*node].proxy.cut_at(needle.as_bytes(), *when, 0),
            Fault::Database | Fault::Connections => {}
        }
        for node in &self.nodes {
            wait(|| node.server.client().get("/readyz").is_ok_and(|reply| reply.status == 200));
        }
    }

    fn restart(&mut self, number: usize) {
        let Self { nodes, postgres, url, scratch } = self;
        let Node { name, server, proxy } = &mut nodes[number];
        // What it sent last may still be under way in the database.
        let count = format!("SELECT count(*) FROM pg_stat_activity WHERE application_name = '{name}'");
        wait(|| postgres.psql(url, &count) == "0");
        *server = start(name, &address(proxy, postgres, url, name), scratch);
    }
}

fn address(proxy: &Proxy, postgres: &Postgres, url: &str, name: &str) -> String {
    format!("{}&application_name={name}", proxy.url(postgres, url))
}

fn start(name: &str, url: &str, scratch: &Scratch) -> Server {
    let serve = serving(binary(), url, &["--catalog-max-age-ms", &MAX_AGE_MS.to_string()]);
    Server::start(serve, &scratch.file(name)).unwrap_or_else(|said| panic!("no node: {said}"))
}

/// Until what was answered by one node is seen on the other.
fn until_all_see_the_same() {
    thread::sleep(Duration::from_millis(2 * MAX_AGE_MS));
}

pub(super) fn pause(max_ms: u64, random: &mut Random) {
    thread::sleep(Duration::from_millis(random.below(max_ms)));
}

fn wait(mut look: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !look() {
        assert!(begin.elapsed() < PATIENCE, "it does not come");
        thread::sleep(PAUSE);
    }
}
