//! Reading what is durable: by position, by place, by key, in the order of the files. From any thread.
//!
//! Every frame is checked as it is read; one that does not check comes as [`Slot::Lost`] and costs no other. Answers are
//! what was synced when asked; following what is new is the caller's ([`super::ScribeHandle::durable`]).

use super::bloom::KeyHash;
use super::catalog::{Catalog, Place};
use super::disk::{Disk, read_what_can_be};
use super::log::Role;
use super::open::{index_path, segment_path};
use super::{Key, Locator, ReadError};
use crate::domain::id::{Epoch, Position, RecordHash, Seq, SiteId};
use crate::domain::record::Span;
use crate::wire::frame::{self, BLOCK, FRAME_HEAD, Found, Kind, MAX_BODY, Scan};
use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

/// What a journal's writer and readers share.
pub(crate) struct Shared {
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) dir: PathBuf,
    pub(crate) site: SiteId,
    pub(crate) role: Role,
    pub(crate) key_of: fn(&[u8]) -> Option<Key>,
    pub(crate) catalog: RwLock<Catalog>,
}

impl Shared {
    pub(crate) fn catalog(&self) -> RwLockReadGuard<'_, Catalog> {
        self.catalog.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A record as the journal holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// A record, or word of a lost one: then the body is its hash.
    pub kind: Kind,
    /// Where it stands in its site's journal.
    pub position: Position,
    /// The hash of the record before it.
    pub prev: RecordHash,
    /// Its bytes, as they were given.
    pub body: Vec<u8>,
    /// Its number in the order of this store's files, from 0. Damage may leave gaps, nothing makes it smaller.
    pub ordinal: u64,
    /// Where it is on this store.
    pub locator: Locator,
}

impl Stored {
    /// The hash by which its successor names it.
    pub fn hash(&self, site: &SiteId) -> RecordHash {
        let Self { kind, position, prev, ref body, .. } = *self;
        frame::Frame { kind, position, prev, body }.hash(site)
    }
}

/// What is at a position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Slot {
    /// A record.
    Record(Stored),
    /// It was there and is lost to damage, here or at its origin.
    Lost {
        /// Where it stood.
        position: Position,
        /// How its successor names it, where that is known.
        hash: Option<RecordHash>,
    },
}

impl Slot {
    /// Where it stands.
    pub fn position(&self) -> Position {
        match self {
            Self::Record(stored) => stored.position,
            Self::Lost { position, .. } => *position,
        }
    }
}

/// Reads a journal. Cheap to clone.
#[derive(Clone)]
pub struct Reader {
    pub(crate) shared: Arc<Shared>,
}

impl Reader {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Whose journal it is.
    pub fn site(&self) -> &SiteId {
        &self.shared.site
    }

    /// Ordinals given so far: the next record's ordinal.
    pub fn count(&self) -> u64 {
        self.shared.catalog().next_ordinal()
    }

    /// Epochs, in the order in which they first appear.
    pub fn epochs(&self) -> Vec<Epoch> {
        self.shared.catalog().epochs().to_vec()
    }

    /// What is held, lost records included: by epoch and number, as few spans as can be.
    pub fn spans(&self) -> Vec<Span> {
        self.shared.catalog().spans()
    }

    /// The position of the last frame in the order of the files.
    pub fn last(&self) -> Option<Position> {
        self.shared.catalog().last()
    }

    /// True where a position is held, be it as lost.
    pub fn holds(&self, position: Position) -> bool {
        self.shared.catalog().lookup(position).is_some()
    }

    /// The slots from `from` on: of one's own journal in its order, over epochs' ends, with what is missing as lost; of a
    /// replica those of `from`'s epoch up to the first number that is not held. At most `max_records`, and no
    /// more after `max_bytes` of bodies and heads are reached; at least one where there is one.
    pub fn read_from(&self, from: Position, max_bytes: usize, max_records: usize) -> Result<Vec<Slot>, ReadError> {
        let mut taking = Taking { slots: Vec::new(), bytes: 0, max_bytes, max_records };
        let mut want = from;
        while !taking.is_full() {
            let place = self.shared.catalog().lookup(want);
            let next = match place {
                Some(place) => self.take_run(&mut taking, want, &place)?,
                None => self.skip_gap(&mut taking, want),
            };
            let Some(next) = next else { break };
            want = next;
        }
        if let Some(Slot::Lost { position, hash: hash @ None }) = taking.slots.last_mut() {
            *hash = self.prev_of(Position { epoch: position.epoch, seq: Seq(position.seq.0 + 1) });
        }
        Ok(taking.slots)
    }

