//! Arrays: sent by index or with `[]`.

use super::path::Path;
use super::read::read_element;
use super::value::Value;
use super::{Kind, wording};
use crate::fault::Fault;
use crate::form::{Map, Node};

/// Reads an array. Indexed elements may come in any order and with gaps.
pub(super) fn read<'a>(max: usize, of: &Kind, node: &'a Node, path: &Path<'_>) -> Result<Value<'a>, Fault> {
    let values: Result<Vec<_>, Fault> = match node {
        Node::Text(_) => return Err(wording::not_an_array(path)),
        Node::List(elements) => {
            check_length(elements.len(), max, path)?;
            let numbered = elements.iter().enumerate();
            numbered.map(|(index, node)| read_element(of, node, &path.index(index))).collect()
        }
        Node::Map(map) => {
            let elements = by_index(map).ok_or_else(|| wording::not_an_array(path))?;
            check_length(elements.len(), max, path)?;
            elements.into_iter().map(|(name, node)| read_element(of, node, &path.key(name))).collect()
        }
    };
    values.map(Value::List)
}

fn check_length(count: usize, max: usize, path: &Path<'_>) -> Result<(), Fault> {
    if count > max { Err(wording::array_too_long(path, max)) } else { Ok(()) }
}

/// The elements of an indexed array in the order of their indexes, or nothing where a name is no index.
fn by_index(map: &Map) -> Option<Vec<(&str, &Node)>> {
    let mut elements =
        map.iter().map(|(name, node)| index_of(name).map(|index| (index, name, node))).collect::<Option<Vec<_>>>()?;
    elements.sort_by_key(|(index, ..)| *index);
    Some(elements.into_iter().map(|(_, name, node)| (name, node)).collect())
}

/// The index that a name stands for.
pub(super) fn index_of(name: &str) -> Option<u64> {
    if name.bytes().all(|byte| byte.is_ascii_digit()) { name.parse().ok() } else { None }
}
