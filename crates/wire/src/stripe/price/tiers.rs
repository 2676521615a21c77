//! Tiers: amounts that depend on the quantity.

use super::unit_amount::{UNIT_AMOUNT, UNIT_AMOUNT_DECIMAL, one_of};
use crate::fault::Fault;
use crate::params::{ARRAY_UNLIMITED, Kind, Object, Param, Path, UpTo};
use crate::stripe::undecided;
use tollgate_domain::price::Tier;

const UP_TO: Param = Param::new("up_to", Kind::UpTo, "The last unit of the tier; `inf` for the last tier.").required();
const FLAT_AMOUNT: Param = Param::new("flat_amount", Kind::Amount, "Charged once for the tier, in minor units.");
const FLAT_AMOUNT_DECIMAL: Param =
    Param::new("flat_amount_decimal", Kind::DecimalAmount, "The same with up to 12 decimal places.");

pub(in crate::stripe) const TIERS: Param = Param::new(
    "tiers",
    Kind::Array {
        max: ARRAY_UNLIMITED,
        of: &Kind::Object(&[UP_TO, FLAT_AMOUNT, FLAT_AMOUNT_DECIMAL, UNIT_AMOUNT, UNIT_AMOUNT_DECIMAL]),
    },
    "The tiers, rising; only with `billing_scheme=tiered`.",
);

/// Reads the tiers, where there are any. `path` is that of the object around them.
pub(in crate::stripe) fn parse(params: &Object<'_>, path: &Path<'_>) -> Result<Option<Vec<Tier>>, Fault> {
    let Some(sent) = params.objects(&TIERS) else { return Ok(None) };
    let path = path.key(TIERS.name);
    let mut tiers: Vec<Tier> = Vec::with_capacity(sent.len());
    for (index, tier) in sent.into_iter().enumerate() {
        let tier = parse_tier(tier, &path.index(index))?;
        if tiers.last().is_some_and(|before| !rises(before, &tier)) {
            return Err(undecided::tiers_do_not_rise(&path.index(index).key(UP_TO.name)));
        }
        tiers.push(tier);
    }
    if tiers.last().is_none_or(|last| last.up_to.is_some()) {
        return Err(undecided::last_tier_is_bounded(&path));
    }
    Ok(Some(tiers))
}

fn parse_tier(tier: &Object<'_>, path: &Path<'_>) -> Result<Tier, Fault> {
    let up_to = match tier.get(&UP_TO) {
        Some(UpTo::Unit(unit)) => Some(unit),
        Some(UpTo::Infinity) | None => None,
    };
    let flat = one_of(tier, &FLAT_AMOUNT, &FLAT_AMOUNT_DECIMAL, path)?;
    let unit = one_of(tier, &UNIT_AMOUNT, &UNIT_AMOUNT_DECIMAL, path)?;
    if flat.is_none() && unit.is_none() {
        return Err(undecided::tier_without_amount(path));
    }
    Ok(Tier { up_to, flat, unit })
}

fn rises(before: &Tier, tier: &Tier) -> bool {
    match (before.up_to, tier.up_to) {
        (Some(before), Some(bound)) => before < bound,
        (Some(_), None) => true,
        (None, _) => false,
    }
}
