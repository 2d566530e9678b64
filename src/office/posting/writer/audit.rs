//! Whether what was posted is in the books still: they are restored from backups, and people cancel and delete there.
//!
//! In: the latest documents and cancellations whose word is that they are posted; and one that a person names. They are looked for each
//! hour, and before anything else is posted after a start, after books that did not answer, and before they are all newer than the last look,
//! though not each second of a backlog (`latest`): what is posted into restored books hides what these lack. Where the books do not say,
//! nothing is posted before they do; where they answer all else and not that, after a while it is, and a person is told.
//! Out: what is there no more is held, and so is a cancellation whose document counts there again. Where one of the latest is gone the journal
//! is gone through backwards, since as many are lost as were posted after the backup: until as many as are looked at otherwise are there in a
//! row. Absent: time on Job Cards, which has no id in the books and of which people correct the lines: it is never missed by itself, and looked
//! for where a person names it; and customers, suppliers and items that were put out of use.

use super::latest::{At, Latest};
use super::{AUDITED, SiteWriter, Spot};
use crate::domain::document::Kind;
use crate::domain::id::IntentId;
use crate::domain::outcome::Fate;
use crate::domain::record::{Cancelled, Entry, Submitted};
use crate::moment::up_ms;
use crate::office::posting::library::Words;
use crate::posting::{Fates, Said, Standing, Unsaid, What, Work, backoff_ms};
use crate::views::{Locator, Stream};
use crate::wire::record;
use std::ops::ControlFlow;
use std::time::Duration;

/// How often the latest are looked for.
const EVERY_MS: u64 = 3_600_000;
/// The longest between two questions for them that fail.
const REACH_EVERY_MS: u64 = 15_000;
/// How often the books answer otherwise, and not that, before more is posted: in a minute or two.
const MOST_UNSAID: u32 = 8;
/// How often they are asked from then on.
const UNSAID_EVERY_MS: u64 = 600_000;
/// How many records are gone through at a time, backwards: a second lies between two times.
const BACK_AT_ONCE: u64 = 500;

/// What is looked for in the books.
#[derive(Default)]
pub(super) struct Audit {
    latest: Latest,
    at_ms: u64,
    back: Option<Back>,
    /// They were looked for, and nothing has happened since that makes it due before anything is posted.
    seen: bool,
    /// How often they could not be looked for since they last were.
    failed: u32,
    /// How often of these the books answered otherwise, one after the other.
    unsaid: u32,
    /// Why they could not be looked for the last time.
    pub(super) trouble: Option<String>,
}

impl Audit {
    /// One of those that are looked for is posted.
    pub(super) fn remember(&mut self, at: At) {
        self.latest.push(at);
    }

    /// One was posted before the office has started.
    pub(super) fn recall(&mut self, at: At) {
        self.latest.recall(at);
        self.is_due();
    }

    /// From now on the latest are to be looked for before anything is posted.
    fn is_due(&mut self) {
        if std::mem::take(&mut self.seen) {
            self.at_ms = 0;
        }
    }

    /// So many were posted since the last look that the next one is due.
    fn look_after_many(&mut self) {
        if self.latest.is_due(up_ms()) {
            self.is_due();
        }
    }

    /// The books did not answer: they may not be those that they were.
    pub(super) fn doubt(&mut self) {
        if std::mem::take(&mut self.unsaid) >= MOST_UNSAID {
            self.at_ms = 0;
        }
        self.is_due();
    }

    /// They could not be looked for: that comes before anything is posted. Books that cannot be reached are not asked each second.
    fn put_off(&mut self, Unsaid { why, answers }: Unsaid) -> String {
        self.seen = false;
        self.failed += 1;
        self.unsaid = if answers { self.unsaid + 1 } else { 0 };
        let (pause_ms, first) = match self.unsaid < MOST_UNSAID {
            true => (backoff_ms(self.failed).min(REACH_EVERY_MS), "Nothing is posted before it is known"),
            false => (UNSAID_EVERY_MS, "More is posted, though it is not known"),
        };
        self.at_ms = up_ms() + pause_ms;
        let words = format!("{first} whether the latest documents are in ERPNext still. Asked for those: {why}");
        self.trouble = Some(words.clone());
        words
    }

    /// How long until they are looked for, where that comes before anything is posted.
    pub(super) fn comes_first(&mut self) -> Option<Duration> {
        self.look_after_many();
        let wait_ms = self.at_ms.saturating_sub(up_ms());
        let is_first = !self.seen && (self.unsaid < MOST_UNSAID || wait_ms == 0);
        is_first.then(|| Duration::from_millis(wait_ms))
    }
}

/// How far the journal was gone through backwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Back {
    /// The records up to this one are left.
    last: u64,
    /// How many were there in a row.
    there: usize,
}

