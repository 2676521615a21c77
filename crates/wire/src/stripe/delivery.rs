//! Deliveries that did not succeed yet: an addition of our own, to see what a webhook endpoint misses.

use super::view::View;
use crate::expand::EXPAND;
use crate::expand::Expandable;
use crate::fault::Fault;
use crate::form::Params;
use crate::json::{Null, Writer};
use crate::list::{self, CREATED, ENDING_BEFORE, LIMIT, ListRequest, STARTING_AFTER};
use crate::params::{self, Kind, Param, Table};
use tollgate_domain::id::WebhookEndpointId;
use tollgate_domain::list::Filter;
use tollgate_domain::record::{Field, Noun, Value};
use tollgate_domain::webhook::{Delivery, DeliveryStatus};

const STATUS: Param = Param::new(
    "status",
    Kind::Word(&["pending", "failed"]),
    "Only those that are still tried, or only those that were given up.",
);

/// The parameters of a list.
pub const LIST: Table = &[CREATED, ENDING_BEFORE, EXPAND, LIMIT, STARTING_AFTER, STATUS];

static LISTED: [Expandable; 1] = [Expandable::leaf("data")];

/// Reads a list of what an endpoint misses.
pub fn parse_list(params: &Params, endpoint: &WebhookEndpointId) -> Result<ListRequest, Fault> {
    let params = params::read(LIST, params)?;
    let text = |text: &str| Value::Text(text.to_owned());
    let mut filters = vec![Filter::Is(Field::DeliveryEndpoint, text(endpoint.as_str()))];
    if let Some(status) = params.word(&STATUS, &DeliveryStatus::ALL, DeliveryStatus::as_str) {
        filters.push(Filter::Is(Field::DeliveryStatus, text(status.as_str())));
    }
    list::request(&params, Noun::Delivery, filters, params.get(&CREATED).unwrap_or_default(), &LISTED)
}

/// Where the list of an endpoint is.
pub fn list_url(endpoint: &WebhookEndpointId) -> String {
    format!("/v1/webhook_endpoints/{endpoint}/deliveries")
}

/// Writes a delivery.
pub fn render(writer: &mut Writer, delivery: &Delivery, view: &View<'_>) {
    writer.begin_object();
    writer.field("id", delivery.id.as_str());
    writer.field("object", "webhook_delivery");
    writer.field("attempts", &delivery.tries);
    writer.field("created", &delivery.created.seconds());
    writer.field("event", delivery.event.as_str());
    match &delivery.trouble {
        None => writer.field("last_error", &Null),
        Some(trouble) => {
            writer.object_field("last_error");
            writer.field("at", &trouble.at.seconds());
            writer.field("message", &trouble.said);
            writer.field("response_status", &trouble.status);
            writer.end_object();
        }
    }
    writer.field("livemode", &view.environment.is_live());
    let is_pending = delivery.status == DeliveryStatus::Pending;
    writer.field("next_attempt", &is_pending.then(|| delivery.due.seconds()));
    writer.field("status", delivery.status.as_str());
    writer.field("webhook_endpoint", delivery.endpoint.as_str());
    writer.end_object();
}
