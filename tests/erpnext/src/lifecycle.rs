//! A document's life: made, changed, submitted, cancelled, deleted, renamed; in the order in which Frappe does and asks things.
//!
//! In: what was sent. Out: the document as the answer has it, which after a submission in one request is older than what is stored.
//! Absent: what a doctype asks for and does; that is the controller's (`controllers`).

use crate::doc::{Doc, blank, int, owned, put, rows, text};
use crate::erp::{Erp, User};
use crate::error::{Error, Res};
use crate::schema::{Doctype, Kind};
use serde_json::{Value, json};
use std::sync::Arc;

/// What is being done to a document while its controller looks at it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Act {
    /// It was not there before.
    pub(crate) new: bool,
    /// It is or becomes a submitted one.
    pub(crate) submit: bool,
}

fn transition(from: i64, to: i64) -> Error {
    let word = |state| ["Draft", "Submitted", "Cancelled"].get(state as usize).copied().unwrap_or("?");
    let text = format!("Cannot change docstatus from {from} ({}) to {to} ({})", word(from), word(to));
    Error { message: String::new(), ..Error::refused("DocstatusTransitionError", text) }
}

fn cancelled() -> Error {
    Error { message: String::new(), ..Error::invalid("Cannot edit cancelled document") }
}

impl Erp {
    /// Makes a document, and submits it where it says `docstatus` 1.
    pub(crate) fn insert(&mut self, user: &User, doctype: &str, payload: &Doc, own_name: bool) -> Res<Doc> {
        let def = self.doctype(doctype)?;
        if def.is_child {
            return Err(Error::denied(format!("{doctype} is a child table")));
        }
        let mut doc = self.shape(&def, payload)?;
        for field in ["creation", "modified", "owner", "modified_by", "__islocal", "__unsaved"] {
            doc.remove(field);
        }
        let state = int(&doc, "docstatus");
        put(&mut doc, "doctype", doctype);
        put(&mut doc, "docstatus", state);
        put(&mut doc, "idx", 0);
        if state == 2 {
            return Err(transition(0, 2));
        }
        self.links(&def, &mut doc)?;
        self.amends(&def, &doc)?;
        self.must(user, doctype, "create")?;
        if state == 1 {
            self.must(user, doctype, "submit")?;
        }
        self.without(user, &def, "write", &mut doc);
        self.defaults(&def, &mut doc);
        let now = self.clock.now();
        for (field, value) in
            [("owner", &user.name), ("modified_by", &user.name), ("creation", &now), ("modified", &now)]
        {
            put(&mut doc, field, value.clone());
        }
        self.name(&def, &mut doc, own_name)?;
        doc.remove("__newname");
        let act = Act { new: true, submit: state == 1 };
        self.validate(&mut doc, act)?;
        self.scripts(user, &doc, "Before Save")?;
        if act.submit {
            self.scripts(user, &doc, "Before Submit")?;
        } else {
            self.before_save(&mut doc)?;
        }
        self.complete(&def, &doc)?;
        self.columns(&def, &doc)?;
        self.number_rows(&def, &mut doc);
        self.unique(&def, &doc, true)?;
        self.db.store(doctype, doc.clone());
        self.after_insert(&doc)?;
        let mut fresh = def.free || !def.submittable;
        if act.submit {
            fresh |= self.on_submit(&doc)?;
        }
        if fresh { self.load(doctype, text(&doc, "name")) } else { Ok(doc) }
    }

    fn amends(&self, def: &Doctype, doc: &Doc) -> Res<()> {
        let from = text(doc, "amended_from");
        if from.is_empty() || def.field("amended_from").is_none() {
            return Ok(());
        }
        match self.db.get(&def.name, from) {
            Some(old) if Self::state(&old) == 2 => Ok(()),
            _ => Err(Error::invalid("Amended From must be a cancelled document")),
        }
    }

