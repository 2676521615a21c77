//! The model: every row in one ordered map, everything found by looking at each. The reference for the engines.

use crate::drive::{self, Rows, drive};
use crate::error::{ListError, OpenError, SearchError, StoreError};
use crate::options::Options;
use crate::page::{Found, Gatherer, UsagePage, UsageQuery, Within, parse_token};
use crate::random::Random;
use crate::task::Task;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tollgate_domain::account::{self, Account};
use tollgate_domain::catalog::{self, Catalog};
use tollgate_domain::command::{Changes, Given, Sweep, Write};
use tollgate_domain::customer::MERGED_EVENTS_MAX;
use tollgate_domain::environment::Environment;
use tollgate_domain::facts::{Fact, Facts, Key, ReadSet};
use tollgate_domain::id::CustomerId;
use tollgate_domain::idempotency::RECEIPT_LIFETIME_MILLIS;
use tollgate_domain::list::{Cursor, Filter, ListQuery, Page};
use tollgate_domain::record::{Field, Noun, Record, Value};
use tollgate_domain::search::Query;
use tollgate_domain::time::Timestamp;
use tollgate_domain::usage::{Tally, UsageEvent};
use tollgate_domain::webhook::Endpoints;
use tollgate_domain::window::Window;

/// The in-memory engine.
#[derive(Debug)]
pub(crate) struct Model(Mutex<State>);

#[derive(Debug)]
struct State {
    /// By order of insertion.
    rows: BTreeMap<i64, (Environment, Record)>,
    random: Random,
}

