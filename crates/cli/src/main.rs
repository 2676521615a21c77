//! The binary: `tollgate serve` and the commands around it.

mod api;
mod backup;
mod bench;
mod demo;
mod doctor;
mod keys;
mod migrate_data;
mod serve;
mod settings;
mod types;
mod users;
mod welcome;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A product catalog that answers what a customer may use now, how much is left, and why.
///
/// Without a command it serves, with the settings of `tollgate serve --help`.
#[derive(Parser)]
#[command(name = "tollgate", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: serve::ServeArgs,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API.
    Serve(serve::ServeArgs),
    /// Make, list and revoke secret keys; also while a server runs.
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Say who may use the dashboard; also while a server runs.
    #[command(subcommand)]
    Users(users::UsersCommand),
    /// Copy the database to a file, consistent also while a server runs.
    Backup(backup::BackupArgs),
    /// Check the database: the file, the schema, and that everything in it agrees.
    Doctor(doctor::DoctorArgs),
    /// Move everything from one database to another, such as from a file to PostgreSQL.
    MigrateData(migrate_data::MigrateDataArgs),
    /// Fill the empty test environment of a running server with a catalog, customers and weeks of usage to look at.
    Demo(demo::DemoArgs),
    /// Write the features of a running server as types for a client.
    #[command(subcommand)]
    Types(types::TypesCommand),
    /// Measure a server of this binary beside a bare one that answers the same bytes.
    Bench(bench::BenchArgs),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command {
        None => serve::run(&cli.serve),
        Some(Command::Serve(args)) => serve::run(&args),
        Some(Command::Keys(command)) => keys::run(&command),
        Some(Command::Users(command)) => users::run(&command),
        Some(Command::Backup(args)) => backup::run(&args),
        Some(Command::Doctor(args)) => doctor::run(&args),
        Some(Command::MigrateData(args)) => migrate_data::run(&args),
        Some(Command::Demo(args)) => demo::run(&args),
        Some(Command::Types(command)) => types::run(&command),
        Some(Command::Bench(args)) => bench::run(args).map(|()| ExitCode::SUCCESS),
    };
    done.unwrap_or_else(|error| {
        eprintln!("tollgate: {error:#}");
        ExitCode::FAILURE
    })
}