    fn unique(&self, def: &Doctype, doc: &Doc, new: bool) -> Res<()> {
        let name = text(doc, "name");
        if new && self.db.has(&def.name, name) {
            return Err(Error::duplicate(&def.name, name));
        }
        for field in def.fields.iter().filter(|f| f.unique) {
            let value = text(doc, &field.name);
            if value.is_empty() {
                continue;
            }
            let taken = if self.db.has_index(&def.name, &field.name) {
                self.db.having(&def.name, &field.name, value).iter().any(|other| other != name)
            } else {
                self.db.rows(&def.name).any(|d| text(d, "name") != name && text(d, &field.name) == value)
            };
            if taken {
                return Err(Error::not_unique(&def.name, name, &field.name, &field.label, value));
            }
        }
        Ok(())
    }

    /// Changes fields of a document; with `docstatus` it is submitted or cancelled.
    pub(crate) fn update(&mut self, user: &User, doctype: &str, name: &str, changes: &Doc) -> Res<Doc> {
        let def = self.doctype(doctype)?;
        if def.autoname == "single" && !self.db.has(doctype, name) {
            self.db.store(doctype, Doc::from_iter([("name".into(), name.into()), ("doctype".into(), doctype.into())]));
        }
        let was = self.load(doctype, name)?;
        self.must(user, doctype, "write")?;
        let given = self.shape(&def, changes)?;
        let from = Self::state(&was);
        let to = given.get("docstatus").map_or(from, |v| crate::doc::as_num(v) as i64);
        let stamp = text(changes, "modified");
        if !stamp.is_empty() && stamp != text(&was, "modified") {
            let is = text(&was, "modified");
            let text = format!(
                "Error: Document has been modified after you have opened it ({is}, {stamp}). Please refresh to get the latest document."
            );
            return Err(Error::refused("TimestampMismatchError", text));
        }
        if from == 2 {
            return Err(cancelled());
        }
        if (from, to) == (0, 2) || to < from || to > 2 {
            return Err(transition(from, to));
        }
        let mut doc = self.merged(&def, &was, given);
        self.reset(user, &def, &was, &mut doc);
        put(&mut doc, "docstatus", to);
        match (from, to) {
            (1, 1) => self.update_submitted(user, &def, &was, doc),
            (1, 2) => self.cancel(user, doctype, name),
            _ => self.save(user, &def, doc, to == 1),
        }
    }

    fn merged(&self, def: &Doctype, was: &Doc, given: Doc) -> Doc {
        let mut doc = was.clone();
        for (field, value) in given {
            if ["name", "creation", "owner", "modified", "modified_by", "doctype"].contains(&field.as_str()) {
                continue;
            }
            let is_table = def.field(&field).is_some_and(|f| f.kind == Kind::Table);
            let value = match value {
                Value::Array(new) if is_table => {
                    let old = rows(was, &field);
                    let merge = |row: Value| match row {
                        Value::Object(row) => {
                            let same =
                                old.iter().find(|o| !blank(&row, "name") && text(o, "name") == text(&row, "name"));
                            let mut whole = same.map(|o| Doc::clone(o)).unwrap_or_default();
                            whole.extend(row);
                            Value::Object(whole)
                        }
                        other => other,
                    };
                    Value::Array(new.into_iter().map(merge).collect())
                }
                value => value,
            };
            doc.insert(field, value);
        }
        doc
    }

    fn stamp(&mut self, user: &User, doc: &mut Doc) {
        let now = self.clock.now();
        put(doc, "modified", now);
        put(doc, "modified_by", user.name.clone());
    }

    fn save(&mut self, user: &User, def: &Arc<Doctype>, mut doc: Doc, submit: bool) -> Res<Doc> {
        self.links(def, &mut doc)?;
        if submit {
            self.must(user, &def.name, "submit")?;
        }
        self.defaults(def, &mut doc);
        self.stamp(user, &mut doc);
        let act = Act { new: false, submit };
        self.validate(&mut doc, act)?;
        self.scripts(user, &doc, "Before Save")?;
        if submit {
            self.scripts(user, &doc, "Before Submit")?;
        } else {
            self.before_save(&mut doc)?;
        }
        self.complete(def, &doc)?;
        self.columns(def, &doc)?;
        self.number_rows(def, &mut doc);
        self.unique(def, &doc, false)?;
        self.db.store(&def.name, doc.clone());
        self.after_save(&doc);
        if submit {
            self.on_submit(&doc)?;
        }
        self.load(&def.name, text(&doc, "name"))
    }

