//! The doctor: looks at every row and says what does not fit.
//!
//! That an event lies in the partition of its month is not looked at: PostgreSQL lets no row in where it does not
//! belong.

use super::address::Address;
use super::check_access::AccessCheck;
use super::derived::Derived;
use super::link::Connector;
use super::prepare;
use super::scan::Scan;
use super::session::Session;
use super::table::{self, Table};
use super::text;
use super::trouble::Trouble;
use crate::error::OpenError;
use crate::report::{FINDINGS_MAX, Report};
use crate::transfer::{Row, Which};
use crate::url::PostgresUrl;
use crate::{migrate, record};
use tollgate_domain::record::Record;

/// A default price of a product, with the environment and the product.
type DefaultPrice = (bool, String, String);

/// Checks a database, as it is at one instant; nodes may be serving it.
pub(crate) async fn check(url: &PostgresUrl) -> Result<Report, OpenError> {
    let session = Connector::new(Address::parse(url)?).maintenance().await?;
    let mut report = Report::default();
    let version = prepare::version(&session).await?;
    if version != migrate::LATEST {
        report.add_version(version);
        return Ok(report);
    }
    session.batch("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    if let Some(mark) = prepare::mark(&session).await? {
        report.add_unfinished(&mark);
        return Ok(report);
    }
    let mut access = AccessCheck::default();
    for table in table::all() {
        check_table(&session, table, &mut access, &mut report).await?;
        check_sequence(&session, table, &mut report).await?;
    }
    check_products_of_prices(&session, &mut report).await?;
    check_change_sets(&session, &mut report).await?;
    session.batch("COMMIT").await?;
    Ok(report)
}

/// Every row: its body can be read, and its columns and its search terms are what the body says.
async fn check_table(
    session: &Session,
    table: &'static Table,
    access: &mut AccessCheck,
    report: &mut Report,
) -> Result<(), Trouble> {
    let mut scan = Scan::open(session, table, Which::All).await?;
    loop {
        let rows = scan.next().await?;
        if rows.is_empty() {
            return Ok(());
        }
        let mut named = Vec::new();
        for (row, derived) in rows {
            report.objects += 1;
            match record::decode(table.noun, row.body.as_bytes()) {
                Ok(record) => {
                    check_row(table, &row, derived.as_deref(), &record, report);
                    access.note(row.environment, &record, report);
                    named.extend(default_price(&row, &record));
                }
                Err(error) => report.add("body", format!("{} {}: {error}", table.name, row.id)),
            }
        }
        check_default_prices(session, named, report).await?;
        access.compare(session, report).await?;
    }
}

fn check_row(table: &Table, row: &Row, derived: Option<&str>, record: &Record, report: &mut Report) {
    let differing = row.differing(record);
    if !differing.is_empty() {
        report.add_columns(table.name, &row.id, &differing);
    }
    match table.derived {
        Some(column) if derived == Some(&*column.text(record)) => {}
        Some(Derived::Terms) => report.add_not_indexed(table.name, &row.id),
        Some(Derived::Amount) => report.add_columns(table.name, &row.id, &[Derived::Amount.name()]),
        None => {}
    }
}

fn default_price(row: &Row, record: &Record) -> Option<DefaultPrice> {
    let Record::Product(product) = record else { return None };
    let price = product.default_price.as_ref()?;
    Some((row.environment.is_live(), row.id.clone(), price.as_str().to_owned()))
}

/// A product's default price is one of its own.
async fn check_default_prices(session: &Session, named: Vec<DefaultPrice>, report: &mut Report) -> Result<(), Trouble> {
    if named.is_empty() {
        return Ok(());
    }
    let (mut lives, mut products, mut prices) = (Vec::new(), Vec::new(), Vec::new());
    for (live, product, price) in named {
        lives.push(live);
        products.push(text::encode(&product).into_owned());
        prices.push(text::encode(&price).into_owned());
    }
    let sql = "SELECT named.product, price.id \
         FROM unnest($1::boolean[], $2::text[], $3::text[]) AS named (live, product, price) \
         LEFT JOIN price ON price.live = named.live AND price.id = named.price \
         WHERE price.product IS DISTINCT FROM named.product";
    for row in session.query(sql, &[&lives, &products, &prices]).await? {
        report.add_default_price(&decoded(&row, 0)?, row.try_get::<_, Option<String>>(1)?.map(text::decode).as_deref());
    }
    Ok(())
}

/// A price's product exists.
async fn check_products_of_prices(session: &Session, report: &mut Report) -> Result<(), Trouble> {
    let sql = format!(
        "SELECT id, coalesce(product, '') FROM price AS this \
         WHERE NOT EXISTS (SELECT 1 FROM product WHERE product.live = this.live AND product.id = this.product) \
         LIMIT {FINDINGS_MAX}"
    );
    for row in session.query(&sql, &[]).await? {
        report.add_product(&decoded(&row, 1)?, &decoded(&row, 0)?);
    }
    Ok(())
}

/// A new row comes after those that are there.
async fn check_sequence(session: &Session, table: &Table, report: &mut Report) -> Result<(), Trouble> {
    let name = table.name;
    // A sequence is in no snapshot: it is read as it is now, which is no earlier.
    let sql =
        format!("SELECT max(seq), (SELECT last_value FROM {name}_seq_seq) FROM {name} HAVING max(seq) IS NOT NULL");
    for row in session.query(&sql, &[]).await? {
        let (last, reached): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
        if reached < last {
            report.add("sequence", format!("that of {name} is at {reached}, and there is a row {last}"));
        }
    }
    Ok(())
}

/// The versions of a lane have no gaps: a node that follows it could miss nothing.
async fn check_change_sets(session: &Session, report: &mut Report) -> Result<(), Trouble> {
    let sql = format!(
        "SELECT lane, min(version), max(version), count(*) FROM change_set GROUP BY lane \
         HAVING max(version) - min(version) + 1 <> count(*) LIMIT {FINDINGS_MAX}"
    );
    for row in session.query(&sql, &[]).await? {
        let (lane, first, last, count): (i64, i64, i64, i64) =
            (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
        report.add("change sets", format!("lane {lane} has {count} of those from {first} to {last}"));
    }
    Ok(())
}

fn decoded(row: &tokio_postgres::Row, place: usize) -> Result<String, Trouble> {
    Ok(text::decode(row.try_get(place)?))
}
