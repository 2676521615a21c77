//! What time brings: renewals, ends of trials, planned cancellations, and the steps of test clocks.
//!
//! Nothing is remembered between rounds: what is due is on file, and each change is a command that does what is due when it is
//! decided, or nothing. So several servers may look at the same time, and one that was down goes on where it was, in order.

use crate::app::App;
use futures_util::future::join_all;
use std::time::Duration;
use tollgate_domain::command::Command;
use tollgate_domain::environment::Environment;
use tollgate_domain::record::Field;
use tollgate_domain::subscription::AdvanceSubscription;
use tollgate_domain::test_clock::StepTestClock;
use tollgate_domain::time::Timestamp;
use tollgate_store::StoreError;

/// How often it is looked at what is due.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long to wait once the store did not answer.
const FAILED_PAUSE: Duration = Duration::from_secs(5);
/// Most subscriptions that are advanced at once.
const SUBSCRIPTIONS_AT_ONCE: usize = 512;
/// Most test clocks that are advanced at once.
const CLOCKS_AT_ONCE: usize = 16;

/// Runs for as long as the server does.
pub(super) async fn run(app: &App) {
    loop {
        let pause = match round(app).await {
            Ok(()) => LOOK_EVERY,
            Err(error) => {
                tracing::warn!(%error, "cannot look at what is due");
                FAILED_PAUSE
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = app.jobs.due.notified() => {}
        }
    }
}

/// Does what is due.
async fn round(app: &App) -> Result<(), StoreError> {
    for environment in Environment::ALL {
        while subscriptions(app, environment).await? {}
    }
    clocks(app).await
}

/// Advances the subscriptions that are due longest; says whether any was.
async fn subscriptions(app: &App, environment: Environment) -> Result<bool, StoreError> {
    let due = due(app, environment, Field::SubscriptionDue, SUBSCRIPTIONS_AT_ONCE).await?;
    let advance = |id: &String| AdvanceSubscription { id: id.as_str().into(), until: None };
    let advances = due.iter().map(|id| run_command(app, environment, advance(id)));
    let mut any = false;
    for advanced in join_all(advances).await {
        any |= matches!(advanced?, Some(Some((_, true))));
    }
    Ok(any)
}

/// Brings test clocks to where they are on their way to.
async fn clocks(app: &App) -> Result<(), StoreError> {
    let due = due(app, Environment::Test, Field::TestClockDue, CLOCKS_AT_ONCE).await?;
    join_all(due.iter().map(|id| clock(app, id))).await.into_iter().collect()
}

async fn clock(app: &App, id: &str) -> Result<(), StoreError> {
    while run_command(app, Environment::Test, StepTestClock { id: id.into() }).await? == Some(true) {}
    Ok(())
}

async fn due(app: &App, environment: Environment, field: Field, limit: usize) -> Result<Vec<String>, StoreError> {
    let now: Timestamp = app.store.clock().now();
    app.store.due(environment, field, now, limit).await
}

/// Runs a command that time asks for. One that is refused is a defect, told of and passed over.
async fn run_command<C: Command>(
    app: &App,
    environment: Environment,
    command: C,
) -> Result<Option<C::Reply>, StoreError> {
    match app.run(environment, command).await? {
        Ok(reply) => Ok(Some(reply)),
        Err(refusal) => {
            tracing::error!(?refusal, "what is due was refused");
            Ok(None)
        }
    }
}
