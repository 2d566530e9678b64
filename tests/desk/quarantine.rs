//! What a lost box's key has sealed, judged at the desk.

use crate::caller::Caller;
use crate::pocket::{Pocket, SITE};
use serde_json::{Value, json};

#[test]
fn what_a_revoked_box_carries_waits_until_an_admin_has_decided() {
    let mut pocket = Pocket::open();
    pocket.sell(5);
    pocket.visit_shop("red");
    pocket.visit_office("red");
    pocket.sell(5);
    pocket.visit_shop("red");
    let ani = Caller::at(&pocket.town.office, "ani", "admin");
    let said = ani.post(&format!("/api/sites/{SITE}/revoke"), &json!({}));
    assert!(said.status == 200 && said.json()["said"].as_str().unwrap().contains("counts no more"), "{said:?}");
    let import = ani.import();
    let stick = pocket.stick("red");
    ani.put_files(&import, &stick, &Pocket::files(&stick, "to-office"));
    let told = ani.take(&import);
    assert!(told["set_aside"].as_u64() > Some(0) && told["new"] == 0, "{told}");

    let kept = ani.get("/api/quarantine").json();
    assert_eq!((&kept["items"][0]["site"], &kept["next"]), (&json!(SITE), &Value::Null), "{kept}");
    assert!(kept["items"][0]["records"].as_u64() > Some(0), "{kept}");
    assert_eq!(ani.get(&format!("/api/quarantine?site={SITE}")).json(), kept);
    assert_eq!(ani.get("/api/quarantine?site=nowhere").refused(404), "site");
    assert_eq!(ani.get("/api/quarantine?site=No+Where").refused(400), "site");
    assert_eq!(ani.get("/api/quarantine?after=9").refused(410), "after");
    let judge = |site: &str, body: Value| ani.post(&format!("/api/quarantine/{site}"), &body);
    assert_eq!(judge(SITE, json!({ "id": "0000000000000000", "release": true })).refused(404), "id");
    assert_eq!(judge(SITE, json!({ "id": "../../identity", "release": true })).refused(400), "id");
    assert_eq!(judge(SITE, json!({})).refused(400), Value::Null);
    assert_eq!(judge("nowhere", json!({ "release": false })).refused(404), "site");
    let id = kept["items"][0]["id"].clone();
    let done = judge(SITE, json!({ "id": id, "release": true })).json();
    assert_eq!(done["done"][0]["id"], id, "{done}");
    let rest = judge(SITE, json!({ "release": true })).json();
    let new =
        |done: &Value| done["done"].as_array().unwrap().iter().map(|one| one["new"].as_u64().unwrap()).sum::<u64>();
    assert!(new(&done) + new(&rest) >= 5, "{done} {rest}");
    assert_eq!(judge(SITE, json!({ "release": true })).json(), json!({ "done": [] }));
    assert_eq!(ani.get("/api/quarantine").json()["items"], json!([]));
    pocket.all_is_booked_once();
}
