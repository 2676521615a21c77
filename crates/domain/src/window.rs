//! Windows of usage: how time is divided into stretches that each start from zero.
//!
//! Invariant: for one interval and one anchor, every instant lies in exactly one window. Windows are computed from the
//! original anchor, never by stepping from one that was moved to the end of a shorter month. All of it in UTC.

use crate::time::Timestamp;
use jiff::civil::Date;
use jiff::{Timestamp as Instant, ToSpan, tz::Offset};
use serde::{Deserialize, Serialize};

/// Earliest instant that a caller may give, in milliseconds: the year 1970.
pub const INSTANT_MIN: Timestamp = Timestamp::from_millis(0);
/// First instant that a caller may not give any more, in milliseconds: the year 3000.
pub const INSTANT_END: Timestamp = Timestamp::from_millis(32_503_680_000_000);

/// A day in milliseconds.
pub(crate) const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;
/// A week in milliseconds.
pub(crate) const WEEK_MILLIS: i64 = 7 * DAY_MILLIS;
/// 1970-01-05, a Monday, in milliseconds.
const FIRST_MONDAY: i64 = 4 * DAY_MILLIS;

/// How often the usage of a feature starts from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the variants are what they are called")]
pub enum ResetInterval {
    Never,
    Day,
    Week,
    Month,
    Year,
}

impl ResetInterval {
    /// Every one, in the order in which they are listed.
    pub const ALL: [Self; 5] = [Self::Never, Self::Day, Self::Week, Self::Month, Self::Year];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }
}

/// Where windows begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResetAnchor {
    /// At whole intervals from an instant of the customer's own.
    BillingPeriod,
    /// At midnight, on Monday, on the first of the month, on 1 January: for all customers together.
    Calendar,
}

impl ResetAnchor {
    /// Both.
    pub const ALL: [Self; 2] = [Self::BillingPeriod, Self::Calendar];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BillingPeriod => "billing_period",
            Self::Calendar => "calendar",
        }
    }
}

/// A stretch of time, `[start, end)`. With neither, all of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Window {
    /// Its first instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<Timestamp>,
    /// The first instant after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Timestamp>,
}

impl Window {
    /// All of time.
    pub const ALWAYS: Self = Self { start: None, end: None };

    /// `[start, end)`.
    pub const fn new(start: Timestamp, end: Timestamp) -> Self {
        Self { start: Some(start), end: Some(end) }
    }

    /// Whether an instant lies in it.
    pub fn contains(self, instant: Timestamp) -> bool {
        self.start.is_none_or(|start| start <= instant) && self.end.is_none_or(|end| instant < end)
    }

    /// What lies in both; nothing where they do not meet.
    pub fn intersect(self, other: Self) -> Option<Self> {
        let start = self.start.max(other.start);
        let end = match (self.end, other.end) {
            (Some(end), Some(other)) => Some(end.min(other)),
            (end, other) => end.or(other),
        };
        match (start, end) {
            (Some(start), Some(end)) if end <= start => None,
            _ => Some(Self { start, end }),
        }
    }
}

/// A way to divide time: an interval, and the anchor of a customer where the interval starts there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Division {
    /// How long windows are.
    pub interval: ResetInterval,
    /// An instant at which a window begins; nothing for windows of the calendar.
    pub anchor: Option<Timestamp>,
}

impl Division {
    /// The window that an instant lies in.
    pub fn window(self, instant: Timestamp) -> Window {
        let anchor = self.anchor;
        match self.interval {
            ResetInterval::Never => Window::ALWAYS,
            ResetInterval::Day => fixed(anchor.map_or(0, Timestamp::millis), DAY_MILLIS, instant),
            ResetInterval::Week => fixed(anchor.map_or(FIRST_MONDAY, Timestamp::millis), WEEK_MILLIS, instant),
            ResetInterval::Month => months(anchor.unwrap_or_default(), 1, instant),
            ResetInterval::Year => months(anchor.unwrap_or_default(), 12, instant),
        }
    }

