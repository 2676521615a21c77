//! Events as Stripe shows them.

use super::difference::{self, Tree};
use crate::json::{Json, Null, Writer};
use crate::stripe::view::View;
use crate::stripe::{
    API_VERSION, billing_customer, coupon, entitlement, meter, plan, price, product, promotion_code, subscription,
    test_clock,
};
use tollgate_domain::command::Stop;
use tollgate_domain::event::{Action, Event, Topic};
use tollgate_domain::record::Record;
use tollgate_domain::webhook::delivery;

/// Writes an event. Its object is a snapshot of that time, in which nothing is expanded.
pub fn render(writer: &mut Writer, event: &Event, view: &View<'_>) -> Result<(), Stop> {
    render_pending(writer, event, delivery::pending(&event.id, view.facts)?, view)
}

/// The same where it is known how many webhook endpoints the event is still to reach.
pub fn render_pending(writer: &mut Writer, event: &Event, pending: u32, view: &View<'_>) -> Result<(), Stop> {
    let view = View { now: event.created, ..*view };
    writer.begin_object();
    writer.field("id", event.id.as_str());
    writer.field("object", "event");
    writer.field("api_version", API_VERSION);
    writer.field("created", &event.created.seconds());
    writer.object_field("data");
    writer.key("object");
    if let (Action::Deleted, Record::Coupon(coupon)) = (event.action, &event.after) {
        coupon::render_ended(writer, coupon, &view.unexpanded());
    } else {
        render_object(writer, event.topic, &event.after, &view)?;
    }
    if let Some(before) = &event.before {
        writer.field("previous_attributes", &Tree(&previous_attributes(event, before, &view)?));
    }
    writer.end_object();
    writer.field("livemode", &view.environment.is_live());
    writer.field("pending_webhooks", &pending);
    render_request(writer, event);
    writer.field("type", &event.name());
    writer.end_object();
    Ok(())
}

fn render_object(writer: &mut Writer, topic: Topic, record: &Record, view: &View<'_>) -> Result<(), Stop> {
    let view = view.unexpanded();
    match (topic, record) {
        (Topic::Plan, Record::Price(price)) => {
            plan::render(writer, price, &view);
            Ok(())
        }
        (_, Record::Product(product)) => product::render(writer, product, &view),
        (_, Record::Price(price)) => price::render(writer, price, &view),
        (_, Record::BillingCustomer(customer)) => billing_customer::render(writer, customer, &view),
        (_, Record::Subscription(shown)) => subscription::render(writer, shown, &view),
        (_, Record::Coupon(coupon)) => {
            coupon::render(writer, coupon, &view);
            Ok(())
        }
        (_, Record::Meter(meter)) => {
            meter::render(writer, meter, &view);
            Ok(())
        }
        (_, Record::PromotionCode(code)) => promotion_code::render_snapshot(writer, code, &view),
        (_, Record::TestClock(clock)) => {
            test_clock::render(writer, clock, &view);
            Ok(())
        }
        (_, Record::EntitlementSummary(summary)) => {
            entitlement::render_summary(writer, summary, &view);
            Ok(())
        }
        // No event is announced of these.
        _ => {
            Null.write(writer);
            Ok(())
        }
    }
}

/// What the object showed before, of what it shows otherwise now.
fn previous_attributes(
    event: &Event,
    before: &Record,
    view: &View<'_>,
) -> Result<serde_json::Map<String, serde_json::Value>, Stop> {
    let mut previous =
        difference::previous(&shown(event.topic, before, view)?, &shown(event.topic, &event.after, view)?);
    previous.remove("updated");
    Ok(previous)
}

fn shown(topic: Topic, record: &Record, view: &View<'_>) -> Result<serde_json::Value, Stop> {
    let mut writer = Writer::new();
    render_object(&mut writer, topic, record, view)?;
    Ok(serde_json::from_slice(&writer.into_bytes()).expect("a writer writes JSON"))
}

fn render_request(writer: &mut Writer, event: &Event) {
    let cause = event.cause.as_ref();
    writer.object_field("request");
    writer.field("id", &cause.map(|cause| cause.request.as_str()));
    writer.field("idempotency_key", &cause.and_then(|cause| cause.idempotency_key.as_deref()));
    writer.end_object();
}
