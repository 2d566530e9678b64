//! A site's journal, the office's books and ERPNext, side by side.

use super::shop::{self, DAY, EXE, Shop, receipt, sale};
use super::{books, until};
use erpnext_stand_in::Reach;
use outpost_erpnext::client::{Client, Key};
use serde_json::{Value, json};
use std::process::Command;

/// A day that ERPNext has closed.
const CLOSED_DAY: &str = "2026-10-30";

/// What `outpost office reconcile` ends with, and what it prints.
fn reconcile(shop: &Shop, more: &[&str]) -> (i32, String, String) {
    let site = if more.contains(&"--site") { &[][..] } else { &["--site", "bandung"] };
    let mut command = Command::new(EXE);
    let output = command
        .args(["office", "reconcile"])
        .args(site)
        .args(more)
        .arg("--dir")
        .arg(&shop.town.office.dir)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

pub fn days(shop: &Shop, from: &str, to: &str) -> (i32, Value) {
    let (code, said, complained) = reconcile(shop, &["--from", from, "--to", to, "--json"]);
    (code, serde_json::from_str(&said).unwrap_or_else(|_| panic!("{code}: {said}{complained}")))
}

fn posted(shop: &Shop, n: u32) -> String {
    let state = until("a word", || books(&shop.boxes[0], &shop::id(n)), |state| state.starts_with("posted"));
    state.strip_prefix("posted as ").unwrap().to_owned()
}

fn figures(documents: u64, cancelled: u64, sum: &str) -> Value {
    json!({ "documents": documents, "cancelled": cancelled, "sum": sum })
}

/// A sale of services, as it were: no stock is asked for.
fn plain_sale(n: u32, qty: &str) -> Value {
    let mut sale = sale(n, qty);
    let fields = sale.as_object_mut().unwrap();
    fields.remove("update_stock");
    fields.remove("set_warehouse");
    sale
}

#[test]
fn a_clean_day_is_equal_and_its_figures_are_those_of_the_papers() {
    let shop = Shop::open(&["bandung"]);
    shop.send(0, "stock-entry", &receipt(1, "10"));
    shop.send(0, "sales-invoice", &sale(2, "3"));
    shop.send(0, "sales-invoice", &sale(3, "2"));
    shop.send(0, "sales-invoice", &sale(4, "1"));
    (1..=4).for_each(|n| drop(posted(&shop, n)));
    shop.send(0, "cancellation", &json!({ "id": shop::id(103), "document": shop::id(3), "reason": "rung up twice" }));
    let cancelled = |(code, sheet): &(i32, Value)| *code == 0 && sheet["rows"][0]["journal"]["cancelled"] == 1;
    let (code, sheet) = until("the cancellation", || days(&shop, DAY, DAY), cancelled);
    assert_eq!((code, &sheet["equal"], &sheet["differences"]), (0, &json!(true), &json!([])));
    let same = |kind: &str, figures: Value| json!({ "day": DAY, "kind": kind, "journal": figures, "books": figures, "there": figures, "state": "equal" });
    let rows = json!([same("Sales Invoice", figures(2, 1, "4000")), same("Stock Entry", figures(1, 0, "0"))]);
    assert_eq!(sheet["rows"], rows);
    let (code, said, _) = reconcile(&shop, &["--from", DAY, "--to", DAY]);
    assert!(code == 0 && said.contains("2  1  4000") && said.ends_with("equal\n"), "{said}");

    // A day without anything, one that is none, a site that is none, and an ERPNext that is away.
    assert_eq!(days(&shop, "2026-11-19", "2026-11-19").0, 0);
    assert_eq!(reconcile(&shop, &["--from", DAY, "--to", "2026-11-31"]).0, 2);
    assert_eq!(reconcile(&shop, &["--from", DAY, "--to", "2026-11-19"]).0, 2);
    let (code, _, complained) = reconcile(&shop, &["--from", DAY, "--to", DAY, "--site", "garut"]);
    assert!(code == 2 && complained.contains("no site garut is enrolled"), "{code} {complained}");
    shop.erp.set_reach(Reach::Refused);
    let (code, _, complained) = reconcile(&shop, &["--from", DAY, "--to", DAY]);
    assert!(code == 2 && complained.contains("nothing was compared"), "{code} {complained}");
    shop.erp.set_reach(Reach::Up);
    shop.close();
}

#[test]
fn each_thing_that_is_wrong_is_told_by_the_document_that_it_is_wrong_with() {
    let shop = Shop::open(&["bandung"]);
    let toml = shop.town.office.dir.join("erpnext.toml");
    let settings = std::fs::read_to_string(&toml).unwrap();
    std::fs::write(&toml, format!("{settings}closed_period = \"first-open-day\"\n")).unwrap();
    // Sold on a day that ERPNext has closed, of which the office knows nothing: it asks.
    let mut late = plain_sale(5, "5");
    late["posting_date"] = CLOSED_DAY.into();
    shop.send(0, "sales-invoice", &late);
    let moved = posted(&shop, 5);

    for n in 1..=4 {
        shop.send(0, "sales-invoice", &plain_sale(n, "1"));
    }
    let [cancelled, lost, altered, same] = [1, 2, 3, 4].map(|n| posted(&shop, n));
    let mut short = sale(6, "500");
    short["posting_date"] = DAY.into();
    shop.send(0, "sales-invoice", &short);
    shop.wait_held(1);

    // With nothing to do it has looked for the latest documents, and does so again in an hour.
    let idle = |status: &Value| status["erpnext"]["sites"]["bandung"]["trying"].is_null();
    shop.town.office.wait_until("posting to be idle", super::SOON, idle).unwrap();

    let admin = shop.erp.admin();
    let by_hand = Client::new(&shop.erp.url(), &Key { key: admin.key, secret: admin.secret }, None).unwrap();
    by_hand.cancel("Sales Invoice", &cancelled).unwrap();
    shop.erp.lose("Sales Invoice", &lost);
    for total in ["grand_total", "rounded_total"] {
        shop.erp.set("Sales Invoice", &altered, total, json!(1001.0));
    }
    let mut copy = shop.erp.document("Sales Invoice", &same).unwrap();
    copy.insert("outpost_id".into(), shop::id(99).into());
    shop.erp.seed("Sales Invoice", "SINV-FOREIGN", Value::Object(copy));

    let (code, sheet) = days(&shop, CLOSED_DAY, DAY);
    assert_eq!((code, &sheet["equal"]), (1, &json!(false)));
    let told: Vec<Value> = sheet["differences"].as_array().unwrap().iter().map(told).collect();
    let expected = [
        (5, json!("open_day"), json!(moved), json!("5000"), json!("5000"), false),
        (1, json!("cancelled_there"), json!(cancelled), json!("1000"), Value::Null, true),
        (2, json!("missing"), Value::Null, json!("1000"), Value::Null, true),
        (3, json!("sum"), json!(altered), json!("1000"), json!("1001"), true),
        (6, json!({ "held": "stock" }), Value::Null, json!("500000"), Value::Null, true),
        (99, json!("foreign"), json!("SINV-FOREIGN"), Value::Null, json!("1000"), true),
    ];
    let expected =
        expected.map(|(n, why, name, ours, theirs, counts)| json!([shop::id(n), why, name, ours, theirs, counts]));
    assert_eq!(told, expected, "{sheet:#}");
    let open_day = &sheet["differences"][0];
    assert_eq!((&open_day["day"], &open_day["posted_on"]), (&json!(CLOSED_DAY), &json!("2026-11-01")));
    // On its own day it is equal; and the day on which it was posted knows nothing of it.
    let row = |day: &str| sheet["rows"].as_array().unwrap().iter().find(|row| row["day"] == day).cloned();
    assert_eq!(row(CLOSED_DAY).unwrap()["there"], figures(1, 0, "5000"));
    assert!(row("2026-11-01").is_none(), "{sheet:#}");
    let day = row(DAY).unwrap();
    assert_eq!((&day["journal"], &day["there"]), (&figures(5, 0, "504000"), &figures(3, 1, "3001")), "{sheet:#}");
    assert_eq!(days(&shop, CLOSED_DAY, CLOSED_DAY).0, 0);

    let (_, said, _) = reconcile(&shop, &["--from", DAY, "--to", DAY]);
    assert!(
        said.contains("BDG-SI-A000004") && said.contains("SINV-FOREIGN") && said.ends_with("5 differences\n"),
        "{said}"
    );
    shop.close();
}

/// Id, reason, name, both sums, and whether somebody has to look.
fn told(difference: &Value) -> Value {
    json!(["id", "why", "name", "ours", "theirs", "counts"].map(|field| difference[field].clone()))
}

#[test]
fn an_office_without_erpnext_compares_its_journal_with_its_books_and_says_so() {
    let shop = Shop::open(&["bandung"]);
    std::fs::remove_file(shop.town.office.dir.join("erpnext.toml")).unwrap();
    shop.send(0, "sales-invoice", &plain_sale(1, "1"));
    let (code, sheet) =
        until("the sale at the office", || days(&shop, DAY, DAY), |(_, sheet)| sheet["rows"] != json!([]));
    assert_eq!(
        (code, &sheet["rows"][0]["there"], &sheet["rows"][0]["books"]),
        (0, &Value::Null, &figures(1, 0, "1000"))
    );
    assert!(sheet["without"].as_str().unwrap().contains("no ERPNext is set up"), "{sheet}");
    shop.close();
}
