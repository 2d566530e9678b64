//! Where master data comes from ERPNext: the companies, whose the warehouses are, and whether the connector may read each doctype.
//!
//! In: `[master_data]`, and of which company each site is. Out: findings. What cannot be read does not come down, and stops nothing else: a
//! warning. A warehouse of another company than its site's would be nobody's: an error.

use super::super::finding::Findings;
use super::super::meta::text;
use super::books::{Books, unusable};
use crate::client::Failure;
use crate::down;
use crate::map::{MasterData, Settings};
use outpost_core::domain::id::SiteId;
use outpost_core::domain::master::Masters;
use serde_json::json;
use std::collections::BTreeSet;

/// What says of which company a site is.
struct Of<'a> {
    settings: &'a Settings,
    masters: &'a Masters,
}

impl<'a> Of<'a> {
    /// A site's company, where master data comes for it.
    fn company(&self, site: &SiteId) -> Option<&'a str> {
        self.settings.company_of(site, self.masters.company(site).map(|company| company.as_str()))
    }
}

pub(super) fn look(
    books: &mut Books<'_>,
    (settings, own): (&Settings, &MasterData),
    masters: &Masters,
    findings: &mut Findings,
) {
    let mut there = true;
    for company in settings.companies() {
        there &= is_company(books, company, own, findings);
    }
    if !there {
        return;
    }
    let of = Of { settings, masters };
    warehouses(books, own, &of, findings);
    said_there(books, &of, findings);
    let mut refused = Vec::new();
    for doctype in down::doctypes() {
        match books.list(doctype, &["name"], Vec::new()) {
            Ok(_) => {}
            Err(Failure::Refused { .. }) => refused.push(doctype),
            // It says nothing of rights where ERPNext does not answer.
            Err(failure) => {
                findings.answer::<()>("master_data", Err(failure));
                return;
            }
        }
    }
    if refused.is_empty() {
        findings.ok("master_data", "the connector may read everything that comes down");
    } else {
        let remedy = "Give its user a role that may read them in ERPNext: what is in them does not come down.";
        findings.warning("master_data", format!("cannot be read: {}", refused.join(", ")), remedy);
    }
}

/// Whether ERPNext has a company.
fn is_company(books: &mut Books<'_>, company: &str, own: &MasterData, findings: &mut Findings) -> bool {
    let place = match company == own.company {
        true => "master_data.company".to_owned(),
        false => format!("master_data.company.{company}"),
    };
    match findings.answer(&place, books.whole("Company", company)) {
        None => false,
        Some(Some(_)) => {
            findings.ok(place, company);
            true
        }
        Some(None) => {
            let remedy = "Write ERPNext's name of the company in erpnext.toml, letter by letter.";
            findings.error(place, format!("ERPNext has no company {company:?}"), remedy);
            false
        }
    }
}

fn warehouses(books: &Books<'_>, own: &MasterData, of: &Of<'_>, findings: &mut Findings) {
    let place = "master_data.warehouses";
    let wanted: BTreeSet<String> = own.warehouses.keys().cloned().collect();
    let asked = books.some("Warehouse", &["name", "company", "is_group", "disabled"], &wanted);
    let Some(found) = findings.answer(place, asked) else { return };
    for (name, site) in &own.warehouses {
        let place = format!("{place}.{name}");
        let wrong = match found.get(name) {
            None => Some("is not in ERPNext".into()),
            Some(row) if text(row, "name") != name => Some(format!("is called {:?} in ERPNext", text(row, "name"))),
            Some(row) => unusable(row, of.company(site).unwrap_or(&own.company)),
        };
        match wrong {
            None => findings.ok(place, format!("{name} is {site}'s")),
            Some(wrong) => findings.error(place, format!("{name} {wrong}"), "Correct its name in erpnext.toml."),
        }
    }
}

/// Of several companies: whether what ERPNext's own field says to be a site's is of the site's company.
fn said_there(books: &Books<'_>, of: &Of<'_>, findings: &mut Findings) {
    let companies = of.settings.companies();
    if companies.len() < 2 {
        return;
    }
    let place = "master_data.outpost_site";
    let sites: Vec<&SiteId> = of.settings.sites.keys().collect();
    let filters = vec![json!(["outpost_site", "in", sites])];
    let asked = match books.list("Warehouse", &["name", "company", "outpost_site"], filters) {
        // Without the custom field; that it is missing has been told.
        Err(failure) if failure.is("DataError") => return,
        asked => asked,
    };
    for row in findings.answer(place, asked).into_iter().flatten() {
        let (name, site, company) = (text(&row, "name"), text(&row, "outpost_site"), text(&row, "company"));
        let Some(own) = site.parse().ok().and_then(|site| of.company(&site)).filter(|own| *own != company) else {
            continue;
        };
        let remedy = "Change its Outpost Site in ERPNext: nothing goes from one company to another there.";
        let found = format!("{name} is of the company {company:?}, and {site}, whose it is said to be, of {own:?}");
        findings.error(format!("{place}.{name}"), found, remedy);
    }
}
