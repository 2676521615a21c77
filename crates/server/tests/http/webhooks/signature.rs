//! Signatures as a receiver checks them.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Which of these secrets have signed a body, as its header says.
pub(super) fn signers<'s>(header: &str, body: &[u8], secrets: &[&'s str]) -> Vec<&'s str> {
    let mut parts = header.split(',').map(|part| part.split_once('=').expect("a name and a value"));
    let (name, at) = parts.next().expect("a time");
    assert_eq!(name, "t", "{header}");
    let signatures: Vec<_> = parts.map(|(scheme, signature)| (scheme, signature.to_owned())).collect();
    assert!(signatures.iter().all(|(scheme, _)| *scheme == "v1"), "{header}");
    let has_signed = |secret: &&str| {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        for part in [at.as_bytes(), b".", body] {
            mac.update(part);
        }
        let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        signatures.iter().any(|(_, signature)| *signature == hex)
    };
    secrets.iter().copied().filter(has_signed).collect()
}

/// The second at which it was sent.
pub(super) fn sent_at(header: &str) -> i64 {
    header.split([',', '=']).nth(1).and_then(|at| at.parse().ok()).expect("a time")
}
