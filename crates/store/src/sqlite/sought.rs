//! The index of a text that parts are sought in: its runs of three characters, kept in the transaction that changes the
//! text.
//!
//! The index narrows, the text itself decides. Each environment has its own stretch of `rowid`s, so that nobody walks
//! through the objects of the other. Objects come out of the index by their places (`seq`), and a list is by
//! creation first: an object whose place is not where it stands in lists is marked as `late`, and found without the index.
//!
//! Invariant: of two objects of an environment that are not late, the one with the higher place was not created before the
//! other. An object that is late without need only costs time.

use super::list::{Bound, Rows, read, sort};
use super::table::{self, Table};
use crate::error::{ListError, OpenError, StoreError};
use crate::list::{Dialect, Plan, Statement};
use crate::report::Report;
use crate::search_terms::fnv1a;
use rusqlite::{Connection, OptionalExtension, params};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use tollgate_domain::environment::Environment;
use tollgate_domain::list::{CreatedRange, Filter, ListQuery};
use tollgate_domain::record::{Field, Record, Value};

/// Fills the index, and marks what is late, by the rows that there are; the migration does the same.
pub(super) const FILL: &str = include_str!("../../migrations/sqlite_fill_sought.sql");
/// What is added to the place of a live object to get its `rowid` in the index; test objects have their places.
const LIVE_FROM: i64 = 1 << 40;
/// Most runs that are asked for; more would not narrow much further.
const RUNS_ASKED_MAX: usize = 4;
/// Texts that are looked at to see which runs are rare.
const TEXTS_SEEN: i64 = 48;
/// The golden ratio's part of 2^64, odd.
const SCATTER: i64 = 0x9e37_79b9_7f4a_7c15_u64.cast_signed();
/// Most late objects that are looked at to see whether a new one has its place: beyond, it is late as well.
const LATE_SEEN_MAX: i64 = 64;

fn stretch(environment: Environment) -> i64 {
    if environment.is_live() { LIVE_FROM } else { 0 }
}

/// The runs of three characters of a text, as the index has them. It leaves out U+0000, and takes what is no character
/// for the one that stands for such.
fn runs(text: &str) -> BTreeSet<String> {
    let kept = |character: &char| *character != '\0';
    let known = |character| if matches!(character, '\u{fffe}' | '\u{ffff}') { '\u{fffd}' } else { character };
    let characters: Vec<char> = text.chars().filter(kept).map(known).collect();
    characters.windows(3).map(|run| run.iter().collect()).collect()
}

/// What the index is asked for, in its language: the runs that the fewest of some texts have. One that most texts have
/// narrows little, and takes long to read.
fn expression(runs: &BTreeSet<String>, texts: &[String]) -> String {
    let count = |run: &String| texts.iter().filter(|text| text.contains(&**run)).count();
    let mut counted: Vec<(usize, &String)> = runs.iter().map(|run| (count(run), run)).collect();
    counted.sort_unstable();
    let fewest = counted.first().map_or(0, |(count, _)| *count);
    let asked = counted.into_iter().take(RUNS_ASKED_MAX).take_while(|(count, _)| *count <= fewest * 2 + 2);
    asked.map(|(_, run)| format!("\"{}\"", run.replace('"', "\"\""))).collect::<Vec<_>>().join(" AND ")
}

/// A number below `span`: of consecutive ones, far apart and at no even distance, since what is made by a pattern repeats
/// itself at one.
fn scattered(number: i64, span: i64) -> i64 {
    number.wrapping_mul(SCATTER).rem_euclid(span)
}

