//! A second look at what differs: a record may have come, or a word been said, while the others were read.

use super::{About, not_now};
use crate::books::catch_up;
use crate::domain::id::IntentId;
use crate::reconcile::{Document, Sources, Why};

/// True where what is wrong may have righted itself by a later record or word.
fn may_have_moved(why: Why) -> bool {
    matches!(
        why,
        Why::NotInBooks | Why::NotInJournal | Why::BooksDiffer | Why::Unsaid | Why::CancelledThere | Why::NotCancelled
    )
}

impl About<'_> {
    /// Looks at these again; whether anything is otherwise now.
    pub(super) fn look_again(&self, told: &[(IntentId, Why)], sources: &mut Sources) -> Result<bool, String> {
        let doubted: Vec<IntentId> = told.iter().filter(|(_, why)| may_have_moved(*why)).map(|(id, _)| *id).collect();
        if doubted.is_empty() {
            return Ok(false);
        }
        catch_up(self.views, self.shelves, self.number)?;
        let mut moved = false;
        for id in doubted {
            self.goes_on()?;
            moved |= self.refresh(id, sources)?;
        }
        Ok(moved)
    }

    fn refresh(&self, id: IntentId, sources: &mut Sources) -> Result<bool, String> {
        let Some(line) = self.views.document(self.number, id).map_err(not_now)? else { return Ok(false) };
        let document = self.line(&line)?;
        let mut moved = self.words(&document, sources)?;
        moved |= self.replace(document, &mut sources.books);
        // The journal was read before: what its record says now counts, where that is the record that was read.
        if let Some(read) = self.read(&line)? {
            let bare = |document: &Document| Document { cancelled: None, ..document.clone() };
            let known = sources.journal.iter().find(|known| known.id == id);
            if known.is_none_or(|known| bare(known) == bare(&read)) {
                moved |= self.replace(read, &mut sources.journal);
            }
        }
        Ok(moved)
    }

    fn replace(&self, document: Document, among: &mut Vec<Document>) -> bool {
        let known = among.iter_mut().find(|known| known.id == document.id);
        match known {
            Some(known) if *known == document => false,
            Some(known) => {
                *known = document;
                true
            }
            None if self.asked(document.day) => {
                among.push(document);
                true
            }
            None => false,
        }
    }
}
