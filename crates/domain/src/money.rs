//! Exact amounts of money. Never a float.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;

/// Most decimal places of an amount in minor units.
pub const AMOUNT_MAX_PLACES: usize = 12;
const SCALE: i128 = 1_000_000_000_000;
/// Largest whole amount in minor units: what a 64-bit integer on the wire can say.
const WHOLE_MAX: i128 = i64::MAX as i128;

/// A price of one unit in minor units of its currency (cents for `usd`): zero or more, with up to
/// [`AMOUNT_MAX_PLACES`] decimal places, held exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitAmount(i128);

/// Why a text is no [`UnitAmount`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AmountFault {
    /// Not a decimal number.
    NotDecimal,
    /// More than [`AMOUNT_MAX_PLACES`] places that count (trailing zeros do not).
    TooManyPlaces,
    /// Below zero.
    Negative,
    /// More than a 64-bit integer of minor units.
    TooLarge,
}

impl UnitAmount {
    /// A whole number of minor units; nothing for a negative one.
    pub fn from_minor(minor: i64) -> Option<Self> {
        (minor >= 0).then(|| Self(i128::from(minor) * SCALE))
    }

    /// Whether it is nothing.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Reads `123`, `123.45`, `.5`, `+1.` and `1.2e3`.
    pub fn parse(text: &str) -> Result<Self, AmountFault> {
        let Decimal { negative, digits, exponent } = Decimal::parse(text).ok_or(AmountFault::NotDecimal)?;
        if digits.is_empty() {
            return Ok(Self(0));
        }
        if negative {
            return Err(AmountFault::Negative);
        }
        let places = i64::try_from(AMOUNT_MAX_PLACES).expect("a small constant");
        if exponent < -places {
            return Err(AmountFault::TooManyPlaces);
        }
        let mut value: i128 = 0;
        for digit in digits.bytes() {
            value = value
                .checked_mul(10)
                .and_then(|v| v.checked_add(i128::from(digit - b'0')))
                .ok_or(AmountFault::TooLarge)?;
        }
        for _ in 0..exponent + places {
            value = value.checked_mul(10).filter(|v| *v <= WHOLE_MAX * SCALE).ok_or(AmountFault::TooLarge)?;
        }
        if value > WHOLE_MAX * SCALE { Err(AmountFault::TooLarge) } else { Ok(Self(value)) }
    }

    /// The amount as an integer of minor units, where it is one.
    pub fn minor(self) -> Option<i64> {
        (self.0 % SCALE == 0).then(|| i64::try_from(self.0 / SCALE).expect("bounded when made"))
    }
}

impl fmt::Display for UnitAmount {
    /// The shortest decimal: no exponent, no trailing zeros.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.0 / SCALE, self.0 % SCALE);
        if fraction == 0 {
            return write!(f, "{whole}");
        }
        let places = format!("{fraction:0AMOUNT_MAX_PLACES$}");
        write!(f, "{whole}.{}", places.trim_end_matches('0'))
    }
}

impl Serialize for UnitAmount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for UnitAmount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(|fault| de::Error::custom(format_args!("`{text}` is no amount: {fault:?}")))
    }
}

/// The parts of a decimal number as typed: `digits` × 10^`exponent`, without leading or trailing zeros.
#[derive(Debug, PartialEq, Eq)]
pub struct Decimal {
    /// Whether it began with a minus sign.
    pub negative: bool,
    /// The significant digits; none for zero.
    pub digits: String,
    /// The power of ten they are multiplied by.
    pub exponent: i64,
}

impl Decimal {
    /// Reads an optional sign, digits with at most one point among them, and an optional exponent; nothing where the text is not that.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, unsigned) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let (mantissa, mut exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok().map(i64::from)?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        let mut digits = format!("{whole}{fraction}");
        exponent -= i64::try_from(fraction.len()).ok()?;
        let significant = digits.trim_end_matches('0').len();
        exponent += i64::try_from(digits.len() - significant).ok()?;
        digits.truncate(significant);
        let digits = digits.trim_start_matches('0').to_owned();
        let exponent = if digits.is_empty() { 0 } else { exponent };
        Some(Self { negative, digits, exponent })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_read_and_show_as_stripe_shows_them() {
        for (text, shown, minor) in [
            ("2000", "2000", Some(2000)),
            ("123.45", "123.45", None),
            ("1.50", "1.5", None),
            ("2000.000", "2000", Some(2000)),
            ("0", "0", Some(0)),
            ("-0", "0", Some(0)),
            (".5", "0.5", None),
            ("5.", "5", Some(5)),
            ("1.2e3", "1200", Some(1200)),
            ("12e-1", "1.2", None),
            ("0.000000000001", "0.000000000001", None),
            ("0.1000000000000000", "0.1", None),
            ("9223372036854775807", "9223372036854775807", Some(i64::MAX)),
        ] {
            let amount = UnitAmount::parse(text).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
            assert_eq!((amount.to_string().as_str(), amount.minor()), (shown, minor), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused_with_its_reason() {
        use AmountFault::{Negative, NotDecimal, TooLarge, TooManyPlaces};
        for (text, fault) in [
            ("", NotDecimal),
            ("abc", NotDecimal),
            (".", NotDecimal),
            ("1,5", NotDecimal),
            ("1.2.3", NotDecimal),
            ("١", NotDecimal),
            (" 1", NotDecimal),
            ("NaN", NotDecimal),
            ("inf", NotDecimal),
            ("1e", NotDecimal),
            ("1e99999999999", NotDecimal),
            ("-1", Negative),
            ("0.0000000000001", TooManyPlaces),
            ("1e-2000000000", TooManyPlaces),
            ("9223372036854775808", TooLarge),
            ("1e30", TooLarge),
            ("1e2000000000", TooLarge),
        ] {
            assert_eq!(UnitAmount::parse(text), Err(fault), "{text}");
        }
    }

    proptest! {
        #[test]
        fn showing_and_reading_an_amount_gives_it_back(whole in 0..=i64::MAX - 1, fraction in 0..SCALE) {
            let amount = UnitAmount(i128::from(whole) * SCALE + fraction);
            prop_assert_eq!(UnitAmount::parse(&amount.to_string()), Ok(amount));
            prop_assert_eq!(amount.minor().is_some(), fraction == 0);
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "[-+0-9.eE]{0,40}|\\PC{0,12}") {
            let _ = UnitAmount::parse(&text);
        }
    }
}
