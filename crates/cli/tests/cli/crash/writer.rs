//! One client that writes.

use super::deed::{Deed, Write};
use super::random::Random;
use tollgate_testkit::http::{Client, Reply};

/// What the writers fight over.
const LOOKUP_KEYS: [&str; 4] = ["gold", "silver", "bronze", "tin"];

/// What became of one client's writes.
pub(super) struct Written {
    /// Those that were answered, and how.
    pub(super) acknowledged: Vec<(Write, Reply)>,
    /// The last one, if no answer came.
    pub(super) unanswered: Option<Write>,
}

/// Writes one thing after the other until the server is gone. `products` are those that nobody else renames.
pub(super) fn write_until_it_ends(
    name: &str,
    mut client: Client,
    mut products: Vec<String>,
    mut random: Random,
) -> Written {
    let mut acknowledged = vec![];
    for number in 0.. {
        let write = next_write(&format!("{name}n{number}"), &products, &mut random);
        let Ok(reply) = write.send(&mut client) else {
            return Written { acknowledged, unanswered: Some(write) };
        };
        let object = reply.ok();
        if matches!(write.deed, Deed::Make { .. }) {
            products.push(object["id"].as_str().expect("an id").to_owned());
        }
        acknowledged.push((write, reply));
    }
    unreachable!("every server is killed")
}

fn next_write(name: &str, products: &[String], random: &mut Random) -> Write {
    let (deed, needs_key) = next_deed(name, products, random);
    let key = (needs_key || random.below(2) == 0).then(|| format!("key-{name}"));
    Write { deed, key }
}

/// A deed, and whether only an idempotency key can tell after a crash if it was done.
fn next_deed(name: &str, products: &[String], random: &mut Random) -> (Deed, bool) {
    match if products.is_empty() { random.below(2) } else { random.below(5) } {
        0 => (Deed::Make { id: None, name: name.to_owned() }, true),
        1 => (Deed::Make { id: Some(format!("prod_{name}")), name: name.to_owned() }, false),
        2 | 3 => {
            let lookup_key = (*random.one_of(&LOOKUP_KEYS)).to_owned();
            let product = random.one_of(products).clone();
            (Deed::Price { product, lookup_key, recurring: random.below(2) == 0 }, true)
        }
        _ => (Deed::Rename { id: random.one_of(products).clone(), name: format!("renamed {name}") }, false),
    }
}
