//! Prices as Stripe shows them.

use crate::json::{Json, Writer};
use crate::stripe::metadata::Shown;
use crate::stripe::product;
use crate::stripe::view::View;
use tollgate_domain::command::Stop;
use tollgate_domain::id::PriceId;
use tollgate_domain::money::UnitAmount;
use tollgate_domain::price::{
    Charge, CustomUnitAmount, OptionAmount, Price, Recurring, TaxBehavior, Tier, TiersMode, TransformQuantity,
};

/// Writes a price. Its tiers and currency options are there only where they are expanded.
pub fn render(writer: &mut Writer, price: &Price, view: &View<'_>) -> Result<(), Stop> {
    let amount = Amount::of_charge(&price.charge);
    writer.begin_object();
    writer.field("id", price.id.as_str());
    writer.field("object", "price");
    writer.field("active", &price.active);
    writer.field("billing_scheme", billing_scheme(&price.charge));
    writer.field("created", &price.created.seconds());
    writer.field("currency", price.currency.code());
    if let Some(within) = view.expand.get("currency_options") {
        render_currency_options(writer, price, within.has("tiers"));
    }
    writer.field("custom_unit_amount", &amount.custom().map(Custom));
    writer.field("livemode", &view.environment.is_live());
    writer.field("lookup_key", &price.lookup_key);
    writer.field("metadata", &Shown(&price.metadata));
    writer.field("nickname", &price.nickname);
    product::render_reference(writer, "product", &price.product, view)?;
    writer.field("recurring", &price.recurring.as_ref().map(Recurs));
    writer.field("tax_behavior", price.tax_behavior.as_str());
    if view.expand.has("tiers") {
        writer.field("tiers", &amount.tiers().map(Tiers));
    }
    writer.field("tiers_mode", &tiers_mode(&price.charge).map(TiersMode::as_str));
    writer.field("transform_quantity", &price.transform_quantity.as_ref().map(Transform));
    writer.field("type", if price.recurring.is_some() { "recurring" } else { "one_time" });
    amount.render_unit(writer);
    writer.end_object();
    Ok(())
}

/// Writes a reference to a price as its id, or whole where it is expanded.
pub(in crate::stripe) fn render_reference(
    writer: &mut Writer,
    key: &'static str,
    id: &PriceId,
    view: &View<'_>,
) -> Result<(), Stop> {
    if let Some(within) = view.expand.get(key)
        && let Some(price) = view.facts.price(id)?
    {
        writer.key(key);
        return render(writer, &price, &view.within(within));
    }
    writer.field(key, id.as_str());
    Ok(())
}

/// `per_unit` or `tiered`.
pub(in crate::stripe) fn billing_scheme(charge: &Charge) -> &'static str {
    match charge {
        Charge::PerUnit(_) | Charge::Custom(_) => "per_unit",
        Charge::Tiered { .. } => "tiered",
    }
}

/// How the tiers count, where there are any.
pub(in crate::stripe) fn tiers_mode(charge: &Charge) -> Option<TiersMode> {
    match charge {
        Charge::Tiered { mode, .. } => Some(*mode),
        Charge::PerUnit(_) | Charge::Custom(_) => None,
    }
}

/// The amount as a whole number, where it is one, and as a decimal text.
pub(in crate::stripe) fn unit_amounts(amount: Option<UnitAmount>) -> (Option<i64>, Option<String>) {
    (amount.and_then(UnitAmount::minor), amount.map(|amount| amount.to_string()))
}

/// Writes what the price charges in every currency, its own among them, by their codes.
fn render_currency_options(writer: &mut Writer, price: &Price, with_tiers: bool) {
    let own = (price.currency.code(), Amount::of_charge(&price.charge), price.tax_behavior);
    let others = price.currency_options.iter();
    let mut options: Vec<(&'static str, Amount<'_>, TaxBehavior)> = others
        .map(|(currency, option)| (currency.code(), Amount::of_option(&option.amount), option.tax_behavior))
        .collect();
    options.push(own);
    options.sort_by_key(|(code, ..)| *code);
    writer.object_field("currency_options");
    for (code, amount, tax_behavior) in options {
        writer.object_field(code);
        writer.field("custom_unit_amount", &amount.custom().map(Custom));
        writer.field("tax_behavior", tax_behavior.as_str());
        if with_tiers {
            writer.field("tiers", &amount.tiers().map(Tiers));
        }
        amount.render_unit(writer);
        writer.end_object();
    }
    writer.end_object();
}

