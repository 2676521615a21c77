//! Answers to keys: all that are asked for at once are found with one statement for each table and kind of key.
//!
//! Locks come in one order: catalogs, customers, then the other tables in theirs, each by id. Whoever has a customer has
//! everything of it, so that rows which belong to a customer are not locked; they are read in later statements, which
//! see what was committed before the customer was had. The one exception is a usage event that is asked for by its id:
//! it is to be changed, and who it belongs to is only known from it.

use super::access::{self, Catalogs, Grip, Owner, Question};
use super::session::{Call, Param};
use super::table::{self, Table};
use super::text;
use super::trouble::Trouble;
use super::usage;
use super::value::pairs;
use crate::record;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio_postgres::Row;
use tollgate_domain::customer::Customer;
use tollgate_domain::environment::Environment;
use tollgate_domain::facts::{Fact, Key};
use tollgate_domain::id::CustomerId;
use tollgate_domain::record::{Field, Lookup, Noun, Record, Value};
use tollgate_domain::webhook::Endpoints;

/// A key together with the environment it is asked of. Their order is the order in which rows are locked.
pub(super) type Asked = (Environment, Key);

/// Takes note of an answer.
pub(super) type Learn<'a> = &'a mut (dyn FnMut(Environment, Key, Fact) + Send);

/// Whether rows are held until the transaction ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hold {
    /// They may change at once.
    No,
    /// Nobody else changes or locks them. Whether any object has a value is looked up after that, so that it holds
    /// for as long as whoever would change it has to lock one of these rows first.
    Yes,
}

/// Statements that answer keys, and what becomes of their rows.
#[derive(Default)]
pub(super) struct Questions {
    pub(super) calls: Vec<Call>,
    /// One for each of the calls.
    answers: Vec<Answer>,
    /// Whether any of them may wait for others.
    pub(super) locks: bool,
}

/// What the rows of one statement tell.
enum Answer {
    /// Nothing: it only takes a lock.
    Nothing,
    /// Catalogs and accounts.
    Access(Question),
    /// Objects with these ids, and holders of these unique values.
    Rows(&'static Table, Vec<Asked>),
    /// The holders of these unique values, by their places.
    Holders(Vec<Asked>),
    /// The webhook endpoints of these environments.
    Endpoints(BTreeSet<Environment>),
    /// For each of these keys, whether.
    Whether(Vec<Asked>),
    /// For each of these keys, a tally.
    Tallies(Vec<Asked>),
    /// For each of these keys, events.
    UsageEvents(Vec<Asked>),
}

impl Questions {
    /// What answers these keys. Those of nouns that are kept nowhere are answered at once.
    pub(super) fn new(asked: &BTreeSet<Asked>, hold: Hold, memory: &Catalogs, learn: Learn<'_>) -> Self {
        let mut questions = Self::default();
        questions.access(asked, hold, memory);
        for table in table::all().iter().filter(|table| table.noun != Noun::Customer) {
            questions.rows(table, of(asked, |key| is_row(key, table.noun)), hold);
        }
        for table in table::all() {
            for field in table.noun.fields() {
                questions.any(table, *field, of(asked, |key| matches!(key, Key::Any(of, _) if of == field)));
                if field.lookup() == Lookup::Unique && is_guarded(table.noun) {
                    let values = of(asked, |key| matches!(key, Key::Holder(of, _) if of == field));
                    questions.holders(table, *field, values);
                }
            }
            questions.elsewhere(table, of(asked, |key| matches!(key, Key::Elsewhere(noun, _) if *noun == table.noun)));
        }
        questions.endpoints(asked);
        questions.tallies(of(asked, |key| matches!(key, Key::UsageTally(..))));
        questions.usage_events(of(asked, |key| matches!(key, Key::UsageEvents(_))));
        for (environment, key) in asked.iter().filter(|(_, key)| is_kept_nowhere(key)) {
            let fact = match key {
                Key::Row(..) => Fact::Row(None),
                Key::Holder(..) => Fact::Holder(None),
                _ => Fact::Any(false),
            };
            learn(*environment, key.clone(), fact);
        }
        questions
    }

