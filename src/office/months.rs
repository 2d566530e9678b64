//! Months that somebody at the desk has closed: who, when, and in which kinds of documents.
//!
//! What counts is the month's row of the table `period`, which each box and the posting go by; beside it `months.toml` in the office's
//! directory says who decided it. The file is written first: a row without it is somebody else's. FORMAT.md has both.

use crate::domain::document::{Kind, Text};
use crate::domain::master::{Masters, Period};
use crate::files;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// The file's name in the office's directory.
pub(super) const NAME: &str = "months.toml";

/// A month of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Month {
    first: Date,
}

impl Month {
    /// Its first and its last day.
    pub(super) fn days(self) -> (Date, Date) {
        (self.first, self.first.last_of_month())
    }
}

impl FromStr for Month {
    type Err = ();

    /// Reads `2026-11`.
    fn from_str(text: &str) -> Result<Self, ()> {
        let is_written = text.len() == 7 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let first = is_written.then(|| format!("{text}-01").parse().ok()).flatten();
        first.map(|first| Self { first }).ok_or(())
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.first.year(), self.first.month())
    }
}

/// One closing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Closing {
    /// Who, by the name of their login.
    pub(super) by: String,
    /// When, RFC 3339.
    pub(super) at: String,
    /// Days were in the way.
    pub(super) despite: bool,
}

/// The file.
pub(super) struct Closings {
    path: PathBuf,
    months: BTreeMap<String, Closing>,
}

impl Closings {
    /// Reads it.
    pub(super) fn read(dir: &Path) -> Result<Self, String> {
        let path = dir.join(NAME);
        let months = files::read_toml(&path).map_err(|error| format!("{NAME} cannot be read: {}", error.what))?;
        Ok(Self { path, months })
    }

    /// Who closed a month.
    pub(super) fn get(&self, month: Month) -> Option<&Closing> {
        self.months.get(&month.to_string())
    }

    /// Writes it down, durably; none where the month is open again.
    pub(super) fn put(&mut self, month: Month, closing: Option<Closing>) -> Result<(), String> {
        match closing {
            Some(closing) => drop(self.months.insert(month.to_string(), closing)),
            None => drop(self.months.remove(&month.to_string())),
        }
        let text = toml::to_string(&self.months).map_err(|error| error.to_string())?;
        let written = files::write_atomically(&self.path, text.as_bytes(), files::PUBLIC);
        written.map_err(|error| format!("{NAME} cannot be written: {error}"))
    }
}

/// The row of a month that the desk has closed.
pub(super) fn row(masters: &Masters, month: Month) -> Option<&Period> {
    masters.periods().find(|period| period.is_month() && period.period_name.as_str() == month.to_string())
}

/// The row of a month as it is to be: with these kinds beside those that are closed already.
pub(super) fn closed(masters: &Masters, month: Month, kinds: &[Kind]) -> Period {
    let mut names: Vec<Text> = row(masters, month).map(|row| row.closed_documents.clone()).unwrap_or_default();
    for kind in kinds {
        if !names.iter().any(|name| name.as_str() == kind.name()) {
            names.push(kind.name().try_into().expect("invariant: the name of a kind is a text"));
        }
    }
    let (start_date, end_date) = month.days();
    let period_name = month.to_string().try_into().expect("invariant: a month is a text");
    Period { period_name, start_date, end_date, closed_documents: names, company: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_written_in_one_way() {
        let month: Month = "2026-02".parse().unwrap();
        assert_eq!(month.to_string(), "2026-02");
        let day = |text: &str| text.parse::<Date>().unwrap();
        assert_eq!(month.days(), (day("2026-02-01"), day("2026-02-28")));
        for other in
            ["", "2026", "2026-2", "2026-13", "2026-00", "26-02", "2026-02-01", "2026/02", "+026-02", "-026-02"]
        {
            assert!(other.parse::<Month>().is_err(), "{other}");
        }
    }

    #[test]
    fn who_closed_a_month_is_known_after_a_restart_and_the_bytes_are_those_of_the_format() {
        let dir = tempfile::tempdir().unwrap();
        let month: Month = "2026-10".parse().unwrap();
        let mut closings = Closings::read(dir.path()).unwrap();
        assert_eq!(closings.get(month), None);
        let closing = Closing { by: "wati".into(), at: "2026-11-02T01:02:27Z".into(), despite: false };
        closings.put(month, Some(closing.clone())).unwrap();
        assert_eq!(Closings::read(dir.path()).unwrap().get(month), Some(&closing));
        let golden = include_str!("../../tests/golden/v1/months.toml");
        assert_eq!(std::fs::read_to_string(dir.path().join(NAME)).unwrap(), golden);
        closings.put(month, None).unwrap();
        assert_eq!(Closings::read(dir.path()).unwrap().get(month), None);
    }

    #[test]
    fn kinds_are_closed_beside_those_that_are_closed_already() {
        let mut masters = Masters::default();
        let month: Month = "2026-10".parse().unwrap();
        masters.put(crate::domain::master::Row::Period(closed(&masters, month, &[Kind::SalesInvoice])));
        let then = closed(&masters, month, &[Kind::StockEntry, Kind::SalesInvoice]);
        let names: Vec<&str> = then.closed_documents.iter().map(Text::as_str).collect();
        assert_eq!(names, ["Sales Invoice", "Stock Entry"]);
        assert!(then.is_month());
    }
}
