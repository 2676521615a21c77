//! What every request passes before its endpoint: an id, the key, the version, the body, the idempotency key.

pub(crate) mod auth;
pub(crate) mod body;
pub(crate) mod in_flight;
pub(crate) mod version;
