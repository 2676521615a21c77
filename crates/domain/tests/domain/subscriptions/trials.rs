use super::shop::{Shop, new_price, recurring, update};
use crate::ask::at;
use crate::catalog::usd;
use tollgate_domain::price::{Interval, NewPrice, Recurring};
use tollgate_domain::subscription::{
    CancelChoice, CreateSubscription, MissingPayment, Moment, Period, Status, SubscriptionPatch,
    SubscriptionRefusal as No, Trial, TrialChoice, TrialEnd,
};

fn until(shop: &mut Shop, end: &str) -> CreateSubscription {
    let monthly = shop.monthly();
    CreateSubscription { trial: Some(TrialChoice::Until(at(end))), ..shop.to(&[&monthly]) }
}

fn trial_end(trial: TrialEnd) -> SubscriptionPatch {
    SubscriptionPatch { trial: Some(trial), ..SubscriptionPatch::default() }
}

#[test]
fn with_a_trial_it_is_trialing_and_its_periods_begin_where_that_ends() {
    let mut shop = Shop::new();
    let command = until(&mut shop, "2026-01-15");
    let subscription = shop.ok(&command);
    assert_eq!((subscription.status, subscription.anchor), (Status::Trialing, at("2026-01-15")));
    assert_eq!(subscription.items[0].period, Period { start: at("2026-01-01"), end: at("2026-01-15") });
    assert_eq!(shop.seats(), 10, "who tries has it");
    shop.go_to("2026-01-15");
    let after = shop.see(&subscription.id);
    assert_eq!(after.status, Status::Active);
    assert_eq!(after.items[0].period, Period { start: at("2026-01-15"), end: at("2026-02-15") });
    assert_eq!(shop.told(), ["created", "trial_will_end", "updated"]);
}

#[test]
fn its_end_is_told_of_three_days_ahead_once() {
    let mut shop = Shop::new();
    let command = until(&mut shop, "2026-01-15");
    let subscription = shop.ok(&command);
    assert_eq!(subscription.due(), Some(at("2026-01-12")));
    shop.told();
    shop.go_to("2026-01-12");
    assert_eq!(shop.told(), ["trial_will_end"]);
    assert_eq!(shop.see(&subscription.id).due(), Some(at("2026-01-15")));
}

#[test]
fn the_end_of_a_short_trial_is_told_of_at_once() {
    let mut shop = Shop::new();
    let command = until(&mut shop, "2026-01-03");
    shop.ok(&command);
    assert_eq!(shop.told(), ["created", "trial_will_end"]);
}

#[test]
fn days_are_counted_from_now_and_none_is_no_trial() {
    let mut shop = Shop::new();
    let command = until(&mut shop, "2026-01-15");
    let days = |days| CreateSubscription { trial: Some(TrialChoice::Days(days)), ..command.clone() };
    let (some, none, too_many) = (days(14), days(0), days(5 * 366));
    assert_eq!(shop.ok(&some).trial.unwrap().end, at("2026-01-15"));
    let none = shop.ok(&none);
    assert_eq!((none.status, none.trial), (Status::Active, None));
    shop.told();
    assert_eq!(shop.refused(&too_many), No::TooFar { moment: Moment::TrialDays });
}

#[test]
fn a_trial_may_be_that_of_the_price() {
    let mut shop = Shop::new();
    let basic = shop.basic.clone();
    let with_days = |days| {
        let recurring = recurring(Interval::Month, 1).map(|plain| Recurring { trial_period_days: days, ..plain });
        NewPrice { recurring, ..new_price(usd()) }
    };
    let (plain, week) = (shop.make_price(&basic, with_days(None)), shop.make_price(&basic, with_days(Some(7))));
    let of_price = Some(TrialChoice::OfPrice);
    let subscription = shop.ok(&CreateSubscription { trial: of_price, ..shop.to(&[&plain, &week]) });
    assert_eq!(subscription.trial.unwrap().end, at("2026-01-08"));
    assert_eq!(shop.ok(&CreateSubscription { trial: of_price, ..shop.to(&[&plain]) }).status, Status::Active);
}

#[test]
fn a_trial_ends_in_the_future() {
    let mut shop = Shop::new();
    let command = until(&mut shop, "2026-01-01");
    assert_eq!(shop.refused(&command), No::Past { moment: Moment::TrialEnd, given: at("2026-01-01") });
}