/// Some texts, from all over the table, the same every time.
fn some_texts(connection: &Connection, table: &Table, column: &str) -> rusqlite::Result<Vec<String>> {
    let name = table.name;
    // Asked for together, in one query, they would be looked for in every row.
    let sql = format!("SELECT coalesce((SELECT min(seq) FROM {name}), 0), coalesce((SELECT max(seq) FROM {name}), 0)");
    let (first, last): (i64, i64) =
        connection.prepare_cached(&sql)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let span = last.saturating_sub(first).saturating_add(1).max(1);
    let mut text = connection.prepare_cached(&format!("SELECT {column} FROM {name} WHERE seq >= ? LIMIT 1"))?;
    let mut texts = Vec::new();
    for number in 0..TEXTS_SEEN {
        let found: Option<Option<String>> =
            text.query_row([first.saturating_add(scattered(number, span))], |row| row.get(0)).optional()?;
        texts.extend(found.flatten());
    }
    Ok(texts)
}

/// A list of the objects that have a part in their text.
pub(super) struct Sought<'q> {
    filter: &'q Filter,
    field: Field,
    part: &'q str,
    /// Those of the part; there are some.
    runs: BTreeSet<String>,
}

/// The list that a query asks for, where the index narrows it.
pub(super) fn narrowing<'q>(table: &Table, query: &'q ListQuery) -> Option<Sought<'q>> {
    let [filter @ Filter::Contains(field, part)] = &*query.filters else { return None };
    if table.sought != Some(*field) || query.created != CreatedRange::default() {
        return None;
    }
    let runs = runs(part);
    if runs.is_empty() { None } else { Some(Sought { filter, field: *field, part, runs }) }
}

impl Sought<'_> {
    /// The objects of a page, in list order: those that have their places, and those that are late.
    pub(super) fn rows(
        &self,
        connection: &Connection,
        table: &Table,
        environment: Environment,
        plan: &Plan<'_>,
    ) -> Result<Rows, ListError> {
        let mut rows = read(connection, &self.in_place(connection, table, environment, plan)?)?;
        let late = read(connection, &self.late(table, environment, plan))?;
        if !late.is_empty() {
            rows.extend(late);
            sort(&mut rows, plan);
        }
        Ok(rows)
    }

    /// Finds those that have their places, by walking the index in their order.
    fn in_place(
        &self,
        connection: &Connection,
        table: &Table,
        environment: Environment,
        plan: &Plan<'_>,
    ) -> Result<Statement<Bound>, ListError> {
        let (name, index, direction) = (table.name, table.sought_index(), plan.direction());
        let start = stretch(environment);
        let mut statement = Statement::<Bound>::new(name, environment);
        let from = format!("FROM {index} CROSS JOIN {name} ON {name}.seq = {index}.rowid - {start}");
        statement.sql = statement.sql.replacen(&format!("FROM {name}"), &from, 1);
        let expression = expression(&self.runs, &some_texts(connection, table, self.field.name())?);
        let expression = statement.dialect.value(&Value::Text(expression));
        statement.also(&format!("{index} MATCH {expression}"));
        let mut range = (start, start + LIVE_FROM);
        if let Some((_, beside)) = plan.beside {
            let sql = format!("SELECT late IS NULL FROM {name} WHERE seq = ?");
            let is_in_place = connection.prepare_cached(&sql)?.query_row([beside], |row| row.get(0)).optional()?;
            if is_in_place == Some(true) {
                *(if plan.newest_first { &mut range.1 } else { &mut range.0 }) = start + beside;
            }
        }
        let (above, below) = (statement.dialect.number(range.0), statement.dialect.number(range.1));
        statement.also(&format!("{index}.rowid > {above} AND {index}.rowid < {below}"));
        statement.also("late IS NULL");
        let contains = statement.dialect.contains(&format!("{name}.{}", self.field.name()), self.part);
        statement.also(&contains);
        plan.within(&mut statement, "");
        let room = plan.room();
        write!(statement.sql, " ORDER BY {index}.rowid {direction} LIMIT {room}").expect("memory takes it");
        Ok(statement)
    }

    /// Finds those that are late by looking at each.
    fn late(&self, table: &Table, environment: Environment, plan: &Plan<'_>) -> Statement<Bound> {
        let name = table.name;
        let mut statement = Statement::<Bound>::new(name, environment);
        let from = format!("FROM {name} INDEXED BY {name}_by_late");
        statement.sql = statement.sql.replacen(&format!("FROM {name}"), &from, 1);
        statement.also("late IS NOT NULL");
        statement.filter(self.filter, false);
        plan.complete(&mut statement);
        statement
    }
}

