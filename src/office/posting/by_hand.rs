//! A person says under which name a document is in ERPNext that was entered there by hand.
//!
//! In: the document's id, the name, who says so. Out: what was entered, or why not. The site's own thread asks ERPNext and says the word
//! (`writer/by_hand.rs`). Absent: an index of such names: they are few, and looked for in the office's journals, which takes about a second
//! for each million of words.

use super::library::Books;
use super::{Clerk, Order, PATIENCE};
use crate::domain::document::{Kind, Text};
use crate::domain::id::IntentId;
use crate::domain::outcome::{Fate, Outcome};
use crate::domain::record::Entry;
use crate::posting::Fates;
use crate::views::{Journals, Stream};
use crate::wire::record;
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use thiserror::Error;

/// What a person says.
pub(in crate::office) struct Entering {
    /// The document.
    pub(in crate::office) id: IntentId,
    /// Its name in ERPNext.
    pub(in crate::office) name: Text,
    /// Who says so.
    pub(in crate::office) by: Text,
    /// Whatever ERPNext has otherwise: it was entered so on purpose.
    pub(in crate::office) anyway: bool,
}

/// Why it was not entered.
#[derive(Debug, Error)]
pub(in crate::office) enum NotEntered {
    /// The document cannot be, or nobody answered.
    #[error("{0}")]
    No(String),
    /// What has that name cannot stand for it.
    #[error("{0}")]
    Name(String),
    /// It says otherwise than the paper, and nobody has said that this is on purpose.
    #[error("{name} is not what the paper says: {}", .differences.join("; "))]
    Differs {
        /// What ERPNext calls it.
        name: Text,
        /// What is otherwise.
        differences: Vec<String>,
    },
}

impl NotEntered {
    pub(super) fn no(why: String) -> Self {
        Self::No(why)
    }
}

impl From<String> for NotEntered {
    fn from(why: String) -> Self {
        Self::No(why)
    }
}

impl Clerk {
    /// A document that is held, was given up, or was posted and is gone from there, is in ERPNext under this name. Says so, and what it has
    /// there otherwise than its paper.
    pub(in crate::office) fn entered(&self, entering: Entering) -> Result<Vec<String>, NotEntered> {
        let boards = self.boards(None)?;
        let id = entering.id;
        let holder = boards.iter().find(|(_, board)| board.holds(id)).map(|(site, _)| site.clone());
        // What was given up is held no more, and is where its record is.
        let of = holder.or_else(|| self.books.line(None, id).map(|(site, _)| site));
        let Some(site) = of.filter(|of| boards.iter().any(|(site, _)| site == of)) else {
            return Err(NotEntered::no(format!("{id} is not held, nor was it given up: `outpost office held list`")));
        };
        let (told, heard) = std::sync::mpsc::channel();
        self.hub.tell(&site, Order::Entered(entering, told));
        let late = "the books have not answered yet: `outpost status --document` shows whether it was done";
        heard.recv_timeout(PATIENCE).map_err(|_| NotEntered::no(late.into()))?
    }
}

impl Books {
    /// What people call the document of this kind, another than `id`, that is said to be in ERPNext under this name.
    pub(super) fn entered_as(&self, kind: Kind, name: &Text, id: IntentId) -> Result<Option<String>, String> {
        let mut named = BTreeSet::new();
        let bytes = name.as_str().as_bytes();
        for (_, number) in self.sites.numbers() {
            let scanned = self.shelves.scan(Stream::Down(number), None, &mut |_, body| {
                if self.hub.stopped() {
                    return ControlFlow::Break(());
                }
                if body.windows(bytes.len().max(1)).any(|some| some == bytes)
                    && let Ok(record) = record::decode(body)
                    && let Entry::Outcome(Outcome { of, fate }) = record.entry
                    && fate.by_hand() == Some(name)
                    && of != id
                {
                    named.insert((number, of));
                }
                ControlFlow::Continue(())
            });
            scanned.map_err(|error| error.to_string())?;
        }
        // It may be gone from there since, and another be entered in its place.
        for (number, of) in named {
            let words = super::library::Words { books: self, site: number };
            let is_kind = |of| self.document(None, of).is_some_and(|made| made.document.kind() == kind);
            if words.fate(of).as_ref().and_then(Fate::by_hand) == Some(name) && is_kind(of) {
                return Ok(Some(words.called(of)));
            }
        }
        match self.hub.stopped() {
            true => Err("the office is being stopped: say it again when it runs".into()),
            false => Ok(None),
        }
    }
}
