//! The fold of people on the writer's thread: judged by before a record is made, grown once it is on the disk.
//!
//! Others read it through [`Shared`]; only the writer's thread writes. A file beside the journal spares reading all of it at the
//! start; it may be deleted at any time, and one that is damaged or of another journal is as none.

use crate::domain::id::{IntentId, Position, SiteId};
use crate::domain::master::Masters;
use crate::domain::people::{People, World, judge};
use crate::domain::person::SessionId;
use crate::domain::record::{Entry, Record, Submitted};
use crate::domain::shop;
use crate::domain::time::{Quality, Stamp};
use crate::files;
use crate::intake::Reason;
use crate::journal::{Reader, Slot, Written};
use crate::wire::{cbor, record};
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::JoinHandle;
use tokio::sync::watch;

/// The version of what is in the file. Raised with every change of [`People`].
const VERSION: u32 = 1;
/// Records between two files: a few kilobytes are written for some ten megabytes of journal, and as much is read again at a start.
const KEEP_EVERY: u64 = 20_000;
/// Where an entry's kind stands at the latest in a record's bytes: behind three numbers of at most nine bytes each.
const KIND_WITHIN: usize = 40;

/// What everybody who asks may look at.
pub(in crate::site) type Shared = Arc<RwLock<People>>;

/// What the fold is told at the start.
pub(in crate::site) struct Settings {
    /// Where the file is.
    pub(in crate::site) path: PathBuf,
    /// The workshop's time zone.
    pub(in crate::site) utc_offset_minutes: i16,
    /// The office's data, the newest.
    pub(in crate::site) masters: watch::Receiver<Arc<Masters>>,
}

#[derive(Serialize)]
struct Write<'a> {
    version: u32,
    site: &'a SiteId,
    next_ordinal: u64,
    last: Position,
    people: &'a People,
}

#[derive(Deserialize)]
struct Read {
    version: u32,
    site: SiteId,
    next_ordinal: u64,
    last: Position,
    people: People,
}

/// See the module.
pub(in crate::site) struct Folk {
    people: Shared,
    settings: Settings,
    reader: Reader,
    /// The ordinal of the first durable record that is not in the fold.
    next_ordinal: u64,
    /// From where on the file does not know.
    kept: u64,
    keeping: Option<JoinHandle<()>>,
    /// Acts of the group that is being gathered, by ordinal.
    coming: Vec<(u64, Record)>,
}

impl Folk {
    /// Takes the file, and what the journal has beyond it.
    pub(in crate::site) fn open(settings: Settings, reader: &Reader) -> Self {
        let (people, next_ordinal) = load(&settings.path, reader).unwrap_or_default();
        let (people, reader) = (Arc::new(RwLock::new(people)), reader.clone());
        let coming = Vec::new();
        let mut folk = Self { people, settings, reader, next_ordinal, kept: next_ordinal, keeping: None, coming };
        folk.catch_up();
        folk
    }

    /// For whoever asks.
    pub(in crate::site) fn shared(&self) -> Shared {
        self.people.clone()
    }

    /// Folds what is in the journal and not in the fold.
    pub(in crate::site) fn catch_up(&mut self) {
        let mut people = self.people.write().unwrap_or_else(PoisonError::into_inner);
        for stored in self.reader.scan(self.next_ordinal).flatten() {
            if concerns_people(&stored.body)
                && let Ok(record) = record::decode(&stored.body)
            {
                people.apply(&record);
            }
            self.next_ordinal = stored.ordinal + 1;
        }
    }

    /// Judges a new entry; `original` finds the document that a cancellation names.
    pub(in crate::site) fn judge(
        &self,
        entry: &mut Entry,
        session: Option<&SessionId>,
        stamp: &Stamp,
        original: impl FnOnce(IntentId) -> Option<Submitted>,
    ) -> Result<(), Reason> {
        let people = self.people.read().unwrap_or_else(PoisonError::into_inner);
        let world = World {
            site: self.reader.site(),
            people: &people,
            masters: &self.settings.masters.borrow(),
            now_ms: stamp.at_ms(),
            today: shop::local(stamp.at_ms(), self.settings.utc_offset_minutes).date(),
            clock_known: stamp.quality > Quality::Floor,
        };
        judge::judge(&world, entry, session, original).map_err(Reason::from)
    }

    /// This record is in the group, with this ordinal.
    pub(in crate::site) fn lined_up(&mut self, ordinal: u64, record: &Record) {
        if matches!(record.entry, Entry::Person(_) | Entry::Opened(_)) {
            self.coming.push((ordinal, record.clone()));
        }
    }

