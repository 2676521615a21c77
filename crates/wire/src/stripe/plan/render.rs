//! Plans as Stripe shows them.

use crate::json::Writer;
use crate::stripe::metadata::Shown;
use crate::stripe::price::{Tiers, Transform, billing_scheme, tiers_mode, unit_amounts};
use crate::stripe::product;
use crate::stripe::view::View;
use tollgate_domain::command::Stop;
use tollgate_domain::id::PriceId;
use tollgate_domain::price::{Charge, Price, Recurring, TiersMode, UsageType};

/// Writes a recurring price as a plan in which nothing is expanded. A price that does not recur has no interval to show.
pub fn render(writer: &mut Writer, price: &Price, view: &View<'_>) {
    render_expanded(writer, price, &view.unexpanded()).expect("nothing is loaded where nothing is expanded");
}

/// Writes a recurring price as a plan.
pub fn render_expanded(writer: &mut Writer, price: &Price, view: &View<'_>) -> Result<(), Stop> {
    let recurring = price.recurring.as_ref();
    let (amount, tiers) = match &price.charge {
        Charge::PerUnit(amount) => (Some(*amount), None),
        Charge::Custom(_) => (None, None),
        Charge::Tiered { tiers, .. } => (None, Some(Tiers(tiers))),
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
    product::render_reference(writer, "product", &price.product, view)?;
    if let Some(tiers) = tiers.filter(|_| view.expand.has("tiers")) {
        writer.field("tiers", &tiers);
    }
    writer.field("tiers_mode", &tiers_mode(&price.charge).map(TiersMode::as_str));
    writer.field("transform_usage", &price.transform_quantity.as_ref().map(Transform));
    writer.field("trial_period_days", &recurring.and_then(|recurring| recurring.trial_period_days));
    writer.field("usage_type", recurring.map_or(UsageType::Licensed, |recurring| recurring.usage_type).as_str());
    writer.end_object();
    Ok(())
}

/// Writes what is left of a deleted plan.
pub fn render_deleted(writer: &mut Writer, id: &PriceId) {
    writer.begin_object();
    writer.field("id", id.as_str());
    writer.field("object", "plan");
    writer.field("deleted", &true);
    writer.end_object();
}
