//! What becomes of subscriptions where nobody has a payment method.

use super::shop::{Shop, advance, cancel, change, new_item, new_price, recurring, update, with_items};
use crate::ask::at;
use crate::catalog::{cents, eur, usd};
use std::collections::BTreeMap;
use std::sync::Arc;
use tollgate_domain::billing_customer::{BillingCustomerPatch, CreateBillingCustomer, DeleteBillingCustomer};
use tollgate_domain::customer::LinkCustomer;
use tollgate_domain::id::SubscriptionId;
use tollgate_domain::metadata::MetadataPatch;
use tollgate_domain::patch::Patch;
use tollgate_domain::price::{Charge, CurrencyOptionPatch, Interval, NewPrice, OptionAmount, Price, Tier, TiersMode};
use tollgate_domain::subscription::{
    CancelChoice, Collection, CreateItem, CreateSubscription, DeleteItem, ItemChange, ItemPatch, MissingPayment, Pause,
    PauseBehavior, Payments, Period, ResumeSubscription, Status, Subscription, SubscriptionPatch,
    SubscriptionRefusal as No, TrialChoice, TrialEnd, UpdateItem,
};
use tollgate_domain::test_clock::{AdvanceTestClock, CreateTestClock, StepTestClock};

/// Where nobody pays.
fn shop() -> Shop {
    let mut shop = Shop::new();
    shop.world.engine.payments = Payments::Missing;
    shop
}

fn monthly(charge: Charge) -> NewPrice {
    NewPrice { charge, recurring: recurring(Interval::Month, 1), ..new_price(usd()) }
}

fn free(shop: &mut Shop) -> Arc<Price> {
    let basic = shop.basic.clone();
    shop.make_price(&basic, monthly(Charge::PerUnit(cents(0))))
}

fn sent(command: CreateSubscription) -> CreateSubscription {
    CreateSubscription { collection: Collection::SendInvoice, days_until_due: Some(30), ..command }
}

fn incomplete(shop: &mut Shop) -> Arc<Subscription> {
    let monthly = shop.monthly();
    let command = CreateSubscription { default_incomplete: true, ..shop.to(&[&monthly]) };
    shop.ok(&command)
}

/// On trial until 15 January.
fn on_trial(shop: &Shop, prices: &[&Price], missing_payment: MissingPayment) -> CreateSubscription {
    let trial = Some(TrialChoice::Until(at("2026-01-15")));
    CreateSubscription { trial, missing_payment, ..shop.to(prices) }
}

fn paused(shop: &mut Shop) -> Arc<Subscription> {
    let monthly = shop.monthly();
    let command = on_trial(shop, &[&monthly], MissingPayment::Pause);
    let id = shop.ok(&command).id.clone();
    shop.go_to("2026-01-15");
    let paused = shop.see(&id);
    assert_eq!(paused.status, Status::Paused);
    shop.told();
    paused
}

fn past_due(shop: &mut Shop) -> Arc<Subscription> {
    shop.world.engine.payments = Payments::Assumed;
    let monthly = shop.monthly();
    let id = shop.subscribe(&[&monthly]).id.clone();
    shop.world.engine.payments = Payments::Missing;
    shop.go_to("2026-02-01");
    shop.told();
    shop.see(&id)
}

fn resume(id: &SubscriptionId) -> ResumeSubscription {
    ResumeSubscription { id: id.clone(), reset_anchor: true }
}

#[test]
fn only_what_charges_nothing_at_its_start_begins() {
    let mut shop = shop();
    let basic = shop.basic.clone();
    let (paid, free, metered) = (shop.monthly(), free(&mut shop), shop.metered(&basic));
    for (command, status) in [
        (shop.to(&[&paid]), None),
        (shop.to(&[&free, &paid]), None),
        (shop.to(&[&free]), Some(Status::Active)),
        (shop.to(&[&free, &metered]), Some(Status::Active)),
        (sent(shop.to(&[&paid])), Some(Status::Active)),
        (on_trial(&shop, &[&paid], MissingPayment::Cancel), Some(Status::Trialing)),
    ] {
        shop.told();
        for default_incomplete in [false, true] {
            let command = CreateSubscription { default_incomplete, ..command.clone() };
            match status.or(default_incomplete.then_some(Status::Incomplete)) {
                Some(status) => assert_eq!(shop.ok(&command).status, status, "{command:?}"),
                None => assert_eq!(shop.refused(&command), No::NoPaymentMethod, "{command:?}"),
            }
        }
        shop.world.engine.payments = Payments::Assumed;
        assert_ne!(shop.ok(&CreateSubscription { default_incomplete: true, ..command }).status, Status::Incomplete);
        shop.world.engine.payments = Payments::Missing;
    }
}

