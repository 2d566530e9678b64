//! What the office's books have of some days, by which its lists and CSV go, and the office's word on each.

use super::{About, not_now};
use crate::domain::id::IntentId;
use crate::domain::record::{Entry, Record};
use crate::reconcile::{Document, Sources};
use crate::views::{DocumentLine, Journals, Locator, Stream, days_since_1970};
use crate::wire::record;
use jiff::ToSpan;
use jiff::civil::date;
use uuid::Uuid;

/// Lines that are asked for at once.
const PAGE: u32 = 256;

impl About<'_> {
    /// Reads them, the words first: what is said to be posted is in ERPNext when that is read.
    pub(super) fn listed(&self, sources: &mut Sources) -> Result<(), String> {
        let (from, to) = (days_since_1970(self.days.0), days_since_1970(self.days.1));
        for (day, count) in self.views.days(self.number, None, from, to).map_err(not_now)? {
            for skip in (0..count).step_by(PAGE as usize) {
                self.goes_on()?;
                let lines = self.views.documents(self.number, None, day, skip, PAGE).map_err(not_now)?;
                for line in lines {
                    let document = self.line(&line)?;
                    self.words(&document, sources)?;
                    sources.books.push(document);
                }
            }
        }
        Ok(())
    }

    /// A line with what its record comes to; to nothing where that is lost, which the journal tells.
    pub(super) fn line(&self, line: &DocumentLine) -> Result<Document, String> {
        let day = date(1970, 1, 1).checked_add(line.day.days()).map_err(|error| error.to_string())?;
        let mut read = self.read(line)?;
        let number = read.as_mut().map_or_else(|| line.printed(None, &self.prefix), |read| read.number.take());
        let lost = line.cancelled.map(|_| IntentId(Uuid::nil()));
        Ok(Document {
            id: line.id,
            kind: line.kind,
            day,
            sum: read.as_ref().map(|read| read.sum).unwrap_or_default(),
            number,
            cancelled: read.map_or(lost, |read| read.cancelled.or(lost)),
        })
    }

    /// What the records say that a line names: the document's, and its cancellation's.
    pub(super) fn read(&self, line: &DocumentLine) -> Result<Option<Document>, String> {
        let Some(Record { stamp, entry: Entry::Submitted(submitted) }) = self.record(line.locator)? else {
            return Ok(None);
        };
        let cancelled = match line.cancelled.map(|at| self.record(at)).transpose()?.flatten() {
            Some(Record { entry: Entry::Cancelled(cancelled), .. }) => Some(cancelled.id),
            _ => None,
        };
        Ok(Some(Document { cancelled, ..self.document(&submitted, &stamp) }))
    }

    /// The office's words on a document and its cancellation; whether they are others than were known.
    pub(super) fn words(&self, document: &Document, sources: &mut Sources) -> Result<bool, String> {
        let mut others = false;
        for id in [Some(document.id), document.cancelled].into_iter().flatten() {
            let said = self.views.fate(self.number, id).map_err(not_now)?;
            others |= sources.said.get(&id) != said.as_ref();
            match said {
                Some(fate) => drop(sources.said.insert(id, fate)),
                None => drop(sources.said.remove(&id)),
            }
        }
        Ok(others)
    }

    /// A record of the journal; none where nothing whole is there.
    pub(super) fn record(&self, at: Locator) -> Result<Option<Record>, String> {
        let body = self.shelves.body(Stream::Up(self.number), at);
        let body = body.map_err(|error| format!("the journal cannot be read: {error}: run `outpost doctor`"))?;
        Ok(body.and_then(|body| record::decode(&body).ok()))
    }
}
