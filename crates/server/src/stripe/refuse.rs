//! How refusals are told.

use super::{Asked, store_fault};
use crate::app::App;
use tollgate_domain::command::Stop;
use tollgate_domain::environment::Environment;
use tollgate_domain::facts::Facts;
use tollgate_domain::record::Noun;
use tollgate_domain::refusal::Refusal;
use tollgate_wire::fault::Fault;
use tollgate_wire::stripe::error;
use tollgate_wire::stripe::operation::Operation;

/// The fault that tells of a refusal. Of a missing object it says where there is one of that id in the other
/// environment: then the request carries the wrong key.
pub(super) fn fault(
    operation: Operation,
    environment: Environment,
    refusal: &Refusal,
    facts: &Facts,
) -> Result<Fault, Stop> {
    let fault = error::refusal(operation, refusal);
    match refusal.missing() {
        Some((noun, id)) if facts.elsewhere(noun, id)? => Ok(error::exists_elsewhere(fault, environment)),
        _ => Ok(fault),
    }
}

/// The same for a refusal of a read.
pub(super) async fn read_fault(app: &App, asked: &Asked, refusal: &Refusal) -> Fault {
    let mut facts = Facts::default();
    loop {
        match fault(asked.operation, asked.environment, refusal, &facts) {
            Ok(fault) => return fault,
            Err(Stop::Need(reads)) => {
                if let Err(error) = app.store.load(asked.environment, &reads, &mut facts).await {
                    return store_fault(&error);
                }
            }
            Err(Stop::Refused(refusal)) => unreachable!("asking for facts refuses nothing, but got {refusal:?}"),
        }
    }
}

/// A missing object of the path comes before the faults of the parameters (spec/stripe.md 2.4), but for those that
/// are found before anything is looked up.
pub(super) async fn missing_first<T>(
    app: &App,
    asked: &Asked,
    noun: Noun,
    id: &str,
    parsed: Result<T, Fault>,
) -> Result<T, Fault> {
    match parsed {
        Err(fault) if !fault.before_lookup => {
            super::read::existing(app, asked, noun, id).await?;
            Err(fault)
        }
        parsed => parsed,
    }
}