#[test]
fn the_amounts_of_a_price_say_whether_it_charges_anything_whatever_the_quantity() {
    let mut shop = shop();
    let basic = shop.basic.clone();
    let tier = |flat, unit| Tier { up_to: None, flat: Some(cents(flat)), unit: Some(cents(unit)) };
    let tiered = |last| {
        let tiers = vec![Tier { up_to: Some(5), ..tier(0, 0) }, last];
        monthly(Charge::Tiered { mode: TiersMode::Graduated, tiers })
    };
    for (price, is_free) in [(tiered(tier(0, 0)), true), (tiered(tier(0, 1)), false), (tiered(tier(1, 0)), false)] {
        let price = shop.make_price(&basic, price);
        let item = tollgate_domain::subscription::NewItem { quantity: Some(0), ..new_item(&price.id) };
        let command = CreateSubscription { items: vec![item], default_incomplete: true, ..shop.to(&[]) };
        let made = shop.ok(&command);
        assert_eq!((made.items[0].is_free, made.status == Status::Active), (is_free, is_free), "{price:?}");
    }
    let option = CurrencyOptionPatch { amount: Some(OptionAmount::PerUnit(cents(0))), tax_behavior: None };
    let price =
        NewPrice { currency_options: BTreeMap::from([(eur(), option)]), ..monthly(Charge::PerUnit(cents(500))) };
    let price = shop.make_price(&basic, price);
    let in_euros = CreateSubscription { currency: Some(eur()), ..shop.to(&[&price]) };
    assert_eq!(shop.ok(&in_euros).status, Status::Active);
    shop.told();
    let in_dollars = shop.to(&[&price]);
    assert_eq!(shop.refused(&in_dollars), No::NoPaymentMethod);
}

#[test]
fn an_item_that_charges_something_is_kept_as_ever() {
    let mut shop = Shop::new();
    let (paid, free) = (shop.monthly(), free(&mut shop));
    let made = shop.subscribe(&[&paid, &free]);
    let kept: Vec<_> = made.items.iter().map(|item| serde_json::to_value(item).unwrap()).collect();
    assert_eq!((kept[0].get("is_free"), kept[1].get("is_free")), (None, Some(&true.into())));
    let read: tollgate_domain::subscription::Item = serde_json::from_value(kept[0].clone()).unwrap();
    assert_eq!(read, made.items[0]);
    let after = shop.update(&made.id, with_items(vec![ItemChange::Remove { id: made.items[1].id.clone() }]));
    let after = shop.update(&made.id, with_items(vec![change(&after.items[0], Some(&free), None)]));
    assert!(after.items[0].is_free, "it goes by the price that the item has now");
}

#[test]
fn what_is_incomplete_gives_nothing_and_expires_after_23_hours() {
    let mut shop = shop();
    let made = incomplete(&mut shop);
    assert_eq!((made.status, made.due()), (Status::Incomplete, Some(at("2026-01-01T23:00"))));
    assert!(shop.subscribed().is_empty());
    assert_eq!((shop.seats(), shop.told()), (0, vec!["created".to_owned()]));
    shop.go_to("2026-01-01T22:59:59");
    assert_eq!(shop.see(&made.id), made);
    // Nothing charges it again.
    shop.world.engine.payments = Payments::Assumed;
    shop.go_to("2026-01-05");
    let over = shop.see(&made.id);
    assert_eq!((over.status, over.due()), (Status::IncompleteExpired, None));
    assert_eq!((over.ended, over.canceled), (Some(at("2026-01-01T23:00")), Some(at("2026-01-01T23:00"))));
    assert_eq!((shop.seats(), shop.told()), (0, vec!["updated".to_owned()]));
    let description = Patch::Set("x".to_owned());
    let patch = SubscriptionPatch { description, ..SubscriptionPatch::default() };
    assert_eq!(shop.refused(&update(&made.id, patch)), No::Canceled);
    assert_eq!(shop.refused(&cancel(&made.id)), No::Over { id: made.id.clone() });
}

