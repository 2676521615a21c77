//! What the database itself can do: pgbench, the load program of the PostgreSQL project, with the statement that one
//! request comes to, prepared, on as many connections.
//!
//! Rows it puts in are of the live environment, which the bench asks nothing of, under ids of their own.

use super::programs::{Programs, Said};
use super::scratch::Scratch;
use super::template::Template;
use super::work::Statement;
use anyhow::{Context, ensure};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What rows call it.
pub(super) const NAME: &str = "pgbench, the same statement, prepared";

/// What it does before it is measured: its connections are new each time, and each has to prepare the statement.
const WARM_UP: Duration = Duration::from_secs(1);
/// How long it may go on beyond its time.
const PATIENCE: Duration = Duration::from_secs(30);

/// A statement, ready to be run.
pub(super) struct Pgbench<'a> {
    programs: &'a Programs,
    script: PathBuf,
}

/// What came of a run.
pub(super) struct Pace {
    /// Transactions, those of the warm-up included.
    pub(super) count: u64,
    /// Transactions per second after the warm-up.
    pub(super) rate: f64,
}

impl<'a> Pgbench<'a> {
    /// Writes the script of a statement, which may want a row that the server wrote.
    pub(super) async fn new(
        programs: &'a Programs,
        scratch: &Scratch,
        statement: Statement,
        products: u64,
    ) -> anyhow::Result<Self> {
        let text = match statement {
            Statement::Reads(script) => script(products),
            Statement::Creates => Template::newest(programs).await?.script(),
        };
        let script = scratch.file("script.sql");
        std::fs::write(&script, text).context("cannot write a script")?;
        Ok(Self { programs, script })
    }

    /// Runs it for a moment. Fails where the database does not take so many connections.
    pub(super) async fn warm_up(&self, connections: u64) -> anyhow::Result<()> {
        self.run_for(connections, WARM_UP).await.with_context(|| format!("at {connections} connections"))?;
        Ok(())
    }

    /// Runs it on so many connections. It counts in whole seconds.
    pub(super) async fn run(&self, connections: u64, time: Duration) -> anyhow::Result<Pace> {
        let seconds = time.as_millis().div_ceil(1_000).try_into().unwrap_or(u64::MAX);
        let said = self.run_for(connections, WARM_UP + Duration::from_secs(seconds)).await?;
        Pace::in_words(&said).with_context(|| format!("pgbench said:\n{}{}", said.output, said.errors))
    }

    async fn run_for(&self, connections: u64, time: Duration) -> anyhow::Result<Said> {
        self.programs.run("pgbench", &self.arguments(connections, time)?, time + PATIENCE).await
    }

    fn arguments(&self, connections: u64, time: Duration) -> anyhow::Result<Vec<OsString>> {
        let cores = std::thread::available_parallelism().context("cannot count the cores")?.get();
        let threads = connections.min(cores as u64);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let mut arguments: Vec<OsString> = ["-n", "-M", "prepared", "-P", "1", "-D", "n=0"].map(Into::into).into();
        for (name, value) in [("-c", connections), ("-j", threads), ("-T", time.as_secs())] {
            arguments.extend([name.into(), value.to_string().into()]);
        }
        // What distinguishes the ids of this run: eight digits, as a text, which a number would not be.
        arguments.extend(["-D".into(), format!("run=r{:07x}", now % (1 << 28)).into()]);
        arguments.extend(["-D".into(), format!("connections={connections}").into(), "-f".into()]);
        arguments.push(self.script.clone().into());
        Ok(arguments)
    }
}

impl Pace {
    /// Takes what was done in the first second, which is told by itself, from what was done in all.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is a count")]
    fn in_words(said: &Said) -> anyhow::Result<Self> {
        let count = number(said.output.split_once("number of transactions actually processed: "))?;
        // Older versions tell two rates, the first with the time to connect.
        let rate = number(said.output.rsplit_once("tps = "))?;
        let (_, progress) = said.errors.split_once("progress: ").context("it told no progress")?;
        let (first, first_rate) = (number(Some(("", progress)))?, number(progress.split_once(" s, "))?);
        let rest = count / rate - first;
        ensure!(rest > 0.0, "it ended in its first second");
        Ok(Self { count: count as u64, rate: (count - first * first_rate).max(0.0) / rest })
    }
}

/// The number that the second part of a text begins with.
fn number(parts: Option<(&str, &str)>) -> anyhow::Result<f64> {
    let (_, text) = parts.context("a number is missing")?;
    let end = text.find(|next: char| !next.is_ascii_digit() && next != '.').unwrap_or(text.len());
    text[..end].parse().context("a number is missing")
}

#[cfg(test)]
mod tests {
    use super::{Pace, Said};

    #[test]
    fn the_first_second_does_not_count() {
        let said = |progress: &str, rates: &str| Said {
            errors: format!("pgbench (15.18)\n{progress}"),
            output: format!("scaling factor: 1\nnumber of transactions actually processed: 7000/7000\n{rates}\n"),
        };
        let progress = "progress: 1.0 s, 1000.0 tps, lat 0.2 ms\nprogress: 2.0 s, 3000.0 tps, lat 0.1 ms\n";
        for rates in [
            "tps = 2333.333333 (without initial connection time)",
            "tps = 2000.0 (including connections establishing)\ntps = 2333.333333 (excluding connections establishing)",
        ] {
            let pace = Pace::in_words(&said(progress, rates)).unwrap();
            assert_eq!((pace.count, pace.rate.round()), (7_000, 3_000.0));
            assert!(Pace::in_words(&said("", rates)).is_err());
        }
        assert!(Pace::in_words(&said(progress, "")).is_err());
    }
}
