//! Notes how tries went: what has landed while the last command was written goes into the next.

use super::post::Post;
use super::windows::Place;
use crate::app::App;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedReceiver;
use tollgate_domain::environment::Environment;
use tollgate_domain::webhook::dispatch::{Outcome, SettleDeliveries, Tried};

/// Most outcomes of one command.
const BATCH_MAX: usize = 256;
/// How often a command is tried that the store does not take, and how long to wait before that. What is not noted then is
/// sent again when its lease is over.
const TRIES_MAX: u32 = 20;
const TROUBLE_PAUSE: Duration = Duration::from_millis(100);

/// How a try went.
pub(super) struct Settled {
    pub(super) environment: Environment,
    pub(super) place: Place,
    pub(super) tried: Tried,
}

/// Runs for as long as anything is sent.
pub(super) async fn run(app: Arc<App>, post: Arc<Post>, mut outcomes: UnboundedReceiver<Settled>) {
    let mut landed = Vec::with_capacity(BATCH_MAX);
    while outcomes.recv_many(&mut landed, BATCH_MAX).await > 0 {
        let mut tried = Environment::ALL.map(|environment| (environment, Vec::new()));
        let mut places = Vec::with_capacity(landed.len());
        for Settled { environment, place, tried: one } in landed.drain(..) {
            note(&app, &one);
            places.push((place, one.outcome == Outcome::Arrived));
            tried[usize::from(environment.is_live())].1.push(one);
        }
        for (environment, tried) in tried {
            if !tried.is_empty() {
                settle(&app, environment, tried).await;
            }
        }
        for (place, arrived) in places {
            post.windows.land(&place, arrived);
        }
    }
}

fn note(app: &App, tried: &Tried) {
    match &tried.outcome {
        Outcome::Arrived => app.metrics.webhooks.arrived(),
        Outcome::Pointless => {}
        Outcome::Failed(trouble) => {
            app.metrics.webhooks.failed();
            let (event, endpoint) = (tried.delivery.event.as_str(), tried.delivery.endpoint.as_str());
            tracing::debug!(event, endpoint, tries = tried.delivery.tries, trouble = trouble.said, "a webhook failed");
        }
    }
}

async fn settle(app: &App, environment: Environment, tried: Vec<Tried>) {
    let command = SettleDeliveries { tried, schedule: app.webhooks.schedule };
    for attempt in 1..=TRIES_MAX {
        match app.run(environment, command.clone()).await {
            Ok(given_up) => {
                let given_up = given_up.unwrap_or_default();
                app.metrics.webhooks.given_up(given_up);
                if given_up > 0 {
                    tracing::warn!(given_up, "webhooks were given up; see the deliveries of their endpoints");
                }
                return;
            }
            Err(error) => tracing::warn!(%error, attempt, "cannot note how webhooks went"),
        }
        tokio::time::sleep(TROUBLE_PAUSE).await;
    }
}
