//! Secret keys: how they are made, and the hash they are known by.
//!
//! A key is long and random, so a fast hash suffices; only the hash and a hint are ever stored.

use sha2::{Digest, Sha256};
use tollgate_domain::api_key::CreateApiKey;
use tollgate_domain::environment::Environment;

/// Random characters of a generated key: 32 of base 62 hold 190 bits.
const RANDOM_CHARACTERS: usize = 32;
/// Fewest characters of a key that somebody else chose.
pub const KEY_MIN_CHARACTERS: usize = 16;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A secret key as its owner holds it. It has no `Debug`, so that it cannot slip into a log.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretKey(String);

/// Why a text is no secret key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyFault {
    /// It starts with none of `sk_test_`, `sk_live_`, `rk_test_`, `rk_live_`.
    Prefix,
    /// It has fewer than [`KEY_MIN_CHARACTERS`] characters.
    Short,
    /// It has a character other than letters, digits and `_`.
    Character,
}

impl std::fmt::Display for KeyFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Prefix => f.write_str("a secret key starts with sk_test_ or sk_live_"),
            Self::Short => write!(f, "a secret key has at least {KEY_MIN_CHARACTERS} characters"),
            Self::Character => f.write_str("a secret key has letters, digits and underscores only"),
        }
    }
}

impl std::error::Error for KeyFault {}

impl SecretKey {
    /// A new key. `random` fills a buffer with bytes that nobody can guess.
    pub fn generate<E>(
        environment: Environment,
        mut random: impl FnMut(&mut [u8]) -> Result<(), E>,
    ) -> Result<Self, E> {
        let mut text = format!("sk_{}_", environment.as_str());
        push_random(&mut text, RANDOM_CHARACTERS, &mut random)?;
        Ok(Self(text))
    }

    /// A key that somebody chose.
    pub fn parse(text: &str) -> Result<Self, KeyFault> {
        if environment_of(text).is_none() {
            return Err(KeyFault::Prefix);
        }
        if text.chars().count() < KEY_MIN_CHARACTERS {
            return Err(KeyFault::Short);
        }
        if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return Err(KeyFault::Character);
        }
        Ok(Self(text.to_owned()))
    }

    /// The environment it opens.
    pub fn environment(&self) -> Environment {
        environment_of(&self.0).expect("checked when made")
    }

    /// The key itself, to be shown to its owner and to nobody else.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The command that puts it on file.
    pub fn register(&self, name: &str) -> CreateApiKey {
        let hint = format!("{}…{}", &self.0[..8], &self.0[self.0.len() - 4..]);
        CreateApiKey { hash: hash(&self.0), name: name.to_owned(), hint }
    }
}

/// Adds random letters and digits to a text. `random` fills a buffer with bytes that nobody can guess.
pub(crate) fn push_random<E>(
    text: &mut String,
    characters: usize,
    mut random: impl FnMut(&mut [u8]) -> Result<(), E>,
) -> Result<(), E> {
    let wanted = text.len() + characters;
    let mut bytes = [0u8; 64];
    while text.len() < wanted {
        random(&mut bytes)?;
        // Only bytes below 248 = 4 × 62 are used, so that every character is equally likely.
        let characters =
            bytes.iter().filter(|byte| **byte < 248).map(|byte| char::from(ALPHABET[usize::from(byte % 62)]));
        text.extend(characters.take(wanted - text.len()));
    }
    Ok(())
}

/// The environment that a key claims to open by its prefix.
pub fn environment_of(key: &str) -> Option<Environment> {
    match key.get(..8)? {
        "sk_test_" | "rk_test_" => Some(Environment::Test),
        "sk_live_" | "rk_live_" => Some(Environment::Live),
        _ => None,
    }
}

/// The hash that a key is known by: SHA-256 in hex.
pub fn hash(key: &str) -> String {
    hex(&digest(key))
}

/// SHA-256 of a key.
pub(crate) fn digest(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

/// Lower-case hex digits of bytes.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string succeeds");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_keys_are_keys_and_their_hash_and_hint_do_not_give_them_away() {
        let random = |bytes: &mut [u8]| {
            for (index, byte) in bytes.iter_mut().enumerate() {
                *byte = u8::try_from(255 - index).unwrap();
            }
            Ok::<(), ()>(())
        };
        let key = SecretKey::generate(Environment::Live, random).unwrap();
        assert!(SecretKey::parse(key.reveal()) == Ok(key.clone()));
        assert_eq!(key.environment(), Environment::Live);
        assert_eq!(key.reveal().len(), 8 + RANDOM_CHARACTERS);
        let filed = key.register("ci");
        assert_eq!(filed.hash.len(), 64);
        assert!(!format!("{filed:?}").contains(key.reveal()));
    }

    #[test]
    fn what_is_no_key_is_refused_with_its_reason() {
        for (text, fault) in [
            ("", KeyFault::Prefix),
            ("pk_test_1234567890", KeyFault::Prefix),
            ("sk_test_12", KeyFault::Short),
            ("sk_test_with blanks in it", KeyFault::Character),
            ("sk_tesö_1234567890", KeyFault::Prefix),
        ] {
            assert!(SecretKey::parse(text) == Err(fault), "{text}");
        }
    }
}
