//! What a site's journal has of some days, read from its records and nothing else.
//!
//! Twice: the first time finds the documents of these days, the second what counts of each (the first record of its id, by the order in
//! which records came, as posting and the views have it) and which were cancelled. So what is in memory is of these days alone.

use super::About;
use crate::domain::id::IntentId;
use crate::domain::record::{Entry, Record, Submitted};
use crate::domain::shop::day_at;
use crate::domain::time::Stamp;
use crate::reconcile::{Document, Sources};
use crate::views::{Journals, Place, Stream};
use crate::wire::record;
use jiff::civil::Date;
use std::collections::HashMap;
use std::ops::ControlFlow;

/// Between two looks whether the office is being stopped.
const LOOK_EVERY: u64 = 10_000;

/// One that may be of these days.
struct Candidate {
    document: Document,
    /// The record that it was read from.
    ordinal: u64,
    /// The first record of its id, where that was met.
    first: Option<u64>,
}

impl About<'_> {
    /// Reads it.
    pub(super) fn journal(&self, sources: &mut Sources) -> Result<(), String> {
        let mut found: HashMap<IntentId, Candidate> = HashMap::new();
        self.each(&mut |at, record| {
            let Entry::Submitted(submitted) = &record.entry else { return };
            let document = self.document(submitted, &record.stamp);
            if self.asked(document.day) {
                found.entry(document.id).or_insert(Candidate { document, ordinal: at.ordinal, first: None });
            }
        })?;
        self.each(&mut |at, record| {
            if let Some(candidate) = record.entry.intent().and_then(|id| found.get_mut(&id)) {
                candidate.first.get_or_insert(at.ordinal);
            }
            if let Entry::Cancelled(cancelled) = &record.entry
                && let Some(candidate) = found.get_mut(&cancelled.document)
            {
                candidate.document.cancelled.get_or_insert(cancelled.id);
            }
        })?;
        let counts = found.into_values().filter(|candidate| candidate.first == Some(candidate.ordinal));
        sources.journal = counts.map(|candidate| candidate.document).collect();
        Ok(())
    }

    fn each(&self, take: &mut dyn FnMut(Place, &Record)) -> Result<(), String> {
        let mut stopped = Ok(());
        let scanned = self.shelves.scan(Stream::Up(self.number), None, &mut |at, body| {
            if at.ordinal % LOOK_EVERY == 0 {
                stopped = self.goes_on();
            }
            if stopped.is_err() {
                return ControlFlow::Break(());
            }
            if let Ok(record) = record::decode(body) {
                take(at, &record);
            }
            ControlFlow::Continue(())
        });
        scanned.map_err(|error| format!("the journal cannot be read: {error}: run `outpost doctor`"))?;
        stopped
    }

    /// A document as it counts, not cancelled.
    pub(super) fn document(&self, submitted: &Submitted, stamp: &Stamp) -> Document {
        let made: Date = day_at(stamp.at_ms(), self.utc_offset_minutes);
        Document {
            id: submitted.id,
            kind: submitted.document.kind(),
            day: submitted.day().unwrap_or(made),
            sum: self.rounded(submitted.effects().sum),
            number: submitted.number(&self.prefix),
            cancelled: None,
        }
    }
}
