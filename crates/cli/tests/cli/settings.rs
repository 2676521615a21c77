//! A flag wins over the environment, the environment over the file of settings, the file over the default.

use crate::{binary, complaint, said};
use std::fs;
use std::path::Path;
use std::process::Output;
use tollgate_testkit::process::command;
use tollgate_testkit::scratch::Scratch;

/// Makes a key in a folder, and so a database where the settings say.
fn make_key(folder: &Path, arguments: &[&str], environment: Option<&str>) -> Output {
    let mut making = command(binary(), &[&["keys", "create"], arguments].concat());
    making.current_dir(folder).envs(environment.map(|url| ("TOLLGATE_DATABASE", url)));
    making.output().expect("the binary starts")
}

#[test]
fn the_nearer_setting_wins() {
    let flag = ["--database", "sqlite://flag.db"];
    for (arguments, environment, file, made) in [
        (&flag[..], Some("sqlite://environment.db"), true, "flag.db"),
        (&[], Some("sqlite://environment.db"), true, "environment.db"),
        (&[], None, true, "file.db"),
        (&[], None, false, "tollgate.db"),
    ] {
        let scratch = Scratch::new();
        if file {
            fs::write(scratch.file("tollgate.toml"), "database = \"sqlite://file.db\"\n").expect("a file can be made");
        }
        said(&make_key(scratch.path(), arguments, environment));
        for name in ["flag.db", "environment.db", "file.db", "tollgate.db"] {
            assert_eq!(scratch.file(name).exists(), name == made, "{name} where {made} is meant");
        }
    }
}

#[test]
fn a_setting_that_is_none_is_named() {
    let scratch = Scratch::new();
    fs::write(scratch.file("odd.toml"), "databse = \"sqlite://file.db\"\n").expect("a file can be made");
    let odd = complaint(&make_key(scratch.path(), &["--config", "odd.toml"], None));
    assert!(odd.contains("databse") && odd.contains("odd.toml"), "{odd}");
    let missing = complaint(&make_key(scratch.path(), &["--config", "missing.toml"], None));
    assert!(missing.contains("missing.toml"), "{missing}");
}
