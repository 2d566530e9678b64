//! A site's own journal: one writer, positions in a row, hash-chained.
//!
//! In come bodies; out come their positions and hashes, durable once [`Own::sync`] returns. What the first body of an
//! epoch says about the epoch before is the caller's; so is making the epoch.

use super::log::{Log, Role};
use super::{Key, Locator, OpenError, OpenReport, Options, Poisoned, Reader, WriteError};
use crate::domain::id::{Epoch, Position, RecordHash, Seq};
use crate::wire::frame::{Frame, record_hash};
use std::path::Path;

/// A record that waits for its group's sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Where it stands in the journal.
    pub position: Position,
    /// The hash that its successor will name.
    pub hash: RecordHash,
    /// Its number in the order of the files, from 0.
    pub ordinal: u64,
}

/// A durable record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Where it stands in the journal.
    pub position: Position,
    /// The hash that its successor names.
    pub hash: RecordHash,
    /// Its number in the order of the files, from 0.
    pub ordinal: u64,
    /// Where its bytes are on this store.
    pub locator: Locator,
}

#[derive(Clone, Copy)]
struct Tip {
    position: Position,
    hash: RecordHash,
}

/// A site's own journal. Dropping it gives the directory free; what was not synced is gone.
pub struct Own {
    log: Log,
    /// The last durable record.
    last: Option<Tip>,
    /// The last record, synced or not, of the epoch that was begun.
    tip: Option<Tip>,
    begun: bool,
    group: Vec<Appended>,
}

impl Own {
    /// Opens the journal in `dir`, or makes one where there is nothing. Cuts a torn tail, reports damage. Takes no record before
    /// [`Own::begin`].
    pub fn open(dir: &Path, options: Options) -> Result<(Self, OpenReport), OpenError> {
        let (log, report) = Log::open(dir, options, Role::Own)?;
        let last = report.last.map(|(position, hash)| Tip { position, hash });
        Ok((Self { log, last, tip: None, begun: false, group: Vec::new() }, report))
    }

    /// Reads everything again from the disk, for when a sync failed. Readers stay valid. [`Own::begin`] comes next, with a new epoch.
    pub fn reopen(&mut self) -> Result<OpenReport, OpenError> {
        let report = self.log.reopen()?;
        self.last = report.last.map(|(position, hash)| Tip { position, hash });
        self.tip = None;
        self.begun = false;
        self.group.clear();
        Ok(report)
    }

    /// Begins a new epoch: writes and syncs its first record, which names the last whole record as its predecessor.
    pub fn begin(&mut self, epoch: Epoch, body: &[u8]) -> Result<Written, WriteError> {
        let was_begun = self.begun;
        self.discard();
        let prev = self.last.map_or(RecordHash::NONE, |last| last.hash);
        let key = (self.log.shared.key_of)(body);
        let begun = self.push(Position { epoch, seq: Seq(1) }, prev, body, key);
        let written = begun.and_then(|_| {
            self.begun = true;
            self.sync()
        });
        match written {
            Ok(written) => Ok(*written.first().expect("invariant: the group has the first record")),
            Err(error) => {
                self.begun = was_begun;
                self.discard();
                Err(error)
            }
        }
    }

    /// Adds a record to the group that the next [`Own::sync`] makes durable. `key` as [`Options::key_of`] would say.
    pub fn append_one(&mut self, body: &[u8], key: Option<Key>) -> Result<Appended, WriteError> {
        let Some(tip) = self.tip.filter(|_| self.begun) else { return Err(WriteError::NotBegun) };
        let Position { epoch, seq } = tip.position;
        self.push(Position { epoch, seq: Seq(seq.0 + 1) }, tip.hash, body, key)
    }

    /// As [`Own::append_one`], for several. After an error those before the bad one are in the group.
    pub fn append(&mut self, records: &[(&[u8], Option<Key>)]) -> Result<Vec<Appended>, WriteError> {
        records.iter().map(|(body, key)| self.append_one(body, *key)).collect()
    }

    fn push(
        &mut self,
        position: Position,
        prev: RecordHash,
        body: &[u8],
        key: Option<Key>,
    ) -> Result<Appended, WriteError> {
        let ordinal = self.log.push(&Frame::record(position, prev, body), key)?;
        let hash = record_hash(&self.log.shared.site, position, &prev, body);
        self.tip = Some(Tip { position, hash });
        let appended = Appended { position, hash, ordinal };
        self.group.push(appended);
        Ok(appended)
    }

    /// One write and one sync for the whole group; durable when it returns, in order. After an error none of the group is in
    /// the journal, and their positions are given anew; after [`WriteError::Poisoned`] nothing is taken until
    /// [`Own::reopen`].
    pub fn sync(&mut self) -> Result<Vec<Written>, WriteError> {
        let locators = match self.log.sync() {
            Ok(locators) => locators,
            Err(error) => {
                self.group.clear();
                self.tip = self.last;
                return Err(error);
            }
        };
        self.last = self.tip.or(self.last);
        let pairs = self.group.drain(..).zip(locators);
        Ok(pairs
            .map(|(Appended { position, hash, ordinal }, locator)| Written { position, hash, ordinal, locator })
            .collect())
    }

    /// Drops what was appended and not synced.
    pub fn discard(&mut self) {
        self.log.discard();
        self.group.clear();
        self.tip = self.last.filter(|_| self.begun);
    }

    /// The group so far: appended, not synced.
    pub fn group(&self) -> &[Appended] {
        &self.group
    }

    /// The first record of the group, by its index in it, with that key.
    pub fn find_in_group(&self, key: &Key) -> Option<usize> {
        self.log.find_pending(key)
    }

    /// The body of a record of the group.
    pub fn body_in_group(&self, index: usize) -> Option<&[u8]> {
        self.log.pending_body(index)
    }

    /// True where a record of `body_len` bytes still goes into the group.
    pub fn group_has_room(&self, body_len: usize) -> bool {
        self.log.has_room(body_len)
    }

    /// The last durable record.
    pub fn last(&self) -> Option<(Position, RecordHash)> {
        self.last.map(|tip| (tip.position, tip.hash))
    }

    /// Why nothing is taken until [`Own::reopen`], if so.
    pub fn poisoned(&self) -> Option<Poisoned> {
        self.log.poisoned().cloned()
    }

    /// Takes nothing until [`Own::reopen`].
    pub(crate) fn poison(&mut self, reason: &str) -> Poisoned {
        self.log.poison(reason)
    }

    /// For reading what is durable.
    pub fn reader(&self) -> Reader {
        self.log.reader()
    }
}
