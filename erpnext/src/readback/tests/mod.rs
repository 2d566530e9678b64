//! Answers of a real ERPNext, and every field of them changed in turn.

mod echoed;
mod recorded;
mod traps;
mod words;

use super::*;
use crate::payload::tests::{masters, n, site, submitted};
use outpost_core::domain::document::Kind;
use serde_json::json;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn recordings() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = here.ancestors().map(|dir| dir.join("shared/erpnext")).find(|dir| dir.is_dir());
    found.unwrap_or_else(|| panic!("shared/erpnext is missing in every directory above {}", here.display()))
}

/// The call of this number in a recording: what was sent, and the document that was answered.
fn call(file: &str, number: usize) -> (Value, Value) {
    let path = recordings().join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let call: Value = serde_json::from_str(text.lines().nth(number).unwrap()).unwrap();
    let sent = call["args"].as_array().unwrap().last().unwrap().clone();
    let answer = match &call["response"] {
        Value::String(cut) => mended(cut),
        whole => whole.clone(),
    };
    (sent, answer["data"].clone())
}

/// An answer that was cut off in the recording: what came before, up to the last whole field.
fn mended(cut: &str) -> Value {
    let ends = cut.rmatch_indices(", \"").map(|(end, _)| end);
    ends.filter_map(|end| serde_json::from_str(&format!("{}}}}}", &cut[..end])).ok()).next().unwrap()
}

fn expected(kind: Kind, fields: &Value, booked: &Value, reading: Reading) -> Expected {
    Expected::of(&submitted(kind, fields, booked), &masters(), &site(), reading)
}

fn said(found: &[Difference]) -> Vec<String> {
    found.iter().map(Difference::to_string).collect()
}

fn merged(mut base: Value, more: Value) -> Value {
    base.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    base
}

/// The pointers of all scalars in a value.
fn scalars(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Array(rows) => rows.iter().enumerate().for_each(|(i, row)| scalars(row, &format!("{at}/{i}"), found)),
        Value::Object(fields) => fields.iter().for_each(|(name, value)| scalars(value, &format!("{at}/{name}"), found)),
        _ => found.push(at.to_owned()),
    }
}

/// `/items/0/rate` → `items[0].rate`.
fn path(pointer: &str) -> String {
    let mut path = String::new();
    for part in pointer.split('/').skip(1) {
        match part.parse::<usize>() {
            Ok(i) => path.push_str(&format!("[{i}]")),
            Err(_) if path.is_empty() => path.push_str(part),
            Err(_) => path.push_str(&format!(".{part}")),
        }
    }
    path
}

/// Another value of the same type, and far enough away.
fn other(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64().unwrap() + 1.0),
        Value::String(text) if text.starts_with("20") && text.contains('-') => json!("1999-01-01"),
        Value::String(text) if text.contains(':') => json!("03:04:05"),
        Value::String(text) => json!(format!("{text} - 1")),
        Value::Bool(yes) => json!(!yes),
        _ => json!("something"),
    }
}

/// A document as lists show it: its columns that are looked at, and those of its rows.
fn as_listed(sent: &Value, got: &Value) -> Value {
    fn names(fields: &Value) -> BTreeSet<&str> {
        fields.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect()
    }
    fn only(got: &Value, sent: &BTreeSet<&str>, always: &[&str]) -> Value {
        let is_column = |name: &&str| !got[*name].is_array();
        let columns: Vec<String> = names(got).into_iter().filter(is_column).map(str::to_owned).collect();
        let looked_at = looked_at(&columns, sent);
        let fields = always.iter().copied().chain(looked_at).filter_map(|name| Some((name.to_owned(), got.get(name)?)));
        fields.map(|(name, value)| (name, value.clone())).collect()
    }
    let mut listed = only(got, &names(sent), &["name", "docstatus"]);
    for (table, rows) in got.as_object().unwrap().iter().filter_map(|(name, rows)| Some((name, rows.as_array()?))) {
        let own = sent.get(table).and_then(Value::as_array).into_iter().flatten().flat_map(names).collect();
        listed[table] = rows.iter().map(|row| only(row, &own, &["docstatus"])).collect();
    }
    listed
}

/// Fields that were sent, and whose change is not told.
const UNTOLD: [&str; 5] =
    ["taxes_and_charges", "ignore_pricing_rule", "advances[0].remarks", "payments[0].type", "payments[1].type"];

/// Every scalar that was sent is told where ERPNext has another value or none, and so is every figure of `derived`.
#[track_caller]
fn each_change_is_told(sent: &Value, expected: &Expected, got: &Value, derived: &[&str]) {
    let before = differences(sent, expected, got);
    assert!(before.is_empty(), "{:#?}\n{got:#}", said(&before));
    let mut pointers = Vec::new();
    scalars(sent, "", &mut pointers);
    pointers.extend(derived.iter().map(|pointer| (*pointer).to_owned()));
    for pointer in pointers {
        let at = path(&pointer);
        let mut changed = got.clone();
        let Some(value) = changed.pointer_mut(&pointer) else { panic!("{at} is not in the answer") };
        *value = other(value);
        let found = differences(sent, expected, &changed);
        let told = found.iter().any(|difference| difference.field == at);
        // Of two totals, one may be held against what is to be paid under the other's name.
        assert_eq!(told, !UNTOLD.contains(&at.as_str()), "{at}: {:?}", said(&found));
    }
}
