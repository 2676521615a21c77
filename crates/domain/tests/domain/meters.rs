//! Meters: what is reported to one comes to the same in its summaries and in the feature that it feeds.

use crate::ask::{at, limit, track};
use crate::engine::random;
use crate::world::World;
use std::collections::BTreeMap;
use std::sync::Arc;
use tollgate_domain::billing_customer::{
    BillingCustomer, BillingCustomerPatch, CreateBillingCustomer, DeleteBillingCustomer,
};
use tollgate_domain::feature::CreateFeature;
use tollgate_domain::id::TestClockId;
use tollgate_domain::meter::{
    Aggregate, CANCEL_MAX_MILLIS, CancelMeterEvent, CreateMeter, Formula, Meter, MeterEvent, ReportUsage, Reported,
};
use tollgate_domain::quantity::Quantity;
use tollgate_domain::record::{Noun, Record};
use tollgate_domain::refusal::{MeterRefusal, Refusal};
use tollgate_domain::test_clock::CreateTestClock;
use tollgate_domain::time::Timestamp;
use tollgate_domain::usage::Track;
use tollgate_domain::window::{ResetAnchor, ResetInterval};

fn meter(formula: Formula) -> CreateMeter {
    CreateMeter {
        event_name: "calls".to_owned(),
        display_name: "Calls".to_owned(),
        formula,
        customer_key: "who".to_owned(),
        value_key: "value".to_owned(),
        window: None,
    }
}

fn customer(world: &mut World, clock: Option<TestClockId>) -> Arc<BillingCustomer> {
    let patch = BillingCustomerPatch::default();
    world.ok(&CreateBillingCustomer { patch, test_clock: clock, link_key: "link".into() })
}

fn report(customer: &BillingCustomer, value: &str, identifier: &str) -> ReportUsage {
    let payload = [("who", customer.id.as_str()), ("value", value)];
    ReportUsage {
        event_name: "calls".to_owned(),
        payload: payload.map(|(key, text)| (key.to_owned(), text.to_owned())).into(),
        identifier: Some(identifier.to_owned()),
        occurred: None,
    }
}

fn cancel(identifier: &str) -> CancelMeterEvent {
    CancelMeterEvent { event_name: "calls".to_owned(), identifier: identifier.to_owned() }
}

/// What the events of a customer come to, from the rows there are.
fn aggregate(world: &World, meter: &Meter, customer: &BillingCustomer) -> Quantity {
    let events = world.engine.of(Noun::MeterEvent).filter_map(|record| match record {
        Record::MeterEvent(event) => Some(event),
        _ => None,
    });
    let mut counted: Vec<(&Arc<MeterEvent>, Quantity)> = events
        .filter_map(|event| {
            let counted = event.counted.as_ref().filter(|counted| counted.customer == customer.id)?;
            Some((event, counted.value))
        })
        .collect();
    counted.sort_by_key(|(event, _)| std::cmp::Reverse(event.created));
    let mut sum = Aggregate::default();
    for (_, value) in counted {
        sum.add(value);
    }
    sum.value(meter.formula)
}

fn q(text: &str) -> Quantity {
    Quantity::parse(text).unwrap()
}

#[test]
fn whatever_is_reported_and_cancelled_the_feature_and_the_summary_agree() {
    for seed in 0..20 {
        let mut world = World::new();
        world.tracked("calls", ResetInterval::Never, ResetAnchor::Calendar);
        let meter = world.ok(&meter(Formula::Sum));
        let customers = [customer(&mut world, None), customer(&mut world, None)];
        let mut draw = random(seed);
        let mut expected: [BTreeMap<String, Quantity>; 2] = Default::default();
        for step in 0..60 {
            let who = usize::from(draw().is_multiple_of(2));
            world.wait_millis(i64::try_from(draw() % 1_200_000).unwrap());
            match draw() % 3 {
                0 if !expected[who].is_empty() => {
                    let place = usize::try_from(draw()).unwrap_or(0) % expected[who].len();
                    let identifier = expected[who].keys().nth(place).unwrap().clone();
                    world.ok(&cancel(&identifier));
                    expected[who].remove(&identifier);
                }
                _ => {
                    let value = format!("{}.{:03}", draw() % 50, draw() % 1000);
                    let identifier = format!("{who}-{step}");
                    let ago = i64::try_from(draw() % 2_000_000_000).unwrap();
                    let occurred = Timestamp::from_millis(world.now.millis() - ago);
                    let asked = report(&customers[who], &value, &identifier);
                    world.ok(&ReportUsage { occurred: Some(occurred), ..asked });
                    expected[who].insert(identifier, q(&value));
                }
            }
            for (customer, expected) in customers.iter().zip(&expected) {
                let sum: Quantity = expected.values().copied().sum();
                assert_eq!(aggregate(&world, &meter, customer), sum, "seed {seed}, step {step}");
                assert_eq!(world.usage(customer.id.as_str(), "calls").used, sum, "seed {seed}, step {step}");
            }
        }
    }
}

