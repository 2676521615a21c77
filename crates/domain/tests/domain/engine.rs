//! The smallest engine: every row in a map, everything found by looking at each.
//!
//! It is strict where a real one may be lenient: a write must name the row exactly as it is, and no two rows may have the
//! same value in a unique field.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;
use tollgate_domain::account::{self, Account};
use tollgate_domain::batch::{self, Batch, Job, LOAD_ROUNDS_MAX, Step};
use tollgate_domain::catalog::{self, Catalog};
use tollgate_domain::command::{Changes, Command, Cx, Given, Sweep, Write};
use tollgate_domain::customer::{Customer, MERGED_EVENTS_MAX, Subscribed};
use tollgate_domain::environment::Environment;
use tollgate_domain::event::Event;
use tollgate_domain::facts::{Fact, Facts, Key, ReadSet};
use tollgate_domain::id::CustomerId;
use tollgate_domain::record::{Field, Lookup, Noun, Record, Value};
use tollgate_domain::refusal::Refusal;
use tollgate_domain::subscription::Payments;
use tollgate_domain::time::Timestamp;
use tollgate_domain::usage::{self, Tally, UsageEvent};
use tollgate_domain::webhook::Endpoints;
use tollgate_domain::window::Window;

/// The one data set there is.
const ENVIRONMENT: Environment = Environment::Test;

#[derive(Default)]
pub(crate) struct Engine {
    /// Rows of each noun by id, with the number of their insertion.
    rows: BTreeMap<Noun, BTreeMap<String, (u64, Record)>>,
    inserted: u64,
    catalog: Arc<Catalog>,
    pub(crate) events: Vec<Arc<Event>>,
    /// How the server is set.
    pub(crate) payments: Payments,
}

impl Engine {
    /// Runs one command. Every decision on it draws the same numbers.
    pub(crate) fn run<C: Command>(&mut self, command: &C, now: Timestamp, seed: u64) -> Result<C::Reply, Refusal> {
        let mut facts = Facts::default();
        self.load(&command.reads(), &mut facts);
        for _ in 0..=LOAD_ROUNDS_MAX {
            let mut random = random(seed);
            let payments = self.payments;
            let mut cx = Cx { environment: ENVIRONMENT, now, payments, cause: None, random: &mut random };
            match batch::decide(command, &facts, &mut cx) {
                Ok((reply, changes)) => {
                    self.apply(changes);
                    return reply;
                }
                Err(reads) => self.load(&reads, &mut facts),
            }
        }
        panic!("a command asks for more than {LOAD_ROUNDS_MAX} rounds of loading");
    }

    /// Runs commands as one batch; gives what they made of what they knew, which is to be what there is.
    pub(crate) fn run_all(&mut self, seats: &mut [Box<dyn Seat>], now: Timestamp) -> Facts {
        let mut batch = Batch::new();
        for seat in &*seats {
            self.load(&seat.reads(), batch.facts_mut(ENVIRONMENT));
        }
        let given = Given { now, payments: self.payments };
        loop {
            match batch.step(seats, given, &mut || unreachable!("every seat has its own numbers")) {
                Step::Load { apply, reads } => {
                    self.apply_all(apply);
                    for (environment, reads) in &reads {
                        self.load(reads, batch.facts_mut(*environment));
                    }
                }
                Step::Commit(apply) => {
                    self.apply_all(apply);
                    return batch.facts_mut(ENVIRONMENT).clone();
                }
                Step::Endless(place) => panic!("the command at {place} asks for too many rounds of loading"),
            }
        }
    }

    /// Answers keys that are not known yet.
    pub(crate) fn load(&self, reads: &ReadSet, facts: &mut Facts) {
        for key in reads.keys() {
            if !facts.knows(key) {
                facts.learn(key.clone(), self.fact(key));
            }
        }
    }

