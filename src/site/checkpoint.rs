//! The workshop's fold on disk, so that a start does not read all of the journal: a file with its crc, of one shop at one place of its
//! journal. It may be deleted at any time; one that is damaged, of another version or of another journal is as none.

use crate::domain::id::{Position, SiteId};
use crate::domain::shop::Shop;
use crate::files;
use crate::journal::{Reader, Slot};
use crate::wire::cbor;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread::JoinHandle;

/// The version of what is in the file. Raised with every change of [`Shop`]: an older file is not read, and the fold is made anew.
const VERSION: u32 = 3;
/// Fewest records between two files: reading as many again takes well under a second, and a file in a small shop has a few hundred
/// kilobytes.
const MIN_RECORDS: u64 = 10_000;
/// A value of the fold has about a fifth of a record's bytes in the journal: with as many records between two files as the fold has
/// values, checkpoints write a fifth of what the journal writes.
const RECORDS_PER_VALUE: u64 = 1;

#[derive(Serialize)]
struct Write<'a> {
    version: u32,
    site: &'a SiteId,
    next_ordinal: u64,
    last: Position,
    shop: &'a Shop,
}

#[derive(Deserialize)]
struct Read {
    site: SiteId,
    next_ordinal: u64,
    last: Position,
    shop: Shop,
}

/// What is read before the rest is: the version alone.
#[derive(Deserialize)]
struct Version {
    version: u32,
}

/// Reads the file: the fold, and the ordinal of the first record that is not in it. `None` where there is none for this journal.
pub(super) fn load(path: &Path, utc_offset_minutes: i16, reader: &Reader) -> Option<(Shop, u64)> {
    let bytes = std::fs::read(path).ok()?;
    let read = read(&bytes).filter(|read| {
        let there = matches!(reader.read_position(read.last), Ok(Some(Slot::Record(stored)))
            if stored.ordinal + 1 == read.next_ordinal);
        there && read.site == *reader.site() && read.shop.utc_offset_minutes() == utc_offset_minutes
    });
    if read.is_none() {
        tracing::warn!(path = %path.display(), "the workshop's figures are made from the journal: the checkpoint is not of it");
    }
    read.map(|read| (read.shop, read.next_ordinal))
}

fn read(bytes: &[u8]) -> Option<Read> {
    let (crc, body) = bytes.split_first_chunk::<4>()?;
    (crc32fast::hash(body) == u32::from_le_bytes(*crc)).then_some(())?;
    let Version { version } = cbor::from_slice(body).ok()?;
    (version == VERSION).then_some(())?;
    cbor::from_slice(body).ok()
}

fn bytes(site: &SiteId, shop: &Shop, next_ordinal: u64, last: Position) -> Vec<u8> {
    let body = cbor::to_vec(&Write { version: VERSION, site, next_ordinal, last, shop });
    let mut bytes = crc32fast::hash(&body).to_le_bytes().to_vec();
    bytes.extend_from_slice(&body);
    bytes
}

/// Writes the file when enough has come, on a thread of its own, so that nobody waits for it. Dropping it waits until it is written.
pub(super) struct Keeper {
    path: PathBuf,
    site: SiteId,
    /// The ordinal up to which the last file goes.
    written: u64,
    queue: Option<mpsc::SyncSender<Vec<u8>>>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    /// For the file at `path`, which goes up to `written`.
    pub(super) fn start(path: PathBuf, site: SiteId, written: u64) -> std::io::Result<Self> {
        let (queue, waiting) = mpsc::sync_channel::<Vec<u8>>(0);
        let to = path.clone();
        let thread = std::thread::Builder::new().name("checkpoint".into()).spawn(move || {
            for bytes in waiting {
                if let Err(error) = files::write_atomically(&to, &bytes, files::PUBLIC) {
                    tracing::warn!(%error, "no checkpoint of the workshop's figures: the next start reads more of the journal");
                }
            }
        })?;
        Ok(Self { path, site, written, queue: Some(queue), thread: Some(thread) })
    }

    /// After a group: writes where it is time. A file that is still being written puts it off to a later group.
    pub(super) fn grown(&mut self, shop: &Shop, next_ordinal: u64) {
        let every = MIN_RECORDS.max(RECORDS_PER_VALUE * shop.size() as u64);
        let Some(last) = shop.reached().filter(|_| next_ordinal >= self.written + every) else { return };
        let bytes = bytes(&self.site, shop, next_ordinal, last);
        if self.queue.as_ref().is_some_and(|queue| queue.try_send(bytes).is_ok()) {
            self.written = next_ordinal;
        }
    }

    /// At the end: writes what the file does not have yet, and waits for it.
    pub(super) fn finish(&mut self, shop: &Shop, next_ordinal: u64) {
        self.queue.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        let Some(last) = shop.reached().filter(|_| next_ordinal > self.written) else { return };
        let bytes = bytes(&self.site, shop, next_ordinal, last);
        match files::write_atomically(&self.path, &bytes, files::PUBLIC) {
            Ok(()) => self.written = next_ordinal,
            Err(error) => {
                tracing::warn!(%error, "no checkpoint of the workshop's figures: the next start reads more of the journal");
            }
        }
    }
}
