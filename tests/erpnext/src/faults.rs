//! What goes wrong on the way, by a seed: before the commit, after it, a deadlock, slowness.
//!
//! In: rates between 0 and 1. Out: what happens to the next request. Absent: how a connection is broken; that is the server's.

use std::time::Duration;

/// A source of numbers that is the same for the same seed (splitmix64).
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn chance(&mut self, rate: f64) -> bool {
        ((self.next() >> 11) as f64) / ((1u64 << 53) as f64) < rate
    }
}

/// What it is ill of.
#[derive(Clone, Copy, Debug)]
pub struct Ill {
    /// The exception's class, as `OperationalError`.
    pub class: &'static str,
    /// The exception's text.
    pub text: &'static str,
    /// Questions are answered so as well; else only what writes.
    pub questions: bool,
}

/// How often something goes wrong. Every rate is of requests; those of commits are of requests that write.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// The same seed and the same requests: the same faults.
    pub seed: u64,
    /// Nothing was done, and the answer is 500 without a word of Frappe's.
    pub error_500: f64,
    /// Nothing was done, and a proxy answers 502.
    pub error_502: f64,
    /// Nothing was done, and the connection is closed.
    pub drop_before: f64,
    /// It was done, and the connection is closed without an answer.
    pub drop_after: f64,
    /// Nothing was done: 500 QueryDeadlockError.
    pub deadlock: f64,
    /// All that asks for more than `pong` is answered 500 in Frappe's own words, as of a database that is away.
    pub ill: Option<Ill>,
    /// A proxy drops who asks: whoever it is, ERPNext sees a guest.
    pub nobody: bool,
    /// Nobody may ask which of many ids there are: `PermissionError`.
    pub no_lists: bool,
    /// It takes [`Faults::slow_for`] longer.
    pub slow: f64,
    /// How long a slow answer takes.
    pub slow_for: Duration,
}

/// What happens to one request.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Fate {
    pub(crate) status: Option<u16>,
    pub(crate) drop_before: bool,
    pub(crate) drop_after: bool,
    pub(crate) deadlock: bool,
    pub(crate) ill: Option<Ill>,
    pub(crate) nobody: bool,
    pub(crate) no_lists: bool,
    pub(crate) slow: Duration,
}

impl Faults {
    pub(crate) fn fate(&self, random: &mut Random, writes: bool) -> Fate {
        let mut roll = |rate: f64| random.chance(rate);
        let (e500, e502, before) = (roll(self.error_500), roll(self.error_502), roll(self.drop_before));
        let (after, deadlock, slow) = (roll(self.drop_after), roll(self.deadlock), roll(self.slow));
        Fate {
            status: if e500 {
                Some(500)
            } else if e502 {
                Some(502)
            } else {
                None
            },
            drop_before: before,
            drop_after: writes && after,
            deadlock: writes && deadlock,
            ill: self.ill.filter(|ill| ill.questions || writes),
            nobody: self.nobody,
            no_lists: self.no_lists,
            slow: if slow { self.slow_for } else { Duration::ZERO },
        }
    }
}
