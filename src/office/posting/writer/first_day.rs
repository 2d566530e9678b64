//! The first day whose documents are posted: what is of before was entered in ERPNext by hand, and is not posted a second time.
//!
//! In: records that come, the site's `from` in `erpnext.toml`. Out: the last word on those of before, before anything is tried. ERPNext is
//! asked for each of them: one that it has under its id was posted, whatever the settings say since, and goes its usual way. Customers,
//! suppliers and items go in whatever their day: what comes later names them, and who is there already is not made again. A cancellation
//! is of before where it is and its document is; one that came later is held, since somebody has to cancel in ERPNext by hand.

use super::{Came, SiteWriter};
use crate::domain::document::Kind;
use crate::domain::id::{IntentId, SiteId};
use crate::domain::outcome::{Fate, Outcome};
use crate::domain::record::{Entry, Record, Submitted};
use crate::domain::shop;
use crate::office::posting::library::Words;
use crate::office::posting::settings::{Source, Written};
use crate::posting::{Fates, Said};
use jiff::civil::{Date, DateTime};
use std::collections::{BTreeSet, HashSet, VecDeque};

/// The first day, as it was read.
#[derive(Default)]
pub(super) struct FirstDay {
    written: Option<Written>,
    day: Option<Date>,
}

impl FirstDay {
    /// As the settings are now; an error where they cannot be read, since then nobody knows what may be posted.
    fn now(&mut self, source: &Source, site: &SiteId) -> Result<Option<Date>, String> {
        let written = source.written();
        if self.written != Some(written) {
            self.day = source.map(site)?.from;
            self.written = Some(written);
        }
        Ok(self.day)
    }
}

impl SiteWriter {
    /// Says the last word on what is of before, and hands back what is to be posted.
    pub(super) fn sift(&mut self, coming: VecDeque<Came>) -> Result<VecDeque<Came>, String> {
        let Some(first) = self.first_day.now(&self.source, &self.site)? else { return Ok(coming) };
        let mut asked = Vec::new();
        for came in &coming {
            let Some(one) = self.of_before(&came.record, first) else { continue };
            if self.is_first(came) && !self.has_last_word(one.id) {
                asked.push(one);
            }
        }
        let there = self.there(&asked)?;
        if self.books.hub.stopped() {
            return Ok(coming);
        }
        let before: BTreeSet<IntentId> =
            asked.iter().filter(|one| !there.contains(&one.document)).map(|one| one.id).collect();
        let said: Said = before.iter().map(|of| Outcome { of: *of, fate: Fate::before(first) }).collect();
        self.say(said)?;
        for came in coming.iter().filter(|came| came.record.entry.intent().is_some_and(|id| before.contains(&id))) {
            self.enter(&came.record.entry, &Fate::before(first));
            if let Entry::Cancelled(cancelled) = &came.record.entry {
                let words = Words { books: &self.books, site: self.number };
                self.writer.cancelled_by(cancelled.document, cancelled.id, &words);
            }
        }
        for id in &before {
            self.writer.moved(*id, &BTreeSet::new());
        }
        if !before.is_empty() {
            let moved = before.iter().map(|id| (*id, BTreeSet::new())).collect();
            self.books.hub.tell_others(&self.site, moved);
        }
        let stays = |came: &Came| came.record.entry.intent().is_none_or(|id| !before.contains(&id));
        Ok(coming.into_iter().filter(stays).collect())
    }

    /// The first day, where a record is of before and ERPNext does not have it: the day may have been written since it came.
    pub(super) fn is_before(&mut self, record: &Record) -> Result<Option<Date>, String> {
        let Some(first) = self.first_day.now(&self.source, &self.site)? else { return Ok(None) };
        let Some(one) = self.of_before(record, first) else { return Ok(None) };
        Ok(self.there(&[one])?.is_empty().then_some(first))
    }

    /// A record's moment in the workshop's time zone.
    pub(super) fn local(&self, record: &Record) -> DateTime {
        let offset = self.books.sites.with_premises(|premises| premises.config.utc_offset_minutes);
        shop::local(record.stamp.at_ms(), offset)
    }

    /// What a record is, where it is of before.
    fn of_before(&self, record: &Record, first: Date) -> Option<Before> {
        let made = self.local(record).date();
        match &record.entry {
            Entry::Submitted(submitted) if is_of_before(submitted, made, first) => {
                Some(Before { id: submitted.id, kind: submitted.document.kind(), document: submitted.id })
            }
            Entry::Cancelled(cancelled) if made < first => {
                let (of, _) = self.books.document_of(self.number, cancelled.document)?;
                let before = Before { id: cancelled.id, kind: of.document.kind(), document: of.id };
                is_of_before(&of, made, first).then_some(before)
            }
            _ => None,
        }
    }

    /// True of the record that counts of its id.
    fn is_first(&self, came: &Came) -> bool {
        let Entry::Submitted(submitted) = &came.record.entry else { return true };
        let line = self.books.ask(|views| views.document(self.number, submitted.id)).flatten();
        line.is_none_or(|first| first.position == came.at.position)
    }

    fn has_last_word(&self, id: IntentId) -> bool {
        let words = Words { books: &self.books, site: self.number };
        words.fate(id).is_some_and(|fate| fate.is_final())
    }

    /// Which of these documents ERPNext has under their ids. What has none there is not: a till's count, time on a Job Card.
    fn there(&mut self, asked: &[Before]) -> Result<HashSet<IntentId>, String> {
        let documents: Vec<_> =
            asked.iter().filter(|one| one.kind.has_id()).map(|one| (one.kind, one.document)).collect();
        if documents.is_empty() {
            return Ok(HashSet::new());
        }
        self.reach()?;
        let Some(sink) = &mut self.sink else { return Err("the books cannot be reached".into()) };
        Ok(sink.there(&documents)?.into_iter().collect())
    }
}

/// A record of before: its id, and the document that ERPNext may have.
struct Before {
    id: IntentId,
    kind: Kind,
    document: IntentId,
}

fn is_of_before(submitted: &Submitted, made: Date, first: Date) -> bool {
    !submitted.document.kind().is_master() && submitted.day().unwrap_or(made) < first
}
