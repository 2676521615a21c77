//! How fast webhooks are delivered: a receiver on this machine holds what comes first while products are made, and then
//! answers at once. What counts is the time from there to the last delivery, in which the server does nothing else.

use super::Plan;
use super::answer::{Connection, Protocol};
use super::figures;
use super::load::{Load, Until};
use super::scratch::Scratch;
use super::server::{Server, Settings};
use super::work::{self, Size, stripe};
use anyhow::{Context, anyhow, ensure};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Connections that make products.
const CONNECTIONS: u64 = 64;
/// What is done meanwhile; each has one event.
const PRODUCT_CREATE: &str = "product_create";
/// How long the deliveries may take.
const PATIENCE: Duration = Duration::from_secs(600);
const PAUSE: Duration = Duration::from_millis(1);
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

/// Has so many webhooks delivered, and says how fast they were.
pub(super) async fn run(plan: &Plan, count: u64) -> anyhow::Result<String> {
    let scratch = Scratch::new(plan.dir.as_deref())?;
    let url = plan.database.clone();
    let url = url.unwrap_or_else(|| format!("sqlite://{}", scratch.file("bench.db").display()));
    let settings = Settings { scratch: &scratch, url, cache_mb: plan.cache_mb };
    let server =
        Server::filled(settings, Size { products: 10, customers: 0, events: 0, subscribers: 0 }, !plan.as_is).await?;
    let receiver = Receiver::start()?;
    let process = &server.nodes()[0];
    let mut connection = Connection::open(process.address(), Protocol::Http).await?;
    let mut request = Vec::new();
    stripe::ask_endpoint(&server.ground, receiver.address, &mut request);
    let answer = connection.ask(&request).await?;
    ensure!(answer.status == 200, "{}", String::from_utf8_lossy(answer.body));
    let made = Load {
        addresses: vec![process.address()],
        protocol: Protocol::Http,
        connections: CONNECTIONS,
        until: Until::Sent(count),
        ask: work::find(PRODUCT_CREATE).map_err(|said| anyhow!(said))?.ask,
        ground: server.ground.clone(),
    };
    let made = made.run().await?;
    let (begun, used) = (Instant::now(), figures::processor_time(process.id())?);
    receiver.release.send_replace(true);
    while receiver.count.load(Ordering::Relaxed) < count {
        ensure!(begun.elapsed() < PATIENCE, "{} of {count} webhooks arrived", receiver.count.load(Ordering::Relaxed));
        tokio::time::sleep(PAUSE).await;
    }
    let (took, used) = (begun.elapsed(), figures::processor_time(process.id())?.saturating_sub(used));
    #[expect(clippy::cast_precision_loss, reason = "no run sends 2^52 webhooks")]
    let (rate, each) = (count as f64 / took.as_secs_f64(), used.as_secs_f64() * 1e6 / count as f64);
    Ok(format!(
        "{count} webhooks delivered in {:.2} s: {rate:.0}/s, {each:.0} µs of the server's CPU each; their products were \
         made at {:.0}/s\n",
        took.as_secs_f64(),
        made.rate()
    ))
}

/// A receiver on a thread of its own.
struct Receiver {
    address: SocketAddr,
    /// Deliveries that were answered.
    count: Arc<AtomicU64>,
    /// Whether they are.
    release: watch::Sender<bool>,
    ended: Arc<AtomicBool>,
}

impl Receiver {
    fn start() -> anyhow::Result<Self> {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").context("no port for a receiver")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let (release, released) = watch::channel(false);
        let (count, ended) = (Arc::<AtomicU64>::default(), Arc::<AtomicBool>::default());
        let (counted, ends) = (count.clone(), ended.clone());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        std::thread::spawn(move || {
            runtime.block_on(async {
                let Ok(listener) = TcpListener::from_std(listener) else { return };
                while let Ok((stream, _)) = listener.accept().await {
                    if ends.load(Ordering::Relaxed) {
                        return;
                    }
                    // A connection that failed is the server's to make anew.
                    tokio::spawn(take(stream, counted.clone(), released.clone()));
                }
            });
        });
        Ok(Self { address, count, release, ended })
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        // The last connection, so that the thread looks up.
        let _ = std::net::TcpStream::connect(self.address);
    }
}

/// Takes what comes over a connection, one request after the other.
async fn take(mut stream: TcpStream, count: Arc<AtomicU64>, mut released: watch::Receiver<bool>) -> Option<()> {
    let mut buffer = Vec::with_capacity(16 * 1024);
    loop {
        let end = loop {
            if let Some(end) = end(&buffer).filter(|end| buffer.len() >= *end) {
                break end;
            }
            if stream.read_buf(&mut buffer).await.ok()? == 0 {
                return None;
            }
        };
        buffer.drain(..end);
        released.wait_for(|released| *released).await.ok()?;
        stream.write_all(ANSWER).await.ok()?;
        count.fetch_add(1, Ordering::Relaxed);
    }
}

/// Where the first request ends.
fn end(bytes: &[u8]) -> Option<usize> {
    const NAME: &[u8] = b"content-length: ";
    let head = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let line = bytes[..head].split(|byte| *byte == b'\n').find(|line| line.starts_with(NAME))?;
    let length: usize = std::str::from_utf8(&line[NAME.len()..]).ok()?.trim().parse().ok()?;
    Some(head + 4 + length)
}
