//! One line of a list: a document, and how far it is on its way.

use super::Pages;
use crate::domain::document::Text;
use crate::domain::outcome::Fate;
use crate::domain::record::{Entry, Submitted};
use crate::domain::time::rfc3339;
use crate::journal::Stored;
use crate::site::start::SITE_NO;
use crate::views::{DocumentLine, Locator, State};
use crate::web::Fault;
use crate::wire::record;
use serde_json::{Value, json};

/// A document's record.
pub(super) struct Read {
    pub(super) stored: Stored,
    pub(super) at_ms: i64,
    pub(super) submitted: Submitted,
}

/// How far something is: the mark, since when where that is known, its name in the books, why it is not in them.
pub(super) struct Mark<'a> {
    pub(super) mark: &'static str,
    pub(super) since: Option<i64>,
    pub(super) name: Option<&'a Text>,
    pub(super) why: Option<&'a str>,
}

impl<'a> Mark<'a> {
    /// By the office's word, or where that lacks, by where the record is.
    pub(super) fn of(fate: Option<&'a Fate>, state: State, saved_ms: Option<i64>) -> Self {
        let plain = |mark| Self { mark, since: None, name: None, why: None };
        match (fate, state) {
            (Some(Fate::Posted { name, .. }), _) => Self { name: Some(name), ..plain("posted") },
            (Some(Fate::Held { why, .. }), _) => Self { why: Some(why), ..plain("held") },
            (Some(Fate::Withdrawn), _) => plain("withdrawn"),
            (Some(Fate::Kept), _) => plain("kept"),
            (Some(Fate::GivenUp { reason, .. }), _) => Self { why: Some(reason), ..plain("given_up") },
            (None, State::AtOffice { at_ms }) => Self { since: Some(at_ms), ..plain("at_office") },
            (None, State::Saved) => Self { since: saved_ms, ..plain("saved") },
        }
    }
}

impl Pages {
    /// The record of a document; none where its bytes are lost.
    pub(super) fn read(&self, line: &DocumentLine) -> Option<Read> {
        let (stored, entry, at_ms) = self.record(line.locator)?;
        match entry {
            Entry::Submitted(submitted) => Some(Read { stored, at_ms, submitted }),
            _ => None,
        }
    }

    /// A record, and its moment.
    pub(super) fn record(&self, at: Locator) -> Option<(Stored, Entry, i64)> {
        let stored = self.journal.read_at(at.0.into()).ok()?;
        let record = record::decode(&stored.body).ok()?;
        Some((stored, record.entry, record.stamp.at_ms()))
    }

    /// The line of a document, as far as it can be read.
    pub(super) fn line(&self, line: &DocumentLine, read: Option<&Read>, prefix: &str) -> Result<Value, Fault> {
        let fate = self.views.fate(SITE_NO, line.id)?;
        let submitted = read.map(|read| &read.submitted);
        let party = submitted.and_then(|submitted| submitted.document.rules().party());
        let total = submitted.map(|submitted| submitted.effects().sum).filter(|sum| !sum.is_zero());
        let day = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().days(line.day)).ok();
        let mark = Mark::of(fate.as_ref(), line.state, read.map(|read| read.at_ms));
        Ok(json!({
            "id": line.id,
            "kind": line.kind.slug(),
            "number": line.number.map(|number| number.print(prefix, line.kind)),
            "day": day.map(|day| day.to_string()),
            "party": party,
            "total": total,
            "position": line.position.to_string(),
            "mark": mark.mark,
            "since": mark.since.map(rfc3339),
            "name": mark.name,
            "why": mark.why,
            "cancelled": line.cancelled.is_some(),
        }))
    }

    /// The lines of a list.
    pub(super) fn lines<'a>(
        &self,
        lines: impl IntoIterator<Item = &'a DocumentLine>,
        prefix: &str,
    ) -> Result<Vec<Value>, Fault> {
        lines.into_iter().map(|line| self.line(line, self.read(line).as_ref(), prefix)).collect()
    }
}
