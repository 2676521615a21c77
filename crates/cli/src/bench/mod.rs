//! `tollgate bench`: the rate of a server of this binary, beside the rate of a bare one that answers the same bytes.
//!
//! Both are child processes, reached over loopback by one load generator, in short rounds that take turns, so that
//! whatever else the machine does meets both. What is compared is a ratio; the rates alone belong to the machine.
//!
//! Over PostgreSQL there is a third party: pgbench, which runs the statement of one request straight on the database. Where
//! a work has an equivalent in Redis, there is Redis.

mod answer;
mod database;
mod figures;
mod histogram;
mod load;
mod measure;
mod pgbench;
mod process;
mod programs;
mod put;
mod redis;
mod renewals;
mod report;
mod resp;
mod scratch;
mod server;
mod session;
mod template;
mod viewer;
mod webhooks;
mod work;
mod yardstick;

use anyhow::{Context, bail};
use clap::Args;
use std::path::PathBuf;
use std::time::Duration;
use work::{About, Size, Work};

/// Connections a run may ask for: more would run into the usual limit of open files.
const CONNECTIONS_MAX: u64 = 900;
/// Processes a run may ask for.
const NODES_MAX: u64 = 16;

/// The engines, as rows call them.
const POSTGRES: &str = "postgres";
const SQLITE: &str = "sqlite";

/// What to measure.
#[derive(Args)]
pub(crate) struct BenchArgs {
    /// Connections held open at a time, each with one request in flight
    #[arg(long, value_delimiter = ',', default_value = "1,16,64,256", value_name = "COUNT,…",
        value_parser = clap::value_parser!(u64).range(1..=CONNECTIONS_MAX))]
    connections: Vec<u64>,

    /// Server processes over the one database, among which the connections are spread in turn; more than one needs
    /// PostgreSQL
    #[arg(long, value_delimiter = ',', default_value = "1", value_name = "COUNT,…",
        value_parser = clap::value_parser!(u64).range(1..=NODES_MAX))]
    nodes: Vec<u64>,

    /// What to ask for [default: everything]
    #[arg(long, value_delimiter = ',', value_name = "WORK,…", value_parser = work::find)]
    works: Vec<&'static Work>,

    /// Products to put in before measuring; reads pick among all of them at random
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(10..=100_000_000))]
    products: u64,

    /// Customers to put in where a work is about them: of the PriceOS dialect, each with three custom products, an
    /// override and a bonus; or of the Stripe dialect
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    customers: u64,

    /// Usage events of those customers to put in, spread over the last 60 days
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=1_000_000_000))]
    events: u64,

    /// Also compare with a server of 1,000 products and 1,000 customers, and show memory and time to start
    #[arg(long)]
    scale: bool,

    /// Rounds for each server; the median counts
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    rounds: u32,

    /// Length of a round in milliseconds; pgbench measures whole seconds, after one to warm up
    #[arg(long, default_value_t = 1_000, value_name = "MS", value_parser = clap::value_parser!(u64).range(10..=600_000))]
    round_ms: u64,

    /// Measure on this database, which keeps what is put in, rather than on a new one that is thrown away. With
    /// `postgres://…` the database itself is measured, too, by pgbench, where that is installed
    #[arg(long, value_name = "URL")]
    database: Option<String>,

    /// Put nothing in: an earlier run of the same sizes left everything in the database
    #[arg(long, requires = "database")]
    as_is: bool,

    /// Most memory of each server for objects kept at hand, in megabytes: with 0, every read reads the database
    /// [default: that of the server]
    #[arg(long, value_name = "MB")]
    cache_mb: Option<u64>,

    /// Where the new database is made: the disk that is measured [default: the system's directory for temporary files]
    #[arg(long, value_name = "DIRECTORY")]
    dir: Option<PathBuf>,

    /// Measure this instead: how fast so many webhooks are delivered to a receiver on this machine
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    webhooks: Option<u64>,

    /// Measure this instead: how fast so many subscriptions that are due are renewed
    #[arg(long, value_name = "COUNT", conflicts_with = "webhooks",
        value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    renewals: Option<u64>,

    /// Also write the rows to this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Be the yardstick: answer every request with the sample in this file, until standard input ends
    #[arg(long, hide = true, value_name = "FILE")]
    yardstick: Option<PathBuf>,
}

