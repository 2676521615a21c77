//! What makes two requests the same: their decoded parameters, in whatever order and encoding they came.

use super::tree::{Map, Node, Params};
use sha2::{Digest, Sha256};
use std::borrow::Cow;

impl Params {
    /// A digest of the parameters, in hex. `a[]=x` and `a[0]=x` are the same.
    pub fn fingerprint(&self) -> String {
        let mut hasher = Sha256::new();
        feed_map(&mut hasher, self);
        let mut hex = String::with_capacity(64);
        for byte in hasher.finalize() {
            hex.push(digit(byte >> 4));
            hex.push(digit(byte & 15));
        }
        hex
    }
}

fn digit(value: u8) -> char {
    char::from(b"0123456789abcdef"[usize::from(value & 15)])
}

fn feed_map(hasher: &mut Sha256, map: &Map) {
    feed_entries(hasher, map.iter().map(|(name, node)| (Cow::Borrowed(name), node)).collect());
}

fn feed_entries(hasher: &mut Sha256, mut entries: Vec<(Cow<'_, str>, &Node)>) {
    entries.sort_by(|(one, _), (other, _)| one.cmp(other));
    hasher.update(b"m");
    feed_length(hasher, entries.len());
    for (name, node) in entries {
        feed_text(hasher, &name);
        feed_node(hasher, node);
    }
}

fn feed_node(hasher: &mut Sha256, node: &Node) {
    match node {
        Node::Text(text) => {
            hasher.update(b"t");
            feed_text(hasher, text);
        }
        Node::List(elements) => {
            let named = elements.iter().enumerate().map(|(index, node)| (Cow::Owned(index.to_string()), node));
            feed_entries(hasher, named.collect());
        }
        Node::Map(map) => feed_map(hasher, map),
    }
}

fn feed_text(hasher: &mut Sha256, text: &str) {
    feed_length(hasher, text.len());
    hasher.update(text.as_bytes());
}

// Lengths go first, so that no two trees feed the same bytes.
fn feed_length(hasher: &mut Sha256, length: usize) {
    hasher.update(u64::try_from(length).unwrap_or(u64::MAX).to_le_bytes());
}
