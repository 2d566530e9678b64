//! What records mean for the views: the one place where a record changes them.
//!
//! In: each journal's records in file order. The first record of an id counts; a repeat is counted as one, and so is a
//! conflict, the same id with other content. Out: changed keys in the store, read by [`super::read`].

use super::ids::Ids;
use super::keys::{
    Key, SORT_ANY, SORT_BARCODE, SORT_CANCEL, SORT_SCAN, SORT_WEIGHT, SiteNo, Tag, site_intent, sort_of,
};
use super::meta::{Locator, Meta, Place, Reached, Stream};
use super::parties::{self, Parties};
use super::store::{Disk, Doubt, Layer, Store, Sums};
use super::things::{self, Epochs, Thing};
use super::window::Windows;
use super::{Journals, acked, numbers};
use crate::domain::id::{IntentId, StoreId};
use crate::domain::outcome::SaidAt;
use crate::domain::record::{Entry, Record, Span, Submitted};
use crate::wire::{cbor, record};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// How many of a site's latest refusals, conflicts and holes are listed. All are counted, and all are in the journal.
pub const LATEST: u64 = 100;

/// One line of a journal, as far as it can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line {
    Record(Box<Record>),
    /// Of a kind that this version does not know.
    Unreadable,
    /// Its bytes are gone.
    Lost,
}

impl Line {
    /// Reads a body; an empty one was lost.
    pub(super) fn read(body: &[u8]) -> Self {
        if body.is_empty() {
            return Self::Lost;
        }
        record::decode(body).map_or(Self::Unreadable, |record| Self::Record(Box::new(record)))
    }
}

/// Counters of one site. Every record of its own journal is in exactly one of all but the last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Openings of the journal.
    pub opened: u64,
    /// Documents: first records of their ids.
    pub documents: u64,
    /// Scans that are no repeats.
    pub scans: u64,
    /// Weights that are no repeats.
    pub weights: u64,
    /// Refusals that are no repeats.
    pub refused: u64,
    /// Records that repeat an earlier one and change nothing.
    pub repeats: u64,
    /// Records under a known id that say something else; the first stands.
    pub conflicts: u64,
    /// Records of a hole, or of a kind that belongs in another journal.
    pub holes: u64,
    /// Records that this version cannot read.
    pub unreadable: u64,
    /// Records whose bytes are lost to damage, here or where they came from.
    pub lost: u64,
    /// Cancellations: first records of their ids.
    pub cancellations: u64,
    /// Closes of days.
    pub closed_days: u64,
    /// What people did beside documents.
    pub people: u64,
    /// Requests of the office that the site declined.
    pub declined: u64,
    /// Words on what codes stand for: first records of their ids.
    pub barcodes: u64,
    /// Words of the office, in the journal that comes down.
    pub at_office_words: u64,
}

impl Totals {
    /// Records of the site's own journal.
    pub fn records(&self) -> u64 {
        let firsts = self.documents + self.cancellations + self.scans + self.weights + self.refused;
        let others = self.opened + self.closed_days + self.people + self.declined + self.holes + self.barcodes;
        firsts + others + self.repeats + self.conflicts + self.unreadable + self.lost
    }
}

/// The views and what they are made with.
pub(super) struct Fold {
    pub(super) store: Store,
    pub(super) meta: Meta,
    pub(super) ids: Ids,
    pub(super) epochs: Epochs,
    windows: Windows,
    pub(super) parties: Parties,
    pub(super) totals: HashMap<SiteNo, Totals>,
    changed: HashSet<SiteNo>,
    /// Records applied since the last commit.
    pub(super) uncommitted: u64,
    pub(super) journals: Arc<dyn Journals>,
}

/// What a commit writes.
pub(super) struct Commit {
    pub(super) disk: Disk,
    layer: Arc<Layer>,
    meta: Meta,
}

