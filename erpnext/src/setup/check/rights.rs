//! The custom fields, and what the connector may do with each doctype.

use super::super::fields;
use super::super::finding::Findings;
use super::super::meta::Meta;
use super::super::roles::rights;
use crate::client::Client;
use std::collections::BTreeMap;

const REMEDY: &str = "Run setup, which gives the user its roles. Where rights were changed in ERPNext's Role Permissions Manager, give them \
                      back there to one of these roles.";

/// Looks at each doctype that is posted, and at what is read for it.
pub(super) fn look(client: &Client, roles: &[String], findings: &mut Findings) {
    let fields: BTreeMap<_, _> = fields::all().collect();
    for (doctype, rights) in rights() {
        let meta = match Meta::read(client, doctype) {
            Err(failure) if failure.is("PermissionError") => {
                findings.error(doctype, format!("the connector may not {} it", rights.join(", ")), REMEDY);
                continue;
            }
            answer => findings.answer(doctype, answer),
        };
        let Some(meta) = meta else { continue };
        let mut good = true;
        for field in fields.get(doctype).copied().unwrap_or_default() {
            let place = format!("{doctype}.{}", field.name);
            match meta.field(field.name).map(|found| field.wrong(found)) {
                Some(wrong) if wrong.is_empty() => continue,
                // ERPNext takes fields that it does not know without a word: nothing would be told apart.
                None => findings.error(place, "there is no such field", "Run setup, which makes it."),
                Some(wrong) => findings.error(place, wrong.join(", and "), field.remedy(doctype)),
            }
            good = false;
        }
        let missing: Vec<_> = rights.iter().filter(|right| !meta.allows(roles, right)).copied().collect();
        if !missing.is_empty() {
            findings.error(doctype, format!("the connector may not {} it", missing.join(", ")), REMEDY);
            good = false;
        }
        if good {
            let with = if fields.contains_key(doctype) { "its fields are there, and " } else { "" };
            findings.ok(doctype, format!("{with}the connector may {}", rights.join(", ")));
        }
    }
}
