//! Values as they are in their columns.

use super::session::Param;
use super::text;
use tollgate_domain::environment::Environment;
use tollgate_domain::record::Value;

/// What a column of flags holds.
pub(super) fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Flag(flag) => Some(*flag),
        Value::Null | Value::Text(_) => None,
    }
}

/// What a column of texts holds.
pub(super) fn kept_text(value: &Value) -> Option<String> {
    match value {
        Value::Text(value) => Some(text::encode(value).into_owned()),
        Value::Null | Value::Flag(_) => None,
    }
}

/// Two arrays: of environments, and of texts.
pub(super) fn pairs<'a>(pairs: impl Iterator<Item = (Environment, &'a str)>) -> Vec<Param> {
    let (lives, texts): (Vec<bool>, Vec<String>) =
        pairs.map(|(environment, text)| (environment.is_live(), text::encode(text).into_owned())).unzip();
    vec![Box::new(lives), Box::new(texts)]
}
