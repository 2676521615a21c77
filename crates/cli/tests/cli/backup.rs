//! A backup taken while the server writes is a whole database.

use crate::{binary, complaint, said};
use std::sync::atomic::{AtomicBool, Ordering};
use tollgate_testkit::process::{run, serve, url};
use tollgate_testkit::scratch::Scratch;

#[test]
fn a_backup_while_serving_holds_everything_acknowledged_before_it() {
    let scratch = Scratch::new();
    let (database, copy) = (scratch.file("busy.db"), scratch.file("copy.db"));
    let server = serve(binary(), &database);
    let stop = AtomicBool::new(false);
    let before = std::thread::scope(|scope| {
        let write = || {
            let mut client = server.client();
            while !stop.load(Ordering::Relaxed) {
                let form = [
                    ("name", "Gold Plan"),
                    ("default_price_data[currency]", "usd"),
                    ("default_price_data[unit_amount]", "1"),
                ];
                client.post("/v1/products", &form).unwrap().ok();
            }
        };
        scope.spawn(write);
        scope.spawn(write);
        let product = server.client().post("/v1/products", &[("name", "Before")]).unwrap().ok();
        said(&run(binary(), &["backup", &copy.to_string_lossy(), "--database", &url(&database)]));
        stop.store(true, Ordering::Relaxed);
        product["id"].as_str().unwrap().to_owned()
    });
    drop(server);
    said(&run(binary(), &["doctor", "--database", &url(&copy)]));
    let restored = serve(binary(), &copy);
    restored.client().get(&format!("/v1/products/{before}")).unwrap().ok();
}

#[test]
fn a_backup_overwrites_nothing() {
    let scratch = Scratch::new();
    let (database, copy) = (scratch.file("t.db"), scratch.file("precious"));
    drop(serve(binary(), &database));
    std::fs::write(&copy, "precious").unwrap();
    let said = complaint(&run(binary(), &["backup", &copy.to_string_lossy(), "--database", &url(&database)]));
    assert!(said.contains("exists"), "{said}");
    assert_eq!(std::fs::read_to_string(&copy).unwrap(), "precious");
}

#[test]
fn a_backup_of_nothing_is_an_error() {
    let scratch = Scratch::new();
    let (database, copy) = (scratch.file("none.db"), scratch.file("copy.db"));
    let said = complaint(&run(binary(), &["backup", &copy.to_string_lossy(), "--database", &url(&database)]));
    assert!(said.contains("none.db"), "{said}");
    assert!(!database.exists() && !copy.exists());
}

#[test]
fn the_doctor_does_not_pass_a_damaged_file() {
    let scratch = Scratch::new();
    let database = scratch.file("damaged.db");
    let mut server = serve(binary(), &database);
    for _ in 0..200 {
        server.client().post("/v1/products", &[("name", "Gold Plan")]).unwrap().ok();
    }
    server.ask_to_stop();
    server.wait();
    said(&run(binary(), &["doctor", "--database", &url(&database)]));
    let mut bytes = std::fs::read(&database).unwrap();
    let (length, page) = (bytes.len(), 4_096);
    bytes[length / 2 / page * page..length - page].fill(0xa5);
    std::fs::write(&database, bytes).unwrap();
    let output = run(binary(), &["doctor", "--database", &url(&database)]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
}
