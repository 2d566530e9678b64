//! A site's POS Profile, by which ERPNext puts some fields of a sale that is paid at once over what the sale says, and others in the place of
//! what it does not say (`set_pos_fields` of its Sales Invoice). Where none is named it takes one of the company by itself.
//!
//! In: the site and its company. Out: one finding. Absent: what is held for it; that is seen when a sale is read back.

use super::super::finding::Findings;
use super::super::meta::{number, text};
use super::books::{Books, unusable};
use super::money;
use super::site::About;
use crate::map::SiteMap;
use serde_json::{Value, json};

pub(super) fn look(books: &mut Books<'_>, about: &About<'_>, company: &str, findings: &mut Findings) {
    match &about.map.pos_profile {
        Some(name) => named(books, about, (company, name), findings),
        None => unnamed(books, about, company, findings),
    }
}

fn named(books: &mut Books<'_>, about: &About<'_>, (company, name): (&str, &str), findings: &mut Findings) {
    let place = about.place("pos_profile");
    let Some(found) = findings.answer(&place, books.whole("POS Profile", name)) else { return };
    let wrong = match &found {
        None => Some("is not in ERPNext".into()),
        Some(found) => unusable(found, company),
    };
    if let Some(wrong) = wrong {
        let remedy = "Make it in ERPNext, for this company, or name another in erpnext.toml.";
        findings.error(place, format!("{name} {wrong}"), remedy);
        return;
    }
    let Some(found) = found else { return };
    let puts = puts(about, &found);
    let (list, own) = (text(&found, "selling_price_list"), list(books, about));
    if !puts.is_empty() {
        let remedy = "Take that out of the POS Profile in ERPNext: what is sold would be booked otherwise than its receipt says.";
        findings.error(place, format!("{name} {}", puts.join(", and ")), remedy);
    } else if let Some(own) = own.filter(|own| !list.is_empty() && list != *own) {
        let found = format!("{name} has the price list {list}, and the site {own}");
        let remedy = "Make both the same: in ERPNext a sale that is paid at once is of the profile's list.";
        findings.warning(place, found, remedy);
    } else {
        findings.ok(place, name);
    }
}

fn unnamed(books: &mut Books<'_>, about: &About<'_>, company: &str, findings: &mut Findings) {
    let place = about.place("pos_profile");
    let filters = vec![json!(["company", "=", company]), json!(["disabled", "=", 0])];
    let Some(all) = findings.answer(&place, books.list("POS Profile", &["name"], filters)) else { return };
    let (mut names, mut wrong) = (Vec::new(), Vec::new());
    for name in all.iter().map(|row| text(row, "name")) {
        let Some(found) = findings.answer(&place, books.whole("POS Profile", name)) else { return };
        let Some(found) = found else { continue };
        let mut puts = puts(about, &found);
        let center = text(&found, "cost_center");
        if about.map.cost_center.is_none() && !center.is_empty() {
            puts.push(format!("books on the cost center {center}"));
        }
        let income = text(&found, "income_account");
        if !income.is_empty() {
            puts.push(format!("books what is sold on {income}"));
        }
        if !puts.is_empty() {
            wrong.push(format!("{name} {}", puts.join(", and ")));
        }
        names.push(name);
    }
    let remedy = "Give the site a POS Profile of its own in ERPNext, and name it in erpnext.toml.";
    if !wrong.is_empty() {
        let found = format!("none is named, and ERPNext takes one of {company} by itself: {}", wrong.join("; "));
        findings.error(place, found, remedy);
    } else if !names.is_empty() {
        let found = format!("none is named, and ERPNext takes one of {company} by itself: {}", names.join(", "));
        findings.warning(place, found, remedy);
    } else {
        findings.ok(place, format!("none is named, and {company} has none"));
    }
}

/// The site's own list of prices, by ERPNext's name of it; none where there is none for sales, which is told elsewhere.
fn list<'a>(books: &mut Books<'_>, about: &'a About<'_>) -> Option<&'a str> {
    let list = about.settings()?.selling_price_list.as_ref()?;
    let name = SiteMap::name(&about.map.price_lists, list.as_str());
    let found = books.whole("Price List", name).ok()??;
    (number(&found, "enabled") == 1 && number(&found, "selling") == 1).then_some(name)
}

/// What a profile has sales say otherwise than their receipts.
fn puts(about: &About<'_>, profile: &Value) -> Vec<String> {
    let mut puts = Vec::new();
    let change = text(profile, "account_for_change_amount");
    if let Some(till) = money::tills(about).find(|till| !change.is_empty() && *till != change) {
        puts.push(format!("gives change out of {change}, and the site out of {till}"));
    }
    let taxes = text(profile, "taxes_and_charges");
    if !taxes.is_empty() {
        puts.push(format!("puts the taxes {taxes} on a sale that has none"));
    }
    puts
}
