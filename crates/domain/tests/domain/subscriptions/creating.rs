use super::shop::{Shop, new_item, new_price, recurring, subscription};
use crate::ask::at;
use crate::catalog::{eur, usd};
use std::collections::BTreeMap;
use tollgate_domain::money::UnitAmount;
use tollgate_domain::price::{CurrencyOptionPatch, Interval, NewPrice, OptionAmount};
use tollgate_domain::subscription::{
    AnchorChoice, AnchorConfig, BillingMode, CancelChoice, Collection, CreateSubscription, InlinePrice, ItemPatch,
    Moment, NewItem, Period, Place, PriceChoice, Status, SubscriptionRefusal as No,
};
use tollgate_domain::time::Timestamp;

#[test]
fn it_is_active_at_once_and_its_period_is_one_interval() {
    let mut shop = Shop::new();
    let monthly = shop.monthly();
    let subscription = shop.subscribe(&[&monthly]);
    assert_eq!(subscription.status, Status::Active);
    let item = shop.only_item(&subscription.id);
    assert_eq!(item.period, Period { start: at("2026-01-01"), end: at("2026-02-01") });
    assert_eq!((subscription.started, subscription.anchor), (at("2026-01-01"), at("2026-01-01")));
    assert_eq!((subscription.currency, item.quantity), (usd(), Some(1)));
    assert_eq!(shop.told(), ["created"]);
}

#[test]
fn everything_of_it_lies_at_whole_seconds() {
    let mut shop = Shop::new();
    let monthly = shop.monthly();
    shop.world.wait_millis(700);
    let subscription = shop.subscribe(&[&monthly]);
    assert_eq!(subscription.anchor, at("2026-01-01"));
    assert_eq!(subscription.due(), Some(at("2026-02-01")));
}

#[test]
fn the_customer_exists() {
    let mut shop = Shop::new();
    let monthly = shop.monthly();
    let command = CreateSubscription { customer: "cus_none".into(), ..shop.to(&[&monthly]) };
    assert_eq!(shop.refused(&command), No::NoCustomer { id: "cus_none".to_owned() });
}

#[test]
fn prices_exist_recur_and_are_active_and_so_are_their_products() {
    let mut shop = Shop::new();
    let (basic, pro) = (shop.basic.clone(), shop.pro.clone());
    let (fine, once, old) = (shop.monthly(), shop.once(&basic), shop.monthly());
    let of_retired = shop.price(&pro, Interval::Month, 1);
    shop.archive(&old);
    shop.retire(&pro);
    let place = Place::Listed(1);
    let missing = CreateSubscription { items: vec![new_item(&fine.id), new_item(&"nope".into())], ..shop.to(&[]) };
    for (command, refusal) in [
        (missing, No::NoPrice { place, id: "nope".to_owned() }),
        (shop.to(&[&fine, &once]), No::PriceIsOneTime { place }),
        (shop.to(&[&fine, &old]), No::PriceInactive { place }),
        (shop.to(&[&fine, &of_retired]), No::ProductInactive { place, product: pro.clone() }),
    ] {
        assert_eq!(shop.refused(&command), refusal);
    }
}

#[test]
fn no_two_items_have_the_same_price() {
    let mut shop = Shop::new();
    let monthly = shop.monthly();
    let command = shop.to(&[&monthly, &monthly]);
    assert_eq!(shop.refused(&command), No::SamePriceTwice { price: monthly.id.clone() });
}

#[test]
fn every_item_is_charged_in_the_same_currency() {
    let mut shop = Shop::new();
    let basic = shop.basic.clone();
    let (dollars, euros) = (shop.monthly(), shop.euros(&basic));
    let place = Place::Listed(1);
    let command = shop.to(&[&dollars, &euros]);
    assert_eq!(shop.refused(&command), No::MixedCurrencies { place, price: eur(), others: usd() });
    let command = CreateSubscription { currency: Some(eur()), ..shop.to(&[&euros, &dollars]) };
    assert_eq!(shop.refused(&command), No::OtherCurrency { place, price: usd(), expected: eur() });
    let option = CurrencyOptionPatch {
        amount: Some(OptionAmount::PerUnit(UnitAmount::from_minor(1).unwrap())),
        tax_behavior: None,
    };
    let both = NewPrice {
        currency_options: BTreeMap::from([(eur(), option)]),
        recurring: recurring(Interval::Month, 1),
        ..new_price(usd())
    };
    let both = shop.make_price(&basic, both);
    let command = CreateSubscription { currency: Some(eur()), ..shop.to(&[&euros, &both]) };
    assert_eq!(shop.ok(&command).currency, eur());
}

