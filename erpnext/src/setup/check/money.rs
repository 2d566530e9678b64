//! What a site is paid with and prices in: modes of payment, accounts, price lists, currency, the walk-in customer.

use super::super::finding::Findings;
use super::super::meta::{number, text};
use super::books::{Books, unusable};
use super::site::About;
use crate::map::SiteMap;
use outpost_core::domain::decimal::Decimal;
use outpost_core::domain::document::Text;
use outpost_core::domain::master::{Masters, ModeOfPayment};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Looks at all of it.
pub(super) fn look(books: &mut Books<'_>, about: &About<'_>, company: (&str, &Value), findings: &mut Findings) {
    modes(books, about, company.0, findings);
    accounts(books, about, company.0, findings);
    price_lists(books, about, findings);
    currency(books, about, company, findings);
    walk_in(books, about, findings);
    deposits(about, company, findings);
}

fn modes(books: &mut Books<'_>, about: &About<'_>, company: &str, findings: &mut Findings) {
    for mode in about.masters.modes_of_payment().filter(|mode| mode.enabled) {
        let ours = mode.mode_of_payment.as_str();
        let place = about.place(&format!("modes_of_payment.{ours}"));
        let theirs = SiteMap::name(&about.map.modes_of_payment, ours);
        let Some(found) = findings.answer(&place, books.whole("Mode of Payment", theirs)) else { continue };
        // An unknown one is taken by ERPNext without a word where a sale is submitted at once.
        let Some(found) = found else {
            let remedy = "Make it in ERPNext, or map its name in erpnext.toml.";
            findings.error(place, format!("ERPNext has no mode of payment {theirs:?}"), remedy);
            continue;
        };
        if number(&found, "enabled") == 0 {
            findings.error(place, format!("{theirs} is disabled"), "Enable it in ERPNext, or disable it here.");
            continue;
        }
        let rows = found.get("accounts").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let account = rows.iter().find(|row| text(row, "company") == company).map(|row| text(row, "default_account"));
        let own = about.masters.account_of(mode, about.site).unwrap_or(&mode.default_account);
        let wanted = SiteMap::name(&about.map.accounts, own.as_str());
        match account.filter(|account| !account.is_empty()) {
            None => {
                let remedy = format!("Add a row for it in ERPNext, with the account {wanted}.");
                findings.error(place, format!("{theirs} has no account of {company}"), remedy);
            }
            Some(account) if account != wanted => {
                let found = format!("{theirs} goes into {account} in ERPNext, and into {wanted} here");
                findings.warning(place, found, "What is posted goes where it says here: make both the same.");
            }
            Some(account) => findings.ok(place, format!("{theirs}, into {account}")),
        }
    }
}

/// The accounts that change is given out of, by ERPNext's names of them.
pub(super) fn tills<'a>(about: &'a About<'_>) -> impl Iterator<Item = &'a str> {
    let masters = about.masters;
    let is_cash = move |mode: &&ModeOfPayment| {
        let own = masters.account_of(mode, about.site);
        let account = own.and_then(|own| masters.account(own.as_str())).and_then(|row| row.account_type.as_ref());
        mode.kind.as_ref().or(account).is_some_and(|kind| kind.as_str() == "Cash")
    };
    let cash = masters.modes_of_payment().filter(|mode| mode.enabled).filter(is_cash);
    cash.filter_map(|mode| masters.account_of(mode, about.site))
        .map(|own| SiteMap::name(&about.map.accounts, own.as_str()))
}

/// The accounts that rows of taxes name.
pub(super) fn heads(masters: &Masters) -> impl Iterator<Item = &str> {
    masters.tax_templates().flat_map(|template| &template.taxes).map(|row| row.account_head.as_str())
}

fn accounts(books: &Books<'_>, about: &About<'_>, company: &str, findings: &mut Findings) {
    let masters = about.masters;
    let named = masters.accounts().filter(|row| !row.disabled).map(|row| row.name.as_str());
    let modes = masters.modes_of_payment().filter(|mode| mode.enabled);
    let modes = modes.filter_map(|mode| masters.account_of(mode, about.site)).map(Text::as_str);
    let till = about.settings().and_then(|row| row.till_difference_account.as_ref()).map(|name| name.as_str());
    let used: BTreeSet<&str> = modes.chain(heads(masters)).chain(till).collect();
    let all: BTreeMap<&str, &str> =
        named.chain(used.iter().copied()).map(|name| (name, SiteMap::name(&about.map.accounts, name))).collect();
    let wanted: BTreeSet<String> = all.values().map(|name| (*name).to_owned()).collect();
    let place = about.place("accounts");
    let asked = books.some("Account", &["name", "company", "is_group", "disabled"], &wanted);
    let Some(found) = findings.answer(&place, asked) else { return };
    for (ours, theirs) in all {
        let place = format!("{place}.{ours}");
        let row = found.get(theirs);
        let wrong = match row {
            None => Some("is not in ERPNext".to_owned()),
            Some(row) => unusable(row, company),
        };
        let elsewhere = row.is_some_and(|row| unusable(row, text(row, "company")).is_none());
        match wrong {
            None => findings.ok(place, theirs),
            Some(wrong) if elsewhere && !used.contains(ours) => {
                findings.warning(place, format!("{theirs} {wrong}"), "Nobody may book on it at this site.");
            }
            Some(wrong) => {
                let remedy = "Map it to one of the company's accounts in erpnext.toml, or change it in ERPNext.";
                findings.error(place, format!("{theirs} {wrong}"), remedy);
            }
        }
    }
}

