use crate::catalog::{Catalog, cents, create_price, create_product, eur, new_price, new_product, usd};
use std::collections::BTreeMap;
use std::sync::Arc;
use tollgate_domain::currency::Currency;
use tollgate_domain::patch::Patch;
use tollgate_domain::price::{
    Charge, CreatePrice, CurrencyOptionPatch, CustomUnitAmount, Interval, NewPrice, OptionAmount, Price, PricePatch,
    ProductChoice, Recurring, TaxBehavior, UpdatePrice, UsageType,
};
use tollgate_domain::product::{CreateProduct, ProductPatch, UpdateProduct};
use tollgate_domain::refusal::{Reference, Refusal};

fn catalog() -> Catalog {
    let mut catalog = Catalog::default();
    catalog.run(create_product("gold")).unwrap();
    catalog.told();
    catalog
}

fn update(price: &Price, patch: PricePatch) -> UpdatePrice {
    UpdatePrice { id: price.id.clone(), patch, transfer_lookup_key: false }
}

fn with_key(key: &str) -> NewPrice {
    NewPrice { lookup_key: Some(key.to_owned()), ..new_price() }
}

fn option(amount: OptionAmount) -> CurrencyOptionPatch {
    CurrencyOptionPatch { amount: Some(amount), tax_behavior: None }
}

fn options(
    pairs: impl IntoIterator<Item = (Currency, CurrencyOptionPatch)>,
) -> BTreeMap<Currency, CurrencyOptionPatch> {
    pairs.into_iter().collect()
}

#[test]
fn a_price_belongs_to_a_product_that_exists() {
    let mut catalog = catalog();
    let unknown = Refusal::NoReference { reference: Reference::ProductOfPrice, id: "nope".to_owned() };
    assert_eq!(catalog.run(create_price("nope", new_price())), Err(unknown));
    let price = catalog.run(create_price("gold", new_price())).unwrap();
    assert_eq!(price.product.as_str(), "gold");
    assert_eq!(catalog.told(), ["price.created"]);
}

#[test]
fn a_product_is_made_with_its_price_or_not_at_all() {
    let mut catalog = catalog();
    let command = |id: &str, price| CreatePrice {
        product: ProductChoice::New(Box::new(new_product(id))),
        price,
        transfer_lookup_key: false,
    };
    catalog.run(command("new", with_key("k"))).unwrap();
    assert!(catalog.product("new").is_some());
    assert_eq!(catalog.told(), ["product.created", "price.created"]);
    assert!(matches!(catalog.run(command("other", with_key("k"))), Err(Refusal::LookupKeyTaken { .. })));
    assert!(catalog.product("other").is_none());
}

#[test]
fn a_recurring_price_is_also_told_as_a_plan() {
    let mut catalog = catalog();
    let recurring = Recurring {
        interval: Interval::Month,
        interval_count: 1,
        usage_type: UsageType::Licensed,
        meter: None,
        trial_period_days: None,
    };
    let price = catalog.run(create_price("gold", NewPrice { recurring: Some(recurring), ..new_price() })).unwrap();
    let patch = PricePatch { nickname: Patch::Set("monthly".to_owned()), ..PricePatch::default() };
    catalog.run(update(&price, patch)).unwrap();
    assert_eq!(catalog.told(), ["price.created", "plan.created", "price.updated", "plan.updated"]);
}

#[test]
fn a_lookup_key_is_held_by_one_price_also_by_an_inactive_one() {
    let mut catalog = catalog();
    let holder = catalog.run(create_price("gold", NewPrice { active: Some(false), ..with_key("k") })).unwrap();
    let taken = Refusal::LookupKeyTaken { holder: holder.id.clone() };
    assert_eq!(catalog.run(create_price("gold", with_key("k"))), Err(taken.clone()));
    let other = catalog.run(create_price("gold", new_price())).unwrap();
    let patch = PricePatch { lookup_key: Patch::Set("k".to_owned()), ..PricePatch::default() };
    assert_eq!(catalog.run(update(&other, patch.clone())), Err(taken));
    assert_eq!(catalog.run(update(&holder, patch)).unwrap().lookup_key.as_deref(), Some("k"));
}

#[test]
fn a_lookup_key_moves_when_asked_and_its_holder_is_told_first() {
    let mut catalog = catalog();
    let holder = catalog.run(create_price("gold", with_key("k"))).unwrap();
    catalog.told();
    let heir = catalog.run(CreatePrice { transfer_lookup_key: true, ..create_price("gold", with_key("k")) }).unwrap();
    assert_eq!(catalog.told(), ["price.updated", "price.created"]);
    assert_eq!(catalog.price(holder.id.as_str()).unwrap().lookup_key, None);
    assert_eq!(heir.lookup_key.as_deref(), Some("k"));
}

