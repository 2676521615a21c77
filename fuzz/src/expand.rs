//! Any paths to expand, one a line: known ones, or a fault. They are sent both ways that arrays are.

use crate::params::check;
use std::fmt::Write;
use tollgate_wire::form::decode;
use tollgate_wire::stripe::{event, price, product};

pub(crate) fn run(bytes: &[u8]) {
    for key in ["expand[]", "expand[0]"] {
        let form: Vec<_> = bytes.split(|byte| *byte == b'\n').map(|path| pair(key, path)).collect();
        let Ok(params) = decode(form.join("&").as_bytes()) else { continue };
        let results = [
            product::parse_retrieve(&params).map(drop),
            product::parse_list(&params).map(drop),
            price::parse_retrieve(&params).map(drop),
            price::parse_list(&params).map(drop),
            event::parse_list(&params).map(drop),
        ];
        for fault in results.iter().filter_map(|result| result.as_ref().err()) {
            check(fault);
        }
    }
}

fn pair(key: &str, path: &[u8]) -> String {
    path.iter().fold(format!("{key}="), |mut pair, byte| {
        write!(pair, "%{byte:02X}").expect("a text takes every write");
        pair
    })
}
