//! How a store is opened.

use crate::clock::Clock;

/// Bytes of bodies that are kept in memory unless said otherwise.
pub const CACHE_BYTES_DEFAULT: u64 = 96 * 1024 * 1024;

/// How a store is opened. Made from its default.
#[derive(Debug, Clone)]
pub struct Options {
    /// Largest size of the database in bytes; writes beyond it fail with [`StoreError::Full`](crate::StoreError::Full).
    /// The write-ahead log comes on top.
    pub max_bytes: Option<u64>,
    /// Most bytes of bodies kept in memory; they are taken as they are needed. Below 1 MiB nothing is kept.
    pub cache_bytes: u64,
    /// Whether this is the one process that serves the file. Others are guests: they read everything, and write
    /// API keys only.
    pub exclusive: bool,
    /// What tells the time.
    pub clock: Clock,
    /// Where ids come from, for tests; the operating system's randomness unless given.
    pub seed: Option<u64>,
}

impl Default for Options {
    fn default() -> Self {
        Self { max_bytes: None, cache_bytes: CACHE_BYTES_DEFAULT, exclusive: true, clock: Clock::system(), seed: None }
    }
}
