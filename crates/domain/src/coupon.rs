//! Coupons: what is taken off a price. Kept on file; no amount is computed from them.

use crate::id::CouponId;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A coupon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called; oddities are documented")]
pub struct Coupon {
    pub id: CouponId,
    pub created: Timestamp,
}
