//! The books: documents by kind and day as CSV that ERPNext's Data Import takes.
//!
//! UTF-8 without BOM, commas, line feeds, quotes where needed. The header names fields, not labels, so that it does not depend on a
//! language; it is the same whatever the documents hold, and there even where there are none. A document's
//! further rows leave the columns of the document itself blank; its tables share the rows. Text is written as it is:
//! a cell that a spreadsheet would take for a formula is for whoever opens it in one.
//!
//! What names another document of a site by its id is written as that id: whoever imports puts ERPNext's name in its place, which is
//! known from the column `outpost_id` of what was imported before. Absent: accounts of modes of payment, which the office knows.

mod columns;

use super::keys::SiteNo;
use super::meta::Stream;
use super::reader::Reader;
use super::shared::NotNow;
use super::{DocumentLine, Journals, day_of};
use crate::domain::document::{Document, Kind};
use crate::domain::record::{Entry, Record, Submitted};
use crate::domain::time::Stamp;
use crate::wire::record;
pub use columns::{Column, Extra, columns};
use serde::Serialize;
use serde_json::Value;
use std::io::Write;

/// Documents asked for at once: their rows are in memory together.
const AT_ONCE: u32 = 256;

/// Why an export ended early.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The views cannot be asked.
    #[error(transparent)]
    NotNow(#[from] NotNow),
    /// The journal cannot be read.
    #[error("the journal cannot be read at {at}: {error}: run `outpost doctor`")]
    Journal {
        /// The record.
        at: String,
        /// What went wrong.
        error: String,
    },
    /// The file cannot be written.
    #[error("the export cannot be written: {0}: free the disk or choose another file")]
    Write(#[from] csv::Error),
}

/// What an export wrote.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Exported {
    /// Documents.
    pub documents: u64,
    /// Rows below the header.
    pub rows: u64,
    /// Documents that the views know and whose record is lost to damage: the sync brings it from the other side.
    pub lost: u64,
}

/// What is exported.
#[derive(Debug, Clone)]
pub struct Selection {
    /// Which kind.
    pub kind: Kind,
    /// The first day, in days since 1970.
    pub from_day: i32,
    /// The last day, included.
    pub to_day: i32,
    /// Which sites; empty is all.
    pub sites: Vec<SiteNo>,
}

/// The documents of all journals.
pub struct Books<'a> {
    /// Which there are.
    pub reader: &'a Reader,
    /// What they hold.
    pub journals: &'a dyn Journals,
}

impl Books<'_> {
    /// Writes what is selected, by day, then site, then in journal order.
    pub fn export(&self, selection: &Selection, out: impl Write) -> Result<Exported, ExportError> {
        let mut out = csv::WriterBuilder::new().flexible(false).from_writer(out);
        let header = Header::of(selection.kind);
        out.write_record(&header.names)?;
        let mut exported = Exported::default();
        let sites = if selection.sites.is_empty() { self.reader.sites()? } else { selection.sites.clone() };
        let mut days = Vec::new();
        for site in sites {
            let found = self.reader.days(site, selection.kind, selection.from_day, selection.to_day)?;
            days.extend(found.into_iter().map(|(day, count)| (day, site, count)));
        }
        days.sort_unstable();
        for (day, site, count) in days {
            for skip in (0..count).step_by(AT_ONCE as usize) {
                for line in self.reader.documents(site, selection.kind, day, skip, AT_ONCE.min(count - skip))? {
                    match self.document(&line)? {
                        Some((submitted, stamp)) => {
                            exported.documents += 1;
                            exported.rows += self.write(&mut out, &header, &submitted, stamp)?;
                        }
                        None => exported.lost += 1,
                    }
                }
            }
        }
        out.flush().map_err(csv::Error::from)?;
        Ok(exported)
    }

    fn document(&self, line: &DocumentLine) -> Result<Option<(Submitted, Stamp)>, ExportError> {
        let failed = |error: String| ExportError::Journal { at: line.position.to_string(), error };
        let body = self.journals.body(Stream::Up(line.site), line.locator);
        let Some(body) = body.map_err(|error| failed(error.to_string()))? else { return Ok(None) };
        match record::decode(&body) {
            Ok(Record { stamp, entry: Entry::Submitted(submitted) }) if submitted.id == line.id => {
                Ok(Some((submitted, stamp)))
            }
            _ => {
                self.reader.rebuild("a document is not where the views say");
                Err(failed("another record is there; the views are built anew, try again".into()))
            }
        }
    }

    fn write<W: Write>(
        &self,
        out: &mut csv::Writer<W>,
        header: &Header,
        submitted: &Submitted,
        stamp: Stamp,
    ) -> Result<u64, ExportError> {
        let mut fields = fields(&submitted.document);
        header.complete(&mut fields, submitted, stamp, self.reader.utc_offset_minutes());
        let rows = header.tables.iter().filter_map(|table| Some(fields.get(*table)?.as_array()?.len())).max();
        let rows = rows.unwrap_or(0).max(1);
        for row in 0..rows {
            let cell = |source: &Option<Column>| match source {
                None if row == 0 => submitted.id.to_string(),
                Some(Column { table: None, field, extra }) if row == 0 => of(&fields, field, *extra),
                Some(Column { table: Some(table), field, extra }) => {
                    let cells = fields.get(*table).and_then(|rows| rows.get(row)?.as_object());
                    cells.map(|cells| of(cells, field, *extra)).unwrap_or_default()
                }
                _ => String::new(),
            };
            out.write_record(header.sources.iter().map(cell))?;
        }
        Ok(rows as u64)
    }
}

