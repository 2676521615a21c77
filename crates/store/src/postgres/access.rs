//! What access rests on: the catalog, and accounts. All of it that is asked for is read by one statement, and so as it
//! was at one instant.
//!
//! Each node keeps the catalog as it last read it, with the version that it had then. Whoever asks is told the version
//! that the database has; only where that is another one, the rest comes along with it.
//!
//! Invariants:
//! * No answer rests on a catalog that is older than the statement that asked for it.
//! * A catalog in memory is never labelled with another version than the one it was read at, and was committed.

use super::session::{Call, Param};
use super::table;
use super::trouble::Trouble;
use super::value::pairs;
use crate::{nouns, record};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio_postgres::Row;
use tollgate_domain::account::{self, Account};
use tollgate_domain::catalog::{self, Catalog};
use tollgate_domain::customer::Customer;
use tollgate_domain::environment::Environment;
use tollgate_domain::id::CustomerId;
use tollgate_domain::record::{Noun, Record};

/// A catalog, and the version of the database that it is.
type Versioned = (i64, Arc<Catalog>);

/// Whose account.
pub(super) type Owner = (Environment, CustomerId);

/// What stands for the version of a catalog among the parts that a row may be.
const VERSION: i32 = -1;
/// A version that no database has.
const NO_VERSION: i64 = -1;

/// The catalogs that a node has in memory.
#[derive(Default)]
pub(super) struct Catalogs([Mutex<Option<Versioned>>; 2]);

impl Catalogs {
    fn of(&self, environment: Environment) -> MutexGuard<'_, Option<Versioned>> {
        self.0[usize::from(environment.is_live())].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a catalog, unless a later one is there.
    fn keep(&self, environment: Environment, new: Versioned) {
        let mut kept = self.of(environment);
        if kept.as_ref().is_none_or(|(version, _)| *version < new.0) {
            *kept = Some(new);
        }
    }
}

/// How far a transaction keeps others from a catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Grip {
    /// Others may decide over it, and nobody changes it.
    Shared,
    /// Others do neither.
    Alone,
}

/// Takes the lock of a catalog, which comes before all others.
pub(super) fn lock(environment: Environment, grip: Grip) -> Call {
    Call::plain(match (environment, grip) {
        (Environment::Test, Grip::Shared) => "LOCK TABLE access_catalog_test IN ROW SHARE MODE",
        (Environment::Test, Grip::Alone) => "LOCK TABLE access_catalog_test IN EXCLUSIVE MODE",
        (Environment::Live, Grip::Shared) => "LOCK TABLE access_catalog_live IN ROW SHARE MODE",
        (Environment::Live, Grip::Alone) => "LOCK TABLE access_catalog_live IN EXCLUSIVE MODE",
    })
}

/// Says, in the transaction that changes a catalog, that it is not what it was.
pub(super) fn raise(environment: Environment) -> Call {
    Call::plain(match environment {
        Environment::Test => "UPDATE access_catalog_test SET version = version + 1",
        Environment::Live => "UPDATE access_catalog_live SET version = version + 1",
    })
}

const fn version_table(environment: Environment) -> &'static str {
    match environment {
        Environment::Test => "access_catalog_test",
        Environment::Live => "access_catalog_live",
    }
}

/// Catalogs and accounts that are asked for.
pub(super) struct Question {
    /// With what is in memory, which stays the same until the answer is here.
    catalogs: Vec<(Environment, Grip, Option<Versioned>)>,
    accounts: Vec<Owner>,
    /// Whether the customers themselves are read with the rest; else they are held already.
    with_customers: bool,
}

/// What was found.
#[derive(Default)]
pub(super) struct Found {
    pub(super) catalogs: Vec<(Environment, Grip, Arc<Catalog>)>,
    pub(super) accounts: Vec<(Owner, Option<Arc<Account>>)>,
}

impl Question {
    pub(super) fn new(
        memory: &Catalogs,
        catalogs: BTreeMap<Environment, Grip>,
        accounts: Vec<Owner>,
        with_customers: bool,
    ) -> Self {
        let known = |environment| memory.of(environment).clone();
        let catalogs = catalogs.into_iter().map(|(environment, grip)| (environment, grip, known(environment)));
        Self { catalogs: catalogs.collect(), accounts, with_customers }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.catalogs.is_empty() && self.accounts.is_empty()
    }

    /// The statement that answers it: `part, live, body`, or a version in place of the part. What belongs to one account
    /// comes in the order in which it was made.
    pub(super) fn call(&self) -> Call {
        let (mut sql, mut params) = (String::new(), Vec::<Param>::new());
        for (environment, _, known) in &self.catalogs {
            params.push(Box::new(known.as_ref().map_or(NO_VERSION, |(version, _)| *version)));
            add_catalog(&mut sql, *environment, params.len());
        }
        if !self.accounts.is_empty() {
            let owners = self.accounts.iter().map(|(environment, id)| (*environment, id.as_str()));
            params.extend(pairs(owners));
            add_accounts(&mut sql, params.len(), self.with_customers);
        }
        sql.push_str(" ORDER BY created, seq");
        Call::new(sql, params)
    }

