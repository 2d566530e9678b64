//! Fields above level 0: who has no right at a field's level may neither write nor read it, and is told nothing of that.
//!
//! In: a user, a document. Out: it without what he does not reach: reset to its default, or to what was there; read as nothing. As
//! Frappe's `validate_higher_perm_levels`, `apply_fieldlevel_read_permissions` and `get_permitted_fields`. Absent: what a list leaves out.

use crate::doc::{Doc, rows, rows_mut, text};
use crate::erp::{Erp, User};
use crate::error::Res;
use crate::schema::{Doctype, Kind};

impl Erp {
    /// Whether a user has this right at this level of a doctype. Nobody is beyond it, a System Manager neither.
    pub(crate) fn reaches(&self, user: &User, doctype: &str, level: i64, what: &str) -> bool {
        let Some(def) = self.schema.get(doctype).filter(|_| level > 0) else { return true };
        let at =
            |whole: &serde_json::Value| whole["permlevel"].as_i64() == Some(level) && whole[what].as_i64() == Some(1);
        def.rights.iter().any(|right| at(&right.whole) && user.roles.contains(&right.role))
    }

    /// The fields of a doctype, or of one of its tables, that he does not reach.
    fn beyond(&self, user: &User, of: &str, def: &Doctype, what: &str) -> Vec<String> {
        let beyond = def.fields.iter().filter(|field| !self.reaches(user, of, field.level, what));
        beyond.map(|field| field.name.clone()).collect()
    }

    /// Takes out of a document what he does not reach. When it is made its rows stay as they are.
    pub(crate) fn without(&self, user: &User, def: &Doctype, what: &str, doc: &mut Doc) {
        for field in self.beyond(user, &def.name, def, what) {
            doc.remove(&field);
        }
        if what == "write" {
            return;
        }
        for table in def.fields.iter().filter(|field| field.kind == Kind::Table) {
            let Some(child) = self.schema.get(&table.options) else { continue };
            let beyond = self.beyond(user, &def.name, &child, what);
            for row in rows_mut(doc, &table.name) {
                row.retain(|field, _| !beyond.contains(field));
            }
        }
    }

    /// Puts back what was there of what he does not reach.
    pub(crate) fn reset(&self, user: &User, def: &Doctype, was: &Doc, doc: &mut Doc) {
        put_back(&self.beyond(user, &def.name, def, "write"), Some(was), doc);
        for table in def.fields.iter().filter(|field| field.kind == Kind::Table) {
            let Some(child) = self.schema.get(&table.options) else { continue };
            let beyond = self.beyond(user, &def.name, &child, "write");
            if beyond.is_empty() {
                continue;
            }
            let old = rows(was, &table.name);
            for row in rows_mut(doc, &table.name) {
                let same = old.iter().find(|old| text(old, "name") == text(row, "name"));
                put_back(&beyond, same.copied(), row);
            }
        }
    }

    /// A document as he may read it.
    pub(crate) fn readable(&self, user: &User, doctype: &str, name: &str) -> Res<Doc> {
        let mut doc = self.load(doctype, name)?;
        if let Some(def) = self.schema.get(doctype) {
            self.without(user, &def, "read", &mut doc);
        }
        Ok(doc)
    }
}

fn put_back(fields: &[String], was: Option<&Doc>, doc: &mut Doc) {
    for field in fields {
        match was.and_then(|was| was.get(field)) {
            Some(value) => drop(doc.insert(field.clone(), value.clone())),
            None => drop(doc.remove(field)),
        }
    }
}
