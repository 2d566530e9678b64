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
