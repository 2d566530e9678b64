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
        self.journals.write().unwrap_or_else(PoisonError::into_inner).push((stream, reader));
    }

    /// The disk has a new id.
    pub fn renew(&self, store: StoreId) {
        *self.store.write().unwrap_or_else(PoisonError::into_inner) = store;
    }

    fn all(&self) -> RwLockReadGuard<'_, Vec<(Stream, journal::Reader)>> {
        self.journals.read().unwrap_or_else(PoisonError::into_inner)
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
        self.reader(stream).map(|_| *self.store.read().unwrap_or_else(PoisonError::into_inner))
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
        let Some(reader) = self.reader(stream) else { return Ok(()) };
        for stored in reader.scan(after.map_or(0, |place| place.ordinal)) {
            let stored = stored.map_err(io::Error::other)?;
            if stored.kind == crate::wire::frame::Kind::Record
                && let ControlFlow::Break(()) = each(place(&stored), &stored.body)
            {
                break;
            }
        }
        Ok(())
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

/// Writes the documents of `kind` from the first day to the last as CSV.
pub fn export(
    reader: &views::Reader,
    journals: &dyn Journals,
    kind: Kind,
    (from, to): (Date, Date),
    sites: Vec<SiteNo>,
    out: &mut dyn Write,
) -> Result<(), String> {
    let (from_day, to_day) = (views::days_since_1970(from), views::days_since_1970(to));
    let selection = Selection { kind, from_day, to_day, sites };
    let exported = Books { reader, journals }.export(&selection, out).map_err(|error| error.to_string())?;
    match exported.lost {
        0 => Ok(()),
        lost => Err(format!("{lost} documents are lost to damage here and are not in the file: run `outpost doctor`")),
    }
}
