//! Documents: of a day, of a customer or supplier, by number, and one with all that is known of it.

use super::{Pages, Question};
use crate::domain::document::Kind;
use crate::domain::id::IntentId;
use crate::domain::number::Number;
use crate::domain::record::Entry;
use crate::domain::time::rfc3339;
use crate::pages::line::{self, Read};
use crate::pages::means;
use crate::pages::parameters::{day, kind};
use crate::site::start::SITE_NO;
use crate::views::{DocumentLine, days_since_1970};
use crate::web::{Fault, Paging, Query, Reply};
use jiff::civil::Date;
use serde_json::{Value, json};

/// No document has this id.
pub(super) fn no_id() -> Fault {
    Fault::absent(Some("id"), "no document has this id here", "look for it by its day or number")
}

impl Pages {
    pub(super) fn documents(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        let query = Query::read(question.asked, &["day", "kind", "party", "number", "limit", "after"])?;
        let paging = Paging::read(&query)?;
        let day = day(&query, "day")?;
        let kind = kind(&query)?;
        if let Some(kind) = kind {
            question.must_read(kind)?;
        }
        self.catch_up()?;
        match (day, query.text("party"), query.text("number")) {
            (Some(day), None, None) => self.of_day(question, (day, kind), &paging),
            (None, Some(party), None) if kind.is_none() => self.of_party(question, party, &paging),
            (None, None, Some(number)) if kind.is_none() => self.numbered(question, number),
            _ => {
                let rule = "documents are asked for by day (and kind), by party or by number: one of them";
                Err(Fault::bad("day", rule, "send day=2026-11-02, party=NAME or number=BDG-SI-A000123"))
            }
        }
    }

    /// `after` is how many of the day come before what was told: what is new since then moves nothing.
    fn of_day(&self, question: &Question<'_>, of: (Date, Option<Kind>), paging: &Paging) -> Result<Reply, Fault> {
        let (day, kind) = (days_since_1970(of.0), of.1);
        let all: u32 = self.views.days(SITE_NO, kind, day, day)?.iter().map(|(_, count)| count).sum();
        let end = paging.after::<u32>()?.unwrap_or(all);
        if end > all {
            return Err(Paging::gone());
        }
        let limit = u32::try_from(paging.limit).unwrap_or(u32::MAX);
        let begin = end.saturating_sub(limit);
        let mut lines = self.views.documents(SITE_NO, kind, day, begin, end - begin)?;
        lines.reverse();
        let next = (begin > 0).then(|| begin.to_string());
        self.page(question, lines, next)
    }

    fn of_party(&self, question: &Question<'_>, party: &str, paging: &Paging) -> Result<Reply, Fault> {
        let found = self.views.documents_of(SITE_NO, party, paging.after()?, paging.limit)?;
        let next = found.more.map(|after| after.to_string());
        self.page(question, found.lines, next)
    }

    fn numbered(&self, question: &Question<'_>, number: &str) -> Result<Reply, Fault> {
        let rule = "it is no number of a document";
        let (_, kind, no) =
            Number::read(number).ok_or_else(|| Fault::bad("number", rule, "they look like BDG-SI-A000123"))?;
        let mut lines = self.views.numbered(SITE_NO, kind, no)?;
        lines.reverse();
        self.page(question, lines, None)
    }

    fn page(&self, question: &Question<'_>, lines: Vec<DocumentLine>, next: Option<String>) -> Result<Reply, Fault> {
        let prefix = question.masters.number_prefix(&self.site);
        let lines = self.lines(lines.iter().filter(|line| question.may_read(line.kind)), &prefix)?;
        Ok(Paging::page(&lines, next))
    }

    pub(super) fn document(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        let id = question.segment.parse().map(IntentId);
        let id = id.map_err(|_| Fault::bad("id", "a document's id is a UUID", "take it from a list of documents"))?;
        self.catch_up()?;
        let line = self.views.document(SITE_NO, id)?.ok_or_else(no_id)?;
        question.must_read(line.kind)?;
        let read = self.read(&line);
        let lost = || Fault::not_now("its record cannot be read: look at the box with outpost doctor");
        let Read { stored, at_ms, submitted, .. } = read.as_ref().ok_or_else(lost)?;
        let prefix = question.masters.number_prefix(&self.site);
        let (amended_by, returned) = self.fold.ask(|shop| (shop.amended_by(id), line::returned(shop, submitted)));
        let fate = self.views.fate(SITE_NO, id)?;
        let instead = amended_by.map(|id| self.views.document(SITE_NO, id)).transpose()?.flatten();
        let number = instead.and_then(|line| {
            let read = self.read(&line).map(|read| read.submitted);
            line.printed(read.as_ref(), &prefix)
        });
        Ok(Reply::json(&json!({
            "line": self.line(&line, read.as_ref(), &prefix)?,
            "document": line::fields(submitted),
            "booked": submitted.booked,
            "device": submitted.device,
            "user": submitted.user,
            "at": rfc3339(*at_ms),
            "hash": stored.hash(&self.site).short(),
            "amends": submitted.amends,
            "amended_by": amended_by,
            "amended_by_number": number,
            "not_booked": means::not_booked(submitted, fate.as_ref()),
            "cancellation": self.cancellation(&line),
            "returned": returned,
        })))
    }

    fn cancellation(&self, line: &DocumentLine) -> Value {
        let Some((_, Entry::Cancelled(cancelled), at_ms)) = line.cancelled.and_then(|at| self.record(at)) else {
            return Value::Null;
        };
        json!({ "id": cancelled.id, "at": rfc3339(at_ms), "user": cancelled.user, "reason": cancelled.reason })
    }
}
