//! The workshop on the writer's thread: its fold beside the journal, the admission of what comes, and its checkpoint.
//!
//! In: entries that are new to the journal, and what became of the groups. Out: the records that one submission becomes (the closes
//! of days that have to come first, the document with what the box worked out, what follows from it), or a refusal. Absent: telling
//! repeats from new entries ([`super::admit`]), and the disk.

use super::checkpoint::{self, Checkpoint, Kept};
use super::letter::Letter;
use crate::domain::booked::Mark;
use crate::domain::decimal::Decimal;
use crate::domain::id::{IntentId, Position, SiteId};
use crate::domain::master::Masters;
use crate::domain::number::Series;
use crate::domain::record::{DayClosed, Entry, Record, Submitted};
use crate::domain::shop::{self, Refusal, Shop, Why, World};
use crate::domain::time::{Quality, Stamp};
use crate::files;
use crate::intake::{Code, Reason};
use crate::journal::{Group, Locator, Reader, Written};
use crate::wire::record;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::watch;

/// Records after which word is given of a fold that is being made.
const TELL_EVERY: u64 = 100_000;
/// Records after which a fold that is being made settles, so that its notes stay small.
const SETTLE_EVERY: u64 = 1_000;
/// Fewest records between two checkpoints: reading as many again takes well under a second, and a file in a small shop has a few hundred
/// kilobytes.
const MIN_RECORDS: u64 = 10_000;
/// A value of the fold has about a fifth of a record's bytes in the journal: with as many records between two files as the fold has
/// values, checkpoints write a fifth of what the journal writes.
const RECORDS_PER_VALUE: u64 = 1;
/// Days that are closed before one record. More wait for the next record.
const MAX_CLOSES: usize = 16;

/// What the floor is told at the start.
pub(super) struct Settings {
    /// Where the checkpoint is.
    pub(super) path: PathBuf,
    /// The workshop's time zone.
    pub(super) utc_offset_minutes: i16,
    /// The letter of its enrolment.
    pub(super) series: Series,
    /// The office's data, the newest.
    pub(super) masters: watch::Receiver<Arc<Masters>>,
    /// Shows the last records on the disk that changed something which tablets ask for.
    pub(super) changed: watch::Sender<Changed>,
}

/// The last records on the disk that changed something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Changed {
    /// Stock, progress, tills or documents.
    pub(super) figures: Option<Position>,
    /// What codes stand for by the site's word.
    pub(super) codes: Option<Position>,
}

/// What the box worked out for a document, as its receipt tells it.
#[derive(Default)]
pub(super) struct Printed {
    /// Its number.
    pub(super) number: Option<String>,
    /// What is to be paid.
    pub(super) total: Option<Decimal>,
    /// What a person should know.
    pub(super) marks: Vec<Mark>,
}

impl Printed {
    /// Of a document of `site`.
    pub(super) fn of(submitted: &Submitted, masters: &Masters, site: &SiteId) -> Self {
        let Some(booked) = &submitted.booked else { return Self::default() };
        let number = submitted.number(&masters.number_prefix(site));
        Self { number, total: submitted.total(), marks: booked.marks.clone() }
    }
}

/// What one submission becomes.
pub(super) struct Coming<'a> {
    /// The records, in order.
    pub(super) records: &'a [Record],
    /// Which of them is what was submitted.
    pub(super) answered: usize,
}

impl Kept for Shop {
    const VERSION: u32 = 4;
    const FIELD: &'static str = "shop";
    const MODE: u32 = files::PUBLIC;
}

/// The fold of the checkpoint, and the ordinal of the first record that is not in it. `None` where there is none for this journal.
pub(super) fn load(path: &Path, utc_offset_minutes: i16, reader: &Reader) -> Option<(Shop, u64)> {
    checkpoint::load(path, reader, |shop: &Shop| shop.utc_offset_minutes() == utc_offset_minutes)
}

/// The workshop.
pub(super) struct Floor {
    shop: Shop,
    letter: Letter,
    settings: Settings,
    site: SiteId,
    reader: Reader,
    checkpoint: Checkpoint,
    /// The ordinal of the first durable record that is not in the fold.
    next_ordinal: u64,
    /// What the last submission becomes, for when it is appended.
    coming: Vec<Record>,
    /// Which of these was submitted.
    answered: usize,
    /// The last of the group that changes the figures.
    changes: Option<Position>,
}

