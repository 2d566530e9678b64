//! What the two roles promise when nothing goes wrong.

use super::*;
use outpost::domain::id::RecordHash;
use outpost::domain::record::Span;
use outpost::journal::{Locator, OpenError, Replica, WriteError};
use outpost::wire::frame::{Kind, MAX_BODY};
use paper::Paper;

fn span(epoch_number: u8, first: u64, last: u64) -> Span {
    Span { epoch: epoch(epoch_number), first: Seq(first), last: Seq(last) }
}

#[test]
fn two_openings_are_two_epochs_on_one_chain() {
    let dir = tempfile::tempdir().unwrap();
    let options = || small_segments(Arc::new(outpost::journal::disk::RealDisk));
    let (mut own, report) = Own::open(&in_dir(dir.path()), options()).unwrap();
    assert_eq!((report.last, report.count), (None, 0));
    let first = own.begin(epoch(1), b"opened").unwrap();
    let last = group(&mut own, &[keyed(1, 100), keyed(2, 100)])[1];
    drop(own);
    let (mut own, report) = Own::open(&in_dir(dir.path()), options()).unwrap();
    assert_eq!((report.last, report.count), (Some((at(1, 3), last.hash)), 3));
    assert!(matches!(own.append_one(b"x", None), Err(WriteError::NotBegun)));
    own.begin(epoch(2), b"opened again").unwrap();
    let all = everything(&own.reader());
    assert_eq!(all.iter().map(|s| s.position).collect::<Vec<_>>(), [at(1, 1), at(1, 2), at(1, 3), at(2, 1)]);
    assert_eq!((all[0].prev, all[1].prev, all[3].prev), (RecordHash::NONE, first.hash, last.hash));
    assert!(own.reader().verify(|_| true).unwrap().is_sound());
    assert_eq!(own.reader().epochs(), [epoch(1), epoch(2)]);
    assert_eq!(own.reader().spans(), [span(1, 1, 3), span(2, 1, 1)]);
}

#[test]
fn a_journal_has_one_owner() {
    let dir = tempfile::tempdir().unwrap();
    let options = || small_segments(Arc::new(outpost::journal::disk::RealDisk));
    let (own, _) = Own::open(&in_dir(dir.path()), options()).unwrap();
    let second = Own::open(&in_dir(dir.path()), options()).err().unwrap();
    assert!(second.to_string().contains("stop the other outpost"), "{second}");
    drop(own);
    Own::open(&in_dir(dir.path()), options()).unwrap();
}

/// 300 records in two epochs over many segments.
fn long_journal(paper: &Paper) -> Vec<(Position, Locator, Vec<u8>)> {
    let mut all = Vec::new();
    for epoch_number in 1..=2 {
        let (mut own, _) = Own::open(Path::new("/j"), small_segments(Arc::new(paper.clone()))).unwrap();
        let first = own.begin(epoch(epoch_number), b"opened").unwrap();
        all.push((first.position, first.locator, b"opened".to_vec()));
        for n in 0..50 {
            let bodies: Vec<_> = (0..3).map(|i| keyed(u64::from(epoch_number) * 1000 + n * 3 + i, 150)).collect();
            let written = group(&mut own, &bodies);
            all.extend(written.iter().zip(bodies).map(|(w, body)| (w.position, w.locator, body)));
        }
    }
    all
}

#[test]
fn everything_is_found_again_by_position_place_key_and_ordinal() {
    let paper = Paper::default();
    let all = long_journal(&paper);
    assert!(paper.names("seg").len() > 5);
    let (own, report) = Own::open(Path::new("/j"), small_segments(Arc::new(paper.clone()))).unwrap();
    assert_eq!((report.rebuilt_indexes, report.count, report.torn_bytes), (0, 302, 0));
    let reader = own.reader();
    for (ordinal, (position, locator, body)) in all.iter().enumerate() {
        let stored = reader.read_at(*locator).unwrap();
        assert_eq!((&stored.position, &stored.body, stored.ordinal), (position, body, ordinal as u64));
        assert_eq!(record(reader.read_position(*position).unwrap()), Some(stored.clone()));
        assert_eq!(reader.read_ordinal(ordinal as u64).unwrap(), stored);
        assert_eq!(Locator::from(u64::from(*locator)), *locator);
        if let Some(key) = key_of(body) {
            assert_eq!(reader.find(&key).unwrap(), Some(*locator));
        }
    }
    assert_eq!(reader.find(&key(7)).unwrap(), None);
    let scanned: Vec<_> = reader.scan(100).map(|s| s.unwrap().locator).collect();
    assert_eq!(scanned, all[100..].iter().map(|(_, locator, _)| *locator).collect::<Vec<_>>());
    let slots = reader.read_from(at(1, 149), usize::MAX, 5).unwrap();
    let read: Vec<_> = slots.iter().map(Slot::position).collect();
    assert_eq!(read, [at(1, 149), at(1, 150), at(1, 151), at(2, 1), at(2, 2)]);
    assert_eq!(reader.read_from(at(1, 1), 1, 100).unwrap().len(), 1, "one at least, whatever its size");
    assert_eq!(reader.read_from(at(1, 2), 500, 100).unwrap().len(), 3, "no more once 500 bytes are reached");
    assert!(reader.read_from(at(2, 152), 1000, 10).unwrap().is_empty());
    assert!(reader.verify(|_| true).unwrap().is_sound());
}

