//! Who may post into what is frozen: one role, which must be none of the connector's, or documents go into a frozen day without a word.

use super::super::finding::Findings;
use super::super::meta::text;
use serde_json::Value;

/// Looks at the field of a setting that names the role.
pub(super) fn look((single, field): (&str, &str), doc: &Value, roles: &[String], findings: &mut Findings) {
    let (place, role) = (format!("{single}.{field}"), text(doc, field));
    if roles.iter().any(|own| own == role) {
        let found = format!(
            "{role} may post into what is frozen, and the connector has that role: documents go into frozen days"
        );
        let remedy = "Choose another role there: one of their own for those who may, and none that setup gives.";
        findings.error(place, found, remedy);
    } else {
        findings.ok(place, "what is frozen is frozen to the connector");
    }
}
