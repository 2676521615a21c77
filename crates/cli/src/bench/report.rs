//! What a run found, as a table to read and as rows for programs.

use super::figures::Machine;
use super::measure::Tally;
use super::pgbench;
use super::server::Growth;
use super::session::SMALL_PRODUCTS;
use super::{POSTGRES, yardstick};
use anyhow::Context;
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

const ABOUT_PGBENCH: &str = "pgbench runs the statement of one request, prepared, on as many connections straight to \
    the database, with no HTTP\nin between, and shares the cores as the load does. Database CPU is that of all \
    PostgreSQL processes, for each request.";

/// Everything a run found.
pub(super) struct Report {
    /// Where it ran.
    pub(super) machine: Machine,
    /// What kept the data.
    pub(super) engine: &'static str,
    /// Products put in beforehand.
    pub(super) products: u64,
    /// One for each case.
    pub(super) rows: Vec<Row>,
    /// Whether size matters, if that was asked.
    pub(super) scale: Option<Scale>,
    /// Why the database itself was not measured, where it was to be.
    pub(super) lacks: BTreeSet<String>,
    /// Processor time of the load itself, in microseconds for each request.
    pub(super) load_us: f64,
}

/// One kind of work on so many nodes at one number of connections.
#[derive(Serialize)]
pub(super) struct Case {
    /// The work.
    pub(super) work: &'static str,
    /// What keeps the data.
    pub(super) engine: &'static str,
    /// Processes that serve it.
    pub(super) nodes: usize,
    /// Connections at a time.
    pub(super) connections: u64,
}

/// What was found of a case. The names are a promise to whoever reads the file.
#[derive(Serialize)]
pub(super) struct Row {
    #[serde(flatten)]
    case: Case,
    rate: f64,
    p50_us: f64,
    p99_us: f64,
    p999_us: f64,
    cpu_us: f64,
    yardstick: &'static str,
    yardstick_rate: f64,
    ratio: f64,
    database_cpu_us: Option<f64>,
    database_yardstick: Option<&'static str>,
    database_rate: Option<f64>,
    database_ratio: Option<f64>,
    database_yardstick_cpu_us: Option<f64>,
}

/// What a table shows: its heads, and what of a row stands below each.
type Columns = &'static [(&'static str, fn(&Row) -> String)];

const COLUMNS: Columns = &[
    ("work", |row| row.case.work.to_owned()),
    ("nodes", |row| row.case.nodes.to_string()),
    ("connections", |row| row.case.connections.to_string()),
    ("requests/s", |row| format!("{:.0}", row.rate)),
    ("p50 µs", |row| format!("{:.0}", row.p50_us)),
    ("p99 µs", |row| format!("{:.0}", row.p99_us)),
    ("p99.9 µs", |row| format!("{:.0}", row.p999_us)),
    ("CPU µs", |row| format!("{:.1}", row.cpu_us)),
    ("yardstick/s", |row| format!("{:.0}", row.yardstick_rate)),
    ("ratio", |row| format!("{:.2}", row.ratio)),
];

/// What comes besides where the database is one that can be measured by itself.
const DATABASE_COLUMNS: Columns = &[
    ("database CPU µs", |row| row.database_cpu_us.map_or_else(unknown, |us| format!("{us:.1}"))),
    ("pgbench/s", |row| row.database_rate.map_or_else(|| "no pgbench".to_owned(), |rate| format!("{rate:.0}"))),
    ("its database CPU µs", |row| row.database_yardstick_cpu_us.map_or_else(unknown, |us| format!("{us:.1}"))),
    ("ratio to pgbench", |row| row.database_ratio.map_or_else(unknown, |ratio| format!("{ratio:.2}"))),
];

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

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { work, nodes, connections, .. } = self;
        write!(f, "{work} over {connections} connections")?;
        if *nodes > 1 { write!(f, " to {nodes} nodes") } else { Ok(()) }
    }
}

impl Row {
    /// What the server did beside what the yardstick did and, where it was measured, the database itself.
    pub(super) fn new(case: Case, real: &Tally, yardstick: &Tally, database: Option<&Tally>) -> Self {
        let (rate, yardstick_rate) = (real.rate(), yardstick.rate());
        Self {
            case,
            rate,
            p50_us: real.latencies.quantile_us(500),
            p99_us: real.latencies.quantile_us(990),
            p999_us: real.latencies.quantile_us(999),
            cpu_us: real.cpu_us(),
            yardstick: yardstick::NAME,
            yardstick_rate,
            ratio: rate / yardstick_rate,
            database_cpu_us: real.database_cpu_us(),
            database_yardstick: database.map(|_| pgbench::NAME),
            database_rate: database.map(Tally::rate),
            database_ratio: database.map(|database| rate / database.rate()),
            database_yardstick_cpu_us: database.and_then(Tally::database_cpu_us),
        }
    }
}

impl Report {
    fn write_table(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = || COLUMNS.iter().chain(if self.engine == POSTGRES { DATABASE_COLUMNS } else { &[] });
        write_line(f, columns().map(|(head, _)| (*head).to_owned()))?;
        write_line(f, columns().enumerate().map(|(place, _)| if place == 0 { "---" } else { "---:" }.to_owned()))?;
        self.rows.iter().try_for_each(|row| write_line(f, columns().map(|(_, cell)| cell(row))))
    }

    /// Writes the rows as one JSON array.
    pub(super) fn write_rows(&self, file: &Path) -> anyhow::Result<()> {
        let rows = serde_json::to_vec_pretty(&self.rows).context("cannot write the rows as JSON")?;
        std::fs::write(file, rows).with_context(|| format!("cannot write {}", file.display()))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}; {}; {} products; yardstick: {}\n", self.machine, self.engine, self.products, yardstick::NAME)?;
        self.write_table(f)?;
        writeln!(f, "\nThe load itself took {:.1} µs of CPU for each request, on the same cores.", self.load_us)?;
        if self.engine == POSTGRES {
            writeln!(f, "{ABOUT_PGBENCH}")?;
        }
        for lack in &self.lacks {
            writeln!(f, "No pgbench: {lack}")?;
        }
        if let Some(scale) = &self.scale {
            scale.write(f, self.products)?;
        }
        Ok(())
    }
}

fn unknown() -> String {
    "–".to_owned()
}

fn write_line(f: &mut fmt::Formatter<'_>, mut cells: impl Iterator<Item = String>) -> fmt::Result {
    f.write_str("|")?;
    cells.try_for_each(|cell| write!(f, " {cell} |"))?;
    f.write_str("\n")
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
