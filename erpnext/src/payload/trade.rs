//! What sales and purchases have in common: currency, list of prices, taxes, discount, rounding, and their rows.

use super::Unmappable;
use super::fields::{Fields, flag, number, set, text};
use super::making::Making;
use super::sheet;
use outpost_core::domain::decimal::Decimal;
use outpost_core::domain::document::{Priced, Text};
use outpost_core::domain::master::TaxRule;
use outpost_core::domain::totals::Discount;
use serde_json::{Value, json};

/// Fills it in. The kind sets its party, its day, and what it builds on.
pub(super) fn trade(making: &mut Making<'_>) -> Result<(), Unmappable> {
    let Some(priced) = making.submitted.document.rules().priced() else { return Ok(()) };
    currency(making, priced.currency)?;
    price_list(making, priced.price_list, priced.buying);
    making.set("ignore_pricing_rule", 1);
    taxes(making, priced.buying);
    discount(making, &priced);
    if making.fields.contains_key("additional_discount_percentage") || making.fields.contains_key("discount_amount") {
        making.fields.entry("apply_discount_on").or_insert_with(|| "Grand Total".into());
    }
    let rounds = sheet::rounds(making.submitted, making.about.masters, making.about.site);
    making.set("disable_rounded_total", flag(!rounds));
    rows(making);
    making.goods(true);
    making.cost_center(true, &["items", "taxes"])
}

/// The currency of the books: nobody here knows a rate of exchange, and without one the amounts in the books' currency are not known.
fn currency(making: &mut Making<'_>, own: Option<&Text>) -> Result<(), Unmappable> {
    let books = making.settings().map(|settings| &settings.currency);
    if let (Some(own), Some(books)) = (own, books)
        && own != books
    {
        let rule = format!("it is in {own} and the books are in {books}: somebody has to enter it with its rate");
        return Err(Unmappable::unfit("currency", rule));
    }
    if let Some(currency) = own.or(books) {
        making.set("currency", currency.as_str());
    }
    Ok(())
}

/// A discount is of as many digits as an amount has: ERPNext rounds what it works out of it, and not itself.
fn discount(making: &mut Making<'_>, priced: &Priced<'_>) {
    let digits = sheet::precision(making.about.masters, making.about.site);
    if let Discount::Amount { amount, .. } = priced.discount
        && let Some(amount) = amount.rounded(digits.into())
    {
        making.set("discount_amount", number(amount));
    }
}

fn price_list(making: &mut Making<'_>, own: Option<&Text>, buying: bool) {
    let (field, usual) = match (buying, making.settings()) {
        (true, settings) => ("buying_price_list", settings.and_then(|row| row.buying_price_list.as_ref())),
        (false, settings) => ("selling_price_list", settings.and_then(|row| row.selling_price_list.as_ref())),
    };
    if let Some(list) = own.or(usual) {
        let list = making.mapped(&making.about.map.price_lists, list);
        making.set(field, list);
    }
}

/// The rows are what counts: a template's name alone answers 200, and books no tax. So the name goes along only beside rows.
fn taxes(making: &mut Making<'_>, buying: bool) {
    let rules = sheet::taxes(making.submitted, &making.booked).to_vec();
    if rules.is_empty() {
        making.take("taxes");
        making.take("taxes_and_charges");
        return;
    }
    let rows: Vec<Value> = rules.iter().map(|rule| tax(making, rule, buying)).collect();
    making.set("taxes", rows);
}

fn tax(making: &Making<'_>, rule: &TaxRule, buying: bool) -> Value {
    let mut row = json!({
        "charge_type": rule.charge_type.as_str(),
        "account_head": making.account(&rule.account_head),
        "description": rule.description.as_ref().unwrap_or(&rule.account_head).as_str(),
        "included_in_print_rate": u8::from(rule.included_in_print_rate),
    });
    match rule.charge_type.as_str() {
        "Actual" => row["tax_amount"] = number(rule.tax_amount),
        _ => row["rate"] = number(rule.rate),
    }
    if let Some(of) = rule.row_id {
        row["row_id"] = of.to_string().into();
    }
    if buying {
        row["category"] = rule.category.as_ref().map_or("Total", Text::as_str).into();
        row["add_deduct_tax"] = rule.add_deduct_tax.as_ref().map_or("Add", Text::as_str).into();
    }
    row
}

/// Each row's warehouse outright, its price so that ERPNext does not take another, and the template of its own taxes. Of that the name
/// alone is sent: ERPNext reads the rates from the template each time, and the totals tell where they are others by now.
fn rows(making: &mut Making<'_>) {
    let about = making.about;
    let whole = making.take("set_warehouse");
    let whole = whole.as_ref().and_then(Value::as_str);
    let booked = making.booked.clone();
    let digits = sheet::precision(about.masters, about.site);
    for (i, row) in making.rows("items").enumerate() {
        if let Some(taxed) = booked.item_taxed(i) {
            set(row, "item_tax_template", taxed.item_tax_template.to_string());
        }
        if let Some(warehouse) = text(row, "warehouse").or(whole) {
            let warehouse = crate::map::SiteMap::name(&about.map.warehouses, warehouse).to_owned();
            set(row, "warehouse", warehouse);
        }
        price(row, digits);
    }
}

/// A rate that is rounded to nothing is taken for none, and filled in from the list, unless the list's price is said to be nothing as well.
fn price(row: &mut Fields, digits: u8) {
    let rate = row.get("rate").and_then(Value::as_number).and_then(|rate| rate.to_string().parse::<Decimal>().ok());
    let free = rate.and_then(|rate| rate.rounded(digits.into())).is_some_and(|rate| rate.is_zero());
    if free && !row.contains_key("price_list_rate") {
        set(row, "price_list_rate", 0);
    }
}
