//! Master data from ERPNext: what is made, renamed and deleted there is so at the workshop, and stock counts once whoever moved it.

use super::shop::{DAY, Shop, answered, id, sale, send};
use super::{SOON, books, until};
use erpnext_stand_in::{Reach, StandIn};
use outpost_erpnext::client::{Client, Key};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Somebody at ERPNext.
pub fn accountant(erp: &StandIn) -> Client {
    let admin = erp.admin();
    Client::new(&erp.url(), &Key { key: admin.key, secret: admin.secret }, None).unwrap()
}

/// What the box says there is of an item.
pub fn here(shop: &Shop, item: &str) -> Option<f64> {
    let told = shop.boxes[0].command(&["show", "stock", "--json"], "").unwrap();
    let sheet: Value = serde_json::from_str(&told).unwrap();
    let rows = sheet["rows"].as_array().unwrap();
    let row = rows.iter().find(|row| row[0] == "Stores - TW" && row[1] == item)?;
    row[2].as_str().unwrap().parse().ok()
}

/// What the box says to a document: `taken`, or why not.
fn said(shop: &Shop, document: &Value) -> String {
    let receipt = answered(&shop.boxes[0], "sales-invoice", document);
    println!("{receipt}");
    match receipt["status"].as_str() {
        Some("refused") => receipt.to_string(),
        _ => "taken".into(),
    }
}

fn sale_of(n: u32, item: &str, customer: &str) -> Value {
    json!({
        "id": id(n), "customer": customer, "posting_date": DAY, "posting_time": "10:00:00", "update_stock": 1,
        "set_warehouse": "Stores - TW",
        "items": [{"item_code": item, "qty": "1", "rate": "1000"}],
        "payments": [{"mode_of_payment": "Cash", "amount": "1000"}],
    })
}

#[test]
fn stock_counts_once_while_documents_go_into_the_books() {
    // Before the sales, as ERPNext counts.
    let bring = |erp: &StandIn| drop(erp.add_stock_at("BUTTON", "Stores - TW", 500.0, 500.0, "2026-11-19"));
    let shop = Shop::reading("bandung", &bring);
    let before = shop.stock_before;
    shop.wait_read();
    until("the stock that ERPNext has", || here(&shop, "BUTTON"), |qty| *qty == Some(before));
    let sales: Vec<Value> = (1..=60).map(|n| sale(n, "1")).collect();
    // Slow until somebody has looked, so that it is not over by then.
    shop.erp.set_delay(Duration::from_millis(100));
    send(&shop.boxes[0], "sales-invoice", &sales.iter().collect::<Vec<_>>());
    // While they are posted, and stock is read between them, the box's figure stands still.
    let posted = |sale: &Value| books(&shop.boxes[0], sale["id"].as_str().unwrap()).starts_with("posted");
    let mut seen = 0;
    until(
        "all sales in the books",
        || {
            assert_eq!(here(&shop, "BUTTON"), Some(before - 60.0));
            seen += 1;
            shop.erp.set_delay(Duration::ZERO);
            sales.iter().rev().take(1).all(posted)
        },
        |all| *all,
    );
    assert!(seen > 1, "it was over before anybody looked");
    assert_eq!(shop.erp.stock("BUTTON", "Stores - TW"), before - 60.0);
    // Read once more since: nothing is taken twice.
    let status = || shop.town.office.status().unwrap()["erpnext"]["sites"]["bandung"]["stock_read"].clone();
    let now = status();
    until("stock read again", status, |read| *read != now);
    until("and again", status, |read| *read != now);
    assert_eq!(here(&shop, "BUTTON"), Some(before - 60.0));
    // Somebody else brings some.
    shop.erp.add_stock("BUTTON", "Stores - TW", 10.0, 500.0);
    until("what another has brought", || here(&shop, "BUTTON"), |qty| *qty == Some(before - 50.0));
    shop.close();
}

#[test]
fn stock_would_count_twice_without_what_is_the_site_s_own() {
    let bring = |erp: &StandIn| drop(erp.add_stock_at("BUTTON", "Stores - TW", 500.0, 500.0, "2026-11-19"));
    let mut shop = Shop::reading("bandung", &bring);
    shop.town.office.stop().unwrap();
    shop.town.office.env.push(("OUTPOST_SABOTAGE".into(), "included".into()));
    shop.town.office.start().unwrap();
    shop.wait_read();
    let before = shop.stock_before;
    shop.send(0, "sales-invoice", &sale(1, "3"));
    until("stock that is wrong", || here(&shop, "BUTTON"), |qty| *qty == Some(before - 6.0));
    shop.close();
}

