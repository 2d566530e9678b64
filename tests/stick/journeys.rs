//! Sticks in pockets, in drawers, and beside a line.

use crate::SOON;
use crate::pocket::{Pocket, SITE};
use rig::town::Town;

#[test]
fn a_sale_goes_by_stick_and_the_offices_word_comes_back_on_it() {
    let mut pocket = Pocket::open();
    pocket.sell(50);
    let said = pocket.visit_shop("red");
    assert!(said["word"].as_str().unwrap().contains("records are on it"), "{said}");
    let told = pocket.visit_office("red");
    assert!(told.contains(&format!("{SITE}: 51 new records")), "{told}");
    pocket.all_is_booked_once();
    let said = pocket.visit_shop("red");
    assert!(said["word"].as_str().unwrap().contains("the office has everything"), "{said}");
    let way = pocket.shop.command(&["status", "--document", &pocket.sold[0]], "").unwrap();
    assert!(way.contains("at the office"), "{way}");
    assert_eq!(Pocket::parcels(&pocket.stick("red"), "to-office"), Vec::<std::path::PathBuf>::new(), "it was cleared");
    assert!(pocket.stick("red").join("OUTPOST/README.txt").exists());
    // The office hears that its word has come, and clears its own.
    pocket.visit_office("red");
    assert!(Pocket::parcels(&pocket.stick("red"), "to-site").is_empty());
}

#[test]
fn ten_sticks_from_a_drawer_in_any_order_make_the_whole() {
    let mut pocket = Pocket::open();
    let names: Vec<String> = (0..10).map(|n| format!("stick-{n}")).collect();
    for name in &names {
        pocket.sell(7);
        pocket.visit_shop(name);
    }
    for n in [7, 0, 9, 3, 3, 1, 8, 2, 6, 4, 5, 9] {
        pocket.visit_office(&names[n]);
    }
    pocket.all_is_booked_once();
    // Any of them tells the box, and the next visit of each clears it.
    pocket.visit_shop(&names[4]);
    for name in &names {
        pocket.visit_shop(name);
        assert!(Pocket::parcels(&pocket.stick(name), "to-office").is_empty(), "{name}");
    }
}

#[test]
fn a_stick_that_comes_back_without_an_answer_gets_only_what_is_new_and_stays_whole() {
    let mut pocket = Pocket::open();
    pocket.sell(20);
    pocket.visit_shop("red");
    let first = Pocket::parcels(&pocket.stick("red"), "to-office");
    pocket.sell(20);
    pocket.visit_shop("red");
    let second = Pocket::parcels(&pocket.stick("red"), "to-office");
    assert!(first.iter().all(|file| second.contains(file)), "what lay there was not written again");
    assert_eq!(second.len(), first.len() + 1);
    pocket.visit_office("red");
    pocket.all_is_booked_once();
}

#[test]
fn the_line_and_the_stick_bring_the_same_and_it_is_booked_once() {
    let mut pocket = Pocket::open_with(None);
    pocket.sell(10);
    pocket.shop.wait_until("the line", SOON, |status| status["waiting"] == 0).unwrap();
    pocket.town.office.stop().unwrap();
    pocket.sell(30);
    pocket.visit_shop("red");
    pocket.sell(30);
    // Half by stick while the office does not run, then all by line.
    let told = pocket.visit_office("red");
    assert!(told.contains("new records"), "{told}");
    pocket.town.office.start().unwrap();
    pocket.shop.wait_until("the line", SOON, |status| status["waiting"] == 0).unwrap();
    let told = pocket.visit_office("red");
    assert!(told.contains(" 0 new records"), "{told}");
    pocket.all_is_booked_once();
}

