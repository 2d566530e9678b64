//! A first day whose documents are posted: what is of before is in ERPNext by hand.

use super::by_hand::enter;
use super::down::{accountant, here};
use super::shop::{self, DAY, Shop, receipt, sale};
use super::{books, times, until};
use erpnext_stand_in::StandIn;
use serde_json::json;

/// The first day, and one of before.
const FIRST: &str = DAY;
const BEFORE: &str = "2026-11-19";

#[test]
fn what_is_of_before_is_not_posted_and_what_refers_to_it_is_held_with_what_to_do() {
    let shop = Shop::open(&["bandung"]);
    let toml = shop.town.office.dir.join("erpnext.toml");
    let settings = std::fs::read_to_string(&toml).unwrap();
    // One was posted before anybody thought of it, and stays.
    let mut early = receipt(1, "10");
    early["posting_date"] = BEFORE.into();
    shop.send(0, "stock-entry", &early);
    until("the receipt", || times(&shop.erp, &shop::id(1)), |times| *times == 1);
    std::fs::write(&toml, format!("{settings}from = \"{FIRST}\"\n")).unwrap();

    let mut old = sale(2, "1");
    old["posting_date"] = BEFORE.into();
    // Sold on credit, so that it can be paid later.
    old.as_object_mut().unwrap().remove("payments");
    shop.send(0, "sales-invoice", &old);
    shop.send(0, "sales-invoice", &sale(3, "2"));
    until("the new one", || books(&shop.boxes[0], &shop::id(3)), |state| state.starts_with("posted"));
    let before = "of before the first day that is posted";
    until("the word", || books(&shop.boxes[0], &shop::id(2)), |state| state == before);
    let payment = json!({
        "id": shop::id(4), "payment_type": "Receive", "party_type": "Customer", "party": "Bu Sari", "mode_of_payment": "Cash",
        "paid_amount": "400", "posting_date": DAY,
        "references": [{"reference_doctype": "Sales Invoice", "reference_name": shop::id(2), "allocated_amount": "400"}],
    });
    shop.send(0, "payment-entry", &payment);
    let held = shop.wait_held(1);
    let why = held["held"][0]["why"].as_str().unwrap();
    assert!(why.contains(before) && why.contains("enter this in the books by hand"), "{held}");
    let give_up = ["office", "held", "give-up", &shop::id(4), "--by", "wati", "--reason", "entered by hand"];
    shop.town.office.command(&give_up, "").unwrap();
    shop.wait_held(0);

    // So is a cancellation that came later.
    let mut cash = sale(5, "1");
    cash["posting_date"] = BEFORE.into();
    shop.send(0, "sales-invoice", &cash);
    until("the word", || books(&shop.boxes[0], &shop::id(5)), |state| state == before);
    shop.send(0, "cancellation", &json!({ "id": shop::id(105), "document": shop::id(5), "reason": "rung up twice" }));
    let held = shop.wait_held(1);
    assert!(held["held"][0]["why"].as_str().unwrap().contains("cancel that one in the books by hand"), "{held}");
    let give_up = ["office", "held", "give-up", &shop::id(105), "--by", "wati", "--reason", "cancelled by hand"];
    shop.town.office.command(&give_up, "").unwrap();
    shop.wait_held(0);

    // The words on them are told where the days are compared, and are no work for anybody.
    let asked = ["office", "erpnext", "status"];
    let said = shop.town.office.command(&asked, "").unwrap();
    assert!(said.contains("bandung: 2 documents go in; 3 are of before 2026-11-20"), "{said}");
    assert_eq!(
        (times(&shop.erp, &shop::id(1)), times(&shop.erp, &shop::id(2)), times(&shop.erp, &shop::id(4))),
        (1, 0, 0)
    );
    shop.close();
}

#[test]
fn what_was_cancelled_by_hand_and_is_of_before_counts_in_no_figure() {
    let bring = |erp: &StandIn| drop(erp.add_stock_at("BUTTON", "Stores - TW", 500.0, 500.0, "2026-11-18"));
    let shop = Shop::reading("bandung", &bring);
    let stock = shop.stock_before;
    let toml = shop.town.office.dir.join("erpnext.toml");
    let settings = std::fs::read_to_string(&toml).unwrap();
    let from = settings.replace("[sites.bandung]\n", &format!("[sites.bandung]\nfrom = \"{FIRST}\"\n"));
    std::fs::write(&toml, from).unwrap();
    shop.wait_read();
    let by_hand = enter(&shop.erp, 3, 1);
    let mut old = sale(1, "3");
    old["posting_date"] = BEFORE.into();
    shop.send(0, "sales-invoice", &old);
    let before = "of before the first day that is posted";
    until("the word", || books(&shop.boxes[0], &shop::id(1)), |state| state == before);
    until("it to count once", || here(&shop, "BUTTON"), |qty| *qty == Some(stock - 3.0));

    shop.send(0, "cancellation", &json!({ "id": shop::id(101), "document": shop::id(1), "reason": "rung up twice" }));
    shop.wait_held(1);
    accountant(&shop.erp).cancel("Sales Invoice", &by_hand).unwrap();
    let give_up = ["office", "held", "give-up", &shop::id(101), "--by", "wati", "--reason", "cancelled by hand"];
    shop.town.office.command(&give_up, "").unwrap();
    shop.wait_held(0);
    let refresh = ["office", "erpnext", "refresh"];
    shop.town.office.command(&refresh, "").unwrap();
    until("it to count no more", || here(&shop, "BUTTON"), |qty| *qty == Some(stock));
    shop.close();
}