#[test]
fn a_freed_lookup_key_can_be_taken() {
    let mut catalog = catalog();
    let holder = catalog.run(create_price("gold", with_key("k"))).unwrap();
    catalog.run(update(&holder, PricePatch { lookup_key: Patch::Clear, ..PricePatch::default() })).unwrap();
    catalog.run(create_price("gold", with_key("k"))).unwrap();
}

#[test]
fn the_default_price_of_a_product_cannot_be_archived() {
    let mut catalog = catalog();
    let command = CreateProduct { product: new_product("silver"), default_price: Some(new_price()) };
    let product = catalog.run(command).unwrap();
    let price = catalog.price(product.default_price.as_ref().unwrap().as_str()).unwrap();
    let archive = PricePatch { active: Some(false), ..PricePatch::default() };
    assert_eq!(catalog.run(update(&price, archive.clone())), Err(Refusal::PriceIsDefault(price.id.clone())));
    let patch = ProductPatch { default_price: Patch::Clear, ..ProductPatch::default() };
    catalog.run(UpdateProduct { id: product.id.clone(), patch }).unwrap();
    assert!(!catalog.run(update(&price, archive)).unwrap().active);
}

#[test]
fn tax_behavior_once_said_stays() {
    use TaxBehavior::{Exclusive, Inclusive, Unspecified};
    for (before, wanted, allowed) in [
        (Unspecified, Inclusive, true),
        (Unspecified, Unspecified, true),
        (Inclusive, Inclusive, true),
        (Inclusive, Exclusive, false),
        (Exclusive, Unspecified, false),
    ] {
        let mut catalog = catalog();
        let price = catalog.run(create_price("gold", NewPrice { tax_behavior: Some(before), ..new_price() })).unwrap();
        let patch = PricePatch { tax_behavior: Some(wanted), ..PricePatch::default() };
        let updated = catalog.run(update(&price, patch));
        let expected = if allowed { Ok(wanted) } else { Err(Refusal::TaxBehaviorFixed { option: None }) };
        assert_eq!(updated.map(|price| price.tax_behavior), expected, "{before:?} to {wanted:?}");
    }
}

#[test]
fn currency_options_merge_by_currency_and_an_empty_one_removes() {
    let mut catalog = catalog();
    let jpy = Currency::from_code("jpy").unwrap();
    let both = options([
        (eur(), option(OptionAmount::PerUnit(cents(1800)))),
        (jpy, option(OptionAmount::PerUnit(cents(3000)))),
    ]);
    let price = catalog.run(create_price("gold", NewPrice { currency_options: both, ..new_price() })).unwrap();
    let mut patch =
        |currency_options| catalog.run(update(&price, PricePatch { currency_options, ..PricePatch::default() }));
    let changed = options([(eur(), option(OptionAmount::PerUnit(cents(1700)))), (jpy, CurrencyOptionPatch::default())]);
    let updated = patch(Patch::Set(changed)).unwrap();
    assert_eq!(updated.currency_options.len(), 1);
    assert_eq!(updated.currency_options[&eur()].amount, OptionAmount::PerUnit(cents(1700)));
    assert!(patch(Patch::Clear).unwrap().currency_options.is_empty());
}

#[test]
fn a_currency_option_charges_as_its_price_does_and_in_another_currency() {
    let custom = OptionAmount::Custom(CustomUnitAmount::default());
    let only_tax = CurrencyOptionPatch { amount: None, tax_behavior: Some(TaxBehavior::Inclusive) };
    for (currency, patch, refusal) in [
        (eur(), option(custom), Refusal::OptionChargesOtherwise(eur())),
        (eur(), option(OptionAmount::Tiers(Vec::new())), Refusal::OptionChargesOtherwise(eur())),
        (eur(), only_tax, Refusal::OptionWithoutAmount(eur())),
        (usd(), option(OptionAmount::PerUnit(cents(1))), Refusal::OptionInOwnCurrency(usd())),
    ] {
        let mut catalog = catalog();
        let new = NewPrice { currency_options: options([(currency, patch)]), ..new_price() };
        assert_eq!(catalog.run(create_price("gold", new)).map(|price: Arc<Price>| price.id.clone()), Err(refusal));
    }
    let mut catalog = catalog();
    let repeats = options([(usd(), option(OptionAmount::PerUnit(cents(2000))))]);
    let price = catalog.run(create_price("gold", NewPrice { currency_options: repeats, ..new_price() })).unwrap();
    assert!(price.currency_options.is_empty());
    assert_eq!(price.charge, Charge::PerUnit(cents(2000)));
}