impl Back {
    /// Before which record the next ones begin.
    fn after(self) -> u64 {
        self.last.saturating_sub(BACK_AT_ONCE)
    }

    /// Where to go on once the next ones were looked for; nothing where that is enough.
    fn on(self, found: &Found) -> Option<Self> {
        let there = if found.gone > 0 { 0 } else { self.there + found.there };
        (self.after() > 0 && there < AUDITED).then_some(Self { last: self.after(), there })
    }
}

/// What was found of those that were looked for.
#[derive(Default)]
struct Found {
    there: usize,
    gone: usize,
    struck: usize,
}

/// Whether what is posted is looked for in the books.
pub(super) fn is_looked_for(entry: &Entry) -> bool {
    match entry {
        Entry::Submitted(made) => is_missed(made),
        entry => matches!(entry, Entry::Cancelled(_)),
    }
}

/// Whether it can be missed by itself.
pub(super) fn is_missed(submitted: &Submitted) -> bool {
    submitted.document.kind() != Kind::JobCard
}

/// Whether it can be seen that it is cancelled.
fn is_cancelled_there(submitted: &Submitted) -> bool {
    is_missed(submitted) && !submitted.document.kind().is_master()
}

/// What is looked for.
struct Asked {
    id: IntentId,
    order: u64,
    at: Locator,
    /// The document, or what was cancelled.
    made: Submitted,
    cancelled: Option<Cancelled>,
}

impl Asked {
    fn document(&self) -> (Kind, IntentId) {
        (self.made.document.kind(), self.made.id)
    }

    fn what(&self) -> What {
        let cancels = |cancelled: &Cancelled| What::Cancel(cancelled.document);
        self.cancelled.as_ref().map_or(What::Post(self.made.document.kind()), cancels)
    }
}

impl SiteWriter {
    /// Looks whether the latest documents are in the books still; false where it is not the time to.
    pub(super) fn audit(&mut self) -> Result<bool, String> {
        if self.audit.latest.is_empty() && self.audit.back.is_none() {
            self.audit.seen = true;
            return Ok(false);
        }
        self.audit.look_after_many();
        if up_ms() < self.audit.at_ms {
            return Ok(false);
        }
        let looked = match self.audit.back {
            Some(back) => self.look_back(back),
            None => {
                let latest = self.audit.latest.all();
                let last = self.last.map_or(0, |last| last.ordinal);
                self.look_for(&latest).map(|found| (found.gone > 0).then_some(Back { last, there: 0 }))
            }
        };
        self.audit.back = looked.map_err(|unsaid| self.audit.put_off(unsaid))?;
        (self.audit.failed, self.audit.unsaid, self.audit.trouble) = (0, 0, None);
        self.audit.seen = self.audit.back.is_none();
        self.audit.latest.looked(up_ms());
        self.audit.at_ms = if self.audit.seen { up_ms() + EVERY_MS } else { up_ms() };
        Ok(!self.books.hub.stopped())
    }

    /// Goes on backwards; how far it came, where it is to go on.
    fn look_back(&mut self, back: Back) -> Result<Option<Back>, Unsaid> {
        let mut documents = Vec::new();
        let read = self.books.shelves.between(Stream::Up(self.number), (back.after(), back.last), &mut |at, body| {
            if let Ok(record) = record::decode(body)
                && matches!(record.entry, Entry::Submitted(_) | Entry::Cancelled(_))
                && let Some(id) = record.entry.intent()
            {
                documents.push((id, at.ordinal, at.locator));
            }
            ControlFlow::Continue(())
        });
        read.map_err(|error| error.to_string())?;
        Ok(back.on(&self.look_for(&documents)?))
    }

    /// What of this is to be looked for; nothing where no word says that it is posted.
    fn asked(&self, (id, order, at): At) -> Option<Asked> {
        let words = Words { books: &self.books, site: self.number };
        matches!(words.fate(id), Some(Fate::Posted { .. })).then_some(())?;
        let entry = self.books.entry(self.number, at)?;
        let of = if let Entry::Cancelled(cancelled) = &entry { cancelled.document } else { id };
        let line = self.books.ask(|views| views.document(self.number, of))??;
        match entry {
            // A repeat says nothing, and what was cancelled is not there and should not be.
            Entry::Submitted(made) => (line.locator == at && line.cancelled.is_none() && is_missed(&made))
                .then_some(Asked { id, order, at, made, cancelled: None }),
            // What was entered by hand is known by its name alone, which may be another's in restored books.
            Entry::Cancelled(cancelled)
                if line.cancelled == Some(at) && words.fate(of).is_none_or(|fate| fate.by_hand().is_none()) =>
            {
                let (made, _) = self.books.document_of(self.number, of)?;
                is_cancelled_there(&made).then_some(Asked { id, order, at, made, cancelled: Some(cancelled) })
            }
            _ => None,
        }
    }

