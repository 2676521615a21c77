//! What a running server consists of.

use crate::dashboard::Dashboard;
use crate::gate::auth::Authenticator;
use crate::gate::in_flight::InFlight;
use crate::jobs::Jobs;
use crate::keys::SecretKey;
use crate::metrics::Metrics;
use crate::priceos::Standing;
use crate::request_log::RequestLog;
use crate::{pages, webhooks};
use prometheus_client::registry::Registry;
use std::sync::Arc;
use std::time::Duration;
use tollgate_domain::api_key::{ApiKey, RevokeApiKey};
use tollgate_domain::batch::CommandJob;
use tollgate_domain::command::Command;
use tollgate_domain::environment::Environment;
use tollgate_domain::id::RequestId;
use tollgate_domain::list::{CreatedRange, Cursor, ListQuery, PAGE_MAX};
use tollgate_domain::record::{Noun, Record};
use tollgate_domain::refusal::Refusal;
use tollgate_store::{ListError, Store, StoreError};

/// The parts that requests share.
pub struct App {
    pub(crate) store: Store,
    pub(crate) keys: Authenticator,
    pub(crate) in_flight: InFlight,
    pub(crate) metrics: Metrics,
    pub(crate) standing: Standing,
    pub(crate) jobs: Jobs,
    /// The metadata key of billing customers that names their customer in the PriceOS dialect.
    pub(crate) link_key: Arc<str>,
    /// How webhooks are sent.
    pub(crate) webhooks: webhooks::Settings,
    /// How pages for customers are served.
    pub(crate) pages: pages::Settings,
    pub(crate) dashboard: Dashboard,
    pub(crate) requests: RequestLog,
}

/// What of an app may be set.
#[derive(Debug, Clone)]
pub struct AppOptions {
    /// Most bytes of answers that are kept to be given again: those over accounts that the store keeps in memory, as that
    /// over a file does.
    pub answer_bytes: u64,
    /// The metadata key of billing customers that names their customer in the PriceOS dialect.
    pub link_key: String,
    /// How webhooks are sent.
    pub webhooks: webhooks::Settings,
    /// How pages for customers are served.
    pub pages: pages::Settings,
}

impl Default for AppOptions {
    fn default() -> Self {
        Self {
            answer_bytes: 0,
            link_key: "priceos_customer_id".to_owned(),
            webhooks: webhooks::Settings::default(),
            pages: pages::Settings::default(),
        }
    }
}

impl App {
    /// An app over an open store.
    pub fn new(store: Store, options: AppOptions) -> Arc<Self> {
        let mut registry = Registry::with_prefix("tollgate");
        store.register_metrics(&mut registry);
        Arc::new(Self {
            store,
            standing: Standing::new(options.answer_bytes),
            jobs: Jobs::default(),
            link_key: options.link_key.into(),
            webhooks: options.webhooks,
            pages: options.pages,
            dashboard: Dashboard::default(),
            requests: RequestLog::default(),
            keys: Authenticator::new(),
            in_flight: InFlight::default(),
            metrics: Metrics::new(registry),
        })
    }

    /// Whether the store answers.
    pub(crate) async fn ready(&self) -> Result<(), StoreError> {
        self.store.get(Environment::Test, Noun::Product, "").await.map(drop)
    }

    /// Counts an answered request, and tells the log of it.
    pub(crate) fn note(&self, method: &'static str, route: &'static str, id: &RequestId, status: u16, took: Duration) {
        self.metrics.answered(method, route, status, took);
        let (request, micros) = (id.as_str(), u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
        match status {
            500.. => tracing::error!(request, method, route, status, micros, "answered"),
            // Strangers do not get to fill the log.
            400.. if status != 401 => tracing::info!(request, method, route, status, micros, "answered"),
            _ => tracing::debug!(request, method, route, status, micros, "answered"),
        }
    }

    /// Puts a key on file; one that is there already stays as it is.
    pub async fn create_key(&self, key: &SecretKey, name: &str) -> Result<(), StoreError> {
        let outcome = self.run(key.environment(), key.register(name)).await?;
        debug_assert!(outcome.is_ok(), "creating a key refuses nothing");
        Ok(())
    }

    /// Revokes the key with this id; false where there is none.
    pub async fn revoke_key(&self, id: &str) -> Result<bool, StoreError> {
        for environment in Environment::ALL {
            if self.run(environment, RevokeApiKey { id: id.into() }).await?.is_ok() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether an environment has any key, revoked ones included.
    pub async fn has_keys(&self, environment: Environment) -> Result<bool, StoreError> {
        Ok(!self.keys_after(environment, None).await?.is_empty())
    }

    /// Every key of an environment, newest first.
    pub async fn keys(&self, environment: Environment) -> Result<Vec<Arc<ApiKey>>, StoreError> {
        let mut keys: Vec<Arc<ApiKey>> = Vec::new();
        loop {
            let page = self.keys_after(environment, keys.last().map(|key| key.id.to_string())).await?;
            if page.is_empty() {
                return Ok(keys);
            }
            keys.extend(page);
        }
    }

    async fn keys_after(&self, environment: Environment, last: Option<String>) -> Result<Vec<Arc<ApiKey>>, StoreError> {
        let query = ListQuery {
            noun: Noun::ApiKey,
            filters: Vec::new(),
            created: CreatedRange::default(),
            cursor: last.map(Cursor::After),
            limit: PAGE_MAX,
        };
        let page = match self.store.list(environment, &query).await {
            Ok(page) => page,
            Err(ListError::NoSuchCursor) => return Ok(Vec::new()),
            Err(ListError::Store(error)) => return Err(error),
        };
        let keys = page.items.into_iter().filter_map(|record| match record {
            Record::ApiKey(key) => Some(key),
            _ => None,
        });
        Ok(keys.collect())
    }

    /// Runs a command whose answer is not kept under an idempotency key.
    pub(crate) async fn run<C: Command>(
        &self,
        environment: Environment,
        command: C,
    ) -> Result<Result<C::Reply, Refusal>, StoreError> {
        let job = self.store.submit(CommandJob::new(environment, command)).await?;
        Ok(job.reply.expect("a job that comes back was decided"))
    }
}
