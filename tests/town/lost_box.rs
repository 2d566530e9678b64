//! A box is lost: what comes under its key is kept aside until a person has decided, and counts once at most.

use crate::{EXE, SOON, sell, until};
use rig::town::{House, Town};
use serde_json::Value;

fn site(town: &Town) -> Value {
    Town::site(&town.office.status().unwrap(), "bandung")
}

/// A running box that the office answers, with so many of its sales in the books.
fn booked(town: &Town, shop: &House, documents: u64) {
    let settled = |status: &Value| status["waiting"] == 0 && status["line"]["office_answers"] == true;
    shop.wait_until("all acked", SOON, settled).unwrap();
    let has = |status: &Value| Town::site(status, "bandung")["documents"] == documents;
    town.office.wait_until("booked", SOON, has).unwrap();
}

/// What the quarantine has: ids and records.
fn quarantine(town: &Town) -> Vec<(String, u64)> {
    let list = town.office.command(&["office", "quarantine", "list", "bandung"], "").unwrap();
    let lines = list.lines().filter(|line| line.starts_with("bandung"));
    let entry = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        (words[1].to_owned(), words[3].parse().unwrap())
    };
    lines.map(entry).collect()
}

#[test]
fn what_comes_under_a_revoked_key_is_kept_aside_and_released_once_or_dropped() {
    let dir = tempfile::tempdir().unwrap();
    let town = Town::found(EXE, dir.path(), "").unwrap();
    let office = |args: &[&str]| town.office.command(&[&["office"], args].concat(), "").unwrap();
    let mut lost = town.settle("bandung", None, &["till-0"], "").unwrap();
    lost.start().unwrap();
    sell(&lost, "till-0", 1, 20);
    booked(&town, &lost, 20);
    assert!(office(&["quarantine", "list"]).contains("Nothing is in quarantine"));

    let said = office(&["revoke", "bandung"]);
    assert!(said.contains("counts no more") && said.contains("outpost enrol bandung --replace"), "{said}");
    sell(&lost, "till-0", 2, 10);
    until("it is kept aside", || site(&town)["quarantined"].as_u64() > Some(0));
    lost.kill9().unwrap();
    assert_eq!(site(&town)["documents"], 20, "not applied");
    assert!(town.office.command(&["status"], "").unwrap().contains("in quarantine: "));
    let kept = quarantine(&town);
    let records: u64 = kept.iter().map(|(_, records)| records).sum();
    assert!(records > 0, "{kept:?}");
    let unknown = town.office.command(&["office", "quarantine", "release", "bandung", "0123456789abcdef"], "");
    assert!(unknown.unwrap_err().to_string().contains("0123456789abcdef"));

    for (id, records) in &kept {
        let said = office(&["quarantine", "release", "bandung", id]);
        assert!(said.contains(&format!("{id} released: {records} records were new")), "{said}");
    }
    until("released", || site(&town)["documents"] == 20 + records);
    assert!(office(&["quarantine", "release", "bandung", "all"]).contains("Nothing was in quarantine"));
    assert_eq!((quarantine(&town), site(&town)["quarantined"].as_u64()), (vec![], Some(0)));

    // A new box goes on, whatever the old one's envelopes said.
    let file = dir.path().join("new.toml");
    let file = file.to_str().unwrap();
    town.office.command(&["enrol", "bandung", "--replace", "--trust", "--out", file], "").unwrap();
    let mut new = town.take(&dir.path().join("new"), &["--take", file], &["till-0"], "").unwrap();
    new.start().unwrap();
    sell(&new, "till-0", 3, 5);
    booked(&town, &new, 25 + records);
    assert_eq!(site(&town)["repeats"], 0);

    // That one is lost, too, and what it sends from then on is thrown away.
    office(&["revoke", "bandung"]);
    sell(&new, "till-0", 4, 5);
    until("it is kept aside", || site(&town)["quarantined"].as_u64() > Some(0));
    new.kill9().unwrap();
    assert!(office(&["quarantine", "drop", "bandung", "all"]).contains("dropped"));
    assert_eq!((quarantine(&town), site(&town)["documents"].as_u64()), (vec![], Some(25 + records)));
    let mut ids = town.office.exported_ids("sales-invoice").unwrap();
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!((count as u64, ids.len() as u64), (25 + records, 25 + records), "each once");
}