    fn update_submitted(&mut self, user: &User, def: &Arc<Doctype>, was: &Doc, mut doc: Doc) -> Res<Doc> {
        let same = |a: &Value, b: &Value| {
            let number = |v: &Value| v.is_number().then(|| crate::doc::as_num(v));
            let empty = |v: &Value| v.is_null() || v.as_str().is_some_and(str::is_empty);
            a == b || (empty(a) && empty(b)) || matches!((number(a), number(b)), (Some(a), Some(b)) if a == b)
        };
        let said = |label: &str, a: &Value, b: &Value| {
            let word = |v: &Value| {
                v.as_str().map_or_else(|| if v.is_null() { "None".into() } else { v.to_string() }, str::to_owned)
            };
            let (a, b) = (word(a), word(b));
            let text = format!(
                " Not allowed to change <strong>{label}</strong> after submission from <strong>{a}</strong> to <strong>{b}</strong>"
            );
            Error::refused("UpdateAfterSubmitError", text)
        };
        for field in def.fields.iter().filter(|f| !f.allow_on_submit) {
            let (old, new) =
                (was.get(&field.name).unwrap_or(&Value::Null), doc.get(&field.name).unwrap_or(&Value::Null));
            if field.kind != Kind::Table {
                if !same(old, new) {
                    return Err(said(&field.label, old, new));
                }
                continue;
            }
            let (old, new) = (rows(was, &field.name), rows(&doc, &field.name));
            if old.len() != new.len() {
                return Err(said(&field.label, &json!(old.len()), &json!(new.len())));
            }
            let Some(child) = self.schema.get(&field.options) else { continue };
            for (old, new) in old.iter().zip(new) {
                for field in child.fields.iter().filter(|f| !f.allow_on_submit) {
                    let (a, b) =
                        (old.get(&field.name).unwrap_or(&Value::Null), new.get(&field.name).unwrap_or(&Value::Null));
                    if !same(a, b) {
                        return Err(said(&field.label, a, b));
                    }
                }
            }
        }
        self.links(def, &mut doc)?;
        self.stamp(user, &mut doc);
        self.number_rows(def, &mut doc);
        self.unique(def, &doc, false)?;
        self.db.store(&def.name, doc.clone());
        Ok(doc)
    }

    /// Submits a document that is there.
    pub(crate) fn submit(&mut self, user: &User, doctype: &str, name: &str) -> Res<Doc> {
        self.update(user, doctype, name, &Doc::from_iter([("docstatus".into(), json!(1))]))
    }

    /// Cancels a document.
    pub(crate) fn cancel(&mut self, user: &User, doctype: &str, name: &str) -> Res<Doc> {
        let def = self.doctype(doctype)?;
        let mut doc = self.load(doctype, name)?;
        self.must(user, doctype, "cancel")?;
        match Self::state(&doc) {
            0 => return Err(transition(0, 2)),
            2 => return Err(cancelled()),
            _ => {}
        }
        put(&mut doc, "docstatus", 2);
        self.scripts(user, &doc, "Before Cancel")?;
        if def.field("status").is_some_and(|f| f.options.contains("Cancelled")) {
            put(&mut doc, "status", "Cancelled");
        }
        self.stamp(user, &mut doc);
        self.number_rows(&def, &mut doc);
        self.db.store(doctype, doc.clone());
        self.on_cancel(&doc)?;
        self.load(doctype, name)
    }

