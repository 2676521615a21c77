//! Texts of all sorts.

use super::path::Path;
use super::url::{self, Scheme};
use super::value::Value;
use super::{Space, wording};
use crate::fault::Fault;
use crate::form::{Map, Node};
use crate::stripe::undecided;
use std::borrow::Cow;
use std::collections::BTreeMap;
use tollgate_domain::metadata::{METADATA_KEY_MAX_CHARACTERS, METADATA_VALUE_MAX_CHARACTERS, MetadataPatch};
use tollgate_domain::statement;

/// Whether a text has more than `max` characters. Bytes are never fewer than characters, so short ones are not counted.
pub(super) fn is_longer(text: &str, max: usize) -> bool {
    text.len() > max && text.chars().count() > max
}

pub(super) fn text<'a>(sent: &'a str, max: usize, space: Space, path: &Path<'_>) -> Result<Value<'a>, Fault> {
    let text = if space == Space::Trimmed { sent.trim() } else { sent };
    if is_longer(text, max) { Err(wording::too_long(text, max, path)) } else { Ok(Value::Text(Cow::Borrowed(text))) }
}

pub(super) fn label<'a>(text: &'a str, max: usize, path: &Path<'_>) -> Result<Value<'a>, Fault> {
    if is_longer(text, max) {
        return Err(wording::label_too_long(text, max, path));
    }
    Ok(Value::Text(Cow::Borrowed(text)))
}

pub(super) fn id<'a>(sent: &'a str, max: usize, path: &Path<'_>) -> Result<Value<'a>, Fault> {
    if sent.contains(|character: char| character.is_control() || character == '/') {
        return Err(undecided::id_characters(path));
    }
    text(sent, max, Space::Kept, path)
}

pub(super) fn statement_descriptor<'a>(text: &str, path: &Path<'_>) -> Result<Value<'a>, Fault> {
    match statement::statement_descriptor(text) {
        Ok(descriptor) => Ok(Value::Text(Cow::Owned(descriptor))),
        Err(fault) => Err(wording::statement_descriptor(text.trim(), fault, path)),
    }
}

pub(super) fn url<'a>(text: &'a str, path: &Path<'_>) -> Result<Value<'a>, Fault> {
    url::check(text, Scheme::Required, path)?;
    Ok(Value::Text(Cow::Borrowed(text)))
}

pub(super) fn boolean<'a>(text: &str, path: &Path<'_>) -> Result<Value<'a>, Fault> {
    match text {
        "true" => Ok(Value::Flag(true)),
        "false" => Ok(Value::Flag(false)),
        _ => Err(wording::not_a_boolean(text, path)),
    }
}

pub(super) fn word<'a>(text: &str, words: &[&'static str], path: &Path<'_>) -> Result<Value<'a>, Fault> {
    let word = words.iter().find(|word| **word == text);
    word.map(|word| Value::Word(word)).ok_or_else(|| wording::not_a_word(words, path))
}

/// Keys and values, each within its limits; how many there may be is for the domain to say, after the merge.
pub(super) fn metadata(map: &Map, path: &Path<'_>) -> Result<MetadataPatch, Fault> {
    let mut asked = MetadataPatch::default();
    for (key, node) in map.iter() {
        if is_longer(key, METADATA_KEY_MAX_CHARACTERS) {
            return Err(wording::metadata_key_too_long(key, path));
        }
        let path = path.key(key);
        let Node::Text(value) = node else { return Err(undecided::metadata_value(&path)) };
        if is_longer(value, METADATA_VALUE_MAX_CHARACTERS) {
            return Err(wording::metadata_value_too_long(value, &path));
        }
        asked.set.insert(key.to_owned(), (!value.is_empty()).then(|| value.clone()));
    }
    Ok(asked)
}

/// Texts by names, each within its limit; an empty one is a text too.
pub(super) fn texts<'a>(map: &Map, max: usize, path: &Path<'_>) -> Result<Value<'a>, Fault> {
    let mut texts = BTreeMap::new();
    for (name, node) in map.iter() {
        let path = path.key(name);
        let Node::Text(text) = node else { return Err(undecided::not_a_scalar("string", &path)) };
        if is_longer(text, max) {
            return Err(wording::too_long(text, max, &path));
        }
        texts.insert(name.to_owned(), text.clone());
    }
    Ok(Value::Texts(texts))
}
