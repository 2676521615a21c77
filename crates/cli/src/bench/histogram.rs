//! Durations in buckets whose width grows with the duration: within 3 % of the truth, in 9 KB.

use std::time::Duration;

/// Buckets to each doubling.
const STEPS: u64 = 32;
/// Doublings of 32 ns that are told apart; what lasts longer (38 hours) falls into the last bucket.
const DOUBLINGS: u64 = 42;

/// How many requests took how long.
#[derive(Clone)]
pub(super) struct Histogram {
    counts: Vec<u64>,
}

impl Histogram {
    /// An empty one.
    pub(super) fn new() -> Self {
        Self { counts: vec![0; index_of(u64::MAX) + 1] }
    }

    /// Counts one request.
    pub(super) fn add(&mut self, duration: Duration) {
        self.counts[index_of(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX))] += 1;
    }

    /// Counts what another one counted.
    pub(super) fn merge(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
    }

    /// Requests counted.
    pub(super) fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// What `per_mille` of 1,000 requests did not exceed, in microseconds.
    pub(super) fn quantile_us(&self, per_mille: u64) -> f64 {
        let rank = (self.total() * per_mille).div_ceil(1_000).max(1);
        let mut seen = 0;
        let index = self.counts.iter().position(|count| {
            seen += count;
            seen >= rank
        });
        nanoseconds_of(index.unwrap_or(0)) / 1_000.0
    }
}

fn index_of(nanoseconds: u64) -> usize {
    let doubling = (nanoseconds / STEPS).checked_ilog2().map_or(0, |log| u64::from(log) + 1).min(DOUBLINGS);
    let step = if doubling == 0 { nanoseconds } else { (nanoseconds >> (doubling - 1)).min(2 * STEPS - 1) - STEPS };
    usize::try_from(doubling * STEPS + step).expect("there are few buckets")
}

/// The middle of a bucket.
#[expect(clippy::cast_precision_loss, reason = "a bucket is 3 % wide; 52 bits are plenty")]
fn nanoseconds_of(index: usize) -> f64 {
    let (doubling, step) = (index as u64 / STEPS, index as u64 % STEPS);
    if doubling == 0 {
        return step as f64;
    }
    let width = (1_u64 << (doubling - 1)) as f64;
    ((STEPS + step) as f64 + 0.5) * width
}

#[cfg(test)]
mod tests {
    use super::Histogram;
    use std::time::Duration;

    #[test]
    fn quantiles_are_within_three_percent() {
        let mut histogram = Histogram::new();
        for us in 1..=10_000 {
            histogram.add(Duration::from_micros(us));
        }
        for (per_mille, truth) in [(500, 5_000.0), (990, 9_900.0), (999, 9_990.0)] {
            let seen = histogram.quantile_us(per_mille);
            assert!((seen / truth - 1.0).abs() < 0.03, "{per_mille}: {seen} for {truth}");
        }
    }

    #[test]
    fn the_longest_duration_has_a_bucket() {
        let mut histogram = Histogram::new();
        histogram.add(Duration::MAX);
        histogram.add(Duration::ZERO);
        assert_eq!(histogram.total(), 2);
    }
}
