//! `tollgate bench` comes to its end and says what it found; what that is is not tested.

use crate::{binary, complaint, said};
use serde_json::Value;
use std::fs;
use tollgate_testkit::postgres::Postgres;
use tollgate_testkit::process::run;
use tollgate_testkit::scratch::Scratch;

const SHORT: &[&str] = &["bench", "--products", "10", "--rounds", "1", "--round-ms", "10"];

/// Runs the shortest bench there is with some arguments: what it prints, and its rows.
fn bench(arguments: &[&str]) -> (String, Vec<Value>) {
    let scratch = Scratch::new();
    let (json, dir) = (scratch.file("rows.json"), scratch.path());
    let [rows, place] = [&json, dir].map(|path| path.to_str().expect("the path is text"));
    let report = said(&run(binary(), &[SHORT, &["--dir", place, "--json", rows], arguments].concat()));
    let rows = serde_json::from_slice(&fs::read(&json).expect("there are rows")).expect("they are a JSON array");
    assert_eq!(fs::read_dir(dir).expect("a directory can be read").count(), 1, "nothing is left but the rows");
    (report, rows)
}

/// The cases that rows are about.
fn cases(rows: &[Value]) -> Vec<(&str, u64, u64)> {
    let number = |row: &Value, name| row[name].as_u64().expect("a number");
    let case = |row| (number(row, "nodes"), number(row, "connections"));
    rows.iter().map(|row| (row["work"].as_str().expect("a name"), case(row).0, case(row).1)).collect()
}

#[test]
fn a_bench_over_a_file_measures_each_work_at_each_number_of_connections() {
    let (report, rows) = bench(&["--works", "product_create,product_retrieve", "--connections", "1,2"]);
    let expected =
        [("product_retrieve", 1, 1), ("product_retrieve", 1, 2), ("product_create", 1, 1), ("product_create", 1, 2)];
    assert_eq!(cases(&rows), expected, "{report}");
    assert!(rows.iter().all(|row| row["ratio"].as_f64() > Some(0.0)), "{report}");
    assert!(rows.iter().all(|row| row["database_rate"].is_null()), "{report}");
}

#[test]
fn a_bench_over_postgresql_measures_several_nodes_and_the_database_itself() {
    let Some(postgres) = Postgres::shared() else { return };
    let url = postgres.create_database();
    let load = ["--works", "product_retrieve,product_create", "--connections", "2"];
    let servers = ["--nodes", "1,2", "--cache-mb", "0", "--database", &postgres.tcp_url(&url)];
    let (report, rows) = bench(&[&load[..], &servers].concat());
    let expected =
        [("product_retrieve", 1, 2), ("product_retrieve", 2, 2), ("product_create", 1, 2), ("product_create", 2, 2)];
    assert_eq!(cases(&rows), expected, "{report}");
    assert!(rows.iter().all(|row| row["ratio"].as_f64() > Some(0.0)), "{report}");
    let is_measured = |row: &Value| row["database_ratio"].as_f64() > Some(0.0);
    assert!(rows.iter().all(is_measured) || report.contains("No pgbench: neither in"), "{report}");
    said(&run(binary(), &["doctor", "--database", &url]));
}

#[test]
fn a_bench_asks_for_access_and_uses_things_up_beside_redis_where_there_is_one() {
    let works = ["--works", "track_batch,consume,feature_access", "--connections", "2"];
    let (report, rows) = bench(&[&works[..], &["--customers", "3", "--events", "250", "--scale"]].concat());
    assert_eq!(cases(&rows), [("feature_access", 1, 2), ("track_batch", 1, 2), ("consume", 1, 2)], "{report}");
    assert!(rows.iter().all(|row| row["ratio"].as_f64() > Some(0.0)), "{report}");
    let per_request = |row: &Value| Some(row["events_rate"].as_f64()? / row["rate"].as_f64()?);
    let events: Vec<_> = rows.iter().map(|row| per_request(row).map(f64::round)).collect();
    assert_eq!(events, [None, Some(100.0), None], "{report}");
    assert_eq!(rows.iter().filter(|row| !row["redis"].is_null()).count(), usize::from(!report.contains("No Redis")));
    assert!(rows.iter().all(|row| row["redis"].is_null() || row["redis_ratio"].as_f64() > Some(0.0)), "{report}");
    assert!(report.contains("Much is 10 products, 3 customers, 250 usage events"), "{report}");
}

#[test]
fn a_bench_looks_at_the_dashboard() {
    let works = ["--works", "customers_search,customers_page", "--connections", "1"];
    let (report, rows) = bench(&[&works[..], &["--customers", "60", "--scale"]].concat());
    assert_eq!(cases(&rows), [("customers_search", 1, 1), ("customers_page", 1, 1)], "{report}");
    assert!(rows.iter().all(|row| row["ratio"].as_f64() > Some(0.0)), "{report}");
}

#[test]
fn a_file_has_one_server() {
    let told = complaint(&run(binary(), &["bench", "--nodes", "1,2"]));
    assert!(told.contains("--nodes 2: a file has one server"), "{told}");
}
