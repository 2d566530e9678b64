//! CSV as ERPNext's Data Import reads and writes it: commas, a line of field names, lists as `barcodes.barcode`.
//!
//! A line whose own columns are all blank goes on with the row above: it has one more row of each list that is filled in it. An
//! empty cell is an absent field. Column names are ERPNext's field names, which no language changes.

use super::read::{Line, Reader};
use super::report::Report;
use super::shape::{Shape, names, shape_of};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Lists that are texts here and rows with one field at ERPNext, whose name of it is taken too.
const ERPNEXT_ROWS: [(&str, &str); 4] =
    [("operations", "operation"), ("roles", "role"), ("closed_documents", "document_type"), ("companies", "company")];

/// Where a column's cells go.
enum Column {
    /// A field of the row.
    Own(String, Shape),
    /// A field of a field.
    Inner(String, String, Shape),
    /// A text of a list.
    Text(String),
    /// A field of the rows of a list.
    Row(String, String, Shape),
}

impl Column {
    fn list(&self) -> Option<&str> {
        match self {
            Self::Text(list) | Self::Row(list, ..) => Some(list),
            Self::Own(..) | Self::Inner(..) => None,
        }
    }
}

/// Reads all rows of a file.
pub(super) fn read(text: &str, reader: &mut Reader<'_>, report: &mut Report) {
    let mut lines = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut records = lines.records();
    let header = match records.next() {
        Some(Ok(header)) => header,
        Some(Err(error)) => return report.error(reader.at(1), error.to_string()),
        None => return report.error(reader.at(1), "it is empty: its first line names the fields"),
    };
    let Some(columns) = columns(&header, reader, report) else { return };
    let mut open: Option<Line> = None;
    for record in records {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                return report.error(reader.at(error.position().map_or(1, csv::Position::line)), error.to_string());
            }
        };
        let line = record.position().map_or(1, csv::Position::line);
        if record.len() != columns.len() {
            let rule = format!(
                "{} cells, but the first line names {} fields: put text with commas in quotes",
                record.len(),
                columns.len()
            );
            report.error(reader.at(line), rule);
            continue;
        }
        let cells: Vec<(&Column, &str)> =
            columns.iter().zip(record.iter().map(str::trim)).filter(|(_, cell)| !cell.is_empty()).collect();
        if cells.is_empty() {
            continue;
        }
        if cells.iter().any(|(column, _)| column.list().is_none()) {
            if let Some(whole) = open.take()
                && !reader.take(whole, report)
            {
                return;
            }
            open = Some(Line { line, fields: Map::new(), rows: BTreeMap::new() });
        }
        match &mut open {
            Some(row) => fill(row, line, &cells),
            None => report
                .error(reader.at(line), "it goes on with a row, but there is none above: fill in the row's own fields"),
        }
    }
    if let Some(whole) = open {
        reader.take(whole, report);
    }
}

/// What the first line says, or `None` where the rows cannot be read by it.
fn columns(header: &csv::StringRecord, reader: &Reader<'_>, report: &mut Report) -> Option<Vec<Column>> {
    let mut columns = Vec::new();
    let mut seen = BTreeSet::new();
    let mut bad = false;
    for name in header.iter().map(str::trim) {
        let at = reader.at(1).field(name);
        match column(name, reader) {
            _ if !seen.insert(name) => {
                bad = true;
                report.error(at, "two columns have this name: take one out");
            }
            Some(column) => columns.push(column),
            None if header.len() == 1 && name.contains([';', '\t']) => {
                report.error(reader.at(1), "the columns are not parted by commas: save it as CSV with commas");
                return None;
            }
            None => {
                bad = true;
                let rule = "there is no such field: take the column out, or name it as ERPNext does; there are";
                report.error(at, format!("{rule} {}", known(name, reader)));
            }
        }
    }
    (!bad).then_some(columns)
}

fn column(name: &str, reader: &Reader<'_>) -> Option<Column> {
    let Some((outer, inner)) = name.split_once('.') else {
        return match shape_of(&reader.fields, name)? {
            Shape::List(row) if **row == Shape::Text => Some(Column::Text(name.into())),
            Shape::List(_) | Shape::Fields(_) => None,
            shape => Some(Column::Own(name.into(), shape.clone())),
        };
    };
    match shape_of(&reader.fields, outer)? {
        Shape::Fields(fields) => Some(Column::Inner(outer.into(), inner.into(), shape_of(fields, inner)?.clone())),
        Shape::List(row) => match &**row {
            Shape::Fields(fields) => Some(Column::Row(outer.into(), inner.into(), shape_of(fields, inner)?.clone())),
            Shape::Text if ERPNEXT_ROWS.contains(&(outer, inner)) => Some(Column::Text(outer.into())),
            _ => None,
        },
        _ => None,
    }
}

/// The names that would do where `name` does not.
fn known(name: &str, reader: &Reader<'_>) -> String {
    let outer = name.split('.').next().unwrap_or(name);
    let inner = match shape_of(&reader.fields, outer) {
        Some(Shape::Fields(fields)) => fields,
        Some(Shape::List(row)) => match &**row {
            Shape::Fields(fields) => fields,
            _ => return outer.into(),
        },
        _ => return names(&reader.fields),
    };
    inner.iter().map(|(inner, _)| format!("{outer}.{inner}")).collect::<Vec<_>>().join(", ")
}

/// Puts a line's cells into the row that it belongs to.
fn fill(row: &mut Line, line: u64, cells: &[(&Column, &str)]) {
    let mut begun = BTreeSet::new();
    for (column, cell) in cells {
        match column {
            Column::Own(name, shape) => {
                row.fields.insert(name.clone(), value(shape, cell));
            }
            Column::Inner(outer, inner, shape) => {
                if let Value::Object(fields) = row.fields.entry(outer).or_insert_with(|| Map::new().into()) {
                    fields.insert(inner.clone(), value(shape, cell));
                }
            }
            Column::Text(list) => {
                if let Value::Array(texts) = row.fields.entry(list).or_insert_with(|| Value::Array(Vec::new())) {
                    row.rows.insert(format!("{list}[{}]", texts.len()), line);
                    texts.push(Value::from(*cell));
                }
            }
            Column::Row(list, inner, shape) => {
                let Value::Array(rows) = row.fields.entry(list).or_insert_with(|| Value::Array(Vec::new())) else {
                    continue;
                };
                if begun.insert(list) {
                    row.rows.insert(format!("{list}[{}]", rows.len()), line);
                    rows.push(Map::new().into());
                }
                if let Some(Value::Object(fields)) = rows.last_mut() {
                    fields.insert(inner.clone(), value(shape, cell));
                }
            }
        }
    }
}

/// A cell as JSON would have it.
fn value(shape: &Shape, cell: &str) -> Value {
    match (shape, cell) {
        (Shape::Text | Shape::Day | Shape::Id, _) => cell.into(),
        (_, "true" | "TRUE" | "True") => true.into(),
        (_, "false" | "FALSE" | "False") => false.into(),
        // A yes or no is a number; an amount may be text as well.
        (Shape::Whole, _) | (_, "0" | "1") => cell.parse::<u64>().map_or_else(|_| cell.into(), Value::from),
        _ => cell.into(),
    }
}
