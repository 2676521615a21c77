//! Usage by window as bars, with the limit as a line: what the markup of a chart needs. Beside it stands the same as a
//! table, for who cannot see it.

use super::windows::Used;
use crate::dashboard::words::{day, grouped};
use tollgate_domain::quantity::Quantity;

/// The picture, in units of its own.
pub(super) const WIDTH: f64 = 720.0;
pub(super) const HEIGHT: f64 = 220.0;
/// Where bars stand, and how high they may be.
const FLOOR: f64 = 190.0;
const ROOM: f64 = 165.0;
/// Share of its place that a bar takes.
const BAR_SHARE: f64 = 0.7;
/// Room that a label takes on either side of its middle.
const LABEL_HALF: f64 = 34.0;

/// A chart.
#[derive(Debug)]
pub(super) struct Chart {
    pub(super) bars: Vec<Bar>,
    /// How high the limit is; nothing without one.
    pub(super) limit: Option<Line>,
}

/// A window.
#[derive(Debug)]
pub(super) struct Bar {
    /// In words.
    pub(super) window: String,
    /// What is used, in words.
    pub(super) used: String,
    /// The day it starts; nothing where there is no room for every one.
    pub(super) label: Option<String>,
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
    /// The middle of its label.
    pub(super) middle: f64,
    pub(super) is_over: bool,
}

/// The limit.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) y: f64,
    pub(super) words: String,
}

impl Chart {
    /// Draws windows and today's limit.
    pub(super) fn new(windows: &[Used], limit: Option<Quantity>) -> Self {
        let highest = windows.iter().filter_map(|used| used.sum).chain(limit).map(float).fold(1e-9, f64::max);
        let height = |quantity: Quantity| float(quantity) / highest * ROOM;
        #[expect(clippy::cast_precision_loss, reason = "there are a dozen")]
        let place = WIDTH / windows.len().max(1) as f64;
        let bar = |(index, used): (usize, &Used)| {
            #[expect(clippy::cast_precision_loss, reason = "there are a dozen")]
            let left = place * index as f64;
            let tall = used.sum.map_or(0.0, height);
            Bar {
                window: span(used),
                used: used.sum.map_or_else(|| "Too many events to sum up".to_owned(), |sum| grouped(&sum.to_string())),
                label: used.window.start.filter(|_| is_labelled(index, windows.len())).map(|start| day(start.millis())),
                x: round(left + place * (1.0 - BAR_SHARE) / 2.0),
                y: round(FLOOR - tall),
                width: round(place * BAR_SHARE),
                height: round(tall),
                middle: round(left + place / 2.0).clamp(LABEL_HALF, WIDTH - LABEL_HALF),
                is_over: used.sum.zip(limit).is_some_and(|(sum, limit)| sum.minus(limit).is_positive()),
            }
        };
        let line = |limit: Quantity| Line { y: round(FLOOR - height(limit)), words: grouped(&limit.to_string()) };
        Self { bars: windows.iter().enumerate().map(bar).collect(), limit: limit.map(line) }
    }

    /// Where the words of the limit stand: above its line, unless there is no room.
    pub(super) fn words_y(&self) -> f64 {
        self.limit.as_ref().map_or(0.0, |line| (line.y - 5.0).max(12.0))
    }
}

/// Whether a bar of so many has a label: every other one, so that they do not run into each other.
fn is_labelled(index: usize, count: usize) -> bool {
    (count - 1 - index).is_multiple_of(2)
}

/// A window in words.
fn span(used: &Used) -> String {
    match (used.window.start, used.window.end) {
        (Some(start), Some(end)) => format!("{} to {}", day(start.millis()), day(end.millis())),
        _ => "All of time".to_owned(),
    }
}

/// Near enough to draw.
fn float(quantity: Quantity) -> f64 {
    quantity.to_string().parse().unwrap_or_default()
}

fn round(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use tollgate_domain::time::Timestamp;
    use tollgate_domain::window::Window;

    fn used(day: i64, sum: Option<i64>) -> Used {
        let at = |day: i64| Timestamp::from_millis(day * 86_400_000);
        Used { window: Window::new(at(day), at(day + 1)), sum: sum.map(Quantity::whole) }
    }

    #[test]
    fn the_highest_bar_fills_the_room_and_what_is_over_the_limit_is_marked() {
        let chart = Chart::new(&[used(0, Some(50)), used(1, None), used(2, Some(200))], Some(Quantity::whole(100)));
        let heights: Vec<f64> = chart.bars.iter().map(|bar| bar.height).collect();
        assert_eq!(heights, [41.3, 0.0, ROOM]);
        assert_eq!(chart.bars.iter().map(|bar| bar.is_over).collect::<Vec<_>>(), [false, false, true]);
        assert_eq!((chart.bars[2].y, chart.limit.as_ref().unwrap().y), (FLOOR - ROOM, 107.5));
        assert_eq!(
            (chart.bars[0].window.as_str(), chart.bars[1].used.as_str()),
            ("1970-01-01 to 1970-01-02", "Too many events to sum up")
        );
    }

    #[test]
    fn nothing_used_is_drawn_too() {
        let chart = Chart::new(&[used(0, Some(0))], None);
        assert!(chart.bars[0].height.abs() < f64::EPSILON && chart.limit.is_none());
    }
}
