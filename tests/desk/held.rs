//! What is not in the books yet, decided at the desk.

use crate::events::Listener;
use crate::house::{Desk, PASSWORD, add_people};
use crate::shop::{self, Shop, receipt, sale};
use crate::until;
use outpost_erpnext::client::{Client, Key};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

#[test]
fn a_name_is_mapped_at_the_desk_and_what_is_given_up_says_who_did_it() {
    let shop = Shop::open(&["bandung"]);
    add_people(&shop.town.office);
    let at = shop.town.office.pages().unwrap();
    let (lia, wati) = (Desk::log_in(at, "lia", PASSWORD), Desk::log_in(at, "wati", PASSWORD));
    shop.send(0, "stock-entry", &receipt(9, "10"));
    until("the receipt", || shop.erp.submitted().len(), |count| *count > 0);
    let toml = shop.town.office.dir.join("erpnext.toml");
    let wrong = format!(
        "{}\n# By Joko\n[sites.bandung.warehouses]\n\"Stores - TW\" = \"Nowhere - TW\"\n",
        std::fs::read_to_string(&toml).unwrap()
    );
    std::fs::write(&toml, wrong).unwrap();
    assert_eq!(lia.ask("/api/held"), json!({ "items": [], "next": null }));
    let mut heard = Listener::open(&lia, None);
    for n in 1..=3 {
        shop.send(0, "sales-invoice", &sale(n, "1"));
    }
    let held = until(
        "what is held",
        || lia.ask("/api/held?site=bandung"),
        |held| held["items"].as_array().unwrap().len() == 3,
    );
    let first = &held["items"][0];
    assert_eq!(
        (&first["id"], &first["hold"], &first["site"]),
        (&json!(shop::id(1)), &json!("unmapped"), &json!("bandung"))
    );
    heard.wait_for("held", |data| data["held"] == 3);
    assert_eq!(lia.ask("/api/sites/bandung")["posting"]["held"], 3);
    let page = lia.ask("/api/held?limit=2");
    let next = page["next"].as_str().unwrap();
    let rest = lia.ask(&format!("/api/held?limit=2&after={next}"));
    assert_eq!((&rest["items"][0]["id"], &rest["next"]), (&json!(shop::id(3)), &Value::Null), "{rest}");
    assert_eq!(lia.get("/api/held?after=x").refused(410), "after");
    assert_eq!(lia.get("/api/held?site=medan").refused(404), "site");

    let path = |n: u32, what: &str| format!("/api/held/{}/{what}", shop::id(n));
    assert_eq!(wati.post(&path(1, "give-up"), &json!({ "reason": "  " })).refused(422), "reason");
    assert_eq!(wati.post(&path(7, "give-up"), &json!({ "reason": "torn" })).refused(409), "id");
    let said = wati.post(&path(1, "give-up"), &json!({ "reason": "torn paper" })).well();
    assert!(said["said"].to_string().contains("BUTTON"), "{said}");
    let done = Desk::log_in(at, "ani", PASSWORD).ask("/api/audit?user=wati");
    let mut done = done["items"].as_array().unwrap().iter();
    let given_up = done.find(|line| line["act"] == "POST /api/held/{id}/give-up" && line["outcome"] == 200).unwrap();
    assert_eq!((&given_up["user"], &given_up["what"]["id"]), (&json!("wati"), &json!(shop::id(1))), "{given_up}");
    assert_eq!(wati.post(&path(1, "give-up"), &json!({ "reason": "torn paper" })).refused(409), "id");

    assert_eq!(wati.post("/api/held/retry", &json!({ "id": shop::id(1) })).refused(409), "id");
    assert_eq!(wati.post("/api/held/retry", &json!({ "site": "medan" })).refused(404), "site");
    assert_eq!(wati.post("/api/held/retry", &json!({})).well(), json!({ "retried": 2 }));
    let map = |table: &str, to: &str| json!({ "table": table, "from": "Stores - TW", "to": to });
    assert_eq!(wati.post(&path(2, "remap"), &map("companies", "Stores - TW")).refused(422), "table");
    assert_eq!(wati.post(&path(2, "remap"), &map("warehouses", "")).refused(422), "to");
    assert_eq!(wati.post(&path(1, "remap"), &map("warehouses", "Stores - TW")).refused(409), "id");
    let still = until("both held again", || lia.ask("/api/held"), |held| held["items"].as_array().unwrap().len() == 2);
    assert_eq!(still["items"][0]["id"], json!(shop::id(2)));
    assert_eq!(wati.post(&path(2, "remap"), &map("warehouses", "Stores - TW")).well(), json!({ "retried": 2 }));
    until("nothing to be held", || lia.ask("/api/held"), |held| held["items"].as_array().unwrap().is_empty());
    for n in [2, 3] {
        assert_eq!(shop.erp.submitted().get(&shop::id(n)).map(Vec::len), Some(1), "{n}");
    }
    let posted = heard.wait_for("posted", |data| data["id"] == shop::id(3).as_str());
    assert!(posted["name"].is_string() && posted["site"] == "bandung", "{posted}");
    heard.wait_for("held", |data| data["held"] == 0);
    let text = std::fs::read_to_string(&toml).unwrap();
    assert!(
        text.contains("# By Joko") && text.contains("\"Stores - TW\" = \"Stores - TW\"") && !text.contains("Nowhere"),
        "{text}"
    );
    drop(heard);
    shop.close();
}

