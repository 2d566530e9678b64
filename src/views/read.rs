//! What can be asked of the views.

use super::fold::{Fold, LATEST, Listed, Totals};
use super::keys::{Key, SORT_ANY, SORT_BARCODE, SiteNo, Tag, kind_of, site_intent, sort_of};
use super::meta::Locator;
use super::outcomes::Word;
use super::store::Doubt;
use super::things::{self, Thing};
use super::{acked, cancels, numbers, parties};
use crate::domain::document::Kind;
use crate::domain::id::{IntentId, Position};
use crate::domain::number::Number;
use crate::domain::record::Submitted;
use crate::wire::cbor;

/// Where a record is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// In the site's journal.
    Saved,
    /// In the office's journal, since this moment (milliseconds since 1970, by the office's stamp).
    AtOffice {
        /// Since when.
        at_ms: i64,
    },
}

/// A document, as the views know it. Its fields are in the journal, at `locator`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentLine {
    /// Whose.
    pub site: SiteNo,
    /// The device's id of it.
    pub id: IntentId,
    /// Which kind.
    pub kind: Kind,
    /// Its day, in days since 1970: its own or the one that the box gave it ([`Submitted::day`](crate::domain::record::Submitted::day)),
    /// else that of its stamp at the views' offset from UTC.
    pub day: i32,
    /// What the record is called.
    pub position: Position,
    /// Where the record is.
    pub locator: Locator,
    /// Where it is on its way.
    pub state: State,
    /// Its number on paper, where the box gave it one; [`DocumentLine::printed`] says how it is printed.
    pub number: Option<Number>,
    /// Where the record of its cancellation is, where it was cancelled.
    pub cancelled: Option<Locator>,
}

impl DocumentLine {
    /// Its number as the paper has it, which its record says. `today` is what its site's numbers begin with now: where the record is lost, or
    /// of before it kept that, it goes by this.
    pub fn printed(&self, submitted: Option<&Submitted>, today: &str) -> Option<String> {
        match submitted {
            Some(submitted) => submitted.number(today),
            None => self.number.map(|number| number.print(today, self.kind)),
        }
    }

    /// True where that number begins with `prefix`; case does not matter.
    pub fn begins_with(&self, prefix: &str, submitted: Option<&Submitted>, today: &str) -> bool {
        let read = self.printed(submitted, today).and_then(|number| Number::read(&number));
        read.is_some_and(|(own, ..)| own.eq_ignore_ascii_case(prefix))
    }
}

/// Where a search goes on. It means something to the views that gave it alone; others, or those built anew, may
/// skip or repeat some documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct After(u32);

impl std::fmt::Display for After {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for After {
    type Err = std::num::ParseIntError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// One page of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The documents.
    pub lines: Vec<DocumentLine>,
    /// Where the next page begins; nothing where this is the last.
    pub more: Option<After>,
}

impl Fold {
    /// What became of a record.
    pub(super) fn state(&self, site: SiteNo, position: Position) -> Result<State, Doubt> {
        let Some(epoch) = self.epochs.known(site, position.epoch) else { return Ok(State::Saved) };
        let since = acked::since(&self.store, site, epoch, position.seq.0)?;
        Ok(since.map_or(State::Saved, |at_ms| State::AtOffice { at_ms }))
    }

    fn line(&self, number: u32, thing: &Thing) -> Result<Option<DocumentLine>, Doubt> {
        if thing.sort >= SORT_BARCODE {
            return Ok(None);
        }
        let kind = kind_of(thing.sort).ok_or_else(|| Doubt(format!("no kind has number {}", thing.sort)))?;
        let position = Position { epoch: self.epochs.name(thing.site, thing.epoch)?, seq: thing.seq };
        let state = self.state(thing.site, position)?;
        let cancelled = match thing.cancelled {
            true => Some(cancels::locator(&self.store, number)?),
            false => None,
        };
        let (site, id, day, locator, number) = (thing.site, thing.id, thing.day, thing.locator, thing.no);
        Ok(Some(DocumentLine { site, id, kind, day, position, locator, state, number, cancelled }))
    }

    pub(super) fn document(&self, site: SiteNo, id: IntentId) -> Result<Option<DocumentLine>, Doubt> {
        let number = self.ids.get(&self.store, &site_intent(site, id))?;
        number.map_or(Ok(None), |number| self.document_at(site, id, number))
    }

    /// A document and the word on it: one look for its id.
    pub(super) fn document_and_word(
        &self,
        site: SiteNo,
        id: IntentId,
    ) -> Result<(Option<DocumentLine>, Option<Word>), Doubt> {
        let number = self.ids.get(&self.store, &site_intent(site, id))?;
        let line = number.map_or(Ok(None), |number| self.document_at(site, id, number))?;
        Ok((line, self.word_at(site, id, number)?))
    }