impl Floor {
    /// Takes the checkpoint, and what the journal has beyond it.
    pub(super) fn open(settings: Settings, reader: &Reader) -> Self {
        let fresh = || (Shop::new(settings.utc_offset_minutes), 0);
        let found = load(&settings.path, settings.utc_offset_minutes, reader);
        let (shop, next_ordinal) = found.unwrap_or_else(fresh);
        let site = reader.site().clone();
        let checkpoint = Checkpoint::new(settings.path.clone(), site.clone(), next_ordinal);
        let coming = Vec::new();
        let mut floor = Self {
            shop,
            letter: Letter::default(),
            settings,
            site,
            reader: reader.clone(),
            checkpoint,
            next_ordinal,
            coming,
            answered: 0,
            changes: None,
        };
        floor.catch_up();
        floor.settings.changed.send_replace(Changed { figures: floor.shop.reached(), codes: floor.shop.said_at() });
        floor
    }

    /// The letter for the next number.
    fn letter(&mut self, masters: &Arc<Masters>) -> Series {
        let had = (self.settings.series, self.shop.last_series());
        self.letter.in_force(had, masters, &self.site, &self.reader)
    }

    /// Folds what is in the journal and not in the fold.
    pub(super) fn catch_up(&mut self) {
        self.next_ordinal = catch_up(&mut self.shop, &self.reader, self.next_ordinal);
    }

    /// Lines up what a new entry becomes.
    pub(super) fn admit(&mut self, entry: Entry, stamp: Stamp, group: &Group<'_>) -> Result<(), Reason> {
        let masters = self.settings.masters.borrow().clone();
        let series = self.letter(&masters);
        let moment = shop::local(stamp.at_ms(), self.settings.utc_offset_minutes);
        let lookup = |id: IntentId| find(group, id);
        let world = World {
            masters: &masters,
            site: &self.site,
            series,
            today: moment.date(),
            now: moment.time(),
            clock_known: stamp.quality > Quality::Floor,
            lookup: &lookup,
        };
        let entry = self.shop.admit(&world, at_end(entry, group.last())).map_err(|refusal| reason(&refusal))?;
        let beside = self.shop.beside(&world, &entry);
        self.line_up(beside, entry, stamp, group.last());
        Ok(())
    }

    /// Lines up the closes of days that are due, what belongs before an entry, and the entry.
    pub(super) fn line_up(&mut self, beside: Vec<Entry>, entry: Entry, stamp: Stamp, last: Option<Position>) {
        self.coming.clear();
        let today = self.shop.day_of(&stamp);
        if let (Some(mut last), true) = (last, stamp.quality > Quality::Floor) {
            for day in self.shop.due(today).take(MAX_CLOSES) {
                self.coming.push(Record { stamp, entry: Entry::DayClosed(self.shop.close(day, last)) });
                last.seq.0 += 1;
            }
        }
        self.coming.extend(beside.into_iter().map(|entry| Record { stamp, entry }));
        self.answered = self.coming.len();
        self.coming.push(Record { stamp, entry });
    }