#[test]
fn the_first_record_with_a_key_is_found_though_later_ones_have_it_too() {
    let paper = Paper::default();
    let (mut own, _) = Own::open(Path::new("/j"), small_segments(Arc::new(paper.clone()))).unwrap();
    own.begin(epoch(1), b"opened").unwrap();
    let first = group(&mut own, &[keyed(5, 100), keyed(5, 200)])[0].locator;
    assert_eq!(own.reader().find(&key(5)).unwrap(), Some(first));
    (0..40).for_each(|n| drop(group(&mut own, &[keyed(100 + n, 1000), keyed(5, 100)])));
    assert_eq!(own.reader().find(&key(5)).unwrap(), Some(first), "of all segments");
    drop(own);
    let (own, _) = Own::open(Path::new("/j"), small_segments(Arc::new(paper))).unwrap();
    assert_eq!(own.reader().find(&key(5)).unwrap(), Some(first), "after opening");
}

#[test]
fn readers_see_what_is_synced_and_nothing_else() {
    let (mut own, _) = Own::open(Path::new("/j"), small_segments(Arc::new(Paper::default()))).unwrap();
    own.begin(epoch(1), b"opened").unwrap();
    let reader = own.reader();
    own.append_one(&keyed(1, 50), Some(key(1))).unwrap();
    assert_eq!((reader.count(), reader.find(&key(1)).unwrap(), reader.holds(at(1, 2))), (1, None, false));
    assert_eq!(own.find_in_group(&key(1)), Some(0));
    assert_eq!(own.body_in_group(0), Some(&keyed(1, 50)[..]));
    own.discard();
    assert_eq!(own.append_one(b"other", None).unwrap().position, at(1, 2), "what is discarded leaves no gap");
    own.sync().unwrap();
    assert_eq!(reader.count(), 2);
}

