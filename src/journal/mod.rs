//! The journal: a site's append-only list of records, in segment files, and the truth about them.
//!
//! One kind of directory serves two roles. [`Own`] is a site's own journal: one writer, positions in a row, every opening
//! a new epoch. [`Replica`] is what a receiver holds of another store's journal: records come in any order and are
//! kept under the positions that they have. Both gather a group and sync it once; [`Scribe`] does that for many
//! submitters on a thread of its own. [`Reader`] reads what is durable, from any thread.
//!
//! In come bodies with their keys; out come positions and hashes once a group is on the disk, and records again.
//! Damage costs the records that it hit and is reported. What a body means, who may write, epochs' making (randomness) and
//! deletion are deliberately absent: nothing is ever deleted here.
//!
//! How little is written: small groups go into a tail of zeros that was written before, so that a sync has no new
//! size or extent to record: a record costs the one block that it is in. Large groups are plainly appended.

mod bloom;
mod catalog;
pub mod disk;
mod error;
mod facts;
mod index;
mod log;
mod open;
mod own;
mod reader;
mod replica;
mod scribe;
mod verify;

pub use error::{OpenError, Poisoned, ReadError, WriteError};
pub use own::{Appended, Own, Written};
pub use reader::{Reader, Scanning, Slot, Stored};
pub use replica::Replica;
pub use scribe::{
    Admit, Done, Group, Held, Line, MAX_BESIDE, MAX_GROUP_RECORDS, QUEUE, Reply, Scribe, ScribeHandle, Submitting,
    Verdict,
};
pub use verify::{Broken, Verified};

use crate::domain::id::{Position, RecordHash, SiteId, StoreId};
use crate::domain::record::Span;
use disk::{Disk, RealDisk};
use std::path::PathBuf;
use std::sync::Arc;

/// What a record is known by when its device sends it again: an intent's id, or a digest where there is none.
pub type Key = [u8; 16];

/// Where segments roll. A segment is read and scanned whole when it is the last, so its size bounds the time to open and what
/// opening takes: 32 MiB is under half a second from a slow card. Each sealed one has a filter that every new key is looked up in: with
/// 8 MiB a record cost 15 % more after a million others, with 32 it costs 3 %.
pub const SEGMENT_BYTES: u64 = 32 * 1024 * 1024;
/// Most bytes of a group. It bounds memory, and how far a segment passes its size.
pub const MAX_GROUP_BYTES: usize = 4 * 1024 * 1024;
/// Below this a group is small: it goes into the zero tail. At 16 KiB a commit of the file system's own journal (three to five blocks)
/// is no longer the greater part of what is written.
pub const SMALL_GROUP: usize = 16 * 1024;
/// How much zero tail is written ahead at a time: one metadata commit for every 16 blocks of small groups.
pub const ZERO_TAIL: u64 = 64 * 1024;

/// Whether a sync is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Durability {
    /// Records are on the disk before anybody is told.
    #[default]
    Synced,
    /// Nothing is ever synced: what the proofs of durability have to notice. Never for use.
    UnsyncedForSabotage,
}

/// How a journal is opened.
#[derive(Clone)]
pub struct Options {
    /// Whose journal it is.
    pub site: SiteId,
    /// The store that it is on now. New segments name it; older ones may name its predecessors.
    pub store: StoreId,
    /// A record's key, from its bytes: for an index that has to be built anew. Must agree with the keys handed in.
    pub key_of: fn(&[u8]) -> Option<Key>,
    /// Where segments roll: [`SEGMENT_BYTES`] but in tests. At most 1 GiB.
    pub segment_bytes: u64,
    /// [`Durability::Synced`] but in proofs.
    pub durability: Durability,
    /// The disk.
    pub disk: Arc<dyn Disk>,
}

impl Options {
    /// The usual ones, on the operating system's disk.
    pub fn new(site: SiteId, store: StoreId, key_of: fn(&[u8]) -> Option<Key>) -> Self {
        let disk = Arc::new(RealDisk);
        Self { site, store, key_of, segment_bytes: SEGMENT_BYTES, durability: Durability::Synced, disk }
    }
}

/// Where a record is on this store: a segment and an offset. Of use on this directory alone; stays right for ever there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Locator {
    /// The segment's number, from 1.
    pub segment: u32,
    /// The frame's offset in its file.
    pub offset: u32,
}

impl From<Locator> for u64 {
    fn from(locator: Locator) -> u64 {
        u64::from(locator.segment) << 32 | u64::from(locator.offset)
    }
}

impl From<u64> for Locator {
    fn from(packed: u64) -> Self {
        Self { segment: (packed >> 32) as u32, offset: packed as u32 }
    }
}

/// A place where no frame checks, with whole ones after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The segment.
    pub path: PathBuf,
    /// Where in it. 0 is the header block, which costs no record.
    pub offset: u64,
    /// How many bytes.
    pub bytes: u64,
    /// The records that are missing there, deduced from their neighbours. Empty where only padding was hit, or where
    /// the neighbours do not tell.
    pub missing: Vec<Span>,
}

/// What opening found.
#[derive(Clone, Debug, Default)]
pub struct OpenReport {
    /// The last whole record, in the order of the files: what the next epoch follows.
    pub last: Option<(Position, RecordHash)>,
    /// Ordinals given so far: the next record's ordinal.
    pub count: u64,
    /// Segment files.
    pub segments: u32,
    /// Bytes of a torn tail that were cut: of a group that nobody was told of.
    pub torn_bytes: u64,
    /// Damage, oldest first. All that is known, not only what is new.
    pub damages: Vec<Damage>,
    /// Indexes that were absent or damaged and were built anew.
    pub rebuilt_indexes: u32,
}

impl OpenReport {
    /// Says in the log what opening the journal in `dir` found.
    pub fn log(&self, dir: &std::path::Path) {
        let dir = dir.display();
        tracing::info!(%dir, records = self.count, segments = self.segments, "the journal is open");
        if self.torn_bytes > 0 {
            tracing::info!(%dir, bytes = self.torn_bytes, "a torn tail was cut: nobody was told of what was in it");
        }
        for damage in &self.damages {
            let (path, missing) = (damage.path.display(), &damage.missing);
            tracing::error!(%path, offset = damage.offset, bytes = damage.bytes, ?missing, "the journal is damaged there");
        }
    }
}
