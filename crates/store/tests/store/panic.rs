//! A panic where it is decided ends the process: nobody can tell what it left half done.

use crate::world::{Engine, Folder, World, run};
use std::process::Command;
use tollgate_domain::batch::Job;
use tollgate_domain::command::Changes;
use tollgate_domain::environment::Environment;
use tollgate_domain::facts::{Facts, ReadSet};
use tollgate_domain::time::Timestamp;

/// Set in the process that is to end.
const IN_CHILD: &str = "TOLLGATE_TEST_PANICS";

struct Panics;

impl Job for Panics {
    fn environment(&self) -> Environment {
        Environment::Test
    }

    fn reads(&self) -> ReadSet {
        ReadSet::default()
    }

    fn decide(&mut self, _: &Facts, _: Timestamp, _: &mut dyn FnMut() -> u64) -> Result<Changes, ReadSet> {
        panic!("a defect in a command")
    }
}

#[test]
fn a_panic_of_the_writing_thread_ends_the_process() {
    if std::env::var_os(IN_CHILD).is_some() {
        run(async { World::new(Engine::Sqlite).await.store.submit(Panics).await.map(|_| ()) }).unwrap();
        return;
    }
    let test = "panic::a_panic_of_the_writing_thread_ends_the_process";
    // The child cannot tidy up after itself.
    let folder = Folder::new();
    let child = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env(IN_CHILD, "1")
        .env("TMPDIR", folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stderr);
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&child.status), Some(6), "{said}");
    assert!(said.contains("a defect in a command"), "{said}");
}