#[test]
fn an_office_restored_from_a_backup_hears_it_from_a_stick_and_gets_the_rest() {
    let mut pocket = Pocket::open();
    pocket.sell(10);
    pocket.visit_shop("red");
    pocket.visit_office("red");
    pocket.town.office.stop().unwrap();
    let (office, backup) = (pocket.town.office.dir.clone(), pocket.dir.path().join("backup"));
    copy(&office, &backup);
    pocket.town.office.start().unwrap();
    pocket.sell(10);
    pocket.visit_shop("red");
    pocket.visit_office("red");
    // The box hears that all is there; then the office loses a day.
    pocket.visit_shop("red");
    pocket.town.office.stop().unwrap();
    std::fs::remove_dir_all(&office).unwrap();
    copy(&backup, &office);
    pocket.town.office.start().unwrap();
    let told = pocket.visit_office("red");
    assert!(told.contains("restored from a backup"), "{told}");
    pocket.visit_shop("red");
    pocket.visit_office("red");
    pocket.all_is_booked_once();
}

#[test]
fn a_restored_card_hears_of_its_letter_on_the_stick_that_brought_its_records() {
    let mut pocket = Pocket::open();
    let round = |pocket: &mut Pocket| {
        pocket.visit_shop("red");
        pocket.visit_office("red");
        pocket.visit_shop("red");
    };
    pocket.sell(10);
    round(&mut pocket);
    pocket.shop.stop().unwrap();
    let (shop, image) = (pocket.shop.dir.clone(), pocket.dir.path().join("image"));
    copy(&shop, &image);
    pocket.shop.start().unwrap();
    pocket.sell(10);
    round(&mut pocket);
    pocket.shop.stop().unwrap();
    std::fs::remove_dir_all(&shop).unwrap();
    copy(&image, &shop);
    pocket.shop.start().unwrap();
    // Nobody has told it: these five bear numbers that others have.
    pocket.sell(5);
    round(&mut pocket);
    pocket.sell(5);
    round(&mut pocket);
    pocket.all_is_booked_once();
    let office = |what: &[&str]| pocket.town.office.command(&[&["show"], what].concat(), "").unwrap();
    let prefix = format!("{}-SI-", SITE.to_uppercase());
    let shared = office(&["shared-numbers"]);
    for (letter, count, documents) in
        [("A", 10, 1), ("A", 11, 2), ("A", 15, 2), ("A", 16, 1), ("B", 1, 1), ("B", 5, 1), ("B", 6, 0)]
    {
        let number = format!("{prefix}{letter}{count:06}");
        let rows =
            |sheet: &str| sheet.lines().filter(|line| line.contains(&number) && line.contains("Sales Invoice")).count();
        assert_eq!(rows(&office(&["number", &number])), documents, "{number}");
        assert_eq!(rows(&shared), if documents > 1 { 2 } else { 0 }, "{number} in {shared}");
    }
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    let copied = std::process::Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(copied.success());
}

#[test]
fn csv_is_written_when_somebody_asks_and_never_by_itself() {
    let mut pocket = Pocket::open();
    pocket.sell(3);
    pocket.visit_shop("red");
    assert!(!pocket.stick("red").join("OUTPOST/csv").exists());
    pocket.put_in("red");
    let args = ["stick", "csv", "--from", "2000-01-01", "--to", "2100-12-31"];
    let told = pocket.shop.command(&args, "").unwrap();
    assert!(told.contains("CSV files were written"), "{told}");
    let written = pocket.port("red").join(format!("OUTPOST/csv/{SITE}/2000-01-01_2100-12-31/Sales Invoice.csv"));
    let bytes = std::fs::read(&written).unwrap();
    assert!(bytes.starts_with(b"outpost_id,"), "fieldnames, and no byte order mark");
    let text = String::from_utf8(bytes).unwrap();
    pocket.sold.iter().for_each(|id| assert!(text.contains(id.as_str()), "{id}"));
    let exported = ["export", "--kind", "sales-invoice", "--from", "2000-01-01", "--to", "2100-12-31"];
    assert_eq!(pocket.shop.command(&exported, "").unwrap(), text, "`outpost export` writes the same");
    pocket.pull("red");
    let status = pocket.town.office.status().unwrap();
    assert_eq!(Town::site(&status, SITE)["records"], 0);
}

