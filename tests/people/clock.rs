//! The first person says what time it is, where nothing else does.

use crate::WATIS_PIN;
use crate::house::{Shop, sale};
use serde_json::json;

#[test]
fn nothing_undated_is_taken_until_somebody_has_said_what_time_it_is() {
    let mut shop = Shop::open(json!({}), "network_time = false");
    let tablet = shop.tablet("till-1");
    let session = tablet.log_in("wati", WATIS_PIN);
    let mut undated = sale(Some(&session));
    undated.as_object_mut().unwrap().remove("posting_date");
    let refused = tablet.send("sales-invoice", &undated);
    assert_eq!(refused["reason"]["code"], "clock", "{refused}");
    assert!(refused["reason"]["text"].as_str().unwrap().contains("me/<device>/clock"), "{refused}");
    let mut ahead = sale(Some(&session));
    ahead["posting_date"] = "2099-01-05".into();
    assert_eq!(tablet.send("sales-invoice", &ahead)["reason"]["code"], "clock");
    assert_eq!(tablet.send("sales-invoice", &sale(Some(&session)))["status"], "recorded", "that day has been");
    assert_eq!(tablet.publish("in/till-1/scan", "8991234")["status"], "recorded", "a scanner asks nobody");

    let now = jiff::Timestamp::now();
    let later = now + jiff::SignedDuration::from_hours(72);
    assert_eq!(tablet.ask("clock", json!({ "at": later.to_string() }))["code"], "session", "somebody says it");
    let says = |at: &str| tablet.ask("clock", json!({ "session": session, "at": at }));
    assert_eq!(says("2020-01-01T00:00:00Z")["code"], "clock", "time does not run behind the last record");
    assert_eq!(says("2199-01-01T00:00:00Z")["code"], "clock", "a slip of the finger");
    let set = says(&later.to_string());
    assert_eq!(set["ok"], true, "{set}");
    assert_eq!(says(&later.to_string())["code"], "clock", "it is known now");
    let taken = tablet.send("sales-invoice", &undated);
    assert_eq!(taken["status"], "recorded", "{taken}");
    assert!(taken["at"].as_str().unwrap() >= set["at"].as_str().unwrap(), "{taken} {set}");

    shop.kill();
    shop.start();
    let tablet = shop.tablet("till-1");
    let receipt = tablet.publish("in/till-1/scan", "8991234");
    assert!(receipt["at"].as_str().unwrap() >= set["at"].as_str().unwrap(), "never behind the last record: {receipt}");
}
