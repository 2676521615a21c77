//! Writes what was decided, inside the writer's transaction.

use super::account::{self, Held};
use super::parts::Stale;
use super::table::{self, Table};
use super::tail::Change;
use super::usage::{self, Written};
use super::{Shared, catalog, endpoints, fold, load, sought};
use crate::drive::Rows;
use crate::error::StoreError;
use crate::{nouns, record};
use rusqlite::types::{ToSql, ToSqlOutput};
use rusqlite::{Connection, OptionalExtension, params};
use rustc_hash::FxHashMap;
use std::sync::Arc;
use tollgate_domain::account::Account;
use tollgate_domain::batch::Batch;
use tollgate_domain::catalog::Catalog;
use tollgate_domain::command::{Changes, Write};
use tollgate_domain::environment::Environment;
use tollgate_domain::event::Event;
use tollgate_domain::facts::{Fact, Facts, Key};
use tollgate_domain::id::CustomerId;
use tollgate_domain::record::{Field, Noun, Record, Value};
use tollgate_domain::search::searchable;
use tollgate_domain::usage::Counters;
use tollgate_domain::webhook::Endpoints;

/// One transaction of the writer: the two verbs, and what must become known once it is committed.
pub(super) struct Transaction<'a> {
    pub(super) connection: &'a Connection,
    pub(super) shared: &'a Shared,
    /// Guests write API keys only.
    guest: bool,
    bodies: Vec<NewBody>,
    changes: Vec<Change>,
    /// By customer.
    pub(super) accounts: [FxHashMap<CustomerId, Touched>; 2],
    /// Whether the catalog of an environment changed.
    catalogs: [bool; 2],
    /// Whether the webhook endpoints of one did.
    endpoints: [bool; 2],
    pub(super) written: Written,
}

/// What became of an object.
#[derive(Debug)]
struct NewBody {
    noun: Noun,
    environment: Environment,
    id: String,
    /// Nothing where the object is gone.
    body: Option<Arc<[u8]>>,
}

/// A customer that the transaction has to do with.
#[derive(Debug, Default)]
pub(super) struct Touched {
    /// The place of its row, where it is there and was looked for.
    pub(super) place: Option<i64>,
    /// Whether memory does not have the account as it is after the transaction.
    is_news: bool,
    pub(super) counted: Counted,
    /// What of its row is to be brought up to date before the commit.
    pub(super) stale: Stale,
}

/// What became of a customer's counters.
#[derive(Debug, Default)]
pub(super) enum Counted {
    /// They were left alone.
    #[default]
    Not,
    /// They are in the file.
    Now,
    /// Storing them is put off.
    Later(Arc<Counters>),
}

impl<'a> Transaction<'a> {
    pub(super) fn new(connection: &'a Connection, shared: &'a Shared, guest: bool) -> Self {
        Self {
            connection,
            shared,
            guest,
            bodies: Vec::new(),
            changes: Vec::new(),
            accounts: Default::default(),
            catalogs: [false; 2],
            endpoints: [false; 2],
            written: Written::default(),
        }
    }

    /// Lets readers see what was committed, before anybody is answered. Says how many usage events there were.
    pub(super) fn publish(mut self, mut batch: Batch) -> usize {
        let Shared { cache, readers, tail, usage, accounts, catalogs, endpoints, .. } = self.shared;
        readers.committed();
        for NewBody { noun, environment, id, body } in self.bodies {
            cache.put(noun, environment, &id, body);
        }
        tail.extend(self.changes);
        let mut counted = Vec::new();
        for (environment, touched) in Environment::ALL.into_iter().zip(self.accounts) {
            let facts = batch.facts_mut(environment);
            if self.catalogs[usize::from(environment.is_live())] {
                catalogs.put(environment, facts.catalog().ok().cloned());
            }
            if self.endpoints[usize::from(environment.is_live())] {
                endpoints.put(environment, facts.endpoints().ok().cloned());
            }
            for (customer, Touched { place, is_news, counted: how, .. }) in touched {
                if is_news {
                    let account = facts.take_account(&customer).flatten();
                    let held = account.zip(place).map(|(account, place)| Held { account, place });
                    accounts.put(Noun::Customer, environment, customer.as_str(), held);
                }
                match how {
                    Counted::Not => {}
                    Counted::Now => counted.push((environment, customer, None)),
                    Counted::Later(counters) => {
                        let unstored = place.map(|place| (place, counters));
                        counted.push((environment, customer, unstored));
                    }
                }
            }
        }
        usage.publish(&mut self.written, counted);
        self.written.events
    }

    fn known(&self, environment: Environment, customer: &CustomerId) -> Option<&Touched> {
        self.accounts[usize::from(environment.is_live())].get(customer)
    }

    /// A customer of which something changes.
    pub(super) fn touch(&mut self, environment: Environment, customer: &CustomerId) -> &mut Touched {
        let touched = &mut self.accounts[usize::from(environment.is_live())];
        if !touched.contains_key(customer) {
            touched.insert(customer.clone(), Touched::default());
        }
        let touched = touched.get_mut(customer).expect("it is there now");
        touched.is_news = true;
        touched
    }