/// What the arguments mean.
struct Plan {
    connections: Vec<u64>,
    nodes: Vec<usize>,
    /// Those that write come last, so that the others read what was put in.
    works: Vec<&'static Work>,
    size: Size,
    scale: bool,
    rounds: u32,
    round: Duration,
    database: Option<String>,
    as_is: bool,
    cache_mb: Option<u64>,
    dir: Option<PathBuf>,
}

impl Plan {
    /// What keeps the data. A server that knows better says so at its start.
    fn engine(&self) -> &'static str {
        let is_postgres = |url: &str| url.starts_with("postgres://") || url.starts_with("postgresql://");
        if self.database.as_deref().is_some_and(is_postgres) { POSTGRES } else { SQLITE }
    }

    fn has_postgres(&self) -> bool {
        self.engine() == POSTGRES
    }

    fn check(&self) -> anyhow::Result<()> {
        let many = self.nodes.iter().find(|count| **count > 1).filter(|_| !self.has_postgres());
        many.map_or(Ok(()), |count| {
            bail!("--nodes {count}: a file has one server; several need --database postgres://…")
        })
    }
}

impl From<BenchArgs> for Plan {
    fn from(args: BenchArgs) -> Self {
        let mut works = if args.works.is_empty() { work::WORKS.iter().collect() } else { args.works };
        works.sort_by_key(|work| work.writes);
        let is_any_about = |about| works.iter().any(|work| work.about == about);
        let has_customers = is_any_about(About::Customers) || is_any_about(About::Pages);
        let (customers, events) = if has_customers { (args.customers, args.events) } else { (0, 0) };
        let subscribers = if is_any_about(About::Subscribers) { args.customers } else { 0 };
        let size = Size { products: args.products, customers, events, subscribers };
        Self {
            connections: args.connections,
            nodes: args.nodes.into_iter().filter_map(|count| count.try_into().ok()).collect(),
            works,
            size,
            scale: args.scale,
            rounds: args.rounds,
            round: Duration::from_millis(args.round_ms),
            database: args.database,
            as_is: args.as_is,
            cache_mb: args.cache_mb,
            dir: args.dir,
        }
    }
}

/// Measures, prints a table, and writes the rows where `--json` says.
pub(crate) fn run(mut args: BenchArgs) -> anyhow::Result<()> {
    if let Some(sample) = &args.yardstick {
        return yardstick::run(sample);
    }
    let (json, webhooks, renewals) = (args.json.take(), args.webhooks, args.renewals);
    let plan = Plan::from(args);
    plan.check()?;
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start the runtime")?;
    let told = runtime.block_on(async {
        tokio::select! {
            said = other(&plan, webhooks, renewals) => said,
            () = interrupted() => bail!("interrupted"),
        }
    })?;
    if let Some(said) = told {
        print!("{said}");
        return Ok(());
    }
    let report = runtime.block_on(async {
        tokio::select! {
            report = session::run(&plan) => report,
            () = interrupted() => bail!("interrupted"),
        }
    })?;
    print!("{report}");
    json.map_or(Ok(()), |file| report.write_rows(&file))
}

/// What came of a measurement that is made instead of the usual ones, where one was asked for.
async fn other(plan: &Plan, webhooks: Option<u64>, renewals: Option<u64>) -> anyhow::Result<Option<String>> {
    match (webhooks, renewals) {
        (Some(count), _) => webhooks::run(plan, count).await.map(Some),
        (None, Some(count)) => renewals::run(plan, count).await.map(Some),
        (None, None) => Ok(None),
    }
}

/// Ends on an interrupt or a termination, so that what was started is dropped, and thereby killed.
async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