#[test]
fn what_is_incomplete_takes_metadata_and_nothing_else() {
    let mut shop = shop();
    let made = incomplete(&mut shop);
    let (other, item) = (shop.monthly(), &made.items[0]);
    let metadata = MetadataPatch { clear: false, set: [("a".to_owned(), Some("1".to_owned()))].into() };
    let plain = SubscriptionPatch::default;
    let after = shop.update(&made.id, SubscriptionPatch { metadata, ..plain() });
    assert_eq!((after.status, after.metadata["a"].as_str()), (Status::Incomplete, "1"));
    assert_eq!(shop.told(), ["updated"]);
    for patch in [
        with_items(vec![change(item, None, Some(3))]),
        SubscriptionPatch { trial: Some(TrialEnd::At(at("2026-01-20"))), ..plain() },
        SubscriptionPatch { trial: Some(TrialEnd::Now), ..plain() },
        SubscriptionPatch { cancel: Patch::Set(CancelChoice::AtPeriodEnd), ..plain() },
        SubscriptionPatch { collection: Some(Collection::SendInvoice), days_until_due: Some(30), ..plain() },
        SubscriptionPatch { reset_anchor: true, ..plain() },
        SubscriptionPatch { touches_more: true, ..plain() },
    ] {
        assert_eq!(shop.refused(&update(&made.id, patch)), No::Incomplete);
    }
    let id = item.id.clone();
    let patch = ItemPatch { quantity: Some(2), ..ItemPatch::default() };
    assert_eq!(shop.refused(&UpdateItem { id: id.clone(), patch }), No::Incomplete);
    assert_eq!(shop.refused(&DeleteItem { id }), No::Incomplete);
    let item = CreateItem { subscription: made.id.clone(), item: new_item(&other.id) };
    assert_eq!(shop.refused(&item), No::Incomplete);
    assert_eq!(shop.refused(&resume(&made.id)), No::NotPaused);
}

#[test]
fn what_is_incomplete_expires_too_where_it_is_canceled() {
    let mut shop = shop();
    let by_request = incomplete(&mut shop);
    let monthly = shop.monthly();
    let planned = CreateSubscription {
        default_incomplete: true,
        cancel: Some(CancelChoice::At(at("2026-01-01T12:00"))),
        ..shop.to(&[&monthly])
    };
    let planned = shop.ok(&planned);
    shop.told();
    let canceled = shop.cancel(&by_request.id);
    assert_eq!((canceled.status, canceled.ended), (Status::IncompleteExpired, Some(at("2026-01-01"))));
    assert!(canceled.cancellation.requested);
    assert_eq!(shop.told(), ["updated"]);
    shop.go_to("2026-01-02");
    let canceled = shop.see(&planned.id);
    assert_eq!((canceled.status, canceled.ended), (Status::IncompleteExpired, Some(at("2026-01-01T12:00"))));
    assert_eq!(shop.told(), ["updated"]);
}

#[test]
fn a_trial_ends_as_it_was_said() {
    for (missing_payment, status, told, seats) in [
        (MissingPayment::Cancel, Status::Canceled, "deleted", 0),
        (MissingPayment::CreateInvoice, Status::PastDue, "updated", 10),
        (MissingPayment::Pause, Status::Paused, "paused", 0),
    ] {
        // By itself, and cut short.
        for is_cut in [false, true] {
            let mut shop = shop();
            let monthly = shop.monthly();
            let command = on_trial(&shop, &[&monthly], missing_payment);
            let id = shop.ok(&command).id.clone();
            shop.go_to(if is_cut { "2026-01-13" } else { "2026-01-15" });
            if is_cut {
                let patch = SubscriptionPatch { trial: Some(TrialEnd::Now), ..SubscriptionPatch::default() };
                shop.update(&id, patch);
            }
            let (after, now) = (shop.see(&id), shop.world.now);
            assert_eq!((after.status, after.trial.unwrap().end), (status, now));
            assert_eq!((after.anchor, shop.seats()), (now, seats));
            let start = if status == Status::PastDue { now } else { at("2026-01-01") };
            assert_eq!(after.items[0].period.start, start);
            assert_eq!(shop.told(), ["created", "trial_will_end", told]);
        }
    }
}

