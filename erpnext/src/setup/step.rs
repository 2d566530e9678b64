//! One thing that setup or its undoing does in ERPNext, in words and in deed.

use super::fields::Field;
use super::meta::text;
use crate::client::{Client, Failure, Key, Query};
use crate::guard::{self, LINK, Script};
use serde_json::{Value, json};
use std::fmt;

/// One thing that is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A custom field is made.
    AddField(&'static str, &'static Field),
    /// A custom field that an older setup made is made as it is today.
    MendField(&'static str, &'static Field),
    /// A custom field is removed. Its column stays in the database with what stands in it, unseen, until the field is made again.
    RemoveField(&'static str, &'static Field),
    /// The connector's user is made.
    MakeUser {
        /// His e-mail address, which is his name.
        email: String,
        /// What people see.
        full_name: String,
        /// His roles.
        roles: Vec<&'static str>,
    },
    /// The user is given roles that he has not; he keeps those that he has.
    GiveRoles {
        /// Whom.
        email: String,
        /// Which.
        roles: Vec<&'static str>,
    },
    /// The user is enabled.
    Enable(String),
    /// The user is given a new secret, which the office keeps.
    NewKey(String),
    /// The user is given a secret that nobody learns, and then no key: the one that he had is taken no more.
    VoidKey(String),
    /// The user is disabled.
    Disable(String),
    /// The guard's doctype is made.
    MakeLinks,
    /// People may read the guard's doctype, and no more write in it.
    MendLinks,
    /// One of the guard's scripts is made.
    MakeScript(Script),
    /// One of the guard's scripts is written anew, and enabled.
    MendScript(Script),
    /// One of the guard's scripts is removed.
    RemoveScript(Script),
    /// The guard's doctype is removed, with its rows.
    RemoveLinks,
}

/// More sites than an office has.
const SITES: usize = 500;

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AddField(doctype, field) => write!(f, "{doctype}: add the field {} ({})", field.name, field.shape()),
            Self::MendField(doctype, field) => {
                write!(f, "{doctype}: mend the field {}, {}", field.name, field.mends())
            }
            Self::RemoveField(doctype, field) => {
                let stays = "what stands in it stays in the database, unseen, until the field is made again";
                write!(f, "{doctype}: remove the field {}; {stays}", field.name)
            }
            Self::MakeUser { email, roles, .. } => {
                write!(f, "make the user {email} with the roles {}", roles.join(", "))
            }
            Self::GiveRoles { email, roles } => write!(f, "give {email} the roles {}", roles.join(", ")),
            Self::Enable(email) => write!(f, "enable the user {email}"),
            Self::NewKey(email) => {
                write!(f, "make a new secret for {email}, which the office keeps; one that he has is taken no more")
            }
            Self::VoidKey(email) => write!(f, "make the key of {email} worthless"),
            Self::Disable(email) => write!(f, "disable the user {email}"),
            Self::MakeLinks => write!(f, "make the doctype {LINK}, where the office keeps when it heard each workshop"),
            Self::MendLinks => {
                write!(f, "take away from people what lets them write in the doctype {LINK}, which is the office's")
            }
            Self::MakeScript(script) => {
                let (doctype, refuses) = (script.doctype, script.refuses());
                write!(f, "{doctype}: make the Server Script {script}, which {refuses}")
            }
            Self::MendScript(script) => {
                let (doctype, refuses) = (script.doctype, script.refuses());
                write!(f, "{doctype}: write the Server Script {script} anew, and enable it: it {refuses}")
            }
            Self::RemoveScript(script) => write!(f, "{}: remove the Server Script {script}", script.doctype),
            Self::RemoveLinks => write!(f, "remove the doctype {LINK}, and what stands in it"),
        }
    }
}

impl Step {
    /// Does it; the key where it makes one.
    pub(super) fn take(&self, admin: &Client) -> Result<Option<Key>, Failure> {
        match self {
            Self::AddField(doctype, field) => admin.insert("Custom Field", &field.body(doctype)).map(|_| None),
            Self::MendField(doctype, field) => {
                let name = format!("{doctype}-{}", field.name);
                admin.update("Custom Field", &name, &field.mended()).map(|_| None)
            }
            Self::RemoveField(doctype, field) => {
                admin.delete("Custom Field", &format!("{doctype}-{}", field.name)).map(|()| None)
            }
            Self::MakeUser { email, full_name, roles } => {
                let roles: Vec<Value> = roles.iter().map(|role| json!({ "role": role })).collect();
                let user = json!({
                    "email": email, "first_name": full_name, "enabled": 1, "send_welcome_email": 0, "roles": roles,
                });
                admin.insert("User", &user).map(|_| None)
            }
            Self::GiveRoles { email, roles } => {
                let user = admin.get("User", email)?;
                let mut all = user.get("roles").and_then(Value::as_array).cloned().unwrap_or_default();
                let missing = roles.iter().filter(|role| !all.iter().any(|row| text(row, "role") == **role));
                let missing: Vec<Value> = missing.map(|role| json!({ "role": role })).collect();
                all.extend(missing);
                admin.update("User", email, &json!({ "roles": all })).map(|_| None)
            }
            Self::Enable(email) => admin.update("User", email, &json!({ "enabled": 1 })).map(|_| None),
            Self::Disable(email) => admin.update("User", email, &json!({ "enabled": 0 })).map(|_| None),
            Self::VoidKey(email) => {
                new_secret(admin, email)?;
                // A plan goes by the public half. Where ERPNext keeps that, the secret is worthless none the less.
                match admin.update("User", email, &json!({ "api_key": null })) {
                    Ok(_) | Err(Failure::Refused { .. }) => Ok(None),
                    Err(failure) => Err(failure),
                }
            }
            Self::NewKey(email) => new_secret(admin, email).map(Some),
            Self::MakeLinks => admin.insert("DocType", &guard::link()).map(|_| None),
            Self::MendLinks => {
                let found = admin.get("DocType", LINK)?;
                let rights = guard::narrowed(super::guard::rights(&found));
                admin.update("DocType", LINK, &json!({ "permissions": rights })).map(|_| None)
            }
            Self::MakeScript(script) => admin.insert("Server Script", &script.new_body()).map(|_| None),
            Self::MendScript(script) => {
                admin.update("Server Script", &script.to_string(), &script.body()).map(|_| None)
            }
            Self::RemoveScript(script) => admin.delete("Server Script", &script.to_string()).map(|()| None),
            Self::RemoveLinks => {
                let query = Query { fields: &["name"], page: SITES, ..Query::default() };
                for row in admin.list(LINK, &query)? {
                    admin.delete(LINK, text(&row, "name"))?;
                }
                admin.delete("DocType", LINK).map(|()| None)
            }
        }
    }
}

/// Frappe makes the public half once and keeps it; only the secret is new.
fn new_secret(admin: &Client, email: &str) -> Result<Key, Failure> {
    let made = admin.call("frappe.core.doctype.user.user.generate_keys", &json!({ "user": email }))?;
    let user = admin.get("User", email)?;
    let (key, secret) = (text(&user, "api_key").to_owned(), text(&made, "api_secret").to_owned());
    if key.is_empty() || secret.is_empty() {
        // What it answered is not told: there may be a secret in it.
        return Err(Failure::Again(format!("ERPNext made a key for {email} and did not tell it")));
    }
    Ok(Key { key, secret })
}
