//! sled's files damaged, and journals that are not those that the views were made of: never a wrong answer, always
//! the views built anew.

use super::folding::assert_like_the_model;
use super::*;
use crate::views::store::{Disk, Doubt, Layer, Sums};
use proptest::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};

fn some_sales(journals: &Memory, numbers: std::ops::Range<u128>) {
    for number in numbers {
        journals.put(UP, &sale(number, Some(1 + (number % 5) as u8), "CLOTH", "1"));
    }
}

fn made(dir: &Path, journals: &Arc<Memory>) {
    let views = start(dir, journals, 50);
    current(&views, journals);
    views.shutdown();
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let found = fs::read_dir(dir.join("views")).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = found.filter(|path| path.is_file()).collect();
    files.sort();
    files
}

/// After whatever was done: all answers are right once the check has passed, and nobody was stopped.
fn assert_recovers(dir: &Path, journals: &Arc<Memory>) -> Progress {
    let views = start(dir, journals, 50);
    let reader = views.reader();
    // A doubt found by the check sends the views back to building, so what counts is what holds after it.
    reader.wait_checked(LONG).unwrap();
    current(&views, journals);
    assert_like_the_model(&reader, journals);
    reader.progress()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]
    #[test]
    fn files_flipped_cut_or_removed_while_closed_never_change_an_answer(
        what in 0u8..3, file in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), bit in 0u8..8,
    ) {
        let dir = tempfile::tempdir().unwrap();
        let journals = Memory::new();
        some_sales(&journals, 0..300);
        made(dir.path(), &journals);
        let files = files(dir.path());
        let file = &files[file.index(files.len())];
        let mut bytes = fs::read(file).unwrap();
        match what {
            0 if !bytes.is_empty() => {
                let at = at.index(bytes.len());
                bytes[at] ^= 1 << bit;
                fs::write(file, &bytes).unwrap();
            }
            1 if !bytes.is_empty() => fs::write(file, &bytes[..at.index(bytes.len())]).unwrap(),
            _ => fs::remove_file(file).unwrap(),
        }
        assert_recovers(dir.path(), &journals);
    }
}

#[test]
fn the_files_removed_or_cut_while_open_are_found_at_the_next_commit() {
    for cut in [false, true] {
        let dir = tempfile::tempdir().unwrap();
        let journals = Memory::new();
        some_sales(&journals, 0..300);
        let views = start(dir.path(), &journals, 50);
        let reader = current(&views, &journals);
        reader.flush(LONG).unwrap();
        let db = dir.path().join("views").join("db");
        if cut {
            fs::OpenOptions::new().write(true).open(&db).unwrap().set_len(0).unwrap();
        } else {
            fs::remove_dir_all(dir.path().join("views")).unwrap();
        }
        some_sales(&journals, 300..600);
        let reader = current(&views, &journals);
        let _ = reader.flush(LONG);
        views.shutdown();
        assert_recovers(dir.path(), &journals);
        assert!(dir.path().join("views").join("db").exists());
    }
}

#[test]
fn a_torn_snapshot_does_not_keep_the_views_from_opening() {
    let dir = tempfile::tempdir().unwrap();
    let journals = Memory::new();
    some_sales(&journals, 0..100);
    made(dir.path(), &journals);
    fs::write(dir.path().join("views").join("snap.0000000000000001.generating"), b"torn").unwrap();
    let progress = assert_recovers(dir.path(), &journals);
    assert_eq!(progress.doubts, 0, "{progress:?}");
}

#[test]
fn views_of_another_disk_or_ahead_of_the_journal_or_of_another_time_zone_are_built_anew() {
    let dir = tempfile::tempdir().unwrap();
    let journals = Memory::new();
    some_sales(&journals, 0..100);
    made(dir.path(), &journals);
    let other = journals.with_store(2);
    assert_eq!(assert_recovers(dir.path(), &other).doubts, 1);

    other.truncate(UP, 60);
    let progress = assert_recovers(dir.path(), &other);
    assert_eq!(progress.doubts, 1, "{progress:?}");

    let mut config = Config::new(dir.path().join("views"), 0);
    config.commit_every = 50;
    let views = Views::start(config, other.clone()).unwrap();
    assert_eq!(current(&views, &other).progress().doubts, 1);
}

#[test]
fn one_directory_is_kept_aside_and_no_more() {
    let dir = tempfile::tempdir().unwrap();
    let journals = Memory::new();
    some_sales(&journals, 0..100);
    let views = start(dir.path(), &journals, 50);
    for doubts in 1..4 {
        let reader = current(&views, &journals);
        reader.rebuild("a test wants it");
        while reader.progress().doubts < doubts || reader.progress().building {
            std::thread::yield_now();
        }
    }
    views.shutdown();
    let mut names: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["views", "views.aside"]);
}

