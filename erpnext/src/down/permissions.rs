//! What each role may do with the kinds of documents that workshops make.
//!
//! In: ERPNext's definition of a doctype, which anybody may read. Out: a row for each role, and what is there no more. Rights that hold for
//! one's own documents alone, and those of single fields, have no place in a row: they give nothing.

use super::Came;
use super::known::Known;
use super::rows::Doc;
use super::source::Source;
use crate::client::Failure;
use outpost_core::domain::document::{Kind, Text};
use outpost_core::domain::master::{Permission, Row, RowKey, Table};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Reads one kind; whether there is another behind it.
pub(super) fn step(source: &dyn Source, known: &dyn Known, at: usize, came: &mut Came) -> Result<bool, Failure> {
    let Some(kind) = Kind::ALL.get(at).copied() else { return Ok(false) };
    let more = at + 1 < Kind::ALL.len();
    let answer = match source.call("frappe.desk.form.load.getdoctype", &json!({ "doctype": kind.name() })) {
        // One kind that cannot be read hides no other.
        Err(Failure::Refused { words, .. }) => {
            came.told.push(format!("the rights of {} cannot be read: {words}", kind.name()));
            return Ok(more);
        }
        answer => answer?,
    };
    match rows(kind, &answer) {
        Ok(rows) => {
            let here: BTreeSet<RowKey> = rows.iter().map(Row::key).collect();
            came.gone.extend(there(known, kind).into_iter().filter(|key| !here.contains(key)));
            came.rows.extend(rows);
        }
        Err(why) => came.told.push(format!("the rights of {}: {why}", kind.name())),
    }
    Ok(more)
}

/// The rows of a definition: pure.
pub(super) fn rows(kind: Kind, answer: &Value) -> Result<Vec<Row>, String> {
    let docs = answer.get("docs").and_then(Value::as_array).ok_or("no definition came")?;
    let named = |doc: &&Value| doc.get("name").and_then(Value::as_str) == Some(kind.name());
    let rules = docs.iter().find(named).and_then(|doc| doc.get("permissions")).and_then(Value::as_array);
    let mut roles: BTreeMap<Text, Permission> = BTreeMap::new();
    for rule in rules.ok_or("no rights came")? {
        let rule = Doc { fields: rule, with: &BTreeMap::new() };
        if rule.flag("if_owner") || !rule.number("permlevel")?.is_zero() {
            continue;
        }
        let role = rule.text("role")?;
        let none =
            Permission { role: role.clone(), document: kind, read: false, create: false, submit: false, cancel: false };
        let may = roles.entry(role).or_insert(none);
        may.read |= rule.flag("read");
        may.create |= rule.flag("create");
        may.submit |= rule.flag("submit");
        may.cancel |= rule.flag("cancel");
    }
    Ok(roles.into_values().map(Row::Permission).collect())
}

/// The rows of a kind that we have: a role and a kind make few of them.
fn there(known: &dyn Known, kind: Kind) -> Vec<RowKey> {
    let rows = known.after(Table::Permission, "", usize::MAX);
    rows.iter().filter(|row| matches!(row, Row::Permission(row) if row.document == kind)).map(Row::key).collect()
}
