//! When what failed is tried again: after a pause that doubles from try to try, some of it left to chance, so that what
//! failed together does not come back together.

use crate::time::Timestamp;

/// How pauses grow, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// The pause after the first try.
    pub first: i64,
    /// The longest pause.
    pub longest: i64,
    /// How long it is tried; the last try is at the end of that.
    pub whole: i64,
}

/// Of a pause, the share that is left to chance: up to a quarter more or less.
const JITTER: i64 = 4;

impl Default for Schedule {
    /// 5 s, 10 s, 20 s … up to six hours, for three days: some 22 tries.
    fn default() -> Self {
        const HOUR: i64 = 60 * 60 * 1000;
        Self { first: 5000, longest: 6 * HOUR, whole: 72 * HOUR }
    }
}

impl Schedule {
    /// When a delivery is tried again that was tried `tries` times since `since`; nothing where that was the last time.
    pub fn next(
        &self,
        tries: u32,
        since: Timestamp,
        now: Timestamp,
        random: &mut dyn FnMut() -> u64,
    ) -> Option<Timestamp> {
        let end = since.millis().saturating_add(self.whole);
        if now.millis() >= end {
            return None;
        }
        let doublings = tries.saturating_sub(1).min(62);
        let pause =
            self.first.checked_mul(1i64 << doublings).map_or(self.longest, |pause| pause.min(self.longest)).max(1);
        let share = (pause / JITTER).unsigned_abs();
        let chance = i64::try_from(random() % (2 * share + 1)).expect("less than the pause");
        let pause = pause - pause / JITTER + chance;
        Some(Timestamp::from_millis(now.millis().saturating_add(pause).min(end)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The instants of the tries of a delivery that never succeeds.
    fn tries(schedule: Schedule, chance: u64) -> Vec<i64> {
        let (since, mut instants) = (Timestamp::from_seconds(1000), vec![Timestamp::from_seconds(1000)]);
        loop {
            let (count, last) = (u32::try_from(instants.len()).unwrap(), instants[instants.len() - 1]);
            match schedule.next(count, since, last, &mut || chance) {
                Some(next) => instants.push(next),
                None => return instants.iter().map(|instant| instant.millis() - since.millis()).collect(),
            }
        }
    }

    #[test]
    fn pauses_double_up_to_the_longest_and_the_last_try_is_at_the_end_of_three_days() {
        let schedule = Schedule::default();
        // In the middle of what is left to chance every pause would be even; here each is a quarter shorter.
        let instants = tries(schedule, 0);
        let pauses: Vec<i64> = instants.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert_eq!(pauses[..4], [3750, 7500, 15_000, 30_000]);
        assert!(pauses.iter().all(|pause| *pause <= schedule.longest));
        assert_eq!(instants.last(), Some(&schedule.whole));
        assert!((20..30).contains(&instants.len()), "{}", instants.len());
    }

    #[test]
    fn whatever_chance_says_a_pause_stays_within_a_quarter_of_its_length() {
        for chance in [0, 1, 77, u64::MAX / 3, u64::MAX] {
            for (place, pair) in tries(Schedule::default(), chance).windows(2).take(10).enumerate() {
                let (even, pause) = (5000i64 << place, pair[1] - pair[0]);
                assert!((even - even / 4..=even + even / 4).contains(&pause), "{place}: {pause}");
            }
        }
    }

    #[test]
    fn schedules_of_any_length_come_to_an_end() {
        for (first, longest, whole) in [(1, 1, 5), (0, 0, 3), (i64::MAX, i64::MAX, 10), (1, i64::MAX, i64::MAX / 2)] {
            assert!(tries(Schedule { first, longest, whole }, 3).len() < 100);
        }
    }
}
