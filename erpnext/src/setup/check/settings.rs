//! What is set for all of ERPNext: how it rounds, how it names what is new, whether stock may be less than nothing.

use super::super::finding::Findings;
use super::super::meta::{number, text};
use super::books::Books;
use super::{credit, frozen, surplus};
use crate::client::Failure;
use crate::map::Settings;
use outpost_core::domain::decimal::Decimal;
use outpost_core::domain::id::SiteId;
use outpost_core::domain::master::{Masters, Settings as SiteSettings};
use serde_json::Value;

/// How a box rounds a half.
const ROUNDING: &str = "Banker's Rounding";
/// Digits of a quantity that ERPNext has to keep at least.
const DIGITS: u64 = 3;

/// Who alone may post stock of before the last movement.
const BACK_DATED: &str = "role_allowed_to_create_edit_back_dated_transactions";

/// Settings that ask for an order or a delivery first, and what is refused then.
const SELLING: [(&str, &str); 2] = [
    ("so_required", "a sale that is not paid at once, and a delivery, without a Sales Order"),
    ("dn_required", "a sale without a Delivery Note that does not hand over its goods itself"),
];
/// The same of purchases.
const BUYING: [(&str, &str); 2] = [
    ("po_required", "a Purchase Receipt or Purchase Invoice without a Purchase Order"),
    ("pr_required", "a Purchase Invoice of goods without a Purchase Receipt, also one that takes them in itself"),
];

/// A switch by which ERPNext refuses what a workshop has done already.
struct Switch {
    field: &'static str,
    /// How it stands where it refuses.
    refuses: bool,
    found: &'static str,
    remedy: &'static str,
}

const BELOW_COST: Switch = Switch {
    field: "validate_selling_price",
    refuses: true,
    found: "on: what is sold for less than it was bought for, or is worth, is refused, though the goods have left",
    remedy: "Switch Validate Selling Price for Item Against Purchase Rate or Valuation Rate off.",
};
const ITEM_ONCE: Switch = Switch {
    field: "allow_multiple_items",
    refuses: false,
    found: "off: a sale, delivery or order that has an item in two rows is refused, though the goods have left",
    remedy: "Switch Allow Item to be Added Multiple Times in a Transaction on.",
};
const BOUGHT_ONCE: Switch = Switch {
    found: "off: a receipt, or a bill with its goods, that has an item in two rows is refused, though the goods have come",
    ..ITEM_ONCE
};
const ONE_BILL: Switch = Switch {
    field: "check_supplier_invoice_uniqueness",
    refuses: true,
    found: "on: a supplier's second bill of the same number in a year is refused, though the goods have come",
    remedy: "Switch Check Supplier Invoice Number Uniqueness off, or have workshops write each bill's whole number.",
};

/// What the connector may read, and the rest where it may as well.
pub(super) fn of_connector(
    books: &Books<'_>,
    roles: &[String],
    settings: &Settings,
    masters: &Masters,
    findings: &mut Findings,
) {
    let mut wanted = Vec::new();
    if let Some(stock) = findings.answer("Stock Settings", single(books, "Stock Settings")) {
        stock_settings(&stock, findings);
        back_dated(&stock, roles, findings);
        frozen_days(&stock, findings);
        frozen::look(("Stock Settings", "stock_auth_role"), &stock, roles, findings);
        wanted.push(text(&stock, BACK_DATED).to_owned());
    }
    if let Some(accounts) = findings.answer("Accounts Settings", single(books, "Accounts Settings")) {
        frozen::look(("Accounts Settings", "frozen_accounts_modifier"), &accounts, roles, findings);
        credit::look(books, &accounts, roles, findings);
        change(&accounts, findings);
        refusing("Accounts Settings", &accounts, &ONE_BILL, findings);
        wanted.push(text(&accounts, credit::FIELD).to_owned());
    }
    surplus::look(roles, &wanted.iter().map(String::as_str).collect::<Vec<_>>(), findings);
    of_all(books, settings, masters, findings);
}

