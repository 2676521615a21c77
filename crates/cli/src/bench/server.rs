//! The server that is measured, over a database of its own.

use super::answer::{Answer, Connection};
use super::figures;
use super::load::{Load, Until};
use super::process::Process;
use super::scratch::Scratch;
use super::work::{self, Ground};
use anyhow::{Context, ensure};
use std::sync::Arc;
use std::time::Duration;

/// The key of every server that is measured; it opens nothing but databases made here.
const SECRET_KEY: &str = "sk_test_tollgateBenchTollgateBench00";
/// Connections that put products in.
const PUT_CONNECTIONS: u64 = 256;
/// Starts whose median counts.
const STARTS: usize = 3;
/// How long a server may take to be ready.
const READY_TIMEOUT: Duration = Duration::from_secs(120);

/// A running server with products in it.
pub(super) struct Server {
    process: Process,
    /// What requests to it are about.
    pub(super) ground: Arc<Ground>,
    /// What it took to get here.
    pub(super) growth: Growth,
}

/// Memory and times of a server on its way to its products.
pub(super) struct Growth {
    /// Start to ready where there was no database yet.
    pub(super) ready_new: Duration,
    /// Start to ready with an empty database.
    pub(super) ready_empty: Duration,
    /// Start to ready with the products.
    pub(super) ready_full: Duration,
    /// Resident memory, idle and empty, in bytes.
    pub(super) memory_empty: u64,
    /// Resident memory once the products are in, in bytes.
    pub(super) memory_put: u64,
    /// Resident memory after a start with the products, in bytes.
    pub(super) memory_full: u64,
    /// Products put in per second.
    pub(super) put_rate: f64,
}

impl Server {
    /// Starts on the database, fills it, and starts again.
    pub(super) async fn with_products(scratch: &Scratch, url: &str, products: u64) -> anyhow::Result<Self> {
        let (process, ready_new) = start(scratch, url).await?;
        process.stop().await?;
        let (process, ready_empty) = start_often(scratch, url).await?;
        let memory_empty = figures::memory(process.id())?;
        eprintln!("putting in {products} products");
        let put = put(&process, products).await.context("cannot put in products")?;
        let memory_put = figures::memory(process.id())?;
        process.stop().await?;
        let (process, ready_full) = start_often(scratch, url).await?;
        let memory_full = figures::memory(process.id())?;
        let growth =
            Growth { ready_new, ready_empty, ready_full, memory_empty, memory_put, memory_full, put_rate: put };
        Ok(Self { ground: ground(&process, products), process, growth })
    }

    /// Its process.
    pub(super) fn process(&self) -> &Process {
        &self.process
    }
}

fn ground(process: &Process, products: u64) -> Arc<Ground> {
    let head = format!("host: {}\r\nauthorization: Bearer {SECRET_KEY}\r\n", process.address());
    Arc::new(Ground { head: head.into_bytes(), products })
}

/// Products put in per second.
async fn put(process: &Process, products: u64) -> anyhow::Result<f64> {
    let load = Load {
        address: process.address(),
        connections: PUT_CONNECTIONS.min(products),
        until: Until::Sent(products),
        request: work::product_put,
        ground: ground(process, products),
    };
    Ok(load.run().await?.rate())
}

/// Starts a few times; the last one runs, the median time counts.
async fn start_often(scratch: &Scratch, url: &str) -> anyhow::Result<(Process, Duration)> {
    let mut times = Vec::new();
    loop {
        let (process, ready) = start(scratch, url).await?;
        times.push(ready);
        if times.len() == STARTS {
            times.sort();
            return Ok((process, times[STARTS / 2]));
        }
        process.stop().await?;
    }
}

/// Starts, and waits until the server calls itself ready.
async fn start(scratch: &Scratch, url: &str) -> anyhow::Result<(Process, Duration)> {
    let process = Process::start(&scratch.file("server.log"), |command| {
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TOLLGATE_")) {
            command.env_remove(name);
        }
        command.env("TOLLGATE_SECRET_KEY", SECRET_KEY);
        command.args(["serve", "--listen", "127.0.0.1:0", "--log", "warn", "--database", url]);
    })
    .await?;
    while !is_ready(&process).await {
        ensure!(process.started().elapsed() < READY_TIMEOUT, "the server is not ready after {READY_TIMEOUT:?}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let ready = process.started().elapsed();
    Ok((process, ready))
}

async fn is_ready(process: &Process) -> bool {
    let Ok(mut connection) = Connection::open(process.address()).await else { return false };
    let request = format!("GET /readyz HTTP/1.1\r\nhost: {}\r\n\r\n", process.address());
    matches!(connection.ask(request.as_bytes()).await, Ok(Answer { status: 200, .. }))
}
