//! Copied and restored cards, an office restored from a backup, a lost file of acks.

use crate::SOON;
use crate::shop::{SITE, Shop, copy};
use rig::town::Town;
use serde_json::Value;
use std::fs;

fn notices(site: &Value) -> Vec<String> {
    let list = site["notices"].as_array().cloned().unwrap_or_default();
    list.iter().filter_map(|notice| notice.as_str().map(str::to_owned)).collect()
}

fn forks(place: &Shop) -> Vec<String> {
    let told = |status: &Value| notices(&Town::site(status, SITE)).iter().any(|notice| notice.contains("copied"));
    let status = place.town.office.wait_until("the fork is told", SOON, told).unwrap();
    notices(&Town::site(&status, SITE)).into_iter().filter(|notice| notice.contains("copied")).collect()
}

#[test]
fn two_boxes_from_a_copied_card_are_both_booked_and_the_office_says_where_they_part() {
    let mut place = Shop::open(None, None);
    place.sell(50);
    place.settled();
    place.shop.stop().unwrap();
    let last = place.shop.dir.clone();
    let other = place.dir.path().join("copied");
    copy(&last, &other);
    // The first goes on, then the second: the same House with the other directory.
    place.shop.start().unwrap();
    place.sell(40);
    place.settled();
    place.shop.stop().unwrap();
    place.shop.dir = other;
    place.shop.start().unwrap();
    place.sell(30);
    let all = place.receipted().len();
    let status = place.town.office.wait_until("both booked", SOON, |status| {
        let site = Town::site(status, SITE);
        site["documents"] == all && site["missing"] == 0
    });
    let site = Town::site(&status.unwrap(), SITE);
    let audit = place.audit(&place.town.office);
    assert!(audit.is_good() && audit.booked == all, "{audit:?}");
    let told = forks(&place);
    assert!(told.len() == 1 && told[0].contains(SITE), "{site:#}");
    println!("copied card: {all} sales of both booked once; told: {}", told[0]);
}

#[test]
fn a_box_from_an_old_card_goes_on_beside_what_it_once_was() {
    let mut place = Shop::open(None, None);
    place.sell(50);
    place.settled();
    place.shop.stop().unwrap();
    let backup = place.dir.path().join("backup");
    copy(&place.shop.dir, &backup);
    let imaged = place.receipted().len();
    place.shop.start().unwrap();
    place.sell(60);
    place.settled();
    place.shop.kill9().unwrap();
    fs::remove_dir_all(&place.shop.dir).unwrap();
    copy(&backup, &place.shop.dir);
    // Nobody can tell it that it was restored.
    place.town.office.stop().unwrap();
    place.shop.start().unwrap();
    place.sell(20);
    place.town.office.start().unwrap();
    let all = place.receipted().len();
    let office = &place.town.office;
    office.wait_until("all booked", SOON, |status| Town::site(status, SITE)["documents"] == all).unwrap();
    let audit = place.audit(office);
    assert!(audit.is_good() && audit.booked == all, "{audit:?}");
    println!("restored card: {all} sales booked once; told: {:?}", forks(&place));
    numbers_go_on_under_another_letter(&mut place, imaged);
}

/// What was sold before the box had heard may share a number with what was lost; nothing that is sold now does.
fn numbers_go_on_under_another_letter(place: &mut Shop, imaged: usize) {
    let shared = |place: &Shop| place.town.office.command(&["show", "shared-numbers"], "").unwrap();
    let bearing = |place: &Shop, letter: char, count: usize| {
        let number = format!("{}-SI-{letter}{count:06}", SITE.to_uppercase());
        let sheet = place.town.office.command(&["show", "number", &number], "").unwrap();
        sheet.lines().filter(|line| line.trim_start().starts_with(&number) && line.contains("Sales Invoice")).count()
    };
    // The letters are the office's only rows.
    let has_heard = |status: &Value| {
        let site = Town::site(status, SITE);
        site["letter"] == "C" && site["master_version"].as_u64() > Some(0)
    };
    place.town.office.wait_until("the box has its letter", SOON, has_heard).unwrap();
    let before = shared(place);
    assert_eq!((bearing(place, 'A', imaged), bearing(place, 'A', imaged + 1)), (1, 2), "{before}");
    let sold = place.receipted().len();
    place.sell(20);
    place.settled();
    assert_eq!(shared(place), before, "no number more is shared");
    let sold = place.receipted().len() - sold;
    for (count, documents) in [(1, 1), (sold, 1), (sold + 1, 0)] {
        assert_eq!(bearing(place, 'B', count), documents, "B, {count} of {sold}");
    }
    // Started again, it goes on where it was.
    place.shop.stop().unwrap();
    place.shop.start().unwrap();
    place.sell(1);
    place.settled();
    assert_eq!(bearing(place, 'B', sold + 1), 1);
}

#[test]
fn an_office_from_last_nights_backup_asks_for_the_rest_and_a_lost_file_of_acks_is_harmless() {
    let mut place = Shop::open(None, None);
    place.sell(80);
    place.settled();
    place.town.office.stop().unwrap();
    let backup = place.dir.path().join("backup");
    copy(&place.town.office.dir, &backup);
    place.town.office.start().unwrap();
    place.sell(120);
    place.settled();
    place.town.office.kill9().unwrap();
    fs::remove_dir_all(&place.town.office.dir).unwrap();
    copy(&backup, &place.town.office.dir);
    place.town.office.start().unwrap();
    let before = place.town.office.exported_ids("sales-invoice").unwrap().len();
    let site = place.settled();
    println!(
        "restored office: {before} booked right after its start, then {}; told: {:?}",
        site["documents"],
        notices(&site)
    );
    place.sell(40);
    place.settled();
    // The acks' file is gone: the office says what it has when it is asked.
    place.shop.stop().unwrap();
    let acks = place.shop.dir.join("acks");
    let existed = acks.exists();
    fs::remove_file(&acks).ok();
    place.shop.start().unwrap();
    place.sell(40);
    assert!(existed, "a box that stops writes down what was acked");
    let site = place.proven("an office restored, then acks lost");
    assert_eq!(site["repeats"], 0, "{site:#}");
}