    /// Deletes a draft, a cancelled document, or what has no drafts.
    pub(crate) fn delete(&mut self, user: &User, doctype: &str, name: &str) -> Res<()> {
        self.doctype(doctype)?;
        let gone = Error { message: String::new(), ..Error::missing(doctype, name) };
        let doc = self.db.get(doctype, name).ok_or(gone)?;
        self.must(user, doctype, "delete")?;
        if Self::state(&doc) == 1 {
            let text = format!("{doctype} {name}: Submitted Record cannot be deleted. You must Cancel it first.");
            return Err(Error::invalid(text));
        }
        if Self::state(&doc) == 0
            && let Some((other, by)) = self.linked(doctype, name)
        {
            let text = format!("Cannot delete or cancel because {doctype} {name} is linked with {other} {by}");
            return Err(Error::refused("LinkExistsError", text));
        }
        self.scripts(user, &doc, "Before Delete")?;
        Self::on_trash(user, &doc)?;
        self.db.remove(doctype, name);
        self.after_delete(&doc);
        let (hash, now) = (self.hash(), self.clock.now());
        let row = json!({ "name": hash, "deleted_doctype": doctype, "deleted_name": name, "creation": now, "modified": now, "owner": user.name });
        if let Value::Object(row) = row {
            self.db.store("Deleted Document", row);
        }
        Ok(())
    }

    fn linked(&self, doctype: &str, name: &str) -> Option<(String, String)> {
        for other in self.db.doctypes() {
            let Some(def) = self.schema.get(&other) else { continue };
            if ["Bin", "Item Price", "GL Entry", "Stock Ledger Entry"].contains(&other.as_str()) {
                continue;
            }
            for doc in self.db.rows(&other) {
                let own = other == doctype && text(doc, "name") == name;
                if !own && Self::state(doc) < 3 && self.points(&def, doc, doctype, name) {
                    return Some((other.clone(), owned(doc, "name")));
                }
            }
        }
        None
    }

    fn points(&self, def: &Doctype, doc: &Doc, doctype: &str, name: &str) -> bool {
        let direct = |def: &Doctype, doc: &Doc| {
            def.fields.iter().any(|f| match f.kind {
                Kind::Link => f.options == doctype && text(doc, &f.name) == name,
                Kind::DynamicLink => text(doc, &f.options) == doctype && text(doc, &f.name) == name,
                _ => false,
            })
        };
        direct(def, doc)
            || def.tables().any(|t| {
                let child = self.schema.get(&t.options);
                child.is_some_and(|child| rows(doc, &t.name).into_iter().any(|row| direct(&child, row)))
            })
    }

    /// Renames a document, and every link to it.
    pub(crate) fn rename(&mut self, user: &User, doctype: &str, old: &str, new: &str) -> Res<()> {
        self.must(user, doctype, "write")?;
        let mut doc = self.load(doctype, old)?;
        if self.db.has(doctype, new) {
            return Err(Error::invalid(format!("Another {doctype} with name {new} exists, select another name")));
        }
        self.db.remove(doctype, old);
        put(&mut doc, "name", new);
        self.stamp(user, &mut doc);
        let def = self.doctype(doctype)?;
        self.number_rows(&def, &mut doc);
        self.db.store(doctype, doc);
        for other in self.db.doctypes() {
            let Some(def) = self.schema.get(&other) else { continue };
            let hit: Vec<Doc> =
                self.db.rows(&other).filter(|d| self.points(&def, d, doctype, old)).map(|d| Doc::clone(d)).collect();
            for mut doc in hit {
                let turn = |def: &Doctype, doc: &mut Doc| {
                    for field in &def.fields {
                        let points = match field.kind {
                            Kind::Link => field.options == doctype,
                            Kind::DynamicLink => text(doc, &field.options) == doctype,
                            _ => false,
                        };
                        if points && text(doc, &field.name) == old {
                            put(doc, &field.name, new);
                        }
                    }
                };
                turn(&def, &mut doc);
                for table in def.tables() {
                    let Some(child) = self.schema.get(&table.options) else { continue };
                    crate::doc::rows_mut(&mut doc, &table.name).into_iter().for_each(|row| turn(&child, row));
                }
                self.db.store(&other, doc);
            }
        }
        Ok(())
    }
}
