//! What a client writes, one thing after the other.

use super::deed::{Deed, Write};
use super::ledger::Ledger;
use super::random::Random;
use tollgate_testkit::http::{Client, Reply};

/// What the writers fight over.
const LOOKUP_KEYS: [&str; 4] = ["gold", "silver", "bronze", "tin"];

/// One client.
pub(super) struct Writer {
    name: String,
    number: u64,
    /// Products that nobody else renames.
    own: Vec<String>,
    /// Products that all writers rename.
    shared: Vec<String>,
    random: Random,
}

/// What became of one client's writes.
#[derive(Default)]
pub(super) struct Written {
    /// Those that were answered, and how.
    pub(super) acknowledged: Vec<(Write, Reply)>,
    /// Those of which no answer tells whether they were done.
    pub(super) unanswered: Vec<Write>,
    /// Those that were answered with the promise that they were not done.
    pub(super) refused: Vec<Write>,
}

impl Writer {
    /// All that write in a round. Each has products of its own, and one part of all products is everybody's.
    pub(super) fn all(round: &str, count: u64, ledger: &Ledger, random: &mut Random) -> Vec<Self> {
        let writer = |number| Self {
            name: format!("{round}w{number}"),
            number: 0,
            own: ledger.part_of_products(number, count + 1),
            shared: ledger.part_of_products(count, count + 1),
            random: random.fork(),
        };
        (0..count).map(writer).collect()
    }

    /// Writes one thing after the other until the server is gone.
    pub(super) fn write_until_it_ends(mut self, mut client: Client) -> Written {
        let mut written = Written::default();
        loop {
            let write = self.next();
            let Ok(reply) = write.send(&mut client) else {
                written.unanswered.push(write);
                return written;
            };
            self.acknowledge(write, reply, &mut written);
        }
    }

    /// What to write now.
    pub(super) fn next(&mut self) -> Write {
        let name = format!("{}n{}", self.name, self.number);
        self.number += 1;
        let (deed, needs_key) = self.next_deed(&name);
        let key = (needs_key || self.random.below(2) == 0).then(|| format!("key-{name}"));
        Write { deed, key }
    }

    /// Takes note of a write that was done.
    pub(super) fn acknowledge(&mut self, write: Write, reply: Reply, written: &mut Written) {
        let object = reply.ok();
        if matches!(write.deed, Deed::Make { .. }) {
            self.own.push(object["id"].as_str().expect("an id").to_owned());
        }
        written.acknowledged.push((write, reply));
    }

    /// Does not touch again what a write was about, so that its name tells later whether it was done.
    pub(super) fn leave(&mut self, write: &Write) {
        if let Deed::Rename { id, .. } = &write.deed {
            self.own.retain(|own| own != id);
        }
    }

    /// A deed, and whether only an idempotency key can tell after a crash if it was done.
    fn next_deed(&mut self, name: &str) -> (Deed, bool) {
        let shared = !self.shared.is_empty() && self.random.below(3) == 0;
        let products = if shared { &self.shared } else { &self.own };
        let make = |id| Deed::Make { id, name: name.to_owned() };
        match if products.is_empty() { self.random.below(2) } else { self.random.below(5) } {
            0 => (make(None), true),
            1 => (make(Some(format!("prod_{name}"))), false),
            2 | 3 => {
                let lookup_key = (*self.random.one_of(&LOOKUP_KEYS)).to_owned();
                let product = self.random.one_of(products).clone();
                (Deed::Price { product, lookup_key, recurring: self.random.below(2) == 0 }, true)
            }
            _ => {
                let id = self.random.one_of(products).clone();
                (Deed::Rename { id, name: format!("renamed {name}"), shared }, shared)
            }
        }
    }
}
