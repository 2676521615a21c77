//! The programs of PostgreSQL: where they are, as whom they run, and one run of them to its end.

use std::env;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The folder of the programs, where it is none of the usual ones.
pub(super) const FOLDER_VARIABLE: &str = "TOLLGATE_TEST_POSTGRES_BIN";

/// Where Debian keeps them, in a folder for each version.
const VERSIONS: &str = "/usr/lib/postgresql";
/// What a folder must have: there are installations of the client alone.
const NEEDED: [&str; 3] = ["initdb", "postgres", "psql"];
/// How long a program may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often to look.
const PAUSE: Duration = Duration::from_millis(2);

/// A user and its group. PostgreSQL refuses to run as root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Account {
    pub(super) user: u32,
    pub(super) group: u32,
}

/// The folder of the newest version.
pub(super) fn find() -> Option<PathBuf> {
    if let Some(folder) = env::var_os(FOLDER_VARIABLE) {
        return Some(PathBuf::from(folder)).filter(|folder| is_complete(folder));
    }
    let mut folders: Vec<_> =
        fs::read_dir(VERSIONS).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    folders.sort_by_key(|folder| version(folder));
    let newest_first = folders.into_iter().rev().map(|folder| folder.join("bin"));
    newest_first.chain(path()).find(|folder| is_complete(folder))
}

/// Whether a program is in the `PATH`.
pub(super) fn in_path(program: &str) -> bool {
    path().iter().any(|folder| folder.join(program).is_file())
}

/// The user to run a server as, where it cannot be our own.
pub(super) fn account() -> Option<Account> {
    (user() == Some(0)).then(|| {
        let users = fs::read_to_string("/etc/passwd").expect("root can read /etc/passwd");
        account_in(&users).expect("root cannot run PostgreSQL, and there is no user postgres that could")
    })
}

/// The user that runs the tests.
pub(super) fn user() -> Option<u32> {
    fs::metadata("/proc/self").ok().map(|process| process.uid())
}

/// A command that whoever runs the tests has no say in.
pub(super) fn command(program: impl AsRef<Path>) -> Command {
    let mut command = Command::new(program.as_ref());
    for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PG")) {
        command.env_remove(name);
    }
    command.env("LC_ALL", "C");
    command
}

/// A command as the user that runs servers, in a folder of that user's.
pub(super) fn command_of(account: Option<Account>, program: impl AsRef<Path>, folder: &Path) -> Command {
    let mut command = command(program);
    command.current_dir(folder);
    if let Some(Account { user, group }) = account {
        command.uid(user).gid(group);
    }
    command
}

/// Runs a command to its end, for at most a minute. Gives what it wrote to standard output; an error is what it wrote
/// to standard error.
pub(super) fn run(mut command: Command, input: &str) -> Result<String, String> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("{command:?}: {error}"))?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    thread::scope(|scope| {
        // A program that ends before it has read everything says why itself.
        scope.spawn(move || stdin.expect("piped").write_all(input.as_bytes()));
        let output = scope.spawn(move || read(stdout.expect("piped")));
        let errors = scope.spawn(move || read(stderr.expect("piped")));
        let status = wait(&mut child);
        let [output, errors] = [output, errors].map(|reader| reader.join().expect("reading does not panic"));
        match status {
            Some(status) if status.success() => Ok(output),
            Some(_) => Err(errors),
            None => Err(format!("{command:?} does not end: {errors}")),
        }
    })
}

/// Waits for an end; nothing where it had to be forced.
pub(super) fn wait(child: &mut Child) -> Option<ExitStatus> {
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        if let Some(status) = child.try_wait().expect("a child can be waited for") {
            return Some(status);
        }
        thread::sleep(PAUSE);
    }
    // It may have ended just now.
    let _ = child.kill();
    let _ = child.wait();
    None
}

fn path() -> Vec<PathBuf> {
    env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default()
}

fn is_complete(folder: &Path) -> bool {
    NEEDED.iter().all(|program| folder.join(program).is_file())
}

/// 15 of `/usr/lib/postgresql/15`, and 9 of `9.6`; before all versions what is none.
fn version(folder: &Path) -> Option<u32> {
    let name = folder.file_name()?.to_str()?;
    name.split('.').next()?.parse().ok()
}

/// The account of the line `postgres:x:101:104:…`.
fn account_in(users: &str) -> Option<Account> {
    let line = users.lines().find(|line| line.starts_with("postgres:"))?;
    let mut numbers = line.split(':').skip(2).map_while(|field| field.parse().ok());
    Some(Account { user: numbers.next()?, group: numbers.next()? })
}

fn read(mut from: impl Read) -> String {
    let mut bytes = Vec::new();
    // What came before it broke is worth showing.
    let _ = from.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        let mut folders = ["/x/9.6", "/x/16", "/x/doc", "/x/15"].map(Path::new);
        folders.sort_by_key(|folder| version(folder));
        assert_eq!(folders, ["/x/doc", "/x/9.6", "/x/15", "/x/16"].map(Path::new));
    }

    #[test]
    fn the_account_is_that_of_the_user_postgres() {
        let users = "root:x:0:0:root:/root:/bin/sh\npostgres:x:101:104:PostgreSQL,,,:/var/lib/postgresql:/bin/bash\n";
        assert_eq!(account_in(users), Some(Account { user: 101, group: 104 }));
        assert_eq!(account_in("root:x:0:0:root:/root:/bin/sh\n"), None);
    }

    #[test]
    fn a_failed_program_gives_its_complaint() {
        let mut complain = command("sh");
        complain.args(["-c", "cat; echo no >&2; exit 3"]);
        assert_eq!(run(complain, "ignored"), Err("no\n".to_owned()));
        assert_eq!(run(command("cat"), "said"), Ok("said".to_owned()));
    }
}
