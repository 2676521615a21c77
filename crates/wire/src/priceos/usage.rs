//! Usage.

use super::access::CUSTOMER_ID;
use super::bonus::{FEATURE_KEY, render_pairs};
use super::fault::{Code, Fault};
use super::fields::{Field, Kind, Map, Origin, Sign, Table, Values, read};
use crate::json::Writer;
use serde_json::Value as Json;
use tollgate_domain::id::{CustomerId, UsageEventId, is_uuid};
use tollgate_domain::quantity::Quantity;
use tollgate_domain::usage::{
    BATCH_MAX, Consume, Consumed, DELETE_MAX, DeleteUsageEvents, DeleteUsageOf, EVENT_KEY_MAX_CHARACTERS, Left, Period,
    SetUsage, Track, Tracked, UpdateUsageEvent, UsageEvent, UsageSet,
};
use tollgate_domain::window::Window;

/// Most events of one page.
pub const PAGE_MAX: i64 = 1000;
/// Events of a page unless said otherwise.
const PAGE_DEFAULT: i64 = 100;

const EVENT_KEY: Kind = Kind::Text { max: EVENT_KEY_MAX_CHARACTERS };
const PERIOD: Kind = Kind::Word(&["current", "previous"]);
const RANGE: Table = &[
    Field::new("start", Kind::Instant, "The first instant.").required(),
    Field::new("end", Kind::Instant, "The first instant after it.").required(),
];

/// What tracking takes.
pub const TRACK: Table = &[
    Field::new("customerId", CUSTOMER_ID, "Who. Made where there is no such customer.").required(),
    Field::new("featureKey", FEATURE_KEY, "What.").required(),
    Field::new("amount", Kind::Amount(Sign::Any), "How much; below zero for a correction. Default: 1."),
    Field::new("eventKey", EVENT_KEY, "What you call it: a repeated one is not applied again."),
    Field::new("occurredAt", Kind::Instant, "When. Default: now."),
    Field::new("metadata", Kind::Metadata, "Strings of your own."),
];

/// What setting takes.
pub const SET: Table = &[
    Field::new("customerId", CUSTOMER_ID, "Who.").required(),
    Field::new("featureKey", FEATURE_KEY, "What.").required(),
    Field::new("used", Kind::Amount(Sign::NotNegative), "The total that is wanted for the current window.").required(),
    Field::new("eventKey", EVENT_KEY, "What you call it: a repeated one is not applied again."),
    Field::new("metadata", Kind::Metadata, "Strings of your own."),
];

/// What a batch takes.
pub const BATCH: Table =
    &[Field::new("events", Kind::Entries { min: 1, max: BATCH_MAX }, "Events as tracking takes them.").required()];

/// What consuming takes.
pub const CONSUME: Table = &[
    Field::new("customerId", CUSTOMER_ID, "Who. Made where there is no such customer.").required(),
    Field::new("featureKey", FEATURE_KEY, "What.").required(),
    Field::new("amount", Kind::Amount(Sign::Positive), "How much. Default: 1."),
    Field::new("eventKey", EVENT_KEY, "What you call it: a repeated one answers the first verdict again."),
    Field::new("metadata", Kind::Metadata, "Strings of your own."),
];

/// What listing events takes.
pub const LIST: Table = &[
    Field::new("customerId", CUSTOMER_ID, "Whose.").required(),
    Field::new("featureKey", FEATURE_KEY, "Of what.").required(),
    Field::new("offset", Kind::Integer { min: 0, max: i64::MAX }, "How many to pass over. Default: 0."),
    Field::new("limit", Kind::Integer { min: 1, max: PAGE_MAX }, "How many at most. Default: 100."),
    Field::new("period", PERIOD, "Only those of this window."),
    Field::new("customRange", Kind::Object(RANGE), "Only those in this range; not together with `period`."),
];

/// What updating an event takes.
pub const UPDATE: Table = &[
    Field::new("amount", Kind::Amount(Sign::Any), "How much."),
    Field::new("occurredAt", Kind::Instant, "When."),
    Field::new("eventKey", EVENT_KEY, "What you call it.").nullable(),
    Field::new("metadata", Kind::Metadata, "Strings of your own.").nullable(),
];

/// What deleting events takes.
pub const DELETE: Table = &[
    Field::new(
        "eventIds",
        Kind::List { min: 1, max: DELETE_MAX, of: &Kind::Text { max: EVENT_KEY_MAX_CHARACTERS } },
        "Which; not together with any other field.",
    ),
    Field::new("customerId", CUSTOMER_ID, "Whose.").nullable(),
    Field::new("featureKey", FEATURE_KEY, "Of what; of everything where not given.").nullable(),
    Field::new("period", PERIOD, "Only those of this window."),
    Field::new("customRange", Kind::Object(RANGE), "Only those in this range; not together with `period`."),
];

fn track(values: &Values) -> Track {
    Track {
        customer: values.text("customerId").unwrap_or_default().into(),
        feature_key: values.text("featureKey").unwrap_or_default(),
        amount: values.amount("amount").unwrap_or(Quantity::whole(1)),
        key: values.text("eventKey"),
        occurred: values.instant("occurredAt"),
        metadata: values.metadata("metadata").unwrap_or_default(),
    }
}

