//! One site: its company, its places, its names.

use super::super::finding::Findings;
use super::super::meta::{number, text};
use super::books::{Books, unusable};
use super::maps;
use super::money;
use super::profile;
use super::server::Server;
use crate::map::SiteMap;
use jiff::tz::TimeZone;
use outpost_core::domain::id::SiteId;
use outpost_core::domain::master::{Masters, Settings};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What is known of the site.
pub(super) struct About<'a> {
    pub(super) site: &'a SiteId,
    pub(super) map: &'a SiteMap,
    pub(super) masters: &'a Masters,
    pub(super) server: &'a Server,
}

impl About<'_> {
    /// The place of a line: `sites.bandung.company`.
    pub(super) fn place(&self, field: &str) -> String {
        format!("sites.{}.{field}", self.site)
    }

    pub(super) fn settings(&self) -> Option<&Settings> {
        self.masters.settings(self.site)
    }
}

/// Looks at all of it.
pub(super) fn look(books: &mut Books<'_>, about: &About<'_>, findings: &mut Findings) {
    if about.settings().is_none() {
        let remedy = "Load them with `outpost office load`: without them the currency and the rounding are not known.";
        findings.error(about.place("settings"), "the office has no settings of this site", remedy);
    }
    zone(about, findings);
    first_day(about, findings);
    let Some((name, company)) = company(books, about, findings) else { return };
    cost_center(books, about, (&name, &company), findings);
    profile::look(books, about, &name, findings);
    warehouses(books, about, &name, findings);
    fiscal_year(books, about, &name, findings);
    money::look(books, about, (&name, &company), findings);
    maps::look(books, about, &name, findings);
    stale(about, findings);
}

fn zone(about: &About<'_>, findings: &mut Findings) {
    let place = about.place("time_zone");
    match &about.map.time_zone {
        None => findings.ok(place, "ERPNext's own"),
        Some(name) if TimeZone::get(name).is_ok() => findings.ok(place, name.clone()),
        Some(name) => {
            let remedy = "Write one of IANA's names in erpnext.toml, like Asia/Jakarta, or leave it out.";
            findings.error(place, format!("{name:?} is no time zone that is known"), remedy);
        }
    }
}

/// Which documents go in at all, in words: nothing tells a day that was written wrongly from one that was meant.
fn first_day(about: &About<'_>, findings: &mut Findings) {
    let (place, today) = (about.place("from"), about.server.today);
    match about.map.from {
        None => findings.ok(place, "every document is posted, of whichever day"),
        Some(first) if first > today => {
            let remedy = "What is made until then has to be entered in ERPNext by hand.";
            findings.warning(place, format!("nothing is posted before {first}, which is still to come"), remedy);
        }
        Some(first) => findings.ok(place, format!("documents of {first} and later are posted, and none of before")),
    }
}

fn company(books: &mut Books<'_>, about: &About<'_>, findings: &mut Findings) -> Option<(String, Value)> {
    let place = about.place("company");
    let said = about.map.company.clone();
    let Some(name) = said.or_else(|| about.settings().map(|row| row.company.to_string())) else {
        findings.error(place, "it is not known", "Say it in erpnext.toml, or load the site's settings.");
        return None;
    };
    match findings.answer(&place, books.whole("Company", &name))? {
        Some(company) => {
            findings.ok(place, name.clone());
            Some((name, company))
        }
        None => {
            let remedy = "Write it as ERPNext has it, in erpnext.toml or in the site's settings.";
            findings.error(place, format!("ERPNext has no company {name:?}"), remedy);
            None
        }
    }
}

fn cost_center(books: &mut Books<'_>, about: &About<'_>, company: (&str, &Value), findings: &mut Findings) {
    let place = about.place("cost_center");
    let own = text(company.1, "cost_center");
    let Some(name) = about.map.cost_center.as_deref().or(Some(own)).filter(|name| !name.is_empty()) else {
        let remedy = "Say one in erpnext.toml, or give the company one in ERPNext.";
        findings.error(place, format!("neither the site nor {} has one", company.0), remedy);
        return;
    };
    let Some(found) = findings.answer(&place, books.whole("Cost Center", name)) else { return };
    let wrong = match &found {
        None => Some("is not in ERPNext".into()),
        Some(found) => unusable(found, company.0),
    };
    match wrong {
        None => findings.ok(place, name),
        Some(wrong) => findings.error(place, format!("{name} {wrong}"), "Choose another, or change it in ERPNext."),
    }
}

