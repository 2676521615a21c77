//! Redis with every write synced before its answer, doing by a script what the server does: where it is installed.

use super::answer::{Connection, Protocol};
use super::process::Process;
use super::resp;
use super::scratch::Scratch;
use super::work::{Ask, Ground, priceos};
use anyhow::Context;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

/// What rows call it.
pub(super) const NAME: &str = "Redis, appendfsync always, one script for each request";

/// The program.
const PROGRAM: &str = "redis-server";
/// Said where there is none.
pub(super) const NOT_FOUND: &str = "there is no redis-server in the PATH";
/// What it writes once it can be asked.
const READY: &str = "Ready to accept connections";
/// Customers that it is told of by one command.
const CUSTOMERS_EACH: u64 = 1_000;

/// A Redis of the bench's own, which knows the limits of every customer.
pub(super) struct Redis {
    /// Its process.
    pub(super) process: Process,
    /// What is sent to it.
    pub(super) ask: Ask,
    /// What that is about.
    pub(super) ground: Arc<Ground>,
}

impl Redis {
    /// Starts one over an empty folder, and tells it what is on the ground; nothing where it is not installed.
    pub(super) async fn start(scratch: &Scratch, ask: Ask, ground: &Ground) -> anyhow::Result<Option<Self>> {
        let Some(program) = program() else { return Ok(None) };
        let address = free_address()?;
        let folder = scratch.file(&format!("redis-{}", address.port()));
        std::fs::create_dir(&folder).context("cannot make a folder")?;
        let ready = |said: &str| said.contains(READY).then_some(address);
        let process = Process::start(&scratch.file("redis.log"), command(&program, &folder, address), ready).await?;
        let mut connection = Connection::open(address, Protocol::Redis).await?;
        let script = load(&mut connection).await?;
        tell_limits(&mut connection, ground.size.customers).await?;
        let ground = Arc::new(Ground { script, ..ground.clone() });
        Ok(Some(Self { process, ask, ground }))
    }
}

fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|folder| folder.join(PROGRAM)).find(|program| program.is_file())
}

/// One that nobody listens on; Redis does not choose one by itself.
fn free_address() -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("cannot find a free port")?;
    listener.local_addr().context("cannot find a free port")
}

/// Everything it is not told is as in a fresh installation, except that it never copies its data meanwhile, which would
/// only slow it down.
fn command(program: &Path, folder: &Path, address: SocketAddr) -> Command {
    let mut command = Command::new(program);
    command.args(["--bind", &address.ip().to_string(), "--port", &address.port().to_string(), "--dir"]).arg(folder);
    command.args(["--appendonly", "yes", "--appendfsync", "always"]);
    command.args(["--save", "", "--auto-aof-rewrite-percentage", "0"]);
    command
}

/// Loads the script; says what Redis calls it.
async fn load(connection: &mut Connection) -> anyhow::Result<String> {
    let mut request = Vec::new();
    resp::write(&["SCRIPT", "LOAD", priceos::SCRIPT], &mut request);
    let answer = connection.ask(&request).await?;
    resp::text(answer.body).map(str::to_owned).context("Redis does not say what it calls the script")
}

async fn tell_limits(connection: &mut Connection, customers: u64) -> anyhow::Result<()> {
    let limit = priceos::LIMIT_IN_ALL.to_string();
    let mut start = 0;
    while start < customers {
        let end = customers.min(start + CUSTOMERS_EACH);
        let (from, to) = (start.to_string(), end.to_string());
        let words = ["EVAL", priceos::LIMITS_SCRIPT, "0", &from, &to, &limit];
        let mut request = Vec::new();
        resp::write(&[&words[..], &priceos::TRACKED].concat(), &mut request);
        connection.ask(&request).await?;
        start = end;
    }
    Ok(())
}