/// The columns of a kind: the device's id of the document, then those of its fields.
struct Header {
    names: Vec<String>,
    /// `None` is the id.
    sources: Vec<Option<Column>>,
    tables: Vec<&'static str>,
    /// What the day is called, and the time.
    day: Option<&'static str>,
    time: Option<&'static str>,
}

impl Header {
    fn of(kind: Kind) -> Self {
        let columns = columns(kind);
        let named = |names: [&'static str; 2]| {
            names.into_iter().find(|name| columns.iter().any(|column| column.table.is_none() && column.field == *name))
        };
        let (day, time) = (named(["posting_date", "transaction_date"]), named(["posting_time", "posting_time"]));
        let name = |column: &Column| match column.table {
            None => column.field.to_owned(),
            Some(table) => format!("{table}.{}", column.field),
        };
        let names = std::iter::once("outpost_id".to_owned()).chain(columns.iter().map(name)).collect();
        let mut tables: Vec<_> = columns.iter().filter_map(|column| column.table).collect();
        tables.dedup();
        let sources = std::iter::once(None).chain(columns.into_iter().map(Some)).collect();
        Self { names, sources, tables, day, time }
    }

    /// Puts in what the box has worked out: day, time, rows of taxes and items' tax templates, where the document has none of its own. A document that
    /// was taken without has those of its record.
    fn complete(
        &self,
        fields: &mut serde_json::Map<String, Value>,
        of: &Submitted,
        stamp: Stamp,
        utc_offset_minutes: i32,
    ) {
        let booked = of.booked.as_ref();
        if let Some(booked) = booked.filter(|booked| !booked.taxes.is_empty() && self.tables.contains(&"taxes")) {
            let rows = || booked.taxes.serialize(serde_json::value::Serializer).unwrap_or_default();
            fields.entry("taxes").or_insert_with(rows);
        }
        for taxed in booked.iter().flat_map(|booked| &booked.item_taxes) {
            let Some(items) = fields.get_mut("items").and_then(Value::as_array_mut) else { break };
            for row in &taxed.rows {
                let item = items.get_mut(usize::from(*row).saturating_sub(1)).and_then(Value::as_object_mut);
                let name = || taxed.item_tax_template.as_str().into();
                item.map(|item| item.entry("item_tax_template").or_insert_with(name));
            }
        }
        let local_ms = stamp.at_ms().saturating_add(i64::from(utc_offset_minutes) * 60_000);
        let Ok(moment) = jiff::Timestamp::from_millisecond(local_ms) else { return };
        let local = jiff::tz::Offset::UTC.to_datetime(moment);
        debug_assert_eq!(super::days_since_1970(local.date()), day_of(stamp.at_ms(), utc_offset_minutes));
        if let Some(day) = self.day {
            fields.entry(day).or_insert_with(|| of.day().unwrap_or(local.date()).to_string().into());
        }
        if let Some(time) = self.time {
            let at = booked.and_then(|booked| booked.time).unwrap_or(local.time());
            let whole = format!("{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second());
            fields.entry(time).or_insert_with(|| whole.into());
        }
    }
}

/// A cell of one document or of one row.
fn of(fields: &serde_json::Map<String, Value>, field: &str, extra: Option<Extra>) -> String {
    match extra {
        None => fields.get(field).map(text).unwrap_or_default(),
        Some(Extra::Always(word)) => word.to_owned(),
        Some(Extra::SameAs(other)) => fields.get(other).map(text).unwrap_or_default(),
        Some(Extra::Where(others)) => {
            let there = others.iter().any(|other| fields.contains_key(*other));
            if there { "1".to_owned() } else { String::new() }
        }
    }
}

fn fields(document: &Document) -> serde_json::Map<String, Value> {
    match document.serialize_fields(serde_json::value::Serializer) {
        Ok(Value::Object(fields)) => fields,
        _ => unreachable!("invariant: a document is written as an object"),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(flag) => u8::from(*flag).to_string(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