    /// Looks for those of these that are posted: holds documents that are not there, and cancellations whose documents are. The words on them are owed
    /// to the next step.
    fn look_for(&mut self, latest: &[At]) -> Result<Found, Unsaid> {
        let asked: Vec<Asked> = latest.iter().filter_map(|at| self.asked(*at)).collect();
        if asked.is_empty() {
            return Ok(Found::default());
        }
        self.reach()?;
        let Some(sink) = &mut self.sink else { return Err("the books cannot be reached".to_owned().into()) };
        let documents: Vec<_> = asked.iter().map(Asked::document).collect();
        let there = sink.there(&documents)?;
        let is_missing = |asked: &&Asked| asked.cancelled.is_none() && !there.contains(&asked.id);
        let missing: Vec<_> = asked.iter().filter(is_missing).map(Asked::document).collect();
        let struck = if missing.is_empty() { Vec::new() } else { sink.cancelled_there(&missing)? };
        if self.books.hub.stopped() {
            return Ok(Found::default());
        }
        let mut found = Found::default();
        let mut said = Said::new();
        for asked in asked {
            let strike = struck.iter().find(|(of, _)| *of == asked.id).map(|(_, why)| why.clone());
            let standing = Standing::of(asked.what(), there.contains(&asked.made.id), strike);
            let Asked { id, order, at, made, cancelled } = asked;
            if standing == Standing::Stands {
                found.there += usize::from(cancelled.is_none());
                continue;
            }
            self.at.insert(id, Spot { order, at, is_audited: true });
            said.extend(match (standing, &cancelled) {
                (Standing::Struck(why), _) => {
                    tracing::warn!(site = %self.site, %id, why, "a document that was posted was cancelled in the books");
                    found.struck += 1;
                    let by_hand = Words { books: &self.books, site: self.number }.fate(id);
                    let by_hand = by_hand.is_some_and(|fate| fate.by_hand().is_some());
                    // The word that it is gone takes it out of the sums by itself.
                    if !by_hand {
                        self.take_back(id);
                    }
                    let work = self.post(&made, order);
                    self.writer.struck(work, by_hand, why)
                }
                (_, None) => {
                    tracing::error!(site = %self.site, %id, "a document that was posted is not in the books any more");
                    found.gone += 1;
                    let work = self.post(&made, order);
                    self.writer.gone(work)
                }
                (_, Some(cancelled)) => {
                    tracing::error!(site = %self.site, id = %made.id, "a document that was cancelled counts in the books again");
                    found.gone += 1;
                    self.writer.gone(Work::cancel(cancelled, Some(&made), order))
                }
            });
            self.audit.latest.forget(id);
        }
        // What was found holds though the disk is full.
        self.owed.extend(said);
        Ok(found)
    }

    /// Looks for one that is posted: what is there no more is held from then on. True where it is held now.
    pub(super) fn look_for_posted(&mut self, id: IntentId) -> Result<bool, String> {
        let Some(at) = self.record_of(id) else { return Ok(false) };
        self.look_for_one(at)
    }

    /// Looks for what a person named, and has it written down before the person hears of it.
    fn look_for_one(&mut self, at: At) -> Result<bool, String> {
        let found = self.look_for(&[at])?;
        self.pay()?;
        Ok(found.gone + found.struck > 0)
    }

    /// Looks whether one that is cancelled counts in the books again: its cancellation is held from then on.
    fn look_for_cancelled(&mut self, of: IntentId) -> Result<bool, String> {
        let line = self.books.ask(|views| views.document(self.number, of)).flatten();
        let Some(at) = line.and_then(|line| line.cancelled) else { return Ok(false) };
        let cancelled = self.books.entry(self.number, at).and_then(|entry| entry.intent());
        let order = self.books.shelves.ordinal(Stream::Up(self.number), at);
        let (Some(id), Some(order)) = (cancelled, order) else { return Ok(false) };
        self.look_for_one((id, order, at))
    }

    /// The same of time on a Job Card: whether the card has its lines.
    fn look_for_hours(&mut self, submitted: &Submitted) -> Result<bool, String> {
        let Some((id, order, at)) = self.record_of(submitted.id) else { return Ok(false) };
        self.reach()?;
        let Some(sink) = &mut self.sink else { return Err("the books cannot be reached".into()) };
        if sink.has(submitted)? {
            return Ok(false);
        }
        self.at.insert(id, Spot { order, at, is_audited: false });
        let said = self.writer.gone(self.post(submitted, order));
        self.say(said)?;
        Ok(true)
    }

