//! Test clocks (spec/stripe.md 9), and what customers are told to be entitled to (6).

use super::shop::{Shop, change, with_items};
use crate::ask::{Gives, at};
use crate::engine::random;
use std::sync::Arc;
use tollgate_domain::billing_customer::{BillingCustomerPatch, CreateBillingCustomer};
use tollgate_domain::id::TestClockId;
use tollgate_domain::price::Interval;
use tollgate_domain::record::{Noun, Record};
use tollgate_domain::refusal::Refusal;
use tollgate_domain::subscription::{Status, Subscription};
use tollgate_domain::test_clock::{
    AdvanceTestClock, CreateTestClock, DeleteTestClock, StepTestClock, TestClock, TestClockRefusal,
};
use tollgate_domain::time::Timestamp;

/// A shop whose customer lives by a clock, and the clock.
fn shop(frozen: &str) -> (Shop, TestClockId) {
    let mut shop = Shop::new();
    let clock = shop.world.ok(&CreateTestClock { name: None, frozen: at(frozen) }).id.clone();
    let bound = CreateBillingCustomer {
        patch: BillingCustomerPatch::default(),
        test_clock: Some(clock.clone()),
        link_key: "link".into(),
    };
    shop.customer = shop.world.ok(&bound).id.clone();
    shop.told();
    (shop, clock)
}

fn advance(shop: &mut Shop, clock: &TestClockId, to: Timestamp) -> Result<(), Refusal> {
    shop.world.run(&AdvanceTestClock { id: clock.clone(), to })?;
    while shop.ok(&StepTestClock { id: clock.clone() }) {
        let now = see(shop, clock).frozen;
        let holder = shop.holder();
        let account = shop.world.engine.account(&holder).expect("it is there");
        assert_eq!(account.customer.frozen, Some(now), "the customer lives by the clock");
    }
    assert_eq!((see(shop, clock).frozen, see(shop, clock).advancing_to), (to, None));
    Ok(())
}

fn see(shop: &Shop, clock: &TestClockId) -> Arc<TestClock> {
    let found = shop.world.engine.of(Noun::TestClock).find(|record| record.id() == clock.as_str());
    let Some(Record::TestClock(clock)) = found else { panic!("{clock} is not there") };
    clock.clone()
}

/// What of a subscription does not depend on when it was made.
fn shown(subscription: &Subscription) -> String {
    format!("{:?} {:?}", subscription.status, subscription.items.iter().map(|item| item.period).collect::<Vec<_>>())
}

#[test]
fn everything_happens_in_order_as_a_clock_advances() {
    let (mut shop, clock) = shop("2027-01-31T09:00");
    let monthly = shop.monthly();
    let made = shop.subscribe(&[&monthly]);
    assert_eq!((made.created, made.items[0].period.end), (at("2027-01-31T09:00"), at("2027-02-28T09:00")));
    assert_eq!(shop.told(), ["created"]);
    advance(&mut shop, &clock, at("2027-03-31T09:00")).unwrap();
    let now = shop.see(&made.id);
    assert_eq!((now.items[0].period.start, now.items[0].period.end), (at("2027-03-31T09:00"), at("2027-04-30T09:00")));
    assert_eq!(
        shop.told(),
        ["test_helpers.test_clock.advancing", "updated", "updated", "test_helpers.test_clock.ready"]
    );
}

#[test]
fn it_comes_to_the_same_in_one_go_and_in_many() {
    for seed in 0..40 {
        let mut random = random(seed);
        let mut draw = |below: u64| i64::try_from(random() % below).unwrap();
        let end = at("2027-01-31T09:00").millis() + draw(57 * 24) * 3_600_000;
        let mut left = Vec::new();
        for parts in [1, 2 + draw(9)] {
            let (mut shop, clock) = shop("2027-01-31T09:00");
            let (basic, pro) = (shop.basic.clone(), shop.pro.clone());
            let (monthly, weekly) = (shop.price(&basic, Interval::Month, 1), shop.price(&pro, Interval::Day, 30));
            shop.subscribe(&[&monthly]);
            shop.subscribe(&[&weekly, &monthly]);
            let start = see(&shop, &clock).frozen.millis();
            for part in 1..=parts {
                let to = Timestamp::from_millis(start + (end - start) * part / parts);
                if to > see(&shop, &clock).frozen {
                    advance(&mut shop, &clock, to).unwrap();
                }
            }
            let subscriptions: Vec<_> = shop.subscriptions().map(|subscription| shown(subscription)).collect();
            left.push((subscriptions, see(&shop, &clock).frozen));
        }
        assert_eq!(left[0], left[1], "seed {seed}");
    }
}

