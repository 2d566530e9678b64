//! The real program before a stand-in for ERPNext: what a workshop submits is in the books once, and the word on it comes back.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod asked;
mod by_hand;
mod companies;
mod down;
mod first_day;
mod guard;
mod guard_script;
mod held;
mod in_erpnext;
mod python;
mod reconcile;
mod sent;
mod shared;
mod shop;
mod struck;

use erpnext_stand_in::StandIn;
use rig::town::House;
use rig::wait::{SOON, until};
use serde_json::{Value, json};
use shop::{Shop, sale};

/// What the box says of a document's way into the books.
fn books(shop: &House, id: &str) -> String {
    let told = shop.command(&["status", "--document", id, "--json"], "").unwrap();
    let told: Value = serde_json::from_str(&told).unwrap();
    told["books"]["state"].as_str().unwrap_or("nothing").to_owned()
}

/// How often each of our ids is in the books, submitted.
fn times(erp: &StandIn, id: &str) -> usize {
    erp.submitted().get(id).map_or(0, Vec::len)
}

#[test]
fn a_sale_has_three_marks() {
    let shop = Shop::open(&["bandung"]);
    let receipt = shop::receipt(1, "10");
    shop.send(0, "stock-entry", &receipt);
    let sold = sale(2, "3");
    shop.send(0, "sales-invoice", &sold);
    let id = sold["id"].as_str().unwrap();
    let state = until("the sale in the books", || books(&shop.boxes[0], id), |state| state.starts_with("posted"));
    let name = state.strip_prefix("posted as ").unwrap();
    let posted = shop.erp.document("Sales Invoice", name).unwrap();
    assert_eq!(posted["status"], "Paid");
    assert_eq!(posted["outpost_no"], "BDG-SI-A000001");
    assert_eq!(posted["posting_date"], shop::DAY);
    assert_eq!(shop.erp.stock("BUTTON", "Stores - TW"), 7.0 + shop.stock_before);
    assert_eq!(times(&shop.erp, id), 1);
    // The list at the box says it as well, and the office's status counts it.
    let listed = shop.boxes[0].command(&["show", "documents", "sales-invoice", shop::DAY], "");
    assert!(listed.unwrap().contains(&state), "the list does not say {state}");
    let status = shop.town.office.status().unwrap();
    assert_eq!(status["erpnext"]["sites"]["bandung"]["posted"], 2, "{status}");
    let said = shop.town.office.command(&["status"], "").unwrap();
    assert!(said.contains("bandung: 2 posted since the start, "), "{said}");
    let said = shop.boxes[0].command(&["status"], "").unwrap();
    assert!(said.contains("rows, version ") && said.contains(", complete"), "{said}");
    shop.close();
}

#[test]
fn whatever_has_an_id_is_told_when_the_office_has_it() {
    let shop = Shop::open(&["bandung"]);
    shop.send(0, "stock-entry", &shop::receipt(1, "10"));
    shop.send(0, "sales-invoice", &sale(2, "3"));
    let cancellation = json!({ "id": shop::id(102), "document": shop::id(2), "reason": "rung up twice" });
    let scan = json!({ "id": shop::id(3), "code": "8990000000017" });
    for (topic, sent) in [("tx/till/cancellation", cancellation), ("in/till/scan", scan)] {
        let told = shop::told(&shop.boxes[0], topic, &sent, |receipt| receipt["status"] == "at_office");
        assert_eq!((&told["number"], told["seq"].is_u64()), (&Value::Null, true), "{told}");
    }
    shop.close();
}

#[test]
fn an_update_of_erpnext_is_told_also_where_it_was_a_small_step() {
    let mut shop = Shop::open(&["bandung"]);
    let told = |shop: &Shop| shop.town.office.status().unwrap()["erpnext"]["version"].clone();
    let first = until("the version", || told(&shop), |version| version["erpnext"] == "15.71.1");
    assert_eq!(first["changed"], Value::Null, "{first}");
    shop.town.office.stop().unwrap();
    shop.erp.update_to("15.72.1");
    shop.town.office.start().unwrap();
    let now = until("what has changed", || told(&shop), |version| version["changed"].is_string());
    let words = now["changed"].as_str().unwrap();
    assert!(words.starts_with("ERPNext was 15.71.1 and is 15.72.1 since 20"), "{words}");
    assert!(words.ends_with("run `outpost office erpnext check`"), "{words}");
    shop.close();
}
