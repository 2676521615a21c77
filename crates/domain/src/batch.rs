//! Many commands decided in order over the same facts, so that one transaction and one sync serve them all.
//!
//! A batch does no I/O. The engine drives it: [`Batch::step`] says what to apply and what to load next, until
//! everything is decided. Refused commands leave no trace.

use crate::command::{Changes, Command, Cx, Given, Stop};
use crate::environment::Environment;
use crate::facts::{Facts, ReadSet};
use crate::refusal::Refusal;
use crate::time::Timestamp;
use crate::webhook::delivery;

/// Rounds of loading that one command may ask for before it is given up: it reads rows named by rows, and each
/// round follows at least one such name.
pub const LOAD_ROUNDS_MAX: usize = 32;

/// A command together with whoever waits for its reply, the reply's type out of sight.
pub trait Job: Send {
    /// The data set it works on.
    fn environment(&self) -> Environment;

    /// Rows worth loading before the first try.
    fn reads(&self) -> ReadSet;

    /// Decides, keeping the reply for later; the changes of a refused command are none.
    fn decide(&mut self, facts: &Facts, given: Given, random: &mut dyn FnMut() -> u64) -> Result<Changes, ReadSet>;
}

/// Runs a command over facts, for callers that are no engine.
pub fn decide<C: Command>(
    command: &C,
    facts: &Facts,
    cx: &mut Cx<'_>,
) -> Result<(Result<C::Reply, Refusal>, Changes), ReadSet> {
    match command.decide(facts, cx) {
        Ok((reply, changes)) => Ok((Ok(reply), changes)),
        Err(Stop::Refused(refusal)) => Ok((Err(refusal), Changes::default())),
        Err(Stop::Need(reads)) => Err(reads),
    }
}

/// A command that no request is behind, as a job.
#[derive(Debug)]
pub struct CommandJob<C: Command> {
    environment: Environment,
    command: C,
    /// What came of it, once it was decided.
    pub reply: Option<Result<C::Reply, Refusal>>,
}

impl<C: Command> CommandJob<C> {
    /// A job that is not decided yet.
    pub fn new(environment: Environment, command: C) -> Self {
        Self { environment, command, reply: None }
    }
}

impl<C: Command> Job for CommandJob<C> {
    fn environment(&self) -> Environment {
        self.environment
    }

    fn reads(&self) -> ReadSet {
        self.command.reads()
    }

    fn decide(&mut self, facts: &Facts, given: Given, random: &mut dyn FnMut() -> u64) -> Result<Changes, ReadSet> {
        let Given { now, payments } = given;
        let mut cx = Cx { environment: self.environment, now, payments, cause: None, random };
        let (reply, changes) = decide(&self.command, facts, &mut cx)?;
        self.reply = Some(reply);
        Ok(changes)
    }
}

/// What the engine does next.
#[derive(Debug)]
pub enum Step {
    /// Apply these, then load those, in this order, and step again.
    Load {
        /// Changes decided so far and not yet applied.
        apply: Vec<(Environment, Changes)>,
        /// What is to be loaded.
        reads: Vec<(Environment, ReadSet)>,
    },
    /// Apply these and commit; everything is decided.
    Commit(Vec<(Environment, Changes)>),
    /// The job at this place asked for more than [`LOAD_ROUNDS_MAX`] rounds: a defect in its command.
    Endless(usize),
}

/// The state of a batch between steps.
#[derive(Debug, Default)]
pub struct Batch {
    facts: [Facts; 2],
    decided: usize,
    rounds: usize,
    pending: Vec<(Environment, Changes)>,
}

impl Batch {
    /// A batch that knows nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// What is known of one environment; engines put what they load here.
    pub fn facts_mut(&mut self, environment: Environment) -> &mut Facts {
        &mut self.facts[usize::from(environment.is_live())]
    }

    /// Decides as many jobs as the facts allow. Always call it with the same jobs.
    pub fn step<J: Job + ?Sized>(
        &mut self,
        jobs: &mut [Box<J>],
        given: Given,
        random: &mut dyn FnMut() -> u64,
    ) -> Step {
        while let Some(job) = jobs.get_mut(self.decided) {
            let environment = job.environment();
            let facts = self.facts_mut(environment);
            match job.decide(facts, given, random).and_then(|changes| with_deliveries(changes, facts, given.now)) {
                Ok(changes) => {
                    self.facts_mut(environment).follow(&changes);
                    self.pending.push((environment, changes));
                    self.decided += 1;
                    self.rounds = 0;
                }
                Err(_) if self.rounds == LOAD_ROUNDS_MAX => return Step::Endless(self.decided),
                Err(reads) => {
                    self.rounds += 1;
                    return Step::Load { apply: std::mem::take(&mut self.pending), reads: vec![(environment, reads)] };
                }
            }
        }
        Step::Commit(std::mem::take(&mut self.pending))
    }
}

/// The changes of a decision with what is to be sent of them; or what has to be known for that.
fn with_deliveries(mut changes: Changes, facts: &Facts, now: Timestamp) -> Result<Changes, ReadSet> {
    match delivery::send(&mut changes, facts, now) {
        Ok(()) => Ok(changes),
        Err(Stop::Need(reads)) => Err(reads),
        Err(Stop::Refused(refusal)) => unreachable!("sending refuses nothing, but got {refusal:?}"),
    }
}