#[test]
fn each_item_has_a_period_of_its_own_interval() {
    let mut shop = Shop::new();
    let (basic, pro) = (shop.basic.clone(), shop.pro.clone());
    let (monthly, yearly) = (shop.price(&basic, Interval::Month, 3), shop.price(&pro, Interval::Year, 1));
    let subscription = shop.subscribe(&[&monthly, &yearly]);
    let ends: Vec<_> = subscription.items.iter().map(|item| item.period.end).collect();
    assert_eq!(ends, [at("2026-04-01"), at("2027-01-01")]);
    let command = CreateSubscription { mode: BillingMode::Classic, ..shop.to(&[&monthly, &yearly]) };
    assert_eq!(shop.refused(&command), No::MixedIntervals);
}

#[test]
fn what_is_metered_has_no_quantity() {
    let mut shop = Shop::new();
    let basic = shop.basic.clone();
    let metered = shop.metered(&basic);
    let subscription = shop.subscribe(&[&metered]);
    assert_eq!(shop.only_item(&subscription.id).quantity, None);
    assert_eq!(shop.subscribed()[0].quantity, 1);
    let item = NewItem { quantity: Some(2), ..new_item(&metered.id) };
    let command = CreateSubscription { items: vec![item], ..subscription_of(&shop) };
    assert_eq!(shop.refused(&command), No::QuantityOfMetered { place: Place::Listed(0) });
}

fn subscription_of(shop: &Shop) -> CreateSubscription {
    subscription(&shop.customer)
}

#[test]
fn invoices_that_are_sent_have_days_until_they_are_due_and_nothing_else_has() {
    let mut shop = Shop::new();
    let monthly = shop.monthly();
    let (collection, days_until_due) = (Collection::SendInvoice, Some(30));
    let sent = CreateSubscription { collection, ..shop.to(&[&monthly]) };
    assert_eq!(shop.refused(&sent), No::NoDaysUntilDue);
    let charged = CreateSubscription { days_until_due, ..shop.to(&[&monthly]) };
    assert_eq!(shop.refused(&charged), No::DaysUntilDueOfCharge);
    let subscription = shop.ok(&CreateSubscription { days_until_due, ..sent });
    assert_eq!((subscription.status, subscription.days_until_due), (Status::Active, Some(30)));
}

#[test]
fn an_anchor_to_come_shortens_the_first_period() {
    let mut shop = Shop::new();
    let monthly = shop.monthly();
    let anchored = |at| CreateSubscription { anchor: Some(AnchorChoice::At(at)), ..shop.to(&[&monthly]) };
    let fine = anchored(at("2026-01-15"));
    let over = anchored(at("2026-01-01"));
    let late = anchored(at("2026-02-02"));
    let subscription = shop.ok(&fine);
    assert_eq!(subscription.anchor, at("2026-01-15"));
    assert_eq!(shop.only_item(&subscription.id).period, Period { start: at("2026-01-01"), end: at("2026-01-15") });
    assert_eq!(shop.refused(&over), No::Past { moment: Moment::Anchor, given: at("2026-01-01") });
    assert_eq!(shop.refused(&late), No::AnchorTooFar { natural: at("2026-02-01") });
    shop.go_to("2026-01-20");
    assert_eq!(shop.only_item(&subscription.id).period, Period { start: at("2026-01-15"), end: at("2026-02-15") });
}

#[test]
fn an_anchor_may_be_a_day_of_the_month() {
    let mut shop = Shop::new();
    let monthly = shop.monthly();
    let config = AnchorConfig { day_of_month: 31, month: None, hour: None, minute: None, second: None };
    let command = CreateSubscription { anchor: Some(AnchorChoice::Config(config)), ..shop.to(&[&monthly]) };
    let subscription = shop.ok(&command);
    let ends = ["2026-01-31", "2026-02-28", "2026-03-31"].map(at);
    for end in ends {
        assert_eq!(shop.only_item(&subscription.id).period.end, end);
        shop.pass_to(end);
    }
}

