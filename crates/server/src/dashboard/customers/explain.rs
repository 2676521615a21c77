//! Why a customer has what it has of a feature, in plain words, from what the API explains.

use crate::dashboard::grants::{Together, limit, quantity, share};
use crate::dashboard::json::Json;
use crate::dashboard::words::{access, day, grouped, moment};

/// Share of a limit from which on it is nearly used up.
const NEARLY: f64 = 0.9;

/// One sentence for each thing that counts: products, their sum, an override, bonuses, the window. `entry` is an entry of
/// access with its explanation; `name` tells a product's name from its key.
pub(super) fn sentences(entry: &Json, name: impl Fn(&str) -> String) -> Vec<String> {
    let why = entry.get("explanation");
    let granting: Vec<Json> = why.list("products").into_iter().filter(|row| row.flag("hasAccess")).collect();
    let is_boolean = entry.text("type") == "boolean";
    let mut sentences: Vec<String> = granting.iter().map(|row| contribution(row, is_boolean, &name)).collect();
    let together = Together::of(&granting);
    if granting.is_empty() {
        sentences.push(nothing(&why));
    } else if granting.len() > 1 && !is_boolean {
        sentences.push(format!("Together {}.", together.in_words()));
    }
    if why.has("override") {
        sentences.push(overruled(&why.get("override"), is_boolean, &together));
    }
    sentences.extend(why.list("bonuses").iter().map(bonus));
    sentences.extend(window(entry, &why));
    sentences
}

/// How much of a limit is used, in words.
pub(in crate::dashboard) fn used(entry: &Json) -> String {
    let usage = entry.get("usage");
    let used = grouped(&usage.text("used"));
    let bonus = match usage.text("bonusRemaining").as_str() {
        "0" | "" => String::new(),
        left => format!(", and {} of bonuses", grouped(left)),
    };
    if entry.flag("isUnlimited") {
        format!("{used} used, no limit")
    } else if entry.flag("hasAccess") {
        let left = grouped(&usage.text("remaining"));
        format!("{used} of {} used, {left} left{bonus}", grouped(&entry.text("limit")))
    } else {
        format!("{used} used, no access")
    }
}

/// From how much on a limit is nearly used up, for the colour of its meter.
pub(super) fn nearly(entry: &Json) -> f64 {
    entry.float("limit").unwrap_or_default() * NEARLY
}

fn contribution(row: &Json, is_boolean: bool, name: &impl Fn(&str) -> String) -> String {
    let is_counted = !is_boolean && !row.flag("isUnlimited") && quantity(row) != 1;
    let times = if is_counted {
        format!(", {} × {}", grouped(&quantity(row).to_string()), grouped(&limit(row).to_string()))
    } else {
        String::new()
    };
    let held = match row.text("source").as_str() {
        "subscription" => format!("subscription {}, version {}", row.text("subscriptionId"), row.text("version")),
        "assigned" => format!("assigned, version {}", row.text("version")),
        _ => "the default, as there is no other product".to_owned(),
    };
    let given = if is_boolean {
        "it".to_owned()
    } else if row.flag("isUnlimited") {
        "it without limit".to_owned()
    } else {
        grouped(&share(row).to_string())
    };
    format!("{} ({held}{times}) gives {given}.", name(&row.text("productKey")))
}

fn nothing(why: &Json) -> String {
    let reason = if why.list("products").is_empty() {
        "The customer has no product, and there is no default one."
    } else {
        "None of the products gives it."
    };
    reason.to_owned()
}

fn overruled(overrule: &Json, is_boolean: bool, together: &Together) -> String {
    let change = if !overrule.flag("hasAccess") {
        "Denied".to_owned()
    } else if is_boolean {
        "Switched on".to_owned()
    } else if overrule.flag("isUnlimited") {
        "Made unlimited".to_owned()
    } else {
        let verb = match together {
            Together::So(sum) if limit(overrule) == *sum => "Held at",
            Together::So(sum) if limit(overrule).minus(*sum).is_negative() => "Lowered to",
            Together::Unlimited => "Lowered to",
            Together::Nothing | Together::So(_) => "Raised to",
        };
        format!("{verb} {}", access(overrule))
    };
    let until = until(overrule);
    let reason = overrule.text("reason");
    let reason = if reason.is_empty() { ".".to_owned() } else { format!(": {}", ended(&reason)) };
    format!("{change} by an override{until}{reason}")
}

