//! Promotion codes as Stripe shows them.

use crate::expand::NOTHING;
use crate::json::{Null, Writer};
use crate::stripe::metadata::Shown;
use crate::stripe::view::View;
use crate::stripe::{billing_customer, coupon};
use tollgate_domain::command::Stop;
use tollgate_domain::promotion_code::{PromotionCode, Restrictions};
use tollgate_domain::time::Timestamp;

/// Writes a promotion code. It is active where its coupon is valid too.
pub fn render(writer: &mut Writer, code: &PromotionCode, view: &View<'_>) -> Result<(), Stop> {
    let active = code.is_active(view.facts.coupon(&code.coupon)?.as_deref(), view.now);
    render_as(writer, code, active, view)
}

/// Writes a promotion code as it was at the time of the view, whatever has become of its coupon since.
pub(in crate::stripe) fn render_snapshot(
    writer: &mut Writer,
    code: &PromotionCode,
    view: &View<'_>,
) -> Result<(), Stop> {
    render_as(writer, code, code.is_open(view.now), view)
}

fn render_as(writer: &mut Writer, code: &PromotionCode, active: bool, view: &View<'_>) -> Result<(), Stop> {
    writer.begin_object();
    writer.field("id", code.id.as_str());
    writer.field("object", "promotion_code");
    writer.field("active", &active);
    writer.field("code", &code.code);
    writer.field("created", &code.created.seconds());
    match &code.customer {
        Some(customer) => billing_customer::render_reference(writer, "customer", customer, view)?,
        None => writer.field("customer", &Null),
    }
    writer.field("customer_account", &Null);
    writer.field("expires_at", &code.expires.map(Timestamp::seconds));
    writer.field("livemode", &view.environment.is_live());
    writer.field("max_redemptions", &code.max_redemptions);
    writer.field("metadata", &Shown(&code.metadata));
    writer.object_field("promotion");
    let within = view.expand.get("promotion").unwrap_or(&NOTHING);
    coupon::render_reference(writer, "coupon", &code.coupon, &view.within(within))?;
    writer.field("type", "coupon");
    writer.end_object();
    let within = view.expand.get("restrictions").unwrap_or(&NOTHING);
    render_restrictions(writer, &code.restrictions, within.has("currency_options"));
    writer.field("times_redeemed", &code.times_redeemed);
    writer.end_object();
    Ok(())
}

fn render_restrictions(writer: &mut Writer, restrictions: &Restrictions, with_options: bool) {
    writer.object_field("restrictions");
    if with_options {
        render_currency_options(writer, restrictions);
    }
    writer.field("first_time_transaction", &restrictions.first_time_transaction);
    writer.field("minimum_amount", &restrictions.minimum.map(|(amount, _)| amount));
    writer.field("minimum_amount_currency", &restrictions.minimum.map(|(_, currency)| currency.code()));
    writer.end_object();
}

/// Writes the minimum amount in every currency, the code's own among them, by their codes.
fn render_currency_options(writer: &mut Writer, restrictions: &Restrictions) {
    let Some((own, currency)) = restrictions.minimum else { return };
    let mut options: Vec<(&'static str, i64)> =
        restrictions.others.iter().map(|(currency, amount)| (currency.code(), *amount)).collect();
    options.push((currency.code(), own));
    options.sort_unstable();
    writer.object_field("currency_options");
    for (code, amount) in options {
        writer.object_field(code);
        writer.field("minimum_amount", &amount);
        writer.end_object();
    }
    writer.end_object();
}