impl Commit {
    /// Writes and waits for the disk. Needs no lock: the views are read from memory meanwhile.
    pub(super) fn write(self) -> Result<Sums, Doubt> {
        let Self { disk, layer, mut meta } = self;
        let mut sums = meta.sums;
        disk.write(&layer, &mut sums, |sums| {
            meta.sums = sums;
            meta.write()
        })?;
        Ok(sums)
    }
}

impl Fold {
    /// The views of an open directory; empty ones where it is new.
    pub(super) fn over(disk: Disk, utc_offset_minutes: i32, journals: Arc<dyn Journals>) -> Result<Self, Doubt> {
        let meta = match disk.meta()? {
            Some(bytes) => Meta::read(&bytes, utc_offset_minutes)?,
            None => Meta::new(utc_offset_minutes),
        };
        for (stream, reached) in &meta.reached {
            if journals.store_id(*stream) != Some(reached.store) {
                return Err(Doubt(format!("{stream:?} is on another disk than the views were made of")));
            }
            if !journals.holds(*stream, &reached.place) {
                return Err(Doubt(format!("{stream:?} does not have record {} at its place", reached.place.ordinal)));
            }
        }
        let store = Store::over(disk);
        let mut totals = HashMap::new();
        for (key, value) in store.scan_prefix(&Key::of(Tag::Totals).0)? {
            let site = key.get(1..3).and_then(|bytes| bytes.try_into().ok()).map(u16::from_be_bytes);
            let counted = cbor::from_slice(&value);
            let (Some(site), Ok(counted)) = (site, counted) else { return Err(Doubt::new("counters are cut")) };
            totals.insert(SiteNo(site), counted);
        }
        let fold = Self {
            ids: Ids::load(&store)?,
            epochs: Epochs::load(&store)?,
            windows: Windows::load(&store)?,
            parties: Parties::load(&store)?,
            store,
            meta,
            totals,
            changed: HashSet::new(),
            uncommitted: 0,
            journals,
        };
        fold.counts_agree()?;
        Ok(fold)
    }

    /// A site's counters account for every record of its journal, or something was lost.
    fn counts_agree(&self) -> Result<(), Doubt> {
        for (stream, reached) in &self.meta.reached {
            let counted = self.totals.get(&stream.site()).map_or(0, Totals::records);
            if matches!(stream, Stream::Up(_)) && counted != reached.place.ordinal {
                return Err(Doubt(format!("{counted} of {} records of {stream:?} are counted", reached.place.ordinal)));
            }
        }
        Ok(())
    }

    /// How far a stream was applied.
    pub(super) fn reached(&self, stream: Stream) -> Option<Place> {
        self.meta.reached.get(&stream).map(|reached| reached.place)
    }

    /// Applies the next line of a stream. One that was applied before changes nothing; ordinals that are passed over are
    /// of records that damage took from this disk.
    pub(super) fn apply(&mut self, stream: Stream, store: StoreId, place: Place, line: &Line) -> Result<(), Doubt> {
        let before = self.reached(stream).map_or(0, |place| place.ordinal);
        if place.ordinal <= before {
            return Ok(());
        }
        match (stream, line) {
            (Stream::Up(site), Line::Record(record)) => self.apply_up(site, place, record)?,
            (Stream::Up(site), Line::Unreadable) => self.total(site).unreadable += 1,
            (Stream::Up(site), Line::Lost) => self.total(site).lost += 1,
            (Stream::Down(site), Line::Record(record)) => self.apply_down(site, place, record)?,
            (Stream::Down(_), Line::Unreadable | Line::Lost) => {}
        }
        if let Stream::Up(site) = stream {
            self.total(site).lost += place.ordinal - before - 1;
        }
        self.changed.insert(stream.site());
        self.meta.reached.insert(stream, Reached { store, place });
        self.uncommitted += 1;
        Ok(())
    }

    fn total(&mut self, site: SiteNo) -> &mut Totals {
        self.totals.entry(site).or_default()
    }

