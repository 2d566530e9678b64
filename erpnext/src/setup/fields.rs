//! The custom fields: which doctype gets which, of what shape.
//!
//! In: a field as ERPNext has it. Out: what is wrong with it. Absent: making and removing them.

use super::meta::{number, text};
use outpost_core::domain::document::Kind;
use serde_json::{Value, json};

/// One custom field.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    label: &'static str,
    kind: &'static str,
    after: &'static str,
    /// The length of its column; ERPNext's own where 0.
    length: u64,
    /// The longest value that is put into it.
    needs: u64,
    unique: bool,
    no_copy: bool,
    /// Older setups made it otherwise: copied with a document, for people to write in, or not to filter by.
    was_otherwise: bool,
    read_only: bool,
    filter: bool,
    search: bool,
}

/// The characters of a Data field where nobody says.
const USUAL: u64 = 140;

const PLAIN: Field = Field {
    name: "",
    label: "",
    kind: "Data",
    after: "",
    length: 0,
    needs: USUAL,
    unique: false,
    no_copy: false,
    was_otherwise: false,
    read_only: false,
    filter: false,
    search: false,
};

/// The id of the document that was made at a workshop. Unique: this is what keeps it from being posted twice.
const ID: Field = Field {
    name: "outpost_id",
    label: "Outpost ID",
    after: "naming_series",
    length: 64,
    needs: 36,
    unique: true,
    no_copy: true,
    read_only: true,
    ..PLAIN
};
/// Its number on paper.
const NO: Field = Field {
    name: "outpost_no",
    label: "Outpost No",
    after: "outpost_id",
    no_copy: true,
    read_only: true,
    filter: true,
    search: true,
    ..PLAIN
};
/// What says of which workshop's paper a document is. Whatever people make of it in ERPNext, another document or a return, is of none, and
/// nobody writes it by hand: what is sent over REST is kept in a field that is read only.
const SAYS: Field = Field { no_copy: true, was_otherwise: true, read_only: true, ..PLAIN };
/// The workshop.
const SITE: Field =
    Field { name: "outpost_site", label: "Outpost Site", after: "outpost_no", needs: 32, filter: true, ..SAYS };
/// Who made it there.
const USER: Field = Field { name: "outpost_user", label: "Outpost User", after: "outpost_site", filter: true, ..SAYS };
/// The day that the paper says, where it is posted on another.
const DATE: Field =
    Field { name: "outpost_date", label: "Outpost Date", kind: "Date", after: "outpost_user", needs: 0, ..SAYS };
/// Of a warehouse: the workshop that it belongs to. People say it.
const OF_WAREHOUSE: Field =
    Field { after: "warehouse_name", no_copy: false, was_otherwise: false, read_only: false, ..SITE };

/// Whether the workshop's box is to be asked: a tick.
const ASK: Field = Field {
    name: crate::guard::ASK,
    label: "Ask the Workshop",
    kind: "Check",
    after: "outpost_site",
    needs: 0,
    no_copy: true,
    filter: true,
    ..PLAIN
};
/// What came of it.
const ANSWER: Field = Field {
    name: crate::guard::ANSWER,
    label: "Outpost Answer",
    kind: "Small Text",
    after: crate::guard::ASK,
    needs: 0,
    no_copy: true,
    read_only: true,
    ..PLAIN
};

/// The guard's, of each doctype that can be asked for.
pub(super) const ASKED: &[Field] = &[ASK, ANSWER];

const MASTER: &[Field] = &[ID, NO, SITE, USER];
const TRANSACTION: &[Field] = &[ID, NO, SITE, USER, DATE];
const WAREHOUSE: &[Field] = &[OF_WAREHOUSE];

/// The kinds that become documents of their own in ERPNext.
pub(super) fn made() -> impl Iterator<Item = Kind> {
    Kind::ALL.iter().copied().filter(|kind| kind.has_id())
}

/// Each doctype with its fields, in the order in which they are made.
pub fn all() -> impl Iterator<Item = (&'static str, &'static [Field])> {
    let fields = |kind: Kind| match kind {
        // It has no day that could be another.
        Kind::Timesheet => MASTER,
        kind if kind.is_master() => MASTER,
        _ => TRANSACTION,
    };
    made().map(move |kind| (kind.name(), fields(kind))).chain([("Warehouse", WAREHOUSE)])
}

impl Field {
    /// The document that makes it.
    pub fn body(&self, doctype: &str) -> Value {
        let mut body = json!({
            "dt": doctype, "fieldname": self.name, "label": self.label, "fieldtype": self.kind, "insert_after": self.after,
            "unique": u8::from(self.unique), "no_copy": u8::from(self.no_copy), "read_only": u8::from(self.read_only),
            "print_hide": 1, "in_standard_filter": u8::from(self.filter), "in_global_search": u8::from(self.search),
        });
        if self.length > 0 {
            body["length"] = self.length.into();
        }
        body
    }

