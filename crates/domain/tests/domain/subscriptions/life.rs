use super::shop::{Shop, advance, with_items};
use crate::ask::at;
use proptest::prelude::*;
use tollgate_domain::patch::Patch;
use tollgate_domain::price::Interval;
use tollgate_domain::subscription::{
    CancelChoice, CreateSubscription, Pause, PauseBehavior, Period, ResumeSubscription, Status, Subscription,
    SubscriptionPatch, SubscriptionRefusal as No,
};

#[test]
fn a_period_that_ends_is_followed_by_the_next_counted_from_the_anchor() {
    let mut shop = Shop::new();
    shop.world.go_to("2026-01-31");
    let monthly = shop.monthly();
    let subscription = shop.subscribe(&[&monthly]);
    shop.told();
    for (end, next) in [("2026-02-28", "2026-03-31"), ("2026-03-31", "2026-04-30"), ("2026-04-30", "2026-05-31")] {
        assert_eq!(shop.see(&subscription.id).due(), Some(at(end)));
        shop.go_to(end);
        assert_eq!(shop.only_item(&subscription.id).period, Period { start: at(end), end: at(next) });
        assert_eq!(shop.told(), ["updated"]);
    }
}

#[test]
fn nothing_happens_before_it_is_due_and_nothing_twice() {
    let mut shop = Shop::new();
    let monthly = shop.monthly();
    let subscription = shop.subscribe(&[&monthly]);
    shop.told();
    shop.world.go_to("2026-01-31T23:59:59");
    assert_eq!(shop.ok(&advance(&subscription.id)), Some((subscription.clone(), false)));
    shop.world.go_to("2026-02-01");
    let (renewed, was_due) = shop.ok(&advance(&subscription.id)).unwrap();
    assert!(was_due);
    assert_eq!(shop.ok(&advance(&subscription.id)), Some((renewed, false)));
    assert_eq!(shop.told(), ["updated"]);
}

#[test]
fn after_time_out_every_step_happens_in_order() {
    let mut shop = Shop::new();
    let monthly = shop.monthly();
    let subscription = shop.subscribe(&[&monthly]);
    shop.told();
    shop.go_to("2026-05-20");
    assert_eq!(shop.only_item(&subscription.id).period, Period { start: at("2026-05-01"), end: at("2026-06-01") });
    assert_eq!(shop.told(), ["updated"; 4]);
}

#[test]
fn a_command_makes_good_first_what_time_has_brought() {
    let mut shop = Shop::new();
    let monthly = shop.monthly();
    let subscription = shop.subscribe(&[&monthly]);
    shop.told();
    shop.world.go_to("2026-03-20");
    let patch = SubscriptionPatch { cancel: Patch::Set(CancelChoice::AtPeriodEnd), ..SubscriptionPatch::default() };
    let after = shop.update(&subscription.id, patch);
    assert_eq!(after.cancel_at, Some(at("2026-04-01")));
    assert_eq!(shop.told(), ["updated"; 3]);
}

#[test]
fn items_of_several_intervals_renew_each_at_its_own_time() {
    let mut shop = Shop::new();
    let (basic, pro) = (shop.basic.clone(), shop.pro.clone());
    let (weekly, monthly) = (shop.price(&basic, Interval::Week, 2), shop.price(&pro, Interval::Month, 1));
    let subscription = shop.subscribe(&[&weekly, &monthly]);
    shop.go_to("2026-02-01");
    let periods: Vec<_> = shop.see(&subscription.id).items.iter().map(|item| item.period).collect();
    assert_eq!(
        periods,
        [
            Period { start: at("2026-01-29"), end: at("2026-02-12") },
            Period { start: at("2026-02-01"), end: at("2026-03-01") },
        ]
    );
}

#[test]
fn collection_that_is_paused_leaves_the_status_and_resumes_by_itself() {
    let mut shop = Shop::new();
    let monthly = shop.monthly();
    let subscription = shop.subscribe(&[&monthly]);
    shop.told();
    let pause = Pause { behavior: PauseBehavior::Void, resumes: Some(at("2026-01-10")) };
    let patch = SubscriptionPatch { pause: Patch::Set(pause), ..SubscriptionPatch::default() };
    let paused = shop.update(&subscription.id, patch);
    assert_eq!((paused.status, paused.pause), (Status::Active, Some(pause)));
    shop.go_to("2026-01-10");
    let after = shop.see(&subscription.id);
    assert_eq!((after.status, after.pause), (Status::Active, None));
    assert_eq!(after.items[0].period, subscription.items[0].period);
    assert_eq!(shop.told(), ["updated", "updated"]);
}

#[test]
fn only_what_is_paused_resumes() {
    let mut shop = Shop::new();
    let monthly = shop.monthly();
    let subscription = shop.subscribe(&[&monthly]);
    shop.told();
    let resume = ResumeSubscription { id: subscription.id.clone(), reset_anchor: true };
    assert_eq!(shop.refused(&resume), No::NotPaused);
}

#[test]
fn what_is_over_is_never_due() {
    let mut shop = Shop::new();
    let monthly = shop.monthly();
    let subscription = shop.subscribe(&[&monthly]);
    shop.cancel(&subscription.id);
    assert_eq!(shop.see(&subscription.id).due(), None);
    shop.go_to("2030-01-01");
    assert_eq!(shop.see(&subscription.id).ended, Some(at("2026-01-01")));
}

#[test]
fn at_the_same_instant_a_cancellation_comes_before_a_renewal() {
    let mut shop = Shop::new();
    let monthly = shop.monthly();
    let command = CreateSubscription { cancel: Some(CancelChoice::At(at("2026-02-01"))), ..shop.to(&[&monthly]) };
    let subscription = shop.ok(&command);
    shop.told();
    shop.go_to("2026-02-01");
    let after = shop.see(&subscription.id);
    assert_eq!((after.status, after.items[0].period), (Status::Canceled, subscription.items[0].period));
    assert_eq!(shop.told(), ["deleted"]);
}

/// However late and in however many parts time passes, the same is left.
fn passing(steps: &[i64]) -> (Subscription, usize) {
    let mut shop = Shop::new();
    let (basic, pro) = (shop.basic.clone(), shop.pro.clone());
    let (weekly, monthly) = (shop.price(&basic, Interval::Week, 1), shop.price(&pro, Interval::Month, 2));
    let trial = Some(tollgate_domain::subscription::TrialChoice::Days(10));
    let command =
        CreateSubscription { trial, cancel: Some(CancelChoice::At(at("2026-12-05"))), ..shop.to(&[&weekly, &monthly]) };
    let id = shop.ok(&command).id.clone();
    for step in steps {
        shop.world.wait_millis(*step);
        let now = shop.world.now;
        shop.pass_to(now);
    }
    shop.go_to("2027-01-01");
    ((*shop.see(&id)).clone(), shop.told().len())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn it_does_not_matter_when_the_steps_are_made(steps in proptest::collection::vec(0..3_000_000_000i64, 0..8)) {
        prop_assert_eq!(passing(&steps), passing(&[]));
    }
}

#[test]
fn an_update_that_changes_nothing_is_not_told_of() {
    let mut shop = Shop::new();
    let monthly = shop.monthly();
    let subscription = shop.subscribe(&[&monthly]);
    shop.told();
    let after = shop.update(&subscription.id, with_items(Vec::new()));
    assert_eq!(after, subscription);
    assert!(shop.told().is_empty());
}
