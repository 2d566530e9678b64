//! When a narrow, stalling line is free: pure, times are durations since the line was opened.

use std::time::Duration;

/// Regular pauses: in every period of `every_ms` nothing passes during the last `lasting_ms`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stall {
    /// From the start of one period to the start of the next; more than `lasting_ms`.
    pub every_ms: u64,
    /// How long nothing passes.
    pub lasting_ms: u64,
}

impl Stall {
    /// How long the stall that holds at this time still lasts.
    pub(super) fn rest(&self, now: Duration) -> Option<Duration> {
        let every = Duration::from_millis(self.every_ms);
        if every.is_zero() || self.lasting_ms == 0 {
            return None;
        }
        let at = Duration::from_nanos((now.as_nanos() % every.as_nanos()) as u64);
        let is_stalled = at + Duration::from_millis(self.lasting_ms) >= every;
        is_stalled.then(|| every - at)
    }
}

/// One way of the line, that carries one packet after the other.
#[derive(Debug, Default)]
pub(super) struct Narrow {
    free_at: Duration,
}

impl Narrow {
    /// Books so many bytes, not before `now`, and says when the last of them has left. Time in which the line stalls
    /// does not count; a packet may begin before a stall and end in it, its delivery then waits for the end.
    pub(super) fn book(
        &mut self,
        now: Duration,
        bytes: usize,
        bits_per_s: Option<u64>,
        stall: Option<Stall>,
    ) -> Duration {
        let mut start = now.max(self.free_at);
        if let Some(rest) = stall.and_then(|stall| stall.rest(start)) {
            start += rest;
        }
        let takes = match bits_per_s {
            Some(rate) => Duration::from_secs_f64(bytes as f64 * 8.0 / rate.max(1) as f64),
            None => Duration::ZERO,
        };
        self.free_at = start + takes;
        self.free_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    #[test]
    fn packets_follow_each_other_at_the_line_s_rate() {
        let mut narrow = Narrow::default();
        // 1,000 bytes at 32 kbit/s are a quarter of a second.
        let mut book = |at| narrow.book(at, 1_000, Some(32_000), None);
        assert_eq!([book(ms(0)), book(ms(0)), book(ms(100))], [ms(250), ms(500), ms(750)]);
        assert_eq!(book(ms(5_000)), ms(5_250), "an idle line saves nothing up");
    }

    #[test]
    fn a_line_without_a_rate_is_free_at_once() {
        assert_eq!(Narrow::default().book(ms(7), usize::MAX, None, None), ms(7));
    }

    #[test]
    fn a_stall_is_the_end_of_each_period() {
        let stall = Stall { every_ms: 10_000, lasting_ms: 3_000 };
        assert_eq!(stall.rest(ms(6_999)), None);
        assert_eq!(stall.rest(ms(7_000)), Some(ms(3_000)));
        assert_eq!(stall.rest(ms(29_999)), Some(ms(1)));
        assert_eq!(stall.rest(ms(30_000)), None);
    }

    #[test]
    fn nothing_leaves_during_a_stall() {
        let stall = Some(Stall { every_ms: 10_000, lasting_ms: 3_000 });
        assert_eq!(Narrow::default().book(ms(8_000), 1_000, Some(32_000), stall), ms(10_250));
    }
}
