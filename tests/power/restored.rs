//! Copies and backups: a card that was copied, an office that was restored.

use crate::SOON;
use crate::shop::Shop;
use rig::town::Town;
use std::path::Path;
use std::process::Command;

fn copy(from: &Path, to: &Path) {
    let _ = std::fs::remove_dir_all(to);
    let done = Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(done.success());
}

#[test]
fn an_office_restored_from_last_nights_backup_asks_for_the_rest() {
    let dir = tempfile::tempdir().unwrap();
    let mut shop = Shop::open(dir.path(), &dir.path().join("shops"), dir.path());
    let selling = shop.sell();
    Shop::await_sales(&selling, 100);
    selling.stop().unwrap();
    shop.settle();
    shop.town.office.stop().unwrap();
    copy(&shop.town.office.dir, &dir.path().join("backup"));
    shop.town.office.start().unwrap();
    let selling = shop.sell();
    Shop::await_sales(&selling, 200);
    selling.stop().unwrap();
    shop.settle();
    shop.town.office.stop().unwrap();
    copy(&dir.path().join("backup"), &shop.town.office.dir);
    shop.town.office.start().unwrap();
    // The box has long been told that the office has it all.
    let acked = shop.acked().len();
    let back = |status: &serde_json::Value| Town::site(status, "bandung")["documents"].as_u64() >= Some(acked as u64);
    shop.town.office.wait_until("the rest to come back", SOON, back).unwrap();
    shop.settle();
    shop.audit();
    // What the box remembers of acks is a convenience.
    shop.house.stop().unwrap();
    let _ = std::fs::remove_file(shop.house.dir.join("acks"));
    shop.house.start().unwrap();
    shop.settle();
    shop.audit();
    shop.doctor();
}

#[test]
fn two_boxes_with_one_identity_are_both_booked_and_told() {
    let dir = tempfile::tempdir().unwrap();
    let mut shop = Shop::open(dir.path(), &dir.path().join("shops"), dir.path());
    let selling = shop.sell();
    Shop::await_sales(&selling, 50);
    selling.stop().unwrap();
    shop.settle();
    shop.house.stop().unwrap();
    let card = shop.house.dir.clone();
    copy(&card, &dir.path().join("copy"));
    // The one goes on, and then the other: the same card, twice.
    for other in [None, Some(dir.path().join("copy"))] {
        if let Some(other) = other {
            shop.house.stop().unwrap();
            copy(&other, &card);
        }
        shop.house.start().unwrap();
        let selling = shop.sell();
        Shop::await_sales(&selling, 50);
        selling.stop().unwrap();
        let told = |status: &serde_json::Value| status["waiting"] == 0 && status["line"]["office_answers"] == true;
        shop.house.wait_until("the office to have all", SOON, told).unwrap();
    }
    let told = |status: &serde_json::Value| {
        Town::site(status, "bandung")["notices"].to_string().contains("copied or restored")
    };
    shop.town.office.wait_until("the copy to be told", SOON, told).unwrap();
    shop.settle();
    shop.audit();
}
