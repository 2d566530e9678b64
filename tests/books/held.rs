//! What ERPNext refuses is held, told, and ends one way or the other.

use super::down::accountant;
use super::shop::{self, Shop, receipt, sale};
use super::{books, times, until};
use erpnext_stand_in::{Faults, Reach};
use serde_json::json;
use std::time::Duration;

#[test]
fn what_lacks_stock_waits_for_it_and_nothing_else_waits() {
    let shop = Shop::open(&["bandung"]);
    shop.send(0, "stock-entry", &receipt(9, "10"));
    let (short, small) = (sale(1, "500"), sale(2, "1"));
    shop.send(0, "sales-invoice", &short);
    let held = shop.wait_held(1);
    assert_eq!(held["held"][0]["hold"], "stock", "{held}");
    assert!(held["held"][0]["why"].as_str().unwrap().contains("BUTTON"), "{held}");
    let short_id = shop::id(1);
    until("the word at the box", || books(&shop.boxes[0], &short_id), |state| state == "held");
    // The next one goes on.
    shop.send(0, "sales-invoice", &small);
    let posted = |state: &String| state.starts_with("posted");
    until("the small sale", || books(&shop.boxes[0], &shop::id(2)), posted);
    // What brings the stock lets it through, by itself.
    shop.send(0, "stock-entry", &receipt(3, "600"));
    until("the held sale", || books(&shop.boxes[0], &short_id), posted);
    assert_eq!(shop.held()["count"], 0);
    assert_eq!(times(&shop.erp, &short_id), 1);
    shop.close();
}

#[test]
fn a_person_gives_one_up_and_retries_another_after_correcting_a_name() {
    let shop = Shop::open(&["bandung"]);
    shop.send(0, "stock-entry", &receipt(9, "10"));
    until("the receipt", || times(&shop.erp, &shop::id(9)), |times| *times == 1);
    let toml = shop.town.office.dir.join("erpnext.toml");
    let before = std::fs::read_to_string(&toml).unwrap();
    let wrong = format!("{before}[sites.bandung.warehouses]\n\"Stores - TW\" = \"Nowhere - TW\"\n");
    std::fs::write(&toml, wrong).unwrap();
    shop.send(0, "sales-invoice", &sale(1, "1"));
    shop.send(0, "sales-invoice", &sale(2, "2"));
    let held = shop.wait_held(2);
    assert!(held["held"][0]["why"].as_str().unwrap().contains("Nowhere"), "{held}");
    let means =
        ["Sales Invoice of 1000: not booked", "stock of BUTTON in Stores - TW: -1 not booked", "Cash: 1000 not booked"];
    assert_eq!(held["held"][0]["means"], json!(means));
    let give_up = ["office", "held", "give-up", &shop::id(1), "--by", "wati", "--reason", "torn paper"];
    let said = shop.town.office.command(&give_up, "").unwrap();
    assert!(said.contains("BUTTON in Stores - TW: -1 not booked") && said.contains("Cash: 1000 not booked"), "{said}");
    until("the word at the box", || books(&shop.boxes[0], &shop::id(1)), |state| state == "given up");
    let map = [
        "office",
        "held",
        "map",
        &shop::id(2),
        "--table",
        "warehouses",
        "--from",
        "Stores - TW",
        "--to",
        "Stores - TW",
    ];
    let told = shop.town.office.command(&map, "").unwrap();
    assert!(told.starts_with("1 tried again"), "{told}");
    until("the corrected one", || books(&shop.boxes[0], &shop::id(2)), |state| state.starts_with("posted"));
    assert_eq!((times(&shop.erp, &shop::id(1)), times(&shop.erp, &shop::id(2))), (0, 1));
    assert_eq!(shop.held()["count"], 0);
    shop.close();
}

#[test]
fn what_is_held_for_a_closed_day_goes_by_itself_once_something_has_changed_that_lets_it_through() {
    let shop = Shop::open(&["bandung"]);
    let dir = &shop.town.office.dir;
    let send = |n: u32| {
        let mut late = sale(n, "1");
        late["posting_date"] = "2026-10-15".into();
        late.as_object_mut().unwrap().retain(|field, _| !["update_stock", "set_warehouse"].contains(&field.as_str()));
        shop.send(0, "sales-invoice", &late);
    };
    let wait_posted =
        |n: u32| until("its word", || books(&shop.boxes[0], &shop::id(n)), |state| state.starts_with("posted"));
    send(1);
    let held = shop.wait_held(1);
    assert_eq!(held["held"][0]["hold"], "closed", "{held}");
    // One that lacks stock has nothing of it.
    shop.send(0, "sales-invoice", &sale(3, "9000"));
    shop.wait_held(2);
    let toml = dir.join("erpnext.toml");
    let settings = std::fs::read_to_string(&toml).unwrap();
    std::fs::write(&toml, format!("{settings}closed_period = \"first-open-day\"\n")).unwrap();
    wait_posted(1);
    std::fs::write(&toml, settings).unwrap();
    send(2);
    shop.wait_held(2);
    shop.erp.open_period("Oct 2026");
    let path = dir.join("period.json");
    let month = json!([{ "period_name": "October", "start_date": "2026-10-01", "end_date": "2026-10-31", "closed_documents": [] }]);
    std::fs::write(&path, month.to_string()).unwrap();
    shop.town.office.command(&["office", "load", path.to_str().unwrap()], "").unwrap();
    wait_posted(2);
    let left = shop.wait_held(1);
    assert_eq!(left["held"][0]["id"], shop::id(3), "{left}");
    shop.close();
}