/// Follows a new object.
pub(super) fn inserted(
    connection: &Connection,
    table: &Table,
    environment: Environment,
    seq: i64,
    record: &Record,
) -> Result<(), StoreError> {
    let Some(field) = table.sought else { return Ok(()) };
    if let Value::Text(text) = record.value(field) {
        put(connection, table, environment, seq, &text)?;
    }
    if is_late(connection, table, environment, record)? {
        mark_late(connection, table, seq)?;
    }
    Ok(())
}

/// Follows a change; most leave the text alone, and the index with it.
pub(super) fn updated(
    connection: &Connection,
    table: &Table,
    environment: Environment,
    before: &Record,
    after: &Record,
) -> Result<(), StoreError> {
    let Some(field) = table.sought else { return Ok(()) };
    let (text, is_moved) = (after.value(field), before.created() != after.created());
    if !is_moved && before.value(field) == text {
        return Ok(());
    }
    let place = params![environment.is_live(), after.id()];
    let seq: i64 = connection.prepare_cached(&table.place)?.query_row(place, |row| row.get(1))?;
    match text {
        Value::Text(text) => put(connection, table, environment, seq, &text)?,
        _ => deleted(connection, table, environment, seq)?,
    }
    if is_moved { mark_late(connection, table, seq) } else { Ok(()) }
}

/// Follows the end of an object.
pub(super) fn deleted(
    connection: &Connection,
    table: &Table,
    environment: Environment,
    seq: i64,
) -> Result<(), StoreError> {
    if table.sought.is_some() {
        let sql = format!("DELETE FROM {} WHERE rowid = ?", table.sought_index());
        connection.prepare_cached(&sql)?.execute([stretch(environment) + seq])?;
    }
    Ok(())
}

fn put(
    connection: &Connection,
    table: &Table,
    environment: Environment,
    seq: i64,
    text: &str,
) -> Result<(), StoreError> {
    let sql = format!("INSERT OR REPLACE INTO {} (rowid, search) VALUES (?, ?)", table.sought_index());
    connection.prepare_cached(&sql)?.execute(params![stretch(environment) + seq, text])?;
    Ok(())
}

/// Whether an object that was just inserted, at the highest place, is not last in list order, or should not be taken for
/// that: what a test clock says may be far ahead, and all that is made after would be late.
fn is_late(
    connection: &Connection,
    table: &Table,
    environment: Environment,
    record: &Record,
) -> Result<bool, StoreError> {
    if matches!(record, Record::Customer(customer) if customer.frozen.is_some()) {
        return Ok(true);
    }
    let name = table.name;
    let sql = format!(
        "SELECT count(*) - count(late), count(*) FROM \
         (SELECT late FROM {name} WHERE live = ? AND created > ? LIMIT {LATE_SEEN_MAX})"
    );
    let after = params![environment.is_live(), record.created().millis()];
    let (in_place, seen): (i64, i64) =
        connection.prepare_cached(&sql)?.query_row(after, |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(in_place > 0 || seen == LATE_SEEN_MAX)
}

fn mark_late(connection: &Connection, table: &Table, seq: i64) -> Result<(), StoreError> {
    connection.prepare_cached(&format!("UPDATE {} SET late = 1 WHERE seq = ?", table.name))?.execute([seq])?;
    Ok(())
}

/// Makes sure that the indexes have what the rows say, and that what is not late has its place.
pub(super) fn check(connection: &Connection, report: &mut Report) -> Result<(), OpenError> {
    table::all()
        .iter()
        .filter(|table| table.sought.is_some())
        .try_for_each(|table| check_table(connection, table, report))
}

fn check_table(connection: &Connection, table: &Table, report: &mut Report) -> Result<(), OpenError> {
    let Some(field) = table.sought else { return Ok(()) };
    let mut indexed = indexed(connection, table)?;
    let mut reached = [i64::MIN; 2];
    let (name, column) = (table.name, field.name());
    let sql =
        format!("SELECT seq, live, id, created, late IS NOT NULL, CAST({column} AS TEXT) FROM {name} ORDER BY seq");
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (seq, id, created): (i64, String, i64) = (row.get(0)?, row.get(2)?, row.get(3)?);
        let text: Option<String> = row.get(5)?;
        let environment = Environment::from_live(row.get(1)?);
        if indexed.remove(&(stretch(environment) + seq)).unwrap_or_default() != print(&text.unwrap_or_default()) {
            report.add_not_indexed(name, &id);
        }
        let reached = &mut reached[usize::from(environment.is_live())];
        if !row.get::<_, bool>(4)? {
            if created < *reached {
                report.add("search index", format!("{name} {id} is not marked as late"));
            }
            *reached = created.max(*reached);
        }
    }
    for seq in indexed.keys() {
        report.add("search index", format!("it has a {name} that is gone (place {seq})"));
    }
    Ok(())
}

