//! The questions that the views answer, each from one moment of the fold.

use super::fold::{Fold, Listed, Totals};
use super::keys::{SiteNo, Tag};
use super::meta::Stream;
use super::read::{After, DocumentLine, Found, State};
use super::requests::RequestLine;
use super::shared::{Inner, NotNow, Progress, Shared};
use super::store::Doubt;
use crate::domain::document::Kind;
use crate::domain::id::{IntentId, Position};
use crate::domain::number::Number;
use crate::domain::outcome::{Fate, SaidAt};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

/// Asks the views. Cheap to clone; each answer is of one moment.
#[derive(Clone)]
pub struct Reader(pub(super) Arc<Shared>);

impl Reader {
    /// Word that a journal has more records. Never blocks for long.
    pub fn notify(&self) {
        self.0.lock().notified = true;
        self.0.wake.notify_all();
    }

    /// Word that the views are not to be believed: they are built anew.
    pub fn rebuild(&self, why: &str) {
        let mut inner = self.0.lock();
        inner.doubt = Some(Doubt(why.to_owned()));
        // From now on, not only once they are set aside.
        inner.building = true;
        drop(inner);
        self.0.wake.notify_all();
    }

    /// How far the views are.
    pub fn progress(&self) -> Progress {
        let inner = self.0.lock();
        let (done, total) = self.0.counts(&inner);
        let Inner { building, checked, doubts, .. } = *inner;
        Progress { done, total, building, checked, doubts, last_doubt: inner.last_doubt.clone() }
    }

    /// The ordinal of the last record of a stream that is in the views; 0 before the first.
    pub fn applied(&self, stream: Stream) -> u64 {
        let inner = self.0.lock();
        inner.fold.as_ref().and_then(|fold| fold.reached(stream)).map_or(0, |place| place.ordinal)
    }

    /// Waits until a record is in the views and they can be asked. Blocks its thread.
    pub fn wait_for(&self, stream: Stream, ordinal: u64, longest: Duration) -> Result<(), NotNow> {
        let there = |inner: &Inner| {
            let reached = inner.fold.as_ref().and_then(|fold| fold.reached(stream));
            !inner.building && (ordinal == 0 || reached.is_some_and(|place| place.ordinal >= ordinal))
        };
        self.wait_until(there, longest)
    }

    /// Waits until all that is applied now is on disk. Blocks its thread.
    pub fn flush(&self, longest: Duration) -> Result<(), NotNow> {
        let mut inner = self.0.lock();
        inner.flushes.0 += 1;
        let mine = inner.flushes.0;
        drop(inner);
        self.0.wake.notify_all();
        self.wait_until(|inner| inner.flushes.1 >= mine, longest)
    }

    /// Waits until what was opened is checked, or built. Blocks its thread.
    pub fn wait_checked(&self, longest: Duration) -> Result<(), NotNow> {
        self.wait_until(|inner| inner.checked && !inner.building, longest)
    }

    fn wait_until(&self, there: impl Fn(&Inner) -> bool, longest: Duration) -> Result<(), NotNow> {
        let inner = self.0.lock();
        let waited = self.0.moved.wait_timeout_while(inner, longest, |inner| !there(inner) && !inner.down);
        let (inner, _) = waited.unwrap_or_else(PoisonError::into_inner);
        match (there(&inner), inner.down) {
            (true, _) => Ok(()),
            (false, true) => Err(NotNow::Down),
            (false, false) => Err(NotNow::Late),
        }
    }

    fn ask<T>(&self, question: impl FnOnce(&Fold) -> Result<T, Doubt>) -> Result<T, NotNow> {
        let mut inner = self.0.lock();
        if let (Some(fold), false) = (&inner.fold, inner.building) {
            let answer = catch_unwind(AssertUnwindSafe(|| question(fold)));
            match answer.unwrap_or_else(|_| Err(Doubt::new("a question panicked"))) {
                Ok(answer) => return Ok(answer),
                Err(doubt) => {
                    inner.doubt.get_or_insert(doubt);
                    inner.building = true;
                    self.0.wake.notify_all();
                }
            }
        }
        if inner.down {
            return Err(NotNow::Down);
        }
        let (done, total) = self.0.counts(&inner);
        Err(NotNow::Building { done, total })
    }

    /// The minutes east of UTC by which days are told.
    pub fn utc_offset_minutes(&self) -> i32 {
        self.0.utc_offset_minutes
    }

    /// The sites that the views know.
    pub fn sites(&self) -> Result<Vec<SiteNo>, NotNow> {
        self.ask(|fold| Ok(fold.sites()))
    }

    /// A document by its id.
    pub fn document(&self, site: SiteNo, id: IntentId) -> Result<Option<DocumentLine>, NotNow> {
        self.ask(|fold| fold.document(site, id))
    }

