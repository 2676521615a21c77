//! A database as one side of a move.

use super::address::Address;
use super::derived::Derived;
use super::link::Connector;
use super::partitions::Partitions;
use super::scan::Scan;
use super::session::{Param, Session, borrowed};
use super::table::{self, Table};
use super::trouble::Trouble;
use super::value::{flag, kept_text};
use super::{prepare, text};
use crate::error::{OpenError, StoreError};
use crate::transfer::{Chunk, Chunks, Mark, Reached, Row, Which};
use crate::url::PostgresUrl;
use crate::{migrate, nouns, record};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tollgate_domain::record::{FieldType, Noun};
use tollgate_domain::time::Timestamp;

/// Held by the session of a move: one at a time. An arbitrary number, the same in every version.
const LOCK: i64 = 0x746f_6c6c_6d6f_7665;
/// How long to wait for connections that are about to end.
const PATIENCE: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(100);
/// Connections of servers, which know the database by the same name as this one, and always keep one open.
const OTHERS: &str = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
     AND application_name = current_setting('application_name') AND pid <> pg_backend_pid()";
/// The transaction may be idle while the other side works; a client that is gone is noticed all the same. Sorting is
/// done in larger pieces than for a query among many.
const SETTINGS: &str = "SET idle_in_transaction_session_timeout = 0; SET tcp_keepalives_idle = 30; \
     SET tcp_keepalives_interval = 10; SET work_mem = '64MB'; SET maintenance_work_mem = '256MB'; SET lock_timeout = 3000; SET jit = off";
const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// A database that nobody else uses.
#[derive(Clone)]
pub(crate) struct Side(Arc<Held>);

struct Held {
    session: Session,
    partitions: Partitions,
    /// Whether the session is in one transaction from beginning to end.
    in_snapshot: bool,
}

impl Side {
    /// A database to read from, whose tables nobody writes to as long as this lives.
    pub(crate) async fn source(url: &PostgresUrl) -> Result<Self, OpenError> {
        let session = connect(url).await?;
        migrate::must_be_latest(prepare::version(&session).await?)?;
        prepare::refuse_unfinished(&session).await?;
        take(&session).await?;
        let tables = nouns::KEPT.map(|noun| nouns::table_name(noun).expect("it is kept")).join(", ");
        // The locks come before the first look, so that the snapshot has everything that was written.
        let locked = session.batch(&format!("{SNAPSHOT}; LOCK TABLE {tables} IN SHARE MODE")).await;
        locked.map_err(|trouble| match trouble {
            Trouble::Contended(said) => OpenError::Occupied(said),
            trouble => trouble.into(),
        })?;
        Ok(Self::new(session, true))
    }

    /// A database to write to.
    pub(crate) async fn target(url: &PostgresUrl) -> Result<Self, OpenError> {
        let session = connect(url).await?;
        take(&session).await?;
        prepare::migrate(&session).await?;
        Ok(Self::new(session, false))
    }

    fn new(session: Session, in_snapshot: bool) -> Self {
        Self(Arc::new(Held { session, partitions: Partitions::default(), in_snapshot }))
    }

    pub(crate) async fn read(&self, noun: Noun, which: Which, to: &Chunks) -> Result<(), StoreError> {
        if self.0.in_snapshot {
            return Ok(self.send(noun, which, to).await?);
        }
        self.0.session.batch(SNAPSHOT).await?;
        self.send(noun, which, to).await?;
        Ok(self.0.session.batch("COMMIT").await?)
    }

    async fn send(&self, noun: Noun, which: Which, to: &Chunks) -> Result<(), Trouble> {
        let mut scan = Scan::open(&self.0.session, table::kept(noun)?, which).await?;
        let mut chunk = Chunk::default();
        loop {
            let piece = scan.next().await?;
            let is_end = piece.is_empty();
            for (row, _) in piece {
                chunk.push(row);
            }
            let is_due = chunk.is_full() || is_end && !chunk.rows.is_empty();
            // Where it cannot be sent, nobody wants the rest.
            if is_due && to.send(Ok(std::mem::take(&mut chunk))).await.is_err() || is_end {
                return Ok(());
            }
        }
    }

    /// Writes rows, with what is derived: one statement, and so one transaction.
    pub(crate) async fn write(&self, noun: Noun, chunk: Chunk) -> Result<(), StoreError> {
        let (Held { session, partitions, .. }, table) = (&*self.0, table::kept(noun)?);
        if noun == Noun::Event {
            for row in &chunk.rows {
                partitions.ensure(session, Timestamp::from_millis(row.created)).await?;
            }
        }
        let params = params(table, chunk)?;
        session.query(&insert_sql(table), &borrowed(&params)).await?;
        Ok(())
    }

    pub(crate) async fn reached(&self, noun: Noun) -> Result<Reached, StoreError> {
        let sql = format!("SELECT count(*), max(seq) FROM {}", table::kept(noun)?.name);
        let rows = self.0.session.query(&sql, &[]).await?;
        let count: i64 = rows[0].try_get(0).map_err(Trouble::from)?;
        Ok(Reached { rows: count.unsigned_abs(), last: rows[0].try_get(1).map_err(Trouble::from)? })
    }

    pub(crate) async fn mark(&self) -> Result<Option<Mark>, StoreError> {
        Ok(prepare::mark(&self.0.session).await?)
    }

