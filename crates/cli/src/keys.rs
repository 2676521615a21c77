//! `tollgate keys`: they work beside a running server, which sees the change within a second.

use crate::settings::DatabaseArgs;
use anyhow::{Context, bail};
use clap::{Args, Subcommand, ValueEnum};
use std::process::ExitCode;
use tollgate_domain::environment::Environment;
use tollgate_server::app::{App, AppOptions};
use tollgate_server::keys::SecretKey;
use tollgate_store::{DatabaseUrl, Options, Store};

#[derive(Subcommand)]
pub(crate) enum KeysCommand {
    /// Make a key and print it: the only time it is shown.
    Create(CreateArgs),
    /// List the keys, without the secrets.
    List(ListArgs),
    /// Make a key good for nothing.
    Revoke(RevokeArgs),
}

#[derive(Args)]
pub(crate) struct CreateArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    /// The environment it opens
    #[arg(long, value_enum, default_value = "test")]
    environment: EnvironmentName,
    /// What to call it in lists
    #[arg(long, default_value = "")]
    name: String,
}

#[derive(Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    database: DatabaseArgs,
}

#[derive(Args)]
pub(crate) struct RevokeArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    /// The id that `keys list` shows (`key_…`)
    id: String,
}

#[derive(Clone, Copy, ValueEnum)]
enum EnvironmentName {
    Test,
    Live,
}

impl From<EnvironmentName> for Environment {
    fn from(name: EnvironmentName) -> Self {
        match name {
            EnvironmentName::Test => Self::Test,
            EnvironmentName::Live => Self::Live,
        }
    }
}

pub(crate) fn run(command: &KeysCommand) -> anyhow::Result<ExitCode> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start the runtime")?;
    runtime.block_on(async {
        match command {
            KeysCommand::Create(args) => create(args).await,
            KeysCommand::List(args) => list(args).await,
            KeysCommand::Revoke(args) => revoke(args).await,
        }
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Opens the database as a guest: a server may be writing to it. `tollgate users` does so too.
pub(crate) async fn open(database: &DatabaseArgs) -> anyhow::Result<std::sync::Arc<App>> {
    guest(&database.url()?).await
}

/// The same of a database by its address.
pub(crate) async fn guest(url: &DatabaseUrl) -> anyhow::Result<std::sync::Arc<App>> {
    let options = Options { exclusive: false, ..Options::default() };
    Ok(App::new(Store::open(url, &options).await?, AppOptions::default()))
}

async fn create(args: &CreateArgs) -> anyhow::Result<()> {
    let app = open(&args.database).await?;
    let key =
        SecretKey::generate(args.environment.into(), getrandom::fill).context("no random numbers to make a key of")?;
    app.create_key(&key, &args.name).await?;
    eprintln!("This is the only time the key is shown:");
    println!("{}", key.reveal());
    Ok(())
}

async fn list(args: &ListArgs) -> anyhow::Result<()> {
    let app = open(&args.database).await?;
    println!("{:<20} {:<5} {:<16} {:<8} NAME", "ID", "FOR", "KEY", "STATE");
    for environment in Environment::ALL {
        for key in app.keys(environment).await? {
            let state = if key.revoked.is_some() { "revoked" } else { "good" };
            println!("{:<20} {:<5} {:<16} {state:<8} {}", key.id.as_str(), environment.as_str(), key.hint, key.name);
        }
    }
    Ok(())
}

async fn revoke(args: &RevokeArgs) -> anyhow::Result<()> {
    let app = open(&args.database).await?;
    if !app.revoke_key(&args.id).await? {
        bail!("there is no key `{}`; `tollgate keys list` shows those there are", args.id);
    }
    eprintln!("Revoked. A running server refuses it within a second.");
    Ok(())
}
