//! Runs a batch of jobs over whatever holds the rows. Shared by the engines that decide in their own process.

use crate::error::StoreError;
use crate::task::Task;
use tollgate_domain::batch::{Batch, Step};
use tollgate_domain::command::{Changes, Given};
use tollgate_domain::environment::Environment;
use tollgate_domain::facts::{Facts, Key, ReadSet};

/// The two verbs of an engine, inside a transaction that is its own affair.
pub(crate) trait Rows {
    /// Answers keys that `facts` does not know yet.
    fn load(&mut self, environment: Environment, key: &Key, facts: &mut Facts) -> Result<(), StoreError>;

    /// Writes the rows and events of one decision.
    fn apply(&mut self, environment: Environment, changes: Changes) -> Result<(), StoreError>;
}

/// Answers every key that is not known yet.
pub(crate) fn load(
    rows: &mut impl Rows,
    environment: Environment,
    reads: &ReadSet,
    facts: &mut Facts,
) -> Result<(), StoreError> {
    for key in reads.keys() {
        if !facts.knows(key) {
            rows.load(environment, key, facts)?;
        }
    }
    Ok(())
}

/// Decides all jobs in order and writes what they change. After an error the transaction must be undone. Gives the
/// batch, which knows how everything it read is after the last change.
pub(crate) fn drive(
    rows: &mut impl Rows,
    jobs: &mut [Box<dyn Task>],
    given: Given,
    random: &mut dyn FnMut() -> u64,
) -> Result<Batch, StoreError> {
    let mut batch = Batch::new();
    for job in &*jobs {
        let environment = job.environment();
        load(rows, environment, &job.reads(), batch.facts_mut(environment))?;
    }
    loop {
        match batch.step(jobs, given, random) {
            Step::Load { apply, reads } => {
                apply_all(rows, apply)?;
                for (environment, reads) in reads {
                    load(rows, environment, &reads, batch.facts_mut(environment))?;
                }
            }
            Step::Commit(apply) => {
                apply_all(rows, apply)?;
                return Ok(batch);
            }
            Step::Endless(_) => return Err(StoreError::Endless),
        }
    }
}

fn apply_all(rows: &mut impl Rows, changes: Vec<(Environment, Changes)>) -> Result<(), StoreError> {
    changes.into_iter().try_for_each(|(environment, changes)| rows.apply(environment, changes))
}
