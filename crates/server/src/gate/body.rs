//! The parameters of a request, from its query and its body.

use axum::body::Body;
use axum::body::HttpBody;
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use std::time::Duration;

/// Most bytes of a request's body.
pub(crate) const BODY_MAX_BYTES: usize = 1024 * 1024;
/// How long a client may take to send its body.
pub(crate) const BODY_TIMEOUT: Duration = Duration::from_secs(15);

/// Why there is no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyFault {
    /// Over [`BODY_MAX_BYTES`].
    TooLarge,
    /// It did not arrive within [`BODY_TIMEOUT`].
    TooSlow,
    /// The connection broke off.
    CutOff,
}

/// Reads the whole body.
pub(crate) async fn read(body: Body) -> Result<Bytes, BodyFault> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    let collected = tokio::time::timeout(BODY_TIMEOUT, Limited::new(body, BODY_MAX_BYTES).collect());
    match collected.await {
        Err(_) => Err(BodyFault::TooSlow),
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(BodyFault::TooLarge),
        Ok(Err(_)) => Err(BodyFault::CutOff),
    }
}

/// The media type that a body claims to have, lower case, without its parameters; nothing where none is claimed.
pub(crate) fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().unwrap_or("unreadable");
    Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}
