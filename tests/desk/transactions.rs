//! Documents for a site's warehouse that are entered at the office: who refuses them, what the box makes of them, and that each is
//! decided once.

use crate::events::Listener;
use crate::house::{Desk, PASSWORD, add_people};
use crate::shop::{self, Shop};
use crate::trade::{DAY, Trade, id, ids, is_told, load, publish, receipt, sale};
use crate::{found, until};
use rig::http::Heard;
use rig::town::Town;
use serde_json::{Value, json};

fn issue(n: u32, qty: u32, warehouse: &str) -> Value {
    json!({
        "id": id(n), "stock_entry_type": "Material Issue", "posting_date": DAY, "from_warehouse": warehouse,
        "items": [{"item_code": "BUTTON", "qty": qty}],
    })
}

/// Somebody at the office who enters documents.
struct Clerk(Desk);

impl Clerk {
    fn enter(&self, site: &str, document: &Value) -> Heard {
        self.0.post("/api/transactions", &json!({ "site": site, "kind": "stock-entry", "document": document }))
    }

    /// The same, whether the box is there or not.
    fn leave(&self, site: &str, document: &Value) -> Value {
        let body = json!({ "site": site, "kind": "stock-entry", "document": document, "waits": true });
        let heard = self.0.post("/api/transactions", &body);
        assert_eq!(heard.status, 202, "{heard:?}");
        heard.json()
    }

    fn take_back(&self, n: u32) -> Heard {
        self.0.post(&format!("/api/transactions/{}/take-back", id(n)), &Value::Null)
    }

    fn stands(&self, n: u32) -> Value {
        let all = self.0.ask("/api/transactions?limit=500");
        let of = all["items"].as_array().unwrap().iter().find(|item| item["id"] == id(n));
        of.unwrap_or_else(|| panic!("{n} is not among {all}")).clone()
    }

    fn decided(&self, n: u32) -> Value {
        found("an answer", || Some(self.stands(n)).filter(|stands| stands["state"] != "undecided"))
    }
}

fn clerk(trade: &Trade) -> Clerk {
    Clerk(Desk::log_in(trade.desk.at, "wati", PASSWORD))
}

fn buttons(trade: &Trade) -> Value {
    let stock = trade.desk.ask("/api/stock?site=bandung&item=BUTTON&warehouse=Bandung");
    stock["items"][0]["qty"].clone()
}

#[test]
fn what_the_office_enters_is_recorded_by_the_box_or_declined_and_what_no_box_may_is_refused_at_once() {
    let trade = Trade::open();
    let wati = clerk(&trade);
    let mut heard = Listener::open(&wati.0, None);
    load(&trade.office, &[("warehouse", json!([{"name": "Main", "is_transit": 0}]))]);
    is_told(&trade.office, "bandung");
    let enter = |site: &str, kind: &str, document: Value| {
        wati.0.post("/api/transactions", &json!({ "site": site, "kind": kind, "document": document }))
    };
    assert_eq!(enter("nowhere", "stock-entry", issue(1, 1, "Bandung")).refused(404), "site");
    assert_eq!(enter("bandung", "lunch", issue(1, 1, "Bandung")).refused(422), "kind");
    assert_eq!(enter("bandung", "stock-entry", json!({})).refused(422), "document");
    assert_eq!(enter("bandung", "day-close", json!({ "id": id(1), "day": DAY })).refused(422), "kind");
    let payment = json!({"id": id(1), "payment_type": "Receive", "party_type": "Customer", "party": "Bu Sari",
        "mode_of_payment": "Cash", "paid_amount": "5"});
    assert_eq!(enter("bandung", "payment-entry", payment).refused(422), "document", "it touches no warehouse");
    let mut other = issue(1, 1, "Bandung");
    other["user"] = json!("somebody");
    assert_eq!(enter("bandung", "stock-entry", other).refused(422), "document.user");
    for (warehouse, who) in
        [("Garut", "needs the site garut"), ("Main", "needs the office"), ("Moon", "is no warehouse")]
    {
        let refused = wati.enter("bandung", &issue(1, 1, warehouse));
        assert!(refused.refused(422).as_str().unwrap().contains("warehouse"), "{refused:?}");
        assert!(refused.json()["error"]["rule"].to_string().contains(who), "{warehouse}: {refused:?}");
    }
    assert_eq!(trade.desk.post("/api/transactions", &json!({})).status, 403, "who only looks enters nothing");

    // What is there is taken out, and the figure at the box is the less.
    let told = wati.enter("bandung", &issue(1, 30, "Bandung"));
    assert_eq!((told.status, &told.json()["by"]), (202, &json!("wati")), "{told:?}");
    let stands = wati.decided(1);
    assert_eq!((&stands["state"], &stands["why"]), (&json!("recorded"), &Value::Null), "{stands}");
    assert!(stands["line"]["number"].as_str().unwrap().starts_with("BDG-SE-A"), "{stands}");
    heard.wait_for("transactions", |data| *data == json!({ "site": "bandung", "undecided": 0 }));
    assert_eq!(buttons(&trade), "70");
    let way = trade.desk.ask(&format!("/api/documents/{}", id(1)))["ways"][0].clone();
    assert_eq!((&way["device"], &way["user"]), (&json!("office"), &json!("wati")), "{way}");

    // What the workshop has sold meanwhile is not there, whatever the office's figure was.
    trade.send(0, "sales-invoice", &[sale(2, 60, "Bandung")]);
    wati.enter("bandung", &issue(3, 11, "Bandung"));
    let stands = wati.decided(3);
    assert_eq!((&stands["state"], &stands["line"]), (&json!("declined"), &Value::Null), "{stands}");
    assert!(stands["why"].as_str().unwrap().contains("1 too few"), "{stands}");
    assert_eq!(buttons(&trade), "10");

    // The same again is asked once; something else under its id is not asked at all.
    let again = wati.enter("bandung", &issue(1, 30, "Bandung"));
    assert_eq!((again.status, &again.json()["state"]), (202, &json!("recorded")), "{again:?}");
    assert_eq!(wati.enter("bandung", &issue(1, 31, "Bandung")).refused(409), "document.id");
    assert_eq!(wati.enter("garut", &receipt(1, "ZIP", 1, "Garut")).refused(409), "document.id");
    assert_eq!(wati.enter("bandung", &receipt(2, "ZIP", 1, "Bandung")).refused(409), "document.id", "the sale's");
    assert_eq!(wati.take_back(1).refused(409), "id");
    assert_eq!(wati.take_back(9).refused(404), "id");
    wati.enter("garut", &receipt(4, "ZIP", 1, "Garut"));
    assert_eq!(wati.decided(4)["state"], "recorded");
    assert_eq!(ids(&trade.desk.ask("/api/transactions")), [id(3), id(1), id(4)], "the newest of a site first");
    trade.is_paged("/api/transactions", "/api/transactions?site=bandung");
    let status = trade.office.town.office.status().unwrap();
    assert_eq!(Town::site(&status, "bandung")["documents"], 2);
}

