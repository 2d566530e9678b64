//! An order of ERPNext that two workshops have: what one has delivered of it the other may not deliver again, whatever has become of the
//! delivery in the books meanwhile.

use super::shop::{DAY, Shop, answered, id};
use super::{books, until};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use erpnext_stand_in::{Reach, StandIn};
use rig::http::request;
use rig::town::{House, PASSWORD};
use serde_json::{Value, json};

/// What is ordered of the line that both deliver.
const ORDERED: f64 = 10.0;

/// Ten buttons, and one more out of the other site's warehouse, so that both have the order.
fn prepare(erp: &StandIn) {
    erp.add_stock_at("BUTTON", "Stores - TW", 50.0, 500.0, "2026-11-18");
    erp.add_stock_at("BUTTON", "Finished Goods - TW", 50.0, 500.0, "2026-11-18");
    let line =
        |qty: f64, warehouse: &str| json!({"item_code": "BUTTON", "qty": qty, "rate": 1000, "warehouse": warehouse});
    let items = json!([line(ORDERED, "Stores - TW"), line(1.0, "Finished Goods - TW")]);
    let order = json!({"docstatus": 1, "customer": "Bu Sari", "transaction_date": "2026-11-19", "delivery_date": "2026-12-01",
        "items": items});
    erp.make("Sales Order", order);
}

/// The order's name and that of the line that both deliver.
fn order(erp: &StandIn) -> (String, String) {
    let order = Value::Object(erp.documents("Sales Order").remove(0));
    (order["name"].as_str().unwrap().into(), order["items"][0]["name"].as_str().unwrap().into())
}

fn delivery(shop: &Shop, n: u32, from: &str, qty: &str) -> Value {
    let (order, line) = order(&shop.erp);
    json!({
        "id": id(n), "customer": "Bu Sari", "posting_date": DAY, "posting_time": "10:00:00", "set_warehouse": from,
        "items": [{"item_code": "BUTTON", "qty": qty, "rate": "1000", "against_sales_order": order, "so_detail": line}],
    })
}

/// What the box tells a tablet that is left to deliver of the line; none before it has the order.
fn left(house: &House) -> Option<f64> {
    let login = format!("Authorization: Basic {}", BASE64_STANDARD.encode(format!("till:{PASSWORD}")));
    let told = request(house.pages().unwrap(), "GET /api/orders?customer=Bu+Sari", &[&login], b"").well();
    let line = &told["items"][0]["items"][0];
    let figure = |name: &str| line[name].as_str()?.parse::<f64>().ok();
    Some(figure("qty")? - figure("delivered")?)
}

fn both_have(shop: &Shop, qty: f64) {
    for house in &shop.boxes {
        until("what is left of the order", || left(house), |left| *left == Some(qty));
    }
}

/// Reads of ERPNext's changes that the office has made.
fn rounds(shop: &Shop) -> u64 {
    shop.town.office.status().unwrap()["erpnext"]["master_data"]["rounds"].as_u64().unwrap()
}

/// Waits until orders were read again, and what came of it has had its time to be told.
fn read_again(shop: &Shop) {
    let now = rounds(shop);
    until("ERPNext read again", || rounds(shop), |round| *round > now + 2);
}

