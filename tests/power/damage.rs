//! The views damaged in every way that a dying card knows; and journals that must not be opened.

use crate::shop::Shop;
use crate::{EXE, SOON};
use rig::town::Town;
use std::path::Path;

fn files(dir: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn views_that_are_damaged_or_gone_are_built_anew_and_miss_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut shop = Shop::open(dir.path(), &dir.path().join("shops"), dir.path());
    let selling = shop.sell();
    Shop::await_sales(&selling, 300);
    selling.stop().unwrap();
    shop.settle();
    let whole = shop.town.office.exported_ids("sales-invoice").unwrap();
    type Harm = fn(&Path);
    let harms: [(&str, Harm); 4] = [
        ("removed", |views| std::fs::remove_dir_all(views).unwrap()),
        ("truncated", |views| {
            files(views).iter().for_each(|file| {
                let length = std::fs::metadata(file).unwrap().len();
                std::fs::File::options().write(true).open(file).unwrap().set_len(length / 2).unwrap();
            });
        }),
        ("flipped", |views| {
            files(views).iter().for_each(|file| {
                let mut bytes = std::fs::read(file).unwrap();
                bytes.iter_mut().step_by(997).for_each(|byte| *byte ^= 0x40);
                std::fs::write(file, bytes).unwrap();
            });
        }),
        ("emptied", |views| files(views).iter().for_each(|file| drop(std::fs::File::create(file).unwrap()))),
    ];
    for (name, harm) in harms {
        for house in [&mut shop.house, &mut shop.town.office] {
            house.kill9().unwrap();
            harm(&house.dir.join("views"));
            house.start().unwrap();
        }
        shop.settle();
        for house in [&shop.house, &shop.town.office] {
            assert_eq!(house.exported_ids("sales-invoice").unwrap(), whole, "{name}");
        }
    }
    // And under a running program.
    std::fs::remove_dir_all(shop.town.office.dir.join("views")).unwrap();
    let selling = shop.sell();
    Shop::await_sales(&selling, 50);
    selling.stop().unwrap();
    shop.settle();
    shop.audit();
}

#[test]
fn a_journal_that_cannot_be_right_is_refused_and_named() {
    let dir = tempfile::tempdir().unwrap();
    let town = Town::found(EXE, dir.path(), "").unwrap();
    let mut house = town.settle("bandung", None, &[], "").unwrap();
    house.start().unwrap();
    house.wait_until("the first record", SOON, |status| status["records"].as_u64() >= Some(1)).unwrap();
    house.stop().unwrap();
    let first = house.dir.join("journal/00000001.seg");
    let whole = std::fs::read(&first).unwrap();

    let mut newer = whole.clone();
    let version = newer.windows(2).position(|pair| pair == [1, 0]).unwrap();
    newer[version] = 9;
    std::fs::write(&first, &newer).unwrap();
    // Whatever the patched block now says, the journal never starts empty over records that are there.
    if house.start().is_ok() {
        let records = house.status().unwrap()["records"].as_u64().unwrap();
        assert!(records >= 2, "an empty start");
        house.stop().unwrap();
    }
    std::fs::write(&first, &whole).unwrap();

    std::fs::remove_file(&first).unwrap();
    std::fs::write(house.dir.join("journal/00000002.seg"), &whole).unwrap();
    let refused = format!("{:#}", house.start().unwrap_err());
    assert!(refused.contains("0000000"), "{refused}");
    std::fs::remove_file(house.dir.join("journal/00000002.seg")).unwrap();
    std::fs::write(&first, &whole).unwrap();

    std::fs::remove_file(house.dir.join("store.toml")).unwrap();
    let refused = format!("{:#}", house.start().unwrap_err());
    assert!(refused.contains("store.toml"), "{refused}");
}
