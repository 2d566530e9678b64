//! Master data comes down, goods go from site to site, and the office knows what is under way: with real programs and a real line.

use super::{EXE, SOON, until};
use rig::load::{self, End, Plan};
use rig::town::{House, PASSWORD, Town};
use serde_json::{Value, json};
use std::path::Path;

const DAY: &str = "2026-11-02";

/// Master data of two sites that trade, as files.
fn files(dir: &Path) -> Vec<String> {
    let settings = |site: &str, prefix: &str| json!({"site": site, "company": "Tailor Works", "currency": "IDR", "number_prefix": prefix});
    let warehouse =
        |name: &str, site: &str, is_transit: u8| json!({"name": name, "site": site, "is_transit": is_transit});
    let tables: [(&str, Value); 6] = [
        ("settings", json!([settings("bandung", "BDG"), settings("garut", "GRT")])),
        (
            "warehouse",
            json!([
                warehouse("Bandung", "bandung", 0),
                warehouse("Garut", "garut", 0),
                warehouse("To Garut", "garut", 1)
            ]),
        ),
        ("uom", json!([{"uom_name": "Nos", "must_be_whole_number": 1}])),
        (
            "item",
            json!([{"item_code": "BTN", "item_name": "Button", "item_group": "Raw", "stock_uom": "Nos", "is_stock_item": 1}]),
        ),
        ("customer", json!([{"name": "Bu Sari", "customer_name": "Bu Sari"}])),
        ("level", json!([{"item_code": "BTN", "warehouse": "Bandung", "actual_qty": "100"}])),
    ];
    let write = |(table, rows): &(&str, Value)| {
        let path = dir.join(format!("{table}.json"));
        std::fs::write(&path, rows.to_string()).unwrap();
        path.to_str().unwrap().to_owned()
    };
    tables.iter().map(write).collect()
}

/// Sends one document at a tablet; it is answered when this returns.
fn send(shop: &House, tablet: &str, slug: &str, document: &Value) {
    let mut plan = Plan::new(shop.addr, format!("{document}\n"));
    plan.client = tablet.into();
    plan.topic = format!("tx/{{client}}/{slug}");
    plan.login = Some(("{client}".into(), PASSWORD.into()));
    plan.end = End::Count(1);
    assert_eq!(load::run(plan).unwrap().acked, 1);
}

fn show(house: &House, what: &[&str]) -> Value {
    let args: Vec<&str> = ["show", "--json"].iter().chain(what).copied().collect();
    serde_json::from_str(&house.command(&args, "").unwrap()).unwrap()
}

/// A row of a sheet by the content of one cell.
fn row<'a>(sheet: &'a Value, cell: &str) -> Option<&'a Vec<Value>> {
    sheet["rows"].as_array().unwrap().iter().filter_map(Value::as_array).find(|row| row.iter().any(|text| text == cell))
}

#[test]
fn goods_go_from_site_to_site_and_what_came_short_is_shown() {
    let dir = tempfile::tempdir().unwrap();
    let town = Town::found(EXE, dir.path(), "").unwrap();
    let mut bandung = town.settle("bandung", None, &["till-b"], "").unwrap();
    let mut garut = town.settle("garut", None, &["till-g"], "").unwrap();
    bandung.start().unwrap();
    garut.start().unwrap();
    let files = files(dir.path());
    let load: Vec<&str> = ["office", "load"].into_iter().chain(files.iter().map(String::as_str)).collect();
    // `--dir` belongs to the office's command.
    town.office.command(&load, "").unwrap();
    until("the level at the box", || row(&show(&bandung, &["stock"]), "100").is_some());

    let sent = json!({"id": "01936e5b-5a00-7000-8000-0000000000b4", "stock_entry_type": "Material Transfer",
        "add_to_transit": 1, "posting_date": DAY, "from_warehouse": "Bandung", "to_warehouse": "To Garut",
        "items": [{"item_code": "BTN", "qty": "10"}]});
    send(&bandung, "till-b", "stock-entry", &sent);
    let stock = show(&bandung, &["stock", "--warehouse", "Bandung"]);
    assert_eq!(row(&stock, "BTN").unwrap()[2], "90", "{stock}");
    until("word of the goods at the receiver", || row(&show(&garut, &["transit"]), "BDG-SE-A000001").is_some());

    let came = json!({"id": "01936e5b-5a00-7000-8000-0000000000b5", "stock_entry_type": "Material Transfer",
        "outgoing_stock_entry": sent["id"], "posting_date": DAY, "from_warehouse": "To Garut", "to_warehouse": "Garut",
        "items": [{"item_code": "BTN", "qty": "8", "ste_detail": "1"}]});
    send(&garut, "till-g", "stock-entry", &came);
    assert_eq!(row(&show(&garut, &["stock", "--warehouse", "Garut"]), "BTN").unwrap()[2], "8");
    until("what came short at the office", || row(&show(&town.office, &["transit"]), "short").is_some());
    let transit = show(&town.office, &["transit"]);
    let line = row(&transit, "short").unwrap();
    assert_eq!(line[5..7], ["10", "8"], "{transit}");

    // More than is under way comes from nowhere, and an unknown item is nobody's: refused, and nothing moves.
    let more = json!({"id": "01936e5b-5a00-7000-8000-0000000000b6", "stock_entry_type": "Material Transfer",
        "outgoing_stock_entry": sent["id"], "posting_date": DAY, "from_warehouse": "To Garut", "to_warehouse": "Garut",
        "items": [{"item_code": "BTN", "qty": "3", "ste_detail": "1"}]});
    send(&garut, "till-g", "stock-entry", &more);
    let unknown = json!({"id": "01936e5b-5a00-7000-8000-0000000000b7", "customer": "Bu Sari", "posting_date": DAY,
        "items": [{"item_code": "NOPE", "qty": "1", "rate": "5"}]});
    send(&garut, "till-g", "sales-invoice", &unknown);
    let documents = show(&garut, &["documents", "stock-entry", DAY]);
    assert_eq!(documents["rows"].as_array().unwrap().len(), 1, "{documents}");
    assert!(row(&show(&garut, &["number", "GRT-SE-A000001"]), "Stock Entry").is_some());

    // A level that is loaded again has the site's documents in it, and none counts twice.
    town.office.wait_until("all records", SOON, |status| Town::site(status, "bandung")["to_come"] == 0).unwrap();
    std::fs::write(dir.path().join("level.json"), r#"[{"item_code":"BTN","warehouse":"Bandung","actual_qty":"90"}]"#)
        .unwrap();
    town.office.command(&["office", "load", dir.path().join("level.json").to_str().unwrap()], "").unwrap();
    until("the new level at the box", || row(&show(&bandung, &["stock"]), "BTN").is_some_and(|row| row[3] == "90"));
    let stock = show(&bandung, &["stock", "--warehouse", "Bandung"]);
    assert_eq!(row(&stock, "BTN").unwrap()[2..], ["90", "90", "0"], "{stock}");
    bandung.stop().unwrap();
    garut.stop().unwrap();
}
