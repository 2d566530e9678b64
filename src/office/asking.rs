//! What the office asks of its sites' boxes, and where each request is.
//!
//! In: a document that somebody at the office wants a site to record, or word that they want it no more. Out: a record of the office's
//! journal for the site, durable before anybody is told, and where it stands by the two journals. The box decides
//! ([`crate::domain::request`]); until its answer is here a request is undecided. Absent: who may ask, and what the answer is for.

use super::answers::Answers;
use super::ledger;
use crate::books::catch_up;
use crate::domain::document::Text;
use crate::domain::id::{IntentId, SiteId};
use crate::domain::record::{Entry, Record};
use crate::domain::request::{self, Declined, Requested, TakenBack};
use crate::domain::rights::{self, Deed, Refused, World};
use crate::domain::time::rfc3339;
use crate::views::{Journals, Locator, NotNow, RequestLine, SiteNo, Stream};
use crate::wire::record;
use std::sync::PoisonError;
use std::time::Duration;

/// How long a question waits for the views to have read what is durable.
const CATCH_UP: Duration = Duration::from_secs(60);
/// Requests of one site that may wait for its answer: people make them one by one.
pub(super) const MAX_WAITING: usize = 100;
/// The same with those that were taken back: a box that is off has to hear of these as well when it is there again.
const MAX_UNHEARD: usize = 1_000;

/// Why nothing was asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotAsked {
    /// A warehouse is not the site's, or it touches none.
    #[error("{rule}")]
    Rule { field: String, rule: String },
    /// The box is not there to be asked, and it was not to wait.
    #[error("the box of {site} decides about its warehouses, and it {since}: its line is down")]
    Away { site: SiteId, since: String },
    /// The id is known for something else.
    #[error("{0} is known here for something else")]
    Known(IntentId),
    /// Too many wait already.
    #[error("{0} has {MAX_WAITING} requests to answer already, or {MAX_UNHEARD} with those that were taken back")]
    Full(SiteId),
    /// The journal or the views refuse it now.
    #[error("{0}")]
    NotNow(String),
}

impl From<NotNow> for NotAsked {
    fn from(error: NotNow) -> Self {
        Self::NotNow(error.to_string())
    }
}

/// Where a request stands.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    /// What was asked; nothing where its record is lost to damage.
    pub(super) requested: Option<Requested>,
    pub(super) line: RequestLine,
    /// When it was asked, milliseconds since 1970.
    pub(super) at_ms: Option<i64>,
    pub(super) answer: Option<Answer>,
    /// When it was answered, by the site's clock.
    pub(super) answered_ms: Option<i64>,
    /// Who took it back.
    pub(super) taken_back: Option<Text>,
}

/// What the site answered.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    /// It recorded the document.
    Recorded,
    /// Why not.
    Declined(String),
}

impl Answers {
    /// Since when the box of a site has not been there; nothing where it is there now.
    pub(super) fn away_since(&self, site: &SiteId) -> Option<String> {
        if self.sites.there().contains_key(site) {
            return None;
        }
        let mut heard_at_ms = None;
        self.sites.each(|other, running| {
            if other == site {
                heard_at_ms = running.state.borrow().heard_at_ms;
            }
        });
        let heard = heard_at_ms.map(|at_ms| format!("was last heard of {}", rfc3339(at_ms)));
        Some(heard.unwrap_or_else(|| "was never up".into()))
    }

    /// Asks the site's box to record a document. Where its line is down only with `waits`: then the request travels by whichever road
    /// opens first. The same again is asked once.
    pub(super) fn request(&self, site: &(SiteId, SiteNo), wanted: Requested, waits: bool) -> Result<(), NotAsked> {
        // Views that are behind keep nobody else from asking.
        self.read_up(site.1)?;
        let _alone = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
        self.read_up(site.1)?;
        if let Some(line) = self.views.request(site.1, wanted.id)? {
            let same = self.requested(site.1, &line).is_none_or(|(known, _)| known.document == wanted.document);
            return if same { Ok(()) } else { Err(NotAsked::Known(wanted.id)) };
        }
        for (_, other) in self.sites.numbers() {
            if self.views.document(other, wanted.id)?.is_some() || self.views.request(other, wanted.id)?.is_some() {
                return Err(NotAsked::Known(wanted.id));
            }
        }
        self.judge(&site.0, &wanted)?;
        if let (Some(since), false) = (self.away_since(&site.0), waits) {
            return Err(NotAsked::Away { site: site.0.clone(), since });
        }
        let waiting = self.views.pending_requests(site.1)?;
        if !has_room(waiting.len(), waiting.iter().filter(|line| line.taken_back.is_some()).count()) {
            return Err(NotAsked::Full(site.0.clone()));
        }
        self.tell(site, Entry::Requested(wanted))
    }

