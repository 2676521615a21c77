//! Lists: a page is read from an index that is in list order already, or from a few such indexes and merged.

use super::apply::Column;
use crate::error::{ListError, StoreError};
use crate::record;
use crate::table::{self, Table};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension, ToSql, params, params_from_iter};
use std::fmt::Write as _;
use tollgate_domain::environment::Environment;
use tollgate_domain::list::{Cursor, Filter, ListQuery, Page};
use tollgate_domain::record::{Field, Lookup, Record, Value};

/// Most values of an indexed field that are each followed along its index; more are found by walking all objects.
const BRANCHES_MAX: usize = 64;
/// Most ids, or values of a unique field, that one statement asks for.
const VALUES_MAX: usize = 512;

/// `created` and `seq`.
type Place = (i64, i64);

/// Whether the page is found in a time that does not depend on how many objects there are.
pub(super) fn is_short(query: &ListQuery) -> bool {
    match &*query.filters {
        [] => true,
        [Filter::Ids(ids)] => ids.len() <= VALUES_MAX,
        [Filter::Is(field, value)] => field.lookup() != Lookup::Scan && *value != Value::Null,
        [Filter::OneOf(field, values)] => field.lookup() != Lookup::Scan && values.len() <= BRANCHES_MAX,
        _ => false,
    }
}

/// One page, from a snapshot.
pub(super) fn list(
    connection: &Connection,
    environment: Environment,
    query: &ListQuery,
) -> Result<Page<Record>, ListError> {
    let Some(table) = table::of(query.noun) else {
        return if query.cursor.is_some() {
            Err(ListError::NoSuchCursor)
        } else {
            Ok(Page { items: vec![], has_more: false })
        };
    };
    let (beside, newest_first) = match &query.cursor {
        None => (None, true),
        Some(Cursor::After(id)) => (Some(place(connection, table, environment, id)?), true),
        Some(Cursor::Before(id)) => (Some(place(connection, table, environment, id)?), false),
    };
    let walk = Walk { table, environment, query, beside, newest_first };
    let mut rows = Vec::new();
    let branches = walk.branches(connection)?;
    let merge = branches.len() > 1;
    for branch in branches {
        walk.follow(connection, &branch, &mut rows)?;
    }
    if merge {
        rows.sort_unstable_by_key(|(place, _)| *place);
        if newest_first {
            rows.reverse();
        }
    }
    let has_more = rows.len() > query.limit;
    rows.truncate(query.limit);
    if !newest_first {
        rows.reverse();
    }
    let items = rows.iter().map(|(_, body)| record::decode(query.noun, body)).collect::<Result<_, StoreError>>()?;
    Ok(Page { items, has_more })
}

