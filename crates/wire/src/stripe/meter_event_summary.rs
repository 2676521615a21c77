//! What the events of a customer come to, by stretches of time. They are kept nowhere: each is its meter, its customer and
//! its stretch, and that is what its id says.

use super::view::View;
use super::{error, refusal, undecided};
use crate::expand::{self, EXPAND, Expand, Expandable};
use crate::fault::Fault;
use crate::form::{self, Params};
use crate::json::Writer;
use crate::list::{self, ENDING_BEFORE, LIMIT, STARTING_AFTER};
use crate::params::{self, Kind, Object, Param, Path, Table};
use std::ops::Range;
use tollgate_domain::id::{BillingCustomerId, ID_MAX_CHARACTERS, MeterId};
use tollgate_domain::list::{CreatedRange, Cursor, Page};
use tollgate_domain::meter::MeterWindow;
use tollgate_domain::quantity::Quantity;
use tollgate_domain::time::Timestamp;

/// What times are aligned to where no window is asked for, in seconds.
const MINUTE: i64 = 60;
/// The last second that can be asked for: the end of the year 9999.
const SECOND_MAX: i64 = 253_402_300_799;

const CUSTOMER: Param = Param::new("customer", Kind::text(ID_MAX_CHARACTERS), "Whose events.");
const START_TIME: Param = Param::new(
    "start_time",
    Kind::Integer { min: 0, max: SECOND_MAX },
    "From when, at a full minute, or where a window begins.",
);
const END_TIME: Param = Param::new(
    "end_time",
    Kind::Integer { min: 0, max: SECOND_MAX },
    "Until when, at a full minute, or where a window ends; that second is no part of it.",
);
const VALUE_GROUPING_WINDOW: Param = Param::new(
    "value_grouping_window",
    Kind::Word(&["day", "hour"]),
    "A summary for each hour, or for each day of UTC; one of all unless said.",
);

/// The parameters of a list, in the order in which they are checked.
pub const LIST: Table = &[
    CUSTOMER.required(),
    END_TIME.required(),
    START_TIME.required(),
    ENDING_BEFORE,
    EXPAND,
    LIMIT,
    STARTING_AFTER,
    VALUE_GROUPING_WINDOW,
];

static LISTED: [Expandable; 1] = [Expandable::leaf("data")];

/// A list of summaries that was asked for.
#[derive(Debug, Clone)]
pub struct SummaryList {
    /// Whose events.
    pub customer: BillingCustomerId,
    /// What to expand.
    pub expand: Expand,
    /// The seconds, without the last.
    range: Range<i64>,
    /// The length of one stretch in seconds, of which the range is a multiple.
    length: i64,
    cursor: Option<Cursor>,
    second_cursor: Option<Cursor>,
    limit: i64,
}

/// A stretch of time, in seconds, without the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch(Range<i64>);

impl Stretch {
    /// The instants in it.
    pub fn instants(&self) -> CreatedRange {
        let last = Timestamp::from_seconds(self.0.end).millis() - 1;
        CreatedRange { from: Some(Timestamp::from_seconds(self.0.start)), to: Some(Timestamp::from_millis(last)) }
    }

    /// Whether an instant is in it.
    pub fn contains(&self, instant: Timestamp) -> bool {
        self.0.contains(&instant.seconds())
    }
}

