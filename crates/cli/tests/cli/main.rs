//! The real binary, as people and machines use it.

mod backup;
mod bench;
mod crash;
mod demo;
mod full;
mod keys;
mod layers;
mod migrate_data;
mod nodes;
mod settings;
mod start;
mod stop;
mod users;

use std::path::Path;
use std::process::Output;

/// The binary under test.
fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_tollgate"))
}

/// What a command wrote to standard output, given that it succeeded.
fn said(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What a command wrote to standard error, given that it failed, with the exit code of a failure rather than a panic.
fn complaint(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}
