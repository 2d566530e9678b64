//! Who is who: a new box is compared before it is told anything, a second one of the same name is sent away.

use crate::{EXE, SOON, sell, until};
use rig::town::{House, Town};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// The code in what `outpost enrol --sealed` has printed.
fn code(said: &str) -> &str {
    said.lines().map(str::trim).find(|line| line.len() == 14 && line.split('-').count() == 3).unwrap()
}

fn way(shop: &House, id: &str) -> String {
    shop.command(&["status", "--document", id], "").unwrap()
}

fn doctor(dir: &Path) -> String {
    let output = Command::new(EXE).arg("doctor").arg("--dir").arg(dir).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_new_boxs_sales_are_taken_and_acked_and_it_is_told_nothing_until_its_fingerprint_is_confirmed() {
    let dir = tempfile::tempdir().unwrap();
    let town = Town::found(EXE, dir.path(), "").unwrap();
    let file = dir.path().join("bandung.sealed");
    let file = file.to_str().unwrap();
    let said = town.office.command(&["enrol", "bandung", "--sealed", "--out", file], "").unwrap();
    let take = ["--take", file, "--code", &code(&said).to_lowercase()];
    let mut shop = town.take(&dir.path().join("bandung"), &take, &["till-0"], "").unwrap();
    shop.start().unwrap();
    let sold = sell(&shop, "till-0", 1, 20);
    let at_box =
        shop.wait_until("all acked", SOON, |status| status["waiting"] == 0 && status["line"]["office_answers"] == true);
    let held = |status: &Value| {
        let site = Town::site(status, "bandung");
        site["documents"] == 20 && site["waiting_for_site"].as_u64() > Some(0)
    };
    let status = town.office.wait_until("its word is written and waits", SOON, held).unwrap();
    let fingerprint = Town::site(&status, "bandung")["compare"].as_str().unwrap().to_owned();
    assert_eq!(at_box.unwrap()["fingerprint"], fingerprint.as_str(), "both show the same");
    let said = town.office.command(&["status"], "").unwrap();
    assert!(said.contains(&format!("compare fingerprints: {fingerprint}")), "{said}");
    assert!(doctor(&town.office.dir).contains("nobody has compared"));
    assert!(way(&shop, &sold[0]).contains("saved"), "the box knows of nothing");

    let other = "0000 1111 2222 3333 4444 5555 6666 7777";
    let refused = town.office.command(&["office", "confirm", "bandung", other], "").unwrap_err().to_string();
    assert!(refused.contains(other) && refused.contains(&fingerprint), "{refused}");
    assert!(way(&shop, &sold[0]).contains("saved"));

    let groups: Vec<&str> = fingerprint.split(' ').collect();
    town.office.command(&[&["office", "confirm", "bandung"], &groups[..]].concat(), "").unwrap();
    until("the office's word", || way(&shop, &sold[19]).contains("at the office"));
    let status = town.office.status().unwrap();
    assert_eq!(Town::site(&status, "bandung")["compare"], Value::Null);
    // It stays so.
    shop.stop().unwrap();
    shop.start().unwrap();
    let sold = sell(&shop, "till-0", 2, 1);
    until("the office's word", || way(&shop, &sold[0]).contains("at the office"));
}

#[test]
fn a_sealed_enrolment_opens_by_its_own_code_alone_typed_or_given() {
    let dir = tempfile::tempdir().unwrap();
    let town = Town::found(EXE, dir.path(), "").unwrap();
    let [bandung, solo] = ["bandung", "solo"].map(|site| dir.path().join(site).to_str().unwrap().to_owned());
    let files = [format!("{bandung}.sealed"), format!("{solo}.sealed")];
    let enrol = |site, file| town.office.command(&["enrol", site, "--sealed", "--out", file], "").unwrap();
    let said = [enrol("bandung", &files[0]), enrol("solo", &files[1])];
    let [right, wrong] = [code(&said[0]), code(&said[1])];
    let text = std::fs::read(&files[0]).unwrap();
    assert!(!String::from_utf8_lossy(&text).contains("one_time_secret"), "nobody can read it");

    let other_code = town.take(dir.path(), &["--take", &files[0], "--code", wrong], &[], "");
    let error = other_code.err().unwrap().to_string();
    assert!(error.contains("does not open the enrolment of bandung"), "{error}");
    std::fs::write(dir.path().join("cut"), &text[..text.len() - 9]).unwrap();
    let cut = dir.path().join("cut");
    let damaged = town.take(dir.path(), &["--take", cut.to_str().unwrap(), "--code", right], &[], "");
    let error = damaged.err().unwrap().to_string();
    assert!(error.contains("damaged"), "{error}");
    assert!(!dir.path().join("identity.toml").exists(), "nothing came of it");

    std::fs::create_dir_all(&bandung).unwrap();
    let mut typed = std::process::Command::new(EXE)
        .args(["enrol", "--take", &files[0], "--dir", &bandung])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut typed.stdin.take().unwrap(), format!("what?\n{wrong}\n {right}\n").as_bytes())
        .unwrap();
    let output = typed.wait_with_output().unwrap();
    let asked = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        output.status.success() && asked.matches("The code that the office printed for bandung").count() == 3,
        "{asked}"
    );
    assert!(String::from_utf8_lossy(&output.stdout).contains("This box is bandung."));
}

