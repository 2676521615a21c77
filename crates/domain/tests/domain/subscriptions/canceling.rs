use super::shop::{Shop, cancel, update, with_items};
use crate::ask::at;
use tollgate_domain::metadata::MetadataPatch;
use tollgate_domain::patch::Patch;
use tollgate_domain::price::Interval;
use tollgate_domain::record::Noun;
use tollgate_domain::refusal::Refusal;
use tollgate_domain::subscription::{
    CancelChoice, CancelSubscription, CreateItem, CreateSubscription, Status, SubscriptionPatch,
    SubscriptionRefusal as No,
};

fn cancel_by(choice: CancelChoice) -> SubscriptionPatch {
    SubscriptionPatch { cancel: Patch::Set(choice), ..SubscriptionPatch::default() }
}

fn keep_on() -> SubscriptionPatch {
    SubscriptionPatch { cancel: Patch::Clear, ..SubscriptionPatch::default() }
}

#[test]
fn canceled_now_it_is_over_and_counts_no_more() {
    let mut shop = Shop::new();
    let monthly = shop.monthly();
    let subscription = shop.subscribe(&[&monthly]);
    shop.told();
    shop.world.go_to("2026-01-10");
    let command = CancelSubscription {
        comment: Patch::Set("too much".to_owned()),
        feedback: Patch::Set("too_expensive".to_owned()),
        ..cancel(&subscription.id)
    };
    let after = shop.ok(&command);
    assert_eq!(after.status, Status::Canceled);
    assert_eq!((after.canceled, after.ended), (Some(at("2026-01-10")), Some(at("2026-01-10"))));
    assert_eq!((after.cancel_at, after.cancel_at_period_end), (None, false));
    assert!(after.cancellation.requested);
    assert_eq!(after.cancellation.feedback.as_deref(), Some("too_expensive"));
    assert!(shop.subscribed().is_empty());
    assert_eq!(shop.told(), ["deleted"]);
}

#[test]
fn at_the_end_of_the_period_it_is_active_until_then() {
    let mut shop = Shop::new();
    let monthly = shop.monthly();
    let subscription = shop.subscribe(&[&monthly]);
    shop.world.go_to("2026-01-10");
    let after = shop.update(&subscription.id, cancel_by(CancelChoice::AtPeriodEnd));
    assert_eq!((after.status, after.cancel_at), (Status::Active, Some(at("2026-02-01"))));
    assert_eq!((after.cancel_at_period_end, after.canceled), (true, Some(at("2026-01-10"))));
    assert!(after.cancellation.requested);
    assert_eq!(shop.seats(), 10);
    shop.told();
    shop.go_to("2026-02-01");
    let after = shop.see(&subscription.id);
    assert_eq!((after.status, after.ended), (Status::Canceled, Some(at("2026-02-01"))));
    assert_eq!((after.cancel_at_period_end, after.canceled), (true, Some(at("2026-01-10"))), "that is what it was");
    assert_eq!((shop.seats(), shop.told()), (0, vec!["deleted".to_owned()]));
}

#[test]
fn taking_it_back_clears_all_of_it_and_other_changes_leave_it() {
    let mut shop = Shop::new();
    let monthly = shop.monthly();
    let subscription = shop.subscribe(&[&monthly]);
    let planned = shop.update(&subscription.id, cancel_by(CancelChoice::AtPeriodEnd));
    let metadata = MetadataPatch { clear: false, set: [("a".to_owned(), Some("1".to_owned()))].into() };
    let noted = shop.update(&subscription.id, SubscriptionPatch { metadata, ..SubscriptionPatch::default() });
    assert_eq!(noted.cancel_at, planned.cancel_at);
    assert!(noted.cancel_at_period_end);
    let after = shop.update(&subscription.id, keep_on());
    assert_eq!((after.cancel_at, after.canceled, after.cancel_at_period_end), (None, None, false));
    assert!(!after.cancellation.requested);
}