/// Reads an event to track.
pub fn parse_track(body: &Map) -> Result<Track, Fault> {
    read(TRACK, body, Origin::Body).map(|values| track(&values))
}

/// Reads a batch: each entry is an event, or what is wrong with it.
pub fn parse_batch(body: &Map) -> Result<Vec<Result<Track, Fault>>, Fault> {
    let values = read(BATCH, body, Origin::Body)?;
    let entry = |entry: &Json| match entry {
        Json::Object(map) => parse_track(map),
        _ => Err(Fault::new(Code::InvalidParameter, "The entry must be an object.")),
    };
    Ok(values.entries("events").unwrap_or_default().iter().map(entry).collect())
}

/// Reads a total to set.
pub fn parse_set(body: &Map) -> Result<SetUsage, Fault> {
    let values = read(SET, body, Origin::Body)?;
    Ok(SetUsage {
        customer: values.text("customerId").unwrap_or_default().into(),
        feature_key: values.text("featureKey").unwrap_or_default(),
        used: values.amount("used").unwrap_or_default(),
        key: values.text("eventKey"),
        metadata: values.metadata("metadata").unwrap_or_default(),
    })
}

/// Reads what is to be consumed.
pub fn parse_consume(body: &Map) -> Result<Consume, Fault> {
    let values = read(CONSUME, body, Origin::Body)?;
    Ok(Consume {
        customer: values.text("customerId").unwrap_or_default().into(),
        feature_key: values.text("featureKey").unwrap_or_default(),
        amount: values.amount("amount").unwrap_or(Quantity::whole(1)),
        key: values.text("eventKey"),
        metadata: values.metadata("metadata").unwrap_or_default(),
    })
}

/// Which events to list.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct EventList {
    pub customer: CustomerId,
    pub feature_key: String,
    pub offset: usize,
    pub limit: usize,
    pub period: Period,
}

/// Reads which events to list.
pub fn parse_list(body: &Map) -> Result<EventList, Fault> {
    let values = read(LIST, body, Origin::Body)?;
    let number = |name, default| usize::try_from(values.integer(name).unwrap_or(default)).unwrap_or(usize::MAX);
    Ok(EventList {
        customer: values.text("customerId").unwrap_or_default().into(),
        feature_key: values.text("featureKey").unwrap_or_default(),
        offset: number("offset", 0),
        limit: number("limit", PAGE_DEFAULT),
        period: period(&values)?,
    })
}

fn period(values: &Values) -> Result<Period, Fault> {
    match (values.word("period"), values.object("customRange")) {
        (Some(_), Some(_)) => Err(Fault::invalid("customRange", "cannot be given together with `period`.")),
        (Some("current"), None) => Ok(Period::Current),
        (Some(_), None) => Ok(Period::Previous),
        (None, None) => Ok(Period::All),
        (None, Some(range)) => {
            let (start, end) = (range.instant("start").unwrap_or_default(), range.instant("end").unwrap_or_default());
            if start >= end {
                return Err(Fault::invalid("customRange", "must have its `start` before its `end`."));
            }
            Ok(Period::Range(Window::new(start, end)))
        }
    }
}

/// Reads what to change of an event.
pub fn parse_update(body: &Map, id: UsageEventId) -> Result<UpdateUsageEvent, Fault> {
    let values = read(UPDATE, body, Origin::Body)?;
    Ok(UpdateUsageEvent {
        id,
        amount: values.amount("amount"),
        occurred: values.instant("occurredAt"),
        key: values.text_patch("eventKey"),
        metadata: values.metadata_patch("metadata"),
    })
}

/// Which events to delete.
#[derive(Debug, Clone)]
pub enum Deletion {
    /// These.
    Ids(DeleteUsageEvents),
    /// Those of a customer.
    Of(DeleteUsageOf),
}

/// The fields of [`DELETE`] that say whose events.
const FILTERS: [&str; 4] = ["customerId", "featureKey", "period", "customRange"];

/// Reads which events to delete.
pub fn parse_delete(body: &Map) -> Result<Deletion, Fault> {
    let values = read(DELETE, body, Origin::Body)?;
    let stray = FILTERS.into_iter().find(|name| values.is_given(name));
    let Some(ids) = values.texts("eventIds") else {
        let Some(customer) = values.text("customerId") else {
            return Err(stray.map_or_else(
                || Fault::missing("customerId"),
                |name| Fault::invalid(name, "can only be given together with `customerId`."),
            ));
        };
        let (feature_key, period) = (values.text("featureKey"), period(&values)?);
        return Ok(Deletion::Of(DeleteUsageOf { customer: customer.into(), feature_key, period }));
    };
    if let Some(name) = stray {
        return Err(Fault::invalid(name, "cannot be given together with `eventIds`."));
    }
    if let Some(index) = ids.iter().position(|id| !is_uuid(id)) {
        return Err(Fault::invalid(format!("eventIds[{index}]"), "must be the id of an event, a UUID."));
    }
    let ids = ids.into_iter().map(|id| UsageEventId::from(id.to_ascii_lowercase())).collect();
    Ok(Deletion::Ids(DeleteUsageEvents { ids, must_exist: false }))
}

