//! What a receiver holds of another store's journal: records under the positions that they have, in any order.
//!
//! Whether a chain holds, what is a copy and what a fork are the caller's to see; this keeps the bytes.

use super::log::{Log, Role};
use super::{Key, Locator, OpenError, OpenReport, Options, Reader, WriteError};
use crate::domain::id::{Position, RecordHash};
use crate::wire::frame::{Frame, Kind};
use std::path::Path;

/// A replica of a journal. Dropping it gives the directory free; what was not synced is gone.
pub struct Replica {
    log: Log,
}

impl Replica {
    /// Opens the replica in `dir`, or makes one where there is nothing. [`Options::site`] is the site whose journal it is.
    pub fn open(dir: &Path, options: Options) -> Result<(Self, OpenReport), OpenError> {
        let (log, report) = Log::open(dir, options, Role::Replica)?;
        Ok((Self { log }, report))
    }

    /// Reads everything again from the disk, for when a sync failed. Readers stay valid.
    pub fn reopen(&mut self) -> Result<OpenReport, OpenError> {
        self.log.reopen()
    }

    /// Adds a record to the group that the next [`Replica::sync`] makes durable; returns its ordinal. A position that is held,
    /// or in the group, is refused as [`WriteError::Held`]; one that is held as lost is taken.
    pub fn put(
        &mut self,
        position: Position,
        prev: RecordHash,
        body: &[u8],
        key: Option<Key>,
    ) -> Result<u64, WriteError> {
        if self.log.holds(position) == Some(Kind::Record) {
            return Err(WriteError::Held(position));
        }
        self.log.push(&Frame::record(position, prev, body), key)
    }

    /// Adds word that a record is lost for ever, so that nothing waits for it; `hash` is how its successor names it.
    pub fn put_lost(&mut self, position: Position, hash: RecordHash) -> Result<u64, WriteError> {
        if self.log.holds(position).is_some() {
            return Err(WriteError::Held(position));
        }
        self.log.push(&Frame::lost(position, &hash), None)
    }

    /// One write and one sync for the whole group; durable when it returns, in order. Errors as of [`super::Own::sync`].
    pub fn sync(&mut self) -> Result<Vec<Locator>, WriteError> {
        self.log.sync()
    }

    /// Drops what was put and not synced.
    pub fn discard(&mut self) {
        self.log.discard();
    }

    /// True where a record of `body_len` bytes still goes into the group.
    pub fn group_has_room(&self, body_len: usize) -> bool {
        self.log.has_room(body_len)
    }

    /// For reading what is durable.
    pub fn reader(&self) -> Reader {
        self.log.reader()
    }
}
