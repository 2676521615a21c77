//! The size of a product for shipping.

use serde::{Deserialize, Serialize};

/// Most decimal places of a dimension.
pub const DIMENSION_MAX_PLACES: usize = 2;

/// A length in inches or a weight in ounces, in hundredths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hundredths(pub u64);

/// Length, width and height in inches, weight in ounces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct PackageDimensions {
    pub height: Hundredths,
    pub length: Hundredths,
    pub weight: Hundredths,
    pub width: Hundredths,
}
