//! Logging in, whose documents are whose, and what wrong PINs cost.

use crate::house::{Shop, sale};
use crate::{JOKOS_PIN, SARIS_PIN, WATIS_BADGE, WATIS_PIN};
use serde_json::json;

#[test]
fn documents_are_of_who_logged_in_by_pin_or_badge_and_no_secret_is_on_the_disk() {
    let shop = Shop::open(json!({}), "");
    let (first, second) = (shop.tablet("till-1"), shop.tablet("till-2"));
    let by_pin = first.log_in("wati", WATIS_PIN);
    let word = second.ask("login", json!({ "badge": WATIS_BADGE }));
    assert_eq!((&word["ok"], &word["user"]), (&json!(true), &json!("wati")), "{word}");
    let by_badge = word["session"].as_str().unwrap();

    let taken = sale(Some(&by_pin));
    assert_eq!(first.send("sales-invoice", &taken)["status"], "recorded");
    assert_eq!(first.send("sales-invoice", &taken)["status"], "recorded", "a repeat is known, though it names nobody");
    assert_eq!(second.send("sales-invoice", &sale(Some(by_badge)))["status"], "recorded");
    let mut somebody_elses = sale(Some(&by_pin));
    somebody_elses["user"] = "joko".into();
    for (document, why) in [
        (sale(None), "nobody logged in"),
        (somebody_elses, "another's session"),
        (sale(Some(by_badge)), "a session of another tablet"),
        (sale(Some(&"0".repeat(32))), "no session at all"),
    ] {
        let receipt = first.send("sales-invoice", &document);
        assert_eq!(receipt["reason"]["code"], "session", "{why}: {receipt}");
    }

    let out = first.ask("logout", json!({ "session": by_pin }));
    assert_eq!(out["ok"], true, "{out}");
    assert_eq!(first.ask("logout", json!({ "session": by_pin }))["code"], "session");
    assert_eq!(first.send("sales-invoice", &sale(Some(&by_pin)))["status"], "recorded", "sent late");

    // Where PINs do not belong: nothing of them stays either.
    first.publish("me/till-1/login", &format!("{{\"user\":\"wati\",\"pin\":\"{WATIS_PIN}\""));
    first.publish("me/till-2/login", &json!({ "user": "wati", "pin": WATIS_PIN }).to_string());
    first.publish("tx/till-1/login", &json!({ "user": "wati", "pin": WATIS_PIN }).to_string());
    first.publish("tx/till-1/sales-invoice", &json!({ "badge": WATIS_BADGE, "session": by_pin }).to_string());
    assert_eq!(first.ask("login", json!({ "user": WATIS_PIN, "pin": JOKOS_PIN }))["code"], "wrong");
    for secret in [WATIS_PIN, JOKOS_PIN, SARIS_PIN, WATIS_BADGE, &by_pin, by_badge] {
        assert_eq!(shop.files_with(secret), Vec::<std::path::PathBuf>::new(), "{secret}");
    }
    assert!(!shop.files_with("Bu Sari").is_empty(), "the search finds what is there");
}

#[test]
fn wrong_pins_close_a_person_and_a_kill_opens_nothing() {
    let mut shop = Shop::open(json!({}), "");
    let wrong = json!({ "user": "wati", "pin": "000000" });
    let tablet = shop.tablet("till-1");
    for _ in 0..5 {
        assert_eq!(tablet.ask("login", wrong.clone())["code"], "wrong");
    }
    let right = json!({ "user": "wati", "pin": WATIS_PIN });
    let closed = tablet.ask("login", right.clone());
    assert!(closed["code"] == "closed" && closed["until"].is_string(), "{closed}");
    shop.kill();
    shop.start();
    for tablet in ["till-1", "till-2"].map(|name| shop.tablet(name)) {
        assert_eq!(tablet.ask("login", right.clone())["code"], "closed");
    }
    assert_eq!(shop.tablet("till-1").ask("login", json!({ "user": "joko", "pin": JOKOS_PIN }))["code"], "closed");
    let manager = shop.tablet("till-2");
    let session = manager.log_in("sari", SARIS_PIN);
    let unlock = json!({ "session": session, "pin": SARIS_PIN, "act": "unlock", "whom": "wati" });
    assert_eq!(manager.ask("manage", unlock)["ok"], true);
    manager.log_in("wati", WATIS_PIN);
}
