//! What a price charges in other currencies.

use super::custom_unit_amount::CUSTOM_UNIT_AMOUNT;
use super::fields::{self, TAX_BEHAVIOR};
use super::tiers::{self, TIERS};
use super::unit_amount::{self, UNIT_AMOUNT, UNIT_AMOUNT_DECIMAL};
use crate::fault::Fault;
use crate::params::{Empty, Kind, Object, Param, Path, Table, wording};
use crate::stripe::undecided;
use std::collections::BTreeMap;
use tollgate_domain::currency::Currency;
use tollgate_domain::price::{CurrencyOptionPatch, OptionAmount};

const OPTION: Table = &[CUSTOM_UNIT_AMOUNT, TAX_BEHAVIOR, TIERS, UNIT_AMOUNT, UNIT_AMOUNT_DECIMAL];

/// Of a new price.
pub(super) const CURRENCY_OPTIONS: Param = Param::new(
    "currency_options",
    Kind::Currencies { of: OPTION, empty: Empty::Refused },
    "What is charged in other currencies, by their lower-case codes.",
);
/// The change of a price's options.
pub(super) const CURRENCY_OPTIONS_CHANGE: Param = Param::new(
    "currency_options",
    Kind::Currencies { of: OPTION, empty: Empty::Unsets },
    "What is charged in other currencies, merged by currency; an empty option removes its currency.",
)
.clearable();

/// Whether the options of a price may have tiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TiersHere {
    Allowed,
    Refused,
}

/// Reads the options. `path` is that of the object around them.
pub(super) fn parse(
    params: &Object<'_>,
    tiers: TiersHere,
    path: &Path<'_>,
) -> Result<BTreeMap<Currency, CurrencyOptionPatch>, Fault> {
    let path = path.key(CURRENCY_OPTIONS.name);
    let mut options = BTreeMap::new();
    for (currency, option) in params.currencies(&CURRENCY_OPTIONS).unwrap_or_default() {
        let asked = match option {
            Some(option) => parse_option(option, tiers, &path.key(currency.code()))?,
            None => CurrencyOptionPatch::default(),
        };
        options.insert(*currency, asked);
    }
    Ok(options)
}

fn parse_option(option: &Object<'_>, here: TiersHere, path: &Path<'_>) -> Result<CurrencyOptionPatch, Fault> {
    let amount = unit_amount::parse(option, path)?;
    if here == TiersHere::Refused && option.has(&TIERS) {
        return Err(undecided::no_tiers_here(&path.key(TIERS.name)));
    }
    let tiers = tiers::parse(option, path)?.map(OptionAmount::Tiers);
    if let (Some(_), Some(_)) = (&amount, &tiers) {
        let sent = [UNIT_AMOUNT, UNIT_AMOUNT_DECIMAL, CUSTOM_UNIT_AMOUNT].into_iter().find(|param| option.has(param));
        let name = sent.map_or(UNIT_AMOUNT.name, |param| param.name);
        return Err(wording::exclusive(&[name, TIERS.name], &path.key(name)));
    }
    Ok(CurrencyOptionPatch { amount: amount.or(tiers), tax_behavior: fields::tax_behavior(option) })
}
