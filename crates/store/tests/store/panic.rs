//! A panic where it is decided ends the process: nobody can tell what it left half done.

use crate::world::{Folder, open_url, run};
use std::process::Command;
use tollgate_domain::batch::Job;
use tollgate_domain::command::{Changes, Given};
use tollgate_domain::environment::Environment;
use tollgate_domain::facts::{Facts, ReadSet};
use tollgate_testkit::postgres::Postgres;

/// The address of the database, in the process that is to end.
const IN_CHILD: &str = "TOLLGATE_TEST_PANICS";

struct Panics;

impl Job for Panics {
    fn environment(&self) -> Environment {
        Environment::Test
    }

    fn reads(&self) -> ReadSet {
        ReadSet::default()
    }

    fn decide(&mut self, _: &Facts, _: Given, _: &mut dyn FnMut() -> u64) -> Result<Changes, ReadSet> {
        panic!("a defect in a command")
    }
}

#[test]
fn a_panic_where_it_is_decided_ends_the_process() {
    if let Ok(url) = std::env::var(IN_CHILD) {
        run(async { open_url(&url.parse().unwrap()).await.submit(Panics).await.map(|_| ()) }).unwrap();
        return;
    }
    // The child cannot tidy up after itself.
    let folder = Folder::new();
    let postgres = Postgres::shared().map(Postgres::create_database);
    for url in [format!("sqlite://{}", folder.file().display())].into_iter().chain(postgres) {
        let test = "panic::a_panic_where_it_is_decided_ends_the_process";
        let child = Command::new(std::env::current_exe().unwrap())
            .args([test, "--exact", "--nocapture"])
            .env(IN_CHILD, &url)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&child.stderr);
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&child.status), Some(6), "{url}: {said}");
        assert!(said.contains("a defect in a command"), "{said}");
    }
}
