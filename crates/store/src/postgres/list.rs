//! Lists: a page is one statement, so that all of it is from one instant, however many indexes it merges. What is
//! asked before it does not depend on an instant: where the cursor stands never changes, and whether few values begin
//! so only decides how the page is looked for.

use super::readers::Readers;
use super::session::{Call, Param, Session};
use super::table::{self, Table};
use super::text;
use super::trouble::Trouble;
use super::value::{flag, kept_text};
use crate::error::ListError;
use crate::list::{self, BRANCHES_MAX, Dialect, Lead, Place, Plan, Statement, begins, is_short};
use std::sync::Arc;
use tokio_postgres::Row;
use tollgate_domain::environment::Environment;
use tollgate_domain::list::{ListQuery, Page};
use tollgate_domain::record::{Field, Record, Value};
use tollgate_domain::time::Timestamp;

/// Parts of fewer characters have no [index](super::sought).
const PATTERN_MIN_CHARACTERS: usize = 3;

/// One page.
pub(super) async fn list(
    readers: &Readers,
    environment: Environment,
    query: &ListQuery,
) -> Result<Page<Record>, ListError> {
    let Some(table) = table::of(query.noun) else { return list::empty(query) };
    let walk = &Walk { table, environment, query };
    let page = if is_short(query) {
        walk.page(&Via::Quick(readers)).await?
    } else {
        readers.slow(|session| async move { walk.page(&Via::Slow(session)).await }).await?
    };
    page.ok_or(ListError::NoSuchCursor)
}

/// The way to the database.
enum Via<'a> {
    Quick(&'a Readers),
    Slow(Arc<Session>),
}

impl Via<'_> {
    async fn exchange(&self, calls: &[Call]) -> Result<Vec<Vec<Row>>, Trouble> {
        match self {
            _ if calls.is_empty() => Ok(Vec::new()),
            Self::Quick(readers) => readers.quick(calls).await,
            Self::Slow(session) => session.exchange(calls).await,
        }
    }
}

struct Walk<'a> {
    table: &'static Table,
    environment: Environment,
    query: &'a ListQuery,
}

impl Walk<'_> {
    /// Nothing where there is no such cursor, which is no reason to give a connection up.
    async fn page(&self, via: &Via<'_>) -> Result<Option<Page<Record>>, Trouble> {
        let mut plan = Plan::new(self.query);
        let mut answers = via.exchange(&self.questions(&plan)).await?.into_iter();
        if plan.cursor().is_some() {
            let Some(place) = answers.next().and_then(|rows| rows.into_iter().next()) else { return Ok(None) };
            begin_at(&mut plan, (place.try_get(0)?, place.try_get(1)?));
        }
        if let Some(are_many) = answers.next()
            && are_many[0].try_get(0)?
        {
            plan.lead = Lead::Whole;
        }
        let found = via.exchange(&[self.statement(&plan)]).await?;
        let bodies: Result<Vec<&str>, _> = found.iter().flatten().map(|row| row.try_get(2)).collect();
        Ok(Some(plan.page(bodies?)?))
    }

    /// What has to be known first: the place of the cursor, and whether the values that begin so are too many.
    fn questions(&self, plan: &Plan<'_>) -> Vec<Call> {
        let place = plan.cursor().map(|id| {
            let params: Vec<Param> =
                vec![Box::new(self.environment.is_live()), Box::new(text::encode(id).into_owned())];
            Call::new(&self.table.place, params)
        });
        let are_many = match plan.lead {
            Lead::Beginning(field, start) => Some(self.are_many(field, start)),
            Lead::Whole | Lead::Each(..) => None,
        };
        place.into_iter().chain(are_many).collect()
    }

    fn are_many(&self, field: Field, start: &str) -> Call {
        let mut bound = Bound::default();
        let values = self.values(&mut bound, field, start);
        let counted = format!("SELECT FROM asked WHERE value IS NOT NULL LIMIT {}", BRANCHES_MAX + 1);
        Call::new(format!("{values} SELECT count(*) > {BRANCHES_MAX} FROM ({counted}) AS counted"), bound.0)
    }

    fn statement(&self, plan: &Plan<'_>) -> Call {
        let mut statement = Statement::<Bound>::new(self.table.name, self.environment);
        let (values, asked, field) = match &plan.lead {
            // What is not set is in no index: all objects are walked for it.
            Lead::Each(field, values) if !values.contains(&Value::Null) => {
                let values = statement.dialect.array(&values.iter().collect::<Vec<_>>());
                (String::new(), format!("unnest({values}) AS asked (value)"), field)
            }
            Lead::Beginning(field, start) => {
                (self.values(&mut statement.dialect, *field, start), "asked".to_owned(), field)
            }
            Lead::Whole | Lead::Each(..) => {
                if let Some(filter) = plan.leading {
                    statement.filter(filter, plan.few);
                }
                plan.complete(&mut statement);
                return Call::new(statement.sql, statement.dialect.0);
            }
        };
        statement.also(&format!("{} = asked.value", field.name()));
        plan.complete(&mut statement);
        let (each, order) = (statement.sql, plan.order("page."));
        let sql = format!("{values} SELECT page.* FROM {asked} CROSS JOIN LATERAL ({each}) AS page{order}");
        Call::new(sql, statement.dialect.0)
    }

    /// The values of a field that begin so, as `asked (value)`, by hopping along its index. The last is null.
    fn values(&self, bound: &mut Bound, field: Field, start: &str) -> String {
        let (name, column) = (self.table.name, field.name());
        let live = bound.value(&Value::Flag(self.environment.is_live()));
        let within = begins(bound, column, start).join(" AND ");
        let hop = |from: &str| {
            format!("(SELECT {column} FROM {name} WHERE live = {live} AND {within}{from} ORDER BY {column} LIMIT 1)")
        };
        let (first, later) = (hop(""), hop(&format!(" AND {column} > asked.value")));
        format!(
            "WITH RECURSIVE asked (value) AS ({first} UNION ALL SELECT {later} FROM asked WHERE asked.value IS NOT NULL)"
        )
    }
}

