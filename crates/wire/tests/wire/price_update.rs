//! `POST /v1/prices/{price}`

use crate::request::{check_faults, params};
use crate::sample::{amount, currency};
use tollgate_domain::patch::Patch;
use tollgate_domain::price::{CurrencyOptionPatch, OptionAmount, TaxBehavior, UpdatePrice};
use tollgate_wire::stripe::price::parse_update;

fn update(form: &str) -> UpdatePrice {
    parse_update(&params(form), "price_1".into()).unwrap().0
}

#[test]
fn what_may_change_arrives() {
    let UpdatePrice { id, patch, transfer_lookup_key } = update(
        "active=false&lookup_key=k&transfer_lookup_key=true&nickname=+n+&tax_behavior=inclusive&metadata[a]=\
         &currency_options[eur][unit_amount]=5&currency_options[gbp]=",
    );
    assert_eq!((id.as_str(), transfer_lookup_key, patch.active), ("price_1", true, Some(false)));
    assert_eq!(patch.lookup_key, Patch::Set("k".to_owned()));
    assert_eq!(patch.nickname, Patch::Set("n".to_owned()));
    assert_eq!(patch.tax_behavior, Some(TaxBehavior::Inclusive));
    assert_eq!(patch.metadata.set["a"], None);
    let Patch::Set(options) = patch.currency_options else { panic!("{:?}", patch.currency_options) };
    assert_eq!(options[&currency("eur")].amount, Some(OptionAmount::PerUnit(amount("5"))));
    assert_eq!(options[&currency("gbp")], CurrencyOptionPatch::default());
}

#[test]
fn what_is_empty_is_unset() {
    let patch = update("lookup_key=&nickname=&currency_options=&metadata=").patch;
    assert_eq!((patch.lookup_key, patch.nickname), (Patch::Clear, Patch::Clear));
    assert_eq!(patch.currency_options, Patch::Clear);
    assert!(patch.metadata.clear);
}

#[test]
fn what_is_charged_cannot_be_changed() {
    for name in ["unit_amount", "unit_amount_decimal", "currency", "recurring", "product", "tiers", "billing_scheme"] {
        let message = format!("Received unknown parameter: {name}");
        check_faults(
            |params| parse_update(params, "price_1".into()),
            &[(&format!("{name}=1"), (&message, Some("parameter_unknown"), Some(name)))],
        );
    }
}