    fn fact(&self, key: &Key) -> Fact {
        match key {
            Key::Row(Noun::Event, id) => {
                Fact::Row(self.events.iter().find(|event| event.id.as_str() == id).cloned().map(Record::Event))
            }
            Key::Row(noun, id) => Fact::Row(self.row(*noun, id).cloned()),
            Key::Holder(field, text) => Fact::Holder(self.with(*field, text).map(|row| row.id().to_owned()).next()),
            Key::Any(field, text) => Fact::Any(self.with(*field, text).next().is_some()),
            Key::Elsewhere(..) => Fact::Any(false),
            Key::Catalog | Key::CatalogHeld => Fact::Catalog(self.catalog.clone()),
            Key::Endpoints => {
                let mut endpoints = Endpoints::default();
                self.of(Noun::WebhookEndpoint).for_each(|record| endpoints.put(record));
                Fact::Endpoints(Arc::new(endpoints))
            }
            Key::Account(id) => Fact::Account(self.account(id)),
            Key::UsageEvents(subject) => {
                let rows = self.rows.get(&Noun::UsageEvent).into_iter().flat_map(BTreeMap::values);
                let mut events: Vec<(u64, Arc<UsageEvent>)> = rows
                    .filter_map(|(place, record)| match record {
                        Record::UsageEvent(event) if usage::subject(&event.feature, &event.customer) == *subject => {
                            Some((*place, event.clone()))
                        }
                        _ => None,
                    })
                    .collect();
                events.sort_by_key(|(place, _)| *place);
                Fact::UsageEvents(events.into_iter().take(MERGED_EVENTS_MAX + 1).map(|(_, event)| event).collect())
            }
            Key::UsageTally(subject, window) => {
                let events = self.usage(subject, *window);
                Fact::Tally(Tally { count: events.len() as u64, sum: events.iter().map(|event| event.amount).sum() })
            }
        }
    }

    pub(crate) fn of(&self, noun: Noun) -> impl Iterator<Item = &Record> {
        self.rows.get(&noun).into_iter().flat_map(|rows| rows.values().map(|(_, record)| record))
    }

    pub(crate) fn row(&self, noun: Noun, id: &str) -> Option<&Record> {
        self.rows.get(&noun)?.get(id).map(|(_, record)| record)
    }

    /// Every row with the number of its insertion.
    pub(crate) fn rows(&self) -> &BTreeMap<Noun, BTreeMap<String, (u64, Record)>> {
        &self.rows
    }

    fn with(&self, field: Field, text: &str) -> impl Iterator<Item = &Record> {
        self.of(field.noun()).filter(move |record| matches!(record.value(field), Value::Text(value) if value == text))
    }

    pub(crate) fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    /// Everything of a customer, put together from its rows: each noun in the order in which it was made.
    pub(crate) fn account(&self, id: &CustomerId) -> Option<Arc<Account>> {
        let Some(Record::Customer(customer)) = self.row(Noun::Customer, id.as_str()) else { return None };
        let mut account = Account::new(customer.clone());
        for noun in account::NOUNS {
            let rows = self.rows.get(&noun).into_iter().flat_map(BTreeMap::values);
            let mut own: Vec<_> = rows.filter(|(_, record)| Account::owner(record) == Some(id)).collect();
            own.sort_by_key(|(place, record)| (record.created(), *place));
            for (_, record) in own {
                account.put(record);
            }
        }
        Some(Arc::new(account))
    }

    /// Puts what a customer has by subscriptions in the place of what it had.
    pub(crate) fn subscribe(&mut self, id: &CustomerId, subscribed: Vec<Subscribed>) {
        let row = self.rows.get_mut(&Noun::Customer).and_then(|rows| rows.get_mut(id.as_str()));
        if let Some((_, Record::Customer(customer))) = row {
            *customer = Arc::new(Customer { subscribed, ..(**customer).clone() });
        }
    }

    pub(crate) fn customers(&self) -> impl Iterator<Item = CustomerId> {
        self.of(Noun::Customer).map(|record| CustomerId::from(record.id()))
    }

