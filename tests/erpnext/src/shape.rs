//! A payload made into a document: fields that the doctype has, defaults, types, links, mandatory ones, choices.
//!
//! In: what was sent. Out: a document with every field, or Frappe's exception. Unknown fields are dropped and remembered. Absent: what a
//! controller fills in or asks for.

use crate::clock;
use crate::doc::{Doc, as_num, blank, fill, float, put, rows, text};
use crate::erp::{COMPANY, Erp, Ignored};
use crate::error::{Error, Res};
use crate::schema::{Doctype, Field, Kind};
use serde_json::{Value, json};

/// Fields of the database, on every document.
pub(crate) const STANDARD: [&str; 16] = [
    "name",
    "owner",
    "creation",
    "modified",
    "modified_by",
    "docstatus",
    "idx",
    "parent",
    "parentfield",
    "parenttype",
    "doctype",
    "_user_tags",
    "_comments",
    "_assign",
    "_liked_by",
    "_seen",
];

fn plain(field: &Field, value: Value) -> Value {
    match field.kind {
        Kind::Whole => json!(as_num(&value) as i64),
        Kind::Float => float(as_num(&value)),
        _ => match value {
            Value::Number(n) => n.to_string().into(),
            Value::Bool(b) => i64::from(b).to_string().into(),
            Value::Array(_) | Value::Object(_) => value.to_string().into(),
            value => value,
        },
    }
}

impl Erp {
    /// Keeps of a payload what the doctype has.
    pub(crate) fn shape(&mut self, def: &Doctype, payload: &Doc) -> Res<Doc> {
        let mut doc = Doc::new();
        for (name, value) in payload {
            let Some(field) = def.field(name) else {
                if def.free || STANDARD.contains(&name.as_str()) || name.starts_with("__") {
                    doc.insert(name.clone(), value.clone());
                } else {
                    let ignored = Ignored { doctype: def.name.clone(), field: name.clone() };
                    if !self.ignored.contains(&ignored) {
                        self.ignored.push(ignored);
                    }
                }
                continue;
            };
            if field.kind != Kind::Table {
                doc.insert(name.clone(), plain(field, value.clone()));
                continue;
            }
            let child = self.schema.get(&field.options);
            let mut table = Vec::new();
            for row in value.as_array().into_iter().flatten().filter_map(Value::as_object) {
                table.push(Value::Object(match &child {
                    Some(child) => self.shape(child, row)?,
                    None => row.clone(),
                }));
            }
            doc.insert(name.clone(), Value::Array(table));
        }
        Ok(doc)
    }

    /// Fills in what the definition has as default.
    pub(crate) fn defaults(&mut self, def: &Doctype, doc: &mut Doc) {
        for field in def.filled.iter().map(|i| &def.fields[*i]) {
            if field.kind == Kind::Table {
                if !doc.contains_key(&field.name) {
                    continue;
                }
                let child = self.schema.get(&field.options);
                let mut table = crate::doc::take(doc, &field.name);
                if let Some(child) = child {
                    for row in &mut table {
                        self.defaults(&child, row);
                    }
                }
                crate::doc::give(doc, &field.name, table);
                continue;
            }
            if doc.get(&field.name).is_some_and(|v| !v.is_null()) {
                continue;
            }
            let default = field.default.as_deref();
            let value = match field.kind {
                Kind::Whole => json!(default.and_then(|d| d.parse::<i64>().ok()).unwrap_or(0)),
                Kind::Float => float(default.and_then(|d| d.parse().ok()).unwrap_or(0.0)),
                Kind::Date if default == Some("Today") => self.clock.today().into(),
                Kind::Time if default == Some("Now") => self.clock.now()[11..].into(),
                Kind::Datetime if default.is_some_and(|d| d.eq_ignore_ascii_case("now")) => self.clock.now().into(),
                Kind::Link if field.name == "company" && field.options == "Company" && !def.is_child => COMPANY.into(),
                Kind::Link if field.name == "currency" && !def.is_child => "IDR".into(),
                _ => match default {
                    Some(default) if !default.starts_with([':', '{']) => default.into(),
                    // A row's too is the usual company's: what is made of a row does not know whose it is (`_set_defaults`).
                    Some(":Company") => match self.value("Company", COMPANY, &field.name) {
                        own if own.is_empty() => Value::Null,
                        own => own.into(),
                    },
                    // Frappe takes the first choice, which may be no text at all.
                    _ if field.kind == Kind::Select && field.name != "naming_series" => {
                        let first = field.options.split('\n').next().unwrap_or_default().trim();
                        if first.is_empty() { Value::Null } else { first.into() }
                    }
                    _ => Value::Null,
                },
            };
            if !value.is_null() {
                doc.insert(field.name.clone(), value);
            }
        }
    }

