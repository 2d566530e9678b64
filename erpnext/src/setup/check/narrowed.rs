//! User Permissions of the connector's user: they shorten every list that he is shown, and nothing says so.
//!
//! In: an administrator's connection, and the connector's. Out: findings. A list that is short is taken for all there is, so what is
//! beyond them would go from the workshops as if it had been deleted.

use super::super::finding::Findings;
use super::super::meta::{text, who};
use super::books::Books;
use crate::client::Client;
use serde_json::{Value, json};

const PLACE: &str = "User Permission";
/// As many as a person reads in one line.
const NAMED: usize = 5;

pub(super) fn look(admin: &Client, own: &Client, findings: &mut Findings) {
    // Who it is, and that it may be nobody, has been told by the look with its own key.
    let Ok(user) = who(own) else { return };
    let filters = vec![json!(["user", "=", user])];
    let asked = Books::new(admin).list(PLACE, &["allow", "for_value"], filters);
    let Some(rows) = findings.answer(PLACE, asked) else { return };
    if rows.is_empty() {
        findings.ok(PLACE, format!("{user} has none, and sees all that its roles may read"));
        return;
    }
    let one = |row: &Value| format!("{} {}", text(row, "allow"), text(row, "for_value"));
    let mut named: Vec<String> = rows.iter().take(NAMED).map(one).collect();
    if rows.len() > NAMED {
        named.push(format!("{} others", rows.len() - NAMED));
    }
    let found = format!(
        "{user} is shown only what is of {}: all else is taken for deleted, and goes from the workshops",
        named.join(", ")
    );
    findings.warning(PLACE, found, "Remove that user's User Permissions in ERPNext.");
}
