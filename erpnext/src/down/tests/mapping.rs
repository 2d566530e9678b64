//! Rows of what a real ERPNext 15.71.1 answered (`recorded.json`), and of what it was not asked.

use super::fake::{COMPANY, scope};
use super::kept::Kept;
use crate::client::{Failure, Query};
use crate::down::fetch::Whole;
use crate::down::rows::{self, Doc, Made, Scene};
use crate::down::{Known, Scope, Source, levels};
use jiff::civil::date;
use outpost_core::domain::decimal::Decimal;
use outpost_core::domain::document::{Ref, Text};
use outpost_core::domain::id::IntentId;
use outpost_core::domain::master::{Row, RowKey, Table, Warehouse};
use serde_json::{Value, json};
use std::cell::Cell;
use std::collections::BTreeMap;

pub(super) fn recorded(label: &str) -> Value {
    let all: Value = serde_json::from_str(include_str!("recorded.json")).unwrap();
    all.get(label).unwrap_or_else(|| panic!("{label}")).clone()
}

/// A document as lists give it: its rows apart.
pub(super) fn apart(document: Value) -> Whole {
    let mut with: BTreeMap<&'static str, Vec<Value>> = BTreeMap::new();
    for row in document.as_object().unwrap().values().filter_map(Value::as_array).flatten() {
        with.entry(row["doctype"].as_str().unwrap().to_owned().leak()).or_default().push(row.clone());
    }
    Whole { fields: document, with }
}

pub(super) fn scene<'a>(scope: &'a Scope, known: &'a dyn Known) -> Scene<'a> {
    Scene { scope, known, today: date(2026, 11, 20) }
}

pub(super) fn made_in(
    scope: &Scope,
    known: &dyn Known,
    row: fn(Doc<'_>, Scene<'_>) -> Made,
    document: &Whole,
) -> Option<Value> {
    let made = row(document.doc(), scene(scope, known)).unwrap()?;
    let mut bytes = Vec::new();
    made.serialize_fields(&mut serde_json::Serializer::new(&mut bytes)).unwrap();
    Some(serde_json::from_slice(&bytes).unwrap())
}

fn made(row: fn(Doc<'_>, Scene<'_>) -> Made, document: Value) -> Option<Value> {
    made_in(&scope(), &Kept::default(), row, &apart(document))
}

pub(super) fn with(mut document: Value, fields: Value) -> Value {
    document.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    document
}

#[test]
fn items_have_their_codes_and_their_other_units() {
    let cloth = made(rows::item, recorded("item minimal")).unwrap();
    let plain = json!({ "item_code": "CLOTH-1", "item_name": "CLOTH-1", "item_group": "Raw Material", "stock_uom": "Meter",
        "is_stock_item": true });
    assert_eq!(cloth, plain);
    let dye = made(rows::item, recorded("item batch")).unwrap();
    assert_eq!((&dye["has_batch_no"], &dye["has_serial_no"]), (&json!(true), &Value::Null));
    let more = json!({
        "barcodes": [
            { "doctype": "Item Barcode", "barcode": "8991234567890", "uom": "" },
            { "doctype": "Item Barcode", "barcode": "8991234567906", "uom": "Roll" },
        ],
        "uoms": [
            { "doctype": "UOM Conversion Detail", "uom": "Meter", "conversion_factor": 1.0 },
            { "doctype": "UOM Conversion Detail", "uom": "Roll", "conversion_factor": 45.72 },
        ],
    });
    let roll = made(rows::item, with(recorded("item minimal"), more)).unwrap();
    assert_eq!(
        roll["barcodes"],
        json!([{ "barcode": "8991234567890" }, { "barcode": "8991234567906", "uom": "Roll" }])
    );
    assert_eq!(roll["uoms"], json!([{ "uom": "Roll", "conversion_factor": "45.72" }]));
    assert_eq!(made(rows::item, with(recorded("item minimal"), json!({ "has_variants": 1 }))), None);
}

