//! A document's fields as ERPNext's JSON has them: numbers with every digit, yes and no as 1 and 0.

use outpost_core::domain::decimal::Decimal;
use outpost_core::domain::document::{Document, Field, Form};
use serde_json::{Map, Number, Value};

/// The fields of a document or a row.
pub(super) type Fields = Map<String, Value>;

/// A number with the digits that it has; no float is made of it.
pub(crate) fn number(value: Decimal) -> Value {
    let text = value.to_string();
    text.parse::<Number>().map_or(Value::String(text), Value::Number)
}

/// 1 or 0.
pub(super) fn flag(yes: bool) -> Value {
    Value::from(u8::from(yes))
}

/// All that a document says, under the names that it has.
pub(super) fn of(document: &Document) -> Fields {
    // A document is text, numbers and tables: writing it as JSON cannot fail.
    let written = document.serialize_fields(serde_json::value::Serializer).unwrap_or_default();
    match written {
        Value::Object(fields) => plain(fields, &document.kind().fields()),
        _ => Fields::new(),
    }
}

fn plain(fields: Fields, known: &[Field]) -> Fields {
    let form = |name: &str| known.iter().find(|field| field.name == name).map(|field| field.form);
    let value = |(name, value): (String, Value)| {
        let value = match (form(&name), value) {
            (Some(Form::Number), Value::String(text)) => {
                text.parse::<Number>().map_or(Value::String(text), Value::Number)
            }
            (_, Value::Bool(yes)) => flag(yes),
            (Some(Form::Table(cells)), Value::Array(rows)) => {
                let row = |row| match row {
                    Value::Object(row) => Value::Object(plain(row, &cells())),
                    other => other,
                };
                Value::Array(rows.into_iter().map(row).collect())
            }
            (_, other) => other,
        };
        (name, value)
    };
    fields.into_iter().map(value).collect()
}

/// The rows of a table; none where there is no such table.
pub(super) fn rows<'a>(fields: &'a mut Fields, table: &str) -> impl Iterator<Item = &'a mut Fields> {
    let rows = fields.get_mut(table).and_then(Value::as_array_mut);
    rows.into_iter().flatten().filter_map(Value::as_object_mut)
}

/// Sets a field.
pub(super) fn set(fields: &mut Fields, name: &str, value: impl Into<Value>) {
    fields.insert(name.to_owned(), value.into());
}

/// The text of a field.
pub(super) fn text<'a>(fields: &'a Fields, name: &str) -> Option<&'a str> {
    fields.get(name).and_then(Value::as_str)
}
