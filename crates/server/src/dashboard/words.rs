//! Values in words, as pages show them.

use super::json::Json;
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

/// A number with its digits in groups of three: `12,500.5`.
pub(super) fn grouped(number: &str) -> String {
    let (sign, rest) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let (whole, fraction) = rest.split_once('.').map_or((rest, None), |(whole, fraction)| (whole, Some(fraction)));
    if !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return number.to_owned();
    }
    let mut shown = String::from(sign);
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    if let Some(fraction) = fraction {
        shown.push('.');
        shown.push_str(fraction);
    }
    shown
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