#[test]
fn an_item_is_out_of_use_from_the_day_on_which_it_ends() {
    let disabled = |end: Value| {
        let item = with(recorded("item minimal"), json!({ "end_of_life": end }));
        made(rows::item, item).unwrap().get("disabled").cloned()
    };
    for end in [json!("2026-11-20"), json!("2019-12-31")] {
        assert_eq!(disabled(end), Some(json!(true)));
    }
    for end in [json!("2026-11-21"), json!("2099-12-31"), json!("0000-00-00"), Value::Null] {
        assert_eq!(disabled(end), None);
    }
}

#[test]
fn a_bill_of_materials_has_quantities_and_no_costs() {
    let bom = made(rows::bom, recorded("get BOM with children")).unwrap();
    let plain = json!({ "name": "BOM-SHIRT-001", "item": "SHIRT", "quantity": "1",
        "items": [{ "item_code": "CLOTH-1", "stock_qty": "1.5" }, { "item_code": "BUTTON", "stock_qty": "7" }] });
    assert_eq!(bom, plain);
    let sewn = made(rows::bom, recorded("BOM with operations")).unwrap();
    assert_eq!((&sewn["operations"], &sewn["is_default"]), (&json!(["Sew"]), &json!(true)));
    for off in [json!({ "is_active": 0 }), json!({ "docstatus": 2 }), json!({ "company": "Another" })] {
        assert_eq!(made(rows::bom, with(recorded("get BOM with children"), off)), None);
    }
}

#[test]
fn a_bill_of_materials_with_a_process_loss_stays_where_it_is_and_is_told() {
    let lossy =
        |percent: f64| apart(with(recorded("get BOM with children"), json!({ "process_loss_percentage": percent })));
    let read = |document: Whole| rows::bom(document.doc(), scene(&scope(), &Kept::default()));
    assert!(matches!(read(lossy(0.0)), Ok(Some(_))));
    let why = read(lossy(5.0)).unwrap_err();
    assert!(why.contains("process loss") && why.contains("take that out"), "{why}");
}

#[test]
fn an_order_of_the_office_goes_by_its_names_and_one_of_a_site_by_its_own() {
    let order = made(rows::sales_order, recorded("SO for modified")).unwrap();
    assert_eq!((&order["order"], &order["customer"]), (&json!("SAL-ORD-2026-00002"), &json!("Bu Sari")));
    assert_eq!((&order["grand_total"], &order["delivery_date"]), (&json!("2000"), &json!("2026-12-01")));
    let row = json!([{ "name": "ehtoq654ua", "item_code": "BUTTON", "qty": "2", "uom": "Nos", "rate": "1000",
        "warehouse": "Stores - TW" }]);
    assert_eq!(order["items"], row);
    let own = made(rows::sales_order, recorded("SO made at the site")).unwrap();
    assert_eq!(
        (&own["order"], &own["items"][0]["name"]),
        (&json!("23c7469a-fe69-4a09-bc63-c0c2d1c7bcdc"), &json!("1"))
    );
    for status in ["Closed", "Completed", "On Hold"] {
        assert_eq!(made(rows::sales_order, with(recorded("SO for modified"), json!({ "status": status }))), None);
    }
}

/// What ERPNext takes ahead, and no more: what is paid is rounded, unless that is off or comes to nothing.
#[test]
fn an_order_comes_to_what_is_paid_of_it() {
    for (rounded, total) in [(json!(110_999.0), "110999"), (json!(110_998.0), "110998"), (json!(0.0), "110998.4")] {
        let figures = json!({ "grand_total": 110_998.4, "rounded_total": rounded });
        let order = made(rows::sales_order, with(recorded("SO for modified"), figures)).unwrap();
        assert_eq!(order["grand_total"], json!(total));
    }
}

