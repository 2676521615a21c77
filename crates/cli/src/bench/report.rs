//! What a run found, as a table to read and as rows for programs.

use super::figures::Machine;
use super::measure::Tally;
use super::put::PutRates;
use super::server::Growth;
use super::work::Size;
use super::{POSTGRES, pgbench, redis, yardstick};
use anyhow::Context;
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

const ABOUT_PGBENCH: &str = "pgbench runs the statement of one request, prepared, on as many connections straight to \
    the database, with no HTTP\nin between, and shares the cores as the load does. Database CPU is that of all \
    PostgreSQL processes, for each request.";

const ABOUT_REDIS: &str = "Redis syncs every write before its answer, too (appendonly yes, appendfsync always): one \
    script for each request, by its hash,\nwhich looks for the key of the event, holds the total against the limit, adds to \
    it, and appends the event.";

/// Everything a run found.
pub(super) struct Report {
    /// Where it ran.
    pub(super) machine: Machine,
    /// What kept the data.
    pub(super) engine: &'static str,
    /// What was put in beforehand.
    pub(super) size: Size,
    /// One for each case.
    pub(super) rows: Vec<Row>,
    /// Whether size matters, if that was asked.
    pub(super) scale: Option<Scale>,
    /// Who was not measured that was to be, and why.
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
    events_rate: Option<f64>,
    redis: Option<&'static str>,
    redis_rate: Option<f64>,
    redis_p50_us: Option<f64>,
    redis_p99_us: Option<f64>,
    redis_cpu_us: Option<f64>,
    redis_ratio: Option<f64>,
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

/// What comes besides where requests hold several usage events.
const EVENT_COLUMNS: Columns = &[
    ("events/s", |row| rounded(row.events_rate)),
    ("CPU µs an event", |row| {
        row.events_rate.map_or_else(unknown, |events| format!("{:.1}", row.cpu_us * row.rate / events))
    }),
];

/// What comes besides where there is Redis.
const REDIS_COLUMNS: Columns = &[
    ("Redis/s", |row| rounded(row.redis_rate)),
    ("its p50 µs", |row| rounded(row.redis_p50_us)),
    ("its p99 µs", |row| rounded(row.redis_p99_us)),
    ("its CPU µs", |row| row.redis_cpu_us.map_or_else(unknown, |us| format!("{us:.1}"))),
    ("ratio to Redis", |row| row.redis_ratio.map_or_else(unknown, |ratio| format!("{ratio:.2}"))),
];

/// What comes besides where the database is one that can be measured by itself.
const DATABASE_COLUMNS: Columns = &[
    ("database CPU µs", |row| row.database_cpu_us.map_or_else(unknown, |us| format!("{us:.1}"))),
    ("pgbench/s", |row| rounded(row.database_rate)),
    ("its database CPU µs", |row| row.database_yardstick_cpu_us.map_or_else(unknown, |us| format!("{us:.1}"))),
    ("ratio to pgbench", |row| row.database_ratio.map_or_else(unknown, |ratio| format!("{ratio:.2}"))),
];

/// What came of everyone who took turns.
pub(super) struct Parties {
    /// The server.
    pub(super) real: Tally,
    /// The bare one.
    pub(super) yardstick: Tally,
    /// The server with little in it.
    pub(super) small: Option<Tally>,
    /// The database itself.
    pub(super) database: Option<Tally>,
    /// Redis.
    pub(super) redis: Option<Tally>,
}

/// Whether much costs more than little.
pub(super) struct Scale {
    /// Rates with much and with little.
    pub(super) rows: Vec<ScaleRow>,
    /// How much little is.
    pub(super) small: Size,
    /// Memory and starts with much.
    pub(super) growth: Growth,
    /// Most resident memory while measuring, in bytes.
    pub(super) memory_peak: u64,
}

/// One work at one number of connections, with much and with little.
pub(super) struct ScaleRow {
    work: &'static str,
    connections: u64,
    much: Pace,
    little: Pace,
}

struct Pace {
    rate: f64,
    p99_us: f64,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { work, nodes, connections, .. } = self;
        write!(f, "{work} over {connections} connections")?;
        if *nodes > 1 { write!(f, " to {nodes} nodes") } else { Ok(()) }
    }
}

impl Parties {
    /// Requests that the load sent to them.
    pub(super) fn asked(&self) -> u64 {
        let Self { real, yardstick, small, database: _, redis } = self;
        let all = [Some(real), Some(yardstick), small.as_ref(), redis.as_ref()];
        all.into_iter().flatten().map(|tally| tally.latencies.total()).sum()
    }
}

impl ScaleRow {
    /// What a server with much in it did, and one with little.
    pub(super) fn new(work: &'static str, connections: u64, much: &Tally, little: &Tally) -> Self {
        let pace = |tally: &Tally| Pace { rate: tally.rate(), p99_us: tally.latencies.quantile_us(990) };
        Self { work, connections, much: pace(much), little: pace(little) }
    }
}

