//! Key-value pairs a caller hangs on an object.

use crate::refusal::Refusal;
use std::collections::BTreeMap;

/// Most pairs on one object.
pub const METADATA_MAX_KEYS: usize = 50;
/// Longest key, in characters.
pub const METADATA_KEY_MAX_CHARACTERS: usize = 40;
/// Longest value, in characters.
pub const METADATA_VALUE_MAX_CHARACTERS: usize = 500;

/// The pairs, in the order of their keys.
pub type Metadata = BTreeMap<String, String>;

/// What a request asks of an object's metadata.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MetadataPatch {
    /// Remove every pair first.
    pub clear: bool,
    /// Then set these keys, or remove them where there is no value.
    pub set: BTreeMap<String, Option<String>>,
}

impl MetadataPatch {
    /// The pairs after the patch.
    ///
    /// Refuses more than [`METADATA_MAX_KEYS`] of them; they are counted after the merge.
    pub fn apply(&self, current: &Metadata) -> Result<Metadata, Refusal> {
        let mut pairs = if self.clear { Metadata::new() } else { current.clone() };
        for (key, value) in &self.set {
            match value {
                Some(value) => pairs.insert(key.clone(), value.clone()),
                None => pairs.remove(key),
            };
        }
        if pairs.len() > METADATA_MAX_KEYS {
            return Err(Refusal::TooManyMetadataKeys { count: pairs.len() });
        }
        Ok(pairs)
    }
}
