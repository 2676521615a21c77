//! Signatures: how a receiver knows that an event is from here (spec/stripe.md 8).

use crate::keys::hex;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt::Write;
use tollgate_domain::time::Timestamp;
use tollgate_domain::webhook::Secret;

/// The header `Stripe-Signature` of a body: the second in which it is sent, and a signature with each secret.
pub(super) fn header<'s>(body: &[u8], secrets: impl Iterator<Item = &'s Secret>, now: Timestamp) -> String {
    let at = now.seconds().to_string();
    let mut header = format!("t={at}");
    for secret in secrets {
        write!(header, ",v1={}", sign(secret.reveal().as_bytes(), &at, body)).expect("memory takes it");
    }
    header
}

fn sign(key: &[u8], at: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length will do");
    for part in [at.as_bytes(), b".", body] {
        mac.update(part);
    }
    hex(&mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The digests are those of `openssl dgst -sha256 -hmac`.
    #[test]
    fn the_header_is_what_stripes_own_libraries_expect() {
        let secrets = [Secret::new("whsec_new".into()), Secret::new("whsec_old".into())];
        let header = header(b"{\"id\": \"evt_1\"}", secrets.iter(), Timestamp::from_millis(1_492_774_577_999));
        assert_eq!(
            header,
            "t=1492774577,v1=801a5263284dce7693f4fb727f3fbbade8a5cfca552b4f2c6b9ef382da43ecb7,\
             v1=a39b0d5212be3a0a5078da6213e4c087308cfb48863c092ee16534c1ee4fc3f4"
        );
    }
}
