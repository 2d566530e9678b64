//! What a manager does at the box, with no line.

use crate::house::{Shop, Tablet, sale};
use crate::{JOKOS_PIN, SARIS_PIN, TEMPORARY_PIN, WATIS_PIN};
use serde_json::{Value, json};

#[test]
fn a_manager_locks_a_person_gives_a_temporary_pin_and_revokes_a_tablet() {
    let mut shop = Shop::open(json!({}), "");
    let (tablet, office) = (shop.tablet("till-1"), shop.tablet("till-2"));
    let (wati, sari) = (tablet.log_in("wati", WATIS_PIN), office.log_in("sari", SARIS_PIN));
    let manage = |session: &str, pin: &str, more: Value| {
        let mut ask = json!({ "session": session, "pin": pin });
        ask.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        ask
    };
    let lock = json!({ "act": "lock", "whom": "wati" });
    assert_eq!(tablet.ask("manage", manage(&wati, WATIS_PIN, lock.clone()))["code"], "not_allowed");
    assert_eq!(office.ask("manage", manage(&sari, "000000", lock.clone()))["code"], "wrong");
    assert_eq!(office.ask("manage", manage(&sari, SARIS_PIN, lock))["ok"], true);
    let late = sale(Some(&wati));
    assert_eq!(tablet.send("sales-invoice", &late)["reason"]["code"], "session");
    assert_eq!(tablet.ask("login", json!({ "user": "wati", "pin": WATIS_PIN }))["code"], "locked");
    shop.kill();
    shop.start();
    let (tablet, office) = (shop.tablet("till-1"), shop.tablet("till-2"));
    assert_eq!(tablet.send("sales-invoice", &late)["reason"]["code"], "session", "a restart ends no lock");
    let unlock = json!({ "act": "unlock", "whom": "wati" });
    assert_eq!(office.ask("manage", manage(&sari, SARIS_PIN, unlock))["ok"], true, "a restart ends no session");
    assert_eq!(tablet.send("sales-invoice", &late)["reason"]["code"], "session", "what a lock ended stays ended");
    assert_eq!(tablet.send("sales-invoice", &sale(Some(&tablet.log_in("wati", WATIS_PIN))))["status"], "recorded");

    let give = json!({ "act": "give_pin", "whom": "joko", "new_pin": TEMPORARY_PIN });
    assert_eq!(office.ask("manage", manage(&sari, SARIS_PIN, give))["ok"], true);
    let joko = tablet.log_in("joko", TEMPORARY_PIN);
    assert_eq!(tablet.send("sales-invoice", &sale(Some(&joko)))["status"], "recorded");
    let document = sale(None)["id"].clone();
    let agreed = tablet.ask("approve", json!({ "user": "joko", "pin": TEMPORARY_PIN, "document": document }));
    assert_eq!(agreed["code"], "not_allowed", "somebody else's PIN is not one's own word");
    tablet.log_in("joko", JOKOS_PIN);

    let revoke = json!({ "act": "revoke_device", "whom": "till-1" });
    assert_eq!(office.ask("manage", manage(&sari, SARIS_PIN, revoke))["ok"], true);
    tablet.is_hung_up_on();
    assert!(Tablet::connect(shop.addr, "till-1").is_err());
    let restore = json!({ "act": "restore_device", "whom": "till-1" });
    assert_eq!(office.ask("manage", manage(&sari, SARIS_PIN, restore))["ok"], true);
    let tablet = shop.tablet("till-1");
    assert_eq!(tablet.send("sales-invoice", &sale(Some(&joko)))["reason"]["code"], "session", "opened before that");
    tablet.log_in("joko", JOKOS_PIN);
    for secret in [SARIS_PIN, TEMPORARY_PIN] {
        assert!(shop.files_with(secret).is_empty());
    }
}
