//! What is durable and where, for the whole directory, in memory: some 3 MB for a million records.
//!
//! In come the facts of sealed segments and of each synced frame; out come places of positions, ordinals and keys. Only
//! synced frames ever get in, so what a reader sees here it may act upon. Reading bytes is deliberately absent.

use super::facts::{Run, SegmentFacts};
use super::index::Index;
use super::{Key, Locator};
use crate::domain::id::{Epoch, Position, RecordHash, Seq};
use crate::domain::record::Span;
use crate::wire::frame::Kind;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// A run, and where its bytes are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) segment: u32,
    pub(crate) run: Run,
    pub(crate) limit: u32,
}

/// See the module.
#[derive(Default)]
pub(crate) struct Catalog {
    /// Sealed segments, from number 1, without gaps.
    pub(crate) sealed: Vec<Arc<Index>>,
    /// The segment that is written to.
    pub(crate) active: Option<SegmentFacts>,
    pub(crate) active_keys: HashMap<Key, u32>,
    /// The first position of each run → its segment's index in `sealed` (or that length: the active one), its own index.
    places: BTreeMap<(Epoch, u64), (u32, u32)>,
    /// In the order in which they first appear.
    epochs: Vec<Epoch>,
    /// Records known to be lost at the end of an epoch of one's own journal, where no successor in it tells.
    pub(crate) lost_ends: HashMap<Epoch, (Seq, RecordHash)>,
    last: Option<Position>,
}

impl Catalog {
    /// Takes a sealed segment behind all others. There must be no active one.
    pub(crate) fn add_sealed(&mut self, index: Arc<Index>) {
        let segment = self.sealed.len() as u32;
        self.sealed.push(index.clone());
        for (number, run) in index.facts.runs.iter().enumerate() {
            self.note_run(run, (segment, number as u32));
        }
    }

    /// Takes the segment that is written to.
    pub(crate) fn set_active(&mut self, facts: SegmentFacts, keys: Vec<(Key, u32)>) {
        let segment = self.sealed.len() as u32;
        let runs = facts.runs.clone();
        self.active = Some(facts);
        for (number, run) in runs.iter().enumerate() {
            self.note_run(run, (segment, number as u32));
        }
        for (key, offset) in keys {
            self.active_keys.entry(key).or_insert(offset);
        }
    }

    /// Puts the active segment, now described by `index`, with the sealed ones.
    pub(crate) fn seal(&mut self, index: Arc<Index>) {
        self.active = None;
        self.active_keys = HashMap::new();
        self.sealed.push(index);
    }

    /// Takes note of a synced frame at the end of the active segment.
    pub(crate) fn add(&mut self, offset: u32, size: usize, position: Position, kind: Kind, key: Option<Key>) {
        let segment = self.sealed.len() as u32;
        let active = self.active.as_mut().expect("invariant: frames are written to an active segment");
        let begins = active.add(offset, size, position, kind);
        let number = active.runs.len() as u32 - 1;
        if begins {
            let run = active.runs[number as usize];
            self.note_run(&run, (segment, number));
        } else {
            // A record that was given up and came after all is no longer lost.
            self.forget_lost(position.epoch, position.seq.0, position.seq.0 + 1);
            self.last = Some(position);
        }
        if let Some(key) = key {
            self.active_keys.entry(key).or_insert(offset);
        }
    }

    fn note_run(&mut self, run: &Run, place: (u32, u32)) {
        if !run.lost {
            self.forget_lost(run.epoch, run.first, run.end());
        }
        self.places.entry((run.epoch, run.first)).or_insert(place);
        if self.last.map(|last| last.epoch) != Some(run.epoch) && !self.epochs.contains(&run.epoch) {
            self.epochs.push(run.epoch);
        }
        self.last = Some(run.last());
    }

    fn forget_lost(&mut self, epoch: Epoch, first: u64, end: u64) {
        let lost = self.places.range((epoch, first)..(epoch, end)).map(|(&key, &place)| (key, place));
        let lost = lost.filter(|&(_, place)| self.run_at(place).is_some_and(|run| run.lost)).map(|(key, _)| key);
        for key in lost.collect::<Vec<_>>() {
            self.places.remove(&key);
        }
    }