/// The company's books are in rupiah, as its site's settings say.
fn in_rupiah() -> Kept {
    let settings = json!({ "site": "bandung", "company": COMPANY, "currency": "IDR", "currency_precision": 2 });
    let row = Row::deserialize_as(Table::Settings, settings).unwrap();
    Kept([(row.key(), row)].into())
}

#[test]
fn what_is_in_another_currency_than_the_books_has_no_row_and_is_told() {
    let read = |known: &Kept, row: fn(Doc<'_>, Scene<'_>) -> Made, document: Value| {
        row(apart(document).doc(), scene(&scope(), known)).map(|made| made.is_some())
    };
    let order = |currency: &str| with(recorded("SO for modified"), json!({ "currency": currency }));
    assert_eq!(read(&in_rupiah(), rows::sales_order, order("IDR")), Ok(true));
    let why = read(&in_rupiah(), rows::sales_order, order("USD")).unwrap_err();
    assert!(why.starts_with("it is in USD, and the books of Tailor Works are in IDR"), "{why}");
    assert_eq!(read(&Kept::default(), rows::sales_order, order("USD")), Ok(true), "nobody knows what the books are in");
    let invoice = |currency: &str, account: Value| {
        let open = json!({ "outpost_id": null, "outstanding_amount": 40.0, "company": COMPANY, "currency": currency,
            "party_account_currency": account, "customer": "Bu Sari", "supplier": "Toko Kain", "posting_date": "2026-11-20" });
        with(recorded("SI on account"), open)
    };
    for row in [rows::sales_invoice, rows::purchase_invoice] {
        assert!(read(&in_rupiah(), row, invoice("USD", json!("USD"))).is_err());
        assert!(read(&in_rupiah(), row, invoice("USD", Value::Null)).is_err());
        assert_eq!(read(&in_rupiah(), row, invoice("USD", json!("IDR"))), Ok(true), "what is owed is in rupiah");
        assert_eq!(read(&in_rupiah(), row, invoice("IDR", json!("IDR"))), Ok(true));
    }
}

/// Some of ERPNext's figures are sites' own work.
struct Did;

impl Known for Did {
    fn row(&self, key: &RowKey) -> Option<Row> {
        (key.table == Table::Warehouse).then(|| transit(&key.name, Some("bandung")))
    }
    fn after(&self, _: Table, _: &str, _: usize) -> Vec<Row> {
        Vec::new()
    }
    fn made(&self, _: Table, _: IntentId) -> Option<RowKey> {
        None
    }
    fn done(&self, order: &Ref, row: &Text) -> (Decimal, Decimal) {
        assert_eq!((order.to_string().as_str(), row.as_str()), ("SAL-ORD-2026-00002", "ehtoq654ua"));
        ("1.5".parse().unwrap(), 1.into())
    }
    fn advance(&self, _: &Ref) -> Decimal {
        300.into()
    }
    fn produced(&self, _: &Text) -> Decimal {
        2.into()
    }
    fn paid(&self, _: &Ref) -> Decimal {
        7.into()
    }
    fn received(&self, entry: &Ref, row: &Text) -> Decimal {
        assert_eq!((entry.to_string().as_str(), row.as_str()), ("MAT-STE-2026-00550", "blg3uv0q98"));
        3.into()
    }
}

pub(super) fn transit(name: &str, site: Option<&str>) -> Row {
    let site = site.map(|site| site.parse().unwrap());
    Row::Warehouse(Warehouse { name: name.try_into().unwrap(), site, is_transit: true, disabled: false, company: None })
}

#[test]
fn what_sites_received_is_not_in_the_row_of_what_was_sent() {
    let mut sent = with(recorded("SE transfer out to transit"), json!({ "outpost_id": null, "per_transferred": 80.0 }));
    for (all, others) in [(8.0, json!("5")), (3.0, Value::Null), (2.0, Value::Null)] {
        sent["items"][0]["transferred_qty"] = json!(all);
        let row = made_in(&scope(), &Did, rows::sent, &apart(sent.clone())).unwrap();
        assert_eq!(row["items"][0].get("received").cloned().unwrap_or_default(), others, "{all}");
    }
}