    fn document_at(&self, site: SiteNo, id: IntentId, number: u32) -> Result<Option<DocumentLine>, Doubt> {
        let thing = things::get(&self.store, number)?;
        if (thing.site, thing.id) != (site, id) {
            return Err(Doubt(format!("thing {number} is not what its id names")));
        }
        self.line(number, &thing)
    }

    pub(super) fn documents(
        &self,
        (site, kind, day): (SiteNo, Option<Kind>, i32),
        skip: u32,
        limit: u32,
    ) -> Result<Vec<DocumentLine>, Doubt> {
        let sort = kind.map_or(SORT_ANY, sort_of);
        self.lines(&things::of_day(&self.store, (site, sort, day), skip, limit)?)
    }

    fn lines(&self, numbers: &[u32]) -> Result<Vec<DocumentLine>, Doubt> {
        let things = things::get_all(&self.store, numbers)?;
        let mut lines = Vec::with_capacity(things.len());
        for (number, thing) in numbers.iter().zip(&things) {
            lines.extend(self.line(*number, thing)?);
        }
        Ok(lines)
    }

    pub(super) fn days(&self, site: SiteNo, kind: Option<Kind>, from: i32, to: i32) -> Result<Vec<(i32, u32)>, Doubt> {
        if from > to {
            return Ok(Vec::new());
        }
        things::days(&self.store, site, kind.map_or(SORT_ANY, sort_of), from, to)
    }

    pub(super) fn numbered(&self, site: SiteNo, kind: Kind, no: Number) -> Result<Vec<DocumentLine>, Doubt> {
        let mut lines = Vec::new();
        for number in numbers::get(&self.store, (site, sort_of(kind)), no)? {
            let thing = things::get(&self.store, number)?;
            if (thing.site, thing.sort, thing.no) != (site, sort_of(kind), Some(no)) {
                return Err(Doubt(format!("thing {number} is not what its number names")));
            }
            lines.extend(self.line(number, &thing)?);
        }
        Ok(lines)
    }

    pub(super) fn shared_numbers(&self, site: SiteNo, limit: usize) -> Result<Vec<DocumentLine>, Doubt> {
        let mut lines: Vec<DocumentLine> = Vec::new();
        for line in self.lines(&numbers::again(&self.store, site, limit)?)? {
            let Some(no) = line.number else { continue };
            // The second of a number brings all that bear it.
            if lines.last().is_none_or(|last| (last.kind, last.number) != (line.kind, line.number)) {
                lines.extend(self.numbered(site, line.kind, no)?);
            }
        }
        lines.truncate(limit);
        Ok(lines)
    }

    pub(super) fn of_party(
        &self,
        site: SiteNo,
        party: &str,
        after: Option<After>,
        limit: usize,
    ) -> Result<Found, Doubt> {
        let before = after.map(|After(number)| number);
        // One more than wanted tells whether there is a next page.
        let wanted = limit.saturating_add(1);
        let runs = self.meta.next_party_run;
        let mut numbers = self.parties.find(&self.store, runs, &parties::digest(site, party), before, wanted)?;
        let more = numbers.len() > limit;
        numbers.truncate(limit);
        let more = numbers.last().filter(|_| more).map(|last| After(*last));
        Ok(Found { lines: self.lines(&numbers)?, more })
    }

    pub(super) fn totals(&self, site: SiteNo) -> Totals {
        self.totals.get(&site).cloned().unwrap_or_default()
    }

    pub(super) fn sites(&self) -> Vec<SiteNo> {
        let mut sites: Vec<_> = self.totals.keys().copied().collect();
        sites.sort();
        sites
    }

    /// The latest of a list, the newest first.
    pub(super) fn latest(&self, tag: Tag, site: SiteNo, limit: usize) -> Result<Vec<Listed>, Doubt> {
        debug_assert!(matches!(tag, Tag::Refusal | Tag::Conflict | Tag::Hole));
        let found = self.store.scan_prefix(&Key::of(tag).site(site).0)?;
        let listed = found.iter().map(|(_, value)| cbor::from_slice(value));
        let listed: Result<Vec<Listed>, _> = listed.collect();
        let mut listed = listed.map_err(|error| Doubt(format!("a list: {error}")))?;
        listed.sort_by_key(|line| std::cmp::Reverse(line.place.ordinal));
        listed.truncate(limit.min(LATEST as usize));
        Ok(listed)
    }
}