    fn take_run(&self, taking: &mut Taking, want: Position, place: &Place) -> Result<Option<Position>, ReadError> {
        let epoch = want.epoch;
        let mut seq = want.seq.0;
        for stored in self.frames(place)? {
            if stored.position.epoch != epoch || !(seq..place.run.end()).contains(&stored.position.seq.0) {
                continue;
            }
            let found = stored.position.seq.0;
            taking.lose(epoch, seq..found);
            if taking.is_full() {
                return Ok(None);
            }
            taking.push(stored);
            seq = found + 1;
            if taking.is_full() {
                return Ok(None);
            }
        }
        taking.lose(epoch, seq..place.run.end());
        Ok(Some(Position { epoch, seq: Seq(place.run.end()) }))
    }

    /// Where to go on where `want` is not held.
    fn skip_gap(&self, taking: &mut Taking, want: Position) -> Option<Position> {
        let catalog = self.shared.catalog();
        if self.shared.role == Role::Replica {
            return None;
        }
        if let Some(next) = catalog.next_held(want) {
            taking.lose(want.epoch, want.seq.0..next.0);
            return Some(Position { epoch: want.epoch, seq: next });
        }
        if let Some((lost, hash)) = catalog.lost_ends.get(&want.epoch).filter(|(lost, _)| *lost == want.seq) {
            let position = Position { epoch: want.epoch, seq: *lost };
            taking.put(Slot::Lost { position, hash: Some(*hash) }, 0);
        }
        catalog.epoch_after(want.epoch).map(|epoch| Position { epoch, seq: Seq(1) })
    }

    fn prev_of(&self, position: Position) -> Option<RecordHash> {
        let place = self.shared.catalog().lookup(position)?;
        let frames = self.frames(&place).ok()?;
        let found = frames.iter().find(|stored| stored.position == position && stored.kind == Kind::Record)?;
        Some(found.prev)
    }

    /// The record at a place.
    pub fn read_at(&self, locator: Locator) -> Result<Stored, ReadError> {
        let place = self.shared.catalog().run_of(locator).ok_or(ReadError::Nothing)?;
        let path = segment_path(&self.shared.dir, locator.segment);
        let offset = u64::from(locator.offset);
        let most = (u64::from(place.limit) - offset).min((FRAME_HEAD + MAX_BODY) as u64) as usize;
        let read = self.shared.disk.open(&path, false).and_then(|file| {
            // Most records are small: one read takes them whole.
            let bytes = read_what_can_be(&*file, offset, most.min(BLOCK))?;
            match frame::plausible(&bytes).filter(|&size| size > bytes.len()) {
                Some(size) => read_what_can_be(&*file, offset, size),
                None => Ok(bytes),
            }
        });
        let bytes = read.map_err(read_error(&path))?;
        let Some(frame) = frame::decode(&bytes) else { return Err(ReadError::Damaged { path, offset }) };
        Ok(stored(&place, offset, &frame))
    }

    /// The record with that ordinal; [`ReadError::Nothing`] where damage left a gap.
    pub fn read_ordinal(&self, ordinal: u64) -> Result<Stored, ReadError> {
        let place = self.shared.catalog().run_from(ordinal).ok_or(ReadError::Nothing)?;
        self.frames(&place)?.into_iter().find(|stored| stored.ordinal == ordinal).ok_or(ReadError::Nothing)
    }

    /// The record at a position, or word that it is lost; `None` where it is not held.
    pub fn read_position(&self, position: Position) -> Result<Option<Slot>, ReadError> {
        if !self.holds(position) {
            return Ok(None);
        }
        Ok(self.read_from(position, 0, 1)?.pop())
    }

    /// The first record with that key.
    pub fn find(&self, key: &Key) -> Result<Option<Locator>, ReadError> {
        let hash = KeyHash::from(key);
        let (candidates, active) = {
            let catalog = self.shared.catalog();
            let sealed = catalog.sealed.iter().filter(|index| index.bloom.may_hold(hash)).cloned();
            let number = catalog.sealed.len() as u32 + 1;
            let active = catalog.active_keys.get(key).map(|&offset| Locator { segment: number, offset });
            (sealed.collect::<Vec<_>>(), active)
        };
        for index in candidates {
            let segment = index.facts.number;
            let path = index_path(&self.shared.dir, segment);
            let found = self.shared.disk.open(&path, false).and_then(|file| index.table.find(&*file, key));
            let offset = match found {
                Ok(Ok(offset)) => offset,
                doubt => {
                    tracing::warn!(path = %path.display(), ?doubt, "an index is damaged: the segment is searched, slowly");
                    self.find_without_index(segment, index.facts.end, key)?
                }
            };
            if let Some(offset) = offset {
                return Ok(Some(Locator { segment, offset }));
            }
        }
        Ok(active)
    }

