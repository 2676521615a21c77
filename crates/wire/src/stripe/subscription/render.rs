//! Subscriptions and their items as Stripe shows them.

use crate::expand::NOTHING;
use crate::json::{Json, Null, Writer};
use crate::stripe::metadata::Shown;
use crate::stripe::view::View;
use crate::stripe::{billing_customer, plan, price, subscription_item};
use std::sync::Arc;
use tollgate_domain::command::Stop;
use tollgate_domain::facts::ReadSet;
use tollgate_domain::id::{SubscriptionItemId, TestClockId};
use tollgate_domain::price::Price;
use tollgate_domain::subscription::{AnchorConfig, BillingMode, Cancellation, Item, Pause, Subscription, Trial};
use tollgate_domain::time::Timestamp;

/// Writes a subscription. There are no invoices, so that it has no latest one.
pub fn render(writer: &mut Writer, subscription: &Subscription, view: &View<'_>) -> Result<(), Stop> {
    let prices = prices(subscription, view)?;
    writer.begin_object();
    writer.field("id", subscription.id.as_str());
    writer.field("object", "subscription");
    writer.field("application", &Null);
    writer.field("application_fee_percent", &Null);
    writer.field("automatic_tax", &NoTax);
    writer.field("billing_cycle_anchor", &subscription.anchor.seconds());
    writer.field("billing_cycle_anchor_config", &subscription.anchor_config.map(Config));
    writer.field("billing_mode", &Mode(subscription.mode));
    writer.field("billing_schedules", &[] as &[bool]);
    writer.field("billing_thresholds", &Null);
    writer.field("cancel_at", &subscription.cancel_at.map(Timestamp::seconds));
    writer.field("cancel_at_period_end", &subscription.cancel_at_period_end);
    writer.field("canceled_at", &subscription.canceled.map(Timestamp::seconds));
    writer.field("cancellation_details", &Details(&subscription.cancellation));
    writer.field("collection_method", subscription.collection.as_str());
    writer.field("created", &subscription.created.seconds());
    writer.field("currency", subscription.currency.code());
    billing_customer::render_reference(writer, "customer", &subscription.customer, view)?;
    writer.field("customer_account", &Null);
    writer.field("days_until_due", &subscription.days_until_due);
    writer.field("default_payment_method", &Null);
    writer.field("default_source", &Null);
    writer.field("default_tax_rates", &[] as &[bool]);
    writer.field("description", &subscription.description);
    writer.field("discounts", &[] as &[bool]);
    writer.field("ended_at", &subscription.ended.map(Timestamp::seconds));
    writer.field("invoice_settings", &InvoiceSettings);
    render_items(writer, subscription, &prices, view)?;
    writer.field("latest_invoice", &Null);
    writer.field("livemode", &view.environment.is_live());
    writer.field("metadata", &Shown(&subscription.metadata));
    writer.field("next_pending_invoice_item_invoice", &Null);
    writer.field("on_behalf_of", &Null);
    writer.field("pause_collection", &subscription.pause.map(Paused));
    writer.field("payment_settings", &PaymentSettings);
    writer.field("pending_invoice_item_interval", &Null);
    writer.field("pending_setup_intent", &Null);
    writer.field("pending_update", &Null);
    render_single(writer, subscription, &prices, view);
    writer.field("schedule", &Null);
    writer.field("start_date", &subscription.started.seconds());
    writer.field("status", subscription.status.as_str());
    writer.field("test_clock", &subscription.test_clock.as_ref().map(TestClockId::as_str));
    writer.field("transfer_data", &Null);
    let trial = |at: fn(&Trial) -> Timestamp| subscription.trial.as_ref().map(|trial| at(trial).seconds());
    writer.field("trial_end", &trial(|trial| trial.end));
    writer.field("trial_settings", &TrialSettings(subscription.missing_payment.as_str()));
    writer.field("trial_start", &trial(|trial| trial.start));
    writer.end_object();
    Ok(())
}

/// The prices of its items, in their order, loaded all at once. A price that is gone has no object to show.
fn prices(subscription: &Subscription, view: &View<'_>) -> Result<Vec<Option<Arc<Price>>>, Stop> {
    let (mut reads, mut prices) = (ReadSet::default(), Vec::with_capacity(subscription.items.len()));
    for item in &subscription.items {
        prices.push(reads.gather(view.facts.price(&item.price))?.flatten());
    }
    reads.known()?;
    Ok(prices)
}

fn render_items(
    writer: &mut Writer,
    subscription: &Subscription,
    prices: &[Option<Arc<Price>>],
    view: &View<'_>,
) -> Result<(), Stop> {
    let within = view.expand.get("items").unwrap_or(&NOTHING);
    let view = view.within(within.get("data").unwrap_or(&NOTHING));
    writer.object_field("items");
    writer.field("object", "list");
    writer.array_field("data");
    for (item, price) in subscription.items.iter().zip(prices) {
        write_item(writer, subscription, item, price.as_deref(), &view)?;
    }
    writer.end_array();
    writer.field("has_more", &false);
    writer.field("total_count", &subscription.items.len());
    writer.field("url", &subscription_item::url(subscription));
    writer.end_object();
    Ok(())
}