#[test]
fn a_request_waits_for_a_box_that_is_away_and_is_decided_by_it_or_taken_back() {
    let mut trade = Trade::open();
    let wati = clerk(&trade);
    trade.boxes[0].stop().unwrap();
    let away = found("the office to see that it is away", || {
        let heard = wati.enter("bandung", &issue(1, 1, "Garut"));
        assert!(heard.json()["error"]["rule"].to_string().contains("needs the site garut"), "{heard:?}");
        let heard = wati.enter("bandung", &issue(1, 30, "Bandung"));
        // Until it is seen, the request is taken for a box that is there.
        (heard.status == 422).then_some(heard)
    });
    assert_eq!(away.refused(422), "site");
    let rule = away.json()["error"]["rule"].to_string();
    assert!(
        rule.contains("bandung") && rule.contains("was last heard of 2") && rule.contains("its line is down"),
        "{rule}"
    );

    assert_eq!(wati.leave("bandung", &issue(2, 80, "Bandung"))["state"], "undecided");
    assert_eq!(wati.leave("bandung", &issue(3, 30, "Bandung"))["state"], "undecided");
    assert_eq!(wati.leave("bandung", &issue(4, 5, "Bandung"))["state"], "undecided");
    assert_eq!(buttons(&trade), "100", "undecided is not booked");
    let taken = wati.take_back(4);
    assert_eq!((taken.status, &taken.json()["taken_back_by"]), (200, &json!("wati")), "{taken:?}");
    assert_eq!(taken.json()["state"], "undecided", "the box may have met it: it says so itself");
    assert_eq!(wati.take_back(4).status, 200, "the same again");

    trade.boxes[0].start().unwrap();
    assert_eq!(wati.decided(2)["state"], "recorded");
    let declined = wati.decided(3);
    assert!(declined["state"] == "declined" && declined["why"].to_string().contains("10 too few"), "{declined}");
    let back = wati.decided(4);
    assert!(back["state"] == "declined" && back["why"].to_string().contains("wati took it back"), "{back}");
    assert_eq!(buttons(&trade), "20");
    let refused = trade.boxes[0].command(&["device", "add", "office", "--kind", "tablet"], "").unwrap_err();
    assert!(refused.to_string().contains("office stands for the main office"), "{refused}");
    // A tablet that means something else by the id of a request is refused, and the request's document stands.
    publish(&trade.boxes[0], "tx/{client}/stock-entry", &[receipt(2, "ZIP", 1, "Bandung")]);
    assert_eq!(wati.stands(2)["state"], "recorded");
}

