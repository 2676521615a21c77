//! Coupons as Stripe shows them.

use crate::json::{Json, Writer};
use crate::stripe::metadata::Shown;
use crate::stripe::view::View;
use tollgate_domain::command::Stop;
use tollgate_domain::coupon::{Coupon, Lasts, Off};
use tollgate_domain::id::{CouponId, ProductId};
use tollgate_domain::quantity::Quantity;
use tollgate_domain::time::Timestamp;

/// Writes a coupon. What it is for and its amounts in other currencies are there only where they are expanded.
pub fn render(writer: &mut Writer, coupon: &Coupon, view: &View<'_>) {
    render_as(writer, coupon, coupon.is_valid(view.now), view);
}

/// Writes a coupon as it was when it was deleted.
pub(in crate::stripe) fn render_ended(writer: &mut Writer, coupon: &Coupon, view: &View<'_>) {
    render_as(writer, coupon, false, view);
}

fn render_as(writer: &mut Writer, coupon: &Coupon, valid: bool, view: &View<'_>) {
    let (percent, amount, currency) = match &coupon.off {
        Off::Percent(percent) => (Some(Float(*percent)), None, None),
        Off::Amount { amount, currency, .. } => (None, Some(*amount), Some(currency.code())),
    };
    let (duration, months) = match coupon.lasts {
        Lasts::Once => ("once", None),
        Lasts::Forever => ("forever", None),
        Lasts::Months(months) => ("repeating", Some(months)),
    };
    writer.begin_object();
    writer.field("id", coupon.id.as_str());
    writer.field("object", "coupon");
    writer.field("amount_off", &amount);
    if view.expand.has("applies_to") && !coupon.products.is_empty() {
        let products: Vec<&str> = coupon.products.iter().map(ProductId::as_str).collect();
        writer.object_field("applies_to");
        writer.field("products", products.as_slice());
        writer.end_object();
    }
    writer.field("created", &coupon.created.seconds());
    writer.field("currency", &currency);
    if view.expand.has("currency_options") {
        render_currency_options(writer, &coupon.off);
    }
    writer.field("duration", duration);
    writer.field("duration_in_months", &months);
    writer.field("livemode", &view.environment.is_live());
    writer.field("max_redemptions", &coupon.max_redemptions);
    writer.field("metadata", &Shown(&coupon.metadata));
    writer.field("name", &coupon.name);
    writer.field("percent_off", &percent);
    writer.field("redeem_by", &coupon.redeem_by.map(Timestamp::seconds));
    writer.field("times_redeemed", &coupon.times_redeemed);
    writer.field("valid", &valid);
    writer.end_object();
}

/// Writes what is taken off in every currency, the coupon's own among them, by their codes.
fn render_currency_options(writer: &mut Writer, off: &Off) {
    let Off::Amount { amount, currency, others } = off else { return };
    let mut options: Vec<(&'static str, i64)> =
        others.iter().map(|(currency, amount)| (currency.code(), *amount)).collect();
    options.push((currency.code(), *amount));
    options.sort_unstable();
    writer.object_field("currency_options");
    for (code, amount) in options {
        writer.object_field(code);
        writer.field("amount_off", &amount);
        writer.end_object();
    }
    writer.end_object();
}

/// Writes a reference to a coupon as its id, or whole where it is expanded and still there.
pub(in crate::stripe) fn render_reference(
    writer: &mut Writer,
    key: &'static str,
    id: &CouponId,
    view: &View<'_>,
) -> Result<(), Stop> {
    if let Some(within) = view.expand.get(key)
        && let Some(coupon) = view.facts.coupon(id)?
    {
        writer.key(key);
        render(writer, &coupon, &view.within(within));
        return Ok(());
    }
    writer.field(key, id.as_str());
    Ok(())
}

/// Writes what is left of a deleted coupon.
pub fn render_deleted(writer: &mut Writer, id: &CouponId) {
    writer.begin_object();
    writer.field("id", id.as_str());
    writer.field("object", "coupon");
    writer.field("deleted", &true);
    writer.end_object();
}

/// A number that always has a fraction, as floats have where Stripe shows them.
struct Float(Quantity);

impl Json for Float {
    fn write(&self, writer: &mut Writer) {
        let text = self.0.to_string();
        if text.contains('.') { writer.raw(&text) } else { writer.raw(&format!("{text}.0")) }
    }
}