#[test]
fn a_second_box_with_the_same_enrolment_is_told_so_and_leaves_the_line_to_the_first() {
    let dir = tempfile::tempdir().unwrap();
    let town = Town::found(EXE, dir.path(), "").unwrap();
    let mut first = town.settle("bandung", None, &["till-0"], "").unwrap();
    first.start().unwrap();
    sell(&first, "till-0", 1, 10);
    let has = |count: u64| move |status: &Value| Town::site(status, "bandung")["documents"] == count;
    town.office.wait_until("booked", SOON, has(10)).unwrap();
    let key = first.status().unwrap()["fingerprint"].as_str().unwrap().to_owned();

    let file = dir.path().join("bandung.enrolment.toml");
    let take = ["--take", file.to_str().unwrap()];
    let mut second = town.take(&dir.path().join("second"), &take, &["till-0"], "").unwrap();
    second.start().unwrap();
    let is_off = |status: &Value| status["line"]["road"]["state"] == "down" && status["line"]["refused"].is_string();
    let status = second.wait_until("off the line", SOON, is_off).unwrap();
    // It may have said so before it was ready.
    let log = second.process().unwrap().log();
    assert!(log.iter().any(|line| line.contains("the office does not take this box's key")), "{log:?}");
    let refused = status["line"]["refused"].as_str().unwrap();
    for part in ["another box already is bandung", "ask the office for a new enrolment", &key] {
        assert!(refused.contains(part), "{refused}");
    }
    assert!(second.command(&["status"], "").unwrap().contains("another box already is bandung"));
    assert!(doctor(&second.dir).contains("another box already is bandung"));
    // What it is told to record it keeps.
    sell(&second, "till-0", 2, 3);

    sell(&first, "till-0", 3, 5);
    let status = town.office.wait_until("booked", SOON, has(15)).unwrap();
    assert_eq!(status["strangers"], 1, "it has offered its key once");
    assert_eq!(first.status().unwrap()["line"]["refused"], Value::Null, "the first one is none the wiser");

    // As it was told to: a new enrolment makes it the box that counts, with what it has recorded meanwhile.
    first.stop().unwrap();
    second.stop().unwrap();
    let file = file.to_str().unwrap();
    town.office.command(&["enrol", "bandung", "--replace", "--trust", "--out", file], "").unwrap();
    second.command(&["enrol", "--take", file], "").unwrap();
    second.start().unwrap();
    town.office.wait_until("booked", SOON, has(18)).unwrap();
    assert_eq!(second.status().unwrap()["line"]["refused"], Value::Null);
}
