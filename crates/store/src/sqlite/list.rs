//! Lists: the parts of a [plan](crate::list) one after the other, from one snapshot.

use super::apply::Column;
use super::sought;
use super::table::{self, Table};
use crate::error::ListError;
use crate::list::{self, BRANCHES_MAX, Dialect, Lead, Place, Plan, Statement, VALUES_MAX, sorted};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension, ToSql, params, params_from_iter};
use tollgate_domain::environment::Environment;
use tollgate_domain::list::{Filter, ListQuery, Page};
use tollgate_domain::record::{Field, Record, Value};

pub(super) use crate::list::is_short;

/// One page, from a snapshot.
pub(super) fn list(
    connection: &Connection,
    environment: Environment,
    query: &ListQuery,
) -> Result<Page<Record>, ListError> {
    let Some(table) = table::of(query.noun) else { return list::empty(query) };
    let mut walk = Walk { connection, table, environment, plan: Plan::new(query) };
    walk.plan.beside = walk.plan.cursor().map(|id| walk.place(id)).transpose()?;
    let rows = match (sought::narrowing(table, query), walk.parts()?) {
        (Some(sought), _) => sought.rows(connection, table, environment, &walk.plan)?,
        (None, None) => walk.follow(None)?,
        (None, Some(parts)) => walk.merge(&parts)?,
    };
    let bodies = rows.into_iter().map(|(_, body)| body).collect();
    Ok(walk.plan.page(bodies)?)
}

struct Walk<'a> {
    connection: &'a Connection,
    table: &'a Table,
    environment: Environment,
    plan: Plan<'a>,
}

/// Objects found: where they stand, and their bodies.
pub(super) type Rows = Vec<(Place, Vec<u8>)>;

