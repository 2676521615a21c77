//! `tollgate` as a child process.

use crate::http::Client;
use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

/// A test key that every server of [`serve`] knows.
pub const SECRET_KEY: &str = "sk_test_tollgateTestkitKnownKey00001";

/// How long a server may take to start or to end.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often to look.
const PAUSE: Duration = Duration::from_millis(2);

/// A server; killed when dropped.
pub struct Server {
    child: Child,
    address: SocketAddr,
    output: PathBuf,
    errors: PathBuf,
}

/// `tollgate ARGUMENTS`, with none of the settings that whoever runs the tests may have.
pub fn command(binary: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(binary);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TOLLGATE_")) {
        command.env_remove(name);
    }
    command.args(arguments).stdin(Stdio::null());
    command
}

/// The address of a database file.
pub fn url(database: &Path) -> String {
    format!("sqlite://{}", database.display())
}

/// Runs a command to its end, for at most a minute.
pub fn run(binary: &Path, arguments: &[&str]) -> Output {
    let child = command(binary, arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.expect("the binary starts");
    let begin = Instant::now();
    while child.try_wait().expect("a child can be waited for").is_none() {
        if begin.elapsed() > PATIENCE {
            let _ = child.kill();
            panic!("`tollgate {}` does not end", arguments.join(" "));
        }
        std::thread::sleep(PAUSE);
    }
    child.wait_with_output().expect("the output can be read")
}

/// Serves a database file on a free port, with [`SECRET_KEY`] on file.
pub fn serve(binary: &Path, database: &Path) -> Server {
    let serve = serving(binary, &url(database), &[]);
    Server::start(serve, database).unwrap_or_else(|said| panic!("no server: {said}"))
}

/// The command that serves the database of an address on a free port, with [`SECRET_KEY`] on file and further
/// arguments.
pub fn serving(binary: &Path, url: &str, arguments: &[&str]) -> Command {
    let mut serve = command(binary, &["serve", "--listen", "127.0.0.1:0", "--database", url]);
    serve.args(arguments).env("TOLLGATE_SECRET_KEY", SECRET_KEY);
    serve
}

impl Server {
    /// Starts a command that serves, and waits until it is ready. What it writes goes to files beside `beside`.
    /// An error is what it said before it ended.
    pub fn start(mut command: Command, beside: &Path) -> Result<Self, String> {
        let [output, errors] = ["out", "err"].map(|extension| beside.with_extension(extension));
        command.stdout(File::create(&output).expect("a file for the output can be made"));
        command.stderr(File::create(&errors).expect("a file for the errors can be made"));
        let child = command.spawn().expect("the binary starts");
        let mut server = Self { child, address: SocketAddr::from(([127, 0, 0, 1], 0)), output, errors };
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            if let Some(address) = address_in(&server.output()) {
                server.address = address;
                if server.client().get("/readyz").is_ok_and(|reply| reply.status == 200) {
                    return Ok(server);
                }
            }
            if server.has_ended().is_some() {
                return Err(server.errors());
            }
            std::thread::sleep(PAUSE);
        }
        Err(format!("not ready after {PATIENCE:?}: {}", server.errors()))
    }

    /// Where it serves.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A new client with [`SECRET_KEY`].
    pub fn client(&self) -> Client {
        Client::new(self.address, SECRET_KEY)
    }

    /// What it wrote to standard output so far.
    pub fn output(&self) -> String {
        read(&self.output)
    }

    /// What it wrote to standard error so far: its log.
    pub fn errors(&self) -> String {
        read(&self.errors)
    }

    /// Ends it at once, without a chance to do anything (SIGKILL).
    pub fn kill(&mut self) {
        self.child.kill().expect("a child of ours can be killed");
        self.child.wait().expect("a child can be waited for");
    }

    /// Asks it to stop (SIGTERM).
    pub fn ask_to_stop(&self) {
        // The standard library sends no signal but the one that kills.
        let id = self.child.id().to_string();
        let asked = Command::new("sh").args(["-c", "kill -TERM \"$1\"", "sh", &id]).status();
        assert!(asked.is_ok_and(|status| status.success()), "the signal was not sent");
    }

    /// Waits until it has ended by itself.
    pub fn wait(&mut self) -> ExitStatus {
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            if let Some(status) = self.has_ended() {
                return status;
            }
            std::thread::sleep(PAUSE);
        }
        panic!("the server does not end: {}", self.errors());
    }

    fn has_ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child can be waited for")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read(path: &Path) -> String {
    std::fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

/// The address of a line that is whole, so that the port is.
fn address_in(output: &str) -> Option<SocketAddr> {
    let (_, rest) = output.split_once("http://")?;
    let end = rest.find(char::is_whitespace)?;
    rest[..end].parse().ok()
}
