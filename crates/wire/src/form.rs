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

/// Decodes into parameters that are there already; where both say something, these bytes win.
pub fn decode_into(params: &mut Params, bytes: &[u8]) -> Result<(), FormFault> {
    let pairs = bytes.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
    for (count, pair) in pairs.enumerate() {
        if count == PAIRS_MAX {
            return Err(FormFault::TooManyPairs);
        }
        decode_pair(params, pair)?;
    }
    Ok(())
}

fn decode_pair(params: &mut Params, pair: &[u8]) -> Result<(), FormFault> {
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
    if key.is_empty() {
        return Ok(());
    }
    let path = path::Path::split(&key).ok_or_else(|| FormFault::TooDeep { key: shown(raw_key) })?;
    insert::insert(params, path.steps(), value.into_owned());
    Ok(())
}

/// Longest part of a key that a fault repeats, in bytes.
const SHOWN_MAX_BYTES: usize = 200;

fn shown(raw_key: &[u8]) -> String {
    String::from_utf8_lossy(&raw_key[..raw_key.len().min(SHOWN_MAX_BYTES)]).into_owned()
}

#[cfg(test)]
mod tests;
