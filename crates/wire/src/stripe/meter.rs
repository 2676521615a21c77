//! Meters.

use super::undecided;
use super::view::View;
use crate::expand::{self, EXPAND, Expand, Expandable};
use crate::fault::Fault;
use crate::form::Params;
use crate::json::Writer;
use crate::list::{self, ENDING_BEFORE, LIMIT, ListRequest, STARTING_AFTER};
use crate::params::{self, Kind, Object, Param, Table};
use tollgate_domain::id::MeterId;
use tollgate_domain::list::{CreatedRange, Filter};
use tollgate_domain::meter::{
    CreateMeter, DISPLAY_NAME_MAX_CHARACTERS, Formula, Meter, MeterWindow, SwitchMeter, UpdateMeter,
    WORD_MAX_CHARACTERS,
};
use tollgate_domain::record::{Field, Noun, Value};
use tollgate_domain::time::Timestamp;

/// Where in the payload of events the customer and the value are, unless a meter says otherwise.
const CUSTOMER_KEY: &str = "stripe_customer_id";
const VALUE_KEY: &str = "value";

const DISPLAY_NAME: Param = Param::new(
    "display_name",
    Kind::trimmed(DISPLAY_NAME_MAX_CHARACTERS),
    "The name, for yourself and not for customers.",
);
pub(super) const EVENT_NAME: Param = Param::new(
    "event_name",
    Kind::text(WORD_MAX_CHARACTERS),
    "What its events are called; no other active meter has the same. Usage of the tracked feature whose key this is, is \
     recorded with each event.",
);
const DEFAULT_AGGREGATION: Param =
    Param::new("default_aggregation", Kind::Object(&[FORMULA.required()]), "What its events come to.");
const FORMULA: Param = Param::new(
    "formula",
    Kind::Word(&["count", "last", "sum"]),
    "How many there are, the value of the latest, or the sum of all values.",
);
const CUSTOMER_MAPPING: Param = Param::new(
    "customer_mapping",
    Kind::Object(&[EVENT_PAYLOAD_KEY.required(), TYPE.required()]),
    "Where in the payload of an event the customer is; the id, as `stripe_customer_id`, unless said.",
);
const TYPE: Param = Param::new("type", Kind::Word(&["by_id"]), "What the customer is named by.");
const EVENT_PAYLOAD_KEY: Param =
    Param::new("event_payload_key", Kind::text(WORD_MAX_CHARACTERS), "The key in the payload.");
const VALUE_SETTINGS: Param = Param::new(
    "value_settings",
    Kind::Object(&[EVENT_PAYLOAD_KEY.required()]),
    "Where in the payload of an event the value is; `value` unless said.",
);
const EVENT_TIME_WINDOW: Param = Param::new(
    "event_time_window",
    Kind::Word(&["day", "hour"]),
    "The stretches of time that events were summed up by before they are reported; kept and shown.",
);
const STATUS: Param = Param::new(
    "status",
    Kind::Word(&["active", "inactive"]),
    "Only meters that take events, or only those that do not.",
);

/// The parameters of a creation, in the order in which they are checked.
pub const CREATE: Table = &[
    DISPLAY_NAME.required(),
    EVENT_NAME.required(),
    DEFAULT_AGGREGATION.required(),
    CUSTOMER_MAPPING,
    EVENT_TIME_WINDOW,
    VALUE_SETTINGS,
    EXPAND,
];
/// The parameters of a change.
pub const UPDATE: Table = &[DISPLAY_NAME, EXPAND];
/// The parameters of a retrieval, and of making a meter active or not.
pub const RETRIEVE: Table = &[EXPAND];
/// The parameters of a list.
pub const LIST: Table = &[ENDING_BEFORE, EXPAND, LIMIT, STARTING_AFTER, STATUS];

/// What of a meter can be expanded: only what is there anyway.
static EXPANDABLE: [Expandable; 4] = [
    Expandable::leaf("customer_mapping"),
    Expandable::leaf("default_aggregation"),
    Expandable::leaf("status_transitions"),
    Expandable::leaf("value_settings"),
];
static LISTED: [Expandable; 1] = [Expandable { name: "data", within: &EXPANDABLE }];

