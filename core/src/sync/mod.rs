//! The state machine between two stores: what to send next, what has arrived, what is acked.
//!
//! Events go in, messages and words for the operator come out. The same code runs at the box and at the office and
//! for every road. It has no clock (each call is told the time), no socket and no disk: it reads records through
//! [`Log`], and what it wants stored comes back from [`Link::hear`] for its owner to store and report with
//! [`Link::stored`].
//!
//! The one rule: a sender's duty ends when the receiver's ack says, by store id, that the records are in the
//! receiver's journal. Everything else (windows, resending, backoff) only saves time and money.

mod chain;
mod inbox;
mod link;
mod outbox;
mod pace;
mod parcel;
mod ranges;
pub mod rows;
mod rules;
mod session;

pub use inbox::Inbox;
pub use link::{Heard, Link, Tell};
pub use outbox::Outbox;
pub use parcel::{BY_HAND, Parcel};
pub use ranges::Ranges;
pub use rules::Rules;

use crate::domain::id::{Position, RecordHash};
use crate::domain::record::Span;
use crate::wire::message::Run;

/// The journal that a link sends from. Only durable records are in it.
pub trait Log {
    /// Why it could not be read.
    type Error;

    /// The records of `span` from its first on: at least one, then as many as fit in `max_bytes`.
    fn run(&self, span: Span, max_bytes: usize) -> Result<Run, Self::Error>;
}

/// What is held of the peer's journal, for checking that chains join.
pub trait Shelf {
    /// The hash of a held record.
    fn hash(&self, at: Position) -> Option<RecordHash>;

    /// What a held record names as its predecessor.
    fn prev(&self, at: Position) -> Option<RecordHash>;
}

#[cfg(test)]
mod parcel_tests;
#[cfg(test)]
mod tests;