    fn find_without_index(&self, segment: u32, end: u32, key: &Key) -> Result<Option<u32>, ReadError> {
        let path = segment_path(&self.shared.dir, segment);
        let read = self.shared.disk.open(&path, false);
        let read = read.and_then(|file| read_what_can_be(&*file, BLOCK as u64, end as usize - BLOCK));
        let bytes = read.map_err(read_error(&path))?;
        Ok(Scan::new(&bytes, BLOCK as u64).find_map(|found| match found {
            Found::Record { offset, frame } if frame.kind == Kind::Record => {
                ((self.shared.key_of)(frame.body).as_ref() == Some(key)).then_some(offset as u32)
            }
            _ => None,
        }))
    }

    /// All frames from an ordinal on, in the order of the files, up to what is durable when each is asked for: ask again later for
    /// what came since. What does not check is left out, with a warning in the log.
    pub fn scan(&self, from_ordinal: u64) -> Scanning {
        Scanning { reader: self.clone(), next: from_ordinal, ready: VecDeque::new() }
    }

    fn frames(&self, place: &Place) -> Result<Vec<Stored>, ReadError> {
        frames_of_run(&*self.shared.disk, &self.shared.dir, place)
    }
}

struct Taking {
    slots: Vec<Slot>,
    bytes: usize,
    max_bytes: usize,
    max_records: usize,
}

impl Taking {
    fn is_full(&self) -> bool {
        self.slots.len() >= self.max_records || (!self.slots.is_empty() && self.bytes >= self.max_bytes)
    }

    fn put(&mut self, slot: Slot, body: usize) {
        self.bytes += FRAME_HEAD + body;
        self.slots.push(slot);
    }

    fn push(&mut self, stored: Stored) {
        if let Some(Slot::Lost { position, hash: hash @ None }) = self.slots.last_mut()
            && (position.epoch, position.seq.0 + 1) == (stored.position.epoch, stored.position.seq.0)
        {
            *hash = Some(stored.prev);
        }
        let body = stored.body.len();
        match (stored.kind, <[u8; 32]>::try_from(&stored.body[..])) {
            (Kind::Lost, Ok(hash)) => {
                self.put(Slot::Lost { position: stored.position, hash: Some(RecordHash(hash)) }, body);
            }
            _ => self.put(Slot::Record(stored), body),
        }
    }

    fn lose(&mut self, epoch: Epoch, seqs: std::ops::Range<u64>) {
        for seq in seqs {
            if self.is_full() {
                return;
            }
            self.put(Slot::Lost { position: Position { epoch, seq: Seq(seq) }, hash: None }, 0);
        }
    }
}

/// Frames in the order of the files. Ends at what is durable, and goes on from there when asked again.
pub struct Scanning {
    reader: Reader,
    next: u64,
    ready: VecDeque<Stored>,
}

impl Iterator for Scanning {
    type Item = Result<Stored, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.ready.is_empty() {
            let place = self.reader.shared.catalog().run_from(self.next)?;
            let frames = match self.reader.frames(&place) {
                Ok(frames) => frames,
                Err(error) => return Some(Err(error)),
            };
            let end = place.run.ordinal + u64::from(place.run.count);
            let wanted = frames.into_iter().filter(|stored| (self.next..end).contains(&stored.ordinal));
            self.ready.extend(wanted);
            if (self.ready.len() as u64) < end - self.next.max(place.run.ordinal) {
                let path = segment_path(&self.reader.shared.dir, place.segment);
                tracing::warn!(path = %path.display(), first = %place.run.first_position(), "records are damaged: skipped");
            }
            self.next = end;
        }
        self.ready.pop_front().map(Ok)
    }
}

/// The frames of a run that check.
pub(crate) fn frames_of_run(disk: &dyn Disk, dir: &Path, place: &Place) -> Result<Vec<Stored>, ReadError> {
    let path = segment_path(dir, place.segment);
    let start = u64::from(place.run.offset);
    let len = (place.limit - place.run.offset) as usize;
    let read = disk.open(&path, false).and_then(|file| read_what_can_be(&*file, start, len));
    let bytes = read.map_err(read_error(&path))?;
    let frames = Scan::new(&bytes, start).filter_map(|found| match found {
        Found::Record { offset, frame } => Some(stored(place, offset, &frame)),
        _ => None,
    });
    Ok(frames.collect())
}

fn stored(place: &Place, offset: u64, frame: &frame::Frame<'_>) -> Stored {
    let ahead = frame.position.seq.0.saturating_sub(place.run.first);
    Stored {
        kind: frame.kind,
        position: frame.position,
        prev: frame.prev,
        body: frame.body.to_vec(),
        ordinal: place.run.ordinal + ahead,
        locator: Locator { segment: place.segment, offset: offset as u32 },
    }
}

fn read_error(path: &Path) -> impl FnOnce(io::Error) -> ReadError {
    move |source| ReadError::Io { path: path.to_owned(), source }
}
