//! Time on a machine that may have none: a Raspberry Pi without a clock chip wakes up in the past.
//!
//! - [`ClockChip`]: a battery-backed clock, [`Ds3231`] or [`NoChip`];
//! - [`kernel_synchronised`], [`boot_id`], [`uptime_ms`]: what the kernel knows.
//!
//! Deliberately absent: any judgement of which time to believe. The site weighs chip, kernel and office.

mod bcd;
mod ds3231;
mod kernel;

pub use ds3231::Ds3231;
pub use kernel::{KernelError, boot_id, kernel_synchronised, uptime_ms};

use std::path::PathBuf;
use std::time::SystemTime;

/// What a clock chip says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// The chip has run without a break since it was set. Whole seconds, UTC.
    Time(SystemTime),
    /// The chip has stopped since it was set (dead battery, first power-up): its time is worth nothing until it is set.
    NotTrustworthy,
    /// There is no chip.
    Absent,
}

/// A clock that runs while the box is dark. UTC, whole seconds.
///
/// Contract: `read` never returns [`Reading::Time`] for a time that the chip itself knows to be broken; after a
/// successful `set`, `read` returns that time going on; a failed `set` leaves the chip either as it was or not
/// trustworthy. Both take a few milliseconds and block.
pub trait ClockChip: Send {
    /// Reads the time.
    fn read(&mut self) -> Result<Reading, ChipError>;

    /// Sets the time, rounded to the nearest second. A box without a chip takes any time and keeps none.
    fn set(&mut self, now: SystemTime) -> Result<(), ChipError>;
}

/// Why the clock chip gave or took no time. Never a reason to stop recording.
#[derive(Debug, thiserror::Error)]
pub enum ChipError {
    /// The bus could not be opened.
    #[error("cannot open the I2C bus {bus}: {cause}; enable I2C on this machine, or leave the clock chip out")]
    Bus {
        /// The bus's device file.
        bus: PathBuf,
        /// What the kernel said.
        cause: String,
    },
    /// The chip does not answer.
    #[error(
        "the clock chip at address {address:#04x} does not answer: {cause}; check its wiring, and that the kernel's \
         own driver (an rtc overlay) does not hold it"
    )]
    NoAnswer {
        /// The chip's seven-bit address.
        address: u8,
        /// What the bus said.
        cause: String,
    },
    /// The chip answers, but its registers hold no time.
    #[error("the clock chip holds {field} = {value:#04x}, which is no time; set it, and replace it if that comes back")]
    NoTime {
        /// Which part of the time.
        field: &'static str,
        /// The raw register.
        value: u8,
    },
    /// A time that the chip cannot hold.
    #[error("the clock chip keeps the years 2000 to 2099; {unix_s} seconds since 1970 is not among them")]
    OutOfRange {
        /// The time asked for, in seconds since 1970; negative is before.
        unix_s: i64,
    },
}

/// No clock chip: a box without one works, with less certain times.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoChip;

impl ClockChip for NoChip {
    fn read(&mut self) -> Result<Reading, ChipError> {
        Ok(Reading::Absent)
    }

    fn set(&mut self, _now: SystemTime) -> Result<(), ChipError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_without_a_chip_has_no_chip_time_and_does_not_complain() {
        let mut chip = NoChip;
        chip.set(SystemTime::now()).unwrap();
        assert_eq!(chip.read().unwrap(), Reading::Absent);
    }
}
