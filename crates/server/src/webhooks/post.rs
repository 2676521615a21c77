//! Looks for deliveries that are due, endpoint by endpoint, and has those sent that it got a lease of.

use super::address::Reach;
use super::client::Client;
use super::send::{self, Batch};
use super::settle::Settled;
use super::windows::{Place, Windows};
use crate::app::App;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tollgate_domain::environment::Environment;
use tollgate_domain::facts::{Facts, Key};
use tollgate_domain::id::DeliveryId;
use tollgate_domain::record::Field;
use tollgate_domain::time::Timestamp;
use tollgate_domain::webhook::WebhookEndpoint;
use tollgate_domain::webhook::dispatch::LeaseDeliveries;
use tollgate_domain::webhook::endpoint::RemoveWebhookEndpoint;
use tollgate_store::StoreError;

/// How long to wait where nothing was due anywhere.
const PAUSE: Duration = Duration::from_millis(5);
/// How long which endpoints there are may be known from before.
const ENDPOINTS_MAX_AGE: Duration = Duration::from_millis(100);
/// How long to wait after the store failed.
const TROUBLE_PAUSE: Duration = Duration::from_secs(1);
/// Most deliveries to a deleted endpoint that are dropped in one command.
const DROP_SLICE: usize = 256;
/// An instant that comes after all others.
const EVER: Timestamp = Timestamp::from_millis(999_999_999_999_999);

/// What sends.
pub(super) struct Post {
    pub(super) app: Arc<App>,
    pub(super) windows: Windows,
    /// How the tries went. There are never more of them than are on their way.
    pub(super) outcomes: UnboundedSender<Settled>,
    clients: [Client; 2],
}

impl Post {
    pub(super) fn new(app: Arc<App>) -> (Arc<Self>, UnboundedReceiver<Settled>) {
        let settings = &app.webhooks;
        let clients = Environment::ALL.map(|environment| {
            let reach = match environment {
                _ if settings.private_addresses => Reach::Any,
                Environment::Test => Reach::Loopback,
                Environment::Live => Reach::Public,
            };
            Client::new(reach, settings.timeout)
        });
        let (outcomes, settling) = unbounded_channel();
        (Arc::new(Self { app, windows: Windows::default(), outcomes, clients }), settling)
    }

    pub(super) fn client(&self, environment: Environment) -> &Client {
        &self.clients[usize::from(environment.is_live())]
    }

    /// Sends what is due, until it is told to stop.
    pub(super) async fn run(self: Arc<Self>, stop: Arc<Notify>) {
        let mut stopped = std::pin::pin!(stop.notified());
        loop {
            let pause = match self.rounds().await {
                Ok(()) => Duration::ZERO,
                Err(StoreError::Closed) => return,
                Err(error) => {
                    tracing::warn!(%error, "cannot look for webhooks to send; trying again");
                    TROUBLE_PAUSE
                }
            };
            tokio::select! {
                () = &mut stopped => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Goes round the endpoints for as long as they are known.
    async fn rounds(self: &Arc<Self>) -> Result<(), StoreError> {
        let endpoints = self.endpoints().await?;
        let begun = Instant::now();
        loop {
            let mut found = 0;
            for (environment, endpoint) in &endpoints {
                found += self.look(*environment, endpoint).await?;
            }
            if begun.elapsed() >= ENDPOINTS_MAX_AGE {
                return Ok(());
            }
            if found == 0 {
                let pause = if endpoints.is_empty() { ENDPOINTS_MAX_AGE } else { PAUSE };
                // Where something landed there may be room at last.
                let _ = tokio::time::timeout(pause, self.windows.landed.notified()).await;
            }
        }
    }

    async fn endpoints(&self) -> Result<Vec<(Environment, Arc<WebhookEndpoint>)>, StoreError> {
        let mut all = Vec::new();
        for environment in Environment::ALL {
            let mut facts = Facts::default();
            self.app.store.load(environment, &Key::Endpoints.into(), &mut facts).await?;
            let endpoints = facts.endpoints().expect("they were loaded just now");
            all.extend(endpoints.all().map(|endpoint| (environment, endpoint.clone())));
        }
        self.windows.keep(|(environment, id)| all.iter().any(|(of, endpoint)| of == environment && endpoint.id == *id));
        Ok(all)
    }

    /// Sends what is due to one endpoint; says how much that is.
    async fn look(self: &Arc<Self>, environment: Environment, endpoint: &WebhookEndpoint) -> Result<usize, StoreError> {
        let place: Place = (environment, endpoint.id.clone());
        let now = Instant::now();
        let room = self.windows.room(&place, now);
        if room == 0 {
            return Ok(0);
        }
        let (until, limit) = match endpoint.deleted {
            Some(_) => (EVER, DROP_SLICE),
            None => (self.app.store.clock().now(), room),
        };
        let queue = endpoint.id.as_str();
        let ids = self.app.store.due_of(environment, Field::DeliveryQueue, queue, until, limit).await?;
        self.windows.looked(&place, ids.len(), now);
        let found = ids.len();
        if found > 0 {
            self.lease(environment, place, ids).await?;
        } else if endpoint.deleted.is_some() {
            self.run_command(environment, RemoveWebhookEndpoint { id: endpoint.id.clone() }).await?;
        }
        Ok(found)
    }

    async fn lease(
        self: &Arc<Self>,
        environment: Environment,
        place: Place,
        ids: Vec<String>,
    ) -> Result<(), StoreError> {
        let ids: Vec<DeliveryId> = ids.into_iter().map(DeliveryId::from).collect();
        let lease = self.app.webhooks.lease();
        let leased = self.run_command(environment, LeaseDeliveries { ids, lease }).await?;
        self.app.metrics.webhooks.given_up(leased.given_up);
        if !leased.taken.is_empty() {
            self.windows.set_out(&place, leased.taken.len());
            tokio::spawn(send::batch(Batch { post: self.clone(), environment, place, taken: leased.taken }));
        }
        Ok(())
    }

    async fn run_command<C>(&self, environment: Environment, command: C) -> Result<C::Reply, StoreError>
    where
        C: tollgate_domain::command::Command,
    {
        let reply = self.app.run(environment, command).await?;
        Ok(reply.unwrap_or_else(|refusal| unreachable!("these commands refuse nothing, but got {refusal:?}")))
    }

    /// Waits until nothing is on its way.
    pub(super) async fn landed(&self) {
        while self.windows.flights() > 0 {
            let _ = tokio::time::timeout(PAUSE, self.windows.landed.notified()).await;
        }
    }
}
