//! What the box says of itself on `state/#`.

use crate::house::{Shop, people, sale};
use crate::http;
use crate::socket::Tablet;
use serde_json::{Value, json};

#[test]
fn a_tablet_hears_when_there_is_something_to_ask_for() {
    let shop = Shop::open(&[]);
    let mut tablet = Tablet::log_on(shop.at, "till");
    let state = tablet.hear("state/box");
    assert_eq!((&state["people"], &state["utc_offset_minutes"]), (&json!(false), &json!(0)), "{state}");
    let sold = tablet.submit("sales-invoice", &sale(1, 1, None));
    assert_eq!(state["epoch"], sold["epoch"]);
    assert!(state["store"].as_str().is_some_and(|store| store.len() == 36), "{state}");
    // The retained words come again to whoever subscribes again, the newest of each.
    let mut tablet = Tablet::log_on(shop.at, "till");
    let rows = tablet.hear("state/rows");
    let asked = http::ask(shop.at, "/api/rows");
    assert_eq!((&rows["cursor"], &rows["complete"]), (&asked["cursor"], &json!(true)));
    while tablet.hear("state/shop") != json!({"epoch": sold["epoch"], "seq": sold["seq"]}) {}
    tablet.publish("in/till/scan", &json!({"code": "1"}));
    assert_eq!(tablet.hear("receipt/till")["status"], "recorded");
    let next = tablet.submit("sales-invoice", &sale(2, 1, None));
    let then = tablet.hear("state/shop");
    assert_eq!(then["seq"], next["seq"], "a scan changes no figure");
    let mut other = Tablet::log_on(shop.at, "other");
    let mut line = other.hear("state/line");
    assert!(line["since"].as_str().is_some_and(|since| since.ends_with('Z')), "{line}");
    while line["on_card"] != 2 {
        line = other.hear("state/line");
    }
    assert_eq!(line["oldest_on_card"], sold["at"], "a scan is no document, and there is no line here: {line}");
}

#[test]
fn a_weight_is_heard_by_the_tablet_beside_the_scale_once() {
    let shop = Shop::open(&people());
    let mut scale = Tablet::log_on(shop.at, "other");
    let mut tablet = Tablet::log_on(shop.at, "till");
    assert_eq!(tablet.hear("state/box")["people"], true);
    scale.publish("in/other/weight", &json!({"weight": "1.250", "unit": "kg"}));
    let heard = tablet.hear("state/weight/other");
    assert_eq!((&heard["weight"], &heard["unit"]), (&json!("1.25"), &json!("kg")), "{heard}");
    assert!(heard["at"].is_string());
    // Nothing of it is kept for who comes later: the next word of the scale is the first that they hear.
    let mut later = Tablet::log_on(shop.at, "till");
    scale.publish("in/other/weight", &json!({"weight": "2", "unit": "kg"}));
    assert_ne!(later.hear("state/weight/other")["weight"], Value::from("1.25"));
}

#[test]
fn what_a_stick_that_is_in_has_is_not_on_the_card_alone() {
    let mut shop = Shop::open(&[]);
    let sticks = shop.house.dir.join("trial");
    let stick = sticks.join("KINGSTON");
    std::fs::create_dir(&sticks).unwrap();
    shop.set("trial_sticks = true");
    shop.set("mirror_every_s = 1");
    shop.set(&format!("stick_dirs = [{sticks:?}]"));
    let mut tablet = Tablet::log_on(shop.at, "till");
    let line = |tablet: &mut Tablet, is_so: &dyn Fn(&Value) -> bool| {
        loop {
            let line = tablet.hear("state/line");
            if is_so(&line) {
                break line;
            }
        }
    };
    let wait = |tablet: &mut Tablet, count: u32| line(tablet, &|line| line["on_card"] == count);
    tablet.submit("sales-invoice", &sale(1, 1, None));
    wait(&mut tablet, 1);
    std::fs::create_dir(&stick).unwrap();
    let before = wait(&mut tablet, 0);
    let mut other = Tablet::log_on(shop.at, "other");
    let mut told = other.hear("state/stick")["sticks"][0].clone();
    while told["state"] != "may_pull" {
        told = other.hear("state/stick")["sticks"][0].clone();
    }
    assert!(told["mirror"] == true && told["through"].is_string(), "{told}");
    // It stays in, and is brought up to date.
    tablet.submit("sales-invoice", &sale(2, 1, None));
    line(&mut tablet, &|line| line["waiting"].as_u64() > before["waiting"].as_u64() && line["on_card"] == 0);
    // Pulled, nobody knows what becomes of it.
    std::fs::remove_dir_all(&stick).unwrap();
    wait(&mut tablet, 2);
}
