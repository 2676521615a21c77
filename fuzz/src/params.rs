//! Any form, to any endpoint: a command, or a fault whose body is JSON that names what is wrong.
//!
//! The first byte picks the endpoint, the rest is the form.

use tollgate_wire::fault::Fault;
use tollgate_wire::form::{Params, decode};
use tollgate_wire::stripe::{error, event, price, product, tax_code};

type Parser = fn(&Params) -> Result<(), Fault>;

/// What every endpoint does with its parameters before a database is asked.
const PARSERS: [Parser; 14] = [
    |params| product::parse_create(params).map(drop),
    |params| product::parse_update(params, "prod_1".to_owned().into()).map(drop),
    |params| product::parse_retrieve(params).map(drop),
    |params| product::parse_list(params).map(drop),
    |params| product::parse_search(params).map(drop),
    |params| product::parse_delete(params, "prod_1".to_owned().into()).map(drop),
    |params| price::parse_create(params).map(drop),
    |params| price::parse_update(params, "price_1".to_owned().into()).map(drop),
    |params| price::parse_retrieve(params).map(drop),
    |params| price::parse_list(params).map(drop),
    |params| price::parse_search(params).map(drop),
    |params| event::parse_list(params).map(drop),
    |params| event::parse_retrieve(params).map(drop),
    |params| tax_code::parse_list(params).map(drop),
];

pub(crate) fn run(bytes: &[u8]) {
    let Some((first, form)) = bytes.split_first() else { return };
    let Ok(params) = decode(form) else { return };
    let parse = PARSERS[usize::from(*first) % PARSERS.len()];
    if let Err(fault) = parse(&params) {
        check(&fault);
    }
}

/// The body of a fault is a JSON object that says something.
pub(crate) fn check(fault: &Fault) {
    let body = error::body(fault);
    let body: serde_json::Value = serde_json::from_slice(&body).expect("a fault's body is JSON");
    let message = body["error"]["message"].as_str().expect("a fault has a message");
    assert!(!message.is_empty());
    assert!(body["error"]["type"].is_string());
}