    /// Takes a request back, where the site has not answered yet. True where it had.
    pub(super) fn take_back(&self, site: &(SiteId, SiteNo), id: IntentId, by: Text) -> Result<bool, NotAsked> {
        self.read_up(site.1)?;
        let _alone = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
        self.read_up(site.1)?;
        let line = self.views.request(site.1, id)?;
        if line.is_none_or(|line| line.answer.is_some()) {
            return Ok(true);
        }
        if line.is_some_and(|line| line.taken_back.is_none()) {
            self.tell(site, Entry::TakenBack(TakenBack { request: id, by }))?;
        }
        Ok(false)
    }

    /// Whose the warehouses are, by the office's data. Whether the goods are there is the box's to say.
    fn judge(&self, site: &SiteId, wanted: &Requested) -> Result<(), NotAsked> {
        let against = |field: String, rule: String| NotAsked::Rule { field, rule };
        request::check(&wanted.document).map_err(|rule| against("document".into(), rule.into()))?;
        let masters = ledger::masters(self.sites.rows());
        let world = World { site, masters: &masters };
        rights::check(&wanted.document, None, Deed::Submit, &world).map_err(|refused| {
            let field = match &refused {
                Refused::Place { field, .. } => format!("document.{field}"),
                Refused::Person(_) => "document".to_owned(),
            };
            against(field, refused.to_string())
        })
    }

    /// Writes it into the office's journal for the site, and waits until the views have it.
    fn tell(&self, site: &(SiteId, SiteNo), word: Entry) -> Result<(), NotAsked> {
        let last = self.sites.say(&site.0, vec![word]).map_err(NotAsked::NotNow)?;
        Ok(self.views.wait_for(Stream::Down(site.1), last, CATCH_UP)?)
    }

    /// Waits until the views have what is here of a site.
    fn read_up(&self, site: SiteNo) -> Result<(), NotAsked> {
        catch_up(&self.views, &*self.shelves, site).map_err(NotAsked::NotNow)?;
        let down = Stream::Down(site);
        Ok(self.views.wait_for(down, self.shelves.records(down), CATCH_UP)?)
    }

    /// Where one request of a site is.
    pub(super) fn standing(&self, site: SiteNo, id: IntentId) -> Result<Option<Standing>, NotAsked> {
        self.read_up(site)?;
        Ok(self.views.request(site, id)?.map(|line| self.stands(site, line)))
    }

    /// Where the newest requests of a site are, on before the record with that ordinal.
    pub(super) fn standings(&self, site: SiteNo, before: u64, limit: usize) -> Result<Vec<Standing>, NotAsked> {
        self.read_up(site)?;
        let lines = self.views.requests(site, before, limit)?;
        Ok(lines.into_iter().map(|line| self.stands(site, line)).collect())
    }

    fn stands(&self, site: SiteNo, line: RequestLine) -> Standing {
        let (requested, at_ms) = self.requested(site, &line).unzip();
        let record = line.answer.and_then(|answer| self.entry(Stream::Up(site), answer.locator));
        let answered_ms = record.as_ref().map(|(_, at_ms)| *at_ms);
        let answer = line.answer.map(|answer| match record {
            _ if answer.is_done => Answer::Recorded,
            Some((Entry::Declined(Declined { reason, .. }), _)) => Answer::Declined(reason),
            _ => Answer::Declined("why is lost to damage".into()),
        });
        let taken_back = line.taken_back.and_then(|at| match self.entry(Stream::Down(site), at) {
            Some((Entry::TakenBack(word), _)) => word.by().cloned(),
            _ => None,
        });
        Standing { requested, line, at_ms, answer, answered_ms, taken_back }
    }

    fn requested(&self, site: SiteNo, line: &RequestLine) -> Option<(Requested, i64)> {
        match self.entry(Stream::Down(site), line.place.locator)? {
            (Entry::Requested(requested), at_ms) => Some((requested, at_ms)),
            _ => None,
        }
    }

    /// A record and its moment; nothing where it cannot be read.
    fn entry(&self, stream: Stream, at: Locator) -> Option<(Entry, i64)> {
        let body = self.shelves.body(stream, at).ok()??;
        let Record { entry, stamp } = record::decode(&body).ok()?;
        Some((entry, stamp.at_ms()))
    }
}

/// Whether one more may wait, of so many without an answer of which some were taken back.
fn has_room(unheard: usize, taken_back: usize) -> bool {
    unheard < MAX_UNHEARD && unheard.saturating_sub(taken_back) < MAX_WAITING
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_and_taken_back_again_and_again_comes_to_an_end() {
        assert!(has_room(0, 0) && has_room(MAX_WAITING - 1, 0) && has_room(MAX_UNHEARD - 1, MAX_UNHEARD - 1));
        assert!(!has_room(MAX_WAITING, 0) && has_room(MAX_WAITING, 1));
        assert!(!has_room(MAX_UNHEARD, MAX_UNHEARD));
    }
}