    /// The group is on the disk, or is not. Before any reply, so that who is told something finds it done.
    pub(in crate::site) fn settled(&mut self, written: Option<&[Written]>) {
        let coming = std::mem::take(&mut self.coming);
        let Some((first, last)) = written.and_then(|all| Some((all.first()?.ordinal, all.last()?.ordinal))) else {
            return;
        };
        if first > self.next_ordinal {
            // An opening that nobody lined up, or a group that was on the disk after all.
            self.catch_up();
        }
        if !coming.is_empty() {
            let mut people = self.people.write().unwrap_or_else(PoisonError::into_inner);
            let next = self.next_ordinal;
            let news = coming.iter().filter(|(ordinal, _)| (next..=last).contains(ordinal));
            news.for_each(|(_, record)| people.apply(record));
        }
        self.next_ordinal = self.next_ordinal.max(last + 1);
        if self.next_ordinal - self.kept >= KEEP_EVERY && self.keeping.as_ref().is_none_or(JoinHandle::is_finished) {
            self.keep_aside();
        }
    }

    fn bytes(&self) -> Option<Vec<u8>> {
        let last = self.reader.read_ordinal(self.next_ordinal.checked_sub(1)?).ok()?.position;
        let people = self.people.read().unwrap_or_else(PoisonError::into_inner);
        let (site, next_ordinal) = (self.reader.site(), self.next_ordinal);
        let body = cbor::to_vec(&Write { version: VERSION, site, next_ordinal, last, people: &people });
        let mut bytes = crc32fast::hash(&body).to_le_bytes().to_vec();
        bytes.extend_from_slice(&body);
        Some(bytes)
    }

    /// Writes the file in a thread of its own: devices wait for the journal, not for this.
    fn keep_aside(&mut self) {
        let Some(bytes) = self.bytes() else { return };
        self.kept = self.next_ordinal;
        let path = self.settings.path.clone();
        self.keeping = Some(std::thread::spawn(move || note(keep(&path, &bytes))));
    }
}

impl Drop for Folk {
    /// A box that is stopped starts at once the next time.
    fn drop(&mut self) {
        if let Some(keeping) = self.keeping.take() {
            let _ = keeping.join();
        }
        if self.next_ordinal > self.kept
            && let Some(bytes) = self.bytes()
        {
            note(keep(&self.settings.path, &bytes));
        }
    }
}

fn keep(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // Hashes of temporary PINs are in it.
    files::write_atomically(path, bytes, files::PRIVATE)
}

fn note(kept: io::Result<()>) {
    if let Err(error) = kept {
        tracing::warn!(%error, "what people did is not kept beside the journal: the next start reads more of it");
    }
}

fn load(path: &Path, reader: &Reader) -> Option<(People, u64)> {
    let bytes = std::fs::read(path).ok()?;
    let read = read(&bytes).filter(|read| {
        let there = matches!(reader.read_position(read.last), Ok(Some(Slot::Record(stored)))
            if stored.ordinal + 1 == read.next_ordinal);
        there && read.version == VERSION && read.site == *reader.site()
    });
    if read.is_none() {
        tracing::warn!(path = %path.display(), "what people did is read from the journal: the file is not of it");
    }
    read.map(|read| (read.people, read.next_ordinal))
}

fn read(bytes: &[u8]) -> Option<Read> {
    let (crc, body) = bytes.split_first_chunk::<4>()?;
    (crc32fast::hash(body) == u32::from_le_bytes(*crc)).then(|| cbor::from_slice(body).ok()).flatten()
}

/// Whether a record is an act or an opening: told by its first bytes, since a start may look at a million.
fn concerns_people(body: &[u8]) -> bool {
    let head = &body[..body.len().min(KIND_WITHIN)];
    [b"\xa1\x66person", b"\xa1\x66opened"].iter().any(|kind| head.windows(kind.len()).any(|window| window == *kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::person::{Act, Person};
    use crate::domain::record::Scan;

    #[test]
    fn what_concerns_people_is_told_by_its_first_bytes_whatever_its_stamp() {
        let device = || "till-1".parse().expect("a name");
        let act = Entry::Person(Person { device: device(), user: crate::domain::person::nobody(), act: Act::Failed });
        let sent = crate::domain::record::Sent { session: 0, packet: 0, dup: false };
        let scan = Entry::Scan(Scan { id: None, device: device(), sent, code: "\u{1}fperson".into() });
        for (boot_at_ms, up_ms) in [(0, 0), (i64::MIN, u64::MAX), (1_793_581_347_000, 123_456)] {
            let stamp = Stamp { boot_at_ms, up_ms, quality: Quality::Person };
            assert!(concerns_people(&record::body(&stamp, &record::entry(&act))));
            assert!(!concerns_people(&record::body(&stamp, &record::entry(&scan))));
        }
    }

    #[test]
    fn a_damaged_file_is_as_none() {
        let site: SiteId = "bdg".parse().expect("a name");
        let last = Position { epoch: crate::domain::id::Epoch::new(1, [1; 10]), seq: crate::domain::id::Seq(1) };
        let people = People::default();
        let body = cbor::to_vec(&Write { version: VERSION, site: &site, next_ordinal: 1, last, people: &people });
        let mut bytes = crc32fast::hash(&body).to_le_bytes().to_vec();
        bytes.extend_from_slice(&body);
        assert!(read(&bytes).is_some_and(|read| read.people == people));
        for at in 0..bytes.len() {
            bytes[at] ^= 4;
            assert!(read(&bytes).is_none(), "byte {at}");
            bytes[at] ^= 4;
        }
    }
}
