//! Values of promoted fields as they are in their columns.

use super::text;
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