/// What only a System Manager may read, unless somebody has changed that.
pub(super) fn of_all(books: &Books<'_>, settings: &Settings, masters: &Masters, findings: &mut Findings) {
    for name in ["System Settings", "Global Defaults", "Selling Settings", "Buying Settings"] {
        match single(books, name) {
            Ok(doc) => match name {
                "System Settings" => rounding(&doc, settings, masters, findings),
                "Global Defaults" => rounded_total(&doc, settings, masters, findings),
                "Selling Settings" => {
                    named_by(name, &doc, "cust_master_name", "Customer Name", findings);
                    required(name, &doc, &SELLING, findings);
                    refusing(name, &doc, &BELOW_COST, findings);
                    refusing(name, &doc, &ITEM_ONCE, findings);
                }
                _ => {
                    named_by(name, &doc, "supp_master_name", "Supplier Name", findings);
                    required(name, &doc, &BUYING, findings);
                    refusing(name, &doc, &BOUGHT_ONCE, findings);
                }
            },
            Err(failure) if failure.is("PermissionError") => {
                // Rightly so, and setup has looked; what differs later is found when a document is read back.
                findings.ok(name, "not looked at: only an administrator's key reads it, as at setup");
            }
            Err(failure) => drop(findings.answer::<()>(name, Err(failure))),
        }
    }
}

fn single(books: &Books<'_>, name: &str) -> Result<Value, Failure> {
    books.client.get(name, name)
}

fn stock_settings(stock: &Value, findings: &mut Findings) {
    let told = match number(stock, "allow_negative_stock") {
        0 => "off: a document that takes more than there is waits until there is enough",
        _ => "on: stock goes below nothing, and no document waits for it",
    };
    findings.ok("Stock Settings.allow_negative_stock", told);
    named_by("Stock Settings", stock, "item_naming_by", "Item Code", findings);
}

/// What comes late from a workshop is of before what others have moved since, after each time without a line.
fn back_dated(stock: &Value, roles: &[String], findings: &mut Findings) {
    let (place, role) = (format!("Stock Settings.{BACK_DATED}"), text(stock, BACK_DATED));
    if role.is_empty() || roles.iter().any(|own| own == role) {
        findings.ok(place, "the connector may post stock of before the last movement");
    } else {
        let found = format!(
            "only {role} may post stock of before an item's last movement, and documents that come late are refused"
        );
        findings.error(place, found, "Give the connector's user that role, or leave the setting empty.");
    }
}

/// Where change is not booked for itself, ERPNext takes it off each payment of the sale into the account that it is given out of.
fn change(accounts: &Value, findings: &mut Findings) {
    const FIELD: &str = "post_change_gl_entries";
    let place = format!("Accounts Settings.{FIELD}");
    if accounts.get(FIELD).is_some() && number(accounts, FIELD) == 0 {
        let found = "off: of a sale that is paid twice into the account that change is given out of, the change is taken off twice";
        findings.warning(place, found, "Switch Create Ledger Entries for Change Amount on.");
    } else {
        findings.ok(place, "change is booked for itself");
    }
}

/// What comes from a workshop later than so many days is held.
fn frozen_days(stock: &Value, findings: &mut Findings) {
    const FIELD: &str = "stock_frozen_upto_days";
    let place = format!("Stock Settings.{FIELD}");
    match number(stock, FIELD) {
        0 => findings.ok(place, "no stock is frozen for its age"),
        days => {
            let found = format!(
                "stock of more than {days} days ago is frozen: what comes later from a workshop is held as closed"
            );
            findings.warning(place, found, "Set it to 0, or to more days than a workshop is ever without a line.");
        }
    }
}

fn refusing(single: &str, doc: &Value, switch: &Switch, findings: &mut Findings) {
    let place = format!("{single}.{}", switch.field);
    let is_there = doc.get(switch.field).is_some_and(|value| !value.is_null());
    if is_there && (number(doc, switch.field) != 0) == switch.refuses {
        findings.warning(place, switch.found, switch.remedy);
    } else {
        findings.ok(place, "nothing is refused for it");
    }
}

/// What is refused where a setting asks for a document before another.
fn required(single: &str, doc: &Value, fields: &[(&str, &str)], findings: &mut Findings) {
    for (field, refused) in fields {
        let place = format!("{single}.{field}");
        if text(doc, field) == "Yes" {
            let remedy = "Set it to No, or let each customer or supplier that workshops trade with off it.";
            findings.warning(place, format!("refused is {refused}"), remedy);
        } else {
            findings.ok(place, "not asked for");
        }
    }
}