impl Row {
    /// What the server did beside what the others did; `events` is how many usage events each request holds.
    pub(super) fn new(case: Case, events: Option<u32>, parties: &Parties) -> Self {
        let Parties { real, yardstick, small: _, database, redis } = parties;
        let (database, redis) = (database.as_ref(), redis.as_ref());
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
            events_rate: events.map(|events| rate * f64::from(events)),
            redis: redis.map(|_| redis::NAME),
            redis_rate: redis.map(Tally::rate),
            redis_p50_us: redis.map(|redis| redis.latencies.quantile_us(500)),
            redis_p99_us: redis.map(|redis| redis.latencies.quantile_us(990)),
            redis_cpu_us: redis.map(Tally::cpu_us),
            redis_ratio: redis.map(|redis| rate / redis.rate()),
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
        let has_events = self.rows.iter().any(|row| row.events_rate.is_some());
        let sets = [
            (COLUMNS, true),
            (EVENT_COLUMNS, has_events),
            (REDIS_COLUMNS, self.has_redis()),
            (DATABASE_COLUMNS, self.engine == POSTGRES),
        ];
        let columns = || sets.iter().filter(|(_, is_shown)| *is_shown).flat_map(|(set, _)| set.iter());
        write_line(f, columns().map(|(head, _)| (*head).to_owned()))?;
        write_line(f, columns().enumerate().map(|(place, _)| if place == 0 { "---" } else { "---:" }.to_owned()))?;
        self.rows.iter().try_for_each(|row| write_line(f, columns().map(|(_, cell)| cell(row))))
    }

    fn has_redis(&self) -> bool {
        self.rows.iter().any(|row| row.redis_rate.is_some())
    }

    /// Writes the rows as one JSON array.
    pub(super) fn write_rows(&self, file: &Path) -> anyhow::Result<()> {
        let rows = serde_json::to_vec_pretty(&self.rows).context("cannot write the rows as JSON")?;
        std::fs::write(file, rows).with_context(|| format!("cannot write {}", file.display()))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}; {}; {}; yardstick: {}\n", self.machine, self.engine, self.size, yardstick::NAME)?;
        self.write_table(f)?;
        writeln!(f, "\nThe load itself took {:.1} µs of CPU for each request, on the same cores.", self.load_us)?;
        if self.engine == POSTGRES {
            writeln!(f, "{ABOUT_PGBENCH}")?;
        }
        if self.has_redis() {
            writeln!(f, "{ABOUT_REDIS}")?;
        }
        for lack in &self.lacks {
            writeln!(f, "{lack}")?;
        }
        if let Some(scale) = &self.scale {
            scale.write(f, self.size)?;
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

/// A number without its fraction, where there is one.
fn rounded(number: Option<f64>) -> String {
    number.map_or_else(unknown, |number| format!("{number:.0}"))
}

impl Scale {
    fn write(&self, f: &mut fmt::Formatter<'_>, size: Size) -> fmt::Result {
        writeln!(f, "\nMuch is {size};\nlittle is {}.", self.small)?;
        write!(f, "\n| work | connections | little: requests/s | much: requests/s | ratio |")?;
        writeln!(f, " little: p99 µs | much: p99 µs | ratio |")?;
        writeln!(f, "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")?;
        for ScaleRow { work, connections, much, little } in &self.rows {
            write!(f, "| {work} | {connections} | {:.0} | {:.0} | ", little.rate, much.rate)?;
            write!(f, "{:.2} | {:.0} | {:.0} | ", much.rate / little.rate, little.p99_us, much.p99_us)?;
            writeln!(f, "{:.2} |", much.p99_us / little.p99_us)?;
        }
        self.growth.write(f)?;
        writeln!(f, "At most {} MB resident while measuring.", mb(self.memory_peak))
    }
}

impl Growth {
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { ready_new, ready_empty, ready_full, memory_empty, memory_put, memory_full, put } = self;
        let ms = |time: &std::time::Duration| time.as_secs_f64() * 1e3;
        writeln!(f, "\n| | new | empty | much |")?;
        writeln!(f, "| --- | ---: | ---: | ---: |")?;
        writeln!(f, "| start to ready, ms | {:.0} | {:.0} | {:.0} |", ms(ready_new), ms(ready_empty), ms(ready_full))?;
        writeln!(f, "| resident memory when idle, MB | | {} | {} |", mb(*memory_empty), mb(*memory_full))?;
        let Some(PutRates { products, customers, events }) = put else { return writeln!(f) };
        write!(f, "\nPut in at {products:.0} products/s")?;
        for (rate, noun) in [(customers, "customers"), (events, "events")] {
            rate.map_or(Ok(()), |rate| write!(f, ", {rate:.0} {noun}/s"))?;
        }
        writeln!(f, ", with {} MB resident at the end.", mb(*memory_put))
    }
}

/// Megabytes, rounded.
fn mb(bytes: u64) -> u64 {
    (bytes + 500_000) / 1_000_000
}
