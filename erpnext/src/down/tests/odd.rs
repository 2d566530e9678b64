//! An ERPNext that was restored, that refuses, that lacks a field, that has bad documents.

use super::fake::{Fake, Office};
use crate::down::Round;
use outpost_core::domain::master::{Row, Table};
use serde_json::json;

fn items(fake: &mut Fake, from: i64, to: i64) {
    (from..to).for_each(|i| fake.item(&format!("I{i:04}"), "x"));
}

#[test]
fn an_older_erpnext_is_told_and_read_anew() {
    let mut fake = Fake::new();
    items(&mut fake, 0, 600);
    fake.customer("Bu Sari", None);
    let backup = (fake.tables.clone(), fake.now);
    fake.now += 3_600;
    fake.item("I0001", "changed since");
    fake.now += 3_600;
    items(&mut fake, 600, 700);
    fake.item("I0002", "changed last");
    let mut office = Office::afresh(&fake);
    (fake.tables, fake.now) = backup;
    office.round(&fake, Round::Changes);
    assert!(office.told.iter().any(|told| told.contains("restored")), "{:?}", office.told);
    assert_eq!(office.kept, Office::afresh(&fake).kept);
}

#[test]
fn an_older_erpnext_is_noticed_though_people_worked_on() {
    let mut fake = Fake::new();
    items(&mut fake, 0, 100);
    let backup = (fake.tables.clone(), fake.now);
    fake.now += 7_200;
    items(&mut fake, 100, 110);
    fake.item("I0001", "changed since");
    let mut office = Office::afresh(&fake);
    office.round(&fake, Round::Changes);
    let last = fake.now;
    (fake.tables, fake.now) = backup;
    fake.now = last + 600;
    items(&mut fake, 200, 210);
    office.round(&fake, Round::Changes);
    assert!(office.told.iter().any(|told| told.contains("restored")), "{:?}", office.told);
    assert_eq!(office.kept, Office::afresh(&fake).kept);
}

#[test]
fn one_of_the_newest_that_is_deleted_leads_to_a_comparison_of_names_alone() {
    let mut fake = Fake::new();
    items(&mut fake, 0, 1_000);
    let mut office = Office::afresh(&fake);
    fake.delete("Item", "I0990");
    fake.delete("Item", "I0003");
    let mut rows = 0;
    loop {
        let came = office.step(&fake, Round::Changes).unwrap();
        rows += came.rows.iter().filter(|row| row.table() == Table::Item).count();
        if !came.more {
            break;
        }
    }
    assert_eq!(rows, 0, "nothing is read a second time");
    assert!(office.told.iter().any(|told| told.contains("I0990 is there no more")), "{:?}", office.told);
    assert_eq!(office.kept, Office::afresh(&fake).kept);
}

#[test]
fn a_doctype_that_may_not_be_read_is_told_and_hides_no_other() {
    let mut fake = Fake::new();
    fake.item("A", "x");
    fake.customer("Bu Sari", None);
    fake.forbidden.insert("Item".into());
    fake.forbidden.insert("Has Role".into());
    fake.put("User", "ani@tailor.local", json!({ "enabled": 1, "full_name": "Ani" }));
    let mut office = Office::afresh(&fake);
    assert_eq!(office.kept.names(Table::Customer), ["Bu Sari"]);
    assert!(office.kept.names(Table::Item).is_empty() && office.kept.names(Table::User).is_empty());
    let refused: Vec<_> = office.told.iter().filter(|told| told.contains("ERPNext refuses it (403")).collect();
    assert_eq!(refused.len(), 2, "{refused:?}");
    fake.forbidden.clear();
    office.round(&fake, Round::Changes);
    assert_eq!(office.kept.names(Table::Item), ["A"]);
}

#[test]
fn a_field_that_nobody_has_added_is_told_once_and_done_without() {
    let mut fake = Fake::new();
    fake.customer("Bu Sari", None);
    fake.absent.insert("Customer.outpost_id".into());
    fake.absent.insert("Warehouse.outpost_site".into());
    let warehouse = json!({ "company": "Tailor Works", "warehouse_type": null, "is_group": 0, "disabled": 0 });
    fake.put("Warehouse", "Stores - TW", warehouse);
    let mut office = Office::afresh(&fake);
    office.round(&fake, Round::All);
    assert_eq!(office.kept.names(Table::Customer), ["Bu Sari"]);
    assert_eq!(office.kept.names(Table::Warehouse), ["Stores - TW"]);
    let told: Vec<_> = office.told.iter().filter(|told| told.contains("has no field")).collect();
    assert_eq!(told.len(), 2, "{told:?}");
}

#[test]
fn a_document_that_makes_no_row_is_named_and_stops_nothing() {
    let mut fake = Fake::new();
    items(&mut fake, 0, 3);
    fake.parts("UOM Conversion Detail", "Item", "I0001", &[json!({ "uom": "Box", "conversion_factor": 0.0 })]);
    let office = Office::afresh(&fake);
    assert_eq!(office.kept.names(Table::Item), ["I0000", "I0002"]);
    assert!(
        office.told.iter().any(|told| told == "Item I0001: conversion_factor: 0 is not above 0"),
        "{:?}",
        office.told
    );
}

