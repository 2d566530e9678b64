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

/// Somebody at the office, in ERPNext.
fn by_hand(shop: &Shop) -> Client {
    let admin = shop.erp.admin();
    Client::new(&shop.erp.url(), &Key { key: admin.key, secret: admin.secret }, None).unwrap()
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

    by_hand(&shop).cancel("Sales Invoice", &cancelled).unwrap();
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

#[test]
fn what_erpnexts_own_people_book_in_a_workshops_warehouse_is_told_and_nobody_has_to_act_on_it() {
    let shop = Shop::open(&["bandung", "garut"]);
    shop.send(0, "stock-entry", &receipt(1, "10"));
    posted(&shop, 1);
    let office = by_hand(&shop);
    let book = |doctype: &str, more: Value| {
        let mut doc = json!({ "docstatus": 1, "company": "Tailor Works", "set_posting_time": 1, "posting_date": DAY, "posting_time": "11:00:00" });
        doc.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        office.insert(doctype, &doc).unwrap()["name"].as_str().unwrap().to_owned()
    };
    let rows =
        |qty: u32, warehouse: &str| json!([{ "item_code": "BUTTON", "qty": qty, "rate": 500, "warehouse": warehouse }]);
    let bought = book("Purchase Receipt", json!({ "supplier": "Toko Kain", "items": rows(7, "Stores - TW") }));
    let moved = json!({ "stock_entry_type": "Material Transfer", "from_warehouse": "Stores - TW", "to_warehouse": "Finished Goods - TW",
                        "items": [{ "item_code": "BUTTON", "qty": 2 }] });
    let moved = book("Stock Entry", moved);
    // None of these: in another warehouse, cancelled, of another workshop.
    book("Purchase Receipt", json!({ "supplier": "Toko Kain", "items": rows(1, "Finished Goods - TW") }));
    let undone = book("Delivery Note", json!({ "customer": "Bu Sari", "items": rows(1, "Stores - TW") }));
    office.cancel("Delivery Note", &undone).unwrap();
    let of_garut = json!({ "stock_entry_type": "Material Issue", "from_warehouse": "Stores - TW", "outpost_site": "garut",
                           "outpost_id": shop::id(77), "items": [{ "item_code": "BUTTON", "qty": 1 }] });
    book("Stock Entry", of_garut);
    let told = |sheet: &Value| -> Vec<(Value, Value)> {
        let own = |one: &&Value| one["why"] == "foreign" && one["counts"] == false;
        sheet["differences"]
            .as_array()
            .unwrap()
            .iter()
            .filter(own)
            .map(|one| (one["kind"].clone(), one["name"].clone()))
            .collect()
    };
    let (code, sheet) = days(&shop, DAY, DAY);
    let both = [(json!("Purchase Receipt"), json!(bought)), (json!("Stock Entry"), json!(moved))];
    let mut found = told(&sheet);
    found.sort_by_key(|(kind, _)| kind.to_string());
    assert_eq!((code, &sheet["equal"], &found[..]), (0, &json!(true), &both[..]), "{sheet:#}");
    let (_, said, _) = reconcile(&shop, &["--from", DAY, "--to", DAY]);
    for line in [
        format!("Purchase Receipt {bought} was made in ERPNext and is no workshop's: 7 of BUTTON into Stores - TW."),
        format!("Stock Entry {moved} was made in ERPNext and is no workshop's: 2 of BUTTON out of Stores - TW."),
        "was moved by others, told below as settled: 2".to_owned(),
    ] {
        assert!(said.contains(&line), "{line}: {said}");
    }
    assert!(said.ends_with("equal\n"), "{said}");

    // What was entered for a document of the workshop is that one, once somebody has said so.
    let mut short = sale(2, "500");
    short.as_object_mut().unwrap().remove("payments");
    shop.send(0, "sales-invoice", &short);
    shop.wait_held(1);
    let sold = json!({ "customer": "Bu Sari", "update_stock": 1, "items": rows(3, "Stores - TW") });
    let sold = book("Sales Invoice", sold);
    assert!(told(&days(&shop, DAY, DAY).1).contains(&(json!("Sales Invoice"), json!(sold))));
    let entered = ["office", "held", "entered", &shop::id(2), "--as", &sold, "--by", "wati", "--anyway"];
    shop.town.office.command(&entered, "").unwrap();
    let without = until("the word", || days(&shop, DAY, DAY).1, |sheet| told(sheet).len() == 2);
    // On a day on which its paper is not, it is known by the office's word alone.
    shop.erp.documents("Stock Ledger Entry").iter().filter(|entry| entry["voucher_no"] == sold.as_str()).for_each(
        |entry| {
            shop.erp.set("Stock Ledger Entry", entry["name"].as_str().unwrap(), "posting_date", json!("2026-11-19"));
        },
    );
    assert_eq!(told(&days(&shop, "2026-11-19", "2026-11-19").1), [], "{without:#}");

    // The first day that is posted is the first that is looked at.
    let toml = shop.town.office.dir.join("erpnext.toml");
    let settings = std::fs::read_to_string(&toml).unwrap();
    let from = settings.replace("[sites.bandung]\n", "[sites.bandung]\nfrom = \"2026-11-21\"\n");
    std::fs::write(&toml, from).unwrap();
    assert_eq!(told(&days(&shop, DAY, DAY).1), []);
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
