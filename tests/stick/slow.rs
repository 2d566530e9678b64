//! A month of a busy workshop on the cheapest stick that is sold: what the export asks of it is counted, so that the time
//! follows from the counts and no other load on the machine decides whether the test passes.
//!
//! The stick is a directory whose every write and sync takes as long as such a stick's. The time with all that the box does
//! besides is printed.

use crate::ends::{BOX, OFFICE, held, holds_all_that_is_owed, pair, visit};
use outpost::courier::stick::{Hook, PIECE_BYTES, Step};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A month of a busy workshop.
const SALES: usize = 30_000;
/// What a slow stick writes in a second.
const BYTES_PER_S: f64 = 5e6;
/// A cheap stick erases and writes a whole block before it says that something is there.
const SYNC: Duration = Duration::from_millis(30);
/// How long somebody waits in front of the box.
const PATIENCE: Duration = Duration::from_secs(60);

/// More than a sale's 37 bytes, and less than would be noticed in front of the box.
const MOST_BYTES: u64 = 60 * SALES as u64;
/// A parcel of 1,400 sales is less than one piece: 21 of them, the word, the text for whoever finds the stick, and as many again.
const MOST_WRITES: u64 = 46;
/// Three for each file, one for each folder, and the last: twice what it takes.
const MOST_SYNCS: u64 = 146;

/// How often each step was made.
type Counts = Arc<Mutex<BTreeMap<Step, u64>>>;

/// Takes as long for each step as a slow stick, and counts.
fn slow(counts: &Counts) -> Arc<Hook> {
    let counts = counts.clone();
    Arc::new(move |step| {
        *counts.lock().unwrap().entry(step).or_default() += 1;
        std::thread::sleep(cost(step));
        Ok(())
    })
}

fn cost(step: Step) -> Duration {
    match step {
        Step::Write => Duration::from_secs_f64(PIECE_BYTES as f64 / BYTES_PER_S),
        Step::SyncFile | Step::SyncDir | Step::SyncAll => SYNC,
        // In memory until the next sync.
        Step::MakeDir | Step::Create | Step::Rename | Step::Unlink => Duration::ZERO,
    }
}

/// Bytes and number of the files below `dir`.
fn files(dir: &Path) -> (u64, u64) {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    entries.fold((0, 0), |(bytes, files), entry| {
        let found = entry.metadata().unwrap();
        let (more_bytes, more_files) = if found.is_dir() { self::files(&entry.path()) } else { (found.len(), 1) };
        (bytes + more_bytes, files + more_files)
    })
}

#[test]
fn a_month_of_a_busy_workshop_is_on_a_stick_that_writes_five_megabytes_a_second_in_a_minute() {
    let dir = tempfile::tempdir().unwrap();
    let stick = dir.path().join("stick");
    std::fs::create_dir(&stick).unwrap();
    let (shop, office) = pair(dir.path());
    shop.lock().unwrap().sell(SALES);

    let counts = Counts::default();
    let began = Instant::now();
    let exported = visit(&shop, &stick, BOX, slow(&counts)).unwrap();
    let took = began.elapsed();
    let (bytes, files) = files(&stick);
    let counts = counts.lock().unwrap().clone();
    let sum = |steps: &[Step]| steps.iter().filter_map(|step| counts.get(step)).sum::<u64>();
    let (writes, syncs) = (sum(&[Step::Write]), sum(&[Step::SyncFile, Step::SyncDir, Step::SyncAll]));
    println!("{} records, {bytes} B in {files} files: {:.1} s", exported.written, took.as_secs_f64());
    println!("{writes} writes, {syncs} syncs: {counts:?}");
    assert_eq!(exported.written, SALES as u64 + 1, "each sale, and that the journal was opened");
    assert!(bytes <= MOST_BYTES && writes <= MOST_WRITES && syncs <= MOST_SYNCS, "{bytes} B, {writes}, {syncs}");
    let pieces = Duration::from_secs_f64(MOST_BYTES as f64 / BYTES_PER_S).max(cost(Step::Write) * MOST_WRITES as u32);
    assert!(pieces + SYNC * (MOST_SYNCS as u32) < PATIENCE / 4, "what may be counted is far within the time");

    assert!(holds_all_that_is_owed(&stick, &shop));
    visit(&office, &stick, OFFICE, Arc::new(|_| Ok(()))).unwrap();
    assert_eq!(held(&office), SALES as u64 + 1);
    let counts = Counts::default();
    let began = Instant::now();
    let cleared = visit(&shop, &stick, BOX, slow(&counts)).unwrap();
    println!(
        "{} parcels cleared: {:.1} s: {:?}",
        cleared.cleared,
        began.elapsed().as_secs_f64(),
        counts.lock().unwrap()
    );
    assert_eq!(cleared.records, 0, "the box knows that all has arrived");
}
