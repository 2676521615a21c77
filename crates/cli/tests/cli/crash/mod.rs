//! A crash loses nothing, doubles nothing, and leaves nothing half-done.
//!
//! Some clients write to the real server over HTTP: products with a first price, under ids of their own or the
//! server's; new names for them, some of which several clients give at the same time; prices that take a lookup key
//! from whatever price has it. At a random moment something dies: over [SQLite](server) the server, over
//! [PostgreSQL](nodes) one of two nodes, the database, or their connections. Every client knows what was acknowledged
//! to it, and what was not. Then:
//!
//! * a write without an answer is sent again under its idempotency key, and is thereby done once, whether or not it
//!   had been done before; one without a key is looked for, and counts as done exactly if all of it is there;
//! * an acknowledged write that is sent again gets its first answer again;
//! * the products, prices and events that are there are those of the writes, no more, no fewer, each product went
//!   from name to name without a gap, and each lookup key is where the last transfer took it.
//!
//! [Usage](usage) is written beside that: tracked, consumed and sent in batches, under keys. And of all that is written,
//! every event [arrives](webhooks) at whoever is to be told.
//!
//! At the end everything is read once more from the start, and `tollgate doctor` finds nothing wrong.
//!
//! `TOLLGATE_CRASHES` says how often to kill (5 unless it is set), `TOLLGATE_CRASH_SEED` repeats the choices of a run:
//! what is written, and what to kill when. The machine's own timing is not repeated by it.

mod audit;
mod deed;
mod failover;
mod ledger;
mod nodes;
mod random;
mod receiver;
mod server;
mod usage;
mod webhooks;
mod writer;

use deed::Write;
use ledger::Ledger;
use random::Random;
use tollgate_testkit::http::{Client, Reply};
use writer::Written;

const CRASHES_DEFAULT: u64 = 5;
/// Clients that write at the same time.
const WRITERS: u64 = 6;
/// Longest time from the first write to the end.
const LIFE_MAX_MS: u64 = 200;

/// How often to kill, and what chooses.
fn settings() -> (u64, Random) {
    let crashes = setting("TOLLGATE_CRASHES").unwrap_or(CRASHES_DEFAULT);
    let seed = setting("TOLLGATE_CRASH_SEED").unwrap_or_else(random::seed);
    println!("{crashes} crashes; TOLLGATE_CRASH_SEED={seed}");
    (crashes, Random::new(seed))
}

fn setting(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|error| panic!("{name}: {error}")))
}

/// Enters in the ledger what was acknowledged, and finds out about the rest.
fn settle(client: &mut Client, written: Vec<Written>, ledger: &mut Ledger) {
    for Written { acknowledged, unanswered, refused } in written {
        for (write, reply) in &acknowledged {
            ledger.enter(&write.deed, reply);
        }
        if let Some((write, reply)) = acknowledged.iter().rfind(|(write, _)| write.key.is_some()) {
            let again = write.send(client).expect("an answer");
            assert_eq!((again.status, &again.body), (200, &reply.body), "another answer to {write:?}");
            assert_eq!(again.header("idempotent-replayed"), Some("true"), "{again:?}");
        }
        for write in unanswered {
            ledger.unanswered += 1;
            if let Some(reply) = outcome(&write, client) {
                ledger.enter(&write.deed, &reply);
            }
        }
        for write in refused {
            ledger.refused += 1;
            let look = client.get(&write.deed.subject_path()).expect("an answer");
            assert!(!write.deed.is_done(&look), "refused and done all the same: {write:?}");
        }
    }
}

/// The answer to a write that got none: by sending it again where that is safe, else by looking.
fn outcome(write: &Write, client: &mut Client) -> Option<Reply> {
    if write.key.is_some() {
        let reply = write.send(client).expect("an answer");
        reply.ok();
        return Some(reply);
    }
    let reply = client.get(&write.deed.subject_path()).expect("an answer");
    write.deed.is_done(&reply).then_some(reply)
}