#[test]
fn two_sticks_at_once_are_both_served_and_the_office_takes_one_by_insertion() {
    let mut pocket = Pocket::open();
    pocket.sell(10);
    std::fs::rename(pocket.stick("blue"), pocket.port("blue")).unwrap();
    let red = pocket.put_in("red");
    let blue = pocket.wait_for("blue", |stick| stick["state"] != "working");
    assert_eq!((red["state"].as_str(), blue["state"].as_str()), (Some("may_pull"), Some("may_pull")), "{red} {blue}");
    let [red, blue] = ["red", "blue"].map(|name| Pocket::parcels(&pocket.port(name), "to-office").len());
    assert_eq!((red, blue), (1, 1));
    pocket.pull("red");
    pocket.pull("blue");

    // The office's machine has a port of its own.
    let port = pocket.dir.path().join("office-port");
    std::fs::create_dir(&port).unwrap();
    pocket.town.office.stop().unwrap();
    let file = pocket.town.office.dir.join("office.toml");
    let settings = std::fs::read_to_string(&file).unwrap();
    let sticks = format!("stick_dirs = [\"{}\"]\ntrial_sticks = true\n", port.display());
    std::fs::write(&file, format!("{sticks}{settings}")).unwrap();
    pocket.town.office.start().unwrap();
    std::fs::rename(pocket.stick("red"), port.join("red")).unwrap();
    let is_served = |status: &serde_json::Value| status["sticks"][0]["state"] == "may_pull";
    pocket.town.office.wait_until("the stick", SOON, is_served).unwrap();
    std::fs::rename(port.join("red"), pocket.dir.path().join("pocket/red")).unwrap();
    pocket.all_is_booked_once();
    let said = pocket.visit_shop("red");
    assert!(said["word"].as_str().unwrap().contains("the office has everything"), "{said}");
}

#[test]
fn what_a_revoked_box_carries_is_kept_aside_until_somebody_releases_it() {
    let mut pocket = Pocket::open();
    pocket.sell(5);
    pocket.visit_shop("red");
    pocket.visit_office("red");
    pocket.sell(5);
    pocket.visit_shop("red");
    let office = &pocket.town.office;
    office.command(&["office", "revoke", SITE], "").unwrap();
    let stick = pocket.stick("red");
    let told =
        office.command(&["office", "import", &stick.to_string_lossy()], "").unwrap_or_else(|told| told.to_string());
    assert!(told.contains("under a key that counts no more"), "{told}");
    assert_eq!(Town::site(&office.status().unwrap(), SITE)["documents"], 5, "what it had sent before stays");
    let released = office.command(&["office", "quarantine", "release", SITE, "all"], "").unwrap();
    assert!(released.contains("records were new"), "{released}");
    pocket.all_is_booked_once();
}

#[test]
fn an_empty_stick_is_written_for_every_site_when_somebody_asks_and_for_none_otherwise() {
    let mut pocket = Pocket::open_with(None);
    pocket.sell(3);
    pocket.shop.wait_until("the line", SOON, |status| status["waiting"] == 0).unwrap();
    // One is enrolled whose box has not come: there is nobody to seal to.
    pocket.town.office.command(&["enrol", "solo"], "").unwrap();
    let told = pocket.visit_office("round");
    assert!(told.contains("there is nothing from any site"), "{told}");
    assert!(Pocket::files(&pocket.stick("round"), "to-site").is_empty());
    let stick = pocket.stick("round");
    let args = ["office", "import", &stick.to_string_lossy(), "--all-sites"];
    let told = pocket.town.office.command(&args, "").unwrap();
    assert!(told.contains(&format!("{SITE}: the answers are on the stick")), "{told}");
    assert!(!Pocket::files(&pocket.stick("round"), "to-site").is_empty());
    pocket.visit_shop("round");
    pocket.all_is_booked_once();
}
