//! One kind of work at one number of connections, on several servers in turn.

use super::answer::Connection;
use super::figures;
use super::histogram::Histogram;
use super::load::{Load, Outcome, Until};
use super::process::Process;
use super::work::{Ground, Turn, Work};
use anyhow::ensure;
use std::sync::Arc;
use std::time::Duration;

/// A part of a round, spent first on each server without counting.
const WARM_UP_PART: u32 = 4;

/// A server that takes its turns.
pub(super) struct Lane<'a> {
    /// Its process.
    pub(super) process: &'a Process,
    /// What requests to it are about.
    pub(super) ground: Arc<Ground>,
}

/// What is asked of every lane.
pub(super) struct Trial {
    /// The work.
    pub(super) work: &'static Work,
    /// Connections at a time.
    pub(super) connections: u64,
    /// Rounds for each server.
    pub(super) rounds: u32,
    /// Length of a round.
    pub(super) round: Duration,
}

/// What came of a lane's rounds.
pub(super) struct Tally {
    rates: Vec<f64>,
    processor_time: Duration,
    /// How long each request took, over all rounds.
    pub(super) latencies: Histogram,
}

impl Tally {
    /// Requests per second in the median round.
    pub(super) fn rate(&self) -> f64 {
        let mut rates = self.rates.clone();
        rates.sort_by(f64::total_cmp);
        let middle = rates.len() / 2;
        if rates.len() % 2 == 1 { rates[middle] } else { f64::midpoint(rates[middle - 1], rates[middle]) }
    }

    /// Processor time per request, in microseconds.
    #[expect(clippy::cast_precision_loss, reason = "no run makes 2^52 requests")]
    pub(super) fn cpu_us(&self) -> f64 {
        self.processor_time.as_secs_f64() * 1e6 / self.latencies.total() as f64
    }

    fn new() -> Self {
        Self { rates: Vec::new(), processor_time: Duration::ZERO, latencies: Histogram::new() }
    }
}

impl Trial {
    /// Rounds in turn over the lanes: a tally for each.
    pub(super) async fn run(&self, lanes: &[Lane<'_>]) -> anyhow::Result<Vec<Tally>> {
        for lane in lanes {
            self.load(lane, self.round / WARM_UP_PART).await?;
        }
        let mut tallies: Vec<_> = lanes.iter().map(|_| Tally::new()).collect();
        for _ in 0..self.rounds {
            for (lane, tally) in lanes.iter().zip(&mut tallies) {
                let before = figures::processor_time(lane.process.id())?;
                let outcome = self.load(lane, self.round).await?;
                let after = figures::processor_time(lane.process.id())?;
                tally.processor_time += after.saturating_sub(before);
                tally.rates.push(outcome.rate());
                tally.latencies.merge(&outcome.latencies);
            }
        }
        Ok(tallies)
    }

    async fn load(&self, lane: &Lane<'_>, time: Duration) -> anyhow::Result<Outcome> {
        let load = Load {
            address: lane.process.address(),
            connections: self.connections,
            until: Until::Passed(time),
            request: self.work.request,
            ground: lane.ground.clone(),
        };
        load.run().await
    }
}

/// A real answer to the work's request.
pub(super) async fn sample(lane: &Lane<'_>, work: &Work) -> anyhow::Result<super::yardstick::Sample> {
    let mut request = Vec::new();
    (work.request)(&lane.ground, &mut Turn { number: 0, random: 0 }, &mut request);
    let mut connection = Connection::open(lane.process.address()).await?;
    let answer = connection.ask(&request).await?;
    ensure!(answer.status == 200, "{}: {}", work.name, String::from_utf8_lossy(answer.body));
    super::yardstick::Sample::of(answer)
}
