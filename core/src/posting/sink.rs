//! The books, as posting sees them: one small trait for ERPNext and for whatever else a company keeps its books in.

use crate::domain::document::{Kind, Text};
use crate::domain::id::{IntentId, SiteId};
use crate::domain::outcome::{Fate, Hold};
use crate::domain::record::{Cancelled, Submitted};
use jiff::civil::{Date, Time};

/// Whose a document is, and when it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The site.
    pub site: SiteId,
    /// The record's day in the workshop's time zone, where neither the document nor the box says one.
    pub day: Date,
    /// The time of that day.
    pub time: Time,
    /// An attempt was made before, and how it ended is not known or was no success: the books are asked first.
    pub again: bool,
}

/// A document in the books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// Its name there.
    pub name: Text,
    /// The day on which it was posted, where that is not its own.
    pub day: Option<Date>,
    /// With it an operation of its Work Order is done: what the books have refused as too early may go on.
    pub completes: bool,
}

impl Posted {
    /// One under this name, on its own day, that completes nothing.
    pub fn new(name: Text) -> Self {
        Self { name, day: None, completes: false }
    }
}

/// What the books have under a name that a person has given for a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ByHand {
    /// It counts there, and may stand for the document.
    There {
        /// Its name, and its day where that is not the document's.
        posted: Posted,
        /// What it says otherwise than the paper, for people.
        differences: Vec<String>,
    },
    /// It cannot stand for it; why, and what to do.
    No(String),
}

/// What the books made of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is in the books, and was read back: it says what the receipt says. Of a cancellation: it is cancelled there.
    Done(Posted),
    /// The books say that they have made it. It was not read back yet, and nothing is said of it before [`Sink::confirm`].
    Made,
    /// The books have no place for such a document, and need none.
    Kept,
    /// It is never to be in the books: this is the last word on it.
    Never(Fate),
    /// It is not in the books, and will not be until something changes; why, for people. [`Hold::Waits`] of work that is too early: it is tried
    /// again when the Work Order got on.
    Held(Hold, String),
    /// It may go through later. `alive` where the books answer otherwise: then it is this document that they fail over.
    Again {
        /// What happened, for people.
        why: String,
        /// The books answer other questions.
        alive: bool,
    },
    /// The books take nothing at all from us until a person has mended it: a key that counts no more.
    Stopped(String),
}

impl Verdict {
    /// It counts in the books, whatever else is said of it: what it brings is there.
    pub fn is_there(&self) -> bool {
        matches!(self, Self::Done(_) | Self::Held(Hold::Differs, _))
    }
}

/// Books that documents are posted into. Each call may block for as long as the books take; one document is under way at a time.
///
/// The contract, which every sink's tests hold it to:
/// - What was posted is found under its id ever after, and posting it again changes nothing and gives the same answer.
/// - `Done` is said after reading back, never on the books' own success alone: that is `Made`.
/// - What was made is confirmed by the sink that made it, or else found under its id by the next attempt.
/// - After `Held` nothing of the document counts in the books, but with [`Hold::Differs`]: a person sees both figures, and decides.
/// - Cancelling what is not in the books is `Kept`.
/// - What is cancelled in the books is not there ([`Sink::there`]), and is told apart from what never was, or is deleted.
pub trait Sink: Send {
    /// Posts a document.
    fn post(&mut self, submitted: &Submitted, at: &Place) -> Verdict;

    /// Reads back what this sink has made: a verdict for each, in their order. [`Verdict::Again`] where nothing was learned of one: then it is
    /// asked for by its id.
    fn confirm(&mut self, made: &[IntentId]) -> Vec<Verdict>;

    /// Cancels one that was posted.
    fn cancel(&mut self, cancelled: &Cancelled, of: &Submitted, at: &Place) -> Verdict;

    /// Which of these documents are in the books, drafts and cancelled ones apart; and, unasked, those that the books keep under no
    /// id of their own: only [`Sink::has`] asks for one of these. An error where the books do not say.
    fn there(&mut self, documents: &[(Kind, IntentId)]) -> Result<Vec<IntentId>, Unsaid>;

    /// Whether this one is in the books. An error where they do not say.
    fn has(&mut self, submitted: &Submitted) -> Result<bool, String> {
        Ok(!self.there(&[(submitted.document.kind(), submitted.id)])?.is_empty())
    }

    /// Whether what the books have under this name may stand for a document that somebody has entered by hand. An error where the books do
    /// not say.
    fn by_hand(&mut self, submitted: &Submitted, name: &Text, at: &Place) -> Result<ByHand, String>;

    /// Which of these documents are cancelled in the books, each with what to say of it where it was not the site that did it. An error where
    /// the books do not say.
    fn cancelled_there(&mut self, documents: &[(Kind, IntentId)]) -> Result<Vec<(IntentId, String)>, Unsaid>;
}

/// Why the books have not said which documents they have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsaid {
    /// In words, with what to do.
    pub why: String,
    /// They answer, and not that: documents may go in all the same.
    pub answers: bool,
}

impl From<String> for Unsaid {
    /// They were not asked, or do not answer.
    fn from(why: String) -> Self {
        Self { why, answers: false }
    }
}

impl From<Unsaid> for String {
    fn from(unsaid: Unsaid) -> Self {
        unsaid.why
    }
}