    /// The events of a subject in a window.
    pub(crate) fn usage(&self, subject: &str, window: Window) -> Vec<Arc<UsageEvent>> {
        let events = self.with(Field::UsageSubject, subject).filter_map(|record| match record {
            Record::UsageEvent(event) => Some(event),
            _ => None,
        });
        events.filter(|event| window.contains(event.occurred)).cloned().collect()
    }

    fn apply_all(&mut self, changes: Vec<(Environment, Changes)>) {
        for (_, changes) in changes {
            self.apply(changes);
        }
    }

    fn apply(&mut self, changes: Changes) {
        for Sweep { subject, window } in &changes.sweeps {
            for event in self.usage(subject, *window) {
                self.rows.entry(Noun::UsageEvent).or_default().remove(event.id.as_str());
            }
        }
        for write in &changes.writes {
            self.write(write);
        }
        if changes.writes.iter().any(Catalog::is_concerned) {
            self.catalog = Arc::new(self.rebuilt_catalog());
        }
        self.events.extend(changes.events);
    }

    fn rebuilt_catalog(&self) -> Catalog {
        let mut catalog = Catalog::default();
        catalog::NOUNS.iter().flat_map(|noun| self.of(*noun)).for_each(|record| catalog.put(record));
        catalog
    }

    fn write(&mut self, write: &Write) {
        let (Write::Put { after: record, .. } | Write::Delete(record)) = write;
        let (noun, id) = (record.noun(), record.id().to_owned());
        let current = self.row(noun, &id).cloned();
        let rows = self.rows.entry(noun).or_default();
        match write {
            Write::Put { before, after } => {
                assert_eq!(before.as_ref(), current.as_ref(), "a row is changed that is another");
                let place = rows.get(&id).map_or(self.inserted + 1, |(place, _)| *place);
                self.inserted = self.inserted.max(place);
                rows.insert(id, (place, after.clone()));
                self.check_unique(after);
            }
            Write::Delete(before) => {
                assert_eq!(Some(before), current.as_ref(), "a row is deleted that is another");
                rows.remove(&id);
            }
        }
    }

    fn check_unique(&self, record: &Record) {
        for field in record.noun().fields().iter().filter(|field| field.lookup() == Lookup::Unique) {
            if let Value::Text(text) = record.value(*field) {
                assert_eq!(self.with(*field, &text).count(), 1, "{field:?} {text} is there twice");
            }
        }
    }
}

/// Bits that are the same for the same seed: the `SplitMix64` generator.
pub(crate) fn random(mut state: u64) -> impl FnMut() -> u64 {
    move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }
}

/// A command in a batch, its type out of sight.
pub(crate) trait Seat: Job {
    /// What came of it, as it is shown.
    fn shown(&self) -> &str;
}

struct Seated<C> {
    command: C,
    seed: u64,
    shown: String,
}

/// Seats a command with the numbers it draws.
pub(crate) fn seat<C: Command>(command: C, seed: u64) -> Box<dyn Seat>
where
    C::Reply: Debug,
{
    Box::new(Seated { command, seed, shown: String::new() })
}

impl<C: Command> Job for Seated<C>
where
    C::Reply: Debug,
{
    fn environment(&self) -> Environment {
        ENVIRONMENT
    }

    fn reads(&self) -> ReadSet {
        self.command.reads()
    }

    fn decide(&mut self, facts: &Facts, given: Given, _: &mut dyn FnMut() -> u64) -> Result<Changes, ReadSet> {
        let mut random = random(self.seed);
        let Given { now, payments } = given;
        let mut cx = Cx { environment: ENVIRONMENT, now, payments, cause: None, random: &mut random };
        let (reply, changes) = batch::decide(&self.command, facts, &mut cx)?;
        self.shown = format!("{reply:?}");
        Ok(changes)
    }
}

impl<C: Command> Seat for Seated<C>
where
    C::Reply: Debug,
{
    fn shown(&self) -> &str {
        &self.shown
    }
}
