//! Two companies of one ERPNext: each site has its own company's rows, and an office of one company has the rows that it always had.

use super::fake::{COMPANY, Fake, Office, scope};
use crate::down::{Round, Scope};
use outpost_core::domain::id::SiteId;
use outpost_core::domain::master::segment::audience;
use outpost_core::domain::master::{Masters, Row, RowKey, Table};
use outpost_core::wire::row;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const OTHER: &str = "Cutter Works";

fn site(name: &str) -> SiteId {
    name.parse().unwrap()
}

/// Bandung is of the usual company, Solo of the other.
fn both() -> Scope {
    let mut both = scope();
    both.companies.insert(OTHER.into(), vec![site("solo")]);
    both
}

/// One of each kind of document that is of a company, in one of them.
fn furnish(fake: &mut Fake, company: &str, abbr: &str, at: &str) {
    let own = |name: &str| format!("{name} - {abbr}");
    let shop = json!({ "company": company, "warehouse_type": null, "is_group": 0, "disabled": 0, "outpost_site": at });
    fake.put("Warehouse", &own("Shop"), shop);
    fake.put("Item Tax Template", &own("Free"), json!({ "company": company, "disabled": 0 }));
    let cash =
        json!({ "company": company, "account_type": "Cash", "root_type": "Asset", "is_group": 0, "disabled": 0 });
    fake.put("Account", &own("Cash"), cash);
    for doctype in ["Sales Taxes and Charges Template", "Purchase Taxes and Charges Template"] {
        let name = own(&doctype[..8]);
        fake.put(doctype, &name, json!({ "company": company, "is_default": 1, "disabled": 0 }));
    }
    let month = json!({ "company": company, "start_date": "2026-10-01", "end_date": "2026-10-31" });
    fake.put("Accounting Period", &own("Oct 2026"), month);
    fake.put(
        "Fiscal Year",
        &own("2026"),
        json!({ "year_start_date": "2026-01-01", "year_end_date": "2026-12-31", "disabled": 0 }),
    );
    fake.parts("Fiscal Year Company", "Fiscal Year", &own("2026"), &[json!({ "company": company })]);
    let bom = json!({ "company": company, "item": "SHIRT", "quantity": 1.0, "is_active": 1, "is_default": 1, "docstatus": 1 });
    fake.put("BOM", &own("BOM-SHIRT"), bom);
    fake.parts("BOM Item", "BOM", &own("BOM-SHIRT"), &[json!({ "item_code": "CLOTH", "stock_qty": 1.0 })]);
    fake.order(&own("SO"), "To Deliver", None);
    fake.put("Sales Order", &own("SO"), json!({ "company": company }));
    for (doctype, party) in [("Sales Invoice", "customer"), ("Purchase Invoice", "supplier")] {
        let open = json!({ "company": company, party: "Bu Sari", "posting_date": "2026-11-01", "outstanding_amount": 5.0,
            "docstatus": 1, "outpost_id": null });
        fake.put(doctype, &own(&doctype[..1]), open);
    }
    let joko = json!({ "company": company, "employee_name": "Joko", "user_id": null, "status": "Active" });
    fake.put("Employee", &own("HR"), joko);
    fake.put("Project", &own("PROJ"), json!({ "company": company, "project_name": "Suit", "status": "Open" }));
}

fn mode(fake: &mut Fake, name: &str, accounts: &[(&str, &str)]) {
    fake.put("Mode of Payment", name, json!({ "type": "Cash", "enabled": 1 }));
    let of = |(company, account): &(&str, &str)| json!({ "company": company, "default_account": account });
    let rows: Vec<Value> = accounts.iter().map(of).collect();
    fake.parts("Mode of Payment Account", "Mode of Payment", name, &rows);
}

