//! The load: some connections, each with one request in flight, on one thread.

use super::answer::{Answer, Connection, Protocol};
use super::histogram::Histogram;
use super::work::{Ask, Ground, Turn};
use anyhow::{Context, ensure};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

/// How long a load may go on beyond the time it was given, or at most where a count was given.
const PATIENCE: Duration = Duration::from_secs(30);
const PATIENCE_FOR_COUNT: Duration = Duration::from_secs(3_600);

/// When a load ends.
#[derive(Clone, Copy)]
pub(super) enum Until {
    /// After this time.
    Passed(Duration),
    /// After this many requests.
    Sent(u64),
}

impl Until {
    /// Where turns are numbered from. A load that takes its time begins at 100,000 for each second since 1970, which no
    /// load before it has come to.
    fn first_number(self) -> u64 {
        match self {
            Self::Passed(_) => (since_1970().as_micros() / 10).try_into().unwrap_or_default(),
            Self::Sent(_) => 0,
        }
    }
}

/// One load.
pub(super) struct Load {
    /// Where to: each connection to the next of them, and around again.
    pub(super) addresses: Vec<SocketAddr>,
    /// What is spoken there.
    pub(super) protocol: Protocol,
    /// Connections, each with one request in flight.
    pub(super) connections: u64,
    /// When to end.
    pub(super) until: Until,
    /// What to send.
    pub(super) ask: Ask,
    /// What the requests are about.
    pub(super) ground: Arc<Ground>,
}

/// What came of a load.
pub(super) struct Outcome {
    /// How long each request took.
    pub(super) latencies: Histogram,
    /// From the first request to the last answer.
    pub(super) elapsed: Duration,
}

impl Outcome {
    /// Requests answered per second.
    #[expect(clippy::cast_precision_loss, reason = "no run makes 2^52 requests")]
    pub(super) fn rate(&self) -> f64 {
        self.latencies.total() as f64 / self.elapsed.as_secs_f64()
    }
}

/// What the connections of a load share.
struct Shared {
    load: Load,
    /// That of the next turn.
    number: AtomicU64,
    /// Other than that of the load before, which else would be asked for again in the same order.
    seed: u64,
    start: Barrier,
    latencies: Mutex<Histogram>,
}

impl Load {
    /// Connects everything, then sends, then waits for the last answer. Any answer but a 200 that will do is an error.
    pub(super) async fn run(self) -> anyhow::Result<Outcome> {
        let patience = match self.until {
            Until::Passed(time) => time + PATIENCE,
            Until::Sent(_) => PATIENCE_FOR_COUNT,
        };
        let connections = usize::try_from(self.connections).context("too many connections")?;
        let shared = Arc::new(Shared {
            number: AtomicU64::new(self.until.first_number()),
            load: self,
            seed: seed(),
            start: Barrier::new(connections + 1),
            latencies: Mutex::new(Histogram::new()),
        });
        let mut tasks = JoinSet::new();
        let addresses = shared.load.addresses.iter().cycle();
        for (number, &address) in (0..shared.load.connections).zip(addresses) {
            tasks.spawn(converse(shared.clone(), Connection::open(address, shared.load.protocol).await?, number));
        }
        shared.start.wait().await;
        let begin = Instant::now();
        let done = tokio::time::timeout(patience, async {
            while let Some(ended) = tasks.join_next().await {
                ended.context("a connection of the load failed")??;
            }
            anyhow::Ok(())
        });
        done.await.context("the server stopped answering")??;
        let latencies = shared.latencies.lock().expect("nobody panics while counting").clone();
        Ok(Outcome { latencies, elapsed: begin.elapsed() })
    }
}

/// Where the random numbers of a run begin: elsewhere each time.
pub(super) fn seed() -> u64 {
    since_1970().subsec_nanos().into()
}

fn since_1970() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// One connection's part: ask, wait, count, ask again.
async fn converse(shared: Arc<Shared>, mut connection: Connection, number: u64) -> anyhow::Result<()> {
    let load = &shared.load;
    let mut request = Vec::with_capacity(1_024);
    let mut turn = Turn { number: 0, random: shared.seed.wrapping_add(number << 32) };
    shared.start.wait().await;
    let start = Instant::now();
    let mut before = start;
    loop {
        turn.number = shared.number.fetch_add(1, Ordering::Relaxed);
        let over = match load.until {
            Until::Passed(time) => before - start >= time,
            Until::Sent(count) => turn.number >= count,
        };
        if over {
            return Ok(());
        }
        request.clear();
        (load.ask.write)(&load.ground, &mut turn, &mut request);
        let Answer { status, body, .. } = connection.ask(&request).await?;
        ensure!(status == 200, "a {status} instead of a 200: {}", String::from_utf8_lossy(body));
        ensure!((load.ask.will_do)(body), "not what was meant: {}", String::from_utf8_lossy(body));
        let after = Instant::now();
        shared.latencies.lock().expect("nobody panics while counting").add(after - before);
        before = after;
    }
}
