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
    numbers_go_on_under_another_letter(&mut place);
}

/// What was sold before the box had heard may share a number with what was lost; nothing that is sold now does.
fn numbers_go_on_under_another_letter(place: &mut Shop) {
    let shared = |place: &Shop| place.town.office.command(&["show", "shared-numbers"], "").unwrap();
    let number = |place: &Shop, no: &str| {
        let prefix = SITE.to_uppercase();
        place.town.office.command(&["show", "number", &format!("{prefix}-SI-{no}")], "").unwrap()
    };
    // The letters are the office's only rows.
    let has_heard = |status: &Value| {
        let site = Town::site(status, SITE);
        site["letter"] == "C" && site["master_version"].as_u64() > Some(0)
    };
    place.town.office.wait_until("the box has its letter", SOON, has_heard).unwrap();
    let before = shared(place);
    assert!(before.contains("-SI-A000051"), "the first after the image was taken: {before}");
    assert_eq!(number(place, "A000051").matches("-SI-A000051").count(), 2);
    place.sell(20);
    place.settled();
    assert_eq!(shared(place), before, "no number more is shared");
    for no in ["B000001", "B000020"] {
        assert_eq!(number(place, no).matches(&format!("-SI-{no}")).count(), 1, "{}", number(place, no));
    }
    // Started again, it goes on where it was.
    place.shop.stop().unwrap();
    place.shop.start().unwrap();
    place.sell(1);
    place.settled();
    assert!(number(place, "B000021").contains("-SI-B000021"));
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