fn house() -> Fake {
    let mut fake = Fake::new();
    fake.put("Company", OTHER, json!({ "default_currency": "USD" }));
    fake.put("Currency", "USD", json!({ "smallest_currency_fraction_value": 0.05 }));
    furnish(&mut fake, COMPANY, "TW", "bandung");
    furnish(&mut fake, OTHER, "CW", "solo");
    furnish(&mut fake, "Strangers", "ST", "");
    mode(&mut fake, "Cash", &[(OTHER, "Cash - CW"), (COMPANY, "Cash - TW"), ("Strangers", "Cash - ST")]);
    mode(&mut fake, "Bank", &[(OTHER, "Bank - CW")]);
    fake.item("SHIRT", "Shirt");
    let taxes = ["Free - TW", "Free - CW", "Free - ST"].map(|name| json!({ "item_tax_template": name }));
    fake.parts("Item Tax", "Item", "SHIRT", &taxes);
    fake.customer("Bu Sari", None);
    fake
}

fn reads(fake: &Fake, scope: Scope) -> Office {
    let mut office = Office { scope: Some(scope), ..Office::default() };
    office.round(fake, Round::Changes);
    office
}

fn masters(office: &Office) -> Masters {
    let mut masters = Masters::default();
    office.kept.0.values().for_each(|row| masters.put(row.clone()));
    masters
}

/// The names of a table's rows that a site gets.
fn gets(office: &Office, at: &str, table: Table) -> BTreeSet<String> {
    let masters = masters(office);
    let rows = office.kept.0.values().filter(|row| row.table() == table);
    rows.filter(|row| audience(row, &masters).includes(&site(at))).map(|row| row.key().name.into()).collect()
}

