//! Power cuts: the box's or the office's directory on a disk whose plug is pulled. Needs root, and says so without it.

use crate::shop::{Shop, more};
use rig::power::Disk;
use rig::seed::Seeded;

/// Sparse: what is not used is not there.
const MEBIBYTES: u64 = 512;

pub fn disk(mebibytes: u64) -> Option<Disk> {
    formatted(mebibytes, &[], "")
}

/// A disk as a card for a box should be, which spares it: small blocks, and a log of the file system's that is written when a sync
/// asks for it and else every ten minutes.
fn card() -> Option<Disk> {
    formatted(MEBIBYTES, &["-b", "1024"], "lazytime,commit=600")
}

fn formatted(mebibytes: u64, format: &[&str], options: &str) -> Option<Disk> {
    if !rustix::process::geteuid().is_root() {
        eprintln!("not root: disks of our own are not tried here");
        return None;
    }
    Some(Disk::formatted_in(&std::env::temp_dir(), mebibytes, format, options).expect("root can make a disk"))
}

fn cuts_of_the_box(disk: Option<Disk>, count: u64, name: &str) {
    let Some(mut disk) = disk else { return };
    let mut place = Shop::open(Some(&disk.path()), None);
    // What the commands wrote while the shop was set up is older than any cut.
    disk.settle().unwrap();
    let mut seeded = Seeded::new(12);
    let load = place.load();
    let mut hits = 0;
    for cut in 0..count {
        more(&load, 30 + seeded.below(200));
        let before = load.resent();
        if cut % 2 == 0 {
            // The disk dies under the running program: what it cannot keep it must not answer.
            disk.shut_down().unwrap();
            place.shop.kill9().unwrap();
        } else {
            place.shop.kill9().unwrap();
            disk.shut_down().unwrap();
        }
        disk.unmount().unwrap();
        disk.remount().unwrap();
        place.shop.start().unwrap();
        more(&load, 24);
        hits += u64::from(load.resent() > before);
    }
    let report = place.rest(load);
    place.proven(name);
    println!("{name}: {hits} hit publishes under way; {report}");
    assert!(hits * 4 >= count * 3, "{hits} of {count} cuts hit work under way");
    disk.unmount().unwrap();
    disk.check().unwrap();
}

fn cuts_of_the_office(count: u64, name: &str) {
    let Some(mut disk) = disk(MEBIBYTES) else { return };
    let mut place = Shop::open(None, Some(&disk.path()));
    disk.settle().unwrap();
    let mut seeded = Seeded::new(13);
    let load = place.load();
    for cut in 0..count {
        more(&load, 200 + seeded.below(300));
        if cut % 2 == 0 {
            disk.shut_down().unwrap();
            place.town.office.kill9().unwrap();
        } else {
            place.town.office.kill9().unwrap();
            disk.shut_down().unwrap();
        }
        disk.unmount().unwrap();
        disk.remount().unwrap();
        place.town.office.start().unwrap();
    }
    let report = place.rest(load);
    let site = place.proven(name);
    println!("{name}: {report}; notices {}", site["notices"]);
    disk.unmount().unwrap();
    disk.check().unwrap();
}

#[test]
fn a_box_whose_plug_is_pulled_keeps_every_sale_that_it_receipted() {
    cuts_of_the_box(disk(MEBIBYTES), 4, "4 cuts of the box");
}

#[test]
fn a_box_on_a_card_that_is_spared_keeps_every_sale_that_it_receipted() {
    cuts_of_the_box(card(), 4, "4 cuts of a box with a spared card");
}

#[test]
fn an_office_whose_plug_is_pulled_loses_nothing_that_it_acked() {
    cuts_of_the_office(2, "2 cuts of the office");
}

#[test]
fn without_its_syncs_a_box_loses_receipted_sales_and_the_proof_sees_it() {
    let Some(mut disk) = disk(MEBIBYTES) else { return };
    let mut place = Shop::open(Some(&disk.path()), None);
    place.settled();
    place.shop.stop().unwrap();
    // Nothing of it is to be saved by the line.
    place.town.office.stop().unwrap();
    disk.settle().unwrap();
    place.shop.env.push(("OUTPOST_SABOTAGE".into(), "unsynced".into()));
    place.shop.start().unwrap();
    let load = place.load();
    for cut in 1..=5 {
        more(&load, 200);
        place.shop.kill9().unwrap();
        disk.cut().unwrap();
        disk.remount().unwrap();
        place.shop.start().unwrap();
        place.shop.wait_until("views", crate::SOON, |status| status["views"]["building"] == false).unwrap();
        let audit = place.audit(&place.shop);
        if !audit.missing.is_empty() {
            println!("sabotaged syncs: {} of {} lost, seen at cut {cut}", audit.missing.len(), audit.receipted);
            assert!(!audit.is_good());
            return;
        }
    }
    panic!("five cuts without a sync lost nothing: the proof of power cuts proves nothing");
}

#[test]
#[ignore = "minutes: run by scripts/soak"]
fn soak_power_cuts_of_the_box() {
    cuts_of_the_box(disk(MEBIBYTES), 50, "50 cuts of the box");
}

#[test]
#[ignore = "minutes: run by scripts/soak"]
fn soak_power_cuts_of_a_box_with_a_spared_card() {
    cuts_of_the_box(card(), 50, "50 cuts of a box with a spared card");
}

#[test]
#[ignore = "minutes: run by scripts/soak"]
fn soak_power_cuts_of_the_office() {
    cuts_of_the_office(50, "50 cuts of the office");
}
