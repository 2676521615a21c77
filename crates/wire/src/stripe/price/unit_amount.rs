//! The amount of one unit: whole or decimal, or left to the buyer.

use super::custom_unit_amount::{self, CUSTOM_UNIT_AMOUNT};
use crate::fault::Fault;
use crate::params::{Kind, Object, Param, Path, wording};
use tollgate_domain::money::UnitAmount;
use tollgate_domain::price::OptionAmount;

pub(super) const UNIT_AMOUNT: Param =
    Param::new("unit_amount", Kind::Amount, "The amount of one unit in minor units of the currency; 0 is free.");
pub(super) const UNIT_AMOUNT_DECIMAL: Param =
    Param::new("unit_amount_decimal", Kind::DecimalAmount, "The same with up to 12 decimal places.");

/// The amount that two parameters can say, of which only one may be there. `path` is that of the object.
pub(in crate::stripe) fn one_of(
    params: &Object<'_>,
    whole: &Param,
    decimal: &Param,
    path: &Path<'_>,
) -> Result<Option<UnitAmount>, Fault> {
    if params.has(whole) && params.has(decimal) {
        return Err(wording::exclusive(&[whole.name, decimal.name], &path.key(whole.name)));
    }
    Ok(params.get(whole).or_else(|| params.get(decimal)))
}

/// The amount of one unit, fixed or custom; nothing where none of the three parameters is there.
pub(super) fn parse(params: &Object<'_>, path: &Path<'_>) -> Result<Option<OptionAmount>, Fault> {
    let fixed = one_of(params, &UNIT_AMOUNT, &UNIT_AMOUNT_DECIMAL, path)?;
    let custom = custom_unit_amount::parse(params, path)?;
    match (fixed, custom) {
        (Some(_), Some(_)) => {
            let sent = if params.has(&UNIT_AMOUNT) { UNIT_AMOUNT } else { UNIT_AMOUNT_DECIMAL };
            Err(wording::exclusive(&[sent.name, CUSTOM_UNIT_AMOUNT.name], &path.key(sent.name)))
        }
        (Some(fixed), None) => Ok(Some(OptionAmount::PerUnit(fixed))),
        (None, custom) => Ok(custom.map(OptionAmount::Custom)),
    }
}

/// A price without any amount.
pub(super) fn missing() -> Fault {
    Fault::invalid("Prices require an `unit_amount` or `unit_amount_decimal` parameter to be set.")
}
