//! What a newcomer tries first: the demo, and the types that come of it.

use crate::{binary, complaint, said};
use serde_json::Value;
use std::process::Output;
use tollgate_testkit::process::{SECRET_KEY as KEY, Server, run, serve, url};
use tollgate_testkit::scratch::Scratch;

fn ask(server: &Server, command: &[&str]) -> Output {
    let base = format!("http://{}", server.address());
    run(binary(), &[command, &["--url", &base, "--key", KEY]].concat())
}

#[test]
fn the_demo_fills_an_empty_environment_once_and_its_features_become_types() {
    let scratch = Scratch::new();
    let database = scratch.file("demo.db");
    let server = serve(binary(), &database);
    assert!(said(&ask(&server, &["demo"])).contains("10 customers"));
    assert!(complaint(&ask(&server, &["demo"])).contains("not empty"));

    let mut client = server.client();
    let mut access = |customer: &str| {
        let path = format!("/v1/feature-access?customerId={customer}");
        client.call("GET", &path, &Value::Null).expect("an answer").ok()
    };
    let fable = access("fable");
    let credits = &fable["ai_credits"]["usage"];
    assert_eq!((&credits["used"], &credits["bonusUsed"]), (&226.into(), &26.into()), "{fable}");
    assert_eq!(access("tinker")["exports"]["usage"]["hasReachedLimit"], true);
    assert_eq!(access("northwind")["exports"]["isUnlimited"], true);
    assert_eq!(access("orchard")["sso"]["hasAccess"], true, "an override");

    let file = scratch.file("priceos.types.ts");
    said(&ask(&server, &["types", "typescript", "--output", &file.to_string_lossy()]));
    let types = std::fs::read_to_string(&file).expect("it was written");
    assert!(types.contains("\n  ai_credits: { type: \"limit\"; tracksUsage: true };\n"), "{types}");
    assert!(types.contains("\n  sso: { type: \"boolean\" };\n"), "{types}");
    assert_eq!(said(&ask(&server, &["types", "typescript", "--output", "-"])), types);
    drop(server);
    said(&run(binary(), &["doctor", "--database", &url(&database)]));
}

#[test]
fn a_command_that_needs_a_server_says_what_is_wrong_with_it() {
    let scratch = Scratch::new();
    let server = serve(binary(), &scratch.file("tollgate.db"));
    let base = format!("http://{}", server.address());
    for (arguments, said) in [
        (["--url", &base, "--key", "sk_test_wrong0123456789"], "is not known"),
        (["--url", "http://127.0.0.1:1", "--key", KEY], "is the server running?"),
        (["--url", "ftp://127.0.0.1", "--key", KEY], "http:// or https://"),
        (["--url", "http://", "--key", KEY], "--url"),
    ] {
        let complaint = complaint(&run(binary(), &[&["demo"][..], &arguments].concat()));
        assert!(complaint.contains(said), "{arguments:?}: {complaint}");
        assert!(!complaint.contains("sk_test_"), "a key is never repeated: {complaint}");
    }
    assert!(complaint(&run(binary(), &["types", "typescript", "--url", &base])).contains("--key"));
}
