//! A connection that writes. A lane takes what has arrived, decides it in one transaction, commits it, and answers;
//! while it does, the next batch gathers, or another lane takes it. Nothing waits for a timer.
//!
//! Every transaction that changes something is entered in the [record of changes](super::changes) under the lane's
//! next number. When the connection is lost during a commit, the entry tells what became of it.
//!
//! Invariants: answers come after the commit; a batch that fails is undone, and its jobs are run one by one, so that
//! only the culprit fails; a job is decided again only when it is certain that nothing of the last decision stands.

use super::Shared;
use super::changes;
use super::link::Link;
use super::load::Asked;
use super::queue::Queue;
use super::session::Session;
use super::transaction::{Commit, Committed, Entry, Transaction};
use super::trouble::Trouble;
use crate::error::StoreError;
use crate::task::{self, Task};
use futures_util::FutureExt;
use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::slice;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tollgate_domain::batch::{Batch, Step};
use tollgate_domain::command::Given;

/// Most jobs of one transaction.
const BATCH_MAX: usize = 256;
/// Most times that a batch, or a job alone, is decided before it is given up.
const TRIES_MAX: u32 = 12;
/// How long a batch may be tried again.
const PERSIST_MAX: Duration = Duration::from_secs(8);
/// Longest pause before the second try, in milliseconds; it doubles from try to try, up to the next. Half of it is
/// left to chance, so that two lanes that met do not meet again.
const PAUSE_MIN_MILLIS: u64 = 2;
const PAUSE_MAX_MILLIS: u64 = 200;
/// How long the outcome of a commit is looked for. Longer than a transaction that was cut off lives on.
const RESOLVE_MAX: Duration = Duration::from_secs(15);
/// How often to look.
const RESOLVE_PAUSE: Duration = Duration::from_millis(50);

pub(super) struct Lane {
    shared: Arc<Shared>,
    link: Link,
    queue: Arc<Queue>,
    /// Told when there is something in the queue.
    called: Arc<Notify>,
    /// What the next transaction is entered under, once it is known.
    next: Option<Entry>,
}

/// What became of a batch that was tried until it could not be tried again.
enum Ended {
    /// Every job fails for the same reason.
    All(StoreError),
    /// One of the jobs cannot be done.
    Culprit(StoreError),
}

impl Ended {
    fn new(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(_) | StoreError::Corrupt(_) | StoreError::Endless => Self::Culprit(error),
            _ => Self::All(error),
        }
    }
}

impl Lane {
    pub(super) fn new(shared: Arc<Shared>, link: Link, queue: Arc<Queue>) -> Self {
        Self { shared, link, queue, called: Arc::default(), next: None }
    }

    /// Runs until the queue is closed and every job is answered. A panic in here ends the process: jobs would wait for
    /// a lane that is gone.
    pub(super) async fn run(self) {
        if AssertUnwindSafe(self.serve()).catch_unwind().await.is_err() {
            // The hook has told where; a reader of the log should also learn why the process is gone.
            tracing::error!("a lane panicked; ending the process, so that nobody waits for it");
            std::process::abort();
        }
    }

    async fn serve(mut self) {
        loop {
            let tasks = self.gather().await;
            if tasks.is_empty() {
                return;
            }
            self.execute(tasks).await;
        }
    }

    /// What has arrived; nothing when nothing will.
    async fn gather(&self) -> Vec<Box<dyn Task>> {
        let tasks = self.queue.take(&self.called, BATCH_MAX).await;
        let metrics = &self.shared.metrics;
        metrics.queue.dec_by(i64::try_from(tasks.len()).unwrap_or(i64::MAX));
        #[allow(clippy::cast_precision_loss, reason = "at most BATCH_MAX")]
        metrics.batch.observe(tasks.len() as f64);
        tasks
    }

    async fn execute(&mut self, mut tasks: Vec<Box<dyn Task>>) {
        let error = match self.persist(&mut tasks).await {
            Ok(()) => return tasks.into_iter().for_each(|task| task::answer(&self.shared.metrics, task, Ok(()))),
            Err(Ended::Culprit(error)) if tasks.len() > 1 => error,
            Err(Ended::All(error) | Ended::Culprit(error)) => {
                return tasks.into_iter().for_each(|task| task::answer(&self.shared.metrics, task, Err(error.clone())));
            }
        };
        tracing::debug!(%error, jobs = tasks.len(), "a batch failed; running its jobs one by one");
        for mut task in tasks {
            task.reseed();
            let outcome = self.persist(slice::from_mut(&mut task)).await;
            task::answer(
                &self.shared.metrics,
                task,
                outcome.map_err(|(Ended::All(error) | Ended::Culprit(error))| error),
            );
        }
    }

