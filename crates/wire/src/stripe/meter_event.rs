//! Meter events, and taking them back.

use super::meter::EVENT_NAME;
use super::view::View;
use crate::expand::{self, EXPAND, Expand, Expandable};
use crate::fault::Fault;
use crate::form::Params;
use crate::json::Writer;
use crate::params::{self, Kind, Object, Param, Path, Table, wording};
use tollgate_domain::meter::{CancelMeterEvent, ReportUsage, Reported, WORD_MAX_CHARACTERS};
use tollgate_domain::time::Timestamp;

const IDENTIFIER: Param = Param::new(
    "identifier",
    Kind::text(WORD_MAX_CHARACTERS),
    "A name of your own for the event, so that sending it twice counts once; one is made where you give none.",
);
const PAYLOAD: Param = Param::new(
    "payload",
    Kind::Texts { max: WORD_MAX_CHARACTERS },
    "Whose usage it is, and how much, by the keys that the meter says.",
);
const TIMESTAMP: Param = Param::new(
    "timestamp",
    Kind::Integer { min: i64::MIN, max: i64::MAX },
    "The second at which the usage occurred, from 35 days ago to five minutes ahead; now unless said.",
);
const TYPE: Param = Param::new("type", Kind::Word(&["cancel"]), "What is done to the event.");
const CANCEL: Param = Param::new("cancel", Kind::Object(&[IDENTIFIER]), "Which event is cancelled.");

/// The parameters of a report, in the order in which they are checked.
pub const CREATE: Table = &[EVENT_NAME.required(), PAYLOAD.required(), IDENTIFIER, TIMESTAMP, EXPAND];
/// The parameters of an adjustment, in the order in which they are checked.
pub const ADJUST: Table = &[EVENT_NAME.required(), TYPE.required(), CANCEL, EXPAND];

/// What of an adjustment can be expanded: only what is there anyway.
static ADJUSTMENT: [Expandable; 1] = [Expandable::leaf("cancel")];

/// Reads a report to a meter.
pub fn parse_create(params: &Params) -> Result<(ReportUsage, Expand), Fault> {
    let params = params::read(CREATE, params)?;
    let expand = expand::of_object(&params, &[])?;
    let command = ReportUsage {
        event_name: event_name(&params),
        payload: params.get(&PAYLOAD).unwrap_or_default(),
        identifier: params.get(&IDENTIFIER),
        occurred: params.get(&TIMESTAMP).map(Timestamp::from_seconds),
    };
    Ok((command, expand))
}

/// Reads an adjustment: the cancellation of an event.
pub fn parse_adjust(params: &Params) -> Result<(CancelMeterEvent, Expand), Fault> {
    let params = params::read(ADJUST, params)?;
    let expand = expand::of_object(&params, &ADJUSTMENT)?;
    let identifier = params.object(&CANCEL).and_then(|cancel| cancel.get(&IDENTIFIER));
    let missing = || wording::missing(&Path::Root.key(CANCEL.name).key(IDENTIFIER.name));
    Ok((CancelMeterEvent { event_name: event_name(&params), identifier: identifier.ok_or_else(missing)? }, expand))
}

fn event_name(params: &Object<'_>) -> String {
    params.get(&EVENT_NAME).unwrap_or_default()
}

/// Writes a report as it was taken.
pub fn render(writer: &mut Writer, reported: &Reported, view: &View<'_>) {
    let Reported { event, event_name, payload } = reported;
    writer.begin_object();
    writer.field("object", "billing.meter_event");
    writer.field("created", &event.recorded.seconds());
    writer.field("event_name", event_name);
    writer.field("identifier", &event.identifier);
    writer.field("livemode", &view.environment.is_live());
    writer.object_field("payload");
    for (key, value) in payload {
        writer.key(key);
        writer.value(value);
    }
    writer.end_object();
    writer.field("timestamp", &event.created.seconds());
    writer.end_object();
}

/// Writes an adjustment. It is done by then.
pub fn render_adjustment(writer: &mut Writer, cancel: &CancelMeterEvent, view: &View<'_>) {
    writer.begin_object();
    writer.field("object", "billing.meter_event_adjustment");
    writer.object_field("cancel");
    writer.field("identifier", &cancel.identifier);
    writer.end_object();
    writer.field("event_name", &cancel.event_name);
    writer.field("livemode", &view.environment.is_live());
    writer.field("status", "complete");
    writer.field("type", "cancel");
    writer.end_object();
}