#[test]
fn what_erpnext_took_while_the_office_was_killed_is_found_whoever_brings_the_master_data() {
    let mut shop = Shop::open(&["bandung"]);
    shop.send(0, "sales-invoice", &sale(1, "500"));
    let held = shop.wait_held(1);
    assert_eq!(held["held"][0]["hold"], "stock", "{held}");
    shop.erp.add_stock_at("BUTTON", "Stores - TW", 600.0, 500.0, "2026-11-01");
    // It is done, and the office is gone before the answer comes; its word is that it is held.
    shop.erp.set_faults(Faults { slow: 1.0, slow_for: Duration::from_secs(10), ..Faults::default() });
    shop.town.office.command(&["office", "held", "retry", &shop::id(1)], "").unwrap();
    until("the sale in ERPNext", || times(&shop.erp, &shop::id(1)), |times| *times == 1);
    shop.town.office.kill9().unwrap();
    assert_eq!(books(&shop.boxes[0], &shop::id(1)), "held");
    shop.erp.set_faults(Faults::default());
    shop.town.office.start().unwrap();
    let posted = |state: &String| state.starts_with("posted");
    until("the word at the box", || books(&shop.boxes[0], &shop::id(1)), posted);
    assert_eq!((shop.held()["count"].as_u64(), times(&shop.erp, &shop::id(1))), (Some(0), 1));
    shop.close();
}

#[test]
fn what_restored_books_lack_is_told_and_posted_again_only_by_name() {
    let mut shop = Shop::open(&["bandung"]);
    shop.send(0, "stock-entry", &receipt(9, "10"));
    until("the receipt", || times(&shop.erp, &shop::id(9)), |times| *times == 1);
    let backup = shop.erp.snapshot();
    shop.send(0, "sales-invoice", &sale(1, "1"));
    let id = shop::id(1);
    until("the sale", || books(&shop.boxes[0], &id), |state| state.starts_with("posted"));
    shop.erp.restore(&backup);
    // A start looks, and so does each hour.
    shop.town.office.stop().unwrap();
    shop.town.office.start().unwrap();
    let held = shop.wait_held(1);
    assert_eq!((&held["held"][0]["hold"], &held["held"][0]["id"]), (&"gone".into(), &id.clone().into()), "{held}");
    shop.town.office.command(&["office", "held", "retry", "--all"], "").unwrap();
    shop.send(0, "sales-invoice", &sale(2, "1"));
    until("the other sale", || times(&shop.erp, &shop::id(2)), |times| *times == 1);
    assert_eq!((shop.held()["count"].as_u64(), times(&shop.erp, &id)), (Some(1), 0));
    shop.town.office.command(&["office", "held", "retry", &id], "").unwrap();
    until("the sale, again", || times(&shop.erp, &id), |times| *times == 1);
    shop.wait_held(0);
    shop.close();
}

/// More than are looked at in one go.
const LOST: u32 = 230;

