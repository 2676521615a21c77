//! The server that is measured, over a database that holds nothing else.

use super::answer::{Answer, Connection, Protocol};
use super::figures;
use super::process::Process;
use super::put::{PutRates, put};
use super::scratch::Scratch;
use super::viewer;
use super::work::stripe;
use super::work::{Ground, Size};
use anyhow::{Context, ensure};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The key of every server that is measured; it opens nothing but databases made here.
const SECRET_KEY: &str = "sk_test_tollgateBenchTollgateBench00";
/// Starts whose median counts.
const STARTS: usize = 3;
/// How often it is looked whether a server that is away is to come back.
const AWAY_PAUSE: Duration = Duration::from_millis(100);
/// How long a server may take to be ready.
const READY_TIMEOUT: Duration = Duration::from_secs(120);

/// What servers are started with.
pub(super) struct Settings<'a> {
    /// Where their logs go.
    pub(super) scratch: &'a Scratch,
    /// Where their data is.
    pub(super) url: String,
    /// Most memory for objects kept at hand, where it is not the usual.
    pub(super) cache_mb: Option<u64>,
}

/// A running server with everything in it: one process, or several over one database.
pub(super) struct Server<'a> {
    settings: Settings<'a>,
    /// At least one.
    nodes: Vec<Process>,
    /// What requests to it are about.
    pub(super) ground: Arc<Ground>,
    /// What it took to get here.
    pub(super) growth: Growth,
}

/// Memory and times of a server on its way to what it holds.
pub(super) struct Growth {
    /// Start to ready where there was no database yet.
    pub(super) ready_new: Duration,
    /// Start to ready with an empty database.
    pub(super) ready_empty: Duration,
    /// Start to ready with everything in it.
    pub(super) ready_full: Duration,
    /// Resident memory, idle and empty, in bytes.
    pub(super) memory_empty: u64,
    /// Resident memory once everything is in, in bytes.
    pub(super) memory_put: u64,
    /// Resident memory after a start with everything in it, in bytes.
    pub(super) memory_full: u64,
    /// How fast it was filled.
    pub(super) put: Option<PutRates>,
}

impl<'a> Server<'a> {
    /// Starts on the database, fills it unless it is filled already, and starts again.
    pub(super) async fn filled(settings: Settings<'a>, size: Size, fill: bool) -> anyhow::Result<Self> {
        let (process, ready_new) = settings.start(0).await?;
        process.stop().await?;
        let (process, ready_empty) = settings.start_often().await?;
        let memory_empty = figures::memory(process.id())?;
        let put = if fill { Some(put(&process, &ground(&process, size)).await?) } else { None };
        let memory_put = figures::memory(process.id())?;
        process.stop().await?;
        let (process, ready_full) = settings.start_often().await?;
        let memory_full = figures::memory(process.id())?;
        let growth = Growth { ready_new, ready_empty, ready_full, memory_empty, memory_put, memory_full, put };
        let ground = with_subscribers(&process, ground(&process, size)).await?;
        Ok(Self { settings, ground, nodes: vec![process], growth })
    }

    /// Signs somebody in, for pages of the dashboard.
    pub(super) async fn sign_in(&mut self) -> anyhow::Result<()> {
        let mut ground = (*self.ground).clone();
        ground.dashboard_head = viewer::sign_in(&self.nodes[0], &self.settings.url).await?;
        self.ground = Arc::new(ground);
        Ok(())
    }

    /// Its processes: the first is always the same.
    pub(super) fn nodes(&self) -> &[Process] {
        &self.nodes
    }

    /// Stops its one process, and starts it again once something is so.
    pub(super) async fn away_until(&mut self, is_so: impl Fn() -> bool) -> anyhow::Result<()> {
        self.nodes.pop().context("there is one")?.stop().await?;
        while !is_so() {
            tokio::time::sleep(AWAY_PAUSE).await;
        }
        let (process, _) = self.settings.start(0).await?;
        self.nodes.push(process);
        Ok(())
    }

