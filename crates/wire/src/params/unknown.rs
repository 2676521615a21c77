//! Parameters that are not in the table.

use super::array::index_of;
use super::{Kind, Param, Path, find, range, wording};
use crate::fault::Fault;
use crate::form::{Map, Node};

/// A fault that names every unknown parameter, in the order sent.
pub(super) fn check(table: &[Param], map: &Map) -> Result<(), Fault> {
    let mut unknown = Vec::new();
    gather(table, map, &Path::Root, &mut unknown);
    if unknown.is_empty() { Ok(()) } else { Err(wording::unknown(&unknown)) }
}

fn gather(table: &[Param], map: &Map, path: &Path<'_>, unknown: &mut Vec<String>) {
    for (name, node) in map.iter() {
        let path = path.key(name);
        match find(table, name) {
            Some(param) => gather_within(&param.kind, node, &path, unknown),
            None => unknown.push(path.to_string()),
        }
    }
}

fn gather_within(kind: &Kind, node: &Node, path: &Path<'_>, unknown: &mut Vec<String>) {
    match (kind, node) {
        (Kind::Object(table) | Kind::IdOrObject(table), Node::Map(map)) => gather(table, map, path, unknown),
        (Kind::Created, Node::Map(map)) => gather(range::TABLE, map, path, unknown),
        (Kind::Array { of, .. }, Node::List(elements)) => {
            for (index, element) in elements.iter().enumerate() {
                gather_within(of, element, &path.index(index), unknown);
            }
        }
        (Kind::Array { of, .. }, Node::Map(map)) => {
            for (name, element) in map.iter().filter(|(name, _)| index_of(name).is_some()) {
                gather_within(of, element, &path.key(name), unknown);
            }
        }
        (Kind::Currencies { of, .. }, Node::Map(map)) => {
            for (name, option) in map.iter() {
                gather_within(&Kind::Object(of), option, &path.key(name), unknown);
            }
        }
        _ => {}
    }
}