/// Old clients know subscriptions of one price, and look for it here.
fn render_single(writer: &mut Writer, subscription: &Subscription, prices: &[Option<Arc<Price>>], view: &View<'_>) {
    if let ([item], [Some(price)]) = (subscription.items.as_slice(), prices) {
        writer.key("plan");
        plan::render(writer, price, &view.unexpanded());
        writer.field("quantity", &item.quantity);
    } else {
        writer.field("plan", &Null);
        writer.field("quantity", &Null);
    }
}

/// Writes an item by itself.
pub fn render_item(writer: &mut Writer, subscription: &Subscription, item: &Item, view: &View<'_>) -> Result<(), Stop> {
    let price = view.facts.price(&item.price)?;
    write_item(writer, subscription, item, price.as_deref(), view)
}

/// Writes the item with this id, which the subscription has.
pub fn render_item_at(
    writer: &mut Writer,
    subscription: &Subscription,
    id: &SubscriptionItemId,
    view: &View<'_>,
) -> Result<(), Stop> {
    if let Some(item) = subscription.item(id) {
        return render_item(writer, subscription, item, view);
    }
    Null.write(writer);
    Ok(())
}

fn write_item(
    writer: &mut Writer,
    subscription: &Subscription,
    item: &Item,
    shown: Option<&Price>,
    view: &View<'_>,
) -> Result<(), Stop> {
    writer.begin_object();
    writer.field("id", item.id.as_str());
    writer.field("object", "subscription_item");
    writer.field("billing_thresholds", &Null);
    writer.field("created", &item.created.seconds());
    writer.field("current_period_end", &item.period.end.seconds());
    writer.field("current_period_start", &item.period.start.seconds());
    writer.field("discounts", &[] as &[bool]);
    writer.field("metadata", &Shown(&item.metadata));
    if let Some(shown) = shown {
        writer.key("plan");
        plan::render(writer, shown, &view.unexpanded());
        writer.key("price");
        price::render(writer, shown, &view.within(view.expand.get("price").unwrap_or(&NOTHING)))?;
    } else {
        writer.field("plan", &Null);
        writer.field("price", &Null);
    }
    if let Some(quantity) = &item.quantity {
        writer.field("quantity", quantity);
    }
    writer.field("subscription", subscription.id.as_str());
    writer.field("tax_rates", &[] as &[bool]);
    writer.end_object();
    Ok(())
}

struct NoTax;

impl Json for NoTax {
    fn write(&self, writer: &mut Writer) {
        writer.begin_object();
        writer.field("disabled_reason", &Null);
        writer.field("enabled", &false);
        writer.field("liability", &Null);
        writer.end_object();
    }
}

struct Config(AnchorConfig);

impl Json for Config {
    fn write(&self, writer: &mut Writer) {
        let part = |part: Option<u8>| part.map(u32::from);
        writer.begin_object();
        writer.field("day_of_month", &u32::from(self.0.day_of_month));
        writer.field("hour", &part(self.0.hour));
        writer.field("minute", &part(self.0.minute));
        writer.field("month", &part(self.0.month));
        writer.field("second", &part(self.0.second));
        writer.end_object();
    }
}

struct Mode(BillingMode);

impl Json for Mode {
    fn write(&self, writer: &mut Writer) {
        writer.begin_object();
        if self.0 == BillingMode::Flexible {
            writer.object_field("flexible");
            writer.field("proration_discounts", "included");
            writer.end_object();
        } else {
            writer.field("flexible", &Null);
        }
        writer.field("type", self.0.as_str());
        writer.end_object();
    }
}

struct Details<'s>(&'s Cancellation);

impl Json for Details<'_> {
    fn write(&self, writer: &mut Writer) {
        writer.begin_object();
        writer.field("comment", &self.0.comment);
        writer.field("feedback", &self.0.feedback);
        writer.field("reason", &self.0.requested.then_some("cancellation_requested"));
        writer.end_object();
    }
}

struct InvoiceSettings;

impl Json for InvoiceSettings {
    fn write(&self, writer: &mut Writer) {
        writer.begin_object();
        writer.field("account_tax_ids", &Null);
        writer.field("custom_fields", &Null);
        writer.field("description", &Null);
        writer.field("footer", &Null);
        writer.object_field("issuer");
        writer.field("type", "self");
        writer.end_object();
        writer.end_object();
    }
}

struct Paused(Pause);

impl Json for Paused {
    fn write(&self, writer: &mut Writer) {
        writer.begin_object();
        writer.field("behavior", self.0.behavior.as_str());
        writer.field("resumes_at", &self.0.resumes.map(Timestamp::seconds));
        writer.end_object();
    }
}

struct PaymentSettings;

impl Json for PaymentSettings {
    fn write(&self, writer: &mut Writer) {
        writer.begin_object();
        writer.field("payment_method_options", &Null);
        writer.field("payment_method_types", &Null);
        writer.field("save_default_payment_method", "off");
        writer.end_object();
    }
}

struct TrialSettings(&'static str);

impl Json for TrialSettings {
    fn write(&self, writer: &mut Writer) {
        writer.begin_object();
        writer.object_field("end_behavior");
        writer.field("billing_cycle_anchor", "now");
        writer.field("missing_payment_method", self.0);
        writer.end_object();
        writer.end_object();
    }
}
