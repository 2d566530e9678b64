//! First load, changes, what is gone, what goes by another name.

use super::fake::{COMPANY, Fake, Office};
use crate::down::Round;
use outpost_core::domain::master::{Row, Table};
use serde_json::json;

const ID: &str = "23c7469a-fe69-4a09-bc63-c0c2d1c7bcdc";

#[test]
fn all_pages_of_a_first_load_come_though_many_have_the_same_time() {
    let mut fake = Fake::new();
    for i in 0..1_201 {
        fake.item(&format!("I{i:04}"), "x");
        // 700 of them were changed by one statement.
        let at = 50_000 + i64::from(i.max(700));
        fake.put_at("Item", &format!("I{i:04}"), json!({}), at);
    }
    let office = Office::afresh(&fake);
    assert_eq!(office.kept.names(Table::Item).len(), 1_201);
    let Some(Row::Item(item)) = office.kept.get(Table::Item, "I0600") else { panic!() };
    assert_eq!(item.barcodes[0].barcode.as_str(), "899I0600");
}

#[test]
fn a_line_that_breaks_anywhere_changes_nothing_and_the_next_call_goes_on_there() {
    let mut fake = Fake::new();
    (0..1_100).for_each(|i| fake.item(&format!("I{i:04}"), "x"));
    fake.order("SO-1", "To Deliver and Bill", None);
    let whole = Office::afresh(&fake);
    let all = fake.requests.get();
    for broken in 0..all {
        let mut office = Office::default();
        fake.fails.set(Some(broken));
        fake.requests.set(0);
        let mut failures = 0;
        loop {
            let before = office.progress.clone();
            match office.step(&fake, Round::Changes) {
                Ok(came) if !came.more => break,
                Ok(_) => {}
                Err(_) => {
                    failures += 1;
                    assert_eq!(office.progress, before);
                }
            }
        }
        assert_eq!((failures, &office.kept), (1, &whole.kept), "request {broken}");
        assert!(fake.requests.get() <= all + 5, "only the step that broke is done again");
    }
}

#[test]
fn what_changed_comes_once_though_rounds_overlap() {
    let mut fake = Fake::new();
    (0..50).for_each(|i| fake.item(&format!("I{i}"), "x"));
    let mut office = Office::afresh(&fake);
    fake.item("I7", "renamed for people");
    let rows = |office: &mut Office, fake: &Fake| {
        let mut rows = Vec::new();
        loop {
            let came = office.step(fake, Round::Changes).unwrap();
            rows.extend(came.rows);
            if !came.more {
                return rows;
            }
        }
    };
    let came = rows(&mut office, &fake);
    assert!(matches!(&came[..], [Row::Item(item)] if item.item_name.as_str() == "renamed for people"), "{came:?}");
    assert_eq!(rows(&mut office, &fake), []);
}

#[test]
fn a_change_that_shows_up_later_than_its_time_says_is_not_missed() {
    let mut fake = Fake::new();
    fake.item("A", "x");
    let mut office = Office::afresh(&fake);
    fake.now += 500;
    fake.item("B", "x");
    office.round(&fake, Round::Changes);
    // Its transaction began 100 s before that of B, and ended after it.
    fake.put_at("Item", "A", json!({ "item_name": "late" }), fake.now - 100);
    office.round(&fake, Round::Changes);
    assert_eq!(office.kept, Office::afresh(&fake).kept);
}

#[test]
fn a_change_that_shows_up_late_is_found_also_behind_many_pages() {
    let mut fake = Fake::new();
    fake.item("A", "x");
    let mut office = Office::afresh(&fake);
    (0..1_050).for_each(|i| fake.item(&format!("I{i:04}"), "x"));
    // Two pages of the round are read, then the office stands still while others work.
    let mut pages = 0;
    while pages < 2 {
        let came = office.step(&fake, Round::Changes).unwrap();
        pages += usize::from(came.rows.iter().any(|row| row.table() == Table::Item));
    }
    let late = fake.now - 100;
    (0..900).for_each(|i| fake.item(&format!("J{i:04}"), "x"));
    fake.put_at("Item", "A", json!({ "item_name": "late" }), late);
    // What is left of that round does not come to it; the next must not begin behind it.
    while office.step(&fake, Round::Changes).unwrap().more {}
    office.round(&fake, Round::Changes);
    assert_eq!(office.kept, Office::afresh(&fake).kept);
}

