//! Facts that follow changes are what would be loaded anew, and commands decided in one batch come to what they come to one by
//! one.

use super::history::History;
use super::op::{CUSTOMERS, Dice};
use super::size;
use crate::ask::{custom_product, define};
use crate::engine::{Engine, Seat};
use crate::world::{Deed, World};
use std::collections::BTreeSet;
use std::sync::Arc;
use tollgate_domain::custom_product::CreateCustomProduct;
use tollgate_domain::facts::{Facts, Key, ReadSet};
use tollgate_domain::id::{BonusId, CustomerId, OverrideId, ProductId, UsageEventId};
use tollgate_domain::product::{CreateProduct, DeleteProduct, NewProduct};
use tollgate_domain::record::{Field, Lookup, Noun, Record, Value};
use tollgate_domain::time::Timestamp;
use tollgate_domain::usage;
use tollgate_domain::window::Window;

/// A history, told as it went one by one; with products that come and go.
fn told(seed: u64, steps: usize) -> World {
    let mut history = History::new(World::with_diary(), seed);
    let (mut dice, mut plans) = (Dice::of_history(seed), Vec::new());
    for _ in 0..steps {
        history.step(&dice.op()).unwrap();
        if dice.percent(10) {
            come_and_go(&mut history.world, &mut dice, &mut plans);
        }
    }
    history.world
}

fn come_and_go(world: &mut World, dice: &mut Dice, plans: &mut Vec<ProductId>) {
    match dice.below(4) {
        0 => drop(world.ok(&CreateCustomProduct { name: "Plan".to_owned(), key: None, ..custom_product("", &[]) })),
        1 if !plans.is_empty() => drop(world.ok(&DeleteProduct { id: plans.swap_remove(dice.below(plans.len())) })),
        _ => {
            let new = NewProduct { name: "custom plan".to_owned(), ..NewProduct::default() };
            let plan = world.ok(&CreateProduct { product: new, default_price: None });
            world.ok(&define(&plan.key, &[]));
            plans.push(plan.id.clone());
        }
    }
}

/// Values that can be asked for, of the rows there are.
fn values(engine: &Engine) -> BTreeSet<(Field, String)> {
    let records = engine.rows().values().flat_map(|rows| rows.values().map(|(_, record)| record));
    let of = |record: &Record| -> Vec<(Field, String)> {
        let fields = record.noun().fields().iter().filter(|field| field.lookup() != Lookup::Scan);
        let text = fields.filter_map(|field| match record.value(*field) {
            Value::Text(text) => Some((*field, text)),
            _ => None,
        });
        text.collect()
    };
    records.flat_map(of).collect()
}

fn ids(engine: &Engine) -> BTreeSet<(Noun, String)> {
    engine.rows().iter().flat_map(|(noun, rows)| rows.keys().map(|id| (*noun, id.clone()))).collect()
}

/// Whatever is known is so. `values` and `ids` are those of before and after.
fn check(mut facts: Facts, engine: &Engine, values: &BTreeSet<(Field, String)>, ids: &BTreeSet<(Noun, String)>) {
    if let Ok(catalog) = facts.catalog() {
        assert_eq!(catalog, engine.catalog(), "the catalog that followed is the one that is built of its records");
    }
    let loaded = |key: Key| {
        let mut loaded = Facts::default();
        engine.load(&ReadSet::from(key), &mut loaded);
        loaded
    };
    for (field, value) in values {
        if let Ok(any) = facts.any(*field, value) {
            let wanted = loaded(Key::any(*field, value)).any(*field, value).unwrap();
            assert_eq!(any, wanted, "whether any has {field:?} {value}");
        }
        if field.lookup() == Lookup::Unique
            && let Ok(holder) = facts.holder(*field, value)
        {
            let loaded = loaded(Key::holder(*field, value));
            assert_eq!(Ok(holder), loaded.holder(*field, value), "who holds {field:?} {value}");
        }
    }
    for (noun, id) in ids {
        let wanted = engine.row(*noun, id).cloned();
        let text = id.as_str();
        let known = match noun {
            Noun::UsageEvent => facts.usage_event(&UsageEventId::from(text)).map(|row| row.map(Record::UsageEvent)),
            Noun::Bonus => facts.bonus(&BonusId::from(text)).map(|row| row.map(Record::Bonus)),
            Noun::Override => facts.overrule(&OverrideId::from(text)).map(|row| row.map(Record::Override)),
            Noun::Product => facts.product(&ProductId::from(text)).map(|row| row.map(Record::Product)),
            _ => continue,
        };
        if let Ok(known) = known {
            assert_eq!(known, wanted);
        }
    }
    for id in CUSTOMERS.map(CustomerId::from) {
        check_tallies(&facts, engine, &id);
        if let Some(account) = facts.take_account(&id) {
            assert_eq!(
                account,
                engine.account(&id),
                "the account that followed is the one that is built of its records"
            );
        }
    }
}

