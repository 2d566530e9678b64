//! What a site's journal has of some days, read from its records and nothing else.
//!
//! Twice: the first time finds the documents of these days, the second what counts of each (the first record of its id, by the order in
//! which records came, as posting and the views have it) and which were cancelled. So what is in memory is of these days alone.

use super::About;
use crate::domain::id::IntentId;
use crate::domain::record::{Entry, Record, Submitted};
use crate::domain::shop::day_at;
use crate::domain::time::Stamp;
use crate::reconcile::{Document, Sources, Unread};
use crate::views::{Journals, Place, SiteNo, Stream};
use crate::wire::record;
use jiff::civil::Date;
use std::collections::HashMap;
use std::ops::ControlFlow;

/// Between two looks whether the office is being stopped.
const LOOK_EVERY: u64 = 10_000;

/// Records that cannot be read which are named one by one.
const UNREAD: usize = 20;

/// One that may be of these days.
struct Candidate {
    document: Document,
    /// The record that it was read from.
    ordinal: u64,
    /// The first record of its id, where that was met.
    first: Option<u64>,
}

/// What is done with a record and its place; none where this version cannot read it.
type Take<'a> = dyn FnMut(Place, Option<&Record>) + 'a;

impl About<'_> {
    /// Reads it.
    pub(super) fn journal(&self, sources: &mut Sources) -> Result<(), String> {
        let mut found: HashMap<IntentId, Candidate> = HashMap::new();
        let mut unread = Unread::default();
        self.each(&mut |at, record| {
            let Some(record) = record else {
                return note(&mut unread, at);
            };
            let Entry::Submitted(submitted) = &record.entry else { return };
            let document = self.document(submitted, &record.stamp);
            if self.asked(document.day) {
                found.entry(document.id).or_insert(Candidate { document, ordinal: at.ordinal, first: None });
            }
        })?;
        sources.unread = unread;
        self.each(&mut |at, record| {
            let Some(record) = record else { return };
            if let Some(candidate) = record.entry.intent().and_then(|id| found.get_mut(&id)) {
                candidate.first.get_or_insert(at.ordinal);
            }
            match &record.entry {
                Entry::Cancelled(cancelled) => {
                    if let Some(candidate) = found.get_mut(&cancelled.document) {
                        candidate.document.cancelled.get_or_insert(cancelled.id);
                    }
                }
                Entry::Submitted(submitted) => {
                    if let Some(of) = submitted.amends.filter(|of| found.contains_key(of))
                        && let Some(number) = submitted.number(&self.prefix)
                    {
                        sources.instead.entry(of).or_insert(number);
                    }
                }
                _ => {}
            }
        })?;
        let counts = found.into_values().filter(|candidate| candidate.first == Some(candidate.ordinal));
        sources.journal = counts.map(|candidate| candidate.document).collect();
        Ok(())
    }

    fn each(&self, take: &mut Take<'_>) -> Result<(), String> {
        each(self.shelves, self.number, &|| self.goes_on(), take)
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

/// Hands over each record of a site's journal. What is lost to damage is passed over.
fn each(
    journals: &dyn Journals,
    site: SiteNo,
    goes_on: &dyn Fn() -> Result<(), String>,
    take: &mut Take<'_>,
) -> Result<(), String> {
    let mut stopped = Ok(());
    let scanned = journals.scan(Stream::Up(site), None, &mut |at, body| {
        if at.ordinal % LOOK_EVERY == 0 {
            stopped = goes_on();
        }
        if stopped.is_err() {
            return ControlFlow::Break(());
        }
        if !body.is_empty() {
            take(at, record::decode(body).ok().as_ref());
        }
        ControlFlow::Continue(())
    });
    scanned.map_err(|error| format!("the journal cannot be read: {error}: run `outpost doctor`"))?;
    stopped
}

fn note(unread: &mut Unread, at: Place) {
    unread.count += 1;
    if unread.first.len() < UNREAD {
        unread.first.push(at.position);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{Epoch, Position, Seq, StoreId};
    use crate::domain::record::Span;
    use crate::domain::time::Quality;
    use crate::views::{Each, Locator};
    use uuid::Uuid;

    /// A journal in memory.
    struct Memory(Vec<Vec<u8>>);

    impl Journals for Memory {
        fn streams(&self) -> Vec<Stream> {
            vec![Stream::Up(SiteNo(0))]
        }

        fn store_id(&self, _: Stream) -> Option<StoreId> {
            None
        }

        fn records(&self, _: Stream) -> u64 {
            self.0.len() as u64
        }

        fn holds(&self, _: Stream, _: &Place) -> bool {
            true
        }

        fn scan(&self, _: Stream, _: Option<Place>, each: &mut Each<'_>) -> std::io::Result<()> {
            for (n, body) in (1..).zip(&self.0) {
                let position = Position { epoch: Epoch(Uuid::nil()), seq: Seq(n) };
                if each(Place { ordinal: n, locator: Locator(n), position }, body).is_break() {
                    break;
                }
            }
            Ok(())
        }

        fn body(&self, _: Stream, _: Locator) -> std::io::Result<Option<Vec<u8>>> {
            Ok(None)
        }
    }

    #[test]
    fn what_a_newer_box_has_written_is_counted_and_the_first_of_it_named() {
        let stamp = Stamp { boot_at_ms: 0, up_ms: 0, quality: Quality::Network };
        // `{"telepathy": 0}`, which is no kind of record.
        let newer = record::body(&stamp, &[0xa1, 0x69, b't', b'e', b'l', b'e', b'p', b'a', b't', b'h', b'y', 0]);
        let hole = Span { epoch: Epoch(Uuid::nil()), first: Seq(1), last: Seq(1) };
        let known = record::body(&stamp, &record::entry(&Entry::Hole(hole)));
        let mut bodies = vec![known, Vec::new()];
        bodies.extend(vec![newer; UNREAD + 2]);
        let (mut unread, mut read) = (Unread::default(), 0);
        let mut take = |at: Place, record: Option<&Record>| match record {
            Some(_) => read += 1,
            None => note(&mut unread, at),
        };
        each(&Memory(bodies), SiteNo(0), &|| Ok(()), &mut take).unwrap();
        assert_eq!((read, unread.count, unread.first.len()), (1, UNREAD as u64 + 2, UNREAD));
        assert_eq!(unread.first[0].seq, Seq(3));
    }
}
