//! The custom fields, and what the connector may do with each doctype.

use super::super::column::Lost;
use super::super::fields;
use super::super::finding::Findings;
use super::super::meta::Meta;
use super::super::roles::{UNPRICED, rights};
use crate::client::Client;
use crate::readback::looked_at;
use std::collections::{BTreeMap, BTreeSet};

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
        let (mut older, mut copied) = (Vec::new(), false);
        for field in fields.get(doctype).copied().unwrap_or_default() {
            let place = format!("{doctype}.{}", field.name);
            let found = meta.field(field.name);
            if let Some(found) = found.filter(|found| field.is_older(found)) {
                older.push(field.name);
                copied |= field.is_copied(found);
                continue;
            }
            match found.map(|found| field.wrong(found)) {
                Some(wrong) if wrong.is_empty() => continue,
                // ERPNext takes fields that it does not know without a word: nothing would be told apart.
                None => findings.error(place, "there is no such field", "Run setup, which makes it."),
                Some(wrong) => findings.error(place, wrong.join(", and "), field.remedy(doctype)),
            }
            good = false;
        }
        if !older.is_empty() {
            let effect = match copied {
                true => {
                    "are copied to what people make of a document in ERPNext, which `reconcile` then tells as foreign"
                }
                false => "are as an older setup made them: people may write in them, or lists are not filtered by them",
            };
            let found = format!("{} of it {effect}", older.join(", "));
            findings.warning(doctype, found, "Run setup again, which mends them.");
        }
        let missing: Vec<_> = rights.iter().filter(|right| !meta.allows(roles, right)).copied().collect();
        if !missing.is_empty() {
            findings.error(doctype, format!("the connector may not {} it", missing.join(", ")), REMEDY);
            good = false;
        }
        if let Some(fields) = fields.get(doctype).filter(|_| good) {
            good = levels(doctype, &meta, roles, findings);
            let names: Vec<_> = fields.iter().map(|field| field.name).collect();
            if let Some(lost) = findings.answer(doctype, Lost::among(client, doctype, &names)).flatten() {
                findings.error(format!("{doctype}.{}", lost.0), Lost::FOUND, lost.remedy(doctype));
                good = false;
            }
        }
        if good {
            let with = if fields.contains_key(doctype) { "its fields are there, and " } else { "" };
            findings.ok(doctype, format!("{with}the connector may {}", rights.join(", ")));
        }
    }
}

/// Above level 0 a field needs a right at its level. Without it ERPNext drops what it is sent and shows nothing, each without a word.
fn levels(doctype: &str, meta: &Meta, roles: &[String], findings: &mut Findings) -> bool {
    let mut good = true;
    for (path, level) in meta.levels() {
        let name = path.rsplit('.').next().unwrap_or_default().to_owned();
        let needed: &[&str] = if name == UNPRICED || name.starts_with("outpost_") {
            &["read", "write"]
        } else if looked_at(std::slice::from_ref(&name), &BTreeSet::new()).is_empty() {
            continue;
        } else {
            &["read"]
        };
        let missing: Vec<_> = needed.iter().filter(|right| !meta.allows_at(level, roles, right)).copied().collect();
        if missing.is_empty() {
            continue;
        }
        let effect = match name == UNPRICED {
            true => ": ERPNext's pricing rules change its documents, which are then held",
            false => "",
        };
        let found = format!("the connector may not {} it, at level {level}{effect}", missing.join(", "));
        findings.error(format!("{doctype}.{path}"), found, REMEDY);
        good = false;
    }
    good
}
