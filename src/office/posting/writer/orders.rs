//! What people want of a site's documents: that one is tried again, or given up.
//!
//! In: an order, and whoever hears of it. Out: the words, and what they mean for stock and money. What was decided holds, though it cannot be
//! written down now. Absent: what was entered by hand (`by_hand`), and the look for what is said to be posted (`audit`).

use super::{SiteWriter, Spot};
use crate::domain::document::Text;
use crate::domain::id::IntentId;
use crate::domain::outcome::Fate;
use crate::domain::record::{Cancelled, Entry};
use crate::office::posting::Order;
use crate::office::posting::library::Words;
use crate::pages::means;
use crate::posting::{Fates, Said};

/// What one would have booked that cannot be read.
pub(super) const DAMAGED: &str = "its record is damaged: what it would have booked is not known";

/// What giving up the cancellation of one of before the first day comes to.
const BY_HAND_FIRST: &str =
    "it is in the books by hand: cancel it there before, since the workshop's stock counts without it from then on";

impl SiteWriter {
    pub(super) fn obey(&mut self, order: Order) {
        // Settings may have been changed for it.
        self.source.look_again();
        match order {
            Order::Retry(which) => {
                // The map, or what it names, may have changed: that is why somebody retries.
                self.sink = None;
                self.books.forget_masters();
                self.writer.retry(which);
            }
            Order::RetryPosted(id, told) => {
                self.sink = None;
                self.books.forget_masters();
                let retried = self.retry_posted(id);
                let _ = told.send(retried);
            }
            Order::GiveUp { id, by, reason, told } => {
                let given_up = self.give_up(id, by, reason);
                // Whoever asked may have gone.
                let _ = told.send(given_up);
            }
            Order::Entered(entering, told) => {
                let entered = self.entered(&entering);
                let _ = told.send(entered);
            }
        }
    }

    /// What stays in the books where this is not carried out.
    pub(super) fn stays(&self, cancelled: &Cancelled) -> Vec<String> {
        if self.counts(cancelled.document) {
            return vec![BY_HAND_FIRST.into()];
        }
        let of = self.books.document_of(self.number, cancelled.document);
        means::never_cancelled(of.as_ref().map(|(of, _)| of))
    }

    fn give_up(&mut self, id: IntentId, by: Text, reason: String) -> Result<String, String> {
        let Some(Spot { at, .. }) = self.at.get(&id).copied() else { return Err(format!("{id} is not held")) };
        let entry = self.books.entry(self.number, at);
        self.reach()?;
        let Some(sink) = &mut self.sink else { return Err("the books cannot be reached".into()) };
        let meaning = match &entry {
            Some(Entry::Submitted(submitted)) => {
                if sink.has(submitted)? {
                    return Err(
                        "it is in the books, though not as its paper says: retry it when it is corrected there, \
                                or cancel it there first"
                            .into(),
                    );
                }
                means::never_posted(submitted)
            }
            Some(Entry::Cancelled(cancelled)) => {
                let of = self.books.document_of(self.number, cancelled.document).map(|(of, _)| of);
                let words = Words { books: &self.books, site: self.number };
                let is_posted = matches!(words.fate(cancelled.document), Some(Fate::Posted { by: None, .. }));
                // Given up, it would be said to count there still.
                if let Some(of) = of.filter(|_| is_posted)
                    && !sink.has(&of)?
                {
                    return Err(format!("{} counts in the books no more: retry this instead", words.called(of.id)));
                }
                self.stays(cancelled)
            }
            _ => vec![DAMAGED.into()],
        };
        let Some(said) = self.writer.give_up(id, by, reason) else { return Err(format!("{id} is not held")) };
        self.decided(said)?;
        Ok(meaning.join("\n"))
    }

    /// Says what a person has decided. It holds though it cannot be written down now.
    pub(super) fn decided(&mut self, said: Said) -> Result<(), String> {
        let later =
            "It is decided, and written down as soon as that can be: do not say it again, and look then what is said";
        self.say(said).map_err(|why| format!("{why}. {later}"))
    }
}
