//! Damage costs the records that it hits, is told, and nothing else moves.

use super::paper::Paper;
use super::*;
use outpost::domain::record::Span;
use outpost::journal::OpenReport;
use proptest::prelude::*;

struct Journal {
    paper: Paper,
    all: Vec<Stored>,
}

/// Two epochs, groups of several sizes, several segments.
fn journal() -> Journal {
    let paper = Paper::default();
    for epoch_number in 1..=2 {
        let (mut own, _) = Own::open(Path::new("/j"), small_segments(Arc::new(paper.clone()))).unwrap();
        own.begin(epoch(epoch_number), &keyed(u64::from(epoch_number), 90)).unwrap();
        for n in 0..20 {
            let count = 1 + n % 4;
            group(
                &mut own,
                &(0..count).map(|i| keyed(1000 * u64::from(epoch_number) + n * 10 + i, 200)).collect::<Vec<_>>(),
            );
        }
    }
    let all = everything(&open(&paper).0.reader());
    Journal { paper, all }
}

fn open(paper: &Paper) -> (Own, OpenReport) {
    Own::open(Path::new("/j"), small_segments(Arc::new(paper.clone()))).unwrap()
}

fn segment(number: u32) -> PathBuf {
    format!("/j/{number:08}.seg").into()
}

impl Journal {
    /// Hurts a record's frame at `at` bytes from its start.
    fn hurt(&self, index: usize, at: u32) {
        let locator = self.all[index].locator;
        self.paper.tamper(&segment(locator.segment), |bytes| bytes[(locator.offset + at) as usize] ^= 0x10);
    }

    fn forget_indexes(&self) {
        self.paper.names("idx").iter().for_each(|path| self.paper.remove(path));
    }
}

fn just(stored: &Stored) -> Span {
    Span { epoch: stored.position.epoch, first: stored.position.seq, last: stored.position.seq }
}

#[test]
fn a_damaged_record_is_told_and_read_as_lost_with_the_hash_its_successor_names() {
    for offset in [0, 1, 5, 20, 30, 40, 100] {
        let journal = journal();
        journal.hurt(30, offset);
        journal.forget_indexes();
        let (own, report) = open(&journal.paper);
        let missing: Vec<_> = report.damages.iter().flat_map(|damage| damage.missing.clone()).collect();
        assert_eq!(missing, [just(&journal.all[30])], "byte {offset}: {report:?}");
        let slots = own.reader().read_from(journal.all[29].position, usize::MAX, 3).unwrap();
        let lost = Slot::Lost { position: journal.all[30].position, hash: Some(journal.all[30].hash(&site())) };
        assert_eq!(slots[1], lost);
        assert_eq!(slots[2], Slot::Record(journal.all[31].clone()), "ordinals stay");
        let alone = own.reader().read_from(journal.all[30].position, usize::MAX, 1).unwrap();
        assert_eq!(alone, [lost], "also at the end of what is asked");
        assert_eq!(report.count, journal.all.len() as u64);
        let verified = own.reader().verify(|_| true).unwrap();
        assert!(verified.broken.is_empty() && verified.damages.len() == 1, "{verified:?}");
    }
}

#[test]
fn damage_under_a_good_index_is_found_when_it_is_read_and_by_verifying() {
    let journal = journal();
    journal.hurt(30, 99);
    let (own, report) = open(&journal.paper);
    assert!(report.damages.is_empty(), "opening does not read sealed segments");
    assert!(own.reader().read_at(journal.all[30].locator).is_err());
    assert!(matches!(own.reader().read_position(journal.all[30].position), Ok(Some(Slot::Lost { hash: Some(_), .. }))));
    let verified = own.reader().verify(|_| true).unwrap();
    assert_eq!(verified.damages.iter().flat_map(|d| d.missing.clone()).collect::<Vec<_>>(), [just(&journal.all[30])]);
    assert_eq!(everything(&own.reader()).len(), journal.all.len() - 1);
}

#[test]
fn damage_in_the_last_segment_is_told_at_every_opening_and_moves_no_ordinal() {
    let journal = journal();
    let last = journal.all.len() - 1;
    journal.hurt(last - 1, 70);
    for opening in 0..3 {
        let (mut own, report) = open(&journal.paper);
        let missing: Vec<_> = report.damages.iter().flat_map(|damage| damage.missing.clone()).collect();
        assert_eq!(missing, [just(&journal.all[last - 1])], "opening {opening}");
        assert_eq!(report.count, (last + 1 + opening) as u64);
        own.begin(epoch(10 + opening as u8), b"opened").unwrap();
        assert_eq!(own.reader().read_ordinal(last as u64).unwrap(), journal.all[last]);
    }
}

