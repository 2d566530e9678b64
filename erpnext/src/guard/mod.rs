//! The guard in ERPNext: who submits something there for a workshop's warehouse is refused while the link to that workshop is down; or
//! always, and has the workshop's box asked by a tick on the draft ([`Mode`]).
//!
//! In: when a site was heard. Out: the site's row of the doctype [`LINK`], which the office saves each minute while the line is up; the
//! scripts that look at it. They go by when ERPNext itself says the row was saved, so that the two clocks need not agree, and whoever saved
//! it is the office to them. Absent: installing them (`setup`), who is heard and asking the box (the office), which ERPNext itself never does.

use crate::client::{Client, Failure};
use serde_json::{Value, json};
use std::fmt;

/// The doctype with a row for each site.
pub const LINK: &str = "Outpost Link";
/// The field of a draft that people tick, so that the workshop's box is asked.
pub const ASK: &str = "outpost_ask";
/// The field of a draft with what came of it.
pub const ANSWER: &str = "outpost_answer";

/// What looks at what is submitted or cancelled, in ERPNext: Python, as far as Server Scripts may.
const SCRIPT: &str = include_str!("script.py");
/// What looks at a draft that is asked.
const ASKED: &str = include_str!("asked.py");

/// When somebody who submits something in ERPNext for a workshop's warehouse is refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Always: a draft is ticked, and the office asks the workshop's box, which records it or declines.
    #[default]
    Asking,
    /// While the link to the workshop is down. While it is up its box is not asked: both may sell the same piece.
    WhileDown,
}

/// Doctypes that move stock and that workshops make as well.
const GUARDED: [&str; 6] =
    ["Stock Entry", "Stock Reconciliation", "Delivery Note", "Purchase Receipt", "Sales Invoice", "Purchase Invoice"];

/// Of those what can be asked of a workshop's box: a count is the workshop's own.
pub const ASKABLE: [&str; 5] =
    ["Stock Entry", "Delivery Note", "Purchase Receipt", "Sales Invoice", "Purchase Invoice"];

/// When a script runs, by ERPNext's names.
const SUBMIT: &str = "Before Submit";
const CANCEL: &str = "Before Cancel";
const SAVE: &str = "Before Save";
const DELETE: &str = "Before Delete";

/// One Server Script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Script {
    /// Of which documents.
    pub doctype: &'static str,
    event: &'static str,
    /// When it refuses.
    pub mode: Mode,
}

impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Outpost Guard: {} {}", self.doctype, self.event)
    }
}

impl Script {
    /// What it does, in words.
    pub fn refuses(&self) -> &'static str {
        match (self.event, self.mode) {
            (SAVE, _) => "refuses changes of a draft of which a workshop is asked",
            (DELETE, _) => "refuses to delete a draft of which a workshop is asked",
            (_, Mode::WhileDown) => "refuses it while the workshop's link is down",
            (_, Mode::Asking) => "refuses it for a workshop's warehouse: its box is asked",
        }
    }

    /// Its text.
    pub fn text(&self) -> String {
        match (self.event, self.mode) {
            (SAVE, _) => ASKED.to_owned(),
            (DELETE, _) => ASKED.replace("deleting = False", "deleting = True"),
            (_, Mode::Asking) => SCRIPT.to_owned(),
            (_, Mode::WhileDown) => SCRIPT.replace("asks = True", "asks = False"),
        }
    }

    /// What it is to be.
    pub fn body(&self) -> Value {
        json!({
            "script_type": "DocType Event", "reference_doctype": self.doctype, "doctype_event": self.event, "disabled": 0, "script": self.text(),
        })
    }

    /// The document that makes it, under its name.
    pub fn new_body(&self) -> Value {
        let mut body = self.body();
        body["name"] = self.to_string().into();
        body["__newname"] = self.to_string().into();
        body
    }

    /// True of one that is there and does what it has to.
    pub fn is_whole(&self, found: &Value) -> bool {
        let wanted = self.body();
        let text = |doc: &Value, field: &str| doc[field].as_str().unwrap_or_default().trim().to_owned();
        let same = |field: &&str| text(found, field) == text(&wanted, field);
        let enabled = found["disabled"].as_u64().unwrap_or_default() == 0;
        enabled && ["script_type", "reference_doctype", "doctype_event", "script"].iter().all(same)
    }
}

