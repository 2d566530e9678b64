//! What a box must not start on: an unreadable, newer, torn-apart or foreign directory, or one in use. It names the file
//! and the remedy, and changes nothing.

use crate::shop::{SITE, Shop, copy};
use crate::{EXE, SOON};
use rig::process::Process;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where a segment's header has its version, its crc, and what the crc is over.
const VERSION_AT: usize = 8;
const CRC_AT: usize = 72;

/// Starts a box there, which must end by itself with an error, and returns what it said.
fn refused(dir: &Path) -> String {
    let mut process = Process::start(Command::new(EXE).arg("box").arg("--dir").arg(dir)).unwrap();
    let status = process.wait(SOON).unwrap();
    let said = process.log().join("\n");
    assert!(!status.success() && !said.contains("is ready"), "{said}");
    said
}

fn segments(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir.join("journal")).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<_> = entries.filter(|path| path.extension().is_some_and(|ext| ext == "seg")).collect();
    found.sort();
    found
}

/// A stopped shop with sales in it.
fn stopped() -> Shop {
    let mut place = Shop::open(None, None);
    place.sell(50);
    place.settled();
    place.shop.stop().unwrap();
    place
}

#[test]
fn a_box_never_starts_on_a_journal_that_it_cannot_trust_and_says_what_to_do() {
    let mut place = stopped();
    let sound = place.dir.path().join("sound");
    copy(&place.shop.dir, &sound);
    let dir = place.shop.dir.clone();
    let restore = || {
        fs::remove_dir_all(&dir).unwrap();
        copy(&sound, &dir);
    };
    let first = segments(&dir).remove(0);
    let name = first.file_name().unwrap().to_string_lossy().into_owned();

    // A newer version, its crc right.
    let mut bytes = fs::read(&first).unwrap();
    bytes[VERSION_AT..VERSION_AT + 2].copy_from_slice(&999_u16.to_le_bytes());
    let crc = crc32fast::hash(&bytes[..CRC_AT]);
    bytes[CRC_AT..CRC_AT + 4].copy_from_slice(&crc.to_le_bytes());
    fs::write(&first, &bytes).unwrap();
    let said = refused(&dir);
    assert!(said.contains(&name) && said.contains("newer") && said.contains("999"), "{said}");
    assert_eq!(fs::read(&first).unwrap(), bytes, "a newer journal is left as it is");
    println!("newer: {}", said.lines().last().unwrap_or_default());

    // The first segment is gone.
    restore();
    fs::remove_file(&first).unwrap();
    let said = refused(&dir);
    assert!(said.contains(&name) && said.contains("missing") && said.contains("backup"), "{said}");
    println!("missing segment: {}", said.lines().last().unwrap_or_default());

    // The journal is a file; nobody, root included, can read that as a directory.
    restore();
    fs::remove_dir_all(dir.join("journal")).unwrap();
    fs::write(dir.join("journal"), b"what is this").unwrap();
    let said = refused(&dir);
    assert!(said.contains("journal") && said.contains("check that"), "{said}");
    println!("unreadable: {}", said.lines().last().unwrap_or_default());

    // Another site's journal.
    restore();
    let mut other = place.town.settle("jakarta", None, &["till-0"], "").unwrap();
    other.start().unwrap();
    other.stop().unwrap();
    fs::remove_dir_all(dir.join("journal")).unwrap();
    copy(&other.dir.join("journal"), &dir.join("journal"));
    let said = refused(&dir);
    assert!(said.contains("jakarta") && said.contains(SITE), "{said}");
    println!("another site's: {}", said.lines().last().unwrap_or_default());

    // All is well again with the right one.
    restore();
    place.shop.start().unwrap();
    let said = refused(&dir);
    assert!(said.contains("in use"), "{said}");
    println!("in use: {}", said.lines().last().unwrap_or_default());
    place.sell(10);
    place.settled();
    let audit = place.audit(&place.town.office);
    assert!(audit.is_good() && audit.booked == audit.receipted, "{audit:?}");
}

#[test]
fn a_box_whose_whole_journal_directory_is_gone_does_not_start_empty() {
    let place = stopped();
    fs::remove_dir_all(place.shop.dir.join("journal")).unwrap();
    let said = refused(&place.shop.dir);
    assert!(said.contains("00000001.seg") && said.contains("is missing") && said.contains("backup"), "{said}");
    println!("journal gone: {}", said.lines().last().unwrap_or_default());
}