#[test]
fn what_one_site_delivered_of_an_order_the_other_does_not_deliver_again() {
    let shop = Shop::sharing(["bandung", "garut"], &prepare);
    both_have(&shop, ORDERED);
    // Nobody posts: the office has the delivery, the books have not.
    shop.erp.set_reach(Reach::Refused);
    shop.send(0, "delivery-note", &delivery(&shop, 1, "Stores - TW", "3"));
    both_have(&shop, 7.0);
    assert!(!books(&shop.boxes[0], &id(1)).starts_with("posted"));
    let refused =
        answered(&shop.boxes[1], "delivery-note", &delivery(&shop, 2, "Finished Goods - TW", "8")).to_string();
    assert!(refused.contains("7 of 10 may still be delivered (3 by other sites), and this is 8"), "{refused}");
    // In the books it is taken off ERPNext's figure, and counts once still.
    shop.erp.set_reach(Reach::Up);
    until("the delivery in the books", || books(&shop.boxes[0], &id(1)), |state| state.starts_with("posted"));
    read_again(&shop);
    both_have(&shop, 7.0);
    shop.send(1, "delivery-note", &delivery(&shop, 3, "Finished Goods - TW", "4"));
    both_have(&shop, 3.0);
    until("the other's in the books", || books(&shop.boxes[1], &id(3)), |state| state.starts_with("posted"));
    read_again(&shop);
    both_have(&shop, 3.0);
    // Taken back, it is to be delivered again, by either.
    let cancellation = json!({"id": id(101), "document": id(1), "reason": "the wrong customer"});
    shop.send(0, "cancellation", &cancellation);
    both_have(&shop, 6.0);
    let cancelled = || shop.erp.documents("Delivery Note").iter().filter(|note| note["docstatus"] == 2).count();
    until("the cancellation in the books", cancelled, |count| *count == 1);
    read_again(&shop);
    both_have(&shop, 6.0);
    shop.close();
}

#[test]
fn two_sites_without_a_line_deliver_too_much_and_the_later_one_is_held_with_words() {
    let mut shop = Shop::sharing(["bandung", "garut"], &prepare);
    both_have(&shop, ORDERED);
    shop.town.office.stop().unwrap();
    shop.send(0, "delivery-note", &delivery(&shop, 1, "Stores - TW", "6"));
    shop.send(1, "delivery-note", &delivery(&shop, 2, "Finished Goods - TW", "6"));
    assert_eq!((left(&shop.boxes[0]), left(&shop.boxes[1])), (Some(4.0), Some(4.0)), "neither can know of the other");
    shop.town.office.start().unwrap();
    let held = shop.wait_held(1);
    let why = held["held"][0]["why"].as_str().unwrap();
    assert!(!why.is_empty() && held["held"][0]["hold"] == "refused", "{held}");
    println!("{why}");
    // Both boxes know what left, whatever the books took.
    both_have(&shop, -2.0);
    shop.close();
}

#[test]
fn what_a_site_delivered_counts_once_where_it_is_posted_no_more() {
    let mut shop = Shop::sharing(["bandung", "garut"], &prepare);
    both_have(&shop, ORDERED);
    shop.send(0, "delivery-note", &delivery(&shop, 1, "Stores - TW", "3"));
    until("the delivery in the books", || books(&shop.boxes[0], &id(1)), |state| state.starts_with("posted"));
    // Its section is taken away while one of its documents is being tried.
    shop.erp.set_reach(Reach::Refused);
    shop.send(0, "delivery-note", &delivery(&shop, 2, "Stores - TW", "1"));
    let tried = || shop.town.office.status().unwrap()["erpnext"]["sites"]["bandung"]["trying"] == id(2);
    until("the try", tried, |tried| *tried);
    let toml = shop.town.office.dir.join("erpnext.toml");
    let all = std::fs::read_to_string(&toml).unwrap();
    std::fs::write(&toml, all.replace("[sites.bandung]\ncompany = \"Tailor Works\"\n", "")).unwrap();
    shop.erp.set_reach(Reach::Up);
    read_again(&shop);
    both_have(&shop, 6.0);
    assert!(!books(&shop.boxes[0], &id(2)).starts_with("posted"));
    // An office that has never posted it knows what was.
    shop.town.office.stop().unwrap();
    shop.town.office.start().unwrap();
    until("ERPNext read", || rounds(&shop), |round| *round > 2);
    both_have(&shop, 6.0);
    shop.send(1, "delivery-note", &delivery(&shop, 3, "Finished Goods - TW", "2"));
    until("the other's in the books", || books(&shop.boxes[1], &id(3)), |state| state.starts_with("posted"));
    read_again(&shop);
    both_have(&shop, 4.0);
    // With its section again it goes on where it was.
    std::fs::write(&toml, all).unwrap();
    until("the second in the books", || books(&shop.boxes[0], &id(2)), |state| state.starts_with("posted"));
    read_again(&shop);
    both_have(&shop, 4.0);
    shop.close();
}
