//! The two sealed data sets, chosen by the key a request carries.

use serde::{Deserialize, Serialize};

/// Which of the two data sets a request works on. Nothing of one is ever visible in the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// For development and tests; keys start with `sk_test_`.
    Test,
    /// For real customers; keys start with `sk_live_`.
    Live,
}

impl Environment {
    /// Both, in a fixed order.
    pub const ALL: [Self; 2] = [Self::Test, Self::Live];

    /// Whether this is the live data set.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Live)
    }

    /// The one that is live, or the one that is not.
    pub const fn from_live(live: bool) -> Self {
        if live { Self::Live } else { Self::Test }
    }

    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Test => Self::Live,
            Self::Live => Self::Test,
        }
    }

    /// `test` or `live`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Live => "live",
        }
    }
}
