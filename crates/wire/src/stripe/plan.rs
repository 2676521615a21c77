//! Plans: recurring prices in the shape that old clients know. Events tell of them beside the price.

use super::metadata::Shown;
use super::price::{Transform, billing_scheme, tiers_mode, unit_amounts};
use super::view::View;
use crate::json::Writer;
use tollgate_domain::price::{Charge, Price, Recurring, TiersMode, UsageType};

/// Writes a recurring price as a plan. A price that does not recur has no interval to show.
pub fn render(writer: &mut Writer, price: &Price, view: &View<'_>) {
    let recurring = price.recurring.as_ref();
    let amount = match &price.charge {
        Charge::PerUnit(amount) => Some(*amount),
        Charge::Custom(_) | Charge::Tiered { .. } => None,
    };
    let (amount, amount_decimal) = unit_amounts(amount);
    writer.begin_object();
    writer.field("id", price.id.as_str());
    writer.field("object", "plan");
    writer.field("active", &price.active);
    writer.field("amount", &amount);
    writer.field("amount_decimal", &amount_decimal);
    writer.field("billing_scheme", billing_scheme(&price.charge));
    writer.field("created", &price.created.seconds());
    writer.field("currency", price.currency.code());
    writer.field("interval", &recurring.map(|recurring| recurring.interval.as_str()));
    writer.field("interval_count", &recurring.map(|recurring| recurring.interval_count));
    writer.field("livemode", &view.environment.is_live());
    writer.field("metadata", &Shown(&price.metadata));
    writer.field("meter", &recurring.and_then(|recurring: &Recurring| recurring.meter.as_deref()));
    writer.field("nickname", &price.nickname);
    writer.field("product", price.product.as_str());
    writer.field("tiers_mode", &tiers_mode(&price.charge).map(TiersMode::as_str));
    writer.field("transform_usage", &price.transform_quantity.as_ref().map(Transform));
    writer.field("trial_period_days", &recurring.and_then(|recurring| recurring.trial_period_days));
    writer.field("usage_type", recurring.map_or(UsageType::Licensed, |recurring| recurring.usage_type).as_str());
    writer.end_object();
}
