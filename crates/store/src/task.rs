//! A job on its way to the engine and back.

use crate::error::StoreError;
use crate::metrics::{Metrics, Outcome};
use crate::random::Random;
use tokio::sync::oneshot;
use tollgate_domain::batch::Job;
use tollgate_domain::command::{Changes, Given};
use tollgate_domain::environment::Environment;
use tollgate_domain::facts::{Facts, ReadSet};

/// A job whose type is out of sight, with the way back to whoever waits for it.
pub(crate) trait Task: Job {
    /// Gives the job back, decided and on disk, or says why it is not. The waiting side may be gone.
    fn answer(self: Box<Self>, outcome: Result<(), StoreError>);

    /// Makes the next decision draw other random numbers than the one before.
    fn reseed(&mut self);
}

/// Answers a task, and counts what became of it.
pub(crate) fn answer(metrics: &Metrics, task: Box<dyn Task>, outcome: Result<(), StoreError>) {
    let label = match &outcome {
        Ok(()) => Outcome::COMMITTED,
        Err(StoreError::Full) => Outcome::FULL,
        Err(_) => Outcome::FAILED,
    };
    metrics.jobs.get_or_create(&label).inc();
    if let Err(error) = &outcome {
        tracing::warn!(%error, "a job failed");
    }
    task.answer(outcome);
}

/// The task of a job.
pub(crate) struct Seat<J> {
    job: J,
    /// Every decision of the job starts from it, so that being decided again, with more facts, gives the same ids,
    /// and what a job draws does not depend on its company in a batch.
    seed: Option<u64>,
    back: oneshot::Sender<Result<J, StoreError>>,
}

impl<J: Job + 'static> Seat<J> {
    /// The task of a job, and where the job will come out.
    pub(crate) fn take(job: J) -> (Box<dyn Task>, oneshot::Receiver<Result<J, StoreError>>) {
        let (back, answer) = oneshot::channel();
        (Box::new(Self { job, seed: None, back }), answer)
    }
}

impl<J: Job> Job for Seat<J> {
    fn environment(&self) -> Environment {
        self.job.environment()
    }

    fn reads(&self) -> ReadSet {
        self.job.reads()
    }

    fn decide(&mut self, facts: &Facts, given: Given, random: &mut dyn FnMut() -> u64) -> Result<Changes, ReadSet> {
        let mut own = Random::seeded(*self.seed.get_or_insert_with(random));
        self.job.decide(facts, given, &mut || own.next())
    }
}

impl<J: Job> Task for Seat<J> {
    fn answer(self: Box<Self>, outcome: Result<(), StoreError>) {
        let Self { job, back, .. } = *self;
        // Nobody waits any more where this fails: the change stands, and its reply is of no use.
        let _ = back.send(outcome.map(|()| job));
    }

    fn reseed(&mut self) {
        self.seed = None;
    }
}
