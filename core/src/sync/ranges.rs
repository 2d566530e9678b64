//! A set of sequence numbers, kept as runs.

/// Numbers from 1 on, as disjoint runs with gaps between them, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ranges(Vec<(u64, u64)>);

impl Ranges {
    /// Nothing.
    pub const EMPTY: Self = Self(Vec::new());

    /// Adds `first..=last`.
    pub fn insert(&mut self, first: u64, last: u64) {
        debug_assert!(1 <= first && first <= last);
        let from = self.0.partition_point(|&(_, end)| end.saturating_add(1) < first);
        let to = self.0.partition_point(|&(start, _)| start <= last.saturating_add(1));
        let mut joined = (first, last);
        for &(start, end) in &self.0[from..to] {
            joined = (joined.0.min(start), joined.1.max(end));
        }
        self.0.splice(from..to, [joined]);
    }

    /// True where all of `first..=last` is in the set.
    pub fn contains(&self, first: u64, last: u64) -> bool {
        let at = self.0.partition_point(|&(_, end)| end < first);
        self.0.get(at).is_some_and(|&(start, end)| start <= first && last <= end)
    }

    /// The runs of `first..=last` that are not in the set, in order.
    pub fn missing(&self, first: u64, last: u64) -> impl Iterator<Item = (u64, u64)> + '_ {
        // Nothing has a number after the largest: without this, the last gap would be given for ever.
        let mut ended = false;
        let mut next = first;
        let mut runs = self.0[self.0.partition_point(|&(_, end)| end < first)..].iter();
        std::iter::from_fn(move || {
            while !ended && next <= last {
                match runs.next() {
                    Some(&(start, end)) if start <= last => {
                        let gap = (next, start.saturating_sub(1));
                        ended = end == u64::MAX;
                        next = end.saturating_add(1);
                        if gap.0 <= gap.1 {
                            return Some(gap);
                        }
                    }
                    _ => {
                        let gap = (next, last);
                        ended = last == u64::MAX;
                        next = last.saturating_add(1);
                        return Some(gap);
                    }
                }
            }
            None
        })
    }

    /// The last number of the run that starts at 1, or 0.
    pub fn prefix(&self) -> u64 {
        self.0.first().filter(|run| run.0 == 1).map_or(0, |run| run.1)
    }

    /// The runs, in order.
    pub fn runs(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.0.iter().copied()
    }

    /// How many numbers are in the set.
    pub fn count(&self) -> u64 {
        self.0.iter().map(|(first, last)| last - first + 1).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn what_is_missing_up_to_the_largest_number_is_given_once() {
        let mut ranges = Ranges::default();
        ranges.insert(3, 4);
        assert_eq!(ranges.missing(1, u64::MAX).take(9).collect::<Vec<_>>(), [(1, 2), (5, u64::MAX)]);
        ranges.insert(9, u64::MAX);
        assert_eq!(ranges.missing(1, u64::MAX).take(9).collect::<Vec<_>>(), [(1, 2), (5, 8)]);
    }

    proptest! {
        #[test]
        fn ranges_equal_a_plain_set(inserts in prop::collection::vec((1u64..40, 0u64..6), 0..20), probe in (1u64..40, 0u64..8)) {
            let mut ranges = Ranges::default();
            let mut set = BTreeSet::new();
            for (first, more) in inserts {
                ranges.insert(first, first + more);
                set.extend(first..=first + more);
            }
            let (first, last) = (probe.0, probe.0 + probe.1);
            let missing: Vec<u64> = ranges.missing(first, last).flat_map(|(a, b)| a..=b).collect();
            let expected: Vec<u64> = (first..=last).filter(|n| !set.contains(n)).collect();
            prop_assert_eq!(&missing, &expected);
            prop_assert_eq!(ranges.contains(first, last), expected.is_empty());
            prop_assert_eq!(ranges.count(), set.len() as u64);
            prop_assert_eq!(ranges.prefix(), (1..).take_while(|n| set.contains(n)).count() as u64);
            prop_assert!(ranges.runs().zip(ranges.runs().skip(1)).all(|(a, b)| a.1 + 1 < b.0));
        }
    }
}
