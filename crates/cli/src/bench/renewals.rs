//! How fast subscriptions are renewed: all of them are put in ahead of one instant, at which the first period of each ends,
//! and the server is away until that has passed. What counts is the time from its start to the last renewal, in which it
//! does nothing else; the same loop renews what becomes due while it runs.

use super::Plan;
use super::answer::{Connection, Protocol};
use super::figures;
use super::load::{Load, Until};
use super::process::Process;
use super::scratch::Scratch;
use super::server::{Server, Settings};
use super::work::{Size, stripe};
use anyhow::{Context, ensure};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Connections that put subscriptions in.
const CONNECTIONS: u64 = 64;
/// How many are put in a second at least, and how long it may take beyond that; all of them have to be there before the
/// first is due.
const PUT_RATE_MIN: u64 = 400;
const PUT_SLACK: Duration = Duration::from_secs(10);
/// How long the renewals may take.
const PATIENCE: Duration = Duration::from_secs(3_600);
const PAUSE: Duration = Duration::from_millis(10);
/// Where the server counts what it wrote.
const WRITTEN: &str = "tollgate_store_jobs_total{outcome=\"committed\"} ";

/// Has so many subscriptions renewed, and says how fast they were.
pub(super) async fn run(plan: &Plan, count: u64) -> anyhow::Result<String> {
    let scratch = Scratch::new(plan.dir.as_deref())?;
    let url = plan.database.clone();
    let url = url.unwrap_or_else(|| format!("sqlite://{}", scratch.file("bench.db").display()));
    let settings = Settings { scratch: &scratch, url, cache_mb: plan.cache_mb };
    let size = Size { products: 10, customers: 0, events: 0, subscribers: count };
    let mut server = Server::filled(settings, size, true).await?;
    let due = now()? + PUT_SLACK + Duration::from_secs(count / PUT_RATE_MIN);
    Arc::make_mut(&mut server.ground).due = due.as_secs();
    let put = Load {
        addresses: vec![server.nodes()[0].address()],
        protocol: Protocol::Http,
        connections: CONNECTIONS.min(count),
        until: Until::Sent(count),
        ask: stripe::PUT_RENEWAL,
        ground: server.ground.clone(),
    };
    let put = put.run().await.context("cannot put in subscriptions before they are due")?;
    eprintln!("waiting until {count} subscriptions are due");
    server.away_until(|| now().is_ok_and(|now| now > due)).await?;
    let process = &server.nodes()[0];
    let begun = process.started();
    while written(process).await? < count {
        ensure!(begun.elapsed() < PATIENCE, "{} of {count} subscriptions were renewed", written(process).await?);
        tokio::time::sleep(PAUSE).await;
    }
    let (took, used) = (begun.elapsed(), figures::processor_time(process.id())?);
    #[expect(clippy::cast_precision_loss, reason = "no run has 2^52 subscriptions")]
    let (rate, each) = (count as f64 / took.as_secs_f64(), used.as_secs_f64() * 1e6 / count as f64);
    Ok(format!(
        "{count} subscriptions renewed in {:.2} s: {rate:.0}/s, {each:.0} µs of the server's CPU each; they were made at \
         {:.0}/s\n",
        took.as_secs_f64(),
        put.rate()
    ))
}

fn now() -> anyhow::Result<Duration> {
    SystemTime::now().duration_since(UNIX_EPOCH).context("the clock is before 1970")
}

/// How many jobs a server has written since it started; each is a renewal.
async fn written(process: &Process) -> anyhow::Result<u64> {
    let mut connection = Connection::open(process.address(), Protocol::Http).await?;
    let request = format!("GET /metrics HTTP/1.1\r\nhost: {}\r\n\r\n", process.address());
    let answer = connection.ask(request.as_bytes()).await?;
    let text = std::str::from_utf8(answer.body).context("metrics are no text")?;
    let count = text.lines().find_map(|line| line.strip_prefix(WRITTEN));
    count.map_or(Ok(0), |count| count.parse().context("a count is no number"))
}