fn check_tallies(facts: &Facts, engine: &Engine, customer: &CustomerId) {
    let counters = engine.account(customer).and_then(|account| account.counters.clone());
    for feature in engine.catalog().features().values() {
        let subject = usage::subject(&feature.id, customer);
        let counter = counters.as_ref().and_then(|counters| counters.of(&feature.id));
        for window in counter.map(|counter| counter.window).into_iter().chain([Window::ALWAYS]) {
            if let Ok(tally) = facts.usage_tally(&subject, window) {
                let events = engine.usage(&subject, window);
                assert_eq!(tally.count, events.len() as u64);
                assert_eq!(tally.sum, events.iter().map(|event| event.amount).sum());
            }
        }
    }
}

/// The same deeds, in batches.
struct Replay {
    engine: Engine,
    now: Timestamp,
    seats: Vec<Box<dyn Seat>>,
    shown: Vec<String>,
}

impl Replay {
    fn flush(&mut self) {
        let (mut values_then, mut ids_then) = (values(&self.engine), ids(&self.engine));
        let facts = self.engine.run_all(&mut self.seats, self.now);
        for (seat, shown) in self.seats.drain(..).zip(self.shown.drain(..)) {
            assert_eq!(seat.shown(), shown, "a command answers in a batch as it does alone");
        }
        values_then.extend(values(&self.engine));
        ids_then.extend(ids(&self.engine));
        check(facts, &self.engine, &values_then, &ids_then);
    }

    fn take(&mut self, deed: Deed) {
        match deed {
            Deed::Command { now, seat, shown } => {
                if now != self.now {
                    self.flush();
                }
                self.now = now;
                self.seats.push(seat);
                self.shown.push(shown);
            }
            Deed::Subscribed(id, subscribed) => {
                self.flush();
                self.engine.subscribe(&id, subscribed);
            }
        }
    }
}

#[test]
fn a_batch_comes_to_what_its_commands_come_to_one_by_one_and_facts_follow_it() {
    let (cases, first) = (size("TOLLGATE_TEST_CASES", 1000) / 5, size("TOLLGATE_SEED", 0));
    for seed in (first..first + cases).map(|seed| seed as u64) {
        let mut world = told(seed, 60);
        let deeds = world.diary.take().unwrap();
        let mut dice = Dice::new(seed);
        let largest = dice.of(&[2, 5, 20, 100]);
        let mut replay = Replay { engine: Engine::default(), now: world.now, seats: Vec::new(), shown: Vec::new() };
        for deed in deeds {
            replay.take(deed);
            if replay.seats.len() == largest {
                replay.flush();
            }
        }
        replay.flush();
        assert_eq!(replay.engine.rows(), world.engine.rows(), "history {seed}");
        let told = |engine: &Engine| engine.events.iter().map(Arc::clone).collect::<Vec<_>>();
        assert_eq!(told(&replay.engine), told(&world.engine), "history {seed}");
    }
}
