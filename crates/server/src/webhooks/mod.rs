//! Webhooks on their way: takes the deliveries that are due, sends them, and notes how that went.
//!
//! `post` looks for what is due, endpoint by endpoint, and leases it; `send` makes of it a signed request, which `client`
//! carries; `settle` notes the outcomes, many in one command. `windows` bounds how much is on its way to each endpoint.
//!
//! Invariants: a delivery goes only after it was answered with success; nothing is sent that is not leased, so that of
//! several nodes one sends it; whatever an endpoint does, the others go on.

mod address;
mod client;
mod metrics;
mod post;
mod send;
mod settle;
mod signature;
mod windows;

use crate::app::App;
pub(crate) use metrics::Metrics;
use post::Post;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tollgate_domain::environment::Environment;
use tollgate_domain::webhook::{Schedule, Secret};
use tollgate_wire::stripe::webhook_endpoint::Transport;

/// How long one try may take unless said otherwise, from the connection to the end of the answer.
pub const TIMEOUT_DEFAULT: Duration = Duration::from_secs(10);
/// How long what is on its way may take to be answered and noted once the server is told to stop. What is not is sent again
/// later.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);
/// Random characters of a secret.
const SECRET_CHARACTERS: usize = 32;

/// How webhooks are sent.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Whether they may go to private addresses, and in live over connections that are not encrypted.
    pub private_addresses: bool,
    /// How long one try may take.
    pub timeout: Duration,
    /// When what failed is tried again.
    pub schedule: Schedule,
}

impl Default for Settings {
    fn default() -> Self {
        Self { private_addresses: false, timeout: TIMEOUT_DEFAULT, schedule: Schedule::default() }
    }
}

impl Settings {
    /// Which addresses an endpoint of an environment may have.
    pub(crate) fn transport(&self, environment: Environment) -> Transport {
        if environment.is_live() && !self.private_addresses { Transport::Encrypted } else { Transport::Any }
    }

    /// How long a delivery is leased, in milliseconds: for longer than a try of it takes.
    fn lease(&self) -> i64 {
        i64::try_from(self.timeout.as_millis()).unwrap_or(i64::MAX / 4).saturating_mul(2).saturating_add(1000)
    }
}

/// A new secret that nobody can guess.
pub(crate) fn new_secret() -> Result<Secret, getrandom::Error> {
    let mut text = "whsec_".to_owned();
    crate::keys::push_random(&mut text, SECRET_CHARACTERS, getrandom::fill)?;
    Ok(Secret::new(text))
}

/// The task that sends.
pub struct Dispatcher {
    post: Arc<Post>,
    stop: Arc<Notify>,
    tasks: [JoinHandle<()>; 2],
}

impl Dispatcher {
    /// Begins to send.
    pub fn start(app: Arc<App>) -> Self {
        let stop = Arc::new(Notify::new());
        let (post, outcomes) = Post::new(app.clone());
        let settling = tokio::spawn(settle::run(app, post.clone(), outcomes));
        let sending = tokio::spawn(post.clone().run(stop.clone()));
        Self { post, stop, tasks: [sending, settling] }
    }

    /// Takes nothing more, and waits a little for what is on its way.
    pub async fn stop(self) {
        self.stop.notify_one();
        let [sending, settling] = self.tasks;
        let landed = async {
            // It fails only where it panicked, which was told.
            let _ = sending.await;
            self.post.landed().await;
        };
        if tokio::time::timeout(STOP_TIMEOUT, landed).await.is_err() {
            tracing::info!("some webhooks were not answered in time; they are sent again later");
        }
        settling.abort();
    }
}