#[test]
fn a_row_that_is_too_long_for_a_message_is_named_and_stops_nothing() {
    let mut fake = Fake::new();
    items(&mut fake, 0, 3);
    let codes = |n: usize| (0..n).map(|i| json!({ "barcode": format!("{i:0100}"), "uom": null })).collect::<Vec<_>>();
    fake.parts("Item Barcode", "Item", "I0000", &codes(500));
    fake.parts("Item Barcode", "Item", "I0001", &codes(700));
    let office = Office::afresh(&fake);
    assert_eq!(office.kept.names(Table::Item), ["I0000", "I0002"]);
    assert!(office.told.iter().any(|told| told.starts_with("Item I0001: it has too many lines")), "{:?}", office.told);
}

#[test]
fn two_templates_of_taxes_with_one_name_are_told_and_that_for_sales_stays() {
    let mut fake = Fake::new();
    for (doctype, rows) in [
        ("Sales Taxes and Charges Template", "Sales Taxes and Charges"),
        ("Purchase Taxes and Charges Template", "Purchase Taxes and Charges"),
    ] {
        fake.put(doctype, "PPN - TW", json!({ "company": "Tailor Works", "is_default": 1, "disabled": 0 }));
        let rule = json!({ "charge_type": "On Net Total", "account_head": "PPN - TW", "rate": 11.0 });
        fake.parts(rows, doctype, "PPN - TW", &[rule]);
    }
    let mut office = Office::afresh(&fake);
    office.round(&fake, Round::All);
    let Some(Row::TaxTemplate(row)) = office.kept.get(Table::TaxTemplate, "PPN - TW") else { panic!() };
    assert!(!row.buying && row.taxes[0].rate.to_string() == "11");
    assert!(office.told.iter().any(|told| told.contains("the same name")), "{:?}", office.told);
}

/// An office that has seen all there is, of which nothing older can turn up any more: two customers later.
fn settled(fake: &mut Fake) -> Office {
    let mut office = Office::afresh(fake);
    for name in ["Bu Sari", "Pak Joko"] {
        fake.now += 3_600;
        fake.customer(name, None);
        office.round(fake, Round::Changes);
    }
    let unsure = |doctype: &&str| office.progress.at.get(*doctype).is_some_and(|at| at.newest.is_some() && !at.settled);
    assert!(!["Item", "Item Price"].iter().any(unsure));
    office
}

#[test]
fn a_price_of_restored_books_counts_though_another_was_saved_before_anybody_looked() {
    let mut fake = Fake::new();
    fake.item("SHIRT", "x");
    fake.price("p1", "SHIRT", "250000", "2026-01-01");
    fake.price("p2", "BUTTON", "1000", "2026-01-01");
    let backup = fake.tables.clone();
    fake.now += 3_600;
    fake.price("p1", "SHIRT", "300000", "2026-01-01");
    let mut office = settled(&mut fake);
    fake.tables = backup;
    fake.now += 3_600;
    fake.price("p2", "BUTTON", "1100", "2026-01-01");
    office.round(&fake, Round::Changes);
    assert_eq!(office.kept, Office::afresh(&fake).kept);
}

#[test]
fn items_of_restored_books_come_though_another_was_saved_before_anybody_looked() {
    let mut fake = Fake::new();
    items(&mut fake, 0, 30);
    fake.now += 3_600;
    let backup = fake.tables.clone();
    fake.item("I0003", "changed since");
    fake.now += 30;
    fake.item("I0099", "made since");
    let mut office = settled(&mut fake);
    fake.tables = backup;
    fake.now += 3_600;
    fake.item("I0020", "changed in the restored ones");
    office.round(&fake, Round::Changes);
    assert!(office.told.iter().any(|told| told.contains("I0003 is older at ERPNext")), "{:?}", office.told);
    // What was made since goes with the names; the customers with the next round.
    office.round(&fake, Round::Changes);
    assert_eq!(office.kept, Office::afresh(&fake).kept);
}

#[test]
fn the_newest_that_is_deleted_before_another_is_saved_is_missed_by_its_name_and_nothing_is_read_anew() {
    let mut fake = Fake::new();
    items(&mut fake, 0, 600);
    fake.now += 3_600;
    fake.item("LAST", "x");
    let mut office = settled(&mut fake);
    fake.delete("Item", "LAST");
    fake.now += 3_600;
    fake.item("I0007", "changed");
    fake.log.borrow_mut().clear();
    office.round(&fake, Round::Changes);
    assert!(office.told.iter().any(|told| told.contains("LAST is there no more")), "{:?}", office.told);
    let asked = |what: &str| fake.log.borrow().iter().filter(|line| **line == format!("list {what}")).count();
    assert_eq!(asked("Item Barcode"), 1, "that of the one that was changed alone");
    assert_eq!(office.kept, Office::afresh(&fake).kept);
}

#[test]
fn what_is_as_it_was_is_asked_for_once_and_not_read_a_second_time() {
    let mut fake = Fake::new();
    items(&mut fake, 0, 30);
    let mut office = settled(&mut fake);
    fake.now += 3_600;
    fake.item("I0007", "changed");
    let mut round = |fake: &Fake| {
        fake.log.borrow_mut().clear();
        office.round(fake, Round::Changes);
        let asked = |what: &str| fake.log.borrow().iter().filter(|line| **line == format!("list {what}")).count();
        (asked("Item"), asked("Item Barcode"))
    };
    // The newest, what is behind it, those of before.
    assert_eq!(round(&fake), (3, 1));
    // One that comes within the overlap of the newest of before.
    fake.item("I0008", "changed");
    assert_eq!(round(&fake), (1, 1));
    assert_eq!(round(&fake), (1, 0));
}
