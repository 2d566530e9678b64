//! A box comes, is compared, is moved, and its key ends: all from the desk.

use crate::caller::Caller;
use crate::{EXE, SOON};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rig::town::Town;
use serde_json::{Value, json};
use tempfile::TempDir;

fn office() -> (TempDir, Town, Caller) {
    let dir = tempfile::tempdir().unwrap();
    let town = Town::found(EXE, dir.path(), "").unwrap();
    let ani = Caller::at(&town.office, "ani", "admin");
    (dir, town, ani)
}

#[test]
fn a_box_takes_what_the_desk_made_under_its_code_and_is_served_once_it_is_compared() {
    let (dir, town, ani) = office();
    let made = ani.post("/api/sites", &json!({ "site": "solo" }));
    assert_eq!(made.status, 201, "{made:?}");
    let made = made.json();
    assert_eq!((&made["name"], &made["at_broker"]), (&json!("solo.enrol"), &Value::Null));
    assert!(made["qr"].as_str().unwrap().starts_with("<svg"), "{made}");
    let file = made["file"].as_str().unwrap();
    let sealed = BASE64_STANDARD.decode(file).unwrap();
    assert!(!sealed.windows(8).any(|part| part == b"password") && !file.contains(made["code"].as_str().unwrap()));

    // As a file, and as a scanner types the code's content.
    let (as_file, as_scanned) = (dir.path().join("solo.enrol"), dir.path().join("scanned.txt"));
    std::fs::write(&as_file, &sealed).unwrap();
    std::fs::write(&as_scanned, format!("{file}\n")).unwrap();
    let code = made["code"].as_str().unwrap();
    let wrong = ["--take", &as_file.to_string_lossy(), "--code", "0000-0000-0000"];
    assert!(town.take(&dir.path().join("wrong"), &wrong, &[], "").is_err());
    let take = ["--take", &as_file.to_string_lossy(), "--code", code];
    let mut solo = town.take(&dir.path().join("solo"), &take, &[], "").unwrap();
    let scanned = ["--take", &as_scanned.to_string_lossy(), "--code", code];
    town.take(&dir.path().join("other"), &scanned, &[], "").unwrap();

    solo.start().unwrap();
    let waits = |status: &Value| Town::site(status, "solo")["compare"].is_string();
    let status = town.office.wait_until("the key", SOON, waits).unwrap();
    let fingerprint = Town::site(&status, "solo")["compare"].as_str().unwrap().to_owned();
    let confirm = |fingerprint: &str| ani.post("/api/sites/solo/confirm", &json!({ "fingerprint": fingerprint }));
    assert_eq!(confirm(&"0".repeat(32)).refused(409), "fingerprint");
    assert_eq!(confirm("bandung").refused(400), "fingerprint");
    assert!(confirm(&fingerprint.to_uppercase()).json()["said"].as_str().unwrap().contains("is confirmed"));
    assert!(confirm(&fingerprint).json()["said"].as_str().unwrap().contains("before"));
    solo.wait_until("the office's word", SOON, |status| status["waiting"] == 0).unwrap();

    assert_eq!(ani.post("/api/sites", &json!({ "site": "solo" })).refused(409), "replace");
    let moved =
        ani.post("/api/sites", &json!({ "site": "solo", "moves": true, "urls": ["mqtts://localhost:9"] })).json();
    std::fs::write(&as_file, BASE64_STANDARD.decode(moved["file"].as_str().unwrap()).unwrap()).unwrap();
    solo.stop().unwrap();
    let take = ["enrol", "--take", &as_file.to_string_lossy(), "--code", moved["code"].as_str().unwrap()];
    let told = solo.command(&take, "").unwrap();
    assert!(told.contains("has moved") && told.contains("localhost:9"), "{told}");

    let revoke = |body: Value| ani.post("/api/sites/solo/revoke", &body);
    assert_eq!(revoke(json!({ "fingerprint": "1".repeat(32) })).refused(409), "fingerprint");
    assert!(revoke(json!({ "fingerprint": fingerprint })).json()["said"].as_str().unwrap().contains("counts no more"));
    assert_eq!(ani.post("/api/sites", &json!({ "site": "solo", "replace": true })).status, 201);
}

#[test]
fn a_site_that_cannot_be_expected_is_refused_with_what_lacks() {
    let (_dir, town, ani) = office();
    let expect = |body: Value| ani.post("/api/sites", &body);
    assert_eq!(expect(json!({ "site": "office" })).refused(422), "site");
    assert_eq!(expect(json!({ "site": "No Name" })).refused(400), "site");
    assert_eq!(expect(json!({ "site": "solo", "trust": true })).refused(400), "trust");
    assert_eq!(expect(json!({ "site": "solo", "replace": true })).refused(404), "site");
    assert_eq!(expect(json!({ "site": "solo", "moves": true })).refused(404), "site");
    assert_eq!(expect(json!({ "site": "solo", "moves": true, "replace": true })).refused(422), "moves");
    assert_eq!(expect(json!({ "site": "solo", "urls": vec!["mqtts://a:1"; 9] })).refused(422), "urls");
    for path in ["/api/sites/solo/confirm", "/api/sites/solo/revoke"] {
        assert_eq!(ani.post(path, &json!({ "fingerprint": "0".repeat(32) })).refused(404), "site", "{path}");
    }
    assert_eq!(expect(json!({ "site": "solo" })).status, 201);
    assert_eq!(ani.post("/api/sites/solo/revoke", &json!({})).refused(409), "site", "its box has not come");

    // With the root on its paper no move is signed at the desk.
    let paper = town.office.command(&["office", "root"], "").unwrap();
    let root = paper.split("\n\n").nth(1).unwrap();
    town.office.command(&["office", "root", "--remove"], root).unwrap();
    assert_eq!(expect(json!({ "site": "solo", "moves": true })).refused(409), "moves");
}

#[test]
fn erpnext_is_checked_where_there_is_one() {
    let (_dir, town, ani) = office();
    assert_eq!(ani.post("/api/erpnext/check", &json!({})).refused(409), Value::Null);
    std::fs::write(town.office.dir.join("erpnext.toml"), "url = 7\n").unwrap();
    let said = ani.post("/api/erpnext/check", &json!({}));
    assert_eq!(said.status, 200, "{said:?}");
    let said = said.json()["said"].to_string();
    assert!(said.contains("erpnext.toml") && !said.contains(&*town.office.dir.to_string_lossy()), "{said}");
}
