//! For tests only: the real binary as a child process and a plain way to talk to it; a PostgreSQL of the tests' own,
//! and a proxy before it that cuts.
//!
//! What cannot be done panics with a sentence, as a test wants it; what a test may expect to fail is a `Result`.

pub mod http;
pub mod postgres;
pub mod process;
pub mod proxy;
pub mod scratch;
pub mod spread;
