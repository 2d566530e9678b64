//! Goods that the head office sends out of ERPNext: the workshop sees them, receives what came, and each piece counts once.

use super::shop::{DAY, Shop, answered, id, told};
use super::{SOON, books, until};
use erpnext_stand_in::StandIn;
use outpost_erpnext::client::{Client, Key};
use serde_json::{Value, json};

const SHOP: &str = "Stores - TW";
const OFFICE: &str = "Finished Goods - TW";
const WAY: &str = "Bandung Transit - TW";

/// The head office has buttons, and the workshop's own warehouse says which transit warehouse is its own.
fn prepare(erp: &StandIn) {
    let transit =
        json!({ "warehouse_name": "Bandung Transit", "company": "Tailor Works", "warehouse_type": "Transit" });
    assert_eq!(erp.make("Warehouse", transit), WAY);
    erp.set("Warehouse", SHOP, "default_in_transit_warehouse", WAY.into());
    erp.add_stock_at("BUTTON", OFFICE, 100.0, 500.0, "2026-11-18");
}

/// Sends so many; the entry's name, and that of its row.
fn send(erp: &StandIn, qty: u32) -> (String, String) {
    let entry = json!({
        "docstatus": 1, "stock_entry_type": "Material Transfer", "add_to_transit": 1, "set_posting_time": 1,
        "posting_date": "2026-11-19", "posting_time": "08:00:00", "from_warehouse": OFFICE, "to_warehouse": WAY,
        "items": [{ "item_code": "BUTTON", "qty": qty }],
    });
    let name = erp.make("Stock Entry", entry);
    let row = erp.document("Stock Entry", &name).unwrap()["items"][0]["name"].as_str().unwrap().to_owned();
    (name, row)
}

/// Somebody at ERPNext receives so many into the workshop's warehouse.
fn receive_by_hand(erp: &StandIn, (entry, row): &(String, String), qty: u32) {
    let item = json!({ "item_code": "BUTTON", "qty": qty, "against_stock_entry": entry, "ste_detail": row });
    let receipt = json!({
        "docstatus": 1, "stock_entry_type": "Material Transfer", "outgoing_stock_entry": entry, "set_posting_time": 1,
        "posting_date": "2026-11-21", "posting_time": "08:00:00", "from_warehouse": WAY, "to_warehouse": SHOP, "items": [item],
    });
    erp.make("Stock Entry", receipt);
}

/// The workshop's receipt.
fn receipt(n: u32, (entry, row): &(String, String), qty: u32) -> Value {
    json!({
        "id": id(n), "stock_entry_type": "Material Transfer", "posting_date": DAY, "posting_time": "09:00:00",
        "from_warehouse": WAY, "to_warehouse": SHOP, "outgoing_stock_entry": entry,
        "items": [{ "item_code": "BUTTON", "qty": qty.to_string(), "ste_detail": row }],
    })
}

/// What a program shows of a sending: from, sent, received.
fn shown(of: &rig::town::House, command: &[&str], (number, qty): (usize, usize), entry: &str) -> Option<[String; 3]> {
    let told = of.command(command, "").unwrap();
    let sheet: Value = serde_json::from_str(&told).unwrap();
    let row = sheet["rows"].as_array().unwrap().iter().find(|row| row[number] == entry)?.clone();
    let text = |at: usize| row[at].as_str().unwrap().to_owned();
    Some([text(0), text(qty), text(qty + 1)])
}

fn at_box(shop: &Shop, entry: &str) -> Option<[String; 3]> {
    shown(&shop.boxes[0], &["show", "transit", "--json"], (1, 4), entry)
}

fn at_office(shop: &Shop, entry: &str) -> Option<[String; 3]> {
    shown(&shop.town.office, &["show", "transit", "--json"], (2, 5), entry)
}

fn way(received: &str) -> Option<[String; 3]> {
    Some(["office".into(), "10".into(), received.into()])
}

/// Waits until ERPNext has been gone through twice more, and the box has what came of it.
fn two_rounds(shop: &Shop) {
    let rounds = |status: &Value| status["erpnext"]["master_data"]["rounds"].as_u64().unwrap_or(0);
    let before = rounds(&shop.town.office.status().unwrap());
    shop.town.office.wait_until("two rounds", SOON, |status| rounds(status) >= before + 2).unwrap();
    shop.wait_read();
}

