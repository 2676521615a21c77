//! A transaction in which a batch is decided. What can wait is sent together with what comes next, so that a batch
//! costs one round trip for what it reads and one for what it writes, and none for what it does not do.

use super::access::Catalogs;
use super::apply::{Object, Writes};
use super::load::{Asked, Hold, Learn, Questions};
use super::session::{Call, Session};
use super::trouble::Trouble;
use super::usage;
use std::collections::BTreeSet;
use std::sync::Arc;
use tollgate_domain::command::Changes;
use tollgate_domain::environment::Environment;

/// Rows that a row named only later are waited for no longer than this, in milliseconds: they were not locked in
/// order, so whoever has them may wait for one of ours. The batch begins anew, and knows them from the start.
const LATE_LOCK_MAX: &str = "SET LOCAL lock_timeout = 50";

/// The transaction, which begins with the first statement that is sent.
pub(super) struct Transaction {
    session: Arc<Session>,
    /// Decided, not sent yet.
    waiting: Vec<Call>,
    /// What comes after that, and brings new rows only.
    inserts: Vec<Call>,
    rounds: u32,
    /// Every object that was written and may be in somebody's memory.
    outdated: BTreeSet<Object>,
    wrote: bool,
    memory: Arc<Catalogs>,
    /// What is read of a catalog from now on may never come to be.
    wrote_catalog: bool,
}

/// What the transaction came to.
pub(super) struct Committed {
    pub(super) outdated: BTreeSet<Object>,
}

/// Where a transaction is entered once it is committed: the next number of a lane.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) lane: i64,
    pub(super) version: i64,
}

/// Why a commit did not go through.
pub(super) enum Commit {
    /// It did not, for certain.
    Not(Trouble),
    /// The connection was lost on the way; the entry tells, once it can be looked for, whether it came to this.
    Unknown(Committed),
}

impl Transaction {
    pub(super) fn new(session: Arc<Session>, memory: Arc<Catalogs>) -> Self {
        Self {
            session,
            waiting: Vec::new(),
            inserts: Vec::new(),
            rounds: 0,
            outdated: BTreeSet::new(),
            wrote: false,
            memory,
            wrote_catalog: false,
        }
    }

    /// Answers keys and holds what was found.
    pub(super) async fn load(&mut self, asked: &BTreeSet<Asked>, learn: Learn<'_>) -> Result<(), Trouble> {
        let mut questions = Questions::new(asked, Hold::Yes, &self.memory, learn);
        if questions.calls.is_empty() {
            return Ok(());
        }
        let mut calls = self.due();
        if self.rounds > 1 && questions.locks {
            calls.push(Call::plain(LATE_LOCK_MAX));
        }
        let before = calls.len();
        calls.append(&mut questions.calls);
        let found = self.session.exchange(&calls).await?;
        let memory = Some(&*self.memory).filter(|_| !self.wrote_catalog);
        questions.learn(found.iter().skip(before), memory, learn)
    }

    /// Writes the changes of decisions, with whatever is sent next. A sweep takes what is there when it comes, so what
    /// was decided before it is written before, and what is decided after it is written after.
    pub(super) fn apply(&mut self, changes: Vec<(Environment, Changes)>) {
        let mut writes = Writes::default();
        for (environment, changes) in changes {
            if !changes.sweeps.is_empty() {
                self.write(std::mem::take(&mut writes));
                self.waiting.append(&mut self.inserts);
                self.waiting.push(usage::sweep(environment, &changes.sweeps));
                self.wrote = true;
            }
            writes.add(environment, changes);
        }
        self.write(writes);
    }

    fn write(&mut self, writes: Writes) {
        if writes.is_empty() {
            return;
        }
        self.outdated.extend(writes.outdated().cloned());
        self.wrote_catalog |= !writes.catalogs().is_empty();
        self.waiting.append(&mut self.inserts);
        let (changes, inserts) = writes.calls();
        self.wrote |= !changes.is_empty() || !inserts.is_empty();
        self.waiting.extend(changes);
        self.inserts = inserts;
    }

    /// Whether there is anything to commit.
    pub(super) fn wrote(&self) -> bool {
        self.wrote
    }

    /// Commits what was written, under an entry. What only brings new rows, and was not begun with reading any, is one
    /// statement and needs no more than that.
    pub(super) async fn commit(mut self, entry: Entry) -> Result<Committed, Commit> {
        let keys: Vec<String> = self.outdated.iter().map(super::changes::key).collect();
        let mut inserts = std::mem::take(&mut self.inserts);
        inserts.push(super::changes::enter(entry, keys));
        let last = Call::together(inserts);
        let calls = if self.rounds == 0 && self.waiting.is_empty() {
            vec![last]
        } else {
            let mut calls = self.due();
            calls.extend([last, Call::plain("COMMIT")]);
            calls
        };
        match self.session.exchange(&calls).await {
            Ok(_) => Ok(Committed { outdated: self.outdated }),
            Err(Trouble::Gone(said)) => {
                tracing::debug!(said, "the connection was lost during a commit");
                self.session.close();
                Err(Commit::Unknown(Committed { outdated: self.outdated }))
            }
            Err(trouble) => {
                self.end().await;
                Err(Commit::Not(trouble))
            }
        }
    }

    /// Lets go of what was held; nothing was written, or nothing of it is wanted.
    pub(super) async fn end(self) {
        if self.rounds > 0 {
            self.session.roll_back().await;
        }
    }

    /// What is to be sent first.
    fn due(&mut self) -> Vec<Call> {
        let mut calls = Vec::new();
        if self.rounds == 0 {
            calls.push(Call::plain("BEGIN"));
        }
        self.rounds += 1;
        calls.append(&mut self.waiting);
        calls.append(&mut self.inserts);
        calls
    }
}
