//! Whether somebody has to approve in ERPNext what workshops post: it would be booked before.

use super::super::finding::Findings;
use super::super::workflows::Workflow;
use crate::client::Client;

const PLACE: &str = "Workflow";

pub(super) fn look(admin: &Client, findings: &mut Findings) {
    let Some(active) = findings.answer(PLACE, Workflow::active(admin)) else { return };
    match active.as_deref() {
        None => findings.ok(PLACE, "not looked at: only a System Manager's key reads it"),
        Some([]) => findings.ok(PLACE, "none is active on what is posted"),
        Some(active) => active.iter().for_each(|workflow| {
            findings.error(format!("{PLACE}.{}", workflow.name), workflow.to_string(), Workflow::REMEDY);
        }),
    }
}