    /// Starts and stops processes until there are so many: one that is only there costs the others something, too.
    pub(super) async fn set_nodes(&mut self, count: usize) -> anyhow::Result<()> {
        while self.nodes.len() > count.max(1) {
            self.nodes.pop().context("there is more than one")?.stop().await?;
        }
        while self.nodes.len() < count {
            let (process, _) = self.settings.start(self.nodes.len()).await?;
            self.nodes.push(process);
        }
        Ok(())
    }
}

impl Settings<'_> {
    /// Starts a few times; the last one runs, the median time counts.
    async fn start_often(&self) -> anyhow::Result<(Process, Duration)> {
        let mut times = Vec::new();
        loop {
            let (process, ready) = self.start(0).await?;
            times.push(ready);
            if times.len() == STARTS {
                times.sort();
                return Ok((process, times[STARTS / 2]));
            }
            process.stop().await?;
        }
    }

    /// Starts a process, and waits until it calls itself ready.
    async fn start(&self, node: usize) -> anyhow::Result<(Process, Duration)> {
        let log = self.scratch.file(&format!("server-{node}.log"));
        let process = Process::start_own(&log, |command| self.command(command)).await?;
        while !is_ready(&process).await {
            ensure!(process.started().elapsed() < READY_TIMEOUT, "the server is not ready after {READY_TIMEOUT:?}");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let ready = process.started().elapsed();
        Ok((process, ready))
    }

    fn command(&self, command: &mut Command) {
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TOLLGATE_")) {
            command.env_remove(name);
        }
        // There may be a password in the address, and arguments show in lists of processes.
        command.env("TOLLGATE_SECRET_KEY", SECRET_KEY).env("TOLLGATE_DATABASE", &self.url);
        command.args(["serve", "--listen", "127.0.0.1:0", "--log", "warn"]);
        if let Some(megabytes) = self.cache_mb {
            command.args(["--cache-mb", &megabytes.to_string()]);
        }
    }
}

fn ground(process: &Process, size: Size) -> Arc<Ground> {
    let head = |key: &str| format!("host: {}\r\n{key}{SECRET_KEY}\r\n", process.address()).into_bytes();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    Arc::new(Ground {
        stripe_head: head("authorization: Bearer "),
        priceos_head: head("x-api-key: "),
        dashboard_head: Vec::new(),
        size,
        now: now.try_into().unwrap_or_default(),
        script: String::new(),
        subscribers: Vec::new(),
        price: String::new(),
        due: 0,
    })
}

/// The same with the ids of those who subscribe, and of the price they subscribe to, which the server chose.
async fn with_subscribers(process: &Process, ground: Arc<Ground>) -> anyhow::Result<Arc<Ground>> {
    if ground.size.subscribers == 0 {
        return Ok(ground);
    }
    let mut ground = (*ground).clone();
    let mut connection = Connection::open(process.address(), Protocol::Http).await?;
    let mut request = Vec::new();
    stripe::ask_price(&ground, &mut request);
    let prices = ids(&connection.ask(&request).await?)?;
    ground.price = prices.into_iter().next().context("there is no price to subscribe to")?;
    loop {
        request.clear();
        stripe::ask_subscribers(&ground, ground.subscribers.last().map(String::as_str), &mut request);
        let page = ids(&connection.ask(&request).await?)?;
        if page.is_empty() {
            return Ok(Arc::new(ground));
        }
        ground.subscribers.extend(page);
    }
}

/// The ids on a page of a list.
fn ids(answer: &Answer<'_>) -> anyhow::Result<Vec<String>> {
    ensure!(answer.status == 200, "a list was answered with {}", answer.status);
    let list: serde_json::Value = serde_json::from_slice(answer.body).context("a list is no JSON")?;
    let data = list["data"].as_array().context("a list has no data")?;
    Ok(data.iter().filter_map(|object| object["id"].as_str().map(str::to_owned)).collect())
}

async fn is_ready(process: &Process) -> bool {
    let Ok(mut connection) = Connection::open(process.address(), Protocol::Http).await else { return false };
    let request = format!("GET /readyz HTTP/1.1\r\nhost: {}\r\n\r\n", process.address());
    matches!(connection.ask(request.as_bytes()).await, Ok(Answer { status: 200, .. }))
}
