//! The clock of a running program: the pure [`Clock`] fed from the machine.
//!
//! In come the uptime, the kernel's clock, and the office's word; out go stamps. The kernel's clock counts as the
//! network's when it is disciplined by it, and as a lower bound otherwise: a Pi without a battery starts with the
//! time of its last shutdown.

use crate::domain::time::{Clock, Quality, Stamp};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// When this program was built, in milliseconds since 1970.
pub fn built_at_ms() -> i64 {
    env!("OUTPOST_BUILT_AT_MS").parse().expect("invariant: build.rs writes a number")
}

/// The running clock, shared by all that stamp or ask.
#[derive(Debug)]
pub struct Moment {
    clock: Mutex<Clock>,
    trusts_network: bool,
}

impl Moment {
    /// Starts no earlier than the build and `last_ms`, the stamp of the journal's last record.
    pub fn starting_after(last_ms: Option<i64>) -> Self {
        Self::trusting(last_ms, true)
    }

    /// As [`Moment::starting_after`]; the kernel's clock only counts as the network's where that is trusted.
    pub fn trusting(last_ms: Option<i64>, trusts_network: bool) -> Self {
        let floor = built_at_ms().max(last_ms.unwrap_or(i64::MIN));
        let moment = Self { clock: Mutex::new(Clock::starting_at(floor, up_ms())), trusts_network };
        moment.look();
        moment
    }

    fn clock(&self) -> MutexGuard<'_, Clock> {
        self.clock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the kernel's clock.
    pub fn look(&self) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now_ms = now.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
        match self.trusts_network && board::clock::kernel_synchronised() {
            true => self.clock().learn(Quality::Network, now_ms, up_ms()),
            false => self.clock().at_least(now_ms, up_ms()),
        }
    }

    /// Takes the time of a battery-backed chip, in milliseconds since 1970.
    pub fn chip_says(&self, at_ms: i64) {
        self.clock().learn(Quality::Chip, at_ms, up_ms());
    }

    /// Takes a person's word that it was `at_ms` at that uptime.
    pub fn person_says(&self, at_ms: i64, up_ms: u64) {
        self.clock().learn(Quality::Person, at_ms, up_ms);
    }

    /// Takes the office's time. Only what was said in answer to our own hello sets the clock; anything else may be old.
    pub fn office_says(&self, at_ms: i64, fresh: bool) {
        let up = up_ms();
        match fresh {
            true => self.clock().learn(Quality::Office, at_ms, up),
            false => self.clock().at_least(at_ms, up),
        }
    }

    /// Now, in milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        self.clock().now_ms(up_ms())
    }

    /// How good the time is.
    pub fn quality(&self) -> Quality {
        self.clock().quality()
    }

    /// A stamp for a record made now.
    pub fn stamp(&self) -> Stamp {
        self.clock().stamp(up_ms())
    }
}

/// Milliseconds since the machine's boot, suspended time included. Never goes back; sync counts by it.
pub fn up_ms() -> u64 {
    board::clock::uptime_ms()
}

/// The time as far as it is known before anything is open, milliseconds since 1970: for ids, which only have to grow.
pub fn rough_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now_ms = now.map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX));
    now_ms.max(u64::try_from(built_at_ms()).unwrap_or(0))
}
