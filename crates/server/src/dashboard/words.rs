//! Values in words, as pages show them.

use super::json::Json;
pub(super) use crate::money::grouped;
use tollgate_domain::time::Timestamp;

/// A day, from milliseconds: `2026-11-21`, in UTC.
pub(super) fn day(millis: i64) -> String {
    Timestamp::from_millis(millis).to_rfc3339().chars().take(10).collect()
}

/// A moment, from milliseconds: `2026-11-21 16:51 UTC`.
pub(super) fn moment(millis: i64) -> String {
    let text = Timestamp::from_millis(millis).to_rfc3339();
    match (text.get(..10), text.get(11..16)) {
        (Some(day), Some(time)) => format!("{day} {time} UTC"),
        _ => text,
    }
}

/// What an access entry, an override or a grant says, in words.
pub(super) fn access(entry: &Json) -> String {
    if !entry.flag("hasAccess") {
        "No access".to_owned()
    } else if entry.flag("isUnlimited") {
        "Unlimited".to_owned()
    } else if entry.has("limit") {
        grouped(&entry.text("limit"))
    } else {
        "Included".to_owned()
    }
}

/// What somebody calls something, for the middle of a text: one that turns the direction of writing, as some characters
/// do, keeps that to itself.
pub(super) fn apart(name: &str) -> String {
    let turns =
        |letter: char| matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if name.contains(turns) { format!("\u{2068}{name}\u{2069}") } else { name.to_owned() }
}

/// A count with its noun: `1 customer`, `2 customers`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(&count.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_told_in_words() {
        for (number, shown) in
            [("0", "0"), ("999", "999"), ("1000", "1,000"), ("-1234567.25", "-1,234,567.25"), ("x", "x")]
        {
            assert_eq!(grouped(number), shown);
        }
        assert_eq!(
            (counted(1, "customer"), counted(2000, "customer")),
            ("1 customer".into(), "2,000 customers".into())
        );
        assert_eq!((apart("Acme"), apart("A\u{202e}b")), ("Acme".into(), "\u{2068}A\u{202e}b\u{2069}".into()));
        assert_eq!((day(0), moment(61_000)), ("1970-01-01".into(), "1970-01-01 00:01 UTC".into()));
        for (entry, shown) in [
            (json!({"hasAccess": false, "limit": 0}), "No access"),
            (json!({"hasAccess": true}), "Included"),
            (json!({"hasAccess": true, "limit": null, "isUnlimited": true}), "Unlimited"),
            (json!({"hasAccess": true, "limit": 2500, "isUnlimited": false}), "2,500"),
        ] {
            assert_eq!(access(&Json(entry)), shown);
        }
    }
}
