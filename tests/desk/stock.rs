//! Stock, goods under way, scans and CSV at the desk.

use crate::trade::{DAY, Trade, id, publish, receipt, sale};
use serde_json::{Value, json};

#[test]
fn stock_of_all_sites_is_told_with_the_offices_level_and_what_is_ahead_of_it() {
    let trade = Trade::open();
    let desk = &trade.desk;
    trade.send(0, "stock-entry", &[receipt(1, "ZIP", 5, "Bandung")]);
    trade.send(0, "sales-invoice", &[sale(2, 3, "Bandung")]);
    trade.send(1, "stock-entry", &[receipt(3, "BUTTON", 50, "Garut")]);
    let all = desk.ask("/api/stock");
    let line = |site: &str, warehouse: &str, item: &str, qty: &str, level: Value, ahead: &str| json!({"site": site, "warehouse": warehouse, "item_code": item, "qty": qty, "level": level, "ahead": ahead});
    let own = [
        line("bandung", "Bandung", "BUTTON", "97", json!("100"), "-3"),
        line("bandung", "Bandung", "ZIP", "5", Value::Null, "0"),
        line("garut", "Garut", "BUTTON", "50", Value::Null, "0"),
    ];
    assert_eq!(all["items"], json!(own), "{all}");
    assert_eq!(desk.ask("/api/stock?site=garut")["items"], json!(own[2..]));
    assert_eq!(desk.ask("/api/stock?item=BUTTON")["items"], json!([own[0], own[2]]));
    assert_eq!(desk.ask("/api/stock?warehouse=Bandung&item=ZIP")["items"], json!([own[1]]));
    assert_eq!(desk.ask("/api/stock?warehouse=Nowhere")["items"], json!([]));
    trade.is_paged("/api/stock", "/api/stock?item=BUTTON");
    assert_eq!(desk.get("/api/stock?site=nowhere").refused(404), "site");
    assert_eq!(desk.get("/api/stock?item=").refused(400), "item");
}

#[test]
fn goods_under_way_are_told_with_what_came_short() {
    let trade = Trade::open();
    let desk = &trade.desk;
    let sending = |n: u32, items: Value| {
        json!({"id": id(n), "stock_entry_type": "Material Transfer", "add_to_transit": 1, "posting_date": DAY,
               "from_warehouse": "Bandung", "to_warehouse": "To Garut", "items": items})
    };
    trade.send(0, "stock-entry", &[receipt(1, "ZIP", 5, "Bandung")]);
    let both = json!([{"item_code": "BUTTON", "qty": "10"}, {"item_code": "ZIP", "qty": "5"}]);
    trade.send(0, "stock-entry", &[sending(2, both), sending(3, json!([{"item_code": "BUTTON", "qty": "4"}]))]);
    crate::found("the sending at the desk", || {
        (desk.ask("/api/transit")["items"].as_array().unwrap().len() == 3).then_some(())
    });
    crate::trade::is_told(&trade.office, "garut");
    let came = json!({"id": id(4), "stock_entry_type": "Material Transfer", "outgoing_stock_entry": id(2),
        "posting_date": DAY, "from_warehouse": "To Garut", "to_warehouse": "Garut",
        "items": [{"item_code": "BUTTON", "qty": "8", "ste_detail": "1"}]});
    trade.send(1, "stock-entry", &[came]);
    let ways = crate::found("what came short", || {
        let ways = desk.ask("/api/transit");
        (ways["items"][0]["state"] == "short").then_some(ways)
    });
    let line = |n: u32, number: &str, item: &str, sent: &str, received: &str, state: &str| {
        json!({"entry": id(n), "from": "bandung", "to": "garut", "warehouse": "To Garut", "number": number,
               "sent_on": DAY, "item_code": item, "sent": sent, "received": received, "state": state})
    };
    assert_eq!(
        ways["items"],
        json!([
            line(2, "BDG-SE-A000002", "BUTTON", "10", "8", "short"),
            line(2, "BDG-SE-A000002", "ZIP", "5", "0", "short"),
            line(3, "BDG-SE-A000003", "BUTTON", "4", "0", "under_way"),
        ])
    );
    trade.is_paged("/api/transit", "/api/transit/unmatched");
    assert_eq!(desk.ask("/api/transit/unmatched"), json!({"items": [], "next": null}));
    assert_eq!(desk.get("/api/transit?site=garut").refused(400), "site");
}

#[test]
fn what_the_office_has_sent_is_told_as_from_nobody_s_site_with_what_came_of_it() {
    let trade = Trade::open();
    let desk = &trade.desk;
    let sent = json!([{"entry": "MAT-STE-1", "number": "MAT-STE-1", "to": "garut", "warehouse": "To Garut", "sent_on": DAY,
        "items": [{"name": "a1", "item_code": "BUTTON", "qty": "10", "received": "1"}]}]);
    crate::trade::load(&trade.office, &[("transit", sent)]);
    let line = |received: &str| {
        json!([{"entry": "MAT-STE-1", "from": null, "to": "garut", "warehouse": "To Garut", "number": "MAT-STE-1",
            "sent_on": DAY, "item_code": "BUTTON", "sent": "10", "received": received, "state": "short"}])
    };
    assert_eq!(desk.ask("/api/transit")["items"], line("1"));
    crate::trade::is_told(&trade.office, "garut");
    let came = json!({"id": id(4), "stock_entry_type": "Material Transfer", "outgoing_stock_entry": "MAT-STE-1",
        "posting_date": DAY, "from_warehouse": "To Garut", "to_warehouse": "Garut",
        "items": [{"item_code": "BUTTON", "qty": "8", "ste_detail": "a1"}]});
    trade.send(1, "stock-entry", &[came]);
    crate::found("what came of it", || (desk.ask("/api/transit")["items"] == line("9")).then_some(()));
    assert_eq!(desk.ask("/api/transit/unmatched")["items"], json!([]));
}

