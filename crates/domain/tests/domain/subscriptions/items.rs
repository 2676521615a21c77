use super::shop::{Shop, change, new_item, update, with_items};
use crate::ask::at;
use tollgate_domain::catalog::Catalog;
use tollgate_domain::metadata::MetadataPatch;
use tollgate_domain::price::Interval;
use tollgate_domain::subscription::{
    CancelChoice, CreateItem, DeleteItem, ItemChange, ItemPatch, NewItem, Period, Place, PriceChoice, Subscription,
    SubscriptionPatch, SubscriptionRefusal as No, UpdateItem,
};

fn add(item: NewItem) -> SubscriptionPatch {
    with_items(vec![ItemChange::Add(item)])
}

fn remove(subscription: &Subscription, index: usize) -> SubscriptionPatch {
    with_items(vec![ItemChange::Remove { id: subscription.items[index].id.clone() }])
}

#[test]
fn a_quantity_changes_what_is_had_and_no_period() {
    let mut shop = Shop::new();
    let monthly = shop.monthly();
    let subscription = shop.subscribe(&[&monthly]);
    shop.told();
    shop.world.go_to("2026-01-10");
    let after = shop.update(&subscription.id, with_items(vec![change(&subscription.items[0], None, Some(3))]));
    assert_eq!((after.items[0].quantity, after.items[0].period), (Some(3), subscription.items[0].period));
    assert_eq!(shop.seats(), 30);
    assert_eq!(shop.told(), ["updated"]);
    shop.update(&subscription.id, with_items(vec![change(&subscription.items[0], None, Some(0))]));
    assert_eq!(shop.seats(), 0);
}

#[test]
fn a_new_item_is_billed_until_the_period_of_the_others_ends() {
    let mut shop = Shop::new();
    let pro = shop.pro.clone();
    let (monthly, more) = (shop.monthly(), shop.price(&pro, Interval::Month, 1));
    let subscription = shop.subscribe(&[&monthly]);
    shop.world.go_to("2026-01-10");
    let (after, id) = shop.ok(&CreateItem { subscription: subscription.id.clone(), item: new_item(&more.id) });
    assert_eq!(after.items.iter().position(|item| item.id == id), Some(1), "oldest first");
    assert_eq!(after.items[1].period, Period { start: at("2026-01-10"), end: at("2026-02-01") });
    assert_eq!(shop.seats(), 110);
}

#[test]
fn an_item_goes_to_another_price_of_the_same_interval_within_its_period() {
    let mut shop = Shop::new();
    let pro = shop.pro.clone();
    let (monthly, better) = (shop.monthly(), shop.price(&pro, Interval::Month, 1));
    let subscription = shop.subscribe(&[&monthly]);
    shop.world.go_to("2026-01-10");
    let after = shop.update(&subscription.id, with_items(vec![change(&subscription.items[0], Some(&better), None)]));
    assert_eq!((&after.items[0].price, &after.items[0].product), (&better.id, &pro));
    assert_eq!(after.items[0].period, subscription.items[0].period);
    assert_eq!(after.items[0].id, subscription.items[0].id);
    assert_eq!(shop.seats(), 100);
}

#[test]
fn an_item_that_goes_to_another_interval_begins_anew_and_alone_moves_the_anchor() {
    let mut shop = Shop::new();
    let (basic, pro) = (shop.basic.clone(), shop.pro.clone());
    let (monthly, yearly) = (shop.monthly(), shop.price(&basic, Interval::Year, 1));
    let other = shop.price(&pro, Interval::Month, 1);
    let (alone, beside) = (shop.subscribe(&[&monthly]), shop.subscribe(&[&monthly, &other]));
    shop.world.go_to("2026-01-10");
    let after = shop.update(&alone.id, with_items(vec![change(&alone.items[0], Some(&yearly), None)]));
    assert_eq!((after.anchor, after.items[0].period.end), (at("2026-01-10"), at("2027-01-10")));
    let after = shop.update(&beside.id, with_items(vec![change(&beside.items[0], Some(&yearly), None)]));
    assert_eq!((after.anchor, after.items[0].period.end), (at("2026-01-01"), at("2027-01-01")));
    assert_eq!(after.items[0].period.start, at("2026-01-10"));
    assert_eq!(after.items[1].period, beside.items[1].period);
}

