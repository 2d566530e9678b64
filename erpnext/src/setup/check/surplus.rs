//! Roles that the connector's user has and does not need: whoever reads the key file has them as well.
//!
//! In: its roles, and those that ERPNext's own settings want it to have. Out: one finding. Absent: roles that it must never have, which are
//! told with the key (`server`), and roles that it lacks (`rights`).

use super::super::finding::Findings;
use super::super::roles::{NEVER, ROLES};

const PLACE: &str = "roles";
/// What every user has, whoever he is.
const EVERYBODY: [&str; 3] = ["All", "Guest", "Desk User"];
/// As many as a person reads in one line.
const NAMED: usize = 8;

/// `wanted` are roles that a setting gives something to, which `check` itself has asked for.
pub(super) fn look(roles: &[String], wanted: &[&str], findings: &mut Findings) {
    let is_needed = |role: &str| {
        ROLES.iter().any(|(own, _)| *own == role)
            || EVERYBODY.contains(&role)
            || NEVER.contains(&role)
            || wanted.contains(&role)
    };
    let mut more: Vec<&str> = roles.iter().map(String::as_str).filter(|role| !is_needed(role)).collect();
    if more.is_empty() {
        findings.ok(PLACE, "the connector's user has no role that it does not need");
        return;
    }
    more.sort_unstable();
    let rest = more.len().saturating_sub(NAMED);
    let others = if rest > 0 { format!(" and {rest} others") } else { String::new() };
    let named = more[..more.len() - rest].join(", ");
    let found = format!("the connector's user has roles that it does not need: {named}{others}");
    findings.warning(
        PLACE,
        found,
        "Take them off its user in ERPNext: whoever reads the key file may do what they let.",
    );
}
