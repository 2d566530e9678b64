//! Imports at their limits, and the names and ids that lead nowhere.

use crate::EXE;
use crate::caller::{Caller, announced};
use rig::http::request;
use rig::town::Town;
use serde_json::{Value, json};
use tempfile::TempDir;

const FILE: usize = 16 * 1024 * 1024;

fn office() -> (TempDir, Town) {
    let dir = tempfile::tempdir().unwrap();
    let town = Town::found(EXE, dir.path(), "").unwrap();
    (dir, town)
}

#[test]
fn a_file_has_sixteen_mebibytes_and_other_bodies_have_what_they_had() {
    let (_dir, town) = office();
    let sari = Caller::at(&town.office, "sari", "work");
    let import = sari.import();
    let path = format!("/api/imports/{import}/files/a.op");
    let whole = sari.put(&import, "to-office/solo/a.op", &vec![7; FILE]);
    assert_eq!((whole.status, &whole.json()["bytes"]), (201, &json!(FILE)));
    assert_eq!(sari.announce(&path, FILE + 1), 413);
    // Nobody is let send one who could not have it taken, and it is said before a byte of it has come.
    assert_eq!(announced(sari.at, &path, &[], FILE), 401);
    let look = Caller::at(&town.office, "lia", "look");
    assert_eq!(look.announce(&path, FILE), 403);
    let large = json!({ "site": "solo", "urls": ["x".repeat(65 * 1024)] });
    assert_eq!(Caller::at(&town.office, "ani", "admin").post("/api/sites", &large).status, 413);
    let plain = sari.ask(&format!("PUT {path}"), &["Content-Type: application/json"], b"{}");
    assert_eq!(plain.refused(415), "Content-Type");
}

#[test]
fn a_name_leads_nowhere_but_into_its_import() {
    let (_dir, town) = office();
    let sari = Caller::at(&town.office, "sari", "work");
    let import = sari.import();
    for name in [
        "..%2F..%2Fidentity.toml",
        "%2e%2e",
        "..",
        ".",
        "%2Fetc%2Fpasswd.csv",
        "a%2F..%2Fb.csv",
        "a%00.csv",
        "a%0d%0ab.csv",
        "..%5Cb.csv",
        "a%2F",
        "%ff.csv",
        "%",
        "to-office%2F..%2Fa.op",
        "to-office%2Fsolo%2F..",
        "a%2F%2Fb.csv",
    ] {
        assert_eq!(sari.put_encoded(&import, name, b"x").refused(400), "name", "{name}");
    }
    let long = |bytes: usize| sari.put(&import, &format!("{}.csv", "x".repeat(bytes - 4)), b"uom_name\n").status;
    assert_eq!((long(255), long(256)), (201, 400));
    // One segment of a path is a name; more are no path of ours.
    assert_eq!(sari.put_encoded(&import, "a/b.csv", b"x").refused(404), Value::Null);
    assert_eq!(sari.put_encoded(&import, "", b"x").refused(404), Value::Null);
    let there = |name: &str| town.office.dir.join("imports").join(&import).join("master").join(name).exists();
    assert!(!there("b.csv") && std::fs::read_dir(town.office.dir.join("imports")).unwrap().count() == 1);
}

#[test]
fn an_import_is_its_makers_and_goes_its_way_once() {
    let (_dir, town) = office();
    let sari = Caller::at(&town.office, "sari", "work");
    let joko = Caller::at(&town.office, "joko", "admin");
    let import = sari.import();
    let unknown = "00000000-0000-4000-8000-000000000000";
    for (caller, id) in [(&joko, &*import), (&sari, unknown)] {
        let path = format!("/api/imports/{id}");
        assert_eq!(caller.get(&path).refused(404), "id");
        assert_eq!(caller.get(&format!("{path}/answers")).refused(404), "id");
        assert_eq!(caller.post(&format!("{path}/take"), &json!({})).refused(404), "id");
        assert_eq!(caller.put(id, "uom.csv", b"uom_name\n").refused(404), "id");
        assert_eq!(caller.drop_import(id).refused(404), "id");
    }
    assert_eq!(joko.post("/api/master", &json!({ "import": import })).refused(404), "import");
    assert_eq!(sari.get("/api/imports/7").refused(400), "id");
    assert_eq!(sari.get(&format!("/api/imports/{import}?x=1")).refused(400), "x");
    assert_eq!(sari.post(&format!("/api/imports/{import}/take"), &json!({ "every": 1 })).refused(400), "every");
    assert_eq!(sari.get(&format!("/api/imports/{import}/answers")).refused(409), Value::Null);
    let told = sari.take(&import);
    assert_eq!((&told["state"], &told["files"], &told["done"]), (&json!("done"), &json!(0), &json!(0)), "{told}");
    assert!(told["notes"].to_string().contains("nothing from any site"), "{told}");
    assert_eq!(sari.put(&import, "uom.csv", b"uom_name\n").refused(409), Value::Null);
    let gone = sari.drop_import(&import);
    assert_eq!(gone.status, 204, "{gone:?}");
    assert_eq!(sari.get(&format!("/api/imports/{import}")).refused(404), "id");

    let four: Vec<String> = (0..4).map(|_| sari.import()).collect();
    let fifth = sari.post("/api/imports", &json!({}));
    assert_eq!((fifth.refused(429), fifth.header("retry-after")), (Value::Null, Some("60")));
    sari.drop_import(&four[0]);
    sari.import();
    (0..4).for_each(|_| drop(joko.import()));
    let wati = Caller::at(&town.office, "wati", "work");
    assert_eq!(wati.post("/api/imports", &json!({})).refused(429), Value::Null);
    assert_eq!(wati.post("/api/imports", &json!({ "x": 1 })).refused(400), "x");
}

#[test]
fn whoever_only_looks_brings_nothing_in_and_only_an_admin_keeps_sites() {
    let (_dir, town) = office();
    let [look, work] = ["look", "work"].map(|role| Caller::at(&town.office, role, role));
    let import = work.import();
    for (line, body) in [
        ("POST /api/imports".to_owned(), json!({})),
        (format!("POST /api/imports/{import}/take"), json!({})),
        ("POST /api/transactions".to_owned(), json!({ "site": "solo", "kind": "stock-entry", "document": {} })),
    ] {
        let heard = look.ask(&line, &["Content-Type: application/json"], body.to_string().as_bytes());
        heard.refused(403);
    }
    for (path, body) in [
        ("/api/master", json!({ "import": import })),
        ("/api/sites", json!({ "site": "solo" })),
        ("/api/sites/solo/confirm", json!({ "fingerprint": "00" })),
        ("/api/sites/solo/revoke", json!({})),
        ("/api/quarantine/solo", json!({ "release": true })),
        ("/api/erpnext/check", json!({})),
    ] {
        work.post(path, &body).refused(403);
        request(work.at, &format!("POST {path}"), &["Content-Type: application/json"], b"{}").refused(401);
    }
    work.get("/api/quarantine").refused(403);
}