    fn ask(&mut self, call: Call, answer: Answer) {
        self.calls.push(call);
        self.answers.push(answer);
    }

    /// Catalogs, customers and accounts. What is held is locked before any of it is read.
    fn access(&mut self, asked: &BTreeSet<Asked>, hold: Hold, memory: &Catalogs) {
        let catalogs = catalogs(asked);
        let owners: Vec<Owner> = asked.iter().filter_map(owner).collect();
        let customers = table::of(Noun::Customer).expect("it is kept");
        let mut rows = of(asked, |key| is_row(key, Noun::Customer));
        if hold == Hold::Yes {
            for (environment, grip) in &catalogs {
                self.locks = true;
                self.ask(access::lock(*environment, *grip), Answer::Nothing);
            }
            // Holding an account is holding its customer.
            rows.extend(of(asked, |key| matches!(key, Key::Account(_))));
        }
        self.rows(customers, rows, hold);
        let question = Question::new(memory, catalogs, owners, hold == Hold::No);
        if !question.is_empty() {
            self.ask(question.call(), Answer::Access(question));
        }
    }

    fn rows(&mut self, table: &'static Table, asked: Vec<Asked>, hold: Hold) {
        if asked.is_empty() {
            return;
        }
        let ids = asked.iter().filter_map(|(environment, key)| match key {
            Key::Row(_, id) => Some((*environment, &**id)),
            Key::Account(id) => Some((*environment, id.as_str())),
            _ => None,
        });
        let mut params = pairs(ids);
        for field in table::unique_fields(table.noun) {
            params.extend(pairs(asked.iter().filter_map(|(environment, key)| match key {
                Key::Holder(of, value) if *of == field => Some((*environment, &**value)),
                _ => None,
            })));
        }
        let is_held = hold == Hold::Yes && (!is_guarded(table.noun) || table.noun == Noun::UsageEvent);
        self.locks |= is_held;
        let sql = if is_held { &table.locked_rows } else { &table.rows };
        self.ask(Call::new(&**sql, params), Answer::Rows(table, asked));
    }

    fn holders(&mut self, table: &Table, field: Field, asked: Vec<Asked>) {
        if !asked.is_empty() {
            self.ask(Call::new(table.holders(field), values(&asked)), Answer::Holders(asked));
        }
    }

    fn any(&mut self, table: &Table, field: Field, asked: Vec<Asked>) {
        if !asked.is_empty() {
            self.ask(Call::new(table.any(field), values(&asked)), Answer::Whether(asked));
        }
    }

    fn elsewhere(&mut self, table: &Table, asked: Vec<Asked>) {
        if asked.is_empty() {
            return;
        }
        let ids = asked.iter().filter_map(|(environment, key)| match key {
            Key::Elsewhere(_, id) => Some((environment.other(), &**id)),
            _ => None,
        });
        self.ask(Call::new(table.exist(), pairs(ids)), Answer::Whether(asked));
    }

    /// They are not locked: a statement sees what was committed before it, and whoever makes one later has no part in
    /// what this transaction announces.
    fn endpoints(&mut self, asked: &BTreeSet<Asked>) {
        let of = asked.iter().filter(|(_, key)| matches!(key, Key::Endpoints));
        let of: BTreeSet<Environment> = of.map(|(environment, _)| *environment).collect();
        if !of.is_empty() {
            let lives: Vec<bool> = of.iter().map(|environment| environment.is_live()).collect();
            let sql = "SELECT live, body FROM webhook_endpoint WHERE live = ANY ($1::boolean[])";
            self.ask(Call::new(sql, vec![Box::new(lives)]), Answer::Endpoints(of));
        }
    }

