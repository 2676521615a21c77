//! Random commands over few coupons, codes, plans, meters and reports, so that they collide: every engine must give the
//! replies that the model gives, and keep the same rows, one by one and in batches.

use crate::world::{Engine, World, all_of, ask, cases, product, run};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use tollgate_domain::batch::CommandJob;
use tollgate_domain::billing_customer::{BillingCustomerPatch, CreateBillingCustomer};
use tollgate_domain::command::Command;
use tollgate_domain::coupon::{CreateCoupon, DeleteCoupon, Lasts, Off};
use tollgate_domain::currency::Currency;
use tollgate_domain::environment::Environment::Test;
use tollgate_domain::feature::{CreateFeature, FeatureKind};
use tollgate_domain::list::{Filter, ListQuery};
use tollgate_domain::metadata::MetadataPatch;
use tollgate_domain::meter::{CancelMeterEvent, CreateMeter, Formula, MeterEvent, ReportUsage, SwitchMeter};
use tollgate_domain::money::UnitAmount;
use tollgate_domain::patch::Patch;
use tollgate_domain::plan::{CreatePlan, DeletePlan};
use tollgate_domain::price::{Charge, Interval, NewPrice, ProductChoice, Recurring, UsageType};
use tollgate_domain::product::{DeleteProduct, ProductPatch, UpdateProduct};
use tollgate_domain::promotion_code::{CreatePromotionCode, Restrictions, UpdatePromotionCode};
use tollgate_domain::quantity::Quantity;
use tollgate_domain::record::{Field, Noun, Record, Value};
use tollgate_domain::time::Timestamp;
use tollgate_domain::window::{ResetAnchor, ResetInterval};
use tollgate_store::{Store, check};

/// A command that names what has a generated id by its number among those made so far.
#[derive(Debug, Clone)]
enum Op {
    Coupon { id: u8 },
    DropCoupon { id: u8 },
    Code { coupon: u8, text: u8, active: bool, ends: bool },
    SwitchCode { code: u8, active: bool },
    Plan { id: u8, product: u8 },
    DropPlan { id: u8 },
    DefaultPlan { product: u8, id: Option<u8> },
    DropProduct { product: u8 },
    Meter { name: u8 },
    SwitchMeter { meter: u8, active: bool },
    Report { name: u8, known: bool, value: u8, identifier: u8, ago: u8 },
    Cancel { name: u8, identifier: u8 },
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        (0..3u8).prop_map(|id| Op::Coupon { id }),
        (0..3u8).prop_map(|id| Op::DropCoupon { id }),
        (0..3u8, 0..4u8, any::<bool>(), any::<bool>()).prop_map(|(coupon, text, active, ends)| Op::Code {
            coupon,
            text,
            active,
            ends
        }),
        (0..6u8, any::<bool>()).prop_map(|(code, active)| Op::SwitchCode { code, active }),
        (0..3u8, 0..2u8).prop_map(|(id, product)| Op::Plan { id, product }),
        (0..3u8).prop_map(|id| Op::DropPlan { id }),
        (0..2u8, proptest::option::of(0..3u8)).prop_map(|(product, id)| Op::DefaultPlan { product, id }),
        (0..2u8).prop_map(|product| Op::DropProduct { product }),
        (0..2u8).prop_map(|name| Op::Meter { name }),
        (0..4u8, any::<bool>()).prop_map(|(meter, active)| Op::SwitchMeter { meter, active }),
        (0..2u8, any::<bool>(), 0..20u8, 0..9u8, 0..4u8).prop_map(|(name, known, value, identifier, ago)| Op::Report {
            name,
            known,
            value,
            identifier,
            ago
        }),
        (0..2u8, 0..9u8).prop_map(|(name, identifier)| Op::Cancel { name, identifier }),
    ]
}

/// What ops name by number, newest first.
#[derive(Debug, Clone, Default)]
struct Made {
    codes: Vec<String>,
    meters: Vec<String>,
    customers: Vec<String>,
}

async fn ids(store: &Store, noun: Noun) -> Vec<String> {
    store.list(Test, &all_of(noun)).await.unwrap().items.iter().map(|record| record.id().to_owned()).collect()
}

async fn made(store: &Store) -> Made {
    Made {
        codes: ids(store, Noun::PromotionCode).await,
        meters: ids(store, Noun::Meter).await,
        customers: ids(store, Noun::BillingCustomer).await,
    }
}