    /// Indexes that nothing needs until the end are dropped: making one of all rows takes a fraction of the time that
    /// adding to it row by row does. The mark keeps what makes them again.
    pub(crate) async fn begin(&self, mark: &Mark) -> Result<(), StoreError> {
        let session = &self.0.session;
        let sql = "BEGIN; CREATE TABLE unfinished_move (source text NOT NULL, fingerprint text NOT NULL, \
             indexes text[] NOT NULL)";
        session.batch(sql).await?;
        let (names, indexes): (Vec<String>, Vec<String>) = self.indexes().await?.into_iter().unzip();
        let sql = "INSERT INTO unfinished_move (source, fingerprint, indexes) VALUES ($1, $2, $3)";
        session.query(sql, &[&mark.from, &mark.fingerprint, &indexes]).await?;
        if !names.is_empty() {
            session.batch(&format!("DROP INDEX {}", names.join(", "))).await?;
        }
        Ok(session.batch("COMMIT").await?)
    }

    /// The name of every index but the primary keys, and what makes it.
    async fn indexes(&self) -> Result<Vec<(String, String)>, Trouble> {
        // That of a partitioned table is shown without those of its partitions, which are to come with it.
        let sql = "SELECT indexrelid::regclass::text, replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ') \
             FROM pg_index WHERE indrelid = ANY($1::text[]::regclass[]) AND NOT indisprimary ORDER BY 1";
        let tables = nouns::KEPT.map(|noun| nouns::table_name(noun).expect("it is kept")).to_vec();
        let rows = self.0.session.query(sql, &[&tables]).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
    }

    /// Makes the indexes; new rows come after those that were moved, and plans are made for as many rows as there are.
    pub(crate) async fn finish(&self) -> Result<(), StoreError> {
        let rows = self.0.session.query("SELECT unnest(indexes) FROM unfinished_move", &[]).await?;
        self.0.session.batch("BEGIN").await?;
        for row in rows {
            self.0.session.batch(row.try_get(0).map_err(Trouble::from)?).await?;
        }
        for table in table::all() {
            let name = table.name;
            let sequence = format!("setval(pg_get_serial_sequence('{name}', 'seq'), max(seq))");
            let sql = format!("SELECT {sequence} FROM {name} HAVING max(seq) > 0; ANALYZE {name}");
            self.0.session.batch(&sql).await?;
        }
        Ok(self.0.session.batch("DROP TABLE unfinished_move; COMMIT").await?)
    }
}

async fn connect(url: &PostgresUrl) -> Result<Session, OpenError> {
    let session = Connector::new(Address::parse(url)?).maintenance().await?;
    session.batch(SETTINGS).await?;
    Ok(session)
}

/// Makes sure that neither a server nor another move is using the database.
async fn take(session: &Session) -> Result<(), OpenError> {
    let begun = Instant::now();
    loop {
        let taken = session.query("SELECT pg_try_advisory_lock($1)", &[&LOCK]).await?;
        let others = session.query(OTHERS, &[]).await?;
        let taken: bool = taken[0].try_get(0).map_err(Trouble::from)?;
        let others: i64 = others[0].try_get(0).map_err(Trouble::from)?;
        match (taken, others) {
            (true, 0) => return Ok(()),
            _ if begun.elapsed() < PATIENCE => tokio::time::sleep(PAUSE).await,
            (false, _) => return Err(OpenError::Occupied("another move".to_owned())),
            (true, others) => return Err(OpenError::Occupied(format!("{others} other connections of Tollgate"))),
        }
    }
}

/// Arrays of `seq, live, id, created, fields…, derived, body`.
fn insert_sql(table: &Table) -> String {
    let mut columns = vec![("seq", "bigint")];
    columns.extend(table::columns(table.noun));
    let names = columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let arrays = columns.iter().enumerate().map(|(place, (_, sort))| format!("${}::{sort}[]", place + 1));
    let arrays = arrays.collect::<Vec<_>>().join(", ");
    let values = columns.iter().map(|(name, _)| table::value(table.noun, name)).collect::<Vec<_>>().join(", ");
    format!("INSERT INTO {} ({names}) SELECT {values} FROM unnest({arrays}) AS moved ({names})", table.name)
}

fn params(table: &Table, chunk: Chunk) -> Result<Vec<Param>, StoreError> {
    let rows = chunk.rows;
    let mut params: Vec<Param> = vec![
        Box::new(rows.iter().map(|row| row.seq).collect::<Vec<i64>>()),
        Box::new(rows.iter().map(|row| row.environment.is_live()).collect::<Vec<bool>>()),
        Box::new(rows.iter().map(|row| text::encode(&row.id).into_owned()).collect::<Vec<String>>()),
        Box::new(rows.iter().map(|row| row.created).collect::<Vec<i64>>()),
    ];
    for (place, field) in table.noun.fields().iter().enumerate() {
        params.push(match field.field_type() {
            FieldType::Flag => Box::new(rows.iter().map(|row| flag(&row.fields[place])).collect::<Vec<_>>()),
            FieldType::Text => Box::new(rows.iter().map(|row| kept_text(&row.fields[place])).collect::<Vec<_>>()),
        });
    }
    if let Some(derived) = table.derived {
        let texts = rows.iter().map(|row| derived_text(table, derived, row)).collect::<Result<Vec<_>, _>>()?;
        params.push(Box::new(texts));
    }
    params.push(Box::new(rows.into_iter().map(|row| row.body).collect::<Vec<String>>()));
    Ok(params)
}

fn derived_text(table: &Table, derived: Derived, row: &Row) -> Result<String, StoreError> {
    Ok(derived.text(&record::decode(table.noun, row.body.as_bytes())?))
}