    /// The window before the one that an instant lies in; nothing where there is only one.
    pub fn previous(self, instant: Timestamp) -> Option<Window> {
        let start = self.window(instant).start?;
        Some(self.window(Timestamp::from_millis(start.millis().saturating_sub(1))))
    }
}

/// Windows of so many milliseconds from an anchor.
pub(crate) fn fixed(anchor: i64, length: i64, instant: Timestamp) -> Window {
    let since = instant.millis().saturating_sub(anchor).rem_euclid(length);
    let start = instant.millis().saturating_sub(since);
    Window::new(Timestamp::from_millis(start), Timestamp::from_millis(start.saturating_add(length)))
}

/// Windows of `step` months from an anchor. 1970-01-01 is the anchor of the calendar's months and years.
pub(crate) fn months(anchor: Timestamp, step: i64, instant: Timestamp) -> Window {
    let (date, time) = split(anchor);
    let (day, time_of_day) = split(instant);
    let apart = i64::from(day.year() - date.year()) * 12 + i64::from(day.month() - date.month());
    // The window that begins in the month of the instant, or the one before that.
    let mut index = apart.div_euclid(step);
    let begins = |index: i64| after(date, index * step);
    if (day, time_of_day) < (begins(index), time) {
        index -= 1;
    }
    Window::new(join(begins(index), time), join(begins(index + 1), time))
}

/// The date so many months later, or the last of that month where it is shorter.
fn after(date: Date, months: i64) -> Date {
    date.saturating_add(months.months())
}

/// The date, and the milliseconds since its midnight.
pub(crate) fn split(instant: Timestamp) -> (Date, i64) {
    let bounded = instant.millis().clamp(FAR_PAST, FAR_FUTURE);
    let moment = Instant::from_millisecond(bounded).expect("within what dates can say");
    (Offset::UTC.to_datetime(moment).date(), bounded.rem_euclid(DAY_MILLIS))
}

/// The instant so many milliseconds after a date's midnight.
pub(crate) fn join(date: Date, time: i64) -> Timestamp {
    let midnight = Offset::UTC.to_timestamp(date.to_datetime(jiff::civil::Time::midnight()));
    let midnight = midnight.map_or(FAR_FUTURE, Instant::as_millisecond);
    Timestamp::from_millis(midnight.saturating_add(time))
}

