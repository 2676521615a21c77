//! `tollgate doctor`.

use crate::settings::DatabaseArgs;
use anyhow::Context;
use clap::Args;
use std::process::ExitCode;

#[derive(Args)]
pub(crate) struct DoctorArgs {
    #[command(flatten)]
    database: DatabaseArgs,
}

/// Succeeds where nothing is wrong.
pub(crate) fn run(args: &DoctorArgs) -> anyhow::Result<ExitCode> {
    let url = args.database.url()?;
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start the runtime")?;
    let report = runtime.block_on(tollgate_store::check(&url)).with_context(|| format!("cannot check {url}"))?;
    println!("{report}");
    Ok(if report.is_healthy() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
