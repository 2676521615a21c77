//! What the system tells about processes and about itself, by `/proc`.

use anyhow::{Context, ensure};
use std::fmt;
use std::time::Duration;

/// What `/proc/PID/stat` counts in: a hundredth of a second on every Linux that tells it to programs.
const TICK: Duration = Duration::from_millis(10);

/// The machine that measures.
pub(super) struct Machine {
    cores: usize,
    processor: String,
    memory: u64,
}

impl Machine {
    /// This one.
    pub(super) fn this() -> anyhow::Result<Self> {
        let cores = std::thread::available_parallelism().context("cannot count the cores")?.get();
        let processor = field(&read("/proc/cpuinfo")?, "model name").unwrap_or_else(|| "unknown processor".to_owned());
        let memory = kilobytes(&read("/proc/meminfo")?, "MemTotal")?;
        Ok(Self { cores, processor, memory })
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cores, processor, memory } = self;
        write!(f, "{cores} cores, {processor}, {} GiB", (memory + (1 << 29)) >> 30)
    }
}

/// Resident memory of a process, in bytes.
pub(super) fn memory(process: u32) -> anyhow::Result<u64> {
    kilobytes(&read(&format!("/proc/{process}/status"))?, "VmRSS")
}

/// The most resident memory a process ever had, in bytes.
pub(super) fn memory_peak(process: u32) -> anyhow::Result<u64> {
    kilobytes(&read(&format!("/proc/{process}/status"))?, "VmHWM")
}

/// Processor time a process has used, its own and the system's for it.
pub(super) fn processor_time(process: u32) -> anyhow::Result<Duration> {
    let stat = read(&format!("/proc/{process}/stat"))?;
    // The second field is a name in brackets that may hold anything; utime and stime are fields 14 and 15.
    let (_, rest) = stat.rsplit_once(')').context("/proc/PID/stat is not as expected")?;
    let ticks: Vec<u32> = rest.split_whitespace().skip(11).take(2).filter_map(|field| field.parse().ok()).collect();
    ensure!(ticks.len() == 2, "/proc/PID/stat is not as expected");
    Ok(TICK * (ticks[0] + ticks[1]))
}

fn read(path: &str) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {path}"))
}

fn kilobytes(text: &str, name: &str) -> anyhow::Result<u64> {
    let value = field(text, name).with_context(|| format!("the system does not tell {name}"))?;
    let number = value.trim_end_matches("kB").trim().parse::<u64>();
    Ok(number.with_context(|| format!("{name}: {value}"))? * 1_024)
}

/// The value of the first line `name: value`.
fn field(text: &str, name: &str) -> Option<String> {
    let line = text.lines().filter_map(|line| line.split_once(':')).find(|(key, _)| key.trim() == name)?;
    Some(line.1.trim().to_owned())
}
