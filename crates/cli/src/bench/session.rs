//! A whole run: servers up, works in turn, figures together.

use super::Plan;
use super::database::Database;
use super::figures::{self, Machine};
use super::measure::{Lane, Trial, sample};
use super::pgbench::Pgbench;
use super::process::Process;
use super::redis::{self, Redis};
use super::report::{Case, Parties, Report, Row, Scale, ScaleRow};
use super::scratch::Scratch;
use super::server::{Server, Settings};
use super::work::{About, Size, Work};
use super::{programs, yardstick};
use std::slice;
use std::time::Duration;

/// Products, and customers, of the server that a large one is compared with.
const SMALL: u64 = 1_000;

/// Measures what is planned.
pub(super) async fn run(plan: &Plan) -> anyhow::Result<Report> {
    let scratch = Scratch::new(plan.dir.as_deref())?;
    let settings = |url: String| Settings { scratch: &scratch, url, cache_mb: plan.cache_mb };
    let url = plan.database.clone().unwrap_or_else(|| url_in(&scratch, "bench.db"));
    let mut server = Server::filled(settings(url.clone()), plan.size, !plan.as_is).await?;
    let mut small = if plan.scale {
        Some(Server::filled(settings(url_in(&scratch, "small.db")), small(plan.size), true).await?)
    } else {
        None
    };
    if plan.works.iter().any(|work| work.about == About::Pages) {
        for server in [Some(&mut server), small.as_mut()].into_iter().flatten() {
            server.sign_in().await?;
        }
    }
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
    /// Who was not measured that was to be, and why.
    lacks: Vec<String>,
    /// Requests counted, to all servers.
    asked: u64,
}

/// Who is measured beside the server and its yardstick, by the same work.
struct Others<'a> {
    pgbench: Option<Pgbench<'a>>,
    redis: Option<Redis>,
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
        let pgbench = match (&self.database, work.statement) {
            (Some(database), Some(statement)) => {
                Some(database.pgbench(self.scratch, statement, self.plan.size.products).await?)
            }
            _ => None,
        };
        let redis = match work.redis {
            Some(ask) => Redis::start(self.scratch, ask, &self.server.ground).await?,
            None => None,
        };
        let others = Others { pgbench, redis };
        for &connections in &self.plan.connections {
            let nodes = self.server.nodes().len();
            let case = Case { work: work.name, engine: self.plan.engine(), nodes, connections };
            eprintln!("{case}");
            let trial = self.trial(work, connections);
            found.push(self.compare(case, &trial, &yardstick, &others).await?);
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
        others: &Others<'_>,
    ) -> anyhow::Result<Found> {
        let (pgbench, lack_of_pgbench) = self.pgbench(trial, others).await;
        let lack_of_redis = (trial.work.redis.is_some() && others.redis.is_none())
            .then(|| format!("No Redis beside {}: {}", trial.work.name, redis::NOT_FOUND));
        let ground = &self.server.ground;
        let mut lanes = vec![
            Lane::Server(self.server.nodes(), ground.clone()),
            Lane::Server(slice::from_ref(yardstick), ground.clone()),
        ];
        lanes.extend(self.small.as_ref().map(|small| Lane::Server(small.nodes(), small.ground.clone())));
        lanes.extend(pgbench.map(Lane::Database));
        lanes.extend(others.redis.as_ref().map(Lane::Redis));
        let mut tallies = trial.run(&lanes).await?.into_iter();
        let mut next = |is_there: bool| is_there.then(|| tallies.next().expect("there is one for each lane"));
        let (real, yardstick) = next(true).zip(next(true)).expect("both are there");
        let (small, database) = (next(self.small.is_some()), next(pgbench.is_some()));
        let parties = Parties { real, yardstick, small, database, redis: next(others.redis.is_some()) };
        Ok(Found::new(case, trial.work, &parties, [lack_of_pgbench, lack_of_redis]))
    }

    /// Who runs the work's statement, or why nobody does who was to.
    async fn pgbench<'o>(&self, trial: &Trial, others: &'o Others<'_>) -> (Option<&'o Pgbench<'o>>, Option<String>) {
        let Trial { work, connections, .. } = trial;
        if !self.plan.has_postgres() || work.statement.is_none() {
            return (None, None);
        }
        let Some(pgbench) = &others.pgbench else {
            return (None, Some(format!("No pgbench: {}", programs::NOT_FOUND)));
        };
        match pgbench.warm_up(*connections).await {
            Ok(()) => (Some(pgbench), None),
            Err(error) => (None, Some(format!("No pgbench: {error:#}"))),
        }
    }

    fn report(self, found: Vec<Found>, own_time: Duration) -> anyhow::Result<Report> {
        let memory_peak = figures::memory_peak(self.server.nodes()[0].id())?;
        let load_us = micros_each(own_time, found.iter().map(|found| found.asked).sum());
        let lacks = found.iter().flat_map(|found| found.lacks.clone()).collect();
        let (rows, scale): (Vec<_>, Vec<_>) = found.into_iter().map(|found| (found.row, found.scale)).unzip();
        let rows_of_scale = scale.into_iter().flatten().collect();
        let scale =
            Scale { rows: rows_of_scale, small: small(self.plan.size), growth: self.server.growth, memory_peak };
        Ok(Report {
            machine: Machine::this()?,
            engine: self.plan.engine(),
            size: self.plan.size,
            rows,
            scale: self.plan.scale.then_some(scale),
            lacks,
            load_us,
        })
    }
}

impl Found {
    fn new(case: Case, work: &Work, parties: &Parties, lacks: [Option<String>; 2]) -> Self {
        let Parties { real, small, .. } = parties;
        let Case { work: name, connections, .. } = case;
        let scale = small.as_ref().map(|small| ScaleRow::new(name, connections, real, small));
        let lacks = lacks.into_iter().flatten().collect();
        Self { scale, lacks, asked: parties.asked(), row: Row::new(case, work.events, parties) }
    }
}

/// What a large server is compared with: where it has events, the small one has as many for each customer.
fn small(size: Size) -> Size {
    let customers = size.customers.min(SMALL);
    let events = (size.events * SMALL).checked_div(size.customers).unwrap_or(0).min(size.events);
    Size { products: SMALL, customers, events, subscribers: size.subscribers.min(SMALL) }
}

fn url_in(scratch: &Scratch, name: &str) -> String {
    format!("sqlite://{}", scratch.file(name).display())
}

#[expect(clippy::cast_precision_loss, reason = "no run makes 2^52 requests")]
fn micros_each(time: Duration, count: u64) -> f64 {
    time.as_secs_f64() * 1e6 / count.max(1) as f64
}