    /// Decides and commits, again and again where others were at the same rows.
    async fn persist(&mut self, tasks: &mut [Box<dyn Task>]) -> Result<(), Ended> {
        let mut asked: BTreeSet<Asked> = BTreeSet::new();
        for task in &*tasks {
            asked.extend(task.reads().keys().iter().map(|key| (task.environment(), key.clone())));
        }
        let (mut attempt, begun) = (1, Instant::now());
        loop {
            let Err(trouble) = self.attempt(tasks, &mut asked).await else { return Ok(()) };
            tracing::debug!(%trouble, attempt, "a transaction did not go through");
            if matches!(trouble, Trouble::NoLane) {
                self.next = None;
            }
            let is_final = matches!(trouble, Trouble::Failed(_));
            if is_final || attempt == TRIES_MAX || begun.elapsed() > PERSIST_MAX {
                return Err(Ended::new(trouble.into()));
            }
            self.shared.metrics.retries.inc();
            self.pause(attempt).await;
            attempt += 1;
        }
    }

    /// Waits a little, so that whoever is at the same rows gets done.
    async fn pause(&self, attempt: u32) {
        let most = (PAUSE_MIN_MILLIS << attempt.min(16)).min(PAUSE_MAX_MILLIS);
        let millis = most / 2 + self.shared.random() % (most / 2 + 1);
        tokio::time::sleep(Duration::from_millis(millis)).await;
    }

    /// One transaction over these tasks: all of it, or none. What is read is added to what is asked for, so that the
    /// next attempt locks all of it at once and in order.
    async fn attempt(&mut self, tasks: &mut [Box<dyn Task>], asked: &mut BTreeSet<Asked>) -> Result<(), Trouble> {
        let session = self.link.session().await?;
        let now = self.shared.clock.now();
        self.shared.partitions.ensure(&session, now).await?;
        let entry = self.entry(&session).await?;
        let mut transaction = Transaction::new(session, self.shared.catalogs.clone());
        let given = Given { now, payments: self.shared.payments };
        let decided = self.decide(&mut transaction, tasks, given, asked).await;
        if decided.is_err() || !transaction.wrote() {
            transaction.end().await;
            return decided;
        }
        let begun = Instant::now();
        let committed = match transaction.commit(entry).await {
            Ok(committed) => committed,
            Err(Commit::Not(trouble)) => return Err(trouble),
            Err(Commit::Unknown(committed)) => self.resolve(entry, committed).await?,
        };
        self.shared.metrics.commit.observe(begun.elapsed().as_secs_f64());
        self.next = Some(Entry { version: entry.version + 1, ..entry });
        self.shared.publish(&committed.outdated);
        Ok(())
    }

    async fn decide(
        &self,
        transaction: &mut Transaction,
        tasks: &mut [Box<dyn Task>],
        given: Given,
        asked: &mut BTreeSet<Asked>,
    ) -> Result<(), Trouble> {
        let mut batch = Batch::new();
        transaction.load(asked, &mut |environment, key, fact| batch.facts_mut(environment).learn(key, fact)).await?;
        loop {
            match batch.step(tasks, given, &mut || self.shared.random()) {
                Step::Load { apply, reads } => {
                    transaction.apply(apply);
                    let mut more = BTreeSet::new();
                    for (environment, reads) in reads {
                        more.extend(reads.keys().iter().map(|key| (environment, key.clone())));
                    }
                    asked.extend(more.iter().cloned());
                    transaction
                        .load(&more, &mut |environment, key, fact| batch.facts_mut(environment).learn(key, fact))
                        .await?;
                }
                Step::Commit(apply) => {
                    transaction.apply(apply);
                    return Ok(());
                }
                Step::Endless(_) => return Err(StoreError::Endless.into()),
            }
        }
    }

    /// What the next transaction is entered under.
    async fn entry(&mut self, session: &Session) -> Result<Entry, Trouble> {
        if let Some(entry) = self.next {
            return Ok(entry);
        }
        let entry = Entry { lane: changes::new_lane(session).await?, version: 1 };
        self.shared.follower.own(entry.lane);
        self.next = Some(entry);
        Ok(entry)
    }

    /// Finds out what became of a commit whose connection was lost.
    async fn resolve(&mut self, entry: Entry, committed: Committed) -> Result<Committed, Trouble> {
        let begun = Instant::now();
        // Whatever comes of it, nothing else may be entered under this number.
        self.next = None;
        while begun.elapsed() < RESOLVE_MAX {
            let looked = match self.link.session().await {
                Ok(session) => changes::was_committed(&session, entry).await,
                Err(error) => Err(error.into()),
            };
            match looked {
                Ok(true) => {
                    tracing::info!(
                        lane = entry.lane,
                        version = entry.version,
                        "a commit that was cut off had gone through"
                    );
                    return Ok(committed);
                }
                Ok(false) => {
                    self.next = Some(Entry { version: entry.version + 1, ..entry });
                    return Err(Trouble::Gone("the connection was lost before the commit".to_owned()));
                }
                Err(trouble) => tracing::debug!(%trouble, "the outcome of a commit is not known yet"),
            }
            tokio::time::sleep(RESOLVE_PAUSE).await;
        }
        tracing::error!(lane = entry.lane, version = entry.version, "the outcome of a commit could not be found out");
        // Whenever it shows, it is news to this node as to any other.
        self.shared.follower.disown(entry.lane);
        Err(Trouble::Failed(StoreError::Unresolved))
    }
}
