//! The writer under both roles: gathers frames, writes a group at once, syncs, and only then lets readers see it.
//!
//! ```text
//! small group   | header | frames | pad | group | zeros, written before ........ |   in place: no size, no extent changes
//! large group   | header | frames | group                                            plainly appended
//! ```
//!
//! A small group that would reach into one more block than it has to begins at the next block. A failed write is
//! undone by cutting the file; a failed sync is not, since nobody knows then what the disk has.

use super::catalog::Catalog;
use super::disk::DiskFile;
use super::facts::SegmentFacts;
use super::index::Index;
use super::open::{Opened, index_path, load, segment_path};
use super::reader::{Reader, Shared};
use super::{
    Durability, Key, Locator, MAX_GROUP_BYTES, OpenError, OpenReport, Options, Poisoned, SMALL_GROUP, WriteError,
    ZERO_TAIL,
};
use crate::domain::id::Position;
use crate::wire::frame::{self, BLOCK, FRAME_HEAD, Frame, Kind, SegmentHeader};
use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

/// Which of the two a directory is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Own,
    Replica,
}

/// The segment that is written to.
pub(crate) struct Active {
    pub(crate) file: Arc<dyn DiskFile>,
    pub(crate) header_crc: u32,
    /// The end of the last synced frame.
    pub(crate) end: u64,
    /// Up to where zeros were written and synced.
    pub(crate) zeroed_to: u64,
    /// The next group goes into a new segment: this one is damaged, or a predecessor of this store wrote it.
    pub(crate) must_roll: bool,
}

struct Pending {
    at: u32,
    size: u32,
    position: Position,
    kind: Kind,
    key: Option<Key>,
}

pub(crate) struct Log {
    pub(crate) shared: Arc<Shared>,
    dir: PathBuf,
    options: Options,
    active: Option<Active>,
    bytes: Vec<u8>,
    pending: Vec<Pending>,
    pending_keys: HashMap<Key, u32>,
    pending_positions: HashSet<Position>,
    poisoned: Option<Poisoned>,
    _lock: Box<dyn Send + Sync>,
}

/// What failed of a group.
enum Fault {
    /// The bytes were not taken, or a new segment was not made: nothing of the group is durable.
    Write(io::Error),
    /// Nobody knows what is durable.
    Sync(io::Error),
}

