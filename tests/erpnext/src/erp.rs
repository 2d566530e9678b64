//! One ERPNext: what it has stored, who may do what, what it says about itself.
//!
//! In: a user and what he wants. Out: a document, or Frappe's exception. Absent: HTTP ([`crate::api`]), and what a doctype's controller
//! does (`lifecycle` and the modules it calls).

use crate::clock::Clock;
use crate::db::Db;
use crate::doc::{Doc, text};
use crate::error::{Error, Res};
use crate::faults::Random;
use crate::schema::{Doctype, Schema};
use crate::scripts::Runner;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The company that there is from the start.
pub(crate) const COMPANY: &str = "Tailor Works";
/// Its letters.
pub(crate) const ABBR: &str = "TW";

/// Somebody with a key.
#[derive(Clone, Debug)]
pub struct User {
    /// `connector@tailor.local`.
    pub name: String,
    /// `api_key`.
    pub key: String,
    /// `api_secret`.
    pub secret: String,
    /// His roles.
    pub roles: Vec<String>,
}

/// A field that was sent and that ERPNext does not know: it takes the document without a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignored {
    /// The doctype, of a child row the child's.
    pub doctype: String,
    /// The field.
    pub field: String,
}

/// A field that reads otherwise than it was booked.
#[derive(Clone, Debug)]
pub struct Alteration {
    /// The doctype.
    pub doctype: String,
    /// A JSON pointer into the document: `/items/0/rate`.
    pub pointer: String,
    /// What it reads; where absent, something near what is there.
    pub value: Option<Value>,
}

/// Everything behind the door.
pub(crate) struct Erp {
    pub(crate) db: Db,
    pub(crate) schema: Schema,
    pub(crate) clock: Clock,
    pub(crate) users: Vec<User>,
    pub(crate) ignored: Vec<Ignored>,
    pub(crate) alterations: Vec<Alteration>,
    pub(crate) random: Random,
    /// Version 1 honours `name`, as in a window of versions.
    pub(crate) v1_names: bool,
    /// As it tells it.
    pub(crate) version: String,
    /// Documents with a job that nobody runs: doctype and name.
    pub(crate) queued: BTreeSet<(String, String)>,
    /// Answers have the exception in them (System Settings, Allow Error Traceback).
    pub(crate) tracebacks: bool,
    /// Server Scripts are switched on; version 15 begins with them off.
    pub(crate) scripts_on: bool,
    /// What runs them.
    pub(crate) runner: Option<Runner>,
}

/// Doctypes that only a System Manager sees, and whose definitions do not say so.
const OF_MANAGERS: [&str; 15] = [
    "Role",
    "DocPerm",
    "Custom DocPerm",
    "User Permission",
    "Role Profile",
    "DocType",
    "Custom Field",
    "Version",
    "Deleted Document",
    "Data Import",
    "System Settings",
    "Global Defaults",
    "Selling Settings",
    "Buying Settings",
    "Workflow",
];

impl Erp {
    pub(crate) fn doctype(&self, name: &str) -> Res<Arc<Doctype>> {
        let module = name.to_lowercase().replace(' ', "_");
        let missing = format!("No module named 'frappe.core.doctype.{module}'");
        let error = || Error { exception: Some(format!("Error: {missing}")), ..Error::with(500, "ImportError", "") };
        self.schema.get(name).ok_or_else(error)
    }

    /// Whether a user may: `read`, `write`, `create`, `submit`, `cancel`, `delete`.
    pub(crate) fn may(&self, user: &User, doctype: &str, what: &str) -> bool {
        let has = |role: &str| user.roles.iter().any(|r| r == role);
        if doctype == "Server Script" {
            return self.writes_scripts(user);
        }
        if has("System Manager") {
            return true;
        }
        if OF_MANAGERS.contains(&doctype) {
            return false;
        }
        let Some(def) = self.schema.get(doctype) else { return false };
        if doctype == "User" || def.free {
            return what == "read" || (def.free && (has("Accounts User") || has("Item Manager")));
        }
        def.rights.iter().any(|right| {
            let level = right.whole["permlevel"].as_i64().unwrap_or(0);
            let given =
                right.whole[what].as_i64() == Some(1) || (what == "read" && right.whole["select"].as_i64() == Some(1));
            level == 0 && given && (has(&right.role) || right.role == "All" || right.role == "Desk User")
        })
    }

    /// The same as a refusal.
    pub(crate) fn must(&self, user: &User, doctype: &str, what: &str) -> Res<()> {
        if self.schema.get(doctype).is_none() {
            let manages = user.roles.iter().any(|r| r == "System Manager");
            return Err(if manages { Error::missing("DocType", doctype) } else { no_access(user, "DocType") });
        }
        if self.may(user, doctype, what) { Ok(()) } else { Err(no_access(user, doctype)) }
    }

    /// A document that must be there.
    pub(crate) fn load(&self, doctype: &str, name: &str) -> Res<Doc> {
        self.db.get(doctype, name).map(|d| Doc::clone(&d)).ok_or_else(|| Error::missing(doctype, name))
    }

    /// The text of a field of a document; empty where there is none.
    pub(crate) fn value(&self, doctype: &str, name: &str, field: &str) -> String {
        self.db.get(doctype, name).map(|d| text(&d, field).to_owned()).unwrap_or_default()
    }

    /// Changes a document behind its owner's back, and moves its `modified`.
    pub(crate) fn touch(&mut self, doctype: &str, name: &str, how: impl FnOnce(&mut Doc)) {
        let now = self.clock.now();
        self.db.change(doctype, name, |doc| {
            how(doc);
            doc.insert("modified".into(), now.into());
        });
    }

    /// Ten letters and digits, as a row is named.
    pub(crate) fn hash(&mut self) -> String {
        const LETTERS: &[u8] = b"0123456789abcdefghijklmnopqrstuv";
        let mut bits = self.random.next();
        let mut name = String::with_capacity(10);
        for _ in 0..10 {
            name.push(char::from(LETTERS[(bits % 32) as usize]));
            bits /= 32;
        }
        name
    }
}

fn no_access(user: &User, doctype: &str) -> Error {
    Error::denied(format!(
        "User <strong>{}</strong> does not have doctype access via role permission for document <strong>{doctype}</strong>",
        user.name
    ))
}