fn nth(ids: &[String], place: u8) -> &str {
    ids.get(usize::from(place)).map_or("none", String::as_str)
}

/// A store with a customer and a tracked limit that the meter `calls0` feeds.
async fn furnish(store: &Store) {
    let patch = BillingCustomerPatch::default();
    ask(store, CreateBillingCustomer { patch, test_clock: None, link_key: "link".into() }).await.unwrap();
    let feature = CreateFeature {
        key: "calls0".to_owned(),
        name: "Calls".to_owned(),
        description: None,
        kind: FeatureKind::Limit,
        tracks_usage: true,
        interval: ResetInterval::Day,
        anchor: ResetAnchor::Calendar,
        metadata: MetadataPatch::default(),
    };
    ask(store, feature).await.unwrap();
    for id in ["p0", "p1"] {
        ask(store, product(id, id)).await.unwrap();
    }
}

async fn submit<C: Command>(store: &Store, command: C) -> String
where
    C::Reply: std::fmt::Debug,
{
    let job = store.submit(CommandJob::new(Test, command)).await.unwrap();
    format!("{:?}", job.reply.unwrap())
}

fn coupon(id: u8) -> CreateCoupon {
    CreateCoupon {
        id: (id > 0).then(|| format!("c{id}").as_str().into()),
        name: None,
        off: Off::Percent(Quantity::whole(5)),
        lasts: Lasts::Forever,
        products: Vec::new(),
        max_redemptions: None,
        redeem_by: None,
        metadata: MetadataPatch::default(),
    }
}

fn code(coupon: u8, text: u8, active: bool, ends: Option<Timestamp>) -> CreatePromotionCode {
    CreatePromotionCode {
        code: ["same", "SAME", "other"].get(usize::from(text)).map(|text| (*text).to_owned()),
        coupon: format!("c{coupon}").as_str().into(),
        customer: None,
        active,
        expires: ends,
        max_redemptions: None,
        restrictions: Restrictions::default(),
        metadata: MetadataPatch::default(),
    }
}

fn plan(id: u8, product: u8) -> CreatePlan {
    CreatePlan {
        id: Some(format!("plan{id}").as_str().into()),
        product: ProductChoice::Existing(format!("p{product}").as_str().into()),
        price: NewPrice {
            active: None,
            currency: Currency::from_code("usd").unwrap(),
            charge: Charge::PerUnit(UnitAmount::from_minor(5).unwrap()),
            currency_options: BTreeMap::new(),
            lookup_key: None,
            metadata: MetadataPatch::default(),
            nickname: None,
            recurring: Some(Recurring {
                interval: Interval::Month,
                interval_count: 1,
                usage_type: UsageType::Licensed,
                meter: None,
                trial_period_days: None,
            }),
            tax_behavior: None,
            transform_quantity: None,
        },
    }
}

fn meter(name: u8) -> CreateMeter {
    CreateMeter {
        event_name: format!("calls{name}"),
        display_name: "Calls".to_owned(),
        formula: Formula::Sum,
        customer_key: "who".to_owned(),
        value_key: "value".to_owned(),
        window: None,
    }
}

/// Runs one op, which names things among those that were made; instants are told from `now`.
async fn perform(store: &Store, op: Op, made: &Made, now: Timestamp) -> String {
    let ahead = |millis| Timestamp::from_millis(now.millis() + millis);
    match op {
        Op::Coupon { id } => submit(store, coupon(id)).await,
        Op::DropCoupon { id } => submit(store, DeleteCoupon { id: format!("c{id}").as_str().into() }).await,
        Op::Code { coupon, text, active, ends } => {
            submit(store, code(coupon, text, active, ends.then(|| ahead(2)))).await
        }
        Op::SwitchCode { code, active } => {
            let (others, metadata) = (BTreeMap::new(), MetadataPatch::default());
            let id = nth(&made.codes, code).into();
            submit(store, UpdatePromotionCode { id, active: Some(active), others, metadata }).await
        }
        Op::Plan { id, product } => submit(store, plan(id, product)).await,
        Op::DropPlan { id } => submit(store, DeletePlan { id: format!("plan{id}").as_str().into() }).await,
        Op::DefaultPlan { product, id } => {
            let default_price = match id {
                Some(id) => Patch::Set(format!("plan{id}").as_str().into()),
                None => Patch::Clear,
            };
            let patch = ProductPatch { default_price, ..ProductPatch::default() };
            submit(store, UpdateProduct { id: format!("p{product}").as_str().into(), patch }).await
        }
        Op::DropProduct { product } => submit(store, DeleteProduct { id: format!("p{product}").as_str().into() }).await,
        Op::Meter { name } => submit(store, meter(name)).await,
        Op::SwitchMeter { meter, active } => {
            submit(store, SwitchMeter { id: nth(&made.meters, meter).into(), active }).await
        }
        Op::Report { name, known, value, identifier, ago } => {
            let who = if known { nth(&made.customers, 0) } else { "cus_none" };
            let payload = [("who", who.to_owned()), ("value", format!("{value}.5"))];
            let report = ReportUsage {
                event_name: format!("calls{name}"),
                payload: payload.map(|(key, text)| (key.to_owned(), text)).into(),
                identifier: (identifier > 0).then(|| format!("i{identifier}")),
                occurred: (ago > 0).then(|| ahead(-i64::from(ago) * 40_000_000)),
            };
            submit(store, report).await
        }
        Op::Cancel { name, identifier } => {
            let (event_name, identifier) = (format!("calls{name}"), format!("i{identifier}"));
            submit(store, CancelMeterEvent { event_name, identifier }).await
        }
    }
}