#[test]
fn what_is_made_renamed_and_deleted_there_is_so_at_the_workshop() {
    let shop = Shop::reading("bandung", &|erp| {
        erp.add_item("THREAD", "Raw Material", "Nos", false);
        erp.add_customer("Bu Wati");
    });
    shop.wait_read();
    let books = accountant(&shop.erp);
    let mut n = 0;
    let mut try_it = |item: &str, customer: &str| {
        n += 1;
        // A device that is refused too often is sent away.
        std::thread::sleep(Duration::from_millis(500));
        said(&shop, &sale_of(n, item, customer))
    };
    assert_eq!(try_it("THREAD", "Bu Wati"), "taken");
    assert_ne!(try_it("RIBBON", "Bu Wati"), "taken", "an item that is not there yet is refused");
    shop.erp.add_item("RIBBON", "Raw Material", "Nos", false);
    until("a new item", || try_it("RIBBON", "Bu Wati"), |said| said == "taken");
    shop.erp.add_item("LACE", "Raw Material", "Nos", false);
    until("another", || try_it("LACE", "Bu Sari"), |said| said == "taken");
    let rename = json!({ "doctype": "Customer", "old_name": "Bu Wati", "new_name": "Ibu Wati" });
    books.call("frappe.client.rename_doc", &rename).unwrap();
    shop.erp.add_item("SATIN", "Raw Material", "Nos", false);
    books.delete("Item", "SATIN").unwrap();
    shop.town.office.command(&["office", "erpnext", "refresh"], "").unwrap();
    until("the customer's new name", || try_it("RIBBON", "Ibu Wati"), |said| said == "taken");
    until("the old one refused", || try_it("RIBBON", "Bu Wati"), |said| said != "taken");
    until("what was deleted refused", || try_it("SATIN", "Ibu Wati"), |said| said != "taken");
    shop.close();
}

#[test]
fn what_is_wanted_anew_while_erpnext_is_away_is_read_once_it_is_back_and_asked_for_in_between_now_and_then() {
    let shop = Shop::reading("bandung", &|erp| {
        erp.add_stock_at("BUTTON", "Stores - TW", 500.0, 500.0, "2026-11-19");
        erp.add_customer("Bu Wati");
        erp.add_customer("Bu Ani");
    });
    shop.wait_read();
    assert_eq!(said(&shop, &sale_of(1, "BUTTON", "Bu Wati")), "taken");
    until("the sale", || books(&shop.boxes[0], &id(1)), |state| state.starts_with("posted"));
    let master_data = || shop.town.office.status().unwrap()["erpnext"]["master_data"].clone();
    shop.erp.set_reach(Reach::Unavailable);
    // Nobody reads of that in what has changed.
    shop.erp.lose("Customer", "Bu Wati");
    shop.town.office.command(&["office", "erpnext", "refresh"], "").unwrap();
    until("the trouble", master_data, |read| !read["trouble"].is_null());
    let (asked, since) = (shop.erp.tally().total(), Instant::now());
    until("more questions", || shop.erp.tally().total(), |total| *total >= asked + 3);
    assert!(since.elapsed() > Duration::from_millis(500), "it is asked without a pause");
    shop.erp.set_reach(Reach::Up);
    let mut n = 1;
    let mut sell = || {
        n += 1;
        std::thread::sleep(Duration::from_millis(500));
        said(&shop, &sale_of(n, "BUTTON", "Bu Wati"))
    };
    until("the one who is gone refused", &mut sell, |said| said != "taken");
    shop.close();
}

#[test]
fn a_first_load_goes_on_where_it_was_cut_off() {
    const ITEMS: usize = 6_000;
    const CUTS: u32 = 6;
    // Requests between two cuts: the first load is some fifty.
    const EVERY: u64 = 6;
    let mut shop = Shop::reading("bandung", &|erp| {
        for n in 0..ITEMS {
            erp.seed(
                "Item",
                &format!("CLOTH-{n:05}"),
                json!({ "item_code": format!("CLOTH-{n:05}"), "item_name": format!("Cloth {n}"), "item_group": "Raw Material", "stock_uom": "Meter" }),
            );
        }
        erp.set_delay(Duration::from_millis(30));
    });
    let asked = |shop: &Shop| shop.erp.tally().requests.values().sum::<u64>();
    let (mut cut, mut next) = (0, asked(&shop) + EVERY);
    let end = Instant::now() + SOON;
    while cut < CUTS {
        assert!(Instant::now() < end, "cut off {cut} times only in {SOON:?}");
        if asked(&shop) >= next {
            shop.town.office.kill9().unwrap();
            shop.town.office.start().unwrap();
            (cut, next) = (cut + 1, asked(&shop) + EVERY);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let has_all = |status: &Value| status["master"]["rows"].as_u64() >= Some(ITEMS as u64);
    shop.boxes[0].wait_until("all items", SOON, has_all).unwrap();
    // No load began anew: each asks for the company first.
    let tally = shop.erp.tally();
    println!("{ITEMS} items, {CUTS} cuts: {tally:?}");
    let begun = tally.requests["GET /api/resource/Company"];
    assert!(begun <= 2, "the first load was begun {begun} times");
    shop.wait_read();
    assert_eq!(said(&shop, &sale_of(1, "CLOTH-05999", "Bu Sari")), "taken");
    shop.close();
}
