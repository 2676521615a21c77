//! Searches: terms narrow, `Query::matches` decides. Objects are read newest first in slices, each below the last.
//!
//! There are two ways to a slice. To walk the objects themselves is cheap where every so many of them has the terms;
//! to look the terms up and sort what has them, where few have. Statistics do not tell which it is: terms go together
//! or not, come and go with time, and the rare ones are too many to be counted. So a short walk is tried, and where it
//! does not fill its slice, the terms are looked up. Neither costs more than a few times what the better one does.

use super::derived::Derived;
use super::readers::Readers;
use super::session::{Param, Purpose, Session, borrowed};
use super::table::{self, Table};
use super::trouble::Trouble;
use crate::error::{SearchError, StoreError};
use crate::page::{Found, Gatherer};
use crate::record;
use crate::search_terms::{self, Narrow};
use tokio_postgres::Row;
use tollgate_domain::environment::Environment;
use tollgate_domain::search::Query;

/// The slices of a search, one after the other; the last is repeated. Most pages take one, and counting takes many.
const SLICES: [Slice; 3] =
    [Slice { size: 16, walked: 4096 }, Slice { size: 128, walked: 16_384 }, Slice { size: 1024, walked: 32_768 }];

#[derive(Debug, Clone, Copy)]
struct Slice {
    /// Most objects of it.
    size: u16,
    /// Objects that are walked for it before the terms are looked up. Among a million, that takes about as long.
    walked: u16,
}

/// One page of at most `limit` objects inserted before `below`.
pub(super) async fn search(
    readers: &Readers,
    environment: Environment,
    query: &Query,
    below: Option<i64>,
    limit: usize,
    count: bool,
) -> Result<Found, SearchError> {
    let gatherer = || Gatherer::new(limit, count, below);
    let narrow = search_terms::narrow(query);
    let Some(table) =
        table::of(query.noun).filter(|table| table.derived == Some(Derived::Terms) && narrow != Narrow::Nothing)
    else {
        return Ok(gatherer().finish());
    };
    let search = &Search { table, environment, query, narrow, limit };
    readers.slow(|session| async move { search.within_time(&session, gatherer()).await }).await
}

struct Search<'a> {
    table: &'static Table,
    environment: Environment,
    query: &'a Query,
    narrow: Narrow,
    limit: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Along all objects, as far as is worth it.
    Walk,
    /// By their terms.
    Terms,
}

impl Search<'_> {
    /// All slices together may take as long as one statement.
    async fn within_time(&self, session: &Session, gatherer: Gatherer) -> Result<Found, SearchError> {
        let time = Purpose::Search.statement_max();
        match tokio::time::timeout(time, self.run(session, gatherer)).await {
            Ok(found) => Ok(found?),
            Err(_) => Err(StoreError::Unavailable(format!("a search took longer than {} s", time.as_secs())).into()),
        }
    }

    async fn run(&self, session: &Session, mut gatherer: Gatherer) -> Result<Found, Trouble> {
        let (mut way, mut below) = (Way::Walk, gatherer.start());
        let [.., last] = SLICES;
        let slices = SLICES.into_iter().filter(|slice| usize::from(slice.size) > self.limit);
        for slice in slices.chain(std::iter::repeat(last)) {
            let rows = self.slice(session, way, below, slice).await?;
            let newest = rows.first().map_or(Ok(below), |row| row.try_get(0))?;
            for row in &rows {
                below = row.try_get(0)?;
                if !self.take(&mut gatherer, below, row)? {
                    return Ok(gatherer.finish());
                }
            }
            let Some(next) = self.next(way, slice, rows.len(), newest - below) else { break };
            way = next;
        }
        Ok(gatherer.finish())
    }

    /// The way on from what was found of a slice, which lay so far apart; nothing where that is all there is.
    fn next(&self, way: Way, slice: Slice, found: usize, apart: i64) -> Option<Way> {
        let is_full = found == usize::from(slice.size);
        match way {
            Way::Walk if is_full => Some(Way::Walk),
            Way::Walk => (self.narrow != Narrow::All).then_some(Way::Terms),
            // A walk would have found as much: objects come and go with time.
            Way::Terms if is_full && apart < i64::from(slice.walked) => Some(Way::Walk),
            Way::Terms => is_full.then_some(Way::Terms),
        }
    }

    /// Says whether more are wanted.
    fn take(&self, gatherer: &mut Gatherer, seq: i64, row: &Row) -> Result<bool, Trouble> {
        let record = record::decode(self.table.noun, row.try_get::<_, &str>(1)?.as_bytes())?;
        Ok(!self.query.matches(&record) || gatherer.take(seq, record))
    }

    async fn slice(&self, session: &Session, way: Way, below: i64, slice: Slice) -> Result<Vec<Row>, Trouble> {
        let mut params: Vec<Param> = vec![Box::new(self.environment.is_live()), Box::new(below)];
        let sql = self.sql(way, slice, &mut params);
        session.query(&sql, &borrowed(&params)).await
    }

    /// By `live`, `below` and terms: `seq, body` of the newest objects. What is limited inside is walked as it is
    /// there, and the plus keeps PostgreSQL from walking where it is not to.
    fn sql(&self, way: Way, Slice { size, walked }: Slice, params: &mut Vec<Param>) -> String {
        let (name, has_terms) = (self.table.name, has_terms(&self.narrow, params));
        match way {
            Way::Walk => format!(
                "SELECT seq, body FROM (SELECT seq, body, terms FROM {name} WHERE live = $1 AND seq < $2 \
                 ORDER BY seq DESC LIMIT {walked}) AS newest WHERE {has_terms} ORDER BY seq DESC LIMIT {size}"
            ),
            Way::Terms => format!(
                "SELECT seq, body FROM {name} WHERE live = $1 AND +seq < $2 AND {has_terms} \
                 ORDER BY +seq DESC LIMIT {size}"
            ),
        }
    }
}

