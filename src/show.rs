//! What people ask a box or an office to show, and the sheet that answers: columns and rows of text, for a screen, paper or another
//! program.

use crate::chain;
use crate::domain::booked::Booked;
use crate::domain::document::{Document, Kind, Text};
use crate::domain::id::SiteId;
use crate::domain::master::Masters;
use crate::domain::outcome::Fate;
use crate::domain::record::{DayTotal, Entry, Submitted};
use crate::domain::shop::{self, Said, Shop};
use crate::domain::time::{Quality, rfc3339};
use crate::journal::Reader;
use crate::views::{DocumentLine, State};
use crate::wire::record;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fmt;

/// Most documents that one answer lists.
pub const MAX_LINES: usize = 1000;

/// Most days of one answer, here and on the pages: a year's.
pub const MOST_DAYS: i32 = 366;

/// What is to be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Show {
    /// Stock, of one warehouse or all.
    Stock {
        /// Which warehouse.
        warehouse: Option<Text>,
    },
    /// Goods under way between sites, and what came short.
    Transit,
    /// What has to be in the till.
    Till,
    /// A day: what there is of it per kind, and the sheets of the tills that were closed.
    Day {
        /// Which.
        day: Date,
    },
    /// Documents of a kind and day.
    Documents {
        /// Which kind.
        kind: Kind,
        /// Of which day.
        day: Date,
    },
    /// What scanners read on a day.
    Scans {
        /// Which day.
        day: Date,
    },
    /// The documents of a customer or supplier, the latest first.
    Party {
        /// By name.
        name: Text,
    },
    /// A document by the number on its paper.
    Number {
        /// Like `BDG-SI-B000123`.
        number: String,
    },
    /// The office: the documents whose number another one bears too.
    SharedNumbers,
    /// An item by its barcode.
    Barcode {
        /// The code.
        code: String,
    },
    /// What people at the sites say of codes that are no item's yet.
    Barcodes,
    /// The office: which days of its sites are complete.
    Days {
        /// From here.
        from: Date,
        /// To here.
        to: Date,
        /// Of which site; all where none.
        site: Option<SiteId>,
    },
}

/// An answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// What it shows.
    pub title: String,
    /// The columns' names.
    pub columns: Vec<String>,
    /// Rows, each with a text for each column.
    pub rows: Vec<Vec<String>>,
    /// What is to be said beside.
    pub notes: Vec<String>,
}

impl Sheet {
    /// An empty one.
    pub fn new(title: impl Into<String>, columns: &[&str]) -> Self {
        let columns = columns.iter().map(|&column| column.to_owned()).collect();
        Self { title: title.into(), columns, ..Self::default() }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }
}

impl fmt::Display for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.title)?;
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column)).chain(self.columns.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        if !self.rows.is_empty() {
            for row in std::iter::once(&self.columns).chain(&self.rows) {
                let cells = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:<width$}"));
                writeln!(f, "  {}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
            }
        }
        if self.rows.is_empty() && self.notes.is_empty() {
            writeln!(f, "  nothing")?;
        }
        self.notes.iter().try_for_each(|note| writeln!(f, "  {note}"))
    }
}

/// The columns of documents.
pub const DOCUMENT: [&str; 7] = ["number", "kind", "day", "party", "total", "state", "id"];

/// What became of a document in the books, for programs: its state, and its name there or why not.
pub fn fate(fate: &Fate) -> Value {
    json!({ "state": state_of(fate), "outcome": fate })
}

/// What became of a document in the books, in a word or two.
fn state_of(fate: &Fate) -> String {
    match fate {
        Fate::Posted { name, by: None, .. } => format!("posted as {name}"),
        Fate::Posted { name, by: Some(by), .. } => format!("posted as {name}, entered by hand, says {by}"),
        Fate::Held { .. } => "held".into(),
        Fate::Withdrawn => "cancelled before it was posted".into(),
        Fate::Kept => "kept at the office".into(),
        fate if fate.is_before() => "of before the first day that is posted".into(),
        Fate::GivenUp { .. } => "given up".into(),
    }
}

