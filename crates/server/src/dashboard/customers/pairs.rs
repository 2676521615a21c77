//! Metadata as forms have it: a row for each pair, and some empty ones; a row without a key is left out.

use crate::dashboard::form::Form;
use crate::dashboard::json::Json;
use serde_json::{Map, Value};

/// The field of the keys.
pub(super) const KEY: &str = "metadata-key";
/// The field of the values.
pub(super) const VALUE: &str = "metadata-value";
/// Empty rows at the end.
const SPARE: usize = 2;

/// The fields of a form that say an object.
pub(super) fn fields(metadata: &Json) -> Vec<(String, String)> {
    let pairs = metadata.members().into_iter();
    pairs.flat_map(|(key, value)| [(KEY.to_owned(), key), (VALUE.to_owned(), value.as_text())]).collect()
}

/// The rows of a form, with empty ones.
pub(super) fn rows(form: &Form) -> Vec<(String, String)> {
    let keys = form.texts(KEY).into_iter();
    let rows = keys.zip(form.texts(VALUE)).filter(|(key, value)| !key.is_empty() || !value.is_empty());
    let mut rows: Vec<(String, String)> = rows.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    rows.extend(std::iter::repeat_n((String::new(), String::new()), SPARE));
    rows
}

/// The object that a form says.
pub(super) fn object(form: &Form) -> Map<String, Value> {
    let rows = rows(form).into_iter().filter(|(key, _)| !key.is_empty());
    rows.map(|(key, value)| (key, value.into())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_a_form_shows_it_says_again() {
        let metadata = json!({"a": "1", "b=c": "x y"});
        let form = Form::of(fields(&Json(metadata.clone())));
        assert_eq!(Value::Object(object(&form)), metadata);
        assert_eq!(rows(&form).len(), 4);
    }
}
