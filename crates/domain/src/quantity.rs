//! Exact quantities: amounts of usage, limits, bonuses. Never a float.

use crate::money::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::iter::Sum;

/// Most decimal places that count.
pub const PLACES_MAX: usize = 9;
const SCALE: i128 = 1_000_000_000;
/// Largest magnitude of one that a caller may give.
pub const MAGNITUDE_MAX: i64 = 1_000_000_000_000_000;

/// A decimal number with up to [`PLACES_MAX`] places, held exactly. Those that callers give are within
/// ±[`MAGNITUDE_MAX`]; sums may lie outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Quantity(i128);

/// Why a text is no quantity that a caller may give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuantityFault {
    /// Not a decimal number.
    NotDecimal,
    /// More than [`PLACES_MAX`] places that count; trailing zeros do not.
    TooManyPlaces,
    /// Beyond ±[`MAGNITUDE_MAX`].
    TooLarge,
}

impl Quantity {
    /// None.
    pub const ZERO: Self = Self(0);

    /// A whole number.
    pub const fn whole(number: i64) -> Self {
        Self(number as i128 * SCALE)
    }

    /// Reads what a caller gave: `5`, `-2.5`, `1e3`.
    pub fn parse(text: &str) -> Result<Self, QuantityFault> {
        let quantity = Self::read(text)?;
        if quantity.0.abs() > i128::from(MAGNITUDE_MAX) * SCALE { Err(QuantityFault::TooLarge) } else { Ok(quantity) }
    }

    /// Reads a number of any size that can be held.
    fn read(text: &str) -> Result<Self, QuantityFault> {
        // The common case: an integer of a few digits.
        if text.len() < 16
            && let Ok(number) = text.parse::<i64>()
        {
            return Ok(Self::whole(number));
        }
        let Decimal { negative, digits, exponent } = Decimal::parse(text).ok_or(QuantityFault::NotDecimal)?;
        let places = i64::try_from(PLACES_MAX).expect("a small constant");
        if digits.is_empty() {
            return Ok(Self::ZERO);
        }
        if exponent < -places {
            return Err(QuantityFault::TooManyPlaces);
        }
        let mut value: i128 = 0;
        for digit in digits.bytes() {
            value = value
                .checked_mul(10)
                .and_then(|value| value.checked_add(i128::from(digit - b'0')))
                .ok_or(QuantityFault::TooLarge)?;
        }
        for _ in 0..exponent + places {
            value = value.checked_mul(10).ok_or(QuantityFault::TooLarge)?;
        }
        Ok(Self(if negative { -value } else { value }))
    }

    /// The sum; nothing where it cannot be held.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference; nothing where it cannot be held.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// The sum, or the nearest that can be held.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference, or the nearest that can be held.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// So many times as much, or the most that can be held.
    #[must_use]
    pub fn times(self, count: u64) -> Self {
        Self(self.0.saturating_mul(i128::from(count)))
    }

    /// Itself, or zero where it is below.
    #[must_use]
    pub const fn floor_zero(self) -> Self {
        if self.0 < 0 { Self::ZERO } else { self }
    }

    /// Itself as a whole number; nothing where it has places that count, or is beyond some nine billion.
    pub fn as_whole(self) -> Option<i64> {
        const SCALE: i64 = 1_000_000_000;
        // Nearly all are; dividing 64 bits is several times as fast as dividing 128.
        let small = i64::try_from(self.0).ok()?;
        (small % SCALE == 0).then_some(small / SCALE)
    }

    /// Whether it is below zero.
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// Whether it is above zero.
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }
}

impl fmt::Display for Quantity {
    /// The shortest decimal: no exponent, no trailing zeros. A JSON number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.0 / SCALE, (self.0 % SCALE).unsigned_abs());
        if fraction == 0 {
            return write!(f, "{whole}");
        }
        let sign = if self.0 < 0 { "-" } else { "" };
        let places = format!("{fraction:0PLACES_MAX$}");
        write!(f, "{sign}{}.{}", whole.unsigned_abs(), places.trim_end_matches('0'))
    }
}

impl Sum for Quantity {
    fn sum<I: Iterator<Item = Self>>(quantities: I) -> Self {
        quantities.fold(Self::ZERO, Self::plus)
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::read(&text).map_err(|fault| de::Error::custom(format_args!("`{text}` is no quantity: {fault:?}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quantities_read_and_show() {
        for (text, shown) in [
            ("0", "0"),
            ("-0", "0"),
            ("-0.0", "0"),
            ("12", "12"),
            ("-12.50", "-12.5"),
            ("0.000000001", "0.000000001"),
            ("-0.000000001", "-0.000000001"),
            ("1.0000000000000", "1"),
            ("1e3", "1000"),
            ("25e-1", "2.5"),
            ("1000000000000000", "1000000000000000"),
            ("-1e15", "-1000000000000000"),
            ("999999999999999.999999999", "999999999999999.999999999"),
        ] {
            let read = Quantity::parse(text).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
            assert_eq!(read.to_string(), shown, "{text}");
        }
    }

    #[test]
    fn what_is_no_quantity_is_refused_with_its_reason() {
        use QuantityFault::{NotDecimal, TooLarge, TooManyPlaces};
        for (text, fault) in [
            ("", NotDecimal),
            ("NaN", NotDecimal),
            ("Infinity", NotDecimal),
            ("1,5", NotDecimal),
            ("0x10", NotDecimal),
            ("0.0000000001", TooManyPlaces),
            ("1e-10", TooManyPlaces),
            ("1000000000000000.000000001", TooLarge),
            ("-1000000000000001", TooLarge),
            ("1e400", TooLarge),
            ("1e2000000000", TooLarge),
        ] {
            assert_eq!(Quantity::parse(text), Err(fault), "{text}");
        }
    }

    proptest! {
        #[test]
        fn showing_and_reading_gives_it_back(units in -MAGNITUDE_MAX..MAGNITUDE_MAX, fraction in 0..SCALE) {
            let quantity = Quantity(i128::from(units) * SCALE + fraction);
            prop_assert_eq!(Quantity::parse(&quantity.to_string()), Ok(quantity));
            let kept: Quantity = serde_json::from_str(&serde_json::to_string(&quantity.times(1_000_000)).unwrap()).unwrap();
            prop_assert_eq!(kept, quantity.times(1_000_000));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "[-+0-9.eE]{0,40}|\\PC{0,12}") {
            let _ = Quantity::parse(&text);
        }
    }
}
