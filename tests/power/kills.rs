//! kill -9 of the box and of the office under load.

use crate::shop::{SITE, Shop, more, until};
use rig::seed::Seeded;
use rig::town::Town;

/// Who is killed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    Box,
    Office,
    Either,
}

fn kills(who: Who, count: u64, name: &str) {
    let mut place = Shop::open(None, None);
    let mut seeded = Seeded::new(11);
    let load = if who == Who::Box { place.load() } else { place.steady_load() };
    let (mut hits, mut killed) = (0, [0, 0]);
    for _ in 0..count {
        more(&load, 30 + seeded.below(200));
        let is_box = who == Who::Box || (who == Who::Either && seeded.below(2) == 0);
        killed[usize::from(is_box)] += 1;
        if is_box {
            let before = load.resent();
            place.shop.kill9().unwrap();
            place.shop.start().unwrap();
            more(&load, 24);
            hits += u64::from(load.resent() > before);
        } else {
            // At work: envelopes arrive until the kill.
            let taken = |place: &Shop| {
                let status = place.town.office.status().ok();
                status.and_then(|status| status["sites"][0]["envelopes_taken"].as_u64()).unwrap_or(0)
            };
            let before = taken(&place);
            until("envelopes at the office", || taken(&place) > before);
            place.town.office.kill9().unwrap();
            hits += 1;
            more(&load, 24);
            place.town.office.start().unwrap();
        }
    }
    let report = place.rest(load);
    let site = place.proven(name);
    println!(
        "{name}: kills of the box {}, of the office {}; {hits} hit work under way; {report}",
        killed[1], killed[0]
    );
    assert!(hits * 4 >= count * 3, "{hits} of {count} kills hit work under way: too few to prove anything");
    assert_eq!(site["repeats"], 0, "the box knows a repeat: {site:#}");
    assert_eq!(site["envelopes_rejected"], 0, "{site:#}");
    if killed[1] > 0 {
        assert!(report.resent > 0);
    }
}

#[test]
fn a_box_that_is_killed_under_load_loses_and_doubles_nothing() {
    kills(Who::Box, 8, "8 kills of the box");
}

#[test]
fn an_office_that_is_killed_while_envelopes_arrive_loses_and_doubles_nothing() {
    kills(Who::Office, 4, "4 kills of the office");
}

#[test]
fn both_killed_at_random_lose_and_double_nothing() {
    kills(Who::Either, 6, "6 kills of either");
}

#[test]
fn without_the_index_of_repeats_the_journal_doubles_and_the_books_do_not() {
    let mut place = Shop::open(None, None);
    place.shop.stop().unwrap();
    place.shop.env.push(("OUTPOST_SABOTAGE".into(), "no-dedupe".into()));
    place.shop.start().unwrap();
    let load = place.load();
    // A kill between the sync and the answer is what makes a repeat; a few are tried until one is met.
    let mut tries = 0;
    loop {
        tries += 1;
        more(&load, 100);
        place.shop.kill9().unwrap();
        place.shop.start().unwrap();
        more(&load, 24);
        let site = Town::site(&place.town.office.status().unwrap(), SITE);
        if site["repeats"].as_u64().is_some_and(|repeats| repeats > 0) || tries == 30 {
            break;
        }
    }
    place.rest(load);
    let site = place.proven("sabotaged repeats");
    println!("sabotaged repeats: {} in the journal after {tries} kills", site["repeats"]);
    assert!(site["repeats"].as_u64().unwrap() > 0, "the proof of repeats would notice: {site:#}");
}

#[test]
#[ignore = "minutes: run by scripts/soak"]
fn soak_power_kills_of_the_box() {
    kills(Who::Box, 100, "100 kills of the box");
}

#[test]
#[ignore = "minutes: run by scripts/soak"]
fn soak_power_kills_of_the_office() {
    kills(Who::Office, 100, "100 kills of the office");
}

#[test]
#[ignore = "minutes: run by scripts/soak"]
fn soak_power_kills_of_both() {
    kills(Who::Either, 100, "100 kills of either");
}