    fn apply_up(&mut self, site: SiteNo, place: Place, record: &Record) -> Result<(), Doubt> {
        if self.windows.note(site, &record.entry) {
            self.total(site).repeats += 1;
            return Ok(());
        }
        match &record.entry {
            Entry::Opened(_) => self.total(site).opened += 1,
            Entry::Hole(span) => {
                let listed = Listed { place, span: Some(*span) };
                let count = self.total(site).holes;
                self.list(Tag::Hole, site, count, &listed);
                self.total(site).holes += 1;
            }
            // The office's word belongs in the journal that comes down; here it means nothing.
            Entry::AtOffice(_) | Entry::Outcome(_) | Entry::Requested(_) | Entry::TakenBack(_) => {
                self.total(site).holes += 1;
            }
            Entry::Declined(declined) => {
                self.answered(site, declined.request, place.locator, false)?;
                self.total(site).declined += 1;
            }
            Entry::DayClosed(_) => self.total(site).closed_days += 1,
            Entry::Person(_) => self.total(site).people += 1,
            Entry::Refused(_) => {
                let count = self.total(site).refused;
                self.list(Tag::Refusal, site, count, &Listed { place, span: None });
                self.total(site).refused += 1;
            }
            entry @ (Entry::Submitted(_)
            | Entry::Cancelled(_)
            | Entry::Scan(_)
            | Entry::Weight(_)
            | Entry::Barcode(_)) => match entry.intent() {
                Some(id) => self.apply_intent(site, place, record, id)?,
                None => self.count_first(site, entry),
            },
        }
        Ok(())
    }

    fn count_first(&mut self, site: SiteNo, entry: &Entry) {
        let total = self.total(site);
        match entry {
            Entry::Submitted(_) => total.documents += 1,
            Entry::Cancelled(_) => total.cancellations += 1,
            Entry::Scan(_) => total.scans += 1,
            Entry::Barcode(_) => total.barcodes += 1,
            _ => total.weights += 1,
        }
    }

    fn apply_intent(&mut self, site: SiteNo, place: Place, record: &Record, id: IntentId) -> Result<(), Doubt> {
        let key = site_intent(site, id);
        if let Some(number) = self.ids.get(&self.store, &key)? {
            return self.apply_again(site, place, &record.entry, number);
        }
        let (sort, day) = match &record.entry {
            Entry::Submitted(submitted) => {
                let posted = submitted.day().map(days_since_1970);
                let day = posted.unwrap_or_else(|| day_of(record.stamp.at_ms(), self.meta.utc_offset_minutes));
                (sort_of(submitted.document.kind()), day)
            }
            Entry::Cancelled(_) => (SORT_CANCEL, 0),
            Entry::Scan(_) => (SORT_SCAN, 0),
            Entry::Barcode(_) => (SORT_BARCODE, 0),
            _ => (SORT_WEIGHT, 0),
        };
        let epoch = self.epochs.number(&mut self.store, site, place.position.epoch);
        let (seq, locator, cancelled, no) = (place.position.seq, place.locator, false, None);
        let mut thing = Thing { site, sort, day, epoch, seq, locator, id, cancelled, no };
        let number = self.meta.things;
        if let Entry::Submitted(submitted) = &record.entry {
            thing.no = submitted.booked.as_ref().and_then(|booked| booked.no);
            thing.cancelled = self.was_cancelled_ahead(site, id, number)?;
            self.index(&thing, number, submitted)?;
            if submitted.is_requested() {
                self.answered(site, id, place.locator, true)?;
            }
        }
        self.had_outcome_ahead(site, id, number)?;
        things::append(&mut self.store, number, &thing)?;
        self.meta.things += 1;
        self.ids.insert(key, number);
        if let Entry::Cancelled(cancelled) = &record.entry {
            self.cancel(site, cancelled.document, number)?;
        }
        self.count_first(site, &record.entry);
        Ok(())
    }

    /// Makes a new document findable.
    fn index(&mut self, thing: &Thing, number: u32, submitted: &Submitted) -> Result<(), Doubt> {
        let Thing { site, sort, day, .. } = *thing;
        things::append_to_day(&mut self.store, (site, sort, day), number)?;
        things::append_to_day(&mut self.store, (site, SORT_ANY, day), number)?;
        if let Some(no) = thing.no {
            numbers::note(&mut self.store, (site, sort), no, number)?;
        }
        if let Some(party) = submitted.document.rules().party() {
            self.parties.insert(parties::digest(site, party.as_str()), number);
        }
        Ok(())
    }