/// All of a mode. Those of [`Mode::Asking`] have the names of all that there are.
pub fn scripts(mode: Mode) -> impl Iterator<Item = Script> {
    let of = move |doctype, events: [&'static str; 2]| events.map(|event| Script { doctype, event, mode });
    let asked = if mode == Mode::Asking { &ASKABLE[..] } else { &[] };
    let drafts = asked.iter().flat_map(move |doctype| of(doctype, [SAVE, DELETE]));
    GUARDED.into_iter().flat_map(move |doctype| of(doctype, [SUBMIT, CANCEL])).chain(drafts)
}

/// The document that makes the doctype [`LINK`]. People see it; of people's roles only a Stock Manager, as the connector is, may write it.
pub fn link() -> Value {
    let field = |name: &str, label: &str, kind: &str, more: Value| {
        let mut field = json!({ "fieldname": name, "label": label, "fieldtype": kind, "in_list_view": 1, "reqd": 1 });
        if let (Some(field), Value::Object(more)) = (field.as_object_mut(), more) {
            field.extend(more);
        }
        field
    };
    let roles = ["System Manager", "Stock Manager", "Stock User", "Sales User", "Purchase User", "Accounts User"];
    let permissions = roles.map(|role| {
        let right = |right: &&str| ((*right).to_owned(), Value::from(u8::from(may(role, right))));
        let mut row: serde_json::Map<String, Value> = RIGHTS.iter().map(right).collect();
        row.insert("role".into(), role.into());
        Value::Object(row)
    });
    json!({
        "name": LINK, "__newname": LINK, "module": "Custom", "custom": 1, "naming_rule": "By fieldname", "autoname": "field:site",
        "track_changes": 0, "permissions": permissions,
        "fields": [
            field("site", "Site", "Data", json!({ "unique": 1 })),
            field("heard", "Heard", "Datetime", json!({})),
        ],
    })
}

/// What a row of rights says outright: of each of these ERPNext takes what is not said for yes.
const RIGHTS: [&str; 9] = ["read", "write", "create", "delete", "report", "export", "share", "print", "email"];
/// Those with which somebody changes what the scripts go by, or has another change it.
const CHANGES: [&str; 4] = ["write", "create", "delete", "share"];

/// Whether a role has a right in [`LINK`]. The connector is a Stock Manager.
fn may(role: &str, right: &str) -> bool {
    match right {
        "delete" | "share" => role == "System Manager",
        "write" | "create" => matches!(role, "System Manager" | "Stock Manager"),
        right => ["read", "report"].contains(&right),
    }
}

/// Whether a row of rights lets somebody change a [`LINK`] who is not the office. A reader of another role is people's own affair.
pub(crate) fn is_too_wide(row: &Value) -> bool {
    let role = row["role"].as_str().unwrap_or_default();
    CHANGES.iter().any(|right| row[*right].as_u64() == Some(1) && !may(role, right))
}

/// The same rows without what lets somebody change it who is not the office.
pub(crate) fn narrowed(rows: &[Value]) -> Vec<Value> {
    let mut rows = rows.to_vec();
    for row in &mut rows {
        let role = row["role"].as_str().unwrap_or_default().to_owned();
        CHANGES.iter().filter(|right| !may(&role, right)).for_each(|right| row[*right] = 0.into());
    }
    rows
}

/// Says that a site was heard at that moment, in ERPNext's time zone: `2026-11-23 16:15:00`.
pub fn say(client: &Client, site: &str, heard: &str) -> Result<(), Failure> {
    match client.update(LINK, site, &json!({ "heard": heard })) {
        Err(Failure::Refused { status: 404, .. }) => {
            client.insert(LINK, &json!({ "site": site, "heard": heard })).map(|_| ())
        }
        answer => answer.map(|_| ()),
    }
}
