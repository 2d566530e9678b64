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

    /// When something that the line carries for `takes`, from `start` on, is through.
    fn after_carrying(&self, start: Duration, mut takes: Duration) -> Duration {
        let (every, lasting) = (Duration::from_millis(self.every_ms), Duration::from_millis(self.lasting_ms));
        if every.is_zero() || lasting.is_zero() {
            return start + takes;
        }
        let mut at = start + self.rest(start).unwrap_or_default();
        let open = every.saturating_sub(lasting);
        // A line that always stalls never gets anything through; its deliveries wait for other conditions.
        if open.is_zero() {
            return at + takes;
        }
        loop {
            let into_period = Duration::from_nanos((at.as_nanos() % every.as_nanos()) as u64);
            let until_stall = open - into_period;
            if takes <= until_stall {
                return at + takes;
            }
            takes -= until_stall;
            at += until_stall + lasting;
        }
    }
}

/// One way of the line, that carries one packet after the other.
#[derive(Debug, Default)]
pub(super) struct Narrow {
    free_at: Duration,
}

impl Narrow {
    /// Books so many bytes, not before `now`, and says when the last of them has left. Time in which the line stalls
    /// carries nothing: a packet that a stall interrupts goes on after it.
    pub(super) fn book(
        &mut self,
        now: Duration,
        bytes: usize,
        bits_per_s: Option<u64>,
        stall: Option<Stall>,
    ) -> Duration {
        let start = now.max(self.free_at);
        let takes = match bits_per_s {
            Some(rate) => Duration::from_secs_f64(bytes as f64 * 8.0 / rate.max(1) as f64),
            None => Duration::ZERO,
        };
        self.free_at = match stall {
            Some(stall) => stall.after_carrying(start, takes),
            None => start + takes,
        };
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

    #[test]
    fn a_packet_that_a_stall_interrupts_goes_on_after_it() {
        let stall = Some(Stall { every_ms: 10_000, lasting_ms: 3_000 });
        // A quarter of a second on the line, of which 100 ms lie before the stall.
        assert_eq!(Narrow::default().book(ms(6_900), 1_000, Some(32_000), stall), ms(10_150));
        // Nine seconds on the line: seven in the first period, two in the next.
        assert_eq!(Narrow::default().book(ms(0), 36_000, Some(32_000), stall), ms(12_000));
    }

    #[test]
    fn a_line_that_stalls_half_the_time_carries_half_whatever_the_packet() {
        let stall = Some(Stall { every_ms: 100, lasting_ms: 50 });
        for bytes in [100, 1_400, 16_000] {
            let (mut steady, mut stalling) = (Narrow::default(), Narrow::default());
            let [mut alone, mut stalled] = [Duration::ZERO; 2];
            for _ in 0..1_000 {
                alone = steady.book(ms(0), bytes, Some(512_000), None);
                stalled = stalling.book(ms(0), bytes, Some(512_000), stall);
            }
            let ratio = stalled.as_secs_f64() / alone.as_secs_f64();
            assert!((1.95..2.05).contains(&ratio), "{ratio} with packets of {bytes} bytes");
        }
    }

    #[test]
    fn a_line_that_always_stalls_is_no_endless_loop() {
        let stall = Some(Stall { every_ms: 10, lasting_ms: 10 });
        // It waits for the end of the first stall, and then as if there were none.
        assert_eq!(Narrow::default().book(ms(3), 1_000, Some(32_000), stall), ms(260));
    }
}
