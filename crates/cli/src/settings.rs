//! Settings: what was typed, what a file says, and what holds.
//!
//! One rule: a flag wins over the environment, the environment over the file, the file over the default.

use anyhow::{Context, bail};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde::Deserialize;
use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tollgate_domain::metadata::METADATA_KEY_MAX_CHARACTERS;
use tollgate_domain::subscription::Payments;
use tollgate_domain::webhook::Schedule;
use tollgate_server::app::AppOptions;
use tollgate_server::{pages, webhooks};
use tollgate_store::{DatabaseUrl, Options};

const DEFAULT_LISTEN: &str = "127.0.0.1:4242";
const DEFAULT_DATABASE: &str = "sqlite://tollgate.db";
const DEFAULT_LOG: &str = "warn,tollgate=info,tollgate_server=info,tollgate_store=info";
/// Of what is kept in memory beside a file, answers are one part in so many.
const ANSWERS_SHARE: u64 = 4;
/// Read where it exists and no other file is named.
const DEFAULT_FILE: &str = "tollgate.toml";

/// Where the data is: what every command needs to know.
#[derive(Args, Clone, Default)]
pub(crate) struct DatabaseArgs {
    /// Where the data is: `sqlite://PATH`, or `postgres://USER:PASSWORD@HOST/NAME` for a database that many servers
    /// share [default: the file tollgate.db here]
    #[arg(long, env = "TOLLGATE_DATABASE", value_name = "URL")]
    database: Option<String>,

    /// A file of settings in TOML, whose keys are the names of the long flags [default: tollgate.toml, where it exists]
    #[arg(long, env = "TOLLGATE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
}

/// How to serve.
#[derive(Args, Clone, Default)]
pub(crate) struct ServerArgs {
    /// The address to serve on; port 0 takes a free one. Keep to loopback unless a proxy with TLS stands in front
    /// [default: 127.0.0.1:4242]
    #[arg(long, env = "TOLLGATE_LISTEN", value_name = "ADDRESS")]
    listen: Option<SocketAddr>,

    /// What to log, as `level` or `target=level,…`; `debug` logs every request [default: warnings, and what this
    /// program has to say]
    #[arg(long, env = "TOLLGATE_LOG", value_name = "FILTER")]
    log: Option<String>,

    /// How log lines look on standard error [default: text]
    #[arg(long, env = "TOLLGATE_LOG_FORMAT", value_name = "FORMAT")]
    log_format: Option<LogFormat>,

    /// Most memory for objects kept at hand, in megabytes [default: 96]
    #[arg(long, env = "TOLLGATE_CACHE_MB", value_name = "MB")]
    cache_mb: Option<u64>,

    /// Most disk space for the database, in megabytes; writes beyond it are refused [default: no limit]
    #[arg(long, env = "TOLLGATE_MAX_DATABASE_MB", value_name = "MB")]
    max_database_mb: Option<u64>,

    /// How old what is answered from memory may be, in milliseconds, where other servers write to the same PostgreSQL
    /// database; 0 answers nothing from memory [default: 1000]
    #[arg(long, env = "TOLLGATE_CATALOG_MAX_AGE_MS", value_name = "MS")]
    catalog_max_age_ms: Option<u64>,

    /// Connections to a PostgreSQL database for reading; a few others are opened for searches and for following other
    /// servers [default: 4]
    #[arg(long, env = "TOLLGATE_DATABASE_READERS", value_name = "COUNT")]
    database_readers: Option<NonZeroUsize>,

    /// Connections to a PostgreSQL database for writing; each serves many requests at a time [default: 2]
    #[arg(long, env = "TOLLGATE_DATABASE_WRITERS", value_name = "COUNT")]
    database_writers: Option<NonZeroUsize>,

    /// The metadata key of customers of the Stripe dialect that names their customer in the PriceOS dialect
    /// [default: `priceos_customer_id`]
    #[arg(long, env = "TOLLGATE_CUSTOMER_ID_METADATA_KEY", value_name = "KEY")]
    customer_id_metadata_key: Option<String>,

