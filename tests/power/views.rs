//! The views' files (sled) flipped, truncated, removed: everything answers again, and nothing is missing.

use crate::shop::Shop;
use rig::seed::Seeded;
use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// Every file below `dir` that has bytes in it.
fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        match entry.path() {
            path if path.is_dir() => found.extend(files(&path)),
            path if path.metadata().is_ok_and(|about| about.len() > 0) => found.push(path),
            _ => {}
        }
    }
    found.sort();
    found
}

fn flip(path: &Path, seeded: &mut Seeded) {
    let file = OpenOptions::new().read(true).write(true).open(path).unwrap();
    let length = file.metadata().unwrap().len();
    for _ in 0..64 {
        let at = seeded.below(length.min(256 * 1024));
        let mut byte = [0];
        file.read_exact_at(&mut byte, at).unwrap();
        file.write_all_at(&[byte[0] ^ (1 << seeded.below(8))], at).unwrap();
    }
}

fn truncate(path: &Path, seeded: &mut Seeded) {
    let file = File::options().write(true).open(path).unwrap();
    let length = file.metadata().unwrap().len();
    file.set_len(seeded.below(length)).unwrap();
}

fn complete(place: &Shop, house: &rig::town::House, what: &str) {
    let built = crate::shop::complete(house);
    let audit = place.audit(house);
    assert!(audit.is_good(), "{what}: {audit:?} {:#}", built);
}

#[test]
fn views_that_are_flipped_truncated_or_removed_come_back_complete() {
    let mut place = Shop::open(None, None);
    let mut seeded = Seeded::new(14);
    let mut done = 0;
    for kind in ["flipped", "truncated", "removed", "one file removed"] {
        place.sell(300);
        place.settled();
        place.shop.kill9().unwrap();
        place.town.office.kill9().unwrap();
        for dir in [place.shop.dir.join("views"), place.town.office.dir.join("views")] {
            let found = files(&dir);
            assert!(!found.is_empty(), "{}", dir.display());
            match kind {
                "flipped" => found.iter().for_each(|path| flip(path, &mut seeded)),
                "truncated" => found.iter().for_each(|path| truncate(path, &mut seeded)),
                "removed" => fs::remove_dir_all(&dir).unwrap(),
                _ => fs::remove_file(&found[0]).unwrap(),
            }
            done += 1;
        }
        place.town.office.start().unwrap();
        place.shop.start().unwrap();
        complete(&place, &place.shop, kind);
        complete(&place, &place.town.office, kind);
    }
    place.sell(100);
    place.proven(&format!("{done} damages of views, between kill and start"));
}

#[test]
fn views_that_are_removed_under_the_running_program_cost_nothing_after_its_next_start() {
    let mut place = Shop::open(None, None);
    let load = place.load();
    crate::shop::more(&load, 200);
    for dir in [place.shop.dir.join("views"), place.town.office.dir.join("views")] {
        fs::remove_dir_all(dir).unwrap();
    }
    crate::shop::more(&load, 200);
    place.rest(load);
    // Within a second the running program notices, and builds them anew.
    complete(&place, &place.shop, "removed while running, before the next start");
    for house in [&mut place.shop, &mut place.town.office] {
        house.kill9().unwrap();
        house.start().unwrap();
    }
    complete(&place, &place.shop, "removed while running");
    place.proven("views removed while running, then a kill");
}
