use super::shop::{Shop, new_item};
use crate::ask::at;
use tollgate_domain::access::AnchorSource;
use tollgate_domain::billing_customer::DeleteBillingCustomer;
use tollgate_domain::customer::{LinkCustomer, Subscribed};
use tollgate_domain::definition::DefineAccess;
use tollgate_domain::migration::MigrateCustomers;
use tollgate_domain::price::Interval;
use tollgate_domain::record::{Noun, Record};
use tollgate_domain::subscription::{CreateSubscription, NewItem, Status, TrialChoice};
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
fn whoever_has_a_version_by_subscription_is_moved_to_another() {
    let mut shop = Shop::new();
    let pro = shop.pro.clone();
    let (monthly, more) = (shop.monthly(), shop.price(&pro, Interval::Month, 1));
    shop.subscribe(&[&monthly, &more]);
    shop.subscribe(&[&monthly]);
    let gives = crate::ask::define("basic", &[("seats", crate::ask::Gives::Of(15))]);
    shop.world.ok(&DefineAccess { new_version: true, ..gives });
    let ended = shop.subscribe(&[&monthly]);
    assert_eq!((ended.items[0].version, shop.cancel(&ended.id).status), (2, Status::Canceled));
    shop.told();
    let command = MigrateCustomers {
        product_key: "basic".to_owned(),
        from: 1,
        to: 2,
        customers: vec![shop.holder(), "nobody".into(), shop.holder()],
        dry_run: true,
    };
    let before = shop.world.engine.rows().clone();
    let (moved, changes) = shop.ok(&command);
    assert_eq!((moved, changes.len()), (1, 1));
    assert_eq!(*shop.world.engine.rows(), before, "a trial changes nothing");
    assert_eq!(shop.ok(&MigrateCustomers { dry_run: false, ..command.clone() }), (moved, changes));
    assert_eq!(shop.seats(), 15 + 100 + 15);
    let mut versions: Vec<_> = shop.subscribed().into_iter().map(|subscribed| subscribed.version).collect();
    versions.sort_unstable();
    assert_eq!(versions, [1, 2, 2], "the other product's stays");
    assert!(shop.told().is_empty(), "versions are not shown to who pays");
    assert_eq!(shop.ok(&command).0, 0, "nobody has the old one any more");
}

#[test]
fn deleting_a_customer_ends_all_it_subscribed_to() {
    let mut shop = Shop::new();
    let monthly = shop.monthly();
    let (one, two) = (shop.subscribe(&[&monthly]), shop.subscribe(&[&monthly]));
    shop.world.engine.events.clear();
    let id = shop.customer.clone();
    shop.world.ok(&DeleteBillingCustomer { id: id.clone() });
    for subscription in [&one.id, &two.id] {
        let after = shop.see(subscription);
        assert_eq!((after.status, after.ended), (Status::Canceled, Some(at("2026-01-01"))));
    }
    assert_eq!(holders(&shop), [None, None]);
    let told: Vec<_> = shop.world.engine.events.iter().map(|event| event.name()).collect();
    assert_eq!(told.iter().filter(|name| *name == "customer.subscription.deleted").count(), 2, "{told:?}");
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
