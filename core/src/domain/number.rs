//! Numbers that a person can read out over the phone: `BDG-SI-B000123`, the site, the kind, the letter of the box's life, a count.
//!
//! A record keeps the letter and the count, and beside them the prefix that the office had chosen by then; the kind is known. Counts of one letter and kind begin at 1 and have no gap,
//! since each is given with the record that bears it. A replaced box gets the next letter from the office, so that no
//! number is printed twice, whatever of the old box's never came.

use super::document::Kind;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The letter of a box's life: the first box of a site has A, the one that replaces it B, after Z comes AA.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Series(u16);

/// Boxes that a site may have one after the other: A to ZZ.
pub const MAX_LIVES: u16 = 26 + 26 * 26;

impl Series {
    /// That of a site's first box.
    pub const FIRST: Self = Self(0);

    /// True for that of a first box.
    pub fn is_first(&self) -> bool {
        *self == Self::FIRST
    }

    /// That of the box that comes after `self`; `None` after ZZ.
    pub fn next(self) -> Option<Self> {
        (self.0 + 1 < MAX_LIVES).then_some(Self(self.0 + 1))
    }
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = |n: u16| char::from(b'A' + n as u8);
        match self.0.checked_sub(26) {
            None => write!(f, "{}", letter(self.0)),
            Some(beyond) => write!(f, "{}{}", letter(beyond / 26), letter(beyond % 26)),
        }
    }
}

impl FromStr for Series {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let value = |byte: u8| byte.is_ascii_uppercase().then(|| u16::from(byte - b'A'));
        let read = match *text.as_bytes() {
            [one] => value(one),
            [first, second] => value(first).zip(value(second)).map(|(first, second)| 26 + 26 * first + second),
            _ => None,
        };
        read.map(Self).ok_or_else(|| format!("{text:?} is no series: A to Z or AA to ZZ"))
    }
}

impl TryFrom<String> for Series {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Series> for String {
    fn from(series: Series) -> Self {
        series.to_string()
    }
}

/// The letter and the count of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "(Series, u32)", into = "(Series, u32)")]
pub struct Number {
    /// Of which life.
    pub series: Series,
    /// From 1.
    pub count: u32,
}

impl From<(Series, u32)> for Number {
    fn from((series, count): (Series, u32)) -> Self {
        Self { series, count }
    }
}

impl From<Number> for (Series, u32) {
    fn from(number: Number) -> Self {
        (number.series, number.count)
    }
}

impl Number {
    /// As it is printed, behind a site's prefix: that of the document's record ([`Booked::number`](super::booked::Booked::number)).
    pub fn print(self, prefix: &str, kind: Kind) -> String {
        format!("{prefix}-{}-{}{:06}", kind.abbreviation(), self.series, self.count)
    }

    /// Reads what [`Number::print`] wrote: the prefix, the kind, the number. Case does not matter.
    pub fn read(text: &str) -> Option<(String, Kind, Self)> {
        let text = text.trim().to_ascii_uppercase();
        let (rest, last) = text.rsplit_once('-')?;
        let (prefix, kind) = rest.rsplit_once('-')?;
        let kind = Kind::ALL.iter().copied().find(|known| known.abbreviation() == kind)?;
        let digits = last.find(|c: char| c.is_ascii_digit())?;
        let (series, count) = last.split_at(digits);
        Some((prefix.to_owned(), kind, Self { series: series.parse().ok()?, count: count.parse().ok()? }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_reads_as_it_is_printed() {
        let number = Number { series: "B".parse().unwrap(), count: 123 };
        assert_eq!(number.print("BDG", Kind::SalesInvoice), "BDG-SI-B000123");
        assert_eq!(Number::read(" bdg-si-b000123"), Some(("BDG".into(), Kind::SalesInvoice, number)));
        assert_eq!(Number::read("BDG-SI-B1000000").map(|(_, _, n)| n.count), Some(1_000_000));
        for bad in ["", "BDG-SI-000123", "BDG-XX-B000123", "SI-B000123", "BDG-SI-B"] {
            assert_eq!(Number::read(bad), None, "{bad}");
        }
    }

    #[test]
    fn series_go_from_a_to_zz_and_end_there() {
        let mut series = vec![Series::FIRST];
        while let Some(next) = series.last().unwrap().next() {
            series.push(next);
        }
        assert_eq!(series.len(), usize::from(MAX_LIVES));
        let text: Vec<String> = series.iter().map(Series::to_string).collect();
        assert_eq!((&*text[0], &*text[25], &*text[26], &*text[701]), ("A", "Z", "AA", "ZZ"));
        for (series, text) in series.iter().zip(&text) {
            assert_eq!(text.parse::<Series>().as_ref(), Ok(series));
        }
    }
}
