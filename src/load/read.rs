//! From files to rows: which table a file is, its lines, each line's fields, and the row that they make.
//!
//! In come sources; out go rows with where they stand, and what is wrong goes into the report. What is absent: whether rows fit
//! each other.

use super::defaults;
use super::report::{At, Report};
use super::secret::Secrets;
use super::shape::{self, Fields, Shape};
use super::{Included, csv, json};
use crate::domain::master::{Row, Table};
use crate::wire::row;
use crate::wire::rows::MAX_ROW;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Most rows of a table in one load: twice the items of a large site. Beyond it, files are loaded one after the other.
pub(super) const MAX_ROWS: usize = 200_000;
/// Largest file, in bytes: 200,000 rows of 300.
pub const MAX_FILE_BYTES: usize = 64 * 1024 * 1024;
/// Most rows of one list in a row: ten times what a bill of materials of a suit has.
pub(super) const MAX_LIST: usize = 1000;
/// Most files in one load: each table as both, and some in parts.
pub const MAX_FILES: usize = 100;

/// A file.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its name, without directories.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// The table that a file's name says: `item.csv`, `item-price.json`, also ERPNext's `Item Price.csv`. In parts:
/// `item.1.csv`, `item.2.csv`.
pub fn table_of(name: &str) -> Option<Table> {
    let stem = name.split('.').next()?;
    Table::named(&stem.to_lowercase().replace([' ', '_'], "-")).filter(|table| !table.is_made())
}

/// A line of a file, or an object, with its fields as text or JSON.
pub(super) struct Line {
    /// Where it begins.
    pub(super) line: u64,
    /// Its fields.
    pub(super) fields: Map<String, Value>,
    /// On which line the rows of its lists stand, where not on its own.
    pub(super) rows: BTreeMap<String, u64>,
}

/// A row, and where it stands.
pub(super) struct Found {
    pub(super) source: usize,
    pub(super) line: u64,
    pub(super) row: Row,
    /// What is to be hashed into it.
    pub(super) secrets: Secrets,
}

/// All that the files hold.
pub(super) struct Files<'a> {
    pub(super) sources: &'a [Source],
    pub(super) rows: Vec<Found>,
}

impl Files<'_> {
    /// Where a row stands.
    pub(super) fn at(&self, found: &Found) -> At<'_> {
        At::line(&self.sources[found.source].name, found.line)
    }
}

/// Reads all files.
pub(super) fn read<'a>(sources: &'a [Source], included: Included<'_>, report: &mut Report) -> Files<'a> {
    let mut files = Files { sources, rows: Vec::new() };
    let mut counts = BTreeMap::new();
    if sources.len() > MAX_FILES {
        report.error(At::file("the files"), format!("{} are more than {MAX_FILES}: load them in parts", sources.len()));
        return files;
    }
    for (number, source) in sources.iter().enumerate() {
        let at = At::file(&source.name);
        let Some(table) = table_of(&source.name) else {
            let known = Table::loaded().map(Table::slug).collect::<Vec<_>>().join(", ");
            report.error(at, format!("a file's name says its table, like item.csv; the tables are {known}"));
            continue;
        };
        if source.bytes.len() > MAX_FILE_BYTES {
            let rule = format!(
                "{} bytes are more than {MAX_FILE_BYTES}: split it into {}.1, {0}.2 …",
                source.bytes.len(),
                table.slug()
            );
            report.error(at, rule);
            continue;
        }
        let Some(text) = text(source, report) else { continue };
        let mut fields = shape::fields(table);
        defaults::add_fields(table, &mut fields);
        let count = counts.entry(table).or_insert(0);
        let mut reader =
            Reader { source: number, name: &source.name, table, fields, included, rows: &mut files.rows, count };
        let lower = source.name.to_lowercase();
        match lower.rsplit('.').next() {
            Some("csv") => csv::read(text, &mut reader, report),
            Some("json") => json::read(text, &mut reader, report),
            _ => report.error(at, "only .csv and .json are read: save it as one of them"),
        }
    }
    files
}

/// A file's text: UTF-8, without the mark that some programs put before it.
fn text<'a>(source: &'a Source, report: &mut Report) -> Option<&'a str> {
    let bytes = match source.bytes.strip_prefix("\u{feff}".as_bytes()) {
        Some(rest) => {
            report.warn(At::file(&source.name), "it begins with a byte order mark, which ERPNext's own import stumbles over: save it as UTF-8 without BOM");
            rest
        }
        None => &source.bytes,
    };
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) => {
            let line = 1 + bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() as u64;
            report.error(
                At::line(&source.name, line),
                "it is not UTF-8: save it as UTF-8 (in a spreadsheet: character set Unicode)",
            );
            None
        }
    }
}

/// Makes rows of one file's lines.
pub(super) struct Reader<'a> {
    pub(super) source: usize,
    pub(super) name: &'a str,
    pub(super) table: Table,
    pub(super) fields: Fields,
    pub(super) included: Included<'a>,
    pub(super) rows: &'a mut Vec<Found>,
    /// How many of the table there are in all files so far.
    pub(super) count: &'a mut usize,
}

