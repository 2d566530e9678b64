//! What takes two.

use crate::house::{Shop, sale};
use crate::{JOKOS_PIN, NINAS_PIN, SARIS_PIN, WATIS_PIN};
use serde_json::json;

#[test]
fn a_large_discount_takes_a_second_person_who_is_a_manager() {
    let shop = Shop::open(json!({ "discount_over_percent": 10 }), "");
    let tablet = shop.tablet("till-1");
    let session = tablet.log_in("wati", WATIS_PIN);
    let discounted = |percent: u32| {
        let mut sale = sale(Some(&session));
        sale["additional_discount_percentage"] = percent.into();
        sale
    };
    assert_eq!(tablet.send("sales-invoice", &discounted(10))["status"], "recorded");
    let sale = discounted(11);
    let refused = tablet.send("sales-invoice", &sale);
    assert_eq!(refused["reason"]["code"], "approval", "{refused}");
    let approve = |user: &str, pin: &str| json!({ "user": user, "pin": pin, "document": sale["id"] });
    for (user, pin, what) in [("wati", WATIS_PIN, "the same person"), ("joko", JOKOS_PIN, "who may not cancel either")]
    {
        assert_eq!(tablet.ask("approve", approve(user, pin))["ok"], true);
        assert_eq!(tablet.send("sales-invoice", &sale)["reason"]["code"], "approval", "{what}");
    }
    assert_eq!(tablet.ask("approve", approve("sari", SARIS_PIN))["ok"], true);
    assert_eq!(tablet.send("sales-invoice", &sale)["status"], "recorded");
    assert_eq!(tablet.send("sales-invoice", &discounted(11))["reason"]["code"], "approval", "for that one alone");
}

#[test]
fn a_cancellation_takes_the_right_to_and_a_second_person() {
    let shop = Shop::open(json!({ "cancellation": true }), "");
    let tablet = shop.tablet("till-1");
    let session = tablet.log_in("wati", WATIS_PIN);
    let sold = sale(Some(&session));
    assert_eq!(tablet.send("sales-invoice", &sold)["status"], "recorded");
    let cancel = |session: &str| json!({ "id": sale(None)["id"], "session": session, "document": sold["id"], "reason": "rung up twice" });
    assert_eq!(tablet.send("cancellation", &cancel(&session))["reason"]["code"], "rights", "a Till may not");
    let boss = tablet.log_in("nina", NINAS_PIN);
    let cancelled = cancel(&boss);
    assert_eq!(tablet.send("cancellation", &cancelled)["reason"]["code"], "approval");
    let approve = json!({ "user": "sari", "pin": SARIS_PIN, "document": cancelled["id"] });
    assert_eq!(tablet.ask("approve", approve)["ok"], true);
    assert_eq!(tablet.send("cancellation", &cancelled)["status"], "recorded");
    assert_eq!(tablet.send("cancellation", &cancel(&boss))["status"], "refused", "once");
}

#[test]
fn a_role_that_may_not_is_named_with_the_document() {
    let shop = Shop::open(json!({}), "");
    let tablet = shop.tablet("till-1");
    let session = tablet.log_in("wati", WATIS_PIN);
    let mut entry = json!({ "stock_entry_type": "Material Issue", "from_warehouse": "W", "posting_date": "2026-01-05",
        "items": [{ "item_code": "SEW", "qty": 1 }] });
    entry["id"] = sale(None)["id"].clone();
    entry["session"] = session.into();
    let receipt = tablet.send("stock-entry", &entry);
    let text = receipt["reason"]["text"].as_str().unwrap_or_default();
    assert_eq!(receipt["reason"]["code"], "rights", "{receipt}");
    assert!(text.contains("Till") && text.contains("Stock Entry") && text.contains("wati"), "{text}");
}
