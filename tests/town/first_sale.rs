//! The whole way once: a sale at a tablet, in the office's books.

use crate::{EXE, SOON, sell};
use rig::load::{self, End, Plan};
use rig::sales::Sales;
use rig::town::{PASSWORD, Town};

#[test]
fn a_hundred_sales_are_in_the_books_once_and_the_box_knows_it() {
    let dir = tempfile::tempdir().unwrap();
    let town = Town::found(EXE, dir.path(), "").unwrap();
    let mut shop = town.settle("bandung", None, &["till-0"], "").unwrap();
    shop.start().unwrap();
    let sales: Vec<_> = Sales::new(1).take(100).collect();
    let lines: String = sales.iter().map(|sale| format!("{}\n", sale.json)).collect();
    let mut plan = Plan::new(shop.addr, lines);
    plan.client = "till-{n}".into();
    plan.topic = "tx/{client}/sales-invoice".into();
    plan.login = Some(("{client}".into(), PASSWORD.into()));
    plan.end = End::Count(100);
    let report = load::run(plan).unwrap();
    assert_eq!(report.acked, 100);
    shop.wait_until("all acked", SOON, |status| status["waiting"] == 0 && status["line"]["office_answers"] == true)
        .unwrap();
    let office =
        town.office.wait_until("all in the books", SOON, |status| Town::site(status, "bandung")["documents"] == 100);
    office.unwrap();
    let mut booked = town.office.exported_ids("sales-invoice").unwrap();
    let mut sent: Vec<String> = sales.iter().map(|sale| sale.id.clone()).collect();
    booked.sort();
    sent.sort();
    assert_eq!(booked, sent);
    let way = shop.command(&["status", "--document", &sent[0]], "").unwrap();
    assert!(way.contains("at the office"), "{way}");
}

#[test]
fn whoever_holds_a_receipt_finds_the_document_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let town = Town::found(EXE, dir.path(), "").unwrap();
    let mut shop = town.settle("bandung", None, &["till-0"], "").unwrap();
    shop.start().unwrap();
    // The views stand back behind the gate: after so many they are still reading.
    let sold = sell(&shop, "till-0", 1, 3_000);
    let way = shop.command(&["status", "--document", sold.last().unwrap()], "").unwrap();
    assert!(way.contains("Sales Invoice"), "{way}");
}