#[test]
fn what_sites_did_of_an_order_is_not_in_its_row() {
    let mut order = recorded("SO for modified");
    order["advance_paid"] = json!(1000.0);
    order["items"][0]["delivered_qty"] = json!(2.0);
    order["items"][0]["billed_amt"] = json!(1500.0);
    let row = made_in(&scope(), &Did, rows::sales_order, &apart(order.clone())).unwrap();
    assert_eq!((&row["items"][0]["delivered_qty"], &row["items"][0]["billed_qty"]), (&json!("0.5"), &json!("0.5")));
    assert_eq!(row["advance_paid"], "700");
    // Where sites did more than ERPNext knows yet, others did nothing.
    order["items"][0]["delivered_qty"] = json!(1.0);
    let row = made_in(&scope(), &Did, rows::sales_order, &apart(order)).unwrap();
    assert_eq!(row["items"][0].get("delivered_qty"), None);
    let work = with(recorded("WO with explicit operations rows"), json!({ "qty": 9.0, "produced_qty": 5.0 }));
    assert_eq!(made_in(&scope(), &Did, rows::work_order, &apart(work)).unwrap()["produced_qty"], "3");
}

#[test]
fn all_of_a_line_is_billed_though_its_amount_was_rounded() {
    let mut order = recorded("SO for modified");
    let line = json!({ "qty": 3.0, "rate": 33.333333333, "amount": 100.0, "billed_amt": 100.0 });
    order["items"][0].as_object_mut().unwrap().extend(line.as_object().unwrap().clone());
    assert_eq!(made(rows::sales_order, order.clone()).unwrap()["items"][0]["billed_qty"], "3");
    order["items"][0]["billed_amt"] = json!(33.33);
    assert_eq!(made(rows::sales_order, order).unwrap()["items"][0]["billed_qty"], "1");
}

#[test]
fn a_work_order_has_its_materials_and_the_card_for_its_time() {
    let mut work = apart(recorded("WO with explicit operations rows"));
    let row = made_in(&scope(), &Kept::default(), rows::work_order, &work).unwrap();
    assert_eq!(
        (&row["name"], &row["qty"], &row["bom_no"]),
        (&json!("MFG-WO-2026-00005"), &json!("1"), &json!("BOM-SHIRT-002"))
    );
    let cloth = json!([{ "item_code": "CLOTH-1", "required_qty": "1.5", "source_warehouse": "Stores - TW" }]);
    assert_eq!(row["required_items"], cloth);
    assert_eq!(row["operations"], json!([{ "operation": "Sew", "workstation": "Sewing Table" }]));
    assert!(!row.to_string().contains("53967"), "no costs");
    let card = |name: &str, docstatus: u8| json!({ "name": name, "operation_id": "egr45hjghr", "docstatus": docstatus, "work_order": "MFG-WO-2026-00005" });
    work.with.insert("Job Card", vec![card("PO-JOB00001", 1), card("PO-JOB00002", 0)]);
    let row = made_in(&scope(), &Kept::default(), rows::work_order, &work).unwrap();
    assert_eq!(row["operations"][0]["job_card"], "PO-JOB00002");
}