    /// A document by its id, and the office's latest word on it.
    pub fn document_and_fate(
        &self,
        site: SiteNo,
        id: IntentId,
    ) -> Result<(Option<DocumentLine>, Option<Fate>), NotNow> {
        let (line, word) = self.ask(|fold| fold.document_and_word(site, id))?;
        Ok((line, word.map(|(_, fate)| fate)))
    }

    /// The documents of a site, kind and day (days since 1970) in journal order, cancelled ones among them: at most `limit` from
    /// the `skip`th on. `None` in place of a kind is all of them.
    pub fn documents(
        &self,
        site: SiteNo,
        kind: impl Into<Option<Kind>>,
        day: i32,
        skip: u32,
        limit: u32,
    ) -> Result<Vec<DocumentLine>, NotNow> {
        let kind = kind.into();
        self.ask(|fold| fold.documents((site, kind, day), skip, limit))
    }

    /// The days from `from` to `to`, both included, that have documents of a kind, or of any, each with how many.
    pub fn days(
        &self,
        site: SiteNo,
        kind: impl Into<Option<Kind>>,
        from: i32,
        to: i32,
    ) -> Result<Vec<(i32, u32)>, NotNow> {
        let kind = kind.into();
        self.ask(|fold| fold.days(site, kind, from, to))
    }

    /// The documents that bear a number on paper: more than one where a copied or restored card gave it twice, the first that came first.
    pub fn numbered(&self, site: SiteNo, kind: Kind, number: Number) -> Result<Vec<DocumentLine>, NotNow> {
        self.ask(|fold| fold.numbered(site, kind, number))
    }

    /// The documents whose number another one bears too, number by number; at most `limit`.
    pub fn shared_numbers(&self, site: SiteNo, limit: usize) -> Result<Vec<DocumentLine>, NotNow> {
        self.ask(|fold| fold.shared_numbers(site, limit))
    }

    /// The documents of a customer or supplier, by exactly that name, of all kinds, the newest first: at most `limit`, from the
    /// newest on or after the page before.
    pub fn documents_of(&self, site: SiteNo, party: &str, after: Option<After>, limit: usize) -> Result<Found, NotNow> {
        self.ask(|fold| fold.of_party(site, party, after, limit))
    }

    /// Where a record of a site is on its way.
    pub fn state(&self, site: SiteNo, position: Position) -> Result<State, NotNow> {
        self.ask(|fold| fold.state(site, position))
    }

    /// The office's latest word on a document or a cancellation of a site.
    pub fn fate(&self, site: SiteNo, id: IntentId) -> Result<Option<Fate>, NotNow> {
        Ok(self.word(site, id)?.map(|(_, fate)| fate))
    }

    /// The same, with when it was said.
    pub fn word(&self, site: SiteNo, id: IntentId) -> Result<Option<(SaidAt, Fate)>, NotNow> {
        self.ask(|fold| fold.word(site, id))
    }

    /// The counters of a site.
    pub fn totals(&self, site: SiteNo) -> Result<Totals, NotNow> {
        self.ask(|fold| Ok(fold.totals(site)))
    }

    /// What the office asked of a site under an id.
    pub fn request(&self, site: SiteNo, id: IntentId) -> Result<Option<RequestLine>, NotNow> {
        self.ask(|fold| fold.request(site, id))
    }

    /// What the office asked of a site and was not answered, the oldest first.
    pub fn pending_requests(&self, site: SiteNo) -> Result<Vec<RequestLine>, NotNow> {
        self.ask(|fold| fold.pending_requests(site))
    }

    /// What the office asked of a site, the newest first, on before that ordinal: at most `limit`.
    pub fn requests(&self, site: SiteNo, before: u64, limit: usize) -> Result<Vec<RequestLine>, NotNow> {
        self.ask(|fold| fold.requests(site, before, limit))
    }

    /// The latest refusals of a site, the newest first, at most [`super::LATEST`].
    pub fn refusals(&self, site: SiteNo, limit: usize) -> Result<Vec<Listed>, NotNow> {
        self.ask(|fold| fold.latest(Tag::Refusal, site, limit))
    }

    /// The latest records under a known id with other content, the newest first.
    pub fn conflicts(&self, site: SiteNo, limit: usize) -> Result<Vec<Listed>, NotNow> {
        self.ask(|fold| fold.latest(Tag::Conflict, site, limit))
    }

    /// The latest holes, the newest first.
    pub fn holes(&self, site: SiteNo, limit: usize) -> Result<Vec<Listed>, NotNow> {
        self.ask(|fold| fold.latest(Tag::Hole, site, limit))
    }
}
