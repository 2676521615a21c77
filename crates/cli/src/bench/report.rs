//! What a run found, as a table to read and as rows for programs.

use super::figures::Machine;
use super::measure::Tally;
use super::server::Growth;
use super::session::SMALL_PRODUCTS;
use super::yardstick;
use anyhow::Context;
use serde::Serialize;
use std::fmt;
use std::path::Path;

/// Everything a run found.
pub(super) struct Report {
    /// Where it ran.
    pub(super) machine: Machine,
    /// What kept the data.
    pub(super) engine: String,
    /// Products put in beforehand.
    pub(super) products: u64,
    /// One for each work and number of connections.
    pub(super) rows: Vec<Row>,
    /// Whether size matters, if that was asked.
    pub(super) scale: Option<Scale>,
    /// Processor time of the load itself, in microseconds for each request.
    pub(super) load_us: f64,
}

/// One kind of work at one number of connections. The names are a promise to whoever reads the file.
#[derive(Serialize)]
pub(super) struct Row {
    work: &'static str,
    engine: String,
    connections: u64,
    rate: f64,
    p50_us: f64,
    p99_us: f64,
    p999_us: f64,
    cpu_us: f64,
    yardstick: &'static str,
    yardstick_rate: f64,
    ratio: f64,
}

/// Whether many products cost more than few.
pub(super) struct Scale {
    /// Rates with many and with few.
    pub(super) rows: Vec<ScaleRow>,
    /// Memory and starts with many.
    pub(super) growth: Growth,
    /// Most resident memory while measuring, in bytes.
    pub(super) memory_peak: u64,
}

/// One work at one number of connections, with many products and with few.
pub(super) struct ScaleRow {
    /// The work.
    pub(super) work: &'static str,
    /// Connections at a time.
    pub(super) connections: u64,
    /// Requests per second with many.
    pub(super) rate: f64,
    /// Requests per second with few.
    pub(super) small_rate: f64,
}

impl Row {
    /// What the server did beside what the yardstick did.
    pub(super) fn new(work: &'static str, engine: String, connections: u64, real: &Tally, yardstick: &Tally) -> Self {
        let (rate, yardstick_rate) = (real.rate(), yardstick.rate());
        Self {
            work,
            engine,
            connections,
            rate,
            p50_us: real.latencies.quantile_us(500),
            p99_us: real.latencies.quantile_us(990),
            p999_us: real.latencies.quantile_us(999),
            cpu_us: real.cpu_us(),
            yardstick: yardstick::NAME,
            yardstick_rate,
            ratio: rate / yardstick_rate,
        }
    }
}

impl Report {
    /// Writes the rows as one JSON array.
    pub(super) fn write_rows(&self, file: &Path) -> anyhow::Result<()> {
        let rows = serde_json::to_vec_pretty(&self.rows).context("cannot write the rows as JSON")?;
        std::fs::write(file, rows).with_context(|| format!("cannot write {}", file.display()))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}; {}; {} products; yardstick: {}\n", self.machine, self.engine, self.products, yardstick::NAME)?;
        writeln!(f, "| work | connections | requests/s | p50 µs | p99 µs | p99.9 µs | CPU µs | yardstick/s | ratio |")?;
        writeln!(f, "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")?;
        for row in &self.rows {
            write!(f, "| {} | {} | {:.0} | ", row.work, row.connections, row.rate)?;
            write!(f, "{:.0} | {:.0} | {:.0} | {:.1} | ", row.p50_us, row.p99_us, row.p999_us, row.cpu_us)?;
            writeln!(f, "{:.0} | {:.2} |", row.yardstick_rate, row.ratio)?;
        }
        writeln!(f, "\nThe load itself took {:.1} µs of CPU for each request, on the same cores.", self.load_us)?;
        if let Some(scale) = &self.scale {
            scale.write(f, self.products)?;
        }
        Ok(())
    }
}

impl Scale {
    fn write(&self, f: &mut fmt::Formatter<'_>, products: u64) -> fmt::Result {
        writeln!(f, "\n| work | connections | at {SMALL_PRODUCTS} products/s | at {products} products/s | ratio |")?;
        writeln!(f, "| --- | ---: | ---: | ---: | ---: |")?;
        for row in &self.rows {
            write!(f, "| {} | {} | {:.0} | {:.0} | ", row.work, row.connections, row.small_rate, row.rate)?;
            writeln!(f, "{:.2} |", row.rate / row.small_rate)?;
        }
        let Growth { ready_new, ready_empty, ready_full, memory_empty, memory_put, memory_full, put_rate } =
            &self.growth;
        let ms = |time: &std::time::Duration| time.as_secs_f64() * 1e3;
        writeln!(f, "\n| | new | empty | {products} products |")?;
        writeln!(f, "| --- | ---: | ---: | ---: |")?;
        writeln!(f, "| start to ready, ms | {:.0} | {:.0} | {:.0} |", ms(ready_new), ms(ready_empty), ms(ready_full))?;
        writeln!(f, "| resident memory when idle, MB | | {} | {} |", mb(*memory_empty), mb(*memory_full))?;
        writeln!(f, "\nPut in at {put_rate:.0} products/s, with {} MB resident at the end;", mb(*memory_put))?;
        writeln!(f, "at most {} MB while measuring.", mb(self.memory_peak))
    }
}

/// Megabytes, rounded.
fn mb(bytes: u64) -> u64 {
    (bytes + 500_000) / 1_000_000
}