#[test]
fn a_work_order_that_could_not_be_posted_stays_where_it_is_and_is_told() {
    let read = |fields: Value, percent: f64| {
        let mut work = apart(with(recorded("WO with explicit operations rows"), fields));
        work.with.insert("BOM", vec![json!({ "name": "BOM-SHIRT-002", "process_loss_percentage": percent })]);
        rows::work_order(work.doc(), scene(&scope(), &Kept::default()))
    };
    let by_card = json!({ "transfer_material_against": "Job Card", "skip_transfer": 0 });
    assert!(matches!(read(json!({ "transfer_material_against": "Work Order", "skip_transfer": 0 }), 0.0), Ok(Some(_))));
    let why = read(by_card.clone(), 0.0).unwrap_err();
    assert!(why.contains("Transfer Material Against set to Work Order"), "{why}");
    let why = read(json!({}), 5.0).unwrap_err();
    assert!(why.contains("process loss of BOM-SHIRT-002"), "{why}");
    // ERPNext gives such a card no materials.
    assert!(matches!(read(json!({ "transfer_material_against": "Job Card", "skip_transfer": 1 }), 0.0), Ok(Some(_))));
    let mut without = apart(with(recorded("WO with explicit operations rows"), by_card));
    without.with.remove("Work Order Operation");
    assert!(rows::work_order(without.doc(), scene(&scope(), &Kept::default())).is_ok());
    let closed = json!({ "transfer_material_against": "Job Card", "skip_transfer": 0, "status": "Closed" });
    assert!(matches!(read(closed, 5.0), Ok(None)), "nobody has to do anything about it");
}

#[test]
fn materials_come_from_where_work_is_done_without_a_transfer_where_the_order_says_so() {
    for (skip_transfer, from_wip, skipped) in [(0, 0, None), (1, 0, Some(json!(true))), (1, 1, None), (0, 1, None)] {
        let work = json!({ "skip_transfer": skip_transfer, "from_wip_warehouse": from_wip });
        let row = made(rows::work_order, with(recorded("WO with explicit operations rows"), work)).unwrap();
        assert_eq!(row.get("skip_transfer").cloned(), skipped);
    }
}

#[test]
fn a_work_order_for_an_order_of_a_site_names_it_as_the_site_does() {
    let mut work = apart(recorded("WO for SO"));
    let row = made_in(&scope(), &Kept::default(), rows::work_order, &work).unwrap();
    assert_eq!(row["sales_order"], "SAL-ORD-2026-00004");
    let id = "96457d25-3267-4bfd-ab57-12d43bdf651c";
    work.with.insert("Sales Order", vec![json!({ "name": "SAL-ORD-2026-00004", "outpost_id": id })]);
    assert_eq!(made_in(&scope(), &Kept::default(), rows::work_order, &work).unwrap()["sales_order"], id);
}

#[test]
fn an_invoice_of_others_is_open_and_one_of_a_site_is_the_sites() {
    let open = with(recorded("SI on account"), json!({ "outstanding_amount": 150000.0 }));
    assert_eq!(made(rows::sales_invoice, open.clone()), None, "a site made it");
    let open = with(open, json!({ "outpost_id": null, "customer": "Bu Sari", "posting_date": "2026-11-23" }));
    let row = made_in(&scope(), &Did, rows::sales_invoice, &apart(open.clone())).unwrap();
    let name = open["name"].clone();
    let plain = json!({ "invoice": name, "party": "Bu Sari", "posting_date": "2026-11-23", "outstanding_amount": "150000",
        "included": "7" });
    assert_eq!(row, plain);
    let bill = with(open, json!({ "supplier": "Toko Kain" }));
    let bill_row = made(rows::purchase_invoice, bill.clone()).unwrap();
    assert_eq!((&bill_row["buying"], &bill_row["party"]), (&json!(true), &json!("Toko Kain")));
    assert_eq!(made(rows::purchase_invoice, with(bill.clone(), json!({ "outstanding_amount": 0.0 }))), None);
    assert_eq!(made(rows::purchase_invoice, with(bill.clone(), json!({ "outstanding_amount": -5.0 }))), None);
    assert_eq!(made(rows::purchase_invoice, with(bill, json!({ "on_hold": 1 }))), None, "nobody may pay it");
}

