//! How a store is opened.

use crate::clock::Clock;
use std::time::Duration;
use tollgate_domain::subscription::Payments;

/// Bytes of bodies that are kept in memory unless said otherwise.
pub const CACHE_BYTES_DEFAULT: u64 = 96 * 1024 * 1024;

/// How old what is answered from memory may be, where other nodes write to the same database, unless said otherwise.
pub const MAX_AGE_DEFAULT: Duration = Duration::from_secs(1);
/// Connections that read by key, unless said otherwise.
pub const READERS_DEFAULT: usize = 4;
/// Connections that write, unless said otherwise: with two, one decides while the other waits for the disk.
pub const WRITERS_DEFAULT: usize = 2;

/// Usage events of a file whose indexes are in memory only, before they are merged into those of the file, unless said
/// otherwise. More make it cheaper to record an event, and a start after a crash slower: some 8 µs for each.
pub const USAGE_TAIL_DEFAULT: usize = 65_536;

/// How a store is opened. Made from its default.
#[derive(Debug, Clone)]
pub struct Options {
    /// Largest size of the database in bytes; writes beyond it fail with [`StoreError::Full`](crate::StoreError::Full).
    /// The write-ahead log comes on top.
    pub max_bytes: Option<u64>,
    /// Most bytes of bodies kept in memory; they are taken as they are needed. Below 1 MiB nothing is kept.
    pub cache_bytes: u64,
    /// Whether this is the one process that serves a file, or a node that serves a database. Others are guests: they
    /// keep nothing in memory, and of a file they write API keys and users only.
    pub exclusive: bool,
    /// How old what is answered from memory may be, where other nodes write to the same database. With zero nothing
    /// is answered from memory.
    pub max_age: Duration,
    /// Connections to a PostgreSQL database that read by key; as many as do not wait for one another. A few others are
    /// opened for searches and for following other nodes.
    pub readers: usize,
    /// Connections to a PostgreSQL database that write, each one batch at a time.
    pub writers: usize,
    /// Usage events of a file whose indexes are in memory only, before they are merged into those of the file; twice as
    /// many while that goes on.
    pub usage_tail: usize,
    /// What tells the time.
    pub clock: Clock,
    /// Whether customers have a payment method.
    pub payments: Payments,
    /// Where ids come from, for tests; the operating system's randomness unless given.
    pub seed: Option<u64>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_bytes: None,
            cache_bytes: CACHE_BYTES_DEFAULT,
            exclusive: true,
            max_age: MAX_AGE_DEFAULT,
            readers: READERS_DEFAULT,
            writers: WRITERS_DEFAULT,
            usage_tail: USAGE_TAIL_DEFAULT,
            clock: Clock::system(),
            payments: Payments::default(),
            seed: None,
        }
    }
}
