//! Roads an envelope travels.
//!
//! In goes an envelope (opaque, already sealed bytes) with the site it is for; out comes an [`Arrival`] at the other
//! end, or nothing at all. Deliberately absent: any retry, any order, any memory of what was sent, any look inside.
//! All of that belongs to `sync`, whose acks are the only proof of delivery.
//!
//! # The contract of every courier
//!
//! - [`Courier::send`] promises **an attempt and nothing else**. `Ok` says that the envelope stands in a queue in
//!   memory. It may then be lost, repeated, delayed for any time, or overtaken by a later one. What it may not be is
//!   changed, cut short, or handed to another site than the one named.
//! - `send` never blocks and never waits for the line. It may be called from any thread.
//! - An envelope has at most [`MAX_ENVELOPE`] bytes; a longer one is refused before anything moves.
//! - While the road is cut, `send` refuses. When it is cut, what was queued is forgotten, so that nothing stale stands in
//!   front of what `sync` sends again after the next [`Arrival::Connected`].
//! - Queues are bounded ([`Queues`]). A full outgoing queue refuses the newest envelope ([`Refused::QueueFull`]); a full
//!   incoming queue drops the newest one, counts it and logs it. Both are cured by `sync` sending again.
//! - [`Arrival::Connected`] and [`Arrival::Disconnected`] alternate, beginning with `Connected`; they are never dropped,
//!   but a reader who slept through a whole outage and its end sees only that there was one.
//!   `Connected` means that envelopes for this end would now be received, not that the other end is there.
//!
//! Two roads are couriers, [`mqtt`] and [`memory`], and `tests/courier_contract` holds both to this. A [`stick`] is none: what lies there
//! stays until it is acked (ARCHITECTURE.md says why).

mod inbox;
pub mod memory;
pub mod mqtt;
pub mod stick;
mod why;

pub use inbox::Arrivals;
pub use why::Why;

pub use crate::wire::envelope::{MAX_ENVELOPE, Purpose};

use crate::domain::id::SiteId;

/// Why an envelope was not taken. Nothing of it will travel.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Longer than [`MAX_ENVELOPE`]: a smaller batch has to be made.
    #[error("an envelope of {len} bytes is over the limit of {MAX_ENVELOPE}: send a smaller batch")]
    TooLarge {
        /// The length it had, in bytes.
        len: usize,
    },
    /// The road is cut: wait for [`Arrival::Connected`] and begin with the first unacked record.
    #[error("the line is down: wait until it is up")]
    NotConnected,
    /// The outgoing queue is full: send again when acks have come.
    #[error("too much is waiting for the line: send again after the next ack")]
    QueueFull,
    /// This end has no road to that site for that purpose.
    #[error("there is no road from here to {to} for {purpose:?}: a box sends to the office, the office to boxes")]
    NoSuchRoad {
        /// For whom it was.
        to: SiteId,
        /// What it was for.
        purpose: Purpose,
    },
}

/// The sending side of a road. The module's contract applies.
pub trait Courier: Send + Sync {
    /// Queues `envelope` for `to`, and promises nothing more.
    fn send(&self, to: &SiteId, purpose: Purpose, envelope: Vec<u8>) -> Result<(), Refused>;

    /// Cuts the road at this end until told otherwise, where that spares somebody else: two boxes with one login push each
    /// other off a broker. A road that nobody is in the way of need not do anything.
    fn rest(&self, _yes: bool) {}
}

/// What comes out of the receiving side ([`Arrivals`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrival {
    /// From now on envelopes can be sent and received.
    Connected,
    /// From now on they cannot; what was on its way may be lost.
    Disconnected {
        /// What cut the road, for people.
        why: Why,
    },
    /// An envelope has come. It may be a repeat, or from anybody: only its seal says whose it is.
    Envelope {
        /// Who the road believes the sender to be. Good for a log line, never for a right.
        from_hint: Option<SiteId>,
        /// What it claims to be for.
        purpose: Purpose,
        /// At most [`MAX_ENVELOPE`] bytes.
        bytes: Vec<u8>,
    },
}

/// How much a courier holds in memory. Whichever of count and bytes is reached first makes a queue full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queues {
    /// Envelopes waiting to be sent.
    pub out_envelopes: usize,
    /// Their bytes.
    pub out_bytes: usize,
    /// Envelopes received and not yet read.
    pub in_envelopes: usize,
    /// Their bytes.
    pub in_bytes: usize,
}

impl Queues {
    /// For a box, which talks to the office alone: a few of the longest envelopes each way.
    pub const BOX: Self =
        Self { out_envelopes: 64, out_bytes: 4 * MAX_ENVELOPE, in_envelopes: 64, in_bytes: 4 * MAX_ENVELOPE };
    /// For the office, where a hundred boxes may come back in the same minute.
    pub const OFFICE: Self =
        Self { out_envelopes: 1024, out_bytes: 16 * MAX_ENVELOPE, in_envelopes: 1024, in_bytes: 32 * MAX_ENVELOPE };

    /// Whether one more envelope of `more` bytes fits where `envelopes` of `bytes` in all already wait.
    fn out_has_room(&self, envelopes: usize, bytes: usize, more: usize) -> bool {
        envelopes < self.out_envelopes && bytes + more <= self.out_bytes
    }

    fn in_has_room(&self, envelopes: usize, bytes: usize, more: usize) -> bool {
        envelopes < self.in_envelopes && bytes + more <= self.in_bytes
    }
}

/// Refuses what is too long for any road.
fn check_length(envelope: &[u8]) -> Result<(), Refused> {
    if envelope.len() > MAX_ENVELOPE {
        return Err(Refused::TooLarge { len: envelope.len() });
    }
    Ok(())
}