impl Log {
    pub(crate) fn open(dir: &Path, options: Options, role: Role) -> Result<(Self, OpenReport), OpenError> {
        let disk = &options.disk;
        if let Err(error) = disk.list(dir) {
            if error.kind() != io::ErrorKind::NotFound {
                return Err(OpenError::io("read the directory", dir)(error));
            }
            disk.make_dir(dir).map_err(OpenError::io("make the directory", dir))?;
        }
        let lock_path = dir.join("lock");
        let lock = disk.lock(&lock_path).map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => OpenError::Locked { dir: dir.to_owned() },
            _ => OpenError::io("lock", &lock_path)(error),
        })?;
        let Opened { catalog, active, report } = load(dir, &options, role)?;
        let shared = Arc::new(Shared {
            disk: options.disk.clone(),
            dir: dir.to_owned(),
            site: options.site.clone(),
            role,
            key_of: options.key_of,
            catalog: RwLock::new(catalog),
        });
        let log = Self {
            shared,
            dir: dir.to_owned(),
            options,
            active,
            bytes: Vec::new(),
            pending: Vec::new(),
            pending_keys: HashMap::new(),
            pending_positions: HashSet::new(),
            poisoned: None,
            _lock: lock,
        };
        Ok((log, report))
    }

    pub(crate) fn reopen(&mut self) -> Result<OpenReport, OpenError> {
        self.discard();
        let Opened { catalog, active, report } = load(&self.dir, &self.options, self.shared.role)?;
        *self.shared.catalog.write().unwrap_or_else(PoisonError::into_inner) = catalog;
        self.active = active;
        self.poisoned = None;
        Ok(report)
    }

    pub(crate) fn reader(&self) -> Reader {
        Reader::new(self.shared.clone())
    }

    /// Adds a frame to the group; returns its ordinal.
    pub(crate) fn push(&mut self, frame: &Frame<'_>, key: Option<Key>) -> Result<u64, WriteError> {
        if let Some(poisoned) = &self.poisoned {
            return Err(poisoned.clone().into());
        }
        if !self.has_room(frame.body.len()) {
            return Err(WriteError::GroupFull);
        }
        let at = self.bytes.len() as u32;
        frame::encode(&mut self.bytes, frame)?;
        if let Some(key) = key {
            self.pending_keys.entry(key).or_insert(self.pending.len() as u32);
        }
        if self.shared.role == Role::Replica {
            self.pending_positions.insert(frame.position);
        }
        let ordinal = self.shared.catalog().next_ordinal() + self.pending.len() as u64;
        let size = frame.size() as u32;
        self.pending.push(Pending { at, size, position: frame.position, kind: frame.kind, key });
        Ok(ordinal)
    }

    pub(crate) fn has_room(&self, body_len: usize) -> bool {
        self.bytes.is_empty() || self.bytes.len() + FRAME_HEAD + body_len <= MAX_GROUP_BYTES
    }

    /// How a position is held, durable or in the group.
    pub(crate) fn holds(&self, position: Position) -> Option<Kind> {
        if self.pending_positions.contains(&position) {
            return Some(Kind::Record);
        }
        let place = self.shared.catalog().lookup(position)?;
        Some(if place.run.lost { Kind::Lost } else { Kind::Record })
    }

    pub(crate) fn find_pending(&self, key: &Key) -> Option<usize> {
        self.pending_keys.get(key).map(|&index| index as usize)
    }

    pub(crate) fn pending_body(&self, index: usize) -> Option<&[u8]> {
        let frame = self.pending.get(index)?;
        let (at, size) = (frame.at as usize, frame.size as usize);
        self.bytes.get(at + FRAME_HEAD..at + size)
    }

    pub(crate) fn discard(&mut self) {
        self.bytes.clear();
        self.pending.clear();
        self.pending_keys.clear();
        self.pending_positions.clear();
    }

    pub(crate) fn sync(&mut self) -> Result<Vec<Locator>, WriteError> {
        if let Some(poisoned) = &self.poisoned {
            return Err(poisoned.clone().into());
        }
        if self.pending.is_empty() {
            return Ok(Vec::new());
        }
        let written = self.write_group();
        let result = match written {
            Ok(start) => Ok(self.publish(start)),
            Err(Fault::Write(error)) => {
                tracing::warn!(dir = %self.dir.display(), %error, "the disk refused a group of records");
                self.cut_back();
                Err(WriteError::of_write(error))
            }
            Err(Fault::Sync(error)) => Err(self.poison(&error.to_string()).into()),
        };
        self.discard();
        result
    }

    /// Writes and syncs the group; returns where it starts.
    fn write_group(&mut self) -> Result<u64, Fault> {
        let len = self.bytes.len() as u64;
        let roll = match &self.active {
            None => true,
            Some(active) => {
                active.must_roll
                    || (active.end > BLOCK as u64 && active.end + len > self.options.segment_bytes.min(1 << 30))
            }
        };
        if roll {
            self.roll().map_err(Fault::Write)?;
        }
        let segment_bytes = self.options.segment_bytes;
        let active = self.active.as_mut().expect("invariant: rolling makes an active segment");
        let small = self.bytes.len() < SMALL_GROUP;
        let start = if small { small_group_start(active.end, len) } else { active.end };
        let end = start + len;
        if small && end > active.zeroed_to {
            let zeroed_to = (end.next_multiple_of(BLOCK as u64) + ZERO_TAIL)
                .min(segment_bytes.next_multiple_of(BLOCK as u64))
                .max(end);
            let frames = self.bytes.len();
            self.bytes.resize((zeroed_to - start) as usize, 0);
            let ahead = active.file.write_at(&self.bytes, start);
            self.bytes.truncate(frames);
            match ahead {
                Ok(()) => active.zeroed_to = zeroed_to,
                // There may be room for the group, though none for zeros ahead of it.
                Err(_) => active.file.write_at(&self.bytes, start).map_err(Fault::Write)?,
            }
        } else {
            active.file.write_at(&self.bytes, start).map_err(Fault::Write)?;
        }
        if self.options.durability == Durability::Synced {
            active.file.sync_data().map_err(Fault::Sync)?;
        }
        active.end = end;
        Ok(start)
    }

    /// Lets readers see the group.
    fn publish(&mut self, start: u64) -> Vec<Locator> {
        let mut catalog = self.shared.catalog.write().unwrap_or_else(PoisonError::into_inner);
        let segment = catalog.active.as_ref().map_or(0, |active| active.number);
        let mut locators = Vec::with_capacity(self.pending.len());
        for frame in &self.pending {
            let offset = start as u32 + frame.at;
            catalog.add(offset, frame.size as usize, frame.position, frame.kind, frame.key);
            locators.push(Locator { segment, offset });
        }
        locators
    }

    /// Undoes a failed write, so that no half of a group stays behind the last synced frame.
    fn cut_back(&mut self) {
        let Some(active) = &mut self.active else { return };
        match active.file.set_size(active.end) {
            Ok(()) => active.zeroed_to = active.end,
            Err(error) => drop(self.poison(&error.to_string())),
        }
    }

    pub(crate) fn poisoned(&self) -> Option<&Poisoned> {
        self.poisoned.as_ref()
    }

    pub(crate) fn poison(&mut self, reason: &str) -> Poisoned {
        tracing::error!(dir = %self.dir.display(), reason, "the disk failed to keep records: the journal must be reopened");
        let poisoned = Poisoned { reason: reason.to_owned() };
        self.poisoned = Some(poisoned.clone());
        poisoned
    }

    /// Makes the next segment, durable before it gets a frame, and seals the one before.
    fn roll(&mut self) -> io::Result<()> {
        let (number, ordinal) = {
            let catalog = self.shared.catalog();
            (catalog.sealed.len() as u32 + u32::from(catalog.active.is_some()) + 1, catalog.next_ordinal())
        };
        let Options { site, store, durability, disk, .. } = &self.options;
        let header = SegmentHeader { site: site.clone(), store: *store, ordinal, number }.encode();
        let file = disk.create(&segment_path(&self.dir, number))?;
        file.write_at(&header, 0)?;
        if *durability == Durability::Synced {
            file.sync_all()?;
            disk.sync_dir(&self.dir)?;
        }
        let fresh = Active {
            file,
            header_crc: crc32fast::hash(&header),
            end: BLOCK as u64,
            zeroed_to: BLOCK as u64,
            must_roll: false,
        };
        let sealed = self.active.replace(fresh);
        let mut catalog = self.shared.catalog.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(sealed) = sealed {
            seal(&self.options, &self.dir, &mut catalog, &sealed);
        }
        catalog.set_active(SegmentFacts::empty(number, ordinal), Vec::new());
        Ok(())
    }
}

/// Writes the index of the active segment. Where that fails the next opening builds it, so nothing fails here.
fn seal(options: &Options, dir: &Path, catalog: &mut Catalog, sealed: &Active) {
    let facts = catalog.active.take().expect("invariant: what is sealed was active");
    let keys = catalog.active_keys.drain().collect();
    let number = facts.number;
    let (index, bytes) = Index::make(facts, sealed.header_crc, keys);
    // Where its zero tail stays, opening takes it for padding.
    if let Err(error) = sealed.file.set_size(sealed.end) {
        tracing::debug!(segment = number, %error, "the zero tail of a full segment stays");
    }
    let path = index_path(dir, number);
    if let Err(error) = options.disk.create(&path).and_then(|file| file.write_at(&bytes, 0)) {
        tracing::warn!(path = %path.display(), %error, "no index could be written: finding repeats is slow until the next start");
    }
    catalog.seal(Arc::new(index));
}

/// Where a small group goes: here, unless it would touch one block more than it has to.
fn small_group_start(end: u64, len: u64) -> u64 {
    let block = BLOCK as u64;
    let next = end.next_multiple_of(block);
    let touched = (end + len).div_ceil(block) - end / block;
    if len <= block && touched > 1 { next } else { end }
}