/// The row of a document, read where it lies. `fate` is what became of it in the books.
pub fn document(line: &DocumentLine, reader: Option<&Reader>, prefix: &str, fate: Option<&Fate>) -> Vec<String> {
    let read = reader.and_then(|reader| submitted(reader, line));
    let party = read.as_ref().and_then(|read| read.document.rules().party()).map(Text::to_string);
    let total = read.as_ref().and_then(total_of);
    let state = match (&line.cancelled, line.state, fate) {
        (Some(_), ..) => "cancelled".into(),
        (None, _, Some(fate)) => state_of(fate),
        (None, State::Saved, None) => "saved".into(),
        (None, State::AtOffice { .. }, None) => "at the office".into(),
    };
    let number = line.printed(read.as_ref(), prefix);
    let day = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().days(line.day));
    vec![
        number.unwrap_or_default(),
        line.kind.name().into(),
        day.map(|day| day.to_string()).unwrap_or_default(),
        party.unwrap_or_default(),
        total.unwrap_or_default(),
        state,
        line.id.to_string(),
    ]
}

/// The document of a line.
pub fn submitted(reader: &Reader, line: &DocumentLine) -> Option<Submitted> {
    let stored = reader.read_at(line.locator.0.into()).ok()?;
    match record::decode(&stored.body).ok()?.entry {
        Entry::Submitted(submitted) => Some(submitted),
        _ => None,
    }
}

fn total_of(submitted: &Submitted) -> Option<String> {
    let sum = submitted.effects().sum;
    Some(sum).filter(|sum| !sum.is_zero()).map(|sum| sum.to_string())
}

/// The columns of scans.
pub const SCAN: [&str; 4] = ["time", "device", "code", "what"];

/// The rows of a day's scans. `known` names what a code stands for.
pub fn scans(
    sheet: &mut Sheet,
    reader: &Reader,
    (day, utc_offset_minutes): (Date, i16),
    known: impl Fn(&str) -> Option<String>,
) -> Result<(), String> {
    let on_day = |at_ms| shop::day_at(at_ms, utc_offset_minutes) == day;
    let listed = chain::scans(reader, on_day, |at_ms, quality, scan| {
        let doubt = if quality == Quality::Floor { "?" } else { "" };
        let time = shop::local(at_ms, utc_offset_minutes).time();
        let what = known(&scan.code).unwrap_or_else(|| "not known".into());
        sheet.row(vec![format!("{time}{doubt}"), scan.device.to_string(), readable(&scan.code), what]);
    });
    listed.map_err(|error| error.to_string())
}

/// What a code stands for, in words, and whose word that is where it is not the office's.
pub fn stands_for(masters: &Masters, said: Option<&Said>, code: &str) -> Option<String> {
    if let Some((item, _)) = masters.item_of_barcode(code) {
        return Some(item.item_name.to_string());
    }
    let Said { item_code, user, device, .. } = said?;
    let by = user.as_ref().map_or_else(|| device.to_string(), Text::to_string);
    Some(format!("{item_code}, says {by}"))
}

/// The columns of what is said of codes.
pub const SAID: [&str; 6] = ["site", "code", "item", "unit", "said by", "when"];

/// The rows of what a site says of codes that the office's data does not know.
pub fn said(sheet: &mut Sheet, site: &SiteId, shop: &Shop, masters: &Masters) {
    for (code, said) in shop.unanswered(masters) {
        let by = said.user.as_ref().map_or_else(|| said.device.to_string(), Text::to_string);
        let unit = said.uom.as_ref().map(Text::to_string).unwrap_or_default();
        let (item, at) = (said.item_code.to_string(), rfc3339(said.at_ms));
        sheet.row(vec![site.to_string(), readable(code), item, unit, by, at]);
    }
}

/// A code for a terminal, which would swallow a separator.
fn readable(code: &str) -> String {
    code.replace('\u{1d}', "<GS>").chars().filter(|c| !c.is_control()).collect()
}

/// The rows of a day.
pub fn day(sheet: &mut Sheet, kinds: &[DayTotal]) {
    for total in kinds {
        let DayTotal { kind, documents, cancelled, sum } = total;
        sheet.row(vec![kind.name().into(), documents.to_string(), cancelled.to_string(), sum.to_string()]);
    }
}

/// The sheet of a till's closing, as lines under a day.
pub fn till(sheet: &mut Sheet, closing: &Submitted, number: Option<String>) {
    let (Document::TillClosing(_), Some(Booked { till, .. })) = (&closing.document, &closing.booked) else { return };
    sheet.notes.push(format!("till closed {}", number.unwrap_or_else(|| closing.id.to_string())));
    for line in till {
        sheet.notes.push(format!(
            "  {}: float {}, expected {}, counted {}, difference {}",
            line.mode_of_payment,
            line.opening,
            line.expected,
            line.closing,
            line.difference()
        ));
    }
}
