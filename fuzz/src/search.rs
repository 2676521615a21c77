//! Any text in the search language: a query, or a fault. The first byte picks what is searched for.

use crate::params::check;
use tollgate_domain::record::Noun;
use tollgate_wire::search::parse;

pub(crate) fn run(bytes: &[u8]) {
    let Some((first, text)) = bytes.split_first() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let noun = if first % 2 == 0 { Noun::Product } else { Noun::Price };
    if let Err(fault) = parse(noun, text) {
        check(&fault);
    }
}
