//! Work that no request asks for.

mod schedule;

use crate::app::App;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// How often receipts of idempotency keys that nobody can use any more are dropped.
const PRUNE_EVERY: Duration = Duration::from_secs(300);

/// What requests tell the work in the background.
#[derive(Debug, Default)]
pub(crate) struct Jobs {
    /// Something may be due sooner than was thought.
    due: Notify,
}

impl Jobs {
    /// Has what is due looked at now.
    pub(crate) fn look_again(&self) {
        self.due.notify_one();
    }
}

/// Runs for as long as the server does.
pub(crate) async fn run(app: Arc<App>) {
    tokio::join!(prune(&app), schedule::run(&app));
}

async fn prune(app: &App) {
    let mut ticks = tokio::time::interval(PRUNE_EVERY);
    loop {
        ticks.tick().await;
        match app.store.prune().await {
            Ok(0) => {}
            Ok(dropped) => tracing::debug!(dropped, "old idempotency keys dropped"),
            Err(error) => tracing::warn!(%error, "cannot drop old idempotency keys"),
        }
    }
}