#[test]
fn whoever_is_charged_nothing_is_active_after_a_trial_whatever_was_said() {
    for missing_payment in [MissingPayment::Cancel, MissingPayment::CreateInvoice, MissingPayment::Pause] {
        let mut shop = shop();
        let (paid, free) = (shop.monthly(), free(&mut shop));
        let (free, sent) =
            (on_trial(&shop, &[&free], missing_payment), sent(on_trial(&shop, &[&paid], missing_payment)));
        let ids = [shop.ok(&free).id.clone(), shop.ok(&sent).id.clone()];
        shop.go_to("2026-03-20");
        assert_eq!(ids.map(|id| shop.see(&id).status), [Status::Active; 2], "{missing_payment:?}");
    }
}

#[test]
fn a_renewal_that_is_not_paid_is_past_due_and_gives_what_it_gave() {
    let mut shop = shop();
    let after = past_due(&mut shop);
    assert_eq!((after.status, shop.seats()), (Status::PastDue, 10));
    assert_eq!(after.items[0].period, Period { start: at("2026-02-01"), end: at("2026-03-01") });
    shop.go_to("2026-03-01");
    assert_eq!(shop.see(&after.id).status, Status::PastDue, "periods go on");
    let trial = SubscriptionPatch { trial: Some(TrialEnd::At(at("2026-04-01"))), ..SubscriptionPatch::default() };
    shop.told();
    assert_eq!(shop.refused(&update(&after.id, trial)), No::NoTrialFromHere);
    shop.world.engine.payments = Payments::Assumed;
    shop.go_to("2026-03-31");
    assert_eq!(shop.see(&after.id).status, Status::PastDue);
    shop.go_to("2026-04-01");
    let after = shop.see(&after.id);
    assert_eq!((after.status, after.items[0].period.end), (Status::Active, at("2026-05-01")));
    assert_eq!(shop.told(), ["updated"]);
}

#[test]
fn renewals_of_what_charges_nothing_change_no_status() {
    let mut shop = shop();
    let (paid, free) = (shop.monthly(), free(&mut shop));
    let (free, sent) = (shop.to(&[&free]), sent(shop.to(&[&paid])));
    let ids = [shop.ok(&free).id.clone(), shop.ok(&sent).id.clone()];
    shop.go_to("2026-03-20");
    for id in ids {
        let after = shop.see(&id);
        assert_eq!((after.status, after.items[0].period.start), (Status::Active, at("2026-03-01")));
    }
}

#[test]
fn what_is_metered_is_charged_when_its_period_is_over() {
    let mut shop = shop();
    let basic = shop.basic.clone();
    let metered = shop.metered(&basic);
    let id = shop.subscribe(&[&metered]).id.clone();
    shop.go_to("2026-02-01");
    assert_eq!(shop.see(&id).status, Status::PastDue);
}

#[test]
fn while_collection_is_paused_nobody_is_charged() {
    let mut shop = shop();
    let late = past_due(&mut shop);
    shop.world.engine.payments = Payments::Assumed;
    let (monthly, yearly) = (shop.monthly(), shop.monthly());
    let fine = shop.subscribe(&[&monthly]).id.clone();
    let command = on_trial(&shop, &[&yearly], MissingPayment::Cancel);
    let trial = Some(TrialChoice::Until(at("2026-02-10")));
    let trying = shop.ok(&CreateSubscription { trial, ..command }).id.clone();
    let pause = Patch::Set(Pause { behavior: PauseBehavior::Void, resumes: None });
    for id in [&late.id, &fine, &trying] {
        shop.update(id, SubscriptionPatch { pause: pause.clone(), ..SubscriptionPatch::default() });
    }
    shop.world.engine.payments = Payments::Missing;
    shop.go_to("2026-05-20");
    let statuses = [&late.id, &fine, &trying].map(|id| shop.see(id).status);
    assert_eq!(statuses, [Status::PastDue, Status::Active, Status::Active]);
    shop.world.engine.payments = Payments::Assumed;
    shop.go_to("2026-06-20");
    assert_eq!(shop.see(&late.id).status, Status::PastDue);
}

#[test]
fn what_is_paused_stands_still_until_it_resumes_and_somebody_pays() {
    let mut shop = shop();
    let paused = paused(&mut shop);
    assert_eq!((paused.due(), shop.seats()), (None, 0));
    shop.go_to("2026-03-20");
    assert_eq!(shop.ok(&advance(&paused.id)), Some((paused.clone(), false)));
    assert_eq!(shop.refused(&resume(&paused.id)), No::NoPaymentMethod);
    shop.world.engine.payments = Payments::Assumed;
    shop.ok(&advance(&paused.id));
    assert_eq!(shop.see(&paused.id).status, Status::Paused, "nobody has resumed it");
    let after = shop.ok(&resume(&paused.id));
    assert_eq!((after.status, after.anchor, shop.seats()), (Status::Active, at("2026-03-20"), 10));
    assert_eq!(after.items[0].period, Period { start: at("2026-03-20"), end: at("2026-04-20") });
    assert_eq!(shop.told(), ["updated", "resumed"]);
}

