//! Coupons and promotion codes: what is drawn, what is taken, and when it ends.

use crate::ask::at;
use crate::engine::Engine;
use tollgate_domain::coupon::{AHEAD_MAX_MILLIS, Coupon, CreateCoupon, DeleteCoupon, Lasts, Off, UpdateCoupon};
use tollgate_domain::currency::Currency;
use tollgate_domain::metadata::MetadataPatch;
use tollgate_domain::promotion_code::{CreatePromotionCode, PromotionCode, Restrictions, UpdatePromotionCode};
use tollgate_domain::quantity::Quantity;
use tollgate_domain::record::{Noun, Record};
use tollgate_domain::refusal::{OfferRefusal, Refusal};
use tollgate_domain::time::Timestamp;

fn percent() -> CreateCoupon {
    CreateCoupon {
        id: None,
        name: None,
        off: Off::Percent(Quantity::whole(10)),
        lasts: Lasts::Once,
        products: Vec::new(),
        max_redemptions: None,
        redeem_by: None,
        metadata: MetadataPatch::default(),
    }
}

fn code(coupon: &Coupon, code: Option<&str>) -> CreatePromotionCode {
    CreatePromotionCode {
        code: code.map(str::to_owned),
        coupon: coupon.id.clone(),
        customer: None,
        active: true,
        expires: None,
        max_redemptions: None,
        restrictions: Restrictions::default(),
        metadata: MetadataPatch::default(),
    }
}

fn switch(code: &PromotionCode, active: bool) -> UpdatePromotionCode {
    UpdatePromotionCode {
        id: code.id.clone(),
        active: Some(active),
        others: std::collections::BTreeMap::new(),
        metadata: MetadataPatch::default(),
    }
}

fn now() -> Timestamp {
    at("2026-01-01")
}

fn after(millis: i64) -> Timestamp {
    Timestamp::from_millis(now().millis() + millis)
}

fn kept(engine: &Engine, code: &PromotionCode) -> PromotionCode {
    match engine.row(Noun::PromotionCode, code.id.as_str()) {
        Some(Record::PromotionCode(code)) => (**code).clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_id_or_a_code_that_is_taken_is_drawn_again() {
    let mut engine = Engine::default();
    let coupons: Vec<_> = (0..4).map(|_| engine.run(&percent(), now(), 3).unwrap()).collect();
    let mut ids: Vec<_> = coupons.iter().map(|coupon| coupon.id.to_string()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 4, "the same numbers were drawn each time");
    assert!(ids.iter().all(|id| id.len() == 8), "{ids:?}");
    let [first, again] =
        [0, 1].map(|millis| engine.run(&code(&coupons[0], None), after(millis), 3).unwrap().code.clone());
    assert_ne!(first, again, "the same numbers were drawn each time");
    assert!(again.len() == 8 && again.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit()), "{again}");
}

#[test]
fn a_coupon_ends_ahead_and_within_five_years() {
    let mut engine = Engine::default();
    let mut until = |millis| engine.run(&CreateCoupon { redeem_by: Some(after(millis)), ..percent() }, now(), 1);
    assert!(matches!(until(0), Err(Refusal::TimeInPast { field: "redeem_by", .. })));
    assert!(matches!(until(AHEAD_MAX_MILLIS + 1), Err(Refusal::TimeTooFar { field: "redeem_by" })));
    let coupon = until(1000).unwrap();
    assert!(coupon.is_valid(after(1000)) && !coupon.is_valid(after(1001)));
    let used = Coupon { times_redeemed: 2, max_redemptions: Some(2), redeem_by: None, ..(*coupon).clone() };
    assert!(!used.is_valid(now()));
}

#[test]
fn amounts_in_other_currencies_are_added_and_never_in_the_own() {
    let mut engine = Engine::default();
    let [eur, usd] = ["eur", "usd"].map(|code| Currency::from_code(code).unwrap());
    let off = |amount| Off::Amount { amount: 5, currency: usd, others: [(usd, amount)].into() };
    let taken = engine.run(&CreateCoupon { off: off(6), ..percent() }, now(), 1);
    assert_eq!(taken.unwrap_err(), OfferRefusal::OptionInOwnCurrency(usd).into());
    let coupon = engine.run(&CreateCoupon { off: off(5), ..percent() }, now(), 1).unwrap();
    assert_eq!(coupon.off, Off::Amount { amount: 5, currency: usd, others: [].into() });
    let change = |coupon: &Coupon| UpdateCoupon {
        id: coupon.id.clone(),
        name: None,
        others: [(eur, 4)].into(),
        metadata: MetadataPatch::default(),
    };
    let changed = engine.run(&change(&coupon), now(), 2).unwrap();
    assert_eq!(changed.off, Off::Amount { amount: 5, currency: usd, others: [(eur, 4)].into() });
    let tenth = engine.run(&percent(), now(), 9).unwrap();
    assert_eq!(engine.run(&change(&tenth), now(), 2).unwrap_err(), OfferRefusal::TakesPercent.into());
}

#[test]
fn a_code_is_held_by_one_that_can_be_used() {
    let mut engine = Engine::default();
    let coupon = engine.run(&percent(), now(), 1).unwrap();
    let ending = CreatePromotionCode { expires: Some(after(1000)), ..code(&coupon, Some("Spring")) };
    let first = engine.run(&ending, now(), 2).unwrap();
    let taken = engine.run(&code(&coupon, Some("SPRING")), after(999), 3).unwrap_err();
    assert_eq!(taken, OfferRefusal::CodeTaken { code: "SPRING".to_owned() }.into());
    // It has ended, so that the next one takes its code, and it says so.
    let next = engine.run(&code(&coupon, Some("SPRING")), after(1000), 4).unwrap();
    assert!(!kept(&engine, &first).active && kept(&engine, &next).active);
    let names: Vec<_> = engine.events.iter().skip(2).map(|event| event.name()).collect();
    assert_eq!(names, ["promotion_code.updated", "promotion_code.created"]);
    let back = engine.run(&switch(&first, true), after(1000), 5).unwrap_err();
    assert_eq!(back, OfferRefusal::NotRedeemable.into());
    engine.run(&switch(&next, false), after(1000), 6).unwrap();
    let third = engine.run(&code(&coupon, Some("spring")), after(1001), 7).unwrap();
    let back = engine.run(&switch(&next, true), after(1001), 8).unwrap_err();
    assert_eq!(back, OfferRefusal::CodeTaken { code: "SPRING".to_owned() }.into());
    engine.run(&switch(&third, false), after(1001), 9).unwrap();
    assert!(engine.run(&switch(&next, true), after(1001), 10).unwrap().active);
}

#[test]
fn a_code_is_active_as_long_as_its_coupon_is_valid() {
    let mut engine = Engine::default();
    let coupon = engine.run(&CreateCoupon { redeem_by: Some(after(1000)), ..percent() }, now(), 1).unwrap();
    let code = engine.run(&code(&coupon, None), now(), 2).unwrap();
    for (coupon, millis, active) in [(Some(&*coupon), 1000, true), (Some(&*coupon), 1001, false), (None, 0, false)] {
        assert_eq!(code.is_active(coupon, after(millis)), active);
    }
    engine.run(&switch(&code, false), now(), 3).unwrap();
    engine.run(&DeleteCoupon { id: coupon.id.clone() }, now(), 4).unwrap();
    assert_eq!(engine.run(&switch(&code, true), now(), 5).unwrap_err(), OfferRefusal::NotRedeemable.into());
}