#[test]
fn the_largest_record_goes_in_and_a_larger_one_does_not() {
    let (mut own, _) = Own::open(Path::new("/j"), small_segments(Arc::new(Paper::default()))).unwrap();
    own.begin(epoch(1), b"opened").unwrap();
    assert!(matches!(own.append_one(&vec![1; MAX_BODY + 1], None), Err(WriteError::Frame(_))));
    assert!(matches!(own.append_one(b"", None), Err(WriteError::Frame(_))));
    let written = group(&mut own, &[vec![1; MAX_BODY]])[0];
    assert_eq!(own.reader().read_at(written.locator).unwrap().body.len(), MAX_BODY);
    let mut taken = 0;
    let full = loop {
        match own.append_one(&vec![1; MAX_BODY], None) {
            Ok(_) => taken += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(full, WriteError::GroupFull) && taken == 15, "{taken}: {full}");
    own.sync().unwrap();
}

#[test]
fn a_replica_keeps_what_comes_in_any_order() {
    let paper = Paper::default();
    let options = || small_segments(Arc::new(paper.clone()));
    let (mut replica, _) = Replica::open(Path::new("/j"), options()).unwrap();
    let prev = RecordHash([3; 32]);
    for seq in [5, 6, 7, 1, 2, 3] {
        replica.put(at(1, seq), prev, &keyed(seq, 400), Some(key(seq))).unwrap();
        replica.put(at(2, seq), prev, &keyed(100 + seq, 400), None).unwrap();
        replica.sync().unwrap();
    }
    assert!(matches!(replica.put(at(1, 5), prev, b"x", None), Err(WriteError::Held(_))));
    for opening in 0..2 {
        let reader = replica.reader();
        assert_eq!(reader.spans(), [span(1, 1, 3), span(1, 5, 7), span(2, 1, 3), span(2, 5, 7)], "opening {opening}");
        let read =
            |from| reader.read_from(from, usize::MAX, 100).unwrap().iter().map(Slot::position).collect::<Vec<_>>();
        assert_eq!(read(at(1, 2)), [at(1, 2), at(1, 3)], "up to what has not come");
        assert_eq!(read(at(2, 5)), [at(2, 5), at(2, 6), at(2, 7)]);
        assert!(read(at(1, 4)).is_empty());
        assert_eq!(reader.count(), 12);
        let order: Vec<_> = everything(&reader).iter().map(|s| s.position.seq.0).collect();
        assert_eq!(order, [5, 5, 6, 6, 7, 7, 1, 1, 2, 2, 3, 3]);
        drop(reader);
        drop(replica);
        replica = Replica::open(Path::new("/j"), options()).unwrap().0;
    }
}

#[test]
fn a_lost_record_is_held_as_lost_until_it_comes_after_all() {
    let paper = Paper::default();
    let options = || small_segments(Arc::new(paper.clone()));
    let (mut replica, _) = Replica::open(Path::new("/j"), options()).unwrap();
    let (prev, hash) = (RecordHash([3; 32]), RecordHash([8; 32]));
    replica.put(at(1, 1), prev, b"one", None).unwrap();
    replica.put_lost(at(1, 2), hash).unwrap();
    replica.put(at(1, 3), hash, b"three", None).unwrap();
    replica.sync().unwrap();
    assert!(matches!(replica.put_lost(at(1, 2), hash), Err(WriteError::Held(_))));
    let reader = replica.reader();
    assert_eq!(reader.spans(), [span(1, 1, 3)]);
    let slots = reader.read_from(at(1, 1), usize::MAX, 9).unwrap();
    assert_eq!((slots.len(), &slots[1]), (3, &Slot::Lost { position: at(1, 2), hash: Some(hash) }));
    assert_eq!(everything(&reader)[1].kind, Kind::Lost);
    replica.put(at(1, 2), prev, b"two", None).unwrap();
    replica.sync().unwrap();
    for opening in 0..2 {
        let slots = replica.reader().read_from(at(1, 1), usize::MAX, 9).unwrap();
        let bodies: Vec<_> = slots.into_iter().filter_map(|slot| record(Some(slot))).map(|s| s.body).collect();
        assert_eq!(bodies, [&b"one"[..], b"two", b"three"], "opening {opening}");
        drop(replica);
        replica = Replica::open(Path::new("/j"), options()).unwrap().0;
    }
}

#[test]
fn a_restored_store_goes_on_in_a_segment_of_its_own() {
    let paper = Paper::default();
    long_journal(&paper);
    let before = paper.names("seg").len();
    let options = || Options { store: store(2), ..small_segments(Arc::new(paper.clone())) };
    let (mut own, report) = Own::open(Path::new("/j"), options()).unwrap();
    assert!(report.damages.is_empty());
    own.begin(epoch(3), b"restored").unwrap();
    assert_eq!(paper.names("seg").len(), before + 1);
    drop(own);
    let (own, report) = Own::open(Path::new("/j"), options()).unwrap();
    assert_eq!(report.count, 303);
    assert!(own.reader().verify(|_| true).unwrap().is_sound());
}

#[test]
fn what_is_not_understood_is_refused_by_name_and_never_an_empty_start() {
    let refusal = |change: &dyn Fn(&Paper)| {
        let paper = Paper::default();
        long_journal(&paper);
        change(&paper);
        let error = Own::open(Path::new("/j"), small_segments(Arc::new(paper))).err().expect("a refusal");
        (error.to_string(), error)
    };
    let third = Path::new("/j/00000003.seg");
    let (text, error) = refusal(&|paper| paper.remove(third));
    assert!(matches!(error, OpenError::Missing { .. }) && text.contains("00000003.seg"), "{text}");
    let (text, error) = refusal(&|paper| {
        paper.names("seg").iter().for_each(|path| paper.remove(path));
    });
    assert!(matches!(error, OpenError::Missing { .. }) && text.contains("00000001.seg"), "{text}");
    let reheader = |paper: &Paper, change: &dyn Fn(&mut [u8])| {
        paper.tamper(third, |bytes| {
            change(bytes);
            let crc = crc32fast::hash(&bytes[..72]);
            bytes[72..76].copy_from_slice(&crc.to_le_bytes());
        });
    };
    let (text, error) = refusal(&|paper| reheader(paper, &|head| head[8] = 9));
    assert!(matches!(error, OpenError::Newer { version: 9, .. }) && text.contains("install"), "{text}");
    let (text, error) = refusal(&|paper| reheader(paper, &|head| head[12] = b'x'));
    assert!(matches!(error, OpenError::OtherSite { .. }) && text.contains("xarbour"), "{text}");
    let (text, error) = refusal(&|paper| reheader(paper, &|head| head[68] = 4));
    assert!(matches!(error, OpenError::Renamed { says: 4, .. }) && text.contains("00000003.seg"), "{text}");
}

#[test]
fn a_directory_that_is_a_file_is_refused_by_name() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(in_dir(dir.path()), b"no directory").unwrap();
    let error = Own::open(&in_dir(dir.path()), Options::new(site(), store(1), key_of)).err().unwrap();
    assert!(error.to_string().contains("journal"), "{error}");
}
