//! What somebody has entered in ERPNext by hand, and says so: from then on it counts once, under the name that it has there.

use super::down::{accountant, here};
use super::reconcile::days;
use super::shop::{self, DAY, EXE, Shop, receipt, sale};
use super::{SOON, books, times, until};
use erpnext_stand_in::StandIn;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// A sale on credit.
fn on_credit(n: u32, qty: &str) -> Value {
    let mut sold = sale(n, qty);
    sold.as_object_mut().unwrap().remove("payments");
    sold
}

/// The same as an accountant enters it.
pub fn enter(erp: &StandIn, qty: u32, docstatus: u8) -> String {
    let invoice = json!({
        "docstatus": docstatus, "company": "Tailor Works", "customer": "Bu Sari", "update_stock": 1, "set_warehouse": "Stores - TW",
        "set_posting_time": 1, "posting_date": DAY, "posting_time": "10:00:00",
        "items": [{"item_code": "BUTTON", "qty": qty, "rate": 1000, "warehouse": "Stores - TW"}],
    });
    accountant(erp).insert("Sales Invoice", &invoice).unwrap()["name"].as_str().unwrap().to_owned()
}

/// Has the site's documents held, until it is called off with the settings that come back.
fn unmapped(shop: &Shop) -> String {
    let toml = shop.town.office.dir.join("erpnext.toml");
    let right = std::fs::read_to_string(&toml).unwrap();
    let wrong = right.replace("[sites.bandung]\n", "[sites.bandung]\ncost_center = \"Nowhere - TW\"\n");
    std::fs::write(&toml, wrong).unwrap();
    right
}

