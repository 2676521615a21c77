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
    Ok(Stat::of(process)?.own)
}

/// Processor time that a process and its children have used, also those that have ended.
pub(super) fn processor_time_of_family(parent: u32) -> anyhow::Result<Duration> {
    let stat = Stat::of(parent)?;
    let processes = std::fs::read_dir("/proc").context("cannot read /proc")?.flatten();
    let processes = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    // One that ends meanwhile is missed, for once.
    let children = processes.filter_map(|process| Stat::of(process).ok()).filter(|stat| stat.parent == parent);
    Ok(stat.own + stat.ended_children + children.map(|child| child.own).sum::<Duration>())
}

/// The parent of a process, given that the process says of itself what is expected.
pub(super) fn parent(process: u32, says: &str) -> Option<u32> {
    let command = std::fs::read(format!("/proc/{process}/cmdline")).ok()?;
    String::from_utf8_lossy(&command).contains(says).then(|| Stat::of(process).ok())?.map(|stat| stat.parent)
}

/// What `/proc/PID/stat` says, as far as it is wanted.
struct Stat {
    parent: u32,
    own: Duration,
    /// Of children that were waited for.
    ended_children: Duration,
}

impl Stat {
    fn of(process: u32) -> anyhow::Result<Self> {
        let stat = read(&format!("/proc/{process}/stat"))?;
        // The second field is a name in brackets that may hold anything; the parent is field 4, and fields 14 to 17
        // are the times.
        let (_, rest) = stat.rsplit_once(')').context("/proc/PID/stat is not as expected")?;
        let numbers: Vec<u32> =
            rest.split_whitespace().skip(1).take(14).map(|field| field.parse().unwrap_or(0)).collect();
        ensure!(numbers.len() == 14, "/proc/PID/stat is not as expected");
        let time = |at: usize| TICK * (numbers[at] + numbers[at + 1]);
        Ok(Self { parent: numbers[0], own: time(10), ended_children: time(12) })
    }
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
