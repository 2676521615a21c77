//! Windows found by walking from day to day. Shares no code with `window`.

use tollgate_domain::window::{ResetAnchor, ResetInterval};

pub(crate) const DAY: i64 = 86_400_000;

/// A day of the Gregorian calendar, with the number of days since 1970-01-01.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Day {
    pub(crate) number: i64,
    pub(crate) year: i64,
    pub(crate) month: i64,
    pub(crate) of_month: i64,
}

pub(crate) fn length_of_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl Day {
    /// The day of an instant, counted up from 1970 by years and months.
    pub(crate) fn of(millis: i64) -> Self {
        let number = millis.div_euclid(DAY);
        assert!(number >= 0, "histories happen after 1970");
        let (mut left, mut year, mut month) = (number, 1970, 1);
        loop {
            let length = if length_of_month(year, 2) == 29 { 366 } else { 365 };
            if left < length {
                break;
            }
            left -= length;
            year += 1;
        }
        while left >= length_of_month(year, month) {
            left -= length_of_month(year, month);
            month += 1;
        }
        Self { number, year, month, of_month: left + 1 }
    }

    fn next(self) -> Self {
        let Self { number, year, month, of_month } = self;
        let number = number + 1;
        if of_month < length_of_month(year, month) {
            Self { number, year, month, of_month: of_month + 1 }
        } else if month < 12 {
            Self { number, year, month: month + 1, of_month: 1 }
        } else {
            Self { number, year: year + 1, month: 1, of_month: 1 }
        }
    }

    fn previous(self) -> Self {
        let Self { number, year, month, of_month } = self;
        let number = number - 1;
        if of_month > 1 {
            Self { number, year, month, of_month: of_month - 1 }
        } else if month > 1 {
            Self { number, year, month: month - 1, of_month: length_of_month(year, month - 1) }
        } else {
            Self { number, year: year - 1, month: 12, of_month: 31 }
        }
    }

    /// Whether windows begin on this day: on the anchor's weekday, on its day of the month or the last one before it, and for
    /// years in its month only.
    fn begins(self, interval: ResetInterval, anchor: Day) -> bool {
        let on_day = self.of_month == anchor.of_month.min(length_of_month(self.year, self.month));
        match interval {
            ResetInterval::Never => unreachable!("it has one window"),
            ResetInterval::Day => true,
            ResetInterval::Week => (self.number - anchor.number) % 7 == 0,
            ResetInterval::Month => on_day,
            ResetInterval::Year => on_day && self.month == anchor.month,
        }
    }
}

/// The start and end of the window that an instant lies in; nothing where there is one window only. `own` is where the windows
/// of the customer begin.
pub(super) fn window(interval: ResetInterval, anchor: ResetAnchor, own: i64, instant: i64) -> Option<(i64, i64)> {
    if interval == ResetInterval::Never {
        return None;
    }
    // 2024-01-01 was a Monday, the first of a month and of a year.
    let anchor = if anchor == ResetAnchor::Calendar { 1_704_067_200_000 } else { own };
    let (anchor_day, time) = (Day::of(anchor), anchor.rem_euclid(DAY));
    let mut day = Day::of(instant);
    if instant.rem_euclid(DAY) < time {
        day = day.previous();
    }
    while !day.begins(interval, anchor_day) {
        day = day.previous();
    }
    let start = day.number * DAY + time;
    day = day.next();
    while !day.begins(interval, anchor_day) {
        day = day.next();
    }
    Some((start, day.number * DAY + time))
}
