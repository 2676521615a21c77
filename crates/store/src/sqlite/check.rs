//! The doctor: looks at every row and says what does not fit.

use super::table::{self, Table};
use super::tail::Tail;
use super::{apply::Column, connect, prepare, sought, usage};
use crate::error::OpenError;
use crate::report::Report;
use crate::{migrate, record, search_terms};
use prometheus_client::metrics::gauge::Gauge;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, Row, params};
use rustc_hash::FxHashMap;
use std::path::Path;
use tollgate_domain::environment::Environment;
use tollgate_domain::record::Record;

/// Checks a file, as it is at one instant; another process may be serving it.
pub(crate) fn check(path: &Path) -> Result<Report, OpenError> {
    let connection = connect::reading(path)?;
    let mut report = Report::default();
    let version = prepare::version(&connection, path)?;
    if version != migrate::LATEST {
        report.add_version(version);
        return Ok(report);
    }
    // The views on the search indexes are temporary tables, which a connection that cannot write may not have either.
    connection.pragma_update(None, "query_only", false)?;
    let snapshot = connection.unchecked_transaction()?;
    if let Some(mark) = prepare::mark(&snapshot)? {
        report.add_unfinished(&mark);
        return Ok(report);
    }
    check_integrity(&snapshot, &mut report)?;
    for table in table::all() {
        check_table(&snapshot, table, &mut report)?;
    }
    sought::check(&snapshot, &mut report)?;
    check_references(&snapshot, &mut report)?;
    usage::check(&snapshot, &mut report)?;
    Ok(report)
}

fn check_integrity(connection: &Connection, report: &mut Report) -> Result<(), OpenError> {
    let mut statement = connection.prepare("PRAGMA integrity_check")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let line: String = row.get(0)?;
        if line != "ok" {
            report.add("integrity", line);
        }
    }
    Ok(())
}

/// Every row: its body can be read, and its columns and its search terms are what the body says.
fn check_table(connection: &Connection, table: &Table, report: &mut Report) -> Result<(), OpenError> {
    let mut indexed = indexed(connection, table)?;
    let tail = Tail::read(connection, Gauge::default())?;
    let tails = Environment::ALL.map(|environment| tail.objects(environment, table.noun));
    let mut statement = connection.prepare(&format!("SELECT * FROM {} ORDER BY seq", table.name))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        report.objects += 1;
        let (seq, id): (i64, String) = (row.get("seq")?, row.get("id")?);
        let environment = Environment::from_live(row.get("live")?);
        let body = row.get_ref("body")?.as_bytes().map_err(rusqlite::Error::from)?;
        let in_index = indexed.remove(&seq).unwrap_or_default();
        let record = match record::decode(table.noun, body) {
            Ok(record) => record,
            Err(error) => {
                report.add("body", format!("{} {id}: {error}", table.name));
                continue;
            }
        };
        check_columns(row, table, &record, report)?;
        let changed = tails[usize::from(environment.is_live())].contains(&*id);
        if table.search().is_some() && !changed && in_index != fingerprint(&search_terms::of_in(environment, &record)) {
            report.add_not_indexed(table.name, &id);
        }
    }
    for seq in indexed.keys() {
        report.add("search index", format!("it has a {} that is gone (place {seq})", table.name));
    }
    Ok(())
}

fn check_columns(row: &Row<'_>, table: &Table, record: &Record, report: &mut Report) -> Result<(), OpenError> {
    let id: String = row.get("id")?;
    let mut wrong = Vec::new();
    if id != record.id() {
        wrong.push("id");
    }
    if row.get::<_, i64>("created")? != record.created().millis() {
        wrong.push("created");
    }
    for field in table.fields {
        let column = Column(record.value(*field));
        let derived = match column.to_sql()? {
            ToSqlOutput::Borrowed(value) => value == row.get_ref(field.name())?,
            ToSqlOutput::Owned(value) => ValueRef::from(&value) == row.get_ref(field.name())?,
            _ => false,
        };
        if !derived {
            wrong.push(field.name());
        }
    }
    if !wrong.is_empty() {
        report.add_columns(table.name, &id, &wrong);
    }
    Ok(())
}

/// A product's default price is one of its own; a price's product exists.
fn check_references(connection: &Connection, report: &mut Report) -> Result<(), OpenError> {
    // A body that cannot be read is a finding of its own.
    let mut statement = connection.prepare(
        "SELECT named.id, price.id FROM \
         (SELECT live, id, iif(json_valid(body), body ->> 'default_price', NULL) AS price FROM product) AS named \
         LEFT JOIN price ON price.live = named.live AND price.id = named.price \
         WHERE named.price IS NOT NULL AND price.product IS NOT named.id",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (product, price): (String, Option<String>) = (row.get(0)?, row.get(1)?);
        report.add_default_price(&product, price.as_deref());
    }
    let mut statement = connection.prepare(
        "SELECT id, product FROM price AS this \
         WHERE NOT EXISTS (SELECT 1 FROM product WHERE product.live = this.live AND product.id = this.product)",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (price, product): (String, String) = (row.get(0)?, row.get(1)?);
        report.add_product(&product, &price);
    }
    Ok(())
}

/// How many terms an object has, and all of them taken together.
type Fingerprint = (u32, u64);

fn fingerprint(terms: &[search_terms::Term]) -> Fingerprint {
    search_terms::text(terms).split_terminator(' ').fold((0, 0), |print, term| add_term(print, term.as_bytes()))
}

fn add_term((count, sum): Fingerprint, term: &[u8]) -> Fingerprint {
    (count + 1, sum.wrapping_add(search_terms::fnv1a(term)))
}

/// What the search index has, by the place of the object.
fn indexed(connection: &Connection, table: &Table) -> Result<FxHashMap<i64, Fingerprint>, OpenError> {
    let mut found = FxHashMap::default();
    let Some(search) = table.search() else { return Ok(found) };
    connection.execute(
        &format!(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary_{search} USING fts5vocab(main, {search}, instance)"
        ),
        params![],
    )?;
    let mut statement = connection.prepare(&format!("SELECT term, doc FROM temp.vocabulary_{search}"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let entry: &mut Fingerprint = found.entry(row.get(1)?).or_default();
        *entry = add_term(*entry, row.get_ref(0)?.as_bytes().map_err(rusqlite::Error::from)?);
    }
    Ok(found)
}
