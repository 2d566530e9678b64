//! What somebody has entered in ERPNext by hand in the place of a document that is held, was given up, or was posted and is gone: from then on it is posted, under the
//! name that it has there.
//!
//! In: a document, a name, who says so. Out: the office's word, or why not. ERPNext is asked, and nothing is changed there: a power cut before
//! the word leaves all as it was. Absent: what may stand for what in ERPNext, which is the sink's.

use super::{SiteWriter, Spot, audit};
use crate::domain::document::{Kind, Text};
use crate::domain::id::IntentId;
use crate::domain::outcome::Fate;
use crate::domain::record::{Entry, Submitted};
use crate::office::posting::by_hand::{Entering, NotEntered};
use crate::office::posting::library::Words;
use crate::office::posting::lock;
use crate::posting::{ByHand, Fates, Place, Posted, Work};

impl SiteWriter {
    /// What was entered, in words.
    pub(super) fn entered(&mut self, entering: &Entering) -> Result<Vec<String>, NotEntered> {
        let (id, books) = (entering.id, self.books.clone());
        // One that was posted may be gone from there, and be entered anew.
        self.look_for_posted(id).map_err(NotEntered::No)?;
        self.may_be_entered(id)?;
        let line = books.ask(|views| views.document(self.number, id)).flatten();
        let record = line.as_ref().and_then(|line| books.record(self.number, line.locator));
        let (Some(line), Some(record)) = (line, record) else { return Err(NotEntered::no(damaged(id))) };
        let Entry::Submitted(submitted) = &record.entry else { return Err(NotEntered::no(damaged(id))) };
        let local = self.local(&record);
        let place = Place { site: self.site.clone(), day: local.date(), time: local.time(), again: true };
        // Of two that name the same one the second sees the word on the first.
        let hub = books.hub.clone();
        let _alone = lock(&hub.entering);
        let (there, differences) = self.there_by_hand(submitted, &entering.name, &place)?;
        let kind = submitted.document.kind();
        // Two customers may be one: somebody has joined them.
        let others = if is_party(kind) { None } else { books.entered_as(kind, &there.name, id)? };
        if let Some(other) = others {
            let why = format!("{} was said to be {other} already: name the one that was entered for this", there.name);
            return Err(NotEntered::Name(why));
        }
        if !differences.is_empty() && !entering.anyway {
            return Err(NotEntered::Differs { name: there.name, differences });
        }
        let order = self.record_of(id).map_or(0, |(_, order, _)| order);
        let work = Work::post(submitted, order, None);
        let words = Words { books: &books, site: self.number };
        let name = there.name.clone();
        let said = self.writer.entered(&work, there, entering.by.clone(), &words);
        let Some(said) = said else { return Err(NotEntered::no(under_way(id))) };
        // What was given up stands nowhere here; its place counts where it is gone one day.
        let is_audited = audit::is_missed(submitted);
        self.at.insert(id, Spot { order, at: line.locator, is_audited });
        self.stock.at_once();
        self.moved.push((id, work.brings));
        self.decided(said).map_err(NotEntered::No)?;
        tracing::info!(site = %self.site, %id, %name, by = %entering.by, "entered by hand");
        let mut told = vec![format!("{} is {name} in the books", words.called(id))];
        told.extend(differences);
        Ok(told)
    }

    /// Whether it may be entered, by the word on it.
    fn may_be_entered(&self, id: IntentId) -> Result<(), NotEntered> {
        let words = Words { books: &self.books, site: self.number };
        let no = |why: String| Err(NotEntered::no(why));
        let Some((_, cancelled)) = self.books.document_of(self.number, id) else {
            return no(format!(
                "{id} is no document of {}: a cancellation is done in ERPNext, and retried here",
                self.site
            ));
        };
        if cancelled.is_some() {
            return no(format!("{} was cancelled at the workshop: cancel it in ERPNext as well", words.called(id)));
        }
        match words.fate(id) {
            Some(Fate::Held { .. } | Fate::GivenUp { .. }) => Ok(()),
            Some(Fate::Posted { name, .. }) => no(format!("{} is in the books already, as {name}", words.called(id))),
            Some(Fate::Withdrawn | Fate::Kept) => no(format!("{} never goes into the books", words.called(id))),
            None => no(under_way(id)),
        }
    }

    fn there_by_hand(
        &mut self,
        submitted: &Submitted,
        name: &Text,
        at: &Place,
    ) -> Result<(Posted, Vec<String>), NotEntered> {
        self.reach().map_err(NotEntered::No)?;
        let Some(sink) = &mut self.sink else { return Err(NotEntered::no("the books cannot be reached".into())) };
        match sink.by_hand(submitted, name, at).map_err(NotEntered::No)? {
            ByHand::There { posted, differences } => Ok((posted, differences)),
            ByHand::No(why) => Err(NotEntered::Name(why)),
        }
    }
}

fn is_party(kind: Kind) -> bool {
    matches!(kind, Kind::Customer | Kind::Supplier)
}

fn under_way(id: IntentId) -> String {
    format!("{id} is on its way into the books: look what becomes of it, `outpost office held list`")
}

fn damaged(id: IntentId) -> String {
    format!("the record of {id} is damaged at the office: run `outpost doctor`")
}
