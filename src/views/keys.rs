//! How keys are written: a tag, then big-endian numbers, so that sled's order is the order of reading.

use crate::domain::document::Kind;
use crate::domain::id::IntentId;

/// Number of a site within one views directory: the box's own is 0, the office numbers its sites as it enrols them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct SiteNo(pub u16);

/// What a key is about. The numbers are on disk; a change of their meaning raises [`super::meta::VERSION`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Tag {
    /// Position reached, sums, versions; one key, not part of the sums.
    Meta = 0,
    /// Counters of a site.
    Totals = 1,
    /// Epochs of a site by number.
    Epoch = 2,
    /// Known things by number, in chunks.
    Thing = 3,
    /// Things of a (site, kind, day), in chunks; and of all kinds together.
    Day = 4,
    /// How many things a (site, kind, day) has.
    DayCount = 5,
    /// What is at the office, in chunks per epoch.
    Acked = 7,
    /// Latest refusals of a site.
    Refusal = 8,
    /// Latest conflicts of a site.
    Conflict = 9,
    /// Latest records of a device that makes no ids.
    Window = 10,
    /// Ids since the last run, by commit.
    IdTail = 11,
    /// Sorted ids, in chunks.
    IdRun = 12,
    /// The filter of a run.
    IdFilter = 13,
    /// Latest holes of a site.
    Hole = 14,
    /// Documents by their number on paper, in chunks.
    Number = 16,
    /// Cancellations by the document that they are of: its thing's number.
    Cancel = 17,
    /// Customers and suppliers of documents since the last run, by commit.
    PartyTail = 18,
    /// Sorted customers and suppliers, in chunks.
    PartyRun = 19,
    /// Cancellations that came before their documents, by a document's id.
    CancelAhead = 20,
    /// What became of things in the office's books, in chunks.
    Outcome = 21,
    /// Words on what has not come yet, by its id.
    OutcomeAhead = 22,
    /// Documents whose number another one bore before, by number: their things' numbers.
    Shared = 23,
    /// What the office asked of a site, by the ordinals of its records.
    Request = 24,
    /// These ordinals, by the requests' ids.
    RequestOf = 25,
    /// Those that wait for an answer, by ordinal.
    Pending = 26,
    /// What sites answered, by the request's id.
    Answer = 27,
    /// Requests that were taken back, by id.
    TakenBack = 28,
}

/// A key under construction.
pub(super) struct Key(pub(super) Vec<u8>);

impl Key {
    pub(super) fn of(tag: Tag) -> Self {
        Self(vec![tag as u8])
    }

    pub(super) fn site(self, site: SiteNo) -> Self {
        self.bytes(&site.0.to_be_bytes())
    }

    pub(super) fn number(self, number: u32) -> Self {
        self.bytes(&number.to_be_bytes())
    }

    pub(super) fn long(self, number: u64) -> Self {
        self.bytes(&number.to_be_bytes())
    }

    /// Days before 1970 sort before those after it.
    pub(super) fn day(self, day: i32) -> Self {
        self.number((day as u32) ^ 0x8000_0000)
    }

    pub(super) fn byte(self, byte: u8) -> Self {
        self.bytes(&[byte])
    }

    pub(super) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }
}

/// The day that a key written by [`Key::day`] holds at `at`.
pub(super) fn day_at(key: &[u8], at: usize) -> Option<i32> {
    let bytes: [u8; 4] = key.get(at..at + 4)?.try_into().ok()?;
    Some((u32::from_be_bytes(bytes) ^ 0x8000_0000) as i32)
}

/// See [`SORT_CANCEL`]. The least of those that are no kind of document.
pub(super) const SORT_BARCODE: u8 = 0xfb;
/// In place of a kind: all of them together. No thing is of that sort.
pub(super) const SORT_ANY: u8 = 0xfc;
/// Of what sort a thing is: a kind of document, or a cancellation, a word on a code, or a scan or weight with an id.
pub(super) const SORT_CANCEL: u8 = 0xfd;
/// See [`SORT_CANCEL`].
pub(super) const SORT_SCAN: u8 = 0xfe;
/// See [`SORT_CANCEL`].
pub(super) const SORT_WEIGHT: u8 = 0xff;

/// A kind's number: its place in [`Kind::ALL`], which the version of the views names.
pub(super) fn sort_of(kind: Kind) -> u8 {
    Kind::ALL.iter().position(|known| *known == kind).expect("invariant: ALL has every kind") as u8
}

/// The kind of a number.
pub(super) fn kind_of(sort: u8) -> Option<Kind> {
    Kind::ALL.get(usize::from(sort)).copied()
}

/// A site's id of an intent, as it is sorted.
pub(super) type SiteIntent = [u8; 18];

pub(super) fn site_intent(site: SiteNo, id: IntentId) -> SiteIntent {
    let mut key = [0; 18];
    key[..2].copy_from_slice(&site.0.to_be_bytes());
    key[2..].copy_from_slice(id.0.as_bytes());
    key
}
