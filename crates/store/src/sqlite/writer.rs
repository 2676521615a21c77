//! The thread that writes. It takes what has arrived, decides it, commits it with one sync, and answers; while it
//! does, the next batch gathers. Nothing waits for a timer.
//!
//! Invariants: answers come after commit and sync; a batch that fails is undone and its jobs are run one by one, so
//! that only the culprit fails; a panic in here ends the process, since nobody can tell what it left half done.

use super::apply::Transaction;
use super::room::Room;
use super::usage::SLICE_EVENTS;
use super::{Shared, fold};
use crate::clock::Clock;
use crate::drive::drive;
use crate::error::{OpenError, StoreError};
use crate::options::Options;
use crate::random::Random;
use crate::task::{self, Task};
use rusqlite::Connection;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::slice;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use tollgate_domain::command::Given;
use tollgate_domain::subscription::Payments;
use tollgate_domain::time::Timestamp;

/// Most jobs of one transaction.
pub(super) const BATCH_MAX: usize = 256;
/// Most receipts dropped in one transaction.
const PRUNE_SLICE: u32 = 500;
/// How long nothing must arrive before what was put off is done: a client that sends one request after the other should
/// not find the thread busy with that.
const IDLE_DELAY: Duration = Duration::from_millis(100);

/// What the thread is told.
pub(super) enum Message {
    /// Decide and write this.
    Task(Box<dyn Task>),
    /// Drop a slice of the receipts made before this, and say how many.
    Prune { before: Timestamp, back: oneshot::Sender<Result<u64, StoreError>> },
    /// Stop; what came before is done already.
    Close,
}

/// What the thread has.
pub(super) struct Writer {
    connection: Connection,
    /// Held for as long as the thread runs; none for a guest.
    lock: Option<File>,
    room: Room,
    shared: Arc<Shared>,
    clock: Clock,
    payments: Payments,
    random: Random,
    /// Taken from the queue while a batch was gathered, to be done next.
    put_back: Option<Message>,
    /// Usage events written that no slice was merged for.
    events: usize,
}

impl Writer {
    pub(super) fn new(
        connection: Connection,
        lock: Option<File>,
        room: Room,
        shared: Arc<Shared>,
        options: &Options,
    ) -> Result<Self, OpenError> {
        let random = Random::new(options.seed)?;
        let (clock, payments) = (options.clock.clone(), options.payments);
        Ok(Self { connection, lock, room, shared, clock, payments, random, put_back: None, events: 0 })
    }

    /// Runs until it is closed, or every sender is gone.
    pub(super) fn run(mut self, queue: &Receiver<Message>) {
        let ran = catch_unwind(AssertUnwindSafe(|| self.serve(queue)));
        if ran.is_err() {
            // The hook has told where; a reader of the log should also learn why the process is gone.
            tracing::error!("the writing thread panicked; ending the process, so that nothing half done is served");
            std::process::abort();
        }
        if self.is_guest() {
            // The server whose guest this is moves the log; it may be reading, and would have to be waited for.
            return;
        }
        while self.merge() == Some(true) {}
        self.shared.readers.committed();
        // Whoever opens the file next has less to do; a reader that is at work only keeps the log from being cut.
        let checkpoint = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        if let Err(error) = checkpoint {
            tracing::warn!(%error, "cannot move the log to its place; the next start does");
        }
    }

    fn is_guest(&self) -> bool {
        self.lock.is_none()
    }

    fn serve(&mut self, queue: &Receiver<Message>) {
        while let Some(message) = self.next(queue) {
            match message {
                Message::Task(task) => {
                    let tasks = self.gather(task, queue);
                    self.execute(tasks);
                    if self.shared.tail.len() > fold::TAIL_MAX {
                        self.fold();
                    }
                    self.keep_up();
                }
                Message::Prune { before, back } => {
                    // The one who asked may be gone.
                    let _ = back.send(self.prune(before));
                }
                Message::Close => return,
            }
        }
    }

    /// The next message. Once none has come for a while, does what was put off until one does.
    fn next(&mut self, queue: &Receiver<Message>) -> Option<Message> {
        if let Some(message) = self.put_back.take() {
            return Some(message);
        }
        let mut patience = IDLE_DELAY;
        loop {
            let (folds, merges) = (self.shared.tail.len() > 0, self.shared.usage.is_behind());
            if self.is_guest() || !(folds || merges || self.room.is_short()) {
                return queue.recv().ok();
            }
            match queue.recv_timeout(patience) {
                Ok(message) => return Some(message),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => {
                    let went_well = if folds {
                        self.fold()
                    } else if merges {
                        self.merge().is_some()
                    } else {
                        self.room.make(&self.connection);
                        true
                    };
                    patience = if went_well { Duration::ZERO } else { IDLE_DELAY };
                }
            }
        }
    }