/// How many runs an object has, and all of them taken together.
type Print = (u32, u64);

fn print(text: &str) -> Print {
    runs(text).iter().fold(Print::default(), |print, run| with(print, run.as_bytes()))
}

fn with((count, sum): Print, run: &[u8]) -> Print {
    (count + 1, sum.wrapping_add(fnv1a(run)))
}

/// What the index has, by the place of the object.
fn indexed(connection: &Connection, table: &Table) -> Result<FxHashMap<i64, Print>, OpenError> {
    let index = table.sought_index();
    let view = format!("temp.vocabulary_{index}");
    let sql = format!("CREATE VIRTUAL TABLE IF NOT EXISTS {view} USING fts5vocab(main, {index}, instance)");
    connection.execute(&sql, [])?;
    let mut found: FxHashMap<i64, Print> = FxHashMap::default();
    let mut statement = connection.prepare(&format!("SELECT term, doc FROM {view}"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let entry = found.entry(row.get(1)?).or_default();
        *entry = with(*entry, row.get_ref(0)?.as_bytes().map_err(rusqlite::Error::from)?);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_migration_fills_the_index_as_a_move_does() {
        assert!(crate::migrate::SQLITE.iter().any(|migration| migration.sql.contains(FILL)));
    }

    #[test]
    fn the_migrations_make_the_indexes_that_the_fields_ask_for() {
        let migrations: String = crate::migrate::SQLITE.iter().map(|migration| migration.sql).collect();
        for table in table::all() {
            let Some(field) = table.sought else { continue };
            let (name, index, column) = (table.name, table.sought_index(), field.name());
            for definition in [
                format!(
                    "CREATE VIRTUAL TABLE {index} USING fts5({column}, content='', contentless_delete=1, detail=none, \
                     tokenize='trigram case_sensitive 1');\n"
                ),
                format!("INSERT INTO {index} ({index}, rank) VALUES ('automerge', 16);\n"),
                format!("ALTER TABLE {name} ADD COLUMN late INTEGER;\n"),
                format!("CREATE INDEX {name}_by_late ON {name} (live, created) WHERE late IS NOT NULL;\n"),
            ] {
                assert!(migrations.contains(&definition), "{definition}");
            }
        }
    }

    #[test]
    fn a_part_asks_for_the_rarest_of_its_runs_whatever_is_in_it() {
        assert!(runs("ab").is_empty() && runs("a\0b").is_empty());
        assert_eq!(expression(&runs("a\"bc"), &[]), "\"\"\"bc\" AND \"a\"\"b\"");
        let long: String = ('a'..='z').collect();
        assert_eq!(expression(&runs(&long), &[]).matches("AND").count(), RUNS_ASKED_MAX - 1);
        let texts: Vec<String> = (0..9).map(|number| format!("acct_000{number}")).collect();
        assert_eq!(expression(&runs("acct_0007"), &texts), "\"007\"");
        assert_eq!(expression(&runs("acct"), &texts), "\"acc\" AND \"cct\"");
    }
}
