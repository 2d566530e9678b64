//! Power cuts at every operation, full disks, disks that fail to sync.

use super::paper::{Faults, Paper};
use super::*;
use outpost::domain::id::RecordHash;
use outpost::journal::{WriteError, Written};

type Acked = Vec<(Written, Vec<u8>)>;

/// Group sizes and bodies of a working day: lone records, small groups, a backlog.
fn bodies(n: u64) -> Vec<Vec<u8>> {
    let (count, size) = match n % 7 {
        0 | 3 => (1, 300),
        1 => (4, 700),
        2 => (1, 3900),
        4 => (2, 20),
        5 => (30, 600),
        _ => (3, 2500),
    };
    (0..count).map(|i| keyed(n * 100 + i, size)).collect()
}

/// Works until the machine stops or the day is over; true at the end of the day.
fn work(paper: &Paper, durability: Durability, acked: &mut Acked, epoch_number: u8) -> bool {
    let options = Options { durability, ..small_segments(Arc::new(paper.clone())) };
    let Ok((mut own, _)) = Own::open(Path::new("/j"), options) else { return false };
    let first = b"opened".to_vec();
    match own.begin(epoch(epoch_number), &first) {
        Ok(written) => acked.push((written, first)),
        Err(_) => return false,
    }
    for n in 0..20 {
        let bodies = bodies(n);
        if bodies.iter().any(|body| own.append_one(body, key_of(body)).is_err()) {
            return false;
        }
        match own.sync() {
            Ok(written) => acked.extend(written.into_iter().zip(bodies)),
            Err(_) => return false,
        }
    }
    true
}

fn check(paper: &Paper, acked: &Acked) -> Result<(), String> {
    let (own, report) =
        Own::open(Path::new("/j"), small_segments(Arc::new(paper.clone()))).map_err(|e| e.to_string())?;
    let reader = own.reader();
    for (written, body) in acked {
        let slot = reader.read_position(written.position).map_err(|e| e.to_string())?;
        let stored = record(slot).ok_or(format!("acked {} is gone: {report:?}", written.position))?;
        if stored.body != *body || stored.hash(&site()) != written.hash || stored.ordinal != written.ordinal {
            return Err(format!("acked {} is another", written.position));
        }
        if let Some(key) = key_of(body)
            && reader.find(&key).map_err(|e| e.to_string())?.is_none()
        {
            return Err(format!("the key of acked {} is unknown", written.position));
        }
    }
    let verified = reader.verify(|_| true).map_err(|e| e.to_string())?;
    if !verified.broken.is_empty() {
        return Err(format!("the chain is broken: {:?}", verified.broken));
    }
    Ok(())
}

/// Cuts the power at operation `at`, works on, cuts it again. True where the day ended before that operation.
fn cut_power(at: u64, seed: u64, durability: Durability) -> Result<bool, String> {
    let mut acked = Acked::new();
    let paper = Paper::default();
    paper.set(Faults { freeze_at: Some(at), ..Faults::default() });
    let over = work(&paper, durability, &mut acked, 1);
    let paper = paper.crash(seed);
    check(&paper, &acked)?;
    let paper = paper.crash(seed + 1);
    paper.set(Faults { freeze_at: Some(5 + seed % 40), ..Faults::default() });
    work(&paper, durability, &mut acked, 2);
    check(&paper.crash(seed + 2), &acked)?;
    Ok(over)
}

#[test]
fn what_was_acked_survives_a_power_cut_at_every_operation() {
    for seed in 0..6 {
        let mut at = 1;
        while !cut_power(at, seed * 1000 + at, Durability::Synced)
            .unwrap_or_else(|e| panic!("op {at}, seed {seed}: {e}"))
        {
            at += 1;
        }
        assert!(at > 60, "the day had only {at} operations");
    }
}

#[test]
fn without_syncs_the_same_proof_fails() {
    let fails = (1..60).any(|at| cut_power(at, at, Durability::UnsyncedForSabotage).is_err());
    assert!(fails, "the proof above does not see what is not synced");
}