impl<'a> Reader<'a> {
    pub(super) fn at(&self, line: u64) -> At<'a> {
        At::line(self.name, line)
    }

    /// Takes a line; whether there may be more.
    pub(super) fn take(&mut self, mut line: Line, report: &mut Report) -> bool {
        let mut unknown = Vec::new();
        unknown_fields(&line.fields, &self.fields, "", &mut unknown);
        for (path, known) in &unknown {
            let rule = format!("there is no such field: take it out, or name it as ERPNext does; there are {known}");
            report.error(self.at(line.at(path)).field(path), rule);
        }
        if !unknown.is_empty() {
            return true;
        }
        let long = |value: &Value| value.as_array().is_some_and(|list| list.len() > MAX_LIST);
        if let Some((name, _)) = line.fields.iter().find(|(_, value)| long(value)) {
            report.error(self.at(line.line).field(name), format!("more than {MAX_LIST} rows in one list: split it"));
            return true;
        }
        let secrets = match Secrets::take(self.table, &mut line.fields) {
            Ok(secrets) => secrets,
            Err((field, rule)) => {
                report.error(self.at(line.line).field(field), rule);
                return true;
            }
        };
        defaults::fill(self.table, &mut line.fields, self.included);
        exact(&mut line.fields, &self.fields);
        let mut track = serde_path_to_error::Track::new();
        let value = Value::Object(std::mem::take(&mut line.fields));
        match Row::deserialize_as(self.table, serde_path_to_error::Deserializer::new(value, &mut track)) {
            Ok(row) if row::encode(&row).len() > MAX_ROW => {
                let rule = format!(
                    "the row is larger than {} KiB, and could not travel: split it or shorten its texts",
                    MAX_ROW / 1024
                );
                report.error(self.at(line.line), rule);
            }
            Ok(row) => {
                if *self.count >= MAX_ROWS {
                    report
                        .error(self.at(line.line), format!("more than {MAX_ROWS} rows of one table: load it in parts"));
                    return false;
                }
                *self.count += 1;
                self.rows.push(Found { source: self.source, line: line.line, row, secrets });
            }
            Err(error) => {
                let path = track.path().to_string();
                let (path, rule) = plain(&path, shape::shape_at(&self.fields, &path), &error.to_string());
                report.error(self.at(line.at(&path)).field(path), rule);
            }
        }
        true
    }
}

impl Line {
    /// The line on which a field stands.
    fn at(&self, path: &str) -> u64 {
        let row = path.find(']').map_or(path, |end| &path[..=end]);
        self.rows.get(row).copied().unwrap_or(self.line)
    }
}

/// A reader's words about a field, with what to do.
fn plain(path: &str, shape: Option<&Shape>, said: &str) -> (String, String) {
    let parent = |name: &str| if matches!(path, "." | "?" | "") { name.to_owned() } else { format!("{path}.{name}") };
    if let Some(name) = said.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
        return (parent(name), "it is missing: fill it in".into());
    }
    if said.contains("expected 0, 1, true or false") {
        return (path.to_owned(), "it is a yes or no: write 1 or 0".into());
    }
    let rule = match shape {
        Some(Shape::Day) => "it is no day: write it like 2026-11-02",
        Some(Shape::Id) => "it is no UUID: take it as the site's document has it",
        _ => said,
    };
    (path.to_owned(), rule.to_owned())
}

/// Lets amounts be text, by their digits: JSON's numbers with a point are binary floats for whoever asks for no more.
fn exact(fields: &mut Map<String, Value>, shapes: &Fields) {
    for (name, value) in fields {
        if let Some(shape) = shape::shape_of(shapes, name) {
            exact_value(value, shape);
        }
    }
}

fn exact_value(value: &mut Value, shape: &Shape) {
    match (shape, value) {
        (Shape::Value, value) if value.is_f64() => *value = value.to_string().into(),
        (Shape::Fields(shapes), Value::Object(fields)) => exact(fields, shapes),
        (Shape::List(row), Value::Array(rows)) => rows.iter_mut().for_each(|value| exact_value(value, row)),
        _ => {}
    }
}

/// The paths that no field is at, each with the names that there are.
fn unknown_fields(given: &Map<String, Value>, known: &Fields, path: &str, unknown: &mut Vec<(String, String)>) {
    for (name, value) in given {
        let path = format!("{path}{name}");
        match (shape::shape_of(known, name), value) {
            (None, _) => unknown.push((path, shape::names(known))),
            (Some(Shape::Fields(known)), Value::Object(given)) => {
                unknown_fields(given, known, &format!("{path}."), unknown)
            }
            (Some(Shape::List(row)), Value::Array(rows)) => {
                let Shape::Fields(known) = &**row else { continue };
                for (number, row) in rows.iter().enumerate() {
                    let Value::Object(given) = row else { continue };
                    unknown_fields(given, known, &format!("{path}[{number}]."), unknown);
                }
            }
            _ => {}
        }
    }
}
