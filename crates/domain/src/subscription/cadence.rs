//! How often an item is billed, and the periods that come of it.
//!
//! Invariant: periods are computed from the anchor of the subscription, never by stepping from one that was moved to the
//! end of a shorter month; so that 31 January is followed by 28 February and then by 31 March.

use crate::price::{Interval, Recurring};
use crate::time::Timestamp;
use crate::window::{self, DAY_MILLIS, WEEK_MILLIS, Window};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Months that are looked through for one that has the day which a caller wants.
const MONTHS_LOOKED_THROUGH: i32 = 48;

/// A stretch of time that is billed at once, `[start, end)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct Period {
    pub start: Timestamp,
    pub end: Timestamp,
}

/// How long a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct Cadence {
    pub interval: Interval,
    /// 1 to [`Interval::max_count`].
    pub count: u32,
}

impl From<&Recurring> for Cadence {
    fn from(recurring: &Recurring) -> Self {
        Self { interval: recurring.interval, count: recurring.interval_count }
    }
}

impl Cadence {
    /// When the period ends that an instant lies in, where one begins at `anchor`; always later than the instant.
    pub fn end_after(self, instant: Timestamp, anchor: Timestamp) -> Timestamp {
        self.window(instant, anchor).end.expect("periods end")
    }

    /// When a period ends that begins at an instant which is its own anchor.
    pub fn after(self, instant: Timestamp) -> Timestamp {
        self.end_after(instant, instant)
    }

    /// The period that begins at an instant, and ends where the anchor says.
    pub fn period(self, start: Timestamp, anchor: Timestamp) -> Period {
        Period { start, end: self.end_after(start, anchor) }
    }

    fn window(self, instant: Timestamp, anchor: Timestamp) -> Window {
        let count = i64::from(self.count.max(1));
        match self.interval {
            Interval::Day => window::fixed(anchor.millis(), DAY_MILLIS * count, instant),
            Interval::Week => window::fixed(anchor.millis(), WEEK_MILLIS * count, instant),
            Interval::Month => window::months(anchor, count, instant),
            Interval::Year => window::months(anchor, 12 * count, instant),
        }
    }
}

/// The day, and where it was said the month and the time of day, that periods are to begin at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnchorConfig {
    /// 1 to 31; the last of months that are shorter.
    pub day_of_month: u8,
    /// 1 to 12.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month: Option<u8>,
    /// 0 to 23. What of the time of day is not said is as at the start of the subscription.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hour: Option<u8>,
    /// 0 to 59.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minute: Option<u8>,
    /// 0 to 59.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<u8>,
}

impl AnchorConfig {
    /// The first such instant after another. A month that has the day comes before one that does not, so that the
    /// anchor is no date that was moved.
    pub fn anchor(self, after: Timestamp) -> Timestamp {
        let (today, time) = window::split(after);
        let seconds = time / 1000;
        let part = |said: Option<u8>, own: i64| said.map_or(own, i64::from);
        let (hour, minute) = (part(self.hour, seconds / 3600), part(self.minute, seconds / 60 % 60));
        let time = ((hour * 60 + minute) * 60 + part(self.second, seconds % 60)) * 1000;
        let mut moved = None;
        for months in 0..MONTHS_LOOKED_THROUGH {
            let month = i32::from(today.month()) - 1 + months;
            let year = today.year() + i16::try_from(month / 12).expect("a few years");
            let month = i8::try_from(month % 12 + 1).expect("one of twelve");
            if self.month.is_some_and(|wanted| i64::from(wanted) != i64::from(month)) {
                continue;
            }
            let Ok(first) = Date::new(year, month, 1) else { break };
            let day = i8::try_from(self.day_of_month).unwrap_or(i8::MAX).min(first.days_in_month()).max(1);
            let instant = window::join(Date::new(year, month, day).expect("the month has the day"), time);
            if instant <= after {
                continue;
            }
            if i64::from(day) == i64::from(self.day_of_month) {
                return instant;
            }
            moved.get_or_insert(instant);
        }
        moved.unwrap_or(after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_millis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    fn config(day_of_month: u8) -> AnchorConfig {
        AnchorConfig { day_of_month, month: None, hour: None, minute: None, second: None }
    }

    #[test]
    fn periods_of_months_are_counted_from_the_anchor_and_clamped_to_the_end_of_shorter_ones() {
        let (anchor, monthly) = (at("2027-01-31T09:00:00Z"), Cadence { interval: Interval::Month, count: 1 });
        let mut start = anchor;
        for end in ["2027-02-28T09:00:00Z", "2027-03-31T09:00:00Z", "2027-04-30T09:00:00Z", "2027-05-31T09:00:00Z"] {
            assert_eq!(monthly.end_after(start, anchor), at(end));
            start = at(end);
        }
    }

    #[test]
    fn the_number_of_intervals_is_respected() {
        let anchor = at("2027-01-31T00:00:00Z");
        for (interval, count, end) in [
            (Interval::Day, 10, "2027-02-10T00:00:00Z"),
            (Interval::Week, 2, "2027-02-14T00:00:00Z"),
            (Interval::Month, 3, "2027-04-30T00:00:00Z"),
            (Interval::Year, 2, "2029-01-31T00:00:00Z"),
        ] {
            assert_eq!(Cadence { interval, count }.after(anchor), at(end), "{interval:?}");
        }
    }

    #[test]
    fn before_an_anchor_that_is_to_come_the_period_ends_where_whole_intervals_lead_to_it() {
        let monthly = Cadence { interval: Interval::Month, count: 1 };
        assert_eq!(
            monthly.end_after(at("2027-01-10T00:00:00Z"), at("2027-03-31T00:00:00Z")),
            at("2027-01-31T00:00:00Z")
        );
    }

    #[test]
    fn a_wanted_day_is_the_next_one_that_is_no_moved_date() {
        let now = at("2027-02-10T08:30:05Z");
        for (config, anchor) in [
            (config(15), "2027-02-15T08:30:05Z"),
            (config(10), "2027-03-10T08:30:05Z"),
            (config(31), "2027-03-31T08:30:05Z"),
            (AnchorConfig { hour: Some(9), ..config(10) }, "2027-02-10T09:30:05Z"),
            (
                AnchorConfig { month: Some(1), hour: Some(0), minute: Some(0), second: Some(0), ..config(1) },
                "2028-01-01T00:00:00Z",
            ),
            (AnchorConfig { month: Some(2), ..config(30) }, "2027-02-28T08:30:05Z"),
        ] {
            assert_eq!(config.anchor(now), at(anchor), "{config:?}");
        }
    }
}
