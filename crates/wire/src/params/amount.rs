//! Numbers, amounts and currencies.

use super::path::Path;
use super::read::read_map;
use super::value::{UpTo, Value};
use super::{Empty, Table, wording};
use crate::fault::Fault;
use crate::form::{Map, Node};
use crate::stripe::undecided;
use tollgate_domain::currency::Currency;
use tollgate_domain::money::{AMOUNT_MAX_PLACES, AmountFault, Decimal, UnitAmount};
use tollgate_domain::package::{DIMENSION_MAX_PLACES, Hundredths};
use tollgate_domain::quantity::{PLACES_MAX, Quantity, QuantityFault};

pub(super) fn integer(text: &str, min: i64, max: i64, path: &Path<'_>) -> Result<i64, Fault> {
    let number: i64 = text.parse().map_err(|_| wording::not_an_integer(text, path))?;
    if number < min {
        return Err(wording::below(min, path));
    }
    if number > max { Err(wording::above(max, path)) } else { Ok(number) }
}

pub(super) fn whole<'a>(text: &str, path: &Path<'_>) -> Result<Value<'a>, Fault> {
    let minor = integer(text, i64::MIN, i64::MAX, path)?;
    UnitAmount::from_minor(minor).map(Value::Amount).ok_or_else(|| wording::negative(path))
}

pub(super) fn decimal<'a>(text: &str, path: &Path<'_>) -> Result<Value<'a>, Fault> {
    UnitAmount::parse(text).map(Value::Amount).map_err(|fault| match fault {
        AmountFault::NotDecimal => wording::not_a_decimal(text, path),
        AmountFault::TooManyPlaces => wording::too_many_places(text, AMOUNT_MAX_PLACES, path),
        AmountFault::Negative => wording::negative(path),
        AmountFault::TooLarge => undecided::too_large(text, path),
    })
}

pub(super) fn dimension<'a>(text: &str, path: &Path<'_>) -> Result<Value<'a>, Fault> {
    let decimal = Decimal::parse(text).ok_or_else(|| wording::not_a_decimal(text, path))?;
    if decimal.negative && !decimal.digits.is_empty() {
        return Err(wording::number_below("0", &decimal, path));
    }
    let places = i64::try_from(DIMENSION_MAX_PLACES).expect("a small constant");
    let shift = u32::try_from(decimal.exponent + places)
        .map_err(|_| if decimal.exponent < 0 { Places } else { Size })
        .or_else(|excess| if decimal.digits.is_empty() { Ok(0) } else { Err(excess) });
    let hundredths = shift.and_then(|shift| scale(&decimal.digits, shift).ok_or(Size));
    hundredths.map(|hundredths| Value::Dimension(Hundredths(hundredths))).map_err(|excess| match excess {
        Places => wording::too_many_places(text, DIMENSION_MAX_PLACES, path),
        Size => undecided::too_large(text, path),
    })
}

/// Percents to take off: 0.01 to 100, with no more places than are held.
pub(super) fn percent<'a>(text: &str, path: &Path<'_>) -> Result<Value<'a>, Fault> {
    let decimal = Decimal::parse(text).ok_or_else(|| wording::not_a_decimal(text, path))?;
    let (least, most) = (Quantity::whole(1), Quantity::whole(100));
    match Quantity::parse(text) {
        Ok(percent) if percent.times(100) < least => Err(wording::number_below("0.01", &decimal, path)),
        Ok(percent) if percent <= most => Ok(Value::Percent(percent)),
        Ok(_) | Err(QuantityFault::TooLarge) if decimal.negative => Err(wording::number_below("0.01", &decimal, path)),
        Ok(_) | Err(QuantityFault::TooLarge) => Err(wording::number_above("100", &decimal, path)),
        Err(QuantityFault::TooManyPlaces) => Err(wording::too_many_places(text, PLACES_MAX, path)),
        Err(QuantityFault::NotDecimal) => Err(wording::not_a_decimal(text, path)),
    }
}

/// What a dimension has too much of.
enum Excess {
    Places,
    Size,
}
use Excess::{Places, Size};

/// The digits times a power of ten.
fn scale(digits: &str, power: u32) -> Option<u64> {
    let number: u64 = if digits.is_empty() { 0 } else { digits.parse().ok()? };
    10u64.checked_pow(power)?.checked_mul(number)
}

pub(super) fn currency<'a>(text: &str, path: &Path<'_>) -> Result<Value<'a>, Fault> {
    let found = Currency::from_code(&text.to_ascii_lowercase());
    found.map(Value::Currency).ok_or_else(|| wording::not_a_currency(text, path))
}

pub(super) fn up_to<'a>(text: &str, path: &Path<'_>) -> Result<Value<'a>, Fault> {
    if text == "inf" {
        return Ok(Value::UpTo(UpTo::Infinity));
    }
    let unit = integer(text, 1, i64::MAX, path)?;
    Ok(Value::UpTo(UpTo::Unit(unit.unsigned_abs())))
}

/// Nested parameters by currency. Unlike a plain currency, a key must be in lower case.
pub(super) fn currencies<'a>(of: Table, empty: Empty, map: &'a Map, path: &Path<'_>) -> Result<Value<'a>, Fault> {
    let mut options = Vec::with_capacity(map.iter().len());
    for (code, node) in map.iter() {
        let currency = currency_key(code, path)?;
        let path = path.key(code);
        let option = match node {
            Node::Text(text) if text.is_empty() && empty == Empty::Unsets => None,
            Node::Text(text) if text.is_empty() => return Err(wording::empty(&path)),
            Node::Map(option) => Some(read_map(of, option, &path)?),
            Node::Text(_) | Node::List(_) => return Err(wording::not_an_object(&path)),
        };
        options.push((currency, option));
    }
    Ok(Value::Currencies(options))
}

fn currency_key(code: &str, path: &Path<'_>) -> Result<Currency, Fault> {
    if let Some(currency) = Currency::from_code(code) {
        return Ok(currency);
    }
    let lower = code.to_ascii_lowercase();
    match Currency::from_code(&lower) {
        Some(currency) => Err(wording::currency_key_in_capitals(code, currency, path)),
        None => Err(wording::not_a_currency_key(code, path)),
    }
}
