//! Master data over HTTP.

use crate::house::{Shop, people};
use crate::http::{ask, get};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// All pages from a cursor on; what the tablet has then is in `rows`.
fn take(
    shop: &Shop,
    rows: &mut BTreeMap<(String, String), Value>,
    after: Option<&str>,
    limit: usize,
) -> (String, bool) {
    let mut cursor = after.map(str::to_owned);
    let mut reset = false;
    loop {
        let path = cursor.map_or(String::new(), |cursor| format!("&after={cursor}"));
        let page = ask(shop.at, &format!("/api/rows?limit={limit}{path}"));
        if page["reset"] == true {
            reset = true;
            rows.clear();
        }
        let lines = page["rows"].as_array().unwrap();
        assert!(lines.len() <= limit);
        for line in lines {
            let key = ["table", "name"].map(|field| line[field].as_str().unwrap().to_owned());
            let key = (key[0].clone(), key[1].clone());
            match &line["row"] {
                Value::Null => drop(rows.remove(&key)),
                row => drop(rows.insert(key, row.clone())),
            }
        }
        cursor = page["cursor"].as_str().map(str::to_owned);
        if page["more"] == false {
            assert_eq!(page["complete"], true);
            return (cursor.unwrap(), reset);
        }
    }
}

#[test]
fn a_tablet_takes_all_rows_then_what_changes_and_no_secret() {
    let other = ("settings", json!({"site": "garut", "company": "Tailor Works", "currency": "IDR"}));
    let life =
        json!({"site": "bandung", "first": {"epoch": "01936e5b-5a00-7000-8000-0123456789ab", "seq": 1}, "series": "B"});
    let mut shop = Shop::open(&[people(), vec![other, ("life", life)]].concat());
    let plain = String::from_utf8(get(shop.at, "/api/rows").body).unwrap();
    assert!(plain.contains("wati") && !plain.contains("argon2") && !plain.contains("_hash"), "{plain}");
    assert!(!plain.contains("garut") && !plain.contains("\"life\""), "{plain}");

    let key = |table: &str, name: &str| (table.to_owned(), name.to_owned());
    let (mut whole, mut small) = (BTreeMap::new(), BTreeMap::new());
    let (cursor, reset) = take(&shop, &mut whole, None, 500);
    assert_eq!(take(&shop, &mut small, None, 1), (cursor.clone(), true));
    assert_eq!(whole, small, "whatever the size of the pages");
    assert!(reset && whole.len() == 14, "{whole:?}");
    assert_eq!(whole[&key("user", "wati")]["has_pin"], true);
    assert_eq!(whole[&key("item-price", "BUTTON\u{1f}Retail\u{1f}Nos")]["price_list_rate"], "1000");
    assert_eq!(take(&shop, &mut whole, Some(&cursor), 500), (cursor.clone(), false), "nothing is new");

    let customer = |name: &str| ("customer", json!({"name": name, "customer_name": name}));
    shop.open_again(100, &[customer("Pak Joko"), customer("Bu Ani")], &[("customer", "Bu Sari")]);
    let (next, reset) = take(&shop, &mut whole, Some(&cursor), 1);
    assert!(!reset && whole.contains_key(&key("customer", "Pak Joko")), "{whole:?}");
    assert!(!whole.contains_key(&key("customer", "Bu Sari")), "what was deleted goes");
    let (generation, version) = next.split_once('.').unwrap();
    assert_eq!(version, "102");

    let of_another = next.replace(generation, "01936e5b-5a00-7000-8000-0123456789ff");
    assert!(take(&shop, &mut whole.clone(), Some(&of_another), 500).1, "another generation");
    assert!(take(&shop, &mut whole.clone(), Some(&format!("{generation}.103")), 500).1, "beyond what the box has");
}
