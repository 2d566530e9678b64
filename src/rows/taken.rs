//! What a box has taken of the office's master data, on its disk: [`Kept`] with a log.

use super::frames::BoxFrame;
use super::log::{Kind, Log};
use super::{RowsError, Takes};
use crate::domain::master::Row;
use crate::journal::disk::{Disk, RealDisk};
use crate::sync::rows::{Change, Kept, NOTHING};
use crate::wire::rows::{Cursor, Key, Line};
use crate::wire::{cbor, row};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// About how many bytes of rows are in one frame of a new beginning.
const FRAME_BYTES: usize = 512 * 1024;

/// What opening found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// Rows that are there.
    pub rows: usize,
    /// Rows of a table, or in a form, that this version cannot read.
    pub unread: usize,
    /// Some were lost to damage: all of them are asked for again.
    pub is_damaged: bool,
}

/// The rows, for whoever reads them beside their owner. A reader holds the owner up: it looks and lets go.
#[derive(Clone, Debug, Default)]
pub struct SharedRows(Arc<RwLock<Kept>>);

impl SharedRows {
    /// The rows as they are now.
    pub fn read(&self) -> RwLockReadGuard<'_, Kept> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Kept> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The rows of a box.
pub struct BoxRows {
    log: Log,
    kept: SharedRows,
    takes: Box<dyn Takes>,
    complete: bool,
    unread: BTreeSet<Key>,
}

impl BoxRows {
    /// Opens what is in `dir`, and hands every row to `takes`.
    pub fn open(dir: &Path, takes: Box<dyn Takes>) -> Result<(Self, Loaded), RowsError> {
        Self::open_on(dir, Arc::new(RealDisk), takes)
    }

    /// As [`BoxRows::open`], on a disk of the caller's.
    pub fn open_on(dir: &Path, disk: Arc<dyn Disk>, takes: Box<dyn Takes>) -> Result<(Self, Loaded), RowsError> {
        let (log, bodies, found) = Log::open(dir, Kind::Box, disk)?;
        let (mut kept, mut complete, mut is_damaged) = (Kept::default(), false, found.damaged_bytes > 0);
        for body in bodies {
            match cbor::from_slice::<BoxFrame>(&body) {
                Ok(frame) => {
                    complete |= frame.complete;
                    let change = frame.read();
                    // The end of a log that was begun anew: the deletions that led there were left out.
                    let anew = change.rows.is_empty() && kept.cursor().version == 0;
                    kept.apply(change);
                    if anew {
                        kept.forget();
                    }
                }
                Err(_) => is_damaged = true,
            }
        }
        let kept = SharedRows(Arc::new(RwLock::new(kept)));
        let mut rows = Self { log, kept, takes, complete, unread: BTreeSet::new() };
        if is_damaged {
            tracing::warn!(path = %dir.display(), "master data is damaged: the office is asked for all of it again");
            rows.kept.write().doubt();
            rows.complete = false;
            rows.begin_anew()?;
        }
        rows.hand_all_over();
        let loaded = Loaded { rows: rows.len(), unread: rows.unread.len(), is_damaged };
        Ok((rows, loaded))
    }

    fn hand_all_over(&mut self) {
        let kept = self.kept.clone();
        for (key, body, ..) in kept.read().iter() {
            match read(key, body) {
                Some(row) => self.takes.put(row),
                None => drop(self.unread.insert(key.clone())),
            }
        }
        if self.complete {
            self.takes.complete();
        }
        self.takes.settled();
    }

    /// How far it is.
    pub fn cursor(&self) -> Cursor {
        self.kept.read().cursor()
    }

    /// The rows, for others.
    pub fn shared(&self) -> SharedRows {
        self.kept.clone()
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.kept.read().len()
    }

    /// True where there is none.
    pub fn is_empty(&self) -> bool {
        self.kept.read().is_empty()
    }

    /// How many of them this version cannot read.
    pub fn unread(&self) -> usize {
        self.unread.len()
    }

    /// All that the office had has been here at least once.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// Makes a change; it is durable, and known to whoever takes rows, when this returns. After an error nothing has changed.
    pub fn apply(&mut self, change: Change) -> Result<(), RowsError> {
        if self.log.is_poisoned() {
            self.begin_anew()?;
        }
        let complete = self.complete || change.cursor.whole;
        self.log.append(&cbor::to_vec(&BoxFrame::of(&change, complete)))?;
        for Line { key, body, .. } in &change.rows {
            self.tell(key, body.as_deref());
        }
        let ended = self.kept.write().apply(change);
        ended.iter().for_each(|key| self.tell(key, None));
        if complete && !self.complete {
            self.complete = true;
            self.takes.complete();
        }
        self.takes.settled();
        if self.log.is_worth_beginning()
            && let Err(error) = self.begin_anew()
        {
            tracing::warn!(%error, "the log of master data could not be begun anew; it grows");
        }
        Ok(())
    }

    fn tell(&mut self, key: &Key, body: Option<&[u8]>) {
        self.unread.remove(key);
        match (body.map(|body| read(key, body)), key.known()) {
            (Some(Some(row)), _) => return self.takes.put(row),
            (Some(None), _) => drop(self.unread.insert(key.clone())),
            (None, _) => {}
        }
        if let Some(key) = key.known() {
            self.takes.delete(&key);
        }
    }

    fn begin_anew(&mut self) -> Result<(), RowsError> {
        let mut bodies = Vec::new();
        // Those of a former generation first, as of none: the present one's make them former when they are read.
        let kept = self.kept.read();
        let cursor = kept.cursor();
        for (current, cursor) in [(false, NOTHING), (true, Cursor { generation: cursor.generation, ..NOTHING })] {
            let (mut rows, mut bytes) = (Vec::new(), 0);
            for (key, body, version, _) in kept.iter().filter(|row| row.3 == current) {
                let line = Line { key: key.clone(), version, body: Some(body.into()) };
                bytes += line.size();
                rows.push(line);
                if bytes >= FRAME_BYTES {
                    let change = Change { rows: std::mem::take(&mut rows), begins: false, cursor };
                    bodies.push(cbor::to_vec(&BoxFrame::of(&change, false)));
                    bytes = 0;
                }
            }
            bodies.push(cbor::to_vec(&BoxFrame::of(&Change { rows, begins: false, cursor }, false)));
        }
        drop(kept);
        let end = Change { rows: Vec::new(), begins: false, cursor };
        bodies.push(cbor::to_vec(&BoxFrame::of(&end, self.complete)));
        self.log.rewrite(bodies.iter().map(Vec::as_slice))
    }
}

fn read(key: &Key, body: &[u8]) -> Option<Row> {
    row::decode(key.known()?.table, body).ok()
}
