//! A full disk: no PUBACK, the box says so, forwarding goes on, and with room it records again by itself.

use crate::SOON;
use crate::cuts::disk;
use crate::packets::latest;
use crate::shop::{SITE, Shop, more, until};
use rig::town::Town;
use serde_json::Value;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

/// Room for an ext4's own log, views and a few thousand sales.
const MEBIBYTES: u64 = 48;

/// More records than go into a block or two.
const A_BLOCK: u64 = 24;

/// Fills a disk to its last block.
fn fill(path: &Path) {
    let mut filler = File::create(path).unwrap();
    for size in [1 << 20, 4096, 1] {
        let bytes = vec![7; size];
        while filler.write_all(&bytes).is_ok() {}
    }
    filler.sync_all().ok();
}

fn is_recording(status: &Value, recording: bool) -> bool {
    status["box"]["recording"] == recording
}

#[test]
fn a_box_with_a_full_disk_receipts_nothing_says_so_forwards_and_recovers_by_itself() {
    let Some(disk) = disk(MEBIBYTES) else { return };
    let mut place = Shop::open(Some(&disk.path()), None);
    place.sell(20);
    place.settled();
    // The line is cut, so that there is something to forward when the disk is full.
    place.town.office.stop().unwrap();
    let load = place.load();
    more(&load, 100);
    let filler = disk.path().join("filler");
    fill(&filler);
    let full = place.shop.wait_until("a full disk", SOON, |status| is_recording(status, false)).unwrap();
    let reason = full["box"]["reason"].as_str().unwrap().to_owned();
    assert!(reason.contains("disk is full") && reason.contains("free some space"), "{reason}");
    until("word on state/box", || {
        latest(place.shop.addr, "state/box")
            .is_some_and(|text| text.contains("\"recording\":false") && text.contains("disk is full"))
    });
    let (acked, records) = (load.acked(), full["records"].as_u64().unwrap());
    let waiting = full["waiting"].as_u64().unwrap();
    assert!(waiting > 0, "{full:#}");

    place.town.office.start().unwrap();
    let drained = |status: &Value| status["waiting"] == 0 && status["line"]["office_answers"] == true;
    let after = place.shop.wait_until("forwarding while full", SOON, drained).unwrap();
    assert!(is_recording(&after, false), "{after:#}");
    let site = Town::site(&place.town.office.status().unwrap(), SITE);
    let (receipted, recorded) = (load.acked() - acked, after["records"].as_u64().unwrap() - records);
    println!(
        "disk full: {waiting} waiting were forwarded while full; receipted meanwhile {receipted}, recorded meanwhile \
         {recorded}; the office holds {}; the office's word waits there: {}; reason: {reason}",
        site["records"], site["waiting_for_site"],
    );
    // A block that something else gave back may take a record or two; each is on the disk before its receipt.
    assert!(receipted <= recorded && recorded <= A_BLOCK, "{receipted} receipted, {recorded} recorded while full");

    fs::remove_file(&filler).unwrap();
    more(&load, 100);
    place.shop.wait_until("recording again", SOON, |status| is_recording(status, true)).unwrap();
    until("word on state/box", || {
        latest(place.shop.addr, "state/box").is_some_and(|text| text.contains("\"recording\":true"))
    });
    let report = place.rest(load);
    place.proven("a disk that was full");
    println!("disk full: {report}");
}

#[test]
fn a_box_that_starts_on_a_full_disk_still_forwards_and_recovers() {
    let Some(disk) = disk(MEBIBYTES) else { return };
    let mut place = Shop::open(Some(&disk.path()), None);
    place.sell(20);
    place.settled();
    place.town.office.stop().unwrap();
    place.sell(100);
    place.shop.kill9().unwrap();
    let filler = disk.path().join("filler");
    fill(&filler);
    let started = place.shop.start();
    println!("start on a full disk: {started:?}");
    started.unwrap();
    place.town.office.start().unwrap();
    let drained = |status: &Value| status["waiting"] == 0 && status["line"]["office_answers"] == true;
    place.shop.wait_until("forwarding while full", SOON, drained).unwrap();
    fs::remove_file(&filler).unwrap();
    place.sell(50);
    place.proven("a start on a full disk");
}
