//! The process between us and a server: it ends the server when we are gone, in whatever way.
//!
//! It learns that from the pipe that only we can write to. A destructor would not do: there is none for a static, nor
//! for a process that is killed.

use super::programs::{self, Account};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

const SCRIPT: &str = include_str!("watcher.sh");

/// How long an order may take; more than the script allows for a start or an end.
const PATIENCE: Duration = Duration::from_secs(120);

/// A watcher of one server.
pub(super) struct Watcher {
    child: Child,
    /// Nothing once we are through.
    orders: Option<ChildStdin>,
    answers: Mutex<Receiver<String>>,
    folder: PathBuf,
}

impl Watcher {
    /// Watches over a folder, where it starts `server` over a copy of the template when it is ordered to.
    pub(super) fn over(folder: &Path, account: Option<Account>, template: &Path, server: &Command) -> Self {
        let mut watch = programs::command_of(account, "sh", folder);
        watch.args(["-c", SCRIPT, "watcher.sh"]).arg(template).arg(server.get_program()).args(server.get_args());
        watch.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        // A signal to all that the terminal or `timeout` started would reach the watcher as well.
        watch.process_group(0);
        let mut child = watch.spawn().unwrap_or_else(|error| panic!("no watcher in {}: {error}", folder.display()));
        let orders = child.stdin.take();
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let (answer, answers) = mpsc::channel();
        thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| answer.send(line)));
        Self { child, orders, answers: Mutex::new(answers), folder: folder.to_owned() }
    }

    /// Gives an order and waits until it is done; tells whether it could be.
    pub(super) fn order(&mut self, what: &str) -> bool {
        self.send(what);
        let answers = self.answers.get_mut().expect("nobody panics with the answers in hand");
        answers.recv_timeout(PATIENCE).is_ok_and(|answer| answer == "done")
    }

    /// Gives an order and does not wait.
    pub(super) fn send(&mut self, what: &str) {
        let orders = self.orders.as_mut().expect("nobody orders after the end");
        writeln!(orders, "{what}").unwrap_or_else(|error| panic!("the watcher of PostgreSQL is gone: {error}"));
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.orders = None;
        programs::wait(&mut self.child);
        // Where temporary files are not for everybody, the account may empty the folder but not remove it.
        let _ = fs::remove_dir(&self.folder);
    }
}