#[test]
fn scans_and_csv_are_those_of_the_sites() {
    let trade = Trade::open();
    let desk = &trade.desk;
    let codes = |codes: &[&str]| codes.iter().map(|code| json!({ "code": code })).collect::<Vec<_>>();
    publish(&trade.boxes[0], "in/{client}/scan", &codes(&["8991234567890", "123"]));
    publish(&trade.boxes[1], "in/{client}/scan", &codes(&["456"]));
    trade.send(0, "sales-invoice", &[sale(1, 1, "Bandung")]);
    trade.send(1, "sales-invoice", &[sale(2, 1, "Garut")]);
    let told = |path: &str| {
        let page = desk.ask(path);
        let scan = |scan: &Value| [&scan["site"], &scan["code"], &scan["item_code"]].map(Value::clone);
        page["items"].as_array().unwrap().iter().map(scan).collect::<Vec<_>>()
    };
    let [button, unknown, other] = [
        [json!("bandung"), json!("8991234567890"), json!("BUTTON")],
        [json!("bandung"), json!("123"), Value::Null],
        [json!("garut"), json!("456"), Value::Null],
    ];
    assert_eq!(told("/api/scans"), [button.clone(), unknown.clone(), other.clone()], "today");
    assert_eq!(told("/api/scans?unknown=1"), [unknown.clone(), other]);
    assert_eq!(told("/api/scans?site=bandung"), [button, unknown]);
    assert!(told("/api/scans?day=2020-01-01").is_empty());
    trade.is_paged("/api/scans", "/api/scans?unknown=1");
    for (query, input) in [("day=1", "day"), ("unknown=0", "unknown")] {
        assert_eq!(desk.get(&format!("/api/scans?{query}")).refused(400), input);
    }

    // What people there say of codes is shown beside the scans, and as a list until the books have it.
    let word = |n: u32, code: &str, item: &str| json!({"id": id(n), "code": code, "item_code": item});
    trade.send(0, "barcode", &[word(10, "123", "BUTTON"), word(11, "123", "ZIP"), word(12, "9", "BUTTON")]);
    trade.send(1, "barcode", &[word(13, "456", "BUTTON")]);
    let scans = desk.ask("/api/scans?unknown=1");
    let said = &scans["items"][0]["said"];
    assert_eq!((&said["item_code"], &said["uom"]), (&json!("ZIP"), &Value::Null), "{scans}");
    let words = |path: &str| {
        let page = desk.ask(path);
        let word = |it: &Value| ["site", "code", "item_code", "item_name"].map(|name| it[name].clone());
        page["items"].as_array().unwrap().iter().map(word).collect::<Vec<_>>()
    };
    let all =
        [["bandung", "123", "ZIP", "ZIP"], ["bandung", "9", "BUTTON", "BUTTON"], ["garut", "456", "BUTTON", "BUTTON"]];
    assert_eq!(words("/api/barcodes"), all.map(|line| line.map(|text| json!(text))));
    assert_eq!(words("/api/barcodes?site=garut"), [all[2].map(|text| json!(text))]);
    trade.is_paged("/api/barcodes", "/api/barcodes?site=bandung");
    assert_eq!(desk.get("/api/barcodes?site=nowhere").refused(404), "site");
    let shown = trade.office.town.office.command(&["show", "barcodes"], "").unwrap();
    assert!(shown.contains("garut") && shown.contains("456"), "{shown}");
    // The office gives one to an item, another one than was said: its word ends it there, and at the box.
    let zip = json!([{"item_code": "ZIP", "item_name": "ZIP", "item_group": "Raw", "stock_uom": "Nos", "is_stock_item": 1,
        "barcodes": [{"barcode": "8991234567891"}, {"barcode": "456"}]}]);
    crate::trade::load(&trade.office, &[("item", zip)]);
    assert_eq!(words("/api/barcodes").len(), 2);
    assert_eq!(told("/api/scans?site=garut"), [[json!("garut"), json!("456"), json!("ZIP")]]);
    assert_eq!(desk.ask("/api/scans?site=garut")["items"][0]["said"], Value::Null);

    let export = |more: &str| desk.get(&format!("/api/export?kind=sales-invoice&from={DAY}&to={DAY}{more}"));
    let csv = export("");
    assert_eq!((csv.status, csv.header("content-type")), (200, Some("text/csv; charset=utf-8")));
    assert!(csv.header("content-disposition").unwrap().contains("all-sales-invoice-2026-11-02-2026-11-02.csv"));
    let text = String::from_utf8(csv.body).unwrap();
    let args = ["export", "--kind", "sales-invoice", "--from", DAY, "--to", DAY];
    assert_eq!(text, trade.office.town.office.command(&args, "").unwrap(), "as at the office's terminal");
    let text = String::from_utf8(export("&site=garut").body).unwrap();
    assert!(text.contains(&id(2)) && !text.contains(&id(1)), "{text}");
    assert_eq!(export("&site=nowhere").refused(404), "site");
    for (query, input) in [
        ("", "kind"),
        ("?kind=sales-invoice", "from"),
        ("?kind=sales-invoice&from=2026-01-01", "to"),
        ("?kind=sales-invoice&from=2026-01-02&to=2026-01-01", "to"),
        ("?kind=sales-invoice&from=2025-01-01&to=2026-01-02", "to"),
    ] {
        assert_eq!(desk.get(&format!("/api/export{query}")).refused(400), input, "{query}");
    }
    assert_eq!(desk.get("/api/export?kind=sales-invoice&from=2025-01-02&to=2026-01-02").status, 200, "366 days");
}