    /// Where the record of a document is.
    pub(super) fn record_of(&self, id: IntentId) -> Option<At> {
        let line = self.books.ask(|views| views.document(self.number, id)).flatten()?;
        let order = self.books.shelves.ordinal(Stream::Up(self.number), line.locator)?;
        Some((id, order, line.locator))
    }

    /// A person wants one tried again that is not held. What was posted is looked for, and told anew where it is gone; else why not.
    pub(super) fn retry_posted(&mut self, id: IntentId) -> Result<(), String> {
        let words = Words { books: &self.books, site: self.number };
        let called = words.called(id);
        let name = match words.fate(id) {
            Some(Fate::Posted { name, .. }) => name,
            Some(Fate::Held { .. }) if self.writer.retry(Some(id)) > 0 => return Ok(()),
            Some(Fate::Held { .. }) => {
                return Err(format!(
                    "{called} is held, and not come to yet since the office has started: say it again in a while"
                ));
            }
            _ => return Err(format!("{called} is not held: `outpost office held list` lists what is")),
        };
        let Some((submitted, cancelled)) = self.books.document_of(self.number, id) else {
            return Err(format!("the record of {called} is damaged at the office: run `outpost doctor`"));
        };
        if let Some(cancelled) = cancelled {
            if self.writer.retry(Some(cancelled.id)) > 0 {
                return Ok(());
            }
            if !self.look_for_cancelled(id)? {
                return Err(format!("{called} was cancelled at the workshop, and is not posted again"));
            }
            self.writer.retry(Some(cancelled.id));
            return Ok(());
        }
        let is_gone = match submitted.document.kind() {
            Kind::JobCard => self.look_for_hours(&submitted)?,
            _ => self.look_for_posted(id)?,
        };
        if !is_gone {
            return Err(format!("{called} is in the books, as {name}"));
        }
        self.writer.retry(Some(id));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn books_that_answer_all_else_keep_nothing_from_being_posted_for_long_and_silent_ones_all() {
        let unsaid = |answers| Unsaid { why: "403".into(), answers };
        let mut audit = Audit::default();
        for _ in 0..4 * MOST_UNSAID {
            let words = audit.put_off(unsaid(false));
            assert!(words.starts_with("Nothing is posted") && audit.comes_first().is_some(), "{words}");
        }
        for _ in 1..MOST_UNSAID {
            assert!(audit.put_off(unsaid(true)).starts_with("Nothing is posted") && audit.comes_first().is_some());
        }
        assert!(audit.put_off(unsaid(true)).starts_with("More is posted") && audit.comes_first().is_none());
        assert!(audit.trouble.as_deref().is_some_and(|why| why.ends_with("403")));
        // They are asked again after a while, and at once where they did not answer since.
        audit.at_ms = 0;
        assert_eq!(audit.comes_first(), Some(Duration::ZERO));
        assert!(audit.put_off(unsaid(true)).starts_with("More is posted") && audit.comes_first().is_none());
        audit.doubt();
        assert_eq!(audit.comes_first(), Some(Duration::ZERO));
        assert!(audit.put_off(unsaid(true)).starts_with("Nothing is posted"));
    }

    #[test]
    fn after_as_many_as_leave_some_of_before_they_are_looked_for_before_the_next_one_and_where_none_comes() {
        let mut audit = Audit::default();
        audit.latest.looked(0);
        (audit.seen, audit.at_ms) = (true, u64::MAX);
        for number in 0..AUDITED as u64 * 3 / 4 {
            assert_eq!(audit.comes_first(), None, "{number}");
            audit.remember((IntentId(uuid::Uuid::from_u128(number.into())), number, Locator(number)));
        }
        // The machine is up for longer than ten seconds.
        assert_eq!(audit.comes_first(), Some(Duration::ZERO));
        assert_eq!(audit.at_ms, 0, "nor does an idle writer wait for the hour");
    }

    #[test]
    fn the_journal_is_gone_through_until_as_many_are_there_in_a_row_as_are_looked_at_otherwise() {
        let found = |there, gone| Found { there, gone, struck: 0 };
        let back = Back { last: 3 * BACK_AT_ONCE + 7, there: 0 };
        let next = back.on(&found(AUDITED - 1, 0)).unwrap();
        assert_eq!(next, Back { last: 2 * BACK_AT_ONCE + 7, there: AUDITED - 1 });
        // One that is gone begins the count anew, however many are there beside it; nothing found goes on as well.
        let next = next.on(&found(AUDITED, 1)).unwrap();
        assert_eq!(next, Back { last: BACK_AT_ONCE + 7, there: 0 });
        let next = next.on(&found(0, 0)).unwrap();
        assert_eq!(next, Back { last: 7, there: 0 });
        assert_eq!(next.on(&found(0, 1)), None, "that was the whole journal");
        assert_eq!(Back { there: 1, ..back }.on(&found(AUDITED - 1, 0)), None);
    }
}
