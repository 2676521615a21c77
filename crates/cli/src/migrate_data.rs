//! `tollgate migrate-data`: moves everything from one database to another, whichever engines they are.

use anyhow::Context;
use clap::Args;
use std::ops::ControlFlow;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use tollgate_store::{DatabaseUrl, Progress, Step, Tally, TransferError};

/// How often progress is told at most.
const TELL_EVERY: Duration = Duration::from_secs(1);

#[derive(Args)]
#[command(after_help = "Stop every server on both databases first. The source is only read, and stays as it is.\n\
    A move that was interrupted goes on where it was when the same command is run again; until it is finished, no\n\
    server opens the target. In the end both databases are read again and compared.")]
pub(crate) struct MigrateDataArgs {
    /// The database to move from: `sqlite://PATH` or `postgres://USER:PASSWORD@HOST/NAME`
    #[arg(long, env = "TOLLGATE_MIGRATE_FROM", hide_env_values = true, value_name = "URL")]
    from: String,
    /// The database to move to: one that is new and empty; a file is made where there is none. With a password in it,
    /// an address is better given through the environment, since flags show in lists of processes
    #[arg(long, env = "TOLLGATE_MIGRATE_TO", hide_env_values = true, value_name = "URL")]
    to: String,
}

pub(crate) fn run(args: &MigrateDataArgs) -> anyhow::Result<ExitCode> {
    // The text is not repeated: there may be a password in it.
    let from: DatabaseUrl = args.from.parse().context("--from")?;
    let to: DatabaseUrl = args.to.parse().context("--to")?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start the runtime")?;
    let tallies = runtime.block_on(transfer(&from, &to)).with_context(|| format!("cannot move {from} to {to}"))?;
    show(&tallies);
    println!("Moved {from} to {to}: both were read again and hold the same.");
    Ok(ExitCode::SUCCESS)
}

async fn transfer(from: &DatabaseUrl, to: &DatabaseUrl) -> Result<Vec<Tally>, TransferError> {
    let mut teller = Teller::default();
    let tell = &mut |progress| {
        teller.tell(progress);
        ControlFlow::Continue(())
    };
    tollgate_store::transfer(from, to, tell).await
}

/// Tells the progress on standard error, now and then.
#[derive(Default)]
struct Teller {
    told: Option<Instant>,
    /// What is being done, since when, and how many rows were done when that began.
    work: Option<(Progress, Instant)>,
}

impl Teller {
    fn tell(&mut self, progress: Progress) {
        let begun = match &self.work {
            Some((begun, since)) if begun.step == progress.step && begun.table == progress.table => (*begun, *since),
            _ => *self.work.insert((progress, Instant::now())),
        };
        if self.told.is_some_and(|told| told.elapsed() < TELL_EVERY) {
            return;
        }
        self.told = Some(Instant::now());
        eprintln!("{}", line(progress, rate(begun, progress)));
    }
}

/// Rows each second.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "for people")]
fn rate((begun, since): (Progress, Instant), now: Progress) -> u64 {
    ((now.rows - begun.rows) as f64 / since.elapsed().as_secs_f64().max(0.001)) as u64
}

fn line(Progress { step, table, rows, of }: Progress, rate: u64) -> String {
    let doing = match step {
        Step::Reading => "reading",
        Step::Copying => "copying",
        Step::Verifying => "verifying",
    };
    let of = of.map(|of| format!(" of {of}")).unwrap_or_default();
    format!("{doing} {table}: {rows}{of} rows, {rate} rows/s")
}

fn show(tallies: &[Tally]) {
    println!("{:<10} {:>12} CHECKSUM", "TABLE", "ROWS");
    for Tally { table, rows, checksum } in tallies {
        println!("{table:<10} {rows:>12} {checksum:016x}");
    }
}