#[test]
fn an_event_is_recorded_once_whichever_dialect_tells_of_it_first() {
    let mut world = World::new();
    world.tracked("calls", ResetInterval::Never, ResetAnchor::Calendar);
    world.ok(&meter(Formula::Sum));
    let customer = customer(&mut world, None);
    let id = customer.id.as_str();
    world.ok(&Track { key: Some("a".to_owned()), ..track(id, "calls", 5) });
    let Reported { event, .. } = world.ok(&report(&customer, "5", "a"));
    assert_eq!(event.counted.as_ref().unwrap().usage, None);
    assert_eq!(world.usage(id, "calls").used, q("5"));
    // What the other dialect recorded is not the meter's to take back.
    world.ok(&cancel("a"));
    assert_eq!(world.usage(id, "calls").used, q("5"));
}

#[test]
fn a_feature_that_is_not_counted_or_archived_or_not_there_is_not_fed() {
    let mut world = World::new();
    world.ok(&meter(Formula::Sum));
    let customer = customer(&mut world, None);
    let usage = |reported: &Reported| reported.event.counted.as_ref().unwrap().usage.clone();
    assert_eq!(usage(&world.ok(&report(&customer, "1", "a"))), None);
    world.ok(&CreateFeature { tracks_usage: false, ..limit("calls") });
    assert_eq!(usage(&world.ok(&report(&customer, "1", "b"))), None);
}

#[test]
fn a_deleted_customer_counts_for_nothing() {
    let mut world = World::new();
    world.ok(&meter(Formula::Count));
    let customer = customer(&mut world, None);
    world.ok(&DeleteBillingCustomer { id: customer.id.clone() });
    assert_eq!(world.ok(&report(&customer, "1", "a")).event.counted, None);
}

#[test]
fn a_customer_of_a_test_clock_reports_at_the_time_of_the_clock() {
    let mut world = World::new();
    world.tracked("calls", ResetInterval::Never, ResetAnchor::Calendar);
    world.ok(&meter(Formula::Sum));
    let frozen = at("2027-06-01");
    let clock = world.ok(&CreateTestClock { name: None, frozen }).id.clone();
    let customer = customer(&mut world, Some(clock));
    let reported = world.ok(&report(&customer, "2", "a"));
    assert_eq!((reported.event.created, reported.event.recorded), (frozen, world.now));
    let asked = |occurred| ReportUsage { occurred: Some(occurred), ..report(&customer, "1", "b") };
    assert_eq!(world.run(&asked(world.now)).unwrap_err(), Refusal::Meter(MeterRefusal::BadInstant));
    world.ok(&asked(at("2027-05-20")));
    assert_eq!(world.usage(customer.id.as_str(), "calls").used, q("3"));
    let events = world.events(customer.id.as_str(), "calls");
    let mut occurred: Vec<_> = events.iter().map(|event| event.occurred).collect();
    occurred.sort_unstable();
    assert_eq!(occurred, [at("2027-05-20"), frozen]);
}

#[test]
fn an_event_is_cancelled_within_a_day_of_its_report() {
    let mut world = World::new();
    world.ok(&meter(Formula::Sum));
    let customer = customer(&mut world, None);
    for identifier in ["a", "b"] {
        world.ok(&report(&customer, "1", identifier));
    }
    world.wait_millis(CANCEL_MAX_MILLIS);
    world.ok(&cancel("a"));
    world.wait_millis(1);
    let late = MeterRefusal::TooLate { identifier: "b".to_owned() };
    assert_eq!(world.run(&cancel("b")).unwrap_err(), Refusal::Meter(late));
    let none = MeterRefusal::NoEvent { identifier: "c".to_owned() };
    assert_eq!(world.run(&cancel("c")).unwrap_err(), Refusal::Meter(none));
}
