//! A client that turns to another node where one has no answer.

use super::deed::Write;
use super::writer::{Writer, Written};
use std::io::{self, ErrorKind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use tollgate_testkit::http::{Client, Reply};

/// How long a write may take to be done, with all its repetitions; and how long anybody writes at all.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long to leave a node alone that refused.
const PAUSE: Duration = Duration::from_millis(10);

/// Somebody who knows all nodes.
pub(super) struct Failover {
    nodes: Vec<Client>,
    at: usize,
}

/// What a node has to say to a write.
enum Answer {
    /// It is done.
    Done(Reply),
    /// It is not, for certain.
    Refused,
    /// Nothing, or that it may be done, or not.
    Unknown,
}

impl Failover {
    /// Begins with one of the nodes.
    pub(super) fn new(nodes: Vec<Client>, first: usize) -> Self {
        Self { nodes, at: first }
    }

    /// Writes one thing after the other until it is told to stop. What has a key is done in the end; what has none is
    /// left as it is.
    pub(super) fn write_until(mut self, stop: &AtomicBool, mut writer: Writer) -> Written {
        let (mut written, begin) = (Written::default(), Instant::now());
        // Who was to tell may have panicked.
        while !stop.load(Ordering::Relaxed) && begin.elapsed() < PATIENCE {
            let write = writer.next();
            let answer = self.ask(&write);
            match (answer, &write.key) {
                (Answer::Done(reply), _) => {
                    assert!(!is_repeated(&reply), "sent once and answered as if it were again: {write:?}");
                    writer.acknowledge(write, reply, &mut written);
                }
                (answer, Some(_)) => {
                    let reply = self.see_through(&write, matches!(answer, Answer::Refused));
                    writer.acknowledge(write, reply, &mut written);
                }
                (answer, None) => {
                    self.turn();
                    writer.leave(&write);
                    match answer {
                        Answer::Refused => written.refused.push(write),
                        _ => written.unanswered.push(write),
                    }
                }
            }
        }
        written
    }

    /// Sends a write again, to one node after the other, until it is done. What was only ever refused was not done
    /// before, so that its answer is no repetition.
    fn see_through(&mut self, write: &Write, mut only_refused: bool) -> Reply {
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            self.turn();
            match self.ask(write) {
                Answer::Done(reply) => {
                    assert!(!(only_refused && is_repeated(&reply)), "refused and done all the same: {write:?}");
                    return reply;
                }
                Answer::Refused => {}
                Answer::Unknown => only_refused = false,
            }
        }
        panic!("not done in {PATIENCE:?}: {write:?}");
    }

    /// Turns to the next node.
    fn turn(&mut self) {
        self.at = (self.at + 1) % self.nodes.len();
        thread::sleep(PAUSE);
    }

    fn ask(&mut self, write: &Write) -> Answer {
        match write.send(&mut self.nodes[self.at]) {
            Ok(reply) => understand(reply),
            Err(error) => {
                assert!(!is_late(&error), "no answer in time to {write:?}");
                Answer::Unknown
            }
        }
    }
}

fn understand(reply: Reply) -> Answer {
    if reply.status == 200 {
        return Answer::Done(reply);
    }
    let error = &reply.json()["error"];
    let message = error["message"].as_str().unwrap_or_else(|| panic!("no message: {reply:?}"));
    match reply.status {
        503 if message.contains("may have been made, or not") => Answer::Unknown,
        503 | 429 => Answer::Refused,
        _ => panic!("{reply:?}"),
    }
}

fn is_repeated(reply: &Reply) -> bool {
    reply.header("idempotent-replayed").is_some()
}

/// Whether the client was tired of waiting, rather than cut off.
fn is_late(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}
