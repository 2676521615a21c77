//! An amount that the buyer chooses.

use crate::fault::Fault;
use crate::params::{Kind, Object, Param, Path};
use crate::stripe::undecided;
use tollgate_domain::money::UnitAmount;
use tollgate_domain::price::CustomUnitAmount;

const ENABLED: Param = Param::new("enabled", Kind::Boolean, "Must be true.").required();
const MAXIMUM: Param = Param::new("maximum", Kind::Amount, "The most that can be chosen, in minor units.");
const MINIMUM: Param = Param::new("minimum", Kind::Amount, "The least that can be chosen, in minor units.");
const PRESET: Param = Param::new("preset", Kind::Amount, "What is proposed, in minor units.");

pub(super) const CUSTOM_UNIT_AMOUNT: Param = Param::new(
    "custom_unit_amount",
    Kind::Object(&[ENABLED, MAXIMUM, MINIMUM, PRESET]),
    "Lets the buyer choose the amount.",
);

/// Reads the bounds, where the amount is custom. `path` is that of the object around it.
pub(super) fn parse(params: &Object<'_>, path: &Path<'_>) -> Result<Option<CustomUnitAmount>, Fault> {
    let Some(custom) = params.object(&CUSTOM_UNIT_AMOUNT) else { return Ok(None) };
    let path = path.key(CUSTOM_UNIT_AMOUNT.name);
    if custom.get(&ENABLED) == Some(false) {
        return Err(undecided::custom_amount_disabled(&path.key(ENABLED.name)));
    }
    for (lower, upper) in [(MINIMUM, MAXIMUM), (MINIMUM, PRESET), (PRESET, MAXIMUM)] {
        if let (Some(low), Some(high)) = (minor(custom, &lower), minor(custom, &upper))
            && low > high
        {
            return Err(undecided::custom_amount_bounds(lower.name, upper.name, &path.key(lower.name)));
        }
    }
    let [maximum, minimum, preset] = [MAXIMUM, MINIMUM, PRESET].map(|param| minor(custom, &param));
    Ok(Some(CustomUnitAmount { maximum, minimum, preset }))
}

fn minor(custom: &Object<'_>, param: &Param) -> Option<i64> {
    custom.get(param).and_then(UnitAmount::minor)
}