fn place(connection: &Connection, table: &Table, environment: Environment, id: &str) -> Result<Place, ListError> {
    let place = connection
        .prepare_cached(&table.place)?
        .query_row(params![environment.is_live(), id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    place.ok_or(ListError::NoSuchCursor)
}

struct Walk<'a> {
    table: &'a Table,
    environment: Environment,
    query: &'a ListQuery,
    beside: Option<Place>,
    newest_first: bool,
}

/// Filters that one statement can follow.
struct Branch {
    filters: Vec<Filter>,
    /// Whether they name so few objects that sorting those beats walking in list order.
    few: bool,
}

impl Walk<'_> {
    /// Splits the query at the filter that narrows most into parts that each follow an index.
    fn branches(&self, connection: &Connection) -> Result<Vec<Branch>, ListError> {
        let filters = &self.query.filters;
        let Some(splitting) = (0..filters.len()).max_by_key(|index| narrowness(&filters[*index])) else {
            return Ok(vec![Branch { filters: Vec::new(), few: false }]);
        };
        let few = narrowness(&filters[splitting]) >= POINTED;
        let parts = self.parts(connection, &filters[splitting])?;
        let others = filters.iter().enumerate().filter(|(index, _)| *index != splitting);
        let others: Vec<Filter> = others.map(|(_, filter)| filter.clone()).collect();
        let branch = |part| Branch { filters: [vec![part], others.clone()].concat(), few };
        Ok(parts.into_iter().map(branch).collect())
    }

    fn parts(&self, connection: &Connection, filter: &Filter) -> Result<Vec<Filter>, ListError> {
        Ok(match filter {
            Filter::Ids(ids) => sorted(ids).chunks(VALUES_MAX).map(|ids| Filter::Ids(ids.to_vec())).collect(),
            Filter::OneOf(field, values) => {
                let values = sorted(values);
                if field.lookup() == Lookup::Index && values.len() <= BRANCHES_MAX {
                    return Ok(values.into_iter().map(|value| Filter::Is(*field, value)).collect());
                }
                values.chunks(VALUES_MAX).map(|values| Filter::OneOf(*field, values.to_vec())).collect()
            }
            Filter::StartsWith(field, start) if field.lookup() == Lookup::Index => {
                match self.values(connection, *field, start)? {
                    Some(values) => values.into_iter().map(|value| Filter::Is(*field, Value::Text(value))).collect(),
                    None => vec![filter.clone()],
                }
            }
            Filter::StartsWith(..) | Filter::Is(..) => vec![filter.clone()],
        })
    }

    /// The values of a field that begin so, by hopping along its index; nothing where there are too many.
    fn values(&self, connection: &Connection, field: Field, start: &str) -> Result<Option<Vec<String>>, ListError> {
        let (name, column) = (self.table.name, field.name());
        let hop = |comparison| {
            format!("SELECT {column} FROM {name} WHERE live = ? AND {column} {comparison} ? ORDER BY {column} LIMIT 1")
        };
        let (first, later) = (hop(">="), hop(">"));
        let mut values: Vec<String> = Vec::new();
        loop {
            let (sql, from) = values.last().map_or((&first, start), |last| (&later, &**last));
            let next: Option<String> = connection
                .prepare_cached(sql)?
                .query_row(params![self.environment.is_live(), from], |row| row.get(0))
                .optional()?;
            match next.filter(|value| value.starts_with(start)) {
                None => return Ok(Some(values)),
                Some(_) if values.len() == BRANCHES_MAX => return Ok(None),
                Some(value) => values.push(value),
            }
        }
    }

    /// Reads up to one object more than the page has room for.
    fn follow(
        &self,
        connection: &Connection,
        branch: &Branch,
        rows: &mut Vec<(Place, Vec<u8>)>,
    ) -> Result<(), ListError> {
        let mut statement = Statement::new(self.table, self.environment);
        branch.filters.iter().for_each(|filter| statement.filter(filter, branch.few));
        // The plus keeps SQLite from an index in list order where the filter's own is the better one.
        let (created, seq) = if branch.few { ("+created", "+seq") } else { ("created", "seq") };
        for (comparison, bound) in [(">=", self.query.created.from), ("<=", self.query.created.to)] {
            if let Some(bound) = bound {
                statement.also(&format!("{created} {comparison} ?"), [Sql::Integer(bound.millis())]);
            }
        }
        let (comparison, direction) = if self.newest_first { ("<", "DESC") } else { (">", "ASC") };
        if let Some((at, beside)) = self.beside {
            let sql = format!("({created}, {seq}) {comparison} (?, ?)");
            statement.also(&sql, [Sql::Integer(at), Sql::Integer(beside)]);
        }
        let room = i64::try_from(self.query.limit).unwrap_or(i64::MAX).saturating_add(1);
        write!(statement.sql, " ORDER BY {created} {direction}, {seq} {direction} LIMIT {room}")
            .expect("memory takes it");
        let mut prepared = connection.prepare_cached(&statement.sql)?;
        let mut found = prepared.query(params_from_iter(&statement.values))?;
        while let Some(row) = found.next()? {
            let body = row.get_ref(2)?.as_bytes().map_err(rusqlite::Error::from)?.to_owned();
            rows.push(((row.get(0)?, row.get(1)?), body));
        }
        Ok(())
    }
}

