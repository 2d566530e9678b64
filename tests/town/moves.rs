//! An enrolled box and a second file: it takes what its office's root has signed, and nothing else.

use crate::{EXE, SOON, sell};
use rig::line::{Conditions, Line};
use rig::town::Town;
use serde_json::Value;

#[test]
fn an_enrolled_box_takes_a_move_of_its_office_and_no_second_enrolment() {
    let dir = tempfile::tempdir().unwrap();
    let town = Town::found(EXE, dir.path(), "").unwrap();
    let line = Line::open(town.office.addr, Conditions::default()).unwrap();
    let mut shop = town.settle("bandung", Some(line.addr()), &["till-0"], "").unwrap();
    shop.start().unwrap();
    sell(&shop, "till-0", 1, 5);
    let answered = |status: &Value| status["waiting"] == 0 && status["line"]["office_answers"] == true;
    shop.wait_until("all acked", SOON, answered).unwrap();
    let [file, others, fresh] =
        ["move", "others", "fresh"].map(|name| dir.path().join(name).to_str().unwrap().to_owned());
    let refused = |file: &str| shop.command(&["enrol", "--take", file], "").unwrap_err().to_string();

    // The office moves, and the old way to it is gone.
    drop(line);
    let enrolment = dir.path().join("bandung.enrolment.toml");
    assert!(refused(enrolment.to_str().unwrap()).contains("takes no second enrolment"), "not even its own office's");
    let other = tempfile::tempdir().unwrap();
    let other = Town::found(EXE, other.path(), "").unwrap();
    other.office.command(&["enrol", "bandung", "--out", &others], "").unwrap();
    assert!(refused(&others).contains("takes no second enrolment"));

    // The root goes on paper, and off the disk.
    let shown = town.office.command(&["office", "root"], "").unwrap();
    let is_paper =
        |line: &&str| line.split(' ').all(|group| group.len() == 4 && u16::from_str_radix(group, 16).is_ok());
    let paper: Vec<&str> = shown.lines().filter(is_paper).collect();
    assert_eq!(paper.len(), 5, "{shown}");
    let paper = paper.join("\n");
    assert!(town.office.command(&["office", "root", "--remove"], "1234").is_err(), "not without the paper");
    town.office.command(&["office", "root", "--remove"], &paper).unwrap();
    let gone = town.office.command(&["enrol", "bandung", "--move", "--out", &file], "").unwrap_err().to_string();
    assert!(gone.contains("--root-from-paper"), "{gone}");
    let slip = format!("{}{}", if paper.starts_with('0') { '1' } else { '0' }, &paper[1..]);
    let sign = ["enrol", "bandung", "--move", "--root-from-paper", "--out", &file];
    assert!(town.office.command(&sign, &slip).unwrap_err().to_string().contains("wrong"));
    town.office.command(&sign, &paper).unwrap();

    // A fresh box is made by an enrolment, not by a move.
    let not_yet = town.take(std::path::Path::new(&fresh), &["--take", &file], &[], "").err().unwrap().to_string();
    assert!(not_yet.contains("this is a move"), "{not_yet}");

    shop.stop().unwrap();
    let said = shop.command(&["enrol", "--take", &file], "").unwrap();
    assert!(said.contains("bandung has moved") && said.contains(&town.office.addr.port().to_string()), "{said}");
    assert!(shop.command(&["enrol", "--take", &file], "").unwrap_err().to_string().contains("older"));
    shop.start().unwrap();
    sell(&shop, "till-0", 2, 5);
    shop.wait_until("all acked at the new place", SOON, answered).unwrap();
    let booked = |status: &Value| Town::site(status, "bandung")["documents"] == 10;
    town.office.wait_until("booked", SOON, booked).unwrap();
}