#[test]
fn what_is_closed_or_out_of_use_goes_without_its_name_being_looked_for() {
    let mut fake = Fake::new();
    fake.order("SO-1", "To Deliver and Bill", None);
    fake.order("SO-2", "To Deliver and Bill", Some(ID));
    let invoice = json!({ "company": COMPANY, "customer": "Bu Sari", "posting_date": "2026-11-20", "docstatus": 1,
        "outstanding_amount": 150000.0, "outpost_id": null });
    fake.put("Sales Invoice", "SI-1", invoice);
    let mut office = Office::afresh(&fake);
    assert_eq!(office.kept.names(Table::SalesOrderRow), [ID, "SO-1"]);
    assert_eq!(office.kept.names(Table::OpenInvoice), ["SI-1"]);
    fake.order("SO-1", "Completed", None);
    fake.order("SO-2", "Closed", Some(ID));
    fake.put("Sales Invoice", "SI-1", json!({ "outstanding_amount": 0.0 }));
    office.round(&fake, Round::Changes);
    assert!(office.kept.names(Table::SalesOrderRow).is_empty() && office.kept.names(Table::OpenInvoice).is_empty());
}

#[test]
fn a_deleted_document_goes_when_all_is_read() {
    let mut fake = Fake::new();
    (0..1_100).for_each(|i| fake.item(&format!("I{i:04}"), "x"));
    fake.customer("Bu Sari", None);
    fake.now += 1_000;
    fake.item("LAST", "x");
    let mut office = Office::afresh(&fake);
    fake.delete("Item", "I0003");
    fake.delete("Item", "I0903");
    fake.delete("Customer", "Bu Sari");
    fake.customer("Bu Sari Dua", None);
    office.round(&fake, Round::All);
    assert_eq!(office.kept, Office::afresh(&fake).kept);
}

#[test]
fn a_customer_with_another_name_keeps_the_id_that_documents_name() {
    let mut fake = Fake::new();
    fake.customer("Bu Sari", Some(ID));
    fake.customer("Pak Joko", None);
    fake.now += 1_000;
    fake.customer("Last", None);
    let mut office = Office::afresh(&fake);
    fake.rename("Customer", "Bu Sari", "Ibu Sari");
    fake.rename("Customer", "Pak Joko", "Bapak Joko");
    office.round(&fake, Round::All);
    assert_eq!(office.kept.names(Table::Customer), ["Bapak Joko", "Ibu Sari", "Last"]);
    let Some(Row::Customer(row)) = office.kept.get(Table::Customer, "Ibu Sari") else { panic!() };
    assert_eq!(row.outpost_id.map(|id| id.to_string()).as_deref(), Some(ID));
    assert!(office.told.iter().any(|told| told == "Customer Bu Sari is now Ibu Sari"), "{:?}", office.told);
}

#[test]
fn what_a_site_made_stays_until_it_is_posted_and_then_goes_by_its_name_there() {
    let mut fake = Fake::new();
    fake.customer("Bu Sari", None);
    let mut office = Office::afresh(&fake);
    let mut made = Office::default();
    let mut site = Fake::new();
    site.customer("Bu Sari (bandung)", Some(ID));
    made.round(&site, Round::Changes);
    office.kept.0.extend(made.kept.0.into_iter().filter(|(key, _)| key.table == Table::Customer));
    office.round(&fake, Round::All);
    assert_eq!(office.kept.names(Table::Customer), ["Bu Sari", "Bu Sari (bandung)"]);
    fake.customer("Bu Sari - 1", Some(ID));
    office.round(&fake, Round::Changes);
    assert_eq!(office.kept.names(Table::Customer), ["Bu Sari", "Bu Sari - 1"]);
}

