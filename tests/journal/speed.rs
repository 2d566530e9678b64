//! Measurements on the real disk. Run with `cargo test --release --test journal speed -- --ignored --nocapture`.

use super::*;
use std::os::unix::fs::FileExt;
use std::time::{Duration, Instant};

/// Not the system's temporary directory, which may be in memory.
fn disk() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

fn spread(n: u64) -> Key {
    u128::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835).to_le_bytes()
}

fn body(n: u64, size: usize) -> Vec<u8> {
    let mut body = vec![b'K'];
    body.extend_from_slice(&spread(n));
    body.resize(size, n as u8);
    body
}

fn per_second(count: u64, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64() / 1000.0
}

#[test]
#[ignore = "a measurement"]
fn speed_of_a_million_records() {
    let dir = disk();
    let options = |durability| Options { durability, ..Options::new(site(), store(1), key_of) };
    let (mut own, _) = Own::open(&in_dir(dir.path()), options(Durability::UnsyncedForSabotage)).unwrap();
    own.begin(epoch(1), b"opened").unwrap();
    let started = Instant::now();
    for n in (0..1_000_000).step_by(256) {
        for n in n..n + 256 {
            own.append_one(&body(n, 400), Some(spread(n))).unwrap();
        }
        own.sync().unwrap();
    }
    println!("append, groups of 256, no fdatasync: {:.0} k/s", per_second(1_000_192, started.elapsed()));
    drop(own);
    let started = Instant::now();
    let (own, report) = Own::open(&in_dir(dir.path()), options(Durability::Synced)).unwrap();
    println!("first open (with what is to be flushed): {:?}, {} segments", started.elapsed(), report.segments);
    drop(own);
    let started = Instant::now();
    let (own, report) = Own::open(&in_dir(dir.path()), options(Durability::Synced)).unwrap();
    println!("open: {:?}, {} records, {} indexes built", started.elapsed(), report.count, report.rebuilt_indexes);
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    println!(
        "{}",
        status.lines().filter(|line| line.starts_with("VmRSS") || line.starts_with("VmHWM")).collect::<String>()
    );
    let reader = own.reader();
    let started = Instant::now();
    let unknown = (2_000_000..3_000_000).filter(|&n| reader.find(&spread(n)).unwrap().is_some()).count();
    println!("find, unknown: {:?} each, {unknown} found", started.elapsed() / 1_000_000);
    let started = Instant::now();
    assert!((0..1_000_000).step_by(100).all(|n| reader.find(&spread(n)).unwrap().is_some()));
    println!("find, known: {:?} each", started.elapsed() / 10_000);
    let started = Instant::now();
    let count = reader.scan(0).inspect(|stored| assert!(stored.is_ok())).count() as u64;
    println!("scan: {:.0} k/s", per_second(count, started.elapsed()));
    let started = Instant::now();
    assert!(reader.verify(|_| true).unwrap().is_sound());
    println!("verify: {:.0} k/s", per_second(count, started.elapsed()));
    let started = Instant::now();
    let slots = reader.read_from(at(1, 1), usize::MAX, 100_000).unwrap();
    println!("read_from: {:.0} k/s", per_second(slots.len() as u64, started.elapsed()));
}

#[test]
#[ignore = "a measurement"]
fn speed_of_groups_beside_the_raw_disk() {
    for (group, rounds) in [(1u64, 3000u64), (16, 2000), (64, 1500), (256, 1000)] {
        let dir = disk();
        let raw = std::fs::File::create(dir.path().join("raw")).unwrap();
        let block = vec![7; 464 * group as usize];
        let started = Instant::now();
        for n in 0..rounds {
            raw.write_all_at(&block, n * block.len() as u64).unwrap();
            raw.sync_data().unwrap();
        }
        let raw_rate = per_second(group * rounds, started.elapsed());
        let (mut own, _) = Own::open(&in_dir(dir.path()), Options::new(site(), store(1), key_of)).unwrap();
        own.begin(epoch(1), b"opened").unwrap();
        let started = Instant::now();
        for n in 0..rounds {
            for n in n * group..(n + 1) * group {
                own.append_one(&body(n, 400), Some(spread(n))).unwrap();
            }
            own.sync().unwrap();
        }
        println!(
            "groups of {group}: raw {raw_rate:.1} k/s, journal {:.1} k/s",
            per_second(group * rounds, started.elapsed())
        );
    }
}

struct Taker;

impl outpost::journal::Admit for Taker {
    type Submission = (Key, Vec<u8>);
    type Note = ();

    fn admit(
        &mut self,
        (key, body): (Key, Vec<u8>),
        group: &outpost::journal::Group<'_>,
    ) -> outpost::journal::Verdict<()> {
        match group.find(&key).unwrap() {
            Some(of) => outpost::journal::Verdict::Repeat { of, note: () },
            None => outpost::journal::Verdict::Append { body, key: Some(key), note: () },
        }
    }

    fn begin(&mut self, _: Option<(Position, outpost::domain::id::RecordHash)>) -> (Epoch, Vec<u8>) {
        (epoch(2), b"opened".to_vec())
    }
}

#[test]
#[ignore = "a measurement"]
fn speed_of_the_scribe_with_20_and_640_in_flight() {
    for (in_flight, durability) in
        [(20, Durability::Synced), (640, Durability::Synced), (640, Durability::UnsyncedForSabotage)]
    {
        let dir = disk();
        let options = Options { durability, ..Options::new(site(), store(1), key_of) };
        let (mut own, _) = Own::open(&in_dir(dir.path()), options).unwrap();
        own.begin(epoch(1), b"opened").unwrap();
        let scribe = outpost::journal::Scribe::start(own, Taker).unwrap();
        let (answer, answers) = std::sync::mpsc::channel();
        let count = 200_000.min(in_flight * 2000);
        let submit = |n| {
            let answer = answer.clone();
            let reply = Box::new(move |done: Result<_, _>| answer.send(done.is_ok()).unwrap());
            scribe.handle().submit_blocking((spread(n), body(n, 400)), reply).unwrap();
        };
        let started = Instant::now();
        (0..in_flight).for_each(submit);
        for n in in_flight..count {
            assert!(answers.recv().unwrap());
            submit(n);
        }
        println!("scribe, {in_flight} in flight, {durability:?}: {:.1} k/s", per_second(count, started.elapsed()));
        scribe.shut_down();
    }
}