#[test]
fn a_full_disk_refuses_cleanly_and_takes_records_again_when_there_is_room() {
    for room in (4096..40_000).step_by(777) {
        let paper = Paper::default();
        let (mut own, _) = Own::open(Path::new("/j"), small_segments(Arc::new(paper.clone()))).unwrap();
        let mut acked = vec![(own.begin(epoch(1), b"opened").unwrap(), b"opened".to_vec())];
        paper.set(Faults { room: Some(room), ..Faults::default() });
        let mut refused = 0;
        for n in 0..40 {
            if n == 30 {
                paper.set(Faults::default());
            }
            let bodies = bodies(n);
            for body in &bodies {
                own.append_one(body, key_of(body)).unwrap();
            }
            match own.sync() {
                Ok(written) => acked.extend(written.into_iter().zip(bodies)),
                Err(WriteError::Full) if n < 30 => refused += 1,
                Err(error) => panic!("{error}"),
            }
        }
        assert!(refused > 0);
        let positions: Vec<_> = acked.iter().map(|(written, _)| written.position.seq.0).collect();
        assert_eq!(positions, (1..=acked.len() as u64).collect::<Vec<_>>(), "a refused group leaves no gap");
        drop(own);
        check(&paper.crash(room as u64), &acked).unwrap();
    }
}

#[test]
fn a_disk_without_room_for_a_tail_of_zeros_still_takes_a_record() {
    let paper = Paper::default();
    let options = Options { segment_bytes: 1 << 20, ..small_segments(Arc::new(paper.clone())) };
    let (mut own, _) = Own::open(Path::new("/j"), options).unwrap();
    paper.set(Faults { room: Some(4096 + 2000), ..Faults::default() });
    own.begin(epoch(1), b"opened").unwrap();
    assert_eq!(group(&mut own, &[keyed(1, 500)]).len(), 1);
}

#[test]
fn after_a_failed_sync_nothing_is_taken_until_the_journal_is_read_again() {
    let paper = Paper::default();
    let (mut own, _) = Own::open(Path::new("/j"), small_segments(Arc::new(paper.clone()))).unwrap();
    own.begin(epoch(1), b"opened").unwrap();
    let kept = group(&mut own, &[keyed(1, 300)])[0];
    let reader = own.reader();
    paper.set(Faults { sync_fails: true, ..Faults::default() });
    own.append_one(&keyed(2, 300), Some(key(2))).unwrap();
    assert!(matches!(own.sync(), Err(WriteError::Poisoned(_))));
    paper.set(Faults::default());
    assert!(matches!(own.append_one(b"more", None), Err(WriteError::Poisoned(_))));
    assert_eq!(own.reopen().unwrap().last, Some((kept.position, kept.hash)));
    assert!(matches!(own.append_one(b"more", None), Err(WriteError::NotBegun)));
    assert_eq!(reader.find(&key(2)).unwrap(), None, "what was refused is not there");
    own.begin(epoch(2), b"opened").unwrap();
    let all = everything(&reader);
    assert_eq!(all.iter().map(|stored| stored.position).collect::<Vec<_>>(), [at(1, 1), at(1, 2), at(2, 1)]);
    assert_eq!(all[2].prev, kept.hash);
    assert_ne!(all[2].prev, RecordHash::NONE);
}

#[test]
fn a_record_a_minute_costs_the_block_it_is_in() {
    let paper = Paper::default();
    let options = Options { segment_bytes: 1 << 25, ..small_segments(Arc::new(paper.clone())) };
    let (mut own, _) = Own::open(Path::new("/j"), options).unwrap();
    own.begin(epoch(1), b"opened").unwrap();
    let before = paper.counts();
    (0..700).for_each(|n| drop(group(&mut own, &[keyed(n, 450)])));
    let [blocks, data_syncs, other_syncs] = paper.counts().map(|n| n);
    let (blocks, data_syncs) = (blocks - before[0], data_syncs - before[1]);
    assert_eq!((data_syncs, other_syncs), (700, before[2]), "one sync each, none of the file's size");
    assert!(blocks <= 700 + 7 * 17, "{blocks} blocks for 700 records, zeros ahead included");
}

#[test]
fn a_backlog_costs_its_bytes() {
    let paper = Paper::default();
    let options = Options { segment_bytes: 1 << 25, ..small_segments(Arc::new(paper.clone())) };
    let (mut own, _) = Own::open(Path::new("/j"), options).unwrap();
    own.begin(epoch(1), b"opened").unwrap();
    let before = paper.counts()[0];
    for n in 0..10 {
        group(&mut own, &(0..256).map(|i| keyed(n * 256 + i, 450)).collect::<Vec<_>>());
    }
    let written = (paper.counts()[0] - before) * 4096;
    let records = 2560 * (450 + 64);
    assert!(written * 100 <= records * 105, "{written} bytes for {records}");
}
