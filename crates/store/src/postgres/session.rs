//! One connection, with what was prepared on it.
//!
//! Invariant: nothing waits for the database longer than a known time. The server ends a statement that takes longer
//! than it may; where the server itself is silent, we end the connection.

use super::trouble::Trouble;
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::fmt::Write as _;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_postgres::tls::TlsStream;
use tokio_postgres::types::ToSql;
use tokio_postgres::{AsyncMessage, Client, Connection, Row, Socket, Statement};

/// Statements kept prepared on a connection; one more, and all are prepared anew.
const STATEMENTS_MAX: usize = 256;
/// How much longer than a statement may take we wait for a server that says nothing.
const SILENCE_MAX: Duration = Duration::from_secs(2);

/// What a connection is for, which decides how long its statements may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Decides and writes.
    Write,
    /// Reads by key, and short lists.
    Read,
    /// Searches, long lists.
    Search,
    /// Hears of what other nodes changed.
    Follow,
    /// Looks at everything or changes the schema.
    Maintain,
}

impl Purpose {
    /// Longest time of one statement.
    pub(super) const fn statement_max(self) -> Duration {
        Duration::from_secs(match self {
            Self::Write | Self::Read | Self::Follow => 5,
            Self::Search => 20,
            Self::Maintain => 600,
        })
    }

    /// Longest wait for a row that somebody else has locked.
    const fn lock_max(self) -> Duration {
        Duration::from_secs(match self {
            Self::Maintain => 300,
            _ => 3,
        })
    }

    /// What a connection is told first. A transaction that is left open by a node that was cut off holds its locks for
    /// no longer than that. A commit is always synced, whatever the database was told to do. Compiling a statement takes
    /// longer than any of ours runs.
    pub(super) fn settings(self) -> String {
        let (statement, lock) = (self.statement_max().as_millis(), self.lock_max().as_millis());
        format!(
            "SET statement_timeout = {statement}; SET lock_timeout = {lock}; \
             SET idle_in_transaction_session_timeout = {statement}; \
             SET default_transaction_isolation = 'read committed'; SET jit = off; {} \
             SELECT set_config('synchronous_commit', 'on', false) \
             WHERE current_setting('synchronous_commit') IN ('off', 'local')",
            self.planning()
        )
    }

    /// How statements are planned. What is asked for by key, or in list order, has its index, whatever the values are; so
    /// it is planned once, and a plan that was made while a table was small must not stay with anything else. How a
    /// search is best done depends on its terms.
    const fn planning(self) -> &'static str {
        match self {
            Self::Write | Self::Read | Self::Follow => {
                "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_bitmapscan = off; \
                 SET enable_hashjoin = off; SET enable_mergejoin = off; SET max_parallel_workers_per_gather = 0;"
            }
            Self::Search => "SET plan_cache_mode = force_custom_plan; SET max_parallel_workers_per_gather = 0;",
            Self::Maintain => "",
        }
    }
}

/// A value for a statement.
pub(super) type Param = Box<dyn ToSql + Send + Sync>;

/// A statement with its values, on its way.
pub(super) struct Call {
    pub(super) sql: Cow<'static, str>,
    pub(super) params: Vec<Param>,
}

impl Call {
    pub(super) fn new(sql: impl Into<Cow<'static, str>>, params: Vec<Param>) -> Self {
        Self { sql: sql.into(), params }
    }

    /// One statement of several that bring new rows and find none. In which order they are done is not said.
    pub(super) fn together(calls: Vec<Self>) -> Self {
        let (mut sql, mut params) = (String::from("WITH "), Vec::new());
        for (place, call) in calls.into_iter().enumerate() {
            let comma = if place > 0 { ", " } else { "" };
            write!(sql, "{comma}done_{place} AS ({})", renumbered(&call.sql, params.len())).expect("memory takes it");
            params.extend(call.params);
        }
        sql.push_str(" SELECT");
        Self::new(sql, params)
    }

    /// A statement without values.
    pub(super) fn plain(sql: &'static str) -> Self {
        Self::new(sql, Vec::new())
    }
}

/// A statement whose values come after so many others.
fn renumbered(sql: &str, others: usize) -> String {
    let mut parts = sql.split('$');
    let mut renumbered = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.len() - part.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
        let number: usize = part[..digits].parse().expect("a dollar stands before a number");
        write!(renumbered, "${}{}", number + others, &part[digits..]).expect("memory takes it");
    }
    renumbered
}

/// An open connection.
pub(super) struct Session {
    client: Client,
    statements: Mutex<FxHashMap<String, Statement>>,
    driver: JoinHandle<()>,
    patience: Duration,
}