#[test]
fn the_last_item_does_not_go_but_may_be_replaced() {
    let mut shop = Shop::new();
    let (monthly, other) = (shop.monthly(), shop.monthly());
    let subscription = shop.subscribe(&[&monthly]);
    shop.told();
    let command = update(&subscription.id, remove(&subscription, 0));
    assert_eq!(shop.refused(&command), No::LastItem);
    assert_eq!(shop.refused(&DeleteItem { id: subscription.items[0].id.clone() }), No::LastItem);
    let mut replacing = remove(&subscription, 0);
    replacing.items.push(ItemChange::Add(new_item(&other.id)));
    let after = shop.update(&subscription.id, replacing);
    assert_eq!((after.items.len(), &after.items[0].price), (1, &other.id));
}

#[test]
fn an_item_that_is_deleted_is_gone_with_what_it_gave() {
    let mut shop = Shop::new();
    let pro = shop.pro.clone();
    let (monthly, more) = (shop.monthly(), shop.price(&pro, Interval::Month, 1));
    let subscription = shop.subscribe(&[&monthly, &more]);
    let id = subscription.items[1].id.clone();
    shop.told();
    assert_eq!(shop.ok(&DeleteItem { id: id.clone() }), id);
    assert_eq!((shop.seats(), shop.told()), (10, vec!["updated".to_owned()]));
    assert_eq!(shop.refused(&DeleteItem { id: id.clone() }), No::UnknownItem { id });
}

#[test]
fn a_price_that_another_item_has_is_refused() {
    let mut shop = Shop::new();
    let (monthly, other) = (shop.monthly(), shop.monthly());
    let subscription = shop.subscribe(&[&monthly, &other]);
    shop.told();
    let in_use = No::PriceInUse { price: monthly.id.clone(), item: subscription.items[0].id.clone() };
    let adding = update(&subscription.id, add(new_item(&monthly.id)));
    assert_eq!(shop.refused(&adding), in_use);
    let changing = update(&subscription.id, with_items(vec![change(&subscription.items[1], Some(&monthly), None)]));
    assert_eq!(shop.refused(&changing), in_use);
}

#[test]
fn an_item_is_named_once_and_is_one_of_the_subscription() {
    let mut shop = Shop::new();
    let monthly = shop.monthly();
    let (one, other) = (shop.subscribe(&[&monthly]), shop.subscribe(&[&monthly]));
    shop.told();
    let own = || change(&one.items[0], None, Some(2));
    let twice = update(&one.id, with_items(vec![own(), own()]));
    let id = one.items[0].id.clone();
    assert_eq!(shop.refused(&twice), No::ItemTwice { place: Place::Listed(1), id });
    let strange = update(&one.id, with_items(vec![change(&other.items[0], None, Some(2))]));
    let id = other.items[0].id.to_string();
    assert_eq!(shop.refused(&strange), No::NoItem { place: Place::Listed(0), id });
}

#[test]
fn a_new_price_is_charged_in_the_currency_of_the_subscription() {
    let mut shop = Shop::new();
    let basic = shop.basic.clone();
    let (monthly, euros) = (shop.monthly(), shop.euros(&basic));
    let subscription = shop.subscribe(&[&monthly]);
    shop.told();
    let command = CreateItem { subscription: subscription.id.clone(), item: new_item(&euros.id) };
    let expected = subscription.currency;
    assert_eq!(shop.refused(&command), No::OtherCurrency { place: Place::Alone, price: euros.currency, expected });
}

#[test]
fn a_price_that_is_archived_is_kept_but_not_taken() {
    let mut shop = Shop::new();
    let (monthly, other) = (shop.monthly(), shop.monthly());
    let (one, two) = (shop.subscribe(&[&monthly]), shop.subscribe(&[&other]));
    shop.archive(&monthly);
    shop.update(&one.id, with_items(vec![change(&one.items[0], Some(&monthly), Some(2))]));
    shop.told();
    let command = update(&two.id, with_items(vec![change(&two.items[0], Some(&monthly), None)]));
    assert_eq!(shop.refused(&command), No::PriceInactive { place: Place::Listed(0) });
    shop.go_to("2026-02-02");
    assert_eq!(shop.only_item(&one.id).period.start, at("2026-02-01"), "it renews all the same");
}