    fn tallies(&mut self, asked: Vec<Asked>) {
        if asked.is_empty() {
            return;
        }
        let stretches = asked.iter().filter_map(|(environment, key)| match key {
            Key::UsageTally(subject, window) => Some((*environment, &**subject, *window)),
            _ => None,
        });
        self.ask(Call::new(usage::TALLY, usage::stretches(stretches)), Answer::Tallies(asked));
    }

    fn usage_events(&mut self, asked: Vec<Asked>) {
        if asked.is_empty() {
            return;
        }
        let subjects = asked.iter().filter_map(|(environment, key)| match key {
            Key::UsageEvents(subject) => Some((*environment, &**subject)),
            _ => None,
        });
        self.ask(Call::new(&**usage::FIRST_EVENTS, pairs(subjects)), Answer::UsageEvents(asked));
    }

    /// Notes what was found; one list of rows for each call. Catalogs that were read are kept in a memory, where one is
    /// given.
    pub(super) fn learn<'r>(
        self,
        found: impl Iterator<Item = &'r Vec<Row>>,
        memory: Option<&Catalogs>,
        learn: Learn<'_>,
    ) -> Result<(), Trouble> {
        let mut customers = FxHashMap::default();
        for (answer, rows) in self.answers.into_iter().zip(found) {
            match answer {
                Answer::Nothing => {}
                Answer::Access(question) => learn_access(question, rows, &customers, memory, learn)?,
                Answer::Rows(table, asked) => learn_rows(table, asked, rows, &mut customers, learn)?,
                Answer::Holders(asked) => learn_holders(asked, rows, learn)?,
                Answer::Endpoints(of) => learn_endpoints(of, rows, learn)?,
                Answer::Whether(asked) => {
                    for ((environment, key), row) in asked.into_iter().zip(rows) {
                        learn(environment, key, Fact::Any(row.try_get(0)?));
                    }
                }
                Answer::UsageEvents(asked) => {
                    let mut found = usage::by_place(rows, asked.len())?.into_iter();
                    for (environment, key) in asked {
                        learn(environment, key, Fact::UsageEvents(found.next().unwrap_or_default().into()));
                    }
                }
                Answer::Tallies(asked) => {
                    for ((environment, key), row) in asked.into_iter().zip(rows) {
                        learn(environment, key, Fact::Tally(usage::tally(row)?));
                    }
                }
            }
        }
        Ok(())
    }
}

fn learn_access(
    question: Question,
    rows: &[Row],
    customers: &FxHashMap<Owner, Arc<Customer>>,
    memory: Option<&Catalogs>,
    learn: Learn<'_>,
) -> Result<(), Trouble> {
    let found = question.answer(rows, customers, memory)?;
    for (environment, grip, catalog) in found.catalogs {
        if grip == Grip::Alone {
            learn(environment, Key::CatalogHeld, Fact::Catalog(catalog.clone()));
        }
        learn(environment, Key::Catalog, Fact::Catalog(catalog));
    }
    for ((environment, id), account) in found.accounts {
        learn(environment, Key::Account(id), Fact::Account(account));
    }
    Ok(())
}

fn learn_rows(
    table: &Table,
    asked: Vec<Asked>,
    rows: &[Row],
    customers: &mut FxHashMap<Owner, Arc<Customer>>,
    learn: Learn<'_>,
) -> Result<(), Trouble> {
    // What is asked for and not found is known not to be there.
    for (environment, key) in asked {
        let fact = match key {
            Key::Row(..) => Fact::Row(None),
            Key::Holder(..) => Fact::Holder(None),
            // An account is more than this row.
            _ => continue,
        };
        learn(environment, key, fact);
    }
    for row in rows {
        let environment = Environment::from_live(row.try_get(0)?);
        let record = record::decode(table.noun, row.try_get::<_, &str>(2)?.as_bytes())?;
        for field in table::unique_fields(table.noun) {
            if let Value::Text(value) = record.value(field) {
                learn(environment, Key::Holder(field, value), Fact::Holder(Some(record.id().to_owned())));
            }
        }
        if let Record::Customer(customer) = &record {
            customers.insert((environment, customer.id.clone()), customer.clone());
        }
        learn(environment, Key::Row(table.noun, record.id().to_owned()), Fact::Row(Some(record)));
    }
    Ok(())
}