impl Session {
    /// Takes over a connection that was just made. Each notification is passed on as a hint, whatever it says.
    pub(super) fn new(
        client: Client,
        connection: Connection<Socket, impl TlsStream + Unpin + Send + 'static>,
        purpose: Purpose,
        hint: Arc<Notify>,
    ) -> Self {
        let driver = tokio::spawn(drive(connection, hint));
        let patience = purpose.statement_max() + SILENCE_MAX;
        Self { client, statements: Mutex::default(), driver, patience }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Gives the connection up; what is under way on it fails.
    pub(super) fn close(&self) {
        self.driver.abort();
    }

    /// Runs statements that are not prepared.
    pub(super) async fn batch(&self, sql: &str) -> Result<(), Trouble> {
        self.within(async { Ok(self.client.batch_execute(sql).await?) }).await
    }

    /// Undoes the transaction that the session is in; one that cannot is given up.
    pub(super) async fn roll_back(&self) {
        if self.batch("ROLLBACK").await.is_err() {
            self.close();
        }
    }

    /// Runs one statement.
    pub(super) async fn query(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, Trouble> {
        self.within(async {
            let statement = self.prepare(sql).await?;
            Ok(self.client.query(&statement, params).await?)
        })
        .await
    }

    /// Sends all statements at once and gives what each found. The first that failed is what matters: in a transaction
    /// those after it fail for its sake.
    pub(super) async fn exchange(&self, calls: &[Call]) -> Result<Vec<Vec<Row>>, Trouble> {
        self.within(async {
            let mut prepared = Vec::with_capacity(calls.len());
            for call in calls {
                let statement = if call.params.is_empty() { None } else { Some(self.prepare(&call.sql).await?) };
                prepared.push((call, statement));
            }
            let sent = prepared.iter().map(|(call, statement)| self.send(call, statement.as_ref()));
            Ok(in_order(sent.map(|sent| Box::pin(sent) as Pin<Box<_>>).collect()).await?)
        })
        .await
    }

    /// One without values, such as the end of a transaction, is not worth preparing.
    async fn send(&self, call: &Call, statement: Option<&Statement>) -> Result<Vec<Row>, tokio_postgres::Error> {
        match statement {
            Some(statement) => self.client.query(statement, &borrowed(&call.params)).await,
            None => self.client.batch_execute(&call.sql).await.map(|()| Vec::new()),
        }
    }

    /// A statement of its own for a driver that reads its rows bit by bit.
    pub(super) async fn prepare(&self, sql: &str) -> Result<Statement, Trouble> {
        if let Some(statement) = self.prepared().get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql).await?;
        let mut prepared = self.prepared();
        if prepared.len() >= STATEMENTS_MAX {
            prepared.clear();
        }
        prepared.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    fn prepared(&self) -> std::sync::MutexGuard<'_, FxHashMap<String, Statement>> {
        self.statements.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn within<T>(&self, work: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
        if let Ok(done) = tokio::time::timeout(self.patience, work).await {
            return done;
        }
        self.close();
        Err(Trouble::Gone(format!("it said nothing for {} s", self.patience.as_secs())))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.close();
    }
}

pub(super) fn borrowed(params: &[Param]) -> Vec<&(dyn ToSql + Sync)> {
    params.iter().map(|param| &**param as &(dyn ToSql + Sync)).collect()
}

/// Something sent, and what came of it.
type Sent<'a, T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'a>>;

/// Begins all of them in their order before it waits for any, so that they are sent together. Gives the first error
/// once all are done.
async fn in_order<T, E>(mut futures: Vec<Sent<'_, T, E>>) -> Result<Vec<T>, E> {
    let mut done: Vec<Option<Result<T, E>>> = futures.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (future, done) in futures.iter_mut().zip(&mut done) {
            if done.is_none()
                && let Poll::Ready(result) = future.as_mut().poll(context)
            {
                *done = Some(result);
            }
        }
        if done.iter().all(Option::is_some) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}

/// Moves bytes for as long as the connection lives.
async fn drive(mut connection: Connection<Socket, impl TlsStream + Unpin>, hint: Arc<Notify>) {
    loop {
        match std::future::poll_fn(|context| connection.poll_message(context)).await {
            Some(Ok(AsyncMessage::Notification(_))) => hint.notify_one(),
            Some(Ok(AsyncMessage::Notice(notice))) => tracing::debug!(%notice, "the database says"),
            Some(Ok(_)) => {}
            Some(Err(error)) => {
                tracing::debug!(error = super::trouble::with_cause(&error), "a connection to the database ended");
                return;
            }
            None => return,
        }
    }
}