/// Lets a page begin at a place. What lies beyond was created at that time or beyond it, too: said by itself, that
/// leaves out the partitions on the other side.
fn begin_at(plan: &mut Plan<'_>, place: Place) {
    plan.beside = Some(place);
    let (at, range) = (Timestamp::from_millis(place.0), &mut plan.created);
    if plan.newest_first {
        range.to = Some(range.to.map_or(at, |to| to.min(at)));
    } else {
        range.from = Some(range.from.map_or(at, |from| from.max(at)));
    }
}

/// What matches every text that has this part; of what means something in a pattern, only the character is meant.
fn pattern(part: &str) -> String {
    let mut pattern = String::from("%");
    for character in part.chars() {
        if matches!(character, '\\' | '%' | '_') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

/// The values of a statement: the first is `$1`.
#[derive(Default)]
struct Bound(Vec<Param>);

impl Bound {
    fn bind(&mut self, param: Param) -> String {
        self.0.push(param);
        format!("${}", self.0.len())
    }

    /// Values of one type, none of which is null.
    fn array(&mut self, values: &[&Value]) -> String {
        let flags: Vec<bool> = values.iter().filter_map(|value| flag(value)).collect();
        if !flags.is_empty() {
            return format!("{}::boolean[]", self.bind(Box::new(flags)));
        }
        let texts: Vec<String> = values.iter().filter_map(|value| kept_text(value)).collect();
        format!("{}::text[]", self.bind(Box::new(texts)))
    }
}

impl Dialect for Bound {
    fn value(&mut self, value: &Value) -> String {
        match value {
            Value::Flag(flag) => self.bind(Box::new(*flag)),
            Value::Text(_) | Value::Null => self.bind(Box::new(kept_text(value))),
        }
    }

    fn number(&mut self, number: i64) -> String {
        self.bind(Box::new(number))
    }

    fn one_of(&mut self, column: &str, values: &[&Value]) -> String {
        // An array of no values has no type either.
        if values.is_empty() { "false".to_owned() } else { format!("{column} = ANY ({})", self.array(values)) }
    }

    /// PostgreSQL knows how many objects there are, and which index is worth it. Only a pattern can have one.
    fn contains(&mut self, column: &str, part: &str) -> String {
        if part.chars().nth(PATTERN_MIN_CHARACTERS - 1).is_none() {
            let part = self.value(&Value::Text(part.to_owned()));
            return format!("strpos({column}, {part}) > 0");
        }
        let pattern = self.value(&Value::Text(pattern(part)));
        format!("{column} LIKE {pattern}")
    }

    fn aside(column: &str) -> String {
        column.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tollgate_domain::list::{CreatedRange, Cursor, Filter};
    use tollgate_domain::record::Noun;

    #[test]
    fn values_are_followed_and_merged_in_one_statement_within_the_partitions_that_can_have_them() {
        let types = ["plan.created", "price.created"].map(|name| Value::Text(name.to_owned())).to_vec();
        let filters = vec![Filter::OneOf(Field::EventType, types)];
        let cursor = Some(Cursor::After("e".to_owned()));
        let query = ListQuery { noun: Noun::Event, filters, created: CreatedRange::default(), cursor, limit: 10 };
        let walk = Walk { table: table::of(Noun::Event).unwrap(), environment: Environment::Live, query: &query };
        let mut plan = Plan::new(&query);
        begin_at(&mut plan, (1, 2));
        let call = walk.statement(&plan);
        assert_eq!(
            call.sql.trim_start(),
            "SELECT page.* FROM unnest($2::text[]) AS asked (value) CROSS JOIN LATERAL (SELECT created, seq, body \
             FROM event WHERE live = $1 AND type = asked.value AND created <= $3 AND (created, seq) < ($4, $5) \
             ORDER BY created DESC, seq DESC LIMIT 11) AS page ORDER BY page.created DESC, page.seq DESC LIMIT 11"
        );
        assert_eq!(call.params.len(), 5);
    }
}