#[test]
fn all_that_restored_books_lack_is_told_however_many_it_is() {
    let mut shop = Shop::open(&["bandung"]);
    shop.send(0, "stock-entry", &receipt(9_000, "1000"));
    let posted = |shop: &Shop| shop.town.office.status().unwrap()["erpnext"]["sites"]["bandung"]["posted"].clone();
    until("the receipt", || posted(&shop), |posted| *posted == 1);
    let backup = shop.erp.snapshot();
    let sales: Vec<_> = (1..=LOST).map(|n| sale(n, "1")).collect();
    shop::send(&shop.boxes[0], "sales-invoice", &sales.iter().collect::<Vec<_>>());
    until("the sales", || posted(&shop), |posted| *posted == LOST + 1);
    shop.erp.restore(&backup);
    shop.town.office.stop().unwrap();
    shop.town.office.start().unwrap();
    let held = shop.wait_held(u64::from(LOST));
    assert!(held["held"].as_array().unwrap().iter().all(|held| held["hold"] == "gone"), "{held}");
    // All that are held are tried again, and none of these is one.
    let told = shop.town.office.command(&["office", "held", "retry", "--all"], "").unwrap();
    assert!(told.starts_with("0 tried again"), "{told}");
    // The list goes on behind one that is held, and where one was that is held no more.
    let list = |after: &str| shop.town.office.command(&["office", "held", "list", "--after", after, "--json"], "");
    let last_but_one = held["held"][LOST as usize - 2]["id"].as_str().unwrap();
    for (after, left) in [(last_but_one, 1), (&shop::id(9_000), LOST as usize)] {
        let listed: serde_json::Value = serde_json::from_str(&list(after).unwrap()).unwrap();
        assert_eq!(listed["held"].as_array().unwrap().len(), left);
        assert_eq!((&listed["count"], &listed["after"]), (&LOST.into(), &serde_json::Value::Null));
    }
    let no = list(&shop::id(9_001)).unwrap_err().to_string();
    assert!(no.contains("is not held: begin without --after"), "{no}");
    shop.close();
}

#[test]
fn what_restored_books_lack_is_told_before_a_backlog_hides_it() {
    for seen_down in [true, false] {
        let shop = Shop::open(&["bandung"]);
        shop.send(0, "stock-entry", &receipt(9_000, "1000"));
        until("the receipt", || times(&shop.erp, &shop::id(9_000)), |times| *times == 1);
        let backup = shop.erp.snapshot();
        shop.send(0, "sales-invoice", &sale(8_000, "1"));
        let lost = shop::id(8_000);
        until("the sale", || books(&shop.boxes[0], &lost), |state| state.starts_with("posted"));
        let status = |shop: &Shop| shop.town.office.status().unwrap()["erpnext"]["sites"]["bandung"].clone();
        if seen_down {
            shop.erp.set_reach(Reach::Refused);
            shop.send(0, "sales-invoice", &sale(8_001, "1"));
            until("the outage", || status(&shop), |status| status["trouble"].is_string());
        }
        shop.erp.restore(&backup);
        let sales: Vec<_> = (1..=LOST).map(|n| sale(n, "1")).collect();
        shop::send(&shop.boxes[0], "sales-invoice", &sales.iter().collect::<Vec<_>>());
        shop.erp.set_reach(Reach::Up);
        let held = shop.wait_held(1);
        assert_eq!((&held["held"][0]["hold"], &held["held"][0]["id"]), (&"gone".into(), &lost.into()), "{held}");
        let posted = u64::from(LOST) + 2 + u64::from(seen_down);
        until("the others", || status(&shop), |status| status["posted"] == posted);
        assert_eq!(shop.held()["count"], 1);
        shop.close();
    }
}

#[test]
fn a_cancellation_that_restored_books_have_lost_is_told_and_carried_out_again_only_by_name() {
    let mut shop = Shop::open(&["bandung"]);
    shop.send(0, "stock-entry", &receipt(9, "10"));
    shop.send(0, "sales-invoice", &sale(1, "1"));
    let is_posted = |state: &String| state.starts_with("posted");
    let state = until("the sale", || books(&shop.boxes[0], &shop::id(1)), is_posted);
    let name = state.strip_prefix("posted as ").unwrap().to_owned();
    let docstatus = |shop: &Shop| shop.erp.document("Sales Invoice", &name).unwrap()["docstatus"].clone();
    let backup = shop.erp.snapshot();
    shop.send(0, "cancellation", &json!({ "id": shop::id(101), "document": shop::id(1), "reason": "rung up twice" }));
    let posted = |shop: &Shop| shop.town.office.status().unwrap()["erpnext"]["sites"]["bandung"]["posted"].clone();
    until("the cancellation", || posted(&shop), |posted| *posted == 3);
    assert_eq!(docstatus(&shop), 2);
    let retry = |shop: &Shop, id: &str| shop.town.office.command(&["office", "held", "retry", id], "");
    let no = retry(&shop, &shop::id(1)).unwrap_err().to_string();
    assert!(no.contains("was cancelled at the workshop"), "{no}");
    // Found by itself after a start, and where a person names the document.
    for by_itself in [true, false] {
        shop.erp.restore(&backup);
        assert_eq!(docstatus(&shop), 1);
        if by_itself {
            shop.town.office.stop().unwrap();
            shop.town.office.start().unwrap();
            let held = shop.wait_held(1);
            let told = &held["held"][0];
            assert_eq!((&told["hold"], &told["id"]), (&"gone".into(), &shop::id(101).into()), "{held}");
            assert!(told["why"].as_str().unwrap().contains("counts there again"), "{held}");
            shop.town.office.command(&["office", "held", "retry", "--all"], "").unwrap();
            shop.send(0, "sales-invoice", &sale(2, "1"));
            until("the other sale", || times(&shop.erp, &shop::id(2)), |times| *times == 1);
            assert_eq!(docstatus(&shop), 1);
            retry(&shop, &shop::id(101)).unwrap();
        } else {
            retry(&shop, &shop::id(1)).unwrap();
        }
        until("that it is cancelled again", || docstatus(&shop), |docstatus| *docstatus == 2);
        shop.wait_held(0);
    }
    // Given up, it would be said to count there still, which it does not where somebody has cancelled it.
    shop.erp.restore(&backup);
    shop.town.office.stop().unwrap();
    shop.town.office.start().unwrap();
    // The other sale is gone as well.
    shop.wait_held(2);
    accountant(&shop.erp).cancel("Sales Invoice", &name).unwrap();
    let give_up = ["office", "held", "give-up", &shop::id(101), "--by", "wati", "--reason", "cancelled by hand"];
    let no = shop.town.office.command(&give_up, "").unwrap_err().to_string();
    assert!(no.contains("counts in the books no more: retry this instead"), "{no}");
    retry(&shop, &shop::id(101)).unwrap();
    shop.wait_held(1);
    shop.close();
}