/// Reads a list of summaries.
pub fn parse_list(params: &Params) -> Result<SummaryList, Fault> {
    let params = params::read(LIST, params)?;
    let expand = expand::of_page(&params, &LISTED)?;
    let second = |param: &Param| params.get::<i64>(param).unwrap_or_default();
    let range = second(&START_TIME)..second(&END_TIME);
    let window = params.word(&VALUE_GROUPING_WINDOW, MeterWindow::ALL, MeterWindow::as_str);
    let unit = window.map_or(MINUTE, MeterWindow::seconds);
    for (param, second) in [(START_TIME, range.start), (END_TIME, range.end)] {
        if second % unit != 0 {
            return Err(undecided::not_aligned(unit, &Path::Root.key(param.name)));
        }
    }
    if range.is_empty() {
        return Err(undecided::ends_before_it_starts(&Path::Root.key(END_TIME.name)));
    }
    let length = window.map_or(range.end - range.start, MeterWindow::seconds);
    let (cursor, second_cursor) = list::cursors(&params);
    let limit = i64::try_from(list::limit(&params)).expect("it is small");
    let customer = BillingCustomerId::from(customer(&params));
    Ok(SummaryList { customer, expand, range, length, cursor, second_cursor, limit })
}

fn customer<'p>(params: &'p Object<'_>) -> &'p str {
    params.get(&CUSTOMER).unwrap_or_default()
}

impl SummaryList {
    /// The stretches on the page, newest first; those without events are there too.
    pub fn page(&self, meter: &MeterId) -> Result<Page<Stretch>, Fault> {
        let count = (self.range.end - self.range.start) / self.length;
        let all = match &self.cursor {
            None => 0..count,
            Some(cursor @ Cursor::After(_)) => self.place(meter, cursor)? + 1..count,
            Some(cursor @ Cursor::Before(_)) => 0..self.place(meter, cursor)?,
        };
        if let Some(second) = &self.second_cursor {
            self.place(meter, second)?;
            return Err(error::both_cursors());
        }
        let page = match self.cursor {
            Some(Cursor::Before(_)) => (all.end - self.limit).max(all.start)..all.end,
            _ => all.start..(all.start + self.limit).min(all.end),
        };
        let has_more = page.end - page.start < all.end - all.start;
        Ok(Page { items: page.map(|place| self.stretch(place)).collect(), has_more })
    }

    /// The stretch at a place, counted from the newest.
    fn stretch(&self, place: i64) -> Stretch {
        let end = self.range.end - place * self.length;
        Stretch(end - self.length..end)
    }

    fn place(&self, meter: &MeterId, cursor: &Cursor) -> Result<i64, Fault> {
        let (Cursor::After(id) | Cursor::Before(id)) = cursor;
        let start = id.rsplit('_').nth(1).and_then(|start| start.parse::<i64>().ok());
        let start = start.filter(|start| self.range.contains(start));
        let place = start.map(|start| (self.range.end - start) / self.length - 1);
        let named = place.filter(|place| summary_id(meter, &self.customer, &self.stretch(*place)) == *id);
        named.ok_or_else(|| refusal::no_such_called("meter event summary", id).about(error::cursor_param(cursor)))
    }
}

fn summary_id(meter: &MeterId, customer: &BillingCustomerId, Stretch(range): &Stretch) -> String {
    let plain = |id: &str| id.split_once('_').map_or_else(|| id.to_owned(), |(_, rest)| rest.to_owned());
    let (meter, customer) = (plain(meter.as_str()), plain(customer.as_str()));
    format!("mtrusg_{meter}{customer}_{}_{}", range.start, range.end)
}

/// The address of the list of a meter's summaries.
pub fn list_url(meter: &MeterId) -> String {
    let mut url = "/v1/billing/meters/".to_owned();
    form::percent_encode(meter.as_str(), &mut url);
    url + "/event_summaries"
}

/// Writes what the events of a stretch come to.
pub fn render(
    writer: &mut Writer,
    meter: &MeterId,
    customer: &BillingCustomerId,
    (stretch, value): &(Stretch, Quantity),
    view: &View<'_>,
) {
    writer.begin_object();
    writer.field("id", &summary_id(meter, customer, stretch));
    writer.field("object", "billing.meter_event_summary");
    writer.field("aggregated_value", value);
    writer.field("end_time", &stretch.0.end);
    writer.field("livemode", &view.environment.is_live());
    writer.field("meter", meter.as_str());
    writer.field("start_time", &stretch.0.start);
    writer.end_object();
}
