//! A whole run: servers up, works in turn, figures together.

use super::Plan;
use super::figures::{self, Machine};
use super::measure::{Lane, Tally, Trial, sample};
use super::report::{Report, Row, Scale, ScaleRow};
use super::scratch::Scratch;
use super::server::Server;
use super::work::Work;
use super::yardstick;
use std::time::Duration;

/// Products of the server that a large one is compared with.
pub(super) const SMALL_PRODUCTS: u64 = 1_000;

/// Measures what is planned.
pub(super) async fn run(plan: &Plan) -> anyhow::Result<Report> {
    let scratch = Scratch::new(plan.dir.as_deref())?;
    let url = plan.database.clone().unwrap_or_else(|| url_in(&scratch, "bench.db"));
    let server = Server::with_products(&scratch, &url, plan.products).await?;
    let small = if plan.scale {
        Some(Server::with_products(&scratch, &url_in(&scratch, "small.db"), SMALL_PRODUCTS).await?)
    } else {
        None
    };
    let own_time = figures::processor_time(std::process::id())?;
    let mut bench = Bench {
        plan,
        scratch: &scratch,
        server: &server,
        small: small.as_ref(),
        rows: vec![],
        scale: vec![],
        asked: 0,
    };
    for work in &plan.works {
        bench.measure(work).await?;
    }
    let Bench { rows, scale, asked, .. } = bench;
    let own_time = figures::processor_time(std::process::id())?.saturating_sub(own_time);
    let memory_peak = figures::memory_peak(server.process().id())?;
    Ok(Report {
        machine: Machine::this()?,
        engine: engine_of(&url),
        products: plan.products,
        rows,
        scale: plan.scale.then_some(Scale { rows: scale, growth: server.growth, memory_peak }),
        load_us: micros_each(own_time, asked),
    })
}

/// A run under way.
struct Bench<'a> {
    plan: &'a Plan,
    scratch: &'a Scratch,
    server: &'a Server,
    small: Option<&'a Server>,
    rows: Vec<Row>,
    scale: Vec<ScaleRow>,
    /// Requests counted so far, to all servers.
    asked: u64,
}

impl Bench<'_> {
    /// One work, at every number of connections.
    async fn measure(&mut self, work: &'static Work) -> anyhow::Result<()> {
        let real = || Lane { process: self.server.process(), ground: self.server.ground.clone() };
        let yardstick = yardstick::start(self.scratch, &sample(&real(), work).await?).await?;
        let mut lanes = vec![real(), Lane { process: &yardstick, ground: self.server.ground.clone() }];
        lanes.extend(self.small.map(|small| Lane { process: small.process(), ground: small.ground.clone() }));
        for &connections in &self.plan.connections {
            eprintln!("{} over {connections} connections", work.name);
            let trial = Trial { work, connections, rounds: self.plan.rounds, round: self.plan.round };
            let tallies = trial.run(&lanes).await?;
            self.note(work, connections, &tallies);
        }
        Ok(())
    }

    fn note(&mut self, work: &Work, connections: u64, tallies: &[Tally]) {
        let engine = engine_of(self.plan.database.as_deref().unwrap_or("sqlite://"));
        self.rows.push(Row::new(work.name, engine, connections, &tallies[0], &tallies[1]));
        if let Some(small) = tallies.get(2) {
            self.scale.push(ScaleRow {
                work: work.name,
                connections,
                rate: tallies[0].rate(),
                small_rate: small.rate(),
            });
        }
        self.asked += tallies.iter().map(|tally| tally.latencies.total()).sum::<u64>();
    }
}

fn url_in(scratch: &Scratch, name: &str) -> String {
    format!("sqlite://{}", scratch.file(name).display())
}

/// The engine that a database's address names.
fn engine_of(url: &str) -> String {
    url.split_once("://").map_or(url, |(scheme, _)| scheme).to_owned()
}

#[expect(clippy::cast_precision_loss, reason = "no run makes 2^52 requests")]
fn micros_each(time: Duration, count: u64) -> f64 {
    time.as_secs_f64() * 1e6 / count.max(1) as f64
}