/// Answers tracking.
pub fn render_tracked(writer: &mut Writer, tracked: &Tracked) {
    let (applied, total, event, reason) = match tracked {
        Tracked::Applied { event, total } => (true, Some(*total), Some(event), None),
        Tracked::Repeated { event, total } => (false, Some(*total), Some(event), Some("duplicate_event_key")),
        Tracked::NotTracked => (false, None, None, Some("not_tracked")),
    };
    writer.begin_object();
    writer.field("applied", &applied);
    writer.field("used", &total.map(Quantity::floor_zero));
    writer.field("eventId", &event.map(UsageEventId::as_str));
    writer.field("reason", &reason);
    writer.end_object();
}

/// Answers setting.
pub fn render_set(writer: &mut Writer, set: &UsageSet) {
    let none = Quantity::ZERO;
    let (applied, total, adjustment, event, reason) = match set {
        UsageSet::Adjusted { event, total, adjustment } => (true, Some(*total), *adjustment, Some(event), None),
        UsageSet::Unchanged { total } => (true, Some(*total), none, None, None),
        UsageSet::Repeated { event, total } => (false, Some(*total), none, Some(event), Some("duplicate_event_key")),
        UsageSet::NotTracked => (false, None, none, None, Some("not_tracked")),
    };
    writer.begin_object();
    writer.field("applied", &applied);
    writer.field("used", &total.map(Quantity::floor_zero));
    writer.field("adjustment", &adjustment);
    writer.field("eventId", &event.map(UsageEventId::as_str));
    writer.field("reason", &reason);
    writer.end_object();
}

/// Answers a batch: what became of each entry, in order.
pub fn render_batch(writer: &mut Writer, outcomes: &[Result<Tracked, Fault>]) {
    writer.begin_object();
    writer.array_field("results");
    for outcome in outcomes {
        writer.begin_object();
        writer.field("success", &outcome.is_ok());
        match outcome {
            Ok(tracked) => {
                writer.key("result");
                render_tracked(writer, tracked);
            }
            Err(fault) => fault.write_members(writer),
        }
        writer.end_object();
    }
    writer.end_array();
    writer.field("hasErrors", &outcomes.iter().any(Result::is_err));
    writer.end_object();
}

/// Answers consuming.
pub fn render_consumed(writer: &mut Writer, consumed: &Consumed) {
    let (allowed, applied, event, reason, left) = match consumed {
        Consumed::Accepted { event, left } => (true, true, Some(event), None, Some(left)),
        Consumed::Repeated { event, left } => (true, false, Some(event), Some("duplicate_event_key"), Some(left)),
        Consumed::LimitReached { left } => (false, false, None, Some("limit_reached"), Some(left)),
        Consumed::NoAccess { left } => (false, false, None, Some("no_access"), Some(left)),
        Consumed::NotTracked => (false, false, None, Some("not_tracked"), None),
    };
    writer.begin_object();
    writer.field("allowed", &allowed);
    writer.field("applied", &applied);
    render_left(writer, left);
    writer.field("eventId", &event.map(UsageEventId::as_str));
    writer.field("reason", &reason);
    writer.end_object();
}

fn render_left(writer: &mut Writer, left: Option<&Left>) {
    writer.field("used", &left.map(|left| left.total.floor_zero()));
    writer.field("remaining", &left.and_then(|left| left.limit.remaining(left.total)));
    writer.field("bonusRemaining", &left.map_or(Quantity::ZERO, |left| left.bonus_remaining));
    writer.field("limit", &left.and_then(|left| left.limit.number()));
    writer.field("isUnlimited", &left.is_some_and(|left| left.limit.number().is_none()));
}

/// Writes an event.
pub fn render_event(writer: &mut Writer, event: &UsageEvent) {
    writer.begin_object();
    writer.field("id", event.id.as_str());
    writer.field("amount", &event.amount);
    writer.field("occurredAt", &event.occurred);
    writer.field("source", event.source.as_str());
    if let Some(key) = &event.key {
        writer.field("eventKey", key);
    }
    if !event.metadata.is_empty() {
        writer.key("metadata");
        render_pairs(writer, &event.metadata);
    }
    writer.end_object();
}

/// Answers a list of events, of so many in all.
pub fn render_events<'e>(
    writer: &mut Writer,
    events: impl Iterator<Item = &'e UsageEvent>,
    request: &EventList,
    total: u64,
) {
    writer.begin_object();
    writer.array_field("usageEvents");
    let mut shown = 0u64;
    for event in events {
        render_event(writer, event);
        shown += 1;
    }
    writer.end_array();
    writer.field("hasMore", &((request.offset as u64).saturating_add(shown) < total));
    writer.field("offset", &request.offset);
    writer.field("limit", &request.limit);
    writer.field("total", &total);
    writer.end_object();
}

/// Answers a deletion.
pub fn render_deleted(writer: &mut Writer, count: u64) {
    writer.begin_object();
    writer.field("deletedCount", &count);
    writer.end_object();
}
