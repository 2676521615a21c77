//! The other direction: what a client sends.

use super::percent;
use super::tree::{Node, Params};
use std::fmt::Write;

/// Encodes as the SDKs do, arrays by their indexes. Lists and maps without elements cannot be said in a form and
/// are left out.
pub fn encode(params: &Params) -> String {
    let mut out = String::new();
    for (name, node) in params.iter() {
        let mut key = String::new();
        percent::encode(name, &mut key);
        encode_node(&mut key, node, &mut out);
    }
    out
}

fn encode_node(key: &mut String, node: &Node, out: &mut String) {
    let length = key.len();
    match node {
        Node::Text(text) => {
            if !out.is_empty() {
                out.push('&');
            }
            out.push_str(key);
            out.push('=');
            percent::encode(text, out);
        }
        Node::List(elements) => {
            for (index, element) in elements.iter().enumerate() {
                write!(key, "[{index}]").expect("a string takes everything");
                encode_node(key, element, out);
                key.truncate(length);
            }
        }
        Node::Map(map) => {
            for (name, node) in map.iter() {
                key.push('[');
                percent::encode(name, key);
                key.push(']');
                encode_node(key, node, out);
                key.truncate(length);
            }
        }
    }
}
