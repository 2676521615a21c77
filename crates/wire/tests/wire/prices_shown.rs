//! Prices and plans as they are shown.

use crate::answer::{json, rendered, text};
use crate::request::params;
use crate::sample::{amount, currency, gold_price, monthly};
use serde_json::json;
use tollgate_domain::facts::Facts;
use tollgate_domain::price::{
    Charge, CurrencyOption, CustomUnitAmount, OptionAmount, Price, Recurring, Round, TaxBehavior, Tier, TiersMode,
    TransformQuantity, UsageType,
};
use tollgate_wire::stripe::{plan, price};

#[test]
fn a_price_is_shown_to_the_letter() {
    let expected = r#"{
  "id": "price_1",
  "object": "price",
  "active": true,
  "billing_scheme": "per_unit",
  "created": 1678833149,
  "currency": "usd",
  "custom_unit_amount": null,
  "livemode": false,
  "lookup_key": null,
  "metadata": {},
  "nickname": null,
  "product": "prod_NWjs8kKbJWmuuc",
  "recurring": {
    "interval": "month",
    "interval_count": 1,
    "meter": null,
    "trial_period_days": null,
    "usage_type": "licensed"
  },
  "tax_behavior": "unspecified",
  "tiers_mode": null,
  "transform_quantity": null,
  "type": "recurring",
  "unit_amount": 2000,
  "unit_amount_decimal": "2000"
}"#;
    assert_eq!(text(|writer, view| price::render(writer, &gold_price(), view)), expected);
}

#[test]
fn amounts_are_shown_whole_and_decimal_where_they_can_be() {
    let tiered = Charge::Tiered { mode: TiersMode::Volume, tiers: Vec::new() };
    for (charge, whole, decimal, scheme) in [
        (Charge::PerUnit(amount("123.45")), json!(null), json!("123.45"), "per_unit"),
        (Charge::PerUnit(amount("0")), json!(0), json!("0"), "per_unit"),
        (Charge::Custom(CustomUnitAmount::default()), json!(null), json!(null), "per_unit"),
        (tiered, json!(null), json!(null), "tiered"),
    ] {
        let price = Price { charge, ..gold_price() };
        let shown = json(&text(|writer, view| price::render(writer, &price, view)));
        assert_eq!((&shown["unit_amount"], &shown["unit_amount_decimal"]), (&whole, &decimal));
        assert_eq!(shown["billing_scheme"], scheme);
    }
}

fn expanded(price: &Price, expand: &str) -> serde_json::Value {
    let expand = price::parse_retrieve(&params(expand)).unwrap();
    json(&rendered(&expand, &Facts::default(), |writer, view| price::render(writer, price, view)).unwrap())
}

#[test]
fn tiers_are_there_only_when_expanded() {
    let tiers = vec![
        Tier { up_to: Some(10), flat: Some(amount("1000")), unit: Some(amount("0.5")) },
        Tier { up_to: None, flat: None, unit: Some(amount("7")) },
    ];
    let price = Price { charge: Charge::Tiered { mode: TiersMode::Graduated, tiers }, ..gold_price() };
    let shown = expanded(&price, "expand[]=tiers");
    assert_eq!(
        shown["tiers"],
        json!([
            {"flat_amount": 1000, "flat_amount_decimal": "1000", "unit_amount": null, "unit_amount_decimal": "0.5", "up_to": 10},
            {"flat_amount": null, "flat_amount_decimal": null, "unit_amount": 7, "unit_amount_decimal": "7", "up_to": null},
        ])
    );
    assert_eq!((&shown["tiers_mode"], &shown["billing_scheme"]), (&json!("graduated"), &json!("tiered")));
    assert!(expanded(&price, "").get("tiers").is_none());
}

#[test]
fn currency_options_are_there_only_when_expanded_and_have_the_main_currency_too() {
    let option = CurrencyOption { amount: OptionAmount::PerUnit(amount("1.5")), tax_behavior: TaxBehavior::Inclusive };
    let price = Price { currency_options: [(currency("eur"), option)].into(), ..gold_price() };
    assert!(expanded(&price, "").get("currency_options").is_none());
    assert_eq!(
        expanded(&price, "expand[]=currency_options")["currency_options"],
        json!({
            "eur": {"custom_unit_amount": null, "tax_behavior": "inclusive", "unit_amount": null, "unit_amount_decimal": "1.5"},
            "usd": {"custom_unit_amount": null, "tax_behavior": "unspecified", "unit_amount": 2000, "unit_amount_decimal": "2000"},
        })
    );
    let deeper = expanded(&price, "expand[]=currency_options.tiers");
    assert_eq!(deeper["currency_options"]["eur"]["tiers"], json!(null));
}

#[test]
fn a_one_time_price_does_not_recur() {
    let price = Price { recurring: None, ..gold_price() };
    let shown = expanded(&price, "");
    assert_eq!((&shown["recurring"], &shown["type"]), (&json!(null), &json!("one_time")));
}

#[test]
fn a_recurring_price_is_shown_as_a_plan_to_old_clients() {
    let price = Price {
        recurring: Some(Recurring {
            usage_type: UsageType::Metered,
            meter: Some("mtr_1".into()),
            trial_period_days: Some(7),
            ..monthly()
        }),
        transform_quantity: Some(TransformQuantity { divide_by: 10, round: Round::Down }),
        ..gold_price()
    };
    let shown = json(&text(|writer, view| {
        plan::render(writer, &price, view);
        Ok(())
    }));
    assert_eq!(
        shown,
        json!({
            "id": "price_1", "object": "plan", "active": true, "amount": 2000, "amount_decimal": "2000",
            "billing_scheme": "per_unit", "created": 1_678_833_149, "currency": "usd", "interval": "month",
            "interval_count": 1, "livemode": false, "metadata": {}, "meter": "mtr_1", "nickname": null,
            "product": "prod_NWjs8kKbJWmuuc", "tiers_mode": null,
            "transform_usage": {"divide_by": 10, "round": "down"}, "trial_period_days": 7, "usage_type": "metered",
        })
    );
}