/// A text as the end of a sentence.
fn ended(text: &str) -> String {
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

fn until(row: &Json) -> String {
    row.integer("expiresAt").map_or_else(String::new, |at| format!(" until {}", day(at)))
}

fn bonus(row: &Json) -> String {
    let (left, amount) = (grouped(&row.text("remainingAmount")), grouped(&row.text("amount")));
    format!("Bonus: {left} of {amount} left{}.", until(row))
}

fn window(entry: &Json, why: &Json) -> Option<String> {
    if entry.text("type") == "boolean" {
        return None;
    }
    if !why.has("window") {
        return Some("Its usage is counted by your own code.".to_owned());
    }
    let window = why.get("window");
    let interval = window.text("interval");
    let Some(end) = window.integer("end") else { return Some("Usage is never reset.".to_owned()) };
    let anchor = match window.text("anchorSource").as_str() {
        "subscription" => "from the start of the subscription",
        "usage_started_at" => "from when usage started",
        "customer_created" => "from when the customer was made",
        _ => "by the calendar",
    };
    let this = if interval == "day" { "today".to_owned() } else { format!("this {interval}") };
    Some(format!("Window: {this}, {anchor}; resets {}.", moment(end)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn told(entry: Value) -> String {
        let name = |key: &str| key.to_uppercase();
        sentences(&Json(entry), name).join(" ")
    }

    #[test]
    fn a_limit_is_told_product_by_product_with_what_is_on_top() {
        let entry = json!({"type": "limit", "hasAccess": true, "limit": 100, "isUnlimited": false, "explanation": {
            "products": [
                {"productKey": "pro", "version": 1, "source": "subscription", "subscriptionId": "sub_1", "quantity": 3,
                 "hasAccess": true, "limit": 10, "isUnlimited": false},
                {"productKey": "starter", "version": 2, "source": "assigned", "subscriptionId": null, "quantity": 1,
                 "hasAccess": true, "limit": 5.5, "isUnlimited": false},
                {"productKey": "none", "version": 1, "source": "assigned", "quantity": 1, "hasAccess": false, "limit": 0}],
            "override": {"hasAccess": true, "limit": 100, "isUnlimited": false, "reason": "promised by sales",
                         "expiresAt": 1_798_761_600_000_i64},
            "bonuses": [{"amount": 50, "remainingAmount": 12, "expiresAt": null}],
            "window": {"start": 0, "end": 86_400_000, "interval": "month", "anchor": 0, "anchorSource": "subscription"}}});
        assert_eq!(
            told(entry),
            "PRO (subscription sub_1, version 1, 3 × 10) gives 30. STARTER (assigned, version 2) gives 5.5. \
             Together 35.5. Raised to 100 by an override until 2027-01-01: promised by sales. \
             Bonus: 12 of 50 left. Window: this month, from the start of the subscription; resets 1970-01-02 00:00 UTC."
        );
    }

    #[test]
    fn a_switch_is_told_too_and_what_is_denied() {
        let default =
            json!({"productKey": "free", "version": 1, "source": "default", "quantity": 1, "hasAccess": true});
        let why = |products: Value, overrule: Value| {
            json!({"type": "boolean", "hasAccess": true, "explanation":
                   {"products": products, "override": overrule, "bonuses": [], "window": null}})
        };
        assert_eq!(
            told(why(json!([default]), json!(null))),
            "FREE (the default, as there is no other product) gives it."
        );
        assert_eq!(
            told(why(json!([]), json!({"hasAccess": false, "reason": null, "expiresAt": null}))),
            "The customer has no product, and there is no default one. Denied by an override."
        );
    }

    #[test]
    fn unlimited_wins_and_usage_has_its_words() {
        let row = |more: Value| {
            let mut row =
                json!({"productKey": "a", "version": 1, "source": "assigned", "quantity": 1, "hasAccess": true});
            row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            Json(row)
        };
        let rows = [row(json!({"isUnlimited": true, "limit": null})), row(json!({"limit": 3}))];
        assert_eq!(Together::of(&rows), Together::Unlimited);
        let usage = json!({"used": 1200, "remaining": 800, "bonusRemaining": 5});
        let entry = |more: Value| {
            let mut entry = json!({"hasAccess": true, "isUnlimited": false, "limit": 2000, "usage": usage});
            entry.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            used(&Json(entry))
        };
        assert_eq!(entry(json!({})), "1,200 of 2,000 used, 800 left, and 5 of bonuses");
        assert_eq!(entry(json!({"isUnlimited": true, "limit": null})), "1,200 used, no limit");
        assert_eq!(entry(json!({"hasAccess": false, "limit": 0})), "1,200 used, no access");
    }
}
