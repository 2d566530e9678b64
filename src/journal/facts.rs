//! What is known of one segment without its bytes: runs of records, damage, ordinals.
//!
//! In come frames with their offsets, one by one as they are written, or all of a file's; out come [`SegmentFacts`], which
//! the index keeps and the catalog searches. Files and keys' lookup are deliberately absent.

use super::Key;
use crate::domain::id::{Epoch, Position, Seq};
use crate::wire::frame::{BLOCK, FRAME_HEAD, Found, Frame, Kind, Scan, plausible};

/// Most records of a run: what is read and skipped to reach one of them.
const RUN_RECORDS: u32 = 64;
/// A run ends when it has more bytes than this.
const RUN_BYTES: u64 = 64 * 1024;
/// The smallest frame.
const MIN_FRAME: u64 = FRAME_HEAD as u64 + 1;

/// Consecutive records of one epoch, next to each other in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) epoch: Epoch,
    pub(crate) first: u64,
    pub(crate) ordinal: u64,
    pub(crate) offset: u32,
    pub(crate) count: u32,
    /// Word of lost records: such a run has one.
    pub(crate) lost: bool,
}

impl Run {
    /// The number after its last.
    pub(crate) fn end(&self) -> u64 {
        self.first + u64::from(self.count)
    }

    pub(crate) fn last(&self) -> Position {
        Position { epoch: self.epoch, seq: Seq(self.end() - 1) }
    }

    pub(crate) fn first_position(&self) -> Position {
        Position { epoch: self.epoch, seq: Seq(self.first) }
    }
}

/// One segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SegmentFacts {
    pub(crate) number: u32,
    /// The ordinal of its first frame.
    pub(crate) base: u64,
    /// The ordinal after its last.
    pub(crate) next_ordinal: u64,
    /// The end of its last whole frame.
    pub(crate) end: u32,
    /// In the order of the file.
    pub(crate) runs: Vec<Run>,
    /// Where no frame checks: from, to.
    pub(crate) damages: Vec<(u32, u32)>,
}

impl SegmentFacts {
    pub(crate) fn empty(number: u32, base: u64) -> Self {
        Self { number, base, next_ordinal: base, end: BLOCK as u32, runs: Vec::new(), damages: Vec::new() }
    }

    /// Takes note of a frame behind the last one. Returns true where it begins a run.
    pub(crate) fn add(&mut self, offset: u32, size: usize, position: Position, kind: Kind) -> bool {
        let ordinal = self.next_ordinal;
        self.next_ordinal += 1;
        self.end = offset + size as u32;
        let after_damage = self.damages.last().is_some_and(|&(_, to)| to == offset);
        if let Some(run) = self.runs.last_mut()
            && !after_damage
            && (kind, run.lost) == (Kind::Record, false)
            && (run.epoch, run.end()) == (position.epoch, position.seq.0)
            && run.count < RUN_RECORDS
            && u64::from(self.end - run.offset) <= RUN_BYTES
        {
            run.count += 1;
            return false;
        }
        let (epoch, first) = (position.epoch, position.seq.0);
        self.runs.push(Run { epoch, first, ordinal, offset, count: 1, lost: kind == Kind::Lost });
        true
    }

    /// Where the bytes of a run end: where the next one begins.
    pub(crate) fn run_limit(&self, index: usize) -> u32 {
        self.runs.get(index + 1).map_or(self.end, |next| next.offset)
    }
}

/// What a scan of a whole segment found.
pub(crate) struct Scanned {
    pub(crate) facts: SegmentFacts,
    /// Keys in the order of the file, with offsets.
    pub(crate) keys: Vec<(Key, u32)>,
    /// Bytes behind the last whole frame that are not zero.
    pub(crate) torn: u64,
}

/// Scans the frames of a segment: `bytes` are the file's from behind the header.
///
/// Ordinals stay what they were, however much is damaged, as far as that can be known: a record that is missing keeps
/// its ordinal. How many are missing is told by the numbers around, or else bounded by the room that they had;
/// `next_base`, the next segment's first ordinal, bounds it where there is a next. `before` is the last position of the
/// segment before.
pub(crate) fn scan_segment(
    number: u32,
    base: u64,
    next_base: Option<u64>,
    before: Option<Position>,
    bytes: &[u8],
    key_of: fn(&[u8]) -> Option<Key>,
) -> Scanned {
    let whole = |found: &Found<'_>| matches!(found, Found::Record { .. });
    // Only where something is damaged is it worth a pass of its own to know how many ordinals there are to spare.
    let mut slack = match next_base {
        Some(next) => {
            (next - base.min(next)).saturating_sub(Scan::new(bytes, BLOCK as u64).filter(whole).count() as u64)
        }
        None => u64::MAX,
    };
    let mut facts = SegmentFacts::empty(number, base);
    let mut keys = Vec::new();
    let mut torn = 0;
    let mut hole = 0;
    for found in Scan::new(bytes, BLOCK as u64) {
        match found {
            Found::Damaged { from, to } => {
                facts.damages.push((from as u32, to as u32));
                hole = frames_lost(&bytes[(from - BLOCK as u64) as usize..(to - BLOCK as u64) as usize]);
            }
            Found::Record { offset, frame } => {
                if hole > 0 {
                    let last = facts.runs.last().map(Run::last).or(before);
                    let missing = missing_between(last, &frame).min(hole).min(slack);
                    facts.next_ordinal += missing;
                    slack -= missing;
                    hole = 0;
                }
                facts.add(offset as u32, frame.size(), frame.position, frame.kind);
                if frame.kind == Kind::Record
                    && let Some(key) = key_of(frame.body)
                {
                    keys.push((key, offset as u32));
                }
            }
            Found::End { torn: bytes, .. } => torn = bytes,
        }
    }
    Scanned { facts, keys, torn }
}

/// How many records the numbers around a hole say are missing; no bound where they do not tell.
fn missing_between(last: Option<Position>, frame: &Frame<'_>) -> u64 {
    match last {
        Some(last) if last.epoch == frame.position.epoch => frame.position.seq.0.saturating_sub(last.seq.0 + 1),
        _ => u64::MAX,
    }
}

/// How many frames a hole had: exactly, where their heads still tell their lengths; else the most that there is room for.
fn frames_lost(hole: &[u8]) -> u64 {
    let (mut at, mut count) = (0, 0);
    while let Some(size) = hole.get(at..).and_then(plausible) {
        at += size;
        count += 1;
    }
    let only_padding_follows = hole.get(at..).is_some_and(|rest| rest.len() < BLOCK && rest.iter().all(|&b| b == 0));
    if count > 0 && only_padding_follows { count } else { hole.len() as u64 / MIN_FRAME }
}