#[test]
fn what_the_head_office_sends_is_received_at_the_workshop_and_counts_once() {
    let mut shop = Shop::reading("bandung", &prepare);
    shop.wait_read();
    let sent = send(&shop.erp, 10);
    until("it at the box", || at_box(&shop, &sent.0), |shown| *shown == way("0"));
    assert_eq!(at_office(&shop, &sent.0), way("0"));

    // Eight of ten came.
    let eight = receipt(1, &sent, 8);
    assert_eq!(answered(&shop.boxes[0], "stock-entry", &eight)["status"], "recorded");
    assert_eq!(at_box(&shop, &sent.0), way("8"));
    let state = until("it in the books", || books(&shop.boxes[0], &id(1)), |state| state.starts_with("posted"));
    let posted = shop.erp.document("Stock Entry", state.strip_prefix("posted as ").unwrap()).unwrap();
    assert_eq!(posted["outgoing_stock_entry"], sent.0);
    let row = &posted["items"][0];
    assert_eq!((&row["against_stock_entry"], &row["ste_detail"]), (&json!(sent.0), &json!(sent.1)));
    assert_eq!(shop.erp.document("Stock Entry", &sent.0).unwrap()["per_transferred"], 80.0);
    assert_eq!(shop.erp.stock("BUTTON", WAY), 2.0);
    two_rounds(&shop);
    assert_eq!((at_box(&shop, &sent.0), at_office(&shop, &sent.0)), (way("8"), way("8")));

    // Another one is received by hand: the workshop cannot receive it any more.
    receive_by_hand(&shop.erp, &sent, 1);
    until("what another has received", || at_box(&shop, &sent.0), |shown| *shown == way("9"));
    assert_eq!(at_office(&shop, &sent.0), way("9"));
    let two = answered(&shop.boxes[0], "stock-entry", &receipt(2, &sent, 2));
    assert_eq!((&two["status"], &two["reason"]["code"]), (&json!("refused"), &json!("progress")), "{two}");
    // And the rest.
    receive_by_hand(&shop.erp, &sent, 1);
    until("nothing under way", || at_box(&shop, &sent.0), Option::is_none);
    assert_eq!(at_office(&shop, &sent.0), None);

    // What is taken back in ERPNext while the office is away, and received meanwhile, is held.
    let second = send(&shop.erp, 10);
    until("the second", || at_box(&shop, &second.0), Option::is_some);
    shop.town.office.stop().unwrap();
    let admin = shop.erp.admin();
    let person = Client::new(&shop.erp.url(), &Key { key: admin.key, secret: admin.secret }, None).unwrap();
    person.call("frappe.client.cancel", &json!({ "doctype": "Stock Entry", "name": second.0 })).unwrap();
    let four = receipt(3, &second, 4);
    assert_eq!(answered(&shop.boxes[0], "stock-entry", &four)["status"], "recorded");
    shop.town.office.start().unwrap();
    let held = shop.wait_held(1);
    let words = held.to_string();
    assert!(words.contains(&id(3)) && words.contains("cancelled") && words.contains(&second.0), "{words}");
    until("nothing of the second", || at_box(&shop, &second.0), Option::is_none);
    // Whoever has the goods no more cancels the receipt.
    let cancellation = json!({ "id": id(103), "document": id(3), "reason": "taken back" });
    told(&shop.boxes[0], "tx/till/cancellation", &cancellation, |receipt| receipt["status"] == "at_office");
    shop.wait_held(0);
    let more = answered(&shop.boxes[0], "stock-entry", &receipt(4, &second, 4));
    assert_eq!((&more["status"], &more["reason"]["code"]), (&json!("refused"), &json!("reference")), "{more}");
    assert_eq!(shop.erp.stock("BUTTON", WAY), 0.0);
    shop.close();
}

#[test]
fn what_was_received_would_count_twice_without_what_is_the_site_s_own() {
    let mut shop = Shop::reading("bandung", &prepare);
    shop.town.office.stop().unwrap();
    shop.town.office.env.push(("OUTPOST_SABOTAGE".into(), "received".into()));
    shop.town.office.start().unwrap();
    shop.wait_read();
    let sent = send(&shop.erp, 10);
    until("it at the box", || at_box(&shop, &sent.0), |shown| *shown == way("0"));
    shop.send(0, "stock-entry", &receipt(1, &sent, 3));
    until("a figure that is wrong", || at_box(&shop, &sent.0), |shown| *shown == way("6"));
    shop.close();
}