/// Reads a new meter.
pub fn parse_create(params: &Params) -> Result<(CreateMeter, Expand), Fault> {
    let params = params::read(CREATE, params)?;
    let expand = expand::of_object(&params, &EXPANDABLE)?;
    let aggregation = params.object(&DEFAULT_AGGREGATION);
    let formula = aggregation.and_then(|sent| sent.word(&FORMULA, Formula::ALL, Formula::as_str));
    let (customer_key, value_key) =
        (key(&params, &CUSTOMER_MAPPING, CUSTOMER_KEY), key(&params, &VALUE_SETTINGS, VALUE_KEY));
    if customer_key == value_key {
        return Err(undecided::meter_keys_are_equal());
    }
    let command = CreateMeter {
        event_name: params.get(&EVENT_NAME).unwrap_or_default(),
        display_name: params.get(&DISPLAY_NAME).unwrap_or_default(),
        formula: formula.unwrap_or(Formula::Sum),
        customer_key,
        value_key,
        window: params.word(&EVENT_TIME_WINDOW, MeterWindow::ALL, MeterWindow::as_str),
    };
    Ok((command, expand))
}

fn key(params: &Object<'_>, param: &Param, otherwise: &str) -> String {
    let sent = params.object(param).and_then(|sent| sent.get(&EVENT_PAYLOAD_KEY));
    sent.unwrap_or_else(|| otherwise.to_owned())
}

/// Reads a change of a meter.
pub fn parse_update(params: &Params, id: MeterId) -> Result<(UpdateMeter, Expand), Fault> {
    let params = params::read(UPDATE, params)?;
    let expand = expand::of_object(&params, &EXPANDABLE)?;
    Ok((UpdateMeter { id, display_name: params.get(&DISPLAY_NAME) }, expand))
}

/// Reads that a meter is to take events, or no longer.
pub fn parse_switch(params: &Params, id: MeterId, active: bool) -> Result<(SwitchMeter, Expand), Fault> {
    Ok((SwitchMeter { id, active }, parse_retrieve(params)?))
}

/// Reads what a retrieval is to expand.
pub fn parse_retrieve(params: &Params) -> Result<Expand, Fault> {
    expand::of_object(&params::read(RETRIEVE, params)?, &EXPANDABLE)
}

/// Reads a list of meters.
pub fn parse_list(params: &Params) -> Result<ListRequest, Fault> {
    let params = params::read(LIST, params)?;
    let status = params.get::<&str>(&STATUS);
    let filters = status.map(|status| Filter::Is(Field::MeterActive, Value::Flag(status == "active")));
    list::request(&params, Noun::Meter, filters.into_iter().collect(), CreatedRange::default(), &LISTED)
}

/// Writes a meter.
pub fn render(writer: &mut Writer, meter: &Meter, view: &View<'_>) {
    writer.begin_object();
    writer.field("id", meter.id.as_str());
    writer.field("object", "billing.meter");
    writer.field("created", &meter.created.seconds());
    writer.object_field("customer_mapping");
    writer.field("event_payload_key", &meter.customer_key);
    writer.field("type", "by_id");
    writer.end_object();
    writer.object_field("default_aggregation");
    writer.field("formula", meter.formula.as_str());
    writer.end_object();
    writer.field("display_name", &meter.display_name);
    writer.field("event_name", &meter.event_name);
    writer.field("event_time_window", &meter.window.map(MeterWindow::as_str));
    writer.field("livemode", &view.environment.is_live());
    writer.field("status", if meter.deactivated.is_none() { "active" } else { "inactive" });
    writer.object_field("status_transitions");
    writer.field("deactivated_at", &meter.deactivated.map(Timestamp::seconds));
    writer.end_object();
    writer.field("updated", &meter.updated.seconds());
    writer.object_field("value_settings");
    writer.field("event_payload_key", &meter.value_key);
    writer.end_object();
    writer.end_object();
}
