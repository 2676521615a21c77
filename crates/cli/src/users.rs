//! `tollgate users`: the people who use the dashboard. The commands work beside a running server, which sees the change at
//! once.

use crate::keys::open;
use crate::settings::DatabaseArgs;
use anyhow::{Context, bail};
use clap::{Args, Subcommand, ValueEnum};
use std::io::{BufRead, IsTerminal};
use std::process::ExitCode;
use std::sync::Arc;
use tollgate_domain::user::{self, CreateUser, Role, User, UserChange};
use tollgate_server::app::App;
use tollgate_server::passwords;

#[derive(Subcommand)]
pub(crate) enum UsersCommand {
    /// Let somebody use the dashboard; the password is the first line of standard input.
    Add(AddArgs),
    /// List who may use the dashboard.
    List(ListArgs),
    /// Set somebody's password, from the first line of standard input, and sign them out everywhere.
    Password(PersonArgs),
    /// Set what somebody may do.
    Role(RoleArgs),
    /// Let somebody use the dashboard no more.
    Remove(PersonArgs),
}

#[derive(Args)]
pub(crate) struct AddArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    /// What the person signs in with
    email: String,
    /// What the person may do
    #[arg(long, value_enum, default_value = "admin")]
    role: RoleName,
}

#[derive(Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    database: DatabaseArgs,
}

#[derive(Args)]
pub(crate) struct PersonArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    /// What the person signs in with
    email: String,
}

#[derive(Args)]
pub(crate) struct RoleArgs {
    #[command(flatten)]
    person: PersonArgs,
    /// What the person may do from now on
    #[arg(value_enum)]
    role: RoleName,
}

#[derive(Clone, Copy, ValueEnum)]
enum RoleName {
    /// Everything
    Admin,
    /// Look at everything but secrets
    Viewer,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Admin => Self::Admin,
            RoleName::Viewer => Self::Viewer,
        }
    }
}

pub(crate) fn run(command: &UsersCommand) -> anyhow::Result<ExitCode> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start the runtime")?;
    runtime.block_on(async {
        match command {
            UsersCommand::Add(args) => add(args).await,
            UsersCommand::List(args) => list(args).await,
            UsersCommand::Password(args) => password(args).await,
            UsersCommand::Role(args) => {
                change(&args.person, UserChange::Role(args.role.into())).await?;
                eprintln!("Changed.");
                Ok(())
            }
            UsersCommand::Remove(args) => remove(args).await,
        }
    })?;
    Ok(ExitCode::SUCCESS)
}

async fn add(args: &AddArgs) -> anyhow::Result<()> {
    let email = user::email(&args.email);
    if !user::is_email(&email) {
        bail!("`{}` is no email address", args.email);
    }
    let app = open(&args.database).await?;
    let password = passwords::hash(&read_password()?).await?;
    let made = app.create_user(CreateUser { email, role: args.role.into(), password }).await?;
    let Some(made) = made else { bail!("there is somebody with that email already") };
    eprintln!("{} may sign in as {} now.", made.email, made.role.as_str());
    Ok(())
}

async fn list(args: &ListArgs) -> anyhow::Result<()> {
    let app = open(&args.database).await?;
    println!("{:<8} EMAIL", "ROLE");
    for user in app.users().await? {
        println!("{:<8} {}", user.role.as_str(), user.email);
    }
    Ok(())
}

async fn password(args: &PersonArgs) -> anyhow::Result<()> {
    let hash = passwords::hash(&read_password()?).await?;
    change(args, UserChange::Password(hash)).await?;
    eprintln!("Changed; every browser is signed out.");
    Ok(())
}

async fn remove(args: &PersonArgs) -> anyhow::Result<()> {
    let (app, user) = person(args).await?;
    app.delete_user(&user.id).await?;
    eprintln!("Removed, and signed out everywhere.");
    Ok(())
}

async fn change(args: &PersonArgs, change: UserChange) -> anyhow::Result<()> {
    let (app, user) = person(args).await?;
    app.change_user(&user.id, change).await?;
    Ok(())
}

async fn person(args: &PersonArgs) -> anyhow::Result<(Arc<App>, Arc<User>)> {
    let app = open(&args.database).await?;
    match app.user(&user::email(&args.email)).await? {
        Some(user) => Ok((app, user)),
        None => bail!("there is nobody with the email `{}`; `tollgate users list` shows who there is", args.email),
    }
}

/// The first line of standard input, so that no password is in a list of processes or in a shell's history.
fn read_password() -> anyhow::Result<String> {
    if std::io::stdin().is_terminal() {
        eprintln!("Type the password, then Enter (it is shown as you type):");
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).context("cannot read the password from standard input")?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
