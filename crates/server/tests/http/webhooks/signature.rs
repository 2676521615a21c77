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
        let digest = mac.finalize().into_bytes();
        signatures.iter().any(|(_, signature)| bytes(signature) == digest[..])
    };
    secrets.iter().copied().filter(has_signed).collect()
}

/// The second at which it was sent.
pub(super) fn sent_at(header: &str) -> i64 {
    header.split([',', '=']).nth(1).and_then(|at| at.parse().ok()).expect("a time")
}

/// What hex digits in lower case say.
fn bytes(hex: &str) -> Vec<u8> {
    assert!(hex.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')), "{hex}");
    (0..hex.len() / 2).map(|place| u8::from_str_radix(&hex[2 * place..2 * place + 2], 16).unwrap()).collect()
}
