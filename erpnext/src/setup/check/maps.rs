//! What a site's maps name in ERPNext and no other look has looked at: another site's warehouse, a mode of payment or an account that is out
//! of use here. A slip of the pen there would be told only by the document that is held for it.
//!
//! In: the site, its company, what has been found so far. Out: findings. Absent: lists of prices, whose sides and currency count
//! (`money`), and names that the office's data does not have (`site`).

use super::super::finding::Findings;
use super::super::meta::number;
use super::books::{Books, unusable};
use super::site::About;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What is read of a warehouse or an account.
const FIELDS: [&str; 4] = ["name", "company", "is_group", "disabled"];

pub(super) fn look(books: &mut Books<'_>, about: &About<'_>, company: &str, findings: &mut Findings) {
    let maps = [("warehouses", "Warehouse", &about.map.warehouses), ("accounts", "Account", &about.map.accounts)];
    for (table, doctype, map) in maps {
        let rest = unseen(about, table, map, findings);
        let names: BTreeSet<String> = rest.values().map(|theirs| (*theirs).to_owned()).collect();
        let asked = books.some(doctype, &FIELDS, &names);
        let Some(found) = findings.answer(&about.place(table), asked) else { continue };
        for (place, theirs) in rest {
            let wrong = match found.get(theirs) {
                None => Some("is not in ERPNext".into()),
                Some(row) => unusable(row, company),
            };
            tell(place, theirs, wrong, findings);
        }
    }
    for (place, theirs) in unseen(about, "modes_of_payment", &about.map.modes_of_payment, findings) {
        let Some(found) = findings.answer(&place, books.whole("Mode of Payment", theirs)) else { continue };
        let is_off = |found: &Value| number(found, "enabled") == 0;
        let wrong = match found {
            None => Some("is not in ERPNext".into()),
            Some(found) if is_off(&found) => Some("is disabled".into()),
            Some(_) => None,
        };
        tell(place, theirs, wrong, findings);
    }
}

/// Lines of which nothing has been said yet: their place, and ERPNext's name.
fn unseen<'a>(
    about: &About<'_>,
    table: &str,
    map: &'a BTreeMap<String, String>,
    findings: &Findings,
) -> BTreeMap<String, &'a str> {
    let lines = map.iter().map(|(ours, theirs)| (about.place(&format!("{table}.{ours}")), theirs.as_str()));
    lines.filter(|(place, _)| !findings.tells_of(place)).collect()
}

fn tell(place: String, theirs: &str, wrong: Option<String>, findings: &mut Findings) {
    match wrong {
        None => findings.ok(place, theirs),
        Some(wrong) => {
            let remedy = "Write another name in erpnext.toml, as ERPNext has it, or change it in ERPNext.";
            findings.error(place, format!("{theirs} {wrong}"), remedy);
        }
    }
}