    /// Puts together what the statement found; the customers of accounts come from elsewhere where they are held. What is
    /// read of catalogs is kept in a memory, where one is given.
    pub(super) fn answer(
        self,
        rows: &[Row],
        customers: &FxHashMap<Owner, Arc<Customer>>,
        memory: Option<&Catalogs>,
    ) -> Result<Found, Trouble> {
        let mut gathered = Gathered::default();
        for row in rows {
            gathered.add(row)?;
        }
        let mut found = Found::default();
        for (environment, grip, known) in self.catalogs {
            found.catalogs.push((environment, grip, gathered.catalog(environment, known, memory)));
        }
        for owner in self.accounts {
            let mut parts = gathered.parts.remove(&owner).unwrap_or_default();
            let customer = match parts.iter().position(|part| part.noun() == Noun::Customer) {
                Some(place) => match parts.remove(place) {
                    Record::Customer(customer) => Some(customer),
                    _ => None,
                },
                None => customers.get(&owner).cloned(),
            };
            let account = customer.map(|customer| {
                let mut account = Account::new(customer);
                for part in &parts {
                    account.put(part);
                }
                Arc::new(account)
            });
            found.accounts.push((owner, account));
        }
        Ok(found)
    }
}

/// What rows come to, before it is put together.
#[derive(Default)]
struct Gathered {
    versions: FxHashMap<Environment, i64>,
    catalogs: FxHashMap<Environment, Catalog>,
    parts: FxHashMap<Owner, Vec<Record>>,
}

impl Gathered {
    fn add(&mut self, row: &Row) -> Result<(), Trouble> {
        let (part, environment) = (row.try_get::<_, i32>(0)?, Environment::from_live(row.try_get(1)?));
        let Some(noun) = usize::try_from(part).ok().and_then(|place| nouns::KEPT.get(place)) else {
            self.versions.insert(environment, row.try_get(3)?);
            return Ok(());
        };
        let record = record::decode(*noun, row.try_get::<_, &str>(2)?.as_bytes())?;
        match Account::owner(&record) {
            Some(owner) => self.parts.entry((environment, owner.clone())).or_default().push(record),
            None => self.catalogs.entry(environment).or_default().put(&record),
        }
        Ok(())
    }

    /// The catalog that is in memory, where the database has the same version; else the one that came with the version.
    fn catalog(
        &mut self,
        environment: Environment,
        known: Option<Versioned>,
        memory: Option<&Catalogs>,
    ) -> Arc<Catalog> {
        let version = self.versions.get(&environment).copied().unwrap_or(NO_VERSION);
        if let Some((of, catalog)) = known
            && of == version
        {
            return catalog;
        }
        let catalog = Arc::new(self.catalogs.remove(&environment).unwrap_or_default());
        if let Some(memory) = memory {
            memory.keep(environment, (version, catalog.clone()));
        }
        catalog
    }
}

fn next(sql: &mut String) {
    if !sql.is_empty() {
        sql.push_str(" UNION ALL ");
    }
}

/// The number that stands for a noun among the parts.
fn part(noun: Noun) -> usize {
    nouns::KEPT.iter().position(|kept| *kept == noun).expect("it is kept")
}

/// The version; and everything else only where the version is another than the one that is known.
fn add_catalog(sql: &mut String, environment: Environment, known: usize) {
    let (live, versions) = (environment.is_live(), version_table(environment));
    next(sql);
    write!(
        sql,
        "SELECT {VERSION} AS part, {live} AS live, NULL AS body, version AS created, 0::bigint AS seq FROM {versions}"
    )
    .expect("memory takes it");
    for noun in catalog::NOUNS {
        let (part, name) = (part(noun), name(noun));
        write!(
            sql,
            " UNION ALL SELECT {part}, {live}, body, created, seq FROM {name} \
             WHERE live = {live} AND (SELECT version FROM {versions}) <> ${known}::bigint"
        )
        .expect("memory takes it");
    }
}

/// What belongs to the customers of two arrays, of which `last` is the second. Each part is looked up customer by
/// customer, however few or many the planner believes there are.
fn add_accounts(sql: &mut String, last: usize, with_customers: bool) {
    let lives = last - 1;
    for noun in account::NOUNS {
        if noun == Noun::Customer && !with_customers {
            continue;
        }
        let (part, name, owner) = (part(noun), name(noun), owner_column(noun));
        next(sql);
        write!(
            sql,
            "SELECT {part} AS part, found.live, found.body, found.created, found.seq \
             FROM unnest(${lives}::boolean[], ${last}::text[]) AS asked (live, id) CROSS JOIN LATERAL \
             (SELECT live, body, created, seq FROM {name} WHERE live = asked.live AND {owner} = asked.id OFFSET 0) AS found"
        )
        .expect("memory takes it");
    }
}

fn name(noun: Noun) -> &'static str {
    table::of(noun).expect("it is kept").name
}

/// The column that says whose a part of an account is.
fn owner_column(noun: Noun) -> &'static str {
    match noun {
        // Of these a customer has one, under its own id.
        Noun::Customer | Noun::Counters => "id",
        _ => "customer",
    }
}
