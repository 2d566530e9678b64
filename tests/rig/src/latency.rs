//! Percentiles of many durations in little memory: buckets a little under 1 % wide, and the exact maximum.

use std::fmt;
use std::time::Duration;

/// Each power of two is split into this many buckets, so a percentile is at most 1/128 above the truth.
const PER_OCTAVE: u64 = 128;
const OCTAVE_BITS: u32 = PER_OCTAVE.trailing_zeros();
/// Enough buckets for every number of microseconds below 2^36, which is nineteen hours.
const BUCKETS: usize = (PER_OCTAVE as usize) * (36 - OCTAVE_BITS as usize + 1);

/// How long many things took.
#[derive(Clone)]
pub struct Latency {
    buckets: Vec<u64>,
    count: u64,
    max_us: u64,
    sum_us: u64,
}

impl Default for Latency {
    fn default() -> Self {
        Latency { buckets: vec![0; BUCKETS], count: 0, max_us: 0, sum_us: 0 }
    }
}

impl Latency {
    /// Adds one, to the microsecond.
    pub fn add(&mut self, took: Duration) {
        let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.buckets[bucket(us).min(BUCKETS - 1)] += 1;
        self.count += 1;
        self.max_us = self.max_us.max(us);
        self.sum_us = self.sum_us.saturating_add(us);
    }

    /// How many were added.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The longest, in microseconds, exactly.
    pub fn max_us(&self) -> u64 {
        self.max_us
    }

    /// The mean in microseconds; 0 of nothing.
    pub fn mean_us(&self) -> u64 {
        self.sum_us.checked_div(self.count).unwrap_or(0)
    }

    /// The value, in microseconds, that `percent` per cent of all do not exceed; 0 of nothing. Rounded up to the
    /// bucket's end, never above the maximum.
    pub fn percentile_us(&self, percent: f64) -> u64 {
        let rank = ((self.count as f64 * percent / 100.0).ceil() as u64).max(1);
        let mut passed = 0;
        for (index, n) in self.buckets.iter().enumerate() {
            passed += n;
            if passed >= rank {
                return last_of(index).min(self.max_us);
            }
        }
        self.max_us
    }
}

impl fmt::Display for Latency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |us: u64| us as f64 / 1_000.0;
        let [p50, p99] = [50.0, 99.0].map(|percent| ms(self.percentile_us(percent)));
        write!(f, "p50 {p50:.3} ms, p99 {p99:.3} ms, max {:.3} ms", ms(self.max_us))
    }
}

impl fmt::Debug for Latency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Latency({} of them: {self})", self.count)
    }
}

fn bucket(us: u64) -> usize {
    let octave = (u64::BITS - us.leading_zeros()).saturating_sub(OCTAVE_BITS + 1);
    (u64::from(octave) * PER_OCTAVE + (us >> octave)) as usize
}

/// The largest number of microseconds in a bucket.
fn last_of(index: usize) -> u64 {
    let index = index as u64;
    if index < 2 * PER_OCTAVE {
        return index;
    }
    let octave = index / PER_OCTAVE - 1;
    ((index - octave * PER_OCTAVE + 1) << octave) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_lies_in_a_bucket_whose_end_is_less_than_a_percent_above() {
        for us in (0..5_000).chain((1..30).flat_map(|bits| [(1 << bits) - 1, 1 << bits, (1 << bits) + 1])) {
            let end = last_of(bucket(us));
            assert!(us <= end && (end - us) * PER_OCTAVE <= us, "{us} lies in a bucket that ends at {end}");
        }
    }

    #[test]
    fn percentiles_of_one_to_a_thousand_are_what_one_expects() {
        let mut latency = Latency::default();
        (1..=1_000).for_each(|us| latency.add(Duration::from_micros(us)));
        assert!((500..=504).contains(&latency.percentile_us(50.0)), "{latency}");
        assert!((990..=998).contains(&latency.percentile_us(99.0)), "{latency}");
        assert_eq!((latency.percentile_us(100.0), latency.max_us(), latency.mean_us()), (1_000, 1_000, 500));
    }

    #[test]
    fn one_outlier_is_the_maximum_and_not_the_median() {
        let mut latency = Latency::default();
        (0..99).for_each(|_| latency.add(Duration::from_micros(10)));
        latency.add(Duration::from_secs(100_000));
        assert_eq!((latency.percentile_us(50.0), latency.percentile_us(99.0)), (10, 10));
        assert_eq!(latency.max_us(), 100_000_000_000);
    }

    #[test]
    fn nothing_has_no_latency() {
        assert_eq!(Latency::default().percentile_us(99.0), 0);
    }
}
