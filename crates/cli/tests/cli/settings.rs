//! A flag wins over the environment, the environment over the file of settings, the file over the default.

use crate::{binary, complaint, said};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Output;
use tollgate_testkit::process::{Server, command, run, serving, url};
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

/// What the first subscription becomes that is to be charged, where settings are given so.
fn first_subscription(arguments: &[&str], environment: Option<&str>, in_file: Option<&str>) -> Value {
    let scratch = Scratch::new();
    if let Some(word) = in_file {
        fs::write(scratch.file("tollgate.toml"), format!("payments = \"{word}\"\n")).expect("a file can be made");
    }
    let database = scratch.file("tollgate.db");
    let mut serving = serving(binary(), &url(&database), arguments);
    serving.current_dir(scratch.path()).envs(environment.map(|word| ("TOLLGATE_PAYMENTS", word)));
    let server = Server::start(serving, &database).expect("it starts");
    let mut client = server.client();
    let mut make = |path: &str, form: &[(&str, &str)]| client.post(path, form).expect("the server answers").json();
    let price =
        [("product_data[name]", "Gold"), ("currency", "usd"), ("unit_amount", "1"), ("recurring[interval]", "day")];
    let (price, customer) = (make("/v1/prices", &price), make("/v1/customers", &[]));
    let [price, customer] = [price, customer].map(|made| made["id"].as_str().expect("it has an id").to_owned());
    make("/v1/subscriptions", &[("customer", &customer), ("items[0][price]", &price)])
}

#[test]
fn the_nearer_word_says_whether_customers_have_a_payment_method() {
    let (assumed, missing) = (&["--payments", "assumed"][..], &["--payments", "missing"][..]);
    for (arguments, environment, in_file, is_paid) in [
        (&[][..], None, None, true),
        (&[], None, Some("missing"), false),
        (&[], Some("assumed"), Some("missing"), true),
        (&[], Some("missing"), Some("assumed"), false),
        (assumed, Some("missing"), Some("missing"), true),
        (missing, Some("assumed"), Some("assumed"), false),
    ] {
        let made = first_subscription(arguments, environment, in_file);
        assert_eq!(
            (&made["status"] == "active", &made["error"]["code"] == "resource_missing"),
            (is_paid, !is_paid),
            "{made}"
        );
    }
}

#[test]
fn a_word_that_is_none_is_refused_with_those_that_are() {
    let scratch = Scratch::new();
    fs::write(scratch.file("odd.toml"), "payments = \"later\"\n").expect("a file can be made");
    let (database, odd) = (url(&scratch.file("tollgate.db")), scratch.file("odd.toml").display().to_string());
    let serve = |more: [&str; 2]| {
        let arguments = [&["serve", "--listen", "127.0.0.1:0", "--database", &database][..], &more].concat();
        run(binary(), &arguments)
    };
    let refused = serve(["--payments", "later"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("assumed, missing"), "{said}");
    let said = complaint(&serve(["--config", &odd]));
    assert!(said.contains("later") && said.contains("`assumed` or `missing`"), "{said}");
}