    /// What is wrong with the field of this name that is there. How it is shown to people is their own affair.
    pub(super) fn wrong(&self, found: &Value) -> Vec<String> {
        let mut wrong = Vec::new();
        let kind = text(found, "fieldtype");
        if kind != self.kind {
            wrong.push(format!("it is of the type {kind} and has to be {}", self.kind));
            return wrong;
        }
        let length = Some(number(found, "length")).filter(|length| *length > 0).unwrap_or(USUAL);
        if length < self.needs {
            wrong.push(format!("it takes {length} characters and has to take {}", self.needs));
        }
        match (self.unique, number(found, "unique") == 1) {
            (true, false) => wrong.push("it is not unique, so nothing keeps a document from being there twice".into()),
            (false, true) => wrong.push("it is unique, so a second document with the same value is refused".into()),
            _ => {}
        }
        if self.is_copied(found) {
            wrong.push("it is copied with a document, and a copy is another document".into());
        }
        if number(found, "reqd") == 1 {
            wrong.push("it is mandatory, so nobody at the desk can save a document".into());
        }
        wrong
    }

    /// True of one that is there as older setups made it: right, but for being copied with a document, written in by people, or not a filter.
    pub(super) fn is_older(&self, found: &Value) -> bool {
        let older = Self { no_copy: false, ..*self };
        let lacks = self.flags().iter().any(|(flag, on)| *on && number(found, flag) == 0);
        self.was_otherwise && lacks && older.wrong(found).is_empty()
    }

    /// True of one that is copied with a document, and must not be.
    pub(super) fn is_copied(&self, found: &Value) -> bool {
        self.no_copy && number(found, "no_copy") == 0
    }

    /// What an older one gets.
    pub(super) fn mended(&self) -> Value {
        let flags = self.flags().into_iter().filter(|(_, on)| *on);
        Value::Object(flags.map(|(flag, _)| (flag.to_owned(), 1.into())).collect())
    }

    /// The same in words.
    pub(super) fn mends(&self) -> String {
        let filter = if self.filter { ", and is a filter of lists" } else { "" };
        format!("so that it is not copied to what people make of a document, nor written in by them{filter}")
    }

    fn flags(&self) -> [(&'static str, bool); 3] {
        [("no_copy", self.no_copy), ("read_only", self.read_only), ("in_standard_filter", self.filter)]
    }

    /// True of one that setup has made, this one or an older one. One of another shape is somebody else's.
    pub(super) fn is_ours(&self, found: &Value) -> bool {
        self.wrong(found).is_empty() || self.is_older(found)
    }

    /// Its shape in words.
    pub(super) fn shape(&self) -> String {
        let mut words = vec![self.kind.to_owned()];
        words.extend((self.length > 0).then(|| format!("{} characters", self.length)));
        let flags = [(self.unique, "unique"), (self.no_copy, "not copied"), (self.read_only, "read only")];
        words.extend(flags.iter().filter(|(on, _)| *on).map(|(_, word)| (*word).to_owned()));
        words.join(", ")
    }

    /// What to do about a wrong one.
    pub(super) fn remedy(&self, doctype: &str) -> String {
        let (name, shape) = (self.name, self.shape());
        format!(
            "Whose field is it? Where nobody needs it, delete the Custom Field {doctype}-{name} and run setup; else change it to: {shape}."
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payload::tests::bodies;

    #[test]
    fn every_field_of_ours_that_is_sent_is_made() {
        for case in bodies::all() {
            let doctype = case.submitted.document.kind().name();
            let Some((_, fields)) = all().find(|(of, _)| *of == doctype) else { continue };
            let sent = case.by_hand.as_object().unwrap().keys().filter(|name| name.starts_with("outpost_"));
            sent.for_each(|name| assert!(fields.iter().any(|field| field.name == name), "{doctype} {name}"));
        }
    }

    #[test]
    fn nothing_of_ours_goes_along_with_what_people_make_of_a_document() {
        for (doctype, fields) in all().filter(|(doctype, _)| *doctype != "Warehouse") {
            for field in fields {
                assert_eq!(field.body(doctype)["no_copy"], 1, "{doctype} {}", field.name);
            }
        }
    }

    #[test]
    fn people_write_in_none_of_ours_but_a_warehouse_s_and_find_documents_by_number_site_and_user() {
        for (doctype, fields) in all().filter(|(doctype, _)| *doctype != "Warehouse") {
            for field in fields {
                let (name, body) = (field.name, field.body(doctype));
                assert_eq!(body["read_only"], 1, "{doctype} {name}");
                let found_by = ["outpost_no", "outpost_site", "outpost_user"].contains(&name);
                assert_eq!(body["in_standard_filter"], u8::from(found_by), "{doctype} {name}");
            }
        }
        assert_eq!(OF_WAREHOUSE.body("Warehouse")["read_only"], 0);
    }

    #[test]
    fn a_field_is_right_as_it_is_made() {
        for (doctype, fields) in all() {
            for field in fields {
                assert_eq!(field.wrong(&field.body(doctype)), Vec::<String>::new(), "{doctype} {}", field.name);
            }
        }
    }
}