#[test]
fn an_instant_may_be_chosen_also_as_the_first_or_the_last_end_of_its_periods() {
    let mut shop = Shop::new();
    let basic = shop.basic.clone();
    let (monthly, yearly) = (shop.monthly(), shop.price(&basic, Interval::Year, 1));
    let subscription = shop.subscribe(&[&monthly, &yearly]);
    for (choice, end) in [
        (CancelChoice::At(at("2026-01-20")), "2026-01-20"),
        (CancelChoice::FirstPeriodEnd, "2026-02-01"),
        (CancelChoice::LastPeriodEnd, "2027-01-01"),
    ] {
        let after = shop.update(&subscription.id, cancel_by(choice));
        assert_eq!((after.cancel_at, after.cancel_at_period_end), (Some(at(end)), false), "{choice:?}");
    }
}

#[test]
fn what_was_paid_for_longest_is_kept_to_the_end() {
    let mut shop = Shop::new();
    let basic = shop.basic.clone();
    let (monthly, yearly) = (shop.monthly(), shop.price(&basic, Interval::Year, 1));
    let subscription = shop.subscribe(&[&monthly, &yearly]);
    let after = shop.update(&subscription.id, cancel_by(CancelChoice::AtPeriodEnd));
    assert_eq!(after.cancel_at, Some(at("2027-01-01")));
    shop.go_to("2026-12-31");
    assert_eq!(shop.see(&subscription.id).cancel_at, Some(at("2027-01-01")));
}

#[test]
fn what_is_over_takes_metadata_and_why_it_ended_and_nothing_else() {
    let mut shop = Shop::new();
    let monthly = shop.monthly();
    let id = shop.subscribe(&[&monthly]).id.clone();
    shop.cancel(&id);
    shop.told();
    let metadata = MetadataPatch { clear: false, set: [("a".to_owned(), Some("1".to_owned()))].into() };
    let comment = Patch::Set("bye".to_owned());
    let after = shop.update(&id, SubscriptionPatch { metadata, comment, ..SubscriptionPatch::default() });
    assert_eq!((after.status, after.metadata["a"].as_str()), (Status::Canceled, "1"));
    assert_eq!(after.cancellation.comment.as_deref(), Some("bye"));
    assert_eq!(shop.told(), ["updated"]);
    let description = Patch::Set("x".to_owned());
    for patch in [
        keep_on(),
        cancel_by(CancelChoice::AtPeriodEnd),
        SubscriptionPatch { description, ..SubscriptionPatch::default() },
        SubscriptionPatch { touches_more: true, ..SubscriptionPatch::default() },
        with_items(vec![tollgate_domain::subscription::ItemChange::Remove { id: after.items[0].id.clone() }]),
    ] {
        assert_eq!(shop.refused(&update(&id, patch)), No::Canceled);
    }
}

#[test]
fn it_ends_once_and_gets_no_item_afterwards() {
    let mut shop = Shop::new();
    let (monthly, other) = (shop.monthly(), shop.monthly());
    let id = shop.subscribe(&[&monthly]).id.clone();
    shop.cancel(&id);
    shop.told();
    assert_eq!(shop.refused(&cancel(&id)), No::Over { id: id.clone() });
    let item = CreateItem { subscription: id.clone(), item: super::shop::new_item(&other.id) };
    assert_eq!(shop.refused(&item), No::Over { id });
    let missing = Refusal::NoSubject { noun: Noun::Subscription, id: "sub_none".to_owned() };
    assert_eq!(shop.refused_otherwise(&cancel(&"sub_none".into())), missing);
}

#[test]
fn what_was_planned_is_void_once_it_is_canceled_now() {
    let mut shop = Shop::new();
    let monthly = shop.monthly();
    let planned = CreateSubscription { cancel: Some(CancelChoice::AtPeriodEnd), ..shop.to(&[&monthly]) };
    let id = shop.ok(&planned).id.clone();
    let after = shop.cancel(&id);
    assert_eq!((after.cancel_at, after.cancel_at_period_end, after.ended), (None, false, Some(at("2026-01-01"))));
}
