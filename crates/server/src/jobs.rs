//! Work that no request asks for.

use crate::app::App;
use std::sync::Arc;
use std::time::Duration;

/// How often receipts of idempotency keys that nobody can use any more are dropped.
const PRUNE_EVERY: Duration = Duration::from_secs(300);

/// Runs for as long as the server does.
pub(crate) async fn run(app: Arc<App>) {
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
