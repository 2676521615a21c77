//! Any anchor and instant, eight bytes each: the instant lies in its window, and the windows beside it begin and end there.

use tollgate_domain::time::Timestamp;
use tollgate_domain::window::{Division, INSTANT_END, INSTANT_MIN, ResetInterval};

pub(crate) fn run(bytes: &[u8]) {
    let number = |from: usize| Some(i64::from_le_bytes(bytes.get(from..from + 8)?.try_into().ok()?));
    let (Some(anchor), Some(instant)) = (number(0), number(8)) else { return };
    for interval in ResetInterval::ALL {
        for anchor in [None, Some(Timestamp::from_millis(anchor))] {
            let division = Division { interval, anchor };
            let instant = Timestamp::from_millis(instant);
            let window = division.window(instant);
            let is_allowed = |instant: Timestamp| (INSTANT_MIN..INSTANT_END).contains(&instant);
            if !is_allowed(instant) || !anchor.is_none_or(is_allowed) {
                continue;
            }
            assert!(window.contains(instant), "{division:?} {instant:?}");
            let (Some(start), Some(end)) = (window.start, window.end) else { continue };
            assert_eq!(division.window(start), window, "{division:?}");
            assert_eq!(division.window(end).start, Some(end), "{division:?}");
            assert_eq!(division.previous(instant).and_then(|before| before.end), Some(start), "{division:?}");
        }
    }
}
