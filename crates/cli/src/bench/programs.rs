//! The programs of the PostgreSQL project, `psql` and `pgbench`: where they are, and one run of them over a database.

use super::scratch::Scratch;
use anyhow::{Context, bail};
use std::ffi::OsString;
use std::fs::File;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Where Debian keeps them, in a folder for each version.
const VERSIONS: &str = "/usr/lib/postgresql";
const NEEDED: [&str; 2] = ["psql", "pgbench"];
/// Said where there are none.
pub(super) const NOT_FOUND: &str = "neither in /usr/lib/postgresql/*/bin nor in the PATH";
/// How often to look whether one has ended.
const PAUSE: Duration = Duration::from_millis(5);

/// The programs, and the database they are run over.
pub(super) struct Programs {
    folder: PathBuf,
    /// Without the password: arguments show in lists of processes.
    address: String,
    password: Option<OsString>,
    output: PathBuf,
    errors: PathBuf,
}

/// What a program wrote.
pub(super) struct Said {
    /// To standard output.
    pub(super) output: String,
    /// To standard error.
    pub(super) errors: String,
}

impl Programs {
    /// Those of the newest version, for the database of a URL; nothing where they are not installed.
    pub(super) fn find(scratch: &Scratch, url: &str) -> Option<Self> {
        let (address, password) = without_password(url);
        let [output, errors] = ["program.out", "program.err"].map(|name| scratch.file(name));
        Some(Self { folder: folder()?, address, password, output, errors })
    }

    /// What a query gives: rows as lines, columns between `|`.
    pub(super) async fn query(&self, sql: &str, patience: Duration) -> anyhow::Result<String> {
        let arguments = ["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-c", sql, "-d"];
        let said = self.run("psql", &arguments.map(Into::into), patience).await;
        Ok(said.context("cannot look into the database")?.output)
    }

    /// Runs a program to its end. The address of the database comes behind its arguments.
    pub(super) async fn run(&self, name: &str, arguments: &[OsString], patience: Duration) -> anyhow::Result<Said> {
        let mut command = Command::new(self.folder.join(name));
        // Like the server, they know of the database what its URL says, and nothing else.
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PG")) {
            command.env_remove(name);
        }
        command.env("LC_ALL", "C").envs(self.password.iter().map(|password| ("PGPASSWORD", password)));
        command.args(arguments).arg(&self.address).stdin(Stdio::null());
        command.stdout(File::create(&self.output).context("cannot make a file")?);
        command.stderr(File::create(&self.errors).context("cannot make a file")?);
        let child = command.spawn().with_context(|| format!("cannot start {name}"))?;
        let ended = Running(child).end(patience).await.with_context(|| name.to_owned())?;
        let said = Said { output: read(&self.output)?, errors: read(&self.errors)? };
        if !ended {
            bail!("{}", said.complaint());
        }
        Ok(said)
    }
}

impl Said {
    /// The first lines that say what is wrong, or else everything.
    fn complaint(&self) -> String {
        let is_complaint = |line: &&str| ["error:", "FATAL:", "ERROR:"].iter().any(|sign| line.contains(sign));
        let first: Vec<_> = self.errors.lines().filter(is_complaint).take(2).collect();
        if first.is_empty() { self.errors.trim().to_owned() } else { first.join("; ") }
    }
}

/// A program that is killed when nobody waits for it any more.
struct Running(Child);

impl Running {
    /// Waits; tells whether it ended well.
    async fn end(mut self, patience: Duration) -> anyhow::Result<bool> {
        let begin = Instant::now();
        while begin.elapsed() < patience {
            if let Some(status) = self.0.try_wait().context("cannot wait for it")? {
                return Ok(status.success());
            }
            tokio::time::sleep(PAUSE).await;
        }
        bail!("it does not end")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself, which is all that is wanted.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Debian's before those in the `PATH`, which on Debian pick a server by themselves.
fn folder() -> Option<PathBuf> {
    let mut versions: Vec<_> =
        std::fs::read_dir(VERSIONS).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    versions.sort_by_key(|folder| version(folder));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let newest_first = versions.into_iter().rev().map(|folder| folder.join("bin"));
    newest_first.chain(std::env::split_paths(&path)).find(|at| NEEDED.iter().all(|name| at.join(name).is_file()))
}

/// 15 of `/usr/lib/postgresql/15`, and 9 of `9.6`; before all versions what is none.
fn version(folder: &Path) -> Option<u32> {
    folder.file_name()?.to_str()?.split('.').next()?.parse().ok()
}

/// A URL without the password in it, and the password.
fn without_password(url: &str) -> (String, Option<OsString>) {
    let (rest, query) = url.split_once('?').unwrap_or((url, ""));
    let (secrets, others): (Vec<_>, Vec<_>) =
        query.split('&').filter(|pair| !pair.is_empty()).partition(|pair| pair.starts_with("password="));
    let (rest, in_user) = without_password_of_user(rest);
    let in_query = secrets.last().and_then(|pair| pair.split_once('=')).map(|(_, password)| password);
    let query = if others.is_empty() { String::new() } else { format!("?{}", others.join("&")) };
    (format!("{rest}{query}"), in_query.or(in_user).map(decode))
}

fn without_password_of_user(url: &str) -> (String, Option<&str>) {
    let parts = || {
        let (scheme, rest) = url.split_once("://")?;
        let (user, place) = rest.split_once('@')?;
        let (user, password) = user.split_once(':')?;
        Some((format!("{scheme}://{user}@{place}"), Some(password)))
    };
    parts().unwrap_or_else(|| (url.to_owned(), None))
}

/// What a text of a URL stands for.
fn decode(text: &str) -> OsString {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let [first, after @ ..] = rest {
        let escaped = (*first == b'%').then(|| after.get(..2)).flatten();
        let byte = escaped.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    OsString::from_vec(bytes)
}

fn read(file: &Path) -> anyhow::Result<String> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn a_password_is_taken_out_of_a_url() {
        for (url, address, password) in [
            ("postgres://u:p%40%2fw@h:5432/d", "postgres://u@h:5432/d", Some("p@/w")),
            ("postgres://u@h/d?sslmode=require", "postgres://u@h/d?sslmode=require", None),
            ("postgres:///d?host=%2Ftmp&password=p%3Aw&user=u", "postgres:///d?host=%2Ftmp&user=u", Some("p:w")),
            ("postgresql://h/d?password=p", "postgresql://h/d", Some("p")),
            ("postgres://u:100%@h", "postgres://u@h", Some("100%")),
        ] {
            assert_eq!(without_password(url), (address.to_owned(), password.map(Into::into)), "{url}");
        }
    }
}