/// Instants beyond these are taken for them: the years -5000 and 9000, far from anything that is let in.
const FAR_PAST: i64 = -219_951_000_000_000;
const FAR_FUTURE: i64 = 221_845_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_millis(text.parse::<Instant>().unwrap().as_millisecond())
    }

    fn day(text: &str) -> Timestamp {
        at(&format!("{text}T00:00:00Z"))
    }

    fn window(interval: ResetInterval, anchor: Option<&str>, instant: &str) -> (Timestamp, Timestamp) {
        let found = Division { interval, anchor: anchor.map(at) }.window(at(instant));
        (found.start.unwrap(), found.end.unwrap())
    }

    #[test]
    fn calendar_windows_begin_at_midnight_on_monday_on_the_first_and_on_new_year() {
        let instant = "2026-11-21T10:20:30Z";
        for (interval, start, end) in [
            (ResetInterval::Day, "2026-11-21", "2026-11-22"),
            (ResetInterval::Week, "2026-11-16", "2026-11-23"),
            (ResetInterval::Month, "2026-11-01", "2026-12-01"),
            (ResetInterval::Year, "2026-01-01", "2027-01-01"),
        ] {
            assert_eq!(window(interval, None, instant), (day(start), day(end)), "{interval:?}");
        }
    }

    #[test]
    fn a_month_window_is_counted_from_the_anchor_and_clamped_to_the_end_of_shorter_months() {
        let anchor = Some("2027-01-31T09:00:00Z");
        for (instant, start, end) in [
            ("2027-01-31T09:00:00Z", "2027-01-31T09:00:00Z", "2027-02-28T09:00:00Z"),
            ("2027-02-28T08:59:59Z", "2027-01-31T09:00:00Z", "2027-02-28T09:00:00Z"),
            ("2027-02-28T09:00:00Z", "2027-02-28T09:00:00Z", "2027-03-31T09:00:00Z"),
            ("2027-04-30T09:00:00Z", "2027-04-30T09:00:00Z", "2027-05-31T09:00:00Z"),
            ("2028-02-29T10:00:00Z", "2028-02-29T09:00:00Z", "2028-03-31T09:00:00Z"),
            ("2026-12-31T08:00:00Z", "2026-11-30T09:00:00Z", "2026-12-31T09:00:00Z"),
        ] {
            assert_eq!(window(ResetInterval::Month, anchor, instant), (at(start), at(end)), "{instant}");
        }
    }

    #[test]
    fn a_year_from_a_leap_day_ends_on_the_last_of_february() {
        let anchor = Some("2024-02-29T12:00:00Z");
        for (instant, start, end) in [
            ("2025-02-28T11:00:00Z", "2024-02-29T12:00:00Z", "2025-02-28T12:00:00Z"),
            ("2025-02-28T12:00:00Z", "2025-02-28T12:00:00Z", "2026-02-28T12:00:00Z"),
            ("2028-02-29T12:00:00Z", "2028-02-29T12:00:00Z", "2029-02-28T12:00:00Z"),
        ] {
            assert_eq!(window(ResetInterval::Year, anchor, instant), (at(start), at(end)), "{instant}");
        }
    }

    #[test]
    fn the_window_that_never_ends_holds_everything_and_has_none_before() {
        let division = Division { interval: ResetInterval::Never, anchor: None };
        assert_eq!(division.window(day("2026-01-01")), Window::ALWAYS);
        assert_eq!(division.previous(day("2026-01-01")), None);
    }

    fn division() -> impl Strategy<Value = Division> {
        let anchor = prop_oneof![
            Just(None),
            (0..INSTANT_END.millis()).prop_map(|millis| Some(Timestamp::from_millis(millis))),
            // The last days of months, where clamping happens.
            (1970..2999i16, 1..=12i8, 28..=31i8, 0..DAY_MILLIS).prop_map(|(year, month, day, time)| {
                let last = Date::new(year, month, 1).unwrap().days_in_month();
                Some(join(Date::new(year, month, day.min(last)).unwrap(), time))
            }),
        ];
        (proptest::sample::select(ResetInterval::ALL.to_vec()), anchor)
            .prop_map(|(interval, anchor)| Division { interval, anchor })
    }

    proptest! {
        #[test]
        fn windows_tile_time(division in division(), millis in 0..INSTANT_END.millis()) {
            let instant = Timestamp::from_millis(millis);
            let window = division.window(instant);
            prop_assert!(window.contains(instant));
            let (Some(start), Some(end)) = (window.start, window.end) else { return Ok(()) };
            prop_assert_eq!(division.window(start), window);
            prop_assert_eq!(division.window(Timestamp::from_millis(end.millis() - 1)), window);
            let next = division.window(end);
            prop_assert_eq!(next.start, Some(end));
            let before = division.previous(instant).unwrap();
            prop_assert_eq!(before.end, Some(start));
            if let Some(anchor) = division.anchor {
                prop_assert_eq!(division.window(anchor).start, Some(anchor));
            }
        }

        #[test]
        fn no_instant_makes_it_panic(division in division(), millis in any::<i64>(), anchor in any::<i64>()) {
            let _ = division.window(Timestamp::from_millis(millis));
            let _ = Division { anchor: Some(Timestamp::from_millis(anchor)), ..division }.window(Timestamp::from_millis(millis));
        }
    }
}