#[test]
fn what_was_entered_in_erpnext_by_hand_is_said_at_the_desk() {
    let shop = Shop::open(&["bandung"]);
    add_people(&shop.town.office);
    let at = shop.town.office.pages().unwrap();
    let (lia, wati) = (Desk::log_in(at, "lia", PASSWORD), Desk::log_in(at, "wati", PASSWORD));
    shop.send(0, "stock-entry", &receipt(9, "10"));
    until("the receipt", || shop.erp.submitted().len(), |count| *count > 0);
    let toml = shop.town.office.dir.join("erpnext.toml");
    let right = std::fs::read_to_string(&toml).unwrap();
    let wrong = right.replace("[sites.bandung]\n", "[sites.bandung]\ncost_center = \"Nowhere - TW\"\n");
    std::fs::write(&toml, wrong).unwrap();
    shop.send(0, "sales-invoice", &sale(1, "1"));
    until("what is held", || lia.ask("/api/held"), |held| held["items"].as_array().unwrap().len() == 1);
    std::fs::write(&toml, right).unwrap();
    let admin = shop.erp.admin();
    let by_hand = Client::new(&shop.erp.url(), &Key { key: admin.key, secret: admin.secret }, None).unwrap();
    let invoice = json!({
        "docstatus": 1, "company": "Tailor Works", "customer": "Bu Sari", "update_stock": 1, "set_warehouse": "Stores - TW",
        "set_posting_time": 1, "posting_date": shop::DAY, "posting_time": "10:00:00",
        "items": [{"item_code": "BUTTON", "qty": 1, "rate": 1000, "warehouse": "Stores - TW"}],
    });
    let name = by_hand.insert("Sales Invoice", &invoice).unwrap()["name"].as_str().unwrap().to_owned();

    let path = format!("/api/held/{}/entered", shop::id(1));
    let say = |name: &str, anyway: bool| wati.post(&path, &json!({ "name": name, "anyway": anyway }));
    assert_eq!(say(" ", false).refused(422), "name");
    assert_eq!(say("ACC-SINV-2026-99999", false).refused(409), "name");
    assert_eq!(say(&name, false).refused(409), "anyway");
    let stranger = wati.post(&format!("/api/held/{}/entered", shop::id(7)), &json!({ "name": name }));
    assert_eq!(stranger.refused(409), "id");
    assert_eq!(lia.post(&path, &json!({ "name": name, "anyway": true })).status, 403);
    let said = say(&name, true).well();
    assert!(
        said["said"].to_string().contains(&name) && said["said"][1].as_str().unwrap().contains("paid at once"),
        "{said}"
    );
    assert_eq!(say(&name, true).refused(409), "id");
    until("nothing to be held", || lia.ask("/api/held"), |held| held["items"].as_array().unwrap().is_empty());
    let told = until(
        "the word on the document's page",
        || lia.ask(&format!("/api/documents/{}", shop::id(1))),
        |told| told["ways"][0]["line"]["mark"] == "posted",
    );
    let way = &told["ways"][0];
    assert_eq!(way["line"]["name"], name.as_str());
    let stamp = way["stamps"].as_array().unwrap().last().unwrap();
    assert_eq!((&stamp["what"], &stamp["name"]), (&json!("posted"), &json!(name)));
    assert_eq!(stamp["why"], "entered by hand, says wati");
    let done = Desk::log_in(at, "ani", PASSWORD).ask("/api/audit?user=wati");
    let mut done = done["items"].as_array().unwrap().iter();
    let act = done.find(|line| line["act"] == "POST /api/held/{id}/entered" && line["outcome"] == 200).unwrap();
    assert_eq!(act["what"]["name"], name.as_str(), "{act}");
    shop.close();
}

