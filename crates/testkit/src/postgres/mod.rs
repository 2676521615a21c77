//! A PostgreSQL of the tests' own. It needs Linux: processes are found through `/proc`.

mod place;
mod programs;
mod settings;
mod template;
#[cfg(test)]
mod tests;
mod watcher;

use crate::http::encode;
pub use settings::Care;
use std::fs;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use watcher::Watcher;

/// Of the superuser `tollgate`; asked for over TCP only.
pub const PASSWORD: &str = "tollgate";

/// A port may be taken by another between the look and the start.
const STARTS_MAX: u32 = 5;
/// How much of the log a panic shows.
const LOG_LINES_SHOWN: usize = 30;

/// A server of its own, reached by a unix socket and on loopback TCP. It is gone, with its data, when dropped, and
/// also when this process dies in any way.
pub struct Postgres {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
    watcher: Watcher,
    databases: AtomicU32,
}

impl Postgres {
    /// Where the server programs are: the newest of Debian's, or those in `PATH`. Nothing where they are not
    /// installed. `TOLLGATE_TEST_POSTGRES_BIN` names another folder.
    pub fn programs() -> Option<PathBuf> {
        programs::find()
    }

    /// Starts one, or gives nothing where there is none to start, after saying so on standard error.
    pub fn start() -> Option<Self> {
        Self::start_with(Care::Quick)
    }

    /// Starts one for benchmarks, or gives nothing as [`Postgres::start`].
    pub fn start_durable() -> Option<Self> {
        Self::start_with(Care::Durable)
    }

    /// Starts one, or gives nothing as [`Postgres::start`].
    pub fn start_with(care: Care) -> Option<Self> {
        if let Some(programs) = Self::programs() {
            return Some(Self::launch(programs, care));
        }
        say_skipped();
        None
    }

    /// The one server that all tests of this process share. Each makes a database of its own in it.
    pub fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Postgres>> = OnceLock::new();
        SHARED.get_or_init(Self::start).as_ref()
    }

    /// A new empty database; gives its URL over the unix socket, where no password is asked for.
    pub fn create_database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        // Unlike the usual template, this one is never in use.
        self.psql(&self.url("postgres"), &format!("CREATE DATABASE {name} TEMPLATE template0"));
        self.url(&name)
    }

    /// The URL of a database over TCP, with the password.
    pub fn tcp_url(&self, url: &str) -> String {
        format!("postgres://tollgate:{PASSWORD}@{}/{}", self.address(), database_in(url))
    }

    /// Where it listens for TCP.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
    }

    /// The certificate, a PEM file, that vouches for the one the server shows for `localhost` and `127.0.0.1`. Nothing
    /// where the machine has no openssl; the server then does without TLS.
    pub fn certificate(&self) -> Option<PathBuf> {
        Some(self.folder.join("data/root.crt")).filter(|certificate| certificate.exists())
    }

    /// Runs SQL against a URL made here and gives its output: rows as lines, columns between `|`. Each statement is a
    /// message, and a transaction, of its own.
    pub fn psql(&self, url: &str, sql: &str) -> String {
        self.try_psql(url, sql)
            .unwrap_or_else(|complaint| panic!("psql failed: {complaint}\nin: {sql}\n{}", self.end_of_log()))
    }

    /// Runs SQL that may fail. An error is the complaint of psql.
    pub fn try_psql(&self, url: &str, sql: &str) -> Result<String, String> {
        let mut psql = programs::command(self.programs.join("psql"));
        psql.args(["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-", "-d", url]);
        programs::run(psql, sql).map(|output| output.trim_end_matches('\n').to_owned())
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        fs::read(self.folder.join("log")).map(|log| String::from_utf8_lossy(&log).into_owned()).unwrap_or_default()
    }

    /// Ends all its processes at once, without a chance to do anything (SIGKILL), as a crash does.
    pub fn kill(&mut self) {
        self.order("kill");
    }

    /// Stops it in order; its clients are sent away (a fast shutdown).
    pub fn stop(&mut self) {
        self.order("stop");
    }

    /// Starts it again with the same data, port and socket, and waits until it is ready. Stops it before where it runs.
    pub fn restart(&mut self) {
        self.order("stop");
        self.order(&format!("start {}", self.port));
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://tollgate@/{database}?{}", encode(&[("host", &self.folder.to_string_lossy())]))
    }

    fn launch(programs: PathBuf, care: Care) -> Self {
        let mut launched = Self::prepare(programs, care);
        launched.start_on_a_free_port();
        launched
    }

    /// Everything but the start.
    fn prepare(programs: PathBuf, care: Care) -> Self {
        let account = programs::account();
        let template = template::data(&programs, account);
        let folder = place::new_folder(account);
        let mut server = Command::new(programs.join("postgres"));
        for setting in settings::of(care, &folder, template.join("server.crt").exists()) {
            server.args(["-c", &setting]);
        }
        let watcher = Watcher::over(&folder, account, &template, &server);
        Self { programs, folder, port: 0, watcher, databases: AtomicU32::new(0) }
    }

    fn start_on_a_free_port(&mut self) {
        for _ in 0..STARTS_MAX {
            self.port = place::free_port();
            if self.watcher.order(&format!("start {}", self.port)) {
                return;
            }
        }
        panic!("PostgreSQL does not start\n{}", self.end_of_log());
    }

    fn order(&mut self, what: &str) {
        assert!(self.watcher.order(what), "PostgreSQL does not {what}\n{}", self.end_of_log());
    }

    fn end_of_log(&self) -> String {
        let log = self.log();
        let lines: Vec<_> = log.lines().collect();
        format!("its log ends:\n{}", lines[lines.len().saturating_sub(LOG_LINES_SHOWN)..].join("\n"))
    }
}

/// Not through `eprintln!`, which the test harness keeps to itself when the test passes.
fn say_skipped() {
    let line = format!(
        "SKIPPED: PostgreSQL is not installed, so nothing was tested with it (Debian: apt-get install postgresql; \
         elsewhere {} names the folder of its programs)\n",
        programs::FOLDER_VARIABLE
    );
    // Who closed standard error does not want to know.
    let _ = std::io::stderr().write_all(line.as_bytes());
}

/// The name in a URL that was made here.
fn database_in(url: &str) -> &str {
    let path = url.split('?').next().unwrap_or(url);
    path.rsplit('/').next().unwrap_or(path)
}
