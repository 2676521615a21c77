//! Identifiers: a prefix that tells the noun, then letters and digits.
//!
//! Generated ones begin with the time, so that they sort by creation and neighbours in time are neighbours in an
//! index; the rest is random. Nothing may be read out of an id but its identity.

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Characters that hold the milliseconds since [`ID_EPOCH`]; 62^7 of them last until the year 2131.
const TIME_CHARACTERS: usize = 7;
/// 2020-01-01T00:00:00Z in milliseconds.
const ID_EPOCH: i64 = 1_577_836_800_000;
/// Longest id a caller may choose, in characters.
pub const ID_MAX_CHARACTERS: usize = 5000;

/// Writes `prefix` and `length` characters: the time in base 62, then random ones. `length` is at least 8.
pub fn generate(prefix: &str, length: usize, now: Timestamp, random: &mut dyn FnMut() -> u64) -> String {
    let mut text = String::with_capacity(prefix.len() + length);
    text.push_str(prefix);
    let elapsed = now.millis().saturating_sub(ID_EPOCH).max(0).unsigned_abs();
    for place in (0..TIME_CHARACTERS).rev() {
        text.push(digit(elapsed / 62u64.pow(u32::try_from(place).expect("place is below 7"))));
    }
    // One draw of 64 bits serves ten characters (62^10 < 2^60).
    let mut left = 0u64;
    for index in 0..length - TIME_CHARACTERS {
        if index % 10 == 0 {
            left = random();
        }
        text.push(digit(left));
        left /= 62;
    }
    text
}

fn digit(value: u64) -> char {
    let index = usize::try_from(value % 62).expect("below 62");
    char::from(DIGITS[index])
}

/// An id of one noun, as text.
pub trait Id: Sized + From<String> {
    /// What generated ids start with.
    const PREFIX: &'static str;
    /// Characters after the prefix in generated ids.
    const LENGTH: usize;
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal + $length:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Id for $name {
            const PREFIX: &'static str = $prefix;
            const LENGTH: usize = $length;
        }
    )*};
}

// Lengths as Stripe's own ids have them (spec/stripe.md 2.18).
ids! {
    /// Names a product; callers may choose their own.
    ProductId = "prod_" + 14;
    /// Names a price.
    PriceId = "price_" + 24;
    /// Names an event.
    EventId = "evt_" + 24;
    /// Names a tax code; the set is fixed.
    TaxCodeId = "txcd_" + 8;
    /// Names an API key; not the key itself.
    ApiKeyId = "key_" + 14;
    /// Names one request to the server.
    RequestId = "req_" + 14;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_length_and_the_alphabet_they_promise() {
        let mut seed = 7u64;
        let mut random = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            seed
        };
        for length in [8, 14, 24] {
            let id = generate("prod_", length, Timestamp::from_seconds(1_700_000_000), &mut random);
            assert_eq!(id.len(), 5 + length);
            assert!(id[5..].bytes().all(|byte| byte.is_ascii_alphanumeric()));
        }
    }

    #[test]
    fn later_ids_sort_after_earlier_ones() {
        let mut random = || 0;
        let ids: Vec<_> = [0, 1, 61, 62, 3843, 3844, 999_999_999]
            .map(|offset| generate("x_", 14, Timestamp::from_millis(ID_EPOCH + offset), &mut random))
            .into();
        assert!(ids.is_sorted(), "{ids:?}");
    }
}