#[test]
fn whoever_tries_counts_as_paying_whatever_should_happen_without_a_payment() {
    for missing_payment in [MissingPayment::Cancel, MissingPayment::CreateInvoice, MissingPayment::Pause] {
        let mut shop = Shop::new();
        let command = CreateSubscription { missing_payment, ..until(&mut shop, "2026-01-15") };
        let subscription = shop.ok(&command);
        shop.go_to("2026-01-16");
        assert_eq!(shop.see(&subscription.id).status, Status::Active, "{missing_payment:?}");
    }
}

#[test]
fn a_trial_that_is_cut_short_ends_now_and_that_is_told_of_first() {
    let mut shop = Shop::new();
    let command = until(&mut shop, "2026-02-15");
    let subscription = shop.ok(&command);
    shop.told();
    shop.world.go_to("2026-01-10");
    let after = shop.update(&subscription.id, trial_end(TrialEnd::Now));
    assert_eq!((after.status, after.anchor), (Status::Active, at("2026-01-10")));
    assert_eq!(after.trial.unwrap(), Trial { start: at("2026-01-01"), end: at("2026-01-10"), announced: true });
    assert_eq!(after.items[0].period, Period { start: at("2026-01-10"), end: at("2026-02-10") });
    assert_eq!(shop.told(), ["trial_will_end", "updated"]);
}

#[test]
fn a_trial_moves_and_takes_its_period_with_it() {
    let mut shop = Shop::new();
    let command = until(&mut shop, "2026-01-15");
    let subscription = shop.ok(&command);
    shop.go_to("2026-01-13");
    shop.told();
    let after = shop.update(&subscription.id, trial_end(TrialEnd::At(at("2026-03-01"))));
    assert_eq!(after.items[0].period, Period { start: at("2026-01-01"), end: at("2026-03-01") });
    assert_eq!((after.status, after.due()), (Status::Trialing, Some(at("2026-02-26"))), "it is told of anew");
    assert_eq!(shop.told(), ["updated"]);
}

#[test]
fn what_is_active_may_go_on_trial() {
    let mut shop = Shop::new();
    let monthly = shop.monthly();
    let subscription = shop.subscribe(&[&monthly]);
    shop.world.go_to("2026-01-10");
    let after = shop.update(&subscription.id, trial_end(TrialEnd::At(at("2026-01-20"))));
    assert_eq!((after.status, after.anchor), (Status::Trialing, at("2026-01-20")));
    assert_eq!(after.trial.unwrap().start, at("2026-01-10"));
    assert_eq!(after.items[0].period, Period { start: at("2026-01-10"), end: at("2026-01-20") });
    let active = shop.subscribe(&[&monthly]);
    assert_eq!(shop.update(&active.id, trial_end(TrialEnd::Now)), active, "there is no trial to end");
}

#[test]
fn what_is_to_be_canceled_during_a_trial_is() {
    let mut shop = Shop::new();
    let command = CreateSubscription { cancel: Some(CancelChoice::AtPeriodEnd), ..until(&mut shop, "2026-01-15") };
    let subscription = shop.ok(&command);
    assert_eq!(subscription.cancel_at, Some(at("2026-01-15")));
    let moved = shop.update(&subscription.id, trial_end(TrialEnd::At(at("2026-01-25"))));
    assert_eq!(moved.cancel_at, Some(at("2026-01-25")), "it follows the end of the period");
    shop.go_to("2026-01-25");
    let after = shop.see(&subscription.id);
    assert_eq!((after.status, after.ended), (Status::Canceled, Some(at("2026-01-25"))));
    assert_eq!(shop.seats(), 0);
}

#[test]
fn an_item_that_is_added_on_trial_is_on_trial() {
    let mut shop = Shop::new();
    let command = until(&mut shop, "2026-01-15");
    let subscription = shop.ok(&command);
    let pro = shop.pro.clone();
    let yearly = shop.price(&pro, Interval::Year, 1);
    shop.world.go_to("2026-01-05");
    let add = tollgate_domain::subscription::ItemChange::Add(super::shop::new_item(&yearly.id));
    let after = shop.ok(&update(&subscription.id, super::shop::with_items(vec![add])));
    assert_eq!(after.items[1].period, Period { start: at("2026-01-05"), end: at("2026-01-15") });
    shop.go_to("2026-01-15");
    assert_eq!(shop.see(&subscription.id).items[1].period.end, at("2027-01-15"));
}
