//! What every request passes before its endpoint: an id, the key, the version, the body, the idempotency key.

pub(crate) mod auth;
pub(crate) mod body;
pub(crate) mod in_flight;
pub(crate) mod version;

use std::time::{SystemTime, UNIX_EPOCH};
use tollgate_domain::id::{self, Id, RequestId};
use tollgate_domain::time::Timestamp;

/// A new id for a request. It names the request in answers, logs and events; nobody has to be unable to guess it.
pub(crate) fn request_id() -> RequestId {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX));
    id::generate(RequestId::PREFIX, RequestId::LENGTH, now, &mut || fastrand::u64(..)).into()
}