fn fields(office: &Office, table: Table, name: &str) -> Value {
    let row = office.kept.get(table, name).unwrap();
    let mut bytes = Vec::new();
    row.serialize_fields(&mut serde_json::Serializer::new(&mut bytes)).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

#[test]
fn rows_of_a_company_reach_its_sites_alone_and_those_of_none_reach_all() {
    let office = reads(&house(), both());
    for (table, names) in [
        (Table::Warehouse, &["Shop"][..]),
        (Table::ItemTaxTemplate, &["Free"]),
        (Table::Account, &["Cash"]),
        (Table::TaxTemplate, &["Sales Ta", "Purchase"]),
        (Table::Period, &["Oct 2026"]),
        (Table::FiscalYear, &["2026"]),
        (Table::Bom, &["BOM-SHIRT"]),
        (Table::SalesOrderRow, &["SO"]),
        (Table::OpenInvoice, &["S", "P"]),
        (Table::Employee, &["HR"]),
        (Table::Project, &["PROJ"]),
    ] {
        for (at, abbr) in [("bandung", "TW"), ("solo", "CW")] {
            let own: BTreeSet<String> = names.iter().map(|name| format!("{name} - {abbr}")).collect();
            assert_eq!(gets(&office, at, table), own, "{at} {table:?}");
        }
    }
    for at in ["bandung", "solo"] {
        assert_eq!(gets(&office, at, Table::Item), ["SHIRT".to_owned()].into());
        assert_eq!(gets(&office, at, Table::Customer), ["Bu Sari".to_owned()].into());
    }
    assert!(office.told.is_empty(), "{:?}", office.told);
}

#[test]
fn a_mode_of_payment_has_an_account_in_each_company_and_goes_where_it_has_one() {
    let mut fake = house();
    let mut office = reads(&fake, both());
    let accounts = json!([{ "company": OTHER, "default_account": "Cash - CW" }, { "company": COMPANY, "default_account": "Cash - TW" }]);
    let cash = json!({ "mode_of_payment": "Cash", "type": "Cash", "default_account": "Cash - TW", "enabled": true, "accounts": accounts });
    assert_eq!(fields(&office, Table::ModeOfPayment, "Cash"), cash);
    assert_eq!(fields(&office, Table::ModeOfPayment, "Bank")["default_account"], "Bank - CW");
    assert_eq!(gets(&office, "bandung", Table::ModeOfPayment), ["Cash".to_owned()].into());
    assert_eq!(gets(&office, "solo", Table::ModeOfPayment), ["Bank".to_owned(), "Cash".to_owned()].into());
    mode(&mut fake, "Cheque", &[("Strangers", "Bank - ST")]);
    office.round(&fake, Round::Changes);
    let told = office.told.join("\n");
    assert!(
        told.contains("Mode of Payment Cheque: no account for any of the companies Cutter Works, Tailor Works"),
        "{told}"
    );
}

#[test]
fn an_item_says_of_which_company_each_of_its_tax_templates_is() {
    let office = reads(&house(), both());
    let taxes = json!([{ "item_tax_template": "Free - TW", "company": COMPANY }, { "item_tax_template": "Free - CW", "company": OTHER }]);
    assert_eq!(fields(&office, Table::Item, "SHIRT")["taxes"], taxes);
}

#[test]
fn settings_have_each_company_s_name_and_currency_and_one_that_is_not_there_keeps_no_other_from_its_own() {
    let mut fake = house();
    let office = reads(&fake, both());
    let says = |office: &Office, at| {
        let row = fields(office, Table::Settings, at);
        (row["company"].clone(), row["currency"].clone(), row["smallest_currency_fraction_value"].clone())
    };
    let theirs = (json!(OTHER), json!("USD"), json!("0.05"));
    assert_eq!(says(&office, "bandung"), (json!(COMPANY), json!("IDR"), json!("0")));
    assert_eq!(says(&office, "solo"), theirs);
    fake.delete("Company", COMPANY);
    let office = reads(&fake, both());
    assert_eq!(says(&office, "solo"), theirs);
    assert!(office.kept.get(Table::Settings, "bandung").is_none());
    assert!(office.told.iter().any(|words| words.starts_with("the settings of Tailor Works: ")), "{:?}", office.told);
}

#[test]
fn a_warehouse_that_is_said_to_be_a_site_s_of_another_company_is_told_and_is_nobody_s() {
    let mut fake = house();
    fake.put("Warehouse", "Shop - TW", json!({ "outpost_site": "solo" }));
    let office = reads(&fake, both());
    assert!(office.kept.get(Table::Warehouse, "Shop - TW").is_none());
    let told = office.told.join("\n");
    assert!(
        told.contains("Shop - TW: it is of Tailor Works, and solo, whose it is said to be, of Cutter Works"),
        "{told}"
    );
}

/// The rows of one company, and the requests for them, beside another that nobody reads: no field more, no request more.
#[test]
fn an_office_of_one_company_has_the_rows_and_requests_that_it_always_had() {
    let fake = house();
    let office = reads(&fake, scope());
    let of_companies = office.kept.0.values().filter(|row| !outpost_core::domain::master::companies(row).is_empty());
    assert_eq!(of_companies.count(), 0);
    let plain = json!({ "mode_of_payment": "Cash", "type": "Cash", "default_account": "Cash - TW", "enabled": true });
    assert_eq!(fields(&office, Table::ModeOfPayment, "Cash"), plain);
    assert!(
        fields(&office, Table::Item, "SHIRT")["taxes"].as_array().unwrap().iter().all(|tax| tax["company"].is_null())
    );
    let joined = |what: &&String| **what == "list Item Tax Template";
    assert_eq!(fake.log.borrow().iter().filter(joined).count(), 2, "its newest, and a page");
}

#[test]
fn an_office_that_comes_to_a_second_company_says_whose_each_row_is_and_takes_it_back_with_it() {
    let fake = house();
    let alone = reads(&fake, scope());
    // Whoever keeps the progress reads anew where the companies change.
    let anew = |before: Office, scope: Scope| {
        let mut office = Office { kept: before.kept, scope: Some(scope), ..Office::default() };
        office.round(&fake, Round::All);
        office
    };
    let bytes = |office: &Office| -> BTreeMap<RowKey, Vec<u8>> {
        let of_sites = office.kept.0.values().filter(|row| !matches!(row, Row::Settings(_)));
        of_sites.map(|one| (one.key(), row::encode(one))).collect()
    };
    let before = bytes(&alone);
    let two = anew(alone, both());
    assert_eq!(bytes(&two), bytes(&reads(&fake, both())));
    assert_eq!(bytes(&anew(two, scope())), before);
}
