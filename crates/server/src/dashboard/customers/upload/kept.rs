//! The uploads that this process knows: a few, the latest, in memory alone. Nothing of them outlives the process, nor has
//! to: every row is linked in one step, and linking it again does no harm.

use super::read::{Row, Table};
use super::{SHOWN_MAX, sheet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tollgate_domain::environment::Environment;

/// Most uploads that are known at a time. Each takes about four times its file at worst.
const UPLOADS_MAX: usize = 4;

/// How far an upload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// It waits for somebody to look at it and start it.
    Preview,
    Running,
    /// All rows were gone through.
    Ended,
    /// It was left before the last row.
    Stopped,
}

/// A file of links, and how far it is.
#[derive(Debug)]
pub(super) struct Upload {
    pub(super) id: String,
    environment: Environment,
    pub(super) table: Table,
    done: AtomicUsize,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    stage: Stage,
    /// Why it was stopped.
    reason: Option<String>,
    failures: Vec<Failure>,
}

/// A row that could not be linked.
#[derive(Debug, Clone)]
struct Failure {
    row: usize,
    words: String,
}

/// A row that could not be linked, as pages show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failed {
    pub(super) line: u64,
    pub(super) customer: String,
    pub(super) stripe: String,
    pub(super) words: String,
}

/// Every upload that is known, oldest first.
#[derive(Debug, Default)]
pub(in crate::dashboard) struct Uploads(Mutex<Vec<Arc<Upload>>>);

impl Uploads {
    /// Keeps a file that was read, in the place of the oldest that is not under way; nothing where all of them are.
    pub(super) fn keep(&self, id: String, environment: Environment, table: Table) -> Option<Arc<Upload>> {
        let state = State { stage: Stage::Preview, reason: None, failures: Vec::new() };
        let upload = Upload { id, environment, table, done: AtomicUsize::new(0), state: Mutex::new(state) };
        let mut kept = self.lock();
        if kept.len() >= UPLOADS_MAX {
            let idle = kept.iter().position(|upload| upload.stage() != Stage::Running)?;
            kept.remove(idle);
        }
        let upload = Arc::new(upload);
        kept.push(upload.clone());
        Some(upload)
    }

    /// The one with this id.
    pub(super) fn get(&self, environment: Environment, id: &str) -> Option<Arc<Upload>> {
        let kept = self.lock();
        kept.iter().find(|upload| upload.environment == environment && upload.id == id).cloned()
    }

    /// Lets an upload run, where it never did and no other does: one at a time leaves the server to its requests.
    pub(super) fn begin(&self, upload: &Upload) -> bool {
        let kept = self.lock();
        let may = upload.stage() == Stage::Preview && kept.iter().all(|other| other.stage() != Stage::Running);
        if may {
            upload.lock().stage = Stage::Running;
        }
        may
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Upload>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Upload {
    pub(super) fn environment(&self) -> Environment {
        self.environment
    }

    pub(super) fn stage(&self) -> Stage {
        self.lock().stage
    }

    /// A row is gone through, linked or not.
    pub(super) fn went(&self, row: usize, failure: Option<String>) {
        if let Some(words) = failure {
            self.lock().failures.push(Failure { row, words });
        }
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    /// Leaves it, where it is under way.
    pub(super) fn stop(&self, reason: &str) {
        let mut state = self.lock();
        if state.stage == Stage::Running {
            (state.stage, state.reason) = (Stage::Stopped, Some(reason.to_owned()));
        }
    }

    /// There are no more rows.
    pub(super) fn end(&self) {
        let mut state = self.lock();
        state.failures.sort_by_key(|failure| failure.row);
        if state.stage == Stage::Running {
            state.stage = Stage::Ended;
        }
    }

    /// Why it was stopped.
    pub(super) fn reason(&self) -> Option<String> {
        self.lock().reason.clone()
    }

    /// How many rows were gone through.
    pub(super) fn done(&self) -> usize {
        self.done.load(Ordering::Relaxed)
    }

    /// How many of them could not be linked.
    pub(super) fn failed(&self) -> usize {
        self.lock().failures.len()
    }

    /// The first rows.
    pub(super) fn first(&self) -> Vec<Row<'_>> {
        self.table.rows().take(SHOWN_MAX).collect()
    }

    /// The first that could not be linked.
    pub(super) fn first_failures(&self) -> Vec<Failed> {
        self.lock().failures.iter().take(SHOWN_MAX).map(|failure| self.shown(failure)).collect()
    }

    fn shown(&self, failure: &Failure) -> Failed {
        let row = self.table.row(failure.row).unwrap_or(Row { line: 0, customer: "", stripe: "" });
        let (customer, stripe) = (row.customer.to_owned(), row.stripe.to_owned());
        Failed { line: row.line, customer, stripe, words: failure.words.clone() }
    }

    /// What was not linked, and why, as a file.
    pub(super) fn failures_file(&self) -> Option<Vec<u8>> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["line", "customerId", "stripeCustomerId", "problem"]).ok()?;
        for problem in &self.table.problems {
            writer.write_record([&problem.line.to_string(), "", "", &problem.words]).ok()?;
        }
        let failures = self.lock().failures.clone();
        for failed in failures.iter().map(|failure| self.shown(failure)) {
            let line = failed.line.to_string();
            let (customer, stripe) = (sheet::cell(&failed.customer), sheet::cell(&failed.stripe));
            writer.write_record([line.as_str(), &customer, &stripe, &failed.words]).ok()?;
        }
        writer.into_inner().ok()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        Table::read(b"a,cus_1\nb,cus_2\nb,cus_3").unwrap()
    }

    #[test]
    fn few_uploads_are_known_and_one_runs_at_a_time() {
        let uploads = Uploads::default();
        let keep = |id: &str| uploads.keep(id.to_owned(), Environment::Test, table());
        let first = keep("0").unwrap();
        assert!(uploads.begin(&first) && !uploads.begin(&first));
        for id in 1..=UPLOADS_MAX {
            let other = keep(&id.to_string()).unwrap();
            assert!(!uploads.begin(&other));
        }
        assert!(uploads.get(Environment::Test, "0").is_some() && uploads.get(Environment::Test, "1").is_none());
        assert!(uploads.get(Environment::Live, "0").is_none());
    }

    #[test]
    fn what_fails_is_told_in_the_order_of_the_file() {
        let uploads = Uploads::default();
        let upload = uploads.keep("0".to_owned(), Environment::Test, table()).unwrap();
        uploads.begin(&upload);
        upload.went(1, Some("No, \"never\".".to_owned()));
        upload.went(0, Some("No.".to_owned()));
        upload.end();
        assert_eq!((upload.stage(), upload.done(), upload.failed()), (Stage::Ended, 2, 2));
        assert_eq!(
            String::from_utf8(upload.failures_file().unwrap()).unwrap(),
            "line,customerId,stripeCustomerId,problem\n3,,,customerId stands in line 2 already.\n\
             1,a,cus_1,No.\n2,b,cus_2,\"No, \"\"never\"\".\"\n"
        );
    }
}
