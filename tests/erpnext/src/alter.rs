//! Fields that read otherwise than they were booked, and which fields of a document there are to alter.
//!
//! In: a document. Out: JSON pointers to its fields, and a value near another. Absent: whose answers are altered; the server knows.

use crate::doc::{Doc, as_num, float};
use serde_json::Value;

/// What is of the database and says nothing of the transaction.
const HOUSEKEEPING: [&str; 12] = [
    "name",
    "owner",
    "creation",
    "modified",
    "modified_by",
    "idx",
    "doctype",
    "parent",
    "parentfield",
    "parenttype",
    "naming_series",
    "__unsaved",
];

/// Another value of the same kind: a number one more, a text with a letter more, `x` for nothing.
pub(crate) fn near(value: &Value) -> Value {
    match value {
        Value::Number(n) if n.is_i64() => (n.as_i64().unwrap_or(0) + 1).into(),
        Value::Number(_) => float(as_num(value) + 1.0),
        Value::String(text) => {
            let day = crate::clock::date(text).and_then(|d| d.tomorrow().ok());
            day.map_or_else(|| format!("{text}x").into(), |d| d.to_string().into())
        }
        Value::Bool(b) => (!b).into(),
        _ => "x".into(),
    }
}

/// Pointers to every field of a document that says something, child rows included.
pub(crate) fn pointers(doc: &Doc) -> Vec<String> {
    let mut out = Vec::new();
    for (field, value) in doc.iter().filter(|(field, _)| !HOUSEKEEPING.contains(&field.as_str())) {
        match value {
            Value::Array(rows) => {
                for (i, row) in rows.iter().enumerate() {
                    let fields = row.as_object().into_iter().flatten().map(|(name, _)| name);
                    let telling = fields.filter(|name| !HOUSEKEEPING.contains(&name.as_str()));
                    out.extend(telling.map(|name| format!("/{field}/{i}/{name}")));
                }
            }
            _ => out.push(format!("/{field}")),
        }
    }
    out
}
