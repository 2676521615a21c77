//! What changed between two states of an object.

use crate::json::{Json, Null, Writer};
use serde_json::{Map, Value};

/// The old values of what is different now. Of nested objects only what is different in them; a key that was not
/// there is null.
pub(super) fn previous(before: &Value, after: &Value) -> Map<String, Value> {
    let (Value::Object(before), Value::Object(after)) = (before, after) else { return Map::new() };
    let mut previous = Map::new();
    for (key, new) in after {
        match before.get(key) {
            Some(old) if old == new => {}
            Some(old @ Value::Object(_)) if new.is_object() => {
                previous.insert(key.clone(), Value::Object(self::previous(old, new)));
            }
            old => {
                previous.insert(key.clone(), old.cloned().unwrap_or(Value::Null));
            }
        }
    }
    let removed = before.iter().filter(|(key, _)| !after.contains_key(*key));
    previous.extend(removed.map(|(key, old)| (key.clone(), old.clone())));
    previous
}

/// What objects begin with; the rest of their keys come by name.
const FIRST: [&str; 2] = ["id", "object"];

/// An object that was read, to be written again.
pub(super) struct Tree<'t>(pub(super) &'t Map<String, Value>);

impl Json for Tree<'_> {
    fn write(&self, writer: &mut Writer) {
        writer.begin_object();
        let first = FIRST.iter().filter_map(|key| self.0.get_key_value(*key));
        let rest = self.0.iter().filter(|(key, _)| !FIRST.contains(&key.as_str()));
        for (key, value) in first.chain(rest) {
            writer.key(key);
            write_value(writer, value);
        }
        writer.end_object();
    }
}

fn write_value(writer: &mut Writer, value: &Value) {
    match value {
        Value::Null => Null.write(writer),
        Value::Bool(flag) => flag.write(writer),
        Value::Number(number) => writer.raw(&number.to_string()),
        Value::String(text) => text.write(writer),
        Value::Array(elements) => {
            writer.begin_array();
            for element in elements {
                write_value(writer, element);
            }
            writer.end_array();
        }
        Value::Object(object) => Tree(object).write(writer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_old_values_of_what_changed_are_told() {
        for (before, after, expected) in [
            (json!({"a": 1, "b": 2}), json!({"a": 1, "b": 3}), json!({"b": 2})),
            (
                json!({"m": {"a": "1", "b": "2"}}),
                json!({"m": {"a": "1", "c": "3"}}),
                json!({"m": {"b": "2", "c": null}}),
            ),
            (json!({"m": {}}), json!({"m": {"a": "1"}}), json!({"m": {"a": null}})),
            (json!({"p": null}), json!({"p": {"x": 1.0}}), json!({"p": null})),
            (json!({"p": {"x": 1.0}}), json!({"p": null}), json!({"p": {"x": 1.0}})),
            (json!({"i": ["a", "b"]}), json!({"i": ["a"]}), json!({"i": ["a", "b"]})),
            (json!({"a": 1}), json!({"a": 1}), json!({})),
        ] {
            assert_eq!(Value::Object(previous(&before, &after)), expected, "{before} {after}");
        }
    }
}
