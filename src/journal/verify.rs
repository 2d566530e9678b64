//! Walking over everything that is durable, for the doctor and a scrub in the background: every byte that should check
//! is read, and the chain followed. Finds; repairs nothing.

use super::catalog::Place;
use super::log::Role;
use super::open::{index_path, segment_path};
use super::reader::{Reader, Stored, frames_of_run};
use super::{Damage, ReadError};
use crate::domain::id::{Epoch, Position, RecordHash, Seq};
use crate::domain::record::Span;
use crate::wire::frame::{BLOCK, Kind, SegmentHeader};
use std::collections::HashMap;
use std::path::PathBuf;

/// A record does not follow the one before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The record.
    pub position: Position,
    /// The hash that it names.
    pub names: RecordHash,
    /// The hash of the record before it, as it is here.
    pub before: RecordHash,
}

/// What a walk found.
#[derive(Clone, Debug, Default)]
pub struct Verified {
    /// Whole records, words of lost ones included.
    pub records: u64,
    /// Words of lost records among them.
    pub lost: u64,
    /// Damage: headers (offset 0), and runs in which records do not check.
    pub damages: Vec<Damage>,
    /// Places where the chain does not hold.
    pub broken: Vec<Broken>,
    /// Index files that do not check. They are built anew when removed and the journal is opened.
    pub bad_indexes: Vec<PathBuf>,
}

impl Verified {
    /// True where nothing was found.
    pub fn is_sound(&self) -> bool {
        self.damages.is_empty() && self.broken.is_empty() && self.bad_indexes.is_empty()
    }
}

/// What is open of the chain: ends whose successor has not come, starts whose predecessor has not.
#[derive(Default)]
struct Chain {
    ends: HashMap<Position, RecordHash>,
    starts: HashMap<Position, (Position, RecordHash)>,
    last: Option<(Epoch, RecordHash)>,
}

impl Reader {
    /// Walks over the whole journal. `progress` is called after each run with the ordinal reached; it may pause, and
    /// ends the walk by returning false.
    pub fn verify(&self, mut progress: impl FnMut(u64) -> bool) -> Result<Verified, ReadError> {
        let mut verified = Verified::default();
        let mut chain = Chain::default();
        let mut segment = 0;
        let mut ordinal = 0;
        loop {
            // Not in the loop's head: the lock would be held while the run is read.
            let Some(place) = self.shared.catalog().run_from(ordinal) else { break };
            while segment < place.segment {
                segment += 1;
                self.verify_files(segment, &mut verified);
            }
            self.verify_run(&place, &mut verified, &mut chain)?;
            ordinal = place.run.ordinal + u64::from(place.run.count);
            if !progress(ordinal) {
                break;
            }
        }
        Ok(verified)
    }

    fn verify_files(&self, segment: u32, verified: &mut Verified) {
        let path = segment_path(&self.shared.dir, segment);
        let mut block = vec![0; BLOCK];
        let read = self.shared.disk.open(&path, false).and_then(|file| file.read_at(&mut block, 0));
        if read.is_err() || SegmentHeader::decode(&block).is_err() {
            verified.damages.push(Damage { path, offset: 0, bytes: BLOCK as u64, missing: Vec::new() });
        }
        let Some(index) = self.shared.catalog().sealed.get(segment as usize - 1).cloned() else { return };
        let path = index_path(&self.shared.dir, segment);
        let file = self.shared.disk.open(&path, false);
        let whole =
            file.and_then(|file| Ok(super::index::Index::read(&*file)?.is_some() && index.table.is_whole(&*file)?));
        if !whole.unwrap_or(false) {
            verified.bad_indexes.push(path);
        }
        for &(from, to) in &index.facts.damages {
            let path = segment_path(&self.shared.dir, segment);
            let (offset, bytes) = (u64::from(from), u64::from(to - from));
            verified.damages.push(Damage { path, offset, bytes, missing: Vec::new() });
        }
    }

    fn verify_run(&self, place: &Place, verified: &mut Verified, chain: &mut Chain) -> Result<(), ReadError> {
        let frames = frames_of_run(&*self.shared.disk, &self.shared.dir, place)?;
        let mut seq = place.run.first;
        let mut missing = Vec::new();
        for stored in frames {
            let found = stored.position.seq.0;
            if stored.position.epoch != place.run.epoch || !(seq..place.run.end()).contains(&found) {
                continue;
            }
            if found > seq {
                missing.push(Span { epoch: place.run.epoch, first: Seq(seq), last: Seq(found - 1) });
                chain.last = None;
            }
            seq = found + 1;
            verified.records += 1;
            verified.lost += u64::from(stored.kind == Kind::Lost);
            verified.broken.extend(chain.follow(self, &stored));
        }
        if seq < place.run.end() {
            missing.push(Span { epoch: place.run.epoch, first: Seq(seq), last: place.run.last().seq });
            chain.last = None;
        }
        if !missing.is_empty() {
            let path = segment_path(&self.shared.dir, place.segment);
            let bytes = u64::from(place.limit - place.run.offset);
            verified.damages.push(Damage { path, offset: u64::from(place.run.offset), bytes, missing });
        }
        Ok(())
    }
}

impl Chain {
    fn follow(&mut self, reader: &Reader, stored: &Stored) -> Vec<Broken> {
        let mut broken = Vec::new();
        let Position { epoch, seq } = stored.position;
        let hash = stored.hash(reader.site());
        if stored.kind == Kind::Record {
            let names = stored.prev;
            let differs =
                |before: RecordHash| (before != names).then_some(Broken { position: stored.position, names, before });
            if seq.0 > 1 {
                let before = Position { epoch, seq: Seq(seq.0 - 1) };
                match self.ends.remove(&before) {
                    Some(before) => broken.extend(differs(before)),
                    None => drop(self.starts.insert(before, (stored.position, names))),
                }
            } else if reader.shared.role == Role::Own
                && let Some((earlier, before)) = self.last
            {
                // In one's own journal an epoch's first record names the last of the epoch before it, unless that is
                // known to be lost.
                let catalog = reader.shared.catalog();
                let lost = catalog.lost_ends.get(&earlier).is_some_and(|&(_, hash)| hash == names);
                broken.extend(differs(before).filter(|_| !lost));
            }
        }
        match self.starts.remove(&stored.position) {
            Some((position, names)) if names != hash => broken.push(Broken { position, names, before: hash }),
            Some(_) => {}
            None => drop(self.ends.insert(stored.position, hash)),
        }
        self.last = Some((epoch, hash));
        broken
    }
}
