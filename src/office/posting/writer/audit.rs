//! Whether what was posted is in the books still: they are restored from backups, and people cancel and delete there.
//!
//! In: the latest documents whose word is that they are posted, after a start and each hour; and one that a person names. Out: what is there no
//! more is held. Where one of the latest is gone the journal is gone through backwards, since as many are lost as were posted after the backup:
//! until as many as are looked at otherwise are there in a row. Absent: time on Job Cards, which has no id in the books and of which people
//! correct the lines: it is never missed by itself, and looked for where a person names it.

use super::{AUDITED, REACH_EVERY, SiteWriter};
use crate::domain::document::Kind;
use crate::domain::id::IntentId;
use crate::domain::outcome::Fate;
use crate::domain::record::{Entry, Submitted};
use crate::moment::up_ms;
use crate::office::posting::library::Words;
use crate::posting::{Fates, Said};
use crate::views::{Locator, Stream};
use crate::wire::record;
use std::collections::VecDeque;
use std::ops::ControlFlow;

/// How often the latest are looked for.
const EVERY_MS: u64 = 3_600_000;
/// How many records are gone through at a time, backwards: a second lies between two times.
const BACK_AT_ONCE: u64 = 500;

/// A document, its place among the site's records, and where its record is.
type At = (IntentId, u64, Locator);

/// What is looked for in the books.
#[derive(Default)]
pub(super) struct Audit {
    latest: VecDeque<At>,
    at_ms: u64,
    back: Option<Back>,
}

impl Audit {
    /// A document is posted.
    pub(super) fn remember(&mut self, made: &Submitted, at: At) {
        if !is_missed(made) {
            return;
        }
        if self.latest.len() == AUDITED {
            self.latest.pop_front();
        }
        self.latest.push_back(at);
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

/// Whether it can be missed by itself.
fn is_missed(submitted: &Submitted) -> bool {
    submitted.document.kind() != Kind::JobCard
}

impl SiteWriter {
    /// Looks whether the latest documents are in the books still; false where it is not the time to.
    pub(super) fn audit(&mut self) -> Result<bool, String> {
        if up_ms() < self.audit.at_ms || (self.audit.latest.is_empty() && self.audit.back.is_none()) {
            return Ok(false);
        }
        // Books that cannot be reached are not asked each second.
        self.audit.at_ms = up_ms() + u64::try_from(REACH_EVERY.as_millis()).unwrap_or(u64::MAX);
        self.audit.back = match self.audit.back {
            Some(back) => self.look_back(back)?,
            None => {
                let latest: Vec<At> = self.audit.latest.iter().copied().collect();
                let last = self.last.map_or(0, |last| last.ordinal);
                (self.look_for(&latest)?.gone > 0).then_some(Back { last, there: 0 })
            }
        };
        self.audit.at_ms = if self.audit.back.is_some() { up_ms() } else { up_ms() + EVERY_MS };
        Ok(!self.books.hub.stopped())
    }

    /// Goes on backwards; how far it came, where it is to go on.
    fn look_back(&mut self, back: Back) -> Result<Option<Back>, String> {
        let mut documents = Vec::new();
        let read = self.books.shelves.between(Stream::Up(self.number), (back.after(), back.last), &mut |at, body| {
            if let Ok(record) = record::decode(body)
                && let Entry::Submitted(submitted) = &record.entry
            {
                documents.push((submitted.id, at.ordinal, at.locator));
            }
            ControlFlow::Continue(())
        });
        read.map_err(|error| error.to_string())?;
        Ok(back.on(&self.look_for(&documents)?))
    }

    /// Looks for those of these that are posted and not cancelled, and holds what is not there.
    fn look_for(&mut self, documents: &[At]) -> Result<Found, String> {
        let words = Words { books: &self.books, site: self.number };
        let mut asked = Vec::new();
        for (id, order, at) in documents {
            let line = self.books.ask(|views| views.document(self.number, *id)).flatten();
            // A repeat says nothing, and what was cancelled is not there and should not be.
            let counts = line.is_some_and(|line| line.locator == *at && line.cancelled.is_none());
            if counts
                && matches!(words.fate(*id), Some(Fate::Posted { .. }))
                && let Some(Entry::Submitted(submitted)) = self.books.entry(self.number, *at)
                && is_missed(&submitted)
            {
                asked.push((*id, *order, *at, submitted));
            }
        }
        if asked.is_empty() {
            return Ok(Found::default());
        }
        self.reach()?;
        let Some(sink) = &mut self.sink else { return Err("the books cannot be reached".into()) };
        let documents: Vec<_> = asked.iter().map(|(id, _, _, made)| (made.document.kind(), *id)).collect();
        let there = sink.there(&documents)?;
        let missing: Vec<_> = documents.into_iter().filter(|(_, id)| !there.contains(id)).collect();
        let struck = if missing.is_empty() { Vec::new() } else { sink.cancelled_there(&missing)? };
        if self.books.hub.stopped() {
            return Ok(Found::default());
        }
        let mut found = Found { there: there.len(), ..Found::default() };
        asked.retain(|(id, ..)| !there.contains(id));
        let mut said = Said::new();
        for (id, order, at, submitted) in asked {
            self.at.insert(id, (order, at));
            let work = self.post(&submitted, order);
            said.extend(match struck.iter().find(|(of, _)| *of == id) {
                Some((_, why)) => {
                    tracing::warn!(site = %self.site, %id, why, "a document that was posted was cancelled in the books");
                    found.struck += 1;
                    self.take_back(id);
                    self.writer.struck(work, why.clone())
                }
                None => {
                    tracing::error!(site = %self.site, %id, "a document that was posted is not in the books any more");
                    found.gone += 1;
                    self.writer.gone(work)
                }
            });
            self.audit.latest.retain(|(latest, ..)| *latest != id);
        }
        self.say(said)?;
        Ok(found)
    }

    /// Looks for one that is posted: what is there no more is held from then on. True where it is held now.
    pub(super) fn look_for_posted(&mut self, id: IntentId) -> Result<bool, String> {
        let Some(at) = self.record_of(id) else { return Ok(false) };
        let found = self.look_for(&[at])?;
        Ok(found.gone + found.struck > 0)
    }

    /// The same of time on a Job Card: whether the card has its lines.
    fn look_for_hours(&mut self, submitted: &Submitted) -> Result<bool, String> {
        let Some((id, order, at)) = self.record_of(submitted.id) else { return Ok(false) };
        self.reach()?;
        let Some(sink) = &mut self.sink else { return Err("the books cannot be reached".into()) };
        if sink.has(submitted)? {
            return Ok(false);
        }
        self.at.insert(id, (order, at));
        let said = self.writer.gone(self.post(submitted, order));
        self.say(said)?;
        Ok(true)
    }

    /// Where the record of a document is.
    fn record_of(&self, id: IntentId) -> Option<At> {
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
        if cancelled.is_some() {
            return Err(format!("{called} was cancelled at the workshop, and is not posted again"));
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
