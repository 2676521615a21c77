//! The access to a feature as forms have it: a switch for a boolean feature; no access, a limit or unlimited for a limit.

use super::form::Form;
use super::json::Json;
use serde_json::{Value, json};

/// The fields of a form that say the access to a feature.
pub(super) fn choice_field(key: &str) -> String {
    format!("access:{key}")
}

/// The field of a form that says the limit of a feature.
pub(super) fn limit_field(key: &str) -> String {
    format!("limit:{key}")
}

/// The fields of a form that say what an entry of the API says.
pub(super) fn fields(entry: &Json) -> Vec<(String, String)> {
    let key = entry.text("featureKey");
    let choice = if entry.text("type") == "boolean" {
        if entry.flag("hasAccess") { "on" } else { return Vec::new() }
    } else if !entry.flag("hasAccess") {
        "none"
    } else if entry.flag("isUnlimited") {
        "unlimited"
    } else {
        return vec![(choice_field(&key), "limit".to_owned()), (limit_field(&key), entry.text("limit"))];
    };
    vec![(choice_field(&key), choice.to_owned())]
}

/// The entry that a form says of a feature, as the API takes it.
pub(super) fn entry(form: &Form, feature: &Json) -> Value {
    let key = feature.text("featureKey");
    let choice = form.text(&choice_field(&key));
    if feature.text("type") == "boolean" {
        return json!({"featureKey": key, "hasAccess": choice == "on"});
    }
    match choice {
        "unlimited" => json!({"featureKey": key, "hasAccess": true, "isUnlimited": true}),
        "limit" => {
            json!({"featureKey": key, "hasAccess": true, "limit": number(form.text(&limit_field(&key))), "isUnlimited": false})
        }
        _ => json!({"featureKey": key, "hasAccess": false}),
    }
}

/// What was typed as a number of JSON; what is none stays a text, which the API refuses.
pub(super) fn number(typed: &str) -> Value {
    match serde_json::from_str(&ungrouped(typed)) {
        Ok(Value::Number(number)) => Value::Number(number),
        _ => typed.into(),
    }
}

/// What was typed without the commas that group thousands, where those do: pages show numbers with them.
fn ungrouped(typed: &str) -> String {
    let (whole, rest) = typed.split_at(typed.find('.').unwrap_or(typed.len()));
    let mut groups = whole.trim_start_matches('-').split(',');
    let is_start = groups.next().is_some_and(|first| (1..=3).contains(&first.len()) && first != "0");
    if is_start && groups.all(|group| group.len() == 3) { whole.replace(',', "") + rest } else { typed.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_form_shows_it_says_again() {
        for (given, said) in [
            (json!({"type": "boolean", "hasAccess": true}), json!({"hasAccess": true})),
            (json!({"type": "boolean", "hasAccess": false}), json!({"hasAccess": false})),
            (json!({"type": "limit", "hasAccess": false, "limit": 0}), json!({"hasAccess": false})),
            (
                json!({"type": "limit", "hasAccess": true, "limit": 2.5, "isUnlimited": false}),
                json!({"hasAccess": true, "limit": 2.5, "isUnlimited": false}),
            ),
            (
                json!({"type": "limit", "hasAccess": true, "limit": null, "isUnlimited": true}),
                json!({"hasAccess": true, "isUnlimited": true}),
            ),
        ] {
            let (mut given, mut said) = (given, said);
            given["featureKey"] = "a:b".into();
            said["featureKey"] = "a:b".into();
            let given = Json(given);
            assert_eq!(entry(&Form::of(fields(&given)), &given), said);
        }
        assert_eq!((number("12"), number("many")), (json!(12), json!("many")));
    }

    #[test]
    fn thousands_may_be_grouped() {
        for (typed, number) in [("12,000", json!(12000)), ("-1,250,000.5", json!(-1_250_000.5)), ("1,000", json!(1000))]
        {
            assert_eq!(super::number(typed), number, "{typed}");
        }
        for typed in ["1,5", "0,125", "1234,567", ",000", "1,000.5,000", "1,,000", "1,00a", ""] {
            assert_eq!(super::number(typed), json!(typed), "{typed}");
        }
    }
}