#[test]
fn what_was_replaced_while_it_was_held_says_what_the_books_lack_and_what_stands_for_it() {
    let shop = Shop::open(&["bandung"]);
    add_people(&shop.town.office);
    let lia = Desk::log_in(shop.town.office.pages().unwrap(), "lia", PASSWORD);
    let toml = shop.town.office.dir.join("erpnext.toml");
    let wrong = "[sites.bandung]\ncost_center = \"Nowhere - TW\"\n";
    std::fs::write(&toml, std::fs::read_to_string(&toml).unwrap().replace("[sites.bandung]\n", wrong)).unwrap();
    shop.send(0, "sales-invoice", &sale(1, "2"));
    until("what is held", || lia.ask("/api/held"), |held| held["items"].as_array().unwrap().len() == 1);
    shop.send(0, "cancellation", &json!({ "id": shop::id(101), "document": shop::id(1), "reason": "one too many" }));
    let mut instead = sale(2, "1");
    instead["amends"] = shop::id(1).into();
    shop.send(0, "sales-invoice", &instead);
    let way = |n: u32| lia.ask(&format!("/api/documents/{}", shop::id(n)))["ways"][0].clone();
    let replaced = |way: &Value| way["line"]["mark"] == "withdrawn" && !way["amended_by"].is_null();
    let told = until("the first to be replaced", || way(1), replaced);
    let lacks =
        ["Sales Invoice of 2000: not booked", "stock of BUTTON in Stores - TW: -2 not booked", "Cash: 2000 not booked"];
    assert_eq!(told["not_booked"], json!(lacks), "{told}");
    assert_eq!((&told["amended_by"], &told["amended_by_number"]), (&json!(shop::id(2)), &json!("BDG-SI-A000002")));
    assert_eq!((&way(2)["not_booked"], &way(2)["amended_by_number"]), (&json!([]), &Value::Null));
    shop.close();
}

#[test]
fn nobody_waits_for_a_slow_erpnext_to_log_in_or_to_see_the_sites() {
    let shop = Shop::open(&["bandung"]);
    add_people(&shop.town.office);
    let at = shop.town.office.pages().unwrap();
    let ani = Desk::log_in(at, "ani", PASSWORD);
    shop.erp.set_delay(Duration::from_secs(2));
    let checked = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        // As many as are answered at once, and one that waits for its turn.
        for _ in 0..5 {
            scope.spawn(|| {
                assert_eq!(ani.post("/api/erpnext/check", &json!({})).status, 200);
                checked.fetch_add(1, Ordering::Relaxed);
            });
        }
        until("the checks to have begun", || shop.erp.tally().total(), |requests| *requests >= 4);
        let lia = Desk::log_in(at, "lia", PASSWORD);
        assert_eq!(lia.ask("/api/sites")["items"][0]["site"], "bandung");
        assert_eq!(checked.load(Ordering::Relaxed), 0, "the checks were not slow: nothing is shown by this");
        shop.erp.set_delay(Duration::ZERO);
    });
    shop.close();
}
