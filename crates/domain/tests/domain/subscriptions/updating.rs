use super::shop::{Shop, update};
use crate::ask::at;
use tollgate_domain::metadata::MetadataPatch;
use tollgate_domain::patch::Patch;
use tollgate_domain::subscription::{
    Collection, CreateSubscription, MissingPayment, Moment, Pause, PauseBehavior, Period, SubscriptionPatch,
    SubscriptionRefusal as No, TrialChoice,
};

fn patch() -> SubscriptionPatch {
    SubscriptionPatch::default()
}

#[test]
fn periods_begin_anew_where_that_is_asked_for_but_not_on_trial() {
    let mut shop = Shop::new();
    let monthly = shop.monthly();
    let subscription = shop.subscribe(&[&monthly]);
    let trial = Some(TrialChoice::Days(20));
    let on_trial = shop.ok(&CreateSubscription { trial, ..shop.to(&[&monthly]) });
    shop.world.go_to("2026-01-10");
    let after = shop.update(&subscription.id, SubscriptionPatch { reset_anchor: true, ..patch() });
    assert_eq!(after.anchor, at("2026-01-10"));
    assert_eq!(after.items[0].period, Period { start: at("2026-01-10"), end: at("2026-02-10") });
    let after = shop.update(&on_trial.id, SubscriptionPatch { reset_anchor: true, ..patch() });
    assert_eq!(after, on_trial);
}

#[test]
fn collection_changes_with_its_days() {
    let mut shop = Shop::new();
    let monthly = shop.monthly();
    let id = shop.subscribe(&[&monthly]).id.clone();
    shop.told();
    let send = SubscriptionPatch { collection: Some(Collection::SendInvoice), ..patch() };
    let days = SubscriptionPatch { days_until_due: Some(7), ..patch() };
    assert_eq!(shop.refused(&update(&id, send.clone())), No::NoDaysUntilDue);
    assert_eq!(shop.refused(&update(&id, days.clone())), No::DaysUntilDueOfCharge);
    let after = shop.update(&id, SubscriptionPatch { days_until_due: Some(30), ..send });
    assert_eq!((after.collection, after.days_until_due), (Collection::SendInvoice, Some(30)));
    assert_eq!(shop.update(&id, days).days_until_due, Some(7));
    let charge = SubscriptionPatch { collection: Some(Collection::ChargeAutomatically), ..patch() };
    assert_eq!(shop.update(&id, charge).days_until_due, None);
}

#[test]
fn texts_and_settings_change_and_go() {
    let mut shop = Shop::new();
    let monthly = shop.monthly();
    let id = shop.subscribe(&[&monthly]).id.clone();
    let metadata = MetadataPatch { clear: false, set: [("a".to_owned(), Some("1".to_owned()))].into() };
    let after = shop.update(
        &id,
        SubscriptionPatch {
            description: Patch::Set("ours".to_owned()),
            metadata,
            missing_payment: Some(MissingPayment::Pause),
            ..patch()
        },
    );
    assert_eq!(after.description.as_deref(), Some("ours"));
    assert_eq!((after.metadata["a"].as_str(), after.missing_payment), ("1", MissingPayment::Pause));
    let metadata = MetadataPatch { clear: true, ..MetadataPatch::default() };
    let after = shop.update(&id, SubscriptionPatch { description: Patch::Clear, metadata, ..patch() });
    assert_eq!((&after.description, after.metadata.len()), (&None, 0));
}

#[test]
fn collection_resumes_in_the_future_or_when_told_to() {
    let mut shop = Shop::new();
    let monthly = shop.monthly();
    let id = shop.subscribe(&[&monthly]).id.clone();
    shop.told();
    let pause = |resumes| {
        let pause = Pause { behavior: PauseBehavior::KeepAsDraft, resumes };
        SubscriptionPatch { pause: Patch::Set(pause), ..patch() }
    };
    let given = at("2026-01-01");
    assert_eq!(shop.refused(&update(&id, pause(Some(given)))), No::Past { moment: Moment::Resumes, given });
    shop.update(&id, pause(None));
    shop.go_to("2026-06-01");
    assert!(shop.see(&id).pause.is_some());
    assert_eq!(shop.update(&id, SubscriptionPatch { pause: Patch::Clear, ..patch() }).pause, None);
}
