//! Products as Stripe shows them.

use crate::json::{Json, Null, Writer};
use crate::stripe::metadata::Shown;
use crate::stripe::view::View;
use crate::stripe::{price, tax_code};
use tollgate_domain::command::Stop;
use tollgate_domain::id::{ProductId, TaxCodeId};
use tollgate_domain::package::{Hundredths, PackageDimensions};
use tollgate_domain::product::{Product, ProductKind};

/// Writes a product: the keys of Stripe's page, and `attributes`, `tax_details` and `type`, which the live API
/// answers with too and strictly typed clients ask for.
pub fn render(writer: &mut Writer, product: &Product, view: &View<'_>) -> Result<(), Stop> {
    writer.begin_object();
    writer.field("id", product.id.as_str());
    writer.field("object", "product");
    writer.field("active", &product.active);
    writer.array_field("attributes");
    writer.end_array();
    writer.field("created", &product.created.seconds());
    render_default_price(writer, product, view)?;
    writer.field("description", &product.description);
    writer.field("images", product.images.as_slice());
    writer.field("livemode", &view.environment.is_live());
    writer.array_field("marketing_features");
    for name in &product.marketing_features {
        writer.begin_object();
        writer.field("name", name);
        writer.end_object();
    }
    writer.end_array();
    writer.field("metadata", &Shown(&product.metadata));
    writer.field("name", &product.name);
    writer.field("package_dimensions", &product.package_dimensions.as_ref().map(Size));
    writer.field("shippable", &product.shippable);
    writer.field("statement_descriptor", &product.statement_descriptor);
    render_taxes(writer, product, view);
    writer.field(
        "type",
        match product.kind {
            ProductKind::Good => "good",
            ProductKind::Service => "service",
        },
    );
    writer.field("unit_label", &product.unit_label);
    writer.field("updated", &product.updated.seconds());
    writer.field("url", &product.url);
    writer.end_object();
    Ok(())
}

/// Writes what is left of a deleted product.
pub fn render_deleted(writer: &mut Writer, id: &ProductId) {
    writer.begin_object();
    writer.field("id", id.as_str());
    writer.field("object", "product");
    writer.field("deleted", &true);
    writer.end_object();
}

/// Writes a reference to a product as its id, or whole where it is expanded.
pub(in crate::stripe) fn render_reference(
    writer: &mut Writer,
    key: &'static str,
    id: &ProductId,
    view: &View<'_>,
) -> Result<(), Stop> {
    if let Some(within) = view.expand.get(key)
        && let Some(product) = view.facts.product(id)?
    {
        writer.key(key);
        return render(writer, &product, &view.within(within));
    }
    writer.field(key, id.as_str());
    Ok(())
}

fn render_default_price(writer: &mut Writer, product: &Product, view: &View<'_>) -> Result<(), Stop> {
    if let Some(id) = &product.default_price {
        return price::render_reference(writer, "default_price", id, view);
    }
    writer.field("default_price", &Null);
    Ok(())
}

fn render_taxes(writer: &mut Writer, product: &Product, view: &View<'_>) {
    tax_code::render_reference(writer, "tax_code", product.tax_code.as_ref(), view);
    let tax_code = product.tax_code.as_ref().map(TaxCodeId::as_str);
    if tax_code.is_none() && product.performance_location.is_none() {
        writer.field("tax_details", &Null);
        return;
    }
    writer.object_field("tax_details");
    writer.field("performance_location", &product.performance_location);
    writer.field("tax_code", &tax_code);
    writer.end_object();
}

struct Size<'p>(&'p PackageDimensions);

impl Json for Size<'_> {
    fn write(&self, writer: &mut Writer) {
        writer.begin_object();
        writer.field("height", &Float(self.0.height));
        writer.field("length", &Float(self.0.length));
        writer.field("weight", &Float(self.0.weight));
        writer.field("width", &Float(self.0.width));
        writer.end_object();
    }
}

/// Hundredths as a float: always with a fraction, without needless zeros.
struct Float(Hundredths);

impl Json for Float {
    fn write(&self, writer: &mut Writer) {
        let (whole, fraction) = (self.0.0 / 100, self.0.0 % 100);
        if fraction % 10 == 0 {
            writer.raw(&format!("{whole}.{}", fraction / 10));
        } else {
            writer.raw(&format!("{whole}.{fraction:02}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dimensions_are_floats_with_a_fraction() {
        for (hundredths, shown) in [(0, "0.0"), (100, "1.0"), (2050, "20.5"), (105, "1.05"), (40025, "400.25")] {
            let mut writer = Writer::new();
            writer.value(&Float(Hundredths(hundredths)));
            assert_eq!(String::from_utf8(writer.into_bytes()).unwrap(), shown);
        }
    }
}
