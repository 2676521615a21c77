//! Answers of the API, as pages read them.

use serde_json::Value;

/// A value of an answer. What is not there reads as nothing: an empty text, no entries, `false`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Json(pub(super) Value);

impl Json {
    /// A field of an object.
    pub(super) fn get(&self, name: &str) -> Self {
        Self(self.0.get(name).cloned().unwrap_or_default())
    }

    /// The text of a field; a number as it is written.
    pub(super) fn text(&self, name: &str) -> String {
        self.get(name).as_text()
    }

    /// This as a text; a number as it is written.
    pub(super) fn as_text(&self) -> String {
        match &self.0 {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => String::new(),
        }
    }

    /// Whether a field is `true`.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.0.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    /// The whole number of a field, such as an instant.
    pub(super) fn integer(&self, name: &str) -> Option<i64> {
        self.0.get(name).and_then(Value::as_i64)
    }

    /// The number of a field, near enough to draw it.
    pub(super) fn float(&self, name: &str) -> Option<f64> {
        self.0.get(name).and_then(Value::as_f64)
    }

    /// Whether a field is there, and is not `null`.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| !value.is_null())
    }

    /// The entries of a field that is a list.
    pub(super) fn list(&self, name: &str) -> Vec<Self> {
        self.get(name).items()
    }

    /// The entries of this list.
    pub(super) fn items(&self) -> Vec<Self> {
        self.0.as_array().into_iter().flatten().cloned().map(Self).collect()
    }

    /// The names and values of this object, in the order of the answer.
    pub(super) fn members(&self) -> Vec<(String, Self)> {
        let members = self.0.as_object().into_iter().flatten();
        members.map(|(name, value)| (name.clone(), Self(value.clone()))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_not_there_reads_as_nothing() {
        let answer =
            Json(json!({"name": "Gold", "limit": 1.5, "isArchived": true, "products": [{"key": "a"}], "none": null}));
        assert_eq!((answer.text("name"), answer.text("limit")), ("Gold".to_owned(), "1.5".to_owned()));
        assert!(answer.flag("isArchived") && answer.has("name") && !answer.has("none"));
        assert_eq!(answer.list("products")[0].text("key"), "a");
        assert_eq!((answer.text("other"), answer.list("other"), answer.integer("name")), (String::new(), vec![], None));
    }
}
