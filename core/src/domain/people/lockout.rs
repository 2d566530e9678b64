//! Wrong PINs: how long somebody who guesses has to wait. Arithmetic alone; the counts are the fold's.

use serde::{Deserialize, Serialize};

/// Wrong PINs in a row that cost nothing: tired fingers need two or three.
pub const FREE_TRIES: u32 = 5;
/// The wait after the last free one, milliseconds.
pub const FIRST_WAIT_MS: i64 = 60_000;
/// The longest wait: 10,000 PINs of four digits then take more than a year.
pub const LONGEST_WAIT_MS: i64 = 3_600_000;

/// Wrong PINs in a row, of one person or at one device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tries {
    /// How many since the last right one.
    pub wrong: u32,
    /// When the last one was, milliseconds since 1970.
    pub last_ms: i64,
}

impl Tries {
    /// One more. Time that seems to have run back shortens no wait.
    pub fn fail(&mut self, at_ms: i64) {
        self.wrong = self.wrong.saturating_add(1);
        self.last_ms = self.last_ms.max(at_ms);
    }

    /// Until when the next try is not looked at, milliseconds since 1970; nothing where it is at `now_ms`.
    pub fn closed_until(&self, now_ms: i64) -> Option<i64> {
        let until = self.last_ms.saturating_add(wait_ms(self.wrong));
        (self.wrong >= FREE_TRIES && now_ms < until).then_some(until)
    }
}

/// The wait after so many wrong ones in a row: a minute after the fifth, twice as long after each further one, an hour at most.
pub fn wait_ms(wrong: u32) -> i64 {
    let Some(doublings) = wrong.checked_sub(FREE_TRIES) else { return 0 };
    FIRST_WAIT_MS.checked_shl(doublings.min(16)).unwrap_or(LONGEST_WAIT_MS).min(LONGEST_WAIT_MS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_wait_is_a_minute_after_five_and_doubles_to_an_hour() {
        let minutes = |wrong| wait_ms(wrong) / 60_000;
        assert_eq!([0, 4, 5, 6, 7, 8, 9, 10, 11, 12].map(minutes), [0, 0, 1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(wait_ms(u32::MAX), LONGEST_WAIT_MS);
    }

    proptest! {
        #[test]
        fn whoever_guesses_without_pause_gets_no_more_tries_than_the_waits_leave(
            pauses in proptest::collection::vec(0_i64..7_200_000, 1..200),
        ) {
            let (mut tries, mut now, mut tried) = (Tries::default(), 0, 0_u32);
            for pause in pauses {
                now += pause;
                if tries.closed_until(now).is_none() {
                    tries.fail(now);
                    tried += 1;
                }
            }
            prop_assert_eq!(tries.wrong, tried);
            let least: i64 = (FREE_TRIES..tried).map(wait_ms).sum();
            prop_assert!(now >= least, "{} tries in {} ms", tried, now);
        }

        #[test]
        fn a_clock_that_runs_back_opens_nothing(wrong in 5_u32..40, back in 0_i64..10_000_000) {
            let mut tries = Tries { wrong, last_ms: 10_000_000 };
            let until = tries.closed_until(10_000_000).unwrap();
            prop_assert_eq!(tries.closed_until(10_000_000 - back), Some(until));
            tries.fail(10_000_000 - back);
            prop_assert!(tries.closed_until(10_000_000).unwrap() >= until);
        }
    }
}
