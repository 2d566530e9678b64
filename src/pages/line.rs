//! One line of a list: a document, and how far it is on its way.

use crate::domain::decimal::Decimal;
use crate::domain::document::{Document, Ref, Text};
use crate::domain::effects::Progress;
use crate::domain::outcome::Fate;
use crate::domain::record::{Entry, Submitted};
use crate::domain::shop::Shop;
use crate::domain::time::{Quality, rfc3339};
use crate::journal::{Reader, Stored};
use crate::views::{DocumentLine, Locator, State};
use crate::wire::record;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A document's record.
pub struct Read {
    /// Where and how it lies in the journal.
    pub stored: Stored,
    /// Milliseconds since 1970.
    pub at_ms: i64,
    /// How good that is.
    pub quality: Quality,
    /// What was submitted.
    pub submitted: Submitted,
}

/// How far something is: the mark, since when where that is known, its name in the books, why it is not in them.
pub struct Mark<'a> {
    /// The mark.
    pub mark: &'static str,
    /// Milliseconds since 1970.
    pub since: Option<i64>,
    /// In the books.
    pub name: Option<&'a Text>,
    /// In words.
    pub why: Option<&'a str>,
}

impl<'a> Mark<'a> {
    /// By the office's word, or where that lacks, by where the record is.
    pub fn of(fate: Option<&'a Fate>, state: State, saved_ms: Option<i64>) -> Self {
        match (fate, state) {
            (Some(fate), _) => Self::said(fate),
            (None, State::AtOffice { at_ms }) => Self { since: Some(at_ms), ..Self::plain("at_office") },
            (None, State::Saved) => Self { since: saved_ms, ..Self::plain("saved") },
        }
    }

    /// By the office's word alone.
    pub fn said(fate: &'a Fate) -> Self {
        match fate {
            Fate::Posted { name, .. } => Self { name: Some(name), ..Self::plain("posted") },
            Fate::Held { why, .. } => Self { why: Some(why), ..Self::plain("held") },
            Fate::Withdrawn => Self::plain("withdrawn"),
            Fate::Kept => Self::plain("kept"),
            Fate::GivenUp { reason, .. } => Self { why: Some(reason), ..Self::plain("given_up") },
        }
    }

    fn plain(mark: &'static str) -> Self {
        Self { mark, since: None, name: None, why: None }
    }
}

/// A record, its moment and how good that is.
pub fn record(journal: &Reader, at: Locator) -> Option<(Stored, Entry, (i64, Quality))> {
    let stored = journal.read_at(at.0.into()).ok()?;
    let record = record::decode(&stored.body).ok()?;
    Some((stored, record.entry, (record.stamp.at_ms(), record.stamp.quality)))
}

/// The record of a document; none where its bytes are lost.
pub fn read(journal: &Reader, line: &DocumentLine) -> Option<Read> {
    let (stored, entry, (at_ms, quality)) = record(journal, line.locator)?;
    match entry {
        Entry::Submitted(submitted) => Some(Read { stored, at_ms, quality, submitted }),
        _ => None,
    }
}

/// The line of a document, as far as it can be read. `prefix` is its site's on paper today.
pub fn told(line: &DocumentLine, read: Option<&Read>, fate: Option<&Fate>, prefix: &str) -> Value {
    let submitted = read.map(|read| &read.submitted);
    let party = submitted.and_then(|submitted| submitted.document.rules().party());
    let total = submitted.map(|submitted| submitted.effects().sum).filter(|sum| !sum.is_zero());
    let day = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().days(line.day)).ok();
    let mark = Mark::of(fate, line.state, read.map(|read| read.at_ms));
    json!({
        "id": line.id,
        "kind": line.kind.slug(),
        "number": line.printed(submitted, prefix),
        "day": day.map(|day| day.to_string()),
        "party": party,
        "total": total,
        "position": line.position.to_string(),
        "mark": mark.mark,
        "since": mark.since.map(rfc3339),
        "name": mark.name,
        "why": mark.why,
        "cancelled": line.cancelled.is_some(),
    })
}

/// A document's fields as they were sent.
pub fn fields(submitted: &Submitted) -> Value {
    document(&submitted.document)
}

/// The same of a document that is none of a journal yet.
pub fn document(document: &Document) -> Value {
    struct Fields<'a>(&'a Document);

    impl Serialize for Fields<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            self.0.serialize_fields(serializer)
        }
    }

    serde_json::to_value(Fields(document)).unwrap_or_default()
}

/// How much of each row of a document came back, by the row's number.
pub fn returned(shop: &Shop, submitted: &Submitted) -> BTreeMap<String, Decimal> {
    let of = Ref::Own(submitted.id);
    let row = |n: usize| {
        let name = Text::try_from(n.to_string()).ok()?;
        let back = shop.progress(&of, Some(&name), Progress::Returned);
        (!back.is_zero()).then(|| (name.to_string(), back))
    };
    (1..=submitted.document.rules().item_rows().len()).filter_map(row).collect()
}