fn disk_with(dir: &Path, keys: u8) -> (Disk, Sums) {
    let disk = Disk::open(&dir.join("views")).unwrap();
    let layer: Layer = (1..=keys).map(|key| (vec![9, key], Some(vec![key; 100]))).collect();
    let mut sums = Sums::default();
    disk.write(&layer, &mut sums, |_| Vec::new()).unwrap();
    (disk, sums)
}

#[test]
fn a_key_that_is_silently_missing_or_older_is_found_by_the_check() {
    let dir = tempfile::tempdir().unwrap();
    let (disk, sums) = disk_with(dir.path(), 50);
    assert_eq!(disk.verify(sums, || false), Ok(true));

    // As sled would lose it: the key is gone and nobody counted it out.
    let mut ignored = Sums::default();
    disk.write(&[(vec![9, 7], None)].into(), &mut ignored, |_| Vec::new()).unwrap();
    assert!(matches!(disk.verify(sums, || false), Err(Doubt(_))));

    // As many keys as there should be, and one of them in an older state.
    disk.write(&[(vec![9, 7], Some(vec![8; 100]))].into(), &mut ignored, |_| Vec::new()).unwrap();
    assert!(matches!(disk.verify(sums, || false), Err(Doubt(_))));
    disk.write(&[(vec![9, 7], Some(vec![7; 100]))].into(), &mut ignored, |_| Vec::new()).unwrap();
    assert_eq!(disk.verify(sums, || false), Ok(true));
}

#[test]
fn what_is_lost_without_a_word_is_found_after_the_start_and_built_anew_and_without_the_check_it_is_not() {
    for check in [true, false] {
        let dir = tempfile::tempdir().unwrap();
        let journals = Memory::new();
        some_sales(&journals, 0..100);
        made(dir.path(), &journals);
        // The count of a day is gone: the one answer that would be wrong without an error.
        let day = days_since_1970(jiff::civil::date(2026, 11, 2));
        let key = keys::Key::of(keys::Tag::DayCount).site(SITE).byte(0).day(day).0;
        let disk = Disk::open(&dir.path().join("views")).unwrap();
        let meta = disk.meta().unwrap().unwrap();
        disk.write(&[(key, None)].into(), &mut Sums::default(), |_| meta).unwrap();
        drop(disk);
        let mut config = Config::new(dir.path().join("views"), JAKARTA);
        config.check = check;
        let views = Views::start(config, journals.clone()).unwrap();
        let reader = views.reader();
        reader.wait_checked(LONG).unwrap();
        let found = current(&views, &journals).documents(SITE, Kind::SalesInvoice, day, 0, 100).unwrap().len();
        // The sabotage: with the check switched off, the same proof fails.
        assert_eq!(found == 20, check);
        assert_eq!(reader.progress().doubts, u64::from(check));
    }
}

#[test]
fn a_commit_that_was_cut_short_leaves_the_one_before() {
    let dir = tempfile::tempdir().unwrap();
    let journals = Memory::new();
    some_sales(&journals, 0..100);
    made(dir.path(), &journals);
    let kept = dir.path().join("kept");
    fs::create_dir(&kept).unwrap();
    for file in files(dir.path()) {
        fs::copy(&file, kept.join(file.file_name().unwrap())).unwrap();
    }
    some_sales(&journals, 100..200);
    made(dir.path(), &journals);
    // As after a power cut that took all that was written last.
    fs::remove_dir_all(dir.path().join("views")).unwrap();
    fs::rename(&kept, dir.path().join("views")).unwrap();
    let progress = assert_recovers(dir.path(), &journals);
    assert_eq!(progress.doubts, 0, "{progress:?}");
}

#[test]
fn a_directory_that_cannot_be_made_is_tried_again_and_stops_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let journals = Memory::new();
    some_sales(&journals, 0..10);
    let blocked = dir.path().join("blocked");
    fs::write(&blocked, b"a file where a directory should be").unwrap();
    let views = Views::start(Config::new(blocked.join("views"), 0), journals.clone()).unwrap();
    let reader = views.reader();
    assert!(matches!(reader.document(SITE, id(1)), Err(NotNow::Building { .. })));
    fs::remove_file(&blocked).unwrap();
    reader.wait_for(UP, 10, LONG).unwrap();
    assert!(reader.document(SITE, id(1)).unwrap().is_some());
}
