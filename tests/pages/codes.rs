//! Codes that the office does not know: somebody says what one is, and the box knows it until the office does.

use crate::house::{Shop, id, people};
use crate::http::{ask, basic, get, post};
use crate::socket::Tablet;
use crate::{JOKOS_PIN, WATIS_PIN};
use rig::town::PASSWORD;
use serde_json::{Value, json};

fn word(n: u32, code: &str, item: &str, uom: Option<&str>) -> Value {
    json!({"id": id(n), "code": code, "item_code": item, "uom": uom})
}

/// An item whose barcodes are these.
fn item(code: &str, barcodes: &[&str]) -> (&'static str, Value) {
    let barcodes: Vec<Value> = barcodes.iter().map(|code| json!({ "barcode": code })).collect();
    (
        "item",
        json!({"item_code": code, "item_name": code, "stock_uom": "Nos", "is_stock_item": 1, "barcodes": barcodes,
               "uoms": [{"uom": "Dozen", "conversion_factor": "12"}]}),
    )
}

fn price(uom: &str, rate: &str) -> (&'static str, Value) {
    ("item-price", json!({"item_code": "ZIP", "price_list": "Retail", "uom": uom, "price_list_rate": rate}))
}

#[test]
fn a_code_is_said_to_be_an_item_and_sold_as_it_until_the_office_gives_it_to_one() {
    let mut shop = Shop::open(&[item("ZIP", &[]), price("Nos", "500"), price("Dozen", "5000")]);
    let at = shop.at;
    let mut tablet = Tablet::log_on(at, "till");
    tablet.publish("in/till/scan", &json!({"code": "12\u{1d}3"}));
    assert_eq!(tablet.hear("receipt/till")["status"], "recorded");
    let code = "/api/barcode?code=12%1D3";
    assert_eq!(get(at, code).refused(404), "code");
    let unknown = |at| ask(at, "/api/scans?unknown=1")["items"].as_array().unwrap().clone();
    assert_eq!((unknown(at).len(), &unknown(at)[0]["said"]), (1, &Value::Null));

    let receipt = tablet.submit("barcode", &word(1, "12\u{1d}3", "ZIP", None));
    let told = tablet.hear("state/barcodes");
    assert_eq!((&told["epoch"], &told["seq"]), (&receipt["epoch"], &receipt["seq"]));
    let dozen = tablet.submit("barcode", &word(2, "12\u{1d}3", "ZIP", Some("Dozen")));
    assert_eq!(tablet.hear("state/barcodes")["seq"], dozen["seq"], "a later word puts a mistake right");
    let expected = json!({"item_code": "ZIP", "uom": "Dozen", "price": "5000", "price_list": "Retail", "said": true});
    assert_eq!(ask(at, code), expected);
    let said = &unknown(at)[0]["said"];
    assert_eq!((&said["item_code"], &said["uom"], &said["user"]), (&json!("ZIP"), &json!("Dozen"), &Value::Null));
    let listed = ask(at, "/api/barcodes");
    let line = &listed["items"][0];
    assert_eq!(
        (&line["code"], &line["item_code"], &line["device"]),
        (&json!("12\u{1d}3"), &json!("ZIP"), &json!("till"))
    );
    assert_eq!((&line["at"], &listed["items"][1]), (&dozen["at"], &Value::Null));

    // The same again, by this tablet after its receipt was lost, has the same receipt; something else under the id is refused.
    let again = tablet.submit("barcode", &word(2, "12\u{1d}3", "ZIP", Some("Dozen")));
    assert_eq!((&again["seq"], &again["hash"]), (&dozen["seq"], &dozen["hash"]));
    let other = tablet.send("barcode", &word(2, "124", "ZIP", None));
    assert_eq!((&other["status"], &other["reason"]["code"]), (&json!("refused"), &json!("conflict")));
    let marks = post(at, "/api/marks", &json!({"ids": [id(2), id(3)]})).json();
    assert_eq!((&marks["marks"][id(2)]["kind"], &marks["marks"][id(2)]["mark"]), (&json!("barcode"), &json!("saved")));
    assert_eq!(marks["marks"][id(3)], Value::Null);
    let shown = |shop: &Shop, args: &[&str]| shop.house.command(&[&["show"], args].concat(), "").unwrap();
    assert!(shown(&shop, &["barcodes"]).contains("12<GS>3  ZIP   Dozen  till"), "{}", shown(&shop, &["barcodes"]));
    assert!(shown(&shop, &["barcode", "12\u{1d}3"]).contains("said by till"));

    // All of it is made from the journal alone.
    shop.house.stop().unwrap();
    std::fs::remove_dir_all(shop.house.dir.join("views")).unwrap();
    std::fs::remove_file(shop.house.dir.join("shop")).unwrap();
    shop.house.start().unwrap();
    let at = shop.house.pages().unwrap();
    assert_eq!(ask(at, code), expected);
    assert_eq!(Tablet::log_on(at, "till").hear("state/barcodes")["seq"], dozen["seq"]);

    // The office's word on another code changes nothing.
    shop.open_again(100, &[item("BUTTON", &["8991234567890", "124"]), item("ZIP", &[])], &[]);
    assert_eq!(ask(shop.at, code)["said"], true);
    // Its word on a code ends what was said of it, whichever item that is. One with a separator is no barcode of any row.
    let mut tablet = Tablet::log_on(shop.at, "till");
    tablet.submit("barcode", &word(4, "125", "ZIP", None));
    shop.open_again(200, &[item("BUTTON", &["8991234567890", "124", "125"])], &[]);
    assert_eq!(ask(shop.at, "/api/barcode?code=125")["item_code"], "BUTTON");
    let codes = ask(shop.at, "/api/barcodes");
    assert_eq!(codes["items"].as_array().unwrap().len(), 1, "{codes}");
}

