//! Random bits for ids: fast, seeded once by the operating system. Nothing secret is made of them.

use crate::error::OpenError;

/// The `SplitMix64` generator.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    /// Seeded with a number, so that it gives the same again.
    pub(crate) fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// Seeded with a number where one is given, by the operating system otherwise.
    pub(crate) fn new(seed: Option<u64>) -> Result<Self, OpenError> {
        match seed {
            Some(seed) => Ok(Self::seeded(seed)),
            None => getrandom::u64().map(Self::seeded).map_err(|error| OpenError::Failed(error.to_string())),
        }
    }

    /// The next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }
}
