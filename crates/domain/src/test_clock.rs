//! Test clocks: time that stands still until it is moved, for the customers made with one.
//!
//! Invariant: a clock only ever goes forward, and while it advances nothing else moves it.

use crate::id::TestClockId;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A test clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called; oddities are documented")]
pub struct TestClock {
    pub id: TestClockId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What time it is.
    pub frozen: Timestamp,
    /// Where it is on its way to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advancing_to: Option<Timestamp>,
    /// By the time of day.
    pub created: Timestamp,
}