#[test]
fn taxes_have_their_rates_and_not_what_they_came_to() {
    let row = made(rows::sales_taxes, recorded("tax template")).unwrap();
    let plain = json!({ "name": "PPN 11 incl - TW", "taxes": [{ "charge_type": "On Net Total",
        "account_head": "PPN Keluaran - TW", "rate": "11", "description": "PPN 11%", "included_in_print_rate": true }] });
    assert_eq!(row, plain);
    let rule = json!([
        { "doctype": "Purchase Taxes and Charges", "charge_type": "Actual", "account_head": "Freight - TW", "rate": 0.0,
          "tax_amount": 25000.0, "description": "Freight\nby road", "category": "Valuation", "add_deduct_tax": "Add" },
        { "doctype": "Purchase Taxes and Charges", "charge_type": "On Previous Row Total", "account_head": "PPh - TW", "rate": 1.5,
          "tax_amount": 99.0, "row_id": "1", "category": "Total", "add_deduct_tax": "Deduct" },
    ]);
    let row = made(rows::purchase_taxes, with(recorded("tax template"), json!({ "taxes": rule }))).unwrap();
    let plain = json!([
        { "charge_type": "Actual", "account_head": "Freight - TW", "tax_amount": "25000", "description": "Freight by road",
          "category": "Valuation", "add_deduct_tax": "Add" },
        { "charge_type": "On Previous Row Total", "account_head": "PPh - TW", "rate": "1.5", "row_id": 1, "category": "Total",
          "add_deduct_tax": "Deduct" },
    ]);
    assert_eq!((&row["buying"], &row["taxes"]), (&json!(true), &plain));
}

#[test]
fn accounts_are_those_of_money_taxes_and_petty_expenses() {
    let account = |root: &str, kind: &str, is_group: u8| {
        let account = recorded("tax account");
        made(rows::account, with(account, json!({ "root_type": root, "account_type": kind, "is_group": is_group })))
    };
    assert_eq!(made(rows::account, recorded("tax account")).unwrap()["account_type"], "Tax");
    assert_eq!(account("Asset", "Cash", 0).unwrap().get("is_expense"), None);
    assert_eq!(account("Expense", "", 0).unwrap()["is_expense"], true);
    assert_eq!(account("Expense", "Expense Account", 0).unwrap()["is_expense"], true);
    let frozen = |frozen: &str| made(rows::account, with(recorded("tax account"), json!({ "freeze_account": frozen })));
    assert_eq!(frozen("Yes").unwrap()["disabled"], true);
    assert_eq!(frozen("No").unwrap().get("disabled"), None);
    for (root, kind, is_group) in [
        ("Expense", "", 1),
        ("Expense", "Cost of Goods Sold", 0),
        ("Asset", "Stock", 0),
        ("Income", "Income Account", 0),
    ] {
        assert_eq!(account(root, kind, is_group), None, "{root} {kind}");
    }
}

#[test]
fn a_mode_of_payment_has_the_account_of_the_company() {
    let cash = made(rows::mode_of_payment, recorded("set MoP account")).unwrap();
    let plain = json!({ "mode_of_payment": "Cash", "type": "Cash", "default_account": "Cash - TW", "enabled": true });
    assert_eq!(cash, plain);
    let elsewhere = Scope { company: "Another".into(), companies: [("Another".into(), vec![])].into(), ..scope() };
    let cash = apart(recorded("set MoP account"));
    let none = rows::mode_of_payment(cash.doc(), scene(&elsewhere, &Kept::default()));
    assert!(none.unwrap_err().contains("no account for the company Another"));
}