    /// A task and what has arrived behind it.
    fn gather(&mut self, first: Box<dyn Task>, queue: &Receiver<Message>) -> Vec<Box<dyn Task>> {
        let mut tasks = vec![first];
        while tasks.len() < BATCH_MAX {
            match queue.try_recv() {
                Ok(Message::Task(task)) => tasks.push(task),
                Ok(other) => {
                    self.put_back = Some(other);
                    break;
                }
                Err(_) => break,
            }
        }
        let metrics = &self.shared.metrics;
        metrics.queue.dec_by(i64::try_from(tasks.len()).unwrap_or(i64::MAX));
        #[allow(clippy::cast_precision_loss, reason = "at most BATCH_MAX")]
        metrics.batch.observe(tasks.len() as f64);
        tasks
    }

    fn execute(&mut self, mut tasks: Vec<Box<dyn Task>>) {
        let Err(error) = self.attempt(&mut tasks) else {
            return tasks.into_iter().for_each(|task| task::answer(&self.shared.metrics, task, Ok(())));
        };
        if tasks.len() == 1
            && let Some(task) = tasks.pop()
        {
            return task::answer(&self.shared.metrics, task, Err(error));
        }
        tracing::debug!(%error, jobs = tasks.len(), "a batch failed; running its jobs one by one");
        for mut task in tasks {
            task.reseed();
            let outcome = self.attempt(slice::from_mut(&mut task));
            task::answer(&self.shared.metrics, task, outcome);
        }
    }

    /// One transaction over these tasks: all of it, or none.
    fn attempt(&mut self, tasks: &mut [Box<dyn Task>]) -> Result<(), StoreError> {
        self.connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        let tail = self.shared.usage.begin();
        let outcome = self.decide_and_commit(tasks);
        if outcome.is_err() {
            self.shared.usage.roll_back(tail);
            if !self.connection.is_autocommit() {
                self.connection.execute_batch("ROLLBACK")?;
            }
        }
        self.events += outcome?;
        Ok(())
    }

    /// Says how many usage events were written.
    fn decide_and_commit(&mut self, tasks: &mut [Box<dyn Task>]) -> Result<usize, StoreError> {
        let given = Given { now: self.clock.now(), payments: self.payments };
        let mut transaction = Transaction::new(&self.connection, &self.shared, self.lock.is_none());
        let mut batch = drive(&mut transaction, tasks, given, &mut || self.random.next())?;
        transaction.write_parts(&mut batch)?;
        let begun = Instant::now();
        self.connection.prepare_cached("COMMIT")?.execute([])?;
        self.shared.metrics.commit.observe(begun.elapsed().as_secs_f64());
        Ok(transaction.publish(batch))
    }

    /// Folds one slice of the search tail; says whether that went well.
    fn fold(&self) -> bool {
        match fold::fold(&self.connection, &self.shared.tail) {
            Ok(_) => {
                self.shared.readers.committed();
                true
            }
            Err(error) => {
                tracing::warn!(%error, "cannot bring the search index up to date; searches go on without it");
                false
            }
        }
    }

    /// Merges as much of the usage tail as the events since the last time ask for.
    fn keep_up(&mut self) {
        let usage = &self.shared.usage;
        if self.is_guest() || !usage.is_merging() {
            self.events = 0;
            return;
        }
        while self.events >= SLICE_EVENTS || usage.is_full() {
            self.events = self.events.saturating_sub(SLICE_EVENTS);
            if self.merge() != Some(true) {
                return;
            }
        }
    }

    /// Merges one slice of the usage tail; says whether there is more, or nothing where that went wrong.
    fn merge(&self) -> Option<bool> {
        match self.shared.usage.merge(&self.connection) {
            Ok(more) => {
                self.shared.readers.committed();
                Some(more)
            }
            Err(error) => {
                tracing::warn!(%error, "cannot merge usage; it goes on in memory");
                None
            }
        }
    }

    fn prune(&self, before: Timestamp) -> Result<u64, StoreError> {
        let sql = "DELETE FROM receipt WHERE seq IN (SELECT seq FROM receipt WHERE created < ? LIMIT ?)";
        let dropped = self.connection.prepare_cached(sql)?.execute((before.millis(), PRUNE_SLICE))?;
        self.shared.readers.committed();
        Ok(dropped as u64)
    }
}
