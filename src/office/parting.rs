//! Where a site's journal parts, and which letters its records bear: what the register needs to give each branch a letter of its own.
//!
//! In come the records that a site's line has stored; out goes what they say of it, for whoever has the register. It is made anew at each
//! start, from what is held. Absent: giving letters ([`crate::domain::letters`]).

use crate::domain::id::{Epoch, Position, Seq};
use crate::domain::letters::Borne;
use crate::domain::number::Series;
use crate::domain::record::{Entry, Record, Span};
use crate::journal::{ReadError, Reader, Slot};
use crate::sync::Inbox;
use crate::wire::message::MAX_BATCH_RECORDS;
use crate::wire::record;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio::sync::{Notify, watch};

/// How many bytes of records are read at a time.
const READ_BYTES: usize = 1024 * 1024;

/// What a site's journal says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parted {
    /// The first records of the branches.
    pub(super) lives: Vec<Position>,
    /// The letters of what came since the start, and of the latest before it.
    pub(super) borne: BTreeSet<Borne>,
}

/// Watches one site's journal.
pub(super) struct Parting {
    /// Of each letter in each epoch the first record that was seen.
    firsts: BTreeMap<(Epoch, Series), Seq>,
    tell: watch::Sender<Parted>,
    /// Told when it changes, for whoever waits for any site.
    changed: Arc<Notify>,
}

impl Parting {
    /// Looks at what is held. Of the records only the latest: what they bear may not have been written down when the power went.
    pub(super) fn open(up: &Reader, inbox: &Inbox, changed: Arc<Notify>) -> Result<Self, ReadError> {
        let mut parting = Self { firsts: BTreeMap::new(), tell: watch::Sender::default(), changed };
        for stored in up.scan(up.count().saturating_sub(MAX_BATCH_RECORDS as u64)) {
            let stored = stored?;
            parting.note(stored.position, &stored.body);
        }
        parting.say(inbox);
        Ok(parting)
    }

    /// For looking.
    pub(super) fn look(&self) -> watch::Receiver<Parted> {
        self.tell.subscribe()
    }

    /// Takes in what was stored.
    pub(super) fn took(&mut self, up: &Reader, inbox: &Inbox, stored: &[Span]) {
        for span in stored {
            if let Err(error) = self.read(up, *span) {
                tracing::warn!(%error, "the letters of records that have just been stored cannot be read");
            }
        }
        if !stored.is_empty() {
            self.say(inbox);
        }
    }

    fn read(&mut self, up: &Reader, span: Span) -> Result<(), ReadError> {
        let mut at = Position { epoch: span.epoch, seq: span.first };
        while at.seq <= span.last {
            let most = usize::try_from(span.last.0 - at.seq.0 + 1).unwrap_or(usize::MAX);
            let slots = up.read_from(at, READ_BYTES, most)?;
            let Some(last) = slots.last().map(Slot::position).filter(|last| last.epoch == span.epoch) else { break };
            at.seq.0 = last.seq.0 + 1;
            for slot in slots {
                if let Slot::Record(stored) = slot {
                    self.note(stored.position, &stored.body);
                }
            }
        }
        Ok(())
    }

    fn note(&mut self, at: Position, body: &[u8]) {
        let Ok(Record { entry: Entry::Submitted(submitted), .. }) = record::decode(body) else { return };
        if let Some(no) = submitted.booked.and_then(|booked| booked.no) {
            let first = self.firsts.entry((at.epoch, no.series)).or_insert(at.seq);
            *first = (*first).min(at.seq);
        }
    }

    fn say(&mut self, inbox: &Inbox) {
        let lives = inbox.lives();
        let borne = |((epoch, series), seq): (&(Epoch, Series), &Seq)| {
            let at = Position { epoch: *epoch, seq: *seq };
            Borne { series: *series, lives: lives.iter().copied().filter(|life| inbox.is_in(*life, at)).collect() }
        };
        let borne = self.firsts.iter().map(borne).collect();
        let parted = Parted { lives, borne };
        if *self.tell.borrow() != parted {
            self.tell.send_replace(parted);
            self.changed.notify_one();
        }
    }
}
