//! A whole run: servers up, works in turn, figures together.

use super::Plan;
use super::database::Database;
use super::figures::{self, Machine};
use super::measure::{Lane, Tally, Trial, sample};
use super::pgbench::Pgbench;
use super::process::Process;
use super::report::{Case, Report, Row, Scale, ScaleRow};
use super::scratch::Scratch;
use super::server::{Server, Settings};
use super::work::Work;
use super::{programs, yardstick};
use std::slice;
use std::time::Duration;

/// Products of the server that a large one is compared with.
pub(super) const SMALL_PRODUCTS: u64 = 1_000;

/// Measures what is planned.
pub(super) async fn run(plan: &Plan) -> anyhow::Result<Report> {
    let scratch = Scratch::new(plan.dir.as_deref())?;
    let settings = |url: String| Settings { scratch: &scratch, url, cache_mb: plan.cache_mb };
    let url = plan.database.clone().unwrap_or_else(|| url_in(&scratch, "bench.db"));
    let server = Server::with_products(settings(url.clone()), plan.products).await?;
    let small = if plan.scale {
        Some(Server::with_products(settings(url_in(&scratch, "small.db")), SMALL_PRODUCTS).await?)
    } else {
        None
    };
    let database = if plan.has_postgres() { Database::find(&scratch, &url).await? } else { None };
    let own_time = figures::processor_time(std::process::id())?;
    let mut bench = Bench { plan, scratch: &scratch, server, small, database };
    let found = bench.measure_all().await?;
    let own_time = figures::processor_time(std::process::id())?.saturating_sub(own_time);
    bench.report(found, own_time)
}

/// A run under way.
struct Bench<'a> {
    plan: &'a Plan,
    scratch: &'a Scratch,
    server: Server<'a>,
    small: Option<Server<'a>>,
    database: Option<Database>,
}

/// What was found of one case.
struct Found {
    row: Row,
    scale: Option<ScaleRow>,
    /// Why the database itself was not measured, where it was to be.
    lack: Option<String>,
    /// Requests counted, to all servers.
    asked: u64,
}

impl Bench<'_> {
    async fn measure_all(&mut self) -> anyhow::Result<Vec<Found>> {
        let mut found = Vec::new();
        for work in &self.plan.works {
            for &nodes in &self.plan.nodes {
                self.server.set_nodes(nodes).await?;
                self.measure(work, &mut found).await?;
            }
        }
        Ok(found)
    }

    /// One work on so many nodes, at every number of connections.
    async fn measure(&self, work: &'static Work, found: &mut Vec<Found>) -> anyhow::Result<()> {
        let sample = sample(&self.server.nodes()[0], &self.server.ground, work).await?;
        let yardstick = yardstick::start(self.scratch, &sample).await?;
        let pgbench = match &self.database {
            Some(database) => Some(database.pgbench(self.scratch, work, self.plan.products).await?),
            None => None,
        };
        for &connections in &self.plan.connections {
            let nodes = self.server.nodes().len();
            let case = Case { work: work.name, engine: self.plan.engine(), nodes, connections };
            eprintln!("{case}");
            let trial = self.trial(work, connections);
            found.push(self.compare(case, &trial, &yardstick, pgbench.as_ref()).await?);
        }
        Ok(())
    }

    fn trial(&self, work: &'static Work, connections: u64) -> Trial {
        let Plan { rounds, round, .. } = *self.plan;
        let postmaster = self.database.as_ref().and_then(|database| database.postmaster);
        Trial { work, connections, rounds, round, postmaster }
    }

    async fn compare(
        &self,
        case: Case,
        trial: &Trial,
        yardstick: &Process,
        pgbench: Option<&Pgbench<'_>>,
    ) -> anyhow::Result<Found> {
        let lack = match pgbench {
            Some(pgbench) => pgbench.warm_up(case.connections).await.err().map(|error| format!("{error:#}")),
            None => self.plan.has_postgres().then(|| programs::NOT_FOUND.to_owned()),
        };
        let ground = &self.server.ground;
        let mut lanes = vec![
            Lane::Server(self.server.nodes(), ground.clone()),
            Lane::Server(slice::from_ref(yardstick), ground.clone()),
        ];
        lanes.extend(self.small.as_ref().map(|small| Lane::Server(small.nodes(), small.ground.clone())));
        lanes.extend(pgbench.filter(|_| lack.is_none()).map(Lane::Database));
        let tallies = trial.run(&lanes).await?;
        Ok(self.found(case, &tallies, lack))
    }

    fn found(&self, case: Case, tallies: &[Tally], lack: Option<String>) -> Found {
        let (real, yardstick) = (&tallies[0], &tallies[1]);
        // The small server is a file, so that there are never both.
        let (small, database) = if self.small.is_some() { (tallies.get(2), None) } else { (None, tallies.get(2)) };
        let Case { work, connections, .. } = case;
        let scale = small.map(|small| ScaleRow { work, connections, rate: real.rate(), small_rate: small.rate() });
        let asked = tallies.iter().map(|tally| tally.latencies.total()).sum();
        Found { row: Row::new(case, real, yardstick, database), scale, lack, asked }
    }

    fn report(self, found: Vec<Found>, own_time: Duration) -> anyhow::Result<Report> {
        let memory_peak = figures::memory_peak(self.server.nodes()[0].id())?;
        let load_us = micros_each(own_time, found.iter().map(|found| found.asked).sum());
        let lacks = found.iter().filter_map(|found| found.lack.clone()).collect();
        let (rows, scale): (Vec<_>, Vec<_>) = found.into_iter().map(|found| (found.row, found.scale)).unzip();
        let scale = Scale { rows: scale.into_iter().flatten().collect(), growth: self.server.growth, memory_peak };
        Ok(Report {
            machine: Machine::this()?,
            engine: self.plan.engine(),
            products: self.plan.products,
            rows,
            scale: self.plan.scale.then_some(scale),
            lacks,
            load_us,
        })
    }
}

fn url_in(scratch: &Scratch, name: &str) -> String {
    format!("sqlite://{}", scratch.file(name).display())
}

#[expect(clippy::cast_precision_loss, reason = "no run makes 2^52 requests")]
fn micros_each(time: Duration, count: u64) -> f64 {
    time.as_secs_f64() * 1e6 / count.max(1) as f64
}
