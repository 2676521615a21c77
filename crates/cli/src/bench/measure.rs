//! One kind of work at one number of connections, by several parties in turn.

use super::answer::{Connection, Protocol};
use super::figures;
use super::histogram::Histogram;
use super::load::{self, Load, Until};
use super::pgbench::Pgbench;
use super::process::Process;
use super::redis::Redis;
use super::work::{Ground, Turn, Work};
use anyhow::ensure;
use std::slice;
use std::sync::Arc;
use std::time::Duration;

/// A part of a round, spent first on each server without counting. pgbench warms up by itself.
const WARM_UP_PART: u32 = 4;

/// Who takes turns.
pub(super) enum Lane<'a> {
    /// A server of one or several processes, and what requests to it are about.
    Server(&'a [Process], Arc<Ground>),
    /// A Redis that does the same.
    Redis(&'a Redis),
    /// The database itself.
    Database(&'a Pgbench<'a>),
}

/// What is asked of every lane.
pub(super) struct Trial {
    /// The work.
    pub(super) work: &'static Work,
    /// Connections at a time.
    pub(super) connections: u64,
    /// Rounds for each lane.
    pub(super) rounds: u32,
    /// Length of a round.
    pub(super) round: Duration,
    /// The parent of the database's processes, where they run on this machine.
    pub(super) postmaster: Option<u32>,
}

/// What came of a lane's rounds.
pub(super) struct Tally {
    rates: Vec<f64>,
    /// Requests or transactions.
    count: u64,
    used: Used,
    /// How long each request took, over all rounds; empty for the database itself.
    pub(super) latencies: Histogram,
}

/// Processor time.
#[derive(Clone, Copy, Default)]
struct Used {
    lane: Duration,
    database: Option<Duration>,
}

/// What came of one round.
struct Round {
    rate: f64,
    count: u64,
    latencies: Option<Histogram>,
}

impl Tally {
    /// Requests per second in the median round.
    pub(super) fn rate(&self) -> f64 {
        let mut rates = self.rates.clone();
        rates.sort_by(f64::total_cmp);
        let middle = rates.len() / 2;
        if rates.len() % 2 == 1 { rates[middle] } else { f64::midpoint(rates[middle - 1], rates[middle]) }
    }

    /// Processor time of the lane's processes per request, in microseconds.
    pub(super) fn cpu_us(&self) -> f64 {
        self.micros_each(self.used.lane)
    }

    /// Processor time of all of the database's processes per request, in microseconds.
    pub(super) fn database_cpu_us(&self) -> Option<f64> {
        self.used.database.map(|time| self.micros_each(time))
    }

    #[expect(clippy::cast_precision_loss, reason = "no run makes 2^52 requests")]
    fn micros_each(&self, time: Duration) -> f64 {
        time.as_secs_f64() * 1e6 / self.count as f64
    }

    fn new() -> Self {
        Self { rates: Vec::new(), count: 0, used: Used::default(), latencies: Histogram::new() }
    }

    fn add(&mut self, round: &Round, before: Used, after: Used) {
        let database = before.database.zip(after.database).map(|(before, after)| after.saturating_sub(before));
        self.used.database = database.map(|time| time + self.used.database.unwrap_or_default());
        self.used.lane += after.lane.saturating_sub(before.lane);
        self.rates.push(round.rate);
        self.count += round.count;
        if let Some(latencies) = &round.latencies {
            self.latencies.merge(latencies);
        }
    }
}

impl Trial {
    /// Rounds in turn over the lanes: a tally for each.
    pub(super) async fn run(&self, lanes: &[Lane<'_>]) -> anyhow::Result<Vec<Tally>> {
        for lane in lanes.iter().filter(|lane| !matches!(lane, Lane::Database(_))) {
            self.round(lane, self.round / WARM_UP_PART).await?;
        }
        let mut tallies: Vec<_> = lanes.iter().map(|_| Tally::new()).collect();
        for _ in 0..self.rounds {
            for (lane, tally) in lanes.iter().zip(&mut tallies) {
                let before = self.used(lane)?;
                let round = self.round(lane, self.round).await?;
                tally.add(&round, before, self.used(lane)?);
            }
        }
        Ok(tallies)
    }

    async fn round(&self, lane: &Lane<'_>, time: Duration) -> anyhow::Result<Round> {
        let (ground, protocol, ask) = match lane {
            Lane::Server(_, ground) => (ground.clone(), Protocol::Http, self.work.ask),
            Lane::Redis(redis) => (redis.ground.clone(), Protocol::Redis, redis.ask),
            Lane::Database(pgbench) => {
                let pace = pgbench.run(self.connections, time).await?;
                return Ok(Round { rate: pace.rate, count: pace.count, latencies: None });
            }
        };
        let load = Load {
            addresses: lane.processes().iter().map(Process::address).collect(),
            protocol,
            connections: self.connections,
            until: Until::Passed(time),
            ask,
            ground,
        };
        let outcome = load.run().await?;
        Ok(Round { rate: outcome.rate(), count: outcome.latencies.total(), latencies: Some(outcome.latencies) })
    }

    fn used(&self, lane: &Lane<'_>) -> anyhow::Result<Used> {
        let processes = lane.processes().iter();
        let times: anyhow::Result<Vec<_>> = processes.map(|process| figures::processor_time(process.id())).collect();
        let database = self.postmaster.map(figures::processor_time_of_family).transpose()?;
        Ok(Used { lane: times?.into_iter().sum(), database })
    }
}

impl Lane<'_> {
    /// Those whose processor time counts.
    fn processes(&self) -> &[Process] {
        match self {
            Self::Server(nodes, _) => nodes,
            Self::Redis(redis) => slice::from_ref(&redis.process),
            Self::Database(_) => &[],
        }
    }
}

/// A real answer to the work's request.
pub(super) async fn sample(
    process: &Process,
    ground: &Ground,
    work: &Work,
) -> anyhow::Result<super::yardstick::Sample> {
    let mut request = Vec::new();
    (work.ask.write)(ground, &mut Turn { number: 0, random: load::seed() }, &mut request);
    let mut connection = Connection::open(process.address(), Protocol::Http).await?;
    let answer = connection.ask(&request).await?;
    ensure!(answer.status == 200, "{}: {}", work.name, String::from_utf8_lossy(answer.body));
    super::yardstick::Sample::of(answer)
}