impl Model {
    pub(crate) fn new(options: &Options) -> Result<Self, OpenError> {
        Ok(Self(Mutex::new(State { rows: BTreeMap::new(), random: Random::new(options.seed)? })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn submit(&self, task: Box<dyn Task>, given: Given) {
        let mut state = self.state();
        let mut random = state.random.clone();
        let mut tasks = [task];
        let outcome = drive(&mut *state, &mut tasks, given, &mut || random.next()).map(|_| ());
        state.random = random;
        drop(state);
        let [task] = tasks;
        task.answer(outcome);
    }

    pub(crate) fn get(&self, environment: Environment, noun: Noun, id: &str) -> Option<Record> {
        self.state().find(environment, noun, |record| record.id() == id).map(|(_, record)| record.clone())
    }

    pub(crate) fn load(&self, environment: Environment, reads: &ReadSet, facts: &mut Facts) -> Result<(), StoreError> {
        drive::load(&mut *self.state(), environment, reads, facts)
    }

    pub(crate) fn list(&self, environment: Environment, query: &ListQuery) -> Result<Page<Record>, ListError> {
        let state = self.state();
        let mut rows: Vec<((Timestamp, i64), &Record)> =
            state.of(environment, query.noun).map(|(seq, record)| ((record.created(), seq), record)).collect();
        rows.sort_unstable_by_key(|(place, _)| *place);
        let (Some(Cursor::After(id) | Cursor::Before(id)), backwards) =
            (&query.cursor, matches!(query.cursor, Some(Cursor::Before(_))))
        else {
            return Ok(state.page(environment, rows.into_iter().rev(), query));
        };
        let beside = rows.iter().position(|(_, record)| record.id() == id).ok_or(ListError::NoSuchCursor)?;
        if !backwards {
            return Ok(state.page(environment, rows.drain(..beside).rev(), query));
        }
        let mut page = state.page(environment, rows.drain(beside + 1..), query);
        page.items.reverse();
        Ok(page)
    }

    pub(crate) fn search(
        &self,
        environment: Environment,
        query: &Query,
        page: Option<&str>,
        limit: usize,
        count: bool,
    ) -> Result<Found, SearchError> {
        let below = page.map(|page| parse_token(page).ok_or(SearchError::BadPage)).transpose()?;
        let mut gatherer = Gatherer::new(limit, count, below);
        for (seq, record) in self.state().of(environment, query.noun).rev() {
            if seq < gatherer.start() && query.matches(record) && !gatherer.take(seq, record.clone()) {
                break;
            }
        }
        Ok(gatherer.finish())
    }

    pub(crate) fn count(&self, environment: Environment, field: Field, value: &str) -> u64 {
        self.state().of(environment, field.noun()).filter(|(_, record)| has(record, field, value)).count() as u64
    }

    pub(crate) fn due(&self, environment: Environment, field: Field, within: &Within, limit: usize) -> Vec<String> {
        let state = self.state();
        let rows = state.of(environment, field.noun()).map(|(seq, record)| (record.value(field), record, seq));
        let is_within =
            |value: &Value| matches!(value, Value::Text(due) if (&within.first..=&within.last).contains(&due));
        let mut rows: Vec<_> = rows.filter(|(due, ..)| is_within(due)).collect();
        rows.sort_unstable_by_key(|(due, record, seq)| (due.clone(), record.created(), *seq));
        rows.into_iter().take(limit).map(|(_, record, _)| record.id().to_owned()).collect()
    }

    pub(crate) fn usage_events(&self, environment: Environment, query: &UsageQuery) -> UsagePage {
        let events = self.state().usage(environment, &query.subject, query.window);
        let total = events.len() as u64;
        UsagePage { events: events.into_iter().skip(query.offset).take(query.limit).collect(), total }
    }

    pub(crate) fn prune(&self, now: Timestamp) -> u64 {
        let mut state = self.state();
        let before = state.rows.len();
        state.rows.retain(|_, (_, record)| {
            record.noun() != Noun::Receipt || now.millis() - record.created().millis() <= RECEIPT_LIFETIME_MILLIS
        });
        (before - state.rows.len()) as u64
    }
}

fn has(record: &Record, field: Field, text: &str) -> bool {
    matches!(record.value(field), Value::Text(value) if value == text)
}

impl State {
    fn of(&self, environment: Environment, noun: Noun) -> impl DoubleEndedIterator<Item = (i64, &Record)> {
        self.rows
            .iter()
            .filter(move |(_, (of, record))| *of == environment && record.noun() == noun)
            .map(|(seq, (_, record))| (*seq, record))
    }

    fn page<'a>(
        &self,
        environment: Environment,
        rows: impl Iterator<Item = ((Timestamp, i64), &'a Record)>,
        query: &ListQuery,
    ) -> Page<Record> {
        let mut items: Vec<Record> = rows
            .map(|(_, record)| record)
            .filter(|record| query.created.from.is_none_or(|from| from <= record.created()))
            .filter(|record| query.created.to.is_none_or(|to| record.created() <= to))
            .filter(|record| query.filters.iter().all(|filter| self.holds(environment, filter, record)))
            .take(query.limit + 1)
            .cloned()
            .collect();
        let has_more = items.len() > query.limit;
        items.truncate(query.limit);
        Page { items, has_more }
    }

    fn holds(&self, environment: Environment, filter: &Filter, record: &Record) -> bool {
        match filter {
            Filter::Is(field, value) => record.value(*field) == *value,
            Filter::OneOf(field, values) => values.contains(&record.value(*field)),
            Filter::StartsWith(field, start) => {
                matches!(record.value(*field), Value::Text(text) if text.starts_with(start))
            }
            Filter::Contains(field, part) => {
                matches!(record.value(*field), Value::Text(text) if text.contains(part))
            }
            Filter::Ids(ids) => ids.iter().any(|id| id == record.id()),
            Filter::Delivered(is_delivered) => {
                let is_left = |delivery: &Record| has(delivery, Field::DeliveryEvent, record.id());
                self.find(environment, Noun::Delivery, is_left).is_none() == *is_delivered
            }
        }
    }

    fn find(&self, environment: Environment, noun: Noun, test: impl Fn(&Record) -> bool) -> Option<(i64, &Record)> {
        self.of(environment, noun).find(|(_, record)| test(record))
    }

    /// Everything of a customer: what belongs to it, in the order in which it was made.
    fn account(&self, environment: Environment, id: &CustomerId) -> Option<Arc<Account>> {
        let (_, customer) = self.find(environment, Noun::Customer, |record| record.id() == id.as_str())?;
        let Record::Customer(customer) = customer else { return None };
        let mut account = Account::new(customer.clone());
        for noun in account::NOUNS {
            let mut parts: Vec<(i64, &Record)> =
                self.of(environment, noun).filter(|(_, record)| Account::owner(record) == Some(id)).collect();
            parts.sort_by_key(|(seq, record)| (record.created(), *seq));
            for (_, record) in parts {
                account.put(record);
            }
        }
        Some(Arc::new(account))
    }

    /// The events of a subject in a window, with their places.
    fn usage_rows(&self, environment: Environment, subject: &str, window: Window) -> Vec<(i64, &Arc<UsageEvent>)> {
        let events = self.of(environment, Noun::UsageEvent).filter_map(|(seq, record)| match record {
            Record::UsageEvent(event) if has(record, Field::UsageSubject, subject) => Some((seq, event)),
            _ => None,
        });
        events.filter(|(_, event)| window.contains(event.occurred)).collect()
    }

    /// The events of a subject in a window, newest first.
    fn usage(&self, environment: Environment, subject: &str, window: Window) -> Vec<Arc<UsageEvent>> {
        let mut events = self.usage_rows(environment, subject, window);
        events.sort_by_key(|(seq, event)| std::cmp::Reverse((event.occurred, *seq)));
        events.into_iter().map(|(_, event)| event.clone()).collect()
    }

    fn insert(&mut self, environment: Environment, record: Record) -> Result<(), StoreError> {
        if self.find(environment, record.noun(), |other| other.id() == record.id()).is_some() {
            return Err(StoreError::Conflict(record.id().to_owned()));
        }
        let seq = self.rows.last_key_value().map_or(1, |(last, _)| last + 1);
        self.rows.insert(seq, (environment, record));
        Ok(())
    }

    fn seq(&self, environment: Environment, record: &Record) -> Result<i64, StoreError> {
        let found = self.find(environment, record.noun(), |other| other.id() == record.id());
        found.map(|(seq, _)| seq).ok_or_else(|| StoreError::Conflict(record.id().to_owned()))
    }
}

impl Rows for State {
    fn load(&mut self, environment: Environment, key: &Key, facts: &mut Facts) -> Result<(), StoreError> {
        let fact = match key {
            Key::Row(noun, id) => {
                Fact::Row(self.find(environment, *noun, |record| record.id() == id).map(|(_, record)| record.clone()))
            }
            Key::Holder(field, text) => {
                let holder = self.find(environment, field.noun(), |record| has(record, *field, text));
                Fact::Holder(holder.map(|(_, record)| record.id().to_owned()))
            }
            Key::Any(field, text) => {
                Fact::Any(self.find(environment, field.noun(), |record| has(record, *field, text)).is_some())
            }
            Key::Elsewhere(noun, id) => {
                Fact::Any(self.find(environment.other(), *noun, |record| record.id() == id).is_some())
            }
            Key::Catalog | Key::CatalogHeld => {
                let mut catalog = Catalog::default();
                let parts = catalog::NOUNS.into_iter().flat_map(|noun| self.of(environment, noun));
                for (_, record) in parts {
                    catalog.put(record);
                }
                Fact::Catalog(Arc::new(catalog))
            }
            Key::Endpoints => {
                let mut endpoints = Endpoints::default();
                self.of(environment, Noun::WebhookEndpoint).for_each(|(_, record)| endpoints.put(record));
                Fact::Endpoints(Arc::new(endpoints))
            }
            Key::Account(id) => Fact::Account(self.account(environment, id)),
            Key::UsageEvents(subject) => {
                let mut rows = self.usage_rows(environment, subject, Window::ALWAYS);
                rows.sort_by_key(|(seq, _)| *seq);
                Fact::UsageEvents(
                    rows.into_iter().take(MERGED_EVENTS_MAX + 1).map(|(_, event)| event.clone()).collect(),
                )
            }
            Key::UsageTally(subject, window) => {
                let events = self.usage(environment, subject, *window);
                let tally = |tally: Tally, event: &Arc<UsageEvent>| Tally {
                    count: tally.count + 1,
                    sum: tally.sum.plus(event.amount),
                };
                Fact::Tally(events.iter().fold(Tally::default(), tally))
            }
        };
        facts.learn(key.clone(), fact);
        Ok(())
    }

    fn apply(&mut self, environment: Environment, changes: Changes) -> Result<(), StoreError> {
        for Sweep { subject, window } in &changes.sweeps {
            for event in self.usage(environment, subject, *window) {
                let seq = self.seq(environment, &Record::UsageEvent(event))?;
                self.rows.remove(&seq);
            }
        }
        for write in changes.writes {
            match write {
                Write::Put { before: None, after } => self.insert(environment, after)?,
                Write::Put { before: Some(before), after } => {
                    let seq = self.seq(environment, &before)?;
                    self.rows.insert(seq, (environment, after));
                }
                Write::Delete(record) => {
                    let seq = self.seq(environment, &record)?;
                    self.rows.remove(&seq);
                }
            }
        }
        changes.events.into_iter().try_for_each(|event| self.insert(environment, Record::Event(event)))
    }
}
