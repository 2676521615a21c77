//! What products give together of a feature, from the rows that the API explains an entry of access with.

use super::json::Json;
use super::words::grouped;
use serde_json::json;
use tollgate_domain::quantity::Quantity;

/// What products give together, before any override.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Together {
    Nothing,
    So(Quantity),
    Unlimited,
}

impl Together {
    /// Of the rows of those that give anything.
    pub(super) fn of(granting: &[Json]) -> Self {
        if granting.is_empty() {
            Self::Nothing
        } else if granting.iter().any(|row| row.flag("isUnlimited")) {
            Self::Unlimited
        } else {
            Self::So(granting.iter().map(share).fold(Quantity::ZERO, Quantity::plus))
        }
    }

    pub(super) fn in_words(&self) -> String {
        match self {
            Self::Nothing => "nothing".to_owned(),
            Self::So(sum) => grouped(&sum.to_string()),
            Self::Unlimited => "without limit".to_owned(),
        }
    }
}

/// What a product gives: its limit as often as it is held.
pub(super) fn share(row: &Json) -> Quantity {
    limit(row).times(quantity(row))
}

/// The limit of a row.
pub(super) fn limit(row: &Json) -> Quantity {
    Quantity::parse(&row.text("limit")).unwrap_or(Quantity::ZERO)
}

/// How many times a product is held.
pub(super) fn quantity(row: &Json) -> u64 {
    row.integer("quantity").and_then(|quantity| u64::try_from(quantity).ok()).unwrap_or(1)
}

/// What an explained entry of a customer becomes where a version of a product gives this instead; nothing where an
/// override decides, whatever products give.
pub(super) fn changed(entry: &Json, product: &str, version: i64, given: &Json) -> Option<Json> {
    let why = entry.get("explanation");
    if why.has("override") {
        return None;
    }
    let mut rows = why.list("products");
    for row in &mut rows {
        if row.text("productKey") == product && row.integer("version") == Some(version) {
            for field in ["hasAccess", "limit", "isUnlimited"] {
                row.0[field] = given.get(field).0;
            }
        }
    }
    rows.retain(|row| row.flag("hasAccess"));
    if entry.text("type") == "boolean" {
        return Some(Json(json!({"hasAccess": !rows.is_empty()})));
    }
    Some(Json(match Together::of(&rows) {
        Together::Nothing => json!({"hasAccess": false}),
        Together::Unlimited => json!({"hasAccess": true, "isUnlimited": true}),
        Together::So(sum) => {
            json!({"hasAccess": true, "isUnlimited": false, "limit": super::access::number(&sum.to_string())})
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dashboard::words::access;

    fn row(product: &str, limit: u64, quantity: u64) -> serde_json::Value {
        json!({"productKey": product, "version": 1, "quantity": quantity, "hasAccess": true, "limit": limit, "isUnlimited": false})
    }

    fn entry(rows: &[serde_json::Value], overrule: &serde_json::Value) -> Json {
        Json(json!({"type": "limit", "explanation": {"products": rows, "override": overrule}}))
    }

    #[test]
    fn a_change_reaches_a_customer_through_all_it_has() {
        let (none, five) = (json!(null), Json(json!({"hasAccess": true, "limit": 5, "isUnlimited": false})));
        let after = |entry: &Json, given: &Json| changed(entry, "pro", 1, given).map(|after| access(&after));
        let both = entry(&[row("pro", 10, 2), row("extra", 3, 1)], &none);
        assert_eq!(after(&both, &five).as_deref(), Some("13"));
        assert_eq!(after(&both, &Json(json!({"hasAccess": false}))).as_deref(), Some("3"));
        assert_eq!(after(&both, &Json(json!({"hasAccess": true, "isUnlimited": true}))).as_deref(), Some("Unlimited"));
        assert_eq!(after(&entry(&[row("pro", 10, 1)], &json!({"limit": 7})), &five), None);
        let newer = Json(
            json!({"type": "limit", "explanation": {"products": [{"productKey": "pro", "version": 2, "hasAccess": true, "limit": 9}]}}),
        );
        assert_eq!(after(&newer, &five).as_deref(), Some("9"));
        let switch = Json(
            json!({"type": "boolean", "explanation": {"products": [{"productKey": "pro", "version": 1, "hasAccess": true}]}}),
        );
        assert_eq!(after(&switch, &Json(json!({"hasAccess": false}))).as_deref(), Some("No access"));
    }

    #[test]
    fn one_product_without_limit_is_enough() {
        let rows = [json!({"isUnlimited": true, "limit": null}), json!({"limit": 3})].map(Json);
        assert_eq!(Together::of(&rows), Together::Unlimited);
    }
}