    /// The place of a customer's row; nothing where it is not there.
    pub(super) fn place(&self, environment: Environment, customer: &CustomerId) -> Result<Option<i64>, StoreError> {
        if let Some(place) = self.known(environment, customer).and_then(|touched| touched.place) {
            return Ok(Some(place));
        }
        account::place(self.connection, environment, customer)
    }

    /// An account as the transaction has it.
    fn account(&mut self, environment: Environment, id: &CustomerId) -> Result<Option<Arc<Account>>, StoreError> {
        let unstored = || self.shared.usage.unstored(environment, id);
        // What this transaction changed is known already, but for commands that change what they do not look at.
        if let Some(Touched { is_news: true, counted, .. }) = self.known(environment, id) {
            let held = account::gather(self.connection, environment, id)?;
            let held = held.map(|held| match counted {
                Counted::Not => held.with(unstored()),
                Counted::Now => held,
                Counted::Later(counters) => held.with_counters(counters),
            });
            return Ok(held.map(|held| held.account));
        }
        let kept = self.shared.accounts.get(Noun::Customer, environment, id.as_str());
        let is_news = kept.is_none();
        let held = match kept {
            Some(held) => Some(held),
            None => account::read(self.connection, environment, id)?.map(|held| held.with(unstored())),
        };
        if let Some(held) = &held {
            self.note(environment, id, held.place, is_news);
        }
        Ok(held.map(|held| held.account))
    }

    fn note(&mut self, environment: Environment, id: &CustomerId, place: i64, is_news: bool) {
        let touched = Touched { place: Some(place), is_news, ..Touched::default() };
        self.accounts[usize::from(environment.is_live())].insert(id.clone(), touched);
    }

    fn write(&mut self, environment: Environment, write: &Write) -> Result<(), StoreError> {
        let (Write::Put { after: record, .. } | Write::Delete(record)) = write;
        let is_counted_again = matches!(write, Write::Put { before: Some(before @ Record::Counters(_)), after }
            if before.id() == after.id());
        for owner in Account::owners(write) {
            let touched = self.touch(environment, owner);
            // Counters keep their place.
            if !is_counted_again {
                touched.stale = touched.stale.by(record.noun());
            }
        }
        self.catalogs[usize::from(environment.is_live())] |= Catalog::is_concerned(write);
        self.endpoints[usize::from(environment.is_live())] |= Endpoints::is_concerned(write);
        match (write, record) {
            (Write::Put { before: Some(Record::UsageEvent(before)), .. }, Record::UsageEvent(after)) => {
                return self.change_event(environment, before, after);
            }
            (Write::Delete(_), Record::UsageEvent(event)) => return self.delete_event(environment, event),
            // These were written together.
            (Write::Put { .. }, Record::UsageEvent(_) | Record::Counters(_)) => return Ok(()),
            (Write::Delete(_), Record::Counters(counters)) => {
                self.touch(environment, &counters.customer).counted = Counted::Now;
            }
            _ => {}
        }
        let table = table::kept(record.noun())?;
        let body = match write {
            Write::Put { before: None, after } => {
                let (seq, body) = insert(self.connection, table, environment, after)?;
                if let Record::Customer(customer) = after {
                    self.touch(environment, &customer.id).place = Some(seq);
                }
                Some(body)
            }
            Write::Put { before: Some(before), after } => {
                Some(update(self.connection, table, environment, before, after)?)
            }
            Write::Delete(record) => {
                delete(self.connection, table, environment, record)?;
                if let Record::Customer(customer) = record {
                    self.touch(environment, &customer.id).place = None;
                }
                None
            }
        };
        if nouns::is_cached(table.noun) {
            let body = body.map(|body| Arc::from(body.into_bytes()));
            let (noun, id) = (table.noun, record.id().to_owned());
            self.bodies.push(NewBody { noun, environment, id, body });
        }
        Ok(())
    }

    fn tell(&mut self, environment: Environment, event: Arc<Event>) -> Result<(), StoreError> {
        let (noun, id) = (event.after.noun(), event.after.id().to_owned());
        let record = Record::Event(event);
        let (seq, _) = insert(self.connection, table::kept(record.noun())?, environment, &record)?;
        if searchable(noun).is_some() {
            self.changes.push(Change { event: seq, environment, noun, id: id.into() });
        }
        Ok(())
    }
}