#[test]
fn quantities_come_and_go_with_metering() {
    let mut shop = Shop::new();
    let basic = shop.basic.clone();
    let (monthly, metered) = (shop.monthly(), shop.metered(&basic));
    let subscription = shop.subscribe(&[&monthly]);
    let item = &subscription.items[0];
    let after = shop.update(&subscription.id, with_items(vec![change(item, Some(&metered), None)]));
    assert_eq!(after.items[0].quantity, None);
    shop.told();
    let command = update(&subscription.id, with_items(vec![change(item, None, Some(2))]));
    assert_eq!(shop.refused(&command), No::QuantityOfMetered { place: Place::Listed(0) });
    let after = shop.update(&subscription.id, with_items(vec![change(item, Some(&monthly), None)]));
    assert_eq!(after.items[0].quantity, Some(1));
}

#[test]
fn an_item_has_metadata_of_its_own() {
    let mut shop = Shop::new();
    let monthly = shop.monthly();
    let subscription = shop.subscribe(&[&monthly]);
    let metadata = MetadataPatch { clear: false, set: [("a".to_owned(), Some("1".to_owned()))].into() };
    let patch = ItemPatch { metadata, ..ItemPatch::default() };
    let (after, _) = shop.ok(&UpdateItem { id: subscription.items[0].id.clone(), patch });
    assert_eq!(after.items[0].metadata["a"], "1");
    assert!(after.metadata.is_empty());
}

#[test]
fn a_cancellation_at_the_end_of_the_period_follows_where_that_moves() {
    let mut shop = Shop::new();
    let basic = shop.basic.clone();
    let (monthly, yearly) = (shop.monthly(), shop.price(&basic, Interval::Year, 1));
    let subscription = shop.subscribe(&[&monthly]);
    let cancel = tollgate_domain::patch::Patch::Set(CancelChoice::AtPeriodEnd);
    shop.update(&subscription.id, SubscriptionPatch { cancel, ..SubscriptionPatch::default() });
    let patch = ItemPatch { price: Some(PriceChoice::Existing(yearly.id.clone())), ..ItemPatch::default() };
    let (after, _) = shop.ok(&UpdateItem { id: subscription.items[0].id.clone(), patch });
    assert_eq!(after.cancel_at, Some(at("2027-01-01")));
}

#[test]
fn there_are_twenty_items_at_most() {
    let mut shop = Shop::new();
    let prices: Vec<_> = (0..21).map(|_| shop.monthly()).collect();
    let prices: Vec<_> = prices.iter().map(|price| &**price).collect();
    let command = shop.to(&prices);
    assert_eq!(shop.refused(&command), No::TooManyItems);
    let subscription = shop.subscribe(&prices[..20]);
    shop.told();
    let command = update(&subscription.id, add(new_item(&prices[20].id)));
    assert_eq!(shop.refused(&command), No::TooManyItems);
}

#[test]
fn an_item_has_the_newest_version_when_it_gets_a_product_and_keeps_it() {
    let mut shop = Shop::new();
    let (basic, pro) = (shop.basic.clone(), shop.pro.clone());
    let (monthly, better) = (shop.monthly(), shop.price(&pro, Interval::Month, 1));
    let dearer = shop.price(&basic, Interval::Month, 1);
    let first = shop.subscribe(&[&monthly]);
    let catalog: &Catalog = shop.world.catalog();
    assert!(catalog.default_product().is_none());
    shop.new_version("basic");
    shop.new_version("pro");
    let second = shop.subscribe(&[&monthly]);
    assert_eq!((first.items[0].version, second.items[0].version), (1, 2));
    shop.go_to("2026-03-15");
    let kept = shop.update(&first.id, with_items(vec![change(&first.items[0], Some(&dearer), None)]));
    assert_eq!(kept.items[0].version, 1, "neither renewal nor another price of the product changes it");
    let moved = shop.update(&first.id, with_items(vec![change(&first.items[0], Some(&better), None)]));
    assert_eq!(moved.items[0].version, 2);
}
