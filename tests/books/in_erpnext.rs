//! What people do in ERPNext itself: they bring stock, cancel what a workshop has made, and delete it.

use super::down::{accountant, here};
use super::shop::{self, Shop, sale};
use super::{books, times, until};
use serde_json::json;

#[test]
fn stock_that_others_bring_lets_through_what_lacked_it() {
    let bring =
        |erp: &erpnext_stand_in::StandIn| drop(erp.add_stock_at("BUTTON", "Stores - TW", 100.0, 500.0, "2026-11-18"));
    let shop = Shop::reading("bandung", &bring);
    shop.wait_read();
    until("the stock that ERPNext has", || here(&shop, "BUTTON"), |qty| *qty == Some(shop.stock_before));
    shop.send(0, "sales-invoice", &sale(1, "500"));
    let held = shop.wait_held(1);
    assert_eq!(held["held"][0]["hold"], "stock", "{held}");
    // Nobody at the workshop does anything, and nobody retries.
    shop.erp.add_stock_at("BUTTON", "Stores - TW", 600.0, 500.0, "2026-11-19");
    until("the sale", || books(&shop.boxes[0], &shop::id(1)), |state| state.starts_with("posted"));
    assert_eq!((shop.held()["count"].as_u64(), times(&shop.erp, &shop::id(1))), (Some(0), 1));
    shop.close();
}

#[test]
fn what_somebody_cancelled_there_is_told_as_that_and_cancelled_at_the_workshop() {
    let mut shop = Shop::open(&["bandung"]);
    shop.send(0, "stock-entry", &shop::receipt(9, "10"));
    shop.send(0, "sales-invoice", &sale(1, "1"));
    let id = shop::id(1);
    let state = until("the sale", || books(&shop.boxes[0], &id), |state| state.starts_with("posted"));
    let name = state.strip_prefix("posted as ").unwrap();
    shop.town.office.stop().unwrap();
    accountant(&shop.erp).cancel("Sales Invoice", name).unwrap();
    // A start looks, and so does each hour.
    shop.town.office.start().unwrap();
    let held = shop.wait_held(1);
    assert_eq!((&held["held"][0]["hold"], &held["held"][0]["id"]), (&"refused".into(), &id.clone().into()), "{held}");
    let why = held["held"][0]["why"].as_str().unwrap();
    assert!(why.starts_with("Somebody has cancelled it in ERPNext") && why.contains(name), "{why}");
    // The remedy that it names.
    let cancellation = json!({ "id": shop::id(101), "document": id, "reason": "cancelled there" });
    shop.send(0, "cancellation", &cancellation);
    shop.wait_held(0);
    shop.close();
}

#[test]
fn what_was_deleted_there_and_cancelled_at_the_workshop_counts_in_no_figure() {
    let bring =
        |erp: &erpnext_stand_in::StandIn| drop(erp.add_stock_at("BUTTON", "Stores - TW", 500.0, 500.0, "2026-11-19"));
    let shop = Shop::reading("bandung", &bring);
    shop.wait_read();
    let before = shop.stock_before;
    let read = || shop.town.office.status().unwrap()["erpnext"]["sites"]["bandung"]["stock_read"].clone();
    let read_again = || {
        for _ in 0..2 {
            let now = read();
            until("stock read again", read, |read| *read != now);
        }
    };
    // After the first one the office looks whether it is there still, and not again for an hour.
    for n in [1, 2] {
        shop.send(0, "sales-invoice", &sale(n, "3"));
        until("the sale", || books(&shop.boxes[0], &shop::id(n)), |state| state.starts_with("posted"));
        read_again();
    }
    let state = books(&shop.boxes[0], &shop::id(2));
    let (name, accountant) = (state.strip_prefix("posted as ").unwrap(), accountant(&shop.erp));
    accountant.cancel("Sales Invoice", name).unwrap();
    accountant.delete("Sales Invoice", name).unwrap();
    let cancellation = json!({ "id": shop::id(102), "document": shop::id(2), "reason": "deleted there" });
    // ERPNext has nothing to cancel.
    shop::told(&shop.boxes[0], "tx/till/cancellation", &cancellation, |receipt| receipt["status"] == "not_posted");
    read_again();
    until("the sale of one", || here(&shop, "BUTTON"), |qty| *qty == Some(before - 3.0));
    read_again();
    assert_eq!(here(&shop, "BUTTON"), Some(before - 3.0));
    shop.close();
}
