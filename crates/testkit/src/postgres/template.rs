//! The data folder that every server is a copy of: to make one takes seconds, to copy it does not.

use super::programs::{self, Account};
use super::{PASSWORD, place};
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

const SCRIPT: &str = include_str!("template.sh");

/// The template for these programs, made by the first on this machine who asks. What would make it another has
/// another name.
pub(super) fn data(programs: &Path, account: Option<Account>) -> PathBuf {
    let mut version = programs::command(programs.join("postgres"));
    version.arg("--version");
    let version = programs::run(version, "").unwrap_or_else(|said| panic!("PostgreSQL has no version: {said}"));
    // "postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)"
    let number = version.split_whitespace().nth(2).unwrap_or("unknown");
    let mut checksum = DefaultHasher::new();
    (&version, programs::user(), account, SCRIPT, PASSWORD, programs::in_path("openssl")).hash(&mut checksum);
    let folder = std::env::temp_dir().join(format!("tollgate-postgres-{number}-{:016x}", checksum.finish()));
    place::make_folder(&folder, account);
    place::give(&folder, account);
    let data = folder.join("data");
    // Others who want it now wait here. The lock ends with the file, also when we die.
    let lock =
        File::create(folder.join("lock")).unwrap_or_else(|error| panic!("no lock in {}: {error}", folder.display()));
    lock.lock().expect("a file can be locked");
    if !data.join("PG_VERSION").is_file() {
        let mut make = programs::command_of(account, "sh", &folder);
        make.args(["-c", SCRIPT, "template.sh"]).args([programs, &data]).arg(PASSWORD);
        programs::run(make, "").unwrap_or_else(|said| panic!("no PostgreSQL data folder could be made: {said}"));
    }
    data
}
