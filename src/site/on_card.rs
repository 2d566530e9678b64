//! Which documents neither the office nor a stick in the box has: what would be lost with this box's card.
//!
//! In: the journal, the runs of it that the office has not acked, and up to where a stick that is in has them. Out: how many documents are
//! left, and since when the oldest is. Absent: sticks that were taken away. What lies on one counts here again until the office's ack of it
//! has come, so it is never too few.

use crate::domain::id::Position;
use crate::domain::record::{Entry, Span};
use crate::journal::{Reader, Slot, Stored};
use crate::wire::record;
use std::collections::BTreeMap;
use std::ops::Bound;

/// Bytes of records that are read at a time.
const READ_BYTES: usize = 256 * 1024;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct OnCard {
    /// Where each document is, and its moment in milliseconds since 1970.
    documents: BTreeMap<Position, i64>,
    /// The ordinal of the first record that was not looked at; none before the first look.
    next: Option<u64>,
    /// Up to where a stick has them.
    mirrored: Option<Position>,
}

fn is_in(spans: &[Span], at: Position) -> bool {
    spans.iter().any(|span| span.epoch == at.epoch && (span.first..=span.last).contains(&at.seq))
}

impl OnCard {
    /// Looks again.
    pub(super) fn look(&mut self, reader: &Reader, unacked: &[Span], mirrored: Option<Position>) {
        self.mirrored = mirrored;
        let count = reader.count();
        match self.next {
            Some(next) => reader.scan(next).flatten().for_each(|stored| self.note(&stored)),
            None => unacked.iter().for_each(|span| self.read(reader, *span)),
        }
        self.next = Some(count);
        self.documents.retain(|at, _| is_in(unacked, *at));
    }

    fn read(&mut self, reader: &Reader, span: Span) {
        let mut at = Position { epoch: span.epoch, seq: span.first };
        while at.seq <= span.last {
            let most = usize::try_from(span.last.0 - at.seq.0 + 1).unwrap_or(usize::MAX);
            let Ok(slots) = reader.read_from(at, READ_BYTES, most) else { return };
            let Some(last) = slots.last().map(Slot::position).filter(|last| last.epoch == span.epoch) else { return };
            at.seq.0 = last.seq.0 + 1;
            for slot in slots {
                if let Slot::Record(stored) = slot {
                    self.note(&stored);
                }
            }
        }
    }

    fn note(&mut self, stored: &Stored) {
        if let Ok(record) = record::decode(&stored.body)
            && matches!(record.entry, Entry::Submitted(_))
        {
            self.documents.insert(stored.position, record.stamp.at_ms());
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.here_alone().count()
    }

    fn here_alone(&self) -> impl Iterator<Item = i64> {
        let range = match self.mirrored {
            Some(through) => (Bound::Excluded(through), Bound::Unbounded),
            None => (Bound::Unbounded, Bound::Unbounded),
        };
        self.documents.range(range).map(|(_, at_ms)| *at_ms)
    }

    /// The moment of the oldest.
    pub(super) fn oldest_ms(&self) -> Option<i64> {
        self.here_alone().min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{Epoch, Seq, StoreId};
    use crate::domain::record::{Opened, Sent};
    use crate::domain::time::{Quality, Stamp};
    use crate::journal::{Options, Own};

    #[test]
    fn documents_count_until_the_office_has_acked_them_whoever_looked_when() {
        let dir = tempfile::tempdir().unwrap();
        let (store, epoch) = (StoreId::new(1, [1; 10]), Epoch::new(1, [2; 10]));
        let (mut own, _) = Own::open(dir.path(), Options::new("bandung".parse().unwrap(), store, |_| None)).unwrap();
        let body = |entry: &Entry, up_ms| {
            let stamp = Stamp { boot_at_ms: 1_000_000, up_ms, quality: Quality::Network };
            record::body(&stamp, &record::entry(entry))
        };
        let opened = Entry::Opened(Opened { follows: None, store, boot: uuid::Uuid::nil(), program: "test".into() });
        own.begin(epoch, &body(&opened, 0)).unwrap();
        let sent = Sent { session: 0, packet: 1, dup: false };
        let mut append = |up_ms: u64, scan: bool| {
            let id = format!("01936e5b-5a00-7000-8000-{up_ms:012}");
            let sale =
                format!(r#"{{"id":"{id}","customer":"Bu Sari","items":[{{"item_code":"X","qty":1,"rate":2}}]}}"#);
            let (topic, payload) = if scan { ("in/s1/scan", "1".to_owned()) } else { ("tx/s1/sales-invoice", sale) };
            let entry = crate::intake::read(&"s1".parse().unwrap(), topic, payload.as_bytes(), sent).unwrap();
            own.append_one(&body(&entry, up_ms), None).unwrap();
            own.sync().unwrap();
            own.reader()
        };
        let span = |first, last| Span { epoch, first: Seq(first), last: Seq(last) };
        append(1, false);
        append(2, true);
        let reader = append(3, false);
        let (mut early, mut late) = (OnCard::default(), OnCard::default());
        early.look(&reader, &[span(1, 4)], None);
        assert_eq!((early.count(), early.oldest_ms()), (2, Some(1_000_001)));
        let reader = append(4, false);
        for on_card in [&mut early, &mut late] {
            let through = Position { epoch, seq: Seq(4) };
            on_card.look(&reader, &[span(3, 5)], Some(through));
            assert_eq!((on_card.count(), on_card.oldest_ms()), (1, Some(1_000_004)), "the other is on a stick");
            on_card.look(&reader, &[span(3, 5)], None);
            assert_eq!((on_card.count(), on_card.oldest_ms()), (2, Some(1_000_003)));
            on_card.look(&reader, &[], None);
            assert_eq!((on_card.count(), on_card.oldest_ms()), (0, None));
        }
    }
}
