//! Where master data comes from ERPNext: the company, whose the warehouses are, and whether the connector may read each doctype.
//!
//! In: `[master_data]`. Out: findings. What cannot be read does not come down, and stops nothing else: a warning.

use super::super::finding::Findings;
use super::super::meta::text;
use super::books::{Books, unusable};
use crate::down;
use crate::map::MasterData;
use std::collections::BTreeSet;

pub(super) fn look(books: &mut Books<'_>, own: &MasterData, findings: &mut Findings) {
    let Some(company) = findings.answer("master_data.company", books.whole("Company", &own.company)) else { return };
    if company.is_none() {
        let remedy = "Write ERPNext's name of the company in erpnext.toml, letter by letter.";
        findings.error("master_data.company", format!("ERPNext has no company {:?}", own.company), remedy);
        return;
    }
    findings.ok("master_data.company", own.company.clone());
    warehouses(books, own, findings);
    let refused: Vec<&str> =
        down::doctypes().filter(|doctype| books.list(doctype, &["name"], Vec::new()).is_err()).collect();
    if refused.is_empty() {
        findings.ok("master_data", "the connector may read everything that comes down");
    } else {
        let remedy = "Give its user a role that may read them in ERPNext: what is in them does not come down.";
        findings.warning("master_data", format!("cannot be read: {}", refused.join(", ")), remedy);
    }
}

fn warehouses(books: &Books<'_>, own: &MasterData, findings: &mut Findings) {
    let place = "master_data.warehouses";
    let wanted: BTreeSet<String> = own.warehouses.keys().cloned().collect();
    let asked = books.some("Warehouse", &["name", "company", "is_group", "disabled"], &wanted);
    let Some(found) = findings.answer(place, asked) else { return };
    for (name, site) in &own.warehouses {
        let place = format!("{place}.{name}");
        let wrong = match found.get(name) {
            None => Some("is not in ERPNext".into()),
            Some(row) if text(row, "name") != name => Some(format!("is called {:?} in ERPNext", text(row, "name"))),
            Some(row) => unusable(row, &own.company),
        };
        match wrong {
            None => findings.ok(place, format!("{name} is {site}'s")),
            Some(wrong) => findings.error(place, format!("{name} {wrong}"), "Correct its name in erpnext.toml."),
        }
    }
}
