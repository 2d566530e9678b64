//! The journals as the views read them: what a box and an office have in common between the two.

use crate::domain::document::Kind;
use crate::domain::id::{Position, StoreId};
use crate::journal;
use crate::views::export::{Books, Selection};
use crate::views::{self, Each, Journals, Locator, Place, SiteNo, Stream};
use jiff::civil::Date;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

/// How long a question waits for the views to have read what is durable. A million records take a quarter of this.
const CATCH_UP: Duration = Duration::from_secs(60);

/// Every journal of a store, each under the name that the views know it by.
pub struct Shelves {
    journals: RwLock<Vec<(Stream, journal::Reader)>>,
    store: RwLock<StoreId>,
}

impl Shelves {
    /// No journal yet, on `store`.
    pub fn new(store: StoreId) -> Self {
        Self { journals: RwLock::new(Vec::new()), store: RwLock::new(store) }
    }

    /// Adds a journal.
    pub fn add(&self, stream: Stream, reader: journal::Reader) {
        let mut journals = self.journals.write().unwrap_or_else(PoisonError::into_inner);
        journals.retain(|(known, _)| *known != stream);
        journals.push((stream, reader));
    }

    /// The disk.
    pub fn store(&self) -> StoreId {
        *self.store.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The disk has a new id.
    pub fn renew(&self, store: StoreId) {
        *self.store.write().unwrap_or_else(PoisonError::into_inner) = store;
    }

    fn all(&self) -> RwLockReadGuard<'_, Vec<(Stream, journal::Reader)>> {
        self.journals.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the records of a journal that come after the first of these ordinals, up to the last, in file order.
    pub fn between(&self, stream: Stream, (after, last): (u64, u64), each: &mut Each<'_>) -> io::Result<()> {
        let Some(reader) = self.reader(stream) else { return Ok(()) };
        for stored in reader.scan(after) {
            let stored = stored.map_err(io::Error::other)?;
            let at = place(&stored);
            if at.ordinal > last {
                break;
            }
            // The body of word of a lost record is its hash, and to the views nothing.
            let body = if stored.kind == crate::wire::frame::Kind::Record { &stored.body[..] } else { &[] };
            if let ControlFlow::Break(()) = each(at, body) {
                break;
            }
        }
        Ok(())
    }

    /// The ordinal of a record; none where it cannot be read.
    pub fn ordinal(&self, stream: Stream, locator: Locator) -> Option<u64> {
        let stored = self.reader(stream)?.read_at(locator.0.into()).ok()?;
        Some(place(&stored).ordinal)
    }

    /// The journal of that name.
    pub fn reader(&self, stream: Stream) -> Option<journal::Reader> {
        self.all().iter().find(|(name, _)| *name == stream).map(|(_, reader)| reader.clone())
    }
}

/// The views count from 1, the journal from 0.
fn place(stored: &journal::Stored) -> Place {
    Place { ordinal: stored.ordinal + 1, locator: Locator(stored.locator.into()), position: stored.position }
}

impl Journals for Shelves {
    fn streams(&self) -> Vec<Stream> {
        self.all().iter().map(|(stream, _)| *stream).collect()
    }

    fn store_id(&self, stream: Stream) -> Option<StoreId> {
        self.reader(stream).map(|_| self.store())
    }

    fn records(&self, stream: Stream) -> u64 {
        self.reader(stream).map_or(0, |reader| reader.count())
    }

    fn holds(&self, stream: Stream, at: &Place) -> bool {
        let Some(reader) = self.reader(stream) else { return false };
        let position: Position = at.position;
        reader.read_at(at.locator.0.into()).is_ok_and(|stored| stored.position == position && place(&stored) == *at)
    }

    fn scan(&self, stream: Stream, after: Option<Place>, each: &mut Each<'_>) -> io::Result<()> {
        self.between(stream, (after.map_or(0, |place| place.ordinal), u64::MAX), each)
    }

