//! A document as ERPNext has it: a map of fields, with child rows in lists.
//!
//! In: JSON. Out: text, numbers, rows, the way Python's `flt` and `cint` would read them. Absent: what a field means.

use serde_json::{Map, Number, Value};

/// A document or one of its child rows.
pub type Doc = Map<String, Value>;

/// The text of a field; empty where it is none.
pub(crate) fn text<'a>(doc: &'a Doc, field: &str) -> &'a str {
    doc.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// A field as an owned text.
pub(crate) fn owned(doc: &Doc, field: &str) -> String {
    text(doc, field).to_owned()
}

/// A value as a number: numeric text is taken, as Frappe does.
pub(crate) fn as_num(value: &Value) -> f64 {
    match value {
        Value::Number(n) => n.as_f64().unwrap_or(0.0),
        Value::String(s) => s.trim().replace(',', "").parse().unwrap_or(0.0),
        Value::Bool(true) => 1.0,
        _ => 0.0,
    }
}

/// A field as a number.
pub(crate) fn num(doc: &Doc, field: &str) -> f64 {
    doc.get(field).map_or(0.0, as_num)
}

/// A field as a whole number.
pub(crate) fn int(doc: &Doc, field: &str) -> i64 {
    num(doc, field) as i64
}

/// True where a field is set: a check, or a text that is not empty.
pub(crate) fn is(doc: &Doc, field: &str) -> bool {
    match doc.get(field) {
        Some(Value::String(s)) => !s.is_empty() && s != "0",
        Some(value) => as_num(value) != 0.0,
        None => false,
    }
}

/// True where a field has nothing in it: `None`, or an empty text.
pub(crate) fn blank(doc: &Doc, field: &str) -> bool {
    doc.get(field).is_none_or(|v| v.is_null() || v.as_str().is_some_and(str::is_empty))
}

/// A number as JSON, with its decimal point.
pub(crate) fn float(value: f64) -> Value {
    let value = if value == 0.0 { 0.0 } else { value };
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

/// Sets a field.
pub(crate) fn put(doc: &mut Doc, field: &str, value: impl Into<Value>) {
    doc.insert(field.to_owned(), value.into());
}

/// Sets a field to a number with a decimal point.
pub(crate) fn putf(doc: &mut Doc, field: &str, value: f64) {
    doc.insert(field.to_owned(), float(value));
}

/// Sets a field where it has nothing in it.
pub(crate) fn fill(doc: &mut Doc, field: &str, value: impl Into<Value>) {
    if blank(doc, field) {
        put(doc, field, value);
    }
}

/// The child rows of a table.
pub(crate) fn rows<'a>(doc: &'a Doc, table: &str) -> Vec<&'a Doc> {
    doc.get(table)
        .and_then(Value::as_array)
        .map(|a| a.iter().filter_map(Value::as_object).collect())
        .unwrap_or_default()
}

/// The child rows of a table, to be changed.
pub(crate) fn rows_mut<'a>(doc: &'a mut Doc, table: &str) -> Vec<&'a mut Doc> {
    let array = doc.get_mut(table).and_then(Value::as_array_mut);
    array.map(|a| a.iter_mut().filter_map(Value::as_object_mut).collect()).unwrap_or_default()
}

/// Takes the child rows out of a document, to be put back by [`give`].
pub(crate) fn take(doc: &mut Doc, table: &str) -> Vec<Doc> {
    let Some(Value::Array(array)) = doc.remove(table) else { return Vec::new() };
    array.into_iter().filter_map(|v| if let Value::Object(row) = v { Some(row) } else { None }).collect()
}

/// Puts child rows into a document.
pub(crate) fn give(doc: &mut Doc, table: &str, rows: Vec<Doc>) {
    doc.insert(table.to_owned(), Value::Array(rows.into_iter().map(Value::Object).collect()));
}

/// Rounds as Frappe does by default: half to even, after a look at what a float's noise hides.
pub(crate) fn flt(value: f64, precision: i32) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return 0.0;
    }
    let multiplier = 10f64.powi(precision);
    let scaled = (value * multiplier * 1e12).round() / 1e12;
    let scaled = if scaled.is_finite() { scaled } else { value * multiplier };
    if scaled == 0.0 {
        return 0.0;
    }
    let floor = scaled.floor();
    let rest = scaled - floor;
    let epsilon = (scaled.abs().log2() - 52.0).exp2().max(f64::MIN_POSITIVE);
    let whole = if (rest - 0.5).abs() < epsilon {
        if floor % 2.0 == 0.0 { floor } else { floor + 1.0 }
    } else if rest < 0.5 {
        floor
    } else {
        floor + 1.0
    };
    whole / multiplier
}

/// Money: two decimals.
pub(crate) fn money(value: f64) -> f64 {
    flt(value, 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_to_the_even_neighbour() {
        assert_eq!(flt(0.125, 2), 0.12);
        assert_eq!(flt(0.135, 2), 0.14);
        assert_eq!(flt(2.5, 0), 2.0);
        assert_eq!(flt(3.5, 0), 4.0);
        assert_eq!(flt(-2.5, 0), -2.0);
        assert_eq!(flt(1.005, 2), 1.0);
        assert_eq!(flt(7003.85, 0), 7004.0);
    }
}
