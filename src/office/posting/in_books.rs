//! What of a site's documents is in the books, kept beside the words said on them, where figures are read from the books.
//!
//! In: words. Out: sums on the site's board (`domain::shop::InBooks`). A document that is there and differs from its paper is in the books'
//! figures as well. Made anew from the journal and the words where nothing is known: at a start, or after a count that came late.

use super::library::{Books, Words};
use super::writer::SiteWriter;
use crate::domain::id::{IntentId, Position, SiteId};
use crate::domain::outcome::{Fate, Hold};
use crate::domain::record::{Cancelled, Entry, Submitted};
use crate::domain::shop::{InBooks, OutOfOrder};
use crate::posting::Fates;
use crate::views::{Journals, SiteNo, Stream};
use crate::wire::record;
use std::collections::HashSet;
use std::ops::ControlFlow;

/// The sums, and what of them is there otherwise than its paper says.
#[derive(Default)]
pub(super) struct SiteInBooks {
    pub(super) sums: InBooks,
    differing: HashSet<IntentId>,
}

impl SiteInBooks {
    /// Takes the word on a document; what it was before is known for those that differ.
    fn take(&mut self, at: Position, submitted: &Submitted, fate: &Fate) -> Result<(), OutOfOrder> {
        let differed = self.differing.contains(&submitted.id);
        match fate {
            Fate::Held { hold: Hold::Differs, .. } if !differed => {
                self.sums.add(at, submitted)?;
                self.differing.insert(submitted.id);
            }
            Fate::Held { hold: Hold::Differs, .. } => {}
            Fate::Posted { .. } if differed => drop(self.differing.remove(&submitted.id)),
            // Somebody has entered it by hand.
            fate if fate.is_before() && !differed => self.sums.add(at, submitted)?,
            Fate::Posted { .. } => self.sums.add(at, submitted)?,
            Fate::Held { hold: Hold::Gone, .. } => self.sums.take_back(at, submitted),
            _ if differed => {
                self.differing.remove(&submitted.id);
                self.sums.take_back(at, submitted);
            }
            _ => {}
        }
        Ok(())
    }
}

impl SiteWriter {
    /// A word was said: the sums follow, where they are kept.
    pub(super) fn enter(&self, entry: &Entry, fate: &Fate) {
        if !self.board.keeps_sums() {
            return;
        }
        let done = match (entry, fate) {
            (Entry::Submitted(submitted), fate) => self.books.position(self.number, submitted.id).is_none_or(|at| {
                let taken = self.board.sums(|books| books.take(at, submitted, fate));
                taken.is_none_or(|taken| taken.is_ok())
            }),
            (Entry::Cancelled(cancelled), fate) if self.books.undoes(self.number, cancelled, fate) => {
                self.take_back(cancelled.document);
                true
            }
            // It counts again, and did not for a while.
            (Entry::Cancelled(_), Fate::Held { hold: Hold::Gone, .. }) => false,
            _ => true,
        };
        if !done {
            // What stands behind it, a count that came late or one that counts again, cannot be told apart any more.
            self.board.forget_sums();
        }
    }

    /// It is in the books no more.
    pub(super) fn take_back(&self, id: IntentId) {
        let of = self.books.document_of(self.number, id);
        if let (Some((submitted, _)), Some(at)) = (of, self.books.position(self.number, id)) {
            self.board.sums(|books| {
                books.differing.remove(&id);
                books.sums.take_back(at, &submitted);
            });
        }
    }
}

impl Books {
    /// Whether this word on a cancellation takes its document out of the books. Withdrawn is also what finds nothing there: somebody has
    /// deleted it. Where the document's own word is another than that it is there, that has taken it out already. Of one of before people are
    /// asked to cancel it there themselves, and to give the cancellation up then.
    fn undoes(&self, site: SiteNo, cancelled: &Cancelled, fate: &Fate) -> bool {
        let of = || Words { books: self, site }.fate(cancelled.document);
        match fate {
            Fate::Posted { .. } | Fate::Withdrawn => matches!(of(), Some(Fate::Posted { .. })),
            Fate::GivenUp { .. } => fate.is_before() || of().is_some_and(|of| of.is_before()),
            _ => false,
        }
    }

    fn position(&self, site: SiteNo, id: IntentId) -> Option<Position> {
        let line = self.ask(|views| views.document(site, id))??;
        Some(line.position)
    }

    /// Makes a site's sums from its journal and from what was said; none where the office is being stopped. An error where the journal
    /// cannot be read.
    pub(super) fn sums_of(&self, (site, number): (&SiteId, SiteNo)) -> Result<Option<SiteInBooks>, String> {
        let (mut sums, stream) = (SiteInBooks::default(), Stream::Up(number));
        let there = self.views.applied(stream);
        let words = Words { books: self, site: number };
        let scanned = self.shelves.scan(stream, None, &mut |at, body| {
            if at.ordinal > there || self.hub.stopped() {
                return ControlFlow::Break(());
            }
            let Ok(record) = record::decode(body) else { return ControlFlow::Continue(()) };
            match &record.entry {
                Entry::Submitted(submitted) => {
                    let fate = words.fate(submitted.id);
                    let in_books = fate.as_ref().is_some_and(|fate| {
                        matches!(fate, Fate::Posted { .. } | Fate::Held { hold: Hold::Differs, .. }) || fate.is_before()
                    });
                    let is_first = || self.position(number, submitted.id) == Some(at.position);
                    if let Some(fate) = fate.filter(|_| in_books && is_first())
                        && sums.take(at.position, submitted, &fate).is_err()
                    {
                        tracing::warn!(%site, id = %submitted.id, "a count of stock came out of order: what the site is told of that stock is wrong until the next count");
                    }
                }
                Entry::Cancelled(cancelled) => {
                    let fate = words.fate(cancelled.id);
                    if fate.is_some_and(|fate| self.undoes(number, cancelled, &fate))
                        && let Some((submitted, _)) = self.document_of(number, cancelled.document)
                        && let Some(position) = self.position(number, cancelled.document)
                    {
                        sums.sums.take_back(position, &submitted);
                    }
                }
                _ => {}
            }
            ControlFlow::Continue(())
        });
        scanned.map_err(|error| error.to_string())?;
        // One that is being stopped has not seen all.
        Ok((!self.hub.stopped()).then_some(sums))
    }
}
