//! Promotion codes: what customers type in to get a coupon.
//!
//! Invariant: no two active ones of an environment have the same code, whatever the case.

use crate::id::{BillingCustomerId, CouponId, PromotionCodeId};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A promotion code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called; oddities are documented")]
pub struct PromotionCode {
    pub id: PromotionCodeId,
    pub code: String,
    pub coupon: CouponId,
    pub customer: Option<BillingCustomerId>,
    pub active: bool,
    pub created: Timestamp,
}