fn named_by(single: &str, doc: &Value, field: &str, wanted: &str, findings: &mut Findings) {
    let (place, found) = (format!("{single}.{field}"), text(doc, field));
    if found == wanted {
        findings.ok(place, found);
    } else {
        let remedy = format!("Set it to {wanted}: what a workshop makes is known by its name, on paper and to people.");
        findings.warning(place, format!("new ones are named by {found:?}"), remedy);
    }
}

/// The settings of the sites that are posted.
fn posted<'a>(settings: &'a Settings, masters: &'a Masters) -> impl Iterator<Item = (&'a SiteId, &'a SiteSettings)> {
    settings.sites.keys().filter_map(|site| masters.settings(site).map(|row| (site, row)))
}

fn rounding(system: &Value, settings: &Settings, masters: &Masters, findings: &mut Findings) {
    let place = "System Settings.rounding_method";
    match text(system, "rounding_method") {
        ROUNDING => findings.ok(place, ROUNDING),
        found => {
            let remedy = format!("Set it to {ROUNDING}, as the workshops' receipts are rounded.");
            findings.error(place, format!("ERPNext rounds by {found:?}"), remedy);
        }
    }
    float_precision(number(system, "float_precision"), masters, findings);
    let place = "System Settings.currency_precision";
    let digits = text(system, "currency_precision").trim().parse::<u8>().ok();
    let differs =
        posted(settings, masters).find(|(_, row)| digits.is_some_and(|digits| digits != row.currency_precision));
    match (differs, digits) {
        (Some((site, row)), Some(digits)) => {
            let found = format!("ERPNext reckons with {digits} digits, and {site} with {}", row.currency_precision);
            findings.error(place, found, format!("Load the site's settings with currency_precision {digits}."));
        }
        (_, Some(digits)) => findings.ok(place, digits.to_string()),
        (_, None) => findings.ok(place, "by the currency's format"),
    }
}

/// None chosen (0) is ERPNext's own, which is [`DIGITS`]. It rounds a unit's factor to as many, and then reckons with that.
fn float_precision(chosen: u64, masters: &Masters, findings: &mut Findings) {
    let place = "System Settings.float_precision";
    let digits = if chosen == 0 { DIGITS } else { chosen };
    if digits < DIGITS {
        let remedy = format!("Set it to {DIGITS} or more.");
        findings.warning(place, format!("ERPNext keeps {digits} digits of a quantity"), remedy);
        return;
    }
    let kept = u32::try_from(digits).unwrap_or(u32::MAX);
    let is_finer = |factor: Decimal| factor.rounded(kept) != Some(factor);
    let mut units = masters.items().flat_map(|item| item.uoms.iter().map(move |unit| (item, unit)));
    match units.find(|(_, unit)| is_finer(unit.conversion_factor)) {
        Some((item, unit)) => {
            let found = format!(
                "ERPNext keeps {digits} digits of a unit's factor, and a {} of {} is {} {}: it books another quantity than the workshop",
                unit.uom, item.item_code, unit.conversion_factor, item.stock_uom
            );
            findings.warning(place, found, "Set it to as many as the units need, up to 9, or sell and buy in others.");
        }
        None => findings.ok(place, digits.to_string()),
    }
}

fn rounded_total(defaults: &Value, settings: &Settings, masters: &Masters, findings: &mut Findings) {
    let place = "Global Defaults.disable_rounded_total";
    let off = number(defaults, "disable_rounded_total") == 1;
    let rounds = |row: &SiteSettings| row.smallest_currency_fraction_value.is_some();
    let word = |rounds: bool| if rounds { "rounded" } else { "not rounded" };
    match posted(settings, masters).find(|(_, row)| rounds(row) == off) {
        Some((site, row)) => {
            let (own, theirs) = (word(rounds(row)), word(!off));
            let found = format!("at {site} what is paid is {own}, and ERPNext's own documents are {theirs}");
            let remedy = "What is posted says outright which it is; the same for both is easier to read.";
            findings.warning(place, found, remedy);
        }
        None => findings.ok(place, format!("what is paid is {}", word(!off))),
    }
}