/// Everything that the ops make, as it is listed; the events of meters by their subjects.
async fn rows(store: &Store) -> Vec<Record> {
    let mut rows = Vec::new();
    let listed =
        [Noun::Product, Noun::Price, Noun::Coupon, Noun::PromotionCode, Noun::Meter, Noun::Event, Noun::Customer];
    for noun in listed {
        rows.extend(store.list(Test, &all_of(noun)).await.unwrap().items);
    }
    let made = made(store).await;
    for meter in &made.meters {
        let subject = MeterEvent::subject(&meter.as_str().into(), &made.customers[0].as_str().into());
        let filters = vec![Filter::Is(Field::MeterEventSubject, Value::Text(subject))];
        let query = ListQuery { filters, ..all_of(Noun::MeterEvent) };
        rows.extend(store.list(Test, &query).await.unwrap().items);
    }
    rows
}

async fn agree_one_by_one(engine: Engine, ops: &[Op]) {
    let (model, other) = (World::new(Engine::Model).await, World::new(engine).await);
    furnish(&model.store).await;
    furnish(&other.store).await;
    for op in ops {
        let (made, now) = (made(&model.store).await, model.store.clock().now());
        let expected = perform(&model.store, op.clone(), &made, now).await;
        assert_eq!(perform(&other.store, op.clone(), &made, now).await, expected, "{op:?}");
        model.pass(1);
        other.pass(1);
    }
    assert_eq!(rows(&other.store).await, rows(&model.store).await);
    other.store.close().await;
    let report = check(&other.url).await.unwrap();
    assert!(report.is_healthy(), "{report}");
}

async fn agree_in_batches(engine: Engine, ops: &[Op]) {
    let (model, other) = (World::new(Engine::Model).await, World::new(engine).await);
    furnish(&model.store).await;
    furnish(&other.store).await;
    let now = model.store.clock().now();
    let (mut expected, mut known) = (Vec::new(), Vec::new());
    for op in ops {
        known.push(made(&model.store).await);
        expected.push(perform(&model.store, op.clone(), &known[known.len() - 1], now).await);
    }
    // Tasks of a runtime on one thread begin in the order they are made, so the queue has that order too.
    let World { store, folder, .. } = other;
    let store = Arc::new(store);
    let perform = |(op, made): (&Op, Made)| {
        let (store, op) = (store.clone(), op.clone());
        tokio::spawn(async move { perform(&store, op, &made, now).await })
    };
    let answers: Vec<_> = ops.iter().zip(known).map(perform).collect();
    for (answer, expected) in answers.into_iter().zip(expected) {
        assert_eq!(answer.await.unwrap(), expected);
    }
    assert_eq!(rows(&store).await, rows(&model.store).await);
    store.close().await;
    drop(folder);
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn one_by_one_the_engines_agree_on_offers_and_meters(ops in proptest::collection::vec(op(), 1..60)) {
        run(async {
            for engine in Engine::all().skip(1) {
                agree_one_by_one(engine, &ops).await;
            }
        });
    }

    #[test]
    fn in_batches_the_engines_agree_on_offers_and_meters(ops in proptest::collection::vec(op(), 1..100)) {
        run(async {
            for engine in Engine::all().skip(1) {
                agree_in_batches(engine, &ops).await;
            }
        });
    }
}
