use super::*;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

fn epoch(n: u8) -> Epoch {
    Epoch::new(1_790_000_000_000 + u64::from(n), [n; 10])
}

fn site() -> SiteId {
    "harbour".parse().unwrap()
}

fn at(seq: u64) -> Position {
    Position { epoch: epoch(1), seq: Seq(seq) }
}

/// A chain of records, with a block of padding after every third, and the offsets of their frames.
fn segment(bodies: &[Vec<u8>]) -> (Vec<u8>, Vec<usize>) {
    let (mut out, mut offsets) = (Vec::new(), Vec::new());
    let mut prev = RecordHash::NONE;
    for (n, body) in (1..).zip(bodies) {
        offsets.push(out.len());
        encode(&mut out, &Frame::record(at(n), prev, body)).unwrap();
        prev = record_hash(&site(), at(n), &prev, body);
        if n % 3 == 0 && n < bodies.len() as u64 {
            out.resize(out.len().next_multiple_of(BLOCK), 0);
        }
    }
    (out, offsets)
}

fn found(bytes: &[u8]) -> Vec<(u64, u64)> {
    let records = Scan::new(bytes, 0).filter_map(|found| match found {
        Found::Record { offset, frame } => Some((offset, frame.position.seq.0)),
        _ => None,
    });
    records.collect()
}

#[test]
fn a_header_survives_the_way_there_and_back() {
    let header =
        SegmentHeader { site: site(), store: StoreId::new(1_790_000_000_000, [7; 10]), ordinal: 77, number: 3 };
    assert_eq!(header.encode().len(), BLOCK);
    assert_eq!(SegmentHeader::decode(&header.encode()), Ok(header));
}

#[test]
fn a_newer_header_is_told_from_a_damaged_one() {
    let header = SegmentHeader { site: site(), store: StoreId::new(1, [7; 10]), ordinal: 0, number: 1 };
    let mut newer = header.encode();
    newer[8] = 2;
    assert_eq!(SegmentHeader::decode(&newer), Err(BadHeader::Damaged), "a flipped bit is no version");
    let crc = crc32fast::hash(&newer[..72]);
    newer[72..76].copy_from_slice(&crc.to_le_bytes());
    assert_eq!(SegmentHeader::decode(&newer), Err(BadHeader::Newer(2)));
    assert_eq!(SegmentHeader::decode(&[]), Err(BadHeader::Damaged));
}

#[test]
fn sizes_and_numbers_are_taken_at_their_limits_and_refused_past_them() {
    let mut out = Vec::new();
    let mut try_body = |size: usize| {
        let body = vec![0; size];
        let result = encode(&mut out, &Frame::record(at(1), RecordHash::NONE, &body));
        assert!(result.is_err() || decode(&std::mem::take(&mut out)).unwrap().body == body);
        result
    };
    assert_eq!(try_body(0), Err(BadFrame::Body(0)));
    assert_eq!(try_body(1), Ok(()));
    assert_eq!(try_body(MAX_BODY), Ok(()));
    assert_eq!(try_body(MAX_BODY + 1), Err(BadFrame::Body(MAX_BODY + 1)));
    let mut try_seq = |seq| encode(&mut out, &Frame::record(at(seq), RecordHash::NONE, b"x"));
    assert_eq!(try_seq(MAX_SEQ), Ok(()));
    assert_eq!(try_seq(MAX_SEQ + 1), Err(BadFrame::Seq(Seq(MAX_SEQ + 1))));
    assert_eq!(try_seq(0), Err(BadFrame::Seq(Seq(0))));
    let nil = Position { epoch: Epoch(Uuid::nil()), seq: Seq(1) };
    assert_eq!(encode(&mut out, &Frame::record(nil, RecordHash::NONE, b"x")), Err(BadFrame::Epoch(nil.epoch)));
}

#[test]
fn a_lost_record_is_named_as_its_successor_names_it() {
    let mut out = Vec::new();
    let hash = RecordHash([9; 32]);
    encode(&mut out, &Frame::lost(at(4), &hash)).unwrap();
    let frame = decode(&out).unwrap();
    assert_eq!((frame.kind, frame.position, frame.hash(&site())), (Kind::Lost, at(4), hash));
}

#[test]
fn a_hash_tells_sites_and_places_apart() {
    let hash = |site: &str, seq, body: &[u8]| record_hash(&site.parse().unwrap(), at(seq), &RecordHash::NONE, body);
    let all = [hash("a", 1, b"x"), hash("b", 1, b"x"), hash("a", 2, b"x"), hash("a", 1, b"y"), hash("ax", 1, b"")];
    assert!((0..all.len()).all(|i| !all[..i].contains(&all[i])));
}

