//! Identifiers: a prefix that tells the noun, then letters and digits.
//!
//! Generated ones begin with the time, so that they sort by creation and neighbours in time are neighbours in an
//! index; the rest is random. Nothing may be read out of an id but its identity. Ids are cloned all the time, so that
//! their text is shared.

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

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

/// Draws a text of characters from `alphabet`, each as likely as any other but for parts in 2^32. Without the time in it,
/// a short one may have been drawn before.
pub fn draw(alphabet: &[u8], length: usize, random: &mut dyn FnMut() -> u64) -> String {
    let count = alphabet.len() as u64;
    let character = |_| {
        let place = usize::try_from((random() >> 32) % count).expect("below a length");
        char::from(alphabet[place])
    };
    (0..length).map(character).collect()
}

fn digit(value: u64) -> char {
    let index = usize::try_from(value % 62).expect("below 62");
    char::from(DIGITS[index])
}

/// Writes a UUID of version 7: 48 bits of milliseconds, then random ones, in lower-case hex.
pub fn uuid(now: Timestamp, random: &mut dyn FnMut() -> u64) -> String {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let millis = u128::from(now.millis().max(0).unsigned_abs() & 0xffff_ffff_ffff);
    let (high, low) = (u128::from(random() & 0xfff), u128::from(random() >> 2));
    let bits = millis << 80 | 7 << 76 | high << 64 | 0b10 << 62 | low;
    let mut text = String::with_capacity(36);
    for digit in 0..32 {
        if matches!(digit, 8 | 12 | 16 | 20) {
            text.push('-');
        }
        let nibble = usize::try_from(bits >> (124 - 4 * digit) & 15).expect("four bits");
        text.push(char::from(HEX[nibble]));
    }
    text
}

/// Whether a text has the form of a UUID, in either case.
pub fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// An id of one noun, as text.
pub trait Id: Sized + From<String> {
    /// What generated ids start with.
    const PREFIX: &'static str;
    /// Characters after the prefix in generated ids.
    const LENGTH: usize;
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal + $length:literal;)*) => {$(
        texts! { $(#[$doc])* $name; }

        impl Id for $name {
            const PREFIX: &'static str = $prefix;
            const LENGTH: usize = $length;
        }
    )*};
}

macro_rules! uuids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        texts! { $(#[$doc])* $name; }

        impl $name {
            /// A new one, which sorts after those of earlier milliseconds.
            pub fn generate(now: Timestamp, random: &mut dyn FnMut() -> u64) -> Self {
                Self(uuid(now, random).into())
            }
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
    /// Names a person who uses the dashboard.
    UserId = "user_" + 14;
    /// Names one request to the server.
    RequestId = "req_" + 14;
    /// Names a feature; not its key.
    FeatureId = "feat_" + 24;
    /// Names what a product grants of one feature.
    ProductFeatureId = "prodft_" + 24;
    /// Names a custom product; not its key.
    CustomProductId = "cprod_" + 14;
    /// Names a customer: the integrator's own id, never generated.
    CustomerId = "cust_" + 14;
    /// Names a customer as one that is billed, which is what the Stripe dialect calls a customer.
    BillingCustomerId = "cus_" + 14;
    /// Names a subscription.
    SubscriptionId = "sub_" + 24;
    /// Names an item of a subscription.
    SubscriptionItemId = "si_" + 14;
    /// Names a promotion code; not the code itself.
    PromotionCodeId = "promo_" + 24;
    /// Names a meter.
    MeterId = "mtr_" + 24;
    /// Names a meter event; shown nowhere.
    MeterEventId = "mev_" + 24;
    /// Names a test clock.
    TestClockId = "clock_" + 24;
    /// Names a webhook endpoint.
    WebhookEndpointId = "we_" + 24;
    /// Names the delivery of an event to a webhook endpoint.
    DeliveryId = "whd_" + 24;
}

texts! {
    /// Names a coupon; callers may choose their own.
    CouponId;
}

/// Characters of a coupon's id that nobody chose.
const COUPON_ID_LENGTH: usize = 8;

impl CouponId {
    /// A new one, which says nothing of the time: it is too short for that. Another coupon may have it.
    pub fn generate(random: &mut dyn FnMut() -> u64) -> Self {
        draw(DIGITS, COUPON_ID_LENGTH, random).into()
    }
}

uuids! {
    /// Names a usage event.
    UsageEventId;
    /// Names a bonus.
    BonusId;
    /// Names an override.
    OverrideId;
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
    fn short_ids_are_random_in_every_place() {
        let mut seed = 0u64;
        let mut random = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            seed
        };
        let ids: std::collections::BTreeSet<_> =
            (0..1000).map(|_| CouponId::generate(&mut random).to_string()).collect();
        assert_eq!(ids.len(), 1000);
        for place in 0..COUPON_ID_LENGTH {
            let characters: std::collections::BTreeSet<u8> = ids.iter().map(|id| id.as_bytes()[place]).collect();
            assert_eq!(characters.len(), 62, "place {place}");
        }
    }

    #[test]
    fn uuids_have_their_form_and_sort_by_time() {
        let mut random = || u64::MAX;
        let ids: Vec<_> =
            [0, 1, 1_800_000_000_000].map(|millis| uuid(Timestamp::from_millis(millis), &mut random)).into();
        assert!(ids.is_sorted() && ids.iter().all(|id| is_uuid(id)), "{ids:?}");
        assert_eq!(ids[0], "00000000-0000-7fff-bfff-ffffffffffff");
        for text in [
            "",
            "00000000-0000-7fff-bfff-fffffffffff",
            "0000000000007fffbfffffffffffffffff",
            "g0000000-0000-7fff-bfff-ffffffffffff",
        ] {
            assert!(!is_uuid(text), "{text}");
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