#[test]
fn a_clock_goes_forward_only_two_intervals_at_once_and_not_while_it_is_on_its_way() {
    let (mut shop, clock) = shop("2027-01-31T09:00");
    let refusal =
        |shop: &mut Shop, to: &str| shop.refused_otherwise(&AdvanceTestClock { id: clock.clone(), to: at(to) });
    let no = Refusal::TestClock;
    assert_eq!(refusal(&mut shop, "2027-01-31T09:00"), no(TestClockRefusal::NotAhead));
    assert_eq!(refusal(&mut shop, "2029-01-31T09:01"), no(TestClockRefusal::TooFar { subscribed: false }));
    let monthly = shop.monthly();
    shop.subscribe(&[&monthly]);
    assert_eq!(refusal(&mut shop, "2027-04-01T09:00"), no(TestClockRefusal::TooFar { subscribed: true }));
    shop.ok(&AdvanceTestClock { id: clock.clone(), to: at("2027-02-05") });
    assert_eq!(refusal(&mut shop, "2027-02-06"), no(TestClockRefusal::Advancing));
}

#[test]
fn a_clock_takes_its_customers_with_it() {
    let (mut shop, clock) = shop("2027-01-31T09:00");
    let monthly = shop.monthly();
    let made = shop.subscribe(&[&monthly]);
    shop.told();
    shop.world.ok(&DeleteTestClock { id: clock.clone() });
    assert_eq!(shop.told(), ["deleted", "customer.deleted", "test_helpers.test_clock.deleted"]);
    assert_eq!(shop.see(&made.id).status, Status::Canceled);
    assert_eq!(shop.world.engine.of(Noun::TestClock).count(), 0);
}

#[test]
fn a_clock_that_was_left_alone_is_deleted_after_a_month() {
    let (mut shop, clock) = shop("2027-01-31T09:00");
    let deletes_after = see(&shop, &clock).deletes_after();
    shop.world.now = Timestamp::from_millis(deletes_after.millis() - 1);
    assert!(!shop.world.ok(&StepTestClock { id: clock.clone() }));
    assert_eq!(shop.world.engine.of(Noun::TestClock).count(), 1);
    shop.world.now = deletes_after;
    assert!(!shop.world.ok(&StepTestClock { id: clock.clone() }));
    assert_eq!(shop.world.engine.of(Noun::TestClock).count(), 0);
}

#[test]
fn customers_are_told_what_they_are_entitled_to_where_that_changes() {
    let mut shop = Shop::new();
    shop.world.boolean("sso");
    let both = shop.world.stripe_product("both", &[("seats", Gives::Of(5)), ("sso", Gives::On)]).id.clone();
    let (monthly, both) = (shop.monthly(), shop.price(&both, Interval::Month, 1));
    let made = shop.subscribe(&[&monthly]);
    assert_eq!(shop.entitled(), [["seats"]]);
    let item = shop.only_item(&made.id);
    shop.update(&made.id, with_items(vec![change(&item, None, Some(4))]));
    assert!(shop.entitled().is_empty(), "more of the same is no other feature");
    shop.update(&made.id, with_items(vec![change(&item, Some(&both), None)]));
    assert_eq!(shop.entitled(), [["seats", "sso"]]);
    shop.cancel(&made.id);
    assert_eq!(shop.entitled(), [Vec::<String>::new()]);
}
