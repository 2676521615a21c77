//! `tollgate serve`.

use crate::settings::{DatabaseArgs, LogFormat, ServerArgs, Settings};
use crate::welcome;
use anyhow::{Context, bail};
use clap::Args;
use std::net::SocketAddr;
use std::process::ExitCode;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tollgate_domain::environment::Environment;
use tollgate_server::app::App;
use tollgate_server::keys::SecretKey;
use tollgate_store::Store;
use tracing_subscriber::EnvFilter;

/// How a server is started.
#[derive(Args)]
#[command(
    after_help = "A flag wins over the environment, the environment over the file of settings, the file over the default.\n\
    TOLLGATE_SECRET_KEY may hold a secret key (sk_test_… or sk_live_…) that is put on file at the start."
)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    server: ServerArgs,
}

/// Names a key that the environment gives. Secrets are not taken as flags: those show in lists of processes.
const SECRET_KEY_VARIABLE: &str = "TOLLGATE_SECRET_KEY";

/// Serves until it is told to stop.
pub(crate) fn run(args: &ServeArgs) -> anyhow::Result<ExitCode> {
    let settings = args.database.settings(&args.server)?;
    start_log(&settings)?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start the runtime")?;
    runtime.block_on(serve(settings))?;
    Ok(ExitCode::SUCCESS)
}

async fn serve(settings: Settings) -> anyhow::Result<()> {
    let given_key = given_key()?;
    let listener = listen(settings.listen).await?;
    let address = listener.local_addr().context("cannot tell the address")?;
    let store = Store::open(&settings.database, &settings.options).await?;
    let app = App::new(store, settings.app);
    let first_key = first_key(&app, given_key).await?;
    let setup = app.setup_path().await?;
    welcome::print(address, &settings.database, first_key.as_ref(), setup.as_deref());
    let stop = stop_signal()?;
    tollgate_server::serve::serve(app, listener, stop).await;
    tracing::info!("stopped");
    Ok(())
}

fn start_log(settings: &Settings) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&settings.log).with_context(|| format!("setting `log`: `{}`", settings.log))?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match settings.log_format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
    Ok(())
}

async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("cannot serve on {address}"))
}

fn given_key() -> anyhow::Result<Option<SecretKey>> {
    match std::env::var(SECRET_KEY_VARIABLE) {
        Ok(text) => Ok(Some(SecretKey::parse(&text).with_context(|| format!("in {SECRET_KEY_VARIABLE}"))?)),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => bail!("{SECRET_KEY_VARIABLE} is not readable text"),
    }
}

/// Puts a given key on file, or makes the first test key of a new database and gives it to be shown once.
async fn first_key(app: &App, given: Option<SecretKey>) -> anyhow::Result<Option<SecretKey>> {
    if let Some(key) = given {
        app.create_key(&key, SECRET_KEY_VARIABLE).await?;
        return Ok(None);
    }
    if app.has_keys(Environment::Test).await? {
        return Ok(None);
    }
    let key = SecretKey::generate(Environment::Test, getrandom::fill).context("no random numbers to make a key of")?;
    app.create_key(&key, "first").await?;
    Ok(Some(key))
}

fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot wait for a signal")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot wait for a signal")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping: finishing what was accepted");
    })
}