#[test]
fn a_word_that_cannot_be_is_refused_with_the_reason() {
    let shop = Shop::open(&[item("ZIP", &["77"])]);
    let mut tablet = Tablet::log_on(shop.at, "till");
    for (word, code, field) in [
        (word(1, "1", "NOPE", None), "reference", "item_code"),
        (word(2, "1", "ZIP", Some("Meter")), "rule", "uom"),
        (word(3, "77", "BUTTON", None), "reference", "code"),
        (word(4, &"9".repeat(513), "ZIP", None), "rule", "code"),
    ] {
        let receipt = tablet.send("barcode", &word);
        assert_eq!((&receipt["status"], &receipt["reason"]["code"]), (&json!("refused"), &json!(code)), "{receipt}");
        assert!(receipt["reason"]["text"].as_str().unwrap().starts_with(field), "{receipt}");
    }
    tablet.submit("barcode", &word(5, &"9".repeat(512), "ZIP", None));
    assert_eq!(ask(shop.at, "/api/barcodes")["items"].as_array().unwrap().len(), 1);
}

#[test]
fn only_who_may_read_items_or_sell_says_what_a_code_is() {
    let shop = Shop::open(&[&people()[..], &[item("ZIP", &[])]].concat());
    let mut tablet = Tablet::log_on(shop.at, "till");
    let mut said = word(1, "1", "ZIP", None);
    assert_eq!(tablet.send("barcode", &said)["reason"]["code"], "session");
    said["session"] = json!(tablet.log_in("joko", JOKOS_PIN));
    let refused = tablet.send("barcode", &said);
    assert_eq!(refused["reason"]["code"], "rights", "{refused}");
    let session = tablet.log_in("wati", WATIS_PIN);
    said["session"] = json!(session);
    tablet.submit("barcode", &said);
    let listed = ask(shop.at, "/api/barcodes");
    assert_eq!(listed["items"][0]["user"], "wati", "{listed}");
    let headers = [&*basic("till", PASSWORD), &format!("Outpost-Session: {session}")];
    let scans = rig::http::request(shop.at, "GET /api/scans?unknown=1", &headers, b"");
    assert_eq!(scans.status, 200);
    for path in ["/api/barcodes?day=2026-01-01", "/api/barcodes?limit=0"] {
        assert_eq!(get(shop.at, path).status, 400, "{path}");
    }
}
