//! Idempotency: a request that comes again gets the answer it got the first time.
//!
//! Invariant: a receipt is written in the same step as the change it answers for, so that neither is ever there
//! without the other.

use crate::checkout::Session;
use crate::id::RequestId;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How long a receipt is kept, in milliseconds: a day.
pub const RECEIPT_LIFETIME_MILLIS: i64 = 24 * 60 * 60 * 1000;
/// Longest idempotency key, in characters.
pub const KEY_MAX_CHARACTERS: usize = 255;

/// The answer a request got, kept under the key it carried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The caller's key.
    pub key: String,
    /// The path it was used for.
    pub endpoint: String,
    /// A digest of the parameters it was used with.
    pub fingerprint: String,
    /// The first request.
    pub request: RequestId,
    /// The status of its answer.
    pub status: u16,
    /// The body of its answer.
    pub body: String,
    /// The page that the request opened, kept beside it: see [`checkout`](crate::checkout).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<Arc<Session>>,
    /// When it was answered.
    pub created: Timestamp,
}

/// A request that carries a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The caller's key.
    pub key: String,
    /// The path of the request.
    pub endpoint: String,
    /// A digest of its parameters.
    pub fingerprint: String,
}

/// What a receipt means for a request that carries its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The key is new, or so old that it starts anew.
    Execute,
    /// Answer as the first time.
    Replay,
    /// The key was used for another path.
    OtherEndpoint,
    /// The key was used with other parameters.
    OtherParameters,
}

impl Claim {
    /// Holds the claim against the receipt found under its key.
    pub fn verdict(&self, found: Option<&Receipt>, now: Timestamp) -> Verdict {
        match found {
            None => Verdict::Execute,
            Some(receipt) if now.millis() - receipt.created.millis() > RECEIPT_LIFETIME_MILLIS => Verdict::Execute,
            Some(receipt) if receipt.endpoint != self.endpoint => Verdict::OtherEndpoint,
            Some(receipt) if receipt.fingerprint != self.fingerprint => Verdict::OtherParameters,
            Some(_) => Verdict::Replay,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_answers_only_the_same_request_and_only_for_a_day() {
        let receipt = Receipt {
            key: "k".into(),
            endpoint: "/v1/products".into(),
            fingerprint: "aa".into(),
            request: "req_1".into(),
            status: 200,
            body: "{}".into(),
            session: None,
            created: Timestamp::from_seconds(1000),
        };
        let claim = |endpoint: &str, fingerprint: &str| Claim {
            key: "k".into(),
            endpoint: endpoint.into(),
            fingerprint: fingerprint.into(),
        };
        let day_later = Timestamp::from_millis(1_000_000 + RECEIPT_LIFETIME_MILLIS);
        let over = Timestamp::from_millis(1_000_001 + RECEIPT_LIFETIME_MILLIS);
        for (claim, found, now, verdict) in [
            (claim("/v1/products", "aa"), None, day_later, Verdict::Execute),
            (claim("/v1/products", "aa"), Some(&receipt), day_later, Verdict::Replay),
            (claim("/v1/products", "aa"), Some(&receipt), over, Verdict::Execute),
            (claim("/v1/prices", "aa"), Some(&receipt), day_later, Verdict::OtherEndpoint),
            (claim("/v1/products", "bb"), Some(&receipt), day_later, Verdict::OtherParameters),
        ] {
            assert_eq!(claim.verdict(found, now), verdict);
        }
    }
}