#[test]
fn one_that_is_posted_and_gone_is_posted_again_where_a_person_names_it() {
    let shop = Shop::open(&["bandung"]);
    shop.send(0, "stock-entry", &receipt(9, "10"));
    shop.send(0, "sales-invoice", &sale(1, "1"));
    let id = shop::id(1);
    let state = until("the sale", || books(&shop.boxes[0], &id), |state| state.starts_with("posted"));
    let name = state.strip_prefix("posted as ").unwrap();
    let retry = || shop.town.office.command(&["office", "held", "retry", &id], "");
    let no = retry().unwrap_err().to_string();
    assert!(no.contains(&format!("is in the books, as {name}")), "{no}");
    shop.erp.lose("Sales Invoice", name);
    assert_eq!(times(&shop.erp, &id), 0);
    retry().unwrap();
    until("the sale, again", || times(&shop.erp, &id), |times| *times == 1);
    shop.wait_held(0);
    shop.close();
}

#[test]
fn nothing_is_posted_before_erpnext_has_said_what_it_has_of_the_latest() {
    let shop = Shop::open(&["bandung"]);
    shop.send(0, "stock-entry", &receipt(9_000, "1000"));
    until("the receipt", || times(&shop.erp, &shop::id(9_000)), |times| *times == 1);
    // More than are asked for one by one after a start.
    let early: Vec<_> = (1..=60).map(|n| sale(n, "1")).collect();
    shop::send(&shop.boxes[0], "sales-invoice", &early.iter().collect::<Vec<_>>());
    let status = |shop: &Shop| shop.town.office.status().unwrap()["erpnext"]["sites"]["bandung"].clone();
    until("the sales", || status(&shop), |status| status["posted"] == 61);
    let backup = shop.erp.snapshot();
    let lost = shop::id(8_000);
    shop.send(0, "sales-invoice", &sale(8_000, "1"));
    until("the sale", || books(&shop.boxes[0], &lost), |state| state.starts_with("posted"));
    shop.erp.set_reach(Reach::Refused);
    shop.send(0, "sales-invoice", &sale(8_001, "1"));
    until("the outage", || status(&shop), |status| status["trouble"].is_string());
    shop.erp.restore(&backup);
    shop.erp.set_faults(Faults { no_lists: true, ..Faults::default() });
    shop.erp.set_reach(Reach::Up);
    let told = until(
        "why not",
        || status(&shop),
        |status| status["trouble"].as_str().is_some_and(|why| why.contains("PermissionError")),
    );
    let why = told["trouble"].as_str().unwrap();
    assert!(why.starts_with("Nothing is posted before it is known") && why.contains("erpnext setup"), "{why}");
    // It takes documents meanwhile, and is given none.
    std::thread::sleep(Duration::from_secs(5));
    assert_eq!(times(&shop.erp, &shop::id(8_001)), 0);
    shop.erp.set_faults(Faults::default());
    let held = shop.wait_held(1);
    assert_eq!((&held["held"][0]["hold"], &held["held"][0]["id"]), (&"gone".into(), &lost.into()), "{held}");
    until("the other sale", || times(&shop.erp, &shop::id(8_001)), |times| *times == 1);
    assert_eq!(status(&shop)["trouble"], serde_json::Value::Null);
    shop.close();
}
