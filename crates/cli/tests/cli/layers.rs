//! Dependencies run one way (ARCHITECTURE.md, "Layout").

use serde_json::Value;
use std::collections::BTreeSet;
use std::process::Command;

/// What each crate may use of ours. Tests may use `tollgate-testkit` besides.
const LAYERS: [(&str, &[&str]); 6] = [
    ("tollgate-domain", &[]),
    ("tollgate-wire", &["tollgate-domain"]),
    ("tollgate-store", &["tollgate-domain"]),
    ("tollgate-server", &["tollgate-domain", "tollgate-wire", "tollgate-store"]),
    ("tollgate", &["tollgate-domain", "tollgate-store", "tollgate-server"]),
    ("tollgate-testkit", &[]),
];

/// Crates of others that only some of ours may use.
const KEPT: [(&str, &[&str]); 6] = [
    ("tokio", &["tollgate-store", "tollgate-server", "tollgate"]),
    ("axum", &["tollgate-server"]),
    ("rusqlite", &["tollgate-store"]),
    ("tokio-postgres", &["tollgate-store"]),
    ("rustls", &["tollgate-store", "tollgate-server", "tollgate"]),
    ("anyhow", &["tollgate"]),
];

#[test]
fn dependencies_run_one_way() {
    let packages = packages();
    let names: BTreeSet<_> = packages.iter().map(|package| text(package, "name")).collect();
    assert_eq!(names, LAYERS.iter().map(|(name, _)| *name).collect(), "a crate has no place in the layers");
    for package in &packages {
        let name = text(package, "name");
        let (_, allowed) = LAYERS.iter().find(|(known, _)| *known == name).expect("compared above");
        for dependency in package["dependencies"].as_array().expect("a list") {
            let used = text(dependency, "name");
            let testing = dependency["kind"] == "dev";
            let ours = used.starts_with("tollgate");
            assert!(!ours || allowed.contains(&used) || testing && used == "tollgate-testkit", "{name} uses {used}");
            let keepers = KEPT.iter().find(|(kept, _)| *kept == used).map(|(_, keepers)| *keepers);
            assert!(testing || keepers.is_none_or(|keepers| keepers.contains(&name)), "{name} uses {used}");
        }
    }
}

fn packages() -> Vec<Value> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let arguments = ["metadata", "--format-version", "1", "--no-deps", "--offline"];
    let output = Command::new(cargo).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output();
    let output = output.expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    metadata["packages"].as_array().expect("a list").clone()
}

fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value[field].as_str().expect("a text")
}
