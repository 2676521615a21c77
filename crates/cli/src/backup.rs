//! `tollgate backup`.

use crate::settings::DatabaseArgs;
use anyhow::Context;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub(crate) struct BackupArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    /// The file to write; it must not exist yet
    file: PathBuf,
}

pub(crate) fn run(args: &BackupArgs) -> anyhow::Result<ExitCode> {
    let url = args.database.url()?;
    tollgate_store::backup(&url, &args.file)
        .with_context(|| format!("cannot back up {url} to {}", args.file.display()))?;
    eprintln!("Backed up {url} to {}", args.file.display());
    Ok(ExitCode::SUCCESS)
}
