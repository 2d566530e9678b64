//! What a store still owes its peer: its own journal less what the peer's disk has acked, and what is on the way.

use super::ranges::Ranges;
use crate::domain::id::{Epoch, Position, Seq, StoreId};
use crate::domain::record::Span;
use crate::wire::message::{Ack, Held, MAX_BEYOND};
use std::collections::BTreeMap;

/// A sent batch whose ack is awaited.
#[derive(Clone, Debug)]
pub(super) struct Flight {
    pub(super) spans: Vec<Span>,
    pub(super) bytes: usize,
    pub(super) sent_ms: u64,
    pub(super) resend_ms: u64,
}

/// What is owed and what is under way.
#[derive(Debug, Default)]
pub struct Outbox {
    /// The journal's epochs, in order, each with its last number.
    lineage: Vec<(Epoch, u64)>,
    /// How many epochs from the first are acked to the last record.
    done: usize,
    acked: BTreeMap<Epoch, Ranges>,
    peer: Option<StoreId>,
    pub(super) flights: Vec<Flight>,
}

impl Outbox {
    /// Takes note of the journal's last durable record.
    pub fn appended(&mut self, last: Position) {
        match self.lineage.last_mut() {
            Some((epoch, end)) if *epoch == last.epoch => *end = last.seq.0.max(*end),
            _ => self.lineage.push((last.epoch, last.seq.0)),
        }
    }

    /// Which of the peer's disks the acks are of.
    pub fn peer(&self) -> Option<StoreId> {
        self.peer
    }

    /// Adds what `held` names to what is acked.
    pub(super) fn merge(&mut self, held: &Held) {
        for at in &held.through {
            let Some(index) = self.lineage.iter().rposition(|(epoch, _)| *epoch == at.epoch) else { continue };
            self.ack(at.epoch, 1, at.seq.0);
            for i in self.done..index {
                let (epoch, end) = self.lineage[i];
                if end > 0 {
                    self.acked.entry(epoch).or_default().insert(1, end);
                }
            }
        }
        for span in &held.beyond {
            self.ack(span.epoch, span.first.0, span.last.0);
        }
        while let Some((epoch, end)) = self.lineage.get(self.done)
            && self.done + 1 < self.lineage.len()
            && self.acked.get(epoch).is_some_and(|acked| acked.contains(1, *end))
        {
            self.acked.remove(&self.lineage[self.done].0);
            self.done += 1;
        }
    }

    /// Only what this journal has can be acked: a word on records that are still to come would drop them unsent, and
    /// words on epochs of nobody's would fill the memory.
    fn ack(&mut self, epoch: Epoch, first: u64, last: u64) {
        let Some(&(_, end)) = self.lineage.iter().rfind(|(own, _)| *own == epoch) else { return };
        let last = last.min(end);
        if first >= 1 && first <= last {
            self.acked.entry(epoch).or_default().insert(first, last);
        }
    }

    /// Forgets all acks, and takes those of `ack` as all there is.
    pub(super) fn replace(&mut self, ack: &Ack) {
        self.peer = Some(ack.store);
        self.acked.clear();
        self.done = 0;
        self.merge(&ack.held);
    }

    /// What the peer is believed to hold; survives a restart in the acks' file, and is said in each hello.
    pub fn believes(&self) -> Option<Ack> {
        let store = self.peer?;
        let mut held = Held::default();
        let whole = self.lineage[..self.done].last().map(|(epoch, end)| Position { epoch: *epoch, seq: Seq(*end) });
        let front = self.lineage.get(self.done).and_then(|(epoch, _)| {
            let prefix = self.acked.get(epoch)?.prefix();
            (prefix > 0).then_some(Position { epoch: *epoch, seq: Seq(prefix) })
        });
        held.through.extend(front.or(whole));
        for (epoch, acked) in &self.acked {
            let covered = held.through.first().filter(|at| at.epoch == *epoch).map_or(0, |at| at.seq.0);
            let spans = acked.runs().filter(|run| run.1 > covered);
            held.beyond.extend(spans.map(|(a, b)| Span { epoch: *epoch, first: Seq(a), last: Seq(b) }));
        }
        held.beyond.truncate(MAX_BEYOND);
        Some(Ack { store, held })
    }

    /// True where all of `span` is acked.
    pub fn is_acked(&self, span: Span) -> bool {
        let Some(index) = self.lineage.iter().position(|(epoch, _)| *epoch == span.epoch) else { return false };
        index < self.done || self.acked.get(&span.epoch).is_some_and(|acked| acked.contains(span.first.0, span.last.0))
    }

    /// How many records are not acked.
    pub fn unacked(&self) -> u64 {
        let open = self.lineage[self.done..].iter();
        open.map(|(epoch, end)| self.owed_of(*epoch, *end).map(|(a, b)| b - a + 1).sum::<u64>()).sum()
    }

    fn owed_of(&self, epoch: Epoch, end: u64) -> impl Iterator<Item = (u64, u64)> + '_ {
        static NONE: Ranges = Ranges::EMPTY;
        self.acked.get(&epoch).unwrap_or(&NONE).missing(1, end)
    }

    /// The runs that are neither acked nor under way, oldest first.
    pub fn waiting(&self) -> impl Iterator<Item = Span> + '_ {
        self.owed_beside(self.flights.iter().flat_map(|flight| &flight.spans))
    }

    /// The journal's epochs, oldest first, each with its last number.
    pub(super) fn epochs(&self) -> &[(Epoch, u64)] {
        &self.lineage
    }

    /// The runs that are neither acked nor in `elsewhere`, oldest first.
    pub(super) fn owed_beside<'a>(
        &'a self,
        elsewhere: impl Iterator<Item = &'a Span> + Clone + 'a,
    ) -> impl Iterator<Item = Span> + 'a {
        self.lineage[self.done..].iter().flat_map(move |(epoch, end)| {
            let mut known = self.acked.get(epoch).cloned().unwrap_or_default();
            for span in elsewhere.clone().filter(|span| span.epoch == *epoch) {
                known.insert(span.first.0, span.last.0);
            }
            let missing: Vec<_> = known.missing(1, *end).collect();
            missing.into_iter().map(|(a, b)| Span { epoch: *epoch, first: Seq(a), last: Seq(b) })
        })
    }

    /// Takes out the flights that are acked to the last record.
    pub(super) fn landed(&mut self) -> Vec<Flight> {
        let flights = std::mem::take(&mut self.flights);
        let (landed, flying) =
            flights.into_iter().partition(|flight| flight.spans.iter().all(|span| self.is_acked(*span)));
        self.flights = flying;
        landed
    }
}
