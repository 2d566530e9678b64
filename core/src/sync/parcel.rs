//! What is carried by hand: parcels for a stick, and what comes on one.
//!
//! A stick has no session: nothing answers, weeks pass, and the same parcel may come from ten sticks in any order. So a
//! parcel is made from what is owed, whatever is under way on a line at the same time, and what a stick brings never moves
//! the live conversation: its acks only add, and only while the peer does not answer on a line; its hello asks for no answer,
//! its time is no more than a lower bound.

use super::link::{Heard, Link};
use super::outbox::Outbox;
use super::{Log, Shelf};
use crate::domain::id::{Epoch, Position, Seq};
use crate::domain::record::{Extent, Span};
use crate::wire::compress;
use crate::wire::message::{Ack, Hello, MAX_BATCH_RECORDS, Message, Run};
use std::collections::VecDeque;

/// The nonce of a hello that is carried by hand. It is never echoed.
pub const BY_HAND: u64 = 0;

/// One envelope's worth of what is owed.
#[derive(Clone, Debug)]
pub struct Parcel {
    /// From its first record to its last; none between them is left out.
    pub extent: Extent,
    /// How many records are in it.
    pub records: u64,
    /// What is to be sealed.
    pub message: Message,
}

impl Outbox {
    /// The runs that `extent` goes over, oldest first; nothing where this journal does not have both its ends, in this order.
    pub fn runs_of(&self, extent: Extent) -> Option<Vec<Span>> {
        let epochs = self.epochs();
        let index = |at: Position| epochs.iter().rposition(|(epoch, end)| *epoch == at.epoch && at.seq.0 <= *end);
        let (from, to) = (index(extent.first)?, index(extent.last)?);
        if extent.first.seq.0 == 0 || from > to || from == to && extent.first.seq > extent.last.seq {
            return None;
        }
        let run = |(i, (epoch, end)): (usize, &(Epoch, u64))| Span {
            epoch: *epoch,
            first: if i == 0 { extent.first.seq } else { Seq(1) },
            last: if i == to - from { extent.last.seq } else { Seq(*end) },
        };
        Some(epochs[from..=to].iter().enumerate().map(run).filter(|span| span.first <= span.last).collect())
    }

    /// True where this journal has all of `extent`, and the peer's disk too.
    pub fn is_done(&self, extent: Extent) -> bool {
        self.runs_of(extent).is_some_and(|runs| runs.iter().all(|span| self.is_acked(*span)))
    }

    /// The runs that are not acked, oldest first, less those that `written` goes over. What is under way on a line
    /// counts as owed: only an ack ends that.
    pub fn owed(&self, written: &[Extent]) -> VecDeque<Span> {
        let written: Vec<Span> = written.iter().filter_map(|extent| self.runs_of(*extent)).flatten().collect();
        self.owed_beside(written.iter()).collect()
    }

    /// Takes off the front of `owed` what follows one upon the other. A gap ends a parcel: what is acked today may be owed
    /// again tomorrow, and a parcel that leaves it out must not look as if it had it.
    fn take_together(&self, owed: &mut VecDeque<Span>) -> VecDeque<Span> {
        let mut together: VecDeque<Span> = owed.pop_front().into_iter().collect();
        while let (Some(last), Some(next)) = (together.back(), owed.front()) {
            let goes_on = (last.epoch, last.last.0 + 1) == (next.epoch, next.first.0);
            let index = self.epochs().iter().rposition(|(epoch, end)| (*epoch, *end) == (last.epoch, last.last.0));
            let next_epoch = index.and_then(|index| self.epochs().get(index + 1));
            let begins = next.first == Seq(1) && next_epoch.is_some_and(|(epoch, _)| *epoch == next.epoch);
            if !(goes_on || begins) {
                break;
            }
            together.extend(owed.pop_front());
        }
        together
    }
}

impl Link {
    /// Takes in a message that was carried by hand. The caller has checked [`Message::fault`].
    pub fn hear_carried(&mut self, now_ms: u64, message: Message, shelf: &impl Shelf) -> Heard {
        let mut heard = Heard { clock: message.clock_ms.map(|at_ms| (at_ms, false)), ..Heard::default() };
        // A peer that has answered on a line has said there what it holds. What a stick says of the same disk is older, perhaps
        // from before that disk was restored; nothing would take it back until the line breaks.
        let is_known = |ack: &&Ack| self.is_settled() && self.outbox().peer() == Some(ack.store);
        if let Some(ack) = message.ack.as_ref().filter(|ack| !is_known(ack)) {
            self.hear_ack(now_ms, ack, false, &mut heard);
        }
        if let Some(hello) = &message.hello {
            self.hear_belief(hello, &mut heard);
        }
        self.hear_batch(now_ms, message.batch, shelf, &mut heard);
        heard
    }

    /// The next parcel of `owed` (see [`Outbox::owed`]), whose runs are taken off.
    pub fn parcel<L: Log>(&self, owed: &mut VecDeque<Span>, log: &L) -> Result<Option<Parcel>, L::Error> {
        let mut together = self.outbox().take_together(owed);
        let batch = gather(&mut together, self.rules().batch_bytes, log)?;
        together.into_iter().rev().for_each(|span| owed.push_front(span));
        let (Some(first), Some(last)) = (batch.first(), batch.last()) else { return Ok(None) };
        let extent = Extent { first: first.position(0), last: last.position(last.bodies.len() - 1) };
        let records = batch.iter().map(|run| run.bodies.len() as u64).sum();
        Ok(Some(Parcel { extent, records, message: Message { batch, ..Message::default() } }))
    }

    /// The word that goes beside parcels: what is held of the peer's journal, and what the peer is believed to hold.
    pub fn word(&mut self, clock_ms: Option<i64>) -> Message {
        let hello = Hello { nonce: BY_HAND, dictionary: compress::NEWEST, believes: self.outbox().believes() };
        let ack = Ack { store: self.store(), held: self.held_by_hand() };
        Message { hello: Some(hello), ack: Some(ack), clock_ms, ..Message::default() }
    }
}

/// Reads runs off the front of `owed`: one batch, of about `max_bytes` and at least one record.
pub(super) fn gather<L: Log>(owed: &mut VecDeque<Span>, max_bytes: usize, log: &L) -> Result<Vec<Run>, L::Error> {
    let (mut runs, mut bytes, mut records) = (Vec::new(), 0, 0);
    while let Some(mut span) = owed.pop_front() {
        let most = (MAX_BATCH_RECORDS - records) as u64;
        let wanted = Span { last: span.last.min(Seq(span.first.0 + most - 1)), ..span };
        let run: Run = log.run(wanted, max_bytes - bytes)?;
        bytes += run.bodies.iter().map(|body| body.len()).sum::<usize>();
        records += run.bodies.len();
        span.first = Seq(run.last().0 + 1);
        if span.first <= span.last {
            owed.push_front(span);
        }
        runs.push(run);
        if bytes >= max_bytes || records >= MAX_BATCH_RECORDS {
            break;
        }
    }
    Ok(runs)
}
