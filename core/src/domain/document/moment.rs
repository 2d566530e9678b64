//! A day and a time in the workshop's time zone, as ERPNext's `Datetime` fields take it.

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};
use std::fmt;

/// `2026-11-23 08:00:00`; a `T` between day and time is read as well. No offset: it is the workshop's time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Moment(DateTime);

impl Moment {
    /// Its day.
    pub fn day(self) -> Date {
        self.0.date()
    }

    /// Whole seconds from `earlier` until this moment; negative where it is the earlier one.
    pub fn seconds_since(self, earlier: Self) -> i64 {
        self.0.duration_since(earlier.0).as_secs()
    }
}

impl TryFrom<String> for Moment {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        // Offsets and fractions would be read and lost.
        let plain = text.len() == "2026-11-23 08:00:00".len() && matches!(text.as_bytes()[10], b' ' | b'T');
        let read = plain.then(|| text.parse().ok()).flatten();
        read.map(Self).ok_or_else(|| {
            let shown: String = text.chars().take(40).collect();
            format!("{shown:?} is no day and time: write it like 2026-11-23 08:00:00, in the workshop's time zone")
        })
    }
}

impl From<Moment> for String {
    fn from(moment: Moment) -> Self {
        moment.to_string()
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = self.0.time();
        write!(f, "{} {:02}:{:02}:{:02}", self.0.date(), time.hour(), time.minute(), time.second())
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_with_a_blank_or_a_t_and_written_with_a_blank() {
        let read = |text: &str| Moment::try_from(text.to_owned());
        assert_eq!(read("2026-11-23T08:00:05").unwrap().to_string(), "2026-11-23 08:00:05");
        assert_eq!(read("2026-11-23 08:00:05"), read("2026-11-23T08:00:05"));
        let minutes = read("2026-11-24 00:01:00").unwrap().seconds_since(read("2026-11-23 23:59:00").unwrap()) / 60;
        assert_eq!(minutes, 2);
        for bad in
            ["", "2026-11-23", "2026-11-23 25:00:00", "2026-11-23 08:00:00Z", "2026-02-30 08:00:00", "ööööööööö x"]
        {
            assert!(read(bad).unwrap_err().contains("write it like"), "{bad:?}");
        }
    }
}