#[test]
fn a_price_whose_day_was_changed_leaves_no_price_of_the_old_day() {
    let mut fake = Fake::new();
    fake.price("p1", "SHIRT", "250000.50", "2026-01-01");
    fake.price("p2", "SHIRT-2", "7", "2026-01-01");
    let mut office = Office::afresh(&fake);
    fake.price("p1", "SHIRT", "260000", "2026-12-01");
    office.round(&fake, Round::Changes);
    assert_eq!(office.kept, Office::afresh(&fake).kept);
    assert_eq!(office.kept.names(Table::ItemPrice).len(), 2);
    // One that is now for one customer alone is none for all.
    fake.put("Item Price", "p1", json!({ "customer": "Bu Sari" }));
    office.round(&fake, Round::Changes);
    assert_eq!(office.kept.names(Table::ItemPrice), ["SHIRT-2\u{1f}Standard Selling\u{1f}Nos\u{1f}2026-01-01"]);
}

#[test]
fn a_price_whose_day_is_changed_while_all_is_read_leaves_no_row_of_its_old_day() {
    let (mut fake, mut office) = (Fake::new(), Office { page: Some(1), ..Office::default() });
    fake.price("p1", "SHIRT", "5.5", "2026-04-01");
    fake.price("p2", "SHIRT", "5.5", "2026-01-01");
    while office.kept.names(Table::ItemPrice).is_empty() {
        office.step(&fake, Round::Changes).unwrap();
    }
    fake.price("p1", "SHIRT", "5.5", "2026-04-02");
    office.round(&fake, Round::Changes);
    assert_eq!(office.kept, Office::afresh(&fake).kept);
}

#[test]
fn of_two_prices_from_one_day_the_one_that_holds_longest_counts_in_whatever_order_they_come() {
    for (first, last) in [(None, Some("2026-11-29")), (Some("2026-11-29"), None)] {
        let mut fake = Fake::new();
        fake.price("p1", "SHIRT", if first.is_none() { "250000" } else { "200000" }, "2026-11-27");
        fake.put("Item Price", "p1", json!({ "valid_upto": first }));
        let mut office = Office::afresh(&fake);
        fake.price("p2", "SHIRT", if last.is_none() { "250000" } else { "200000" }, "2026-11-27");
        fake.put("Item Price", "p2", json!({ "valid_upto": last }));
        office.round(&fake, Round::Changes);
        let Some(Row::ItemPrice(row)) = office.kept.0.values().find(|row| row.table() == Table::ItemPrice) else {
            panic!()
        };
        assert_eq!((row.price_list_rate.to_string().as_str(), row.valid_upto), ("250000", None));
        assert!(office.told.iter().any(|told| told.contains("two prices")), "{:?}", office.told);
        assert_eq!(office.kept, Office::afresh(&fake).kept);
        // The one that is left counts once it is alone.
        fake.delete("Item Price", if first.is_none() { "p1" } else { "p2" });
        office.round(&fake, Round::All);
        assert_eq!(office.kept, Office::afresh(&fake).kept);
        let Some(Row::ItemPrice(row)) = office.kept.0.values().find(|row| row.table() == Table::ItemPrice) else {
            panic!()
        };
        assert_eq!(row.price_list_rate.to_string(), "200000");
    }
}