    /// Where browsers find this server, for the pages on which customers subscribe [default: http:// and the host that a
    /// request names]
    #[arg(long, env = "TOLLGATE_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,

    /// Serve the pages on which customers subscribe in the live environment too, though nobody pays there
    /// [default: false]
    #[arg(long, env = "TOLLGATE_PAGES_IN_LIVE", value_name = "BOOLEAN", num_args = 0..=1, default_missing_value = "true")]
    pages_in_live: Option<bool>,

    /// Whether customers have a payment method, though none is ever on file: with `assumed` whatever is charged is paid,
    /// with `missing` nobody pays [default: assumed]
    #[arg(long, env = "TOLLGATE_PAYMENTS", value_name = "WORD", value_parser = payments())]
    payments: Option<Payments>,

    /// Let webhooks go to private addresses, and in the live environment over connections that are not encrypted. This
    /// machine can always be reached from the test environment [default: false]
    #[arg(
        long, env = "TOLLGATE_WEBHOOK_PRIVATE_ADDRESSES", value_name = "BOOLEAN", num_args = 0..=1,
        default_missing_value = "true"
    )]
    webhook_private_addresses: Option<bool>,

    /// How long an endpoint may take to answer a webhook, in milliseconds [default: 10000]
    #[arg(long, env = "TOLLGATE_WEBHOOK_TIMEOUT_MS", value_name = "MS")]
    webhook_timeout_ms: Option<NonZeroU32>,

    /// How soon a webhook that failed is sent again, in milliseconds; the pause doubles from try to try, up to six hours
    /// [default: 5000]
    #[arg(long, env = "TOLLGATE_WEBHOOK_RETRY_MS", value_name = "MS")]
    webhook_retry_ms: Option<NonZeroU32>,
}

/// Reads one of the words.
fn payments() -> impl TypedValueParser<Value = Payments> {
    let words = PossibleValuesParser::new(Payments::ALL.iter().map(|payments| payments.as_str()));
    words.map(|word| *Payments::ALL.iter().find(|payments| payments.as_str() == word).expect("one of these words"))
}

/// What a line of the log looks like.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for machines.
    Json,
}

/// The settings that hold.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) database: DatabaseUrl,
    pub(crate) listen: SocketAddr,
    pub(crate) log: String,
    pub(crate) log_format: LogFormat,
    /// What of the server may be set.
    pub(crate) app: AppOptions,
    /// How the store is opened.
    pub(crate) options: Options,
}

/// What a file may say.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    database: Option<String>,
    listen: Option<SocketAddr>,
    log: Option<String>,
    log_format: Option<LogFormat>,
    cache_mb: Option<u64>,
    max_database_mb: Option<u64>,
    catalog_max_age_ms: Option<u64>,
    database_readers: Option<NonZeroUsize>,
    database_writers: Option<NonZeroUsize>,
    customer_id_metadata_key: Option<String>,
    public_url: Option<String>,
    pages_in_live: Option<bool>,
    payments: Option<Payments>,
    webhook_private_addresses: Option<bool>,
    webhook_timeout_ms: Option<NonZeroU32>,
    webhook_retry_ms: Option<NonZeroU32>,
}

impl ServerArgs {
    /// What of the server may be set, where the file says the rest.
    fn app(&self, file: &File) -> anyhow::Result<AppOptions> {
        let default = AppOptions::default();
        let link_key = self.customer_id_metadata_key.clone().or_else(|| file.customer_id_metadata_key.clone());
        let link_key = link_key.unwrap_or(default.link_key);
        if link_key.is_empty() || link_key.chars().count() > METADATA_KEY_MAX_CHARACTERS {
            bail!("setting `customer-id-metadata-key`: 1 to {METADATA_KEY_MAX_CHARACTERS} characters");
        }
        let public_url = self.public_url.clone().or_else(|| file.public_url.clone());
        if public_url.as_deref().is_some_and(|url| !url.starts_with("http://") && !url.starts_with("https://")) {
            bail!("setting `public-url`: begins with http:// or https://");
        }
        let in_live = self.pages_in_live.or(file.pages_in_live).unwrap_or(false);
        let pages = pages::Settings { public_url, in_live };
        Ok(AppOptions { link_key, pages, webhooks: self.webhooks(file), ..default })
    }

