//! Metadata as forms have it: a row for each pair, and some empty ones; a row that is left empty says nothing.

use super::form::{Fields, Form};
use super::json::Json;
use super::stale::Part;
use serde_json::{Map, Value};

/// The field of the keys.
pub(super) const KEY: &str = "metadata-key";
/// The field of the values.
pub(super) const VALUE: &str = "metadata-value";
/// The field that a problem of any row is told of.
pub(super) const FIELD: &str = "metadata";
/// Empty rows at the end.
const SPARE: usize = 2;

/// The fields of a form that say an object.
pub(super) fn fields(metadata: &Json) -> impl Iterator<Item = (String, String)> {
    let pairs = metadata.members().into_iter();
    pairs.flat_map(|(key, value)| [(KEY.to_owned(), key), (VALUE.to_owned(), value.as_text())])
}

/// The rows that a page shows: those that say something, and empty ones.
pub(super) fn rows(fields: &Fields) -> Vec<(&str, &str)> {
    let mut rows = said(fields.form());
    rows.extend(std::iter::repeat_n(("", ""), SPARE));
    rows
}

/// The object that a form says, or what is wrong with its rows that no object can say.
pub(super) fn object(form: &Form) -> Result<Map<String, Value>, String> {
    let mut object = Map::new();
    for (key, value) in said(form) {
        if key.is_empty() {
            return Err("Every value needs a key.".to_owned());
        }
        if object.insert(key.to_owned(), value.into()).is_some() {
            return Err(format!("The key {key} is there twice."));
        }
    }
    Ok(object)
}

/// The parameters of the Stripe dialect that make this metadata of that on file, in which an empty text takes a pair away.
pub(super) fn params(now: &Json, wanted: &Map<String, Value>) -> Vec<(String, String)> {
    let gone = now.members().into_iter().filter(|(key, _)| !wanted.contains_key(key));
    let gone = gone.map(|(key, _)| (format!("metadata[{key}]"), String::new()));
    let kept = wanted.iter().map(|(key, value)| (format!("metadata[{key}]"), Json(value.clone()).as_text()));
    gone.chain(kept).collect()
}

/// What a form says, to see whether it was changed.
pub(super) fn part(form: &Form) -> Part {
    let mut said: Vec<String> = said(form).into_iter().map(|(key, value)| format!("{key}: {value}")).collect();
    said.sort();
    Part::new(FIELD, "Metadata", said.join(", "))
}

fn said(form: &Form) -> Vec<(&str, &str)> {
    let of = |name: &'static str| form.iter().filter(move |(known, _)| *known == name).map(|(_, value)| value);
    let rows = of(KEY).map(str::trim).zip(of(VALUE));
    rows.filter(|(key, value)| !key.is_empty() || !value.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_a_form_shows_it_says_again() {
        let metadata = json!({"a": " 1", "b=c": "x y", "none": ""});
        let form = Form::of(fields(&Json(metadata.clone())));
        assert_eq!(object(&form).map(Value::Object), Ok(metadata));
        assert_eq!(part(&form).value, "a:  1, b=c: x y, none: ");
        assert_eq!(rows(&Fields::new(form)).len(), 5);
    }

    #[test]
    fn what_no_object_can_say_is_refused() {
        let form = |keys: [&str; 2]| Form::of(keys.into_iter().flat_map(|key| [(KEY, key), (VALUE, "x")]));
        assert!(object(&form(["a", "b"])).is_ok());
        assert_eq!(object(&form(["a", ""])).unwrap_err(), "Every value needs a key.");
        assert_eq!(object(&form(["a", " a "])).unwrap_err(), "The key a is there twice.");
    }
}