fn learn_endpoints(of: BTreeSet<Environment>, rows: &[Row], learn: Learn<'_>) -> Result<(), Trouble> {
    let mut endpoints: BTreeMap<Environment, Endpoints> = of.into_iter().map(|of| (of, Endpoints::default())).collect();
    for row in rows {
        let of = endpoints.entry(Environment::from_live(row.try_get(0)?)).or_default();
        of.put(&record::decode(Noun::WebhookEndpoint, row.try_get::<_, &str>(1)?.as_bytes())?);
    }
    for (environment, endpoints) in endpoints {
        learn(environment, Key::Endpoints, Fact::Endpoints(Arc::new(endpoints)));
    }
    Ok(())
}

fn learn_holders(asked: Vec<Asked>, rows: &[Row], learn: Learn<'_>) -> Result<(), Trouble> {
    let mut holders: Vec<Option<String>> = vec![None; asked.len()];
    for row in rows {
        let place = usize::try_from(row.try_get::<_, i64>(0)? - 1).ok();
        if let Some(holder) = place.and_then(|place| holders.get_mut(place)) {
            *holder = Some(text::decode(row.try_get(1)?));
        }
    }
    for ((environment, key), holder) in asked.into_iter().zip(holders) {
        learn(environment, key, Fact::Holder(holder));
    }
    Ok(())
}

/// The catalogs that are asked for, each with the strongest grip that anybody wants of it, in the order of locks.
fn catalogs(asked: &BTreeSet<Asked>) -> BTreeMap<Environment, Grip> {
    let mut catalogs = BTreeMap::new();
    for (environment, key) in asked {
        let grip = match key {
            Key::Catalog => Grip::Shared,
            Key::CatalogHeld => Grip::Alone,
            _ => continue,
        };
        let wanted = catalogs.entry(*environment).or_insert(grip);
        *wanted = grip.max(*wanted);
    }
    catalogs
}

fn owner((environment, key): &Asked) -> Option<Owner> {
    match key {
        Key::Account(id) => Some((*environment, CustomerId::clone(id))),
        _ => None,
    }
}

fn of(asked: &BTreeSet<Asked>, test: impl Fn(&Key) -> bool) -> Vec<Asked> {
    asked.iter().filter(|(_, key)| test(key)).cloned().collect()
}

/// The values that are asked about.
fn values(asked: &[Asked]) -> Vec<Param> {
    pairs(asked.iter().filter_map(|(environment, key)| match key {
        Key::Any(_, value) | Key::Holder(_, value) => Some((*environment, &**value)),
        _ => None,
    }))
}

/// Whether whoever has the customer has rows of this noun, too.
fn is_guarded(noun: Noun) -> bool {
    matches!(noun, Noun::Assignment | Noun::Override | Noun::Bonus | Noun::Counters | Noun::UsageEvent)
}

fn is_row(key: &Key, noun: Noun) -> bool {
    match key {
        Key::Row(of, _) => *of == noun,
        Key::Holder(field, _) => field.noun() == noun && !is_guarded(noun),
        _ => false,
    }
}

fn is_kept_nowhere(key: &Key) -> bool {
    match key {
        Key::Catalog
        | Key::CatalogHeld
        | Key::Endpoints
        | Key::Account(_)
        | Key::UsageTally(..)
        | Key::UsageEvents(_) => false,
        Key::Row(noun, _) | Key::Elsewhere(noun, _) => table::of(*noun).is_none(),
        Key::Holder(field, _) | Key::Any(field, _) => table::of(field.noun()).is_none(),
    }
}