impl Rows for Transaction<'_> {
    fn load(&mut self, environment: Environment, key: &Key, facts: &mut Facts) -> Result<(), StoreError> {
        // Memory holds what is committed. What this transaction changed is known already, so it is never asked here.
        match key {
            Key::Row(noun, id) if nouns::is_cached(*noun) => {
                load::learn_row(*noun, key, facts, |table| match self.shared.cache.get(*noun, environment, id) {
                    Some(body) => Ok(Some(body)),
                    None => load::body(self.connection, table, environment, id),
                })
            }
            Key::Account(id) => {
                let account = self.account(environment, id)?;
                facts.learn(key.clone(), Fact::Account(account));
                Ok(())
            }
            Key::Holder(Field::UsageKey, value) => {
                let (usage, connection) = (&self.shared.usage, self.connection);
                let place = |customer: &CustomerId| self.place(environment, customer);
                usage::load_holder(usage, connection, environment, value, facts, place)
            }
            Key::Catalog | Key::CatalogHeld if !self.catalogs[usize::from(environment.is_live())] => {
                let read = || catalog::read(self.connection, environment);
                let catalog = self.shared.catalogs.get_or_read(environment, read)?;
                facts.learn(key.clone(), Fact::Catalog(catalog));
                Ok(())
            }
            Key::Endpoints if !self.endpoints[usize::from(environment.is_live())] => {
                let read = || endpoints::read(self.connection, environment);
                let endpoints = self.shared.endpoints.get_or_read(environment, read)?;
                facts.learn(key.clone(), Fact::Endpoints(endpoints));
                Ok(())
            }
            _ => load::inside(&self.shared.usage, self.connection, environment, key, facts),
        }
    }

    fn apply(&mut self, environment: Environment, changes: Changes) -> Result<(), StoreError> {
        if self.guest && changes.writes.iter().any(|write| !is_shared(write)) {
            return Err(StoreError::Guest);
        }
        for sweep in &changes.sweeps {
            self.sweep(environment, sweep)?;
        }
        for write in &changes.writes {
            self.write(environment, write)?;
        }
        self.count(environment, &changes.writes)?;
        let events = changes.writes.iter().filter_map(|write| match write {
            Write::Put { before: None, after: Record::UsageEvent(event) } => Some(event),
            _ => None,
        });
        self.put_events(environment, events)?;
        changes.events.into_iter().try_for_each(|event| self.tell(environment, event))
    }
}

fn is_shared(write: &Write) -> bool {
    let (Write::Put { after: record, .. } | Write::Delete(record)) = write;
    nouns::is_shared(record.noun())
}

/// A promoted value as it is in its column.
pub(super) struct Column(pub(super) Value);

impl ToSql for Column {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match &self.0 {
            Value::Null => Ok(ToSqlOutput::Owned(rusqlite::types::Value::Null)),
            Value::Flag(flag) => Ok(i64::from(*flag).into()),
            Value::Text(text) => text.to_sql(),
        }
    }
}

/// Gives the place of the new row, and its body.
fn insert(
    connection: &Connection,
    table: &Table,
    environment: Environment,
    record: &Record,
) -> Result<(i64, String), StoreError> {
    let mut statement = connection.prepare_cached(&table.insert)?;
    statement.raw_bind_parameter(1, rusqlite::types::Null)?;
    statement.raw_bind_parameter(2, environment.is_live())?;
    statement.raw_bind_parameter(3, record.id())?;
    statement.raw_bind_parameter(4, record.created().millis())?;
    let mut place = 5;
    for field in table.fields {
        statement.raw_bind_parameter(place, Column(record.value(*field)))?;
        place += 1;
    }
    let body = record::encode(record);
    statement.raw_bind_parameter(place, &body)?;
    statement.raw_execute()?;
    let seq = connection.last_insert_rowid();
    sought::inserted(connection, table, environment, seq, record)?;
    Ok((seq, body))
}

/// Writes the columns that changed, so that the indexes of the others are left alone.
pub(super) fn update(
    connection: &Connection,
    table: &Table,
    environment: Environment,
    before: &Record,
    after: &Record,
) -> Result<String, StoreError> {
    let created = before.created() != after.created();
    let changed = |field: &Field| before.value(*field) != after.value(*field);
    let fields: Vec<Field> = table.fields.iter().copied().filter(changed).collect();
    let mut statement = connection.prepare_cached(&table.update(created, &fields))?;
    let mut place = 1;
    let mut next = || {
        place += 1;
        place - 1
    };
    if created {
        statement.raw_bind_parameter(next(), after.created().millis())?;
    }
    for field in fields {
        statement.raw_bind_parameter(next(), Column(after.value(field)))?;
    }
    let body = record::encode(after);
    statement.raw_bind_parameter(next(), &body)?;
    statement.raw_bind_parameter(next(), environment.is_live())?;
    statement.raw_bind_parameter(next(), after.id())?;
    match statement.raw_execute()? {
        1 => sought::updated(connection, table, environment, before, after).map(|()| body),
        _ => Err(StoreError::Conflict(format!("{:?} {} is gone", table.noun, after.id()))),
    }
}

/// The one change that both search indexes follow at once: a later object may get the same place. Gives the place.
pub(super) fn delete(
    connection: &Connection,
    table: &Table,
    environment: Environment,
    record: &Record,
) -> Result<i64, StoreError> {
    let mut statement = connection.prepare_cached(&table.delete)?;
    let seq: Option<i64> =
        statement.query_row(params![environment.is_live(), record.id()], |row| row.get(0)).optional()?;
    match seq {
        Some(seq) => {
            fold::forget(connection, table, seq)?;
            sought::deleted(connection, table, environment, seq)?;
            Ok(seq)
        }
        None => Err(StoreError::Conflict(format!("{:?} {} is gone", table.noun, record.id()))),
    }
}
