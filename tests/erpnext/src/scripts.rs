//! Server Scripts and doctypes of people's own: what Frappe asks of them when they are saved, and when scripts run.
//!
//! In: a document of `DocType` or `Server Script`. Out: a doctype that takes documents; scripts that are kept, and run at their events. Absent:
//! Python. Where a test has given a [`Runner`] it runs each script with what that may ask; else they do nothing. Where
//! scripts are switched off, each document that one is made for is refused, as `safe_exec` does. From Frappe's source, not recorded.

use crate::doc::{Doc, blank, int, rows_mut, text};
use crate::erp::{Erp, User};
use crate::error::{Error, Res};
use crate::lifecycle::Act;
use crate::schema;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Runs a script: in goes `{"script", "now", "user", "document", "before", "warehouses", "links"}`; out comes what it throws, or nothing.
pub type Runner = Arc<dyn Fn(&Value) -> Option<String> + Send + Sync>;

/// The role that may write scripts.
const WRITER: &str = "Script Manager";
/// When one may run.
const EVENTS: [&str; 12] = [
    "Before Insert",
    "Before Validate",
    "Before Save",
    "After Insert",
    "After Save",
    "Before Submit",
    "After Submit",
    "Before Cancel",
    "After Cancel",
    "Before Delete",
    "After Delete",
    "Before Save (Submitted Document)",
];

/// Rights that a role has where nobody has said it: the defaults of DocPerm's fields (`core/doctype/docperm/docperm.json`), which
/// `Document._set_defaults` gives each row of a document that is made.
const GIVEN: [&str; 9] = ["read", "write", "create", "delete", "report", "export", "share", "print", "email"];

fn lacks(doc: &Doc, field: &str) -> Res<()> {
    let told = format!("[{}, {}]: {field}", text(doc, "doctype"), text(doc, "name"));
    if blank(doc, field) { Err(Error::refused("MandatoryError", told)) } else { Ok(()) }
}

impl Erp {
    pub(crate) fn writes_scripts(&self, user: &User) -> bool {
        user.roles.iter().any(|role| role == WRITER)
    }

    pub(crate) fn validate_script(&self, doc: &Doc) -> Res<()> {
        let by = text(doc, "modified_by");
        if !self.users.iter().any(|user| user.name == by && self.writes_scripts(user)) {
            return Err(Error::denied(format!("This action is only allowed for <strong>{WRITER}</strong>")));
        }
        lacks(doc, "script_type")?;
        lacks(doc, "script")?;
        let event = text(doc, "doctype_event");
        if !event.is_empty() && !EVENTS.contains(&event) {
            let told =
                format!("DocType Event cannot be \"{event}\". It should be one of \"{}\"", EVENTS.join("\", \""));
            return Err(Error::invalid(told));
        }
        let of = text(doc, "reference_doctype");
        if !of.is_empty() && self.schema.get(of).is_none() {
            return Err(Error::refused("LinkValidationError", format!("Could not find Reference Document Type: {of}")));
        }
        Ok(())
    }

    pub(crate) fn validate_doctype(doc: &mut Doc, act: Act) -> Res<()> {
        // A row that is made is filled in with DocPerm's defaults; one that is saved later is not.
        for row in rows_mut(doc, "permissions").into_iter().filter(|_| act.new) {
            for right in GIVEN {
                row.entry(right).or_insert(json!(1));
            }
        }
        if int(doc, "custom") != 1 {
            let told = "Not in Developer Mode! Set in site_config.json or make 'Custom' DocType.";
            return Err(Error::refused("CannotCreateStandardDoctypeError", told));
        }
        lacks(doc, "module")
    }

    /// A doctype that somebody made takes documents.
    pub(crate) fn add_doctype(&mut self, doc: &Doc) {
        let made = schema::doctype(&Value::Object(doc.clone()));
        self.schema.types.insert(made.name.clone(), Arc::new(made));
    }

    /// Runs the scripts of an event before it takes place. What is stored is what was before.
    pub(crate) fn scripts(&mut self, user: &User, doc: &Doc, event: &str) -> Res<()> {
        let now = self.clock.now();
        let is_for = |script: &&Arc<Doc>| {
            let same = |field: &str, wanted: &str| text(script, field) == wanted;
            same("reference_doctype", text(doc, "doctype"))
                && same("doctype_event", event)
                && int(script, "disabled") == 0
        };
        for script in self.db.rows("Server Script").filter(is_for) {
            if !self.scripts_on {
                let told = "Server Scripts are disabled. Please enable server scripts from bench configuration.";
                return Err(Error::with(403, "ServerScriptNotEnabled", told));
            }
            let Some(runner) = &self.runner else { continue };
            if let Some(thrown) = runner(&self.seen_by((user, &now), doc, text(script, "script"))) {
                return Err(Error::invalid(thrown));
            }
        }
        Ok(())
    }

    /// All that the guard's scripts ask for.
    fn seen_by(&self, (user, now): (&User, &str), doc: &Doc, script: &str) -> Value {
        let all = |doctype: &str, fields: &[&str]| -> Map<String, Value> {
            let row = |doc: &Arc<Doc>| {
                let of = |field: &&str| ((*field).to_owned(), doc.get(*field).cloned().unwrap_or_default());
                (text(doc, "name").to_owned(), Value::Object(fields.iter().map(of).collect()))
            };
            self.db.rows(doctype).map(row).collect()
        };
        let before = self.db.get(text(doc, "doctype"), text(doc, "name")).map(|doc| Doc::clone(&doc));
        json!({
            "script": script, "now": now, "user": user.name, "document": doc, "before": before,
            "warehouses": all("Warehouse", &["outpost_site", "warehouse_type"]),
            "links": all("Outpost Link", &["heard", "modified", "modified_by"]),
        })
    }
}
