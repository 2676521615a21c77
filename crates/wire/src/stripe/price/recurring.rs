//! How often a price is charged.

use crate::fault::Fault;
use crate::params::{Kind, Object, Param, Path, Table};
use crate::stripe::undecided;
use tollgate_domain::id::ID_MAX_CHARACTERS;
use tollgate_domain::price::{Interval, Recurring, UsageType};

/// Longest trial, in days.
const TRIAL_MAX_DAYS: i64 = 730;

pub(in crate::stripe) const INTERVAL: Param =
    Param::new("interval", Kind::Word(&["month", "year", "week", "day"]), "The unit of a billing period.");
pub(in crate::stripe) const INTERVAL_COUNT: Param = Param::new(
    "interval_count",
    Kind::Integer { min: 1, max: i64::MAX },
    "How many of them one period has; 1 unless said, three years at most.",
);
pub(in crate::stripe) const METER: Param =
    Param::new("meter", Kind::text(ID_MAX_CHARACTERS), "The meter that counts the usage.");
pub(in crate::stripe) const USAGE_TYPE: Param = Param::new(
    "usage_type",
    Kind::Word(&["metered", "licensed"]),
    "Whether the quantity is metered or set beforehand; licensed unless said.",
);
pub(in crate::stripe) const TRIAL_PERIOD_DAYS: Param =
    Param::new("trial_period_days", Kind::Integer { min: 0, max: TRIAL_MAX_DAYS }, "Legacy; kept and shown.");

const DOC: &str = "Makes it a recurring price.";
/// Of a price that is created by itself.
pub(super) const RECURRING: Param = Param::new(
    "recurring",
    Kind::Object(&[INTERVAL.required(), INTERVAL_COUNT, METER, TRIAL_PERIOD_DAYS, USAGE_TYPE]),
    DOC,
);
/// Of a price that is created with its product.
pub(super) const RECURRING_BRIEF: Param = Param::new("recurring", Kind::Object(BRIEF), DOC);
const BRIEF: Table = &[INTERVAL.required(), INTERVAL_COUNT];

/// Reads how often a price by itself is charged. `path` is that of the object around it.
pub(super) fn parse(params: &Object<'_>, path: &Path<'_>) -> Result<Option<Recurring>, Fault> {
    match params.object(&RECURRING) {
        Some(sent) => parse_fields(sent, &path.key(RECURRING.name)),
        None => Ok(None),
    }
}

/// Reads how often a price is charged from parameters that stand side by side. `path` is that of the object they are in.
pub(in crate::stripe) fn parse_fields(sent: &Object<'_>, path: &Path<'_>) -> Result<Option<Recurring>, Fault> {
    let Some(mut recurring) = parse_brief_fields(sent, path)? else { return Ok(None) };
    recurring.usage_type = sent.word(&USAGE_TYPE, UsageType::ALL, UsageType::as_str).unwrap_or(UsageType::Licensed);
    recurring.meter = sent.get(&METER);
    recurring.trial_period_days = sent.get(&TRIAL_PERIOD_DAYS).and_then(|days: i64| u32::try_from(days).ok());
    match (recurring.usage_type, &recurring.meter) {
        (UsageType::Metered, None) => Err(Fault::invalid(
            "Starting with Stripe version `2025-03-31.basil`, metered prices must be backed by meters.",
        )),
        (UsageType::Licensed, Some(_)) => Err(undecided::meter_without_metered(&path.key(METER.name))),
        _ => Ok(Some(recurring)),
    }
}

/// Reads how often a price that is created with its product is charged.
pub(super) fn parse_brief(params: &Object<'_>, path: &Path<'_>) -> Result<Option<Recurring>, Fault> {
    match params.object(&RECURRING_BRIEF) {
        Some(sent) => parse_brief_fields(sent, &path.key(RECURRING.name)),
        None => Ok(None),
    }
}

fn parse_brief_fields(sent: &Object<'_>, path: &Path<'_>) -> Result<Option<Recurring>, Fault> {
    let Some(interval) = sent.word(&INTERVAL, Interval::ALL, Interval::as_str) else { return Ok(None) };
    let max = interval.max_count();
    let interval_count = match sent.get::<i64>(&INTERVAL_COUNT).map(u32::try_from) {
        None => 1,
        Some(Ok(count)) if count <= max => count,
        Some(_) => return Err(too_rare(interval, &path.key(INTERVAL_COUNT.name))),
    };
    Ok(Some(Recurring {
        interval,
        interval_count,
        usage_type: UsageType::Licensed,
        meter: None,
        trial_period_days: None,
    }))
}

fn too_rare(interval: Interval, path: &Path<'_>) -> Fault {
    let adverb = match interval {
        Interval::Day => "daily",
        Interval::Week => "weekly",
        Interval::Month => "monthly",
        Interval::Year => "yearly",
    };
    let max = interval.max_count();
    Fault::invalid(format!("The interval_count for {adverb} prices can't be greater than {max}")).about(path)
}