    /// A record under a known id: a repeat, or a conflict. What cannot be compared is taken for a repeat, since the
    /// first stands either way.
    fn apply_again(&mut self, site: SiteNo, place: Place, entry: &Entry, first: u32) -> Result<(), Doubt> {
        let first = things::get(&self.store, first)?;
        let body = self.journals.body(Stream::Up(site), first.locator);
        let known = body.ok().flatten().and_then(|body| record::decode(&body).ok());
        match known {
            Some(known) if !known.entry.same_meaning(entry) => {
                let count = self.total(site).conflicts;
                self.list(Tag::Conflict, site, count, &Listed { place, span: None });
                self.total(site).conflicts += 1;
            }
            _ => self.total(site).repeats += 1,
        }
        Ok(())
    }

    fn list(&mut self, tag: Tag, site: SiteNo, count: u64, listed: &Listed) {
        self.store.put(Key::of(tag).site(site).long(count % LATEST).0, cbor::to_vec(listed));
    }

    fn apply_down(&mut self, site: SiteNo, place: Place, record: &Record) -> Result<(), Doubt> {
        let (stamp, span) = match record {
            Record { stamp, entry: Entry::AtOffice(span) } => (stamp, span),
            Record { entry: Entry::Outcome(outcome), stamp } => {
                return self.outcome(site, outcome, SaidAt::new(stamp, place.position));
            }
            Record { entry: Entry::Requested(requested), .. } => return self.requested(site, requested.id, place),
            Record { entry: Entry::TakenBack(by), .. } => {
                self.taken_back(site, by.request, place.locator);
                return Ok(());
            }
            _ => return Ok(()),
        };
        let epoch = self.epochs.number(&mut self.store, site, span.epoch);
        acked::note(&mut self.store, site, epoch, span.first.0, span.last.0, stamp.at_ms())?;
        self.total(site).at_office_words += 1;
        Ok(())
    }

    /// Sets apart what is to be written. Until [`Fold::written`] no other commit may begin.
    pub(super) fn commit(&mut self) -> Result<Commit, Doubt> {
        for site in self.changed.drain() {
            let total = self.totals.entry(site).or_default();
            self.store.put(Key::of(Tag::Totals).site(site).0, cbor::to_vec(total));
        }
        self.windows.commit(&mut self.store);
        self.ids.commit(&mut self.store, self.meta.commit, &mut self.meta.next_run)?;
        self.parties.commit(&mut self.store, self.meta.commit, &mut self.meta.next_party_run)?;
        self.meta.commit += 1;
        self.uncommitted = 0;
        Ok(Commit { disk: self.store.disk(), layer: self.store.freeze(), meta: self.meta.clone() })
    }

    /// What was set apart is on disk.
    pub(super) fn written(&mut self, sums: Sums) {
        self.meta.sums = sums;
        self.store.thaw();
    }
}

/// One line of a list of the latest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// The record.
    pub place: Place,
    /// What was lost, where it is a hole.
    pub span: Option<Span>,
}

impl Listed {
    /// Where to read it.
    pub fn locator(&self) -> Locator {
        self.place.locator
    }
}

/// Days since 1970-01-01.
pub fn days_since_1970(date: jiff::civil::Date) -> i32 {
    // A date's day number, from its distance in seconds: exact, since a civil day has 86,400 of them.
    let epoch = jiff::civil::date(1970, 1, 1);
    (date.duration_since(epoch).as_secs() / 86_400) as i32
}

/// The day of a moment, `utc_offset_minutes` east of UTC.
pub fn day_of(at_ms: i64, utc_offset_minutes: i32) -> i32 {
    let local = at_ms.saturating_add(i64::from(utc_offset_minutes) * 60_000);
    local.div_euclid(86_400_000).clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32
}