/// The condition that narrows.
fn has_terms(narrow: &Narrow, params: &mut Vec<Param>) -> String {
    match narrow {
        Narrow::All => "true".to_owned(),
        Narrow::Nothing => "false".to_owned(),
        Narrow::Term(term) => contains(vec![term.number()], params),
        Narrow::Every(parts) => {
            let term = |part: &Narrow| if let Narrow::Term(term) = part { Some(term.number()) } else { None };
            let terms: Vec<i32> = parts.iter().filter_map(term).collect();
            let together = (!terms.is_empty()).then(|| contains(terms, params));
            let others = parts.iter().filter(|part| !matches!(part, Narrow::Term(_)));
            let others: Vec<String> = others.map(|part| has_terms(part, params)).collect();
            format!("({})", together.into_iter().chain(others).collect::<Vec<_>>().join(" AND "))
        }
        Narrow::Some(parts) => {
            let parts: Vec<String> = parts.iter().map(|part| has_terms(part, params)).collect();
            format!("({})", parts.join(" OR "))
        }
    }
}

/// One look-up in the index finds the objects with all of them.
fn contains(terms: Vec<i32>, params: &mut Vec<Param>) -> String {
    params.push(Box::new(terms));
    format!("terms @> ${}", params.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tollgate_domain::record::Noun;
    use tollgate_domain::search::{Clause, Join, SearchField, Test};

    fn narrowed(join: Join, names: &[&str]) -> (String, usize) {
        let clause = |name: &&str| {
            let (field, test) = (SearchField::Named("name"), Test::Is((*name).to_owned()));
            Clause { negated: false, field, test }
        };
        let query = Query { noun: Noun::Product, join, clauses: names.iter().map(clause).collect() };
        let mut params = Vec::new();
        (has_terms(&search_terms::narrow(&query), &mut params), params.len())
    }

    #[test]
    fn terms_that_must_come_together_are_looked_up_together() {
        assert_eq!(narrowed(Join::And, &["gold plan", "x"]), ("(terms @> $1)".to_owned(), 1));
        assert_eq!(narrowed(Join::Or, &["gold", "x"]), ("((terms @> $1) OR (terms @> $2))".to_owned(), 2));
    }

    #[test]
    fn terms_are_looked_up_where_walking_does_not_fill_a_slice_and_until_objects_lie_close_again() {
        let table = table::of(Noun::Product).unwrap();
        let query = Query { noun: Noun::Product, join: Join::And, clauses: Vec::new() };
        let of = |narrow| Search { table, environment: Environment::Live, query: &query, narrow, limit: 10 };
        let (search, all) = (of(Narrow::Some(Vec::new())), of(Narrow::All));
        let [slice, ..] = SLICES;
        for (search, way, found, apart, next) in [
            (&search, Way::Walk, 16, 1000, Some(Way::Walk)),
            (&search, Way::Walk, 15, 1000, Some(Way::Terms)),
            (&search, Way::Terms, 16, 1000, Some(Way::Walk)),
            (&search, Way::Terms, 16, 10_000, Some(Way::Terms)),
            (&search, Way::Terms, 15, 1000, None),
            (&all, Way::Walk, 16, 1000, Some(Way::Walk)),
            (&all, Way::Walk, 15, 1000, None),
        ] {
            assert_eq!(search.next(way, slice, found, apart), next, "{way:?} {found} {apart}");
        }
    }
}
