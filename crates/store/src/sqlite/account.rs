//! Accounts: everything of a customer, put together from the rows of several tables, and from counters that are not
//! stored yet.

use super::usage::Unstored;
use super::{Shared, parts};
use crate::cache::Kept;
use crate::error::StoreError;
use crate::{nouns, record};
use rusqlite::{Connection, params};
use std::sync::{Arc, LazyLock};
use tollgate_domain::account::{Account, NOUNS};
use tollgate_domain::environment::Environment;
use tollgate_domain::id::CustomerId;
use tollgate_domain::record::{Noun, Record};
use tollgate_domain::usage::Counters;

/// An account, and the place of the customer's row.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) account: Arc<Account>,
    pub(super) place: i64,
}

/// About how many bytes a part of an account takes, strings included.
const CUSTOMER_BYTES: usize = 400;
const COUNTER_BYTES: usize = 160;
const PART_BYTES: usize = 320;

impl Kept for Held {
    fn bytes(&self) -> usize {
        let Account { customer, counters, assignments, overrides, bonuses } = &*self.account;
        let counters = counters.as_ref().map_or(0, |counters| counters.by_feature.len());
        let burns: usize = bonuses.iter().map(|bonus| bonus.burns.len()).sum();
        let parts = assignments.len() + overrides.len() + bonuses.len() + customer.subscribed.len();
        CUSTOMER_BYTES + counters * COUNTER_BYTES + (parts + burns) * PART_BYTES
    }
}

impl Held {
    /// The same with counters that are not stored yet, where they are of this customer, not of one that had its id
    /// before, and later than those it has.
    pub(super) fn with(mut self, unstored: Option<Unstored>) -> Self {
        let Some(unstored) = unstored.filter(|unstored| unstored.customer == self.place) else { return self };
        let stored = self.account.counters.as_deref().map_or(0, steps);
        if steps(&unstored.counters) > stored {
            Arc::make_mut(&mut self.account).counters = Some(unstored.counters);
        }
        self
    }

    /// The same with other counters.
    pub(super) fn with_counters(mut self, counters: &Arc<Counters>) -> Self {
        Arc::make_mut(&mut self.account).counters = Some(counters.clone());
        self
    }
}

/// How many times counters were written. Each is written after the others as they were then, so that of two states the
/// one with more steps is the later.
fn steps(counters: &Counters) -> u64 {
    counters.by_feature.values().map(|counter| counter.revision).sum()
}

/// An account as it was when the last change was answered, or later; from memory or from the file.
pub(super) fn load(
    shared: &Shared,
    environment: Environment,
    id: &CustomerId,
) -> Result<Option<Arc<Account>>, StoreError> {
    let read = || {
        // What is not stored is looked at before the file, which then has all that was stored since.
        let unstored = shared.usage.unstored(environment, id);
        let held = shared.readers.quick(|connection| read(connection, environment, id))?;
        Ok(held.map(|held| held.with(unstored)))
    };
    let held = shared.accounts.get_or_read(&shared.metrics, Noun::Customer, environment, id.as_str(), read)?;
    Ok(held.map(|held| held.account))
}

/// The counters of a customer, whether or not they are stored.
pub(super) fn counters(shared: &Shared, environment: Environment, id: &str) -> Result<Option<Record>, StoreError> {
    let account = load(shared, environment, &id.into())?;
    Ok(account.and_then(|account| account.counters.clone()).map(Record::Counters))
}

/// By `live` and id: of each noun its number among [`NOUNS`], `created`, `seq` and `body`.
static ROWS: LazyLock<String> = LazyLock::new(|| {
    let of = |(number, noun): (usize, &Noun)| {
        let (name, column) = (nouns::table_name(*noun).expect("it is kept"), owner_column(*noun));
        format!("SELECT {number}, created, seq, body FROM {name} WHERE live = ?1 AND {column} = ?2")
    };
    NOUNS.iter().enumerate().map(of).collect::<Vec<_>>().join(" UNION ALL ")
});

fn owner_column(noun: Noun) -> &'static str {
    match noun {
        Noun::Customer | Noun::Counters => "id",
        _ => "customer",
    }
}

/// By `live` and id: `seq`, `body` and `parts` of the customer, and `body` of its counters.
const ACCOUNT: &str = "SELECT customer.seq, customer.body, customer.parts, counters.body \
    FROM customer LEFT JOIN counters ON counters.seq = customer.counters WHERE customer.live = ?1 AND customer.id = ?2";

/// The account as the file has it.
pub(super) fn read(
    connection: &Connection,
    environment: Environment,
    id: &CustomerId,
) -> Result<Option<Held>, StoreError> {
    let mut statement = connection.prepare_cached(ACCOUNT)?;
    let mut rows = statement.query(params![environment.is_live(), id.as_str()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let bytes = |column| row.get_ref(column)?.as_bytes_or_null().map_err(rusqlite::Error::from);
    let decode = |noun, column| bytes(column)?.map(|body| record::decode(noun, body)).transpose();
    let Some(Record::Customer(customer)) = decode(Noun::Customer, 1)? else { return Ok(None) };
    let mut account = Account::new(customer);
    if let Some(parts) = bytes(2)? {
        parts::decode(parts, &mut account)?;
    }
    if let Some(counters) = decode(Noun::Counters, 3)? {
        account.put(&counters);
    }
    Ok(Some(Held { account: Arc::new(account), place: row.get(0)? }))
}

/// The same from the rows of its parts, which the customer's own need not have caught up with.
pub(super) fn gather(
    connection: &Connection,
    environment: Environment,
    id: &CustomerId,
) -> Result<Option<Held>, StoreError> {
    let mut statement = connection.prepare_cached(&ROWS)?;
    let mut rows = statement.query(params![environment.is_live(), id.as_str()])?;
    let mut parts: Vec<((u8, i64, i64), Record)> = Vec::new();
    while let Some(row) = rows.next()? {
        let number: u8 = row.get(0)?;
        let body = row.get_ref(3)?.as_bytes().map_err(rusqlite::Error::from)?;
        parts.push(((number, row.get(1)?, row.get(2)?), record::decode(NOUNS[usize::from(number)], body)?));
    }
    parts.sort_unstable_by_key(|(place, _)| *place);
    let mut parts = parts.into_iter();
    let Some(((_, _, place), Record::Customer(customer))) = parts.next() else { return Ok(None) };
    let mut account = Account::new(customer);
    for (_, part) in parts {
        account.put(&part);
    }
    Ok(Some(Held { account: Arc::new(account), place }))
}

/// The place of a customer's row.
pub(super) fn place(
    connection: &Connection,
    environment: Environment,
    id: &CustomerId,
) -> Result<Option<i64>, StoreError> {
    super::usage::place(connection, "customer", environment, id.as_str())
}
