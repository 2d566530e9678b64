//! A stored document as people read it: with every field of its doctype, and with the alterations.
//!
//! In: a document, which is stored without what is nothing or 0. Out: all of it, as JSON text or as a document. Absent: lists.

use crate::doc::{Doc, float, rows_mut};
use crate::erp::Erp;
use crate::schema::{Doctype, Kind};
use serde_json::{Value, json};

/// What a field reads where nothing is stored.
pub(crate) fn nothing(kind: Kind) -> Value {
    match kind {
        Kind::Whole => json!(0),
        Kind::Float => float(0.0),
        Kind::Table => json!([]),
        _ => Value::Null,
    }
}

/// Writes a value as JSON.
pub(crate) fn written(out: &mut Vec<u8>, value: &Value) {
    // A `Vec` takes all of it.
    let _ = serde_json::to_writer(out, value);
}

impl Erp {
    /// All fields of a document, child rows included.
    pub(crate) fn whole(&self, doctype: &str, doc: &mut Doc) {
        let Some(def) = self.schema.get(doctype) else { return };
        for field in &def.fields {
            if field.kind == Kind::Table {
                for row in rows_mut(doc, &field.name) {
                    self.whole(&field.options, row);
                }
            }
            if !doc.contains_key(&field.name) {
                doc.insert(field.name.clone(), nothing(field.kind));
            }
        }
    }

    /// A document as people read it.
    pub(crate) fn shown(&self, doctype: &str, mut doc: Doc) -> Doc {
        self.whole(doctype, &mut doc);
        if self.alterations.is_empty() {
            return doc;
        }
        let mut value = Value::Object(doc);
        for alteration in self.alterations.iter().filter(|a| a.doctype == doctype) {
            if let Some(field) = value.pointer_mut(&alteration.pointer) {
                *field = alteration.value.clone().unwrap_or_else(|| crate::alter::near(field));
            }
        }
        match value {
            Value::Object(doc) => doc,
            _ => Doc::new(),
        }
    }

    /// The same as the text of an answer: `{"data":{…}}`.
    pub(crate) fn rendered(&self, doctype: &str, doc: &Doc) -> Vec<u8> {
        let mut out = Vec::with_capacity(16 * 1024);
        out.extend_from_slice(br#"{"data":"#);
        match self.schema.get(doctype) {
            Some(def) if self.alterations.is_empty() => self.render(&def, doc, &mut out),
            _ => written(&mut out, &Value::Object(self.shown(doctype, doc.clone()))),
        }
        out.push(b'}');
        out
    }

    fn render(&self, def: &Doctype, doc: &Doc, out: &mut Vec<u8>) {
        out.push(b'{');
        let mut first = true;
        let mut key = |out: &mut Vec<u8>, name: &str| {
            if !std::mem::take(&mut first) {
                out.push(b',');
            }
            out.push(b'"');
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b"\":");
        };
        for (name, value) in doc {
            let table = if value.is_array() { def.field(name).and_then(|f| self.schema.get(&f.options)) } else { None };
            match (table, value) {
                (Some(child), Value::Array(rows)) => {
                    key(out, name);
                    out.push(b'[');
                    for (i, row) in rows.iter().filter_map(Value::as_object).enumerate() {
                        if i > 0 {
                            out.push(b',');
                        }
                        self.render(&child, row, out);
                    }
                    out.push(b']');
                }
                // A name of another system may need escapes.
                _ if def.free => {
                    let escaped = Value::from(name.as_str()).to_string();
                    key(out, &escaped[1..escaped.len() - 1]);
                    written(out, value);
                }
                _ => {
                    key(out, name);
                    written(out, value);
                }
            }
        }
        for field in def.fields.iter().filter(|f| !doc.contains_key(&f.name)) {
            key(out, &field.name);
            out.extend_from_slice(match field.kind {
                Kind::Whole => b"0",
                Kind::Float => b"0.0",
                Kind::Table => b"[]",
                _ => b"null",
            });
        }
        out.push(b'}');
    }
}
