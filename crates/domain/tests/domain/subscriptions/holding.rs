use super::shop::{Shop, new_item};
use crate::ask::at;
use tollgate_domain::access::AnchorSource;
use tollgate_domain::customer::{LinkCustomer, Subscribed};
use tollgate_domain::price::Interval;
use tollgate_domain::record::{Noun, Record};
use tollgate_domain::subscription::{CreateSubscription, NewItem, TrialChoice};
use tollgate_domain::window::{ResetAnchor, ResetInterval, Window};

fn holders(shop: &Shop) -> Vec<Option<String>> {
    let items = shop.world.engine.of(Noun::SubscriptionItem).map(|record| match record {
        Record::SubscriptionItem(item) => item.holder.as_ref().map(ToString::to_string),
        other => panic!("{other:?}"),
    });
    items.collect()
}

#[test]
fn limits_are_multiplied_by_quantity_and_added_up() {
    let mut shop = Shop::new();
    let pro = shop.pro.clone();
    let (monthly, more) = (shop.monthly(), shop.price(&pro, Interval::Month, 1));
    let items = vec![NewItem { quantity: Some(3), ..new_item(&monthly.id) }, new_item(&more.id)];
    shop.ok(&CreateSubscription { items, ..shop.to(&[]) });
    assert_eq!(shop.seats(), 130);
    shop.subscribe(&[&monthly]);
    assert_eq!(shop.seats(), 140);
}

#[test]
fn what_is_had_comes_oldest_start_first() {
    let mut shop = Shop::new();
    let monthly = shop.monthly();
    let now = shop.subscribe(&[&monthly]).id.clone();
    let earlier = shop.ok(&CreateSubscription { started: Some(at("2025-06-01")), ..shop.to(&[&monthly]) }).id.clone();
    let order: Vec<_> = shop.subscribed().into_iter().map(|subscribed: Subscribed| subscribed.subscription).collect();
    assert_eq!(order, [earlier, now]);
}

#[test]
fn who_is_linked_has_it_with_the_rows_of_items_from_then_on() {
    let mut shop = Shop::new();
    let monthly = shop.monthly();
    let (one, two) = (shop.subscribe(&[&monthly]), shop.subscribe(&[&monthly]));
    shop.cancel(&two.id);
    assert_eq!(shop.holder().as_str(), shop.customer.as_str());
    let link = LinkCustomer { id: "acct-9".into(), stripe_customer: shop.customer.to_string(), force: false };
    shop.ok(&link);
    assert_eq!(shop.holder().as_str(), "acct-9");
    assert_eq!(shop.seats(), 10);
    let mut held = holders(&shop);
    held.sort();
    assert_eq!(held, [None, Some("acct-9".to_owned())]);
    shop.cancel(&one.id);
    assert_eq!(holders(&shop), [None, None]);
}

#[test]
fn usage_starts_from_zero_with_the_billing_period() {
    let mut shop = Shop::new();
    shop.world.tracked("calls", ResetInterval::Month, ResetAnchor::BillingPeriod);
    let key = "basic";
    shop.world.ok(&crate::ask::define(key, &[("calls", crate::ask::Gives::Of(5))]));
    let monthly = shop.monthly();
    let trial = Some(TrialChoice::Days(9));
    shop.ok(&CreateSubscription { trial, ..shop.to(&[&monthly]) });
    let holder = shop.holder();
    assert_eq!(shop.world.anchor(holder.as_str(), "calls"), AnchorSource::Subscription);
    shop.go_to("2026-01-12");
    let window = shop.world.window(holder.as_str(), "calls");
    assert_eq!(window, Window::new(at("2026-01-10"), at("2026-02-10")), "the trial ended on the tenth");
}