#[test]
fn a_price_list_that_is_saved_sets_times_back_and_that_is_no_older_erpnext() {
    let mut fake = Fake::new();
    fake.item("SHIRT", "x");
    fake.price("p1", "SHIRT", "5", "2026-01-01");
    let mut office = Office::afresh(&fake);
    // By the database's clock it is seven hours earlier.
    fake.put_at("Item Price", "p1", json!({ "price_list_rate": 6 }), fake.now - 25_200);
    fake.log.borrow_mut().clear();
    office.round(&fake, Round::Changes);
    assert!(!fake.log.borrow().iter().any(|line| line == "list Item Barcode"), "items are not read anew");
    assert_eq!(office.kept, Office::afresh(&fake).kept);
    assert!(office.told.is_empty(), "{:?}", office.told);
    // And where it is ahead: other doctypes' changes are still looked for in time.
    fake.put_at("Item Price", "p1", json!({ "price_list_rate": 7 }), fake.now + 25_200);
    office.round(&fake, Round::Changes);
    fake.item("SHIRT", "later");
    fake.put_at("Item", "SHIRT", json!({ "item_name": "late" }), fake.now - 100);
    office.round(&fake, Round::Changes);
    fake.price("p1", "SHIRT", "8", "2026-01-01");
    office.round(&fake, Round::All);
    assert_eq!(office.kept, Office::afresh(&fake).kept);
}

#[test]
fn what_erpnext_changes_without_its_time_comes_when_all_is_read() {
    let mut fake = Fake::new();
    fake.put("Mode of Payment", "Cash", json!({ "type": "Cash", "enabled": 1 }));
    let account = |name: &str| [json!({ "company": COMPANY, "default_account": name })];
    fake.parts("Mode of Payment Account", "Mode of Payment", "Cash", &account("Cash - TW"));
    let mut office = Office::afresh(&fake);
    // Its account was renamed.
    fake.parts("Mode of Payment Account", "Mode of Payment", "Cash", &account("Till - TW"));
    office.round(&fake, Round::All);
    let Some(Row::ModeOfPayment(row)) = office.kept.get(Table::ModeOfPayment, "Cash") else { panic!() };
    assert_eq!(row.default_account.as_str(), "Till - TW");
}

#[test]
fn a_template_of_taxes_that_becomes_the_default_takes_the_place_of_the_one_before() {
    let (mut fake, doctype) = (Fake::new(), "Sales Taxes and Charges Template");
    for (name, is_default) in [("PPN 11% - TW", 1), ("PPN 12% - TW", 0)] {
        fake.put(doctype, name, json!({ "company": COMPANY, "is_default": is_default, "disabled": 0 }));
        let rule = json!({ "charge_type": "On Net Total", "account_head": "PPN - TW", "rate": 11.0 });
        fake.parts("Sales Taxes and Charges", doctype, name, &[rule]);
    }
    let mut office = Office::afresh(&fake);
    fake.put(doctype, "PPN 12% - TW", json!({ "is_default": 1 }));
    fake.tables.get_mut(doctype).unwrap().get_mut("PPN 11% - TW").unwrap()["is_default"] = 0.into();
    office.round(&fake, Round::Changes);
    let is_default =
        |name: &str| matches!(office.kept.get(Table::TaxTemplate, name), Some(Row::TaxTemplate(row)) if row.is_default);
    assert!(is_default("PPN 12% - TW") && !is_default("PPN 11% - TW"));
}

