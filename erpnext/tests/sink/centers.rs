//! Cost centers where the map names none: rows without one get that of ERPNext's usual company, which another company's are refused for.

use crate::common::{Books, Case, done};
use crate::held::sale;
use outpost_core::domain::outcome::Hold;
use outpost_erpnext::map::SiteMap;
use serde_json::{Value, json};

const OF: &str = "bandung";

/// A site of a second company, whose names are those of the first with its own letters.
fn of_another() -> Case {
    let mut map = SiteMap { company: Some("Hill Tailors".into()), cost_center: None, ..Books::map(OF) };
    for name in ["Miscellaneous Expenses", "Cash", "VAT"] {
        map.accounts.insert(format!("{name} - TW"), format!("{name} - HT"));
    }
    map.warehouses.insert("Bandung - TW".into(), "Stores - HT".into());
    let case = Case::with(OF, map);
    let company =
        json!({"company_name": "Hill Tailors", "abbr": "HT", "default_currency": "IDR", "country": "Indonesia"});
    case.books.admin().make("Company", &company).unwrap();
    case
}

fn tea() -> Value {
    json!({"mode_of_payment": "Cash", "posting_date": "2026-11-20", "accounts": [
        {"account": "Miscellaneous Expenses - TW", "debit_in_account_currency": "500"},
        {"account": "Cash - TW", "credit_in_account_currency": "500"}]})
}

fn brought() -> Value {
    json!({"stock_entry_type": "Material Receipt", "to_warehouse": "Bandung - TW",
        "items": [{"item_code": "BUTTON", "qty": "3", "basic_rate": "500"}]})
}

#[test]
fn each_row_of_a_second_company_s_says_that_company_s_own() {
    let mut case = of_another();
    let tax = json!([{"charge_type": "On Net Total", "account_head": "VAT - TW", "description": "VAT", "rate": "11"}]);
    for (slug, doctype, table, fields) in [
        ("sales-invoice", "Sales Invoice", "items", sale(json!({}))),
        ("sales-invoice", "Sales Invoice", "taxes", sale(json!({"taxes": tax}))),
        ("stock-entry", "Stock Entry", "items", brought()),
        ("journal-entry", "Journal Entry", "accounts", tea()),
    ] {
        let made = case.shop.make(slug, fields);
        let name = done(&mut case.sink, OF, &made);
        let there = case.books.erp.document(doctype, &name).unwrap();
        for row in there[table].as_array().unwrap() {
            assert_eq!(row["cost_center"], "Main - HT", "{doctype} {table}");
        }
        assert_eq!(there.get("cost_center").unwrap_or(&Value::Null), &Value::Null, "{doctype}");
    }
}

#[test]
fn a_company_without_one_is_held_until_it_has_one() {
    let mut case = of_another();
    case.books.erp.set("Company", "Hill Tailors", "cost_center", Value::Null);
    let sold = case.shop.make("sales-invoice", sale(json!({})));
    case.holds(&sold, Hold::Refused, &["Main - TW does not belong to company Hill Tailors"]);
    case.books.erp.set("Company", "Hill Tailors", "cost_center", json!("Main - HT"));
    // What comes next goes in though nobody has retried the first.
    let next = case.shop.make("sales-invoice", sale(json!({})));
    done(&mut case.sink, OF, &next);
    case.goes_through(&sold);
}

#[test]
fn a_draft_keeps_the_one_that_people_have_chosen() {
    let mut case = Case::with(OF, SiteMap { cost_center: None, ..Books::map(OF) });
    let made = case.shop.make("sales-invoice", sale(json!({})));
    let mut draft = sale(json!({"outpost_id": made.id.to_string()}));
    draft["items"][0]["cost_center"] = json!("Garut - TW");
    let draft = case.books.erp.make("Sales Invoice", draft);
    assert_eq!(done(&mut case.sink, OF, &made), draft);
    assert_eq!(case.books.erp.document("Sales Invoice", &draft).unwrap()["items"][0]["cost_center"], "Garut - TW");
    // Found again, it is still the document.
    case.goes_through(&made);
}
