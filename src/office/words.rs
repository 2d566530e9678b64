//! What the office has said of records of a site, and when: read in its journal for that site.
//!
//! In: where a record stands, and the ids of intents. Out: its words on them, in their order. The views have the latest word alone, and
//! not its moment; a journal is gone through from its beginning, which takes about a second for each million of words.

use crate::domain::id::{IntentId, Position};
use crate::domain::outcome::{Fate, Outcome};
use crate::domain::record::{Entry, Span};
use crate::domain::time::{Quality, Stamp};
use crate::journal::{ReadError, Reader};
use crate::wire::record;

/// Words of one intent that are kept: its first ones, and the latest.
const MOST: usize = 100;

/// One word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// Where it stands in the office's journal for the site.
    pub(super) position: Position,
    /// Which record of it this is.
    pub(super) ordinal: u64,
    /// When it was said.
    pub(super) stamp: Stamp,
    pub(super) said: Said,
}

/// What it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// The record is at the office.
    AtOffice,
    /// This became of it.
    Fate(Fate),
}

impl Word {
    /// Milliseconds since 1970.
    pub(super) fn at_ms(&self) -> i64 {
        self.stamp.at_ms()
    }

    /// Whether the office knew the time.
    pub(super) fn sure(&self) -> bool {
        self.stamp.quality != Quality::Floor
    }
}

/// The words on each of these intents, whose records stand at these positions.
pub(super) fn on(down: &Reader, of: &[(IntentId, Position)]) -> Result<Vec<Vec<Word>>, ReadError> {
    let mut words = vec![Vec::new(); of.len()];
    // A record that names none of them is not worth reading: their bytes stand in those that do.
    let marks: Vec<[u8; 16]> = of.iter().flat_map(|(id, at)| [id.0.into_bytes(), at.epoch.0.into_bytes()]).collect();
    for stored in down.scan(0) {
        let stored = stored?;
        if !stored.body.windows(16).any(|bytes| marks.iter().any(|mark| mark == bytes)) {
            continue;
        }
        let Ok(record) = record::decode(&stored.body) else { continue };
        let (position, ordinal, stamp) = (stored.position, stored.ordinal, record.stamp);
        let mut say = |index: usize, said: Said| keep(&mut words[index], Word { position, ordinal, stamp, said });
        for (index, (id, at)) in of.iter().enumerate() {
            match &record.entry {
                Entry::AtOffice(span) if holds(span, at) => say(index, Said::AtOffice),
                Entry::Outcome(Outcome { of, fate }) if of == id => say(index, Said::Fate(fate.clone())),
                _ => {}
            }
        }
    }
    Ok(words)
}

fn holds(span: &Span, at: &Position) -> bool {
    span.epoch == at.epoch && (span.first..=span.last).contains(&at.seq)
}

/// Where there are too many the one before the latest goes.
fn keep(words: &mut Vec<Word>, word: Word) {
    // That it came is said once; again after a power cut between the record and the word.
    if word.said == Said::AtOffice && words.iter().any(|before| before.said == Said::AtOffice) {
        return;
    }
    if words.len() == MOST {
        words.pop();
    }
    words.push(word);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{Epoch, Seq, SiteId, StoreId};
    use crate::domain::outcome::Hold;
    use crate::domain::record::Opened;
    use crate::journal::{Options, Own};
    use uuid::Uuid;

    fn stamp(n: u64) -> Stamp {
        Stamp { boot_at_ms: 1_793_581_347_000, up_ms: n, quality: Quality::Network }
    }

    #[test]
    fn the_words_on_an_intent_are_told_in_their_order_and_those_on_others_are_not() {
        let dir = tempfile::tempdir().unwrap();
        let store = StoreId::new(1, [1; 10]);
        let (mut down, _) =
            Own::open(&dir.path().join("down"), Options::new(SiteId::office(), store, |_| None)).unwrap();
        let opened = Opened { follows: None, store, boot: Uuid::nil(), program: "test".to_owned() };
        let body = |n: u64, entry: &Entry| record::body(&stamp(n), &record::entry(entry));
        down.begin(Epoch::new(1, [2; 10]), &body(0, &Entry::Opened(opened))).unwrap();
        let (epoch, other) = (Epoch::new(7, [3; 10]), Epoch::new(7, [4; 10]));
        let [id, another] = [1, 2].map(|n| IntentId(Uuid::from_u128(n)));
        let span = |epoch, first, last| Entry::AtOffice(Span { epoch, first: Seq(first), last: Seq(last) });
        let fate = |of, fate: &Fate| Entry::Outcome(Outcome { of, fate: fate.clone() });
        let held = Fate::held(Hold::Stock, "too little");
        let posted = Fate::Posted { name: "SINV-1".try_into().unwrap(), day: None, by: None };
        let said = [
            span(other, 1, 9),
            span(epoch, 1, 4),
            span(epoch, 5, 7),
            fate(another, &posted),
            fate(id, &held),
            span(epoch, 5, 7),
            fate(id, &posted),
        ];
        for (n, entry) in said.iter().enumerate() {
            down.append_one(&body(n as u64 + 1, entry), None).unwrap();
        }
        down.sync().unwrap();
        let at = Position { epoch, seq: Seq(5) };
        let words = on(&down.reader(), &[(id, at)]).unwrap().remove(0);
        let told: Vec<_> = words.iter().map(|word| (word.stamp.up_ms, word.said.clone())).collect();
        assert_eq!(told, [(3, Said::AtOffice), (5, Said::Fate(held)), (7, Said::Fate(posted))]);
    }
}