#[test]
fn what_is_paused_resumes_without_a_payment_where_it_charges_nothing() {
    let mut shop = shop();
    let paused = paused(&mut shop);
    let free = free(&mut shop);
    shop.update(&paused.id, with_items(vec![change(&paused.items[0], Some(&free), None)]));
    let after = shop.ok(&ResumeSubscription { reset_anchor: false, ..resume(&paused.id) });
    assert_eq!((after.status, after.anchor), (Status::Active, at("2026-01-15")));
}

#[test]
fn what_is_past_due_or_paused_is_canceled_as_ever() {
    for make in [past_due, paused] {
        let mut shop = shop();
        let id = make(&mut shop).id.clone();
        let after = shop.cancel(&id);
        assert_eq!((after.status, after.ended), (Status::Canceled, Some(shop.world.now)));
        assert_eq!((shop.seats(), shop.told()), (0, vec!["deleted".to_owned()]));
    }
}

#[test]
fn at_the_end_of_its_period_what_is_paused_is_canceled_at_once() {
    for choice in [CancelChoice::AtPeriodEnd, CancelChoice::LastPeriodEnd, CancelChoice::FirstPeriodEnd] {
        let mut shop = shop();
        let id = paused(&mut shop).id.clone();
        shop.go_to("2026-02-20");
        let patch = SubscriptionPatch { cancel: Patch::Set(choice), ..SubscriptionPatch::default() };
        let after = shop.update(&id, patch);
        assert_eq!((after.status, after.ended), (Status::Canceled, Some(at("2026-02-20"))), "{choice:?}");
        assert_eq!(shop.told(), ["updated", "deleted"]);
    }
}

#[test]
fn what_gives_nothing_now_goes_where_its_customer_goes() {
    let mut shop = shop();
    let (paused, waiting) = (paused(&mut shop), incomplete(&mut shop));
    let stripe_customer = shop.customer.to_string();
    let link = |id: &str| LinkCustomer { id: id.into(), stripe_customer: stripe_customer.clone(), force: true };
    shop.ok(&link("acct-1"));
    shop.ok(&link("acct-2"));
    assert_eq!(shop.holder().as_str(), "acct-2");
    shop.world.engine.payments = Payments::Assumed;
    shop.ok(&resume(&paused.id));
    assert_eq!(shop.seats(), 10);
    shop.world.engine.payments = Payments::Missing;
    let customer = shop.customer.clone();
    shop.world.ok(&DeleteBillingCustomer { id: customer });
    assert_eq!(shop.see(&paused.id).status, Status::Canceled);
    assert_eq!(shop.see(&waiting.id).status, Status::IncompleteExpired);
    let left = shop.world.engine.account(&"acct-2".into()).unwrap();
    assert!(left.customer.subscriptions().is_empty());
}

#[test]
fn what_gives_nothing_now_counts_as_one_of_the_customers_subscriptions_and_lives_by_its_clock() {
    let mut shop = shop();
    let clock = shop.world.ok(&CreateTestClock { name: None, frozen: at("2027-01-01") }).id.clone();
    let bound = CreateBillingCustomer {
        patch: BillingCustomerPatch::default(),
        test_clock: Some(clock.clone()),
        link_key: "link".into(),
    };
    shop.customer = shop.world.ok(&bound).id.clone();
    let made: Vec<_> = (0..3).map(|_| incomplete(&mut shop).id.clone()).collect();
    let monthly = shop.monthly();
    let fourth = CreateSubscription { default_incomplete: true, ..shop.to(&[&monthly]) };
    shop.told();
    assert_eq!(shop.refused(&fourth), No::TooManySubscriptions { max: 3 });
    shop.world.ok(&AdvanceTestClock { id: clock.clone(), to: at("2027-01-02") });
    while shop.ok(&StepTestClock { id: clock.clone() }) {}
    for id in &made {
        let over = shop.see(id);
        assert_eq!((over.status, over.ended), (Status::IncompleteExpired, Some(at("2027-01-01T23:00"))));
    }
    shop.ok(&fourth);
}