#[test]
fn a_box_that_is_killed_again_and_again_answers_each_request_once() {
    let mut trade = Trade::open();
    let wati = clerk(&trade);
    let (mut n, mut unanswered) = (10, 0);
    for _ in 0..6 {
        for _ in 0..5 {
            n += 1;
            wati.leave("bandung", &issue(n, 7, "Bandung"));
        }
        trade.boxes[0].kill9().unwrap();
        let all = wati.0.ask("/api/transactions?site=bandung&limit=500");
        unanswered += all["items"].as_array().unwrap().iter().filter(|item| item["state"] == "undecided").count();
        trade.boxes[0].start().unwrap();
    }
    let states: Vec<Value> = (11..=n).map(|n| wati.decided(n)["state"].clone()).collect();
    let recorded = states.iter().filter(|state| **state == "recorded").count();
    // Of a hundred there are fourteen times seven, whichever came first.
    assert_eq!((recorded, states.len()), (14, 30), "{states:?}");
    assert_eq!(buttons(&trade), "2");
    assert!(unanswered > 0, "no kill hit a request that waited");
    println!("{unanswered} requests waited over a kill");
    let exported = trade.office.town.office.exported_ids("stock-entry").unwrap();
    assert_eq!(exported.len(), 14, "each once in the books: {exported:?}");
}

#[test]
fn a_box_in_the_place_of_a_broken_one_decides_nothing_again_and_judges_what_waits_once_it_can() {
    let mut trade = Trade::open();
    let wati = clerk(&trade);
    wati.enter("bandung", &issue(1, 30, "Bandung"));
    wati.enter("bandung", &issue(2, 80, "Bandung"));
    assert_eq!((&wati.decided(1)["state"], &wati.decided(2)["state"]), (&json!("recorded"), &json!("declined")));
    trade.boxes[0].kill9().unwrap();
    wati.leave("bandung", &issue(3, 20, "Bandung"));
    let file = trade.office.dir.path().join("new.toml");
    let file = file.to_str().unwrap();
    let office = &trade.office.town;
    office.office.command(&["enrol", "bandung", "--replace", "--trust", "--out", file], "").unwrap();
    // By the office's files there is more now: the old wish would be granted, were it asked again.
    load(&trade.office, &[("level", json!([{"item_code": "BUTTON", "warehouse": "Bandung", "actual_qty": "500"}]))]);
    let dir = trade.office.dir.path().join("new");
    trade.boxes[0] = office.take(&dir, &["--take", file], &["till"], "").unwrap();
    trade.boxes[0].start().unwrap();
    // It has none of the office's data at first, and waits with its answer until it has.
    let late = wati.decided(3);
    assert_eq!((&late["state"], &late["why"]), (&json!("recorded"), &Value::Null), "{late}");
    until(
        "all that the new box has to say",
        || office.office.status().unwrap(),
        |status| Town::site(status, "bandung")["declined"].as_u64() >= Some(3),
    );
    assert_eq!((&wati.stands(1)["state"], &wati.stands(2)["state"]), (&json!("recorded"), &json!("declined")));
    assert_eq!(wati.stands(2)["why"], wati.decided(2)["why"], "the first answer stands");
    assert_eq!(office.office.exported_ids("stock-entry").unwrap(), [id(1), id(3)]);
}

#[test]
fn what_the_box_records_for_the_office_goes_into_erpnext_as_whose_it_is() {
    let shop = Shop::open(&["bandung"]);
    add_people(&shop.town.office);
    let wati = Clerk(Desk::log_in(shop.town.office.pages().unwrap(), "wati", PASSWORD));
    let mut goods = shop::receipt(1, "10");
    goods["id"] = json!(id(1));
    let told = wati.enter("bandung", &goods);
    assert_eq!(told.status, 202, "{told:?}");
    let stands = wati.decided(1);
    assert_eq!(stands["state"], "recorded", "{stands}");
    let entry = until("it in the books", || of_ours(&shop, 1), Option::is_some).unwrap();
    assert_eq!((&entry["outpost_user"], &entry["outpost_site"]), (&json!("wati"), &json!("bandung")));
    let posted = until("its name at the desk", || wati.stands(1), |stands| stands["line"]["mark"] == "posted");
    assert_eq!(posted["line"]["name"], entry["name"], "{posted}");
    shop.close();
}

/// What ERPNext has submitted under a test's id.
fn of_ours(shop: &Shop, n: u32) -> Option<Value> {
    let (doctype, name) = shop.erp.submitted().remove(&id(n))?.pop()?;
    shop.erp.document(&doctype, &name).map(|doc| json!(doc))
}