    fn segment(&self, index: u32) -> Option<&SegmentFacts> {
        self.sealed.get(index as usize).map(|sealed| &sealed.facts).or(self.active.as_ref())
    }

    fn run_at(&self, (segment, run): (u32, u32)) -> Option<&Run> {
        self.segment(segment)?.runs.get(run as usize)
    }

    fn place(&self, (segment, run): (u32, u32)) -> Option<Place> {
        let facts = self.segment(segment)?;
        let limit = facts.run_limit(run as usize);
        Some(Place { segment: facts.number, run: *facts.runs.get(run as usize)?, limit })
    }

    /// Where a position is held.
    pub(crate) fn lookup(&self, position: Position) -> Option<Place> {
        let Position { epoch, seq } = position;
        // Runs of an epoch do not overlap unless a position was written twice; then one further back may have it.
        let before = self.places.range((epoch, 0)..=(epoch, seq.0)).rev().take(64);
        before.filter_map(|(_, &place)| self.place(place)).find(|place| seq.0 < place.run.end())
    }

    /// The first held number of the epoch that is greater.
    pub(crate) fn next_held(&self, after: Position) -> Option<Seq> {
        let range = (after.epoch, after.seq.0 + 1)..=(after.epoch, u64::MAX);
        self.places.range(range).next().map(|(&(_, first), _)| Seq(first))
    }

    /// The run with that ordinal, or the first one after it.
    pub(crate) fn run_from(&self, ordinal: u64) -> Option<Place> {
        let sealed = self.sealed.partition_point(|index| index.facts.next_ordinal <= ordinal);
        (sealed as u32..=self.sealed.len() as u32).find_map(|segment| {
            let runs = &self.segment(segment)?.runs;
            let run = runs.partition_point(|run| run.ordinal + u64::from(run.count) <= ordinal);
            self.place((segment, run as u32))
        })
    }

    /// The run that an offset is in.
    pub(crate) fn run_of(&self, locator: Locator) -> Option<Place> {
        let segment = locator.segment.checked_sub(1)?;
        let facts = self.segment(segment)?;
        let run = facts.runs.partition_point(|run| run.offset <= locator.offset).checked_sub(1)?;
        self.place((segment, run as u32)).filter(|place| locator.offset < place.limit)
    }

    /// All runs, in the order of the files.
    pub(crate) fn segments(&self) -> impl Iterator<Item = &SegmentFacts> {
        self.sealed.iter().map(|index| &index.facts).chain(&self.active)
    }

    /// The next record's ordinal.
    pub(crate) fn next_ordinal(&self) -> u64 {
        match (&self.active, self.sealed.last()) {
            (Some(active), _) => active.next_ordinal,
            (None, Some(last)) => last.facts.next_ordinal,
            (None, None) => 0,
        }
    }

    pub(crate) fn epochs(&self) -> &[Epoch] {
        &self.epochs
    }

    /// The epoch after that one in the log.
    pub(crate) fn epoch_after(&self, epoch: Epoch) -> Option<Epoch> {
        let at = self.epochs.iter().position(|&known| known == epoch)?;
        self.epochs.get(at + 1).copied()
    }

    /// The position of the last frame.
    pub(crate) fn last(&self) -> Option<Position> {
        self.last
    }

    /// What is held, lost records included: by epoch, ascending, as few spans as can be.
    pub(crate) fn spans(&self) -> Vec<Span> {
        let mut spans: Vec<Span> = Vec::new();
        for (&(epoch, first), &place) in &self.places {
            let Some(run) = self.run_at(place) else { continue };
            let last = run.last().seq;
            match spans.last_mut() {
                Some(span) if span.epoch == epoch && first <= span.last.0 + 1 => span.last = span.last.max(last),
                _ => spans.push(Span { epoch, first: Seq(first), last }),
            }
        }
        spans
    }
}
