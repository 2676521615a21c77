//! A server as a child process: started, found, and killed when dropped.

use anyhow::{Context, bail};
use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a process may take to say where it serves, or to end.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often to look.
const PAUSE: Duration = Duration::from_millis(1);

/// A running server. Its standard input stays open as long as this lives.
pub(super) struct Process {
    child: Child,
    log: PathBuf,
    address: SocketAddr,
    started: Instant,
}

impl Process {
    /// Starts this very binary with what `arguments` adds, and waits until it says `http://ADDRESS`.
    pub(super) async fn start_own(log: &Path, arguments: impl FnOnce(&mut Command)) -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe().context("cannot tell where this binary is")?);
        arguments(&mut command);
        Self::start(log, command, address_in).await
    }

    /// Starts a program, and waits until what it wrote tells its address.
    pub(super) async fn start(
        log: &Path,
        mut command: Command,
        address_in: impl Fn(&str) -> Option<SocketAddr>,
    ) -> anyhow::Result<Self> {
        let output = File::create(log).with_context(|| format!("cannot make {}", log.display()))?;
        command.stdin(Stdio::piped()).stderr(output.try_clone().context("cannot share a file")?).stdout(output);
        let started = Instant::now();
        let child = command.spawn().with_context(|| format!("cannot start {}", command.get_program().display()))?;
        let unknown = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut process = Self { child, log: log.to_path_buf(), address: unknown, started };
        process.address = process.wait_for_address(address_in).await?;
        Ok(process)
    }

    /// Where it serves.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process id.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// When it was started.
    pub(super) fn started(&self) -> Instant {
        self.started
    }

    /// Asks it to stop, and waits until it has.
    pub(super) async fn stop(mut self) -> anyhow::Result<()> {
        // The standard library sends no signal but the one that kills.
        let id = self.child.id().to_string();
        let asked = Command::new("sh").args(["-c", "kill -TERM \"$1\"", "sh", &id]).status();
        asked.context("cannot ask a server to stop")?;
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            if self.child.try_wait().context("cannot wait for a server")?.is_some() {
                return Ok(());
            }
            tokio::time::sleep(PAUSE).await;
        }
        bail!("a server did not stop")
    }

    async fn wait_for_address(
        &mut self,
        address_in: impl Fn(&str) -> Option<SocketAddr>,
    ) -> anyhow::Result<SocketAddr> {
        while self.started.elapsed() < PATIENCE {
            let said = self.said();
            if let Some(address) = address_in(&said) {
                return Ok(address);
            }
            if let Some(status) = self.child.try_wait().context("cannot wait for a server")? {
                bail!("a server ended at its start ({status}):\n{said}");
            }
            tokio::time::sleep(PAUSE).await;
        }
        bail!("a server did not say where it serves:\n{}", self.said())
    }

    /// Everything it wrote.
    fn said(&self) -> String {
        std::fs::read(&self.log)
            .map_or_else(|error| error.to_string(), |text| String::from_utf8_lossy(&text).into_owned())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself, which is all that is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The address of a line that is whole, so that the port is.
fn address_in(said: &str) -> Option<SocketAddr> {
    let (_, rest) = said.split_once("http://")?;
    let end = rest.find(|next: char| next.is_whitespace() || next == '/')?;
    rest[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::address_in;

    #[test]
    fn an_address_counts_when_its_line_is_whole() {
        assert_eq!(address_in("Tollgate serves on http://127.0.0.1:42"), None);
        let address = address_in("Tollgate serves on http://127.0.0.1:4242\n  data x").unwrap();
        assert_eq!(address.port(), 4242);
    }
}