    /// How webhooks are sent, where the file says the rest.
    fn webhooks(&self, file: &File) -> webhooks::Settings {
        let default = webhooks::Settings::default();
        let first = self.webhook_retry_ms.or(file.webhook_retry_ms);
        let timeout = self.webhook_timeout_ms.or(file.webhook_timeout_ms);
        webhooks::Settings {
            private_addresses: self.webhook_private_addresses.or(file.webhook_private_addresses).unwrap_or(false),
            timeout: timeout.map_or(default.timeout, |millis| Duration::from_millis(millis.get().into())),
            schedule: Schedule {
                first: first.map_or(default.schedule.first, |millis| millis.get().into()),
                ..default.schedule
            },
        }
    }

    /// How the store is opened, where the file says the rest.
    fn options(&self, file: &File) -> Options {
        let default = Options::default();
        let megabytes = |mb: u64| mb.saturating_mul(1024 * 1024);
        let max_age = self.catalog_max_age_ms.or(file.catalog_max_age_ms).map(Duration::from_millis);
        Options {
            cache_bytes: self.cache_mb.or(file.cache_mb).map_or(default.cache_bytes, megabytes),
            max_bytes: self.max_database_mb.or(file.max_database_mb).map(megabytes),
            max_age: max_age.unwrap_or(default.max_age),
            readers: self.database_readers.or(file.database_readers).map_or(default.readers, NonZeroUsize::get),
            writers: self.database_writers.or(file.database_writers).map_or(default.writers, NonZeroUsize::get),
            payments: self.payments.or(file.payments).unwrap_or_default(),
            ..default
        }
    }
}

impl DatabaseArgs {
    /// Where the data is.
    pub(crate) fn url(&self) -> anyhow::Result<DatabaseUrl> {
        self.url_beside(self.file()?.database)
    }

    /// The settings that hold for a server.
    pub(crate) fn settings(&self, server: &ServerArgs) -> anyhow::Result<Settings> {
        let file = self.file()?;
        let mut options = server.options(&file);
        let database = self.url_beside(file.database.clone())?;
        let answer_bytes = match database {
            DatabaseUrl::Sqlite(_) => options.cache_bytes / ANSWERS_SHARE,
            _ => 0,
        };
        options.cache_bytes -= answer_bytes;
        Ok(Settings {
            database,
            app: AppOptions { answer_bytes, ..server.app(&file)? },
            listen: server.listen.or(file.listen).unwrap_or_else(|| DEFAULT_LISTEN.parse().expect("an address")),
            log: server.log.clone().or(file.log).unwrap_or_else(|| DEFAULT_LOG.to_owned()),
            log_format: server.log_format.or(file.log_format).unwrap_or(LogFormat::Text),
            options,
        })
    }

    fn url_beside(&self, in_file: Option<String>) -> anyhow::Result<DatabaseUrl> {
        let text = self.database.clone().or(in_file).unwrap_or_else(|| DEFAULT_DATABASE.to_owned());
        // The text is not repeated: there may be a password in it.
        text.parse().context("setting `database`")
    }

    fn file(&self) -> anyhow::Result<File> {
        let path = match &self.config {
            Some(path) => path.as_path(),
            None if Path::new(DEFAULT_FILE).exists() => Path::new(DEFAULT_FILE),
            None => return Ok(File::default()),
        };
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => bail!("cannot read the settings in {}: {error}", path.display()),
        };
        toml::from_str(&text).with_context(|| format!("in the settings of {}", path.display()))
    }
}
