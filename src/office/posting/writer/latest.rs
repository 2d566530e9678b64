//! The latest documents of a site that are posted, as many as are looked for in the books at a time.
//!
//! In: each one as it is posted, each look. Out: which are to be looked for, and whether that is to be before more is posted. Books that are
//! restored lack whatever was posted between the backup and then: so some of each such stretch are among them, and some of before
//! the last look, however much is posted between two. Absent: the look itself.

use super::AUDITED;
use crate::domain::id::IntentId;
use crate::views::Locator;
use std::collections::VecDeque;

/// A document or a cancellation, its place among the site's records, and where its record is.
pub(super) type At = (IntentId, u64, Locator);

/// Of so many the most were posted since the last look, and after so many the next one is due: fewer than there are.
const SINCE: usize = AUDITED * 3 / 4;
/// The shortest between two looks of which only what was posted is the reason. A backup is not restored within that time.
const EVERY_MS: u64 = 10_000;

/// Those that are looked for.
pub(super) struct Latest {
    /// Each with its number.
    kept: VecDeque<(u64, At)>,
    /// How many were posted.
    posted: u64,
    /// How many of them before the last look.
    looked: u64,
    /// When that was.
    looked_ms: u64,
    /// Of what was posted since, the very first and last are kept, and each so manieth.
    each: u64,
}

impl Default for Latest {
    fn default() -> Self {
        Self { kept: VecDeque::new(), posted: 0, looked: 0, looked_ms: 0, each: 1 }
    }
}

impl Latest {
    /// One was posted.
    pub(super) fn push(&mut self, at: At) {
        let (looked, each) = (self.looked, self.each);
        // A backup of before the last look lacks the first one behind it, whatever else.
        let is_kept = |number: u64, each: u64| number <= looked + 1 || (number - looked).is_multiple_of(each);
        // The one before was kept as the last.
        if self.kept.back().is_some_and(|(number, _)| !is_kept(*number, each)) {
            self.kept.pop_back();
        }
        self.posted += 1;
        self.kept.push_back((self.posted, at));
        if self.since() > SINCE {
            self.each *= 2;
            let (last, each) = (self.posted, self.each);
            self.kept.retain(|(number, _)| *number == last || is_kept(*number, each));
        }
        if self.kept.len() > AUDITED {
            self.kept.pop_front();
        }
    }

    /// Whether they are to be looked for before more is posted.
    pub(super) fn is_due(&self, now_ms: u64) -> bool {
        let many = !self.kept.is_empty() && self.posted - self.looked >= SINCE as u64;
        many && now_ms >= self.looked_ms.saturating_add(EVERY_MS)
    }

    /// One was posted before the office has started: there has been no look since.
    pub(super) fn recall(&mut self, at: At) {
        self.push(at);
        (self.looked, self.each) = (self.posted, 1);
    }

    /// They were looked for.
    pub(super) fn looked(&mut self, now_ms: u64) {
        (self.looked, self.looked_ms, self.each) = (self.posted, now_ms, 1);
    }

    /// One is not posted any more.
    pub(super) fn forget(&mut self, id: IntentId) {
        self.kept.retain(|(_, (kept, ..))| *kept != id);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// The oldest first.
    pub(super) fn all(&self) -> Vec<At> {
        self.kept.iter().map(|(_, at)| *at).collect()
    }

    /// How many of them were posted since the last look.
    fn since(&self) -> usize {
        self.kept.len() - self.kept.partition_point(|(number, _)| *number <= self.looked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(number: u64) -> At {
        (IntentId(uuid::Uuid::from_u128(number.into())), number, Locator(number))
    }

    fn numbers(latest: &Latest) -> Vec<u64> {
        latest.all().iter().map(|(_, number, _)| *number).collect()
    }

    #[test]
    fn they_are_due_after_as_many_as_leave_some_of_before_and_no_sooner_than_ten_seconds_after_the_last_look() {
        let mut latest = Latest::default();
        (1..=300).for_each(|number| latest.recall(at(number)));
        assert_eq!(numbers(&latest), (101..=300).collect::<Vec<_>>());
        latest.looked(50_000);
        for number in 301..300 + SINCE as u64 {
            latest.push(at(number));
            assert!(!latest.is_due(90_000), "{number}");
        }
        latest.push(at(450));
        assert!(!latest.is_due(50_000 + EVERY_MS - 1), "just looked for");
        assert!(latest.is_due(50_000 + EVERY_MS));
        latest.looked(70_000);
        assert!(!latest.is_due(90_000));
    }

    #[test]
    fn of_however_much_is_posted_between_two_looks_some_are_kept_evenly_and_some_of_before() {
        for posted in [1_u64, 149, 150, 151, 200, 1_000, 1_499, 100_000] {
            let mut latest = Latest::default();
            (1..=1_000).for_each(|number| latest.recall(at(number)));
            latest.looked(1);
            for number in 1..=posted {
                latest.push(at(1_000 + number));
            }
            let kept = numbers(&latest);
            assert!(kept.len() <= AUDITED && kept.is_sorted(), "{posted}");
            assert_eq!(kept.last(), Some(&(1_000 + posted)), "{posted}: the very last");
            assert!(kept.contains(&1_001), "{posted}: the very first since the look");
            let before = kept.iter().filter(|number| **number <= 1_000).count();
            assert!(before >= AUDITED - SINCE - 1 && kept.contains(&1_000), "{posted}: {before} of before");
            // Whatever stretch of a fiftieth of them is gone from the books, or of two: one of it is looked for.
            let since: Vec<u64> =
                [1_000].into_iter().chain(kept.into_iter().filter(|number| *number > 1_000)).collect();
            let most = (posted / 50).max(2);
            assert!(since.windows(2).all(|two| two[1] - two[0] <= most), "{posted}: {since:?}");
        }
    }

    #[test]
    fn one_that_is_not_posted_any_more_is_not_looked_for() {
        let mut latest = Latest::default();
        assert!(latest.is_empty());
        for number in 1..=3 {
            latest.push(at(number));
        }
        latest.forget(at(2).0);
        assert_eq!(numbers(&latest), [1, 3]);
        // Of none nothing is due, however many there were: posting would wait for a look at nothing.
        (4..=200).for_each(|number| latest.push(at(number)));
        assert!(latest.is_due(EVERY_MS));
        (1..=200).for_each(|number| latest.forget(at(number).0));
        assert!(latest.is_empty() && !latest.is_due(EVERY_MS));
    }
}
