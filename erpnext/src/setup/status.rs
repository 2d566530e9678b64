//! Whether ERPNext answers, as whom, how quickly.

use super::meta::{text, who};
use crate::client::{Client, Failure};
use serde_json::{Value, json};
use std::fmt;
use std::time::{Duration, Instant};

/// How it is with ERPNext now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// What it said, or why it said nothing.
    pub reached: Result<Reached, Failure>,
    /// How long the first answer took.
    pub took: Duration,
}

/// What it said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    /// Whose key it is.
    pub user: String,
    /// ERPNext's version, where it tells.
    pub erpnext: Option<String>,
    /// Frappe's.
    pub frappe: Option<String>,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = self.took.as_millis();
        match &self.reached {
            Ok(reached) => {
                let version = reached.erpnext.as_deref().unwrap_or("of a version that it does not tell");
                write!(f, "ERPNext {version} answers in {ms} ms, to {}", reached.user)
            }
            Err(failure) => write!(f, "not reached in {ms} ms: {failure}"),
        }
    }
}

/// Asks.
pub fn status(client: &Client) -> Status {
    let start = Instant::now();
    let user = who(client);
    let took = start.elapsed();
    let reached = user.map(|user| {
        // A version that is not told does not make it less reachable.
        let (erpnext, frappe) = versions(client).unwrap_or_default();
        Reached { user, erpnext, frappe }
    });
    Status { reached, took }
}

/// ERPNext's version and Frappe's.
pub(super) fn versions(client: &Client) -> Result<(Option<String>, Option<String>), Failure> {
    let apps = client.call("frappe.utils.change_log.get_versions", &json!({}))?;
    let of = |app: &str| {
        let version = apps.get(app).map(|app: &Value| text(app, "version")).unwrap_or_default();
        (!version.is_empty()).then(|| version.to_owned())
    };
    Ok((of("erpnext"), of("frappe")))
}