    /// Looks up links, and fills in what they fetch. Where a link fetches, a target that is missing passes: Frappe's own hole.
    pub(crate) fn links(&mut self, def: &Doctype, doc: &mut Doc) -> Res<()> {
        let (mut lost, mut cancelled) = (Vec::new(), Vec::new());
        self.links_of(def, doc, "", &mut lost, &mut cancelled);
        for table in def.tables() {
            let Some(child) = self.schema.get(&table.options) else { continue };
            for (i, row) in crate::doc::rows_mut(doc, &table.name).into_iter().enumerate() {
                self.links_of(&child, row, &format!("Row #{}: ", i + 1), &mut lost, &mut cancelled);
            }
        }
        if !lost.is_empty() {
            return Err(Error::refused("LinkValidationError", format!("Could not find {}", lost.join(", "))));
        }
        if !cancelled.is_empty() {
            let text = format!("Cannot link cancelled document: {}", cancelled.join(", "));
            return Err(Error::refused("CancelledLinkError", text));
        }
        Ok(())
    }

    fn links_of(&self, def: &Doctype, doc: &mut Doc, row: &str, lost: &mut Vec<String>, cancelled: &mut Vec<String>) {
        for (at, fetches) in &def.links {
            let field = &def.fields[*at];
            let Some(name) = doc.get(&field.name).and_then(Value::as_str).filter(|n| !n.is_empty()) else { continue };
            let target = if field.kind == Kind::Link { field.options.as_str() } else { text(doc, &field.options) };
            if target.is_empty() {
                continue;
            }
            if target == "DocType" {
                if self.schema.get(name).is_none() {
                    lost.push(format!("{row}{}: {name}", field.label));
                }
                continue;
            }
            match self.db.get(target, name) {
                Some(found) => {
                    let builds_on = (def.submittable || def.is_child) && field.name != "amended_from";
                    if builds_on && Self::state(&found) == 2 && self.schema.get(target).is_some_and(|t| t.submittable) {
                        cancelled.push(format!("{row}{}: {name}", field.label));
                    }
                    for into in fetches.iter().map(|i| &def.fields[*i]) {
                        let from = into.fetch_from.split_once('.').map_or("", |(_, from)| from);
                        if (!into.fetch_if_empty || blank(doc, &into.name))
                            && let Some(value) = found.get(from).filter(|v| !v.is_null())
                        {
                            doc.insert(into.name.clone(), plain(into, value.clone()));
                        }
                    }
                }
                None if fetches.is_empty() => lost.push(format!("{row}{}: {name}", field.label)),
                None => {}
            }
        }
    }

    /// Mandatory fields, choices and lengths: what Frappe looks at after the controller.
    pub(crate) fn complete(&self, def: &Doctype, doc: &Doc) -> Res<()> {
        let mut missing = Vec::new();
        let mut said = Vec::new();
        for field in def.needed.iter().map(|i| &def.fields[*i]) {
            let empty = match field.kind {
                Kind::Table => rows(doc, &field.name).is_empty(),
                _ => blank(doc, &field.name),
            };
            if empty {
                missing.push(field.name.clone());
                said.push(match field.kind {
                    Kind::Table => format!("Error: Data missing in table: {}", field.label),
                    _ => format!("Error: Value missing for {}: {}", def.name, field.label),
                });
            }
        }
        for table in def.tables() {
            let Some(child) = self.schema.get(&table.options) else { continue };
            for (i, row) in rows(doc, &table.name).into_iter().enumerate() {
                for field in child.needed.iter().map(|i| &child.fields[*i]) {
                    if blank(row, &field.name) {
                        missing.push(field.name.clone());
                        said.push(format!("Error: Value missing for: Row #{}: {}", i + 1, field.label));
                    }
                }
                self.choices(&child, row)?;
            }
        }
        if missing.is_empty() {
            return self.choices(def, doc);
        }
        let text = format!("[{}, {}]: {}", def.name, text(doc, "name"), missing.join(", "));
        Err(Error { message: said.join("; "), ..Error::refused("MandatoryError", text) })
    }

