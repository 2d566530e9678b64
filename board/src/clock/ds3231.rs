//! The DS3231 clock chip over `embedded-hal`'s I2C (data sheet 19-5170, registers 00h to 06h, 0Eh, 0Fh).
//!
//! Works for the other chips with the same registers (DS3232, DS1337). Deliberately absent: alarms, the square wave
//! and the temperature.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use embedded_hal::i2c::I2c;
use linux_embedded_hal::I2cdev;

use super::bcd::{FIRST_UNIX_S, from_registers, to_registers};
use super::{ChipError, ClockChip, Reading};

/// The chip's address is fixed by its maker.
const ADDRESS: u8 = 0x68;
const TIME: u8 = 0x00;
const CONTROL: u8 = 0x0e;
const STATUS: u8 = 0x0f;
/// Control: when set, the oscillator stops as soon as the chip runs from its battery.
const STOPS_ON_BATTERY: u8 = 0x80;
/// Status: the oscillator has stood still at some time since this bit was last cleared.
const HAS_STOPPED: u8 = 0x80;

/// A DS3231 on an I2C bus.
pub struct Ds3231<B> {
    bus: B,
}

impl<B: I2c + Send> Ds3231<B> {
    /// The chip on this bus. Nothing is asked of it yet.
    pub fn new(bus: B) -> Self {
        Ds3231 { bus }
    }

    fn read_registers<const N: usize>(&mut self, first: u8) -> Result<[u8; N], ChipError> {
        let mut registers = [0; N];
        self.bus.write_read(ADDRESS, &[first], &mut registers).map_err(no_answer)?;
        Ok(registers)
    }

    fn write_register(&mut self, register: u8, value: u8) -> Result<(), ChipError> {
        self.bus.write(ADDRESS, &[register, value]).map_err(no_answer)
    }
}

impl Ds3231<I2cdev> {
    /// The chip on a bus of Linux's, for instance `/dev/i2c-1` on a Raspberry Pi's header.
    pub fn open(bus: &Path) -> Result<Self, ChipError> {
        let opened = I2cdev::new(bus);
        opened.map(Ds3231::new).map_err(|e| ChipError::Bus { bus: bus.to_owned(), cause: e.to_string() })
    }
}

fn no_answer(cause: impl std::fmt::Debug) -> ChipError {
    ChipError::NoAnswer { address: ADDRESS, cause: format!("{cause:?}") }
}

/// Seconds since 1970, to the nearest.
fn rounded_unix_s(now: SystemTime) -> i64 {
    match now.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from((since + Duration::from_millis(500)).as_secs()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_secs()).map_or(i64::MIN, |s| -s),
    }
}

impl<B: I2c + Send> ClockChip for Ds3231<B> {
    fn read(&mut self) -> Result<Reading, ChipError> {
        // The time first: a stop between the two reads then shows in the status.
        let registers = self.read_registers::<7>(TIME)?;
        let [status] = self.read_registers::<1>(STATUS)?;
        if status & HAS_STOPPED != 0 {
            return Ok(Reading::NotTrustworthy);
        }
        let unix_s = from_registers(registers)?;
        let since_1970_s = u64::try_from(unix_s).expect("invariant: registers hold no time before 2000");
        debug_assert!(unix_s >= FIRST_UNIX_S);
        Ok(Reading::Time(UNIX_EPOCH + Duration::from_secs(since_1970_s)))
    }

