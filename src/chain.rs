//! A site's records in the order of its chain, wherever they are held: in the order of seq within an epoch, and each epoch after the
//! one that it follows. A replica has them in the order in which they came.

use crate::domain::id::{Epoch, Position, Seq};
use crate::domain::record::{Entry, Record, Scan, Span};
use crate::domain::repeats::Repeats;
use crate::domain::time::{Boots, Quality};
use crate::journal::{ReadError, Reader, Slot};
use crate::wire::frame::Kind;
use crate::wire::record;
use std::collections::{BTreeMap, BTreeSet};

/// How many bytes of records are read at a time.
const READ_BYTES: usize = 1024 * 1024;

/// What the first record of an epoch follows, where it can be read.
pub fn follows(reader: &Reader, first: Position) -> Result<Option<Option<Position>>, ReadError> {
    let Some(Slot::Record(stored)) = reader.read_position(first)? else { return Ok(None) };
    Ok(match record::decode(&stored.body).map(|record| record.entry) {
        Ok(Entry::Opened(opened)) => Some(opened.follows.map(|follows| follows.position())),
        _ => None,
    })
}

/// What is held, run by run, in the order of the chain. Of two epochs that follow the same record (a copied card) the one with the lesser
/// id comes first.
pub fn spans(reader: &Reader) -> Result<Vec<Span>, ReadError> {
    let mut held: BTreeMap<Epoch, Vec<Span>> = BTreeMap::new();
    for span in reader.spans() {
        held.entry(span.epoch).or_default().push(span);
    }
    let mut left: BTreeMap<Epoch, Option<Epoch>> = BTreeMap::new();
    for epoch in held.keys() {
        let before = follows(reader, Position { epoch: *epoch, seq: Seq(1) })?.flatten();
        left.insert(*epoch, before.map(|at| at.epoch).filter(|before| before != epoch && held.contains_key(before)));
    }
    let mut ordered = Vec::new();
    let mut done: BTreeSet<Epoch> = BTreeSet::new();
    while !left.is_empty() {
        let ready = |before: &Option<Epoch>| before.is_none_or(|before| done.contains(&before));
        // No honest journal goes in a circle; of one that does the least comes first, so that nothing is left out.
        let next = left.iter().find(|(_, before)| ready(before)).or(left.iter().next()).map(|(epoch, _)| *epoch);
        let Some(next) = next else { break };
        left.remove(&next);
        done.insert(next);
        let mut spans = held.remove(&next).unwrap_or_default();
        spans.sort();
        ordered.extend(spans);
    }
    Ok(ordered)
}

/// Hands over every record that can be read, in the order of the chain.
pub fn each(reader: &Reader, mut take: impl FnMut(Position, Record)) -> Result<(), ReadError> {
    for span in spans(reader)? {
        let mut at = Position { epoch: span.epoch, seq: span.first };
        while at.seq <= span.last {
            let most = usize::try_from(span.last.0 - at.seq.0 + 1).unwrap_or(usize::MAX);
            let slots = reader.read_from(at, READ_BYTES, most)?;
            let Some(last) = slots.last().map(Slot::position).filter(|last| last.epoch == span.epoch) else { break };
            at.seq.0 = last.seq.0 + 1;
            for slot in slots {
                if let Slot::Record(stored) = slot
                    && stored.kind == Kind::Record
                    && let Ok(record) = record::decode(&stored.body)
                {
                    take(stored.position, record);
                }
            }
        }
    }
    Ok(())
}

/// The scans of a day, with the moment of each by the best that is known of its boot: what a scanner brought while the time was not
/// known has its date since somebody, or something, has told it. Reads all that is held, twice.
pub fn scans(
    reader: &Reader,
    on_day: impl Fn(i64) -> bool,
    mut take: impl FnMut(i64, Quality, Scan),
) -> Result<(), ReadError> {
    let (mut boots, mut epochs) = (Boots::default(), BTreeMap::new());
    each(reader, |at, record| {
        if let Entry::Opened(opened) = &record.entry {
            epochs.insert(at.epoch, opened.boot);
        }
        if let Some(boot) = epochs.get(&at.epoch) {
            boots.note(*boot, &record.stamp);
        }
    })?;
    let mut repeats = Repeats::default();
    let mut ids = BTreeSet::new();
    each(reader, |at, record| {
        let Entry::Scan(scan) = &record.entry else { return };
        let first = match scan.id {
            Some(id) => ids.insert(id),
            None => repeats.original(&record.entry).is_none(),
        };
        repeats.note(&record.entry, ());
        let dated = epochs.get(&at.epoch).map(|boot| boots.dated(*boot, &record.stamp));
        let (at_ms, quality) = dated.unwrap_or((record.stamp.at_ms(), record.stamp.quality));
        if first && on_day(at_ms) {
            take(at_ms, quality, scan.clone());
        }
    })
}
