//! Power cuts at every operation, torn tails, flipped bits: what was kept is there, or its loss is told.

use super::paper::{Faults, Paper};
use super::*;
use outpost::journal::disk::Disk;
use outpost::rows::{BoxRows, OfficeRows};
use outpost::sync::rows::{Change, NOTHING};
use outpost::wire::rows::{Cursor, Key, Line};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

type Held = BTreeMap<RowKey, Vec<u8>>;

fn dir() -> &'static Path {
    Path::new("/r")
}

fn disk(paper: &Paper) -> Arc<dyn Disk> {
    Arc::new(paper.clone())
}

fn held(rows: &OfficeRows) -> Held {
    rows.all().into_iter().map(|(key, body, _)| (key, body.to_vec())).collect()
}

/// The changes of the nth call. Large enough that the log begins anew a few times.
fn changes(n: usize) -> Vec<Told> {
    let body = |i: usize| vec![(n * 7 + i) as u8; 30_000];
    let row = |i: usize| (told(i).0, (!(n + i).is_multiple_of(5)).then(|| (body(i), Audience::All)));
    (0..4).map(|i| row((n + i) % 6)).collect()
}

fn after(before: &Held, changes: &[Told]) -> Held {
    let mut after = before.clone();
    for (key, change) in changes {
        match change {
            Some((body, _)) => drop(after.insert(key.clone(), body.clone())),
            None => drop(after.remove(key)),
        }
    }
    after
}

/// Works until the machine stops: what was kept, and what may have been. True where the day ended before.
fn work(paper: &Paper, kept: &mut Held, maybe: &mut Held) -> bool {
    let Ok(rows) = OfficeRows::open_on(dir(), disk(paper)) else { return false };
    for n in 0..14 {
        let changes = changes(n);
        *maybe = after(kept, &changes);
        if rows.put(changes).is_err() {
            return false;
        }
        *kept = maybe.clone();
    }
    true
}

#[test]
fn what_the_office_kept_survives_a_power_cut_at_every_operation() {
    let mut at = 1;
    loop {
        for seed in 0..3 {
            let (mut kept, mut maybe) = (Held::new(), Held::new());
            let paper = Paper::default();
            paper.set(Faults { freeze_at: Some(at), ..Faults::default() });
            let over = work(&paper, &mut kept, &mut maybe);
            let paper = paper.crash(seed * 1_000 + at);
            let rows = OfficeRows::open_on(dir(), disk(&paper)).unwrap_or_else(|error| panic!("op {at}: {error}"));
            let found = held(&rows);
            assert!(found == kept || found == maybe, "op {at}, seed {seed}: {} of {} rows", found.len(), kept.len());
            rows.put(changes(3)).unwrap();
            let then = held(&rows);
            drop(rows);
            assert!(held(&OfficeRows::open_on(dir(), disk(&paper.crash(at))).unwrap()) == then, "op {at}");
            if over {
                assert!(at > 40, "the day had only {at} operations");
                return;
            }
        }
        at += 1;
    }
}

#[test]
fn a_generation_stays_through_starts_and_a_version_is_never_given_twice() {
    let paper = Paper::default();
    let (mut generation, mut newest) = (None, 0);
    for n in 0..5 {
        let rows = OfficeRows::open_on(dir(), disk(&paper)).unwrap();
        assert!(*generation.get_or_insert(rows.generation()) == rows.generation());
        assert_eq!(rows.version(), newest);
        rows.put(changes(n)).unwrap();
        assert!(rows.version() > newest);
        newest = rows.version();
    }
}

#[test]
fn a_flipped_bit_in_the_offices_table_begins_another_history() {
    let fresh = || {
        let paper = Paper::default();
        let rows = OfficeRows::open_on(dir(), disk(&paper)).unwrap();
        (0..6).for_each(|i| assert_eq!(rows.put(vec![told(i)]).unwrap(), 1));
        (paper, rows.generation(), held(&rows))
    };
    let (paper, ..) = fresh();
    let file = paper.names("rows").into_iter().max_by_key(|path| paper.bytes(path).len()).unwrap();
    let size = paper.bytes(&file).len();
    let mut lost = 0;
    for at in (0..size).step_by(7) {
        let (paper, generation, all) = fresh();
        paper.tamper(&file, |bytes| bytes[at] ^= 4);
        let rows = OfficeRows::open_on(dir(), disk(&paper)).unwrap();
        let found = held(&rows);
        assert!(found.iter().all(|(key, body)| all.get(key) == Some(body)), "byte {at}: a row that never was");
        // The last frame cannot be told from one that a power cut ended: its row was never told to anybody, or is loaded again.
        let is_tail = found.len() == 5 && !found.contains_key(&told(5).0);
        assert!(found == all || is_tail || rows.generation() > generation, "byte {at}: nobody is told");
        lost += all.len() - found.len();
        rows.put((0..6).map(told).collect()).unwrap();
        assert!(held(&rows) == all);
    }
    assert!(lost > 0);
}