impl Walk<'_> {
    fn place(&self, id: &str) -> Result<Place, ListError> {
        let place = self
            .connection
            .prepare_cached(&self.table.place)?
            .query_row(params![self.environment.is_live(), id], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        place.ok_or(ListError::NoSuchCursor)
    }

    /// The filter that leads in parts that one statement each can follow; nothing where there is none.
    fn parts(&self) -> Result<Option<Vec<Filter>>, ListError> {
        let Some(leading) = self.plan.leading else { return Ok(None) };
        let each = |field, values: Vec<Value>| values.into_iter().map(|value| Filter::Is(field, value)).collect();
        Ok(Some(match &self.plan.lead {
            Lead::Whole => chunks(leading),
            Lead::Each(field, values) => each(*field, values.clone()),
            Lead::Beginning(field, start) => match self.values(*field, start)? {
                Some(values) => each(*field, values.into_iter().map(Value::Text).collect()),
                None => vec![leading.clone()],
            },
        }))
    }

    /// The values of a field that begin so, by hopping along its index; nothing where there are too many.
    fn values(&self, field: Field, start: &str) -> Result<Option<Vec<String>>, ListError> {
        let (name, column) = (self.table.name, field.name());
        let hop = |comparison| {
            format!("SELECT {column} FROM {name} WHERE live = ? AND {column} {comparison} ? ORDER BY {column} LIMIT 1")
        };
        let (first, later) = (hop(">="), hop(">"));
        let mut values: Vec<String> = Vec::new();
        loop {
            let (sql, from) = values.last().map_or((&first, start), |last| (&later, &**last));
            let next: Option<String> = self
                .connection
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

    fn merge(&self, parts: &[Filter]) -> Result<Rows, ListError> {
        let mut rows = Vec::new();
        for part in parts {
            rows.extend(self.follow(Some(part))?);
        }
        if parts.len() > 1 {
            sort(&mut rows, &self.plan);
        }
        Ok(rows)
    }

    /// Reads up to one object more than the page has room for.
    fn follow(&self, part: Option<&Filter>) -> Result<Rows, ListError> {
        let mut statement = Statement::<Bound>::new(self.table.name, self.environment);
        if let Some(part) = part {
            statement.filter(part, self.plan.few);
        }
        self.plan.complete(&mut statement);
        read(self.connection, &statement)
    }
}

/// The objects that a statement finds.
pub(super) fn read(connection: &Connection, statement: &Statement<Bound>) -> Result<Rows, ListError> {
    let mut prepared = connection.prepare_cached(&statement.sql)?;
    let mut found = prepared.query(params_from_iter(&statement.dialect.0))?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        let body = row.get_ref(2)?.as_bytes().map_err(rusqlite::Error::from)?.to_owned();
        rows.push(((row.get(0)?, row.get(1)?), body));
    }
    Ok(rows)
}

/// Brings objects that were found in several ways into the order of the list.
pub(super) fn sort(rows: &mut Rows, plan: &Plan<'_>) {
    rows.sort_unstable_by_key(|(place, _)| *place);
    if plan.newest_first {
        rows.reverse();
    }
}

/// A filter in parts that each have few enough values for one statement.
fn chunks(filter: &Filter) -> Vec<Filter> {
    match filter {
        Filter::Ids(ids) => sorted(ids).chunks(VALUES_MAX).map(|ids| Filter::Ids(ids.to_vec())).collect(),
        Filter::OneOf(field, values) => {
            sorted(values).chunks(VALUES_MAX).map(|values| Filter::OneOf(*field, values.to_vec())).collect()
        }
        Filter::StartsWith(..) | Filter::Contains(..) | Filter::Is(..) | Filter::Delivered(_) => vec![filter.clone()],
    }
}

/// The values of a statement, in the order of their places.
#[derive(Default)]
pub(super) struct Bound(Vec<Sql>);

impl Dialect for Bound {
    fn value(&mut self, value: &Value) -> String {
        self.0.push(sql(value));
        "?".to_owned()
    }

    fn number(&mut self, number: i64) -> String {
        self.0.push(Sql::Integer(number));
        "?".to_owned()
    }

    /// The number of places is rounded up, so that few statements are compiled for many lengths.
    fn one_of(&mut self, column: &str, values: &[&Value]) -> String {
        let mut bound: Vec<Sql> = values.iter().map(|value| sql(value)).collect();
        bound.resize(bound.len().next_power_of_two(), bound.last().cloned().unwrap_or(Sql::Null));
        let places = vec!["?"; bound.len()].join(", ");
        self.0.extend(bound);
        format!("{column} IN ({places})")
    }

    fn contains(&mut self, column: &str, part: &str) -> String {
        let part = self.value(&Value::Text(part.to_owned()));
        format!("instr({column}, {part}) > 0")
    }

    fn aside(column: &str) -> String {
        format!("+{column}")
    }
}

fn sql(value: &Value) -> Sql {
    match Column(value.clone()).to_sql() {
        Ok(rusqlite::types::ToSqlOutput::Owned(value)) => value,
        Ok(rusqlite::types::ToSqlOutput::Borrowed(value)) => value.try_into().unwrap_or(Sql::Null),
        _ => Sql::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tollgate_domain::list::CreatedRange;
    use tollgate_domain::record::Noun;

    fn sql(filters: Vec<Filter>) -> String {
        let query = ListQuery { noun: Noun::Price, filters, created: CreatedRange::default(), cursor: None, limit: 10 };
        let mut plan = Plan::new(&query);
        plan.beside = Some((1, 2));
        let mut statement = Statement::<Bound>::new("price", Environment::Live);
        statement.filter(plan.leading.unwrap(), plan.few);
        plan.complete(&mut statement);
        statement.sql.replace("SELECT created, seq, body FROM price WHERE live = ? AND ", "")
    }

    #[test]
    fn a_plus_keeps_sqlite_from_the_index_that_is_not_to_lead() {
        let text = |text: &str| Value::Text(text.to_owned());
        let active = Filter::Is(Field::PriceActive, Value::Flag(true));
        let lookup_key =
            |keys: &[&str]| Filter::OneOf(Field::PriceLookupKey, keys.iter().map(|key| text(key)).collect());
        let of = Filter::Is(Field::PriceProduct, text("p"));
        for (filters, expected) in [
            (
                vec![active.clone(), lookup_key(&["a", "b", "c"])],
                "(lookup_key IN (?, ?, ?, ?)) AND active = ? AND (+created, +seq) < (?, ?) \
                 ORDER BY +created DESC, +seq DESC LIMIT 11",
            ),
            (
                vec![of, Filter::StartsWith(Field::PriceMeter, "m".into()), active],
                "+meter >= ? AND +meter < ? AND product = ? AND active = ? AND (created, seq) < (?, ?) \
                 ORDER BY created DESC, seq DESC LIMIT 11",
            ),
        ] {
            assert_eq!(sql(filters), expected);
        }
    }
}