/// The two usual lists, and all that the map names: a document may name any of them.
fn price_lists(books: &mut Books<'_>, about: &About<'_>, findings: &mut Findings) {
    let settings = about.settings();
    let usual = settings.map(|row| [(&row.selling_price_list, "selling"), (&row.buying_price_list, "buying")]);
    let usual = usual.into_iter().flatten().filter_map(|(list, side)| Some((list.as_ref()?.as_str(), side)));
    let mut lists: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (list, side) in usual {
        lists.entry(list).or_default().insert(side);
    }
    for list in about.map.price_lists.keys().map(String::as_str) {
        let row = about.masters.price_list(list);
        let sides = row.map(|row| [("selling", row.selling), ("buying", row.buying)]).into_iter().flatten();
        lists.entry(list).or_insert_with(|| sides.filter(|(_, is_for)| *is_for).map(|(side, _)| side).collect());
    }
    for (list, sides) in lists {
        let place = about.place(&format!("price_lists.{list}"));
        let theirs = SiteMap::name(&about.map.price_lists, list);
        let Some(found) = findings.answer(&place, books.whole("Price List", theirs)) else { continue };
        let remedy = "Choose another, or change it in ERPNext.";
        let Some(found) = found else {
            findings.error(place, format!("ERPNext has no price list {theirs:?}"), "Make it there, or map its name.");
            continue;
        };
        let currency = text(&found, "currency");
        let other = settings.map(|row| row.currency.as_str()).filter(|books| *books != currency);
        if number(&found, "enabled") == 0 {
            findings.error(place, format!("{theirs} is disabled"), remedy);
        } else if let Some(side) = sides.into_iter().find(|side| number(&found, side) == 0) {
            findings.error(place, format!("{theirs} is not for {side}"), remedy);
        } else if let Some(books) = other {
            findings.error(place, format!("{theirs} is in {currency}, and the site's books in {books}"), remedy);
        } else {
            findings.ok(place, theirs);
        }
    }
}

fn currency(books: &mut Books<'_>, about: &About<'_>, company: (&str, &Value), findings: &mut Findings) {
    let Some(settings) = about.settings() else { return };
    let (place, name) = (about.place("currency"), settings.currency.as_str());
    let books_in = text(company.1, "default_currency");
    if books_in != name {
        let found = format!("the site's is {name}, and that of {} is {books_in}", company.0);
        findings.error(place, found, "Load the site's settings with the company's currency.");
        return;
    }
    let Some(found) = findings.answer(&place, books.whole("Currency", name)) else { return };
    let coin = found.as_ref().and_then(|found| found.get("smallest_currency_fraction_value"));
    let theirs = match coin {
        Some(Value::Number(coin)) => coin.to_string().parse::<Decimal>().unwrap_or_default(),
        Some(Value::String(coin)) => coin.parse().unwrap_or_default(),
        _ => Decimal::ZERO,
    };
    match settings.smallest_currency_fraction_value {
        Some(ours) if ours != theirs => {
            let found = format!(
                "what is paid is rounded to {ours} at the site and to {theirs} in ERPNext (0: to whole {name})"
            );
            let remedy = "Make Smallest Currency Fraction Value of the currency in ERPNext and that of the site's settings the same.";
            findings.error(place, found, remedy);
        }
        Some(_) => findings.ok(place, format!("{name}, rounded to {theirs} (0: to whole {name})")),
        None => findings.ok(place, format!("{name}, not rounded")),
    }
}

fn walk_in(books: &mut Books<'_>, about: &About<'_>, findings: &mut Findings) {
    let Some(name) = about.settings().and_then(|row| row.walk_in_customer.as_ref()) else { return };
    let place = about.place("walk_in_customer");
    let Some(found) = findings.answer(&place, books.whole("Customer", name.as_str())) else { return };
    match found {
        None => {
            let remedy = "Make it in ERPNext: every sale to somebody unknown names it.";
            findings.error(place, format!("ERPNext has no customer {:?}", name.as_str()), remedy);
        }
        Some(found) if number(&found, "disabled") == 1 => {
            findings.error(place, format!("{name} is disabled"), "Enable it in ERPNext.");
        }
        Some(_) => findings.ok(place, name.as_str()),
    }
}

/// Where what is paid ahead goes. ERPNext chooses the company's account for that while it saves a draft, and what is posted is never one.
fn deposits(about: &About<'_>, (name, company): (&str, &Value), findings: &mut Findings) {
    let place = about.place("deposits");
    if number(company, "book_advance_payments_in_separate_party_account") == 1 {
        let found = format!(
            "{name} books what is paid ahead in an account of its own, and what workshops are paid ahead would go into \
             their customers' usual account"
        );
        let remedy = "Switch Book Advance Payments in Separate Party Account off in the company.";
        findings.error(place, found, remedy);
    } else {
        findings.ok(place, "what is paid ahead is booked in the parties' usual accounts");
    }
}