#[test]
fn periods_close_the_documents_that_they_name() {
    let row = made(rows::period, recorded("Accounting Period closed for SI Oct")).unwrap();
    assert_eq!((&row["period_name"], &row["end_date"]), (&json!("Oct 2026 - TW"), &json!("2026-10-31")));
    assert_eq!(row["closed_documents"].as_array().unwrap().len(), 8);
    let year = json!({ "name": "2026", "year_start_date": "2026-01-01", "year_end_date": "2026-12-31", "disabled": 0,
        "companies": [{ "doctype": "Fiscal Year Company", "company": "Another" }] });
    assert_eq!(made(rows::fiscal_year, year.clone()), None);
    let year = made(rows::fiscal_year, with(year, json!({ "companies": [] }))).unwrap();
    assert_eq!(year, json!({ "year": "2026", "year_start_date": "2026-01-01", "year_end_date": "2026-12-31" }));
}

#[test]
fn a_warehouse_is_its_sites_by_its_field_or_by_the_map() {
    let transit = made(rows::warehouse, recorded("transit warehouse")).unwrap();
    assert_eq!(transit, json!({ "name": "In Transit - TW", "is_transit": true }));
    let shop = recorded("shop warehouse");
    let field = with(shop.clone(), json!({ "outpost_site": "bandung" }));
    assert_eq!(made(rows::warehouse, field).unwrap()["site"], "bandung");
    let mut mapped = scope();
    mapped.warehouses.insert("Bandung - TW".into(), "solo".parse().unwrap());
    assert_eq!(made_in(&mapped, &Kept::default(), rows::warehouse, &apart(shop.clone())).unwrap()["site"], "solo");
    assert_eq!(made(rows::warehouse, with(shop.clone(), json!({ "is_group": 1 }))), None);
    let bad = apart(with(shop, json!({ "outpost_site": "Bandung Shop" })));
    let why = rows::warehouse(bad.doc(), scene(&scope(), &Kept::default())).unwrap_err();
    assert!(why.starts_with("outpost_site: "), "{why}");
}

#[test]
fn people_and_what_their_hours_go_to() {
    let customer = made(rows::customer, recorded("customer minimal")).unwrap();
    assert_eq!(customer, json!({ "name": "Bu Sari", "customer_name": "Bu Sari" }));
    // An id that is none of ours is none.
    let other = made(rows::customer, recorded("Customer with own name v2")).unwrap();
    assert_eq!((&other["name"], other.get("outpost_id")), (&json!("CUST-OP-1"), None));
    assert_eq!(made(rows::supplier, recorded("supplier minimal")).unwrap()["supplier_name"], "Toko Kain");
    let employee = made(rows::employee, recorded("Employee minimal")).unwrap();
    assert_eq!(employee, json!({ "name": "HR-EMP-00001", "employee_name": "Joko" }));
    assert_eq!(made(rows::employee, with(recorded("Employee minimal"), json!({ "status": "Left" }))), None);
    let project = made(rows::project, recorded("Project minimal")).unwrap();
    assert_eq!(project, json!({ "name": "PROJ-0001", "project_name": "Order 77 wedding suit" }));
    assert_eq!(made(rows::project, with(recorded("Project minimal"), json!({ "status": "Completed" }))), None);
    assert_eq!(made(rows::activity_type, json!({ "name": "Execution", "disabled": 1 })), None);
    assert_eq!(made(rows::batch, recorded("batch")).unwrap(), json!({ "batch_id": "DYE-B1", "item": "DYE" }));
    let expires = with(recorded("batch"), json!({ "expiry_date": "2027-01-31" }));
    assert_eq!(made(rows::batch, expires).unwrap()["expiry_date"], "2027-01-31");
}

