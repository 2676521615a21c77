//! Customers as Stripe shows them.

use crate::json::{Json, Null, Writer};
use crate::list::{self, LIMIT_DEFAULT};
use crate::stripe::metadata::Shown;
use crate::stripe::view::View;
use crate::stripe::{subscription, test_clock};
use tollgate_domain::billing_customer::{self, Address, BillingCustomer, CustomField, InvoiceSettings, Shipping};
use tollgate_domain::command::Stop;
use tollgate_domain::id::{BillingCustomerId, TestClockId};
use tollgate_domain::list::Page;

/// Writes a customer, or what is left of one that was deleted.
pub fn render(writer: &mut Writer, customer: &BillingCustomer, view: &View<'_>) -> Result<(), Stop> {
    if customer.deleted {
        render_deleted(writer, &customer.id);
        return Ok(());
    }
    writer.begin_object();
    writer.field("id", customer.id.as_str());
    writer.field("object", "customer");
    writer.field("address", &customer.address.as_ref().map(ShownAddress));
    writer.field("balance", &customer.balance);
    render_given(writer, "business_name", customer.business_name.as_deref());
    if view.expand.has("cash_balance") {
        writer.field("cash_balance", &Null);
    }
    writer.field("created", &customer.created.seconds());
    // There are no invoices, and so nothing that would settle the currency, be paid late, or be taken off.
    writer.field("currency", &Null);
    writer.field("customer_account", &Null);
    writer.field("default_source", &Null);
    writer.field("delinquent", &false);
    writer.field("description", &customer.description);
    writer.field("discount", &Null);
    writer.field("email", &customer.email);
    render_given(writer, "individual_name", customer.individual_name.as_deref());
    writer.field("invoice_prefix", &customer.invoice_prefix);
    writer.field("invoice_settings", &ShownSettings(&customer.invoice_settings));
    writer.field("livemode", &view.environment.is_live());
    writer.field("metadata", &Shown(&customer.metadata));
    writer.field("name", &customer.name);
    writer.field("next_invoice_sequence", &customer.next_invoice_sequence);
    writer.field("phone", &customer.phone);
    writer.field("preferred_locales", customer.preferred_locales.as_slice());
    writer.field("shipping", &customer.shipping.as_ref().map(ShownShipping));
    render_empty(writer, "sources", &customer.id, view);
    render_subscriptions(writer, &customer.id, view)?;
    if view.expand.has("tax") {
        writer.object_field("tax");
        writer.field("automatic_tax", "not_collecting");
        writer.field("ip_address", &Null);
        writer.field("location", &Null);
        writer.field("provider", "stripe");
        writer.end_object();
    }
    writer.field("tax_exempt", customer.tax_exempt.as_str());
    render_empty(writer, "tax_ids", &customer.id, view);
    render_test_clock(writer, customer.test_clock.as_ref(), view)?;
    writer.end_object();
    Ok(())
}

/// Writes what is left of a deleted customer.
pub fn render_deleted(writer: &mut Writer, id: &BillingCustomerId) {
    writer.begin_object();
    writer.field("id", id.as_str());
    writer.field("object", "customer");
    writer.field("deleted", &true);
    writer.end_object();
}

/// Writes a reference to a customer as its id, or whole where it is expanded.
pub fn render_reference(
    writer: &mut Writer,
    key: &'static str,
    id: &BillingCustomerId,
    view: &View<'_>,
) -> Result<(), Stop> {
    if let Some(within) = view.expand.get(key)
        && let Some(customer) = view.facts.billing_customer_or_stub(id)?
    {
        writer.key(key);
        return render(writer, &customer, &view.within(within));
    }
    writer.field(key, id.as_str());
    Ok(())
}

/// Stripe leaves these out where nobody said them.
fn render_given(writer: &mut Writer, key: &'static str, text: Option<&str>) {
    if let Some(text) = text {
        writer.field(key, text);
    }
}

/// A list of which there is nothing on file, where it is asked for.
fn render_empty(writer: &mut Writer, key: &'static str, id: &BillingCustomerId, view: &View<'_>) {
    if view.expand.has(key) {
        writer.object_field(key);
        writer.field("object", "list");
        writer.array_field("data");
        writer.end_array();
        writer.field("has_more", &false);
        writer.field("url", &format!("/v1/customers/{id}/{key}"));
        writer.end_object();
    }
}

/// The newest subscriptions that count, where they are asked for.
fn render_subscriptions(writer: &mut Writer, id: &BillingCustomerId, view: &View<'_>) -> Result<(), Stop> {
    let Some(within) = view.expand.get("subscriptions") else { return Ok(()) };
    let mut items = billing_customer::subscriptions(id, view.facts)?;
    let has_more = items.len() > LIMIT_DEFAULT;
    items.truncate(LIMIT_DEFAULT);
    writer.key("subscriptions");
    let url = format!("/v1/customers/{id}/subscriptions");
    list::render(writer, &url, &Page { items, has_more }, &view.within(within), |writer, item, view| {
        subscription::render(writer, item, view)
    })
}

fn render_test_clock(writer: &mut Writer, id: Option<&TestClockId>, view: &View<'_>) -> Result<(), Stop> {
    if let (Some(id), true) = (id, view.expand.has("test_clock"))
        && let Some(clock) = view.facts.test_clock(id)?
    {
        writer.key("test_clock");
        test_clock::render(writer, &clock, view);
        return Ok(());
    }
    writer.field("test_clock", &id.map(TestClockId::as_str));
    Ok(())
}

struct ShownAddress<'c>(&'c Address);

impl Json for ShownAddress<'_> {
    fn write(&self, writer: &mut Writer) {
        let Address { city, country, line1, line2, postal_code, state } = self.0;
        writer.begin_object();
        writer.field("city", city);
        writer.field("country", country);
        writer.field("line1", line1);
        writer.field("line2", line2);
        writer.field("postal_code", postal_code);
        writer.field("state", state);
        writer.end_object();
    }
}

struct ShownShipping<'c>(&'c Shipping);

impl Json for ShownShipping<'_> {
    fn write(&self, writer: &mut Writer) {
        writer.begin_object();
        writer.field("address", &ShownAddress(&self.0.address));
        writer.field("name", &self.0.name);
        writer.field("phone", &self.0.phone);
        writer.end_object();
    }
}

struct ShownSettings<'c>(&'c InvoiceSettings);

impl Json for ShownSettings<'_> {
    fn write(&self, writer: &mut Writer) {
        let InvoiceSettings { custom_fields, footer, amount_tax_display } = self.0;
        writer.begin_object();
        writer.key("custom_fields");
        match custom_fields {
            Some(fields) => {
                writer.begin_array();
                for field in fields {
                    ShownField(field).write(writer);
                }
                writer.end_array();
            }
            None => Null.write(writer),
        }
        writer.field("default_payment_method", &Null);
        writer.field("footer", footer);
        match amount_tax_display {
            Some(display) => {
                writer.object_field("rendering_options");
                writer.field("amount_tax_display", display);
                writer.field("template", &Null);
                writer.end_object();
            }
            None => writer.field("rendering_options", &Null),
        }
        writer.end_object();
    }
}

struct ShownField<'c>(&'c CustomField);

impl Json for ShownField<'_> {
    fn write(&self, writer: &mut Writer) {
        writer.begin_object();
        writer.field("name", &self.0.name);
        writer.field("value", &self.0.value);
        writer.end_object();
    }
}