#[test]
fn a_damaged_length_is_no_end() {
    let (mut bytes, offsets) = segment(&vec![vec![5; 100]; 5]);
    bytes[offsets[1] + 2] ^= 0x40;
    let damaged = Found::Damaged { from: offsets[1] as u64, to: offsets[2] as u64 };
    assert_eq!(Scan::new(&bytes, 0).nth(1), Some(damaged));
    assert_eq!(found(&bytes).len(), 4);
}

#[test]
fn zeros_after_the_last_record_are_no_damage() {
    let (mut bytes, _) = segment(&vec![vec![0; 100]; 2]);
    let end = bytes.len();
    bytes.resize(end + 100_000, 0);
    assert_eq!(Scan::new(&bytes, 0).last(), Some(Found::End { offset: end as u64, torn: 0 }));
}

#[test]
fn bytes_after_the_last_record_are_a_torn_tail() {
    let (whole, offsets) = segment(&vec![vec![1; 100]; 2]);
    let torn = &whole[..whole.len() - 1];
    let end = offsets[1] as u64;
    assert_eq!(Scan::new(torn, 0).last(), Some(Found::End { offset: end, torn: 163 }));
}

#[test]
fn searching_the_worst_bytes_is_bounded() {
    // Heads of the largest frames, as densely as a hostile body could have them: each is summed once.
    let mut head = Vec::new();
    encode(&mut head, &Frame::record(at(1), RecordHash([1; 32]), &vec![1; MAX_BODY])).unwrap();
    head.truncate(32);
    head[4] ^= 1;
    let hostile = head.repeat(MAX_BODY / 32);
    assert_eq!(found(&hostile), vec![]);
    assert_eq!(found(&vec![1; 4 << 20]), vec![]);
}

fn check_damage(bodies: &[Vec<u8>], hurt: Vec<u8>, changed: std::ops::Range<usize>) -> TestCaseResult {
    let (whole, offsets) = segment(bodies);
    let untouched = (1..).zip(offsets.iter().zip(bodies)).filter(|(_, (offset, body))| {
        let frame = **offset..**offset + FRAME_HEAD + body.len();
        frame.end <= changed.start || changed.end <= frame.start
    });
    let untouched: Vec<_> = untouched.map(|(seq, (offset, _))| (*offset as u64, seq)).collect();
    prop_assert_eq!(found(&hurt), untouched, "{} bytes, {:?} changed", whole.len(), changed);
    Ok(())
}

proptest! {
    #[test]
    fn a_flipped_bit_hurts_one_record_and_invents_none(
        bodies in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..700), 1..12),
        place: prop::sample::Index,
        bit in 0u8..8,
    ) {
        let (mut bytes, _) = segment(&bodies);
        let at = place.index(bytes.len());
        bytes[at] ^= 1 << bit;
        check_damage(&bodies, bytes, at..at + 1)?;
    }

    #[test]
    fn a_cut_hurts_what_it_cuts(
        bodies in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..700), 1..12),
        place: prop::sample::Index,
    ) {
        let (mut bytes, _) = segment(&bodies);
        let len = bytes.len();
        let at = place.index(len);
        bytes.truncate(at);
        check_damage(&bodies, bytes, at..len)?;
    }

    #[test]
    fn overwritten_bytes_hurt_what_they_hit(
        bodies in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..700), 1..12),
        place: prop::sample::Index,
        garbage in prop::collection::vec(prop_oneof![Just(0u8), Just(1), Just(2), any::<u8>()], 1..3000),
    ) {
        let (mut bytes, _) = segment(&bodies);
        let at = place.index(bytes.len());
        let end = bytes.len().min(at + garbage.len());
        // The same byte again is no damage.
        for i in at..end {
            bytes[i] = if bytes[i] == garbage[i - at] { garbage[i - at] ^ 0xff } else { garbage[i - at] };
        }
        check_damage(&bodies, bytes, at..end)?;
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(prop_oneof![Just(0u8), Just(1), any::<u8>()], 0..5000), base in 0u64..9000) {
        let _ = SegmentHeader::decode(&bytes);
        let ends = matches!(Scan::new(&bytes, base).last(), Some(Found::End { .. }));
        prop_assert!(ends);
    }
}