#[test]
fn what_erpnext_would_book_otherwise_or_refuse_does_not_come_or_is_out_of_use() {
    let mut fake = Fake::new();
    for item in ["SHIRT", "OLD"] {
        fake.item(item, "x");
    }
    fake.put("Item", "OLD", json!({ "end_of_life": "2020-01-01" }));
    for (name, rate, unit) in [("p1", "1000", 0), ("p2", "900", 12)] {
        fake.price(name, "SHIRT", rate, "2026-01-01");
        fake.put("Item Price", name, json!({ "packing_unit": unit }));
    }
    for (name, currency) in [("SO-1", "IDR"), ("SO-2", "USD")] {
        fake.order(name, "To Deliver and Bill", None);
        fake.put("Sales Order", name, json!({ "currency": currency }));
    }
    let bill = |currency: &str, on_hold: u8| {
        json!({ "company": COMPANY, "docstatus": 1, "posting_date": "2026-11-20", "outstanding_amount": 40.0, "customer": "Bu Sari",
            "supplier": "Toko Kain", "currency": "USD", "party_account_currency": currency, "on_hold": on_hold })
    };
    for (doctype, name, currency, on_hold) in [
        ("Sales Invoice", "SI-1", "IDR", 0),
        ("Sales Invoice", "SI-2", "USD", 0),
        ("Purchase Invoice", "PI-1", "IDR", 0),
        ("Purchase Invoice", "PI-2", "USD", 0),
        ("Purchase Invoice", "PI-3", "IDR", 1),
    ] {
        fake.put(doctype, name, bill(currency, on_hold));
    }
    let account = json!({ "company": COMPANY, "account_type": "Cash", "is_group": 0, "freeze_account": "Yes" });
    fake.put("Account", "Old Till - TW", account);
    let work = json!({ "company": COMPANY, "production_item": "SHIRT", "bom_no": "BOM-1", "qty": 1.0, "fg_warehouse": "Stores - TW",
        "skip_transfer": 1, "from_wip_warehouse": 1, "status": "Not Started", "docstatus": 1 });
    fake.put("Work Order", "WO-1", work);
    let office = Office::afresh(&fake);
    assert_eq!(office.kept.names(Table::SalesOrderRow), ["SO-1"]);
    assert_eq!(office.kept.names(Table::OpenInvoice).len(), 2, "{:?}", office.kept.names(Table::OpenInvoice));
    for name in ["Sales Order SO-2", "Sales Invoice SI-2", "Purchase Invoice PI-2"] {
        let why = format!("{name}: it is in USD, and the books of {COMPANY} are in IDR");
        assert!(office.told.iter().any(|told| told.starts_with(&why)), "{:?}", office.told);
    }
    let rates = office.kept.0.values().filter_map(|row| match row {
        Row::ItemPrice(row) => Some(row.price_list_rate),
        _ => None,
    });
    assert_eq!(rates.collect::<Vec<_>>(), [1000.into()]);
    let is_off = |table, name| match office.kept.get(table, name).unwrap() {
        Row::Item(row) => row.disabled,
        Row::Account(row) => row.disabled,
        Row::WorkOrder(row) => !row.skip_transfer,
        other => panic!("{other:?}"),
    };
    assert!(is_off(Table::Item, "OLD") && !is_off(Table::Item, "SHIRT"));
    assert!(is_off(Table::Account, "Old Till - TW") && is_off(Table::WorkOrder, "WO-1"));
}

#[test]
fn whom_erpnext_would_refuse_is_out_of_use() {
    let mut fake = Fake::new();
    for (name, more) in [("A", json!({})), ("B", json!({ "is_frozen": 1 }))] {
        fake.customer(name, None);
        fake.put("Customer", name, more);
    }
    for (name, more) in [
        ("C", json!({ "on_hold": 1, "hold_type": "Payments" })),
        ("D", json!({ "on_hold": 1, "hold_type": "All", "release_date": "2099-12-31" })),
        ("E", json!({ "on_hold": 1, "hold_type": "Invoices" })),
        ("F", json!({ "on_hold": 1, "hold_type": "" })),
        ("G", json!({ "is_frozen": 1 })),
        ("H", json!({ "on_hold": 1, "hold_type": "All", "release_date": "2020-01-01" })),
    ] {
        fake.put("Supplier", name, json!({ "supplier_name": name, "disabled": 0 }));
        fake.put("Supplier", name, more);
    }
    let out: Vec<String> = (Office::afresh(&fake).kept.0.values())
        .filter_map(|row| match row {
            Row::Customer(row) if row.disabled => Some(row.name.to_string()),
            Row::Supplier(row) if row.disabled => Some(row.name.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(out, ["B", "D", "E", "F", "G"]);
}