    /// What is lined up.
    pub(super) fn coming(&self) -> Coming<'_> {
        Coming { records: &self.coming, answered: self.answered }
    }

    /// What a receipt tells of an entry beside its record.
    pub(super) fn printed(&self, entry: &Entry) -> Printed {
        match entry {
            Entry::Submitted(submitted) => Printed::of(submitted, &self.settings.masters.borrow(), &self.site),
            _ => Printed::default(),
        }
    }

    /// What was lined up stands at these positions.
    pub(super) fn appended(&mut self, at: &[Position], group: &Group<'_>) {
        for (position, record) in at.iter().zip(self.coming.drain(..)) {
            if matches!(record.entry, Entry::Submitted(_) | Entry::Cancelled(_) | Entry::DayClosed(_)) {
                self.changes = Some(*position);
            }
            self.shop.apply(*position, &record, &|id| find(group, id));
        }
    }

    /// The group is on the disk, or is not.
    pub(super) fn settled(&mut self, written: Option<&[Written]>) {
        self.shop.settle(written.is_some());
        self.coming.clear();
        if let Some(changes) = self.changes.take().filter(|_| written.is_some()) {
            self.settings.changed.send_modify(|changed| changed.figures = Some(changes));
        }
        // Only a word changes it, and one that was taken back is its own undoing.
        let codes = self.shop.said_at();
        self.settings.changed.send_if_modified(|changed| std::mem::replace(&mut changed.codes, codes) != codes);
        // The first record of an epoch is written past the admission, and says nothing of the figures.
        if let Some(last) = written.and_then(<[Written]>::last)
            && self.shop.reached() == Some(last.position)
        {
            self.next_ordinal = last.ordinal + 1;
        }
        let every = MIN_RECORDS.max(RECORDS_PER_VALUE * self.shop.size() as u64);
        if let Some(last) = self.shop.reached().filter(|_| self.checkpoint.is_due(self.next_ordinal, every)) {
            self.checkpoint.write_aside(&self.shop, last, self.next_ordinal);
        }
    }
}

impl Drop for Floor {
    /// A box that is stopped starts at once the next time.
    fn drop(&mut self) {
        if let Some(last) = self.shop.reached().filter(|_| self.checkpoint.is_behind(self.next_ordinal)) {
            self.checkpoint.write(&self.shop, last, self.next_ordinal);
        }
    }
}

/// Folds what a site's own journal has from an ordinal on. The ordinal after the last.
pub(super) fn catch_up(shop: &mut Shop, reader: &Reader, from: u64) -> u64 {
    let mut next = from;
    for stored in reader.scan(from).flatten() {
        if let Ok(record) = record::decode(&stored.body)
            && is_first(reader, &record.entry, stored.locator)
            && shop.apply(stored.position, &record, &|id| durable(reader, id)) == shop::Apply::OutOfOrder
        {
            tracing::warn!(position = %stored.position, "a record stands out of order and is not in the figures");
        }
        next = stored.ordinal + 1;
        if next.is_multiple_of(SETTLE_EVERY) {
            shop.settle(true);
        }
        if (next - from).is_multiple_of(TELL_EVERY) {
            let (done, all) = (next, reader.count());
            tracing::info!(done, all, "making the workshop's figures from the journal");
        }
    }
    shop.settle(true);
    next
}

/// The first record of its intent, or one that has none. Where the index cannot be read it counts as the first.
fn is_first(reader: &Reader, entry: &Entry, at: Locator) -> bool {
    let Some(id) = entry.intent() else { return true };
    !matches!(reader.find(id.0.as_bytes()), Ok(Some(first)) if first != at)
}

fn submitted(position: Position, body: &[u8]) -> Option<(Position, Submitted)> {
    match record::decode(body).ok()?.entry {
        Entry::Submitted(submitted) => Some((position, submitted)),
        _ => None,
    }
}

fn durable(reader: &Reader, id: IntentId) -> Option<(Position, Submitted)> {
    let stored = reader.read_at(reader.find(id.0.as_bytes()).ok()??).ok()?;
    submitted(stored.position, &stored.body)
}

/// A document of the journal, or of the group that is being gathered.
pub(super) fn find(group: &Group<'_>, id: IntentId) -> Option<(Position, Submitted)> {
    let held = group.find(id.0.as_bytes()).ok()??;
    submitted(group.position(held).ok()?, &group.body(held).ok()?)
}

/// A close that a person asks for counts what is there when it is recorded.
fn at_end(entry: Entry, last: Option<Position>) -> Entry {
    match (entry, last) {
        (Entry::DayClosed(closed), Some(last)) => Entry::DayClosed(DayClosed { last, ..closed }),
        (entry, _) => entry,
    }
}

/// The reason as a device is told it.
fn reason(refusal: &Refusal) -> Reason {
    let code = match refusal.why {
        Why::Reference => Code::Reference,
        Why::Period => Code::Period,
        Why::Progress => Code::Progress,
        Why::Stock => Code::Stock,
        Why::Approval => Code::Approval,
        Why::Rule => Code::Rule,
    };
    Reason::new(code, refusal.to_string())
}

#[cfg(test)]
#[path = "floor_tests.rs"]
mod tests;
