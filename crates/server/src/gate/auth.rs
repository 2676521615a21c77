//! Who asks: the secret key of a request, and the environment it opens.

use crate::keys;
use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use quick_cache::sync::Cache;
use std::time::{Duration, Instant};
use subtle::ConstantTimeEq;
use tollgate_domain::command::Stop;
use tollgate_domain::environment::Environment;
use tollgate_domain::facts::{Facts, Key};
use tollgate_store::{Store, StoreError};

/// Keys remembered at a time.
const REMEMBERED_MAX: usize = 10_000;
/// How long a key is trusted without looking again: the longest that a revoked key still works.
const TRUST: Duration = Duration::from_secs(1);

/// Why a request is not let in.
#[derive(Debug)]
pub(crate) enum Refused {
    /// It carries no key.
    NoKey,
    /// It carries one that nobody made.
    Unknown(String),
    /// It carries one that was revoked.
    Revoked(String),
    /// The keys could not be read.
    Store(StoreError),
}

/// Knows the keys that were seen lately.
pub(crate) struct Authenticator {
    remembered: Cache<[u8; 32], Trusted>,
}

#[derive(Clone, Copy)]
struct Trusted {
    environment: Environment,
    until: Instant,
}

impl Authenticator {
    pub(crate) fn new() -> Self {
        Self { remembered: Cache::new(REMEMBERED_MAX) }
    }

    /// The environment that a key opens.
    pub(crate) async fn authenticate(&self, store: &Store, key: Option<String>) -> Result<Environment, Refused> {
        let key = key.ok_or(Refused::NoKey)?;
        let digest = keys::digest(&key);
        if let Some(trusted) = self.remembered.get(&digest)
            && Instant::now() < trusted.until
        {
            return Ok(trusted.environment);
        }
        let Some(environment) = keys::environment_of(&key) else { return Err(Refused::Unknown(key)) };
        match find(store, environment, &keys::hex(&digest)).await.map_err(Refused::Store)? {
            Found::Good => {}
            Found::Unknown => return Err(Refused::Unknown(key)),
            Found::Revoked => return Err(Refused::Revoked(key)),
        }
        self.remembered.insert(digest, Trusted { environment, until: Instant::now() + TRUST });
        Ok(environment)
    }
}

enum Found {
    Good,
    Unknown,
    Revoked,
}

async fn find(store: &Store, environment: Environment, hash: &str) -> Result<Found, StoreError> {
    let mut facts = Facts::default();
    let mut reads = Key::api_key_hash(hash).into();
    loop {
        store.load(environment, &reads, &mut facts).await?;
        match facts.api_key_by_hash(hash) {
            // The hash led here, so it is equal; comparing in constant time keeps that true of any store.
            Ok(Some(key)) if bool::from(key.hash.as_bytes().ct_eq(hash.as_bytes())) => {
                return Ok(if key.revoked.is_some() { Found::Revoked } else { Found::Good });
            }
            Ok(_) | Err(Stop::Refused(_)) => return Ok(Found::Unknown),
            Err(Stop::Need(more)) => reads = more,
        }
    }
}

/// The key of `Authorization: Bearer KEY`, or the user name of `Authorization: Basic …`.
pub(crate) fn presented_key(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, credentials) = value.split_once(' ')?;
    let key = if scheme.eq_ignore_ascii_case("bearer") {
        credentials.trim().to_owned()
    } else if scheme.eq_ignore_ascii_case("basic") {
        let decoded = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
        decoded.split(':').next().unwrap_or_default().to_owned()
    } else {
        return None;
    };
    (!key.is_empty()).then_some(key)
}

/// The header that a key of the PriceOS dialect comes in. It says that a request speaks that dialect.
pub(crate) const API_KEY_HEADER: &str = "x-api-key";

/// The key of `x-api-key`, or else one as [`presented_key`] reads it.
pub(crate) fn presented_api_key(headers: &HeaderMap) -> Option<String> {
    match headers.get(API_KEY_HEADER) {
        Some(value) => value.to_str().ok().map(|key| key.trim().to_owned()).filter(|key| !key.is_empty()),
        None => presented_key(headers),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_read_from_bearer_and_from_basic() {
        for (header, key) in [
            ("Bearer sk_test_a", Some("sk_test_a")),
            ("bearer  sk_test_a ", Some("sk_test_a")),
            ("Basic c2tfdGVzdF9hOg==", Some("sk_test_a")),
            ("Basic c2tfdGVzdF9h", Some("sk_test_a")),
            ("Basic ???", None),
            ("Basic Og==", None),
            ("Digest x", None),
            ("Bearer", None),
            ("Bearer ", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, header.parse().unwrap());
            assert_eq!(presented_key(&headers).as_deref(), key, "{header}");
        }
    }
}
