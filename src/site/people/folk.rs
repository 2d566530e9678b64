//! The fold of people on the writer's thread: judged by before a record is made, grown once it is on the disk.
//!
//! Others read it through [`Shared`]; only the writer's thread writes. A file beside the journal spares reading all of it at the
//! start; it may be deleted at any time, and one that is damaged or of another journal is as none.

use crate::domain::id::{IntentId, Position};
use crate::domain::master::Masters;
use crate::domain::people::{People, World, judge};
use crate::domain::person::SessionId;
use crate::domain::record::{Entry, Record, Submitted};
use crate::domain::shop;
use crate::domain::time::{Quality, Stamp};
use crate::files;
use crate::intake::Reason;
use crate::journal::{Reader, Written};
use crate::site::checkpoint::{self, Checkpoint, Kept};
use crate::wire::record;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::watch;

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

impl Kept for People {
    const VERSION: u32 = 1;
    const FIELD: &'static str = "people";
    // Hashes of temporary PINs are in it.
    const MODE: u32 = files::PRIVATE;
}

/// See the module.
pub(in crate::site) struct Folk {
    people: Shared,
    settings: Settings,
    reader: Reader,
    /// The ordinal of the first durable record that is not in the fold.
    next_ordinal: u64,
    checkpoint: Checkpoint,
    /// Acts of the group that is being gathered, by ordinal.
    coming: Vec<(u64, Record)>,
}

impl Folk {
    /// Takes the file, and what the journal has beyond it.
    pub(in crate::site) fn open(settings: Settings, reader: &Reader) -> Self {
        let (people, next_ordinal) = checkpoint::load(&settings.path, reader, |_| true).unwrap_or_default();
        let checkpoint = Checkpoint::new(settings.path.clone(), reader.site().clone(), next_ordinal);
        let (people, reader) = (Arc::new(RwLock::new(people)), reader.clone());
        let coming = Vec::new();
        let mut folk = Self { people, settings, reader, next_ordinal, checkpoint, coming };
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
        if self.checkpoint.is_due(self.next_ordinal, KEEP_EVERY)
            && let Some(last) = self.last()
        {
            let people = self.people.read().unwrap_or_else(PoisonError::into_inner);
            self.checkpoint.write_aside(&*people, last, self.next_ordinal);
        }
    }

    /// The last record in the fold.
    fn last(&self) -> Option<Position> {
        Some(self.reader.read_ordinal(self.next_ordinal.checked_sub(1)?).ok()?.position)
    }
}

impl Drop for Folk {
    /// A box that is stopped starts at once the next time.
    fn drop(&mut self) {
        if self.checkpoint.is_behind(self.next_ordinal)
            && let Some(last) = self.last()
        {
            let people = self.people.read().unwrap_or_else(PoisonError::into_inner);
            self.checkpoint.write(&*people, last, self.next_ordinal);
        }
    }
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
}
