//! What a comparison reads of ERPNext, from the stand-in: every line once, over pages, by the day that its paper says.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

use erpnext_stand_in::{Options, StandIn};
use jiff::civil::{Date, date};
use outpost_core::domain::document::Kind;
use outpost_core::domain::id::IntentId;
use outpost_core::reconcile::{Standing, There};
use outpost_erpnext::client::{Client, Key};
use outpost_erpnext::reconcile::Reader;
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

/// More than two pages.
const MANY: u128 = 1_203;
const DAYS: (Date, Date) = (date(2026, 11, 20), date(2026, 11, 21));

fn erp() -> (StandIn, Client) {
    let erp = StandIn::start(Options::default()).unwrap();
    for kind in Kind::ALL {
        let doctype = kind.name();
        erp.add_custom_field(doctype, "outpost_site", "Outpost Site", "Data", false);
        erp.add_custom_field(doctype, "outpost_date", "Outpost Date", "Date", false);
    }
    let user = erp.connector();
    let client = Client::new(&erp.url(), &Key { key: user.key, secret: user.secret }, None).unwrap();
    (erp, client)
}

fn seed(erp: &StandIn, n: u128, more: serde_json::Value) {
    let mut doc = json!({
        "docstatus": 1, "posting_date": "2026-11-20", "outpost_site": "bandung", "customer": "Bu Sari",
        "outpost_id": Uuid::from_u128(n).to_string(), "grand_total": 1000.5, "rounded_total": 0.0,
    });
    doc.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    erp.seed("Sales Invoice", &format!("S-{n}"), doc);
}

fn of_days(client: &Client) -> Vec<There> {
    let mut found = Vec::new();
    let mut take = |line| {
        found.push(line);
        true
    };
    let reader = Reader { client, digits: 2 };
    reader.of_days(&"bandung".parse().unwrap(), Kind::SalesInvoice, DAYS, &mut take).unwrap();
    found
}

#[test]
fn every_line_of_the_days_comes_once_and_none_of_others() {
    let (erp, client) = erp();
    (1..=MANY).for_each(|n| seed(&erp, n, json!({})));
    seed(&erp, 2_001, json!({ "outpost_site": "garut" }));
    seed(&erp, 2_002, json!({ "posting_date": "2026-11-22" }));
    seed(&erp, 2_003, json!({ "posting_date": "2026-12-01", "outpost_date": "2026-11-21", "docstatus": 2 }));
    let found = of_days(&client);
    let names: BTreeSet<&str> = found.iter().map(|line| line.name.as_str()).collect();
    assert_eq!((found.len(), names.len()), (1_204, 1_204));
    assert!(names.contains("S-2003") && !names.contains("S-2001") && !names.contains("S-2002"));
    let moved = found.iter().find(|line| line.name == "S-2003").unwrap();
    assert_eq!(
        (moved.day, moved.truly, moved.standing),
        (Some(date(2026, 12, 1)), Some(date(2026, 11, 21)), Standing::Cancelled)
    );
    let line = found.iter().find(|line| line.name == "S-7").unwrap();
    assert_eq!((line.sum.unwrap().to_string(), line.id), ("1000.5".into(), Some(IntentId(Uuid::from_u128(7)))));
}

#[test]
fn what_is_asked_by_its_id_comes_of_whichever_day_and_site() {
    let (erp, client) = erp();
    seed(&erp, 1, json!({ "posting_date": "2026-01-05", "outpost_site": "garut" }));
    seed(&erp, 2, json!({}));
    let reader = Reader { client: &client, digits: 2 };
    let ids = [1, 3].map(|n| IntentId(Uuid::from_u128(n)));
    let found = reader.of_ids(Kind::SalesInvoice, &ids).unwrap();
    assert_eq!(found.iter().map(|line| line.name.as_str()).collect::<Vec<_>>(), ["S-1"]);
    let named = reader.of_names(Kind::SalesInvoice, &["S-2".into(), "S-9".into()]).unwrap();
    assert_eq!(named.len(), 1);
    assert!(reader.of_ids(Kind::TillClosing, &ids).unwrap().is_empty());
}

/// An entry of the ledger of stock.
fn moved(erp: &StandIn, n: u128, more: serde_json::Value) {
    let mut entry = json!({
        "docstatus": 1, "posting_date": "2026-11-20", "warehouse": "Stores - TW", "item_code": "BUTTON", "actual_qty": -2.5,
        "voucher_type": "Delivery Note", "voucher_no": format!("DN-{n}"), "is_cancelled": 0,
    });
    entry.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    // As a name is before ERPNext gives it its own: in no order.
    erp.seed("Stock Ledger Entry", &format!("{:08x}", n.wrapping_mul(0x9e37_79b9) as u32), entry);
}

#[test]
fn every_movement_of_the_days_in_the_warehouses_comes_once_and_what_is_cancelled_does_not() {
    let (erp, client) = erp();
    (1..=MANY).for_each(|n| moved(&erp, n, json!({})));
    // Made in one moment, more than a page of them.
    for entry in erp.documents("Stock Ledger Entry") {
        erp.set("Stock Ledger Entry", entry["name"].as_str().unwrap(), "creation", json!("2026-11-23 10:00:00.000001"));
    }
    (1_204..=1_300).for_each(|n| moved(&erp, n, json!({ "posting_date": "2026-11-21" })));
    moved(&erp, 2_001, json!({ "warehouse": "Finished Goods - TW" }));
    moved(&erp, 2_002, json!({ "posting_date": "2026-11-22" }));
    moved(&erp, 2_003, json!({ "is_cancelled": 1 }));
    let reader = Reader { client: &client, digits: 2 };
    let ask = |warehouses: &[String]| {
        let mut found = Vec::new();
        let mut take = |moved| {
            found.push(moved);
            true
        };
        reader.moved(warehouses, DAYS, &mut take).unwrap();
        found
    };
    let found = ask(&["Stores - TW".into()]);
    let names: BTreeSet<&str> = found.iter().map(|moved| moved.name.as_str()).collect();
    assert_eq!((found.len(), names.len()), (1_300, 1_300));
    assert!(["DN-2001", "DN-2002", "DN-2003"].iter().all(|name| !names.contains(name)));
    let one = found.iter().find(|moved| moved.name == "DN-7").unwrap();
    let goods = (one.goods.item.as_str(), one.goods.warehouse.as_str(), one.goods.qty.to_string());
    assert_eq!((one.doctype.as_str(), one.day), ("Delivery Note", date(2026, 11, 20)));
    assert_eq!(goods, ("BUTTON", "Stores - TW", "-2.5".into()));
    assert!(ask(&[]).is_empty(), "who has no warehouse has no movements");
}

#[test]
fn whose_a_document_is_is_told_of_those_that_are_said_to_be_somebodys() {
    let (erp, client) = erp();
    seed(&erp, 1, json!({ "outpost_site": "garut" }));
    seed(&erp, 2, json!({ "outpost_site": "" }));
    let reader = Reader { client: &client, digits: 2 };
    let sites = reader.sites_of(Kind::SalesInvoice, &["S-1".into(), "S-2".into(), "S-9".into()]).unwrap();
    assert_eq!(Vec::from_iter(sites), [("S-1".to_owned(), "garut".to_owned())]);
}

#[test]
fn every_kind_can_be_read_with_the_connectors_rights() {
    let (_erp, client) = erp();
    let reader = Reader { client: &client, digits: 2 };
    for kind in Kind::ALL {
        reader.of_days(&"bandung".parse().unwrap(), *kind, DAYS, &mut |_| true).unwrap();
    }
}
