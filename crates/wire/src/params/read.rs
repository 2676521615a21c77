//! Walks a request with a table.

use super::object::Object;
use super::path::Path;
use super::value::Value;
use super::{Empty, Kind, Param, Space, Table, amount, array, range, text, unknown, wording};
use crate::fault::Fault;
use crate::form::{Map, Node, Params};
use tollgate_domain::id::ID_MAX_CHARACTERS;

/// Reads the parameters of an endpoint.
pub fn read(table: Table, params: &Params) -> Result<Object<'_>, Fault> {
    unknown::check(table, params)?;
    read_map(table, params, &Path::Root)
}

pub(super) fn read_map<'a>(table: Table, map: &'a Map, path: &Path<'_>) -> Result<Object<'a>, Fault> {
    let values: Result<Vec<_>, Fault> =
        table.iter().map(|param| read_param(param, map.get(param.name), &path.key(param.name))).collect();
    Ok(Object::new(table, values?))
}

fn read_param<'a>(param: &Param, node: Option<&'a Node>, path: &Path<'_>) -> Result<Option<Value<'a>>, Fault> {
    match node {
        None if param.required => Err(wording::missing(path)),
        None => Ok(None),
        Some(node) if is_empty(&param.kind, node) => match param.empty {
            Empty::Unsets => Ok(Some(Value::Unset)),
            Empty::Refused => Err(wording::empty(path)),
        },
        Some(node) => read_value(&param.kind, node, path).map(Some),
    }
}

/// Reads an element of an array; there is no unsetting one.
pub(super) fn read_element<'a>(kind: &Kind, node: &'a Node, path: &Path<'_>) -> Result<Value<'a>, Fault> {
    if is_empty(kind, node) { Err(wording::empty(path)) } else { read_value(kind, node, path) }
}

fn is_empty(kind: &Kind, node: &Node) -> bool {
    match (kind, node) {
        (Kind::Text { space: Space::Surrounds | Space::Trimmed, .. }, Node::Text(text)) => text.trim().is_empty(),
        (_, Node::Text(text)) => text.is_empty(),
        _ => false,
    }
}

fn read_value<'a>(kind: &Kind, node: &'a Node, path: &Path<'_>) -> Result<Value<'a>, Fault> {
    match kind {
        Kind::Object(table) => read_map(table, map_of(node, path)?, path).map(Value::Object),
        Kind::Array { max, of } => array::read(*max, of, node, path),
        Kind::IdOrObject(table) => match node {
            Node::Text(text) => text::text(text, ID_MAX_CHARACTERS, Space::Kept, path),
            Node::Map(_) | Node::List(_) => read_map(table, map_of(node, path)?, path).map(Value::Object),
        },
        Kind::Texts { max } => text::texts(map_of(node, path)?, *max, path),
        Kind::Metadata => text::metadata(map_of(node, path)?, path).map(Value::Metadata),
        Kind::Currencies { of, empty } => amount::currencies(of, *empty, map_of(node, path)?, path),
        Kind::Created => range::read(node, path).map(Value::Created),
        _ => match node {
            Node::Text(text) => read_text(kind, text, path),
            Node::List(_) | Node::Map(_) => Err(wording::not_a_scalar(kind, path)),
        },
    }
}

fn map_of<'a>(node: &'a Node, path: &Path<'_>) -> Result<&'a Map, Fault> {
    match node {
        Node::Map(map) => Ok(map),
        Node::Text(_) | Node::List(_) => Err(wording::not_an_object(path)),
    }
}

fn read_text<'a>(kind: &Kind, text: &'a str, path: &Path<'_>) -> Result<Value<'a>, Fault> {
    match kind {
        Kind::Text { max, space } => text::text(text, *max, *space, path),
        Kind::Label { max } => text::label(text, *max, path),
        Kind::Id { max } => text::id(text, *max, path),
        Kind::StatementDescriptor => text::statement_descriptor(text, path),
        Kind::Url => text::url(text, path),
        Kind::Boolean => text::boolean(text, path),
        Kind::Word(words) => text::word(text, words, path),
        Kind::Integer { min, max } => amount::integer(text, *min, *max, path).map(Value::Integer),
        Kind::IntegerOr(words) => match words.iter().find(|word| **word == text) {
            Some(word) => Ok(Value::Word(word)),
            None => amount::integer(text, i64::MIN, i64::MAX, path).map(Value::Integer),
        },
        Kind::Amount => amount::whole(text, path),
        Kind::DecimalAmount => amount::decimal(text, path),
        Kind::Dimension => amount::dimension(text, path),
        Kind::Percent => amount::percent(text, path),
        Kind::Currency => amount::currency(text, path),
        Kind::UpTo => amount::up_to(text, path),
        Kind::Object(_)
        | Kind::IdOrObject(_)
        | Kind::Array { .. }
        | Kind::Metadata
        | Kind::Texts { .. }
        | Kind::Currencies { .. }
        | Kind::Created => Err(wording::not_an_object(path)),
    }
}
