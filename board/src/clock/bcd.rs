//! Between seconds since 1970 and the seven time registers of the DS1307 family, for the years 2000 to 2099.
//!
//! Pure. The registers are, in order: second, minute, hour, day of the week (1..=7), day, month, year; two decimal
//! digits each, a nibble a digit.

use super::ChipError;

/// 2000-01-01T00:00:00Z in seconds since 1970.
pub(super) const FIRST_UNIX_S: i64 = 946_684_800;
/// 2100-01-01T00:00:00Z, the first second past what the chip can hold.
pub(super) const END_UNIX_S: i64 = 4_102_444_800;

const DAY_S: i64 = 86_400;
/// Hour register: set when the chip counts twelve hours twice.
const TWELVE_HOURS: u8 = 0x40;
/// Hour register, with [`TWELVE_HOURS`]: set after noon.
const AFTERNOON: u8 = 0x20;
/// Month register: toggled by the chip when the year rolls over, and set by old kernels for every year from 2000.
const CENTURY: u8 = 0x80;

/// The registers for a time in `FIRST_UNIX_S..END_UNIX_S`.
pub(super) fn to_registers(unix_s: i64) -> Result<[u8; 7], ChipError> {
    if !(FIRST_UNIX_S..END_UNIX_S).contains(&unix_s) {
        return Err(ChipError::OutOfRange { unix_s });
    }
    let since_2000_s = unix_s - FIRST_UNIX_S;
    let (mut days, of_day_s) = (since_2000_s / DAY_S, since_2000_s % DAY_S);
    // 2000-01-01 was a Saturday, which is day 6 when Monday is day 1.
    let weekday = (days + 5) % 7 + 1;
    let mut year = 0;
    while days >= days_in_year(year) {
        days -= days_in_year(year);
        year += 1;
    }
    let mut month = 1;
    while days >= days_in_month(year, month) {
        days -= days_in_month(year, month);
        month += 1;
    }
    let fields = [of_day_s % 60, of_day_s / 60 % 60, of_day_s / 3_600, weekday, days + 1, month, year];
    Ok(fields.map(|field| encode(u8::try_from(field).expect("invariant: every field of a time is below 100"))))
}

/// The time that the registers hold. Reads both ways of counting hours; the century bit says nothing reliable and is
/// ignored, so the year is always 20YY.
pub(super) fn from_registers(registers: [u8; 7]) -> Result<i64, ChipError> {
    let [second, minute, hour, _weekday, day, month, year] = registers;
    let second = field("second", second, 0..=59)?;
    let minute = field("minute", minute, 0..=59)?;
    let hour = hour_of(hour)?;
    let year = field("year", year, 0..=99)?;
    let month = field("month", month & !CENTURY, 1..=12)?;
    let day = field("day", day, 1..=days_in_month(year, month))?;
    let days = (0..year).map(days_in_year).sum::<i64>() + (1..month).map(|m| days_in_month(year, m)).sum::<i64>();
    Ok(FIRST_UNIX_S + (days + day - 1) * DAY_S + hour * 3_600 + minute * 60 + second)
}

fn hour_of(register: u8) -> Result<i64, ChipError> {
    if register & TWELVE_HOURS == 0 {
        return field("hour", register, 0..=23);
    }
    let of_half_day = field("hour", register & !(TWELVE_HOURS | AFTERNOON), 1..=12)?;
    Ok(of_half_day % 12 + if register & AFTERNOON == 0 { 0 } else { 12 })
}

fn field(name: &'static str, register: u8, allowed: std::ops::RangeInclusive<i64>) -> Result<i64, ChipError> {
    let (tens, ones) = (register >> 4, register & 0x0f);
    let value = i64::from(tens) * 10 + i64::from(ones);
    if tens > 9 || ones > 9 || !allowed.contains(&value) {
        return Err(ChipError::NoTime { field: name, value: register });
    }
    Ok(value)
}

fn encode(value: u8) -> u8 {
    ((value / 10) << 4) | (value % 10)
}

/// From 2000 to 2099 every fourth year is a leap year without exception.
fn days_in_year(year: i64) -> i64 {
    if year % 4 == 0 { 366 } else { 365 }
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-23T21:38:07Z, a Monday.
    const SOME_UNIX_S: i64 = 1_795_469_887;
    const SOME_REGISTERS: [u8; 7] = [0x07, 0x38, 0x21, 0x01, 0x23, 0x11, 0x26];

    #[test]
    fn a_known_time_has_known_registers() {
        assert_eq!(to_registers(SOME_UNIX_S).unwrap(), SOME_REGISTERS);
        assert_eq!(from_registers(SOME_REGISTERS).unwrap(), SOME_UNIX_S);
    }

    #[test]
    fn the_leap_day_is_a_day() {
        // 2028-02-29T12:00:00Z, a Tuesday.
        let noon = 1_835_438_400;
        assert_eq!(to_registers(noon).unwrap(), [0x00, 0x00, 0x12, 0x02, 0x29, 0x02, 0x28]);
        assert_eq!(from_registers([0x00, 0x00, 0x12, 0x02, 0x29, 0x02, 0x28]).unwrap(), noon);
    }

    #[test]
    fn the_first_and_last_second_fit_and_their_neighbours_do_not() {
        for edge in [FIRST_UNIX_S, END_UNIX_S - 1] {
            assert_eq!(from_registers(to_registers(edge).unwrap()).unwrap(), edge);
        }
        for past in [FIRST_UNIX_S - 1, END_UNIX_S, i64::MIN, i64::MAX] {
            assert!(matches!(to_registers(past), Err(ChipError::OutOfRange { .. })), "{past}");
        }
        assert_eq!(to_registers(END_UNIX_S - 1).unwrap()[4..], [0x31, 0x12, 0x99]);
    }

    #[test]
    fn every_eleventh_hour_of_the_century_survives() {
        for unix_s in (FIRST_UNIX_S..END_UNIX_S).step_by(11 * 3_600 + 61) {
            assert_eq!(from_registers(to_registers(unix_s).unwrap()).unwrap(), unix_s);
        }
    }

    #[test]
    fn twelve_hour_clocks_are_understood() {
        let at = |hour| {
            let mut registers = SOME_REGISTERS;
            registers[2] = hour;
            (from_registers(registers).unwrap() - FIRST_UNIX_S) % DAY_S / 3_600
        };
        // Midnight, one in the morning, noon, eleven at night.
        assert_eq!([at(0x52), at(0x41), at(0x72), at(0x71)], [0, 1, 12, 23]);
    }

    #[test]
    fn the_century_bit_changes_nothing() {
        let mut registers = SOME_REGISTERS;
        registers[5] |= CENTURY;
        assert_eq!(from_registers(registers).unwrap(), SOME_UNIX_S);
    }

    #[test]
    fn registers_that_hold_no_time_are_named() {
        let broken = [
            (0, 0x60, "second"),
            (0, 0x0a, "second"),
            (1, 0xff, "minute"),
            (2, 0x24, "hour"),
            (2, 0x40, "hour"),
            (2, 0x53, "hour"),
            (4, 0x00, "day"),
            (4, 0x31, "day"),
            (5, 0x13, "month"),
            (5, 0x00, "month"),
            (6, 0xa0, "year"),
        ];
        for (register, value, name) in broken {
            let mut registers = SOME_REGISTERS;
            registers[register] = value;
            let Err(ChipError::NoTime { field, .. }) = from_registers(registers) else {
                panic!("{name} {value:#x} was read as a time")
            };
            assert_eq!(field, name);
        }
    }
}