/// What the office says to it, or why not.
fn entered(office: &Path, n: u32, name: &str, more: &[&str]) -> Result<String, String> {
    let mut command = Command::new(EXE);
    let id = shop::id(n);
    command.args(["office", "held", "entered", &id, "--as", name, "--by", "wati"]);
    let output = command.args(more).arg("--dir").arg(office).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

#[test]
fn what_was_entered_by_hand_counts_once_and_what_names_it_follows() {
    let bring = |erp: &StandIn| drop(erp.add_stock_at("BUTTON", "Stores - TW", 500.0, 500.0, "2026-11-19"));
    let mut shop = Shop::reading("bandung", &bring);
    let before = shop.stock_before;
    let office = shop.town.office.dir.clone();
    shop.wait_read();
    until("the stock that ERPNext has", || here(&shop, "BUTTON"), |qty| *qty == Some(before));
    let right = unmapped(&shop);
    shop.send(0, "sales-invoice", &on_credit(1, "3"));
    shop.wait_held(1);
    std::fs::write(shop.town.office.dir.join("erpnext.toml"), right).unwrap();
    let payment = json!({
        "id": shop::id(2), "payment_type": "Receive", "party_type": "Customer", "party": "Bu Sari", "mode_of_payment": "Cash",
        "paid_amount": "1000", "posting_date": DAY,
        "references": [{"reference_doctype": "Sales Invoice", "reference_name": shop::id(1), "allocated_amount": "1000"}],
    });
    shop.send(0, "payment-entry", &payment);
    shop.wait_held(2);
    assert_eq!(here(&shop, "BUTTON"), Some(before - 3.0));

    // Entered and not said, it counts twice: in ERPNext's figure, and as what ERPNext does not have yet.
    let name = enter(&shop.erp, 3, 1);
    until("it to count twice", || here(&shop, "BUTTON"), |qty| *qty == Some(before - 6.0));
    let no = entered(&office, 1, "ACC-SINV-2026-99999", &[]).unwrap_err();
    assert!(no.contains("ERPNext has no Sales Invoice"), "{no}");
    let said = entered(&office, 1, &name, &[]).unwrap();
    assert!(said.contains(&name), "{said}");
    until("it to count once", || here(&shop, "BUTTON"), |qty| *qty == Some(before - 3.0));
    let state = format!("posted as {name}, entered by hand, says wati");
    until("the word at the box", || books(&shop.boxes[0], &shop::id(1)), |said| *said == state);
    let no = entered(&office, 1, &name, &[]).unwrap_err();
    assert!(no.contains("is in the books already, as"), "{no}");

    // Its payment follows by itself, and finds it by its name; so does what comes back of it.
    let paid = until("the payment", || books(&shop.boxes[0], &shop::id(2)), |state| state.starts_with("posted"));
    let paid = shop.erp.document("Payment Entry", paid.strip_prefix("posted as ").unwrap()).unwrap();
    assert_eq!(paid["references"][0]["reference_name"], name.as_str());
    let mut back = on_credit(3, "1");
    back["is_return"] = 1.into();
    back["return_against"] = shop::id(1).into();
    back["items"] = json!([{"item_code": "BUTTON", "qty": "-1", "rate": "1000", "sales_invoice_item": "1"}]);
    shop.send(0, "sales-invoice", &back);
    until("what came back", || books(&shop.boxes[0], &shop::id(3)), |state| state.starts_with("posted"));
    until("it in the figure", || here(&shop, "BUTTON"), |qty| *qty == Some(before - 2.0));

    // Nothing differs, and a start of the office finds it as it was.
    let (code, sheet) = until("nothing to differ", || days(&shop, DAY, DAY), |(code, _)| *code == 0);
    assert_eq!((code, &sheet["differences"]), (0, &json!([])), "{sheet}");
    shop.town.office.stop().unwrap();
    shop.town.office.start().unwrap();
    let read = |status: &Value| status["erpnext"]["sites"]["bandung"]["stock_read"].is_string();
    shop.town.office.wait_until("stock read", SOON, read).unwrap();
    assert_eq!((here(&shop, "BUTTON"), shop.held()["count"].as_u64()), (Some(before - 2.0), Some(0)));
    assert_eq!(shop.erp.stock("BUTTON", "Stores - TW"), before - 2.0);
    assert_eq!(times(&shop.erp, &shop::id(1)), 0);
    shop.close();
}

#[test]
fn what_was_given_up_is_entered_once_whoever_says_so_and_whenever_the_power_goes() {
    let mut shop = Shop::open(&["bandung"]);
    let office = shop.town.office.dir.clone();
    shop.send(0, "stock-entry", &receipt(9, "10"));
    shop.send(0, "sales-invoice", &sale(3, "1"));
    let ours = until("one of ours", || books(&shop.boxes[0], &shop::id(3)), |state| state.starts_with("posted"));
    let right = unmapped(&shop);
    shop.send(0, "sales-invoice", &sale(1, "1"));
    shop.send(0, "sales-invoice", &on_credit(2, "2"));
    shop.wait_held(2);
    std::fs::write(shop.town.office.dir.join("erpnext.toml"), right).unwrap();
    let give_up = ["office", "held", "give-up", &shop::id(1), "--by", "wati", "--reason", "torn paper"];
    shop.town.office.command(&give_up, "").unwrap();
    let no = entered(&office, 1, ours.strip_prefix("posted as ").unwrap(), &[]).unwrap_err();
    assert!(no.contains("another document of a workshop"), "{no}");
    let draft = enter(&shop.erp, 1, 0);
    assert!(entered(&office, 1, &draft, &[]).unwrap_err().contains("submit it in ERPNext first"));

    // What is otherwise is told, and taken where that is meant so. Of two at once who name the same one is heard.
    let name = enter(&shop.erp, 1, 1);
    let no = entered(&office, 1, &name, &[]).unwrap_err();
    assert!(no.contains("paid at once: 0 there, and 1000 by its paper") && no.contains("--anyway"), "{no}");
    until("the word at the box", || books(&shop.boxes[0], &shop::id(1)), |state| state == "given up");
    let both = std::thread::scope(|scope| {
        let (office, name) = (&office, &name);
        let both = [1, 2].map(|n| scope.spawn(move || entered(office, n, name, &["--anyway"])));
        both.map(|one| one.join().unwrap())
    });
    let heard = both.iter().position(Result::is_ok).unwrap();
    let no = both[1 - heard].as_ref().unwrap_err();
    assert!(no.contains("was said to be"), "{both:?}");
    let (one, other) = ([1, 2][heard], [2, 1][heard]);

    // The power goes while ERPNext is asked: nothing was said, and it is said anew.
    let second = enter(&shop.erp, 4, 1);
    shop.erp.set_delay(Duration::from_secs(2));
    let asked = shop.erp.tally().total();
    let asking = {
        let (office, second) = (office.clone(), second.clone());
        std::thread::spawn(move || entered(&office, other, &second, &["--anyway"]))
    };
    until("ERPNext to be asked", || shop.erp.tally().total(), |total| *total > asked);
    shop.town.office.kill9().unwrap();
    assert!(asking.join().unwrap().is_err());
    shop.erp.set_delay(Duration::ZERO);
    shop.town.office.start().unwrap();
    shop.wait_held(u64::from(other == 2));
    until("it to be entered", || entered(&office, other, &second, &["--anyway"]), Result::is_ok).unwrap();
    for (n, name) in [(one, &name), (other, &second)] {
        let state = format!("posted as {name}, entered by hand, says wati");
        until("the word at the box", || books(&shop.boxes[0], &shop::id(n)), |said| *said == state);
        assert_eq!(times(&shop.erp, &shop::id(n)), 0);
    }

    // The other sum is told beside each other, and is no work for anybody.
    let (code, sheet) = until("nothing to do", || days(&shop, DAY, DAY), |(code, _)| *code == 0);
    let sums: Vec<_> =
        sheet["differences"].as_array().unwrap().iter().map(|one| (&one["why"], &one["counts"])).collect();
    println!("{code} {sums:?}");
    assert!(!sums.is_empty(), "neither paper says 4000");
    assert!(sums.iter().all(|(why, counts)| **why == "sum" && **counts == false), "{sheet}");

    // Cancelled at the workshop, it is cancelled there.
    let cancellation = json!({ "id": shop::id(101), "document": shop::id(one), "reason": "rung up twice" });
    shop.send(0, "cancellation", &cancellation);
    let undone = || shop.erp.document("Sales Invoice", &name).unwrap()["docstatus"].clone();
    until("it cancelled there", undone, |docstatus| *docstatus == 2);
    shop.close();
}

#[test]
fn what_was_posted_and_is_gone_is_entered_by_hand_without_a_word_before() {
    let shop = Shop::open(&["bandung"]);
    let office = shop.town.office.dir.clone();
    shop.send(0, "stock-entry", &receipt(9, "10"));
    shop.send(0, "sales-invoice", &on_credit(1, "3"));
    let state = until("the sale", || books(&shop.boxes[0], &shop::id(1)), |state| state.starts_with("posted"));
    shop.erp.lose("Sales Invoice", state.strip_prefix("posted as ").unwrap());
    let name = enter(&shop.erp, 3, 1);
    entered(&office, 1, &name, &[]).unwrap();
    let state = format!("posted as {name}, entered by hand, says wati");
    until("the word at the box", || books(&shop.boxes[0], &shop::id(1)), |said| *said == state);
    assert_eq!((shop.held()["count"].as_u64(), times(&shop.erp, &shop::id(1))), (Some(0), 0));
    shop.close();
}

#[test]
fn a_customer_that_was_joined_with_another_is_said_to_be_that_one() {
    let shop = Shop::open(&["bandung"]);
    let office = shop.town.office.dir.clone();
    let made = json!({"id": shop::id(1), "customer_name": "Bu Ani", "mobile_no": "0812"});
    shop.send(0, "stock-entry", &receipt(9, "10"));
    shop.send(0, "customer", &made);
    let state = until("the customer", || books(&shop.boxes[0], &shop::id(1)), |state| state.starts_with("posted"));
    // Frappe's merge deletes the one, with its id.
    let left = accountant(&shop.erp).insert("Customer", &json!({"customer_name": "Ibu Ani"})).unwrap();
    shop.erp.lose("Customer", state.strip_prefix("posted as ").unwrap());
    let no = entered(&office, 1, "Ibu Ani", &[]).unwrap_err();
    assert!(no.contains("customer_name: Ibu Ani there, and Bu Ani by its paper"), "{no}");
    entered(&office, 1, "Ibu Ani", &["--anyway"]).unwrap();
    let mut sold = on_credit(2, "1");
    sold["customer"] = json!(shop::id(1));
    shop.send(0, "sales-invoice", &sold);
    let state = until("the sale", || books(&shop.boxes[0], &shop::id(2)), |state| state.starts_with("posted"));
    let sold = shop.erp.document("Sales Invoice", state.strip_prefix("posted as ").unwrap()).unwrap();
    assert_eq!(sold["customer"], left["name"]);
    // Nobody has made the other one again.
    assert_eq!(shop.erp.documents("Customer").iter().filter(|one| one["customer_name"] == "Bu Ani").count(), 0);
    shop.close();
}