fn change(from: u64, rows: std::ops::Range<usize>, whole: bool) -> Change {
    let line = |(i, version): (usize, u64)| {
        let (key, row) = told(i);
        let body = row.map(|(body, _)| body.into_boxed_slice());
        Line { key: Key::from(&key), version, body }
    };
    let through = from + rows.len() as u64;
    let generation = outpost::domain::id::Generation::new(5, [5; 10]);
    let cursor = Cursor { generation, version: through, ahead: 0, whole };
    Change { rows: rows.zip(from + 1..).map(line).collect(), begins: false, cursor }
}

#[test]
fn what_a_box_said_that_it_has_survives_a_power_cut_at_every_operation() {
    for at in 1..60 {
        let paper = Paper::default();
        paper.set(Faults { freeze_at: Some(at), ..Faults::default() });
        let mut said = NOTHING;
        if let Ok((mut rows, _)) = BoxRows::open_on(dir(), disk(&paper), Box::new(())) {
            for n in 0..12_u64 {
                let change = change(n * 3, n as usize * 3..n as usize * 3 + 3, n > 8);
                if rows.apply(change).is_err() {
                    break;
                }
                said = rows.cursor();
            }
        }
        let (rows, loaded) = BoxRows::open_on(dir(), disk(&paper.crash(at)), Box::new(())).unwrap();
        assert!(!loaded.is_damaged, "op {at}: a power cut is no damage");
        assert!(rows.cursor().version >= said.version, "op {at}: it said {said:?} and has {:?}", rows.cursor());
        assert_eq!(rows.len() as u64, rows.cursor().version, "op {at}");
    }
}

#[test]
fn a_box_whose_rows_are_damaged_keeps_what_it_can_and_asks_for_all() {
    let fresh = || {
        let paper = Paper::default();
        let (mut rows, _) = BoxRows::open_on(dir(), disk(&paper), Box::new(())).unwrap();
        (0..6_u64).for_each(|n| rows.apply(change(n, n as usize..n as usize + 1, n == 5)).unwrap());
        paper
    };
    let paper = fresh();
    let file = paper.names("rows").into_iter().max_by_key(|path| paper.bytes(path).len()).unwrap();
    for at in (0..paper.bytes(&file).len()).step_by(7) {
        let paper = fresh();
        paper.tamper(&file, |bytes| bytes[at] ^= 4);
        let (mut rows, loaded) = BoxRows::open_on(dir(), disk(&paper), Box::new(())).unwrap();
        let is_tail = rows.cursor().version == 5 && rows.len() == 5;
        assert!(is_tail || loaded.is_damaged && rows.cursor().version == 0 && !rows.is_complete(), "byte {at}");
        assert!(rows.len() >= 5, "byte {at}: more than one was lost");
        // All comes again, without the first: it was deleted meanwhile.
        let all = Change { begins: true, ..change(1, 1..6, true) };
        rows.apply(all).unwrap();
        assert_eq!((rows.len(), rows.is_complete()), (5, true));
        drop(rows);
        let (rows, loaded) = BoxRows::open_on(dir(), disk(&paper), Box::new(())).unwrap();
        assert_eq!((rows.len(), loaded.is_damaged), (5, false));
    }
}

#[test]
fn a_full_disk_refuses_rows_and_takes_them_when_there_is_room() {
    let paper = Paper::default();
    let rows = OfficeRows::open_on(dir(), disk(&paper)).unwrap();
    rows.put(changes(0)).unwrap();
    let before = held(&rows);
    paper.set(Faults { room: Some(20_000), ..Faults::default() });
    assert!(rows.put(changes(1)).is_err());
    assert!(held(&rows) == before);
    paper.set(Faults::default());
    rows.put(changes(1)).unwrap();
    paper.set(Faults { sync_fails: true, ..Faults::default() });
    assert!(rows.put(changes(2)).is_err());
    paper.set(Faults::default());
    rows.put(changes(2)).unwrap();
    let then = held(&rows);
    drop(rows);
    assert!(held(&OfficeRows::open_on(dir(), disk(&paper.crash(1))).unwrap()) == then);
}

#[test]
fn a_row_at_the_limit_is_kept_and_one_past_it_refused() {
    let paper = Paper::default();
    let rows = OfficeRows::open_on(dir(), disk(&paper)).unwrap();
    let of = |bytes: usize| vec![(told(0).0, Some((vec![1; bytes], Audience::All)))];
    assert_eq!(rows.put(of(outpost::wire::rows::MAX_ROW)).unwrap(), 1);
    let error = rows.put(of(outpost::wire::rows::MAX_ROW + 1)).unwrap_err().to_string();
    assert!(error.contains("65536"), "{error}");
}
