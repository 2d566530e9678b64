//! How much memory the master data of a large site takes. Alone in its process, so that what the process holds is what it holds.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use outpost_core::domain::master::{Masters, Row, Table};

/// Items, each with a barcode and a price: the most that a site is expected to have.
const ITEMS: usize = 100_000;
/// More would not be small: it is 70 MB for all of them, on a Pi with 512 MB beside everything else.
const MAX_BYTES_PER_ITEM: usize = 700;

/// What the process holds in memory, in bytes.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
}

fn row(table: Table, fields: serde_json::Value) -> Row {
    Row::deserialize_as(table, fields).unwrap()
}

#[test]
fn a_hundred_thousand_items_with_barcodes_and_prices_stay_small() {
    let before = resident();
    let mut masters = Masters::default();
    for n in 0..ITEMS {
        let code = format!("SHIRT-{n:06}");
        masters.put(row(
            Table::Item,
            serde_json::json!({
                "item_code": code, "item_name": format!("Shirt, batik, size {n}"), "item_group": "Finished Goods",
                "stock_uom": "Nos", "is_stock_item": 1, "barcodes": [{"barcode": format!("8991234{n:06}")}],
            }),
        ));
        masters.put(row(
            Table::ItemPrice,
            serde_json::json!({"item_code": code, "price_list": "Standard Selling", "uom": "Nos", "price_list_rate": n}),
        ));
    }
    let each = (resident() - before) / ITEMS;
    println!("{each} bytes for each of {ITEMS} items with a barcode and a price");
    assert!(each <= MAX_BYTES_PER_ITEM, "{each} bytes for each item");
    assert_eq!(masters.item_of_barcode("8991234099999").unwrap().0.item_code.as_str(), "SHIRT-099999");
}
