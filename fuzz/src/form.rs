//! Any body: decoded or refused; and what was decoded says the same once it is encoded and decoded again.

use tollgate_wire::form::{DEPTH_MAX, Node, PAIRS_MAX, decode, decode_into, encode};

pub(crate) fn run(bytes: &[u8]) {
    let Ok(params) = decode(bytes) else { return };
    let (depth, values) = params.iter().map(|(_, node)| measure(node)).fold((0, 0), sum);
    assert!(depth <= DEPTH_MAX && values <= PAIRS_MAX, "{depth} deep, {values} values");

    let first = encode(&params);
    let again = decode(first.as_bytes()).expect("what was encoded can be decoded");
    assert_eq!(encode(&again), first);

    let mut twice = params.clone();
    decode_into(&mut twice, first.as_bytes()).expect("what was encoded can be decoded");
    let _ = (params.fingerprint(), twice.fingerprint());
}

/// Steps to the deepest value, and values.
fn measure(node: &Node) -> (usize, usize) {
    let (depth, values) = match node {
        Node::Text(_) => return (1, 1),
        Node::List(elements) => elements.iter().map(measure).fold((0, 0), sum),
        Node::Map(map) => map.iter().map(|(_, node)| measure(node)).fold((0, 0), sum),
    };
    (depth + 1, values)
}

fn sum((depth, values): (usize, usize), (more_depth, more_values): (usize, usize)) -> (usize, usize) {
    (depth.max(more_depth), values + more_values)
}
