//! Writes: a command, the receipt of its idempotency key, and the answer, decided together.

use super::{Asked, refuse};
use crate::answer::Answer;
use crate::app::App;
use futures_util::future::BoxFuture;
use tollgate_domain::batch::{self, Job};
use tollgate_domain::command::{Changes, Command, Cx, Given, Stop, Write};
use tollgate_domain::environment::Environment;
use tollgate_domain::event::Cause;
use tollgate_domain::facts::{Facts, Key, ReadSet};
use tollgate_domain::idempotency::{Claim, Receipt, Verdict};
use tollgate_domain::record::Record;
use tollgate_domain::time::Timestamp;
use tollgate_wire::expand::Expand;
use tollgate_wire::fault::Fault;
use tollgate_wire::json::Writer;
use tollgate_wire::stripe::error;
use tollgate_wire::stripe::operation::Operation;
use tollgate_wire::stripe::view::View;

/// Writes the answer to a command that went through.
pub(super) type Render<R> = fn(&mut Writer, &R, &View<'_>) -> Result<(), Stop>;

/// Runs a command and answers. In a box, so that reads do not carry the size of every command along.
pub(super) fn run<C: Command>(
    app: &App,
    asked: Asked,
    command: C,
    expand: Expand,
    render: Render<C::Reply>,
) -> BoxFuture<'_, Result<Answer, Fault>> {
    Box::pin(async move {
        let held = match &asked.claim {
            Some(claim) => match app.in_flight.hold(asked.environment, &claim.key) {
                Some(held) => Some(held),
                None => return Err(error::idempotency_in_progress(&claim.key)),
            },
            None => None,
        };
        let job = WriteJob::new(asked, command, expand, render);
        let decided = app.store.submit(job).await;
        drop(held);
        let job = decided.map_err(|error| super::store_fault(&error))?;
        job.answer.expect("a job that comes back was decided")
    })
}

struct WriteJob<C: Command> {
    operation: Operation,
    environment: Environment,
    cause: Cause,
    claim: Option<Claim>,
    command: C,
    expand: Expand,
    render: Render<C::Reply>,
    answer: Option<Result<Answer, Fault>>,
}

impl<C: Command> Job for WriteJob<C> {
    fn environment(&self) -> Environment {
        self.environment
    }

    fn reads(&self) -> ReadSet {
        let mut reads = self.command.reads();
        // What it announces is to be sent there.
        reads.push(Key::Endpoints);
        if let Some(claim) = &self.claim {
            reads.push(Key::receipt(&claim.key));
        }
        reads
    }

    fn decide(&mut self, facts: &Facts, given: Given, random: &mut dyn FnMut() -> u64) -> Result<Changes, ReadSet> {
        let Some(claim) = &self.claim else {
            let (answer, changes) = self.execute(facts, given, random)?;
            self.answer = Some(Ok(answer));
            return Ok(changes);
        };
        let found = needed(facts.receipt(&claim.key))?;
        match claim.verdict(found.as_deref(), given.now) {
            Verdict::Execute => {}
            verdict => {
                let receipt = found.expect("only a receipt leads to another verdict");
                self.answer = Some(repeated(verdict, claim, &receipt));
                return Ok(Changes::default());
            }
        }
        let (answer, mut changes) = self.execute(facts, given, random)?;
        let receipt = receipt(claim, &self.cause, &answer, given.now);
        changes.writes.push(Write::Put { before: found.map(Record::Receipt), after: Record::Receipt(receipt.into()) });
        self.answer = Some(Ok(answer));
        Ok(changes)
    }
}

impl<C: Command> WriteJob<C> {
    fn new(asked: Asked, command: C, expand: Expand, render: Render<C::Reply>) -> Self {
        let idempotency_key = asked.claim.as_ref().map(|claim| claim.key.clone());
        Self {
            operation: asked.operation,
            environment: asked.environment,
            cause: Cause { request: asked.request, idempotency_key },
            claim: asked.claim,
            command,
            expand,
            render,
            answer: None,
        }
    }

    /// Decides the command and renders its answer; a refusal is an answer too.
    fn execute(
        &self,
        facts: &Facts,
        given: Given,
        random: &mut dyn FnMut() -> u64,
    ) -> Result<(Answer, Changes), ReadSet> {
        let Given { now, payments } = given;
        let mut cx = Cx { environment: self.environment, now, payments, cause: Some(&self.cause), random };
        let (outcome, changes) = batch::decide(&self.command, facts, &mut cx)?;
        let reply = match outcome {
            Ok(reply) => reply,
            Err(refusal) => {
                let fault = needed(refuse::fault(self.operation, self.environment, &refusal, facts))?;
                return Ok((super::fault_answer(&fault), changes));
            }
        };
        let mut writer = Writer::new();
        if self.expand == Expand::default() && !shows_what_it_makes(&changes) {
            self.render_with(&mut writer, &reply, facts, now)?;
        } else {
            // What is shown whole is shown as the command itself has changed it.
            let mut after = facts.clone();
            after.follow(&changes);
            self.render_with(&mut writer, &reply, &after, now)?;
        }
        Ok((Answer::new(200, writer.into_bytes()), changes))
    }

    fn render_with(&self, writer: &mut Writer, reply: &C::Reply, facts: &Facts, now: Timestamp) -> Result<(), ReadSet> {
        let view = View { environment: self.environment, now, expand: &self.expand, facts };
        needed((self.render)(writer, reply, &view))
    }
}

/// Whether an answer shows, within its object, one that was made beside it: subscriptions show the prices of their items.
fn shows_what_it_makes(changes: &Changes) -> bool {
    let puts = |wanted: fn(&Record) -> bool| {
        changes.writes.iter().any(|write| matches!(write, Write::Put { after, .. } if wanted(after)))
    };
    puts(|record| matches!(record, Record::Price(_))) && puts(|record| matches!(record, Record::Subscription(_)))
}

fn needed<T>(found: Result<T, Stop>) -> Result<T, ReadSet> {
    match found {
        Ok(found) => Ok(found),
        Err(Stop::Need(reads)) => Err(reads),
        Err(Stop::Refused(refusal)) => unreachable!("reading facts refuses nothing, but got {refusal:?}"),
    }
}

fn repeated(verdict: Verdict, claim: &Claim, receipt: &Receipt) -> Result<Answer, Fault> {
    match verdict {
        Verdict::Execute | Verdict::Replay => Ok(Answer {
            status: receipt.status,
            body: receipt.body.clone().into_bytes(),
            first_request: Some(receipt.request.clone()),
        }),
        Verdict::OtherEndpoint => Err(error::idempotency_endpoint(&claim.key, &claim.endpoint, &receipt.endpoint)),
        Verdict::OtherParameters => Err(error::idempotency_mismatch(&claim.key)),
    }
}

fn receipt(claim: &Claim, cause: &Cause, answer: &Answer, now: Timestamp) -> Receipt {
    Receipt {
        key: claim.key.clone(),
        endpoint: claim.endpoint.clone(),
        fingerprint: claim.fingerprint.clone(),
        request: cause.request.clone(),
        status: answer.status,
        body: String::from_utf8(answer.body.clone()).expect("answers are JSON"),
        session: None,
        created: now,
    }
}