    fn body(&self, stream: Stream, locator: Locator) -> io::Result<Option<Vec<u8>>> {
        let Some(reader) = self.reader(stream) else { return Ok(None) };
        match reader.read_at(locator.0.into()) {
            Ok(stored) => Ok(Some(stored.body)),
            Err(journal::ReadError::Io { source, .. }) => Err(source),
            Err(journal::ReadError::Damaged { .. } | journal::ReadError::Nothing) => Ok(None),
        }
    }
}

/// Waits until the views have all of a site's records that are durable now: who has a receipt in hand and asks for the document is
/// not told that there is none. Blocks its thread.
pub fn catch_up(reader: &views::Reader, journals: &dyn Journals, site: SiteNo) -> Result<(), String> {
    let stream = Stream::Up(site);
    reader.wait_for(stream, journals.records(stream), CATCH_UP).map_err(|error| error.to_string())
}

/// Writes the documents of `kind` from the first day to the last as CSV; what is lost to damage is told when the others are written.
pub fn export(
    reader: &views::Reader,
    journals: &dyn Journals,
    kind: Kind,
    days: (Date, Date),
    sites: Vec<SiteNo>,
    out: &mut dyn Write,
) -> Result<(), String> {
    match export_left(reader, journals, kind, days, sites, out)? {
        0 => Ok(()),
        lost => Err(format!("{} and are not in the file: run `outpost doctor`", lost_here(lost))),
    }
}

/// How many documents are lost, in words.
pub fn lost_here(lost: u64) -> String {
    format!("{lost} documents are lost to damage here")
}

/// The same; how many are lost.
pub fn export_left(
    reader: &views::Reader,
    journals: &dyn Journals,
    kind: Kind,
    (from, to): (Date, Date),
    sites: Vec<SiteNo>,
    out: &mut dyn Write,
) -> Result<u64, String> {
    for site in &sites {
        catch_up(reader, journals, *site)?;
    }
    let (from_day, to_day) = (views::days_since_1970(from), views::days_since_1970(to));
    let selection = Selection { kind, from_day, to_day, sites };
    let exported = Books { reader, journals }.export(&selection, out).map_err(|error| error.to_string())?;
    Ok(exported.lost)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{DeviceId, Epoch, Seq};
    use crate::domain::record::{Entry, Opened, Sent};
    use crate::domain::time::{Quality, Stamp};
    use crate::journal::{Options, Own};
    use crate::views::{Config, SiteNo, State, Views};
    use crate::wire::record;
    use std::sync::Arc;
    use std::time::Duration;

    const UP: Stream = Stream::Up(SiteNo(0));

    fn body(entry: &Entry) -> Vec<u8> {
        let stamp = Stamp { boot_at_ms: 1_793_581_347_000, up_ms: 0, quality: Quality::Network };
        record::body(&stamp, &record::entry(entry))
    }

    #[test]
    fn the_views_follow_a_journal_and_are_built_anew_for_another_disk() {
        let dir = tempfile::tempdir().unwrap();
        let store = StoreId::new(1, [1; 10]);
        let options = Options::new("bandung".parse().unwrap(), store, |_| None);
        let (mut journal, _) = Own::open(&dir.path().join("journal"), options).unwrap();
        let (follows, boot, program) = (None, uuid::Uuid::nil(), "test".to_owned());
        let opened = Entry::Opened(Opened { follows, store, boot, program });
        journal.begin(Epoch::new(1, [2; 10]), &body(&opened)).unwrap();
        let shelf = Arc::new(Shelves::new(store));
        shelf.add(UP, journal.reader());
        let views = Views::start(Config::new(dir.path().join("views"), 0), shelf.clone()).unwrap();
        let reader = views.reader();

        let device: DeviceId = "s1".parse().unwrap();
        let sent = Sent { session: 0, packet: 1, dup: false };
        let id = "01936e5b-5a00-7000-8000-0123456789ab";
        let sale = format!(r#"{{"id":"{id}","customer":"Bu Sari","items":[{{"item_code":"X","qty":1,"rate":2}}]}}"#);
        let entry = crate::intake::read(&device, "tx/s1/sales-invoice", sale.as_bytes(), sent).unwrap();
        journal.append_one(&body(&entry), None).unwrap();
        journal.sync().unwrap();
        reader.notify();
        reader.wait_for(UP, shelf.records(UP), Duration::from_secs(60)).unwrap();
        let line = reader.document(SiteNo(0), entry.intent().unwrap()).unwrap().unwrap();
        assert_eq!((line.position.seq, line.state), (Seq(2), State::Saved));
        let stored = shelf.body(UP, line.locator).unwrap().unwrap();
        assert_eq!(record::decode(&stored).unwrap().entry, entry);
        assert!(shelf.body(UP, Locator(u64::MAX)).unwrap().is_none());
        views.shutdown();

        shelf.renew(StoreId::new(2, [1; 10]));
        let views = Views::start(Config::new(dir.path().join("views"), 0), shelf.clone()).unwrap();
        views.reader().wait_for(UP, 2, Duration::from_secs(60)).unwrap();
        assert_eq!(views.reader().progress().doubts, 1);
    }
}