    fn choices(&self, def: &Doctype, doc: &Doc) -> Res<()> {
        for field in def.chosen.iter().map(|i| &def.fields[*i]) {
            let value = text(doc, &field.name);
            if value.is_empty() {
                continue;
            }
            let choices: Vec<&str> = field.options.split('\n').map(str::trim).filter(|o| !o.is_empty()).collect();
            if !choices.is_empty() && !choices.contains(&value) {
                let all = choices.iter().map(|c| format!("\"{c}\"")).collect::<Vec<_>>().join(", ");
                let label = &field.label;
                return Err(Error::invalid(format!("{label} cannot be \"{value}\". It should be one of {all}")));
            }
        }
        for field in def.links.iter().map(|(i, _)| &def.fields[*i]) {
            let value = text(doc, &field.name);
            if value.len() > 140 && value.chars().count() > 140 {
                let label = &field.label;
                let text = format!("'{label}' ({value}) will get truncated, as max characters allowed is 140");
                return Err(Error::refused("CharacterLengthExceededError", text));
            }
        }
        Ok(())
    }

    /// Days, times and columns that MariaDB would not take.
    pub(crate) fn columns(&self, def: &Doctype, doc: &Doc) -> Res<()> {
        if let Some(field) = def.fields.iter().find(|field| !field.has_column) {
            return Err(Error::no_column(&def.name, &field.name, "INSERT INTO"));
        }
        for field in def.dated.iter().map(|i| &def.fields[*i]) {
            let value = text(doc, &field.name);
            let (kind, good) = match field.kind {
                Kind::Date => ("date", clock::moment(value).is_some()),
                Kind::Time => ("time", clock::is_time(value)),
                Kind::Datetime => ("datetime", clock::moment(value).is_some()),
                _ => continue,
            };
            if !value.is_empty() && !good {
                let column = format!("`tab{}`.`{}`", def.name, field.name);
                let text = format!("(1292, \"Incorrect {kind} value: '{value}' for column {column} at row 1\")");
                return Err(Error { message: String::new(), ..Error::with(500, "OperationalError", text) });
            }
        }
        for table in def.tables() {
            let Some(child) = self.schema.get(&table.options) else { continue };
            for row in rows(doc, &table.name) {
                self.columns(&child, row)?;
            }
        }
        Ok(())
    }

    /// Names and numbers child rows, and dates all of them as the document is.
    pub(crate) fn number_rows(&mut self, def: &Doctype, doc: &mut Doc) {
        let carry: Vec<(&str, Value)> = ["owner", "creation", "modified", "modified_by", "docstatus"]
            .into_iter()
            .map(|f| (f, doc.get(f).cloned().unwrap_or_default()))
            .collect();
        let name = text(doc, "name").to_owned();
        let tables: Vec<(String, String)> = def.tables().map(|t| (t.name.clone(), t.options.clone())).collect();
        for (table, child) in tables {
            if !doc.contains_key(&table) {
                continue;
            }
            let mut rows = crate::doc::take(doc, &table);
            for (i, row) in rows.iter_mut().enumerate() {
                let fresh = blank(row, "name") || text(row, "parent") != name;
                if fresh {
                    put(row, "name", self.hash());
                }
                for (field, value) in &carry {
                    if fresh || matches!(*field, "modified" | "modified_by" | "docstatus") {
                        row.insert((*field).into(), value.clone());
                    }
                }
                put(row, "idx", i as i64 + 1);
                put(row, "parent", name.clone());
                put(row, "parentfield", table.clone());
                put(row, "parenttype", def.name.clone());
                fill(row, "doctype", child.clone());
            }
            crate::doc::give(doc, &table, rows);
        }
    }
}