/// An amount, of a price or of a currency option.
#[derive(Clone, Copy)]
enum Amount<'p> {
    PerUnit(UnitAmount),
    Custom(&'p CustomUnitAmount),
    Tiers(&'p [Tier]),
}

impl<'p> Amount<'p> {
    fn of_charge(charge: &'p Charge) -> Self {
        match charge {
            Charge::PerUnit(amount) => Self::PerUnit(*amount),
            Charge::Custom(custom) => Self::Custom(custom),
            Charge::Tiered { tiers, .. } => Self::Tiers(tiers),
        }
    }

    fn of_option(amount: &'p OptionAmount) -> Self {
        match amount {
            OptionAmount::PerUnit(amount) => Self::PerUnit(*amount),
            OptionAmount::Custom(custom) => Self::Custom(custom),
            OptionAmount::Tiers(tiers) => Self::Tiers(tiers),
        }
    }

    fn custom(self) -> Option<&'p CustomUnitAmount> {
        if let Self::Custom(custom) = self { Some(custom) } else { None }
    }

    fn tiers(self) -> Option<&'p [Tier]> {
        if let Self::Tiers(tiers) = self { Some(tiers) } else { None }
    }

    fn render_unit(self, writer: &mut Writer) {
        let (whole, decimal) = unit_amounts(if let Self::PerUnit(amount) = self { Some(amount) } else { None });
        writer.field("unit_amount", &whole);
        writer.field("unit_amount_decimal", &decimal);
    }
}

struct Custom<'p>(&'p CustomUnitAmount);

impl Json for Custom<'_> {
    fn write(&self, writer: &mut Writer) {
        writer.begin_object();
        writer.field("maximum", &self.0.maximum);
        writer.field("minimum", &self.0.minimum);
        writer.field("preset", &self.0.preset);
        writer.end_object();
    }
}

/// The tiers of a price.
pub(in crate::stripe) struct Tiers<'p>(pub(in crate::stripe) &'p [Tier]);

impl Json for Tiers<'_> {
    fn write(&self, writer: &mut Writer) {
        writer.begin_array();
        for tier in self.0 {
            let (flat_amount, flat_amount_decimal) = unit_amounts(tier.flat);
            let (unit_amount, unit_amount_decimal) = unit_amounts(tier.unit);
            writer.begin_object();
            writer.field("flat_amount", &flat_amount);
            writer.field("flat_amount_decimal", &flat_amount_decimal);
            writer.field("unit_amount", &unit_amount);
            writer.field("unit_amount_decimal", &unit_amount_decimal);
            writer.field("up_to", &tier.up_to);
            writer.end_object();
        }
        writer.end_array();
    }
}

struct Recurs<'p>(&'p Recurring);

impl Json for Recurs<'_> {
    fn write(&self, writer: &mut Writer) {
        writer.begin_object();
        writer.field("interval", self.0.interval.as_str());
        writer.field("interval_count", &self.0.interval_count);
        writer.field("meter", &self.0.meter);
        writer.field("trial_period_days", &self.0.trial_period_days);
        writer.field("usage_type", self.0.usage_type.as_str());
        writer.end_object();
    }
}

/// What divides the quantity; plans show it under another name.
pub(in crate::stripe) struct Transform<'p>(pub(in crate::stripe) &'p TransformQuantity);

impl Json for Transform<'_> {
    fn write(&self, writer: &mut Writer) {
        writer.begin_object();
        writer.field("divide_by", &self.0.divide_by);
        writer.field("round", self.0.round.as_str());
        writer.end_object();
    }
}