fn warehouses(books: &Books<'_>, about: &About<'_>, company: &str, findings: &mut Findings) {
    let place = about.place("warehouses");
    let own = about.masters.warehouses().filter(|row| row.site.as_ref() == Some(about.site) && !row.disabled);
    let names: BTreeMap<&str, &str> =
        own.map(|row| (row.name.as_str(), SiteMap::name(&about.map.warehouses, row.name.as_str()))).collect();
    if names.is_empty() {
        let remedy = "Load the warehouses with their `site`: without one nothing that moves goods is recorded there.";
        findings.warning(place, "the office's data has none of this site", remedy);
        return;
    }
    let fields = ["name", "company", "is_group", "disabled", "outpost_site"];
    let wanted: BTreeSet<String> = names.values().map(|name| (*name).to_owned()).collect();
    let asked = books.some("Warehouse", &fields, &wanted).or_else(|failure| match failure.is("DataError") {
        // Without its custom field; that it is missing has been told.
        true => books.some("Warehouse", &fields[..4], &wanted),
        false => Err(failure),
    });
    let Some(found) = findings.answer(&place, asked) else { return };
    for (ours, theirs) in names {
        let place = format!("{place}.{ours}");
        let Some(row) = found.get(theirs) else {
            let remedy = "Make it in ERPNext, or map its name in erpnext.toml.";
            findings.error(place, format!("ERPNext has no warehouse {theirs:?}"), remedy);
            continue;
        };
        let of = text(row, "outpost_site");
        if let Some(wrong) = unusable(row, company) {
            findings.error(place, format!("{theirs} {wrong}"), "Choose another, or change it in ERPNext.");
        } else if !of.is_empty() && of != about.site.as_str() {
            let remedy = "Change Outpost Site of the warehouse in ERPNext, or the warehouse's `site` here.";
            findings.warning(place, format!("{theirs} is said in ERPNext to be of the site {of}"), remedy);
        } else {
            findings.ok(place, theirs);
        }
    }
}

fn fiscal_year(books: &mut Books<'_>, about: &About<'_>, company: &str, findings: &mut Findings) {
    let (place, today) = (about.place("fiscal_year"), about.server.today.to_string());
    let filters = vec![json!(["year_start_date", "<=", today]), json!(["year_end_date", ">=", today])];
    let Some(years) = findings.answer(&place, books.list("Fiscal Year", &["name", "disabled"], filters)) else {
        return;
    };
    for year in years.iter().filter(|year| number(year, "disabled") == 0) {
        let name = text(year, "name");
        let Some(whole) = findings.answer(&place, books.whole("Fiscal Year", name)) else { return };
        let companies =
            whole.as_ref().and_then(|year| year.get("companies")?.as_array()).map_or(&[][..], Vec::as_slice);
        // It is of all companies where it names none.
        if companies.is_empty() || companies.iter().any(|row| text(row, "company") == company) {
            findings.ok(place, name);
            return;
        }
    }
    findings.error(place, format!("{company} has none for {today}"), "Make the fiscal year in ERPNext.");
}

/// Lines of the map that name nothing: a slip of the pen, mostly.
fn stale(about: &About<'_>, findings: &mut Findings) {
    let (map, masters) = (about.map, about.masters);
    let mut look = |table: &str, map: &BTreeMap<String, String>, is_known: &dyn Fn(&str) -> bool| {
        for name in map.keys().filter(|name| !is_known(name)) {
            let place = about.place(&format!("{table}.{name}"));
            let remedy = "Write it as the office's data has it, or take the line out.";
            findings.warning(place, "the office's data has nothing of this name", remedy);
        }
    };
    look("warehouses", &map.warehouses, &|name| masters.warehouse(name).is_some());
    look("modes_of_payment", &map.modes_of_payment, &|name| masters.mode_of_payment(name).is_some());
    // Taxes name accounts that have no row of their own.
    let is_account = |name: &str| masters.account(name).is_some() || money::heads(masters).any(|head| head == name);
    look("accounts", &map.accounts, &is_account);
    look("price_lists", &map.price_lists, &|name| masters.price_list(name).is_some());
}
