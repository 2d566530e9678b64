//! Whether a customer's credit limit stops what is posted: the goods have left by then, and one role alone passes a limit.

use super::super::finding::Findings;
use super::super::meta::text;
use super::books::Books;
use crate::client::{Failure, Query};
use serde_json::{Value, json};

/// The role that may pass a credit limit.
pub(super) const FIELD: &str = "credit_controller";

/// Looks at the role in the Accounts Settings, and where the connector has another at whether anybody has a limit.
pub(super) fn look(books: &Books<'_>, accounts: &Value, roles: &[String], findings: &mut Findings) {
    let (place, role) = (format!("Accounts Settings.{FIELD}"), text(accounts, FIELD));
    if roles.iter().any(|own| own == role) {
        findings.ok(place, "what takes a customer past a credit limit is posted all the same");
        return;
    }
    let Some(is_limited) = findings.answer(&place, has_limits(books)) else { return };
    if !is_limited {
        findings.ok(place, "no customer has a credit limit");
        return;
    }
    let who = if role.is_empty() { "nobody" } else { role };
    let found = format!(
        "there are credit limits, and {who} may pass them: what takes a customer past one is refused, though the goods have left"
    );
    let remedy = "Make a role for that alone, name it there, and give it to the connector's user; or set no limits for \
                  those who buy at workshops.";
    findings.warning(place, found, remedy);
}

/// Whether a customer, a customer group or a company has one.
fn has_limits(books: &Books<'_>) -> Result<bool, Failure> {
    let above = json!(["credit_limit", ">", 0]);
    // The rows of groups are of the same doctype.
    let rows = Query {
        fields: &["parent"],
        filters: vec![above.clone()],
        page: 1,
        parent: Some("Customer"),
        ..Query::default()
    };
    if !books.client.list("Customer Credit Limit", &rows)?.is_empty() {
        return Ok(true);
    }
    Ok(!books.list("Company", &["name"], vec![above])?.is_empty())
}