#[test]
fn the_last_record_of_an_epoch_is_missed_by_the_next_ones_first() {
    let journal = journal();
    let end = journal.all.iter().rposition(|stored| stored.position.epoch == epoch(1)).unwrap();
    journal.hurt(end, 80);
    journal.forget_indexes();
    let (own, report) = open(&journal.paper);
    let missing: Vec<_> = report.damages.iter().flat_map(|damage| damage.missing.clone()).collect();
    assert_eq!(missing, [just(&journal.all[end])]);
    let slots = own.reader().read_from(journal.all[end - 1].position, usize::MAX, 3).unwrap();
    assert_eq!(slots[1].position(), journal.all[end].position);
    assert_eq!(slots[1], Slot::Lost { position: slots[1].position(), hash: Some(journal.all[end].hash(&site())) });
    assert_eq!(slots[2].position(), at(2, 1));
}

#[test]
fn a_damaged_header_costs_no_record() {
    for number in 1..=3 {
        let journal = journal();
        journal.paper.tamper(&segment(number), |bytes| bytes[..4096].fill(0xee));
        let (own, report) = open(&journal.paper);
        assert_eq!(everything(&own.reader()), journal.all);
        assert_eq!((report.damages.len(), report.damages[0].offset), (1, 0));
        assert_eq!(report.count, journal.all.len() as u64);
    }
}

#[test]
fn an_index_that_is_absent_or_damaged_is_built_anew() {
    let journal = journal();
    let sealed = journal.paper.names("idx").len() as u32;
    let contents = || journal.paper.names("idx").iter().map(|path| journal.paper.bytes(path)).collect::<Vec<_>>();
    let before = contents();
    journal.forget_indexes();
    assert_eq!(open(&journal.paper).1.rebuilt_indexes, sealed);
    assert!(contents() == before, "the same bytes");
    for (at, rebuilt) in [(0, 1), (9, 1), (60, 1), (150, 1), (4100, 0)] {
        journal.paper.tamper(Path::new("/j/00000001.idx"), |bytes| bytes[at] ^= 1);
        let (own, report) = open(&journal.paper);
        assert_eq!(report.rebuilt_indexes, rebuilt, "byte {at}");
        for stored in &journal.all {
            assert_eq!(own.reader().find(&key_of(&stored.body).unwrap()).unwrap(), Some(stored.locator), "byte {at}");
        }
    }
    assert_eq!(open(&journal.paper).0.reader().verify(|_| true).unwrap().bad_indexes.len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_flipped_bit_costs_one_record_at_most(segment_at: prop::sample::Index, at: prop::sample::Index, bit in 0u8..8, indexes: bool) {
        let journal = journal();
        let path = segment_at.get(&journal.paper.names("seg")).clone();
        let mut hit = 0;
        journal.paper.tamper(&path, |bytes| {
            hit = at.index(bytes.len());
            bytes[hit] ^= 1 << bit;
        });
        if !indexes {
            journal.forget_indexes();
        }
        let (mut own, report) = open(&journal.paper);
        let is_hit = |stored: &Stored| {
            let start = stored.locator.offset as usize;
            segment(stored.locator.segment) == path && (start..start + 64 + stored.body.len()).contains(&hit)
        };
        let expected: Vec<_> = journal.all.iter().filter(|stored| !is_hit(stored)).cloned().collect();
        let found = everything(&own.reader());
        let differs = found.iter().zip(&expected).position(|(a, b)| a != b);
        let pair = differs.map(|at| (&found[at], &expected[at]));
        prop_assert!(found == expected, "{} for {}, {:?}", found.len(), expected.len(), pair);
        let cut = journal.all.last().is_some_and(is_hit);
        let told = !report.damages.is_empty() || report.torn_bytes > 0 || expected.len() == journal.all.len();
        prop_assert!(told || indexes, "{:?}", report);
        prop_assert!(cut || report.last.map(|(position, _)| position) == journal.all.last().map(|s| s.position));
        own.begin(epoch(9), b"opened").unwrap();
        prop_assert!(own.reader().verify(|_| true).unwrap().broken.is_empty());
    }

    #[test]
    fn a_cut_of_the_last_segment_keeps_what_is_before_it(at: prop::sample::Index, garbage in prop::collection::vec(any::<u8>(), 0..100)) {
        let journal = journal();
        let path = journal.paper.names("seg").pop().unwrap();
        let mut size = 0;
        journal.paper.tamper(&path, |bytes| {
            size = at.index(bytes.len());
            bytes.truncate(size);
            bytes.extend_from_slice(&garbage);
        });
        let (mut own, _) = open(&journal.paper);
        let kept = journal.all.iter().filter(|stored| {
            segment(stored.locator.segment) != path || stored.locator.offset as usize + 64 + stored.body.len() <= size
        });
        let kept: Vec<_> = kept.cloned().collect();
        prop_assert!(everything(&own.reader()).starts_with(&kept));
        own.begin(epoch(9), b"opened").unwrap();
        group(&mut own, &[keyed(1, 100), keyed(2, 3000)]);
        drop(own);
        let (own, report) = open(&journal.paper);
        prop_assert_eq!(report.torn_bytes, 0);
        let all = everything(&own.reader());
        prop_assert_eq!(all[all.len() - 1].position, at_end());
    }
}

fn at_end() -> Position {
    at(9, 3)
}
