//! Puts a value where its key says, by the rules of Rack.

use super::path::Step;
use super::tree::{Map, Node};

/// Puts a value at the end of the steps. What was there in another shape is replaced: the last one to speak wins.
pub(super) fn insert(map: &mut Map, steps: &[Step<'_>], value: String) {
    if let [Step::Key(name), rest @ ..] = steps {
        place(map.slot(name), rest, value);
    }
}

fn place(node: &mut Node, steps: &[Step<'_>], value: String) {
    match steps {
        [] => *node = Node::Text(value),
        [Step::Key(name), rest @ ..] => place(node.make_map().slot(name), rest, value),
        [Step::Append, rest @ ..] => {
            let elements = node.make_list();
            match elements.last_mut() {
                Some(last) if continues(last, rest) => place(last, rest, value),
                _ => {
                    let mut element = Node::default();
                    place(&mut element, rest, value);
                    elements.push(element);
                }
            }
        }
    }
}

/// Whether the steps add to the last element of a list, rather than begin the next one. `a[][k]=1&a[][l]=2` is one
/// element, `a[][k]=1&a[][k]=2` two.
fn continues(last: &Node, steps: &[Step<'_>]) -> bool {
    let Node::Map(map) = last else { return false };
    match steps {
        [Step::Key(_), ..] => steps.contains(&Step::Append) || !reaches(map, steps),
        [] | [Step::Append, ..] => false,
    }
}

fn reaches(map: &Map, steps: &[Step<'_>]) -> bool {
    let [Step::Key(name), rest @ ..] = steps else { return true };
    match map.get(name) {
        Some(_) if rest.is_empty() => true,
        Some(Node::Map(inner)) => reaches(inner, rest),
        None | Some(_) => false,
    }
}