#[test]
fn it_may_have_begun_before_now_but_not_after() {
    let mut shop = Shop::new();
    let monthly = shop.monthly();
    let command = CreateSubscription { started: Some(at("2025-06-01")), ..shop.to(&[&monthly]) };
    let subscription = shop.ok(&command);
    assert_eq!((subscription.started, subscription.anchor), (at("2025-06-01"), at("2026-01-01")));
    let command = CreateSubscription { started: Some(at("2026-06-01")), ..command };
    assert_eq!(shop.refused(&command), No::Ahead { moment: Moment::Backdate });
}

#[test]
fn a_cancellation_may_be_planned_from_the_start() {
    let mut shop = Shop::new();
    let basic = shop.basic.clone();
    let (monthly, yearly) = (shop.monthly(), shop.price(&basic, Interval::Year, 1));
    for (choice, end) in [
        (CancelChoice::AtPeriodEnd, "2027-01-01"),
        (CancelChoice::LastPeriodEnd, "2027-01-01"),
        (CancelChoice::FirstPeriodEnd, "2026-02-01"),
        (CancelChoice::At(at("2026-05-05")), "2026-05-05"),
    ] {
        let subscription = shop.ok(&CreateSubscription { cancel: Some(choice), ..shop.to(&[&monthly, &yearly]) });
        assert_eq!(subscription.cancel_at, Some(at(end)), "{choice:?}");
        assert_eq!(subscription.cancel_at_period_end, choice == CancelChoice::AtPeriodEnd);
        assert_eq!(subscription.canceled, Some(at("2026-01-01")));
        assert!(subscription.cancellation.requested);
    }
    let over = CancelChoice::At(at("2025-01-01"));
    let command = CreateSubscription { cancel: Some(over), ..shop.to(&[&monthly]) };
    assert_eq!(shop.refused(&command), No::Past { moment: Moment::CancelAt, given: at("2025-01-01") });
}

#[test]
fn a_price_may_be_made_with_it_for_a_product_that_exists() {
    let mut shop = Shop::new();
    let inline = |product: &str| {
        let price = NewPrice { active: Some(false), recurring: recurring(Interval::Week, 2), ..new_price(usd()) };
        let choice = PriceChoice::Inline(Box::new(InlinePrice { product: product.into(), price }));
        let ItemPatch { quantity, metadata, .. } = ItemPatch::default();
        vec![NewItem { price: choice, quantity, metadata }]
    };
    let command = CreateSubscription { items: inline("nope"), ..subscription_of(&shop) };
    assert_eq!(shop.refused(&command), No::NoProduct { place: Place::Listed(0), id: "nope".to_owned() });
    let command = CreateSubscription { items: inline(shop.basic.as_str()), ..subscription_of(&shop) };
    let subscription = shop.ok(&command);
    assert_eq!(shop.only_item(&subscription.id).period.end, at("2026-01-15"));
    assert_eq!(shop.told(), ["price.created", "plan.created", "created"]);
}

#[test]
fn a_customer_has_five_hundred_subscriptions_at_most_that_are_not_over() {
    let mut shop = Shop::new();
    let monthly = shop.monthly();
    let command = shop.to(&[&monthly]);
    let first = shop.ok(&command);
    for _ in 1..500 {
        shop.world.ok(&command);
    }
    shop.told();
    assert_eq!(shop.refused(&command), No::TooManySubscriptions { max: 500 });
    shop.cancel(&first.id);
    shop.ok(&command);
}

#[test]
fn no_instant_that_is_chosen_lies_more_than_five_years_ahead() {
    let mut shop = Shop::new();
    let monthly = shop.monthly();
    let cancel_at = |at: Timestamp| CreateSubscription { cancel: Some(CancelChoice::At(at)), ..shop.to(&[&monthly]) };
    let (fine, late) = (cancel_at(at("2031-01-01")), cancel_at(at("2031-01-02")));
    shop.ok(&fine);
    assert_eq!(
        {
            shop.told();
            shop.refused(&late)
        },
        No::TooFar { moment: Moment::CancelAt }
    );
}
