//! A person closes a day at a tablet.

use crate::house::{Shop, sale};
use crate::{JOKOS_PIN, NINAS_PIN, WATIS_PIN};
use serde_json::json;

/// What the box shows of the day that [`sale`] is of.
fn day(shop: &Shop) -> String {
    shop.till.command(&["show", "day", "2026-01-05"], "").unwrap()
}

#[test]
fn a_day_is_closed_once_by_whoever_may_and_opens_again_with_what_comes_late() {
    let shop = Shop::open(json!({}), "");
    let tablet = shop.tablet("till-1");
    let (wati, nina) = (tablet.log_in("wati", WATIS_PIN), tablet.log_in("nina", NINAS_PIN));
    assert_eq!(tablet.send("sales-invoice", &sale(Some(&wati)))["status"], "recorded");
    assert!(day(&shop).contains("2026-01-05: open"), "{}", day(&shop));

    let asked = |session: &str, day: &str| json!({"id": "01936e5b-5a00-7000-8000-0123456789ab", "session": session, "day": day});
    let joko = tablet.log_in("joko", JOKOS_PIN);
    let refused = tablet.send("day-close", &asked(&joko, "2026-01-05"));
    assert_eq!(refused["reason"]["code"], "rights", "{refused}");
    let ahead = tablet.send("day-close", &asked(&nina, "2099-01-05"));
    let code = ahead["reason"]["code"].as_str().unwrap();
    assert!(["clock", "period"].contains(&code), "a machine may know the time or not: {ahead}");
    assert!(day(&shop).contains("2026-01-05: open"));

    let closed = tablet.send("day-close", &asked(&nina, "2026-01-05"));
    assert_eq!(closed["status"], "recorded", "{closed}");
    assert!(day(&shop).contains("2026-01-05: closed"), "{}", day(&shop));
    let again = tablet.send("day-close", &asked(&nina, "2026-01-05"));
    assert_eq!((&again["seq"], &again["hash"]), (&closed["seq"], &closed["hash"]), "one record");
    let other = tablet.send("day-close", &asked(&nina, "2026-01-04"));
    assert_eq!(other["reason"]["code"], "conflict", "{other}");

    assert_eq!(tablet.send("sales-invoice", &sale(Some(&wati)))["status"], "recorded");
    assert!(day(&shop).contains("2026-01-05: open"), "{}", day(&shop));
}
