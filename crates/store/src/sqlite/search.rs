//! Searches: the index narrows, the tail adds what the index does not have yet, `Query::matches` decides.

use super::Shared;
use super::table::{self, Table};
use crate::error::StoreError;
use crate::page::{Found, Gatherer};
use crate::record;
use crate::search_terms::{self, Narrow};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::{BTreeMap, HashSet};
use std::iter::Peekable;
use std::sync::Arc;
use tollgate_domain::environment::Environment;
use tollgate_domain::search::Query;

/// Objects that changed since the index saw them, newest first.
type Changed = Peekable<std::vec::IntoIter<(i64, Vec<u8>)>>;

/// One page of at most `limit` objects inserted before `below`.
pub(super) fn search(
    shared: &Shared,
    environment: Environment,
    query: &Query,
    below: Option<i64>,
    limit: usize,
    count: bool,
) -> Result<Found, StoreError> {
    let gatherer = Gatherer::new(limit, count, below);
    let (Some(table), Some(expression)) =
        (table::of(query.noun), expression(&search_terms::narrow_in(environment, query)))
    else {
        return Ok(gatherer.finish());
    };
    // First the tail, then the snapshot: see `tail`.
    let changed = shared.tail.objects(environment, query.noun);
    shared.readers.slow(|connection| {
        let changed = read(connection, table, environment, changed)?;
        let search = Search { table, environment, query, gatherer };
        search.run(connection, &expression, changed)
    })
}

fn read(
    connection: &Connection,
    table: &Table,
    environment: Environment,
    ids: impl IntoIterator<Item = Arc<str>>,
) -> Result<BTreeMap<i64, Vec<u8>>, StoreError> {
    let mut statement = connection.prepare_cached(&table.row)?;
    let mut objects = BTreeMap::new();
    for id in ids {
        let object = statement
            .query_row(params![environment.is_live(), id], |row| {
                Ok((row.get(0)?, row.get_ref(1)?.as_bytes()?.to_owned()))
            })
            .optional()?;
        objects.extend(object);
    }
    Ok(objects)
}

struct Search<'a> {
    table: &'a Table,
    environment: Environment,
    query: &'a Query,
    gatherer: Gatherer,
}

impl Search<'_> {
    fn run(
        mut self,
        connection: &Connection,
        expression: &str,
        changed: BTreeMap<i64, Vec<u8>>,
    ) -> Result<Found, StoreError> {
        let start = self.gatherer.start();
        let is_changed: HashSet<i64> = changed.keys().copied().collect();
        let newest_first: Vec<_> = changed.into_iter().rev().filter(|(seq, _)| *seq < start).collect();
        let mut changed = newest_first.into_iter().peekable();
        let (name, index) = (self.table.name, self.table.search().unwrap_or_default());
        let sql = format!(
            "SELECT object.seq, object.body FROM {index} CROSS JOIN {name} AS object ON object.seq = {index}.rowid \
             WHERE {index} MATCH ? AND {index}.rowid < ? AND object.live = ? ORDER BY {index}.rowid DESC"
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params![expression, start, self.environment.is_live()])?;
        while let Some(row) = rows.next()? {
            let seq: i64 = row.get(0)?;
            if !self.take_changed(&mut changed, seq)? {
                return Ok(self.gatherer.finish());
            }
            let body = row.get_ref(1)?.as_bytes().map_err(rusqlite::Error::from)?;
            if !is_changed.contains(&seq) && !self.take(seq, body)? {
                return Ok(self.gatherer.finish());
            }
        }
        self.take_changed(&mut changed, i64::MIN)?;
        Ok(self.gatherer.finish())
    }

    /// Takes the changed objects that are newer than `seq`; says whether more are wanted.
    fn take_changed(&mut self, changed: &mut Changed, seq: i64) -> Result<bool, StoreError> {
        while let Some((changed, body)) = changed.next_if(|(changed, _)| *changed > seq) {
            if !self.take(changed, &body)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn take(&mut self, seq: i64, body: &[u8]) -> Result<bool, StoreError> {
        let record = record::decode(self.table.noun, body)?;
        Ok(!self.query.matches(&record) || self.gatherer.take(seq, record))
    }
}

/// What narrows, in the language of the index; nothing where nothing can match.
fn expression(narrow: &Narrow) -> Option<String> {
    let joined = |parts: &[Narrow], with| Some(parts.iter().filter_map(expression).collect::<Vec<_>>().join(with));
    match narrow {
        Narrow::Nothing | Narrow::All => None,
        Narrow::Term(term) => {
            let mut word = String::new();
            term.spell(&mut word);
            Some(word)
        }
        Narrow::Every(parts) => joined(parts, " AND ").map(|parts| format!("({parts})")),
        Narrow::Some(parts) => joined(parts, " OR ").map(|parts| format!("({parts})")),
    }
}
