//! Form encoding with brackets: `a=1&b[c]=2&d[0]=3&e[][f]=4`.
//!
//! The tree that comes out is neutral. `a[0]=x` is a map with the key `0`; whether that is an array or a map is for
//! the [parameter table](crate::params) to say. Decoding takes time linear in the input, up to a logarithm.

mod encode;
mod fingerprint;
mod insert;
mod path;
mod percent;
mod tree;

pub use encode::encode;
pub(crate) use percent::encode as percent_encode;
pub use tree::{Map, Node, Params};

use std::borrow::Cow;

/// Most steps of one key: `a[b][c]` has three.
pub const DEPTH_MAX: usize = 8;
/// Most key-value pairs of one body or query.
pub const PAIRS_MAX: usize = 1000;

/// Why bytes are no form. Keys are shown as sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormFault {
    /// A `%` that two hexadecimal digits do not follow.
    Percent {
        /// The key of the pair it is in.
        key: String,
    },
    /// Bytes that are not UTF-8 once decoded.
    Utf8 {
        /// The key of the pair they are in.
        key: String,
    },
    /// A key of more than [`DEPTH_MAX`] steps.
    TooDeep {
        /// That key.
        key: String,
    },
    /// More than [`PAIRS_MAX`] pairs.
    TooManyPairs,
}

/// Decodes a body or a query.
pub fn decode(bytes: &[u8]) -> Result<Params, FormFault> {
    let mut params = Params::default();
    decode_into(&mut params, bytes)?;
    Ok(params)
}

/// Text as a value of a query.
pub fn percent_encoded(text: &str) -> String {
    let mut encoded = String::new();
    percent::encode(text, &mut encoded);
    encoded
}

/// Decodes into parameters that are there already; where both say something, these bytes win.
pub fn decode_into(params: &mut Params, bytes: &[u8]) -> Result<(), FormFault> {
    pairs_of(bytes).try_for_each(|pair| {
        let Pair { raw_key, key, value } = pair?;
        put(params, raw_key, &key, value.into_owned())
    })
}

/// The pairs of a body or a query one by one, as browsers send the fields of a page; those without a name are left out.
pub fn pairs(bytes: &[u8]) -> Result<Vec<(String, String)>, FormFault> {
    pairs_of(bytes).map(|pair| pair.map(|pair| (pair.key.into_owned(), pair.value.into_owned()))).collect()
}

/// The parameters that decoded pairs make.
pub fn from_pairs<'p>(pairs: impl IntoIterator<Item = (&'p str, &'p str)>) -> Result<Params, FormFault> {
    let mut params = Params::default();
    for (key, value) in pairs {
        put(&mut params, key.as_bytes(), key, value.to_owned())?;
    }
    Ok(params)
}

/// A pair, decoded, and its key as sent.
struct Pair<'b> {
    raw_key: &'b [u8],
    key: Cow<'b, str>,
    value: Cow<'b, str>,
}

fn pairs_of(bytes: &[u8]) -> impl Iterator<Item = Result<Pair<'_>, FormFault>> {
    let pairs = bytes.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).enumerate();
    let pairs =
        pairs.map(|(count, pair)| if count < PAIRS_MAX { decode_pair(pair) } else { Err(FormFault::TooManyPairs) });
    pairs.filter(|pair| !matches!(pair, Ok(pair) if pair.key.is_empty()))
}

fn decode_pair(pair: &[u8]) -> Result<Pair<'_>, FormFault> {
    let (raw_key, raw_value) = match pair.iter().position(|byte| *byte == b'=') {
        Some(equals) => (&pair[..equals], &pair[equals + 1..]),
        None => (pair, &[][..]),
    };
    let name_the_key = |fault| match fault {
        percent::Fault::Percent => FormFault::Percent { key: shown(raw_key) },
        percent::Fault::Utf8 => FormFault::Utf8 { key: shown(raw_key) },
    };
    let key = percent::decode(raw_key).map_err(name_the_key)?;
    let value = percent::decode(raw_value).map_err(name_the_key)?;
    Ok(Pair { raw_key, key, value })
}

fn put(params: &mut Params, raw_key: &[u8], key: &str, value: String) -> Result<(), FormFault> {
    let path = path::Path::split(key).ok_or_else(|| FormFault::TooDeep { key: shown(raw_key) })?;
    insert::insert(params, path.steps(), value);
    Ok(())
}

/// Longest part of a key that a fault repeats, in bytes.
const SHOWN_MAX_BYTES: usize = 200;

fn shown(raw_key: &[u8]) -> String {
    String::from_utf8_lossy(&raw_key[..raw_key.len().min(SHOWN_MAX_BYTES)]).into_owned()
}

#[cfg(test)]
mod tests;
