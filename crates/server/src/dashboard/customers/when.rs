//! Instants as forms have them: what `<input type="datetime-local">` says, in UTC.

use crate::dashboard::form::Form;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde_json::Value;
use tollgate_domain::time::Timestamp;

/// What a form shows of an instant in milliseconds: `2026-11-21T16:51`, with seconds where there are any.
pub(super) fn field(millis: i64) -> String {
    let text = Timestamp::from_millis(millis).to_rfc3339();
    let text = text.trim_end_matches('Z');
    text.strip_suffix(":00").unwrap_or(text).to_owned()
}

/// What was typed, as the API takes it: nothing where nothing was, and what is no time as it is, which the API refuses.
pub(super) fn value(form: &Form, name: &str) -> Value {
    let Some(typed) = form.given(name) else { return Value::Null };
    millis(typed).map_or_else(|| typed.into(), Value::from)
}

/// Whether what was typed is over at an instant.
pub(super) fn is_past(form: &Form, name: &str, now: Timestamp) -> bool {
    form.given(name).and_then(millis).is_some_and(|millis| millis <= now.millis())
}

/// What to say of something new that is over from its beginning, though the API takes it.
pub(super) const PAST: &str = "This is over already: it would count for nothing.";

/// The instant that was typed.
pub(super) fn millis(typed: &str) -> Option<i64> {
    let moment: DateTime = typed.trim_end_matches('Z').parse().ok()?;
    Some(Offset::UTC.to_timestamp(moment).ok()?.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_a_form_shows_it_says_again() {
        for instant in [0, 60_000, 61_000, 61_250, 1_795_280_400_000] {
            assert_eq!(millis(&field(instant)), Some(instant), "{}", field(instant));
        }
        assert_eq!((field(60_000).as_str(), field(61_250).as_str()), ("1970-01-01T00:01", "1970-01-01T00:01:01.25"));
        assert_eq!(
            (millis("2026-11-21"), millis("2026-11-21T00:00")),
            (millis("2026-11-21T00:00:00Z"), millis("2026-11-21"))
        );
    }

    #[test]
    fn what_is_no_time_goes_to_the_api_as_it_is() {
        let form = Form::of([("a", "soon"), ("b", " "), ("c", "1970-01-01T00:00")]);
        assert_eq!((value(&form, "a"), value(&form, "b"), value(&form, "c")), (json!("soon"), json!(null), json!(0)));
    }
}
