//! The memory: keeps the records of the domain, durably, and finds them again.
//!
//! [`Store`] is what the rest of the program sees; behind it stand engines with equal answers. An engine knows two
//! verbs, *load* what a command reads and *apply* what it changes; everything decided is decided by the domain, in
//! [`tollgate_domain::batch`]. What engines share is in the files of this folder: which nouns are kept, the body of a record,
//! the cache of bodies, migrations, the terms of the search index.
//!
//! Invariants:
//! * A job is answered after its changes are committed and synced, never before.
//! * Nothing of one environment is ever visible in the other.
//! * A refused or failed job leaves no trace.

mod cache;
mod clock;
mod drive;
mod error;
mod list;
mod metrics;
mod migrate;
mod model;
mod nouns;
mod options;
mod page;
mod postgres;
mod random;
mod record;
mod report;
mod search_terms;
mod sqlite;
mod store;
mod task;
mod transfer;
mod url;

pub use clock::Clock;
pub use error::{ListError, OpenError, SearchError, StoreError};
pub use options::{
    CACHE_BYTES_DEFAULT, MAX_AGE_DEFAULT, Options, READERS_DEFAULT, USAGE_TAIL_DEFAULT, WRITERS_DEFAULT,
};
pub use page::{COUNT_MAX, Found, UsagePage, UsageQuery};
pub use report::{FINDINGS_MAX, Finding, Report};
pub use store::{Store, backup, check};
pub use transfer::{Progress, Step, Tally, TransferError, Watcher, transfer};
pub use url::{DatabaseUrl, PostgresUrl, UrlError};