#[test]
fn units_lists_and_prices() {
    let nos = json!({ "name": "Nos", "enabled": 1, "must_be_whole_number": 1 });
    assert_eq!(made(rows::uom, nos.clone()).unwrap(), json!({ "uom_name": "Nos", "must_be_whole_number": true }));
    assert_eq!(made(rows::uom, with(nos, json!({ "enabled": 0 }))), None);
    let list = json!({ "name": "Standard Selling", "currency": "IDR", "selling": 1, "buying": 0, "enabled": 1 });
    let row = json!({ "price_list_name": "Standard Selling", "currency": "IDR", "selling": true });
    assert_eq!(made(rows::price_list, list), Some(row));
    let price: Value = serde_json::from_str(
        r#"{"name": "x1", "item_code": "SHIRT", "price_list": "Standard Selling", "uom": "Nos", "price_list_rate": 123456789012.000000001,
            "valid_from": "2026-01-01", "valid_upto": null, "customer": "", "supplier": null}"#,
    )
    .unwrap();
    let row = made(rows::item_price, price.clone()).unwrap();
    assert_eq!((&row["price_list_rate"], &row["valid_from"]), (&json!("123456789012.000000001"), &json!("2026-01-01")));
    for narrow in ["customer", "supplier", "batch_no"] {
        assert_eq!(made(rows::item_price, with(price.clone(), json!({ narrow: "x" }))), None);
    }
    let packed = |unit: u8| made(rows::item_price, with(price.clone(), json!({ "packing_unit": unit })));
    assert!(packed(0).is_some() && packed(1).is_some());
    assert_eq!(packed(12), None, "it holds for whole packs alone");
}

struct Bins(Cell<usize>);

impl Source for Bins {
    fn list(&self, doctype: &str, query: &Query<'_>) -> Result<Vec<Value>, Failure> {
        assert_eq!((doctype, query.filters[0][2].clone()), ("Bin", json!(["Stores - TW"])));
        assert!(query.fields.iter().all(|field| !field.contains("valu")));
        self.0.set(self.0.get() + 1);
        let after = query.filters.get(1).map_or("", |filter| filter[2].as_str().unwrap());
        let mut bins: Vec<Value> = recorded("Bin").as_array().unwrap().clone();
        bins.extend((0..600).map(|i| {
            json!({ "name": format!("c{i:03}"), "item_code": format!("I{i}"), "warehouse": "Stores - TW", "actual_qty": 0.5 })
        }));
        bins.push(json!({ "name": "z", "item_code": "BAD", "warehouse": "Stores - TW", "actual_qty": "many" }));
        bins.sort_by_key(|bin| bin["name"].as_str().unwrap().to_owned());
        bins.retain(|bin| bin["warehouse"] == "Stores - TW" && bin["name"].as_str().unwrap() > after);
        bins.truncate(query.page);
        Ok(bins)
    }
    fn get(&self, _: &str, _: &str) -> Result<Value, Failure> {
        panic!("not one by one")
    }
    fn call(&self, _: &str, _: &Value) -> Result<Value, Failure> {
        panic!("not one by one")
    }
}

#[test]
fn levels_say_what_of_the_sites_own_work_is_in_them() {
    let bins = Bins(Cell::new(0));
    let stores = [Text::try_from("Stores - TW").unwrap()];
    let counted = IntentId("23c7469a-fe69-4a09-bc63-c0c2d1c7bcdc".parse().unwrap());
    let included = |_: &Text, item: &Text| match item.as_str() {
        "BUTTON" => ("-3".parse().unwrap(), Some(counted)),
        _ => (Decimal::ZERO, None),
    };
    let (mut rows, mut most) = (BTreeMap::new(), 0);
    let told = levels(&bins, &stores, &included, &mut |page| {
        most = most.max(page.len());
        rows.extend(page.into_iter().map(|row| (row.key().name, row)));
    });
    assert_eq!((bins.0.get(), most), (2, 500));
    let Row::Level(button) = &rows["Stores - TW\u{1f}BUTTON"] else { panic!() };
    assert_eq!((button.actual_qty.to_string().as_str(), button.included.to_string().as_str()), ("1003", "-3"));
    assert_eq!(button.counted, Some(counted));
    assert!(rows.contains_key("Stores - TW\u{1f}I599"));
    assert!(matches!(&told.unwrap()[..], [bad] if bad.starts_with("Bin \"z\": actual_qty: ")));
    assert_eq!(COMPANY, scope().company);
}