/// From here on a filter names objects one by one.
const POINTED: u8 = 2;

/// How far a filter narrows: 0 where only walking all objects helps.
fn narrowness(filter: &Filter) -> u8 {
    match filter {
        Filter::Ids(_) => 4,
        Filter::Is(_, Value::Null) => 0,
        Filter::Is(field, _) | Filter::OneOf(field, _) | Filter::StartsWith(field, _) => match field.lookup() {
            Lookup::Unique if !matches!(filter, Filter::StartsWith(..)) => 3,
            Lookup::Index => 1,
            Lookup::Unique | Lookup::Scan => 0,
        },
    }
}

fn sorted<T: Ord + Clone>(values: &[T]) -> Vec<T> {
    let mut values = values.to_vec();
    values.sort_unstable();
    values.dedup();
    values
}

/// A statement in the making.
struct Statement {
    sql: String,
    values: Vec<Sql>,
}

impl Statement {
    fn new(table: &Table, environment: Environment) -> Self {
        let sql = format!("SELECT created, seq, body FROM {} WHERE live = ?", table.name);
        Self { sql, values: vec![Sql::Integer(i64::from(environment.is_live()))] }
    }

    fn also(&mut self, sql: &str, values: impl IntoIterator<Item = Sql>) {
        write!(self.sql, " AND {sql}").expect("memory takes it");
        self.values.extend(values);
    }

    fn filter(&mut self, filter: &Filter, few: bool) {
        match filter {
            Filter::Is(field, Value::Null) => self.also(&format!("{} IS NULL", field.name()), []),
            Filter::Is(field, value) => self.also(&format!("{} = ?", field.name()), [sql(value)]),
            Filter::OneOf(field, values) => self.one_of(field.name(), values, few),
            Filter::Ids(ids) => {
                let values: Vec<Value> = ids.iter().cloned().map(Value::Text).collect();
                self.one_of("id", &values, few);
            }
            Filter::StartsWith(field, start) => {
                self.also(&format!("+{} >= ?", field.name()), [Sql::Text(start.clone())]);
                if let Some(end) = after_all(start) {
                    self.also(&format!("+{} < ?", field.name()), [Sql::Text(end)]);
                }
            }
        }
    }

    /// The number of places is rounded up, so that few statements are compiled for many lengths.
    fn one_of(&mut self, column: &str, values: &[Value], few: bool) {
        let plus = if few { "" } else { "+" };
        let null = if values.contains(&Value::Null) { format!(" OR {column} IS NULL") } else { String::new() };
        let mut bound: Vec<Sql> = values.iter().filter(|value| **value != Value::Null).map(sql).collect();
        bound.resize(bound.len().next_power_of_two(), bound.last().cloned().unwrap_or(Sql::Null));
        let places = vec!["?"; bound.len()].join(", ");
        self.also(&format!("({plus}{column} IN ({places}){null})"), bound);
    }
}

fn sql(value: &Value) -> Sql {
    match Column(value.clone()).to_sql() {
        Ok(rusqlite::types::ToSqlOutput::Owned(value)) => value,
        Ok(rusqlite::types::ToSqlOutput::Borrowed(value)) => value.try_into().unwrap_or(Sql::Null),
        _ => Sql::Null,
    }
}

/// The least text that is greater than every text that begins so, in the order of their bytes; none where there is
/// no such text.
fn after_all(start: &str) -> Option<String> {
    let mut characters: Vec<char> = start.chars().collect();
    while let Some(last) = characters.pop() {
        // The numbers between U+D7FF and U+E000 are no characters.
        let next = if last == '\u{d7ff}' { Some('\u{e000}') } else { char::from_u32(u32::from(last) + 1) };
        if let Some(next) = next {
            characters.push(next);
            return Some(characters.into_iter().collect());
        }
    }
    None
}