    fn set(&mut self, now: SystemTime) -> Result<(), ChipError> {
        let [second, minute, hour, weekday, day, month, year] = to_registers(rounded_unix_s(now))?;
        let [control, status] = self.read_registers::<2>(CONTROL)?;
        // Where the chip lets us, it is called stopped until the whole time is in it, so that a power cut in the middle
        // cannot leave half a time that looks whole. The alarm flags are written back as they were read.
        self.write_register(STATUS, status | HAS_STOPPED)?;
        self.write_register(CONTROL, control & !STOPS_ON_BATTERY)?;
        self.bus.write(ADDRESS, &[TIME, second, minute, hour, weekday, day, month, year]).map_err(no_answer)?;
        self.write_register(STATUS, status & !HAS_STOPPED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use embedded_hal::i2c::{ErrorKind, ErrorType, NoAcknowledgeSource, Operation};

    /// A chip's nineteen registers behind a bus whose wire can be cut after a number of transactions.
    struct FakeBus {
        registers: [u8; 0x13],
        transactions_left: usize,
    }

    impl FakeBus {
        /// As the chip leaves the factory: never set, stopped.
        fn new() -> Self {
            let mut registers = [0; 0x13];
            registers[4..6].copy_from_slice(&[1, 1]);
            registers[usize::from(CONTROL)] = 0x1c | STOPS_ON_BATTERY;
            registers[usize::from(STATUS)] = 0x08 | HAS_STOPPED;
            FakeBus { registers, transactions_left: usize::MAX }
        }
    }

    impl ErrorType for FakeBus {
        type Error = ErrorKind;
    }

    impl I2c for FakeBus {
        fn transaction(&mut self, address: u8, operations: &mut [Operation<'_>]) -> Result<(), ErrorKind> {
            let Some(left) = self.transactions_left.checked_sub(1).filter(|_| address == ADDRESS) else {
                return Err(ErrorKind::NoAcknowledge(NoAcknowledgeSource::Address));
            };
            self.transactions_left = left;
            let mut pointer = 0;
            for operation in operations {
                match operation {
                    Operation::Write(bytes) => {
                        pointer = usize::from(bytes[0]);
                        for byte in &bytes[1..] {
                            // Whether software may set the stop flag is not documented; the fake takes the harder
                            // case, in which it can only clear it.
                            let kept = if pointer == usize::from(STATUS) {
                                byte & (self.registers[pointer] | !HAS_STOPPED)
                            } else {
                                *byte
                            };
                            self.registers[pointer] = kept;
                            pointer += 1;
                        }
                    }
                    Operation::Read(bytes) => {
                        for byte in bytes.iter_mut() {
                            *byte = self.registers[pointer];
                            pointer += 1;
                        }
                    }
                }
            }
            Ok(())
        }
    }

    fn at(unix_s: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(unix_s)
    }

    #[test]
    fn a_chip_from_the_factory_is_not_trusted() {
        assert_eq!(Ds3231::new(FakeBus::new()).read().unwrap(), Reading::NotTrustworthy);
    }

    #[test]
    fn a_set_chip_gives_the_time_back_and_will_run_on_its_battery() {
        let mut chip = Ds3231::new(FakeBus::new());
        chip.set(at(1_795_469_887)).unwrap();
        assert_eq!(chip.read().unwrap(), Reading::Time(at(1_795_469_887)));
        assert_eq!(chip.bus.registers[usize::from(CONTROL)], 0x1c);
        assert_eq!(chip.bus.registers[usize::from(STATUS)], 0x08, "only the stop flag is cleared");
    }

    #[test]
    fn a_chip_that_has_stopped_since_is_not_trusted() {
        let mut chip = Ds3231::new(FakeBus::new());
        chip.set(at(1_795_469_887)).unwrap();
        chip.bus.registers[usize::from(STATUS)] |= HAS_STOPPED;
        assert_eq!(chip.read().unwrap(), Reading::NotTrustworthy);
    }

    #[test]
    fn a_time_is_rounded_to_the_nearest_second() {
        let mut chip = Ds3231::new(FakeBus::new());
        for (ms, second) in [(1_499, 1), (1_500, 2)] {
            chip.set(at(1_795_469_800) + Duration::from_millis(ms)).unwrap();
            assert_eq!(chip.read().unwrap(), Reading::Time(at(1_795_469_800 + second)));
        }
    }

    #[test]
    fn times_past_the_chips_years_are_refused_and_leave_it_alone() {
        let mut chip = Ds3231::new(FakeBus::new());
        chip.set(at(1_795_469_887)).unwrap();
        for past in [at(946_684_799), at(4_102_444_800), UNIX_EPOCH - Duration::from_secs(9)] {
            assert!(matches!(chip.set(past), Err(ChipError::OutOfRange { .. })));
        }
        assert_eq!(chip.read().unwrap(), Reading::Time(at(1_795_469_887)));
    }

    #[test]
    fn nonsense_in_a_running_chip_is_an_error_and_not_a_time() {
        let mut chip = Ds3231::new(FakeBus::new());
        chip.set(at(1_795_469_887)).unwrap();
        chip.bus.registers[5] = 0x19;
        assert!(matches!(chip.read(), Err(ChipError::NoTime { field: "month", value: 0x19 })));
    }

    #[test]
    fn a_setting_broken_off_anywhere_leaves_no_time_that_was_never_true() {
        let (old, new) = (at(1_795_469_887), at(1_895_469_887));
        for steps in 0..5 {
            let mut fresh = Ds3231::new(FakeBus::new());
            fresh.bus.transactions_left = steps;
            assert!(matches!(fresh.set(new), Err(ChipError::NoAnswer { .. })), "{steps}");
            fresh.bus.transactions_left = usize::MAX;
            assert_eq!(fresh.read().unwrap(), Reading::NotTrustworthy, "after {steps} steps");

            let mut running = Ds3231::new(FakeBus::new());
            running.set(old).unwrap();
            running.bus.transactions_left = steps;
            assert!(running.set(new).is_err(), "{steps}");
            running.bus.transactions_left = usize::MAX;
            let told = running.read().unwrap();
            let is_sound = [Reading::Time(old), Reading::Time(new), Reading::NotTrustworthy].contains(&told);
            assert!(is_sound, "{told:?} after {steps} steps");
        }
    }

    #[test]
    fn a_bus_that_is_not_there_is_named() {
        let Err(e) = Ds3231::open(Path::new("/dev/i2c-that-is-not-there")) else { panic!("it opened") };
        assert!(e.to_string().contains("/dev/i2c-that-is-not-there"), "{e}");
    }
}
